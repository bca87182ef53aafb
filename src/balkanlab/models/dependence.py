"""Surplus and dependence: cover, concentration, the loss of a partner, shares against values.

A trade frame holds one row per year and flow: year, exporter, importer (codes), value_kusd (thousand US
dollars).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import pandas as pd

from balkanlab.models._check import columns, one_of, within

Flow = Literal["exports", "imports", "total"]
FLOWS: tuple[Flow, ...] = ("exports", "imports", "total")


def cover_ratio(exports: float, imports: float) -> float:
    """Exports over imports (above 0); 1 is balance."""
    return within("exports", exports, 0) / within("imports", imports, 0, above=True)


def _shares(shares_pct: Iterable[float]) -> list[float]:
    slack = 1e-6  # sums of rounded parts
    shares = [within("share", share, 0, 100 + slack) for share in shares_pct]
    if sum(shares) > 100 + slack:
        raise ValueError(f"shares must add up to at most 100, got {sum(shares):g}")
    return [share / 100 for share in shares]


def concentration(shares_pct: Iterable[float]) -> float:
    """Sum of squared shares, 1/n to 1 for shares of n partners that add up to 100 (Herfindahl's form)."""
    return sum(share * share for share in _shares(shares_pct))


def hirschman_index(shares_pct: Iterable[float]) -> float:
    """Square root of the sum of squared shares, 1/√n to 1: Hirschman's own index (1945) as a fraction of its
    100.
    """
    return math.sqrt(concentration(shares_pct))


def concentration_bounds(known_pct: Iterable[float]) -> tuple[float, float]:
    """Lowest and highest sum of squares when only some shares are known.

    Lowest: the rest is spread over countless partners. Highest: over as few as can be, none larger than the
    largest known one (the known ones are taken to be the largest partners).
    """
    known = _shares(known_pct)
    if not known:
        raise ValueError("known_pct must hold at least one share")
    low, rest, largest = sum(s * s for s in known), 1 - sum(known), max(known)
    if largest == 0:
        raise ValueError("known_pct must hold a share above 0")
    full = math.floor(rest / largest + 1e-12)
    return low, low + full * largest**2 + max(0.0, rest - full * largest) ** 2


def partner_shares(
    trade: pd.DataFrame,
    *,
    country: str,
    year: int,
    flow: Flow = "exports",
    groups: Mapping[str, Sequence[str]] | None = None,
    top: int = 8,
    rest: str = "Rest",
) -> pd.DataFrame:
    """Shares of a country's partners in one year: partner, value_musd, share_pct, largest first, the rest
    last.

    trade: year, exporter, importer, value_kusd. `groups` maps a name to the codes it stands for (one partner
    each); the others keep their codes. The `top` largest are shown, the remainder added up. Shares are of the
    trade in the frame, not of the world. Raises ValueError if the country has no trade that year.
    """
    values = _partner_values(trade, country, flow)
    values = values[values["year"] == year]
    total = float(values["value_kusd"].sum())
    if total <= 0:
        raise ValueError(f"trade has no {flow} of {country} in {year}")
    names = {code: name for name, codes in (groups or {}).items() for code in codes}
    sums = values["value_kusd"].groupby(values["partner"].map(lambda c: names.get(c, c))).sum()
    sums = sums.sort_values(ascending=False, kind="stable")
    shown = [(str(name), float(value)) for name, value in sums.iloc[:top].items()]
    other = float(sums.iloc[top:].sum())
    if other > 0:
        shown.append((rest, other))
    table = pd.DataFrame(shown, columns=["partner", "value_kusd"])
    return pd.DataFrame(
        {
            "partner": table["partner"],
            "value_musd": table["value_kusd"] / 1000,
            "share_pct": 100 * table["value_kusd"] / total,
        }
    )


def _partner_values(trade: pd.DataFrame, country: str, flow: Flow) -> pd.DataFrame:
    """year, partner, value_kusd of one country; total adds both directions."""
    columns("trade", trade, ("year", "exporter", "importer", "value_kusd"))
    one_of("flow", flow, FLOWS)
    parts = []
    if flow in ("exports", "total"):
        parts.append(trade[trade["exporter"] == country].rename(columns={"importer": "partner"}))
    if flow in ("imports", "total"):
        parts.append(trade[trade["importer"] == country].rename(columns={"exporter": "partner"}))
    found = pd.concat([part[["year", "partner", "value_kusd"]] for part in parts], ignore_index=True)
    if found.empty:
        raise ValueError(f"country must be in the trade frame, got {country!r}")
    return found


def close_partner(shares: pd.DataFrame, *, partner: str, redirected_pct: float) -> pd.DataFrame:
    """What a country loses when one partner closes and part of the trade finds other buyers.

    shares: partner, share_pct adding up to 100. `redirected_pct` (0 to 100) of the closed trade goes to the
    others in proportion to their size. Rows: partner, moment ("before", "after"), share_pct (of trade
    before), lost_pct, concentration (of what is left, in each row of that moment).
    """
    columns("shares", shares, ("partner", "share_pct"))
    one_of("partner", partner, list(shares["partner"]))
    before = {
        str(name): float(share) for name, share in zip(shares["partner"], shares["share_pct"], strict=True)
    }
    closed, others = before[partner], sum(before.values()) - before[partner]
    kept = closed * within("redirected_pct", redirected_pct, 0, 100) / 100 if others > 0 else 0.0
    after = {name: 0.0 if name == partner else share * (1 + kept / others) for name, share in before.items()}
    rows = []
    for moment, now in (("before", before), ("after", after)):
        total = sum(now.values())
        index = concentration(100 * s / total for s in now.values()) if total > 0 else 0.0
        rows += [(name, moment, share, closed - kept, index) for name, share in now.items()]
    return pd.DataFrame(rows, columns=["partner", "moment", "share_pct", "lost_pct", "concentration"])


def shares_and_values(
    trade: pd.DataFrame, *, country: str, partners: Iterable[str], flow: Flow = "total", base_year: int
) -> pd.DataFrame:
    """Trade with a fixed group of partners over time, as value and as share.

    Rows: year, value_musd, share_pct (of trade in the frame), value_index and share_index (base_year = 100).
    """
    values = _partner_values(trade, country, flow)
    group = set(partners)
    whole = values.groupby("year")["value_kusd"].sum()
    part = values[values["partner"].isin(group)].groupby("year")["value_kusd"].sum()
    part = part.reindex(whole.index).fillna(0.0)
    one_of("base_year", base_year, [int(year) for year in whole.index])
    table = pd.DataFrame(
        {
            "year": whole.index.astype(int),
            "value_musd": (part / 1000).to_numpy(),
            "share_pct": (100 * part / whole).to_numpy(),
        }
    )
    base = table.loc[table["year"] == base_year].iloc[0]
    if base["value_musd"] <= 0:
        raise ValueError(f"base_year must be a year with trade, got {base_year}")
    return table.assign(
        value_index=100 * table["value_musd"] / base["value_musd"],
        share_index=100 * table["share_pct"] / base["share_pct"],
    )


def relative_trade(trade: pd.DataFrame, *, region: Iterable[str], reference: Iterable[str]) -> pd.DataFrame:
    """Trade inside a region against its exports to a reference group, by year.

    Only years in which every country of the region exports are kept. Rows: year, intra_musd, reference_musd,
    ratio (intra over reference), intra_share_pct (of all the region's exports in the frame).
    """
    columns("trade", trade, ("year", "exporter", "importer", "value_kusd"))
    inside, outside = set(region), set(reference)
    if both := inside & outside:
        raise ValueError(f"region and reference must not overlap, both hold {sorted(both)}")
    exports = trade[trade["exporter"].isin(inside)]
    complete = exports.groupby("year")["exporter"].nunique()
    rows = []
    for year in complete.index[complete == len(inside)]:
        now = exports[exports["year"] == year]
        intra = float(now.loc[now["importer"].isin(inside), "value_kusd"].sum()) / 1000
        away = float(now.loc[now["importer"].isin(outside), "value_kusd"].sum()) / 1000
        rows.append((int(year), intra, away, intra / away, 100_000 * intra / float(now["value_kusd"].sum())))
    return pd.DataFrame(rows, columns=["year", "intra_musd", "reference_musd", "ratio", "intra_share_pct"])
