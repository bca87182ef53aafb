from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from balkanlab.models import tariffs

cases = st.fixed_dictionaries(
    {
        "baseline": st.floats(0, 1000),
        "tariff_pct": st.floats(0, 300),
        "elasticity": st.floats(-6, 0),
        "pass_through_pct": st.floats(0, 100),
    }
)


@given(st.floats(1, 99), st.floats(1, 300))
def test_elasticity_and_quantity_are_inverse(fall: float, rise: float) -> None:
    elasticity = tariffs.implied_elasticity(fall, rise)
    if elasticity >= -20:
        assert tariffs.remaining(100, rise, elasticity) == pytest.approx(100 - fall)


def test_triangle_by_hand() -> None:
    assert tariffs.loss_triangle(100, 40, 50) == pytest.approx(0.5 * 0.5 * 60)


def test_full_pass_through_by_hand() -> None:
    # price doubles, elasticity −1 halves the quantity
    sums = tariffs.incidence(baseline=100, tariff_pct=100, elasticity=-1)
    assert sums.imports_after == pytest.approx(50)
    assert sums.revenue == pytest.approx(50)
    assert sums.triangle == pytest.approx(25)
    assert sums.consumer_loss == pytest.approx(75)
    assert sums.exporters_pay == pytest.approx(0)
    assert sums.net == pytest.approx(-25)


def test_no_pass_through_means_sellers_pay_all() -> None:
    sums = tariffs.incidence(baseline=100, tariff_pct=100, elasticity=-3, pass_through_pct=0)
    assert sums.imports_after == 100
    assert sums.consumer_loss == 0
    assert sums.revenue == pytest.approx(sums.exporters_pay) == pytest.approx(50)


@given(cases)
def test_the_sum_of_the_parts(case: dict) -> None:
    sums = tariffs.incidence(**case)
    assert sums.net == pytest.approx(sums.revenue - sums.consumer_loss, abs=1e-9)
    assert sums.net == pytest.approx(sums.exporters_pay - sums.triangle, abs=1e-7)
    assert 0 <= sums.imports_after <= sums.imports_before
    assert sums.triangle >= 0
    bars = tariffs.tariff_episode(**case).set_index("item")["value"]
    assert bars["Country, net"] == pytest.approx(bars["Buyers lose"] + bars["Treasury gains"], abs=1e-9)


@given(cases)
def test_under_full_pass_through_a_small_country_cannot_gain(case: dict) -> None:
    assert tariffs.incidence(**case | {"pass_through_pct": 100}).net <= 1e-9


@given(cases, st.floats(0, 500), st.floats(0, 100), st.booleans())
def test_what_one_seller_loses_others_gain_or_nobody_buys(
    case: dict, third: float, switched: float, ban: bool
) -> None:
    table = tariffs.who_sells(**case, third=third, switched_pct=switched, ban=ban)
    totals = table.groupby("moment")["imports"].sum()
    assert totals["before"] == pytest.approx(totals["after"] + table["not_bought"].iloc[0])
    assert not table.isna().any().any()
    if ban:
        assert table.set_index(["seller", "moment"]).loc[("Target", "after"), "imports"] == 0


def test_a_ban_earns_no_revenue() -> None:
    table = tariffs.who_sells(
        baseline=449.9,
        third=300,
        tariff_pct=100,
        elasticity=-3,
        switched_pct=100,
        price_gap_pct=100 / 3,
        ban=True,
    )
    assert table["revenue"].unique() == [0]
    assert table["extra_bill"].iloc[0] == pytest.approx(149.97, abs=0.005)


def test_days() -> None:
    assert tariffs.episode_days("2024-02-28", "2024-03-01") == 2
    table = tariffs.with_days(
        pd.DataFrame({"starts": ["2018-11-06", "2023-06-14"], "ends": ["2018-11-21", None]})
    )
    assert table["days"].tolist() == [15]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: tariffs.implied_elasticity(100, 100), "below 100 for a finite elasticity, got 100"),
        (lambda: tariffs.implied_elasticity(50, 0), "price_rise_pct must be above 0, got 0"),
        (lambda: tariffs.remaining(100, 10, 1), "elasticity must be between -20 and 0, got 1"),
        (lambda: tariffs.loss_triangle(40, 100, 10), "after must be between 0 and 40, got 100"),
        (lambda: tariffs.whole_from_share(10, 0), "share_pct must be above 0 and at most 100, got 0"),
        (lambda: tariffs.episode_days("2024-01-02", "2024-01-01"), "end must not be before start"),
        (
            lambda: tariffs.incidence(baseline=1, tariff_pct=10, elasticity=-1, pass_through_pct=120),
            "pass_through_pct must be between 0 and 100, got 120",
        ),
    ],
)
def test_wrong_arguments(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
