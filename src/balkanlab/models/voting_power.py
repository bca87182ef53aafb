"""Power of a voting body to act, and of its members to stop it.

Members count one vote each. A rule "q/n" passes a decision when at least q of the n members agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import comb

import pandas as pd

from balkanlab.models._check import whole, within


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
