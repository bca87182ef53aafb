"""Every answer that the course plan prints for chapter 2, recomputed. Where it is wrong, the right one is
tested.

One test per system, 2.1 to 2.10; the numbers in brackets are those of the plan's exercises.
"""

from __future__ import annotations

import math
from datetime import date

import pandas as pd
import pytest

from balkanlab.data import load
from balkanlab.models import (
    dependence,
    games,
    gravity,
    investment,
    memberships,
    origin,
    recognition,
    tariffs,
    trade,
    value_chains,
    voting_power,
)

PLAN_POPULATION = {
    "SRB": 6.66,
    "BIH": 3.23,
    "ALB": 2.78,
}  # millions, an older vintage than the economies table


def test_2_1_conveyor_belt() -> None:
    clubs = load("memberships")
    years = [1995, 1999, 2003, 2004, 2006, 2007, 2013]
    counts = memberships.member_counts(clubs, years=years)
    assert counts["members"].tolist() == [4, 7, 8, 3, 4, 8, 7]  # (1)
    assert memberships.members_on(clubs, "2007-01-01") == ["HRV", "MKD"]  # (2)
    assert memberships.members_on(clubs, "2007-07-25") == ["HRV", "MKD"]
    stays = memberships.spells(clubs)
    assert len(stays.dropna(subset=["years"])) == 8
    assert memberships.mean_stay(clubs) == pytest.approx(10.1, abs=0.05)  # (3)
    signatories = memberships.signatories(clubs)
    assert len(signatories) == 10
    assert memberships.bilateral_deals(len(signatories)) == 45  # (4)
    # not every pair had a deal of its own: four signatories, so six pairs, shared the old agreement
    old = set(memberships.members_on(clubs, "2006-12-19", organisation="CEFTA1992")) & set(signatories)
    assert memberships.bilateral_deals(len(old)) == 6
    assert 45 - 6 > 32
    gone = memberships.departures(clubs)
    assert gone["joined"].all()  # (5) False: nobody left without joining
    assert (gone["days_between"] == 0).all()


def test_2_2_gravity_puzzle() -> None:
    assert trade.agreement_coefficient(44) == pytest.approx(0.3646, abs=5e-5)  # (1)
    assert trade.agreement_coefficient(25.3) == pytest.approx(0.2255, abs=5e-5)
    assert trade.annual_growth_pct(25.3, 5) == pytest.approx(4.6, abs=0.05)  # (2)
    assert trade.annual_growth_pct(25.3, 6) == pytest.approx(3.8, abs=0.05)
    assert trade.years_to(44, trade.annual_growth_pct(25.3, 5)) == pytest.approx(8.08, abs=0.005)  # (3)
    inside = memberships.full_years(load("memberships"), range(2001, 2011), organisation="CEFTA2006")
    assert len({year for _, year in inside}) < 5  # (4) False: three full years, 2008 to 2010
    assert {year for _, year in inside} == {2008, 2009, 2010}
    flows = [trade.gravity_flow(gdp_exporter=1, gdp_importer=1, distance_km=d) for d in (300, 150)]
    assert flows[1] / flows[0] == pytest.approx(2)  # (5)


def test_2_3_creation_and_diversion() -> None:
    teaching = {"partner_price": 10, "world_price": 9}
    union = trade.viner(tariff_pct=20, **teaching)
    assert union.price_before == pytest.approx(10.8)  # (1)
    assert (union.quantity_before, union.quantity_after) == pytest.approx((92, 100))
    assert (union.consumer_gain, union.revenue_loss) == pytest.approx((76.8, 165.6))  # (2)
    assert union.net == pytest.approx(-88.8)
    low = trade.viner(tariff_pct=10, **teaching)
    assert low.price_before == pytest.approx(9.9)  # (3) False
    assert low.kind != "diversion"
    assert trade.viner(tariff_pct=60, **teaching).net == pytest.approx(40.8)  # (4)
    assert trade.viner_break_even_pct(**teaching) == pytest.approx(50.9, abs=0.05)
    creation = trade.viner(tariff_pct=50, home_price=13, **teaching)
    assert creation.consumer_gain == pytest.approx(255)  # (5)
    assert creation.kind == "creation"


def test_2_4_tariffs_and_bans() -> None:
    assert tariffs.implied_elasticity(88, 100) == pytest.approx(-3.06, abs=0.005)  # (1)
    assert tariffs.implied_elasticity(83, 100) == pytest.approx(-2.56, abs=0.005)
    sums = tariffs.incidence(baseline=449.9, tariff_pct=100, elasticity=tariffs.implied_elasticity(88, 100))
    assert sums.imports_after == pytest.approx(54.0, abs=0.05)  # (2)
    assert sums.revenue == pytest.approx(54.0, abs=0.05)
    assert sums.triangle == pytest.approx(198.0, abs=0.05)  # (3)
    assert tariffs.extra_bill(449.9, 100 / 3) == pytest.approx(150.0, abs=0.05)  # (4)
    assert tariffs.whole_from_share(449.9, 14.8) == pytest.approx(3040, abs=0.5)  # (5)
    days = {  # (6)
        ("2018-11-06", "2018-11-21"): 15,
        ("2018-11-21", "2020-04-01"): 497,
        ("2011-07-20", "2011-09-16"): 58,
        ("2023-06-14", "2024-10-07"): 481,
    }
    for (start, end), expected in days.items():
        assert tariffs.episode_days(start, end) == expected
    table = tariffs.with_days(load("tariff_episodes"))
    assert set(days.values()) <= set(table["days"])


def test_2_5_consensus_and_dispute_settlement() -> None:
    powers = [voting_power.power_to_act(q, 7) for q in (7, 5, 4)]
    assert powers == pytest.approx([0.0078, 0.227, 0.5], abs=5e-4)  # (1)
    assert voting_power.pass_probability(7, 7, 95) == pytest.approx(0.698, abs=5e-4)  # (2)
    assert voting_power.expected_passes(13, 7, 7, 95) == pytest.approx(9.1, abs=0.05)
    critical = [games.critical_discount(fine=fine) for fine in (0, 1, 2)]
    assert critical == pytest.approx([0.50, 0.33, 0], abs=0.005)  # (3)


def test_2_6_rules_of_origin() -> None:
    bill = pd.DataFrame(
        {"input": ["a", "b"], "origin": ["CHN", "MKD"], "value": [45.0, 10.0], "originating": True}
    )
    assert not origin.originates(bill, price=100)  # (1)
    assert origin.originates(bill, price=100, partners=["MKD"])  # (2)
    assert origin.foreign_pct(bill, price=100, partners=["MKD"]) == pytest.approx(45)
    for foreign, passes in ((50.0, True), (50.01, False)):  # (3)
        edge = pd.DataFrame({"input": ["a"], "origin": ["CHN"], "value": [foreign], "originating": [True]})
        assert origin.originates(edge, price=100) == passes
    unproved = bill.assign(originating=[True, False])
    assert not origin.originates(unproved, price=100, partners=["MKD"])  # (4)


def test_2_7_investment_league_table() -> None:
    years = investment.calendar_years(2007, 2021)
    assert investment.per_year(42, years) == pytest.approx(2.8)  # (1)
    heads = {code: PLAN_POPULATION[code] for code in PLAN_POPULATION}
    assert investment.per_head(2.8, heads["SRB"]) == pytest.approx(420, abs=0.5)
    albania = investment.per_head(1.19, heads["ALB"])  # (2)
    assert albania == pytest.approx(428, abs=0.5)
    assert investment.to_eur(albania, 1.14) == pytest.approx(375, abs=0.6)
    assert investment.per_head(8.8, heads["BIH"]) == pytest.approx(2724, abs=0.5)  # (3)
    assert investment.per_head(42, heads["SRB"]) == pytest.approx(6306, abs=0.5)
    assert not investment.can_be_per_year("stock")  # (5) False


def test_2_7_with_the_population_of_the_table() -> None:
    """The economies table wins over the plan's list: Albania's census found fewer people, and the order
    turns.
    """
    economies = load("economies")
    people = economies[economies["year"] == 2022].set_index("iso3")["population"] / 1e6
    assert investment.per_head(2.8, people["SRB"]) == pytest.approx(420, abs=0.5)
    albania = investment.per_head(1.19, people["ALB"])
    assert albania == pytest.approx(485, abs=0.5)  # the plan prints 428
    assert investment.to_eur(albania, 1.14) == pytest.approx(426, abs=0.5)  # the plan prints 375
    assert investment.per_head(8.8, people["BIH"]) == pytest.approx(2746, abs=0.5)  # the plan prints 2,724
    assert investment.per_head(42, people["SRB"]) == pytest.approx(6302, abs=0.5)  # the plan prints 6,306
    figures = load("quoted_figures")
    fdi = figures[figures["topic"] == "fdi"].rename(columns={"period_from": "from", "period_to": "to"})
    table = investment.league_table(
        fdi, people.to_dict(), scale="per head and year", usd_per_eur=1.14, same_concept_only=True
    )
    assert table["iso3"].tolist() == ["ALB", "SRB"]  # (4) False: Albania is not far behind, it is ahead


def test_2_8_surplus_and_dependence() -> None:
    assert dependence.cover_ratio(3.83, 1.53) == pytest.approx(2.50, abs=0.005)  # (1)
    low, _ = dependence.concentration_bounds([63.2, 15.4])
    assert low == pytest.approx(0.423, abs=5e-4)  # (4)
    assert math.sqrt(low) == pytest.approx(0.650, abs=5e-4)
    figures = load("quoted_figures")
    shares = figures.query("topic == 'eu_share' and concept == 'share of total' and status == 'checked'")
    path = shares.assign(year=shares["period_from"].str[:4].astype(int)).set_index("year")["value"].dropna()
    assert path[2014] > path[2019] > path[2022]  # (5) False: it fell after 2014


def test_2_9_value_chains() -> None:
    assert value_chains.rca(120, 1000, 900, 15000) == pytest.approx(2.0)  # (1)
    assert value_chains.rca(40, 1000, 1200, 15000) == pytest.approx(0.5)  # (2)
    content = value_chains.import_content([[0.2, 0.1], [0.1, 0.3]], [0.15, 0.25], [30, 70])
    assert content == pytest.approx(0.345, abs=5e-4)  # (3)
    assert value_chains.rca(1, 1000, 1200, 15000) < 1  # (4) False: there are exports all the same


def test_2_10_status_neutral_participation() -> None:
    recognised = load("recognition")
    refused = recognised[~recognised["recognises"].astype(bool)]
    blocked = list(zip(refused["from_iso3"], refused["to_iso3"], strict=True))
    today = memberships.members_on(load("memberships"), "2024-10-09")
    assert len(today) == 7
    cefta = recognition.summary(recognition.can_sign(today, blocked))
    assert (cefta["pairs"], cefta["blocked"]) == (21, 3)  # (1)
    assert cefta["workable_pct"] == pytest.approx(85.7, abs=0.05)
    wb6 = recognition.summary(recognition.can_sign(["ALB", "BIH", "MKD", "MNE", "SRB", "XKX"], blocked))
    assert wb6["pairs"] - wb6["blocked"] == 13  # (2)
    assert wb6["workable_pct"] == pytest.approx(86.7, abs=0.05)
    four = ["ALB", "MKD", "SRB", "XKX"]
    open_balkan = recognition.summary(recognition.can_sign(four, blocked))
    assert (open_balkan["pairs"], open_balkan["blocked"]) == (6, 1)  # (3)
    assert open_balkan["all_party"] is False
    assert recognition.summary(recognition.can_sign(four, blocked, clause="asterisk"))["all_party"] is True
    years = recognition.years_between(date(2007, 7, 26), date(2024, 10, 9))
    assert years == pytest.approx(17.2, abs=0.05)  # (4)


def test_2_2_regional_trade_against_trade_with_the_eu() -> None:
    """The data pack's side remark: 0.36 (2006), 0.41 (2008), 0.23 (2020)."""
    clubs = load("memberships")
    eu = set(memberships.members_on(clubs, "2024-01-01", organisation="EU")) - {"HRV"}
    table = dependence.relative_trade(
        load("trade"), region=["ALB", "BIH", "MKD", "MNE", "SRB"], reference=eu
    ).set_index("year")
    ratios = table["ratio"]
    assert ratios[[2006, 2008, 2020]].tolist() == pytest.approx([0.36, 0.41, 0.23], abs=0.006)


def test_2_2_the_published_effects_lie_inside_the_spread_of_specifications() -> None:
    panel = gravity.build_panel(load("trade"), load("pairs"), load("economies"), load("memberships"))
    effects = gravity.ladder(panel)["effect_pct"]
    assert effects.min() < 25.3 < 44 < effects.max()
