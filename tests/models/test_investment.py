from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from balkanlab.models import investment

QUOTED = pd.DataFrame(
    [
        ("SRB", 42, "EUR bn", "flow total", "2007", "2021"),
        ("BIH", 8.8, "EUR bn", "agency total", "2007", "2021"),
        ("MKD", 7.01, "EUR bn", "stock", "2022", "2022"),
        ("ALB", 1.19, "USD bn", "annual average", "2016", "2021"),
    ],
    columns=["iso3", "value", "unit", "concept", "from", "to"],
)
PEOPLE = {"SRB": 6.66, "BIH": 3.23, "MKD": 2.06, "ALB": 2.78}


def table(scale: investment.Scale, *, same: bool = False) -> pd.DataFrame:
    return investment.league_table(
        QUOTED, PEOPLE, scale=scale, usd_per_eur=1.14, same_concept_only=same
    ).set_index("iso3")


def test_the_ranking_flips_with_the_unit() -> None:
    assert list(table("as quoted").index) == ["SRB", "BIH", "MKD", "ALB"]
    assert table("per year", same=True)["value"].round(2).to_dict() == {"SRB": 2.8, "ALB": 1.04}
    heads = table("per head and year", same=True)["value"]
    assert heads["SRB"] == pytest.approx(420.4, abs=0.05)
    assert heads["ALB"] == pytest.approx(375.5, abs=0.05)
    # with the stock left in, as the text does, North Macedonia would lead
    assert table("per head and year").index[0] == "MKD"


def test_what_may_stand_beside_serbia() -> None:
    assert table("as quoted")["comparable"].to_dict() == {
        "SRB": True,
        "BIH": False,
        "MKD": False,
        "ALB": False,
    }
    assert table("per year")["comparable"].to_dict() == {
        "SRB": True,
        "MKD": False,
        "BIH": False,
        "ALB": True,
    }


@pytest.mark.parametrize(
    ("scale", "unit"),
    [
        ("as quoted", "EUR bn"),
        ("per year", "EUR bn per year"),
        ("per head", "EUR per head"),
        ("per head and year", "EUR per head and year"),
    ],
)
def test_units_and_ranks(scale: investment.Scale, unit: str) -> None:
    result = table(scale)
    assert set(result["unit"]) == {unit}
    assert result["rank"].tolist() == [1, 2, 3, 4]
    assert result["value"].is_monotonic_decreasing


@given(st.floats(0, 100), st.lists(st.floats(0, 10), min_size=1, max_size=20))
def test_stock_is_the_start_plus_all_flows(initial: float, inflows: list[float]) -> None:
    path = investment.stock_from_flows(initial, inflows)
    assert path[-1] == pytest.approx(initial + sum(inflows))
    revalued = investment.stock_from_flows(initial, inflows, [1.0] * len(inflows))
    assert revalued[-1] - path[-1] == pytest.approx(len(inflows))


@given(st.sampled_from(investment.CONCEPTS), st.sampled_from(investment.CONCEPTS))
def test_comparability_is_symmetric(a: investment.Concept, b: investment.Concept) -> None:
    for scale in investment.SCALES:
        assert investment.comparable(a, b, scale=scale) == investment.comparable(b, a, scale=scale)


def test_difference_in_differences() -> None:
    moved = {"treated_before": 10.0, "treated_after": 18.0, "control_before": 6.0, "control_after": 11.0}
    assert investment.difference_in_differences(**moved) == 3


def test_wrong_arguments() -> None:
    with pytest.raises(ValueError, match="years must be above 0, got 0"):
        investment.per_year(42, 0)
    with pytest.raises(ValueError, match=r"usd_per_eur must be between 0\.5 and 2, got 114"):
        investment.to_eur(1.19, 114)
    with pytest.raises(ValueError, match=r"as many years as inflows \(2\), got 1"):
        investment.stock_from_flows(0, [1, 2], [1])
    with pytest.raises(ValueError, match="unit must be one of"):
        investment.league_table(QUOTED.assign(unit="KM bn"), PEOPLE, scale="per head", usd_per_eur=1.14)
    with pytest.raises(ValueError, match=r"last must be between 2007 and 2200, got 2006"):
        investment.calendar_years(2007, 2006)
