"""A Chromium under Playwright that leaves this machine alone and says what a page asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

from balkanlab.doctor import find_browser

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
LOCAL_HOSTS = {"127.0.0.1", "localhost"}


@dataclass
class Log:
    """What went wrong or went out while pages were open."""

    external: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def clear(self) -> None:
        self.external.clear()
        self.failed.clear()
        self.errors.clear()

    def __str__(self) -> str:
        kinds = {"external requests": self.external, "failed requests": self.failed, "errors": self.errors}
        return "; ".join(f"{kind}: {found}" for kind, found in kinds.items() if found) or "nothing"


@contextmanager
def launched(*flags: str, beside: Browser | None = None) -> Iterator[Browser]:
    """A headless Chromium, with more flags if given.

    Args:
        beside: a browser that is already open in this process; Playwright allows no second start of its own.

    Raises:
        RuntimeError: there is none on this machine.
    """
    path = find_browser()
    if path is None:
        raise RuntimeError(
            "no Chromium found: run `make chromium`, or set BALKANLAB_BROWSER to the path of one"
        )
    with ExitStack() as stack:
        kind = beside.browser_type if beside else stack.enter_context(sync_playwright()).chromium
        browser = kind.launch(executable_path=path, args=[*FLAGS, *flags])
        stack.callback(browser.close)
        yield browser


def is_external(url: str) -> bool:
    """Whether an address leaves this machine."""
    parts = urlsplit(url)
    return parts.scheme in {"http", "https", "ws", "wss", "ftp"} and parts.hostname not in LOCAL_HOSTS


@contextmanager
def context(browser: Browser, **options: Any) -> Iterator[tuple[BrowserContext, Log]]:
    """A fresh profile whose pages are watched; requests to other hosts are refused and written down."""
    log = Log()
    made = browser.new_context(**options)
    made.set_default_timeout(30_000)
    # Only what leaves the machine goes through the handler: intercepting everything would slow every page.
    made.route(is_external, lambda route: (log.external.append(route.request.url), route.abort())[1])
    made.on("requestfailed", lambda request: _failed(log, request))
    made.on(
        "response",
        lambda response: response.status >= 400 and log.failed.append(f"{response.status} {response.url}"),
    )
    made.on("console", lambda message: message.type == "error" and log.errors.append(message.text))
    made.on("weberror", lambda error: log.errors.append(str(error.error)))
    try:
        yield made, log
    finally:
        made.close()


def _failed(log: Log, request: Request) -> None:
    # A download or a page left early ends its request with ERR_ABORTED; that is no fault of the page.
    if not is_external(request.url) and "ERR_ABORTED" not in (request.failure or ""):
        log.failed.append(f"{request.failure} {request.url}")


# Contrast takes axe most of its time and depends on colours alone: three elements of each combination of text
# colour, size, weight, opacity and backgrounds stand for the rest, so that a page costs two seconds, not forty.
AXE_RUN = """async (values) => {
  const looks = (element) => {
    const own = getComputedStyle(element);
    const parts = [own.color, own.fontSize, own.fontWeight, own.fill];
    for (let box = element; box; box = box.parentElement) {
      const style = getComputedStyle(box);
      if (style.backgroundColor !== 'rgba(0, 0, 0, 0)' || style.backgroundImage !== 'none' || style.opacity !== '1')
        parts.push(style.backgroundColor, style.backgroundImage, style.opacity);
    }
    return parts.join();
  };
  const seen = new Map();
  const include = [...document.querySelectorAll('body *')].filter((element) => {
    if (![...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) return false;
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return false;
    const look = looks(element);
    seen.set(look, (seen.get(look) ?? 0) + 1);
    return seen.get(look) <= 3;
  });
  const rest = { 'color-contrast': { enabled: false } };
  const found = await axe.run(document, { runOnly: { type: 'tag', values }, rules: rest, resultTypes: ['violations'] });
  if (!include.length) return found.violations;
  const contrast = { runOnly: { type: 'rule', values: ['color-contrast'] }, resultTypes: ['violations'] };
  return [...found.violations, ...(await axe.run({ include }, contrast)).violations];
}"""


def axe(page: Page) -> list[str]:
    """WCAG A and AA violations, one line per element."""
    page.evaluate(AXE)
    return [
        f"{violation['id']} at {node['target']}: {node['failureSummary']}"
        for violation in page.evaluate(AXE_RUN, WCAG)
        for node in violation["nodes"]
    ]
