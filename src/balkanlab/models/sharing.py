"""Dividing what a club gains: Shapley value, the core, Nash's split, and the same sums per head.

A game gives each coalition a worth: what its members gain together without the others. Coalitions are frozensets
of players; one that is left out is worth 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations
from math import factorial

import pandas as pd

from balkanlab.models._check import columns, one_of, within

Worth = Mapping[frozenset[str], float]
RULES = ("Shapley value", "equal shares", "by GDP", "by population")


def players(worth: Worth) -> list[str]:
    """All players named in the game, in alphabetical order. Raises ValueError for more than 12 or none."""
    found = sorted(set().union(*worth)) if worth else []
    if not 1 <= len(found) <= 12:
        raise ValueError(f"a game needs 1 to 12 players, got {len(found)}")
    return found


def shapley(worth: Worth) -> dict[str, float]:
    """Each player's mean contribution over all orders of joining (Shapley 1953).

    φ_i = Σ_S |S|! (n − |S| − 1)! / n! · (v(S ∪ i) − v(S)) over the coalitions S without i. Sums to v(N).
    """
    everyone = players(worth)
    n = len(everyone)
    value = dict.fromkeys(everyone, 0.0)
    for player in everyone:
        others = [other for other in everyone if other != player]
        for size in range(n):
            weight = factorial(size) * factorial(n - size - 1) / factorial(n)
            for group in combinations(others, size):
                without = frozenset(group)
                value[player] += weight * (worth.get(without | {player}, 0.0) - worth.get(without, 0.0))
    return value


def core_gaps(worth: Worth, split: Mapping[str, float]) -> pd.DataFrame:
    """For each coalition: what it is worth, what the split gives its members, and what is missing.

    Rows (all coalitions but the empty one, small first): coalition ("A+B"), worth, gets, missing (0 or more).
    """
    everyone = players(worth)
    rows = []
    for size in range(1, len(everyone) + 1):
        for group in combinations(everyone, size):
            value = worth.get(frozenset(group), 0.0)
            gets = sum(split[player] for player in group)
            rows.append(("+".join(group), value, gets, max(value - gets, 0.0)))
    return pd.DataFrame(rows, columns=["coalition", "worth", "gets", "missing"])


def in_core(worth: Worth, split: Mapping[str, float]) -> bool:
    """Whether the split gives out exactly v(N) and no coalition can do better alone (Gillies 1959)."""
    everyone = players(worth)
    whole = worth.get(frozenset(everyone), 0.0)
    if abs(sum(split[player] for player in everyone) - whole) > 1e-9:
        return False
    return bool((core_gaps(worth, split)["missing"] <= 1e-9).all())


def nash_split(total: float, first: float, second: float) -> tuple[float, float]:
    """Two parties divide `total` with fallbacks `first` and `second` (Nash 1950, money and equal power).

    Each gets its fallback and half of what is left over. Raises ValueError if the fallbacks exceed the total.
    """
    surplus = within("total", total, 0) - within("first", first, 0) - within("second", second, 0)
    if surplus < 0:
        raise ValueError(f"the fallbacks sum to {first + second:g}, more than the total of {total:g}")
    return first + surplus / 2, second + surplus / 2


def divide(
    worth: Worth, *, rule: str, gdp: Mapping[str, float], population: Mapping[str, float]
) -> pd.DataFrame:
    """Split v(N) by a rule and say what it means per head.

    `rule` is one of `RULES`; `gdp` and `population` hold one number above 0 per player. Rows: player, gets,
    per_head (gets over population), per_gdp (gets over GDP), stable (the whole split is in the core).
    """
    one_of("rule", rule, RULES)
    everyone = players(worth)
    total = worth.get(frozenset(everyone), 0.0)
    if rule == "Shapley value":
        split = shapley(worth)
    else:
        keys = {"equal shares": dict.fromkeys(everyone, 1.0), "by GDP": gdp, "by population": population}[
            rule
        ]
        base = sum(keys[player] for player in everyone)
        split = {player: total * keys[player] / base for player in everyone}
    return pd.DataFrame(
        {
            "player": everyone,
            "gets": [split[p] for p in everyone],
            "per_head": [split[p] / within("population", population[p], 0, above=True) for p in everyone],
            "per_gdp": [split[p] / within("gdp", gdp[p], 0, above=True) for p in everyone],
            "stable": in_core(worth, split),
        }
    )


def trade_inside(
    trade: pd.DataFrame, economies: pd.DataFrame, members: Iterable[str], *, year: int
) -> pd.DataFrame:
    """How much each member trades with the other members, in total and against its size.

    `trade` has year, exporter, importer, value_kusd; `economies` iso3, year, gdp_usd, population. Rows: iso3,
    exports_musd, imports_musd, trade_musd, trade_pct_gdp, trade_usd_per_head. Trade is exports plus imports, so
    the members' totals count each flow twice.
    """
    columns("trade", trade, ["year", "exporter", "importer", "value_kusd"])
    columns("economies", economies, ["iso3", "year", "gdp_usd", "population"])
    club = sorted(set(members))
    flows = trade[(trade["year"] == year) & trade["exporter"].isin(club) & trade["importer"].isin(club)]
    now = economies[economies["year"] == year]
    sizes = dict(zip(now["iso3"], zip(now["gdp_usd"], now["population"], strict=True), strict=True))
    rows = []
    for code in club:
        sold = flows.loc[flows["exporter"] == code, "value_kusd"].sum() / 1000
        bought = flows.loc[flows["importer"] == code, "value_kusd"].sum() / 1000
        both = sold + bought
        gdp, people = sizes[code]
        rows.append((code, sold, bought, both, 100 * both * 1e6 / gdp, both * 1e6 / people))
    return pd.DataFrame(
        rows,
        columns=["iso3", "exports_musd", "imports_musd", "trade_musd", "trade_pct_gdp", "trade_usd_per_head"],
    )
