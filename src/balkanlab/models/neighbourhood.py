"""States that watch their neighbours: an agent-based security dilemma on a map.

Each state has arms; each pair of neighbours has two trusts, one in each direction. Many runs live side by side in
arrays with one row per run, so a thousand settings cost about as much as one.

Each round:

1. A state sees each neighbour's arms through an error: seen = arms · (1 + noise · z), z standard normal.
2. The threat is the part that looks offensive, as far as the neighbour is not trusted: offence · seen · (1 − trust).
3. Fear is the sum of threats over all neighbours, divided by the mean number of neighbours.
4. Arms move: Δarms = pace · (need + reaction · fear − arms), held between 0 and 10.
5. Trust moves with what was seen: down by `memory` times a rise in the neighbour's arms, up by a quarter of that for
   a fall; held between 0 and 1. It is lost fast and regained slowly.

Own model in the spirit of Jervis (1978) and of Richardson (1960) for many states.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from balkanlab.models._check import columns, whole, within

NEED, PACE, FORGIVENESS, CEILING = 1.0, 0.3, 0.25, 10.0
SPIRAL = 3.0
"""Mean arms, in units of need, from which a run counts as a spiral."""

REGION = ("ALB", "BGR", "BIH", "GRC", "HRV", "HUN", "MKD", "MNE", "ROU", "SRB", "SVN", "XKX")


@dataclass(frozen=True)
class Graph:
    """Who borders whom: `watcher[e]` watches `watched[e]`, as indices into `states`; both directions are there."""

    states: tuple[str, ...]
    watcher: np.ndarray
    watched: np.ndarray

    @property
    def borders(self) -> int:
        """Number of shared borders."""
        return len(self.watcher) // 2


def neighbours(pairs: pd.DataFrame, states: Sequence[str] = REGION) -> Graph:
    """The graph of land borders among `states`.

    `pairs` has iso3_a, iso3_b and shared_border (true or 1). Raises ValueError if no two of the states share a border.
    """
    table = columns("pairs", pairs, ["iso3_a", "iso3_b", "shared_border"])
    names = tuple(states)
    place = {name: i for i, name in enumerate(names)}
    shared = table[table["shared_border"].astype(bool)]
    edges = {
        edge
        for a, b in zip(shared["iso3_a"], shared["iso3_b"], strict=True)
        if a in place and b in place
        for edge in ((place[a], place[b]), (place[b], place[a]))
    }
    if not edges:
        raise ValueError(f"no two of {', '.join(names)} share a border")
    ordered = np.array(sorted(edges))
    return Graph(names, ordered[:, 0], ordered[:, 1])


@dataclass(frozen=True)
class Runs:
    """Arms and fear of each state (shape: runs × states) and trusts (runs × directed borders) at the end.

    `mean_arms` has shape runs × (rounds + 1).
    """

    arms: np.ndarray
    fear: np.ndarray
    trust: np.ndarray
    mean_arms: np.ndarray

    @property
    def spiral(self) -> np.ndarray:
        """Which runs ended in a spiral."""
        ended: np.ndarray = self.arms.mean(axis=1) >= SPIRAL
        return ended


def shocks(runs: int, rounds: int, graph: Graph, *, seed: int = 0) -> np.ndarray:
    """Standard normal errors of sight, shape rounds × runs × directed borders."""
    rng = np.random.default_rng(seed)
    return rng.standard_normal((rounds, runs, len(graph.watcher)), dtype=np.float32)


def simulate(
    graph: Graph,
    *,
    reaction: float | np.ndarray,
    trust: float | np.ndarray,
    noise: float | np.ndarray = 0.0,
    offence: float | np.ndarray = 1.0,
    memory: float | np.ndarray = 0.3,
    rounds: int = 40,
    errors: np.ndarray | None = None,
) -> Runs:
    """Run the model once for each entry of the parameters, which are numbers or arrays of one length.

    `reaction` 0 to 3, `trust` (at the start) 0 to 1, `noise` 0 to 1, `offence` 0 to 1, `memory` 0 to 2; `rounds` 1 to
    1,000. `errors` are from `shocks` (zeros if left out). Every state starts with
    arms at its need, 1. Raises ValueError for values outside and for arrays that do not match.
    """
    bounds = {"reaction": 3.0, "trust": 1.0, "noise": 1.0, "offence": 1.0, "memory": 2.0}
    given = {"reaction": reaction, "trust": trust, "noise": noise, "offence": offence, "memory": memory}
    flat = {name: np.atleast_1d(np.asarray(value, dtype=float)) for name, value in given.items()}
    for name, values in flat.items():
        within(name, float(values.min()), 0, bounds[name])
        within(name, float(values.max()), 0, bounds[name])
    try:
        r, t, z, o, m = (one[:, None] for one in np.broadcast_arrays(*flat.values()))
    except ValueError as fault:
        raise ValueError(
            f"parameters have lengths {[len(one) for one in flat.values()]}, not one length"
        ) from fault
    steps = whole("rounds", rounds, 1, 1000)
    runs, states, edges = len(r), len(graph.states), len(graph.watcher)
    if errors is not None and errors.shape != (steps, runs, edges):
        raise ValueError(f"errors must have shape {(steps, runs, edges)}, got {errors.shape}")
    gather = np.zeros((edges, states))
    gather[np.arange(edges), graph.watcher] = (
        states / edges
    )  # sum over neighbours / mean number of neighbours
    arms = np.full((runs, states), NEED)
    beliefs = np.repeat(t, edges, axis=1)
    seen_before = arms[:, graph.watched]
    means = np.empty((runs, steps + 1))
    means[:, 0] = arms.mean(axis=1)
    fear = np.zeros((runs, states))
    for step in range(steps):
        seen = arms[:, graph.watched]
        if errors is not None:
            seen = seen * (1 + z * errors[step])
        fear = (o * seen * (1 - beliefs)) @ gather
        rise = seen - seen_before
        beliefs = np.clip(beliefs - m * np.where(rise > 0, rise, FORGIVENESS * rise), 0, 1)
        seen_before = seen
        arms = np.clip(arms + PACE * (NEED + r * fear - arms), 0, CEILING)
        means[:, step + 1] = arms.mean(axis=1)
    return Runs(arms, fear, beliefs, means)


def sweep(
    graph: Graph,
    *,
    reactions: Sequence[float],
    trusts: Sequence[float],
    noises: Sequence[float] = (0.0,),
    offence: float = 1.0,
    memory: float = 0.3,
    repetitions: int = 1,
    rounds: int = 40,
    seed: int = 0,
) -> pd.DataFrame:
    """Every combination of the three lists, each run `repetitions` times, all at once.

    One row per combination: reaction, trust, noise, mean_arms (at the end, mean over runs), spiral_pct (of the runs).
    """
    again = whole("repetitions", repetitions, 1, 1000)
    grid = np.array([(r, t, z) for r in reactions for t in trusts for z in noises], dtype=float)
    if not len(grid):
        raise ValueError("each list needs at least one value")
    points = np.repeat(grid, again, axis=0)
    noisy = bool((points[:, 2] > 0).any())
    result = simulate(
        graph,
        reaction=points[:, 0],
        trust=points[:, 1],
        noise=points[:, 2],
        offence=offence,
        memory=memory,
        rounds=rounds,
        errors=shocks(len(points), rounds, graph, seed=seed) if noisy else None,
    )
    table = pd.DataFrame(grid, columns=["reaction", "trust", "noise"])
    table["mean_arms"] = result.arms.mean(axis=1).reshape(len(grid), again).mean(axis=1)
    table["spiral_pct"] = 100 * result.spiral.reshape(len(grid), again).mean(axis=1)
    return table


def on_the_map(
    graph: Graph,
    *,
    reaction: float,
    trust: float,
    noise: float = 0.0,
    offence: float = 1.0,
    memory: float = 0.3,
    rounds: int = 40,
    repetitions: int = 50,
    seed: int = 0,
) -> pd.DataFrame:
    """One setting, state by state: iso3, arms, fear (means over runs), mood (calm, uneasy, afraid), spiral_pct."""
    again = whole("repetitions", repetitions, 1, 1000) if noise else 1
    result = simulate(
        graph,
        reaction=np.full(again, reaction),
        trust=trust,
        noise=noise,
        offence=offence,
        memory=memory,
        rounds=rounds,
        errors=shocks(again, rounds, graph, seed=seed) if noise else None,
    )
    fear = result.fear.mean(axis=0)
    return pd.DataFrame(
        {
            "iso3": graph.states,
            "arms": result.arms.mean(axis=0),
            "fear": fear,
            "mood": ["calm" if f < 0.5 else "uneasy" if f < 1.5 else "afraid" for f in fear],
            "spiral_pct": 100 * float(result.spiral.mean()),
        }
    )
