from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from balkanlab.models import value_chains

A = [[0.2, 0.1], [0.1, 0.3]]
matrices = arrays(float, (3, 3), elements=st.floats(0, 0.3))
vectors = arrays(float, 3, elements=st.floats(0, 100))


@given(arrays(float, (4, 3), elements=st.floats(0.1, 1000)))
def test_advantage_averages_to_one(values: np.ndarray) -> None:
    exports = pd.DataFrame(
        [(f"c{i}", f"g{j}", values[i, j]) for i in range(4) for j in range(3)],
        columns=["country", "good", "value"],
    )
    table = value_chains.rca_table(exports)
    world_share = values.sum(axis=0) / values.sum()
    country_share = values.sum(axis=1) / values.sum()
    grid = table["rca"].to_numpy().reshape(4, 3)
    assert grid @ world_share == pytest.approx(np.ones(4))
    assert country_share @ grid == pytest.approx(np.ones(3))


def test_table_agrees_with_the_single_index() -> None:
    exports = pd.DataFrame(
        [("home", "wood", 120), ("home", "other", 880), ("abroad", "wood", 780), ("abroad", "other", 13220)],
        columns=["country", "good", "value"],
    )
    assert value_chains.rca_table(exports)["rca"].iloc[0] == pytest.approx(
        value_chains.rca(120, 1000, 900, 15000)
    )


def test_shift_moves_exports_not_totals() -> None:
    home = {"food": 400.0, "parts": 300.0, "services": 300.0}
    world = {"food": 2000.0, "parts": 5000.0, "services": 8000.0}
    table = value_chains.rca_shift(home, world, shift_pct=50, from_good="food", to_good="services")
    totals = table.groupby("moment")["exports"].sum()
    assert totals["before"] == totals["after"] == 1000
    after = table[table["moment"] == "after"].set_index("good")
    assert after.loc["food", "rca"] == pytest.approx(0.2 / (2 / 15))
    assert after["advantage"].to_dict() == {"food": True, "parts": False, "services": False}


def test_leontief_inverse_by_hand() -> None:
    # det(I − A) = 0.8 · 0.7 − 0.1 · 0.1 = 0.55
    assert value_chains.leontief_inverse(A) == pytest.approx(np.array([[0.7, 0.1], [0.1, 0.8]]) / 0.55)


@given(matrices, vectors)
def test_output_covers_inputs_and_demand(a: np.ndarray, demand: np.ndarray) -> None:
    output = value_chains.outputs(a, demand)
    assert output == pytest.approx(a @ output + demand, abs=1e-8)
    # the rounds of inputs, inputs of inputs, … add up to the same
    rounds, total = demand, np.zeros(3)
    for _ in range(600):
        total, rounds = total + rounds, a @ rounds
    assert output == pytest.approx(total, rel=1e-6, abs=1e-8)


@given(matrices, vectors, arrays(float, 3, elements=st.floats(0, 0.1)))
def test_imports_and_value_added_make_up_exports(a: np.ndarray, e: np.ndarray, m: np.ndarray) -> None:
    assume(e.sum() > 1)
    content = value_chains.import_content(a, m, e)
    value_added = 1 - a.sum(axis=0) - m
    home = float(value_added @ value_chains.outputs(a, e) / e.sum())
    assert content + home == pytest.approx(1)
    assert -1e-9 <= content <= 1 + 1e-9


def test_parts_add_up_to_exports() -> None:
    table = value_chains.value_chain(A, ["food", "cars"], import_coefficients=[0.15, 0.25], exports=[30, 70])
    assert table.groupby("sector")["value"].sum().to_dict() == pytest.approx({"food": 30, "cars": 70})
    imported = table.loc[table["part"] != "made at home", "value"].sum()
    assert imported == pytest.approx(table["import_content_pct"].iloc[0])  # exports are 100
    direct = table[table["part"] == "imported directly"].set_index("sector")["value"]
    assert direct.to_dict() == pytest.approx({"food": 4.5, "cars": 17.5})
    assert (table["value"] >= 0).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: value_chains.rca(2000, 1000, 1, 2), "home_good must be between 0 and 1000, got 2000"),
        (lambda: value_chains.leontief_inverse([[0.5, 0.1]]), r"square matrix, got shape \(1, 2\)"),
        (lambda: value_chains.leontief_inverse([[-0.5]]), "at least 0, got -0.5"),
        (lambda: value_chains.leontief_inverse([[1.1]]), r"below 1, got 1\.1"),
        (lambda: value_chains.outputs(A, [1, 2, 3]), r"shape \(2,\), got \(3,\)"),
        (lambda: value_chains.import_content(A, [0.15], [30, 70]), "must be 2 numbers"),
        (lambda: value_chains.import_content(A, [0.15, 0.25], [0, 0]), "above 0 in sum"),
        (lambda: value_chains.import_content(A, [0.9, 0.25], [30, 70]), r"at most 1, got 1\.2"),
        (
            lambda: value_chains.rca_shift({"a": 1}, {"a": 1}, shift_pct=10, from_good="a", to_good="b"),
            "to_good must be one of 'a', got 'b'",
        ),
    ],
)
def test_wrong_arguments(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
