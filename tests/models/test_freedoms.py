from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from balkanlab.models import freedoms

LEAFLET = {"goods": 1, "services": 0.5, "capital": 0.5, "persons": 1, "labour": 1}
PRACTICE = {"goods": 0.5, "services": 0, "capital": 0.25, "persons": 0.5, "labour": 0.5}


def codings() -> pd.DataFrame:
    rows = [
        ("Open Balkan", stage, freedom, score)
        for stage, scores in (("leaflet", LEAFLET), ("practice", PRACTICE))
        for freedom, score in scores.items()
    ]
    return pd.DataFrame(rows, columns=["scheme", "stage", "freedom", "score"])


def test_the_printed_scores() -> None:
    table = freedoms.scorecard(codings())
    assert table["score"].tolist() == pytest.approx([0.8, 0.35])
    assert table["gap"].tolist() == pytest.approx([0, 0.45])
    assert freedoms.weighted(PRACTICE, {"labour": 2}) == pytest.approx(0.375)


@given(
    st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=6),
    st.lists(st.floats(0.01, 50), min_size=6, max_size=6),
)
def test_no_weights_leave_the_range(scores: list[tuple[float, float]], weights: list[float]) -> None:
    table = pd.DataFrame(
        [
            (scheme, "practice", f"f{i}", pair[k])
            for i, pair in enumerate(scores)
            for k, scheme in enumerate("AB")
        ],
        columns=["scheme", "stage", "freedom", "score"],
    )
    low, high = freedoms.order_range(table, better="A", worse="B", stage="practice")
    given_weights = {f"f{i}": w for i, w in zip(range(len(scores)), weights, strict=False)}
    result = freedoms.scorecard(table, weights=given_weights).set_index("scheme")["score"]
    assert low - 1e-9 <= result["A"] - result["B"] <= high + 1e-9


def test_rungs_are_cumulative() -> None:
    steps = {
        "no_internal_tariffs": True,
        "common_tariff": False,
        "free_factors": False,
        "joint_policies": False,
    }
    assert freedoms.rung(**steps) == "free trade area"
    assert freedoms.rung(**{**steps, "free_factors": True}) == "free trade area"
    assert freedoms.rung(**{**steps, "common_tariff": True}) == "customs union"
    assert freedoms.rung(**dict.fromkeys(steps, True)) == "economic union"
    assert freedoms.rung(**dict.fromkeys(steps, False)) == "no agreement"


def test_wrong_arguments() -> None:
    with pytest.raises(ValueError, match="weights name"):
        freedoms.weighted(PRACTICE, {"work": 2})
    with pytest.raises(ValueError, match="between 0 and 1"):
        freedoms.weighted({"goods": 2})
    with pytest.raises(ValueError, match="lacks the column"):
        freedoms.scorecard(codings().drop(columns="score"))
