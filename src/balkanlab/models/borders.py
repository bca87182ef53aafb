"""The queue at a border crossing: steady, over a day with rush hours, with a green lane, and in money.

Trucks arrive at random (a Poisson stream), each needs a random time at one of c booths (exponential, mean 1/μ),
and they are served in the order of arrival: the queue M/M/c. Rates are per hour, waits in minutes, and a wait
is the time before the booth, without the check itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp
from typing import TYPE_CHECKING

import pandas as pd

from balkanlab.models._check import whole, within

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

HOURS = 24


def utilisation(arrivals: float, service: float, booths: int) -> float:
    """Share of their time that the booths are busy: λ / (c μ). Above 1 the queue grows without end."""
    lam, mu = within("arrivals", arrivals, 0), within("service", service, 0, above=True)
    return lam / (whole("booths", booths, 1, 1000) * mu)


def erlang_c(arrivals: float, service: float, booths: int) -> float:
    """Chance that a truck has to wait at all (Erlang 1917), in [0, 1).

    1. Offered load a = λ/μ. Blocking with k booths and no queue: B₀ = 1, B_k = a B_{k−1} / (k + a B_{k−1}).
    2. With a queue: C = B / (1 − ρ (1 − B)), where ρ = λ / (c μ) must be below 1.

    The recursion never forms a factorial, so it is exact for any number of booths.
    Raises ValueError at or above full load.
    """
    rho = utilisation(arrivals, service, booths)
    if rho >= 1:
        raise ValueError(f"the booths must be less than fully used, got a utilisation of {rho:.3f}")
    load = rho * booths
    blocked = 1.0
    for k in range(1, booths + 1):
        blocked = load * blocked / (k + load * blocked)
    return blocked / (1 - rho * (1 - blocked))


def mean_wait(arrivals: float, service: float, booths: int) -> float:
    """Mean wait before the booth in minutes: C / (c μ − λ), times 60."""
    spare = booths * service - arrivals
    return 60 * erlang_c(arrivals, service, booths) / spare


def mean_queue(arrivals: float, service: float, booths: int) -> float:
    """Trucks waiting, on average: λ W, by Little's law (Little 1961)."""
    return arrivals * mean_wait(arrivals, service, booths) / 60


def wait_longer(arrivals: float, service: float, booths: int, minutes: float) -> float:
    """Chance of a wait of more than `minutes`: C e^{−(cμ − λ) t}."""
    spare = (booths * service - arrivals) / 60
    return erlang_c(arrivals, service, booths) * exp(-spare * within("minutes", minutes, 0))


def curve(service: float, booths: int, loads_pct: Sequence[float]) -> pd.DataFrame:
    """Waits along the load: load_pct, arrivals, wait (minutes), waits_pct (chance to wait); loads below 100."""
    rows = []
    for load in loads_pct:
        lam = within("load", load, 0, 99.999) / 100 * booths * service
        rows.append((float(load), lam, mean_wait(lam, service, booths), 100 * erlang_c(lam, service, booths)))
    return pd.DataFrame(rows, columns=["load_pct", "arrivals", "wait", "waits_pct"])


def rush_profile(
    trucks: float, rush_pct: float, rush_hours: Sequence[int] = (6, 7, 8, 16, 17, 18)
) -> list[float]:
    """Arrivals in each of 24 hours for a day of `trucks`, of which `rush_pct` percent come in the rush hours.

    The rest is spread evenly over the other hours. With 25 percent in six hours the day is flat.
    """
    total, share = within("trucks", trucks, 0), within("rush_pct", rush_pct, 0, 100) / 100
    busy = {whole("rush hour", hour, 0, HOURS - 1) for hour in rush_hours}
    if not 0 < len(busy) < HOURS:
        raise ValueError(f"rush_hours must be 1 to 23 different hours, got {sorted(busy)}")
    inside, outside = total * share / len(busy), total * (1 - share) / (HOURS - len(busy))
    return [inside if hour in busy else outside for hour in range(HOURS)]


def expected_day(
    arrivals: Sequence[float], service: float, booths: int | Sequence[int], *, room: int = 400
) -> pd.DataFrame:
    """The expected queue over a day that begins empty: hour (1 to n, at its end), waiting, served, wait.

    1. p_k(t) is the chance that k trucks are there. Within an hour the rates stand still.
    2. Uniformisation (Jensen 1953): with Λ = λ + c μ, p(t + 1) = Σ_j e^{−Λ} Λʲ/j! · p P ʲ, where P moves one up
       with the chance λ/Λ, one down with min(k, c) μ/Λ, and else stays.
    3. `waiting` is the mean number in the queue over the hour, `wait` the mean wait of the day's trucks so far:
       queue hours over arrivals (Little's law, exact once the queue is empty again).

    `arrivals` per hour; `booths` one number or one per hour (0: closed). `room` bounds the trucks counted; a
    queue that would outgrow it raises ValueError. The mean over an hour is taken over the jumps of step 2.
    """
    import numpy as np

    rates = [within("arrivals", rate, 0) for rate in arrivals]
    open_ = [booths] * len(rates) if isinstance(booths, int) else list(booths)
    if len(open_) != len(rates) or not rates:
        raise ValueError(f"booths must be one number or one per hour ({len(rates)}), got {len(open_)}")
    within("service", service, 0, above=True)
    size = whole("room", room, 2, 5000) + 1
    states = np.arange(size)
    chance: Floats = np.zeros(size)
    chance[0] = 1.0
    queue_hours = came = 0.0
    rows = []
    for hour, (lam, count) in enumerate(zip(rates, open_, strict=True), 1):
        waiting = np.maximum(states - whole("booths", count, 0, room), 0)
        mean = chance.copy()
        if lam or count:
            chance, mean = _advance(chance, lam, service * np.minimum(states, count))
        if chance[-1] > 1e-6:
            raise ValueError(
                f"the queue outgrows the room of {room} trucks in hour {hour}: take a larger room"
            )
        queue = float(mean @ waiting)
        queue_hours += queue
        came += lam
        rows.append((hour, lam, queue, 60 * queue_hours / came if came else 0.0))
    return pd.DataFrame(rows, columns=["hour", "arrivals", "waiting", "wait"])


def _advance(chance: Floats, lam: float, departures: Floats) -> tuple[Floats, Floats]:
    """Chances one hour later, and their mean over the hour."""
    import numpy as np

    speed = lam + float(departures.max())
    up, down = lam / speed, departures / speed
    stay = 1 - up - down
    stay[-1] = 1 - down[-1]  # the last place is full: an arrival there is not counted
    terms = int(speed + 8 * speed**0.5 + 12)
    j = np.arange(terms)
    log_factorials = np.concatenate(([0.0], np.cumsum(np.log(j[1:]))))
    poisson = np.exp(-speed + j * np.log(speed) - log_factorials)
    tail = 1 - np.cumsum(
        poisson
    )  # ∫ Poisson(j; Λs) ds over the hour is the chance of more than j jumps, over Λ
    power = chance.copy()
    after, mean = poisson[0] * power, tail[0] * power
    for k in range(1, terms):
        moved = stay * power
        moved[1:] += up * power[:-1]
        moved[:-1] += down[1:] * power[1:]
        power = moved
        after += poisson[k] * power
        mean += tail[k] * power
    return after / after.sum(), mean / mean.sum()


@dataclass(frozen=True)
class Traffic:
    """One random day: arrival times (hours, rising) and the booth time of each truck (hours)."""

    arrivals: Floats
    service: Floats


def draw_day(arrivals: Sequence[float], service: float, *, seed: int) -> Traffic:
    """A random day with the given arrivals per hour and service rate; the same seed gives the same day."""
    import numpy as np

    rng = np.random.default_rng(seed)
    counts = rng.poisson(np.asarray(arrivals, dtype=float))
    times = np.sort(np.concatenate([hour + rng.random(n) for hour, n in enumerate(counts)]))
    return Traffic(times, rng.exponential(1 / within("service", service, 0, above=True), len(times)))


def simulate(traffic: Traffic, booths: int) -> Floats:
    """Wait of each truck in minutes, first come first served at `booths` booths that are always open.

    Each truck takes the booth that falls free first: keep the times at which the booths fall free in a heap.
    """
    import heapq

    import numpy as np

    free = [0.0] * whole("booths", booths, 1, 1000)
    waits = np.empty(len(traffic.arrivals))
    for i, (arrival, service) in enumerate(zip(traffic.arrivals, traffic.service, strict=True)):
        begin = max(arrival, free[0])
        heapq.heapreplace(free, begin + service)
        waits[i] = 60 * (begin - arrival)
    return waits


def simulated_queue(traffic: Traffic, waits: Floats) -> pd.DataFrame:
    """Mean number of waiting trucks in each hour of a simulated day: hour (1 to 24), waiting."""
    import numpy as np

    begin, end = traffic.arrivals, traffic.arrivals + waits / 60
    rows = [
        (hour + 1, float(np.clip(np.minimum(end, hour + 1) - np.maximum(begin, hour), 0, None).sum()))
        for hour in range(HOURS)
    ]
    return pd.DataFrame(rows, columns=["hour", "waiting"])


def green_lane(
    arrivals: Sequence[float],
    service: float,
    booths: int,
    *,
    aeo_pct: float,
    green_booths: int,
    faster_pct: float = 0,
    room: int = 400,
) -> pd.DataFrame:
    """Mean wait of certified and of other trucks on a day when some booths are kept for the certified.

    1. `aeo_pct` percent of the trucks are certified (AEO) and need `faster_pct` percent less booth time.
    2. With no green booths all share one queue; its service rate follows from the mean booth time.
    3. With g green booths the certified queue there and the others at the remaining booths.

    Rows: lane ("certified", "others", "all trucks"), trucks (a day), booths, wait (minutes). A lane nobody uses
    has a wait of 0. In one shared queue the booth time of the mix is taken as exponential, a simplification.
    """
    share = within("aeo_pct", aeo_pct, 0, 100) / 100
    fast = service / (1 - within("faster_pct", faster_pct, 0, 90) / 100)
    whole("booths", booths, 2, 100)
    green = whole("green_booths", green_booths, 0, booths - 1)
    total = sum(arrivals)
    if green == 0:
        mixed = 1 / (share / fast + (1 - share) / service)
        wait = _day_wait(arrivals, mixed, booths, room)
        waits, counts = (wait if share else 0.0, wait if share < 1 else 0.0), (booths, booths)
    else:
        waits = (
            _day_wait([share * rate for rate in arrivals], fast, green, room),
            _day_wait([(1 - share) * rate for rate in arrivals], service, booths - green, room),
        )
        counts = (green, booths - green)
    every = share * waits[0] + (1 - share) * waits[1]
    return pd.DataFrame(
        {
            "lane": ["certified", "others", "all trucks"],
            "trucks": [share * total, (1 - share) * total, total],
            "booths": [*counts, booths],
            "wait": [*waits, every],
        }
    )


def _day_wait(arrivals: Sequence[float], service: float, booths: int, room: int) -> float:
    if not sum(arrivals):
        return 0.0
    return float(expected_day(arrivals, service, booths, room=room)["wait"].iloc[-1])


def yearly_hours(trucks_a_day: float, wait_minutes: float) -> float:
    """Truck hours lost in a year of 365 days."""
    return 365 * within("trucks_a_day", trucks_a_day, 0) * within("wait_minutes", wait_minutes, 0) / 60


def money(hours: float, per_hour: float) -> float:
    """What `hours` cost at `per_hour`."""
    return within("hours", hours, 0) * within("per_hour", per_hour, 0)


def time_tariff_pct(hours: float, per_day_pct: float) -> float:
    """A delay as a duty: `hours` of delay at `per_day_pct` percent of the goods' value a day.

    Hummels and Schaur (2013) find that a day in transit is worth 0.6 to 2.1 percent of the value of goods.
    """
    return within("hours", hours, 0) / 24 * within("per_day_pct", per_day_pct, 0)
