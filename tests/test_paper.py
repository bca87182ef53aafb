"""What of an explorer goes on paper."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("sphinx")

from balkanlab import Choice, Slider, Toggle
from balkanlab.controls import Control
from balkanlab.publish import paper
from balkanlab.twin import meta

CONTROLS: dict[str, Control] = {
    "tariff": Slider(0, 60, step=20, value=20, label="Tariff", unit="%"),
    "rule": Choice(["7/7", "5/7"], value="7/7", label="Rule"),
    "eu": Toggle(value=False, label="Join the EU"),
}


@pytest.fixture(scope="module")
def told() -> list[dict[str, object]]:
    """The controls as an explorer tells the page of them."""
    return [
        {"name": name, "label": control.label, "value": control.start, **control.meta()}
        for name, control in CONTROLS.items()
    ]


def test_positions_are_those_of_the_controls(told: list[dict[str, object]]) -> None:
    for control, one in zip(CONTROLS.values(), told, strict=True):
        assert paper.positions(one) == list(control.values)


def test_first_setting_then_far_ends_one_control_at_a_time(told: list[dict[str, object]]) -> None:
    chosen = paper.settings(told)
    start = {"tariff": 20, "rule": "7/7", "eu": False}
    assert chosen == [start, start | {"tariff": 60}, start | {"rule": "5/7"}, start | {"eu": True}]
    assert paper.settings(told, 5)[4] == start | {"tariff": 0}
    assert paper.settings([]) == [{}]


def test_numbers_and_captions(told: list[dict[str, object]]) -> None:
    assert paper.number(told, {"tariff": 0, "rule": "7/7", "eu": False}) == 0
    assert paper.number(told, {"tariff": 60, "rule": "5/7", "eu": True}) == 15
    said = paper.caption(told, {"tariff": 20.0, "rule": "7/7", "eu": False})
    assert said == "Tariff: 20 %; Rule: 7/7; Join the EU: no"


def test_numbers_agree_with_the_explorer() -> None:
    import altair as alt
    import pandas as pd

    from balkanlab import Explorer

    explorer = Explorer(
        name="paper",
        title="T",
        model=lambda tariff, rule, eu: pd.DataFrame({"x": [tariff + len(rule) + eu]}),
        controls=CONTROLS,
        chart=lambda frame: alt.Chart(frame).mark_point().encode(x="x:Q"),
        describe=lambda frame: f"{frame.x.iloc[0]}",
    )
    controls = meta(explorer, range(16))["controls"]
    for setting in paper.settings(controls, 20):
        assert paper.number(controls, setting) == explorer._index(setting)


def test_a_page_that_is_not_built(tmp_path: Path) -> None:
    with pytest.raises(paper.PaperError, match="not in the built book"):
        paper.sheet(tmp_path, ["book/gone"], {"title": "T"})


def test_no_browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("balkanlab.doctor.find_browser", lambda: None)
    with pytest.raises(paper.PaperError, match="BALKANLAB_BROWSER"):
        paper.print_pdf("<p>", tmp_path, tmp_path / "a.pdf")
