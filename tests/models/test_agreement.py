from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from statsmodels.stats.inter_rater import cohens_kappa as reference

from balkanlab.models import agreement

codings = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=3, max_size=40)


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
@given(codings)
def test_kappa_and_its_interval_equal_statsmodels(pairs: list[tuple[str, str]]) -> None:
    first, second = [a for a, _ in pairs], [b for _, b in pairs]
    assume(len(set(first) | set(second)) > 1)
    ours = agreement.cohens_kappa(first, second)
    theirs = reference(agreement.cross_table(first, second, "abc").to_numpy())
    assert ours.kappa == pytest.approx(theirs.kappa)
    if not math.isnan(theirs.kappa_low):  # a variance that should be 0 comes out a hair below it there
        assert ours.low == pytest.approx(theirs.kappa_low, abs=1e-6)
        assert ours.high == pytest.approx(theirs.kappa_upp, abs=1e-6)


def test_by_hand() -> None:
    # five statements, four agreements: p_o = 0.8; labels agenda, deterrence, past, control, future
    key = ["agenda", "deterrence", "past", "control", "future"]
    other = ["agenda", "deterrence", "past", "control", "control"]
    result = agreement.cohens_kappa(key, other)
    assert result.raw == pytest.approx(0.8)
    assert result.expected == pytest.approx((1 + 1 + 1 + 2 + 0) / 25)
    assert result.kappa == pytest.approx(0.6 / 0.8)
    assert agreement.cohens_kappa("aabb", "bbaa").kappa == -1
    assert agreement.cohens_kappa("aabb", "aabb").kappa == 1


@pytest.mark.parametrize("pair", [("aa", "a"), ("", ""), ("aaa", "aaa")])
def test_nonsense_is_refused(pair: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match=r"needed|undefined"):
        agreement.cohens_kappa(*pair)


def test_unknown_labels_are_named() -> None:
    with pytest.raises(ValueError, match="unknown label 'x'"):
        agreement.cross_table("ax", "aa", "ab")
