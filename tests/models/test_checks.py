"""Arguments out of range are refused with the range and the value."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from balkanlab.models._check import columns, one_of, whole, within


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("rate", 120, 0, 100), "rate must be between 0 and 100, got 120"),
        (("rate", -1, 0), "rate must be at least 0, got -1"),
        (("rate", math.nan, 0, 1), "rate must be between 0 and 1, got nan"),
    ],
)
def test_within_says_range_and_value(arguments: tuple, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        within(*arguments)


def test_within_open_lower_end() -> None:
    assert within("price", 0.1, 0, above=True) == 0.1
    with pytest.raises(ValueError, match="price must be above 0, got 0"):
        within("price", 0, 0, above=True)
    with pytest.raises(ValueError, match="share must be above 0 and at most 100, got 101"):
        within("share", 101, 0, 100, above=True)


def test_infinity_is_out_of_a_closed_range() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        within("x", math.inf, 0, 1)


def test_whole() -> None:
    assert whole("n", 7.0, 1, 60) == 7
    for wrong in (2.5, math.inf):
        with pytest.raises(ValueError, match="n must be a whole number"):
            whole("n", wrong, 1)
    with pytest.raises(ValueError, match="between 1 and 60, got 61"):
        whole("n", 61, 1, 60)


def test_one_of_lists_the_options() -> None:
    assert one_of("clause", "none", ["none", "asterisk"]) == "none"
    with pytest.raises(ValueError, match="clause must be one of 'none', 'asterisk', got 'star'"):
        one_of("clause", "star", ["none", "asterisk"])


def test_columns_names_the_missing() -> None:
    with pytest.raises(ValueError, match=r"trade lacks the column\(s\) year; it has value"):
        columns("trade", pd.DataFrame({"value": [1]}), ["value", "year"])
