"""Indivisible security: whose safety may not be bought at whose expense.

Two views of one rule. With two actors, security is own arms less what the other's arms take away,
S_i = a_i − β a_j (an externality as in Jervis 1978), and a move is allowed if nobody's S falls. With many
choices and demands it is a constraint satisfaction problem: is there one outcome that meets them all, and if
not, which smallest set of demands cannot be met together (a minimal unsatisfiable subset)?
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import pandas as pd

from balkanlab.models._check import within

Outcome = dict[str, Any]
SLACK = 1e-9  # a fall smaller than this is rounding


def security(own: float, other: float, threat: float) -> float:
    """S = own arms − threat × the other's arms; `threat` (β) at least 0."""
    return float(own) - within("threat", threat, 0) * float(other)


def joint_security(first: float, second: float, threat: float) -> float:
    """Sum of both: (1 − β)(a₁ + a₂)."""
    return security(first, second, threat) + security(second, first, threat)


def verdict(change_1: float, change_2: float, threat: float) -> str:
    """Who is worse off after both changed their arms: "nobody", "the first", "the second" or "both"."""
    first = security(change_1, change_2, threat) < -SLACK
    second = security(change_2, change_1, threat) < -SLACK
    return {(False, False): "nobody", (True, False): "the first", (False, True): "the second"}.get(
        (first, second), "both"
    )


def moves(*, threat: float, reach: int = 3) -> pd.DataFrame:
    """Every pair of changes from −reach to +reach: change_1, change_2, loser, alone.

    `alone` marks moves that one actor makes by itself. With threat > 0 no rise alone is allowed: its cost
    falls on the other. A joint rise passes if it is balanced and threat ≤ 1, a joint cut if threat ≥ 1.
    """
    steps = range(-reach, reach + 1)
    rows = [(i, j, verdict(i, j, threat), (i == 0) != (j == 0)) for j in reversed(steps) for i in steps]
    return pd.DataFrame(rows, columns=["change_1", "change_2", "loser", "alone"])


@dataclass(frozen=True)
class Demand:
    """A demand: who makes it, in words, and a test of the choices it speaks of.

    Args:
        name: short words.
        scope: names of the choices that the test reads.
        holds: outcome → True if the demand is met.
    """

    name: str
    scope: tuple[str, ...]
    holds: Callable[[Mapping[str, Any]], bool]


def solve(choices: Mapping[str, Sequence[Any]], demands: Iterable[Demand]) -> list[Outcome]:
    """All outcomes that meet every demand, by backtracking (Russell and Norvig 2020, chapter 6).

    1. Fix the choices in the given order, one option after the other.
    2. As soon as all choices in a demand's scope are fixed, test it; give up the branch if it fails.

    Raises ValueError if a demand speaks of an unknown choice.
    """
    order = list(choices)
    due: list[list[Demand]] = [[] for _ in order]
    for demand in demands:
        unknown = [name for name in demand.scope if name not in choices]
        if unknown or not demand.scope:
            raise ValueError(f"demand {demand.name!r} must speak of known choices, got {demand.scope!r}")
        due[max(order.index(name) for name in demand.scope)].append(demand)
    found: list[Outcome] = []

    def extend(outcome: Outcome, depth: int) -> None:
        if depth == len(order):
            found.append(dict(outcome))
            return
        for option in choices[order[depth]]:
            outcome[order[depth]] = option
            if all(demand.holds(outcome) for demand in due[depth]):
                extend(outcome, depth + 1)
        del outcome[order[depth]]

    extend({}, 0)
    return found


def minimal_conflicts(
    choices: Mapping[str, Sequence[Any]], demands: Sequence[Demand]
) -> list[tuple[str, ...]]:
    """Smallest sets of demands that no outcome meets: drop any one, and the rest can be met.

    By size, so that a set is tested only if no conflict lies inside it. Fine for a dozen demands.
    """
    conflicts: list[set[str]] = []
    for size in range(1, len(demands) + 1):
        for group in combinations(demands, size):
            names = {demand.name for demand in group}
            if any(known <= names for known in conflicts):
                continue
            if not solve(choices, group):
                conflicts.append(names)
    order = [demand.name for demand in demands]
    return [tuple(sorted(conflict, key=order.index)) for conflict in conflicts]


LINE = {"pulled back": 0, "as now": 1, "moved forward": 2}
FORCE = {"lightly armed": 1, "an army": 2}
HELD = {"lightly armed": "light force", "an army": "army"}
TROOPS = {"stay": 1, "leave": 0}
CHOICES: dict[str, tuple[str, ...]] = {
    "belgrade": tuple(LINE),
    "pristina": tuple(FORCE),
    "kfor": tuple(TROOPS),
}
ENOUGH = 1.0  # more to spare than this buys no further safety
NOW: Outcome = {"belgrade": "as now", "pristina": "lightly armed", "kfor": "stay"}


def margins(outcome: Mapping[str, str], threat: float) -> tuple[float, float]:
    """How safe Belgrade (with the Kosovo Serbs) and Pristina are, in teaching units; below 0 is unsafe.

    Own means plus the third party's guard, less what the other side could do. Belgrade: 1 + line + guard of 1
    − 1.5 β × force. Pristina: force + guard of 2 − β (1 + line).
    """
    beta = within("threat", threat, 0)
    line, force, guard = (
        LINE[outcome["belgrade"]],
        FORCE[outcome["pristina"]],
        TROOPS[outcome["kfor"]],
    )
    return 1 + line + guard - 1.5 * beta * force, force + 2 * guard - beta * (1 + line)


def kosovo_demands(threat: float) -> list[Demand]:
    """Five demands on three choices (teaching values); names are the ones an explorer shows.

    Safe is a margin of at least 0. Nobody loses if each margin is as large as now, or at least `ENOUGH`.
    """
    everything = tuple(CHOICES)

    def both_safe(outcome: Mapping[str, Any]) -> bool:
        return min(margins(outcome, threat)) >= -SLACK

    def no_expense(outcome: Mapping[str, Any]) -> bool:
        after, before = margins(outcome, threat), margins(NOW, threat)
        return all(a >= min(b, ENOUGH) - SLACK for a, b in zip(after, before, strict=True))

    return [
        Demand("both sides are safe", everything, both_safe),
        Demand("nobody loses safety", everything, no_expense),
        Demand("foreign troops leave", ("kfor",), lambda o: o["kfor"] == "leave"),
        Demand("Pristina may have an army", ("pristina",), lambda o: o["pristina"] == "an army"),
        Demand("Belgrade need not pull back", ("belgrade",), lambda o: o["belgrade"] != "pulled back"),
    ]


def kosovo_outcomes(*, threat: float, demands: Iterable[str]) -> pd.DataFrame:
    """All twelve outcomes for an explorer: belgrade, rest, broken, verdict, broken_demands, belgrade_margin,
    pristina_margin, solutions.

    `demands` are names from `kosovo_demands`; `broken` counts those an outcome does not meet.
    """
    wanted = list(demands)
    known = {demand.name: demand for demand in kosovo_demands(threat)}
    if strange := [name for name in wanted if name not in known]:
        raise ValueError(f"demands must be among {', '.join(known)}, got {strange[0]!r}")
    chosen = [known[name] for name in wanted]
    rows = []
    for outcome in solve(CHOICES, []):
        broken = [demand.name for demand in chosen if not demand.holds(outcome)]
        ours, theirs = margins(outcome, threat)
        rows.append(
            {
                "belgrade": outcome["belgrade"],
                "rest": f"{HELD[outcome['pristina']]}, KFOR {'stays' if outcome['kfor'] == 'stay' else 'leaves'}",
                "broken": len(broken),
                "verdict": "meets all" if not broken else "breaks a demand",
                "broken_demands": "; ".join(broken) or "none",
                "belgrade_margin": ours,
                "pristina_margin": theirs,
            }
        )
    frame = pd.DataFrame(rows)
    return frame.assign(solutions=int((frame["broken"] == 0).sum()))
