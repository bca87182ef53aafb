"""A scorecard for promises of free movement, and the rungs of Balassa's ladder.

A score is in [0, 1]: 0 nothing, 1 all that the single market of the EU gives. The codings are the course's own.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from balkanlab.models._check import columns, within

RUNGS = ("no agreement", "free trade area", "customs union", "common market", "economic union")
"""Balassa (1961), The Theory of Economic Integration; preferential deals count as no agreement."""


def weighted(scores: Mapping[str, float], weights: Mapping[str, float] | None = None) -> float:
    """Mean of `scores` (each 0 to 1) with `weights` (above 0; one each if left out).

    Raises ValueError if a weight names no score, or a score or weight is out of range.
    """
    given = dict(weights or {})
    if unknown := set(given) - set(scores):
        raise ValueError(f"weights name {sorted(unknown)}, scores have {sorted(scores)}")
    total = part = 0.0
    for name, score in scores.items():
        weight = within(f"weight of {name}", given.get(name, 1), 0, above=True)
        part += weight * within(f"score of {name}", score, 0, 1)
        total += weight
    if not total:
        raise ValueError("scores must hold at least one entry")
    return part / total


def scorecard(codings: pd.DataFrame, *, weights: Mapping[str, float] | None = None) -> pd.DataFrame:
    """One row per scheme and stage with its weighted score, and the gap from the first stage named.

    `codings` has scheme, stage, freedom, score. Rows: scheme, stage, score, gap (score of the scheme's first
    stage minus this one; 0 in the first).
    """
    columns("codings", codings, ["scheme", "stage", "freedom", "score"])
    rows: list[tuple[str, str, float, float]] = []
    for scheme, part in codings.groupby("scheme", sort=False):
        first = None
        for stage, rest in part.groupby("stage", sort=False):
            score = weighted(dict(zip(rest["freedom"], rest["score"], strict=True)), weights)
            first = score if first is None else first
            rows.append((str(scheme), str(stage), score, first - score))
    return pd.DataFrame(rows, columns=["scheme", "stage", "score", "gap"])


def order_range(codings: pd.DataFrame, *, better: str, worse: str, stage: str) -> tuple[float, float]:
    """Smallest and largest lead of one scheme over another under *any* weights: (low, high).

    A weighted mean of differences lies between the smallest and the largest of them, so no weighting of the
    freedoms can leave the interval. If both ends have the same sign, the order does not depend on the weights.
    """
    columns("codings", codings, ["scheme", "stage", "freedom", "score"])
    table = codings[codings["stage"] == stage].pivot(index="freedom", columns="scheme", values="score")
    lead = table[better] - table[worse]
    return float(lead.min()), float(lead.max())


def rung(
    *,
    no_internal_tariffs: bool,
    common_tariff: bool,
    free_factors: bool,
    joint_policies: bool,
) -> str:
    """The highest rung of Balassa's ladder with no step missing below it.

    A scheme with free labour but without a common tariff stands on the free-trade rung all the same: the rungs
    are cumulative.
    """
    reached = 0
    for step in (no_internal_tariffs, common_tariff, free_factors, joint_policies):
        if not step:
            break
        reached += 1
    return RUNGS[reached]
