"""Towers and tents: what a deep commitment wins and whom it shuts out.

The trade-off of depth and breadth (Downs, Rocke and Barsoom 1996) in a form that can be solved by hand. n
states differ in how much obligation they would sign: state i signs if its readiness is at least
entry_cost × depth, and readiness is spread evenly over 0 to 1. In a crisis members differ in what keeping the
promise costs them: evenly from 0 to crisis_cost. A member comes if breaking the promise, which costs `depth`,
is dearer. So signed = n (1 − e d), come = signed × min(1, d / c).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from balkanlab.models._check import columns, one_of, whole, within


def signed(depth: float, *, entry_cost: float, states: float = 10) -> float:
    """States that sign at a depth of obligation (0: a talk, 1: a full guarantee)."""
    d, e = within("depth", depth, 0, 1), within("entry_cost", entry_cost, 0)
    return states * max(0.0, 1 - e * d)


def come(depth: float, *, entry_cost: float, crisis_cost: float, states: float = 10) -> float:
    """Members that keep the promise in a crisis; crisis_cost above 0 is the dearest member's cost."""
    c = within("crisis_cost", crisis_cost, 0, above=True)
    return signed(depth, entry_cost=entry_cost, states=states) * min(1.0, depth / c)


def best_depth(*, entry_cost: float, crisis_cost: float) -> float:
    """The depth at which most members come: min(c, 1 / 2e), and at most 1.

    Up to c each step deeper makes more members keep their word; beyond it, it only drives members away.
    Below c the count n (1 − e d) d / c peaks at 1 / 2e.
    """
    e, c = within("entry_cost", entry_cost, 0), within("crisis_cost", crisis_cost, 0, above=True)
    return min(1.0, c, 1 / (2 * e)) if e > 0 else min(1.0, c)


def tower_and_tent(
    *, entry_cost: float, crisis_cost: float, states: int = 10, steps: int = 20
) -> pd.DataFrame:
    """Both counts over depth 0 to 1: depth, line ("sign" or "come in a crisis"), states, best_depth, best."""
    n, points = whole("states", states, 1), whole("steps", steps, 1)
    best = best_depth(entry_cost=entry_cost, crisis_cost=crisis_cost)
    most = come(best, entry_cost=entry_cost, crisis_cost=crisis_cost, states=n)
    rows = []
    for i in range(points + 1):
        d = i / points
        rows.append((d, "sign", signed(d, entry_cost=entry_cost, states=n)))
        rows.append(
            (d, "come in a crisis", come(d, entry_cost=entry_cost, crisis_cost=crisis_cost, states=n))
        )
    return pd.DataFrame(rows, columns=["depth", "line", "states"]).assign(best_depth=best, best=most)


def fit_pct(design: Mapping[str, float], need: Mapping[str, float]) -> float:
    """How much of a need a design covers, 0 to 100: shortfalls count, surpluses do not make up for them.

    Raises ValueError if the need is empty or names a feature that the design lacks.
    """
    total = sum(within(f"need of {feature}", value, 0) for feature, value in need.items())
    if total == 0 or not set(need) <= set(design):
        raise ValueError(f"need must ask for features of the design, got {dict(need)!r}")
    short = sum(max(0.0, value - design[feature]) for feature, value in need.items())
    return 100 * (1 - short / total)


def middle_layer(design: Mapping[str, float], steps: int) -> dict[str, float]:
    """A design with `steps` (0 to 4) moved from flexibility to obligation and centralisation, within 0 to 4."""
    k = whole("steps", steps, 0, 4)
    change = {"obligation": k, "centralisation": k, "flexibility": -k}
    return {feature: min(4.0, max(0.0, value + change.get(feature, 0))) for feature, value in design.items()}


def houses(
    codes: pd.DataFrame,
    needs: Mapping[str, Mapping[str, float]],
    *,
    weather: str,
    layer: int = 0,
    extended: str = "Eurasian platform",
    features: Sequence[str] = ("centralisation", "obligation", "flexibility"),
) -> pd.DataFrame:
    """Which institution copes with which weather: institution, fit_pct, best first stays in table order.

    codes: institution and one column per feature (0 to 4). `needs` maps a weather to the features it asks
    for. `layer` adds a middle layer to the `extended` institution.
    """
    columns("codes", codes, ("institution", *features))
    one_of("weather", weather, needs)
    rows = []
    for record in codes[["institution", *features]].to_dict("records"):
        design = {feature: float(record[feature]) for feature in features}
        if record["institution"] == extended:
            design = middle_layer(design, layer)
        rows.append((str(record["institution"]), fit_pct(design, needs[weather])))
    return pd.DataFrame(rows, columns=["institution", "fit_pct"])


def correlation(first: Sequence[float], second: Sequence[float]) -> float:
    """Pearson's correlation of two equally long columns of at least two different numbers each."""
    a, b = pd.Series(first, dtype=float), pd.Series(second, dtype=float)
    if len(a) != len(b) or len(a) < 2 or a.std() == 0 or b.std() == 0:
        raise ValueError("first and second must be equally long, with at least two different numbers each")
    return float(a.corr(b))
