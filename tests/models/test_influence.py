from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from balkanlab.models import influence

CHANNELS = ["media", "church", "energy", "arms", "veto"]


def coding(**sources: list[int]) -> pd.DataFrame:
    return pd.DataFrame(
        [(s, c, k) for s, codes in sources.items() for c, k in zip(CHANNELS, codes, strict=True)],
        columns=["source", "channel", "code"],
    )


PLAN = coding(paradigms=[3, 3, 2, 1, 2], riac=[1, 1, 3, 1, 2])


def test_plan_of_the_course() -> None:
    assert influence.index(PLAN)["total"].tolist() == [11, 8]
    assert influence.index(PLAN, {"energy": 2})["total"].tolist() == [13, 11]
    assert influence.index(PLAN)["index"].tolist() == pytest.approx([100 * 11 / 15, 100 * 8 / 15])
    assert influence.index(PLAN)["rank"].tolist() == [1, 2]


CODES = st.lists(st.integers(0, 3), min_size=5, max_size=5)
WEIGHTS = st.lists(st.integers(0, 5), min_size=5, max_size=5).filter(any)


@given(CODES, CODES, WEIGHTS)
def test_index_is_the_sum_of_its_parts(a: list[int], b: list[int], weights: list[int]) -> None:
    named = dict(zip(CHANNELS, map(float, weights), strict=True))
    codes = coding(a=a, b=b)
    by_hand = [
        100 * sum(w * k for w, k in zip(weights, row, strict=True)) / (3 * sum(weights)) for row in (a, b)
    ]
    assert influence.index(codes, named)["index"].tolist() == pytest.approx(by_hand)
    parts = influence.contributions(codes, named)
    assert parts.groupby("source", sort=False).points.sum().tolist() == pytest.approx(by_hand)
    assert parts.source.tolist() == ["a"] * 5 + ["b"] * 5


@given(CODES)
def test_leave_one_out(codes: list[int]) -> None:
    frame = influence.leave_one_out(coding(a=codes)).set_index("left_out")["index"]
    for channel, code in zip(CHANNELS, codes, strict=True):
        assert frame[channel] == pytest.approx(100 * (sum(codes) - code) / 12)


def test_share_of_weightings_has_a_closed_form() -> None:
    # ahead by 1 on the first part and behind by 3 on the second: ahead if w > 3 (1 − w), so for w above 3/4
    two = pd.DataFrame({"source": ["a", "a", "b", "b"], "channel": ["x", "y"] * 2, "code": [1, 0, 0, 3]})
    assert influence.ahead_share(two, "a", "b", draws=40_000) == pytest.approx(0.25, abs=0.01)
    assert influence.ahead_share(two, "b", "a", draws=40_000) == pytest.approx(0.75, abs=0.01)
    assert influence.ahead_share(two, "a", "a", draws=10) == 0


def test_wrong_arguments() -> None:
    with pytest.raises(ValueError, match="must not all be 0"):
        influence.index(PLAN, dict.fromkeys(CHANNELS, 0.0))
    with pytest.raises(ValueError, match="channel must be one of"):
        influence.index(PLAN, {"sport": 1})
    with pytest.raises(ValueError, match="every channel for every source"):
        influence.index(PLAN.iloc[1:])
    with pytest.raises(ValueError, match="code must be between 0 and 3"):
        influence.index(coding(a=[4, 0, 0, 0, 0]))
