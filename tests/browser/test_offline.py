"""The book leaves the machine alone: behind a proxy that refuses and writes down everything, nothing is asked for.

The other tests watch the requests of pages from inside the browser. Here the watch stands outside, so that it also
sees what not every page event tells of: beacons, web sockets, workers.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from balkanlab.site import serving
from support import checks, chromium
from support.proxy import Refusing, refusing

pytestmark = pytest.mark.browser
# What the builder keeps for itself, and the browser edition, which has tests of its own.
NOT_OPENED = ("_static", "run")
# Services of the browser itself, not of a page, that no other switch ends: sign-in, filling of forms, push messages.
NOWHERE = "http://127.0.0.1:9"
BROWSERS_OWN = [
    f"--{service}-url={NOWHERE}" for service in ("gaia", "autofill-server", "gcm-checkin", "gcm-registration")
]
# Asked now and then by Chromium itself, whatever it has been told.
UPDATES = "update.googleapis.com"
WAYS_OUT = {
    "script": "<script src='http://cdn.example.org/vega.js'></script>",
    "beacon": "<script>navigator.sendBeacon('http://cdn.example.org/seen', '1')</script>",
    "socket": "<script>new WebSocket('wss://cdn.example.org/live')</script>",
    "worker": "<script>new Worker(URL.createObjectURL(new Blob([\"fetch('http://cdn.example.org/w')\"])))</script>",
}


@pytest.fixture(scope="module")
def guarded(browser: Browser) -> Iterator[tuple[Browser, Refusing]]:
    with refusing() as proxy:
        flags = (f"--proxy-server=http://{proxy.address}", *BROWSERS_OWN)
        with chromium.launched(*flags, beside=browser) as behind_it:
            yield behind_it, proxy


@pytest.fixture
def tab(guarded: tuple[Browser, Refusing]) -> Iterator[tuple[Page, list[str]]]:
    """A page, and what the proxy refused since the test began."""
    browser, proxy = guarded
    proxy.refused.clear()
    made = browser.new_context(viewport={"width": 1280, "height": 900})
    yield made.new_page(), proxy.refused
    made.close()


def test_no_page_of_the_book_asks_another_machine(tab: tuple[Page, list[str]], book: Path, site: str) -> None:
    page, refused = tab
    names = sorted(path.relative_to(book).as_posix() for path in book.rglob("*.html"))
    opened = [name for name in names if not name.startswith(NOT_OPENED)]
    assert len(opened) > 15
    asked = {}
    for name in opened:
        page.goto(f"{site}/{name}", wait_until="networkidle")
        if not name.startswith("slides/"):  # charts of a deck are drawn when their slide comes up
            checks.draw_all(page)
        if by_the_page := [line for line in refused if UPDATES not in line]:
            asked[name] = by_the_page
        refused.clear()
    assert asked == {}


@pytest.mark.parametrize("way", WAYS_OUT)
def test_each_way_out_is_seen(tab: tuple[Page, list[str]], tmp_path: Path, way: str) -> None:
    page, refused = tab
    (tmp_path / "index.html").write_text(f"<!doctype html><title>t</title>{WAYS_OUT[way]}", encoding="utf-8")
    (tmp_path / "favicon.ico").touch()
    with serving(tmp_path) as address:
        page.goto(f"{address}/index.html")
        page.wait_for_timeout(1000)
    assert any("cdn.example.org" in line for line in refused), refused
