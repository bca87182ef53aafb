"""Who joins a club: thresholds, bandwagons, a veto inside a state, and a clause about names.

A state wants in if its payoff is above zero. The payoff is its own taste plus a pull that grows with those
already inside: the domino effect of regional clubs (Baldwin 1993), in the form of a threshold model (Granovetter
1978). Units are those of the taste, here −2 (rejects) to +2 (champions).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations

import pandas as pd

from balkanlab.models._check import one_of, within

RULES = ("each people has a veto", "two of three peoples", "majority of the seats")
CHOICES = ("joined", "founder", "does not want to", "split at home", "blocked by names")


@dataclass(frozen=True)
class Club:
    """A club that states may join.

    Args:
        tastes: each state's own taste for the club; a state with `peoples` needs none.
        founders: states that are inside from the start and stay.
        pull: added to a state's payoff when all others are inside, and in proportion to their share before.
        signal: added to the payoff of every state that is not a founder (praise or blame from outside).
        blocked: pairs of states that cannot sign one text; one clause may lift them.
        clause: whether such a clause is in place.
        peoples: for a state that must agree at home first, the taste of each of its peoples.
        rule: how its peoples decide, one of `RULES`.
        seats: weights of the peoples for the rule "majority of the seats"; one each if left out.
    """

    tastes: Mapping[str, float]
    founders: Collection[str] = ()
    pull: float = 0
    signal: float = 0
    blocked: Collection[frozenset[str]] = ()
    clause: bool = False
    peoples: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    rule: str = RULES[0]
    seats: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        one_of("rule", self.rule, RULES)
        within("pull", self.pull, 0)
        for founder in self.founders:
            one_of("founder", founder, self.states)

    @property
    def states(self) -> list[str]:
        return list(dict.fromkeys([*self.tastes, *self.peoples]))

    def push(self, state: str, inside: Collection[str]) -> float:
        """What others and outsiders add to a state's own taste."""
        others = set(inside) - {state}
        pull = self.pull * len(others) / (len(self.states) - 1)
        return pull + (0 if state in self.founders else self.signal)

    def payoff(self, state: str, inside: Collection[str]) -> float:
        """The payoff of being inside with `inside`; for a state of several peoples that of the swing people."""
        push = self.push(state, inside)
        if state not in self.peoples:
            return self.tastes[state] + push
        return _swing(self.peoples[state], self.rule, self.seats) + push

    def names_allow(self, state: str, inside: Iterable[str]) -> bool:
        """Whether the state can sign with everybody inside."""
        return self.clause or not any(frozenset((state, other)) in self.blocked for other in inside)


def agrees(votes: Mapping[str, float], rule: str, seats: Mapping[str, float] | None = None) -> bool:
    """Whether peoples with these payoffs say yes together; a payoff of zero is no yes.

    "each people has a veto": all must gain. "two of three peoples": more than half of the peoples.
    "majority of the seats": those who gain hold more than half of the seats.
    """
    return _swing(votes, one_of("rule", rule, RULES), seats or {}) > 0


def _swing(votes: Mapping[str, float], rule: str, seats: Mapping[str, float]) -> float:
    """The vote of the people whose yes completes the majority: the club is accepted exactly if it is above 0."""
    if not votes:
        raise ValueError("votes must hold at least one people")
    if rule == RULES[0]:
        return min(votes.values())
    weights = {name: (seats.get(name, 1.0) if rule == RULES[2] else 1.0) for name in votes}
    need, held = sum(weights.values()) / 2, 0.0
    for name in sorted(votes, key=lambda name: -votes[name]):
        held += weights[name]
        if held > need:
            return votes[name]
    raise ValueError(f"seats must be above zero in sum, got {dict(seats)}")


def cascade(club: Club) -> pd.DataFrame:
    """Rounds of joining, from the founders on, until nobody moves.

    1. In each round every outsider looks at who was inside after the round before.
    2. Those who want in and may sign with everybody inside become candidates. If two candidates block each other,
       the one with the higher payoff goes first (ties: alphabetical), and the other looks again.
    3. Nobody leaves: the pull only grows. So the rounds end, at the latest after as many as there are states.

    Rows, one per state in the order of the club: state, round (0 founder, −1 outside), payoff (at the end),
    outcome (one of `CHOICES`).
    """
    inside: dict[str, int] = dict.fromkeys(club.founders, 0)
    for number in range(1, len(club.states) + 1):
        before = list(inside)
        wish = sorted(
            (
                s
                for s in club.states
                if s not in inside and club.payoff(s, before) > 0 and club.names_allow(s, before)
            ),
            key=lambda s: (-club.payoff(s, before), s),
        )
        for state in wish:
            if club.names_allow(state, inside):
                inside[state] = number
        if len(inside) == len(before):
            break
    rows = []
    for state in club.states:
        payoff = club.payoff(state, inside)
        if state in club.founders:
            outcome = "founder"
        elif state in inside:
            outcome = "joined"
        elif payoff > 0:
            outcome = "blocked by names"
        elif state in club.peoples and any(
            taste + club.push(state, inside) > 0 for taste in club.peoples[state].values()
        ):
            outcome = "split at home"
        else:
            outcome = "does not want to"
        rows.append((state, inside.get(state, -1), payoff, outcome))
    return pd.DataFrame(rows, columns=["state", "round", "payoff", "outcome"])


def is_stable(club: Club, inside: Collection[str]) -> bool:
    """No member wants out and no outsider both wants and may come in (d'Aspremont et al. 1983).

    Founders count like anybody else. A group with a blocked pair inside is not stable.
    """
    group = set(inside)
    for state in club.states:
        rest = group - {state}
        wants = club.payoff(state, rest) > 0 and club.names_allow(state, rest)
        if wants != (state in group):
            return False
    return True


def stable_groups(club: Club) -> list[list[str]]:
    """All stable groups, found by trying every one; small before large. At most 16 states."""
    states = club.states
    if len(states) > 16:
        raise ValueError(f"at most 16 states can be searched, got {len(states)}")
    return [
        list(group)
        for size in range(len(states) + 1)
        for group in combinations(states, size)
        if is_stable(club, group)
    ]


def pays(gain: float, cost: float) -> bool:
    """Whether joining pays: gain above cost."""
    return within("gain", gain, 0) > within("cost", cost, 0)
