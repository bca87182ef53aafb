"""Investment sums made comparable: stock and flow, per year, per head, one currency."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

import pandas as pd

from balkanlab.models._check import columns, one_of, whole, within

Concept = Literal["flow total", "annual average", "stock", "agency total"]
CONCEPTS: tuple[Concept, ...] = ("flow total", "annual average", "stock", "agency total")
Scale = Literal["as quoted", "per year", "per head", "per head and year"]
SCALES: tuple[Scale, ...] = ("as quoted", "per year", "per head", "per head and year")


def per_year(total: float, years: float) -> float:
    """A sum of flows spread over its years (more than 0). Never apply it to a stock."""
    return within("total", total, 0) / within("years", years, 0, above=True)


def per_head(total_bn: float, population_m: float) -> float:
    """Billions over million people, in units of the currency per person."""
    return within("total_bn", total_bn, 0) * 1000 / within("population_m", population_m, 0, above=True)


def to_eur(value_usd: float, usd_per_eur: float) -> float:
    """Dollars to euros at `usd_per_eur` dollars for one euro (0.5 to 2)."""
    return value_usd / within("usd_per_eur", usd_per_eur, 0.5, 2)


def calendar_years(first: int, last: int) -> int:
    """Calendar years from `first` to `last`, both counted: 2007 to 2021 are 15."""
    whole("last", last, whole("first", first, 1800, 2200), 2200)
    return last - first + 1


def stock_from_flows(
    initial: float, inflows: Iterable[float], revaluation: Iterable[float] | None = None
) -> list[float]:
    """Stock at the end of each year: Sₜ = Sₜ₋₁ + inflowₜ + revaluationₜ (prices, exchange rates, write-offs).

    So a stock differs from the sum of flows by the initial stock and all revaluations (UNCTAD 2009).
    """
    flows = [float(x) for x in inflows]
    changes = [0.0] * len(flows) if revaluation is None else [float(x) for x in revaluation]
    if len(changes) != len(flows):
        raise ValueError(f"revaluation must have as many years as inflows ({len(flows)}), got {len(changes)}")
    stock, path = float(initial), []
    for flow, change in zip(flows, changes, strict=True):
        stock += flow + change
        path.append(stock)
    return path


def can_be_per_year(concept: Concept) -> bool:
    """Whether a figure of this concept has a yearly value: flows (divide) and averages (as they are); a stock
    has none.
    """
    return one_of("concept", concept, CONCEPTS) in ("flow total", "annual average")


def comparable(first: Concept, second: Concept, *, scale: Scale = "per year") -> bool:
    """Whether two figures may stand in one ranking.

    Per year, flows and averages are one concept. As totals, only like with like, and an average is not a
    total. An agency total of unknown kind compares with nothing but itself.
    """
    one_of("first", first, CONCEPTS)
    one_of("second", second, CONCEPTS)
    one_of("scale", scale, SCALES)
    if scale in ("per year", "per head and year"):
        return can_be_per_year(first) and can_be_per_year(second)
    return first == second


def difference_in_differences(
    *, treated_before: float, treated_after: float, control_before: float, control_after: float
) -> float:
    """Change of the treated less the change of the controls: an effect only if both would move alike."""
    return (treated_after - treated_before) - (control_after - control_before)


def league_table(
    figures: pd.DataFrame,
    population_m: Mapping[str, float],
    *,
    scale: Scale,
    usd_per_eur: float,
    same_concept_only: bool = False,
    reference: str = "SRB",
) -> pd.DataFrame:
    """Rank quoted investment sums by the chosen scale, in euros.

    figures: one row per country with iso3, value, unit ("EUR bn" or "USD bn"), concept (CONCEPTS), from, to
    (years, or texts that start with one).
    1. Turn dollars into euros.
    2. "per year" divides flows by their years and leaves averages alone. Stocks and agency totals, which have
       no yearly value, keep their size and are marked; "as quoted" leaves all alone.
    3. "per head" divides by population (millions).
    4. A row is comparable if its concept fits that of the `reference` country at this scale.
       `same_concept_only` drops the others.

    Rows: iso3, value (EUR bn, or EUR per head), unit, concept, comparable, rank (1 is the largest), sorted.
    """
    columns("figures", figures, ("iso3", "value", "unit", "concept", "from", "to"))
    one_of("scale", scale, SCALES)
    one_of("reference", reference, figures["iso3"])
    yearly, heads = scale in ("per year", "per head and year"), scale in ("per head", "per head and year")
    standard = figures.loc[figures["iso3"] == reference, "concept"].iloc[0]
    rows = []
    for row in figures.to_dict("records"):
        one_of("unit", row["unit"], ("EUR bn", "USD bn"))
        value = float(row["value"])
        if row["unit"] == "USD bn":
            value = to_eur(value, usd_per_eur)
        if yearly and row["concept"] == "flow total":
            value = per_year(value, calendar_years(int(str(row["from"])[:4]), int(str(row["to"])[:4])))
        if heads:
            value = per_head(value, population_m[row["iso3"]])
        fits = comparable(standard, row["concept"], scale=scale)
        if fits or not same_concept_only:
            rows.append((row["iso3"], value, row["concept"], fits))
    unit = ("EUR per head" if heads else "EUR bn") + (
        " and year" if heads and yearly else " per year" if yearly else ""
    )
    table = pd.DataFrame(rows, columns=["iso3", "value", "concept", "comparable"])
    table = table.sort_values("value", ascending=False, ignore_index=True)
    table.insert(2, "unit", unit)
    return table.assign(rank=range(1, len(table) + 1))
