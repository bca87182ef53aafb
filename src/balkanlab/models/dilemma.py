"""Two states, two moves: the games of the security dilemma.

Each state restrains itself (C) or arms (D). The payoffs are named as in Axelrod (1984): temptation T (I arm, you
do not), reward R (neither arms), punishment P (both arm), sucker's payoff S (only you arm). Jervis (1978) shows
that the dilemma is not one game but several, and asks what turns one into another.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from balkanlab.models._check import one_of, whole, within

Game = Literal["harmony", "stag hunt", "prisoner's dilemma", "chicken", "deadlock", "other"]
BothArm = Literal["tense peace", "ruin"]
RESTRAIN, ARM = "restrain", "arm"


def classify(*, temptation: float, reward: float, punishment: float, sucker: float) -> Game:
    """Name of the symmetric game, from the order of its payoffs.

    Harmony R > T, S > P; stag hunt R > T ≥ P > S; prisoner's dilemma T > R > P > S; chicken T > R > S > P;
    deadlock T > P > R > S. Everything else, ties among these included, is "other".
    """
    t, r, p, s = temptation, reward, punishment, sucker
    if r > t and s > p:
        return "harmony"
    if r > t >= p > s:
        return "stag hunt"
    if t > r > p > s:
        return "prisoner's dilemma"
    if t > r > s > p:
        return "chicken"
    if t > p > r > s:
        return "deadlock"
    return "other"


def critical_trust(*, temptation: float, reward: float, punishment: float, sucker: float) -> float:
    """How sure a state must be of the other's restraint to restrain itself: (P − S)/((R − T) + (P − S)).

    1. With probability q of the other's restraint, restraint is worth qR + (1 − q)S, arming qT + (1 − q)P.
    2. They are equal at the returned q.

    Only where R > T and P > S, so that each move answers itself best; the result is above 0 and below 1. Source:
    Jervis (1978), World Politics 30; Harsanyi and Selten (1988) call the game's safe answer risk dominant.
    Raises ValueError otherwise.
    """
    if not (reward > temptation and punishment > sucker):
        raise ValueError(
            "trust decides only where R > T and P > S, "
            f"got T={temptation!r}, R={reward!r}, P={punishment!r}, S={sucker!r}"
        )
    fear, gain = punishment - sucker, reward - temptation
    return fear / (gain + fear)


@dataclass(frozen=True)
class Equilibrium:
    """A Nash equilibrium: each side's probability of restraint."""

    you: float
    neighbour: float

    @property
    def pure(self) -> bool:
        """Whether nobody throws a coin."""
        return self.you in (0.0, 1.0) and self.neighbour in (0.0, 1.0)


def equilibria(
    you: list[list[float]] | np.ndarray, neighbour: list[list[float]] | np.ndarray | None = None
) -> list[Equilibrium]:
    """Every Nash equilibrium of a 2×2 game, by nashpy's vertex enumeration; most restraint first.

    `you` and `neighbour` hold the two sides' payoffs: rows are your moves, columns the neighbour's, restraint
    comes first. Without `neighbour` the game is symmetric. In a degenerate game, where a tie makes the answers
    endless, the ends are returned. Raises ValueError if a matrix is not 2×2.
    """
    import nashpy

    row = np.asarray(you, dtype=float)
    column = row.T if neighbour is None else np.asarray(neighbour, dtype=float)
    if row.shape != (2, 2) or column.shape != (2, 2):
        raise ValueError(f"a game of two moves each needs 2×2 payoffs, got {row.shape} and {column.shape}")
    found = {
        (round(float(a[0]), 9) + 0.0, round(float(b[0]), 9) + 0.0)
        for a, b in nashpy.Game(row, column).vertex_enumeration()
    }
    return [Equilibrium(a, b) for a, b in sorted(found, reverse=True)]


def game(*, temptation: float, reward: float, punishment: float, sucker: float) -> pd.DataFrame:
    """The symmetric game as four cells.

    Columns: you, neighbour (moves), payoff_you, payoff_neighbour, payoffs (as text), state ("nobody wants to
    move", "somebody wants to move"), game, pure (number of pure equilibria), mixed (probability of restraint in
    the mixed equilibrium; −1 if there is none), trust (critical trust; 0 if restraint is always best, 1 if
    arming is, −1 in chicken, where the more I trust you the more I arm).
    """
    matrix = [[reward, sucker], [temptation, punishment]]
    found = equilibria(matrix)
    kind = classify(temptation=temptation, reward=reward, punishment=punishment, sucker=sucker)
    stable = {(e.you, e.neighbour) for e in found if e.pure}
    mixed = [e.you for e in found if not e.pure]
    if reward > temptation and punishment > sucker:
        trust = critical_trust(temptation=temptation, reward=reward, punishment=punishment, sucker=sucker)
    elif reward >= temptation and sucker >= punishment:
        trust = 0.0
    else:
        trust = -1.0 if sucker > punishment else 1.0
    rows = []
    for i, you in enumerate((RESTRAIN, ARM)):
        for j, neighbour in enumerate((RESTRAIN, ARM)):
            mine, theirs = float(matrix[i][j]), float(matrix[j][i])
            still = (float(1 - i), float(1 - j)) in stable
            state = "nobody wants to move" if still else "somebody wants to move"
            rows.append((you, neighbour, mine, theirs, f"{mine:g}, {theirs:g}", state))
    table = pd.DataFrame(
        rows, columns=["you", "neighbour", "payoff_you", "payoff_neighbour", "payoffs", "state"]
    )
    return table.assign(game=kind, pure=len(stable), mixed=mixed[0] if mixed else -1.0, trust=trust)


def dial(*, appeal: float, both_arm: BothArm = "tense peace") -> pd.DataFrame:
    """One dial through Jervis's games: how much arming appeals, whatever the other does.

    R = 4 and S = 2 stay. Arming alone brings T = 1.5 + appeal; if both arm it brings P = 0.5 + appeal in a tense
    peace and two less in ruin. `appeal` is 0 to 6. Columns as in `game`, plus temptation and punishment.
    Turning the dial leads from harmony over the stag hunt (tense peace) or chicken (ruin) and the prisoner's
    dilemma to deadlock. Payoffs are teaching values.
    """
    extra = within("appeal", appeal, 0, 6)
    one_of("both_arm", both_arm, ("tense peace", "ruin"))
    temptation = 1.5 + extra
    punishment = 0.5 + extra - (2.0 if both_arm == "ruin" else 0.0)
    table = game(temptation=temptation, reward=4, punishment=punishment, sucker=2)
    return table.assign(temptation=temptation, punishment=punishment)


WORLDS = {
    (True, False): (1, "doubly dangerous"),
    (False, False): (2, "dilemma, yet security is possible"),
    (True, True): (3, "no dilemma, yet attack is possible"),
    (False, True): (4, "doubly stable"),
}


def world(*, offence_ahead: bool, distinguishable: bool) -> tuple[int, str]:
    """Which of the four worlds of Jervis (1978, p. 211), with its name.

    `offence_ahead`: attacking is easier than holding. `distinguishable`: a weapon shows what it is for.
    """
    return WORLDS[bool(offence_ahead), bool(distinguishable)]


def answering(
    *, offence_ratio: float, looks_offensive_pct: float, need: float = 1.0, rounds: int = 12
) -> pd.DataFrame:
    """Two states that only want to hold answer each other's arms.

    1. Each needs `need` units against other dangers.
    2. Of the neighbour's arms it counts the share that looks made for attack (100: nothing tells attack from
       defence), and holds `offence_ratio` units against each.
    3. So arms(t + 1) = need + offence_ratio · share · arms(t): they settle at need/(1 − ratio · share) if that
       product is below 1 and grow for ever if not.

    `offence_ratio` 0.1 to 3 (above 1: offence ahead); `looks_offensive_pct` 0 to 100; `rounds` 1 to 40. One row
    per round: round, arms (of each), settles_at (0: never), world, name. Own formalisation of Jervis (1978).
    """
    ratio = within("offence_ratio", offence_ratio, 0.1, 3)
    share = within("looks_offensive_pct", looks_offensive_pct, 0, 100) / 100
    base = within("need", need, 0, above=True)
    whole("rounds", rounds, 1, 40)
    pull = ratio * share
    levels = [base]
    for _ in range(rounds):
        levels.append(base + pull * levels[-1])
    number, name = world(offence_ahead=ratio > 1, distinguishable=share < 0.5)
    return pd.DataFrame(
        {
            "round": range(rounds + 1),
            "arms": levels,
            "settles_at": base / (1 - pull) if pull < 1 - 1e-9 else 0.0,
            "world": number,
            "name": name,
        }
    )


def unravelling(
    *, hostile_pct: float, lowest_trust: float, highest_trust: float, rounds: int = 12
) -> pd.DataFrame:
    """How the fear of a few hostile states eats the restraint of the rest.

    1. `hostile_pct` of states arm whatever happens.
    2. The others restrain themselves if they expect enough restraint. What is enough differs: their critical
       trust is spread evenly from `lowest_trust` to `highest_trust` (both in [0, 1], lowest < highest).
    3. First everybody expects restraint from all who are not hostile; then everybody thinks one step further.

    One row per step: step, restrained_pct. After Schelling (1960) on the reciprocal fear of attack, and Baliga
    and Sjöström (2004), Review of Economic Studies 71.
    """
    harmless = 1 - within("hostile_pct", hostile_pct, 0, 100) / 100
    low = within("lowest_trust", lowest_trust, 0, 1)
    high = within("highest_trust", highest_trust, 0, 1)
    if not low < high:
        raise ValueError(
            f"lowest_trust must be below highest_trust, got {lowest_trust!r} and {highest_trust!r}"
        )
    whole("rounds", rounds, 1, 100)
    shares = [harmless]
    for _ in range(rounds):
        trusting = min(1.0, max(0.0, (shares[-1] - low) / (high - low)))
        shares.append(harmless * trusting)
    return pd.DataFrame({"step": range(rounds + 1), "restrained_pct": [100 * share for share in shares]})
