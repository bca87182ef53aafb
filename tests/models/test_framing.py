from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balkanlab.models import framing
from balkanlab.models.framing import BIAS

TWO = {"believer": 0.8, "sceptic": 0.2}


def ends(bias: str) -> dict[str, float]:
    news = framing.read_news(priors=TWO, strength=2, for_it=3, against=2, bias=bias)
    last = news[news["signal"] == 5]
    return dict(zip(last["reader"], last["belief_pct"] / 100, strict=True))


def test_the_printed_beliefs() -> None:
    assert ends(BIAS[0]) == pytest.approx({"believer": 8 / 9, "sceptic": 1 / 3})
    turned = ends(BIAS[2])
    assert turned["believer"] == pytest.approx(0.992, abs=5e-4)
    assert turned["sceptic"] == pytest.approx(0.0078, abs=5e-5)
    assert turned["believer"] - turned["sceptic"] == pytest.approx(0.984, abs=1e-3)


def test_skipping_is_counting_one_side_only() -> None:
    assert ends(BIAS[1]) == pytest.approx({"believer": 32 / 33, "sceptic": 1 / 17})


@given(st.floats(0.01, 0.99), st.floats(1.1, 5), st.integers(0, 6), st.integers(0, 6))
def test_bayes_by_counting_worlds(prior: float, strength: float, plus: int, minus: int) -> None:
    news = framing.read_news(priors={"r": prior}, strength=strength, for_it=plus, against=minus, bias=BIAS[0])
    true, false = prior * strength**plus, (1 - prior) * strength**minus
    assert news["belief_pct"].iloc[-1] == pytest.approx(100 * true / (true + false))


@given(st.floats(0.51, 0.99), st.floats(1.1, 5), st.integers(0, 6), st.integers(0, 6))
def test_the_stronger_the_bias_the_wider_the_gap(
    prior: float, strength: float, plus: int, minus: int
) -> None:
    gaps = [
        framing.gap(
            framing.read_news(
                priors={"a": prior, "b": 1 - prior}, strength=strength, for_it=plus, against=minus, bias=bias
            ),
            signal=plus + minus,
        )
        for bias in BIAS
    ]
    assert gaps[0] <= gaps[1] + 1e-9 <= gaps[2] + 2e-9


def test_wrong_arguments() -> None:
    with pytest.raises(ValueError, match="bias must be one of"):
        framing.heard(2, 0.5, "deaf")
    with pytest.raises(ValueError, match="strength must be above 1"):
        framing.read_news(priors=TWO, strength=1, for_it=1, against=1, bias=BIAS[0])
    news = framing.read_news(priors=TWO, strength=2, for_it=1, against=0, bias=BIAS[0])
    with pytest.raises(ValueError, match="signal must be one of 0 to 1"):
        framing.gap(news, signal=4)
