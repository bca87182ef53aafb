"""Trade and clubs: gravity by hand, and who gains when trade moves (creation and diversion)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from balkanlab.models._check import within


def gravity_flow(
    *,
    gdp_exporter: float,
    gdp_importer: float,
    distance_km: float,
    constant: float = 1.0,
    distance_elasticity: float = -1.0,
    border: bool = False,
    border_coefficient: float = 0.5,
    agreement: bool = False,
    agreement_coefficient: float = 0.2255,
) -> float:
    """Trade that the gravity equation predicts (Tinbergen 1962).

    X = constant · Yᵢ · Yⱼ · d^(distance_elasticity) · exp(border_coefficient · border + agreement_coefficient
    · agreement). GDPs above 0, in any unit; distance above 0 km; elasticity −3 to 0; coefficients −3 to 3.
    """
    size = within("gdp_exporter", gdp_exporter, 0, above=True) * within(
        "gdp_importer", gdp_importer, 0, above=True
    )
    distance = within("distance_km", distance_km, 0, above=True)
    power = within("distance_elasticity", distance_elasticity, -3, 0)
    log_costs = border * within("border_coefficient", border_coefficient, -3, 3) + agreement * within(
        "agreement_coefficient", agreement_coefficient, -3, 3
    )
    return (
        within("constant", constant, 0, above=True) * size * math.pow(distance, power) * math.exp(log_costs)
    )


def gravity_prediction(
    *,
    gdp_exporter: float,
    gdp_importer: float,
    distance_km: float,
    constant: float = 1.0,
    distance_elasticity: float = -1.0,
    border: bool = False,
    border_coefficient: float = 0.5,
    agreement_coefficient: float = 0.2255,
) -> pd.DataFrame:
    """The same pair with and without an agreement: case, flow, effect_pct. Arguments as in `gravity_flow`."""
    flows = {
        case: gravity_flow(
            gdp_exporter=gdp_exporter,
            gdp_importer=gdp_importer,
            distance_km=distance_km,
            constant=constant,
            distance_elasticity=distance_elasticity,
            border=border,
            border_coefficient=border_coefficient,
            agreement=agreement,
            agreement_coefficient=agreement_coefficient,
        )
        for case, agreement in (("without agreement", False), ("with agreement", True))
    }
    return pd.DataFrame(
        {
            "case": list(flows),
            "flow": list(flows.values()),
            "effect_pct": agreement_effect_pct(agreement_coefficient),
        }
    )


def agreement_effect_pct(coefficient: float) -> float:
    """Percent effect of an agreement whose log coefficient is b: 100 (exp b − 1) (Baier, Bergstrand 2007)."""
    return 100 * math.expm1(coefficient)


def agreement_coefficient(effect_pct: float) -> float:
    """Log coefficient behind a percent effect above −100: ln(1 + effect/100)."""
    return math.log1p(within("effect_pct", effect_pct, -100, above=True) / 100)


def annual_growth_pct(total_pct: float, years: float) -> float:
    """Even yearly growth that adds up to `total_pct` (above −100) after `years` (above 0)."""
    return 100 * math.expm1(agreement_coefficient(total_pct) / within("years", years, 0, above=True))


def years_to(total_pct: float, annual_pct: float) -> float:
    """Years of even growth at `annual_pct` until the level is `total_pct` higher; both above 0."""
    within("total_pct", total_pct, 0, above=True)
    return agreement_coefficient(total_pct) / math.log1p(
        within("annual_pct", annual_pct, 0, above=True) / 100
    )


def growth_path(*, total_pct: float, years: float, target_pct: float = 44, horizon: int = 12) -> pd.DataFrame:
    """A thought experiment: an effect read as growth spread evenly over `years` (1 to 30).

    `total_pct`, `target_pct` above 0 up to 1000; horizon 1 to 40.
    Rows: year (0 to horizon), level_pct (above the start), target_pct, annual_pct, years_to_target.
    """
    within("total_pct", total_pct, 0, 1000, above=True)
    within("target_pct", target_pct, 0, 1000, above=True)
    annual = annual_growth_pct(total_pct, within("years", years, 1, 30))
    time = list(range(int(within("horizon", horizon, 1, 40)) + 1))
    return pd.DataFrame(
        {
            "year": time,
            "level_pct": [100 * math.expm1(t * math.log1p(annual / 100)) for t in time],
            "target_pct": float(target_pct),
            "annual_pct": annual,
            "years_to_target": years_to(target_pct, annual),
        }
    )


@dataclass(frozen=True)
class Union:
    """A small country before and after free trade with a partner. `net` = consumer_gain − revenue_loss."""

    seller_before: str
    seller_after: str
    price_before: float
    price_after: float
    quantity_before: float
    quantity_after: float
    revenue_before: float
    revenue_after: float
    consumer_gain: float
    revenue_loss: float
    net: float
    kind: str


def viner(
    *,
    tariff_pct: float,
    partner_price: float,
    world_price: float,
    home_price: float | None = None,
    demand_intercept: float = 200,
    demand_slope: float = 10,
) -> Union:
    """Creation and diversion in a small economy with constant costs (Viner 1950).

    1. Before, both foreign sellers pay the tariff; after, only the world does. The cheapest offer serves all.
       A tie goes to the seller with the lower price at the border.
    2. Demand is intercept − slope · price, never below 0.
    3. Consumers gain the trapezoid under the demand curve between the two prices.
    4. The treasury loses the tariff it took on the first source. (Home sells at cost, so producers have no
       rent.)
    5. Moving from the world to the partner diverts trade; from home to the partner creates it; buying more
       from the partner, who sold before, expands it.

    `tariff_pct` 0 to 300; prices above 0; slope above 0.
    """
    rate = within("tariff_pct", tariff_pct, 0, 300) / 100
    border = {
        "partner": within("partner_price", partner_price, 0, above=True),
        "world": within("world_price", world_price, 0, above=True),
    }
    if home_price is not None:
        border["home"] = within("home_price", home_price, 0, above=True)
    within("demand_intercept", demand_intercept, 0, above=True)
    within("demand_slope", demand_slope, 0, above=True)

    def market(taxed: tuple[str, ...]) -> tuple[str, float, float, float]:
        offers = {seller: price * (1 + rate * (seller in taxed)) for seller, price in border.items()}
        # rounding: a tariff that closes the gap exactly is a tie, whatever the last binary digit says
        seller = min(offers, key=lambda name: (round(offers[name], 9), border[name]))
        quantity = max(0.0, demand_intercept - demand_slope * offers[seller])
        return seller, offers[seller], quantity, (offers[seller] - border[seller]) * quantity

    seller0, price0, quantity0, revenue0 = market(("partner", "world"))
    seller1, price1, quantity1, revenue1 = market(("world",))
    choke = demand_intercept / demand_slope
    gain = (quantity0 + quantity1) / 2 * max(0.0, min(price0, choke) - price1)
    kinds = {
        ("world", "partner"): "diversion",
        ("home", "partner"): "creation",
        ("partner", "partner"): "expansion",
    }
    return Union(
        seller_before=seller0,
        seller_after=seller1,
        price_before=price0,
        price_after=price1,
        quantity_before=quantity0,
        quantity_after=quantity1,
        revenue_before=revenue0,
        revenue_after=revenue1,
        consumer_gain=gain,
        revenue_loss=revenue0 - revenue1,
        net=gain - (revenue0 - revenue1),
        kind=kinds.get((seller0, seller1), "no change") if rate > 0 else "no change",
    )


def viner_break_even_pct(
    *,
    partner_price: float,
    world_price: float,
    demand_intercept: float = 200,
    demand_slope: float = 10,
) -> float:
    """Tariff above which a union that diverts trade pays after all, in percent.

    With p the partner's and w the world's price, x = w(1 + t) and demand b(c − P), c the choke price, the net
    gain is ½b[(c − p)² − (c − x)²] − b(x − w)(c − x). It is 0 at x = w + √((c − w)² − (c − p)²), which lies
    below c. Raises ValueError unless w < p < c.
    """
    p = within("partner_price", partner_price, 0, above=True)
    w = within("world_price", world_price, 0, above=True)
    c = within("demand_intercept", demand_intercept, 0, above=True) / within(
        "demand_slope", demand_slope, 0, above=True
    )
    if not w < p < c:
        raise ValueError(f"prices must rise from world over partner to {c:g}, got world {w:g}, partner {p:g}")
    return 100 * math.sqrt((c - w) ** 2 - (c - p) ** 2) / w


def creation_diversion(
    *,
    tariff_pct: float,
    partner_price: float,
    world_price: float,
    home_price: float | None = None,
    demand_intercept: float = 200,
    demand_slope: float = 10,
) -> pd.DataFrame:
    """Welfare bars of a union; arguments as in `viner`.

    Rows: item ("Consumers", "Treasury", "Net"), value, and the same in each row: seller_before, seller_after,
    price_before, price_after, quantity_before, quantity_after, kind.
    """
    union = viner(
        tariff_pct=tariff_pct,
        partner_price=partner_price,
        world_price=world_price,
        home_price=home_price,
        demand_intercept=demand_intercept,
        demand_slope=demand_slope,
    )
    return pd.DataFrame(
        {
            "item": ["Consumers", "Treasury", "Net"],
            "value": [union.consumer_gain, 0.0 - union.revenue_loss, union.net],
            "seller_before": union.seller_before,
            "seller_after": union.seller_after,
            "price_before": union.price_before,
            "price_after": union.price_after,
            "quantity_before": union.quantity_before,
            "quantity_after": union.quantity_after,
            "kind": union.kind,
        }
    )


def viner_suppliers(
    *,
    tariff_pct: float,
    partner_price: float,
    world_price: float,
    home_price: float | None = None,
    demand_intercept: float = 200,
    demand_slope: float = 10,
) -> pd.DataFrame:
    """Who supplies before and after: moment, seller, quantity, price (its offer to buyers). Arguments as in
    `viner`.
    """
    union = viner(
        tariff_pct=tariff_pct,
        partner_price=partner_price,
        world_price=world_price,
        home_price=home_price,
        demand_intercept=demand_intercept,
        demand_slope=demand_slope,
    )
    border = {"home": home_price, "partner": partner_price, "world": world_price}
    rows = []
    for moment, chosen, quantity, taxed in (
        ("before", union.seller_before, union.quantity_before, ("partner", "world")),
        ("after", union.seller_after, union.quantity_after, ("world",)),
    ):
        for seller, price in border.items():
            if price is not None:
                offer = price * (1 + tariff_pct / 100 * (seller in taxed))
                rows.append((moment, seller, quantity if seller == chosen else 0.0, offer))
    return pd.DataFrame(rows, columns=["moment", "seller", "quantity", "price"])
