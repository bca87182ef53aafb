"""What Lighthouse asks of a page that opens for the first time: bytes, first contentful paint, blocking time.

Lighthouse itself is a Node program; the two times come from the browser's own observers and are reckoned as it does,
for a desktop (https://developer.chrome.com/docs/lighthouse/performance/lighthouse-total-blocking-time). The network
is loopback, and other hosts are refused.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from playwright.sync_api import Browser

from support import checks, chromium

RUNS = 3
OBSERVE = """
  window.longTasks = [];
  new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map((e) => [e.startTime, e.duration])))
    .observe({ type: 'longtask', buffered: true });
"""
# From the first contentful paint on, what each long task takes beyond 50 ms.
TIMES = """() => {
  const paint = performance.getEntriesByName('first-contentful-paint')[0].startTime;
  const late = window.longTasks.map(([start, took]) => start + took - Math.max(start, paint));
  return [paint, late.reduce((sum, took) => sum + Math.max(0, took - 50), 0)];
}"""


@dataclass(frozen=True)
class Vitals:
    """A page opened with a cold cache, medians of `RUNS` visits.

    Attributes:
        kb: what came over the wire from this machine, in 1000 bytes, compressed.
        paint: seconds until the first text or picture.
        blocking: milliseconds during which the page, painted, could not answer.
        external: requests to other hosts, all refused; what they would have brought is in none of the numbers. Of the
            visits the one with most counts.
    """

    kb: float
    paint: float
    blocking: float
    external: int


def measure(browser: Browser, *urls: str) -> list[Vitals]:
    """Opens each page `RUNS` times, in turns, so that a busy moment of the machine meets them all alike."""
    rounds = [[_visit(browser, url) for url in urls] for _ in range(RUNS)]
    return [_medians(visits) for visits in zip(*rounds, strict=True)]


def _medians(visits: Sequence[Vitals]) -> Vitals:
    return Vitals(
        kb=statistics.median(visit.kb for visit in visits),
        paint=statistics.median(visit.paint for visit in visits),
        blocking=statistics.median(visit.blocking for visit in visits),
        external=max(visit.external for visit in visits),
    )


def _visit(browser: Browser, url: str) -> Vitals:
    with chromium.context(browser, viewport={"width": 1280, "height": 900}) as (made, log):
        made.set_default_timeout(60_000)
        page = made.new_page()
        page.add_init_script(OBSERVE)
        with checks.weighing(page) as weight:
            page.goto(url, wait_until="networkidle")
        paint, blocking = page.evaluate(TIMES)
        return Vitals(weight.kb, paint / 1000, blocking, len(log.external))
