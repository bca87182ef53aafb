from __future__ import annotations

from datetime import date
from itertools import combinations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from balkanlab.data import load
from balkanlab.models import treaties

THREE = ("SRB", "MKD", "ALB")
TOPICS = ("labour", "food", "tax")


def test_days_of_the_life_cycle() -> None:
    assert treaties.days_between("2019-10-10", "2021-07-29") == 658
    assert treaties.days_between("2021-07-29", "2024-03-01") == 946
    assert treaties.days_between(date(2021, 7, 29), "2023-07-01") == 702
    assert treaties.days_between("2021-07-29", "2023-01-01") == 521


def test_a_pair_of_texts_needs_nine_and_loses_six() -> None:
    texts = treaties.bundle(THREE, TOPICS, design="texts in pairs")
    assert len(texts) == 9
    assert len(treaties.repeal(texts, ["SRB"])) == 3
    assert len(treaties.repeal(texts, ["SRB", "MKD"])) == 0


def test_a_text_for_all_goes_on_between_those_who_stay() -> None:
    texts = treaties.bundle(THREE, TOPICS, design="texts for all")
    rest = treaties.repeal(texts, ["SRB"])
    assert rest["parties"].unique().tolist() == ["MKD-ALB"]
    assert len(rest) == 3


@given(st.integers(2, 6), st.integers(1, 4), st.data())
@settings(max_examples=25, deadline=None)
def test_repeal_by_counting_links(n: int, topics: int, data: st.DataObject) -> None:
    states = [f"S{i}" for i in range(n)]
    leavers = data.draw(st.sets(st.sampled_from(states)))
    stay = [s for s in states if s not in leavers]
    for design in treaties.DESIGNS:
        rest = treaties.repeal(treaties.bundle(states, range(topics), design=design), leavers)  # type: ignore[arg-type]
        links = {
            (t, p)
            for t, group in zip(rest["topic"], rest["parties"], strict=True)
            for p in combinations(group.split("-"), 2)
        }
        assert len(links) == topics * len(stay) * (len(stay) - 1) // 2


@pytest.mark.parametrize(
    ("design", "event", "force", "works"),
    [
        ("texts in pairs", "one stays away", 100, 0),
        ("texts in pairs", "one repeals all", 100 / 3, 0),
        ("texts for all", "one repeals all", 100 / 3, 0),
        ("organ, all must agree", "nothing", 100, 100),
        ("organ, all must agree", "one stays away", 100, 0),
        ("organ, majority", "one stays away", 100, 100),
        ("organ, majority", "one repeals all", 100 / 3, 100 / 3),
        ("organ, majority", "two repeal all", 0, 0),
    ],
)
def test_shock(design: str, event: str, force: float, works: float) -> None:
    table = treaties.shock(THREE, TOPICS, design=design, event=event)
    assert table["left_pct"].tolist() == pytest.approx([force, works])


def test_survival_against_a_closed_case() -> None:
    table = treaties.survival(texts=3, risk_pct=10, common_pct=0, years=2)
    end = table[table["year"] == 2].set_index("series")["chance_pct"]
    assert end["a given text"] == pytest.approx(81)
    assert end["all texts"] == pytest.approx(100 * 0.81**3)
    assert end["at least one text"] == pytest.approx(100 * (1 - 0.19**3))


@given(st.integers(1, 12), st.floats(0, 60), st.floats(0, 100), st.integers(1, 15))
def test_survival_is_ordered_and_a_common_shock_closes_the_gap(
    n: int, risk: float, common: float, years: int
) -> None:
    def at_end(share: float) -> pd.Series:
        table = treaties.survival(texts=n, risk_pct=risk, common_pct=share, years=years)
        return table[table["year"] == years].set_index("series")["chance_pct"]

    one = at_end(common)
    assert one["all texts"] <= one["a given text"] + 1e-9 <= one["at least one text"] + 2e-9
    shared = at_end(100)
    assert shared["at least one text"] == pytest.approx(shared["all texts"])
    assert shared["a given text"] == pytest.approx(one["a given text"])  # each text's own life is the same


@given(st.lists(st.tuples(st.integers(1, 20), st.booleans()), min_size=1, max_size=25))
def test_kaplan_meier_equals_statsmodels(lives: list[tuple[int, bool]]) -> None:
    from statsmodels.duration.survfunc import SurvfuncRight

    durations, ended = [float(a) for a, _ in lives], [b for _, b in lives]
    ours = treaties.kaplan_meier(durations, ended)
    assert ours.iloc[0].tolist() == [0, len(lives), 0, 1]
    if any(ended):
        theirs = SurvfuncRight(durations, [int(b) for b in ended])
        after = ours.iloc[1:]
        assert after["time"].tolist() == theirs.surv_times.tolist()
        assert after["alive"].tolist() == pytest.approx(theirs.surv_prob.tolist())
        assert after["at_risk"].tolist() == theirs.n_risk.tolist()


def test_stays_in_cefta() -> None:
    table = treaties.stays(load("memberships"), ("CEFTA1992", "CEFTA2006"), until="2024-12-31").set_index(
        "iso3"
    )
    assert table.loc["HRV", "ended"]
    assert table.loc["HRV", "years"] == pytest.approx((date(2013, 7, 1) - date(2003, 3, 1)).days / 365.25)
    assert not table.loc["SRB", "ended"]
    assert table["ended"].sum() == 8
    assert len(table) == 15


def test_wrong_arguments() -> None:
    with pytest.raises(ValueError, match="design must be one of"):
        treaties.bundle(THREE, TOPICS, design="a pile")
    with pytest.raises(ValueError, match="at least two different codes"):
        treaties.bundle(("SRB",), TOPICS, design="texts for all")
    with pytest.raises(ValueError, match="at least one life"):
        treaties.kaplan_meier([], [])
