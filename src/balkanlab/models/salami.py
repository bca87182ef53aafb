"""Faits accomplis: quick, limited gains that dare the other side to reverse them."""

from __future__ import annotations

import math
from typing import Literal

import pandas as pd

from balkanlab.models._check import whole, within

Outcome = Literal["taken, no answer", "deterred", "not tried"]


def critical_response(prize: float, cost: float) -> float:
    """Probability of an answer above which seizing does not pay: V/(V + C).

    Seizing pays while (1 − p)V > pC. `prize` V above 0, `cost` C of a failed attempt above 0. After Schelling
    (1966), Arms and Influence, and Altman (2017), International Studies Quarterly 61.
    """
    value = within("prize", prize, 0, above=True)
    return value / (value + within("cost", cost, 0, above=True))


def response(*, start: float, decay: float, time: float) -> float:
    """Probability that outsiders still answer after `time`: start · e^(−decay · time).

    `start` in [0, 1]; `decay` ≥ 0 per unit of time; `time` ≥ 0.
    """
    return within("start", start, 0, 1) * math.exp(-within("decay", decay, 0) * within("time", time, 0))


def window_opens(*, prize: float, cost: float, start: float, decay: float) -> float:
    """Time after which seizing pays, because attention fades: ln(start/critical)/decay; 0 if it pays at once.

    Infinite if the answer never fades below the critical probability. Arguments as above.
    """
    critical = critical_response(prize, cost)
    first = within("start", start, 0, 1)
    rate = within("decay", decay, 0)
    if first <= critical:
        return 0.0
    return math.inf if rate == 0 else math.log(first / critical) / rate


def temptation(
    *, prize: float, cost: float, start: float, decay: float, tripwire: float = 0.0, horizon: int = 24
) -> pd.DataFrame:
    """Expected gain from seizing at each time 0 to `horizon` (1 to 60): time, response_pct, gain, seizes.

    `tripwire` is added to the cost of failure: troops on the line make an answer dearer for the one who crosses.
    """
    price = within("cost", cost, 0, above=True) + within("tripwire", tripwire, 0)
    value = within("prize", prize, 0, above=True)
    rows = []
    for time in range(whole("horizon", horizon, 1, 60) + 1):
        p = response(start=start, decay=decay, time=time)
        gain = (1 - p) * value - p * price
        rows.append((time, 100 * p, gain, gain > 1e-9))
    return pd.DataFrame(rows, columns=["time", "response_pct", "gain", "seizes"])


def slices(*, stake: float, number: int, resistance_cost: float, foresight: int) -> pd.DataFrame:
    """A stake is taken in equal slices from a defender who looks some slices ahead.

    1. Each slice is worth stake/number to the defender.
    2. Before each slice the defender compares the cost of resisting once with the slices it expects to lose: this
       one and the next `foresight` − 1, as far as there are any left.
    3. The first time resistance is worth its cost, it resists and the taking stops: an attacker who sees this
       coming does not try that slice.

    `stake` and `resistance_cost` above 0; `number` and `foresight` 1 to 20. One row per slice: slice, at_stake (to the
    defender, as it sees it), outcome ("taken, no answer", "deterred" for the slice where it would resist, "not
    tried" after it), lost_pct (of the stake, in the end). After Schelling (1966, pp. 66-69) on salami tactics.
    """
    total = within("stake", stake, 0, above=True)
    price = within("resistance_cost", resistance_cost, 0, above=True)
    pieces = whole("number", number, 1, 20)
    sight = whole("foresight", foresight, 1, 20)
    rows: list[tuple[int, float, Outcome]] = []
    stopped = False
    for piece in range(1, pieces + 1):
        seen = total / pieces * min(sight, pieces - piece + 1)
        outcome: Outcome = "not tried" if stopped else "taken, no answer"
        if not stopped and seen >= price - 1e-9:
            outcome, stopped = "deterred", True
        rows.append((piece, seen, outcome))
    table = pd.DataFrame(rows, columns=["slice", "at_stake", "outcome"])
    return table.assign(lost_pct=100 * float((table["outcome"] == "taken, no answer").mean()))
