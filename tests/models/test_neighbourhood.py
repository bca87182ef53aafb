"""Held against the same model in Mesa, and against what can be worked out by hand."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from balkanlab.data import load
from balkanlab.models import neighbourhood as nb

BENCH = Path(__file__).resolve().parents[2] / "bench" / "abm.py"


@pytest.fixture(scope="module")
def graph() -> nb.Graph:
    return nb.neighbours(load("pairs"))


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bench_abm", BENCH)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["bench_abm"] = module
    spec.loader.exec_module(module)
    return module


def test_the_map_has_the_borders_it_should(graph: nb.Graph) -> None:
    watched = {
        name: {
            graph.states[j]
            for i, j in zip(graph.watcher, graph.watched, strict=True)
            if graph.states[i] == name
        }
        for name in graph.states
    }
    assert watched["SRB"] == {"BGR", "BIH", "HRV", "HUN", "MKD", "MNE", "ROU", "XKX"}
    assert watched["XKX"] == {"ALB", "MKD", "MNE", "SRB"}
    assert watched["BIH"] == {"HRV", "MNE", "SRB"}
    assert all(a in watched[b] for a in watched for b in watched[a])


def test_arrays_and_mesa_agree(bench: ModuleType) -> None:
    result = bench.race(points=12, sample=12, rounds=25)
    assert result.largest_difference < 1e-9
    assert result.per_second_arrays > 0


def test_full_trust_is_full_calm(graph: nb.Graph) -> None:
    result = nb.simulate(graph, reaction=2, trust=1, rounds=60)
    assert result.arms == pytest.approx(np.ones((1, 12)))
    assert not result.spiral.any()


def test_two_states_settle_where_algebra_says() -> None:
    pair = nb.neighbours(pd.DataFrame({"iso3_a": ["A"], "iso3_b": ["B"], "shared_border": [1]}), ["A", "B"])
    # memory 0 keeps trust at its start, so arms = 1 + r·(1 − t)·arms
    result = nb.simulate(pair, reaction=0.8, trust=0.5, memory=0, rounds=200)
    assert result.arms == pytest.approx(np.full((1, 2), 1 / (1 - 0.8 * 0.5)))
    away = nb.simulate(pair, reaction=2.5, trust=0.5, memory=0, rounds=400)
    assert away.arms == pytest.approx(np.full((1, 2), nb.CEILING))
    assert away.spiral.all()


def test_one_run_among_many_is_that_run_alone(graph: nb.Graph) -> None:
    errors = nb.shocks(3, 20, graph, seed=2)
    many = nb.simulate(
        graph, reaction=np.array([0.4, 0.9, 1.5]), trust=0.5, noise=0.2, rounds=20, errors=errors
    )
    one = nb.simulate(graph, reaction=0.9, trust=0.5, noise=0.2, rounds=20, errors=errors[:, 1:2])
    assert many.arms[1] == pytest.approx(one.arms[0])


def test_more_reaction_and_less_trust_never_calm_the_region(graph: nb.Graph) -> None:
    table = nb.sweep(graph, reactions=[0.3, 0.6, 0.9, 1.2], trusts=[0.2, 0.5, 0.8])
    by_reaction = table.pivot(index="reaction", columns="trust", values="mean_arms")
    assert (by_reaction.diff().dropna() >= -1e-9).all().all()
    assert (by_reaction.diff(axis=1).dropna(axis=1) <= 1e-9).all().all()


def test_a_thousand_points_in_seconds(graph: nb.Graph) -> None:
    table = nb.sweep(graph, reactions=np.linspace(0.2, 2, 40), trusts=np.linspace(0, 1, 25), rounds=40)
    assert len(table) == 1000
    assert table["spiral_pct"].isin([0, 100]).all()


def test_the_map_repeats_itself(graph: nb.Graph) -> None:
    setting = {"reaction": 0.8, "trust": 0.6, "noise": 0.3, "repetitions": 5}
    pd.testing.assert_frame_equal(nb.on_the_map(graph, **setting), nb.on_the_map(graph, **setting))


@pytest.mark.parametrize(
    "call",
    [
        lambda g: nb.simulate(g, reaction=4, trust=0.5),
        lambda g: nb.simulate(g, reaction=np.ones(2), trust=np.ones(3)),
        lambda g: nb.simulate(g, reaction=1, trust=0.5, rounds=5, errors=np.zeros((4, 1, 2))),
        lambda g: nb.sweep(g, reactions=[], trusts=[0.5]),
        lambda g: nb.neighbours(load("pairs"), ["PRT", "UKR"]),
    ],
)
def test_nonsense_is_refused(graph: nb.Graph, call) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=r"must|length|needs|share a border"):
        call(graph)
