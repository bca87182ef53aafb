from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.integrate import quad

from balkanlab.models import trade

prices = st.floats(1, 15)


def test_halving_distance_doubles_trade() -> None:
    pair = {"gdp_exporter": 63.56, "gdp_importer": 24.47}
    near, far = (trade.gravity_flow(**pair, distance_km=d) for d in (100, 200))
    assert near == pytest.approx(2 * far)


@given(st.floats(0.1, 1e4), st.floats(0.1, 1e4), st.floats(10, 1e4), st.floats(-2, 2), st.floats(-3, 0))
def test_gravity_in_logs_is_linear(y1: float, y2: float, d: float, b: float, power: float) -> None:
    flow = trade.gravity_flow(
        gdp_exporter=y1,
        gdp_importer=y2,
        distance_km=d,
        distance_elasticity=power,
        agreement=True,
        agreement_coefficient=b,
    )
    assert math.log(flow) == pytest.approx(math.log(y1) + math.log(y2) + power * math.log(d) + b, abs=1e-9)


def test_prediction_compares_with_and_without() -> None:
    table = trade.gravity_prediction(
        gdp_exporter=60, gdp_importer=20, distance_km=200, agreement_coefficient=math.log(1.253)
    )
    without, with_it = table["flow"]
    assert with_it / without == pytest.approx(1.253)
    assert table["effect_pct"].tolist() == pytest.approx([25.3, 25.3])


@given(st.floats(-2, 3))
def test_effect_and_coefficient_are_inverse(b: float) -> None:
    assert trade.agreement_coefficient(trade.agreement_effect_pct(b)) == pytest.approx(b, abs=1e-9)


@given(st.floats(0.5, 300), st.floats(0.5, 20))
def test_growth_and_years_are_inverse(total: float, years: float) -> None:
    assert trade.years_to(total, trade.annual_growth_pct(total, years)) == pytest.approx(years)


def test_growth_path_reaches_its_total() -> None:
    path = trade.growth_path(total_pct=25.3, years=5)
    assert path["level_pct"][0] == 0
    assert path["level_pct"][5] == pytest.approx(25.3)


def test_diversion_by_hand() -> None:
    # demand 200 − 10P; before: world at 9 · 1.2 = 10.8, quantity 92; after: partner at 10, quantity 100
    union = trade.viner(tariff_pct=20, partner_price=10, world_price=9)
    assert (union.seller_before, union.seller_after, union.kind) == ("world", "partner", "diversion")
    assert union.consumer_gain == pytest.approx(0.8 * 92 + 0.5 * 0.8 * 8)  # rectangle and triangle
    assert union.revenue_loss == pytest.approx(1.8 * 92)
    assert union.net == pytest.approx(-88.8)


def test_creation_by_hand() -> None:
    union = trade.viner(tariff_pct=50, partner_price=10, world_price=9, home_price=13)
    assert (union.seller_before, union.seller_after, union.kind) == ("home", "partner", "creation")
    assert union.consumer_gain == pytest.approx(3 * 70 + 0.5 * 3 * 30)
    assert union.revenue_loss == 0


def test_expansion_and_no_change() -> None:
    assert trade.viner(tariff_pct=20, partner_price=8, world_price=9).kind == "expansion"
    assert trade.viner(tariff_pct=10, partner_price=10, world_price=9).kind == "no change"
    assert trade.viner(tariff_pct=0, partner_price=10, world_price=9).kind == "no change"


def test_a_tie_stays_with_the_seller_cheaper_at_the_border() -> None:
    union = trade.viner(tariff_pct=25, partner_price=10, world_price=8)
    assert union.seller_after == "world"


@given(st.floats(0, 100), prices, prices, st.none() | prices)
def test_welfare_laws(tariff: float, partner: float, world: float, home: float | None) -> None:
    union = trade.viner(tariff_pct=tariff, partner_price=partner, world_price=world, home_price=home)
    assert union.net == pytest.approx(union.consumer_gain - union.revenue_loss)
    assert union.price_after <= union.price_before + 1e-9
    assert union.consumer_gain >= 0
    # creation and expansion cannot hurt; only diversion can
    if union.net < -1e-9:
        assert union.kind == "diversion"
    surplus, _ = quad(lambda p: max(0.0, 200 - 10 * p), union.price_after, union.price_before)
    assert union.consumer_gain == pytest.approx(surplus, abs=1e-4)


def test_break_even_tariff() -> None:
    even = trade.viner_break_even_pct(partner_price=10, world_price=9)
    assert even == pytest.approx(50.9, abs=0.05)
    assert trade.viner(tariff_pct=even, partner_price=10, world_price=9).net == pytest.approx(0, abs=1e-9)


@given(st.floats(5, 12), st.floats(0.01, 0.25))
def test_net_gain_changes_sign_at_the_break_even(world: float, gap: float) -> None:
    partner = world * (1 + gap)
    even = trade.viner_break_even_pct(partner_price=partner, world_price=world)
    assume(100 * gap + 0.1 < 0.99 * even < 1.01 * even < 300)
    low, high = (
        trade.viner(tariff_pct=t, partner_price=partner, world_price=world).net
        for t in (0.99 * even, 1.01 * even)
    )
    assert low < 0 < high


def test_bars_and_suppliers_tell_the_same_story() -> None:
    arguments = {"tariff_pct": 20, "partner_price": 10, "world_price": 9, "home_price": 13}
    bars = trade.creation_diversion(**arguments).set_index("item")["value"]
    assert bars["Net"] == pytest.approx(bars["Consumers"] + bars["Treasury"])
    sellers = trade.viner_suppliers(**arguments)
    assert len(sellers) == 6
    sold = sellers[sellers["quantity"] > 0]
    assert sold[["moment", "seller"]].to_numpy().tolist() == [["before", "world"], ["after", "partner"]]
    assert sold["quantity"].tolist() == pytest.approx([92, 100])
    assert sold["price"].tolist() == pytest.approx([10.8, 10])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: trade.viner(tariff_pct=400, partner_price=10, world_price=9), "between 0 and 300, got 400"),
        (lambda: trade.viner(tariff_pct=10, partner_price=0, world_price=9), "partner_price must be above 0"),
        (lambda: trade.agreement_coefficient(-100), "effect_pct must be above -100"),
        (lambda: trade.growth_path(total_pct=25, years=0), "years must be between 1 and 30, got 0"),
        (lambda: trade.viner_break_even_pct(partner_price=9, world_price=10), "world 10, partner 9"),
        (
            lambda: trade.gravity_flow(gdp_exporter=1, gdp_importer=1, distance_km=-5),
            "distance_km must be above 0, got -5",
        ),
    ],
)
def test_wrong_arguments(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
