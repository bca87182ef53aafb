from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balkanlab.models import insurance

cases = st.tuples(st.integers(1, 6), st.floats(0, 100), st.floats(0, 1))


def by_outcomes(n: int, chance_pct: float, rho: float) -> list[float]:
    """Every combination of who is hit, with the common event on and off."""
    p = chance_pct / 100
    result = [0.0] * (n + 1)
    for pattern in product((0, 1), repeat=n):
        alone = 1.0
        for hit in pattern:
            alone *= p if hit else 1 - p
        result[sum(pattern)] += (1 - rho) * alone
    result[0] += rho * (1 - p)
    result[n] += rho * p
    return result


def test_the_printed_chances() -> None:
    assert insurance.at_least(1, 3, 10) == pytest.approx(0.271)
    assert insurance.at_least(2, 3, 10) == pytest.approx(0.028)
    assert insurance.at_least(2, 3, 10, correlation=1) == pytest.approx(0.1)


@given(cases)
def test_hits_by_all_outcomes(case: tuple[int, float, float]) -> None:
    chances = insurance.hits(*case)
    assert chances == pytest.approx(by_outcomes(*case))
    assert sum(chances) == pytest.approx(1)
    assert sum(k * c for k, c in enumerate(chances)) == pytest.approx(case[0] * case[1] / 100)


@given(st.integers(2, 6), st.floats(1, 99), st.floats(0, 1))
def test_rho_is_the_correlation(n: int, chance_pct: float, rho: float) -> None:
    p = chance_pct / 100
    chances = insurance.hits(n, chance_pct, rho)
    mean = sum(k * c for k, c in enumerate(chances))
    variance = sum(k * k * c for k, c in enumerate(chances)) - mean**2
    assert variance == pytest.approx(n * p * (1 - p) * (1 + (n - 1) * rho), abs=1e-9)
    assert insurance.pooled_risk(n, chance_pct, rho) == pytest.approx(variance**0.5 / n, abs=1e-6)


@given(st.integers(1, 6), st.floats(0, 100), st.floats(0, 20), st.floats(0, 20), st.floats(0, 100))
def test_aid_never_hurts_and_is_useless_if_all_are_hit_together(
    n: int, chance_pct: float, need: float, own: float, lend: float
) -> None:
    for rho in (0.0, 0.5, 1.0):
        table = insurance.unmet_need(
            states=n, chance_pct=chance_pct, correlation=rho, need=need, own=own, lend_pct=lend
        )
        alone, aided = table["missing"]
        assert -1e-9 <= aided <= alone + 1e-9
        assert alone == pytest.approx(
            chance_pct / 100 * max(need - own, 0), abs=1e-9
        )  # luck's link changes nothing alone
    assert aided == pytest.approx(alone)


def test_aid_in_one_closed_case() -> None:
    # two states, chance a half, need 2, own 1, all is lent: one hit is covered in full, two hits lack 1 each
    table = insurance.unmet_need(states=2, chance_pct=50, correlation=0, need=2, own=1, lend_pct=100)
    assert table["missing"].tolist() == pytest.approx([0.5, 0.25])
    assert table["covered_pct"].tolist() == pytest.approx([0, 50])


def test_pooling_has_a_floor() -> None:
    assert insurance.pooled_risk(60, 10, 0.25) > (0.09 * 0.25) ** 0.5
    assert insurance.pooled_risk(3, 10, 1) == pytest.approx(insurance.pooled_risk(1, 10))


def test_wrong_arguments() -> None:
    with pytest.raises(ValueError, match="correlation must be between 0 and 1"):
        insurance.hits(3, 10, 2)
    with pytest.raises(ValueError, match="k must be"):
        insurance.at_least(4, 3, 10)
