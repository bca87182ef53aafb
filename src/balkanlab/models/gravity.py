"""Gravity on real data: what did an agreement add, and how much of the answer is the specification?

    E[Xᵢⱼₜ] = exp(b · agreementᵢⱼₜ + controls + effects)

Poisson pseudo-maximum likelihood (PPML) estimates this as it stands, zeros included (Santos Silva and
Tenreyro 2006). Least squares estimates it in logs, without the zeros. Exporter-year and importer-year effects
take the place of sizes and of resistance to trade with everyone else (Anderson and van Wincoop 2003). Pair
effects compare each pair with itself and so absorb distance, language, history and older ties (Baier and
Bergstrand 2007). Standard errors are clustered by undirected pair.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import product
from typing import Any, Literal

import numpy as np
import pandas as pd

from balkanlab.models._check import columns, one_of, whole, within
from balkanlab.models.memberships import full_years
from balkanlab.models.trade import agreement_effect_pct

Estimator = Literal["PPML", "OLS in logs"]
ESTIMATORS: tuple[Estimator, ...] = ("PPML", "OLS in logs")
Sample = Literal["46", "core"]
SAMPLES: tuple[Sample, ...] = ("46", "core")
AGREEMENTS = ("cefta", "eu", "saa")
GEOGRAPHY = ("log_distance", "border")
HISTORY = ("exyu", "language")
SIZES = ("log_gdp_exporter", "log_gdp_importer")
NORMAL_95 = 1.959963984540054


@dataclass(frozen=True)
class Spec:
    """One specification: which ingredients go in.

    estimator: "PPML" or "OLS in logs" (which cannot keep zeros);
    pair_effects: one effect per directed pair, which makes geography and history superfluous;
    country_year_effects: exporter-year and importer-year effects; without them year effects and log GDPs, and
    then
        only countries whose GDP is known can stay;
    history: controls for a common federation before 1991 and a common language;
    zeros: keep flows of 0 (PPML only);
    first, last: years; skip: years left out in between;
    sample: "46" (all countries of the trade frame) or "core" (those with a GDP).
    """

    estimator: Estimator = "PPML"
    pair_effects: bool = True
    country_year_effects: bool = True
    history: bool = False
    zeros: bool = True
    first: int = 2006
    last: int = 2020
    skip: tuple[int, ...] = ()
    sample: Sample = "46"

    def __post_init__(self) -> None:
        one_of("estimator", self.estimator, ESTIMATORS)
        one_of("sample", self.sample, SAMPLES)
        whole("first", self.first, 1900, 2100)
        whole("last", self.last, self.first + 1, 2100)

    @property
    def regressors(self) -> tuple[str, ...]:
        """Columns of the panel on the right-hand side, agreements first."""
        names: tuple[str, ...] = AGREEMENTS
        if not self.country_year_effects:
            names += SIZES
        if not self.pair_effects:
            names += GEOGRAPHY + (HISTORY if self.history else ())
        return names

    @property
    def effects(self) -> tuple[str, ...]:
        """Columns of the panel that get an effect per value."""
        time = ("exporter_year", "importer_year") if self.country_year_effects else ("year",)
        return (*time, "directed_pair") if self.pair_effects else time


def build_panel(
    trade: pd.DataFrame, pairs: pd.DataFrame, economies: pd.DataFrame, memberships: pd.DataFrame
) -> pd.DataFrame:
    """The estimation panel: one row per exporter, importer and year of the trade frame.

    Takes the frames trade (year, exporter, importer, value_kusd), pairs (iso3_a, iso3_b, dist_km,
    shared_border, both_exyu, common_language), economies (iso3, year, gdp_usd) and memberships. Adds:
    pair (undirected), directed_pair, exporter_year, importer_year; log_distance, border, exyu, language;
    log_gdp_exporter, log_gdp_importer (NaN where unknown); and three agreements, each 1 in years in which it
    held from January to December: cefta (both in CEFTA 2006), eu (both in the EU), saa (one in the EU, the
    other applying the trade part of its association agreement). Raises ValueError for a pair without
    geography.
    """
    columns("trade", trade, ("year", "exporter", "importer", "value_kusd"))
    columns("pairs", pairs, ("iso3_a", "iso3_b", "dist_km", "shared_border", "both_exyu", "common_language"))
    columns("economies", economies, ("iso3", "year", "gdp_usd"))
    panel = trade[["year", "exporter", "importer", "value_kusd"]].reset_index(drop=True)
    panel = panel.assign(**_identifiers(panel))
    low = pairs["iso3_a"].where(pairs["iso3_a"] < pairs["iso3_b"], pairs["iso3_b"])
    high = pairs["iso3_b"].where(pairs["iso3_a"] < pairs["iso3_b"], pairs["iso3_a"])
    geography = pd.DataFrame(
        {
            "pair": low + "-" + high,
            "log_distance": np.log(pairs["dist_km"].astype(float)),
            "border": pairs["shared_border"].astype(float),
            "exyu": pairs["both_exyu"].astype(float),
            "language": pairs["common_language"].astype(float),
        }
    )
    panel = panel.merge(geography, on="pair", how="left", validate="many_to_one")
    if panel["log_distance"].isna().any():
        unknown = sorted(panel.loc[panel["log_distance"].isna(), "pair"].unique())
        raise ValueError(f"pairs lacks the geography of {', '.join(unknown[:5])}")
    gdp = economies.set_index(["iso3", "year"])["gdp_usd"].astype(float)
    for side in ("exporter", "importer"):
        keys = pd.MultiIndex.from_frame(panel[[side, "year"]])
        panel[f"log_gdp_{side}"] = np.log(gdp.reindex(keys).to_numpy())
    return panel.assign(**_agreements(panel, memberships))


def _identifiers(panel: pd.DataFrame) -> dict[str, pd.Series[str]]:
    exporter, importer = panel["exporter"].astype(str), panel["importer"].astype(str)
    year = panel["year"].astype(str)
    first = exporter.where(exporter < importer, importer)
    second = importer.where(exporter < importer, exporter)
    return {
        "pair": first + "-" + second,
        "directed_pair": exporter + "-" + importer,
        "exporter_year": exporter + year,
        "importer_year": importer + year,
    }


def _agreements(panel: pd.DataFrame, memberships: pd.DataFrame) -> dict[str, pd.Series[float]]:
    years = [int(y) for y in panel["year"].unique()]
    inside: dict[tuple[str, str], pd.Series[bool]] = {}
    for club in ("CEFTA2006", "EU", "EU_SAA"):
        members = full_years(memberships, years, organisation=club)
        for side in ("exporter", "importer"):
            keys = zip(panel[side], panel["year"], strict=True)
            inside[club, side] = pd.Series([(str(c), int(y)) in members for c, y in keys], index=panel.index)

    def both(a: str, b: str) -> pd.Series[bool]:
        return inside[a, "exporter"] & inside[b, "importer"]

    return {
        "cefta": both("CEFTA2006", "CEFTA2006").astype(float),
        "eu": both("EU", "EU").astype(float),
        "saa": (both("EU", "EU_SAA") | both("EU_SAA", "EU")).astype(float),
    }


def sample_of(panel: pd.DataFrame, spec: Spec) -> pd.DataFrame:
    """Rows of the panel that a specification uses. Raises ValueError if none of them, or all, have the
    agreement.

    1. Years first to last without the skipped ones.
    2. Countries with a known GDP only, if the sample is "core" or if GDPs are regressors.
    3. No zeros for least squares in logs, and none for PPML if `zeros` is off.
    """
    rows = panel[panel["year"].between(spec.first, spec.last) & ~panel["year"].isin(list(spec.skip))]
    if spec.sample == "core" or not spec.country_year_effects:
        rows = rows[rows["log_gdp_exporter"].notna() & rows["log_gdp_importer"].notna()]
    if spec.estimator == "OLS in logs" or not spec.zeros:
        rows = rows[rows["value_kusd"] > 0]
    if rows["cefta"].nunique() < 2:
        raise ValueError(f"years {spec.first} to {spec.last} hold no change of the agreement to learn from")
    return rows.assign(log_value=np.log(rows["value_kusd"].where(rows["value_kusd"] > 0)))


def fit(panel: pd.DataFrame, spec: Spec) -> Any:
    """The pyfixest model of a specification; `.tidy()` has every coefficient. Errors clustered by undirected
    pair.
    """
    rows = sample_of(panel, spec)
    used = [name for name in spec.regressors if rows[name].nunique() > 1]
    outcome = "value_kusd" if spec.estimator == "PPML" else "log_value"
    return _run(spec.estimator, outcome, used, spec.effects, rows)


def _run(
    estimator: Estimator, outcome: str, regressors: Iterable[str], effects: Iterable[str], rows: pd.DataFrame
) -> Any:
    import pyfixest

    command = pyfixest.fepois if estimator == "PPML" else pyfixest.feols
    formula = f"{outcome} ~ {' + '.join(regressors)} | {' + '.join(effects)}"
    with warnings.catch_warnings():
        # dropped observations are counted in the tables instead
        warnings.filterwarnings("ignore", message=".*(separation|singleton)", category=UserWarning)
        warnings.simplefilter("ignore", DeprecationWarning)  # pyfixest's use of pandas
        return command(formula, data=rows, vcov={"CRV1": "pair"})


def estimate(panel: pd.DataFrame, spec: Spec, *, label: str = "") -> pd.DataFrame:
    """Estimate one specification: a frame of one row.

    Columns: label, the fields of `Spec` (skip as text), effects (names joined by " + "), coef, se, low, high
    (95 %), effect_pct, low_pct, high_pct, n_obs, n_countries, n_pairs (undirected), pairs_cefta (undirected
    pairs with the agreement in the sample), pairs_switching (of these, pairs seen with and without it),
    n_dropped (observations given up as separated or alone in their effect). Raises ValueError if the
    coefficient is not identified.
    """
    model = fit(panel, spec)
    if "cefta" not in model.coef().index:
        raise ValueError(f"the agreement is collinear with the effects in {spec}")
    coef, se = float(model.coef()["cefta"]), float(model.se()["cefta"])
    low, high = coef - NORMAL_95 * se, coef + NORMAL_95 * se
    rows = sample_of(panel, spec)
    by_pair = rows.groupby("pair")["cefta"].agg(["min", "max"])
    fields = asdict(spec) | {"skip": " ".join(map(str, spec.skip))}
    return pd.DataFrame(
        [
            {"label": label or _name(spec)}
            | fields
            | {
                "effects": " + ".join(spec.effects),
                "coef": coef,
                "se": se,
                "low": low,
                "high": high,
                "effect_pct": agreement_effect_pct(coef),
                "low_pct": agreement_effect_pct(low),
                "high_pct": agreement_effect_pct(high),
                "n_obs": int(model._N),
                "n_countries": int(rows["exporter"].nunique()),
                "n_pairs": len(by_pair),
                "pairs_cefta": int((by_pair["max"] > 0).sum()),
                "pairs_switching": int((by_pair["max"] > by_pair["min"]).sum()),
                "n_dropped": len(rows) - int(model._N),
            }
        ]
    )


def _name(spec: Spec) -> str:
    parts = [spec.estimator, "country-year" if spec.country_year_effects else "year and GDPs"]
    if spec.pair_effects:
        parts.append("pair")
    elif spec.history:
        parts.append("history")
    return ", ".join(parts)


RUNGS: tuple[tuple[str, Spec], ...] = (
    ("1 PPML: sizes, distance, border", Spec(pair_effects=False, country_year_effects=False)),
    ("2 + former federation, language", Spec(pair_effects=False, country_year_effects=False, history=True)),
    ("3 + country-year effects for sizes", Spec(pair_effects=False, history=True)),
    ("4 Logs: pair and year effects, sizes", Spec(estimator="OLS in logs", country_year_effects=False)),
    ("5 Logs: three-way effects", Spec(estimator="OLS in logs")),
    ("6 PPML: three-way effects", Spec()),
)


def ladder(
    panel: pd.DataFrame, *, first: int = 2006, last: int = 2020, skip: Sequence[int] = ()
) -> pd.DataFrame:
    """From the naive to the three-way specification: `estimate` for each of RUNGS, one row each, in order."""
    return pd.concat(
        [
            estimate(panel, replace(spec, first=first, last=last, skip=tuple(skip)), label=label)
            for label, spec in RUNGS
        ],
        ignore_index=True,
    )


def ingredient_grid(
    panel: pd.DataFrame,
    *,
    years: Iterable[tuple[int, int]] = ((2000, 2012), (2000, 2020), (2006, 2012), (2006, 2020)),
    samples: Iterable[Sample] = ("46",),
    zeros: Iterable[bool] = (True, False),
) -> pd.DataFrame:
    """Every combination of ingredients, estimated once: the table behind the explorer.

    Columns as in `estimate`, plus `years` ("2006-2020"). Rows that differ only in an ingredient without
    effect (history under pair effects, zeros under logs) repeat the same estimate, so each setting can be
    looked up.
    """
    done: dict[Spec, pd.DataFrame] = {}
    found = []
    for (first, last), sample, estimator, pair, country_year, history, zero in product(
        list(years), list(samples), ESTIMATORS, (False, True), (False, True), (False, True), list(zeros)
    ):
        spec = Spec(
            estimator=estimator,
            pair_effects=pair,
            country_year_effects=country_year,
            history=history and not pair,
            zeros=zero or estimator != "PPML",
            first=first,
            last=last,
            sample=sample,
        )
        if spec not in done:
            done[spec] = estimate(panel, spec)
        found.append(done[spec].assign(history=history, zeros=zero, years=f"{first}-{last}"))
    return pd.concat(found, ignore_index=True)


def pick(
    grid: pd.DataFrame,
    *,
    estimator: Estimator,
    pair_effects: bool,
    country_year_effects: bool,
    history: bool,
    zeros: bool = True,
    years: str = "2006-2020",
    sample: Sample = "46",
    published: Mapping[str, float] | None = None,
    digits: int = 1,
) -> pd.DataFrame:
    """Look one setting up in `ingredient_grid`, beside published effects.

    `published` maps a label to a percent effect. Percentages are rounded to `digits`, so that stored outputs
    do not depend on the last bits of a solver. Rows: label, kind ("this specification" or "published"),
    effect_pct, low_pct, high_pct (the point itself where no interval was published), coef, se, n_obs,
    pairs_cefta, pairs_switching (0 for published ones). Raises ValueError if the grid lacks the setting.
    """
    whole("digits", digits, 0, 6)
    wanted = {
        "estimator": estimator,
        "pair_effects": pair_effects,
        "country_year_effects": country_year_effects,
        "history": history,
        "zeros": zeros,
        "years": years,
        "sample": sample,
    }
    for name, value in wanted.items():
        one_of(name, value, list(dict.fromkeys(columns("grid", grid, [name])[name].tolist())))
    chosen = grid
    for name, value in wanted.items():
        chosen = chosen[chosen[name] == value]
    if len(chosen) != 1:
        raise ValueError(f"grid must hold the setting once, found {len(chosen)} rows for {wanted}")
    row = chosen.iloc[0]
    rows: list[tuple[Any, ...]] = [
        (
            "This specification",
            "this specification",
            *(round(float(row[c]), digits) for c in ("effect_pct", "low_pct", "high_pct")),
            round(float(row["coef"]), 3),
            round(float(row["se"]), 3),
            *(int(row[c]) for c in ("n_obs", "pairs_cefta", "pairs_switching")),
        )
    ]
    for label, effect in (published or {}).items():
        rows.append((label, "published", float(effect), float(effect), float(effect), 0.0, 0.0, 0, 0, 0))
    return pd.DataFrame(
        rows,
        columns=[
            "label",
            "kind",
            "effect_pct",
            "low_pct",
            "high_pct",
            "coef",
            "se",
            "n_obs",
            "pairs_cefta",
            "pairs_switching",
        ],
    )


def event_study(
    panel: pd.DataFrame, *, base_year: int = 2007, first: int = 2006, last: int = 2020
) -> pd.DataFrame:
    """Trade among the parties of CEFTA 2006, year by year, against what three-way effects expect; PPML.

    1. Treated are the pairs that have the agreement in the last year; pairs that had it and lost it are left
       out.
    2. One coefficient per year for the treated, `base_year` being 0, beside eu, saa and three-way effects.

    If the agreement did the work, the path is flat before `base_year` and rises after.
    Rows: year, effect_pct, low_pct, high_pct (0 in the base year).
    """
    rows = sample_of(panel, Spec(first=first, last=last))
    years = sorted(int(y) for y in rows["year"].unique())
    one_of("base_year", base_year, years)
    keepers = set(rows.loc[(rows["year"] == years[-1]) & (rows["cefta"] > 0), "pair"])
    leavers = set(rows.loc[rows["cefta"] > 0, "pair"]) - keepers
    rows = rows[~rows["pair"].isin(leavers)]
    ever = rows["pair"].isin(keepers).astype(float)
    dummies = {f"y{y}": ever * (rows["year"] == y) for y in years if y != base_year}
    regressors = [*dummies, "eu", "saa"]
    model = _run("PPML", "value_kusd", regressors, Spec().effects, rows.assign(**dummies))
    path = []
    for year in years:
        coef = 0.0 if year == base_year else float(model.coef()[f"y{year}"])
        half = 0.0 if year == base_year else NORMAL_95 * float(model.se()[f"y{year}"])
        path.append((year, *map(agreement_effect_pct, (coef, coef - half, coef + half))))
    return pd.DataFrame(path, columns=["year", "effect_pct", "low_pct", "high_pct"])


# --- A world in which we know the truth ------------------------------------------------------------------------

Noise = Literal["constant", "larger for small flows"]
NOISES: tuple[Noise, ...] = ("constant", "larger for small flows")


def simulate(
    *,
    coefficient: float = 0.2255,
    noise: Noise = "constant",
    affinity: float = 1.0,
    countries: int = 14,
    years: int = 8,
    seed: int = 1,
) -> pd.DataFrame:
    """A panel with a planted agreement coefficient, in the columns of `build_panel`.

    1. Countries get sizes that change by themselves, and places on a plane; pairs get an unseen affinity.
    2. The fifth of pairs with the highest affinity signs, in the middle year. `affinity` (0 to 2) is its
       weight in trade; the larger, the more a comparison between pairs mistakes old ties for the agreement.
    3. Expected trade follows the gravity equation; times noise of mean 1 whose variance is constant or falls
       with the size of the flow; counted in whole units, so that small flows become zeros (Santos Silva and
       Tenreyro 2006).

    `coefficient` −2 to 2, `countries` 6 to 40, `years` 4 to 30. The same seed gives the same panel.
    """
    b = within("coefficient", coefficient, -2, 2)
    one_of("noise", noise, NOISES)
    weight = within("affinity", affinity, 0, 2)
    n, periods = whole("countries", countries, 6, 40), whole("years", years, 4, 30)
    rng = np.random.default_rng(seed)
    size = rng.normal(1.6, 0.8, (n, 1)) + np.cumsum(rng.normal(0.02, 0.05, (n, periods)), axis=1)
    place = rng.uniform(0, 10, (n, 2))
    distance = np.log(0.5 + np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1)))
    tie = rng.normal(0, 1, (n, n))
    tie = (tie + tie.T) / np.sqrt(2)
    signs = tie > np.quantile(tie[np.triu_indices(n, 1)], 0.8)
    i, j, t = (axis.ravel() for axis in np.indices((n, n, periods)))
    i, j, t = (axis[i != j] for axis in (i, j, t))
    active = (signs[i, j] & (t >= periods // 2)).astype(float)
    mean = np.exp(size[i, t] + size[j, t] - distance[i, j] + weight * tie[i, j] + b * active)
    shape = np.full(len(mean), 4.0) if noise == "constant" else np.clip(mean / 4, 0.25, 40)
    names = np.array([f"C{k:02d}" for k in range(n)])
    panel = pd.DataFrame(
        {
            "year": 2000 + t,
            "exporter": names[i],
            "importer": names[j],
            "value_kusd": rng.poisson(mean * rng.gamma(shape, 1 / shape)).astype(float),
            "log_distance": distance[i, j],
            "log_gdp_exporter": size[i, t],
            "log_gdp_importer": size[j, t],
            "cefta": active,
        }
    )
    return panel.assign(**_identifiers(panel), border=0.0, exyu=0.0, language=0.0, eu=0.0, saa=0.0)


def simulated_estimates(
    *,
    noise: Noise,
    affinity: float,
    coefficient: float = 0.2255,
    draws: int = 6,
    countries: int = 20,
    digits: int = 1,
) -> pd.DataFrame:
    """Four estimators on simulated panels whose truth is known; arguments as in `simulate`.

    Rows: estimator, effects ("country-year", "three-way"), effect_pct (of the mean coefficient over `draws`
    panels), low_pct, high_pct (smallest and largest draw), true_pct, zeros_pct (share of zeros in the data).
    """
    panels = [
        simulate(coefficient=coefficient, noise=noise, affinity=affinity, countries=countries, seed=seed)
        for seed in range(1, whole("draws", draws, 1, 200) + 1)
    ]
    first, last = int(panels[0]["year"].min()), int(panels[0]["year"].max())
    rows = []
    for estimator, pair in product(ESTIMATORS, (False, True)):
        spec = Spec(estimator=estimator, pair_effects=pair, first=first, last=last)
        found = [float(fit(panel, spec).coef()["cefta"]) for panel in panels]
        effects = (agreement_effect_pct(x) for x in (sum(found) / len(found), min(found), max(found)))
        rows.append(
            (estimator, "three-way" if pair else "country-year", *(round(x, digits) for x in effects))
        )
    zeros = sum(float((panel["value_kusd"] == 0).mean()) for panel in panels) / len(panels)
    return pd.DataFrame(rows, columns=["estimator", "effects", "effect_pct", "low_pct", "high_pct"]).assign(
        true_pct=round(agreement_effect_pct(coefficient), digits), zeros_pct=round(100 * zeros, digits)
    )
