"""Who did it? Signal detection: hits, false alarms, and how many clues it takes.

Rates are probabilities of a clue: `hit` if the suspect did it, `false_alarm` if not.
"""

from __future__ import annotations

import math
from statistics import NormalDist

import pandas as pd

from balkanlab.models._check import whole, within
from balkanlab.models.updating import likelihood_ratio, posterior

_NORMAL = NormalDist()


def sensitivity(hit: float, false_alarm: float) -> float:
    """d′ = z(hit) − z(false alarm): how well the clue tells guilt from innocence, whatever the bar (0: not at all).

    Both rates strictly between 0 and 1. Source: Green and Swets (1966).
    """
    rates = [within(name, rate, 0, 1) for name, rate in (("hit", hit), ("false_alarm", false_alarm))]
    if any(rate in (0.0, 1.0) for rate in rates):
        raise ValueError(f"d′ is infinite at 0 and 1, got hit={hit!r}, false_alarm={false_alarm!r}")
    return _NORMAL.inv_cdf(rates[0]) - _NORMAL.inv_cdf(rates[1])


def bar(hit: float, false_alarm: float) -> float:
    """Criterion c = −(z(hit) + z(false alarm))/2: above 0 the observer asks for much before pointing a finger."""
    sensitivity(hit, false_alarm)
    return -(_NORMAL.inv_cdf(hit) + _NORMAL.inv_cdf(false_alarm)) / 2


def effective_clues(number: int, overlap: float) -> float:
    """How many independent clues `number` clues are worth: 1 + (number − 1)(1 − overlap); 0 for none.

    `overlap` 0: independent; 1: all from one leaked file. A teaching simplification, linear between the two ends.
    """
    count = whole("number", number, 0, 50)
    shared = within("overlap", overlap, 0, 1)
    return 0.0 if count == 0 else 1 + (count - 1) * (1 - shared)


def after_clues(prior: float, hit: float, false_alarm: float, number: int, overlap: float = 0.0) -> float:
    """Belief in guilt after `number` clues that all point one way.

    The log of the likelihood ratio counts once for each effective clue.
    """
    ratio = likelihood_ratio(hit, false_alarm)
    count = effective_clues(number, overlap)
    return posterior(prior, 1.0 if count == 0 else math.pow(ratio, count))


def bar_to_act(wrong_accusation: float, missed_culprit: float) -> float:
    """Belief from which acting is right: cost of a wrong accusation/(that + cost of a missed culprit)."""
    wrong = within("wrong_accusation", wrong_accusation, 0, above=True)
    return wrong / (wrong + within("missed_culprit", missed_culprit, 0, above=True))


def evidence(
    *,
    prior: float,
    hit: float = 0.8,
    false_alarm: float = 0.2,
    overlap: float = 0.0,
    wrong_accusation: float = 9,
    missed_culprit: float = 1,
    most: int = 6,
) -> pd.DataFrame:
    """Belief after 0, 1, … `most` clues: clues, belief_pct, bar_pct (to act), decision ("act" or "hold")."""
    need = bar_to_act(wrong_accusation, missed_culprit)
    rows = []
    for number in range(whole("most", most, 1, 50) + 1):
        belief = after_clues(prior, hit, false_alarm, number, overlap)
        rows.append((number, 100 * belief, 100 * need, "act" if belief >= need - 1e-9 else "hold"))
    return pd.DataFrame(rows, columns=["clues", "belief_pct", "bar_pct", "decision"])


def roc(d_prime: float, *, points: int = 41) -> pd.DataFrame:
    """The hits that a given sensitivity buys at each rate of false alarms: false_alarm_pct, hit_pct, area.

    `d_prime` 0 to 6; the false alarms run evenly from 0 to 100 percent. area is Φ(d′/√2), the chance that a guilty
    case looks guiltier than an innocent one.
    """
    strength = within("d_prime", d_prime, 0, 6)
    steps = whole("points", points, 3, 401)
    rows = [(0.0, 0.0)]
    for i in range(1, steps - 1):
        alarm = i / (steps - 1)
        rows.append((100 * alarm, 100 * _NORMAL.cdf(_NORMAL.inv_cdf(alarm) + strength)))
    rows.append((100.0, 100.0))
    table = pd.DataFrame(rows, columns=["false_alarm_pct", "hit_pct"])
    return table.assign(area=_NORMAL.cdf(strength / math.sqrt(2)))
