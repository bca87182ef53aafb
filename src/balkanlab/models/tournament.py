"""Iterated play: strategies, matches, tournaments and populations.

Moves are C (restrain) and D (arm), payoffs T, R, P, S as in Axelrod (1984). The strategies, the draws of chance and
their order are those of the axelrod library (Knight et al. 2016, Journal of Open Research Software 4), so that
the same strategies and seeds give the same moves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from balkanlab.models._check import one_of, whole, within
from balkanlab.models.games import Move, always_break, always_keep, tit_for_tat

Chance = np.random.RandomState
Rule = Callable[[Sequence[Move], Sequence[Move], Chance], Move]
MAX_ROUNDS = 1000


@dataclass(frozen=True)
class Payoffs:
    """Points per round: T alone arming, R both restrained, P both armed, S alone restrained."""

    temptation: float = 5
    reward: float = 3
    punishment: float = 1
    sucker: float = 0

    def of(self, mine: Move, theirs: Move) -> float:
        """Points of the side that played `mine`."""
        table = {
            ("C", "C"): self.reward,
            ("C", "D"): self.sucker,
            ("D", "C"): self.temptation,
            ("D", "D"): self.punishment,
        }
        return float(table[mine, theirs])


def draw(probability: float, chance: Chance) -> bool:
    """True with the given probability; certain cases take no random number."""
    if probability <= 0 or probability >= 1:
        return probability >= 1
    return bool(chance.rand() < probability)


def _never_forgives(mine: Sequence[Move], theirs: Sequence[Move], chance: Chance) -> Move:
    return "D" if "D" in theirs else "C"


def _suspicious(mine: Sequence[Move], theirs: Sequence[Move], chance: Chance) -> Move:
    return theirs[-1] if theirs else "D"


def _tit_for_two_tats(mine: Sequence[Move], theirs: Sequence[Move], chance: Chance) -> Move:
    return "D" if list(theirs[-2:]) == ["D", "D"] else "C"


def _two_tits_for_tat(mine: Sequence[Move], theirs: Sequence[Move], chance: Chance) -> Move:
    return "D" if "D" in theirs[-2:] else "C"


def _win_stay(mine: Sequence[Move], theirs: Sequence[Move], chance: Chance) -> Move:
    return "C" if not mine or mine[-1] == theirs[-1] else "D"


def _generous(mine: Sequence[Move], theirs: Sequence[Move], chance: Chance) -> Move:
    return "C" if not theirs or theirs[-1] == "C" or draw(1 / 3, chance) else "D"


def _alternator(mine: Sequence[Move], theirs: Sequence[Move], chance: Chance) -> Move:
    return "D" if mine and mine[-1] == "C" else "C"


def _detective(mine: Sequence[Move], theirs: Sequence[Move], chance: Chance) -> Move:
    opening: tuple[Move, ...] = ("C", "D", "C", "C")
    if len(mine) < len(opening):
        return opening[len(mine)]
    return theirs[-1] if "D" in theirs[: len(opening)] else "D"


def _coin(mine: Sequence[Move], theirs: Sequence[Move], chance: Chance) -> Move:
    return "C" if draw(0.5, chance) else "D"


@dataclass(frozen=True)
class Strategy:
    """A rule with its name, what it does in a sentence, and whether it throws dice."""

    name: str
    says: str
    rule: Rule
    stochastic: bool = False


STRATEGIES: dict[str, Strategy] = {
    strategy.name: strategy
    for strategy in (
        Strategy("always restrain", "Never arms.", lambda m, t, c: always_keep(m, t)),
        Strategy("always arm", "Never restrains.", lambda m, t, c: always_break(m, t)),
        Strategy("tit for tat", "Restrains first, then copies.", lambda m, t, c: tit_for_tat(m, t)),
        Strategy("suspicious tit for tat", "Arms first, then copies.", _suspicious),
        Strategy("tit for two tats", "Arms after two armed rounds in a row.", _tit_for_two_tats),
        Strategy("two tits for tat", "Answers each armed round with two.", _two_tits_for_tat),
        Strategy(
            "never forgives", "Restrains until the other arms once, then arms for ever.", _never_forgives
        ),
        Strategy("win stay, lose shift", "Keeps a move that paid, changes one that did not.", _win_stay),
        Strategy("generous", "Copies, but forgives one armed round in three.", _generous, stochastic=True),
        Strategy("detective", "Tests with one armed round, then exploits the meek.", _detective),
        Strategy("alternator", "Restrains and arms by turns.", _alternator),
        Strategy("coin", "Throws a coin.", _coin, stochastic=True),
    )
}
FIELD = (
    "always restrain",
    "always arm",
    "tit for tat",
    "never forgives",
    "generous",
    "win stay, lose shift",
    "detective",
    "tit for two tats",
)
"""The field of the chapter's tournament."""


def _seed(chance: Chance) -> int:
    return int(chance.randint(low=0, high=2**32 - 1, dtype="uint64"))


def _one_match(
    pair: tuple[Strategy, Strategy], rounds: int, noise: float, chance: Chance
) -> list[tuple[Move, Move]]:
    """The order of draws is the library's: a seed for each player with dice, then each round's flips."""
    dice = [Chance(_seed(chance)) if player.stochastic else chance for player in pair]
    first: list[Move] = []
    second: list[Move] = []
    for _ in range(rounds):
        a = pair[0].rule(first, second, dice[0])
        b = pair[1].rule(second, first, dice[1])
        if noise:
            a = _flip(a) if draw(noise, chance) else a
            b = _flip(b) if draw(noise, chance) else b
        first.append(a)
        second.append(b)
    return list(zip(first, second, strict=True))


def _flip(move: Move) -> Move:
    return "D" if move == "C" else "C"


def match(
    first: str, second: str, *, rounds: int, noise: float = 0.0, seed: int = 0
) -> list[tuple[Move, Move]]:
    """Moves of both sides, round by round.

    `first` and `second` are names in STRATEGIES, `rounds` 1 to 1,000; with probability `noise` (0 to 1) a move turns
    into its opposite, and both sides see what was done, not what was meant.
    """
    pair = (STRATEGIES[one_of("first", first, STRATEGIES)], STRATEGIES[one_of("second", second, STRATEGIES)])
    turns = whole("rounds", rounds, 1, MAX_ROUNDS)
    return _one_match(pair, turns, within("noise", noise, 0, 1), Chance(whole("seed", seed, 0)))


def score(moves: Sequence[tuple[Move, Move]], payoffs: Payoffs | None = None) -> tuple[float, float]:
    """Points of both sides over a match."""
    points = payoffs or Payoffs()
    return (
        sum(points.of(a, b) for a, b in moves),
        sum(points.of(b, a) for a, b in moves),
    )


def against(*, opponent: str, moves: str, payoffs: Payoffs | None = None) -> pd.DataFrame:
    """The reader plays `moves` (a word of C and D, "" before the first) against a named strategy without dice.

    One row per round, after a row for the start: round, you, neighbour ("restrain", "arm"; "–" at the start), points
    and their_points so far.
    """
    rival = STRATEGIES[one_of("opponent", opponent, STRATEGIES)]
    if rival.stochastic:
        raise ValueError(f"opponent {opponent!r} throws dice; choose one that does not")
    points = payoffs or Payoffs()
    words = {"C": "restrain", "D": "arm"}
    mine: list[Move] = []
    theirs: list[Move] = []
    rows = [(0, "–", "–", 0.0, 0.0)]
    for symbol in moves:
        move: Move = "D" if one_of("moves", symbol, "CD") == "D" else "C"
        answer = rival.rule(theirs, mine, Chance(0))
        mine.append(move)
        theirs.append(answer)
        last = rows[-1]
        rows.append(
            (
                last[0] + 1,
                words[move],
                words[answer],
                last[3] + points.of(move, answer),
                last[4] + points.of(answer, move),
            )
        )
    return pd.DataFrame(rows, columns=["round", "you", "neighbour", "points", "their_points"])


def payoff_matrix(
    players: Sequence[str],
    *,
    rounds: int,
    noise: float = 0.0,
    repetitions: int = 1,
    seed: int = 0,
    payoffs: Payoffs | None = None,
) -> np.ndarray:
    """Mean points per round of the row strategy against the column strategy, each pair met `repetitions` times.

    Each pair's meetings share a stream of chance whose seed comes from `seed`, as in an axelrod tournament. The
    diagonal is a strategy against its twin. Shape (players, players).
    """
    turns, again = whole("rounds", rounds, 1, MAX_ROUNDS), whole("repetitions", repetitions, 1, 1000)
    slip = within("noise", noise, 0, 1)
    points = payoffs or Payoffs()
    field = [STRATEGIES[one_of("players", name, STRATEGIES)] for name in players]
    count = len(field)
    bulk = Chance(whole("seed", seed, 0)).randint(low=0, high=2**32 - 1, size=1000, dtype="uint64")
    matrix = np.zeros((count, count))
    order = [(i, j) for i in range(count) for j in range(i, count)]
    if len(order) > len(bulk):
        raise ValueError(f"at most 44 players, got {count}")
    for (i, j), start in zip(order, bulk, strict=False):
        chance = Chance(int(start))
        certain = not (slip or field[i].stochastic or field[j].stochastic)
        totals = np.zeros(2)
        for _ in range(1 if certain else again):
            totals += score(_one_match((field[i], field[j]), turns, slip, chance), points)
        totals /= turns * (1 if certain else again)
        matrix[i, j], matrix[j, i] = (totals.mean(),) * 2 if i == j else totals
    return matrix


@lru_cache(maxsize=256)
def _cached(
    players: tuple[str, ...], rounds: int, noise: float, repetitions: int, seed: int, payoffs: Payoffs
) -> np.ndarray:
    matrix = payoff_matrix(
        players, rounds=rounds, noise=noise, repetitions=repetitions, seed=seed, payoffs=payoffs
    )
    matrix.setflags(write=False)
    return matrix


def tournament(
    *,
    players: Sequence[str] = FIELD,
    rounds: int = 100,
    noise: float = 0.0,
    repetitions: int = 10,
    seed: int = 0,
    payoffs: Payoffs | None = None,
) -> pd.DataFrame:
    """Everybody meets everybody else: strategy, points (mean per round, twins not counted), rank; best first.

    Ties keep the order of `players`. Arguments as in `payoff_matrix`; at least two players, no name twice.
    """
    names = tuple(players)
    if len(names) < 2 or len(set(names)) < len(names):
        raise ValueError(f"a tournament needs two or more different players, got {', '.join(names)}")
    matrix = _cached(names, rounds, noise, repetitions, seed, payoffs or Payoffs())
    means = (matrix.sum(axis=1) - np.diag(matrix)) / (len(names) - 1)
    table = pd.DataFrame({"strategy": names, "points": means})
    table = table.sort_values("points", ascending=False, kind="stable").reset_index(drop=True)
    return table.assign(rank=range(1, len(table) + 1))


def population(
    *,
    start: Mapping[str, float],
    generations: int,
    rounds: int = 100,
    noise: float = 0.0,
    repetitions: int = 10,
    seed: int = 0,
    payoffs: Payoffs | None = None,
) -> pd.DataFrame:
    """Shares of strategies over generations: what earns more than the mean grows (discrete replicator dynamics).

    1. A strategy's fitness is its mean points against the population of the day, twins included.
    2. Its next share is share · fitness/mean fitness.

    `start` maps names to weights ≥ 0 that are not all 0. Payoffs must be such that fitness stays above 0. One row
    per generation and strategy: generation, strategy, share_pct. Source: Taylor and Jonker (1978), Mathematical
    Biosciences 40.
    """
    names = tuple(start)
    weights = np.array([within(name, start[name], 0) for name in names], dtype=float)
    if weights.sum() == 0:
        raise ValueError("start must have a weight above 0")
    matrix = _cached(names, rounds, noise, repetitions, seed, payoffs or Payoffs())
    shares = weights / weights.sum()
    history = [shares]
    for _ in range(whole("generations", generations, 1, 2000)):
        grown = shares * (matrix @ shares)
        if not grown.sum() > 0:
            raise ValueError("mean fitness must be above 0: shift the payoffs up")
        shares = grown / grown.sum()
        history.append(shares)
    return pd.DataFrame(
        [
            (generation, name, 100 * float(share))
            for generation, row in enumerate(history)
            for name, share in zip(names, row, strict=True)
        ],
        columns=["generation", "strategy", "share_pct"],
    )
