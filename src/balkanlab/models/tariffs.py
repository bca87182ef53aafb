"""Tariffs and bans in partial equilibrium: who pays, who sells, what is lost.

Imports are measured at pre-tariff prices, so the price before is 1 and quantities read as money.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import pandas as pd

from balkanlab.models._check import columns, within


def implied_elasticity(fall_pct: float, price_rise_pct: float) -> float:
    """Constant price elasticity that turns a price rise into a fall of the quantity: ln(1 − fall)/ln(1 +
    rise).

    `fall_pct` 0 up to below 100, `price_rise_pct` above 0. The result is 0 or negative.
    """
    if within("fall_pct", fall_pct, 0, 100) == 100:
        raise ValueError(f"fall_pct must be below 100 for a finite elasticity, got {fall_pct!r}")
    return math.log1p(-fall_pct / 100) / math.log1p(
        within("price_rise_pct", price_rise_pct, 0, above=True) / 100
    )


def remaining(baseline: float, price_rise_pct: float, elasticity: float) -> float:
    """Quantity left after a price rise under constant elasticity: baseline · (1 + rise)^elasticity."""
    within("elasticity", elasticity, -20, 0)
    rise = within("price_rise_pct", price_rise_pct, 0, 1000)
    return within("baseline", baseline, 0) * math.pow(1 + rise / 100, elasticity)


def loss_triangle(before: float, after: float, price_rise_pct: float) -> float:
    """Deadweight loss under straight-line demand: ½ · price rise · fall of the quantity (Harberger 1954)."""
    if within("after", after, 0) > within("before", before, 0):
        raise ValueError(f"after must be between 0 and {before:g}, got {after!r}")
    return within("price_rise_pct", price_rise_pct, 0) / 100 * (before - after) / 2


def extra_bill(replaced: float, dearer_pct: float) -> float:
    """What buyers pay more when `replaced` imports come from a seller `dearer_pct` dearer."""
    return within("replaced", replaced, 0) * within("dearer_pct", dearer_pct, 0) / 100


def whole_from_share(part: float, share_pct: float) -> float:
    """The whole of which `part` is `share_pct` percent (above 0, at most 100)."""
    return 100 * part / within("share_pct", share_pct, 0, 100, above=True)


@dataclass(frozen=True)
class Incidence:
    """Who bears a tariff; money at pre-tariff prices.

    `net` = revenue − consumer_loss = exporters_pay − triangle.
    """

    price_rise_pct: float
    exporter_price: float
    imports_before: float
    imports_after: float
    revenue: float
    consumer_loss: float
    exporters_pay: float
    triangle: float
    net: float


def incidence(
    *, baseline: float, tariff_pct: float, elasticity: float, pass_through_pct: float = 100
) -> Incidence:
    """Incidence of a tariff t with pass-through φ.

    1. Buyers' price rises from 1 to 1 + φt; exporters receive (1 + φt)/(1 + t).
    2. The quantity falls with constant elasticity in the buyers' price.
    3. Revenue is t · exporters' price · quantity left.
    4. Consumers lose the rectangle φt · quantity left and the triangle ½φt · fall (straight line between the
       two points).
    5. Exporters pay (1 − their price) on each unit still sold, which the treasury collects.

    `baseline` ≥ 0; `tariff_pct` 0 to 300; `elasticity` −20 to 0; `pass_through_pct` 0 to 100.
    """
    tariff = within("tariff_pct", tariff_pct, 0, 300) / 100
    rise = tariff * within("pass_through_pct", pass_through_pct, 0, 100) / 100
    after = remaining(baseline, 100 * rise, elasticity)
    received = (1 + rise) / (1 + tariff)
    revenue = tariff * received * after
    triangle = loss_triangle(baseline, min(after, baseline), 100 * rise)
    consumer_loss = rise * after + triangle
    return Incidence(
        price_rise_pct=100 * rise,
        exporter_price=received,
        imports_before=float(baseline),
        imports_after=after,
        revenue=revenue,
        consumer_loss=consumer_loss,
        exporters_pay=(1 - received) * after,
        triangle=triangle,
        net=revenue - consumer_loss,
    )


def tariff_episode(
    *, baseline: float, tariff_pct: float, elasticity: float, pass_through_pct: float = 100
) -> pd.DataFrame:
    """Bars of a tariff: item ("Buyers lose", "Treasury gains", "Country, net", "Sellers' price cut"), value
    (signed), imports_after.

    Arguments as in `incidence`.
    """
    sums = incidence(
        baseline=baseline, tariff_pct=tariff_pct, elasticity=elasticity, pass_through_pct=pass_through_pct
    )
    items = {
        "Buyers lose": -sums.consumer_loss,
        "Treasury gains": sums.revenue,
        "Country, net": sums.net,
        "Sellers' price cut": -sums.exporters_pay,
    }
    return pd.DataFrame(
        {"item": list(items), "value": [v + 0.0 for v in items.values()], "imports_after": sums.imports_after}
    )


def who_sells(
    *,
    baseline: float,
    third: float,
    tariff_pct: float,
    elasticity: float,
    pass_through_pct: float = 100,
    switched_pct: float = 50,
    price_gap_pct: float = 33.3,
    ban: bool = False,
    target: str = "Target",
    others: str = "Third sellers",
) -> pd.DataFrame:
    """Imports by seller before and after a tariff, or a ban, on one of them.

    1. The target's sales fall as in `incidence`; under a ban to 0, whatever the tariff.
    2. `switched_pct` of the fall goes to third sellers, who sold `third` before; the rest is not bought.
    3. The switched goods cost `price_gap_pct` more than the target's did before: the extra bill.

    `baseline`, `third` ≥ 0; `switched_pct` 0 to 100; `price_gap_pct` 0 to 200.
    Rows: seller, moment ("before", "after"), imports (quantities at pre-tariff prices), change_pct of the
    seller, extra_bill, revenue, not_bought (the same in each row).
    """
    sums = incidence(
        baseline=baseline, tariff_pct=tariff_pct, elasticity=elasticity, pass_through_pct=pass_through_pct
    )
    left = 0.0 if ban else sums.imports_after
    fall = baseline - left
    switched = fall * within("switched_pct", switched_pct, 0, 100) / 100
    after = {target: left, others: within("third", third, 0) + switched}
    before = {target: float(baseline), others: float(third)}
    return pd.DataFrame(
        [
            (
                seller,
                moment,
                sales[seller],
                100 * (after[seller] / before[seller] - 1) if before[seller] else 0.0,
            )
            for seller in (target, others)
            for moment, sales in (("before", before), ("after", after))
        ],
        columns=["seller", "moment", "imports", "change_pct"],
    ).assign(
        extra_bill=extra_bill(switched, within("price_gap_pct", price_gap_pct, 0, 200)),
        revenue=0.0 if ban else sums.revenue,
        not_bought=fall - switched,
    )


def episode_days(start: str | date, end: str | date) -> int:
    """Days a measure was in force: first day counted, day of lifting not. Raises ValueError if it ends before
    it starts.
    """
    days = (pd.Timestamp(end) - pd.Timestamp(start)).days
    if days < 0:
        raise ValueError(f"end must not be before start, got {start} to {end}")
    return int(days)


def with_days(episodes: pd.DataFrame) -> pd.DataFrame:
    """The episodes that have ended, with a column `days` added; needs columns starts and ends."""
    columns("episodes", episodes, ("starts", "ends"))
    closed = episodes[episodes["ends"].notna()]
    return closed.assign(
        days=[episode_days(a, b) for a, b in zip(closed["starts"], closed["ends"], strict=True)]
    )
