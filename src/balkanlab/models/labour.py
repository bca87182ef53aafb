"""Two labour markets and a door between them: wages, shortage, and a number that must be turned into a job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from balkanlab.models._check import within


def migration(
    *,
    demand: float = 100,
    workers: tuple[float, float] = (20, 60),
    friction: float = 0,
) -> pd.DataFrame:
    """Wages and gains when workers may move between two countries.

    1. In each country employers want L = `demand` − w workers, so the wage is `demand` − L.
    2. Workers move from the low wage to the high one until the gap is no more than `friction`, the cost of
       moving (papers, language, distance): movers = max(gap − friction, 0) / 2, at most all of them.
    3. Employers keep the area under demand above the wage, L²/2. A mover gains the wage gap minus the friction.

    The textbook model of factor mobility (MacDougall 1960). `workers` are the supplies of the two countries, each
    0 to `demand`. Rows, one per group: group, gain, and for all groups movers, wage_first, wage_second,
    wage_before_first, wage_before_second. The gains sum to the net gain of both countries together.
    """
    top = within("demand", demand, 0, above=True)
    first, second = (within("workers", number, 0, top) for number in workers)
    cost = within("friction", friction, 0)
    before = (top - first, top - second)
    # work with the country that pays more as "rich"; turn back at the end
    flip = before[1] > before[0]
    rich, poor = (second, first) if flip else (first, second)
    gap = poor - rich
    movers = min(max(gap - cost, 0) / 2, poor)
    high, low = top - rich - movers, top - poor + movers
    gains = {
        "workers who move": movers * (high - (top - poor) - cost),
        "workers who stay behind": (poor - movers) * movers,
        "workers in the high-wage country": -rich * movers,
        "employers in the high-wage country": ((rich + movers) ** 2 - rich**2) / 2,
        "employers in the low-wage country": ((poor - movers) ** 2 - poor**2) / 2,
    }
    after = (low, high) if flip else (high, low)
    return pd.DataFrame({"group": list(gains), "gain": list(gains.values())}).assign(
        movers=movers,
        wage_first=after[0],
        wage_second=after[1],
        wage_before_first=before[0],
        wage_before_second=before[1],
    )


def matches(seekers: float, vacancies: float, curvature: float = 1.27) -> float:
    """Hires when `seekers` look for `vacancies`: m = u v / (uˡ + vˡ)^(1/l) (den Haan, Ramey and Watson 2000).

    Constant returns to scale, and never more hires than seekers or vacancies. `curvature` l above 0: the larger,
    the better the market clears. 1.27 is the value of the paper.
    """
    u, v = within("seekers", seekers, 0), within("vacancies", vacancies, 0)
    power = within("curvature", curvature, 0, above=True)
    larger, smaller = max(u, v), min(u, v)
    if not smaller:
        return 0.0
    return float(smaller / (1 + (smaller / larger) ** power) ** (1 / power))


def bargained_wage(
    tightness: float, *, output: float = 100, benefit: float = 40, power: float = 0.5, search_cost: float = 20
) -> float:
    """Wage from Nash bargaining: (1 − β) b + β (y + c θ) (Pissarides 2000, chapter 1), at most the output.

    `tightness` θ is vacancies per effective seeker: where employers queue for workers, wages rise.
    """
    share = within("power", power, 0, 1)
    wage = (1 - share) * benefit + share * (output + search_cost * within("tightness", tightness, 0))
    return min(wage, output)


def open_door(
    *,
    seekers: tuple[float, float],
    vacancies: tuple[float, float],
    look_abroad_pct: float,
    readable_pct: float,
    curvature: float = 1.27,
) -> pd.DataFrame:
    """Two markets in which some of the second country's seekers look for work in the first.

    1. `look_abroad_pct` percent of the second's seekers search in the first country only.
    2. Of their applications only `readable_pct` percent can be read and used (language, portal, papers): they
       weigh that much less as seekers there, and they no longer search at home.
    3. Each market then matches by `matches`, and the wage follows by `bargained_wage`.

    Rows, one per country ("first", "second"): country, hires, unfilled (vacancies left open), unfilled_pct,
    wage, hired_abroad (the second country's seekers hired in the first; the same in both rows).
    """
    home = [within("seekers", number, 0, above=True) for number in seekers]
    jobs = [within("vacancies", number, 0, above=True) for number in vacancies]
    away = within("look_abroad_pct", look_abroad_pct, 0, 100) / 100
    usable = away * home[1] * within("readable_pct", readable_pct, 0, 100) / 100
    pools = (home[0] + usable, (1 - away) * home[1])
    hires = [matches(pool, job, curvature) for pool, job in zip(pools, jobs, strict=True)]
    abroad = hires[0] * usable / pools[0]
    rows = [
        (
            country,
            hired,
            job - hired,
            100 * (1 - hired / job),
            bargained_wage(job / pool) if pool else 100.0,
            abroad,
        )
        for country, pool, job, hired in zip(("first", "second"), pools, jobs, hires, strict=True)
    ]
    return pd.DataFrame(
        rows, columns=["country", "hires", "unfilled", "unfilled_pct", "wage", "hired_abroad"]
    )


def funnel(start: float, steps_pct: Mapping[str, float] | Sequence[tuple[str, float]]) -> pd.DataFrame:
    """How many are left after each step: step, people, share_pct (of the start).

    `start` 0 or more; each step keeps so many percent of those before it. The first row is the start.
    """
    people = within("start", start, 0)
    rows = [("start", people, 100.0)]
    share = 100.0
    for step, keep in dict(steps_pct).items():
        rate = within(step, keep, 0, 100) / 100
        people, share = people * rate, share * rate
        rows.append((step, people, share))
    return pd.DataFrame(rows, columns=["step", "people", "share_pct"])


def share_pct(part: float, whole_: float) -> float:
    """`part` in percent of `whole_` (above 0)."""
    return 100 * within("part", part, 0) / within("whole", whole_, 0, above=True)
