from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from balkanlab.models import dilemma

four = st.lists(st.integers(0, 9), min_size=4, max_size=4, unique=True)


@pytest.mark.parametrize(
    ("t", "r", "p", "s", "name"),
    [
        (3, 4, 2, 1, "stag hunt"),
        (3, 4, 3, 1, "stag hunt"),
        (5, 3, 1, 0, "prisoner's dilemma"),
        (4, 3, 1, 2, "chicken"),
        (4, 2, 3, 1, "deadlock"),
        (2, 4, 1, 3, "harmony"),
        (3, 3, 1, 0, "other"),
        (1, 3, 2, 0, "other"),
    ],
)
def test_the_order_of_payoffs_names_the_game(t: int, r: int, p: int, s: int, name: str) -> None:
    assert dilemma.classify(temptation=t, reward=r, punishment=p, sucker=s) == name


def test_answers_of_the_course_plan() -> None:
    assert dilemma.critical_trust(reward=4, temptation=3, punishment=2, sucker=1) == pytest.approx(0.5)
    assert dilemma.critical_trust(reward=4, temptation=3, punishment=2, sucker=0) == pytest.approx(2 / 3)
    hunt = dilemma.equilibria([[4, 1], [3, 2]])
    assert sum(e.pure for e in hunt) == 2
    assert [e.you for e in hunt if not e.pure] == [pytest.approx(0.5)]
    trap = dilemma.equilibria([[3, 0], [5, 1]])
    assert trap == [dilemma.Equilibrium(0.0, 0.0)]


@given(four, four)
def test_no_equilibrium_can_be_improved_on_and_no_pure_one_is_missed(
    mine: list[int], theirs: list[int]
) -> None:
    """Against the definition, without nashpy: compare with every deviation."""
    row, column = np.array(mine).reshape(2, 2), np.array(theirs).reshape(2, 2)
    found = dilemma.equilibria(row, column)
    assert found
    for e in found:
        x, y = np.array([e.you, 1 - e.you]), np.array([e.neighbour, 1 - e.neighbour])
        assert x @ row @ y >= (row @ y).max() - 1e-6
        assert x @ column @ y >= (x @ column).max() - 1e-6
    pure = {
        (float(1 - i), float(1 - j))
        for i, j in itertools.product((0, 1), repeat=2)
        if row[i, j] == row[:, j].max() and column[i, j] == column[i].max()
    }
    assert {(e.you, e.neighbour) for e in found if e.pure} == pure


@given(four)
def test_the_mixed_equilibrium_of_a_stag_hunt_is_the_critical_trust(values: list[int]) -> None:
    s, p, t, r = sorted(values)
    trust = dilemma.critical_trust(temptation=t, reward=r, punishment=p, sucker=s)
    assert 0 < trust < 1
    mixed = [e for e in dilemma.equilibria([[r, s], [t, p]]) if not e.pure]
    assert [e.you for e in mixed] == [pytest.approx(trust)]


def test_the_dial_passes_through_every_game() -> None:
    tense = [dilemma.dial(appeal=a)["game"].iloc[0] for a in range(7)]
    assert list(dict.fromkeys(tense)) == ["harmony", "stag hunt", "prisoner's dilemma", "deadlock"]
    ruin = [dilemma.dial(appeal=a, both_arm="ruin")["game"].iloc[0] for a in range(7)]
    assert list(dict.fromkeys(ruin)) == ["harmony", "chicken", "prisoner's dilemma", "deadlock"]
    hunt = dilemma.dial(appeal=2)
    assert hunt["pure"].iloc[0] == 2
    assert hunt["trust"].iloc[0] == pytest.approx(0.5)


def test_four_worlds() -> None:
    assert [
        dilemma.world(offence_ahead=o, distinguishable=d)[0] for d in (False, True) for o in (True, False)
    ] == [
        1,
        2,
        3,
        4,
    ]


@given(st.floats(0.1, 3), st.floats(0, 100))
def test_arms_settle_exactly_when_the_pull_is_below_one(ratio: float, share: float) -> None:
    table = dilemma.answering(offence_ratio=ratio, looks_offensive_pct=share, rounds=40)
    pull = ratio * share / 100
    assert table["arms"].is_monotonic_increasing
    assert table["arms"].iloc[3] == pytest.approx(1 + pull + pull**2 + pull**3)
    if pull < 0.8:
        assert table["arms"].iloc[-1] == pytest.approx(table["settles_at"].iloc[0], rel=1e-3)
    if pull >= 1:
        assert table["settles_at"].iloc[0] == 0


def test_a_few_hostile_states_can_end_all_restraint() -> None:
    calm = dilemma.unravelling(hostile_pct=0, lowest_trust=0.2, highest_trust=0.9)
    assert calm["restrained_pct"].iloc[-1] == 100
    panic = dilemma.unravelling(hostile_pct=20, lowest_trust=0.2, highest_trust=0.9, rounds=60)
    assert panic["restrained_pct"].iloc[0] == 80
    assert panic["restrained_pct"].iloc[-1] == 0
    robust = dilemma.unravelling(hostile_pct=20, lowest_trust=0.0, highest_trust=0.5, rounds=60)
    assert robust["restrained_pct"].iloc[-1] == 80
    half = dilemma.unravelling(hostile_pct=10, lowest_trust=0.1, highest_trust=0.8, rounds=100)
    x = half["restrained_pct"].iloc[-1] / 100
    assert x == pytest.approx(0.9 * min(1, max(0, (x - 0.1) / 0.7)))


@pytest.mark.parametrize(
    "call",
    [
        lambda: dilemma.critical_trust(temptation=5, reward=3, punishment=1, sucker=0),
        lambda: dilemma.equilibria([[1, 2, 3], [4, 5, 6]]),
        lambda: dilemma.dial(appeal=7),
        lambda: dilemma.dial(appeal=1, both_arm="peace"),  # type: ignore[arg-type]
        lambda: dilemma.unravelling(hostile_pct=5, lowest_trust=0.5, highest_trust=0.5),
        lambda: dilemma.answering(offence_ratio=0, looks_offensive_pct=50),
    ],
)
def test_nonsense_is_refused(call) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=r"must be|needs|trust decides"):
        call()
