"""Power of a voting body to act, and of its members to stop it or to tip it.

In the first half members count one vote each; a rule "q/n" passes a decision when at least q of the n members
agree. In the second half members have weights, and a coalition wins with at least the quota of the weight.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from math import comb, factorial

import pandas as pd

from balkanlab.models._check import one_of, whole, within


def parse_rule(rule: str) -> tuple[int, int]:
    """Split "5/7" into quota 5 and members 7. Raises ValueError unless 1 ≤ quota ≤ members ≤ 60."""
    try:
        quota, members = (int(part) for part in rule.split("/"))
    except ValueError:
        raise ValueError(f"rule must look like '5/7', got {rule!r}") from None
    whole("members", members, 1, 60)
    whole("quota", quota, 1, members)
    return quota, members


def power_to_act(quota: int, members: int) -> float:
    """Share of all 2ⁿ coalitions that can pass a decision (Coleman 1971), in (0, 1)."""
    return pass_probability(quota, members, 50)


def pass_probability(quota: int, members: int, yes_pct: float) -> float:
    """Chance that at least `quota` of `members` say yes, each alone with the chance `yes_pct` (0 to 100).

    Upper tail of the binomial distribution; with 50 % it is Coleman's power to act.
    """
    whole("members", members, 1, 60)
    whole("quota", quota, 1, members)
    p = within("yes_pct", yes_pct, 0, 100) / 100
    return float(sum(comb(members, k) * p**k * (1 - p) ** (members - k) for k in range(quota, members + 1)))


def expected_passes(files: int, quota: int, members: int, yes_pct: float) -> float:
    """Expected number of `files` (0 or more) that pass, each voted on alone."""
    return whole("files", files, 0) * pass_probability(quota, members, yes_pct)


def blocking_size(quota: int, members: int) -> int:
    """Smallest number of members who can stop a decision: n − q + 1. One means: each holds a veto."""
    whole("members", members, 1, 60)
    return members - whole("quota", quota, 1, members) + 1


def gridlock_interval(ideal_points: Sequence[float], quota: int) -> tuple[float, float]:
    """Status quos on a line that no `quota` members agree to move: (left end, right end).

    1. Sort the n ideal points.
    2. A status quo moves right if at least q members sit to the right of it, left if q sit to the left.
    3. What is left over runs from the (n − q + 1)-th to the q-th point.

    The core of a one-dimensional q-majority game; under unanimity it spans all members (Tsebelis 2002).
    Raises ValueError unless more than half of the members are needed (with fewer, the interval can be empty).
    """
    points = sorted(float(x) for x in ideal_points)
    members = whole("members", len(points), 1, 60)
    if 2 * whole("quota", quota, 1, members) <= members:
        raise ValueError(f"quota must be more than half of {members} members, got {quota}")
    return points[members - quota], points[quota - 1]


def backlog(*, rule: str, yes_pct: float, files: int, blocker: bool = False) -> pd.DataFrame:
    """Decisions passed and stuck as files come in one after the other.

    `rule` "q/n"; `yes_pct` 0 to 100, chance of a yes per member and file; `files` 1 to 60;
    `blocker`: one member says no to everything. Rows: file (0 to `files`), state ("passed", "stuck"),
    decisions (expected number), pass_pct, blocking_size.
    """
    quota, members = parse_rule(rule)
    whole("files", files, 1, 60)
    within("yes_pct", yes_pct, 0, 100)
    if blocker:
        chance = pass_probability(quota, members - 1, yes_pct) if quota < members else 0.0
    else:
        chance = pass_probability(quota, members, yes_pct)
    return pd.DataFrame(
        [
            (number, state, number * share, 100 * chance, blocking_size(quota, members))
            for number in range(files + 1)
            for state, share in (("passed", chance), ("stuck", 1 - chance))
        ],
        columns=["file", "state", "decisions", "pass_pct", "blocking_size"],
    )


def _pivots(weights: Mapping[str, float], quota: float) -> dict[str, list[int]]:
    """For each member: by size, how many coalitions without it lose and win with it.

    Exact, by trying all 2ⁿ coalitions of n ≤ 20 members. A hair (1e-9 of the weight) below the quota still wins,
    so that two thirds of three equal votes are two votes on every machine.
    """
    names = list(weights)
    whole("members", len(names), 1, 20)
    total = sum(within(f"weight of {name}", weight, 0) for name, weight in weights.items())
    if not 0 < quota <= total * (1 + 1e-9):
        raise ValueError(f"quota must be above 0 and at most the total weight of {total:g}, got {quota!r}")
    need = quota - 1e-9 * total
    found = {}
    for name in names:
        others = [weights[other] for other in names if other != name]
        found[name] = [
            sum(need - weights[name] <= sum(group) < need for group in combinations(others, size))
            for size in range(len(names))
        ]
    return found


def banzhaf(weights: Mapping[str, float], quota: float) -> dict[str, float]:
    """Normalised Penrose-Banzhaf index: each member's share of all swings (Penrose 1946, Banzhaf 1965).

    A swing is a coalition that loses without the member and wins with it. `weights` 0 or more, at most 20
    members; a coalition wins with a weight of at least `quota` (above 0, at most the total). Sums to 1.
    """
    swings = {name: sum(counts) for name, counts in _pivots(weights, quota).items()}
    total = sum(swings.values())
    return {name: count / total for name, count in swings.items()}


def shapley_shubik(weights: Mapping[str, float], quota: float) -> dict[str, float]:
    """Shapley-Shubik index: share of all orders of voting in which the member tips the vote (1954). Sums to 1."""
    n = len(weights)
    orders = [factorial(size) * factorial(n - size - 1) for size in range(n)]
    return {
        name: sum(order * count for order, count in zip(orders, counts, strict=True)) / factorial(n)
        for name, counts in _pivots(weights, quota).items()
    }


def weight_and_power(
    weights: Mapping[str, float], *, quota_pct: float, index: str = "Banzhaf"
) -> pd.DataFrame:
    """Share of weight and of power, member by member.

    `quota_pct` above 0, at most 100, of the total weight; `index` "Banzhaf" or "Shapley-Shubik". Rows: member,
    measure ("weight", "power"), share_pct.
    """
    one_of("index", index, ("Banzhaf", "Shapley-Shubik"))
    total = sum(weights.values())
    quota = within("quota_pct", quota_pct, 0, 100, above=True) / 100 * total
    power = (banzhaf if index == "Banzhaf" else shapley_shubik)(weights, quota)
    rows = [
        (name, measure, 100 * share)
        for name in weights
        for measure, share in (("weight", weights[name] / total), ("power", power[name]))
    ]
    return pd.DataFrame(rows, columns=["member", "measure", "share_pct"])
