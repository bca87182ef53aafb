"""The explorer's promises: one definition, the same numbers in both lives, clear errors when it is defined."""

import doctest
import json

import altair as alt
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from balkanlab import Choice, Explorer, Slider, Toggle, Year, charts, explorer, figure, twin
from balkanlab.explorer import VEGALITE, WIDGET_VIEW, ExplorerError


def imports(tariff: int, partner: str, join: bool, year: int) -> pd.DataFrame:
    own = 100 - tariff + (50 if join else 0) + (year - 2000)
    return pd.DataFrame(
        {"seller": ["world", partner], "value": [own / 3, own], "large": [own > 90, False], "n": [own, 1]}
    )


def make(**changes):
    parts = {
        "name": "imports",
        "title": "Who sells?",
        "model": imports,
        "controls": {
            "tariff": Slider(0, 30, step=10, value=20, label="Tariff", unit="%"),
            "partner": Choice(["near", "far"], label="Partner"),
            "join": Toggle(label="Join"),
            "year": Year(2000, 2002, value=2001, label="Year"),
        },
        "chart": charts.bars("value", "seller"),
        "describe": lambda frame: f"The world sells {frame.value.iloc[0]:.1f}.",
    }
    return Explorer(**(parts | changes))


@pytest.fixture(scope="module")
def example():
    return make()


def rows_of_twin(spec, key):
    """The rows that the twin's own table holds for a setting, read as a browser reads them."""
    lines = pd.read_csv(pd.io.common.StringIO(spec["data"]["values"]))
    return lines[lines[twin.KEY] == key].drop(columns=[twin.KEY, twin.ORDER]).reset_index(drop=True)


def test_the_docstring_example_runs():
    assert doctest.testmod(explorer).failed == 0


@given(
    tariff=st.sampled_from([0, 10, 20, 30]),
    partner=st.sampled_from(["near", "far"]),
    join=st.booleans(),
    year=st.integers(2000, 2002),
)
@settings(max_examples=30, deadline=None)
def test_twin_and_python_hold_the_same_numbers(example, tariff, partner, join, year):
    setting = {"tariff": tariff, "partner": partner, "join": join, "year": year}
    twins = rows_of_twin(example.spec, example._index(setting))
    pd.testing.assert_frame_equal(twins, example.frame(**setting), check_dtype=False)
    expected = imports(**setting)
    assert list(twins["value"]) == pytest.approx(list(expected["value"]), rel=1e-4)


def test_the_live_reply_holds_the_same_rows(example):
    index = example._index({"tariff": 10, "join": True})
    live = pd.DataFrame(twin.rows(example, index)).drop(columns=[twin.KEY, twin.ORDER])
    pd.testing.assert_frame_equal(live, example.frame(tariff=10, join=True), check_dtype=False)


def test_the_live_widget_answers_a_request(example):
    widget = example.widget
    widget.request = {"turn": 7, "values": {"tariff": 0, "partner": "far", "join": True, "year": 2002}}
    assert widget.reply["turn"] == 7
    assert widget.reply["text"] == example.text(tariff=0, partner="far", join=True, year=2002)
    widget.value = {**example.start(), "tariff": 30}
    assert widget.reply["values"]["tariff"] == 30


def test_outputs_are_the_same_from_run_to_run():
    first, second = (make()._repr_mimebundle_() for _ in range(2))
    assert json.dumps(first[VEGALITE]) == json.dumps(second[VEGALITE])
    assert first["image/png"] == second["image/png"]


def test_outside_a_kernel_there_is_a_twin_a_picture_and_words(example):
    bundle = example._repr_mimebundle_()
    assert set(bundle) == {"text/plain", VEGALITE, "image/png"}
    assert WIDGET_VIEW not in bundle
    assert "The world sells" in bundle["text/plain"]


def test_the_twin_asks_nothing_of_another_host_and_names_its_inputs(example):
    text = json.dumps({**example.spec, "$schema": ""})
    assert "http" not in text
    binds = [parameter["bind"]["name"] for parameter in example.spec["params"] if "bind" in parameter]
    assert [bind.strip() for bind in binds] == ["Tariff", "Partner", "Join", "Year"]


def test_the_twin_compiles(example):
    signals = {signal["name"] for signal in twin.compile_vega(example.spec)["signals"]}
    assert {"c_tariff", "c_partner", "c_join", "c_year", "setting", "ink"} <= signals


def test_a_figure_is_an_explorer_without_controls():
    frame = pd.DataFrame({"country": ["A", "B"], "share": [0.25, 0.75]})
    drawn = figure(
        frame,
        chart=charts.bars("share", "country"),
        title="Shares",
        describe=lambda f: f"{len(f)} countries.",
    )
    assert drawn.name == "shares"
    assert drawn.spec["usermeta"]["balkanlab"]["controls"] == []
    assert "setting" not in json.dumps(drawn.spec["params"])


def faulty(tariff, **_):
    raise ZeroDivisionError("by design")


def holes(**_):
    return pd.DataFrame({"seller": ["a", "b"], "value": [1.0, float("nan")]})


def moving(tariff, **_):
    return pd.DataFrame({"seller": ["a"], "value" if tariff < 30 else "price": [1.0]})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"model": faulty}, ["imports", "ZeroDivisionError: by design", "tariff = 0"]),
        ({"model": holes}, ["column 'value', row 1 is", "nan"]),
        ({"model": moving}, ["columns change", "30"]),
        ({"model": lambda **_: pd.DataFrame()}, ["DataFrame with rows"]),
        ({"model": lambda **_: 3}, ["int"]),
        ({"controls": {"tarif": Slider(0, 10)}}, ["unexpected keyword argument 'tarif'"]),
        ({"controls": {"tariff": 3}}, ["control 'tariff' is 3", "Slider, Choice, Toggle, Year"]),
        ({"controls": {"a": Slider(0, 100), "b": Slider(0, 100)}}, ["101 x 101 = 10,201 settings", "5,000"]),
        ({"budget_kb": 0.2}, ["kB gzipped", "4 x 2 x 2 x 3 = 48 settings"]),
        ({"describe": lambda frame: frame.missing}, ["describe raised", "AttributeError"]),
        (
            {
                "chart": lambda frame: (
                    alt.Chart(frame).mark_bar().encode(x="value:Q").properties(height=int(frame.n[0]))
                )
            },
            ["changes with the values"],
        ),
        (
            {"chart": lambda frame: alt.Chart(frame).mark_bar().encode(x="value:Q").interactive()},
            ["automatic name"],
        ),
        ({"chart": lambda frame: alt.Chart(frame.head(1)).mark_bar()}, ["does not draw the frame"]),
    ],
)
def test_a_fault_is_found_when_the_explorer_is_defined(changes, words):
    with pytest.raises(ExplorerError) as raised:
        make(**changes)
    for word in words:
        assert word in str(raised.value)


def test_an_unknown_control_or_value_is_named(example):
    with pytest.raises(ExplorerError, match="no control \\['tarif'\\]"):
        example.frame(tarif=3)
    with pytest.raises(ExplorerError, match="tariff = 11 is not one of"):
        example.frame(tariff=11)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Slider(0, 10, step=3),
        lambda: Slider(5, 5),
        lambda: Slider(0, 1, step=0),
        lambda: Slider(0, 1, step=0.1, value=0.15),
        lambda: Choice(["one"]),
        lambda: Choice(["a", "a"]),
        lambda: Choice(["a", "b"], value="c"),
        lambda: Year(1990, 2000, value=2001),
    ],
)
def test_a_wrong_control_is_refused(wrong):
    with pytest.raises(ValueError, match=r"."):
        wrong()


def test_slider_positions_are_the_decimals_a_browser_shows():
    assert Slider(0.2, 0.8, step=0.2).values == (0.2, 0.4, 0.6, 0.8)
    assert Slider(-1, 1, step=1).values == (-1, 0, 1)


def test_extra_tables_of_a_chart_stay_inside():
    line = pd.DataFrame({"limit": [50]})

    def chart(frame):
        return alt.Chart(frame).mark_bar().encode(x="value:Q") + alt.Chart(line).mark_rule().encode(
            x="limit:Q"
        )

    spec = make(chart=chart).spec
    assert "datasets" not in spec
    assert {"limit": 50} in spec["layer"][1]["data"]["values"]


@pytest.mark.parametrize(
    "chart",
    [
        charts.bars("value", "seller", color="seller", colors=["world", "near", "far"]),
        charts.bars("value", "seller", color="large", stack=True),
        charts.bars("value", "seller", color="large", domain=(0, 10)),
        charts.lines("n", "value", color="seller", step=True, x_format="d"),
        charts.lines("n", "value", dots=True, x_domain=(0, 10), y_domain=(0, 5)),
        charts.intervals("value", "seller", low="n", high="value"),
        charts.tiles("seller", "large", "value", text="value", domain=(0, 1)),
        charts.tiles("seller", "large", "seller", words={"world": "#fff", "near": "#aaa"}),
    ],
)
def test_every_chart_factory_compiles(chart):
    assert twin.compile_vega(make(chart=chart).spec)["marks"]


def test_a_country_map_draws_its_outlines():
    square = {"type": "Polygon", "coordinates": [[[0, 0], [0, 1], [1, 1], [1, 0], [0, 0]]]}
    outlines = {"features": [{"type": "Feature", "properties": {"iso3": "AAA"}, "geometry": square}]}
    frame = pd.DataFrame({"iso3": ["AAA"], "country": ["A"], "state": ["in"]})
    drawn = figure(
        frame,
        chart=charts.country_map("state", outlines, words={"in": "#0072b2"}),
        title="Map",
        describe=lambda f: "A is in.",
    )
    assert "geoshape" in json.dumps(drawn.spec)
    assert twin.compile_vega(drawn.spec)["projections"]


def test_words_keep_the_frames_order_at_every_setting(example):
    scales = {scale["name"]: scale for scale in twin.compile_vega(example.spec)["scales"]}
    assert scales["y"]["domain"]["sort"] == {"op": "min", "field": twin.ORDER}
