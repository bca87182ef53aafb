from __future__ import annotations

from itertools import pairwise
from math import factorial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from balkanlab.models import borders

RUSH = borders.rush_profile(720, 60)


@pytest.mark.parametrize(
    ("arrivals", "service", "booths", "waits", "minutes"),
    [
        (40, 12, 4, 0.658, 4.93),
        (46, 12, 4, 0.909, 27.28),
        (40, 13.2, 4, 0.522, 2.448),
        (40, 12, 5, 0.327, 0.980),
    ],
)
def test_the_printed_queues(
    arrivals: float, service: float, booths: int, waits: float, minutes: float
) -> None:
    assert borders.erlang_c(arrivals, service, booths) == pytest.approx(waits, abs=5e-4)
    assert borders.mean_wait(arrivals, service, booths) == pytest.approx(minutes, abs=5e-3)


@given(st.integers(1, 30), st.floats(0.05, 0.99), st.floats(0.5, 60))
def test_erlang_c_is_the_sum_over_the_states(booths: int, rho: float, service: float) -> None:
    load = rho * booths
    idle = sum(load**k / factorial(k) for k in range(booths))
    full = load**booths / factorial(booths) / (1 - rho)
    assert borders.erlang_c(rho * booths * service, service, booths) == pytest.approx(full / (idle + full))


def test_one_booth_is_the_textbook_queue() -> None:
    assert borders.mean_wait(9, 12, 1) == pytest.approx(60 * 0.75 / (12 - 9))
    assert borders.mean_queue(9, 12, 1) == pytest.approx(0.75**2 / 0.25)  # ρ²/(1 − ρ)
    assert borders.wait_longer(9, 12, 1, 0) == pytest.approx(0.75)


@given(st.integers(1, 20), st.floats(1, 40), st.floats(0.1, 0.9))
def test_more_booths_wait_less_and_pooling_helps(booths: int, service: float, rho: float) -> None:
    arrivals = rho * booths * service
    wait = borders.mean_wait(arrivals, service, booths)
    assert borders.mean_wait(arrivals, service, booths + 1) < wait
    assert (
        borders.mean_wait(2 * arrivals, service, 2 * booths) < wait
    )  # twice the crossing, not two crossings


def test_a_full_crossing_has_no_steady_wait() -> None:
    with pytest.raises(ValueError, match=r"utilisation of 1\.000"):
        borders.erlang_c(48, 12, 4)


def test_the_expected_day_settles_at_erlangs_formula() -> None:
    table = borders.expected_day([40] * 24, 12, 4)
    assert table["waiting"].iloc[-1] == pytest.approx(borders.mean_queue(40, 12, 4), rel=2e-3)


def test_the_expected_day_by_small_steps() -> None:
    """The same equations by Euler's method, with a step of a fiftieth of a minute, while the queue builds up."""
    rates, service, booths, size = [20.0, 60.0], 12.0, 3, 120
    chance = np.zeros(size)
    chance[0] = 1
    states = np.arange(size)
    leave = service * np.minimum(states, booths)
    steps = 3000
    means = []
    for lam in rates:
        queue = 0.0
        for _ in range(steps):
            queue += float(chance @ np.maximum(states - booths, 0)) / steps
            flow = -(lam + leave) * chance
            flow[1:] += lam * chance[:-1]
            flow[:-1] += leave[1:] * chance[1:]
            chance = chance + flow / steps
        means.append(queue)
    ours = borders.expected_day(rates, service, booths)["waiting"].tolist()
    assert ours == pytest.approx(means, rel=5e-3)


def test_the_expected_day_is_the_mean_of_simulated_days() -> None:
    """600 days, each a sample of the day's total wait: the mean lies within four standard errors."""
    expected = borders.expected_day(RUSH, 12, 4)
    totals = np.array(
        [borders.simulate(borders.draw_day(RUSH, 12, seed=s), 4).sum() / 60 for s in range(600)]
    )
    error = totals.std(ddof=1) / len(totals) ** 0.5
    assert abs(totals.mean() - expected["waiting"].sum()) < 4 * error


def test_a_simulated_day_equals_simpy_truck_by_truck() -> None:
    simpy = pytest.importorskip("simpy")
    traffic = borders.draw_day(RUSH, 12, seed=7)
    environment = simpy.Environment()
    gate = simpy.Resource(environment, capacity=4)
    waits = np.full(len(traffic.arrivals), np.nan)

    def truck(number: int):  # type: ignore[no-untyped-def]
        yield environment.timeout(float(traffic.arrivals[number]))
        with gate.request() as turn:
            yield turn
            waits[number] = 60 * (environment.now - traffic.arrivals[number])
            yield environment.timeout(float(traffic.service[number]))

    for number in range(len(waits)):
        environment.process(truck(number))
    environment.run()
    assert borders.simulate(traffic, 4) == pytest.approx(waits, abs=1e-6)


def test_simulated_queue_is_little_s_law() -> None:
    traffic = borders.draw_day(borders.rush_profile(300, 25), 12, seed=1)
    waits = borders.simulate(traffic, 4)
    queue = borders.simulated_queue(traffic, waits)["waiting"]
    assert queue.sum() == pytest.approx(waits.sum() / 60, abs=0.05)  # a wait past midnight is cut off


def test_rush_profile() -> None:
    assert sum(RUSH) == pytest.approx(720)
    assert RUSH[6] == pytest.approx(72)
    assert RUSH[0] == pytest.approx(16)
    assert borders.rush_profile(240, 25) == pytest.approx([10] * 24)


def test_one_queue_for_all_is_the_plain_day() -> None:
    table = borders.green_lane(RUSH, 12, 4, aeo_pct=20, green_booths=0).set_index("lane")
    assert table["wait"].nunique() == 1
    assert table["wait"].iloc[0] == pytest.approx(borders.expected_day(RUSH, 12, 4)["wait"].iloc[-1])


def test_a_lane_for_too_few_makes_the_rest_wait() -> None:
    shared = borders.green_lane(RUSH, 12, 4, aeo_pct=5, green_booths=0).set_index("lane")["wait"]
    kept = borders.green_lane(RUSH, 12, 4, aeo_pct=5, green_booths=1).set_index("lane")["wait"]
    assert kept["certified"] < shared["certified"]
    assert kept["others"] > shared["others"]
    assert kept["all trucks"] > shared["all trucks"]


@given(st.floats(0, 100), st.integers(0, 3), st.floats(0, 50))
@settings(max_examples=12, deadline=None)
def test_the_total_is_the_mean_of_the_lanes(aeo: float, green: int, faster: float) -> None:
    table = borders.green_lane([10] * 6, 12, 4, aeo_pct=aeo, green_booths=green, faster_pct=faster)
    wait, trucks = table["wait"], table["trucks"]
    assert wait[2] * trucks[2] == pytest.approx(wait[0] * trucks[0] + wait[1] * trucks[1], abs=1e-6)
    assert (wait >= 0).all()


def test_a_closed_night_grows_a_queue() -> None:
    night = [0] * 6 + [4] * 18
    table = borders.expected_day([20] * 24, 12, night)
    assert table["waiting"].iloc[5] == pytest.approx(
        20 * 5.5, rel=1e-6
    )  # the mean over the sixth closed hour
    assert all(a > b for a, b in pairwise(table["waiting"].iloc[6:9]))


def test_hours_and_money() -> None:
    assert pytest.approx(5.479, abs=1e-3) == 26e6 / (13_000 * 365)
    assert borders.yearly_hours(13_000, 60 * 26e6 / (13_000 * 365)) == pytest.approx(26e6)
    assert borders.money(26e6, 5) == 130e6
    assert borders.money(26e6, 120) == 3.12e9
    assert borders.time_tariff_pct(24, 1.3) == pytest.approx(1.3)


def test_wrong_arguments() -> None:
    with pytest.raises(ValueError, match="outgrows the room of 20"):
        borders.expected_day([100] * 3, 12, 4, room=20)
    with pytest.raises(ValueError, match="one per hour"):
        borders.expected_day([10, 10], 12, [1])
    with pytest.raises(ValueError, match="green_booths"):
        borders.green_lane([10], 12, 4, aeo_pct=10, green_booths=4)
    with pytest.raises(ValueError, match="rush_hours"):
        borders.rush_profile(10, 25, rush_hours=range(24))
