"""balkanlab: how small states in the Western Balkans choose between trade, clubs and guns.

The names below are loaded when first used, so that `import balkanlab` stays quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOME = {
    "Explorer": "explorer",
    "Slider": "explorer",
    "Choice": "explorer",
    "Toggle": "explorer",
    "Year": "explorer",
    "figure": "explorer",
    "load": "data",
    "card": "data",
    "front": "lesson",
    "bet": "lesson",
    "quiz": "quizzes",
}
__all__ = [*_HOME, "__version__"]

if TYPE_CHECKING:
    from balkanlab.data import card, load
    from balkanlab.explorer import Choice, Explorer, Slider, Toggle, Year, figure
    from balkanlab.lesson import bet, front
    from balkanlab.quizzes import quiz


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"balkanlab.{_HOME[name]}"), name)
    raise AttributeError(f"module 'balkanlab' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
