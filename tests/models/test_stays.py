"""The 90/180 rule against a brute-force count that knows nothing but a set of days."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from balkanlab.models import stays

EPOCH = date(2023, 11, 1)  # so that the leap day of 2024 lies in the middle
TRIPS = [("2024-01-10", "2024-03-09"), ("2024-05-01", "2024-05-30")]


def day(number: int) -> date:
    return EPOCH + timedelta(days=number)


@st.composite
def calendars(draw: st.DrawFn) -> list[tuple[date, date]]:
    """Any stays: overlapping, touching, single days, in any order."""
    spans = draw(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 120)), max_size=6))
    return [(day(start), day(start + length)) for start, length in spans]


rules = st.tuples(st.integers(1, 100), st.integers(2, 200)).filter(lambda rule: rule[0] < rule[1])


def present(trips: list[tuple[date, date]]) -> set[date]:
    return {a + timedelta(days=i) for a, b in trips for i in range((b - a).days + 1)}


def brute_used(days: set[date], today: date, window: int) -> int:
    return sum(today - timedelta(days=back) in days for back in range(window))


def brute_legal(days: set[date], today: date, limit: int, window: int) -> bool:
    return brute_used(days | {today}, today, window) <= limit


@given(calendars())
@settings(max_examples=15)
def test_days_used_every_day(trips: list[tuple[date, date]]) -> None:
    days = present(trips)
    for number in range(-5, 820):
        assert stays.days_used(trips, day(number)) == brute_used(days, day(number), 180)


@given(calendars(), rules)
@settings(max_examples=60)
def test_first_illegal_day(trips: list[tuple[date, date]], rule: tuple[int, int]) -> None:
    limit, window = rule
    days = present(trips)
    broken = [d for d in sorted(days) if brute_used(days, d, window) > limit]
    assert stays.first_illegal_day(trips, limit=limit, window=window) == (broken[0] if broken else None)


@given(calendars(), st.integers(-5, 800), rules)
def test_legal_longest_and_next_entry(
    trips: list[tuple[date, date]], start: int, rule: tuple[int, int]
) -> None:
    limit, window = rule
    entry = day(start)
    past = {d for d in present(trips) if d < entry}
    before = [(a, min(b, entry - timedelta(days=1))) for a, b in trips if a < entry]

    assert stays.is_legal(before, entry, limit=limit, window=window) == brute_legal(
        past, entry, limit, window
    )

    inside, today = set(past), entry
    while brute_legal(inside, today, limit, window):
        inside.add(today)
        today += timedelta(days=1)
    length = (today - entry).days
    assert stays.longest_stay(trips, entry, limit=limit, window=window) == length
    assert 0 <= length <= limit
    last = stays.last_legal_day(trips, entry, limit=limit, window=window)
    assert last == (today - timedelta(days=1) if length else None)

    wait = entry
    while not brute_legal(past, wait, limit, window):
        wait += timedelta(days=1)
    found = stays.next_entry(trips, entry, limit=limit, window=window)
    assert found == wait
    assert (found - entry).days <= window


@given(calendars())
@settings(max_examples=15)
def test_the_profile_is_straight_between_its_rows(trips: list[tuple[date, date]]) -> None:
    days = present(trips)
    table = stays.profile(trips, day(0), day(700))
    marks = list(zip(table["number"], table["used"], strict=True))
    for (a, used_a), (b, used_b) in itertools.pairwise(marks):
        for number in range(a, b + 1):
            straight = used_a + (used_b - used_a) * (number - a) / (b - a)
            assert brute_used(days, day(number - 1), 180) == pytest.approx(straight)
    for row in table.itertuples():
        today = date.fromisoformat(row.day)
        assert row.present == (today in days)
        assert row.legal == brute_legal(days, today, 90, 180)


@pytest.mark.parametrize("horizon", [1, 89, 90, 91, 180, 181, 269, 270, 271, 365, 366, 720])
def test_most_days_is_what_a_greedy_visitor_gets(horizon: int) -> None:
    days: set[date] = set()
    for number in range(horizon):
        if brute_legal(days, day(number), 90, 180):
            days.add(day(number))
    assert stays.most_days(horizon) == len(days)


@given(st.integers(1, 11), st.integers(1, 4), st.integers(1, 3))
@settings(max_examples=25, deadline=None)
def test_no_calendar_beats_most_days(horizon: int, limit: int, extra: int) -> None:
    window = limit + extra
    best = 0
    for mask in range(1 << horizon):
        days = [i for i in range(horizon) if mask >> i & 1]
        if all(sum(d - window < e <= d for e in days) <= limit for d in days):
            best = max(best, len(days))
    assert stays.most_days(horizon, limit=limit, window=window) == best


def test_the_printed_calendar() -> None:
    assert [stays.length(trip) for trip in TRIPS] == [60, 30]
    assert stays.days_used(TRIPS, "2024-05-30") == 90
    assert date(2024, 5, 30) - timedelta(days=179) == date(2023, 12, 3)
    assert stays.is_legal(TRIPS, "2024-05-30")
    assert not stays.is_legal(TRIPS, "2024-05-31")
    assert stays.days_used([*TRIPS, ("2024-05-31", "2024-05-31")], "2024-05-31") == 91
    assert stays.next_entry(TRIPS, "2024-05-31") == date(2024, 7, 8)
    assert stays.last_legal_day(TRIPS, "2024-07-08") == date(2024, 9, 5)
    assert stays.longest_stay(TRIPS, "2024-07-08") == 60
    assert stays.most_days(365) == 185


@pytest.mark.parametrize(
    ("trips", "entry", "longest"),
    [
        ([], "2024-01-01", 90),  # a first visit
        ([("2024-01-01", "2024-03-30")], "2024-03-31", 0),  # 90 days in 2024: the next day is the 91st
        ([("2024-01-01", "2024-03-30")], "2024-06-28", 0),  # day 180: the first day is still in the window
        ([("2024-01-01", "2024-03-30")], "2024-06-29", 90),  # day 181: one day leaves for each that comes
        ([("2024-01-01", "2024-03-29")], "2024-03-30", 1),
        (
            [("2024-02-29", "2024-02-29")],
            "2024-08-25",
            90,
        ),  # the leap day leaves the window before the limit bites
        ([("2024-02-29", "2024-02-29")], "2024-03-01", 89),
    ],
)
def test_edges(trips: list[tuple[str, str]], entry: str, longest: int) -> None:
    assert stays.longest_stay(trips, entry) == longest


def test_the_leap_day_counts_like_any_other() -> None:
    leap = [("2024-02-29", "2024-02-29")]
    assert stays.days_used(leap, "2024-08-26") == 1  # 180 days with both ends
    assert stays.days_used(leap, "2024-08-27") == 0


def test_crossing_twice_on_one_day_counts_once() -> None:
    twice = [("2024-01-01", "2024-01-10"), ("2024-01-10", "2024-01-12")]
    assert stays.days_used(twice, "2024-01-31") == 12


def test_wrong_arguments() -> None:
    with pytest.raises(ValueError, match="ends before it begins"):
        stays.days_used([("2024-01-02", "2024-01-01")], "2024-01-05")
    with pytest.raises(ValueError, match="limit must be"):
        stays.most_days(10, limit=180)
    with pytest.raises(ValueError, match="Invalid isoformat"):
        stays.days_used([], "5 May")
