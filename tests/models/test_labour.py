from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from balkanlab.models import labour

number = st.floats(1, 99)


def test_the_printed_wages() -> None:
    table = labour.migration(demand=100, workers=(20, 60), friction=0)
    one = table.iloc[0]
    assert (one.wage_before_first, one.wage_before_second) == (80, 40)
    assert (one.wage_first, one.wage_second) == (60, 60)
    assert one.movers == 20


@given(number, number, st.floats(0, 120))
def test_the_gains_sum_to_the_triangle(first: float, second: float, friction: float) -> None:
    table = labour.migration(workers=(first, second), friction=friction)
    one = table.iloc[0]
    gap = abs(one.wage_before_first - one.wage_before_second)
    assert 0 <= one.movers <= max(first, second) / 2 + 1e-9
    # each next mover adds the wage gap left, from gap − friction down to zero
    assert table["gain"].sum() == pytest.approx(one.movers * (gap - friction) - one.movers**2, abs=1e-6)
    assert table["gain"].sum() >= -1e-9
    left = abs(one.wage_first - one.wage_second)
    assert left == pytest.approx(min(gap, friction), abs=1e-6)


@given(number, number)
def test_it_does_not_matter_which_country_comes_first(first: float, second: float) -> None:
    a, b = labour.migration(workers=(first, second)), labour.migration(workers=(second, first))
    assert a["gain"].tolist() == pytest.approx(b["gain"].tolist(), abs=1e-9)
    assert a.iloc[0].wage_first == pytest.approx(b.iloc[0].wage_second)


@given(st.floats(0, 500), st.floats(0, 500), st.floats(0.3, 8))
def test_matches_never_exceed_either_side(seekers: float, vacancies: float, curvature: float) -> None:
    hires = labour.matches(seekers, vacancies, curvature)
    assert 0 <= hires <= min(seekers, vacancies) + 1e-9
    assert labour.matches(2 * seekers, 2 * vacancies, curvature) == pytest.approx(2 * hires, rel=1e-9)
    assert labour.matches(vacancies, seekers, curvature) == pytest.approx(hires)


def test_matches_by_the_formula() -> None:
    assert labour.matches(20, 60, 1.27) == pytest.approx(20 * 60 / (20**1.27 + 60**1.27) ** (1 / 1.27))
    assert labour.matches(50, 50, 1) == pytest.approx(25)


def test_an_open_and_readable_door_fills_jobs_in_the_first_country_and_empties_the_second() -> None:
    shut = labour.open_door(seekers=(20, 60), vacancies=(60, 40), look_abroad_pct=0, readable_pct=100)
    wide = labour.open_door(seekers=(20, 60), vacancies=(60, 40), look_abroad_pct=30, readable_pct=100)
    assert shut["hired_abroad"].tolist() == [0, 0]
    assert wide["unfilled"].iloc[0] < shut["unfilled"].iloc[0]
    assert wide["unfilled"].iloc[1] > shut["unfilled"].iloc[1]
    assert wide["hires"].sum() > shut["hires"].sum()
    assert wide["wage"].iloc[0] < shut["wage"].iloc[0]
    assert wide["wage"].iloc[1] > shut["wage"].iloc[1]


def test_a_door_nobody_can_read_only_loses_hires() -> None:
    shut = labour.open_door(seekers=(20, 60), vacancies=(60, 40), look_abroad_pct=0, readable_pct=0)
    wide = labour.open_door(seekers=(20, 60), vacancies=(60, 40), look_abroad_pct=30, readable_pct=0)
    assert wide["hires"].iloc[0] == shut["hires"].iloc[0]
    assert wide["hires"].sum() < shut["hires"].sum()


@given(number, number, number, number)
@settings(max_examples=15, deadline=None)
def test_hires_peak_where_both_markets_are_equally_tight(u1: float, u2: float, v1: float, v2: float) -> None:
    total = [
        labour.open_door(seekers=(u1, u2), vacancies=(v1, v2), look_abroad_pct=x, readable_pct=100)[
            "hires"
        ].sum()
        for x in range(0, 101, 20)
    ]
    equal = labour.matches(u1 + u2, v1 + v2)  # one market: by constant returns the most that is possible
    assert max(total) <= equal + 1e-9


def test_wage_is_capped_by_output() -> None:
    assert labour.bargained_wage(0) == pytest.approx(70)
    assert labour.bargained_wage(1) == pytest.approx(80)
    assert labour.bargained_wage(100) == 100


def test_funnel_and_shares() -> None:
    table = labour.funnel(1928, {"apply": 30, "hired": 50})
    assert table["people"].tolist() == pytest.approx([1928, 578.4, 289.2])
    assert labour.share_pct(1928, 2.06e6) == pytest.approx(0.0936, abs=1e-4)
    assert labour.share_pct(1928, 1.83e6) == pytest.approx(0.1054, abs=1e-4)


def test_wrong_arguments() -> None:
    with pytest.raises(ValueError, match="workers must be"):
        labour.migration(workers=(20, 160))
    with pytest.raises(ValueError, match="apply must be"):
        labour.funnel(10, {"apply": 130})
