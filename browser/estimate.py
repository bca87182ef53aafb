"""Writes browser/estimates.json: every estimate that the course asks of pyfixest, for the browser, where it cannot run.

    python browser/estimate.py

Runs the notebooks that use pyfixest, solutions instead of exercises, and notes each estimate.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
from pathlib import Path
from typing import Any

import nbformat
import pyfixest

from balkanlab.browser.edition import ESTIMATES
from balkanlab.browser.estimates import key

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ("notebooks/*.ipynb", "exercises/solutions/*.ipynb")
COLUMNS = ("Estimate", "Std. Error", "t value", "Pr(>|t|)", "2.5%", "97.5%")
DIGITS = 10


def noting(command: str, found: dict[str, Any]) -> Any:
    """The command of pyfixest, which also writes down what it found."""
    estimate = getattr(pyfixest, command)

    def run(fml: str, data: Any, vcov: Any = None, **options: Any) -> Any:
        model = estimate(fml, data=data, vcov=vcov, **options)
        tidy = model.tidy()
        found[key(command, fml, data, vcov, options)] = {
            "rows": int(model._N),
            "names": list(tidy.index),
            "tidy": {column: [float(f"{value:.{DIGITS}g}") for value in tidy[column]] for column in COLUMNS},
        }
        return model

    return run


def main() -> None:
    found: dict[str, Any] = {}
    for command in ("fepois", "feols"):
        setattr(pyfixest, command, noting(command, found))
    for path in sorted(path for pattern in NOTEBOOKS for path in ROOT.glob(pattern)):
        cells = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
        if not any(word in source for source in cells for word in ("pyfixest", "gravity.")):
            continue
        os.chdir(path.parent)
        names: dict[str, Any] = {"__name__": "__main__", "display": lambda *shown: None}
        with contextlib.redirect_stdout(io.StringIO()):
            for source in cells:
                exec(compile(source, str(path), "exec"), names)
    (ROOT / ESTIMATES).write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(f"{len(found)} estimates")


if __name__ == "__main__":
    main()
