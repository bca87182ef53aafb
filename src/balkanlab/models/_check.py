"""Argument checks shared by the models."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TypeVar

import pandas as pd

T = TypeVar("T")


def within(name: str, value: float, low: float, high: float = math.inf, *, above: bool = False) -> float:
    """Return `value` as a float if low ≤ value ≤ high (`above`: low < value), else raise ValueError."""
    number = float(value)
    if math.isnan(number) or number > high or number < low or (above and number == low):
        lower = f"above {low:g}" if above else f"at least {low:g}"
        if math.isinf(high):
            allowed = "a number" if math.isinf(low) else lower
        else:
            allowed = f"{lower} and at most {high:g}" if above else f"between {low:g} and {high:g}"
        raise ValueError(f"{name} must be {allowed}, got {value!r}")
    return number


def whole(name: str, value: float, low: int, high: int | None = None) -> int:
    """Return `value` as an int if it is a whole number in [low, high], else raise ValueError."""
    number = within(name, value, low, math.inf if high is None else high)
    if math.isinf(number) or number != int(number):
        raise ValueError(f"{name} must be a whole number, got {value!r}")
    return int(number)


def one_of(name: str, value: T, options: Iterable[T]) -> T:
    """Return `value` if it is among `options`, else raise ValueError that lists them."""
    allowed = list(options)
    if value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, allowed))}, got {value!r}")
    return value


def columns(name: str, frame: pd.DataFrame, needed: Iterable[str]) -> pd.DataFrame:
    """Return `frame` if it has the `needed` columns, else raise ValueError that names the missing ones."""
    missing = [column for column in needed if column not in frame.columns]
    if missing:
        raise ValueError(
            f"{name} lacks the column(s) {', '.join(missing)}; it has {', '.join(map(str, frame.columns))}"
        )
    return frame
