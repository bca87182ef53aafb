"""`make bench`: seconds and bytes of the course, each held against its bar. Prints a table; `--json FILE` keeps it."""

from __future__ import annotations

import argparse
import json
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from in_browser import starts, to_the_end  # noqa: E402
from playwright.sync_api import Browser, Page  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402
from stock import build_stock  # noqa: E402
from vitals import measure  # noqa: E402

from balkanlab.browser.edition import FOLDER  # noqa: E402
from balkanlab.site import build, serving  # noqa: E402
from support import checks, chromium, course, jupyter  # noqa: E402
from support.nbval import strictly  # noqa: E402

MOVES = 30
DESK = {"width": 1280, "height": 900}

# From the control's own event to the redrawn chart, for every position of every slider, year and choice shown.
MOVE = """async ([name, moves]) => {
  const box = document.querySelector(`.balkanlab-explorer[data-state=ready][data-name="${name}"]`)
    ?? [...document.querySelectorAll('.balkanlab-explorer[data-state=ready]')][name];
  const input = box.querySelector('input[type=range]');
  const times = [];
  const [low, high, step] = [input.min, input.max, input.step].map(Number);
  let value = Number(input.value);
  let up = 1;
  for (let i = 0; i < moves; i += 1) {
    if (value + up * step > high + 1e-9 || value + up * step < low - 1e-9) up = -up;
    value += up * step;
    const drawn = new Promise((resolve) => box.addEventListener('balkanlab:drawn', resolve, { once: true }));
    input.value = value;
    const start = performance.now();
    input.dispatchEvent(new Event('input', { bubbles: true }));
    await drawn;
    times.push(performance.now() - start);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return times;
}"""
FIRST_CHART = """
  document.addEventListener('balkanlab:ready', () => { window.firstChart ??= performance.now(); });
  document.addEventListener('DOMContentLoaded', () => {
    document.querySelector('.balkanlab-explorer')?.scrollIntoView({ behavior: 'instant' });
  });
"""


@dataclass(frozen=True)
class Reading:
    """One measured number; `bar` is the most it may be."""

    what: str
    value: float
    unit: str
    bar: float | None = None

    @property
    def ok(self) -> bool | None:
        return None if self.bar is None else self.value <= self.bar


def seconds(work: object) -> float:
    start = perf_counter()
    work()  # type: ignore[operator]
    return perf_counter() - start


def import_time() -> Iterator[Reading]:
    def run(code: str) -> float:
        return statistics.median(
            seconds(lambda: subprocess.run([sys.executable, "-c", code], check=True)) for _ in range(7)
        )

    yield Reading("import balkanlab", run("import balkanlab") - run("pass"), "s", 0.3)


def copy_of_checkout(to: Path) -> Path:
    """What git would take along, so that edits and builds leave the checkout alone."""
    ignored = shutil.ignore_patterns(
        ".git", ".venv", "_build", "dist", "__pycache__", ".*_cache", ".hypothesis"
    )
    return Path(shutil.copytree(ROOT, to / "course", ignore=ignored))


def builds(copy: Path) -> Iterator[Reading]:
    yield Reading("clean build", seconds(lambda: build(copy)), "s")
    path = copy / course.chapters()[0]["notebook"]
    content = json.loads(path.read_text(encoding="utf-8"))
    cell = next(cell for cell in content["cells"] if cell["cell_type"] == "markdown")
    cell["source"] = [*cell["source"], "\n\nA sentence more."]
    path.write_text(json.dumps(content), encoding="utf-8")
    yield Reading("rebuild after one edited chapter", seconds(lambda: build(copy)), "s", 5)


def pages(browser: Browser, site: str) -> Iterator[Reading]:
    charted = {explorer.page for explorer in course.stored_explorers()}
    for name in course.pages():
        with chromium.context(browser, viewport=DESK) as (made, _):
            page = made.new_page()
            with checks.weighing(page) as weight:
                page.goto(f"{site}/{name}.html", wait_until="networkidle")
                checks.draw_all(page)
            yield Reading(f"wire: {name}", weight.kb, "kB gz", 650 if name in charted else 300)


def first_chart(browser: Browser, site: str) -> Iterator[Reading]:
    for chapter in course.chapters():
        name, times = chapter["notebook"].removesuffix(".ipynb"), []
        for _ in range(5):
            with chromium.context(browser, viewport=DESK) as (made, _log):
                page = made.new_page()
                page.add_init_script(FIRST_CHART)
                page.goto(f"{site}/{name}.html")
                page.wait_for_function("window.firstChart")
                times.append(page.evaluate("window.firstChart") / 1000)
        yield Reading(f"first chart: {name}", statistics.median(times), "s", 1.5)


def beside_stock(browser: Browser, site: str, scratch: Path) -> Iterator[Reading]:
    """The first chapter as it opens for the first time, and the same notebook built by stock Jupyter Book 1."""
    notebook = course.chapters()[0]["notebook"]
    scratch.mkdir()
    with serving(build_stock(ROOT / notebook, scratch)) as stock:
        page = f"{site}/{notebook.removesuffix('.ipynb')}.html"
        ours, theirs = measure(browser, page, f"{stock}/chapter.html")
    for whose, found, held in (("ours", ours, True), ("stock Jupyter Book 1", theirs, False)):
        for what, value, unit, bar in (
            ("bytes", found.kb, "kB gz", 650),
            # Where Lighthouse's green ends for a desktop.
            ("first contentful paint", found.paint, "s", 0.93),
            ("blocking time", found.blocking, "ms", 150),
            ("requests to other hosts", found.external, "", 0),
        ):
            yield Reading(f"{what}: {whose}", value, unit, bar if held else None)


def python_in_browser(browser: Browser, book: Path) -> Iterator[Reading]:
    """The browser edition, if its pieces could be had: a light notebook, and the first chapter to its end."""
    if not (book / FOLDER).is_dir():
        return
    first, light = course.chapters()[0]["notebook"], course.chapters()[2]["exercises"]
    for notebook in (light, first):
        cold, warm = starts(browser, book, notebook)
        yield Reading(f"in the browser, first output: {notebook}", cold.seconds, "s", 10)
        yield Reading("  bytes until then", cold.megabytes, "MB", 16)
        yield Reading("  first output, warm", warm.seconds, "s", 6)
    yield Reading(f"in the browser, to its end: {first}", to_the_end(browser, book, first), "s", 30)


def twin_moves(browser: Browser, site: str) -> Iterator[Reading]:
    for chapter in course.chapters():
        name, times = chapter["notebook"].removesuffix(".ipynb"), []
        with chromium.context(browser, viewport=DESK) as (made, _):
            page = made.new_page()
            page.goto(f"{site}/{name}.html", wait_until="networkidle")
            checks.draw_all(page)
            for explorer in course.stored_explorers():
                if explorer.page == name and any(c["type"] in {"slider", "year"} for c in explorer.controls):
                    page.locator(f"[data-name='{explorer.name}']").scroll_into_view_if_needed()
                    times += page.evaluate(MOVE, [explorer.name, MOVES])
        yield Reading(f"twin move, median: {name}", statistics.median(times), "ms", 16)


def live_moves(browser: Browser, scratch: Path) -> Iterator[Reading]:
    folder = scratch / "lab" / "course"
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "course.yml", folder)
    for name in ("data", "notebooks"):
        shutil.copytree(ROOT / name, folder / name)
    with jupyter.running(folder, scratch / "lab") as lab:
        for chapter in course.chapters():
            with chromium.context(browser, viewport={"width": 1400, "height": 1000}) as (made, _):
                made.set_default_timeout(60_000)
                times = _live(made.new_page(), lab, chapter["notebook"])
            yield Reading(f"live move, median: {chapter['notebook']}", statistics.median(times), "ms", 150)


def _live(page: Page, lab: jupyter.Lab, notebook: str) -> list[float]:
    content = course.notebook(notebook)
    jupyter.open_notebook(page, lab, notebook)
    jupyter.scroll_to_end(page, content)
    jupyter.run_all(page)
    jupyter.scroll_to_end(page, content)
    times: list[float] = []
    explorers = page.locator(jupyter.LIVE)
    for number in range(explorers.count()):
        if explorers.nth(number).locator("input[type=range]").count():
            explorers.nth(number).scroll_into_view_if_needed()
            times += page.evaluate(MOVE, [number, MOVES // 3])
    return times


def nbval_seconds() -> Iterator[Reading]:
    for path in sorted([*ROOT.glob("notebooks/*.ipynb"), *ROOT.glob("exercises/solutions/*.ipynb")]):
        yield Reading(
            f"nbval: {path.relative_to(ROOT).as_posix()}", seconds(lambda path=path: strictly(path)), "s"
        )


def agents() -> Iterator[Reading]:
    """The model of states on a map: a thousand settings as arrays, and the same model in Mesa."""
    from abm import race

    result = race()
    yield Reading("neighbourhood model, 1,000 settings", result.seconds_arrays, "s", 2.0)
    yield Reading("neighbourhood model, arrays over runs", result.per_second_arrays, "runs/s")
    yield Reading("neighbourhood model, Mesa", result.per_second_mesa, "runs/s")
    yield Reading("  difference of the two", result.largest_difference, "arms", 1e-9)


def readings() -> Iterator[Reading]:
    """Every measurement, one at a time: nothing else runs beside it."""
    yield from import_time()
    yield from agents()
    with tempfile.TemporaryDirectory(prefix="balkanlab-bench-") as folder, chromium.launched() as browser:
        copy = copy_of_checkout(Path(folder))
        yield from builds(copy)
        with serving(copy / "_build" / "html") as site:
            yield from pages(browser, site)
            yield from first_chart(browser, site)
            yield from beside_stock(browser, site, Path(folder) / "stock")
            yield from twin_moves(browser, site)
        yield from python_in_browser(browser, copy / "_build" / "html")
        yield from live_moves(browser, Path(folder))
    yield from nbval_seconds()


def main() -> int:
    parser = argparse.ArgumentParser(prog="balkanlab bench", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the readings to FILE")
    options = parser.parse_args()
    console, found = Console(highlight=False), []
    with console.status("Measuring") as status:
        for reading in readings():
            found.append(reading)
            status.update(f"Measuring (last: {reading.what} {reading.value:.3g} {reading.unit})")
    table = Table(title=f"balkanlab on {platform.python_implementation()} {platform.python_version()}")
    for column, justify in (
        ("what", "left"),
        ("value", "right"),
        ("unit", "left"),
        ("bar", "right"),
        ("", "left"),
    ):
        table.add_column(column, justify=justify)
    verdict = {None: "", True: "[green]pass", False: "[bold red]fail"}
    for reading in found:
        bar = "" if reading.bar is None else f"{reading.bar:g}"
        table.add_row(reading.what, f"{reading.value:.3g}", reading.unit, bar, verdict[reading.ok])
    console.print(table)
    text = json.dumps([asdict(reading) | {"ok": reading.ok} for reading in found], indent=2) + "\n"
    if options.json:
        options.json.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    return int(any(reading.ok is False for reading in found))


if __name__ == "__main__":
    sys.exit(main())
