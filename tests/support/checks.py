"""What is asked of every page. Each check returns what is wrong, so that an empty answer is a pass."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import Page, Response

COMPRESSED = (".woff2", ".woff", ".png", ".jpg", ".jpeg", ".webp", ".gif", ".gz")
READY = ".balkanlab-explorer[data-state='ready']"

# An element may stick out of a box that scrolls by itself; anything else that sticks out is lost or moves the page.
STICKING_OUT = """() => {
  const width = document.documentElement.clientWidth;
  const scrolls = (element) => {
    for (let box = element; box && box !== document.body; box = box.parentElement) {
      const style = getComputedStyle(box);
      if (/auto|scroll/.test(style.overflowX)) return true;
      if (box !== element && /hidden|clip/.test(style.overflowX) && box.clientWidth <= 1) return true;
      if (style.position === 'fixed' || style.visibility === 'hidden') return true;
    }
    return false;
  };
  const found = [];
  const wide = document.scrollingElement.scrollWidth;
  if (wide > width) found.push(`the page is ${wide} px wide in a window of ${width}`);
  for (const element of document.querySelectorAll('body *')) {
    const box = element.getBoundingClientRect();
    if (box.width && box.height > 1 && box.right > width + 1 && !scrolls(element) && !element.closest('svg, dialog')) {
      const name = element.tagName.toLowerCase() + (element.className ? '.' + element.className : '');
      found.push(`${name} ends at ${Math.round(box.right)} px`);
    }
  }
  return found;
}"""


def sticking_out(page: Page) -> list[str]:
    """Elements that reach beyond the right edge of the window."""
    return page.evaluate(STICKING_OUT)


def open_details(page: Page) -> None:
    """Opens every disclosure, so that what is in it is checked as well."""
    page.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true; })")


def draw_all(page: Page) -> None:
    """Brings every explorer into view once and waits until it is drawn."""
    explorers = page.locator(".balkanlab-explorer")
    for number in range(explorers.count()):
        explorer = explorers.nth(number)
        explorer.scroll_into_view_if_needed()
        explorer.and_(page.locator(READY)).wait_for(timeout=15_000)
    page.evaluate("scrollTo(0, 0)")


class Weight:
    """What a page sends over the wire if the host compresses, as every host of pages does."""

    def __init__(self) -> None:
        self.parts: dict[str, int] = {}

    def _hear(self, response: Response) -> None:
        path = urlsplit(response.url).path
        if response.ok and not response.url.startswith(("data:", "blob:")):
            body = response.body()
            self.parts[path] = (
                len(body) if path.endswith(COMPRESSED) else len(gzip.compress(body, 6, mtime=0))
            )

    @property
    def kb(self) -> float:
        return sum(self.parts.values()) / 1000

    def __str__(self) -> str:
        heaviest = sorted(self.parts.items(), key=lambda part: -part[1])[:8]
        return f"{self.kb:.0f} kB: " + ", ".join(f"{path} {size / 1000:.0f}" for path, size in heaviest)


@contextmanager
def weighing(page: Page) -> Iterator[Weight]:
    """Weighs what the page loads inside the block."""
    weight, responses = Weight(), []

    def note(response: Response) -> None:
        responses.append(response)

    page.on("response", note)
    yield weight
    page.remove_listener("response", note)
    for response in responses:
        weight._hear(response)
