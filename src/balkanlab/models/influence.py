"""Channels of influence: a composite index, and how much of it is the choice of weights.

A coding frame has one row per source and channel: source, channel, code (0 to `top`). The index of a source is
the weighted mean of its codes on 0 to 100, as in the handbook on composite indicators (OECD and JRC 2008),
which asks for two checks: leave one part out, and vary the weights.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from balkanlab.models._check import columns, one_of, whole, within

NEEDED = ("source", "channel", "code")


def _table(codes: pd.DataFrame, top: float) -> pd.DataFrame:
    columns("codes", codes, NEEDED)
    table = codes.pivot(index="source", columns="channel", values="code")
    table = table.loc[list(dict.fromkeys(codes["source"])), list(dict.fromkeys(codes["channel"]))]
    if table.isna().any(axis=None):
        raise ValueError("codes must have every channel for every source")
    for value in table.to_numpy().ravel():
        within("code", value, 0, top)
    return table


def _weights(table: pd.DataFrame, weights: Mapping[str, float] | None) -> pd.Series:
    given = {str(channel): 1.0 for channel in table.columns} | dict(weights or {})
    for channel, weight in given.items():
        one_of("channel", channel, list(table.columns))
        within(f"weight of {channel}", weight, 0)
    vector = pd.Series(given).reindex(table.columns)
    if vector.sum() == 0:
        raise ValueError("weights must not all be 0")
    return vector


def index(codes: pd.DataFrame, weights: Mapping[str, float] | None = None, *, top: float = 3) -> pd.DataFrame:
    """The index of each source: source, total (weighted sum), index (0 to 100), rank (1 is the highest).

    `weights` of channels left out are 1.
    """
    table = _table(codes, top)
    vector = _weights(table, weights)
    total = table.mul(vector, axis=1).sum(axis=1)
    score = 100 * total / (top * vector.sum())
    return pd.DataFrame(
        {
            "source": table.index,
            "total": total.to_numpy(dtype=float),
            "index": score.to_numpy(dtype=float),
            "rank": score.rank(ascending=False, method="min").astype(int).to_numpy(),
        }
    )


def contributions(
    codes: pd.DataFrame, weights: Mapping[str, float] | None = None, *, top: float = 3
) -> pd.DataFrame:
    """What each channel adds to the index: source, channel, points, index."""
    table = _table(codes, top)
    vector = _weights(table, weights)
    points = 100 * table.mul(vector, axis=1) / (top * vector.sum())
    long = points.reset_index().melt(id_vars="source", var_name="channel", value_name="points")
    order = {source: i for i, source in enumerate(table.index)}
    long = long.sort_values("source", key=lambda s: s.map(order), kind="stable", ignore_index=True)
    return long.assign(index=long.groupby("source")["points"].transform("sum"))


def leave_one_out(codes: pd.DataFrame, *, top: float = 3) -> pd.DataFrame:
    """The index without each channel in turn: source, left_out, index."""
    table = _table(codes, top)
    frames = []
    for channel in table.columns:
        rest = codes[codes["channel"] != channel]
        frames.append(index(rest, top=top)[["source", "index"]].assign(left_out=channel))
    return pd.concat(frames, ignore_index=True)[["source", "left_out", "index"]]


def ahead_share(
    codes: pd.DataFrame, first: str, second: str, *, draws: int = 10_000, seed: int = 1, top: float = 3
) -> float:
    """Share of weightings, drawn evenly from all that add up to 1, under which `first` is strictly ahead."""
    import numpy as np

    table = _table(codes, top)
    one_of("first", first, list(table.index))
    one_of("second", second, list(table.index))
    gap = (table.loc[first] - table.loc[second]).to_numpy(dtype=float)
    weights = np.random.default_rng(seed).dirichlet(np.ones(len(gap)), size=whole("draws", draws, 1))
    return float((weights @ gap > 0).mean())
