"""Who answers an invitation: threshold models of collective behaviour (Granovetter 1978).

Each actor joins as soon as at least `threshold` others have joined. The outcome is the least fixed point: the
round from which on nobody else moves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import ceil, erf, inf, sqrt

import pandas as pd

from balkanlab.models._check import columns, one_of, whole, within


def spread(thresholds: Mapping[str, float], invited: Iterable[str] = ()) -> pd.DataFrame:
    """Run a cascade: actor, threshold, joined, round (0: from the start; −1: never), in the given order.

    1. Round 0: the `invited` and all with a threshold of 0 or less.
    2. Each round, everybody whose threshold the number of joined actors now reaches joins.
    3. Stop when a round adds nobody. An infinite threshold never joins by itself.
    """
    guests = set(invited)
    if strange := guests - set(thresholds):
        raise ValueError(f"invited must be among the actors, got {sorted(strange)}")
    when = {actor: 0 for actor, needed in thresholds.items() if needed <= 0 or actor in guests}
    step = 0
    while True:
        step += 1
        more = [a for a, needed in thresholds.items() if a not in when and needed <= len(when)]
        if not more:
            break
        when.update(dict.fromkeys(more, step))
    rows = [(actor, needed, actor in when, when.get(actor, -1)) for actor, needed in thresholds.items()]
    return pd.DataFrame(rows, columns=["actor", "threshold", "joined", "round"])


def adopters(thresholds: Iterable[float]) -> int:
    """How many join in the end."""
    named = {str(i): needed for i, needed in enumerate(thresholds)}
    return int(spread(named)["joined"].sum())


def tipping(thresholds: Sequence[float]) -> list[int]:
    """Places in the list where lowering one threshold by one makes the cascade larger."""
    base = adopters(thresholds)
    found = []
    for i, needed in enumerate(thresholds):
        changed = [*thresholds[:i], needed - 1, *thresholds[i + 1 :]]
        if adopters(changed) > base:
            found.append(i)
    return found


def coolness(positions: pd.DataFrame, actors: Sequence[str], issues: Mapping[str, int]) -> dict[str, float]:
    """How far each actor is from the inviter, −2 (keen) to 2 (cold): mean over the `issues` it is coded on.

    positions: actor, issue, position. `issues` gives each issue's sign: 1 if a high position is far from the
    inviter, −1 if it is near. Raises ValueError for another sign, or an actor without any of the issues.
    """
    columns("positions", positions, ("actor", "issue", "position"))
    for issue, sign in issues.items():
        one_of(f"sign of {issue}", sign, (1, -1))
    chosen = positions[positions["issue"].isin(list(issues))]
    far = chosen["position"] * chosen["issue"].map(issues)
    means = far.groupby(chosen["actor"]).mean()
    if missing := [actor for actor in actors if actor not in means.index]:
        raise ValueError(f"positions has none of the issues for {missing[0]}")
    return {actor: float(means[actor]) for actor in actors}


def thresholds(cool: Mapping[str, float], *, pull: float = 0) -> dict[str, int]:
    """How many others each actor needs: (coolness + 2) / 4 of the others, rounded up, less the pull.

    An actor at −2 needs nobody, one at +2 needs all the others. `pull` (0 or more) is what an inviter offers:
    it lowers every threshold by the same number.
    """
    others = len(cool) - 1
    offer = within("pull", pull, 0)
    return {
        actor: max(0, ceil((within(actor, value, -2, 2) + 2) / 4 * others - offer - 1e-9))
        for actor, value in cool.items()
    }


def audience(
    positions: pd.DataFrame, *, actors: Sequence[str], issues: Mapping[str, int], pull: float = 0
) -> pd.DataFrame:
    """`spread` on thresholds made from positions, with the coolness and the number of joined in each row."""
    cool = coolness(positions, actors, issues)
    frame = spread(thresholds(cool, pull=pull))
    return frame.assign(coolness=frame["actor"].map(cool), listeners=int(frame["joined"].sum()))


def normal_share(value: float, mean: float, sd: float) -> float:
    """Share of a normal population with a threshold of at most `value`; sd above 0."""
    return 0.5 * (1 + erf((value - mean) / (within("sd", sd, 0, above=True) * sqrt(2))))


def crowd(*, mean: float, sd: float, people: int = 100, step: int = 5) -> pd.DataFrame:
    """A crowd with normal thresholds: have_joined, line ("would join", "have joined"), people, final.

    Where the curve "would join" first meets the straight line, the cascade stops (`final`).
    """
    n = whole("people", people, 2)
    final = crowd_final(mean=mean, sd=sd, people=n)
    rows = []
    for x in range(0, n + 1, step):
        rows.append((x, "would join", n * normal_share(x, mean, sd)))
        rows.append((x, "have joined", float(x)))
    return pd.DataFrame(rows, columns=["have_joined", "line", "people"]).assign(final=final)


def crowd_final(*, mean: float, sd: float, people: int = 100) -> float:
    """Where the crowd comes to rest: least fixed point of r = n F(r), by stepping up from 0."""
    r, last = 0.0, -inf
    while r - last > 1e-9:
        last, r = r, people * normal_share(r, mean, sd)
    return r
