"""Repeated games: when does a bargain keep itself?

The stage game is the prisoner's dilemma with the payoffs named as in Axelrod (1984): temptation T, reward R,
punishment P, sucker's payoff S, T > R > P > S. Two parties meet again and again and discount the next round
by δ. Under the grim trigger both keep the bargain until one breaks it and break it ever after (Friedman
1971).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import pandas as pd

from balkanlab.models._check import one_of, whole, within

FineOn = Literal["lone", "all"]
Move = Literal["C", "D"]
Strategy = Callable[[Sequence[Move], Sequence[Move]], Move]


def _payoffs(temptation: float, reward: float, punishment: float, sucker: float) -> None:
    if not temptation > reward > punishment > sucker:
        raise ValueError(
            "payoffs must fall from temptation over reward and punishment to sucker, "
            f"got T={temptation!r}, R={reward!r}, P={punishment!r}, S={sucker!r}"
        )


def _fined(
    temptation: float, reward: float, punishment: float, sucker: float, fine: float, on: FineOn
) -> tuple[float, float]:
    """Temptation and punishment after the fine; checks the arguments."""
    _payoffs(temptation, reward, punishment, sucker)
    within("fine", fine, 0)
    one_of("on", on, ("lone", "all"))
    return temptation - fine, punishment - (fine if on == "all" else 0.0)


def critical_discount(
    *,
    temptation: float = 5,
    reward: float = 3,
    punishment: float = 1,
    sucker: float = 0,
    fine: float = 0,
    on: FineOn = "lone",
) -> float:
    """Smallest δ at which keeping the bargain is as good as breaking it once.

    1. The fine takes T to T − f. If it falls on everyone who breaks the bargain, P becomes P − f too.
    2. Keeping yields R/(1 − δ); breaking yields T′ + δP′/(1 − δ).
    3. Keeping is at least as good when δ ≥ (T′ − R)/(T′ − P′); a T′ at or below R needs no patience at all.

    The returned threshold is in [0, 1) and is that of a Nash equilibrium. It is subgame perfect as long as
    P′ ≥ S, see `threat_is_credible`. Source: Friedman (1971), Review of Economic Studies 38.
    Raises ValueError unless T > R > P > S and the fine is at least 0.
    """
    tempted, punished = _fined(temptation, reward, punishment, sucker, fine, on)
    return 0.0 if tempted <= reward else (tempted - reward) / (tempted - punished)


def threat_is_credible(
    *, punishment: float = 1, sucker: float = 0, fine: float = 0, on: FineOn = "lone"
) -> bool:
    """Whether each party would really go on punishing: P′ ≥ S.

    A fine on everyone can make the punisher prefer to be exploited; then the grim trigger is an empty threat.
    """
    within("fine", fine, 0)
    one_of("on", on, ("lone", "all"))
    return punishment - (fine if on == "all" else 0.0) >= sucker


def cooperation(
    *,
    patience: float,
    fine: float,
    on: FineOn = "lone",
    temptation: float = 5,
    reward: float = 3,
    punishment: float = 1,
    sucker: float = 0,
) -> pd.DataFrame:
    """Value of keeping and of breaking the bargain at one patience and one fine.

    `patience` is δ in [0, 0.99]. Two rows: choice ("keep the deal", "break it once"), value (per round on
    average, that is (1 − δ) times the discounted sum), critical (the threshold δ), possible (δ ≥ critical),
    credible.
    """
    delta = within("patience", patience, 0, 0.99)
    tempted, punished = _fined(temptation, reward, punishment, sucker, fine, on)
    critical = critical_discount(
        temptation=temptation, reward=reward, punishment=punishment, sucker=sucker, fine=fine, on=on
    )
    return pd.DataFrame(
        {
            "choice": ["keep the deal", "break it once"],
            "value": [float(reward), (1 - delta) * tempted + delta * punished],
            "critical": critical,
            # 1e-9 keeps a δ that sits on the threshold on the same side on every machine
            "possible": delta >= critical - 1e-9,
            "credible": threat_is_credible(punishment=punishment, sucker=sucker, fine=fine, on=on),
        }
    )


def frontier(
    *,
    on: FineOn = "lone",
    max_fine: float = 3,
    step: float = 0.25,
    temptation: float = 5,
    reward: float = 3,
    punishment: float = 1,
    sucker: float = 0,
) -> pd.DataFrame:
    """Border of the region where the bargain keeps itself: fine, critical, credible; one row per fine."""
    within("max_fine", max_fine, 0)
    within("step", step, 0, above=True)
    fines = [i * step for i in range(int(max_fine / step + 1e-9) + 1)]
    return pd.DataFrame(
        {
            "fine": fines,
            "critical": [
                critical_discount(
                    temptation=temptation, reward=reward, punishment=punishment, sucker=sucker, fine=f, on=on
                )
                for f in fines
            ],
            "credible": [
                threat_is_credible(punishment=punishment, sucker=sucker, fine=f, on=on) for f in fines
            ],
        }
    )


def always_keep(mine: Sequence[Move], theirs: Sequence[Move]) -> Move:
    """Keep the bargain whatever happens."""
    return "C"


def always_break(mine: Sequence[Move], theirs: Sequence[Move]) -> Move:
    """Break the bargain whatever happens."""
    return "D"


def grim(mine: Sequence[Move], theirs: Sequence[Move]) -> Move:
    """Keep until anyone has broken once, then break for ever."""
    return "D" if "D" in theirs or "D" in mine else "C"


def tit_for_tat(mine: Sequence[Move], theirs: Sequence[Move]) -> Move:
    """Keep first, then do what the other did last (Rapoport, in Axelrod 1984)."""
    return theirs[-1] if theirs else "C"


STRATEGIES: dict[str, Strategy] = {
    "always keep": always_keep,
    "always break": always_break,
    "grim trigger": grim,
    "tit for tat": tit_for_tat,
}


def play(
    *,
    first: str,
    second: str,
    rounds: int,
    slip: int = 0,
    fine: float = 0,
    on: FineOn = "lone",
    temptation: float = 5,
    reward: float = 3,
    punishment: float = 1,
    sucker: float = 0,
) -> pd.DataFrame:
    """Play the game: one row per round and party (round, party, strategy, move, payoff, total).

    `first` and `second` are names in STRATEGIES; `slip` is the round (from 1; 0: never) in which the first
    party breaks the bargain by mistake. `rounds` is 1 to 200.
    """
    one_of("first", first, STRATEGIES)
    one_of("second", second, STRATEGIES)
    whole("rounds", rounds, 1, 200)
    whole("slip", slip, 0, rounds)
    tempted, punished = _fined(temptation, reward, punishment, sucker, fine, on)
    payoff = {("C", "C"): reward, ("C", "D"): sucker, ("D", "C"): tempted, ("D", "D"): punished}
    moves: tuple[list[Move], list[Move]] = ([], [])
    totals = [0.0, 0.0]
    rows = []
    for number in range(1, rounds + 1):
        a = STRATEGIES[first](moves[0], moves[1])
        b = STRATEGIES[second](moves[1], moves[0])
        if number == slip:
            a = "D"
        moves[0].append(a)
        moves[1].append(b)
        for party, strategy, move, gain in (
            (1, first, a, payoff[a, b]),
            (2, second, b, payoff[b, a]),
        ):
            totals[party - 1] += gain
            rows.append((number, f"party {party}", strategy, move, float(gain), totals[party - 1]))
    return pd.DataFrame(rows, columns=["round", "party", "strategy", "move", "payoff", "total"])
