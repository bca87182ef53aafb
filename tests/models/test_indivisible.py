from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from balkanlab.models import indivisible
from balkanlab.models.indivisible import Demand

NUMBERS = st.integers(-5, 5)


def everything(choices: Mapping[str, tuple[Any, ...]]) -> list[dict[str, Any]]:
    """The independent reference: write down every outcome."""
    return [dict(zip(choices, options, strict=True)) for options in product(*choices.values())]


@st.composite
def problems(draw: st.DrawFn) -> tuple[dict[str, tuple[int, ...]], list[Demand]]:
    names = "pqrs"[: draw(st.integers(1, 4))]
    choices = {name: tuple(range(draw(st.integers(1, 3)))) for name in names}
    demands = []
    for i in range(draw(st.integers(0, 5))):
        scope = tuple(draw(st.lists(st.sampled_from(list(names)), min_size=1, max_size=3, unique=True)))
        allowed = frozenset(draw(st.lists(st.tuples(*[st.sampled_from(choices[n]) for n in scope]))))
        demands.append(
            Demand(f"d{i}", scope, lambda o, s=scope, a=allowed: tuple(o[n] for n in s) in a)  # type: ignore[misc]
        )
    return choices, demands


@settings(deadline=None)
@given(problems())
def test_solver_equals_brute_force(problem: tuple[dict[str, tuple[int, ...]], list[Demand]]) -> None:
    choices, demands = problem
    expected = [o for o in everything(choices) if all(d.holds(o) for d in demands)]
    assert indivisible.solve(choices, demands) == expected


@settings(deadline=None, max_examples=60)
@given(problems())
def test_minimal_conflicts_equal_brute_force(
    problem: tuple[dict[str, tuple[int, ...]], list[Demand]],
) -> None:
    choices, demands = problem
    outcomes = everything(choices)

    def met(group: tuple[Demand, ...]) -> bool:
        return any(all(d.holds(o) for d in group) for o in outcomes)

    every = [g for size in range(1, len(demands) + 1) for g in combinations(demands, size) if not met(g)]
    minimal = {
        frozenset(d.name for d in group)
        for group in every
        if all(met(tuple(d for d in group if d is not gone)) for gone in group)
    }
    assert {frozenset(c) for c in indivisible.minimal_conflicts(choices, demands)} == minimal


@given(NUMBERS, NUMBERS, st.floats(0, 3))
def test_security_adds_up(first: int, second: int, threat: float) -> None:
    assert indivisible.joint_security(first, second, threat) == pytest.approx((1 - threat) * (first + second))


def test_plan_of_the_course() -> None:
    assert indivisible.security(5, 5, 0.4) == pytest.approx(3)
    assert indivisible.joint_security(5, 5, 0.4) == pytest.approx(6)
    assert indivisible.security(5, 7, 0.4) - indivisible.security(5, 5, 0.4) == pytest.approx(-0.8)


@pytest.mark.parametrize("threat", [0.25, 0.5, 0.75, 1, 1.25, 2])
def test_no_rise_alone_is_allowed(threat: float) -> None:
    frame = indivisible.moves(threat=threat)
    rises = frame[frame.alone & ((frame.change_1 > 0) | (frame.change_2 > 0))]
    assert (rises.loser != "nobody").all()
    allowed = frame[frame.loser == "nobody"]
    total = allowed.change_1 + allowed.change_2
    # (1 − β) times the sum is the change of joint security: no allowed move may lower it
    assert ((1 - threat) * total >= -1e-9).all()
    assert (total >= 0).all() if threat < 1 else True
    assert (total <= 0).all() if threat > 1 else True


def test_edges_of_the_threat() -> None:
    free = indivisible.moves(threat=0)
    assert (free.loser[(free.change_1 >= 0) & (free.change_2 >= 0)] == "nobody").all()
    one = indivisible.moves(threat=1)
    assert (one.change_1 == one.change_2)[one.loser == "nobody"].all()


def kosovo(threat: float, *names: str) -> int:
    return int(indivisible.kosovo_outcomes(threat=threat, demands=names)["solutions"].iloc[0])


def test_troops_can_leave_only_at_low_threat() -> None:
    assert kosovo(0.5, "both sides are safe", "foreign troops leave") > 0
    assert kosovo(1, "both sides are safe", "foreign troops leave") == 0
    assert kosovo(1, "both sides are safe") > 0
    assert kosovo(2, "both sides are safe") == 0


def test_margins_by_hand() -> None:
    assert indivisible.margins(indivisible.NOW, 1) == pytest.approx((1.5, 1))
    away = {"belgrade": "moved forward", "pristina": "an army", "kfor": "leave"}
    assert indivisible.margins(away, 0.5) == pytest.approx((1.5, 0.5))


def test_status_quo_costs_nobody() -> None:
    for threat in (0, 0.5, 1, 2):
        frame = indivisible.kosovo_outcomes(threat=threat, demands=["nobody loses safety"])
        now = frame[(frame.belgrade == "as now") & (frame.rest == "light force, KFOR stays")]
        assert now.verdict.tolist() == ["meets all"]
        assert len(frame) == 12


def test_conflicts_grow_with_threat() -> None:
    def conflicts(threat: float) -> list[tuple[str, ...]]:
        return indivisible.minimal_conflicts(indivisible.CHOICES, indivisible.kosovo_demands(threat))

    assert conflicts(0) == conflicts(0.25) == []
    assert conflicts(0.5) == [("nobody loses safety", "foreign troops leave")]
    assert ("both sides are safe",) in conflicts(2)
    assert all(c != ("both sides are safe",) for c in conflicts(1))


def test_wrong_arguments() -> None:
    with pytest.raises(ValueError, match="threat must be at least 0"):
        indivisible.security(1, 1, -1)
    with pytest.raises(ValueError, match="must speak of known choices"):
        indivisible.solve({"p": (1,)}, [Demand("lost", ("q",), lambda o: True)])
    with pytest.raises(ValueError, match="demands must be among"):
        indivisible.kosovo_outcomes(threat=1, demands=["peace"])
