"""The course's chart style and the few charts that recur.

Each factory takes column names and returns a function DataFrame → Altair chart, for `Explorer(chart=…)`.
The ink is a Vega parameter, so that one specification serves light and dark pages.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

Chart = Callable[["pd.DataFrame"], "alt.TopLevelMixin"]

PALETTE = ("#0072b2", "#d55e00", "#00896a", "#b5609a", "#8a6d00", "#6b7280")
"""After Okabe and Ito, darkened: told apart by colour-blind readers, at least 3:1 on white and on dark pages."""

RAMP = ("#eef4fa", "#cfe1f0", "#a9cbe6", "#82b4da", "#5b9bcb")
"""Pale to middle blue: dark figures can be read on every step."""
LIGHT = {"ink": "#1f2933", "faint": "#d5dbe1", "land": "#e4e8ec"}
"""Vega parameters that the page script changes for a dark page."""
LAND = "land"
"""As a word's colour: the word is background, drawn pale on any page and left out of the legend."""
TITLE_WIDTH = 32
"""Letters of an axis title on one line, so that it fits a phone."""


def config() -> dict[str, Any]:
    """The Vega-Lite theme of every chart."""
    ink, faint = {"expr": "ink"}, {"expr": "faint"}
    text = {"labelColor": ink, "titleColor": ink, "labelFontSize": 12, "titleFontSize": 12}
    return {
        "font": "system-ui, sans-serif",
        "aria": False,  # the figure around the chart carries the words
        "view": {"stroke": None},
        "axis": {
            **text,
            "gridColor": faint,
            "domainColor": faint,
            "tickColor": faint,
            "titleFontWeight": "normal",
        },
        # A long title reaches to the left, where there is room; figures stand apart on a phone as well.
        "axisX": {"titleAnchor": "end", "tickCount": {"expr": "clamp(width / 60, 3, 10)"}},
        "legend": {
            **text,
            "titleFontWeight": "normal",
            "orient": "top",
            "columns": {"expr": "narrow ? 1 : 3"},
            "labelLimit": 260,
            "symbolType": "square",
        },
        "header": text,
        "title": {"color": ink, "subtitleColor": ink, "fontSize": 14, "anchor": "start"},
        "text": {"color": ink, "fontSize": 12},
        "rule": {"color": ink},
        "mark": {"color": PALETTE[0]},
        "range": {
            "category": list(PALETTE),
            "ramp": list(RAMP),
            "heatmap": list(RAMP),
            "ordinal": list(RAMP),
        },
    }


def bars(
    x: str,
    y: str,
    *,
    color: str | None = None,
    colors: Mapping[str, str] | Sequence[str] | None = None,
    x_title: str | None = None,
    y_title: str | None = "",
    domain: tuple[float, float] | None = None,
    text: str | None = None,
    text_format: str = ",.3~r",
    stack: bool = False,
    dodge: bool = True,
    height: int | None = None,
) -> Chart:
    """Horizontal bars: the number `x` for each word in `y`, in the frame's order.

    Args:
        color: a column of words; `colors` fixes their colours (a mapping) or their order (a list).
        domain: fixed ends of the number axis, so that settings can be compared.
        text: a column of numbers written at the bars' ends; defaults to `x` unless the bars are stacked.
        stack: bars of one `y` are put end to end; otherwise side by side if `color` differs from `y`.
        dodge: side by side; switch it off where each `y` has one bar and the colour only says of which kind.
    """

    def draw(frame: pd.DataFrame) -> alt.TopLevelMixin:
        import altair as alt

        side_by_side = color is not None and color != y and not stack and dodge
        encoding: dict[str, Any] = {
            "x": alt.X(
                f"{x}:Q",
                title=_title(x, x_title),
                scale=_scale(domain),
                stack="zero" if stack else None,
            ),
            "y": alt.Y(f"{y}:N", title=_title(y, y_title), sort=None, axis=alt.Axis(labelLimit=220)),
            "tooltip": _tooltip(frame),
        }
        if color:
            encoding["color"] = _color(color, colors, legend=color != y)
        if side_by_side:
            encoding["yOffset"] = alt.YOffset(f"{color}:N", sort=None)
        base = alt.Chart(frame).encode(**encoding)
        chart: Any = base.mark_bar()
        if not stack:
            left = f"datum[{json.dumps(x)}] < 0"
            labels = base.mark_text(
                align={"expr": f"{left} ? 'right' : 'left'"}, dx={"expr": f"{left} ? -4 : 4"}
            ).encode(text=alt.Text(f"{text or x}:Q", format=text_format), color=alt.value({"expr": "ink"}))
            chart = chart + labels
        return _sized(chart, height or alt.Step(46 if side_by_side else 36))

    return draw


def lines(
    x: str,
    y: str,
    *,
    color: str | None = None,
    colors: Mapping[str, str] | Sequence[str] | None = None,
    x_title: str | None = None,
    y_title: str | None = None,
    x_domain: tuple[float, float] | None = None,
    y_domain: tuple[float, float] | None = None,
    x_format: str | None = None,
    dots: bool = False,
    step: bool = False,
    height: int | None = None,
) -> Chart:
    """Lines of the number `y` over the number `x` (years: `x_format="d"`), one for each word in `color`.

    Words in `color` also get their own dash, so that the lines differ without colour. `step` draws stairs.
    """

    def draw(frame: pd.DataFrame) -> alt.TopLevelMixin:
        import altair as alt

        axis = alt.Axis(format=x_format) if x_format else alt.Axis()
        encoding: dict[str, Any] = {
            "x": alt.X(f"{x}:Q", title=_title(x, x_title), scale=_scale(x_domain), axis=axis),
            "y": alt.Y(f"{y}:Q", title=_title(y, y_title), scale=_scale(y_domain)),
            "tooltip": _tooltip(frame),
        }
        if color:
            encoding["color"] = _color(color, colors)
            encoding["strokeDash"] = alt.StrokeDash(f"{color}:N", sort=_order(colors), legend=None)
        mark: dict[str, Any] = {"point": {"size": 36, "filled": True}} if dots else {}
        if step:
            mark["interpolate"] = "step-after"
        return _sized(alt.Chart(frame).mark_line(strokeWidth=2.5, **mark).encode(**encoding), height)

    return draw


def intervals(
    x: str,
    y: str,
    *,
    low: str,
    high: str,
    color: str | None = None,
    colors: Mapping[str, str] | Sequence[str] | None = None,
    x_title: str | None = None,
    y_title: str | None = "",
    domain: tuple[float, float] | None = None,
    zero: bool = True,
    height: int | None = None,
) -> Chart:
    """Dots at `x` with a line from `low` to `high`, one row for each word in `y`; a rule marks zero."""

    def draw(frame: pd.DataFrame) -> alt.TopLevelMixin:
        import altair as alt

        row = alt.Y(f"{y}:N", title=_title(y, y_title), sort=None, axis=alt.Axis(labelLimit=260))
        tint: dict[str, Any] = {"color": _color(color, colors, legend=color != y)} if color else {}
        base = alt.Chart(frame)
        span = base.mark_rule(strokeWidth=2.5, clip=True).encode(
            x=alt.X(f"{low}:Q", title=_title(x, x_title), scale=_scale(domain)), x2=f"{high}:Q", y=row, **tint
        )
        dot = base.mark_point(filled=True, size=90, opacity=1, clip=True).encode(
            x=f"{x}:Q", y=row, tooltip=_tooltip(frame), **tint
        )
        layers = [span, dot]
        if zero:
            layers.insert(0, base.mark_rule(strokeDash=[4, 3]).encode(x=alt.datum(0)))
        return _sized(alt.layer(*layers), height or alt.Step(32))

    return draw


def tiles(
    x: str,
    y: str,
    value: str,
    *,
    text: str | None = None,
    words: Mapping[str, str] | None = None,
    x_title: str | None = "",
    y_title: str | None = "",
    domain: tuple[float, float] | None = None,
    height: int | None = None,
) -> Chart:
    """A matrix: a tile for each pair of words, coloured by `value` and written with `text`.

    Args:
        words: if `value` holds words, each word's colour or `LAND`; otherwise `value` is a number on the
            blue ramp.
        text: the column written into the tile, in dark ink: choose pale colours for `words`.
    """

    def draw(frame: pd.DataFrame) -> alt.TopLevelMixin:
        import altair as alt

        base = alt.Chart(frame).encode(
            x=alt.X(f"{x}:N", title=_title(x, x_title), sort=None, axis=alt.Axis(labelAngle=-40)),
            y=alt.Y(f"{y}:N", title=_title(y, y_title), sort=None),
        )
        if words:
            fill: Any = _color(value, words)
        else:
            fill = alt.Color(f"{value}:Q", scale=_scale(domain), title=_title(value, None))
        chart: Any = base.mark_rect(stroke="white").encode(color=fill, tooltip=_tooltip(frame))
        if text:
            chart = chart + base.mark_text().encode(text=f"{text}:N", color=alt.value("#101418"))
        return _sized(chart, height)

    return draw


def country_map(
    value: str,
    outlines: Mapping[str, Any],
    *,
    words: Mapping[str, str],
    title: str | None = None,
    height: int = 380,
) -> Chart:
    """A map of `outlines` (GeoJSON features with `properties.iso3`) coloured by the words in `value`.

    `words` gives each word its colour, or `LAND` for countries that are only background. The frame has one row
    per country with its `iso3` and `country`. Say under the map that the boundaries are Natural Earth's de
    facto lines.
    """
    shapes = {feature["properties"]["iso3"]: feature["geometry"] for feature in outlines["features"]}
    table = [{"iso3": iso3, "type": "Feature", "geometry": shape} for iso3, shape in sorted(shapes.items())]

    def draw(frame: pd.DataFrame) -> alt.TopLevelMixin:
        import altair as alt

        chart = (
            alt.Chart(frame)
            .mark_geoshape(stroke="white", strokeWidth=0.7)
            .encode(color=_color(value, words, title=title), tooltip=["country:N", alt.Tooltip(f"{value}:N")])
            .transform_lookup(
                lookup="iso3",
                from_=alt.LookupData(
                    data=alt.InlineData(values=table), key="iso3", fields=["type", "geometry"]
                ),
            )
            .project(type="mercator")
        )
        return _sized(chart, height)

    return draw


def _title(column: str, title: str | None) -> Any:
    """The title of an axis, in lines short enough for a phone; None for no title."""
    return textwrap.wrap(column.replace("_", " ") if title is None else title, TITLE_WIDTH) or None


def _scale(domain: tuple[float, float] | None) -> Any:
    import altair as alt

    return alt.Scale(domain=list(domain), nice=False) if domain else alt.Scale()


def _order(colors: Mapping[str, str] | Sequence[str] | None) -> list[str] | None:
    return list(colors) if colors is not None else None


def _color(
    column: str,
    colors: Mapping[str, str] | Sequence[str] | None,
    *,
    legend: bool = True,
    title: str | None = None,
) -> Any:
    import altair as alt

    scale = alt.Scale()
    if isinstance(colors, Mapping):
        shown = {word: color for word, color in colors.items() if color != LAND}
        scale = alt.Scale(domain=list(shown), range=list(shown.values()))
    elif colors is not None:
        scale = alt.Scale(domain=list(colors), range=[PALETTE[i % len(PALETTE)] for i in range(len(colors))])
    encoding = alt.Color(
        f"{column}:N",
        scale=scale,
        sort=_order(colors),
        title=title,
        legend=alt.Legend() if legend else None,
    )
    land = [word for word in colors if colors[word] == LAND] if isinstance(colors, Mapping) else []
    if not land:
        return encoding
    background = alt.FieldOneOfPredicate(field=column, oneOf=land)
    return alt.condition(background, alt.value({"expr": LAND}), encoding)


def _tooltip(frame: pd.DataFrame) -> list[Any]:
    import altair as alt

    numbers = set(frame.select_dtypes("number").columns)
    return [
        alt.Tooltip(f"{column}:{'Q' if column in numbers else 'N'}", title=str(column).replace("_", " "))
        for column in frame.columns
    ]


def _sized(chart: Any, height: Any) -> alt.TopLevelMixin:
    sized: alt.TopLevelMixin = chart.properties(height=height) if height else chart
    return sized
