"""Two faces: what leaders can sign abroad, and what people and officials fear at home."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import pandas as pd

from balkanlab.models._check import whole, within


def overlap(at_most: float, at_least: float) -> tuple[float, float] | None:
    """Deals both homes would ratify: one side accepts up to `at_most`, the other from `at_least`; None if none.

    Source: Putnam (1988), International Organization 42.
    """
    return (float(at_least), float(at_most)) if at_least <= at_most else None


def bargaining(
    *, at_most: float, at_least: float, audience_first: float = 0.0, audience_second: float = 0.0
) -> pd.DataFrame:
    """Win-sets on a line from 0 to 10 before and after what each leader has said at home.

    `audience_first` lowers the first side's ceiling, `audience_second` lifts the second side's floor (both ≥ 0):
    going back on a public word costs that much. Three rows: who ("first side", "second side", "both can sign"),
    low, high, room (width of the overlap, 0 if none), deal.
    """
    ceiling = within("at_most", at_most, 0, 10) - within("audience_first", audience_first, 0)
    floor = within("at_least", at_least, 0, 10) + within("audience_second", audience_second, 0)
    ceiling, floor = max(0.0, ceiling), min(10.0, floor)
    both = overlap(ceiling, floor)
    low, high = both or (0.0, 0.0)
    return pd.DataFrame(
        {
            "who": ["first side", "second side", "both can sign"],
            "low": [0.0, floor, low],
            "high": [ceiling, 10.0, high],
            "room": high - low,
            "deal": both is not None,
        }
    )


def ranks(values: Sequence[float]) -> list[float]:
    """Ranks from the largest (1) to the smallest; equal values share the mean of their ranks."""
    return [
        1 + sum(other > value for other in values) + (sum(other == value for other in values) - 1) / 2
        for value in values
    ]


def spearman(first: Sequence[float], second: Sequence[float]) -> float:
    """Spearman's rank correlation: Pearson's correlation of the ranks, so that ties are handled.

    Raises ValueError for lists of different length, shorter than 2, or constant.
    """
    if len(first) != len(second) or len(first) < 2:
        raise ValueError(f"two lists of the same length are needed, got {len(first)} and {len(second)}")
    a, b = pd.Series(ranks(first)), pd.Series(ranks(second))
    if a.nunique() == 1 or b.nunique() == 1:
        raise ValueError("a list in which all values are equal has no ranking")
    return float(a.corr(b))


@dataclass(frozen=True)
class Test:
    """A test's statistic and its two-sided p-value."""

    statistic: float
    p_value: float


def margin_pct(share_pct: float, n: int) -> float:
    """Half-width of the 95 percent interval of a share from a simple random sample of `n` people, in points."""
    share = within("share_pct", share_pct, 0, 100) / 100
    return 100 * NormalDist().inv_cdf(0.975) * math.sqrt(share * (1 - share) / whole("n", n, 1))


def two_shares(first_pct: float, second_pct: float, n_first: int, n_second: int) -> Test:
    """z-test of two shares from two independent samples, with the pooled share.

    Wrong for two answers of the same people: use `mcnemar` there. Shares in percent, not both 0 or both 100.
    """
    p, q = within("first_pct", first_pct, 0, 100) / 100, within("second_pct", second_pct, 0, 100) / 100
    n, m = whole("n_first", n_first, 1), whole("n_second", n_second, 1)
    pooled = (p * n + q * m) / (n + m)
    spread = math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    if spread == 0:
        raise ValueError("two shares of 0 or of 100 percent cannot be tested")
    z = (p - q) / spread
    return Test(z, 2 * (1 - NormalDist().cdf(abs(z))))


def mcnemar(only_first: int, only_second: int) -> Test:
    """Test of two answers of the same people: those who said yes to one question only decide.

    Statistic (b − c)²/(b + c), chi-square with one degree of freedom, no continuity correction. b + c above 0.
    """
    b, c = whole("only_first", only_first, 0), whole("only_second", only_second, 0)
    if b + c == 0:
        raise ValueError("nobody answered the two questions differently")
    statistic = (b - c) ** 2 / (b + c)
    return Test(statistic, 2 * (1 - NormalDist().cdf(math.sqrt(statistic))))


def paired_range(first_pct: float, second_pct: float, n: int) -> tuple[float, float]:
    """Smallest and largest McNemar statistic that two shares of the same `n` people allow.

    The shares fix b − c but not b + c, the number who answered differently. b + c is at least |b − c| and at most
    what both margins allow.
    """
    people = whole("n", n, 1)
    a = within("first_pct", first_pct, 0, 100) / 100 * people
    b = within("second_pct", second_pct, 0, 100) / 100 * people
    gap = abs(a - b)
    most = min(a, people - b) + min(b, people - a)
    if gap == 0:
        return 0.0, 0.0
    return gap**2 / most, gap
