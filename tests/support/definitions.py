"""The explorers of a chapter as Python objects, to hold the published twins against the models themselves."""

from __future__ import annotations

import math
import os
from functools import cache
from pathlib import Path
from typing import Any

from balkanlab.explorer import SIGNIFICANT_DIGITS, Explorer


@cache
def explorers_of(notebook: Path) -> dict[str, Explorer]:
    """Runs a chapter's code cells in this process and collects every explorer they define, by name."""
    import nbformat

    found: dict[str, Explorer] = {}
    make = Explorer.__init__

    def noting(self: Explorer, *args: Any, **options: Any) -> None:
        make(self, *args, **options)
        found[self.name] = self

    names: dict[str, Any] = {"__name__": "__main__", "display": lambda *shown: None}
    before = Path.cwd()
    Explorer.__init__ = noting  # type: ignore[method-assign]
    os.chdir(notebook.parent)
    try:
        for number, cell in enumerate(nbformat.read(notebook, as_version=4).cells):
            if cell.cell_type == "code":
                exec(compile(cell.source, f"{notebook.name}, cell {number}", "exec"), names)
    finally:
        os.chdir(before)
        Explorer.__init__ = make  # type: ignore[method-assign]
    return found


def expected(explorer: Explorer, setting: dict[str, Any]) -> tuple[list[dict[str, Any]], str]:
    """What a page must show at a setting: the model's rows, rounded as twins are, and the words for them."""
    frame = explorer._model(**setting)
    rows = [{str(name): _rounded(value) for name, value in row.items()} for row in frame.to_dict("records")]
    return rows, explorer.text(**setting)


def _rounded(value: Any) -> Any:
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, float) and math.isfinite(value):
        return float(f"{value:.{SIGNIFICANT_DIGITS}g}") + 0.0
    return value
