from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from balkanlab.models import regimes


def test_answers_of_the_course_plan() -> None:
    assert regimes.outside_effort(0.3) == 0.3
    assert not regimes.reforms(rent=5, reward=8, cost=4)
    assert regimes.flipping_reward(rent=5, cost=4) == 9
    assert not regimes.reforms(rent=5, reward=9, cost=4)
    assert regimes.reforms(rent=5, reward=9.1, cost=4)
    assert regimes.outside_effort(0.1) == 0.1


@given(st.floats(0.02, 0.98))
def test_the_split_is_the_maximum(weight: float) -> None:
    best = minimize_scalar(lambda s: -regimes.welfare(s, weight), bounds=(1e-6, 1 - 1e-6), method="bounded")
    assert regimes.outside_effort(weight) == pytest.approx(best.x, abs=1e-3)


def test_a_bargain_has_one_winner_and_adds_up() -> None:
    table = regimes.bargain(fear_of_society_pct=70, rent=3, reward=8)
    assert table.chosen.sum() == 1
    assert (table.home_pct + table.outside_pct == 100).all()
    assert table.flips_at.iloc[0] == 10
    assert table.set_index("choice").chosen["stay as it is"]
    assert regimes.bargain(fear_of_society_pct=20, rent=3, reward=8).set_index("choice").chosen["reform"]


@pytest.mark.parametrize(
    "call",
    [
        lambda: regimes.outside_effort(1.2),
        lambda: regimes.welfare(0, 0.5),
        lambda: regimes.reforms(rent=-1, reward=1, cost=1),
        lambda: regimes.bargain(fear_of_society_pct=120, rent=1, reward=1),
    ],
)
def test_nonsense_is_refused(call) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match="must be"):
        call()
