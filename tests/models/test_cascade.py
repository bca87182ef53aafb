from __future__ import annotations

from itertools import combinations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.stats import norm

from balkanlab.models import cascade


def least_stable_group(thresholds: list[int]) -> int:
    """The independent reference: of all groups that nobody wants to join or leave, the smallest."""
    people = range(len(thresholds))
    for size in range(len(thresholds) + 1):
        for group in combinations(people, size):
            inside = set(group)
            if all((thresholds[i] <= len(inside - {i})) == (i in inside) for i in people):
                return size
    raise AssertionError("a least fixed point always exists")


@settings(deadline=None)
@given(st.lists(st.integers(0, 8), min_size=1, max_size=8))
def test_adopters_equal_brute_force(thresholds: list[int]) -> None:
    assert cascade.adopters(thresholds) == least_stable_group(thresholds)


@given(st.lists(st.integers(0, 8), min_size=1, max_size=8), st.data())
def test_easier_thresholds_never_lose_anybody(thresholds: list[int], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(thresholds) - 1))
    easier = [t - (i == place) for i, t in enumerate(thresholds)]
    assert cascade.adopters(easier) >= cascade.adopters(thresholds)
    assert (place in cascade.tipping(thresholds)) == (cascade.adopters(easier) > cascade.adopters(thresholds))


def test_plan_of_the_course() -> None:
    assert cascade.adopters([0, 0, 3, 4, 5, 6, 7, 8]) == 2
    assert cascade.adopters([0, 0, 2, 4, 5, 6, 7, 8]) == 3
    assert cascade.adopters([0, 0, 2, 3, 4, 5, 6, 7]) == 8
    assert cascade.tipping([0, 0, 3, 4, 5, 6, 7, 8]) == [2]


def test_rounds_and_guests() -> None:
    frame = cascade.spread({"a": 0, "b": 1, "c": 2, "d": 9})
    assert frame["round"].tolist() == [0, 1, 2, -1]
    assert cascade.spread({"a": 1, "b": 1}).joined.sum() == 0
    assert cascade.spread({"a": 1, "b": 1}, ["a"]).joined.all()
    assert not cascade.spread({"a": 0, "b": float("inf")}).joined.iloc[1]
    with pytest.raises(ValueError, match="invited must be among the actors"):
        cascade.spread({"a": 0}, ["z"])


POSITIONS = pd.DataFrame(
    {
        "actor": ["near", "near", "middle", "far", "far"],
        "issue": ["x", "y", "x", "x", "y"],
        "position": [-2, -2, 0, 2, 2],
    }
)


def test_thresholds_from_positions() -> None:
    cool = cascade.coolness(POSITIONS, ["near", "middle", "far"], {"x": 1, "y": 1})
    assert cool == {"near": -2, "middle": 0, "far": 2}
    assert cascade.thresholds(cool) == {"near": 0, "middle": 1, "far": 2}
    assert cascade.thresholds(cool, pull=1) == {"near": 0, "middle": 0, "far": 1}
    frame = cascade.audience(POSITIONS, actors=list(cool), issues={"x": 1, "y": 1})
    assert frame.listeners.tolist() == [3, 3, 3]
    assert cascade.coolness(POSITIONS, ["near", "far"], {"x": -1}) == {"near": 2, "far": -2}
    with pytest.raises(ValueError, match="none of the issues for lost"):
        cascade.coolness(POSITIONS, ["lost"], {"x": 1})


@settings(deadline=None)
@given(st.floats(10, 40), st.floats(3, 30))
def test_crowd_comes_to_rest_at_the_first_crossing(mean: float, sd: float) -> None:
    final = cascade.crowd_final(mean=mean, sd=sd)
    assert 100 * norm.cdf(final, mean, sd) == pytest.approx(final, abs=1e-4)
    # below it the curve lies above the line everywhere: no earlier crossing
    for x in [final * k / 20 for k in range(19)]:
        assert 100 * norm.cdf(x, mean, sd) >= x - 1e-6


def test_granovetters_jump() -> None:
    """His own example: mean 25, and near a standard deviation of 12.2 the crowd jumps from 6 to about 100."""
    below, above = (cascade.crowd_final(mean=25, sd=sd) for sd in (12.1, 12.3))
    assert below < 8
    assert above > 95
    root = brentq(lambda r: 100 * norm.cdf(r, 25, 12.0) - r, 0, 6)
    assert cascade.crowd_final(mean=25, sd=12.0) == pytest.approx(root, abs=1e-5)
    frame = cascade.crowd(mean=25, sd=12)
    assert len(frame) == 42
    assert frame["final"].nunique() == 1
