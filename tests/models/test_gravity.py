"""Gravity against planted truths and against a second implementation (statsmodels with dummies)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from balkanlab.models import gravity
from balkanlab.models.gravity import Spec

SIMULATED = Spec(first=2000, last=2005)


def dummies(rows: pd.DataFrame, spec: Spec) -> pd.DataFrame:
    """Regressors and one dummy per level of each effect, without redundant columns."""
    names = [name for name in spec.regressors if rows[name].nunique() > 1]
    design = rows[names].assign(constant=1.0)
    blocks = [pd.get_dummies(rows[effect], dtype=float, drop_first=True) for effect in spec.effects]
    full = pd.concat([design, *blocks], axis=1)
    _, r = np.linalg.qr(full.to_numpy())
    return full.loc[:, np.abs(np.diag(r)) > 1e-8]


@pytest.fixture(scope="module")
def small() -> pd.DataFrame:
    return gravity.simulate(countries=8, years=6, affinity=0.5, seed=3)


@pytest.mark.parametrize(
    "spec",
    [
        SIMULATED,
        replace(SIMULATED, pair_effects=False),
        replace(SIMULATED, pair_effects=False, country_year_effects=False),
        replace(SIMULATED, country_year_effects=False),
    ],
)
def test_ppml_against_statsmodels(small: pd.DataFrame, spec: Spec) -> None:
    model = gravity.fit(small, spec)
    # statsmodels cannot drop separated pairs by itself, so it gets the rows that pyfixest kept
    rows = model._data.reset_index(drop=True)
    x = dummies(rows, spec)
    second = sm.GLM(rows["value_kusd"], x, family=sm.families.Poisson()).fit(tol=1e-12, maxiter=200)
    for name in model.coef().index:
        assert model.coef()[name] == pytest.approx(second.params[name], abs=1e-6)


@pytest.mark.parametrize("pair_effects", [True, False])
def test_clustered_errors_against_statsmodels(small: pd.DataFrame, pair_effects: bool) -> None:
    spec = replace(SIMULATED, estimator="OLS in logs", pair_effects=pair_effects)
    model = gravity.fit(small, spec)
    rows = model._data.reset_index(drop=True)
    x = dummies(rows, spec)
    clusters = rows["pair"].astype("category").cat.codes
    second = sm.OLS(rows["log_value"], x).fit(cov_type="cluster", cov_kwds={"groups": clusters})
    # statsmodels corrects for the rank of the design. pyfixest, like fixest, counts every level of the effects but one,
    # and leaves out pair effects because they are nested in the clusters.
    n, rank = x.shape
    levels = rows["exporter_year"].nunique() + rows["importer_year"].nunique() - 1
    scale = np.sqrt((n - rank) / (n - levels - len(model.coef())))
    assert model.coef()["cefta"] == pytest.approx(second.params["cefta"], abs=1e-8)
    assert model.se()["cefta"] == pytest.approx(second.bse["cefta"] * scale, rel=1e-5)


def test_planted_coefficient_is_recovered() -> None:
    draws = [gravity.simulate(coefficient=0.4, countries=14, seed=seed) for seed in range(10)]
    found = [float(gravity.fit(panel, Spec(first=2000, last=2007)).coef()["cefta"]) for panel in draws]
    error = np.std(found, ddof=1) / np.sqrt(len(found))
    assert np.mean(found) == pytest.approx(0.4, abs=3 * error)
    assert error < 0.06


def test_intervals_cover_the_truth_most_of_the_time() -> None:
    inside = 0
    for seed in range(30):
        panel = gravity.simulate(coefficient=0.2, countries=10, noise="larger for small flows", seed=seed)
        row = gravity.estimate(panel, Spec(first=2000, last=2007)).iloc[0]
        inside += row["low"] <= 0.2 <= row["high"]
    assert inside >= 23


def test_old_ties_pass_for_an_agreement_without_pair_effects() -> None:
    table = gravity.simulated_estimates(noise="constant", affinity=1, draws=2, countries=14)
    effect = table.set_index(["estimator", "effects"])["effect_pct"]
    for estimator in gravity.ESTIMATORS:
        assert effect[estimator, "country-year"] > 3 * effect[estimator, "three-way"]
    assert table["true_pct"].unique() == [25.3]


def test_simulation_repeats_itself() -> None:
    pd.testing.assert_frame_equal(gravity.simulate(seed=5), gravity.simulate(seed=5))
    assert not gravity.simulate(seed=5).equals(gravity.simulate(seed=6))


# --- The panel -------------------------------------------------------------------------------------------------

YEARS = range(2006, 2010)
MEMBERS = pd.DataFrame(
    [
        ("SRB", "CEFTA2006", "member", None, None, "2007-10-24", None),
        ("BIH", "CEFTA2006", "member", None, None, "2007-11-22", None),
        ("HRV", "CEFTA2006", "member", None, None, "2007-08-22", "2009-07-01"),
        ("DEU", "EU", "member", None, None, "1958-01-01", None),
        ("HRV", "EU", "member", None, None, "2009-07-01", None),
        ("SRB", "EU_SAA", "partner", None, None, "2008-02-01", None),
    ],
    columns=["iso3", "organisation", "status", "signed", "in_force", "applied", "ended"],
)
CODES = ["BIH", "DEU", "HRV", "SRB"]
TRADE = pd.DataFrame(
    [
        (y, a, b, 100.0 + y + i)
        for y in YEARS
        for i, (a, b) in enumerate((a, b) for a in CODES for b in CODES if a != b)
    ],
    columns=["year", "exporter", "importer", "value_kusd"],
)
PAIRS = pd.DataFrame(
    [
        (b, a, 100.0 * (i + 1), i % 2, 0, 0)
        for i, (a, b) in enumerate((a, b) for a in CODES for b in CODES if a < b)
    ],
    columns=["iso3_a", "iso3_b", "dist_km", "shared_border", "both_exyu", "common_language"],
)
ECONOMIES = pd.DataFrame(
    [(c, y, 1e10) for c in CODES[1:] for y in YEARS], columns=["iso3", "year", "gdp_usd"]
)


@pytest.fixture
def panel() -> pd.DataFrame:
    return gravity.build_panel(TRADE, PAIRS, ECONOMIES, MEMBERS)


def years_with(panel: pd.DataFrame, agreement: str, exporter: str, importer: str) -> list[int]:
    rows = panel[(panel["exporter"] == exporter) & (panel["importer"] == importer) & (panel[agreement] > 0)]
    return rows["year"].tolist()


def test_agreements_count_in_full_years_of_both(panel: pd.DataFrame) -> None:
    assert years_with(panel, "cefta", "SRB", "BIH") == [2008, 2009]
    assert years_with(panel, "cefta", "BIH", "SRB") == [2008, 2009]
    assert years_with(panel, "cefta", "HRV", "SRB") == [2008]
    assert years_with(panel, "cefta", "DEU", "SRB") == []
    assert years_with(panel, "eu", "DEU", "HRV") == []  # joined in the middle of the last year
    assert years_with(panel, "saa", "SRB", "DEU") == [2009]
    assert years_with(panel, "saa", "DEU", "SRB") == [2009]


def test_identifiers_and_geography(panel: pd.DataFrame) -> None:
    assert len(panel) == len(TRADE)
    row = panel[(panel["exporter"] == "SRB") & (panel["importer"] == "BIH")].iloc[0]
    assert (row["pair"], row["directed_pair"]) == ("BIH-SRB", "SRB-BIH")
    assert (row["exporter_year"], row["importer_year"]) == ("SRB2006", "BIH2006")
    assert row["log_distance"] == pytest.approx(np.log(300))
    assert np.isnan(row["log_gdp_importer"])
    assert row["log_gdp_exporter"] == pytest.approx(np.log(1e10))


def test_a_pair_without_geography_is_named() -> None:
    with pytest.raises(ValueError, match="pairs lacks the geography of HRV-SRB"):
        gravity.build_panel(TRADE, PAIRS.iloc[:-1], ECONOMIES, MEMBERS)


def test_samples(panel: pd.DataFrame) -> None:
    all_years = Spec(first=2006, last=2009)
    assert len(gravity.sample_of(panel, all_years)) == len(panel)
    assert set(gravity.sample_of(panel, replace(all_years, sample="core"))["exporter"]) == set(CODES[1:])
    assert set(gravity.sample_of(panel, replace(all_years, skip=(2007,)))["year"]) == {2006, 2008, 2009}
    sizes = replace(all_years, country_year_effects=False)
    assert set(gravity.sample_of(panel, sizes)["exporter"]) == set(CODES[1:])
    zero = panel.assign(value_kusd=panel["value_kusd"].where(panel.index > 0, 0.0))
    assert len(gravity.sample_of(zero, all_years)) == len(panel)
    assert len(gravity.sample_of(zero, replace(all_years, zeros=False))) == len(panel) - 1
    assert len(gravity.sample_of(zero, replace(all_years, estimator="OLS in logs"))) == len(panel) - 1


def test_specifications() -> None:
    naive = Spec(pair_effects=False, country_year_effects=False, history=True)
    assert naive.regressors[3:] == (*gravity.SIZES, *gravity.GEOGRAPHY, *gravity.HISTORY)
    assert naive.effects == ("year",)
    assert Spec(history=True).regressors == gravity.AGREEMENTS
    assert Spec().effects == ("exporter_year", "importer_year", "directed_pair")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"estimator": "GMM"}, "estimator must be one of 'PPML', 'OLS in logs', got 'GMM'"),
        ({"first": 2010, "last": 2010}, "last must be between 2011 and 2100, got 2010"),
        ({"sample": "12"}, "sample must be one of '46', 'core', got '12'"),
    ],
)
def test_wrong_specifications(arguments: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Spec(**arguments)


def test_years_without_a_change_teach_nothing(panel: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="years 2006 to 2007 hold no change"):
        gravity.sample_of(panel, Spec(first=2006, last=2007))


# --- Real data -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real() -> pd.DataFrame:
    from balkanlab.data import load

    return gravity.build_panel(load("trade"), load("pairs"), load("economies"), load("memberships"))


@pytest.fixture(scope="module")
def rungs(real: pd.DataFrame) -> pd.DataFrame:
    return gravity.ladder(real)


def test_the_ladder_falls_from_several_hundred_percent_to_about_nothing(rungs: pd.DataFrame) -> None:
    assert rungs["coef"].tolist() == pytest.approx([1.933, 0.556, 0.968, 0.150, -0.225, -0.064], abs=0.001)
    assert rungs["se"].tolist() == pytest.approx([0.448, 0.297, 0.348, 0.099, 0.165, 0.115], abs=0.001)
    assert rungs["n_obs"].tolist() == [9000, 9000, 31050, 8944, 30962, 31050]
    assert rungs["pairs_cefta"].unique() == [21]
    assert rungs["n_countries"].tolist() == [25, 25, 46, 25, 46, 46]
    three_way = rungs.iloc[4:]
    assert (three_way["low"] < 0).all()
    assert (three_way["high"] > 0).all()
    assert not rungs.isna().any().any()


def test_close_to_the_exploratory_check(real: pd.DataFrame) -> None:
    """The figure pack's own first look; its coding of the other agreements differed a little."""
    early = {"first": 2006, "last": 2012, "skip": (2007,)}
    logs = gravity.estimate(real, Spec(estimator="OLS in logs", **early)).iloc[0]
    ppml = gravity.estimate(real, Spec(**early)).iloc[0]
    assert logs["coef"] == pytest.approx(-0.355, abs=0.02)
    assert ppml["coef"] == pytest.approx(0.029, abs=0.02)
    assert ppml["se"] == pytest.approx(0.095, abs=0.01)
    assert ppml["n_dropped"] == 12


def test_grid_holds_the_ladder_and_pick_finds_it(real: pd.DataFrame, rungs: pd.DataFrame) -> None:
    grid = gravity.ingredient_grid(real, years=[(2006, 2020)], zeros=[True])
    assert len(grid) == 16
    published = {"Published, average": 25.3, "Published, since signature": 44.0}
    chosen = gravity.pick(
        grid,
        estimator="PPML",
        pair_effects=False,
        country_year_effects=False,
        history=False,
        published=published,
    )
    assert chosen["kind"].tolist() == ["this specification", "published", "published"]
    assert chosen["effect_pct"].tolist() == [round(rungs["effect_pct"][0], 1), 25.3, 44]
    assert not chosen.isna().any().any()
    same = [
        gravity.pick(grid, estimator="PPML", pair_effects=True, country_year_effects=True, history=h)
        for h in (False, True)
    ]
    pd.testing.assert_frame_equal(*same)
    with pytest.raises(ValueError, match="years must be one of '2006-2020', got '1990-2000'"):
        gravity.pick(
            grid,
            estimator="PPML",
            pair_effects=True,
            country_year_effects=True,
            history=False,
            years="1990-2000",
        )


def test_trade_had_risen_before_the_agreement(real: pd.DataFrame) -> None:
    path = gravity.event_study(real, first=2000).set_index("year")
    assert path.loc[2007, ["effect_pct", "low_pct", "high_pct"]].tolist() == [0, 0, 0]
    assert path.loc[2000:2003, "effect_pct"].max() < -15
    assert abs(path.loc[2008:2011, "effect_pct"]).max() < 12
    assert (path["low_pct"] <= path["effect_pct"]).all()
