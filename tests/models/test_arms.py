from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from balkanlab.models import arms

PLAN = arms.Race(k=0.3, l=0.4, a=0.5, b=0.6, g=0.1, h=0.05)
small = st.floats(0.05, 1)


def test_answers_of_the_course_plan() -> None:
    assert PLAN.margin == pytest.approx(0.18)
    assert PLAN.balance == pytest.approx((0.417, 0.361), abs=0.0005)
    assert PLAN.stable
    assert not arms.Race(0.6, 0.6, 0.5, 0.5, 0.1, 0.1).stable
    assert 2700 / 12 == 225
    assert pytest.approx(2.70, abs=0.005) == 2700 / 999
    assert arms.intakes(60) == 6
    four_years = arms.reserve(beds=5000, days=60, years=4)
    assert four_years["trained"].tolist() == [30_000] * 4
    assert four_years["reserve"].iloc[-1] == 120_000
    # 75 days in a row, not 60, would leave four courses a year
    assert arms.reserve(beds=5000, days=75, years=4)["reserve"].iloc[-1] == 80_000


@settings(max_examples=40, deadline=None)
@given(small, small, small, small, st.floats(-0.2, 0.5), st.floats(-0.2, 0.5))
def test_the_path_equals_a_numerical_solver(
    k: float,
    l: float,  # noqa: E741
    a: float,
    b: float,
    g: float,
    h: float,
) -> None:
    race = arms.Race(k, l, a, b, g, h)
    ours = arms.path(race, x0=1, y0=2, years=5, points=11)
    solved = solve_ivp(
        lambda _, z: [k * z[1] - a * z[0] + g, l * z[0] - b * z[1] + h],
        (0, 5),
        [1, 2],
        t_eval=np.linspace(0, 5, 11),
        rtol=1e-9,
        atol=1e-10,
    )
    assert ours[["x", "y"]].to_numpy() == pytest.approx(solved.y.T, rel=1e-5, abs=1e-6)


@given(small, small, small, small)
def test_stability_is_what_the_eigenvalues_say(k: float, l: float, a: float, b: float) -> None:  # noqa: E741
    race = arms.Race(k, l, a, b, 0.1, 0.1)
    assume(abs(race.margin) > 1e-6)
    roots = np.linalg.eigvals(np.array([[-a, k], [l, -b]]))
    assert race.stable == bool((roots.real < 0).all())
    balance = race.balance
    assert balance is not None
    assert k * balance[1] - a * balance[0] + 0.1 == pytest.approx(0, abs=1e-6)


def test_a_runaway_race_is_held_at_the_ceiling() -> None:
    table = arms.path(arms.Race(1, 1, 0.1, 0.1, 1, 1), x0=1, y0=1, years=60)
    assert table["x"].iloc[-1] == arms.CEILING


def test_estimates_equal_statsmodels() -> None:
    rng = np.random.default_rng(1)
    x = 1 + np.abs(np.cumsum(rng.normal(0, 0.1, 26)))
    y = 1 + np.abs(np.cumsum(rng.normal(0, 0.1, 26)))
    ours = arms.estimate(x.tolist(), y.tolist(), lags=2)
    theirs = sm.OLS(np.diff(x), np.column_stack([y[:-1], -x[:-1], np.ones(25)])).fit(
        cov_type="HAC", cov_kwds={"maxlags": 2, "use_correction": True}, use_t=True
    )
    assert ours.values == pytest.approx(theirs.params)
    assert ours.errors == pytest.approx(theirs.bse)
    assert np.column_stack([ours.low, ours.high]) == pytest.approx(theirs.conf_int())
    assert ours.r2 == pytest.approx(theirs.rsquared)
    assert ours.frame()["term"].tolist() == ["reaction", "fatigue", "grievance"]


def test_the_truth_is_found_again_in_data_without_error() -> None:
    x, y = [3.0], [0.5]
    for _ in range(12):
        x, y = [*x, x[-1] + 0.3 * y[-1] - 0.5 * x[-1] + 0.1], [*y, y[-1] + 0.4 * x[-1] - 0.6 * y[-1] + 0.05]
    assert arms.estimate(x, y).values == pytest.approx((0.3, 0.5, 0.1))
    assert arms.estimate(y, x).values == pytest.approx((0.4, 0.6, 0.05))
    draws = arms.stability_draws(x, y, draws=50)
    assert draws == pytest.approx(np.full(50, 0.18), abs=1e-3)


def test_draws_repeat_and_shifts_start_with_the_truth() -> None:
    rng = np.random.default_rng(3)
    x, y = (1 + rng.random(20)).tolist(), (1 + rng.random(20)).tolist()
    first, again = (arms.stability_draws(x, y, draws=100, seed=4) for _ in range(2))
    assert first.tolist() == again.tolist()
    assert first.shape == (100,)
    shifts = arms.shifted_reactions(x, y)
    assert len(shifts) == 20
    assert shifts["reaction"].iloc[0] == pytest.approx(arms.estimate(x, y).values[0])
    assert shifts["real"].sum() == 1


def test_the_phase_plane_keeps_inside_its_frame() -> None:
    for reaction in (0.2, 0.9):
        table = arms.phase(reaction=reaction, fatigue=0.5, grievance=0.5)
        assert table[["x", "y"]].to_numpy().min() >= 0
        assert table[["x", "y"]].to_numpy().max() <= 6 + 1e-9
        assert table["stable"].iloc[0] == (reaction < 0.5)


@pytest.mark.parametrize(
    "call",
    [
        lambda: arms.Race(-0.1, 0, 0, 0, 0, 0),
        lambda: arms.estimate([1, 2, 3], [1, 2, 3]),
        lambda: arms.estimate([1, 2, 3, 4, 5, 6], [1, 2, 3]),
        lambda: arms.reserve(beds=10, days=0, years=1),
        lambda: arms.path(PLAN, x0=1, y0=1, years=0),
        lambda: arms.least_squares(np.ones((2, 3)), np.ones(2)),
    ],
)
def test_nonsense_is_refused(call) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=r"must be|needed|need more"):
        call()
