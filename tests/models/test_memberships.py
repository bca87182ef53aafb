from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from balkanlab.models import memberships as m

COLUMNS = ["iso3", "organisation", "status", "signed", "in_force", "applied", "ended"]


def club(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=COLUMNS)


TOY = club(
    ("AAA", "CEFTA1992", "member", "1992-12-21", "1994-07-01", "1993-03-01", "2004-05-01"),
    ("BBB", "CEFTA1992", "member", None, None, "2003-03-01", "2007-08-22"),
    ("BBB", "CEFTA2006", "member", "2006-12-19", "2007-08-22", "2007-08-22", "2013-07-01"),
    ("CCC", "CEFTA2006", "member", "2006-12-19", "2007-07-26", None, None),
    ("DDD", "CEFTA2006", "signatory", "2006-12-19", None, None, "2007-01-01"),
    ("AAA", "EU", "member", None, "2004-05-01", "2004-05-01", None),
    ("BBB", "EU", "member", None, "2013-07-01", "2013-07-01", None),
)


def test_a_successor_treaty_prolongs_the_stay() -> None:
    stays = m.spells(TOY).set_index("iso3")
    assert list(stays.index) == ["AAA", "BBB", "CCC"]
    assert stays.loc["BBB", "start"] == pd.Timestamp("2003-03-01")
    assert stays.loc["BBB", "end"] == pd.Timestamp("2013-07-01")
    assert pd.isna(stays.loc["CCC", "end"])


def test_a_gap_makes_two_stays() -> None:
    frame = club(
        ("AAA", "CEFTA1992", "member", None, None, "1993-01-01", "1995-01-01"),
        ("AAA", "CEFTA2006", "member", None, None, "2007-01-01", None),
    )
    assert len(m.spells(frame)) == 2
    assert m.members_on(frame, "2000-01-01") == []


def test_the_day_of_leaving_is_outside() -> None:
    assert m.members_on(TOY, "2004-04-30") == ["AAA", "BBB"]
    assert m.members_on(TOY, "2004-05-01") == ["BBB"]
    assert m.members_on(TOY, "2007-08-22") == ["BBB", "CCC"]


def test_which_date_counts_changes_who_is_in() -> None:
    assert m.members_on(TOY, "1993-01-01") == []
    assert m.members_on(TOY, "1993-01-01", basis="signed") == ["AAA"]
    assert m.members_on(TOY, "1994-01-01", basis="in_force") == []
    assert "CCC" in m.members_on(TOY, "2007-01-01", organisation="CEFTA2006", basis="signed")


def test_signing_is_not_joining() -> None:
    assert m.signatories(TOY) == ["BBB", "CCC", "DDD"]
    assert "DDD" not in set(m.spells(TOY)["iso3"])


def test_departures_to_the_eu() -> None:
    gone = m.departures(TOY)
    assert gone["iso3"].tolist() == ["AAA", "BBB"]
    assert gone["joined"].all()
    assert gone["days_between"].tolist() == [0, 0]


def test_counts_are_stock_and_flow() -> None:
    table = m.member_counts(TOY, years=range(1992, 2016))
    change = table["members"].diff().fillna(0)
    assert (change == table["joined"] - table["left"]).all()
    assert m.conveyor(TOY, year=2005)["members"].unique() == [1]


def test_conveyor_states() -> None:
    states = m.conveyor(TOY, year=2004, moment="1 January").set_index("iso3")["state"]
    assert states.to_dict() == {"AAA": "member", "BBB": "member", "CCC": "not yet"}
    assert m.conveyor(TOY, year=2004).set_index("iso3")["state"]["AAA"] == "left"
    assert not m.conveyor(TOY, year=2004).isna().any().any()


def test_full_years() -> None:
    inside = m.full_years(TOY, range(2003, 2015), organisation=m.CEFTA)
    assert {year for code, year in inside if code == "AAA"} == {2003}
    assert {year for code, year in inside if code == "BBB"} == set(range(2004, 2013))
    assert {year for code, year in inside if code == "CCC"} == set(range(2008, 2015))


@given(st.integers(0, 40))
def test_deals_count_the_pairs(n: int) -> None:
    assert m.bilateral_deals(n) == len(m.pair_list(map(str, range(n))))
    assert m.bilateral_deals(n + 1) - m.bilateral_deals(n) == n


def test_wrong_arguments() -> None:
    with pytest.raises(
        ValueError, match="organisation must be one of 'CEFTA1992', 'CEFTA2006', 'EU', got 'NATO'"
    ):
        m.members_on(TOY, "2000-01-01", organisation="NATO")
    with pytest.raises(ValueError, match="basis must be one of"):
        m.spells(TOY, basis="ratified")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"lacks the column\(s\) ended"):
        m.spells(TOY.drop(columns="ended"))
    with pytest.raises(ValueError, match="nobody has left"):
        m.mean_stay(TOY, organisation="EU")
    with pytest.raises(ValueError, match="moment must be one of"):
        m.conveyor(TOY, year=2004, moment="noon")  # type: ignore[arg-type]
