"""Do two coders see the same? Raw agreement, Cohen's kappa and the table behind them."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

Z95 = 1.959963984540054


@dataclass(frozen=True)
class Agreement:
    """Agreement of two coders over `items`; `kappa` with its 95 percent interval (normal approximation)."""

    items: int
    raw: float
    expected: float
    kappa: float
    low: float
    high: float


def cross_table(
    first: Sequence[Hashable], second: Sequence[Hashable], labels: Sequence[Hashable] | None = None
) -> pd.DataFrame:
    """Counts of label pairs: rows are the first coder's labels, columns the second's; square.

    `labels` fixes the order; without it, labels stand in order of appearance. Raises ValueError for codings of
    different length, without items, or with a label that is not in `labels`.
    """
    if len(first) != len(second) or not first:
        raise ValueError(
            f"two codings of the same items are needed, got {len(first)} and {len(second)} labels"
        )
    names = list(dict.fromkeys([*first, *second])) if labels is None else list(labels)
    if strange := [label for label in [*first, *second] if label not in names]:
        raise ValueError(f"unknown label {strange[0]!r}; there are {', '.join(map(str, names))}")
    place = {name: i for i, name in enumerate(names)}
    counts = np.zeros((len(names), len(names)), dtype=int)
    for a, b in zip(first, second, strict=True):
        counts[place[a], place[b]] += 1
    return pd.DataFrame(counts, index=pd.Index(names), columns=pd.Index(names))


def cohens_kappa(first: Sequence[Hashable], second: Sequence[Hashable]) -> Agreement:
    """Agreement beyond chance: κ = (p_o − p_e)/(1 − p_e).

    1. p_o is the share of items with the same label.
    2. p_e is the agreement of two coders who draw labels at random, each with the own shares.
    3. The interval uses the large-sample variance of Fleiss, Cohen and Everitt (1969), Psychological Bulletin 72.

    κ is 1 for perfect agreement, 0 for chance, and can be negative. If both use one and the same label only,
    p_e is 1 and κ is undefined: raises ValueError. Source: Cohen (1960), Educational and Psychological Measurement.
    """
    shares = cross_table(first, second).to_numpy(dtype=float)
    n = int(shares.sum())
    shares = shares / n
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    observed, expected = float(np.trace(shares)), float(rows @ columns)
    if math.isclose(expected, 1):
        raise ValueError("both coders use one label for everything: kappa is undefined")
    kappa = (observed - expected) / (1 - expected)
    diagonal = np.diag(shares) @ (1 - (rows + columns) * (1 - kappa)) ** 2
    pairs = shares * (columns[:, None] + rows[None, :]) ** 2
    off = (1 - kappa) ** 2 * (pairs.sum() - np.trace(pairs))
    variance = (diagonal + off - (kappa - expected * (1 - kappa)) ** 2) / (n * (1 - expected) ** 2)
    half = Z95 * math.sqrt(max(0.0, float(variance)))
    return Agreement(n, observed, expected, kappa, kappa - half, kappa + half)
