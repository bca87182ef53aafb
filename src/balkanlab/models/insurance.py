"""Mutual aid: when does it help to share crews, grain or power with neighbours?

Each of n states is hit in a year with the same chance p. Hits may be linked: with the chance ρ one common event
decides for all, otherwise each state's luck is its own. Then p stays each state's chance and ρ is the
correlation of any two states.
"""

from __future__ import annotations

from math import comb, sqrt

import pandas as pd

from balkanlab.models._check import whole, within


def hits(states: int, chance_pct: float, correlation: float = 0) -> list[float]:
    """Probability of 0, 1, …, n hits (n + 1 numbers that sum to 1).

    With the chance `correlation` (0 to 1) all or none are hit, otherwise the number is binomial.
    `states` 1 to 60, `chance_pct` 0 to 100.
    """
    n = whole("states", states, 1, 60)
    p = within("chance_pct", chance_pct, 0, 100) / 100
    rho = within("correlation", correlation, 0, 1)
    chances = [(1 - rho) * comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)]
    chances[0] += rho * (1 - p)
    chances[n] += rho * p
    return chances


def at_least(k: int, states: int, chance_pct: float, correlation: float = 0) -> float:
    """Probability of `k` (0 to n) or more hits."""
    return sum(hits(states, chance_pct, correlation)[whole("k", k, 0, states) :])


def unmet_need(
    *,
    states: int,
    chance_pct: float,
    correlation: float,
    need: float,
    own: float,
    lend_pct: float,
) -> pd.DataFrame:
    """Expected crews missing per state and year, alone and with mutual aid.

    1. A state that is hit needs `need` crews and has `own` of them.
    2. Alone, it lacks max(need − own, 0) each time.
    3. With aid, each state that is spared lends `lend_pct` percent of its crews; with k hits the lack is
       max(k (need − own) − (n − k) own · lend, 0), shared by those hit.

    Rows: case ("alone", "with mutual aid"), missing (per state and year), covered_pct (share of the lack that
    aid covers; 0 alone; 100 where nothing is lacking).
    """
    n = whole("states", states, 1, 60)
    want, have = within("need", need, 0), within("own", own, 0)
    lend = within("lend_pct", lend_pct, 0, 100) / 100
    gap = max(want - have, 0.0)
    alone = with_aid = 0.0
    for k, chance in enumerate(hits(n, chance_pct, correlation)):
        alone += chance * k * gap / n
        with_aid += chance * max(k * gap - (n - k) * have * lend, 0.0) / n
    covered = 100 * (1 - with_aid / alone) if alone else 100.0
    return pd.DataFrame(
        {
            "case": ["alone", "with mutual aid"],
            "missing": [alone, with_aid],
            "covered_pct": [0.0, covered],
        }
    )


def pooled_risk(states: int, chance_pct: float, correlation: float = 0) -> float:
    """Standard deviation of the mean loss per member when n members share losses of 1 equally.

    √(p (1 − p) (1 + (n − 1) ρ) / n): it falls with n towards √(p (1 − p) ρ), so shared luck cannot be pooled
    away (Markowitz 1952 for portfolios).
    """
    n = whole("states", states, 1, 60)
    p = within("chance_pct", chance_pct, 0, 100) / 100
    rho = within("correlation", correlation, 0, 1)
    return sqrt(p * (1 - p) * (1 + (n - 1) * rho) / n)
