"""The 90/180 rule: how many days a visitor may stay, on any date.

On each day of presence, count the days of presence in the window of 180 days that ends on that day. The day is
legal if there are at most 90. Days of entry and of exit both count. Legal days here are legal under the rule
alone; a residence or work permit is another matter. The rule of the Schengen area is in Article 6(1) of
Regulation (EU) 2016/399; the Open Balkan states write the same limit into their own laws.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TypeAlias

import pandas as pd

from balkanlab.models._check import whole

Day: TypeAlias = date | str
Stay: TypeAlias = tuple[Day, Day]
LIMIT, WINDOW = 90, 180


def _ordinal(day: Day) -> int:
    return (date.fromisoformat(day) if isinstance(day, str) else day).toordinal()


def _rule(limit: int, window: int) -> tuple[int, int]:
    whole("window", window, 2, 3660)
    return whole("limit", limit, 1, window - 1), window


def merge(stays: Iterable[Sequence[Day]]) -> list[tuple[int, int]]:
    """Stays as disjoint spans of day numbers (both ends included), in order.

    Stays that overlap or touch become one: a day counts once, however often the border is crossed on it.
    Raises ValueError if a stay ends before it begins.
    """
    spans: list[tuple[int, int]] = []
    for first, last in sorted((_ordinal(a), _ordinal(b)) for a, b in stays):
        if last < first:
            raise ValueError(
                f"a stay ends before it begins: {date.fromordinal(first)} to {date.fromordinal(last)}"
            )
        if spans and first <= spans[-1][1] + 1:
            spans[-1] = (spans[-1][0], max(spans[-1][1], last))
        else:
            spans.append((first, last))
    return spans


def _used(spans: Iterable[tuple[int, int]], day: int, window: int) -> int:
    opens = day - window + 1
    return sum(max(0, min(last, day) - max(first, opens) + 1) for first, last in spans)


def length(stay: Sequence[Day]) -> int:
    """Days of one stay, first and last day included."""
    (first, last), *_ = merge([stay])
    return last - first + 1


def days_used(stays: Iterable[Sequence[Day]], day: Day, *, window: int = WINDOW) -> int:
    """Days of presence in the `window` days that end on `day`, the day itself included."""
    return _used(merge(stays), _ordinal(day), _rule(1, window)[1])


def is_legal(stays: Iterable[Sequence[Day]], day: Day, *, limit: int = LIMIT, window: int = WINDOW) -> bool:
    """Whether being present on `day` is legal, given `stays` before (and up to) it."""
    _rule(limit, window)
    today = _ordinal(day)
    return _used(merge([*stays, (day, day)]), today, window) <= limit


def last_legal_day(
    stays: Iterable[Sequence[Day]], entry: Day, *, limit: int = LIMIT, window: int = WINDOW
) -> date | None:
    """Last day of an unbroken stay from `entry` on, or None if entering that day is illegal.

    Stays that begin after `entry` are ignored: they have not happened yet.
    """
    _rule(limit, window)
    start = _ordinal(entry)
    past = [(a, min(b, start - 1)) for a, b in merge(stays) if a < start]
    day = start
    while _used([*past, (start, day)], day, window) <= limit:
        day += 1
    return date.fromordinal(day - 1) if day > start else None


def longest_stay(
    stays: Iterable[Sequence[Day]], entry: Day, *, limit: int = LIMIT, window: int = WINDOW
) -> int:
    """Days of the longest unbroken stay from `entry` on: 0 to `limit`."""
    last = last_legal_day(stays, entry, limit=limit, window=window)
    return 0 if last is None else last.toordinal() - _ordinal(entry) + 1


def next_entry(
    stays: Iterable[Sequence[Day]], not_before: Day, *, limit: int = LIMIT, window: int = WINDOW
) -> date:
    """First day from `not_before` on at which entering is legal. There is one within `window` days."""
    _rule(limit, window)
    earliest = _ordinal(not_before)
    past = [(a, min(b, earliest - 1)) for a, b in merge(stays) if a < earliest]
    day = earliest
    while _used(past, day, window) + 1 > limit:
        day += 1
    return date.fromordinal(day)


def first_illegal_day(
    stays: Iterable[Sequence[Day]], *, limit: int = LIMIT, window: int = WINDOW
) -> date | None:
    """First day of presence that breaks the rule, or None."""
    _rule(limit, window)
    spans = merge(stays)
    for first, last in spans:
        for day in range(first, last + 1):
            if _used(spans, day, window) > limit:
                return date.fromordinal(day)
    return None


def most_days(days: int, *, limit: int = LIMIT, window: int = WINDOW) -> int:
    """Most legal days among the first `days` days (1 or more), always staying as long as allowed.

    1. Stay `limit` days, stay away until the first of them leaves the window, and begin again: the pattern
       repeats every `window` days.
    2. So each full window gives `limit` days and the rest gives at most `limit` more.

    No calendar gives more: any `window` days in a row hold at most `limit` days of presence.
    """
    _rule(limit, window)
    full, rest = divmod(whole("days", days, 1), window)
    return full * limit + min(rest, limit)


def profile(
    stays: Iterable[Sequence[Day]], first: Day, last: Day, *, limit: int = LIMIT, window: int = WINDOW
) -> pd.DataFrame:
    """Days used over time, at the days where the line bends: day (ISO), number, used, present, legal.

    The count changes by at most one a day, and only where a stay begins or ends or where its first or last day
    leaves the window. Between two rows the line is straight, so the few rows draw the whole year. `number`
    counts from 1 on `first`; `legal` says that presence on that day is or would be legal.
    """
    _rule(limit, window)
    begin, end = _ordinal(first), _ordinal(last)
    if end < begin:
        raise ValueError(f"last must not be before first, got {first} to {last}")
    spans = merge(stays)
    bends = {begin, end}
    for a, b in spans:
        bends |= {a - 1, a, b, a + window - 1, a + window, b + window - 1, b + window}
    rows = []
    for day in sorted(bend for bend in bends if begin <= bend <= end):
        used = _used(spans, day, window)
        present = any(a <= day <= b for a, b in spans)
        allowed = used + (not present) <= limit
        rows.append((date.fromordinal(day).isoformat(), day - begin + 1, used, present, allowed))
    return pd.DataFrame(rows, columns=["day", "number", "used", "present", "legal"])
