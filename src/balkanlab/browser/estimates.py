"""pyfixest in the browser edition: estimates are looked up, for pyfixest itself cannot run there.

The edition carries this file under the name `pyfixest`, so no notebook and no model needs to know. An estimate is
found by its formula, its standard errors and its rows; `browser/estimate.py` stores those that the course needs.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

STORE = Path(__file__).with_name("estimates.json")
NOTE = "Note: in the browser an estimate of pyfixest is looked up among stored ones, not computed."
_told: set[str] = set()


class NotStored(LookupError):
    """No stored estimate is the one asked for; says which there are."""


class Stored:
    """What a fitted model of pyfixest answers, as far as the course asks it."""

    def __init__(self, estimate: dict[str, Any]) -> None:
        self._tidy = pd.DataFrame(estimate["tidy"], index=pd.Index(estimate["names"], name="Coefficient"))
        self._N = int(estimate["rows"])

    def tidy(self) -> pd.DataFrame:
        """One row per coefficient: estimate, standard error, t, p and the 95 % interval."""
        return self._tidy.copy()

    def coef(self) -> pd.Series[float]:
        """The coefficients."""
        return self._tidy["Estimate"].copy()

    def se(self) -> pd.Series[float]:
        """Their standard errors."""
        return self._tidy["Std. Error"].copy()

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(
            f"{name!r} is not among what is stored for the browser: there are tidy(), coef() and se(); "
            "in JupyterLab on a computer the real pyfixest answers"
        )


def fepois(fml: str, data: pd.DataFrame, vcov: Any = None, **options: Any) -> Stored:
    """A stored Poisson estimate.

    Raises:
        NotStored: there is none of this formula on these rows.
    """
    return _find("fepois", fml, data, vcov, options)


def feols(fml: str, data: pd.DataFrame, vcov: Any = None, **options: Any) -> Stored:
    """A stored least-squares estimate.

    Raises:
        NotStored: there is none of this formula on these rows.
    """
    return _find("feols", fml, data, vcov, options)


def key(command: str, fml: str, data: pd.DataFrame, vcov: Any, options: dict[str, Any]) -> str:
    """What tells one estimate from another: how, of what, and on which rows.

    Numbers are summed and rounded to six digits, for the last bits differ between machines.
    """
    formula = " ".join(fml.split())
    parts = [
        command,
        formula,
        json.dumps(vcov, sort_keys=True),
        json.dumps(options, sort_keys=True),
        str(len(data)),
    ]
    for name in sorted(set(re.findall(r"[A-Za-z_]\w*", formula)) & set(data.columns)):
        column = data[name]
        numeric = pd.api.types.is_numeric_dtype(column)
        parts.append(f"{name} {float(column.sum()):.6g}" if numeric else f"{name} {column.nunique()}")
    return "; ".join(parts)


@lru_cache(maxsize=1)
def _store() -> dict[str, Any]:
    stored: dict[str, Any] = json.loads(STORE.read_text(encoding="utf-8"))
    return stored


def _find(command: str, fml: str, data: pd.DataFrame, vcov: Any, options: dict[str, Any]) -> Stored:
    wanted = key(command, fml, data, vcov, options)
    try:
        found = _store()[wanted]
    except KeyError:
        rows = f"; {len(data)}; "
        near = sorted({k.split("; ")[1] for k in _store() if rows in k and k.startswith(command)})
        raise NotStored(
            f"pyfixest cannot run in the browser, and no estimate is stored for {command}({fml!r}) on these "
            f"{len(data):,} rows with these standard errors"
            + (f". Stored for as many rows: {'; '.join(near)}. " if near else ". ")
            + "For any other, run the notebook in JupyterLab on a computer (see How to study)."
        ) from None
    if NOTE not in _told:
        _told.add(NOTE)
        print(NOTE)
    return Stored(found)
