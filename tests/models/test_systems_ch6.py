"""Every answer that the course plan prints for chapter 6, recomputed. Where it is wrong, the right one is tested.

One test per system, 6.1 to 6.9; the numbers in brackets are those of the plan's exercises. The models' own tests hold
what is not repeated here.
"""

from __future__ import annotations

from datetime import date

import pytest

from balkanlab.data import load
from balkanlab.models import agreement, arms, attribution, dilemma, regimes, salami, two_level, updating


def test_6_1_games_and_worlds() -> None:
    assert dilemma.classify(reward=4, temptation=3, punishment=2, sucker=1) == "stag hunt"
    assert dilemma.critical_trust(reward=4, temptation=3, punishment=2, sucker=1) == 0.5  # (1)
    assert dilemma.critical_trust(reward=4, temptation=3, punishment=2, sucker=0) == pytest.approx(
        0.667, abs=5e-4
    )  # (2)
    assert dilemma.classify(reward=3, temptation=5, punishment=1, sucker=0) == "prisoner's dilemma"  # (3)
    assert dilemma.world(offence_ahead=True, distinguishable=False) == (1, "doubly dangerous")  # (4)
    assert sum(e.pure for e in dilemma.equilibria([[4, 1], [3, 2]])) == 2  # (5)


def test_6_2_signals() -> None:
    beliefs = updating.update(0.5, [3, 1 / 3, 1 / 3])
    assert beliefs[1] == pytest.approx(0.75)  # (1)
    assert updating.posterior(0.5, 1 / 3) == pytest.approx(0.25)  # (2)
    assert beliefs[1] >= 0.667  # (3)
    assert beliefs[-1] == pytest.approx(0.25)  # (4)
    both = updating.gesture(prior=0.5, cost=0, worth_trustworthy=1, worth_hostile=1)
    assert not both.informative  # (5)


def test_6_3_race_and_reserve() -> None:
    race = arms.Race(0.3, 0.4, 0.5, 0.6, 0.1, 0.05)
    assert (race.margin, race.stable) == (pytest.approx(0.18), True)
    assert race.balance == pytest.approx((0.417, 0.361), abs=5e-4)  # (1)
    assert not arms.Race(0.6, 0.6, 0.5, 0.5, 0, 0).stable  # (2)
    price = load("arms_episodes").set_index("episode").loc[["rafale-srb", "rafale-hrv"], "price_eur_m"] / 12
    assert price.tolist() == pytest.approx([225, 83.25])  # the plan rounds to 83.3
    assert price.iloc[0] / price.iloc[1] == pytest.approx(2.70, abs=0.005)  # (3)
    assert 60 + 15 == 75
    assert arms.intakes(60) == 6
    assert arms.reserve(beds=5000, days=60, years=4)["reserve"].iloc[-1] == 120_000  # (4)
    serbia = load("spending").set_index(["iso3", "year"]).loc["SRB"]
    assert serbia.usd_m_current[2019] - serbia.usd_m_current[2018] == pytest.approx(326, abs=0.5)
    assert pytest.approx(0.400, abs=0.001) == 326 / (
        1140 - 326
    )  # (5) from the rounded figures the plan prints
    nominal, real = (serbia[c][2019] / serbia[c][2018] - 1 for c in ("usd_m_current", "usd_m_2021"))
    assert nominal == pytest.approx(0.399, abs=5e-4)  # from the release itself
    assert real == pytest.approx(0.439, abs=5e-4)  # the press rounded to 43 percent


def test_6_4_dates_and_format() -> None:
    assert (date(2025, 3, 18) - date(2024, 3, 15)).days == 368  # (1)
    assert date(2024, 3, 15) < date(2024, 10, 1)  # (2)
    tirana = load("arms_episodes").query("episode == 'tirana'")
    assert sorted(tirana["iso3"]) == ["ALB", "HRV", "XKX"]
    assert (tirana["date"] == "2025-03-18").all()


def test_6_5_regimes() -> None:
    assert regimes.outside_effort(0.3) == 0.3  # (1)
    assert not regimes.reforms(rent=5, reward=8, cost=4)  # (2)
    assert regimes.flipping_reward(rent=5, cost=4) == 9  # (3)
    assert regimes.outside_effort(0.1) < regimes.outside_effort(0.3)  # (4)


def test_6_6_strands() -> None:
    acts = load("speech_acts").set_index("id")
    assert acts.strand["a":"e"].tolist() == [
        "agenda",
        "deterrence",
        "past acts",
        "control",
        "future acts",
    ]  # (1)
    assert (acts.strand["a":"e"] == "future acts").sum() == 1  # (2)
    five = agreement.cohens_kappa(acts.strand["a":"e"].tolist(), acts.second_coder["a":"e"].tolist())
    assert five.raw == 0.8  # (3)
    assert acts.strand["h"] == "past acts"  # (4) luli's box for it also holds reproducing a security status


def test_6_7_fait_accompli() -> None:
    assert salami.critical_response(10, 30) == 0.25  # (1)
    assert salami.window_opens(prize=10, cost=30, start=0.6, decay=0.1) == pytest.approx(
        8.75, abs=0.005
    )  # (2)
    assert salami.critical_response(10, 50) == pytest.approx(0.167, abs=5e-4)  # (3)
    assert salami.critical_response(10, 50) < salami.critical_response(10, 30)  # (4)


def test_6_8_attribution() -> None:
    assert attribution.after_clues(0.3, 0.8, 0.2, 1) == pytest.approx(0.632, abs=5e-4)  # (1)
    assert attribution.after_clues(0.1, 0.8, 0.2, 1) == pytest.approx(0.308, abs=5e-4)  # (2)
    assert attribution.after_clues(0.3, 0.8, 0.2, 2) == pytest.approx(0.873, abs=5e-4)  # (3)
    assert attribution.sensitivity(0.8, 0.2) == pytest.approx(1.68, abs=0.005)  # (4)
    assert attribution.effective_clues(2, 1) == 1  # (5)


def test_6_9_two_faces() -> None:
    assert two_level.overlap(6, 5) == (5, 6)  # (1)
    assert two_level.overlap(4, 5) is None  # (2)
    fears = load("surveys").query("population == 'Serbia'").set_index("question").share_pct
    assert fears.max() - fears.min() == pytest.approx(2.5)  # (3)
    assert fears.index[fears.duplicated(keep=False)].tolist() == ["Organised crime", "An energy crisis"]
    assert two_level.two_shares(83.0, 80.5, 1000, 1000).statistic == pytest.approx(1.45, abs=0.005)  # (4)
    assert not fears.index.str.contains("Kosovo").any()  # (5)
