from __future__ import annotations

from itertools import pairwise, permutations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balkanlab.models import voting_power as votes


@pytest.mark.parametrize(("quota", "members"), [(7, 7), (5, 7), (4, 7), (1, 3), (3, 5)])
def test_power_to_act_counts_coalitions(quota: int, members: int) -> None:
    winning = sum(sum(ballot) >= quota for ballot in product((0, 1), repeat=members))
    assert votes.power_to_act(quota, members) == pytest.approx(winning / 2**members)


def test_odd_simple_majority_acts_half_the_time() -> None:
    assert votes.power_to_act(4, 7) == pytest.approx(0.5)


@given(st.integers(1, 12), st.floats(0, 100))
def test_a_higher_quota_passes_less(members: int, yes_pct: float) -> None:
    chances = [votes.pass_probability(q, members, yes_pct) for q in range(1, members + 1)]
    assert all(-1e-12 <= c <= 1 + 1e-12 for c in chances)
    assert all(a >= b - 1e-12 for a, b in pairwise(chances))


@given(st.integers(1, 12), st.data())
def test_quota_and_blocking_size_add_up(members: int, data: st.DataObject) -> None:
    quota = data.draw(st.integers(1, members))
    assert quota + votes.blocking_size(quota, members) == members + 1


def test_unanimity_gives_each_a_veto() -> None:
    assert votes.blocking_size(7, 7) == 1
    assert votes.blocking_size(5, 7) == 3


def test_gridlock_interval() -> None:
    points = [0.9, 0.1, 0.5, 0.3, 0.7]
    assert votes.gridlock_interval(points, 5) == (0.1, 0.9)
    assert votes.gridlock_interval(points, 4) == (0.3, 0.7)
    assert votes.gridlock_interval(points, 3) == (0.5, 0.5)  # the median voter
    with pytest.raises(ValueError, match="more than half of 5 members, got 2"):
        votes.gridlock_interval(points, 2)


@given(st.lists(st.floats(-1, 1), min_size=3, max_size=9), st.floats(-1.5, 1.5), st.data())
def test_nothing_moves_inside_the_interval_and_something_outside(
    points: list[float], status_quo: float, data: st.DataObject
) -> None:
    quota = data.draw(st.integers(len(points) // 2 + 1, len(points)))
    left, right = votes.gridlock_interval(points, quota)
    movable = max(sum(p > status_quo for p in points), sum(p < status_quo for p in points)) >= quota
    assert movable == (not left <= status_quo <= right)


def test_backlog_rows() -> None:
    table = votes.backlog(rule="7/7", yes_pct=95, files=13)
    assert len(table) == 28
    end = table[table["file"] == 13].set_index("state")["decisions"]
    assert end["passed"] == pytest.approx(13 * 0.95**7)
    assert end.sum() == pytest.approx(13)


def test_one_determined_blocker() -> None:
    assert votes.backlog(rule="7/7", yes_pct=95, files=5, blocker=True)["pass_pct"].unique() == [0]
    five = votes.backlog(rule="5/7", yes_pct=95, files=5, blocker=True)["pass_pct"].iloc[0]
    assert five == pytest.approx(100 * votes.pass_probability(5, 6, 95))


@pytest.mark.parametrize("rule", ["7", "a/b", "8/7", "0/7"])
def test_wrong_rule(rule: str) -> None:
    with pytest.raises(ValueError, match=r"rule must look like|must be between"):
        votes.parse_rule(rule)


def brute_power(weights: list[float], quota: float) -> tuple[list[float], list[float]]:
    """Banzhaf by all ballots, Shapley-Shubik by all orders."""
    n = len(weights)
    swings = [0] * n
    for ballot in product((0, 1), repeat=n):
        total = sum(w for w, yes in zip(weights, ballot, strict=True) if yes)
        for i, yes in enumerate(ballot):
            swings[i] += bool(yes) and total >= quota > total - weights[i]
    tips = [0] * n
    for order in permutations(range(n)):
        held = 0.0
        for i in order:
            held += weights[i]
            if held >= quota:
                tips[i] += 1
                break
    return [s / sum(swings) for s in swings], [t / sum(tips) for t in tips]


@given(st.lists(st.integers(0, 12), min_size=1, max_size=6).filter(any), st.data())
def test_power_indices_by_all_ballots_and_orders(weights: list[int], data: st.DataObject) -> None:
    quota = data.draw(st.integers(1, sum(weights)))
    named = {str(i): float(w) for i, w in enumerate(weights)}
    ballots, orders = brute_power([float(w) for w in weights], quota)
    assert list(votes.banzhaf(named, quota).values()) == pytest.approx(ballots)
    assert list(votes.shapley_shubik(named, quota).values()) == pytest.approx(orders)


def test_the_six_of_1958() -> None:
    """Council of the EEC, 12 votes of 17 needed (Felsenthal and Machover 1998)."""
    council = {"DEU": 4, "FRA": 4, "ITA": 4, "BEL": 2, "NLD": 2, "LUX": 1}
    assert list(votes.banzhaf(council, 12).values()) == pytest.approx([5 / 21] * 3 + [1 / 7] * 2 + [0])
    assert list(votes.shapley_shubik(council, 12).values()) == pytest.approx(
        [14 / 60] * 3 + [9 / 60] * 2 + [0]
    )


def test_the_security_council() -> None:
    """Nine votes with all five permanent members, written as 39 of 5 × 7 + 10 × 1."""
    council = {f"P{i}": 7.0 for i in range(5)} | {f"E{i}": 1.0 for i in range(10)}
    index = votes.shapley_shubik(council, 39)
    assert index["P0"] == pytest.approx(421 / 2145)
    assert index["E0"] == pytest.approx(4 / 2145)


def test_the_trio_of_open_balkan() -> None:
    gdp = {"SRB": 63.56, "ALB": 18.92, "MKD": 13.56}
    total = sum(gdp.values())
    assert votes.banzhaf(gdp, total / 2)["SRB"] == 1
    assert list(votes.banzhaf(gdp, total * 2 / 3).values()) == pytest.approx([0.6, 0.2, 0.2])
    assert list(votes.shapley_shubik(gdp, total * 2 / 3).values()) == pytest.approx([2 / 3, 1 / 6, 1 / 6])
    table = votes.weight_and_power(gdp, quota_pct=50)
    assert table.query("measure == 'power'")["share_pct"].tolist() == pytest.approx([100, 0, 0])


def test_two_thirds_of_three_equal_votes_are_two_votes() -> None:
    table = votes.weight_and_power(dict.fromkeys("abc", 1.0), quota_pct=200 / 3, index="Shapley-Shubik")
    assert table.query("measure == 'power'")["share_pct"].tolist() == pytest.approx([100 / 3] * 3)


def test_wrong_quota() -> None:
    with pytest.raises(ValueError, match="quota must be above 0 and at most"):
        votes.banzhaf({"a": 1}, 2)
