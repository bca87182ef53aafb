from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import chi2, spearmanr
from statsmodels.stats.contingency_tables import mcnemar as reference_mcnemar
from statsmodels.stats.proportion import proportions_ztest

from balkanlab.models import two_level

FEARS = [83.0, 82.8, 82.1, 82.1, 80.5]


def test_answers_of_the_course_plan() -> None:
    assert two_level.overlap(6, 5) == (5, 6)
    assert two_level.overlap(4, 5) is None
    assert max(FEARS) - min(FEARS) == pytest.approx(2.5)
    test = two_level.two_shares(83.0, 80.5, 1000, 1000)
    assert test.statistic == pytest.approx(1.45, abs=0.005)
    assert test.p_value > 0.05


def test_public_words_close_the_room() -> None:
    table = two_level.bargaining(at_most=6, at_least=5)
    assert (table.room.iloc[0], table.deal.iloc[0]) == (1, True)
    assert not two_level.bargaining(at_most=6, at_least=5, audience_first=2).deal.any()
    one_point = two_level.bargaining(at_most=6, at_least=5, audience_second=1)
    assert (one_point.room.iloc[0], one_point.deal.iloc[0]) == (0, True)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=3, max_size=15))
def test_rank_correlation_equals_scipy(pairs: list[tuple[int, int]]) -> None:
    a, b = [x for x, _ in pairs], [y for _, y in pairs]
    assume(len(set(a)) > 1 and len(set(b)) > 1)
    assert two_level.spearman(a, b) == pytest.approx(spearmanr(a, b).statistic)


@given(st.integers(1, 99), st.integers(1, 99))
def test_two_shares_equal_statsmodels(p: int, q: int) -> None:
    ours = two_level.two_shares(p, q, 400, 900)
    z, value = proportions_ztest([4 * p, 9 * q], [400, 900])
    assert (ours.statistic, ours.p_value) == pytest.approx((z, value))


@given(st.integers(0, 80), st.integers(0, 80))
def test_mcnemar_equals_statsmodels(b: int, c: int) -> None:
    assume(b + c)
    theirs = reference_mcnemar([[10, b], [c, 10]], exact=False, correction=False)
    ours = two_level.mcnemar(b, c)
    assert (ours.statistic, ours.p_value) == pytest.approx((theirs.statistic, theirs.pvalue))


def test_what_the_cross_table_could_say() -> None:
    low, high = two_level.paired_range(83.0, 80.5, 1000)
    # 25 more people said yes to the first question: at best nobody went the other way, at worst as many as can
    assert high == pytest.approx(25)
    assert low == pytest.approx(25**2 / (195 + 170))
    assert low < chi2.ppf(0.95, 1) < high
    assert two_level.paired_range(80, 80, 100) == (0, 0)


def test_margins() -> None:
    assert two_level.margin_pct(50, 1000) == pytest.approx(3.099, abs=0.001)
    assert two_level.margin_pct(76, 6027) == pytest.approx(1.078, abs=0.001)


@pytest.mark.parametrize(
    "call",
    [
        lambda: two_level.spearman([1], [1]),
        lambda: two_level.spearman([1, 1], [1, 2]),
        lambda: two_level.two_shares(0, 0, 10, 10),
        lambda: two_level.mcnemar(0, 0),
        lambda: two_level.margin_pct(101, 10),
    ],
)
def test_nonsense_is_refused(call) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=r"must be|needed|no ranking|cannot|nobody"):
        call()
