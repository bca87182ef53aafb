from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from balkanlab.models import forums

SIX = ("ALB", "BIH", "MKD", "MNE", "SRB", "XKX")
MEMBERS = {"Open Balkan": ("ALB", "MKD", "SRB"), "CEFTA": (*SIX, "MDA"), "Berlin Process": SIX}
TASKS = pd.DataFrame(
    [
        ("Open Balkan", "labour"),
        ("Berlin Process", "labour"),
        ("CEFTA", "goods"),
        ("Open Balkan", "food aid"),
    ],
    columns=["forum", "task"],
)


def test_the_printed_indices() -> None:
    assert forums.jaccard(MEMBERS["Open Balkan"], MEMBERS["CEFTA"]) == pytest.approx(3 / 7)
    assert forums.jaccard(MEMBERS["Open Balkan"], SIX) == 0.5
    assert forums.jaccard(MEMBERS["CEFTA"], SIX) == pytest.approx(6 / 7)


@given(st.sets(st.integers(0, 9)), st.sets(st.integers(0, 9)))
def test_jaccard_by_counting(a: set[int], b: set[int]) -> None:
    first, second = {str(x) for x in a}, {str(x) for x in b}
    either = sum(str(x) in first or str(x) in second for x in range(10))
    both = sum(str(x) in first and str(x) in second for x in range(10))
    assert forums.jaccard(first, second) == pytest.approx(both / either if either else 0)
    assert forums.jaccard(first, second) == forums.jaccard(second, first)


def test_similarity_has_ones_on_the_diagonal() -> None:
    table = forums.similarity(MEMBERS)
    assert len(table) == 9
    assert (table.loc[table["row"] == table["column"], "jaccard"] == 1).all()


def test_coverage_counts_pairs() -> None:
    table = forums.coverage(TASKS, MEMBERS, SIX, forums=MEMBERS).set_index("task")
    assert table.loc["labour", ["forums", "state", "pairs"]].tolist() == [2, "done twice", 15]
    assert table.loc["food aid", "pairs"] == 3
    alone = forums.coverage(TASKS, MEMBERS, SIX, forums=["Open Balkan"]).set_index("task")
    assert alone.loc["goods", ["state", "pairs"]].tolist() == ["nobody", 0]
    assert alone.loc["labour", "covered_pct"] == pytest.approx(20)


def test_what_only_open_balkan_does() -> None:
    lost = forums.only_here(TASKS, MEMBERS, SIX, "Open Balkan").set_index("task")["lost"]
    assert lost.to_dict() == {"labour": 0, "goods": 0, "food aid": 3}


def test_wrong_arguments() -> None:
    with pytest.raises(ValueError, match="forum must be one of"):
        forums.coverage(TASKS, MEMBERS, SIX, forums=["Visegrád"])
    with pytest.raises(ValueError, match="at least two codes"):
        forums.coverage(TASKS, MEMBERS, ["SRB"], forums=MEMBERS)
