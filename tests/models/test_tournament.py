"""Held against the axelrod library: same strategies, same seeds, same moves."""

from __future__ import annotations

import axelrod
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from balkanlab.models import tournament

LIBRARY = {
    "always restrain": axelrod.Cooperator,
    "always arm": axelrod.Defector,
    "tit for tat": axelrod.TitForTat,
    "suspicious tit for tat": axelrod.SuspiciousTitForTat,
    "tit for two tats": axelrod.TitFor2Tats,
    "two tits for tat": axelrod.TwoTitsForTat,
    "never forgives": axelrod.Grudger,
    "win stay, lose shift": axelrod.WinStayLoseShift,
    "generous": lambda: axelrod.GTFT(p=1 / 3),
    "detective": axelrod.Detective,
    "alternator": axelrod.Alternator,
    "coin": axelrod.Random,
}
names = st.sampled_from(sorted(LIBRARY))


def test_every_strategy_has_its_twin_in_the_library() -> None:
    assert set(LIBRARY) == set(tournament.STRATEGIES)
    for name, strategy in tournament.STRATEGIES.items():
        assert axelrod.Classifiers["stochastic"](LIBRARY[name]()) == strategy.stochastic


@settings(max_examples=150, deadline=None)
@given(names, names, st.integers(1, 40), st.sampled_from([0, 0, 0.05, 0.3]), st.integers(0, 2**31))
def test_matches_equal_the_library_move_by_move(
    first: str, second: str, rounds: int, noise: float, seed: int
) -> None:
    theirs = axelrod.Match((LIBRARY[first](), LIBRARY[second]()), turns=rounds, noise=noise, seed=seed).play()
    ours = tournament.match(first, second, rounds=rounds, noise=noise, seed=seed)
    assert ours == [(str(a), str(b)) for a, b in theirs]


@pytest.mark.parametrize(
    ("noise", "repetitions", "seed"), [(0.0, 1, 0), (0.0, 3, 5), (0.05, 4, 0), (0.2, 2, 11)]
)
def test_tournaments_equal_the_library(noise: float, repetitions: int, seed: int) -> None:
    players = [LIBRARY[name]() for name in tournament.FIELD]
    result = axelrod.Tournament(players, turns=30, repetitions=repetitions, noise=noise, seed=seed).play(
        progress_bar=False, processes=None
    )
    matrix = tournament.payoff_matrix(
        tournament.FIELD, rounds=30, noise=noise, repetitions=repetitions, seed=seed
    )
    assert matrix == pytest.approx(np.array(result.payoff_matrix))
    table = tournament.tournament(rounds=30, noise=noise, repetitions=repetitions, seed=seed)
    theirs = {
        name: float(np.mean(scores))
        for name, scores in zip(tournament.FIELD, result.normalised_scores, strict=True)
    }
    ours = dict(zip(table.strategy, table.points, strict=True))
    assert ours == pytest.approx(theirs)
    assert table.points.is_monotonic_decreasing


def test_populations_equal_the_library_where_there_is_no_chance() -> None:
    # the library redraws every payoff around its mean; without chance the deviation is 0
    certain = [name for name in tournament.FIELD if not tournament.STRATEGIES[name].stochastic]
    result = axelrod.Tournament([LIBRARY[n]() for n in certain], turns=20, repetitions=1, seed=0).play(
        progress_bar=False, processes=None
    )
    system = axelrod.Ecosystem(result)
    system.reproduce(30)
    ours = tournament.population(start=dict.fromkeys(certain, 1), generations=30, rounds=20, repetitions=1)
    last = ours[ours.generation == 30].share_pct / 100
    assert last.tolist() == pytest.approx(system.population_sizes[-1])


def test_playing_against_a_hidden_strategy() -> None:
    table = tournament.against(opponent="detective", moves="CCCCC")
    assert table.neighbour.tolist() == ["–", "restrain", "arm", "restrain", "restrain", "arm"]
    assert table.points.iloc[-1] == 3 + 0 + 3 + 3 + 0
    start = tournament.against(opponent="never forgives", moves="")
    assert len(start) == 1
    with pytest.raises(ValueError, match="throws dice"):
        tournament.against(opponent="coin", moves="C")


@given(
    st.text("CD", max_size=12),
    st.sampled_from([n for n, s in tournament.STRATEGIES.items() if not s.stochastic]),
)
def test_the_reader_meets_the_same_rule_as_the_strategies_do(moves: str, opponent: str) -> None:
    table = tournament.against(opponent=opponent, moves=moves)
    library = axelrod.Match(
        (
            axelrod.MockPlayer([axelrod.Action.from_char(c) for c in moves] or [axelrod.Action.C]),
            LIBRARY[opponent](),
        ),
        turns=max(1, len(moves)),
    ).play()
    words = {"C": "restrain", "D": "arm"}
    expected = [words[str(b)] for _, b in library][: len(moves)]
    assert table.neighbour.tolist()[1:] == expected


def test_shares_add_up_and_the_pointless_die_out() -> None:
    table = tournament.population(
        start={"always restrain": 60, "always arm": 20, "tit for tat": 20}, generations=200, rounds=20
    )
    assert table.groupby("generation").share_pct.sum().to_numpy() == pytest.approx(100)
    last = table[table.generation == 200].set_index("strategy").share_pct
    assert last["always arm"] < 0.1
    assert last["tit for tat"] > 50


@pytest.mark.parametrize(
    "call",
    [
        lambda: tournament.match("nobody", "coin", rounds=5),
        lambda: tournament.match("coin", "coin", rounds=0),
        lambda: tournament.match("coin", "coin", rounds=5, noise=1.5),
        lambda: tournament.tournament(players=["coin"]),
        lambda: tournament.against(opponent="detective", moves="CX"),
        lambda: tournament.population(start={"coin": 0}, generations=3),
    ],
)
def test_nonsense_is_refused(call) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=r"must|needs"):
        call()
