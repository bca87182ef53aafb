"""Who was in a club, and when: stocks and flows of members.

A memberships frame has one row per country and club: iso3, organisation, status, and one column per kind of
date: signed, in_force, applied, ended. `ended` is the first day outside. Dates are Timestamps, ISO strings or
missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import combinations
from typing import Literal

import pandas as pd

from balkanlab.models._check import columns, one_of, whole

Basis = Literal["applied", "in_force", "signed"]
BASES: tuple[Basis, ...] = ("applied", "in_force", "signed")
Moment = Literal["1 January", "30 June", "31 December"]
MOMENTS: dict[str, tuple[int, int]] = {"1 January": (1, 1), "30 June": (6, 30), "31 December": (12, 31)}
CEFTA = ("CEFTA1992", "CEFTA2006")
INSIDE = ("member", "partner")
NEEDED = ("iso3", "organisation", "status", *BASES, "ended")


def bilateral_deals(members: int) -> int:
    """Deals needed to join `members` countries two by two: n(n − 1)/2."""
    n = whole("members", members, 0)
    return n * (n - 1) // 2


def spells(
    memberships: pd.DataFrame, *, organisation: str | Sequence[str] = CEFTA, basis: Basis = "applied"
) -> pd.DataFrame:
    """One row per country and unbroken stay: iso3, start, end (NaT: still in), years (NaN: still in).

    1. Keep the rows of the club (or clubs, for a treaty that replaced another) with status "member" or
       "partner".
    2. The stay starts on the date of `basis`. Where that date is missing, the next one of applied, in_force,
       signed is taken; a row with none is left out.
    3. Stays that touch or overlap are joined, so the move from an old treaty to its successor is one stay.

    Years are Julian (365.25 days). Raises ValueError for an unknown club or basis.
    """
    columns("memberships", memberships, NEEDED)
    one_of("basis", basis, BASES)
    clubs = [organisation] if isinstance(organisation, str) else list(organisation)
    for club in clubs:
        one_of("organisation", club, sorted(set(memberships["organisation"])))
    rows = memberships[memberships["organisation"].isin(clubs) & memberships["status"].isin(INSIDE)]
    dates = rows[[*BASES, "ended"]].apply(pd.to_datetime)
    start = dates[basis]
    for other in BASES:
        start = start.fillna(dates[other])
    never = pd.Timestamp("2261-01-01")  # every unit of pandas dates can hold it
    stays = pd.DataFrame({"iso3": rows["iso3"], "start": start, "end": dates["ended"].fillna(never)})
    merged: list[tuple[str, pd.Timestamp, pd.Timestamp]] = []
    for code, first, last in stays.dropna().sort_values(["iso3", "start"]).itertuples(index=False, name=None):
        if merged and merged[-1][0] == code and first <= merged[-1][2]:
            _, first, previous = merged.pop()
            last = max(previous, last)
        merged.append((code, first, last))
    found = pd.DataFrame(merged, columns=["iso3", "start", "end"])
    found["end"] = found["end"].where(found["end"] != never)
    return found.assign(years=(found["end"] - found["start"]).dt.days / 365.25)


def members_on(
    memberships: pd.DataFrame,
    on: str | date,
    *,
    organisation: str | Sequence[str] = CEFTA,
    basis: Basis = "applied",
) -> list[str]:
    """Codes of the members on a day, sorted. The last day inside is the one before `ended`."""
    return _inside(spells(memberships, organisation=organisation, basis=basis), pd.Timestamp(on))


def _inside(stays: pd.DataFrame, day: pd.Timestamp) -> list[str]:
    inside = (stays["start"] <= day) & (stays["end"].isna() | (day < stays["end"]))
    return sorted(set(stays.loc[inside, "iso3"]))


def signatories(memberships: pd.DataFrame, *, organisation: str = "CEFTA2006") -> list[str]:
    """Codes of all who signed, whether or not they ever applied the text, sorted."""
    columns("memberships", memberships, NEEDED)
    one_of("organisation", organisation, sorted(set(memberships["organisation"])))
    rows = memberships[(memberships["organisation"] == organisation) & memberships["signed"].notna()]
    return sorted(set(rows["iso3"]))


def mean_stay(
    memberships: pd.DataFrame, *, organisation: str | Sequence[str] = CEFTA, basis: Basis = "applied"
) -> float:
    """Mean stay of those who left, in years. Raises ValueError if nobody left."""
    years = spells(memberships, organisation=organisation, basis=basis)["years"].dropna()
    if years.empty:
        raise ValueError(f"nobody has left {organisation!r}, so there is no mean stay")
    return float(years.mean())


def departures(
    memberships: pd.DataFrame,
    *,
    organisation: str | Sequence[str] = CEFTA,
    destination: str = "EU",
    basis: Basis = "applied",
) -> pd.DataFrame:
    """Leavers and where they went: iso3, left, joined (bool), days_between (left to joined; 0 if they never
    joined).
    """
    left = spells(memberships, organisation=organisation, basis=basis).dropna(subset=["end"])
    joined = spells(memberships, organisation=destination, basis=basis).set_index("iso3")["start"]
    entry = pd.to_datetime(left["iso3"].map(joined))
    return pd.DataFrame(
        {
            "iso3": left["iso3"],
            "left": left["end"],
            "joined": entry.notna(),
            "days_between": (entry - left["end"]).dt.days.fillna(0).astype(int),
        }
    ).reset_index(drop=True)


def member_counts(
    memberships: pd.DataFrame,
    *,
    years: Iterable[int],
    organisation: str | Sequence[str] = CEFTA,
    basis: Basis = "applied",
) -> pd.DataFrame:
    """Stock and flow by year: year, members (31 December), joined, left, deals (members two by two).

    A country that leaves on 1 January counts as a leaver of that year and as a member of the year before.
    """
    stays = spells(memberships, organisation=organisation, basis=basis)
    rows = []
    for year in years:
        members = len(_inside(stays, pd.Timestamp(year, 12, 31)))
        joined = int((stays["start"].dt.year == year).sum())
        left = int((stays["end"].dt.year == year).sum())
        rows.append((int(year), members, joined, left, bilateral_deals(members)))
    return pd.DataFrame(rows, columns=["year", "members", "joined", "left", "deals"])


def conveyor(
    memberships: pd.DataFrame,
    *,
    year: int,
    moment: Moment = "31 December",
    organisation: str | Sequence[str] = CEFTA,
    basis: Basis = "applied",
) -> pd.DataFrame:
    """State of every country that was ever in the club, at one moment of one year (1900 to 2100).

    Rows: iso3, state ("not yet", "member", "left"), since (year of entry), members (their number), deals.
    """
    whole("year", year, 1900, 2100)
    day = pd.Timestamp(year, *MOMENTS[one_of("moment", moment, MOMENTS)])
    stays = spells(memberships, organisation=organisation, basis=basis)
    inside = set(_inside(stays, day))
    began = stays.groupby("iso3")["start"].min()
    codes = sorted(began.index, key=lambda code: (began[code], code))
    states = ["member" if code in inside else "not yet" if day < began[code] else "left" for code in codes]
    return pd.DataFrame(
        {
            "iso3": codes,
            "state": states,
            "since": [int(began[code].year) for code in codes],
            "members": len(inside),
            "deals": bilateral_deals(len(inside)),
        }
    )


def pair_list(codes: Iterable[str]) -> list[tuple[str, str]]:
    """All unordered pairs of different codes, sorted."""
    return list(combinations(sorted(set(codes)), 2))


def full_years(
    memberships: pd.DataFrame,
    years: Iterable[int],
    *,
    organisation: str | Sequence[str],
    basis: Basis = "applied",
) -> set[tuple[str, int]]:
    """(iso3, year) in which the country was inside from 1 January to 31 December."""
    stays = spells(memberships, organisation=organisation, basis=basis)
    found = set()
    for year in years:
        first, last = pd.Timestamp(year, 1, 1), pd.Timestamp(year, 12, 31)
        whole_year = (stays["start"] <= first) & (stays["end"].isna() | (last < stays["end"]))
        found |= {(code, int(year)) for code in stays.loc[whole_year, "iso3"]}
    return found
