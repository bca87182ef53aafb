"""Every answer that the course plan prints for chapter 3, recomputed. Where the course's table differs from the
listing that the plan used, the table's answer is tested beside it.

One test per system, 3.1 to 3.10; the numbers in brackets are those of the plan's exercises.
"""

from __future__ import annotations

from datetime import date
from itertools import combinations

import pandas as pd
import pytest

from balkanlab.data import load
from balkanlab.models import (
    borders,
    forums,
    framing,
    freedoms,
    insurance,
    joining,
    labour,
    sharing,
    stays,
    treaties,
)

TRIO = ("SRB", "ALB", "MKD")
SIX = ("ALB", "BIH", "MKD", "MNE", "SRB", "XKX")
PLAN_POPULATION = {"SRB": 6.66, "ALB": 2.78, "MKD": 2.06, "BIH": 3.23, "XKX": 1.76, "MNE": 0.62}  # millions


def population() -> pd.Series:
    """The course's own table, 2022: after the censuses of Albania and North Macedonia."""
    return load("economies").query("year == 2022").set_index("iso3")["population"] / 1e6


def test_3_1_treaty_bundle() -> None:
    skopje = "2021-07-29"
    assert treaties.days_between("2019-10-10", skopje) == 658  # (1)
    assert treaties.days_between(skopje, "2024-03-01") == 946  # (2)
    assert treaties.days_between(skopje, "2023-07-01") == 702  # (3)
    assert treaties.days_between(skopje, "2023-01-01") == 521  # (4)
    texts = treaties.bundle(TRIO, ("a", "b", "c"), design="texts in pairs")
    assert len(texts) == 9
    assert len(treaties.repeal(texts, ["SRB"])) == 3  # (5)


def test_3_2_four_freedoms() -> None:
    coding = load("freedoms").query("scheme == 'Open Balkan'")
    points = {stage: dict(zip(p["freedom"], p["score"], strict=True)) for stage, p in coding.groupby("stage")}
    assert freedoms.weighted(points["leaflet"]) == pytest.approx(0.80)  # (1)
    assert freedoms.weighted(points["practice"]) == pytest.approx(0.35)
    gap = freedoms.scorecard(coding.sort_values("stage"))["gap"].iloc[1]
    assert gap == pytest.approx(0.45)
    rung = freedoms.rung(
        no_internal_tariffs=True, common_tariff=False, free_factors=False, joint_policies=False
    )
    assert rung == "free trade area"  # (2)
    assert freedoms.weighted(points["practice"], {"labour": 2}) == pytest.approx(0.375)  # (3)
    assert points["practice"]["persons"] < 1  # (4) False: the stay limit remains


def test_3_3_ninety_days() -> None:
    trips = [("2024-01-10", "2024-03-09"), ("2024-05-01", "2024-05-30")]
    assert [stays.length(trip) for trip in trips] == [60, 30]  # (1)
    assert stays.days_used(trips, "2024-05-30") == 90  # (2)
    assert not stays.is_legal(trips, "2024-05-31")  # (3)
    assert stays.next_entry(trips, "2024-05-31") == date(2024, 7, 8)  # (4)
    assert stays.last_legal_day(trips, "2024-07-08") == date(2024, 9, 5)
    assert stays.longest_stay(trips, "2024-07-08") == 60
    assert stays.most_days(365) == 185  # (5)


def test_3_4_border_queue() -> None:
    assert borders.utilisation(40, 12, 4) == pytest.approx(0.833, abs=5e-4)  # (1)
    assert borders.erlang_c(40, 12, 4) == pytest.approx(0.658, abs=5e-4)
    assert borders.mean_wait(40, 12, 4) == pytest.approx(4.93, abs=5e-3)
    assert borders.mean_wait(46, 12, 4) == pytest.approx(27.3, abs=0.05)  # (2)
    assert borders.mean_wait(40, 13.2, 4) == pytest.approx(2.45, abs=5e-3)  # (3)
    assert borders.mean_wait(40, 12, 5) == pytest.approx(0.98, abs=5e-3)  # (4)
    hours = 26e6 / (13_000 * 365)
    assert hours == pytest.approx(5.48, abs=5e-3)  # (5)
    assert borders.money(26e6, 120) / borders.money(26e6, 5) == pytest.approx(24)  # (6)
    assert borders.money(26e6, 5) == 130e6
    assert borders.money(26e6, 120) == 3.12e9


def test_3_5_labour_market() -> None:
    assert labour.share_pct(1928, 2.06e6) == pytest.approx(0.094, abs=5e-4)  # (1)
    assert labour.share_pct(1928, population()["MKD"] * 1e6) == pytest.approx(0.105, abs=5e-4)
    hired = labour.funnel(1928, {"apply": 30, "hired": 50})["people"].iloc[-1]
    assert round(hired) == 289  # (2)
    one = labour.migration(workers=(20, 60)).iloc[0]
    assert (one.wage_before_first, one.wage_before_second) == (80, 40)  # (3)
    assert one.wage_first == one.wage_second == 60


def test_3_6_who_joins() -> None:
    votes = {"Serbs": 1.0, "Bosniaks": -1.0, "Croats": 0.0}
    assert not joining.agrees(votes, joining.RULES[0])  # (1)
    assert joining.agrees({**votes, "Croats": 1.0}, joining.RULES[1])  # (2)
    records = load("recognition")
    blocked = {frozenset((r.from_iso3, r.to_iso3)) for r in records[~records["recognises"]].itertuples()}
    assert sum(frozenset(pair) in blocked for pair in combinations(SIX, 2)) == 2  # (3)
    assert not joining.pays(3, 4)  # (4)


def test_3_7_division_of_gains() -> None:
    worth = {
        frozenset(("SRB", "ALB")): 4.0,
        frozenset(("SRB", "MKD")): 5.0,
        frozenset(("ALB", "MKD")): 1.0,
        frozenset(TRIO): 12.0,
    }
    value = sharing.shapley(worth)
    assert [round(value[code], 2) for code in TRIO] == [5.17, 3.17, 3.67]  # (1)
    assert sharing.in_core(worth, value)  # (2)
    assert [round(value[c] / PLAN_POPULATION[c], 2) for c in TRIO] == [0.78, 1.14, 1.78]  # (3)
    assert [round(value[c] / population()[c], 2) for c in TRIO] == [0.78, 1.29, 2.00]
    assert sharing.nash_split(12, 2, 1) == (6.5, 5.5)  # (4)


def test_3_8_patrons_and_rivals() -> None:
    cefta = (*SIX, "MDA")
    assert forums.jaccard(TRIO, cefta) == pytest.approx(0.43, abs=5e-3)  # (1)
    assert forums.jaccard(TRIO, SIX) == 0.5
    assert forums.jaccard(cefta, SIX) == pytest.approx(0.86, abs=5e-3)
    assert set(TRIO) <= set(SIX)  # (2)
    listed = sum(PLAN_POPULATION[c] for c in TRIO) / sum(PLAN_POPULATION.values())
    assert 100 * listed == pytest.approx(67.2, abs=0.05)  # (3)
    ours = population()[list(TRIO)].sum() / population()[list(SIX)].sum()
    assert 100 * ours == pytest.approx(66.2, abs=0.05)
    members = {"Open Balkan": TRIO, "CEFTA": cefta, "Berlin Process": SIX}
    without = forums.coverage(load("forum_tasks"), members, SIX, forums=("CEFTA", "Berlin Process"))
    assert (without["pairs"] == 15).any()  # (4) False: all six are covered without Open Balkan


def test_3_9_confirmation_bias() -> None:
    def ends(bias: str) -> list[float]:
        news = framing.read_news(
            priors={"sceptic": 0.2, "believer": 0.8}, strength=2, for_it=3, against=2, bias=bias
        )
        return (news.loc[news["signal"] == 5, "belief_pct"] / 100).tolist()

    honest, turned = ends(framing.BIAS[0]), ends(framing.BIAS[2])
    assert honest == pytest.approx([0.333, 0.889], abs=5e-4)  # (1)
    assert turned[1] == pytest.approx(0.992, abs=5e-4)  # (2)
    assert turned[0] == pytest.approx(0.0078, abs=5e-5)  # (3)
    assert honest[1] - honest[0] == pytest.approx(0.556, abs=5e-4)  # (4)
    assert turned[1] - turned[0] == pytest.approx(0.984, abs=5e-4)


def test_3_10_mutual_aid() -> None:
    assert insurance.at_least(1, 3, 10) == pytest.approx(0.271)  # (1)
    assert insurance.at_least(2, 3, 10) == pytest.approx(0.028)  # (2)
    assert insurance.at_least(2, 3, 10, correlation=1) == pytest.approx(0.1)  # (3)
    table = insurance.unmet_need(states=3, chance_pct=10, correlation=1, need=12, own=6, lend_pct=100)
    assert table["covered_pct"].iloc[1] == pytest.approx(0)  # (4) False: pooling does not help
