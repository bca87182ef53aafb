"""Who may sign with whom when recognition is disputed.

Members are the nodes of a graph; an edge joins two that can put their names under one text. Without a clause
they can if each recognises the other. A representation clause changes the graph, not the recognition.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import combinations
from typing import Literal

import pandas as pd

from balkanlab.models._check import one_of

Clause = Literal["none", "UN proxy", "asterisk"]
CLAUSES: tuple[Clause, ...] = ("none", "UN proxy", "asterisk")


def _members(members: Iterable[str]) -> list[str]:
    found = list(members)
    if len(found) < 2 or len(set(found)) != len(found):
        raise ValueError(f"members must be at least two different codes, got {found!r}")
    return found


def _edges(non_recognition: Iterable[Sequence[str]]) -> set[frozenset[str]]:
    edges = {frozenset(pair) for pair in non_recognition}
    if bad := [sorted(edge) for edge in edges if len(edge) != 2]:
        raise ValueError(f"non_recognition must hold pairs of two different codes, got {bad[0]!r}")
    return edges


def can_sign(
    members: Iterable[str],
    non_recognition: Iterable[Sequence[str]],
    *,
    clause: Clause = "none",
    contested: str = "XKX",
    refuses: Iterable[str] = (),
) -> pd.DataFrame:
    """One row per pair: a, b, recognise, can_sign, how.

    1. A pair signs if it recognises each other.
    2. Otherwise it signs if one of the two is the `contested` party, a clause is in place, and neither
       refuses it: under "UN proxy" the UN mission signs for the contested party, under "asterisk" it signs
       itself with a footnote that takes no position on status.

    `non_recognition` holds unordered pairs of codes; `refuses` the members that do not accept the clause.
    """
    one_of("clause", clause, CLAUSES)
    blocked, unwilling = _edges(non_recognition), set(refuses)
    rows = []
    for a, b in combinations(_members(members), 2):
        recognise = frozenset((a, b)) not in blocked
        by_clause = clause != "none" and contested in (a, b) and not unwilling & {a, b}
        if recognise:
            how = "recognition"
        elif by_clause:
            how = "UN mission signs" if clause == "UN proxy" else "footnote on status"
        else:
            how = "blocked"
        rows.append((a, b, recognise, recognise or by_clause, how))
    return pd.DataFrame(rows, columns=["a", "b", "recognise", "can_sign", "how"])


def summary(signable: pd.DataFrame) -> dict[str, float | int | bool]:
    """Sum up `can_sign`: pairs, blocked, workable_pct, all_party (one text for all needs every pair)."""
    pairs, blocked = len(signable), int((~signable["can_sign"]).sum())
    return {
        "pairs": pairs,
        "blocked": blocked,
        "workable_pct": 100 * (pairs - blocked) / pairs,
        "all_party": blocked == 0,
    }


def largest_text(signable: pd.DataFrame) -> list[str]:
    """The largest group in which every pair can sign (a maximum clique), first in the order of the members.

    By trying all groups from the largest down: fine for the dozen parties of a regional table.
    """
    members = list(dict.fromkeys([*signable["a"], *signable["b"]]))
    workable = {
        frozenset(pair) for pair in signable.loc[signable["can_sign"], ["a", "b"]].itertuples(index=False)
    }
    for size in range(len(members), 1, -1):
        for group in combinations(members, size):
            if all(frozenset(pair) in workable for pair in combinations(group, 2)):
                return list(group)
    return members[:1]


def seating(
    tables: Mapping[str, Sequence[str]],
    non_recognition: Iterable[Sequence[str]],
    *,
    table: str,
    clause: Clause = "none",
    contested: str = "XKX",
) -> pd.DataFrame:
    """Matrix of a table for an explorer: row, column, how, can_sign and the sums (both triangles, no
    diagonal).

    `tables` maps a table's name to its members' codes. Adds pairs, blocked, workable_pct, all_party.
    """
    one_of("table", table, tables)
    pairs = can_sign(tables[table], non_recognition, clause=clause, contested=contested)
    flipped = pairs.rename(columns={"a": "b", "b": "a"})
    both = pd.concat([pairs, flipped], ignore_index=True).rename(columns={"a": "row", "b": "column"})
    order = {code: i for i, code in enumerate(tables[table])}
    both = both.sort_values(["row", "column"], key=lambda codes: codes.map(order), ignore_index=True)
    return both[["row", "column", "how", "can_sign"]].assign(**summary(pairs))


def years_between(start: date, end: date) -> float:
    """Years from `start` to `end` in Julian years of 365.25 days. Raises ValueError if `end` is before
    `start`.
    """
    days = (end - start).days
    if days < 0:
        raise ValueError(f"end must not be before start, got {start} to {end}")
    return days / 365.25
