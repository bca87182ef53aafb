"""A ladder of ties: how high a pair stands, where rungs are missing, and whether it is a ladder at all.

A frame of ties has one row per pair and rung: pair, rung, step (1 is the lowest), reached (boolean). On a
perfect scale (Guttman 1944) whoever stands on a rung stands on all below it, so the number of rungs tells
which ones.
"""

from __future__ import annotations

import pandas as pd

from balkanlab.models._check import columns, one_of

NEEDED = ("pair", "rung", "step", "reached")


def _wide(ties: pd.DataFrame) -> pd.DataFrame:
    columns("ties", ties, NEEDED)
    table = ties.pivot(index="pair", columns="step", values="reached")
    if table.isna().any(axis=None):
        raise ValueError("ties must have every rung for every pair")
    return table.loc[list(dict.fromkeys(ties["pair"])), sorted(table.columns)].astype(bool)


def summary(ties: pd.DataFrame) -> pd.DataFrame:
    """One row per pair: pair, rungs (how many), height (highest step, 0: none), gaps (missing below it),
    errors (deviations from the ladder with that many rungs).

    Errors are counted as Goodenough and Edwards do: against the perfect pattern with the same number of rungs.
    """
    table = _wide(ties)
    rows = []
    for pair, row in table.iterrows():
        reached = [int(step) for step in table.columns if row[step]]
        perfect = set(list(table.columns)[: len(reached)])
        height = max(reached, default=0)
        gaps = sum(int(step) < height and int(step) not in reached for step in table.columns)
        rows.append((str(pair), len(reached), height, gaps, 2 * len(perfect - set(reached))))
    return pd.DataFrame(rows, columns=["pair", "rungs", "height", "gaps", "errors"])


def reproducibility(ties: pd.DataFrame) -> float:
    """Guttman's coefficient: 1 − errors / cells. He asked for 0.9 before calling it a scale."""
    table = _wide(ties)
    return 1 - int(summary(ties)["errors"].sum()) / table.size


def climb(ties: pd.DataFrame, *, first: str, second: str) -> pd.DataFrame:
    """Two pairs on one ladder, top rung first: rung, step, pair, state ("reached" or "not reached"), height."""
    table = summary(ties).set_index("pair")
    one_of("first", first, list(table.index))
    one_of("second", second, list(table.index))
    chosen = ties[ties["pair"].isin([first, second])].copy()
    chosen["state"] = chosen["reached"].map({True: "reached", False: "not reached"})
    chosen["height"] = chosen["pair"].map(table["height"])
    order = {first: 0, second: 1}
    chosen = chosen.sort_values(["step", "pair"], key=lambda c: -c if c.name == "step" else c.map(order))
    return chosen[["rung", "step", "pair", "state", "height"]].reset_index(drop=True)


def share_pct(part: float, whole: float) -> float:
    """`part` in percent of `whole` (above 0)."""
    if whole <= 0 or part < 0 or part > whole:
        raise ValueError(f"part must lie between 0 and the whole, got {part!r} of {whole!r}")
    return 100 * part / whole
