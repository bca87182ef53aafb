"""Python inside the browser: how long until it answers, for the first time and again, and what that loads.

Times are the reader's: from opening the address to the result on the page. Bytes are counted where they are sent,
for a page's own observers do not see what workers fetch.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path
from time import perf_counter
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from balkanlab.browser.edition import page
from balkanlab.doctor import find_browser
from balkanlab.site import Handler, address
from support import chromium, jupyter

READY = "['ready', 'failed'].includes(document.querySelector('#balkanlab-run')?.dataset.state)"
PATIENCE = 120_000
VIEW = {"width": 1280, "height": 900}


@dataclass(frozen=True)
class Start:
    """A start of Python: seconds to the first output, and megabytes sent until then."""

    seconds: float
    megabytes: float


@contextmanager
def counting(folder: Path) -> Iterator[tuple[str, list[int]]]:
    """Serves `folder`; yields the address and a list that grows by the bytes of each answer."""
    sent: list[int] = []

    class Counting(Handler):
        def copyfile(self, source: Any, outputfile: Any) -> None:
            content = source.read()
            sent.append(len(content))
            outputfile.write(content)

    running = ThreadingHTTPServer(("127.0.0.1", 0), partial(Counting, directory=str(folder)))
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    yield address(running).rstrip("/"), sent
    running.shutdown()
    running.server_close()
    thread.join()


def starts(browser: Browser, book: Path, notebook: str) -> tuple[Start, Start]:
    """The first start of a notebook in a new browser, and the second one.

    The browser has a profile on disk, as a reader's has: only there does Chromium keep what it has compiled.
    """
    with counting(book) as (site, sent), tempfile.TemporaryDirectory() as profile:
        visitor = browser.browser_type.launch_persistent_context(
            profile, executable_path=find_browser(), args=chromium.FLAGS, viewport=VIEW
        )
        cold, warm = (_start(visitor, f"{site}/{page(notebook)}", sent)[1] for _ in range(2))
        visitor.close()
    return cold, warm


def to_the_end(browser: Browser, book: Path, notebook: str) -> float:
    """Seconds from opening a notebook in a new browser until all its cells have run."""
    with counting(book) as (site, sent):
        visitor = browser.new_context(viewport=VIEW)
        begun = perf_counter()
        tab, _ = _start(visitor, f"{site}/{page(notebook)}", sent)
        jupyter.run_all(tab, PATIENCE / 1000)
        taken = perf_counter() - begun
        visitor.close()
    return taken


def _start(visitor: BrowserContext, url: str, sent: list[int]) -> tuple[Page, Start]:
    sent.clear()
    visitor.set_default_timeout(PATIENCE)
    tab, begun = visitor.new_page(), perf_counter()
    tab.goto(url)
    tab.wait_for_function(READY)
    for key in ("Escape", "a", "Enter"):
        tab.keyboard.press(key)
    tab.keyboard.insert_text("'good day'.upper()")
    tab.keyboard.press("Shift+Enter")
    tab.locator(".jp-OutputArea-output", has_text="GOOD DAY").first.wait_for()
    return tab, Start(perf_counter() - begun, sum(sent) / 1e6)
