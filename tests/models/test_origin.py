from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from balkanlab.models import origin

BILL = pd.DataFrame(
    [
        ("steel", "TUR", 25.0, True),
        ("motor", "CHN", 20.0, True),
        ("cable", "MKD", 10.0, True),
        ("wood", "SRB", 15.0, True),
    ],
    columns=["input", "origin", "value", "originating"],
)
CODES = ["SRB", "MKD", "BIH", "TUR", "CHN", "DEU"]
bills = st.lists(
    st.tuples(st.sampled_from(CODES), st.floats(0, 40), st.booleans()), min_size=1, max_size=8
).map(
    lambda rows: pd.DataFrame(
        [(f"part {i}", *row) for i, row in enumerate(rows)],
        columns=["input", "origin", "value", "originating"],
    )
)


def test_one_more_partner_flips_the_answer() -> None:
    assert origin.foreign_pct(BILL, price=100) == 55
    assert not origin.originates(BILL, price=100)
    assert origin.foreign_pct(BILL, price=100, partners=["MKD"]) == 45
    assert origin.originates(BILL, price=100, partners=["MKD"])


def test_goods_in_transit_do_not_cumulate() -> None:
    shipped = BILL.assign(originating=[True, True, False, True])
    assert not origin.originates(shipped, price=100, partners=["MKD"])
    assert origin.classify_inputs(shipped, partners=["MKD"])["counted_as"].tolist() == [
        "foreign",
        "foreign",
        "foreign",
        "home",
    ]


def test_the_ceiling_itself_is_allowed() -> None:
    assert origin.originates(BILL, price=110, ceiling_pct=50)
    assert not origin.originates(BILL, price=109.9, ceiling_pct=50)


@given(bills, st.sets(st.sampled_from(CODES)), st.sampled_from(CODES), st.floats(0, 100))
def test_more_partners_never_undo_origin(bill: pd.DataFrame, zone: set, extra: str, ceiling: float) -> None:
    small = origin.originates(bill, price=100, ceiling_pct=ceiling, partners=zone)
    large = origin.originates(bill, price=100, ceiling_pct=ceiling, partners=zone | {extra})
    assert large or not small


@given(bills, st.sets(st.sampled_from(CODES)))
def test_every_input_is_counted_once(bill: pd.DataFrame, zone: set) -> None:
    counted = origin.classify_inputs(bill, partners=zone)
    assert set(counted["counted_as"]) <= {"home", "cumulated", "foreign"}
    foreign = counted.loc[counted["counted_as"] == "foreign", "value"].sum()
    assert origin.foreign_pct(bill, price=200, partners=zone) == pytest.approx(foreign / 2)


def test_explorer_rows() -> None:
    zones = {"none": [], "CEFTA": ["ALB", "BIH", "MDA", "MKD", "MNE", "XKX"]}
    alone = origin.origin_test(BILL, zones, zone="none", ceiling_pct=50)
    assert alone["duty"].unique() == [10]
    assert not alone["originating"].any()
    together = origin.origin_test(BILL, zones, zone="CEFTA", ceiling_pct=50)
    assert together["originating"].all()
    assert together["duty"].unique() == [0]
    unproved = origin.origin_test(BILL, zones, zone="CEFTA", ceiling_pct=50, proof=False)
    assert not unproved["originating"].any()


def test_wrong_arguments() -> None:
    with pytest.raises(ValueError, match="ceiling_pct must be between 0 and 100, got 150"):
        origin.originates(BILL, price=100, ceiling_pct=150)
    with pytest.raises(ValueError, match="zone must be one of 'none', got 'EU'"):
        origin.origin_test(BILL, {"none": []}, zone="EU", ceiling_pct=50)
    with pytest.raises(ValueError, match=r"values must be at least 0, got -1\.0"):
        origin.foreign_pct(BILL.assign(value=-1.0), price=100)
    with pytest.raises(ValueError, match="price must be above 0"):
        origin.foreign_pct(BILL, price=0)
