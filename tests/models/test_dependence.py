from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from balkanlab.models import dependence

weights = st.lists(st.floats(0.01, 100), min_size=2, max_size=12)


def shares_of(values: list[float]) -> list[float]:
    return [100 * v / sum(values) for v in values]


TRADE = pd.DataFrame(
    [
        (2006, "SRB", "BIH", 100.0),
        (2006, "SRB", "DEU", 300.0),
        (2006, "BIH", "SRB", 50.0),
        (2006, "BIH", "DEU", 150.0),
        (2006, "DEU", "SRB", 500.0),
        (2007, "SRB", "BIH", 120.0),
        (2007, "SRB", "DEU", 480.0),
        (2007, "DEU", "SRB", 900.0),
    ],
    columns=["year", "exporter", "importer", "value_kusd"],
)


def test_cover() -> None:
    assert dependence.cover_ratio(3.83, 1.53) == pytest.approx(2.503, abs=1e-3)


@given(weights)
def test_concentration_lies_between_equal_shares_and_one(values: list[float]) -> None:
    index = dependence.concentration(shares_of(values))
    assert 1 / len(values) - 1e-9 <= index <= 1 + 1e-9
    assert dependence.hirschman_index(shares_of(values)) == pytest.approx(math.sqrt(index))


@given(st.integers(1, 20))
def test_equal_shares_reach_the_lower_end(n: int) -> None:
    assert dependence.concentration([100 / n] * n) == pytest.approx(1 / n)


@given(weights)
def test_bounds_hold_the_truth(values: list[float]) -> None:
    shares = sorted(shares_of(values), reverse=True)
    low, high = dependence.concentration_bounds(shares[: len(shares) // 2])
    assert low - 1e-9 <= dependence.concentration(shares) <= high + 1e-9


def test_bounds_by_hand() -> None:
    low, high = dependence.concentration_bounds([63.2, 15.4])
    assert low == pytest.approx(0.632**2 + 0.154**2)
    assert high == pytest.approx(0.632**2 + 0.154**2 + 0.214**2)


def test_partner_shares() -> None:
    table = dependence.partner_shares(TRADE, country="SRB", year=2006, groups={"EU": ["DEU"]})
    assert table["partner"].tolist() == ["EU", "BIH"]
    assert table["share_pct"].tolist() == [75, 25]
    assert table["value_musd"].tolist() == [0.3, 0.1]
    both = dependence.partner_shares(TRADE, country="SRB", year=2006, flow="total", top=1)
    assert both["partner"].tolist() == ["DEU", "Rest"]
    assert both["share_pct"].sum() == pytest.approx(100)


@given(weights, st.floats(0, 100), st.data())
def test_closing_a_partner(values: list[float], redirected: float, data: st.DataObject) -> None:
    names = [f"P{i}" for i in range(len(values))]
    shares = pd.DataFrame({"partner": names, "share_pct": shares_of(values)})
    closed = data.draw(st.sampled_from(names))
    table = dependence.close_partner(shares, partner=closed, redirected_pct=redirected)
    after = table[table["moment"] == "after"].set_index("partner")["share_pct"]
    assert after[closed] == 0
    assert after.sum() + table["lost_pct"].iloc[0] == pytest.approx(100)


def test_a_value_can_rise_while_its_share_falls() -> None:
    table = dependence.shares_and_values(
        TRADE, country="SRB", partners=["BIH"], flow="exports", base_year=2006
    ).set_index("year")
    assert table.loc[2007, "value_index"] == pytest.approx(120)
    assert table.loc[2007, "share_pct"] == pytest.approx(20)
    assert table.loc[2007, "share_index"] == pytest.approx(80)


def test_relative_trade_keeps_complete_years_only() -> None:
    table = dependence.relative_trade(TRADE, region=["SRB", "BIH"], reference=["DEU"])
    assert table["year"].tolist() == [2006]  # BIH does not export in 2007
    assert table["ratio"].tolist() == pytest.approx([150 / 450])
    assert table["intra_share_pct"].tolist() == pytest.approx([25])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: dependence.cover_ratio(1, 0), "imports must be above 0, got 0"),
        (lambda: dependence.concentration([80, 30]), "at most 100, got 110"),
        (lambda: dependence.concentration_bounds([]), "at least one share"),
        (lambda: dependence.partner_shares(TRADE, country="SRB", year=1990), "no exports of SRB in 1990"),
        (lambda: dependence.partner_shares(TRADE, country="XKX", year=2006), "got 'XKX'"),
        (
            lambda: dependence.shares_and_values(TRADE, country="SRB", partners=["BIH"], base_year=1999),
            "base_year must be one of 2006, 2007, got 1999",
        ),
        (
            lambda: dependence.relative_trade(TRADE, region=["SRB"], reference=["SRB", "DEU"]),
            r"both hold \['SRB'\]",
        ),
    ],
)
def test_wrong_arguments(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
