"""Two readers of the same news: how evidence that is shared can drive opinions apart.

A signal speaks for a statement (likelihood ratio r above 1) or against it (1/r). An unbiased reader follows
Bayes' rule. A biased one mishears the signals that contradict the own opinion (Jervis 1976; Lord, Ross and Lepper
1979 is the classic experiment).
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from balkanlab.models._check import one_of, whole, within
from balkanlab.models.updating import update

BIAS = ("reads all as they are", "skips what contradicts", "turns what contradicts around")


def heard(ratio: float, prior: float, bias: str) -> float:
    """The likelihood ratio that arrives with a reader who began at `prior`.

    A believer (prior above ½) mishears ratios below 1, a sceptic (prior below ½) those above 1; a prior of ½
    mishears none. Skipped signals have ratio 1, those turned around 1/ratio.
    """
    one_of("bias", bias, BIAS)
    within("ratio", ratio, 0, above=True)
    contradicts = (ratio < 1 and within("prior", prior, 0, 1) > 0.5) or (ratio > 1 and prior < 0.5)
    if not contradicts or bias == BIAS[0]:
        return ratio
    return 1.0 if bias == BIAS[1] else 1 / ratio


def read_news(
    *, priors: Mapping[str, float], strength: float, for_it: int, against: int, bias: str
) -> pd.DataFrame:
    """Beliefs of several readers along the same signals, those in favour first.

    `priors` (0 to 1) by reader; `strength` r above 1; `for_it` and `against` count signals, 0 or more. Rows: reader,
    signal (0: before any), belief_pct. The order of the signals does not change where a reader ends.
    """
    within("strength", strength, 1, above=True)
    signals = [strength] * whole("for_it", for_it, 0) + [1 / strength] * whole("against", against, 0)
    rows = []
    for reader, prior in priors.items():
        beliefs = update(prior, [heard(ratio, prior, bias) for ratio in signals])
        rows += [(reader, number, 100 * belief) for number, belief in enumerate(beliefs)]
    return pd.DataFrame(rows, columns=["reader", "signal", "belief_pct"])


def gap(news: pd.DataFrame, *, signal: int) -> float:
    """Largest difference of belief between the readers after a signal, in percentage points."""
    beliefs = news.loc[news["signal"] == signal, "belief_pct"]
    if beliefs.empty:
        raise ValueError(f"signal must be one of 0 to {int(news['signal'].max())}, got {signal!r}")
    return float(beliefs.max() - beliefs.min())
