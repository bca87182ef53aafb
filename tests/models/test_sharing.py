from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balkanlab.data import load
from balkanlab.models import sharing

GAME = {frozenset("SA"): 4.0, frozenset("SM"): 5.0, frozenset("AM"): 1.0, frozenset("SAM"): 12.0}
PEOPLE = {"S": 6.66, "A": 2.78, "M": 2.06}
GDP = {"S": 63.56, "A": 18.92, "M": 13.56}

worths = st.fixed_dictionaries(
    {
        frozenset(k): st.floats(0, 20)
        for k in ("A", "B", "C", "D", "AB", "AC", "AD", "BC", "BD", "CD", "ABC", "ABD", "ACD", "BCD", "ABCD")
    }
)


def by_orders(worth: sharing.Worth) -> dict[str, float]:
    everyone = sharing.players(worth)
    total = dict.fromkeys(everyone, 0.0)
    orders = list(permutations(everyone))
    for order in orders:
        for place, player in enumerate(order):
            before = frozenset(order[:place])
            total[player] += worth.get(before | {player}, 0) - worth.get(before, 0)
    return {player: value / len(orders) for player, value in total.items()}


def test_the_printed_division() -> None:
    value = sharing.shapley(GAME)
    assert [round(value[p], 2) for p in "SAM"] == [5.17, 3.17, 3.67]
    assert sharing.in_core(GAME, value)
    assert [round(value[p] / PEOPLE[p], 2) for p in "SAM"] == [0.78, 1.14, 1.78]
    assert sharing.nash_split(12, 2, 1) == (6.5, 5.5)


@given(worths)
def test_shapley_is_the_mean_over_all_orders(worth: dict[frozenset[str], float]) -> None:
    value = sharing.shapley(worth)
    assert value == pytest.approx(by_orders(worth), abs=1e-9)
    assert sum(value.values()) == pytest.approx(worth[frozenset("ABCD")], abs=1e-9)


@given(worths, st.floats(0, 10))
def test_a_player_who_adds_the_same_everywhere_gets_just_that(
    worth: dict[frozenset[str], float], adds: float
) -> None:
    wider = {frozenset("E"): adds, **worth, **{group | {"E"}: value + adds for group, value in worth.items()}}
    assert sharing.shapley(wider)["E"] == pytest.approx(adds, abs=1e-9)


@given(worths)
def test_a_convex_game_has_its_shapley_value_in_the_core(worth: dict[frozenset[str], float]) -> None:
    """Squares of sums of weights are convex, and so Shapley (1971) promises it."""
    weight = {p: worth[frozenset(p)] for p in "ABCD"}
    convex = {group: sum(weight[p] for p in group) ** 2 for group in worth}
    gaps = sharing.core_gaps(convex, sharing.shapley(convex))
    assert gaps["missing"].max() == pytest.approx(0, abs=1e-6)


def test_an_equal_split_can_be_outside_the_core() -> None:
    greedy = {frozenset("AB"): 10.0, frozenset("ABC"): 12.0}
    table = sharing.divide(
        greedy, rule="equal shares", gdp=dict.fromkeys("ABC", 1.0), population=dict.fromkeys("ABC", 1.0)
    )
    assert not table["stable"].any()
    gaps = sharing.core_gaps(greedy, dict.fromkeys("ABC", 4.0)).set_index("coalition")
    assert gaps.loc["A+B", "missing"] == pytest.approx(2)
    assert not sharing.in_core(greedy, {"A": 5, "B": 5, "C": 1})  # does not give out everything


@pytest.mark.parametrize("rule", sharing.RULES)
def test_every_rule_gives_out_the_whole(rule: str) -> None:
    table = sharing.divide(GAME, rule=rule, gdp=GDP, population=PEOPLE)
    assert table["gets"].sum() == pytest.approx(12)
    if rule == "by population":
        assert table["per_head"].nunique() <= 3
        assert table["per_head"].max() == pytest.approx(table["per_head"].min())


def test_trade_inside_the_club() -> None:
    trade = load("trade")
    table = sharing.trade_inside(trade, load("economies"), ["SRB", "ALB", "MKD"], year=2019).set_index("iso3")
    pair = trade.query("year == 2019 and exporter == 'ALB' and importer in ['SRB', 'MKD']")
    assert table.loc["ALB", "exports_musd"] == pytest.approx(pair.value_kusd.sum() / 1000)
    assert table["exports_musd"].sum() == pytest.approx(table["imports_musd"].sum())
    assert table["trade_musd"].idxmax() == "SRB"
    assert table["trade_pct_gdp"].idxmax() == table["trade_usd_per_head"].idxmax() == "MKD"


def test_wrong_arguments() -> None:
    with pytest.raises(ValueError, match=r"fallbacks sum to 9, more than the total of 8"):
        sharing.nash_split(8, 5, 4)
    with pytest.raises(ValueError, match="1 to 12 players"):
        sharing.shapley({})
