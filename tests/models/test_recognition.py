from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balkanlab.models import recognition

CEFTA7 = ["ALB", "BIH", "MDA", "MKD", "MNE", "SRB", "XKX"]
BLOCKED = [("XKX", "SRB"), ("BIH", "XKX"), ("MDA", "XKX")]


def test_without_a_clause() -> None:
    pairs = recognition.can_sign(CEFTA7, BLOCKED)
    assert len(pairs) == 21
    blocked = pairs[~pairs["can_sign"]]
    assert set(map(frozenset, blocked[["a", "b"]].to_numpy())) == set(map(frozenset, BLOCKED))
    assert (pairs["recognise"] == pairs["can_sign"]).all()


@pytest.mark.parametrize(
    ("clause", "how"), [("UN proxy", "UN mission signs"), ("asterisk", "footnote on status")]
)
def test_a_clause_changes_who_signs_not_who_recognises(clause: recognition.Clause, how: str) -> None:
    pairs = recognition.can_sign(CEFTA7, BLOCKED, clause=clause)
    assert recognition.summary(pairs)["all_party"] is True
    assert (~pairs["recognise"]).sum() == 3
    assert set(pairs.loc[~pairs["recognise"], "how"]) == {how}


def test_a_clause_refused_by_one_blocks_its_pair() -> None:
    pairs = recognition.can_sign(CEFTA7, BLOCKED, clause="asterisk", refuses=["SRB"])
    assert recognition.summary(pairs) == {
        "pairs": 21,
        "blocked": 1,
        "workable_pct": pytest.approx(100 * 20 / 21),
        "all_party": False,
    }


def test_a_clause_helps_only_the_contested_party() -> None:
    pairs = recognition.can_sign(["A", "B", "XKX"], [("A", "B")], clause="asterisk")
    assert pairs.loc[~pairs["can_sign"], ["a", "b"]].to_numpy().tolist() == [["A", "B"]]


def test_largest_text() -> None:
    assert recognition.largest_text(recognition.can_sign(CEFTA7, BLOCKED)) == CEFTA7[:-1]
    nobody = recognition.can_sign(["A", "B"], [("A", "B")])
    assert recognition.largest_text(nobody) == ["A"]


@given(st.sets(st.sampled_from(CEFTA7), min_size=2))
def test_one_text_is_feasible_exactly_when_all_fit_into_it(members: set[str]) -> None:
    pairs = recognition.can_sign(sorted(members), BLOCKED)
    assert recognition.summary(pairs)["all_party"] == (len(recognition.largest_text(pairs)) == len(members))


def test_seating_is_symmetric() -> None:
    table = recognition.seating({"CEFTA-7": CEFTA7}, BLOCKED, table="CEFTA-7")
    assert len(table) == 42
    seen = {(r.row, r.column): r.can_sign for r in table.itertuples()}
    assert all(seen[a, b] == seen[b, a] for a, b in seen)
    assert table["blocked"].unique() == [3]


def test_wrong_arguments() -> None:
    with pytest.raises(ValueError, match="at least two different codes"):
        recognition.can_sign(["A", "A"], [])
    with pytest.raises(ValueError, match=r"pairs of two different codes, got \['A'\]"):
        recognition.can_sign(["A", "B"], [("A", "A")])
    with pytest.raises(ValueError, match="clause must be one of"):
        recognition.can_sign(["A", "B"], [], clause="star")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="end must not be before start"):
        recognition.years_between(date(2024, 1, 1), date(2023, 1, 1))
