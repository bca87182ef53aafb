from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from balkanlab.models import games

fines = st.floats(0, 6)
payoffs = st.lists(st.integers(0, 100), min_size=4, max_size=4, unique=True).map(
    lambda values: dict(
        zip(("temptation", "reward", "punishment", "sucker"), sorted(values, reverse=True), strict=True)
    )
)


def test_critical_discount_in_the_textbook_game() -> None:
    assert games.critical_discount() == pytest.approx(0.5)
    assert games.critical_discount(fine=1) == pytest.approx(1 / 3)
    assert games.critical_discount(fine=2) == 0
    # the same fine on everyone makes the punishment worse too, so it does more
    assert games.critical_discount(fine=1, on="all") == pytest.approx(1 / 4)


@given(payoffs, fines, st.sampled_from(["lone", "all"]))
def test_threshold_is_a_share_and_indifference_holds(game: dict, fine: float, on: games.FineOn) -> None:
    delta = games.critical_discount(**game, fine=fine, on=on)
    assert 0 <= delta < 1
    assume(0 < delta <= 0.99)
    table = games.cooperation(patience=delta, fine=fine, on=on, **game)
    keep, break_it = table["value"]
    assert keep == pytest.approx(break_it)
    assert table["possible"].all()


@given(payoffs, fines, fines, st.sampled_from(["lone", "all"]))
def test_a_higher_fine_never_asks_for_more_patience(
    game: dict, one: float, two: float, on: games.FineOn
) -> None:
    low, high = sorted((one, two))
    assert games.critical_discount(**game, fine=high, on=on) <= (
        games.critical_discount(**game, fine=low, on=on) + 1e-12
    )


@given(payoffs, fines)
def test_a_fine_on_all_does_at_least_as_much_as_on_the_lone_defector(game: dict, fine: float) -> None:
    everyone = games.critical_discount(**game, fine=fine, on="all")
    assert everyone <= games.critical_discount(**game, fine=fine, on="lone") + 1e-12


def test_present_values_add_up_round_by_round() -> None:
    # δ = 0.6, break once: 5 now, 1 for ever after; per round (1 − δ)·(5 + 1·δ/(1 − δ))
    discounted = 5 + sum(0.6**t for t in range(1, 400))
    table = games.cooperation(patience=0.6, fine=0)
    assert table["value"].tolist() == pytest.approx([3, 0.4 * discounted])


def test_a_punisher_who_would_rather_be_exploited_is_not_credible() -> None:
    assert games.threat_is_credible(fine=1, on="all")
    assert not games.threat_is_credible(fine=1.5, on="all")
    assert games.threat_is_credible(fine=5, on="lone")


def test_frontier_falls_to_zero() -> None:
    path = games.frontier(on="lone", max_fine=3, step=0.5)
    assert path["fine"].tolist() == [0, 0.5, 1, 1.5, 2, 2.5, 3]
    assert path["critical"].is_monotonic_decreasing
    assert path["critical"].iloc[-1] == 0
    assert path["credible"].all()


def test_grim_trigger_never_forgives_and_tit_for_tat_echoes() -> None:
    grim = games.play(first="grim trigger", second="grim trigger", rounds=6, slip=2)
    assert grim[grim["party"] == "party 2"]["move"].tolist() == list("CCDDDD")
    echo = games.play(first="tit for tat", second="tit for tat", rounds=6, slip=2)
    assert echo[echo["party"] == "party 1"]["move"].tolist() == list("CDCDCD")
    assert echo[echo["party"] == "party 2"]["move"].tolist() == list("CCDCDC")


def test_totals_are_running_sums() -> None:
    table = games.play(first="always break", second="always keep", rounds=4, fine=1)
    mine = table[table["party"] == "party 1"]
    assert mine["payoff"].tolist() == [4, 4, 4, 4]
    assert mine["total"].tolist() == [4, 8, 12, 16]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"temptation": 3, "reward": 3}, "payoffs must fall"),
        ({"fine": -1}, "fine must be at least 0, got -1"),
        ({"on": "both"}, "on must be one of 'lone', 'all', got 'both'"),
    ],
)
def test_wrong_arguments(arguments: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        games.critical_discount(**arguments)
