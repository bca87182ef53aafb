"""The insecurity dilemma: whom does a government fear, and what do patrons pay it for?"""

from __future__ import annotations

import math

import pandas as pd

from balkanlab.models._check import within


def outside_effort(outside_weight: float) -> float:
    """Share of effort that goes to outside threats: the s that maximises w·ln s + (1 − w)·ln(1 − s), which is w.

    `outside_weight` w in [0, 1]: how much the regime fears outsiders rather than its own society. After Job (1992),
    with the algebra of a consumer who splits a budget.
    """
    return within("outside_weight", outside_weight, 0, 1)


def welfare(share: float, outside_weight: float) -> float:
    """w·ln s + (1 − w)·ln(1 − s); `share` s strictly between 0 and 1."""
    s, w = within("share", share, 0, 1), within("outside_weight", outside_weight, 0, 1)
    if s in (0.0, 1.0):
        raise ValueError(f"share must be between 0 and 1 and equal to neither, got {share!r}")
    return w * math.log(s) + (1 - w) * math.log(1 - s)


def reforms(*, rent: float, reward: float, cost: float) -> bool:
    """Whether a regime reforms: what reform brings less what it costs at home beats the rent of staying as it is.

    All ≥ 0 and in one unit; a tie means no reform.
    """
    gain = within("reward", reward, 0) - within("cost", cost, 0)
    return gain > within("rent", rent, 0) + 1e-9


def flipping_reward(*, rent: float, cost: float) -> float:
    """The reward above which the regime reforms: rent + cost."""
    return within("rent", rent, 0) + within("cost", cost, 0)


def bargain(*, fear_of_society_pct: float, rent: float, reward: float) -> pd.DataFrame:
    """A regime between its society and its patron.

    1. It splits effort by what it fears: `fear_of_society_pct` percent goes to keeping itself safe at home.
    2. Reform costs it a tenth of a unit for each such percent: a regime that fears its society has more to lose.
    3. It compares the patron's rent for calm with the reward for reform less that cost.

    Two rows: choice ("stay as it is", "reform"), value, chosen; plus home_pct, outside_pct, cost, flips_at. `rent` and
    `reward` ≥ 0. Teaching model of what Kmezić and Bieber (2017) call stabilitocracy.
    """
    home = within("fear_of_society_pct", fear_of_society_pct, 0, 100)
    cost = home / 10
    go = reforms(rent=rent, reward=reward, cost=cost)
    return pd.DataFrame(
        {
            "choice": ["stay as it is", "reform"],
            "value": [float(rent), float(reward) - cost],
            "chosen": [not go, go],
            "home_pct": home,
            "outside_pct": 100 * outside_effort(1 - home / 100),
            "cost": cost,
            "flips_at": flipping_reward(rent=rent, cost=cost),
        }
    )
