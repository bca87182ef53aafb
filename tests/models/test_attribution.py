from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from balkanlab.models import attribution

rates = st.floats(0.02, 0.98)


def test_answers_of_the_course_plan() -> None:
    assert attribution.after_clues(0.3, 0.8, 0.2, 1) == pytest.approx(0.632, abs=0.0005)
    assert attribution.after_clues(0.1, 0.8, 0.2, 1) == pytest.approx(0.308, abs=0.0005)
    assert attribution.after_clues(0.3, 0.8, 0.2, 2) == pytest.approx(0.873, abs=0.0005)
    assert attribution.sensitivity(0.8, 0.2) == pytest.approx(1.68, abs=0.005)
    # two clues from one leaked file are worth one
    assert attribution.after_clues(0.3, 0.8, 0.2, 2, overlap=1) == attribution.after_clues(0.3, 0.8, 0.2, 1)


@given(rates, rates)
def test_sensitivity_and_bar_equal_scipy(hit: float, alarm: float) -> None:
    assert attribution.sensitivity(hit, alarm) == pytest.approx(norm.ppf(hit) - norm.ppf(alarm))
    assert attribution.bar(hit, alarm) == pytest.approx(-(norm.ppf(hit) + norm.ppf(alarm)) / 2)


@settings(deadline=None)
@given(st.floats(0.05, 0.95), st.integers(1, 4))
def test_clues_by_simulation_free_counting(prior: float, number: int) -> None:
    guilty, innocent = prior * 0.8**number, (1 - prior) * 0.2**number
    assert attribution.after_clues(prior, 0.8, 0.2, number) == pytest.approx(guilty / (guilty + innocent))


@given(st.floats(0, 4))
def test_the_area_under_the_curve(d_prime: float) -> None:
    table = attribution.roc(d_prime, points=401)
    area = np.trapezoid(table.hit_pct, table.false_alarm_pct) / 10_000
    assert table.area.iloc[0] == pytest.approx(area, abs=0.004)
    assert table.hit_pct.is_monotonic_increasing


def test_acting_waits_for_the_bar() -> None:
    assert attribution.bar_to_act(9, 1) == 0.9
    table = attribution.evidence(prior=0.3)
    assert table.decision.tolist() == ["hold"] * 3 + ["act"] * 4
    same = attribution.evidence(prior=0.3, overlap=1)
    assert set(same.decision) == {"hold"}
    assert same.belief_pct.iloc[1:].nunique() == 1


@pytest.mark.parametrize(
    "call",
    [
        lambda: attribution.sensitivity(1, 0.2),
        lambda: attribution.after_clues(0.3, 0.8, 0.2, -1),
        lambda: attribution.effective_clues(2, 1.5),
        lambda: attribution.bar_to_act(0, 1),
        lambda: attribution.roc(9),
    ],
)
def test_nonsense_is_refused(call) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=r"must be|infinite"):
        call()
