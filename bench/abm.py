"""Runs per second of the neighbourhood model: arrays over runs against one agent object at a time in Mesa.

    python bench/abm.py            # prints a table; exits with 1 if the two disagree

Both do the same arithmetic with the same errors of sight; the results are compared before the clock counts.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass

import mesa
import numpy as np

from balkanlab.data import load
from balkanlab.models import neighbourhood as nb


class State(mesa.Agent):
    """One state: its arms, what it saw of each neighbour, and how far it trusts each."""

    def __init__(self, model: Neighbourhood, place: int) -> None:
        super().__init__(model)
        self.place = place
        self.arms = nb.NEED
        self.fear = 0.0
        self.trust: dict[int, float] = {}
        self.saw: dict[int, float] = {}
        self.edges: dict[int, int] = {}

    def look(self) -> None:
        """See the neighbours, fear them, and change one's mind about them."""
        model: Neighbourhood = self.model
        fear = 0.0
        for other, edge in self.edges.items():
            seen = model.states[other].arms * (1 + model.noise * float(model.errors[model.round, edge]))
            fear += model.offence * seen * (1 - self.trust[other])
            rise = seen - self.saw[other]
            lost = model.memory * (rise if rise > 0 else nb.FORGIVENESS * rise)
            self.trust[other] = min(1.0, max(0.0, self.trust[other] - lost))
            self.saw[other] = seen
        self.fear = fear * len(model.states) / model.directed_borders

    def arm(self) -> None:
        """Answer the fear."""
        wanted = self.arms + nb.PACE * (nb.NEED + self.model.reaction * self.fear - self.arms)
        self.arms = min(nb.CEILING, max(0.0, wanted))


class Neighbourhood(mesa.Model):
    """The model of `balkanlab.models.neighbourhood` for a single run."""

    def __init__(
        self,
        graph: nb.Graph,
        *,
        reaction: float,
        trust: float,
        noise: float,
        errors: np.ndarray,
        offence: float = 1.0,
        memory: float = 0.3,
    ) -> None:
        super().__init__(seed=0)
        self.reaction, self.noise, self.offence, self.memory = reaction, noise, offence, memory
        self.errors, self.round = errors, 0
        self.directed_borders = len(graph.watcher)
        self.states = [State(self, place) for place in range(len(graph.states))]
        for edge, (watcher, watched) in enumerate(zip(graph.watcher, graph.watched, strict=True)):
            state = self.states[watcher]
            state.edges[int(watched)] = edge
            state.trust[int(watched)] = trust
            state.saw[int(watched)] = nb.NEED

    def step(self) -> None:
        """All look, then all arm."""
        self.agents.do("look")
        self.agents.do("arm")
        self.round += 1


@dataclass(frozen=True)
class Race:
    """What one comparison measured."""

    runs_arrays: int
    runs_mesa: int
    seconds_arrays: float
    seconds_mesa: float
    largest_difference: float

    @property
    def per_second_arrays(self) -> float:
        return self.runs_arrays / self.seconds_arrays

    @property
    def per_second_mesa(self) -> float:
        return self.runs_mesa / self.seconds_mesa


def race(*, points: int = 1000, sample: int = 20, rounds: int = 40, seed: int = 6) -> Race:
    """Run `points` settings as arrays and the first `sample` of them in Mesa too."""
    graph = nb.neighbours(load("pairs"))
    rng = np.random.default_rng(seed)
    reaction, trust = rng.uniform(0.2, 2, points), rng.uniform(0, 1, points)
    noise = rng.uniform(0, 0.4, points)
    errors = nb.shocks(points, rounds, graph, seed=seed)

    start = time.perf_counter()
    ours = nb.simulate(graph, reaction=reaction, trust=trust, noise=noise, rounds=rounds, errors=errors)
    seconds_arrays = time.perf_counter() - start

    start = time.perf_counter()
    theirs = []
    for run in range(sample):
        model = Neighbourhood(
            graph,
            reaction=float(reaction[run]),
            trust=float(trust[run]),
            noise=float(noise[run]),
            errors=errors[:, run],
        )
        for _ in range(rounds):
            model.step()
        theirs.append([state.arms for state in model.states])
    seconds_mesa = time.perf_counter() - start
    difference = float(np.abs(np.array(theirs) - ours.arms[:sample]).max())
    return Race(points, sample, seconds_arrays, seconds_mesa, difference)


def main() -> int:
    result = race()
    print(
        f"{'arrays over runs':<20}{result.per_second_arrays:>12,.0f} runs per second ({result.runs_arrays:,} runs)"
    )
    print(
        f"{'Mesa ' + mesa.__version__:<20}{result.per_second_mesa:>12,.0f} runs per second ({result.runs_mesa:,} runs)"
    )
    print(f"{'ratio':<20}{result.per_second_arrays / result.per_second_mesa:>12,.0f}")
    print(f"largest difference in any state's arms: {result.largest_difference:.1e}")
    return 0 if result.largest_difference < 1e-9 else 1


if __name__ == "__main__":
    sys.exit(main())
