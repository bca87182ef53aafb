from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from balkanlab.models import institutions

ENTRY = st.floats(0.1, 3)
COST = st.floats(0.1, 2)
CODES = pd.DataFrame(
    {
        "institution": ["NATO", "OSCE", "CSTO", "Eurasian platform", "Open Balkan"],
        "centralisation": [4, 2, 3, 0, 0],
        "obligation": [4, 1, 3, 0, 2],
        "flexibility": [1, 3, 2, 4, 3],
    }
)
NEEDS = {"attack": {"obligation": 4, "centralisation": 3}, "talk": {"flexibility": 4}}


@settings(deadline=None)
@given(ENTRY, COST)
def test_best_depth_equals_an_optimiser(entry: float, cost: float) -> None:
    def lost(depth: float) -> float:
        return -institutions.come(float(depth), entry_cost=entry, crisis_cost=cost)

    # the count has a kink at the crisis cost, so search both sides of it
    kink = min(cost, 1.0)
    found = [minimize_scalar(lost, bounds=span, method="bounded").fun for span in ((0, kink), (kink, 1))]
    best = institutions.best_depth(entry_cost=entry, crisis_cost=cost)
    assert lost(best) <= min(found) + 1e-5


@settings(deadline=None)
@given(st.floats(0, 1), ENTRY, COST)
def test_formula_equals_counting_states(depth: float, entry: float, cost: float) -> None:
    readiness = (np.arange(400) + 0.5) / 400
    signs = readiness >= entry * depth
    pays = (np.arange(400) + 0.5) / 400 * cost
    counted = signs.mean() * (pays <= depth).mean() * 10
    assert institutions.come(depth, entry_cost=entry, crisis_cost=cost) == pytest.approx(counted, abs=0.08)


def test_ends_of_the_scale() -> None:
    assert institutions.signed(0, entry_cost=1) == 10
    assert institutions.come(0, entry_cost=1, crisis_cost=0.5) == 0
    assert institutions.come(1, entry_cost=1, crisis_cost=0.5) == 0
    assert institutions.best_depth(entry_cost=0, crisis_cost=0.6) == 0.6
    frame = institutions.tower_and_tent(entry_cost=1, crisis_cost=0.4)
    assert (frame.best_depth.iloc[0], frame.best.iloc[0]) == pytest.approx((0.4, 6))
    assert len(frame) == 42


def test_fit_counts_shortfalls_only() -> None:
    frame = institutions.houses(CODES, NEEDS, weather="attack").set_index("institution").fit_pct
    assert frame["NATO"] == 100
    assert frame["Eurasian platform"] == 0
    assert frame["CSTO"] == pytest.approx(100 * 6 / 7)
    assert institutions.fit_pct({"flexibility": 9}, {"flexibility": 4}) == 100


def test_a_middle_layer_helps_in_one_weather_and_costs_in_another() -> None:
    def fit(weather: str, layer: int) -> float:
        frame = institutions.houses(CODES, NEEDS, weather=weather, layer=layer)
        return float(frame.set_index("institution").fit_pct["Eurasian platform"])

    assert [fit("attack", k) for k in (0, 2, 4)] == pytest.approx([0, 400 / 7, 100])
    assert [fit("talk", k) for k in (0, 2, 4)] == [100, 50, 0]


def test_correlation_equals_numpy() -> None:
    mine = institutions.correlation(CODES.obligation, CODES.flexibility)
    assert mine == pytest.approx(np.corrcoef(CODES.obligation, CODES.flexibility)[0, 1])
    with pytest.raises(ValueError, match="equally long"):
        institutions.correlation([1, 1], [1, 2])


def test_wrong_arguments() -> None:
    with pytest.raises(ValueError, match="depth must be between 0 and 1"):
        institutions.signed(2, entry_cost=1)
    with pytest.raises(ValueError, match="weather must be one of"):
        institutions.houses(CODES, NEEDS, weather="snow")
    with pytest.raises(ValueError, match="features of the design"):
        institutions.fit_pct({"a": 1}, {"b": 1})
