from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq

from balkanlab.models import salami

positive = st.floats(0.1, 100)


def test_answers_of_the_course_plan() -> None:
    assert salami.critical_response(10, 30) == 0.25
    assert salami.window_opens(prize=10, cost=30, start=0.6, decay=0.1) == pytest.approx(8.75, abs=0.005)
    assert salami.critical_response(10, 50) == pytest.approx(0.167, abs=0.0005)
    assert salami.critical_response(10, 50) < salami.critical_response(10, 30)


@given(positive, positive)
def test_at_the_critical_probability_seizing_is_worth_nothing(prize: float, cost: float) -> None:
    p = salami.critical_response(prize, cost)
    assert (1 - p) * prize - p * cost == pytest.approx(0, abs=1e-6)


@given(st.floats(0.3, 1), st.floats(0.02, 0.5))
def test_the_window_is_the_root_of_the_gain(start: float, decay: float) -> None:
    def gain(t: float) -> float:
        p = salami.response(start=start, decay=decay, time=t)
        return (1 - p) * 10 - p * 30

    root = brentq(gain, 0, 200)
    assert salami.window_opens(prize=10, cost=30, start=start, decay=decay) == pytest.approx(root, abs=1e-6)


def test_windows_at_the_ends() -> None:
    assert salami.window_opens(prize=10, cost=30, start=0.2, decay=0.1) == 0
    assert salami.window_opens(prize=10, cost=30, start=0.6, decay=0) == math.inf


def test_a_tripwire_closes_the_window_longer() -> None:
    table = salami.temptation(prize=10, cost=30, start=0.6, decay=0.1)
    assert table[table.seizes].time.min() == 9
    wired = salami.temptation(prize=10, cost=30, start=0.6, decay=0.1, tripwire=20)
    assert wired[wired.seizes].time.min() == math.ceil(10 * math.log(0.6 * 6))


def test_thin_slices_beat_a_short_sighted_defender_only() -> None:
    whole = salami.slices(stake=10, number=1, resistance_cost=4, foresight=1)
    assert whole.outcome.tolist() == ["deterred"]
    thin = salami.slices(stake=10, number=5, resistance_cost=4, foresight=1)
    assert thin.lost_pct.iloc[0] == 100
    wise = salami.slices(stake=10, number=5, resistance_cost=4, foresight=2)
    assert wise.outcome.tolist() == ["deterred", *["not tried"] * 4]
    assert wise.lost_pct.iloc[0] == 0


@pytest.mark.parametrize(
    "call",
    [
        lambda: salami.critical_response(0, 3),
        lambda: salami.response(start=2, decay=0, time=0),
        lambda: salami.slices(stake=1, number=0, resistance_cost=1, foresight=1),
        lambda: salami.temptation(prize=1, cost=1, start=0.5, decay=0.1, horizon=0),
    ],
)
def test_nonsense_is_refused(call) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match="must be"):
        call()
