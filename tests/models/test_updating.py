from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from balkanlab.models import updating

beliefs = st.floats(0.001, 0.999)
rates = st.floats(0.01, 0.99)


def test_answers_of_the_course_plan() -> None:
    assert updating.posterior(0.5, 3) == pytest.approx(0.75)
    assert updating.posterior(0.5, 1 / 3) == pytest.approx(0.25)
    assert updating.posterior(0.5, 3) >= 0.667
    assert updating.update(0.5, [3, 1 / 3, 1 / 3])[-1] == pytest.approx(0.25)
    assert not updating.gesture(prior=0.5, cost=1, worth_trustworthy=6, worth_hostile=3).informative


@given(beliefs, rates, rates)
def test_bayes_by_counting_cases(prior: float, hit: float, alarm: float) -> None:
    """The textbook's formula with a total probability in the denominator, signal and silence."""
    seen = prior * hit / (prior * hit + (1 - prior) * alarm)
    silent = prior * (1 - hit) / (prior * (1 - hit) + (1 - prior) * (1 - alarm))
    assert updating.posterior(prior, updating.likelihood_ratio(hit, alarm)) == pytest.approx(seen)
    assert updating.posterior(prior, updating.likelihood_ratio(hit, alarm, seen=False)) == pytest.approx(
        silent
    )
    # what one expects to believe tomorrow is what one believes today
    chance = prior * hit + (1 - prior) * alarm
    assert chance * seen + (1 - chance) * silent == pytest.approx(prior)


@given(beliefs, st.lists(st.floats(0.1, 10), max_size=6))
def test_the_order_of_signals_does_not_matter(prior: float, ratios: list[float]) -> None:
    assert updating.update(prior, ratios)[-1] == pytest.approx(updating.update(prior, ratios[::-1])[-1])
    assert updating.update(prior, ratios)[-1] == pytest.approx(updating.posterior(prior, math.prod(ratios)))


def test_certain_readers_never_learn_and_certain_signals_teach_all() -> None:
    assert updating.posterior(0, math.inf) == 0
    assert updating.posterior(1, 0) == 1
    assert updating.posterior(0.01, math.inf) == 1
    assert updating.posterior(0.99, 0) == 0
    assert updating.likelihood_ratio(0, 0) == 1
    assert updating.likelihood_ratio(0.5, 0) == math.inf


@pytest.mark.parametrize(
    ("cost", "good", "bad", "after"), [(2, True, True, 0.4), (4, True, False, 1.0), (8, False, False, 0.4)]
)
def test_only_a_cost_between_the_two_worths_tells_types_apart(
    cost: float, good: bool, bad: bool, after: float
) -> None:
    made = updating.gesture(prior=0.4, cost=cost, worth_trustworthy=6, worth_hostile=3)
    assert (made.trustworthy_makes_it, made.hostile_makes_it) == (good, bad)
    assert made.after == pytest.approx(after)
    assert made.informative == (good != bad)
    if made.informative:
        assert made.after_silence == 0


def test_reassurance_survives_a_little_noise() -> None:
    table = updating.reassurance(prior=0.4, cost=4, noise=0.05).set_index("moment")
    assert table.belief_pct["a gesture is seen"] == pytest.approx(
        100 * 0.4 * 0.95 / (0.4 * 0.95 + 0.6 * 0.05)
    )
    assert table.restrains.tolist() == [False, True, False]
    cheap = updating.reassurance(prior=0.4, cost=1)
    assert cheap.belief_pct.tolist() == pytest.approx([40, 40, 40])
    coin = updating.reassurance(prior=0.4, cost=4, noise=0.5)
    assert coin.belief_pct.tolist() == pytest.approx([40, 40, 40])


def test_fair_readers_move_in_parallel_and_biased_ones_drift_apart() -> None:
    priors = {"hopeful": 0.7, "wary": 0.3}
    mixed = [2, 0.5] * 6
    fair = updating.readers(priors=priors, ratios=mixed)
    end = fair[fair.signal == 12].set_index("reader").belief_pct
    assert end["hopeful"] == pytest.approx(70)
    assert end["wary"] == pytest.approx(30)
    deaf = updating.readers(priors=priors, ratios=mixed, bias=0.3)
    end = deaf[deaf.signal == 12].set_index("reader").belief_pct
    assert end["hopeful"] > 99
    assert end["wary"] < 1
    assert updating.biased_ratio(3, 0.5, 1) == 3


def test_perceived_threat_multiplies_what_is_there() -> None:
    table = updating.perceived_threat(
        features={"clause": True, "staff": True, "open": False},
        weights={"clause": 4, "staff": 1.5, "open": 0.5},
        priors={"a": 0.5, "b": 0.1},
    ).set_index("observer")
    assert table.after_pct["a"] == pytest.approx(100 * 6 / 7)
    assert table.after_pct["b"] == pytest.approx(100 * 0.6 / 1.5)
    with pytest.raises(ValueError, match="no weight for fleet"):
        updating.perceived_threat(features={"fleet": True}, weights={}, priors={"a": 0.5})


def test_weighing_two_explanations() -> None:
    facts = pd.DataFrame({"fact": ["x", "y"], "p_first": [0.8, 0.3], "p_second": [0.8, 0.6]})
    table = updating.weigh(facts)
    assert table.bits.tolist() == pytest.approx([0, -1])
    assert table.belief_pct.tolist() == pytest.approx([50, 100 / 3])
    with pytest.raises(ValueError, match="p_second"):
        updating.weigh(facts.assign(p_second=0))


@pytest.mark.parametrize(
    "call",
    [
        lambda: updating.posterior(1.2, 1),
        lambda: updating.posterior(0.5, -1),
        lambda: updating.likelihood_ratio(0.5, 2),
        lambda: updating.readers(priors={"a": 0.5}, ratios=[1], bias=2),
        lambda: updating.reassurance(prior=0.5, cost=1, noise=0.7),
    ],
)
def test_nonsense_is_refused(call) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match="must be"):
        call()
