from __future__ import annotations

from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from balkanlab.models import joining
from balkanlab.models.joining import RULES, Club

VETO, TWO, SEATS = RULES
TASTES = {"ALB": 1.0, "MKD": 1.0, "MNE": -1.0, "SRB": 2.0, "XKX": -2.0}
PEOPLES = {"BIH": {"Bosniaks": -1.0, "Croats": 0.0, "Serbs": 2.0}}
PAIRS = (frozenset(("SRB", "XKX")), frozenset(("BIH", "XKX")))


def club(**changes: object) -> Club:
    base = {"tastes": TASTES, "peoples": PEOPLES, "founders": ("ALB", "MKD", "SRB"), "blocked": PAIRS}
    return Club(**{**base, **changes})  # type: ignore[arg-type]


def outcomes(**changes: object) -> dict[str, str]:
    table = joining.cascade(club(**changes))
    return dict(zip(table["state"], table["outcome"], strict=True))


@pytest.mark.parametrize(
    ("votes", "rule", "passes"),
    [
        ((1, -1, 0), VETO, False),
        ((1, -1, 0), TWO, False),  # an abstention is no yes
        ((1, -1, 1), VETO, False),
        ((1, -1, 1), TWO, True),
        ((1, 1, 1), VETO, True),
    ],
)
def test_bosnia(votes: tuple[float, ...], rule: str, passes: bool) -> None:
    assert joining.agrees(dict(zip(("Serbs", "Bosniaks", "Croats"), votes, strict=True)), rule) == passes


@given(st.lists(st.integers(-2, 2), min_size=1, max_size=5), st.data())
def test_the_rules_by_counting_hands(votes: list[int], data: st.DataObject) -> None:
    names = [f"p{i}" for i in range(len(votes))]
    ballot = {name: float(vote) for name, vote in zip(names, votes, strict=True)}
    seats = {name: float(data.draw(st.integers(1, 9))) for name in names}
    yes = [name for name in names if ballot[name] > 0]
    assert joining.agrees(ballot, VETO) == (len(yes) == len(names))
    assert joining.agrees(ballot, TWO) == (2 * len(yes) > len(names))
    held = sum(seats[name] for name in yes)
    assert joining.agrees(ballot, SEATS, seats) == (2 * held > sum(seats.values()))


def test_without_pull_or_signal_only_the_founders_are_in() -> None:
    table = joining.cascade(club())
    inside = table[table["round"] >= 0]["state"].tolist()
    assert sorted(inside) == ["ALB", "MKD", "SRB"]


def test_a_strong_pull_brings_montenegro_first_and_the_clause_lets_kosovo_in() -> None:
    held = outcomes(pull=4, rule=TWO)
    assert held["MNE"] == "joined"
    assert held["BIH"] == "joined"
    assert held["XKX"] == "blocked by names"
    free = outcomes(pull=4, rule=TWO, clause=True)
    assert free["XKX"] == "joined"


def test_bosnia_is_split_where_only_its_veto_holds_it_back() -> None:
    assert outcomes(pull=1, rule=VETO)["BIH"] == "split at home"
    assert outcomes(pull=1, rule=TWO)["BIH"] == "joined"


def test_two_candidates_that_block_each_other() -> None:
    pair = Club(tastes={"A": 1, "B": 2, "C": 1}, founders=("C",), blocked=(frozenset("AB"),))
    table = joining.cascade(pair).set_index("state")
    assert table.loc["B", "outcome"] == "joined"
    assert table.loc["A", "outcome"] == "blocked by names"


tastes = st.fixed_dictionaries({code: st.floats(-3, 3) for code in "ABCDE"})


@given(tastes, st.floats(0, 5), st.floats(-2, 2), st.sets(st.sampled_from("ABCDE"), min_size=1))
@settings(max_examples=40, deadline=None)
def test_the_cascade_is_the_smallest_set_closed_under_joining(
    taste: dict[str, float], pull: float, signal: float, founders: set[str]
) -> None:
    club_ = Club(tastes=taste, founders=sorted(founders), pull=pull, signal=signal)
    inside = set(joining.cascade(club_).query("round >= 0")["state"])

    def closed(group: set[str]) -> bool:
        return founders <= group and all(
            state in group or not club_.payoff(state, group) > 0 for state in club_.states
        )

    assert closed(inside)
    smaller = [set(g) for k in range(len(inside)) for g in combinations(sorted(inside), k)]
    assert not any(closed(group) for group in smaller)


@given(tastes, st.floats(0, 5), st.floats(-2, 2), st.booleans())
@settings(max_examples=30, deadline=None)
def test_stable_groups_by_definition(
    taste: dict[str, float], pull: float, signal: float, clause: bool
) -> None:
    blocked = (frozenset("AB"),)
    club_ = Club(tastes=taste, pull=pull, signal=signal, blocked=blocked, clause=clause)
    found = {tuple(sorted(group)) for group in joining.stable_groups(club_)}
    for bits in product((False, True), repeat=5):
        group = {code for code, bit in zip("ABCDE", bits, strict=True) if bit}
        stable = True
        for code in "ABCDE":
            rest = group - {code}
            gain = taste[code] + pull * len(rest) / 4 + signal
            allowed = clause or not any({code, other} == {"A", "B"} for other in rest)
            stable &= (gain > 0 and allowed) == (code in group)
        assert (tuple(sorted(group)) in found) == stable


def test_a_bandwagon_can_have_two_stable_ends() -> None:
    shy = Club(tastes=dict.fromkeys("ABC", -1.0), pull=2)
    assert joining.stable_groups(shy) == [[], ["A", "B", "C"]]


def test_pays() -> None:
    assert not joining.pays(3, 4)
    assert not joining.pays(4, 4)
    assert joining.pays(4, 3)


def test_wrong_arguments() -> None:
    with pytest.raises(ValueError, match="rule must be one of"):
        joining.agrees({"A": 1}, "by lot")
    with pytest.raises(ValueError, match="founder must be one of"):
        Club(tastes={"A": 1}, founders=("B",))
    with pytest.raises(ValueError, match="at least one people"):
        joining.agrees({}, TWO)
