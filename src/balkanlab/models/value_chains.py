"""Revealed advantage and value chains: what a country is good at, how much of its exports it buys abroad."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from balkanlab.models._check import columns, one_of, within

FloatArray = npt.NDArray[np.float64]


def rca(home_good: float, home_total: float, world_good: float, world_total: float) -> float:
    """Balassa's index (1965): the good's share in home exports over its share in world exports. Above 1:
    advantage.
    """
    within("home_good", home_good, 0, within("home_total", home_total, 0, above=True))
    within("world_good", world_good, 0, within("world_total", world_total, 0, above=True), above=True)
    return (home_good / home_total) / (world_good / world_total)


def rca_table(exports: pd.DataFrame) -> pd.DataFrame:
    """Add column `rca` to exports (country, good, value); the world is the sum of the countries in the frame.

    Weighted with the world's share of each good, a country's indices average to 1.
    """
    columns("exports", exports, ("country", "good", "value"))
    total = exports["value"].sum()
    home = exports.groupby("country")["value"].transform("sum")
    good = exports.groupby("good")["value"].transform("sum")
    if not (home > 0).all() or not (good > 0).all():
        raise ValueError("exports must be above 0 in sum for every country and every good")
    return exports.assign(rca=(exports["value"] / home) / (good / total))


def rca_shift(
    home: Mapping[str, float],
    world: Mapping[str, float],
    *,
    shift_pct: float,
    from_good: str,
    to_good: str,
) -> pd.DataFrame:
    """Advantage before and after a country moves part of one good's exports into another.

    `home`, `world`: exports by good; the world's stay as they are. `shift_pct` 0 to 100 of `from_good`.
    Rows: good, moment ("before", "after"), exports, rca, advantage (rca > 1).
    """
    one_of("from_good", from_good, home)
    one_of("to_good", to_good, home)
    moved = home[from_good] * within("shift_pct", shift_pct, 0, 100) / 100
    after = {g: v - moved * (g == from_good) + moved * (g == to_good) for g, v in home.items()}
    world_total = sum(world.values())
    rows = []
    for moment, now in (("before", dict(home)), ("after", after)):
        for good, value in now.items():
            index = rca(value, sum(now.values()), world[good], world_total)
            rows.append((good, moment, float(value), index, index > 1))
    return pd.DataFrame(rows, columns=["good", "moment", "exports", "rca", "advantage"])


def leontief_inverse(coefficients: npt.ArrayLike) -> FloatArray:
    """(I − A)⁻¹ for the domestic input coefficients A, shape (n, n): column j holds the output that one unit
    of final demand for sector j sets in motion (Leontief 1936; Miller and Blair 2009).

    Raises ValueError unless A is square, non-negative and productive (largest eigenvalue below 1).
    """
    a = np.asarray(coefficients, dtype=float)
    if a.ndim != 2 or a.shape[0] != a.shape[1] or a.size == 0:
        raise ValueError(f"coefficients must be a square matrix, got shape {a.shape}")
    if (a < 0).any():
        raise ValueError(f"coefficients must be at least 0, got {float(a.min())!r}")
    radius = float(np.abs(np.linalg.eigvals(a)).max())
    if radius >= 1:
        raise ValueError(f"the largest eigenvalue of the coefficients must be below 1, got {radius:.4g}")
    inverse: FloatArray = np.linalg.inv(np.eye(len(a)) - a)
    return inverse


def outputs(coefficients: npt.ArrayLike, demand: npt.ArrayLike) -> FloatArray:
    """Output x of each sector that delivers the final demand, shape (n,): x = (I − A)⁻¹ d, so x = Ax + d."""
    final = np.asarray(demand, dtype=float)
    inverse = leontief_inverse(coefficients)
    if final.shape != (len(inverse),):
        raise ValueError(f"demand must have shape ({len(inverse)},), got {final.shape}")
    produced: FloatArray = inverse @ final
    return produced


def import_content(
    coefficients: npt.ArrayLike, import_coefficients: npt.ArrayLike, exports: npt.ArrayLike
) -> float:
    """Imported inputs in one unit of exports, direct and indirect: m (I − A)⁻¹ e / Σe, from 0 to 1.

    Vertical specialisation as a share of exports (Hummels, Ishii and Yi 2001). Raises ValueError if a
    sector's domestic and imported coefficients add up to more than 1, or if there are no exports.
    """
    m, e = _sectors(coefficients, import_coefficients, exports)
    return float(m @ outputs(coefficients, e) / e.sum())


def _sectors(
    coefficients: npt.ArrayLike, import_coefficients: npt.ArrayLike, exports: npt.ArrayLike
) -> tuple[FloatArray, FloatArray]:
    a = np.asarray(coefficients, dtype=float)
    m, e = np.asarray(import_coefficients, dtype=float), np.asarray(exports, dtype=float)
    if m.shape != a.shape[:1] or (m < 0).any():
        raise ValueError(f"import_coefficients must be {len(a)} numbers of at least 0, got {m.tolist()}")
    if e.shape != a.shape[:1] or (e < 0).any() or e.sum() <= 0:
        raise ValueError(
            f"exports must be {len(a)} numbers of at least 0 and above 0 in sum, got {e.tolist()}"
        )
    inputs = a.sum(axis=0) + m
    if (inputs > 1 + 1e-12).any():
        raise ValueError(f"inputs per unit of output must be at most 1, got {float(inputs.max()):g}")
    return m, e


def value_chain(
    coefficients: npt.ArrayLike,
    sectors: Sequence[str],
    *,
    import_coefficients: npt.ArrayLike,
    exports: npt.ArrayLike,
) -> pd.DataFrame:
    """Where the value of exports comes from, by exporting sector.

    Rows: sector, part ("imported directly", "imported through suppliers", "made at home"), value (they add up
    to the sector's exports), import_content_pct (of all exports, in each row).
    """
    m, e = _sectors(coefficients, import_coefficients, exports)
    if len(sectors) != len(e):
        raise ValueError(f"sectors must be {len(e)} names, got {len(sectors)}")
    per_unit = m @ leontief_inverse(coefficients)
    whole = 100 * float(per_unit @ e / e.sum())
    rows = []
    for i, sector in enumerate(sectors):
        direct, total, sold = float(m[i] * e[i]), float(per_unit[i] * e[i]), float(e[i])
        parts = {
            "imported directly": direct,
            "imported through suppliers": total - direct,
            "made at home": sold - total,
        }
        rows += [(sector, part, value, whole) for part, value in parts.items()]
    return pd.DataFrame(rows, columns=["sector", "part", "value", "import_content_pct"])
