"""The explorer: one model behind a few controls, alive in JupyterLab and on a page without a kernel.

One definition has two lives. In a running notebook a widget asks the kernel for each setting. Everywhere else
a twin carries the model's results for every setting as a Vega-Lite chart and needs nothing but a browser.
"""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any

from balkanlab.controls import Choice, Control, Slider, Toggle, Value, Year

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

    from balkanlab.live import ExplorerWidget

__all__ = ["Choice", "Explorer", "ExplorerError", "Slider", "Toggle", "Year", "figure"]

VEGALITE = "application/vnd.vegalite.v5+json"
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
MAX_POINTS = 5_000
BUDGET_KB = 150
SIGNIFICANT_DIGITS = 5


class ExplorerError(ValueError):
    """An explorer that cannot keep its promises; says which one, at which setting, and why."""


class Explorer:
    """A model, its controls and its chart.

    Args:
        model: called with one keyword per control; returns a tidy DataFrame of numbers, strings and booleans,
            with the same columns at every setting and nothing missing.
        controls: keyword of the model → `Slider`, `Choice`, `Toggle` or `Year`.
        chart: DataFrame → Altair chart. It may use the columns' names, never their values: the same chart is
            drawn at every setting.
        title: what the chart shows.
        describe: DataFrame → one or two sentences with the numbers; read aloud when a control moves. The
            setting is in `frame.attrs["controls"]`.
        name: a slug, unique in the course; made from the title if left out.
        note: small print: where the numbers come from, or that they are teaching values.
        budget_kb: how much the twin may weigh, gzipped; at most 300.

    Raises:
        ExplorerError: when it is defined, if the model raises, leaves a value out, wants other keywords than
            the controls have, changes its columns, or fills a grid that is over the budget.

    Example:
        A whole explorer of your own:

        >>> import altair as alt, pandas as pd
        >>> from balkanlab import Explorer, Slider
        >>> def doubling(rate):
        ...     year = pd.Series(range(11))
        ...     return pd.DataFrame({"year": year, "trade": 100 * (1 + rate / 100) ** year})
        >>> growth = Explorer(
        ...     model=doubling,
        ...     controls={"rate": Slider(0, 10, step=1, value=4, label="Growth", unit="% a year")},
        ...     chart=lambda frame: alt.Chart(frame).mark_line().encode(x="year:Q", y="trade:Q"),
        ...     title="How fast does trade grow?",
        ...     describe=lambda frame: f"After ten years trade stands at {frame.trade.iloc[-1]:.0f}.",
        ... )
        >>> growth.text(rate=10)
        'After ten years trade stands at 259.'
    """

    def __init__(
        self,
        *,
        model: Callable[..., pd.DataFrame],
        chart: Callable[[pd.DataFrame], alt.TopLevelMixin],
        title: str,
        describe: Callable[[pd.DataFrame], str],
        controls: Mapping[str, Control] | None = None,
        name: str | None = None,
        note: str = "",
        budget_kb: float = BUDGET_KB,
    ) -> None:
        self.name = name or _slug(title)
        self.title, self.note = title, note
        self.controls = dict(controls or {})
        self._model, self._chart, self._describe = model, chart, describe
        self._check_controls()
        self._frames = [self._compute(setting) for setting in self._settings()]
        self._check_columns()
        self._texts = [self._say(frame) for frame in self._frames]
        self._check_chart()
        weight = self.weight_kb
        if weight > min(budget_kb, 300):
            raise self._error(
                f"the twin weighs {weight:.0f} kB gzipped, the budget is {min(budget_kb, 300):.0f} kB: "
                f"take larger steps or fewer controls (now {self._grid_size()})"
            )

    def frame(self, **values: Value) -> pd.DataFrame:
        """The model's table at a setting; controls left out stay at their start.

        Raises:
            ExplorerError: an unknown control, or a value that is not one of its positions.
        """
        return self._frames[self._index(values)].copy()

    def text(self, **values: Value) -> str:
        """What a screen reader hears at a setting."""
        return self._texts[self._index(values)]

    @cached_property
    def spec(self) -> dict[str, Any]:
        """The twin: a self-contained Vega-Lite specification with every setting's numbers inside."""
        from balkanlab import twin

        return twin.build(self)

    @cached_property
    def weight_kb(self) -> float:
        """What the twin adds to a page, in kB after gzip."""
        from balkanlab import twin

        return twin.weight_kb(self.spec)

    @cached_property
    def widget(self) -> ExplorerWidget:
        """The live version; needs a running kernel.

        Raises:
            ImportError: neither vl-convert nor, as in the browser edition, Vega-Lite as a script is there.
        """
        from balkanlab.live import ExplorerWidget

        return ExplorerWidget(self)

    def start(self) -> dict[str, Value]:
        """The setting shown first."""
        return {name: control.start for name, control in self.controls.items()}

    def chart(self, **values: Value) -> alt.TopLevelMixin:
        """The plain Altair chart at a setting, to change it further."""
        return self._chart(self.frame(**values))

    def __repr__(self) -> str:
        return f"{self.title}\n{self.text()}"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        from balkanlab import twin

        bundle: dict[str, Any] = {"text/plain": repr(self), VEGALITE: self.spec}
        with suppress(ImportError):  # without vl-convert there is no still picture
            bundle["image/png"] = twin.picture(self)
        if self.controls and _in_kernel():
            with suppress(ImportError):  # the twin alone is drawn, which is alive as well
                bundle[WIDGET_VIEW] = self.widget.view()
        return bundle

    def _error(self, reason: str) -> ExplorerError:
        return ExplorerError(f"explorer '{self.name}': {reason}")

    def _grid_size(self) -> str:
        sizes = [len(control.values) for control in self.controls.values()]
        return f"{' x '.join(map(str, sizes)) or '1'} = {math.prod(sizes):,} settings"

    def _check_controls(self) -> None:
        for name, control in self.controls.items():
            if not isinstance(control, Control):
                raise self._error(f"control {name!r} is {control!r}, not one of Slider, Choice, Toggle, Year")
            if not name.isidentifier():
                raise self._error(f"control {name!r} is not a Python name")
        if math.prod(len(control.values) for control in self.controls.values()) > MAX_POINTS:
            raise self._error(f"the grid has {self._grid_size()}, at most {MAX_POINTS:,} are allowed")

    def _settings(self) -> list[dict[str, Value]]:
        """Every setting; the last control turns fastest, as in `twin.key_expression`."""
        grids: list[Sequence[Value]] = [control.values for control in self.controls.values()]
        return [dict(zip(self.controls, values, strict=True)) for values in itertools.product(*grids)]

    def _index(self, values: Mapping[str, Value]) -> int:
        index = 0
        if unknown := set(values) - set(self.controls):
            raise self._error(f"no control {sorted(unknown)}; there are {list(self.controls)}")
        for name, control in self.controls.items():
            value, grid = values.get(name, control.start), list[Value](control.values)
            if value not in grid:
                raise self._error(f"{name} = {value!r} is not one of {grid}")
            index = index * len(grid) + grid.index(value)
        return index

    def _compute(self, setting: dict[str, Value]) -> pd.DataFrame:
        import pandas as pd

        at = ", ".join(f"{name} = {value!r}" for name, value in setting.items()) or "its only setting"
        try:
            frame = self._model(**setting)
        except Exception as fault:
            raise self._error(f"the model raised at {at}: {type(fault).__name__}: {fault}") from fault
        if not isinstance(frame, pd.DataFrame) or frame.empty:
            raise self._error(
                f"the model must return a DataFrame with rows, got {type(frame).__name__} at {at}"
            )
        columns: dict[str, list[Value | None]] = {}
        for column in frame.columns:
            columns[str(column)] = values = [_plain(value) for value in frame[column]]
            for row, value in enumerate(values):
                if value is None:
                    raise self._error(f"column {column!r}, row {row} is {frame[column].iloc[row]!r} at {at}")
        tidy = pd.DataFrame(columns)
        tidy.attrs["controls"] = setting
        return tidy

    def _check_columns(self) -> None:
        first = list(self._frames[0].columns)
        for frame in self._frames:
            if list(frame.columns) != first:
                raise self._error(
                    f"the columns change from {first} to {list(frame.columns)} at {frame.attrs['controls']}"
                )

    def _say(self, frame: pd.DataFrame) -> str:
        try:
            return str(self._describe(frame)).strip()
        except Exception as fault:
            at = frame.attrs["controls"]
            raise self._error(f"describe raised at {at}: {type(fault).__name__}: {fault}") from fault

    def _check_chart(self) -> None:
        from balkanlab import twin

        first, last = (json.dumps(twin.chart_spec(self, self._frames[i])) for i in (0, -1))
        if first != last:
            raise self._error("the chart changes with the values of the frame; it may use column names only")
        self._spec = first


def figure(
    frame: pd.DataFrame,
    *,
    chart: Callable[[pd.DataFrame], alt.TopLevelMixin],
    title: str,
    describe: Callable[[pd.DataFrame], str],
    name: str | None = None,
    note: str = "",
) -> Explorer:
    """A chart without controls, with the same description, data table and downloads as an explorer."""
    return Explorer(model=lambda: frame, chart=chart, title=title, describe=describe, name=name, note=note)


def _slug(title: str) -> str:
    words: Sequence[str] = "".join(c if c.isalnum() else " " for c in title.lower()).split()
    return "-".join(words)


def _plain(value: Any) -> Value | None:
    """A number, string or boolean as both lives carry it; None for what neither can."""
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return float(f"{value:.{SIGNIFICANT_DIGITS}g}") + 0.0  # + 0.0 turns -0.0 into 0.0
    return value if isinstance(value, str | int | bool) else None


def _in_kernel() -> bool:
    try:
        from IPython import get_ipython
    except ImportError:
        return False
    shell = get_ipython()
    return shell is not None and hasattr(shell, "kernel")
