from __future__ import annotations

import math

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from balkanlab.models import energy

NODES = ["in", "a", "b", "c", "out"]
LINKS = st.lists(
    st.tuples(st.sampled_from(NODES), st.sampled_from(NODES), st.integers(0, 9)).filter(
        lambda e: e[0] != e[1]
    ),
    min_size=1,
    max_size=14,
)


@settings(deadline=None)
@given(LINKS)
def test_max_flow_equals_networkx(links: list[tuple[str, str, int]]) -> None:
    graph = nx.DiGraph()
    graph.add_nodes_from(NODES)
    for start, end, size in links:
        known = graph.get_edge_data(start, end, {"capacity": 0})["capacity"]
        graph.add_edge(start, end, capacity=known + size)
    total, flows = energy.max_flow(links, "in", "out")
    assert total == pytest.approx(nx.maximum_flow_value(graph, "in", "out"))
    for node in NODES[1:-1]:
        into = sum(f for (_, b), f in flows.items() if b == node)
        away = sum(f for (a, _), f in flows.items() if a == node)
        assert into == pytest.approx(away)
    assert all(-1e-9 <= f <= graph[a][b]["capacity"] + 1e-9 for (a, b), f in flows.items())


def by_linear_programme(
    links: list[tuple[str, str, float]], needs: dict[str, float], order: list[str]
) -> dict[str, float]:
    """Serve the customers in order, each as well as it can be, without taking from those before."""
    edges = [*links, *((c, "*out", need) for c, need in needs.items())]
    inner = sorted({n for e in edges for n in e[:2]} - {"*in", "*out"})
    balance = np.array([[(e[1] == n) - (e[0] == n) for e in edges] for n in inner], dtype=float)
    bounds = [(0.0, e[2] if math.isfinite(e[2]) else None) for e in edges]
    got: dict[str, float] = {}
    for customer in order:
        aim = np.array([-1.0 if e[:2] == (customer, "*out") else 0.0 for e in edges])
        answer = linprog(aim, A_eq=balance, b_eq=np.zeros(len(inner)), bounds=bounds)
        got[customer] = -answer.fun
        place = next(i for i, e in enumerate(edges) if e[:2] == (customer, "*out"))
        bounds[place] = (max(0.0, got[customer] - 1e-7), needs[customer])
    return got


@settings(deadline=None, max_examples=50)
@given(st.lists(st.floats(0, 5), min_size=5, max_size=5), st.booleans())
def test_served_equals_linear_programming(sizes: list[float], bosnia_first: bool) -> None:
    east, west, store, pipe, branch = sizes
    pipes = [("Bulgaria", "Serbia", pipe), ("Serbia", "Bosnia", branch), ("Hungary", "Serbia", 1.5)]
    sources = {"east": ("Bulgaria", east), "west": ("Hungary", west), "store": ("Serbia", store)}
    needs = {"Serbia": 3.0, "Bosnia": 0.2, "Bulgaria": 1.0}
    order = ["Bosnia", "Serbia", "Bulgaria"] if bosnia_first else ["Serbia", "Bosnia", "Bulgaria"]
    mine = energy.served(sources, pipes, needs, first=order[:1]).set_index("customer")
    links = [("*in", node, amount) for node, amount in sources.values()] + pipes
    reference = by_linear_programme(links, needs, order)
    for customer in needs:
        assert mine.got[customer] == pytest.approx(reference[customer], abs=1e-5)
        assert mine.unmet_pct[customer] == pytest.approx(
            100 * (1 - reference[customer] / needs[customer]), abs=1e-3
        )


def test_plan_of_the_course() -> None:
    assert energy.need_implied(1.8, 60) == pytest.approx(3)
    small, large = energy.supplier_mix(need=3, second=0.4), energy.supplier_mix(need=3, second=1)
    assert small.share_pct[1] == pytest.approx(13.3, abs=0.05)
    assert small.herfindahl[0] == pytest.approx(0.769, abs=5e-4)
    assert (large.share_pct[1], large.herfindahl[0]) == pytest.approx((33.3, 0.556), abs=0.05)
    assert energy.n_minus_1_pct([3, 1.8], 3) == pytest.approx(60)


@given(st.lists(st.floats(0.01, 10), min_size=1, max_size=6))
def test_herfindahl_bounds(amounts: list[float]) -> None:
    index = energy.herfindahl(amounts)
    assert 1 / len(amounts) - 1e-9 <= index <= 1 + 1e-9
    shares = np.array(amounts) / sum(amounts)
    assert index == pytest.approx(float(shares @ shares))


def test_infinite_links() -> None:
    total, flows = energy.max_flow([("in", "a", 3), ("a", "out", math.inf)], "in", "out")
    assert total == 3
    assert flows == {("in", "a"): 3, ("a", "out"): 3}
    with pytest.raises(ValueError, match="without any limit"):
        energy.max_flow([("in", "out", math.inf)], "in", "out")


def test_wrong_arguments() -> None:
    with pytest.raises(ValueError, match="capacity in-out must be at least 0"):
        energy.max_flow([("in", "out", -1)], "in", "out")
    with pytest.raises(ValueError, match="must not all be 0"):
        energy.herfindahl([0, 0])
    with pytest.raises(ValueError, match="share_pct must be above 0"):
        energy.need_implied(1, 0)
    with pytest.raises(ValueError, match="at least one number"):
        energy.n_minus_1_pct([], 1)
    with pytest.raises(ValueError, match="customer must be one of"):
        energy.served({}, [], {"Serbia": 1}, first=["Mars"])
