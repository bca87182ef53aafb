"""Arms races: Richardson's equations, their stability, and what two real series can say about them.

x and y are two states' spending; k and l how strongly each reacts to the other (defence), a and b how strongly cost
holds each back (fatigue), g and h what each would spend anyway (grievance, below 0: goodwill):

    dx/dt = k·y − a·x + g,    dy/dt = l·x − b·y + h.    Source: Richardson (1960), Arms and Insecurity.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from balkanlab.models._check import columns, whole, within

CEILING = 1000.0


@dataclass(frozen=True)
class Race:
    """The six parameters: reactions k, l ≥ 0; fatigues a, b ≥ 0; grievances g, h of any sign."""

    k: float
    l: float  # noqa: E741 - Richardson's letter
    a: float
    b: float
    g: float
    h: float

    def __post_init__(self) -> None:
        for name in ("k", "l", "a", "b"):
            within(name, getattr(self, name), 0)
        for name in ("g", "h"):
            within(name, getattr(self, name), -math.inf)

    @property
    def margin(self) -> float:
        """ab − kl: above 0 restraint outweighs reaction."""
        return self.a * self.b - self.k * self.l

    @property
    def stable(self) -> bool:
        """Whether every path settles: ab > kl and a + b > 0."""
        return self.margin > 0 and self.a + self.b > 0

    @property
    def balance(self) -> tuple[float, float] | None:
        """Where both equations stand still: ((kh + bg)/(ab − kl), (lg + ah)/(ab − kl)); None if ab = kl."""
        if math.isclose(self.margin, 0, abs_tol=1e-12):
            return None
        return (
            (self.k * self.h + self.b * self.g) / self.margin,
            (self.l * self.g + self.a * self.h) / self.margin,
        )


def path(race: Race, *, x0: float, y0: float, years: float, points: int = 61) -> pd.DataFrame:
    """The exact path: year, x, y at `points` equal steps from 0 to `years`.

    The linear system is solved by the matrix exponential of one step. Values beyond ±1000 are held there: the race has
    run away. `x0`, `y0` ≥ 0; `years` above 0; `points` 2 to 1,000.
    """
    from scipy.linalg import expm

    steps = whole("points", points, 2, 1000) - 1
    step = within("years", years, 0, above=True) / steps
    # the constant push is a third state that stays 1
    system = np.array([[-race.a, race.k, race.g], [race.l, -race.b, race.h], [0, 0, 0]], dtype=float)
    forward = expm(system * step)
    state = np.array([within("x0", x0, 0), within("y0", y0, 0), 1.0])
    rows = []
    for i in range(steps + 1):
        rows.append((i * step, state[0], state[1]))
        state = np.clip(forward @ state, -CEILING, CEILING)
        state[2] = 1.0
    return pd.DataFrame(rows, columns=["year", "x", "y"])


def phase(
    *,
    reaction: float,
    fatigue: float,
    grievance: float,
    x0: float = 0.5,
    y0: float = 3.0,
    years: float = 12,
    limit: float = 6.0,
) -> pd.DataFrame:
    """A symmetric race (k = l, a = b, g = h) in the plane of the two budgets, as lines for one chart.

    Rows: line ("path", "x stands still", "y stands still"), step, x, y; points outside 0 to `limit` are left out
    (a path ends where it leaves). Plus margin, stable, ends_at (x at the end of the drawn path).
    """
    race = Race(reaction, reaction, within("fatigue", fatigue, 0, above=True), fatigue, grievance, grievance)
    walk = path(race, x0=x0, y0=y0, years=years, points=19)
    inside = ((walk[["x", "y"]] >= 0) & (walk[["x", "y"]] <= limit)).all(axis=1).cummin()
    rows: list[tuple[str, int, float, float]] = [
        ("path", step, x, y)
        for step, (x, y) in enumerate(zip(walk["x"][inside], walk["y"][inside], strict=True))
    ]
    # x = (reaction · y + grievance)/fatigue is a straight line: its two ends inside the frame will do
    first, last = 0.0, limit
    if reaction > 0:
        first = min(limit, max(first, -grievance / reaction))
        last = max(0.0, min(last, (limit * fatigue - grievance) / reaction))
    ends = [(i, (reaction * other + grievance) / fatigue, other) for i, other in enumerate((first, last))]
    rows += [("x stands still", i, x, y) for i, x, y in ends]
    rows += [("y stands still", i, y, x) for i, x, y in ends]
    table = pd.DataFrame(rows, columns=["line", "step", "x", "y"])
    stop = table[table["line"] == "path"]["x"].iloc[-1]
    return table.assign(margin=race.margin, stable=race.stable, ends_at=stop)


@dataclass(frozen=True)
class Estimate:
    """One equation of the race in yearly steps: change = reaction·other − fatigue·own + grievance.

    Coefficients with standard errors (Newey-West) and 95 percent intervals; `n` changes, `r2` of the changes.
    """

    names: tuple[str, ...]
    values: tuple[float, ...]
    errors: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    n: int
    r2: float

    def frame(self) -> pd.DataFrame:
        """term, value, error, low, high."""
        return pd.DataFrame(
            {
                "term": self.names,
                "value": self.values,
                "error": self.errors,
                "low": self.low,
                "high": self.high,
            }
        )


def least_squares(design: np.ndarray, target: np.ndarray, *, lags: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients and their covariance, robust to uneven and serially correlated errors (Newey and West 1987).

    Bartlett weights over `lags`, scaled by n/(n − p) as small samples need. `design` has shape (n, p), n > p.
    """
    n, p = design.shape
    if n <= p:
        raise ValueError(f"{p} coefficients need more than {p} observations, got {n}")
    inverse = np.linalg.inv(design.T @ design)
    beta = inverse @ design.T @ target
    scores = design * (target - design @ beta)[:, None]
    meat = scores.T @ scores
    for lag in range(1, lags + 1):
        cross = scores[lag:].T @ scores[:-lag]
        meat = meat + (1 - lag / (lags + 1)) * (cross + cross.T)
    return beta, inverse @ meat @ inverse * n / (n - p)


def estimate(own: Sequence[float], other: Sequence[float], *, lags: int = 2) -> Estimate:
    """Richardson's equation for one side from two yearly series of the same length, at least six years.

    Regresses own(t) − own(t − 1) on other(t − 1), own(t − 1) and a constant. Intervals use Student's t with n − 3
    degrees of freedom. The fatigue is minus the coefficient on own(t − 1).
    """
    from scipy.stats import t as student

    mine, theirs = np.asarray(own, dtype=float), np.asarray(other, dtype=float)
    if mine.shape != theirs.shape or mine.ndim != 1 or len(mine) < 6:
        raise ValueError(
            f"two series of the same length, six years or more, are needed: {mine.shape}, {theirs.shape}"
        )
    change = np.diff(mine)
    design = np.column_stack([theirs[:-1], -mine[:-1], np.ones(len(change))])
    beta, cover = least_squares(design, change, lags=whole("lags", lags, 0, 10))
    errors = np.sqrt(np.diag(cover))
    reach = float(student.ppf(0.975, len(change) - 3)) * errors
    left = change - design @ beta
    r2 = 1 - float(left @ left) / float(((change - change.mean()) ** 2).sum())
    return Estimate(
        ("reaction", "fatigue", "grievance"),
        tuple(map(float, beta)),
        tuple(map(float, errors)),
        tuple(map(float, beta - reach)),
        tuple(map(float, beta + reach)),
        len(change),
        r2,
    )


def stability_draws(
    x: Sequence[float], y: Sequence[float], *, draws: int = 2000, seed: int = 6
) -> np.ndarray:
    """ab − kl in `draws` worlds that the data could as well have come from.

    1. Both equations are estimated.
    2. Years of residuals are drawn with replacement, the same years for both sides, and two new series are built from
       the first year on.
    3. Both equations are estimated again, and ab − kl taken from them.

    Spending below 0 is held at 0. Returns an array of length `draws` (10 to 20,000).
    Source: Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 8.
    """
    count = whole("draws", draws, 10, 20_000)
    a, b = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    pair = (estimate(a.tolist(), b.tolist()), estimate(b.tolist(), a.tolist()))
    fits = [np.asarray(one.values) for one in pair]
    left = []
    for (mine, theirs), beta in zip(((a, b), (b, a)), fits, strict=True):
        design = np.column_stack([theirs[:-1], -mine[:-1], np.ones(len(mine) - 1)])
        left.append(np.diff(mine) - design @ beta)
    residuals = np.column_stack(left)
    residuals = residuals - residuals.mean(axis=0)
    rng = np.random.default_rng(seed)
    n = len(a) - 1
    picks = rng.integers(0, n, size=(count, n))
    xs, ys = np.empty((count, n + 1)), np.empty((count, n + 1))
    xs[:, 0], ys[:, 0] = a[0], b[0]
    for year in range(n):
        shock = residuals[picks[:, year]]
        dx = fits[0][0] * ys[:, year] - fits[0][1] * xs[:, year] + fits[0][2] + shock[:, 0]
        dy = fits[1][0] * xs[:, year] - fits[1][1] * ys[:, year] + fits[1][2] + shock[:, 1]
        xs[:, year + 1] = np.maximum(0, xs[:, year] + dx)
        ys[:, year + 1] = np.maximum(0, ys[:, year] + dy)
    one, two = _many(xs, ys), _many(ys, xs)
    margins: np.ndarray = one[:, 1] * two[:, 1] - one[:, 0] * two[:, 0]
    return margins


def _many(mine: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """Least squares for many series at once, shape (draws, years) → (draws, 3)."""
    design = np.stack([theirs[:, :-1], -mine[:, :-1], np.ones_like(mine[:, :-1])], axis=2)
    change = np.diff(mine, axis=1)
    gram = np.einsum("dni,dnj->dij", design, design)
    moment = np.einsum("dni,dn->di", design, change)
    solved: np.ndarray = np.linalg.solve(gram, moment[:, :, None])[:, :, 0]
    return solved


def shifted_reactions(own: Sequence[float], other: Sequence[float]) -> pd.DataFrame:
    """A placebo: the reaction of `own` to `other`, and to `other` turned round by 1, 2, … years.

    A shifted series keeps its ups and downs but stands beside the wrong years, so its "reaction" is chance. One row
    per shift: shift (0: the truth), reaction, real.
    """
    theirs = np.asarray(other, dtype=float)
    rows = [
        (shift, estimate(own, np.roll(theirs, shift).tolist()).values[0], shift == 0)
        for shift in range(len(theirs))
    ]
    return pd.DataFrame(rows, columns=["shift", "reaction", "real"])


def forecast(frame: pd.DataFrame, *, x: str, y: str, until: int) -> pd.DataFrame:
    """Both fitted equations run forward in yearly steps from the last year: year, x, y; the columns keep their names.

    `frame` has year and the columns `x` and `y`, one row per year. At most 50 years ahead.
    """
    table = columns("frame", frame, ["year", x, y]).sort_values("year")
    last = int(table["year"].iloc[-1])
    whole("until", until, last, last + 50)
    one = estimate(table[x].tolist(), table[y].tolist()).values
    two = estimate(table[y].tolist(), table[x].tolist()).values
    here = (float(table[x].iloc[-1]), float(table[y].iloc[-1]))
    rows = [(last, *here)]
    for year in range(last + 1, until + 1):
        here = (
            here[0] + one[0] * here[1] - one[1] * here[0] + one[2],
            here[1] + two[0] * here[0] - two[1] * here[1] + two[2],
        )
        rows.append((year, *here))
    return pd.DataFrame(rows, columns=["year", x, y])


def intakes(days: int) -> int:
    """Whole courses of `days` (1 to 365) that fit into a year of 365 days."""
    return 365 // whole("days", days, 1, 365)


def reserve(*, beds: int, days: int, years: int, keeps: int = 10) -> pd.DataFrame:
    """Conscripts as a stock: year, trained (that year), reserve (trained within the last `keeps` years).

    `beds` 0 to 50,000 are filled again with each course of `days`; nobody fails. `years` 1 to 40, `keeps` 1 to 40.
    """
    yearly = whole("beds", beds, 0, 50_000) * intakes(days)
    span, kept = whole("years", years, 1, 40), whole("keeps", keeps, 1, 40)
    return pd.DataFrame(
        {
            "year": range(1, span + 1),
            "trained": yearly,
            "reserve": [yearly * min(year, kept) for year in range(1, span + 1)],
        }
    )
