"""Gas supply: concentration, the loss of the largest source, and a cut on a network of pipes.

Amounts are billion cubic metres (bcm) a year. A network is a list of links (from, to, capacity); what can reach
the customers is a maximum flow (Ford and Fulkerson 1956; shortest augmenting paths: Edmonds and Karp 1972).
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from balkanlab.models._check import one_of, within

Link = tuple[str, str, float]
TINY = 1e-9


def herfindahl(amounts: Iterable[float]) -> float:
    """Sum of squared shares of the amounts, 1/n to 1. Raises ValueError if they are negative or all 0."""
    values = [within("amount", amount, 0) for amount in amounts]
    total = sum(values)
    if total == 0:
        raise ValueError("amounts must not all be 0")
    return sum((value / total) ** 2 for value in values)


def need_implied(capacity: float, share_pct: float) -> float:
    """The need of which a capacity is a known percentage (above 0 and at most 100)."""
    return within("capacity", capacity, 0) / (within("share_pct", share_pct, 0, 100, above=True) / 100)


def n_minus_1_pct(capacities: Sequence[float], need: float) -> float:
    """What is left of supply without its largest source, in percent of need (above 0).

    The EU's infrastructure standard asks for 100 (Regulation 2017/1938, annex II, there per day of highest
    demand); here per year.
    """
    values = [within("capacity", capacity, 0) for capacity in capacities]
    if not values:
        raise ValueError("capacities must hold at least one number")
    return 100 * (sum(values) - max(values)) / within("need", need, 0, above=True)


def supplier_mix(*, need: float, second: float) -> pd.DataFrame:
    """Two suppliers: supplier, bcm, share_pct, herfindahl, unmet_pct (if the first one stops and the second
    gives no more than it does now). `second` is capped at the need.
    """
    whole = within("need", need, 0, above=True)
    other = min(within("second", second, 0), whole)
    rows = [("Russia", whole - other), ("Azerbaijan", other)]
    frame = pd.DataFrame(rows, columns=["supplier", "bcm"])
    return frame.assign(
        share_pct=100 * frame["bcm"] / whole,
        herfindahl=herfindahl(frame["bcm"]),
        unmet_pct=100 * (whole - other) / whole,
    )


def max_flow(links: Iterable[Link], source: str, sink: str) -> tuple[float, dict[tuple[str, str], float]]:
    """The largest flow from source to sink, and the flow on each link of the network.

    1. Find a shortest path with room left, by breadth-first search; a used link gives room backwards.
    2. Send as much as its narrowest link takes; repeat until there is no path.

    Links between the same two nodes are added up. An infinite capacity is allowed on part of a path.
    Raises ValueError for a negative capacity, or if source and sink are joined without any limit.
    """
    room: dict[str, dict[str, float]] = {source: {}, sink: {}}
    capacity: dict[tuple[str, str], float] = {}
    for start, end, size in links:
        capacity[start, end] = capacity.get((start, end), 0.0) + within(f"capacity {start}-{end}", size, 0)
        room.setdefault(start, {}).setdefault(end, 0.0)
        room.setdefault(end, {}).setdefault(start, 0.0)
    for (start, end), size in capacity.items():
        room[start][end] += size
    total = 0.0
    while path := _path(room, source, sink):
        amount = min(room[a][b] for a, b in path)
        if math.isinf(amount):
            raise ValueError(f"{source} and {sink} are joined without any limit")
        for a, b in path:
            room[a][b] -= amount
            room[b][a] += amount
        total += amount
    flows = {}
    for (a, b), size in capacity.items():
        back = room[b][a] - capacity.get((b, a), 0.0)
        flows[a, b] = max(0.0, back if math.isinf(size) else size - room[a][b])
    return total, flows


def _path(room: Mapping[str, Mapping[str, float]], source: str, sink: str) -> list[tuple[str, str]]:
    came: dict[str, str] = {source: source}
    queue = deque([source])
    while queue:
        here = queue.popleft()
        for there, left in room[here].items():
            if left > TINY and there not in came:
                came[there] = here
                if there == sink:
                    path = []
                    while there != source:
                        path.append((came[there], there))
                        there = came[there]
                    return path[::-1]
                queue.append(there)
    return []


def served(
    sources: Mapping[str, tuple[str, float]],
    pipes: Iterable[Link],
    needs: Mapping[str, float],
    *,
    first: Sequence[str] = (),
) -> pd.DataFrame:
    """Who gets what: customer, need, got, unmet, unmet_pct.

    sources: name → (node where its gas enters, bcm on offer). `needs`: customer's node → bcm. Customers in
    `first` are served before the others, one after the other; then the rest in the order of `needs`. Serving
    one customer to the full never blocks the best total: augmenting paths do not take back what has arrived.
    """
    order = [*first, *(customer for customer in needs if customer not in first)]
    for customer in order:
        one_of("customer", customer, needs)
    feeds: list[Link] = [("*in", node, within(name, amount, 0)) for name, (node, amount) in sources.items()]
    grid = list(pipes)
    got: dict[str, float] = {}
    reached = 0.0
    open_needs: list[Link] = []
    for customer in order:
        open_needs.append((customer, "*out", within(customer, needs[customer], 0, above=True)))
        total, _ = max_flow([*feeds, *grid, *open_needs], "*in", "*out")
        got[customer] = max(0.0, total - reached)
        reached = total
    rows = [
        (
            c,
            needs[c],
            got[c],
            max(0.0, needs[c] - got[c]),
            100 * max(0.0, needs[c] - got[c]) / needs[c],
        )
        for c in needs
    ]
    return pd.DataFrame(rows, columns=["customer", "need", "got", "unmet", "unmet_pct"])
