"""Learning from signals: Bayes' rule, costly gestures, readers who see what they expect, rival explanations.

A likelihood ratio says how much more probable a signal is if the statement is true than if it is not.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from balkanlab.models._check import columns, within


def posterior(prior: float, likelihood_ratio: float) -> float:
    """Belief after a signal: prior odds times the likelihood ratio.

    `prior` in [0, 1]; `likelihood_ratio` ≥ 0 and may be infinite (a signal only the true type can send). A prior
    of 0 or 1 never moves, not even by a ratio that contradicts it.
    """
    belief = within("prior", prior, 0, 1)
    ratio = within("likelihood_ratio", likelihood_ratio, 0)
    if belief in (0.0, 1.0):
        return belief
    if math.isinf(ratio):
        return 1.0
    return belief * ratio / (belief * ratio + 1 - belief)


def likelihood_ratio(hit: float, false_alarm: float, *, seen: bool = True) -> float:
    """P(signal | true)/P(signal | false); with `seen=False` that of its absence.

    `hit` and `false_alarm` in [0, 1]. Infinite if only the true case can produce what was observed; 1 if neither
    could, which teaches nothing.
    """
    true = within("hit", hit, 0, 1)
    false = within("false_alarm", false_alarm, 0, 1)
    if not seen:
        true, false = 1 - true, 1 - false
    if false == 0:
        return 1.0 if true == 0 else math.inf
    return true / false


def update(prior: float, ratios: Sequence[float]) -> list[float]:
    """Beliefs along a sequence of signals, given by their likelihood ratios: the prior first, len(ratios) + 1."""
    beliefs = [within("prior", prior, 0, 1)]
    for ratio in ratios:
        beliefs.append(posterior(beliefs[-1], ratio))
    return beliefs


@dataclass(frozen=True)
class Gesture:
    """What a gesture reveals about its sender, and what to believe after it."""

    trustworthy_makes_it: bool
    hostile_makes_it: bool
    ratio_if_made: float
    ratio_if_not: float
    after: float
    after_silence: float

    @property
    def informative(self) -> bool:
        """Whether it tells the types apart."""
        return self.trustworthy_makes_it != self.hostile_makes_it


def gesture(*, prior: float, cost: float, worth_trustworthy: float, worth_hostile: float) -> Gesture:
    """A costly gesture of reassurance.

    1. A type makes the gesture if being believed is worth at least its cost to it.
    2. If both or neither make it, it says nothing. If only the trustworthy make it, it says everything.

    `prior` that the sender is trustworthy, in [0, 1]; the cost and the two worths ≥ 0, in one unit. Source: Kydd
    (2005), Trust and Mistrust in International Relations, chapter 7, in its simplest form.
    """
    belief = within("prior", prior, 0, 1)
    price = within("cost", cost, 0)
    good = within("worth_trustworthy", worth_trustworthy, 0) >= price
    bad = within("worth_hostile", worth_hostile, 0) >= price
    made = likelihood_ratio(float(good), float(bad))
    silent = likelihood_ratio(float(good), float(bad), seen=False)
    return Gesture(good, bad, made, silent, posterior(belief, made), posterior(belief, silent))


def reassurance(
    *,
    prior: float,
    cost: float,
    threshold: float = 2 / 3,
    worth_trustworthy: float = 6,
    worth_hostile: float = 3,
    noise: float = 0.05,
) -> pd.DataFrame:
    """Beliefs before and after a gesture that may be seen or missed by mistake.

    Each type's gesture is observed with probability 1 − `noise` if made and `noise` if not (noise in [0, 0.5]).
    Three rows: moment ("before", "a gesture is seen", "no gesture is seen"), belief_pct, restrains (belief at or
    above `threshold`), informative.
    """
    belief = within("prior", prior, 0, 1)
    need = within("threshold", threshold, 0, 1)
    slip = within("noise", noise, 0, 0.5)
    made = gesture(prior=belief, cost=cost, worth_trustworthy=worth_trustworthy, worth_hostile=worth_hostile)
    hit, alarm = (1 - slip if shown else slip for shown in (made.trustworthy_makes_it, made.hostile_makes_it))
    beliefs = {
        "before": belief,
        "a gesture is seen": posterior(belief, likelihood_ratio(hit, alarm)),
        "no gesture is seen": posterior(belief, likelihood_ratio(hit, alarm, seen=False)),
    }
    return pd.DataFrame(
        {
            "moment": list(beliefs),
            "belief_pct": [100 * value for value in beliefs.values()],
            "restrains": [value >= need - 1e-9 for value in beliefs.values()],
            "informative": made.informative,
        }
    )


def biased_ratio(ratio: float, belief: float, bias: float) -> float:
    """The likelihood ratio as a biased reader hears it: ratio · (prior odds)^bias.

    `bias` 0 is Bayes; at 1 the reader counts the own opinion once more with every signal. `belief` in (0, 1),
    `bias` in [0, 1]. After Rabin and Schrag (1999), Quarterly Journal of Economics 114, in odds form.
    """
    held = within("belief", belief, 0, 1)
    if held in (0.0, 1.0):
        return within("ratio", ratio, 0)
    return within("ratio", ratio, 0) * math.pow(held / (1 - held), within("bias", bias, 0, 1))


def readers(*, priors: Mapping[str, float], ratios: Sequence[float], bias: float = 0.0) -> pd.DataFrame:
    """Several readers of the same signals: one row per reader and signal (reader, signal from 0, belief_pct).

    `priors` maps names to beliefs in [0, 1]. With `bias` above 0 each hears what agrees with it more loudly.
    """
    rows = []
    for name, prior in priors.items():
        belief = within("prior", prior, 0, 1)
        rows.append((name, 0, 100 * belief))
        for number, ratio in enumerate(ratios, start=1):
            belief = posterior(belief, biased_ratio(ratio, belief, bias))
            rows.append((name, number, 100 * belief))
    return pd.DataFrame(rows, columns=["reader", "signal", "belief_pct"])


def perceived_threat(
    *, features: Mapping[str, bool], weights: Mapping[str, float], priors: Mapping[str, float]
) -> pd.DataFrame:
    """How threatening a text looks to observers with different priors.

    `features` says what the text contains; `weights` holds the likelihood ratio of each feature's presence in
    favour of "this is aimed at me" (below 1: it reassures; absence teaches nothing). One row per observer:
    observer, before_pct, after_pct. Raises ValueError for a feature without a weight.
    """
    if unknown := [name for name in features if name not in weights]:
        raise ValueError(f"no weight for {', '.join(unknown)}; there are {', '.join(weights)}")
    total = math.prod(within(name, weights[name], 0) for name, present in features.items() if present)
    return pd.DataFrame(
        {
            "observer": list(priors),
            "before_pct": [100 * within("prior", prior, 0, 1) for prior in priors.values()],
            "after_pct": [100 * posterior(prior, total) for prior in priors.values()],
        }
    )


def weigh(evidence: pd.DataFrame, *, prior: float = 0.5) -> pd.DataFrame:
    """Two explanations of the same facts: which of them do the facts favour, and how strongly?

    `evidence` has one row per fact: fact, p_first, p_second (its probability under each explanation, in (0, 1]).
    Returns it with ratio (p_first/p_second), bits (log2 of the ratio: 0 teaches nothing) and belief_pct (in the
    first explanation, after this fact and all above it). `prior` in [0, 1]. Facts count as independent given the
    explanation. Source: Good (1950), Probability and the Weighing of Evidence.
    """
    table = columns("evidence", evidence, ["fact", "p_first", "p_second"]).copy()
    for column in ("p_first", "p_second"):
        for value in table[column]:
            within(column, value, 0, 1, above=True)
    table["ratio"] = table["p_first"] / table["p_second"]
    table["bits"] = [math.log2(ratio) for ratio in table["ratio"]]
    table["belief_pct"] = [100 * belief for belief in update(prior, list(table["ratio"]))[1:]]
    return table
