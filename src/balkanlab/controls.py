"""The controls of an explorer. Each knows its grid of values, and how to say itself to Vega-Lite."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Value = str | int | float | bool


@dataclass(frozen=True)
class Slider:
    """A number from `minimum` to `maximum` in equal steps.

    Args:
        minimum, maximum: the ends, both reachable: the range is a whole number of steps.
        step: the distance of two positions, above 0.
        value: where it starts; one of the positions.
        label: what the reader sees; `unit` is put behind the number.

    Raises:
        ValueError: the range is empty, is no whole number of steps, or does not hold `value`.
    """

    minimum: float
    maximum: float
    step: float = 1
    value: float | None = None
    label: str = ""
    unit: str = ""

    def __post_init__(self) -> None:
        if self.step <= 0 or self.maximum <= self.minimum:
            raise ValueError(f"a slider needs minimum < maximum and step > 0, got {self}")
        if (Decimal(str(self.maximum)) - Decimal(str(self.minimum))) % Decimal(str(self.step)):
            raise ValueError(f"{self.minimum} to {self.maximum} is no whole number of steps of {self.step}")
        if self.value is not None and self.value not in self.values:
            raise ValueError(f"the start {self.value} is not one of the positions {self.values}")

    @property
    def values(self) -> tuple[float, ...]:
        low, high, step = (Decimal(str(number)) for number in (self.minimum, self.maximum, self.step))
        exact = [low + i * step for i in range(int((high - low) / step) + 1)]
        whole = all(number == number.to_integral_value() for number in exact)
        return tuple(int(number) if whole else float(number) for number in exact)

    @property
    def start(self) -> float:
        return self.values[0] if self.value is None else self.values[self.values.index(self.value)]

    def meta(self) -> dict[str, Any]:
        return {
            "type": "slider",
            "min": self.values[0],
            "max": self.values[-1],
            "step": self.step,
            "unit": self.unit,
        }

    def bind(self) -> dict[str, Any]:
        return {"input": "range", "min": self.values[0], "max": self.values[-1], "step": self.step}

    def index_expr(self, parameter: str) -> str:
        return f"round(({parameter} - ({self.values[0]})) / {self.step})"


@dataclass(frozen=True)
class Year(Slider):
    """A slider over whole years, both ends included."""

    def meta(self) -> dict[str, Any]:
        return {**super().meta(), "type": "year"}


@dataclass(frozen=True)
class Choice:
    """One of a few words. Up to four are drawn as radio buttons, more as a list.

    Raises:
        ValueError: fewer than two options, a double, or a start that is no option.
    """

    options: tuple[str, ...] | list[str]
    value: str | None = None
    label: str = ""

    def __post_init__(self) -> None:
        if len(self.options) < 2 or len(set(self.options)) != len(self.options):
            raise ValueError(f"a choice needs two or more different options, got {list(self.options)}")
        if self.value is not None and self.value not in self.options:
            raise ValueError(f"the start {self.value!r} is not one of the options {list(self.options)}")

    @property
    def values(self) -> tuple[str, ...]:
        return tuple(self.options)

    @property
    def start(self) -> str:
        return self.options[0] if self.value is None else self.value

    def meta(self) -> dict[str, Any]:
        return {"type": "choice", "options": list(self.options)}

    def bind(self) -> dict[str, Any]:
        return {"input": "radio" if len(self.options) <= 4 else "select", "options": list(self.options)}

    def index_expr(self, parameter: str) -> str:
        return f"indexof({json.dumps(list(self.options))}, {parameter})"


@dataclass(frozen=True)
class Toggle:
    """Off or on."""

    value: bool = False
    label: str = ""

    @property
    def values(self) -> tuple[bool, ...]:
        return (False, True)

    @property
    def start(self) -> bool:
        return self.value

    def meta(self) -> dict[str, Any]:
        return {"type": "toggle"}

    def bind(self) -> dict[str, Any]:
        return {"input": "checkbox"}

    def index_expr(self, parameter: str) -> str:
        return f"({parameter} ? 1 : 0)"


Control = Slider | Year | Choice | Toggle
