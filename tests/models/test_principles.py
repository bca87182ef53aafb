from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import jaccard as jaccard_distance

from balkanlab.models import principles

ITEMS = list("abcdefgh")
CODING = pd.DataFrame(
    [
        ("Old", "a", "stated"),
        ("Old", "b", "stated"),
        ("Old", "c", "not seen"),
        ("New", "a", "by reference"),
        ("New", "b", "not seen"),
        ("New", "c", "stated"),
    ],
    columns=["document", "principle", "how"],
)


@given(st.sets(st.sampled_from(ITEMS)), st.sets(st.sampled_from(ITEMS)))
def test_jaccard_equals_scipy(a: set[str], b: set[str]) -> None:
    if a | b:
        first, second = (np.array([item in s for item in ITEMS]) for s in (a, b))
        assert principles.jaccard(a, b) == pytest.approx(1 - jaccard_distance(first, second))
    else:
        assert principles.jaccard(a, b) == 1
    assert principles.jaccard(a, b) == principles.jaccard(b, a)
    assert principles.jaccard(a, b) <= min(principles.covered(a, b), principles.covered(b, a))


def test_references_change_the_verdict() -> None:
    assert principles.sets(CODING) == {"Old": {"a", "b"}, "New": {"a", "c"}}
    assert principles.overlaps(CODING)["jaccard"].tolist() == [pytest.approx(1 / 3)]
    assert principles.overlaps(CODING, references=False)["jaccard"].tolist() == [0]


def test_compare_names_each_side() -> None:
    frame = principles.compare(CODING, first="Old", second="New")
    assert dict(zip(frame.principle, frame.side, strict=True)) == {
        "a": "both",
        "b": "only the first",
        "c": "only the second",
    }
    assert frame[["shared", "first_covered", "second_covered"]].iloc[0].tolist() == [1, 0.5, 0.5]
    assert set(principles.compare(CODING, first="Old", second="Old").side) == {"both", "neither"}


def test_empty_sets_and_rates() -> None:
    assert principles.covered(set(), {"a"}) == 1
    assert principles.rate_per_thousand(38, 2398) == pytest.approx(15.85, abs=0.005)
    with pytest.raises(ValueError, match="words must be above 0"):
        principles.rate_per_thousand(1, 0)
    with pytest.raises(ValueError, match="first must be one of"):
        principles.compare(CODING, first="Lost", second="New")
    with pytest.raises(ValueError, match="how must be one of"):
        principles.sets(CODING.assign(how="perhaps"))
