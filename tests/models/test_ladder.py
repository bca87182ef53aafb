from __future__ import annotations

from itertools import product

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from balkanlab.models import ladder

ROWS = st.lists(st.lists(st.booleans(), min_size=6, max_size=6), min_size=1, max_size=5)


def ties(rows: list[list[bool]]) -> pd.DataFrame:
    return pd.DataFrame(
        [(f"p{i}", f"r{j}", j + 1, on) for i, row in enumerate(rows) for j, on in enumerate(row)],
        columns=["pair", "rung", "step", "reached"],
    )


def perfect_patterns(length: int) -> list[tuple[bool, ...]]:
    return [p for p in product([True, False], repeat=length) if list(p) == sorted(p, reverse=True)]


@given(ROWS)
def test_errors_equal_the_distance_to_the_perfect_pattern(rows: list[list[bool]]) -> None:
    frame = ladder.summary(ties(rows))
    for row, found in zip(rows, frame.itertuples(), strict=True):
        pattern = next(p for p in perfect_patterns(6) if sum(p) == sum(row))
        assert found.errors == sum(a != b for a, b in zip(row, pattern, strict=True))
        assert found.rungs == sum(row)
        assert found.gaps == found.height - found.rungs
        assert (found.errors == 0) == (found.gaps == 0)
    assert ladder.reproducibility(ties(rows)) == pytest.approx(1 - frame.errors.sum() / (6 * len(rows)))


def test_climb_puts_the_top_rung_first() -> None:
    frame = ladder.climb(ties([[True, False], [True, True]]), first="p1", second="p0")
    assert frame[["step", "pair", "state"]].to_numpy().tolist() == [
        [2, "p1", "reached"],
        [2, "p0", "not reached"],
        [1, "p1", "reached"],
        [1, "p0", "reached"],
    ]
    assert frame.height.tolist() == [2, 1, 2, 1]


def test_shares_and_wrong_arguments() -> None:
    assert ladder.share_pct(14, 18) == pytest.approx(77.8, abs=0.05)
    with pytest.raises(ValueError, match="part must lie between"):
        ladder.share_pct(3, 2)
    with pytest.raises(ValueError, match="every rung for every pair"):
        ladder.summary(ties([[True, True], [False, True]]).iloc[1:])
    with pytest.raises(ValueError, match="first must be one of"):
        ladder.climb(ties([[True]]), first="lost", second="p0")
