"""Python in the browser: chapters and exercises run on the page, nothing is asked of other hosts, work is kept."""

from __future__ import annotations

import html
import json
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from filelock import FileLock
from playwright.sync_api import Browser, BrowserContext, Page

from balkanlab.browser import estimates
from balkanlab.browser.edition import FOLDER, build, page
from balkanlab.browser.lock import Lock
from balkanlab.browser.sources import cache_folder, gather
from balkanlab.site import serving
from support import chromium, course, jupyter

pytestmark = pytest.mark.browser
CHAPTER = course.chapters()[0]
STATE = "document.querySelector('#balkanlab-run')?.dataset.state"
PATIENCE = 240_000
OWN = "'good day'.upper()"
DRAWN = ".jp-RenderedVegaLite .vega-embed :is(svg.marks, canvas.marks)"
SOLVED = f"""from balkanlab.exercises import progress
progress.note(progress.Event("2026-11-01", {Path(CHAPTER["exercises"]).stem!r}, "2.1a", True))
"noted".upper().lower()
"""
EXERCISES = f"""import json
cells = json.load(open("../{CHAPTER["exercises"]}"))["cells"]
names = {{}}
for cell in cells:
    if cell["cell_type"] == "code":
        exec("".join(cell["source"]), names)
"""
"""The whole exercise notebook, from the reader's folder: a page of its own would cost half a minute more."""


@pytest.fixture(scope="module")
def edition(root: Path, book: Path, shared: Path) -> Path:
    """The folder that holds `run/`: the book, or a folder of its own where numpy and pandas cannot be had."""
    if (book / FOLDER).is_dir():
        return book
    with FileLock(shared / "core.lock"):
        lock = Lock.read(root)
        build(
            root,
            lock,
            gather(lock, cache_folder() / "pyodide"),
            shared / "core",
            shared / "core-site" / FOLDER,
        )
    return shared / "core-site"


@pytest.fixture(scope="module")
def whole(book: Path) -> None:
    """Skips, loudly, where only the core of Python could be had."""
    if not (book / FOLDER).is_dir():
        reason = "NO SOURCE HAD NUMPY AND PANDAS FOR THE BROWSER: chapters were not run there"
        warnings.warn(reason, stacklevel=1)
        pytest.skip(reason)


@pytest.fixture(scope="module")
def visitor(browser: Browser, edition: Path) -> Iterator[tuple[BrowserContext, chromium.Log, str]]:
    """One reader's browser, which keeps what it fetched and wrote between the tests."""
    with serving(edition) as address, chromium.context(browser, accept_downloads=True) as (made, log):
        made.set_default_timeout(60_000)
        yield made, log, address


@pytest.fixture(scope="module")
def chapter(visitor: tuple[BrowserContext, chromium.Log, str]) -> Page:
    """The first chapter, once Python answers in it."""
    made, _, address = visitor
    tab = made.new_page()
    tab.goto(f"{address}/{page(CHAPTER['notebook'])}")
    tab.wait_for_function(f"['ready', 'failed'].includes({STATE})", timeout=PATIENCE)
    assert tab.evaluate(STATE) == "ready", tab.locator("#balkanlab-run").inner_text()
    return tab


def run_own(tab: Page, code: str, says: str) -> str:
    """Puts a cell above the chosen one, runs it, and waits for what it is to say; returns all of that."""
    tab.keyboard.press("Escape")
    tab.keyboard.press("a")
    tab.keyboard.press("Enter")
    tab.keyboard.insert_text(code)
    tab.keyboard.press("Shift+Enter")
    output = tab.locator(".jp-OutputArea", has_text=says).first
    output.wait_for()
    return output.inner_text()


def wrong(log: chromium.Log) -> list[str]:
    """Requests that left the machine or failed; a browser asks for an icon by itself."""
    return [*log.external, *(failed for failed in log.failed if not failed.endswith("/favicon.ico"))]


def text_of_outputs(tab: Page) -> str:
    """All of it: inner_text would leave out what is scrolled away."""
    outputs = tab.locator(".jp-OutputArea-output")
    return "\n".join(outputs.evaluate_all("all => all.map((one) => one.textContent)"))


def test_each_notebook_page_opens_its_notebook(book: Path, whole: None) -> None:
    for entry in course.chapters():
        for notebook in (entry["notebook"], entry["exercises"]):
            text = (book / notebook).with_suffix(".html").read_text(encoding="utf-8")
            (address,) = re.findall(r'<p class="bl-run"><a href="([^"]+)">Run in the browser</a>', text)
            target = urlsplit(html.unescape(address))
            assert (book / notebook).parent.joinpath(target.path).resolve().is_file()
            (opens,) = parse_qs(target.query)["path"]
            assert opens == notebook
            assert (book / FOLDER / "files" / notebook).is_file()


def test_a_cell_of_ones_own_runs_and_can_be_downloaded(
    chapter: Page, visitor: tuple[BrowserContext, chromium.Log, str]
) -> None:
    """Needs the core of Python only."""
    run_own(chapter, OWN, "GOOD DAY")
    chapter.keyboard.press("Control+s")
    with chapter.expect_download() as download:
        chapter.get_by_role("menuitem", name="File", exact=True).click()
        chapter.locator(".lm-Menu-itemLabel", has_text=re.compile("^Download$")).click()
    saved = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert any(OWN in "".join(cell["source"]) for cell in saved["cells"])
    assert wrong(visitor[1]) == []


def test_charts_are_drawn_when_the_reader_comes_near(chapter: Page) -> None:
    """Until then the stored picture stands there, with its words."""
    content = course.notebook(CHAPTER["notebook"])
    charts = len(list(course.specs(content)))
    drawn = chapter.locator(DRAWN)
    chapter.locator(".jp-RenderedVegaLite > img[alt]").first.wait_for(state="attached")
    assert drawn.count() < charts / 2
    jupyter.scroll_to_end(chapter, content, more=1)
    chapter.wait_for_function(
        "([css, n]) => document.querySelectorAll(css).length === n", arg=[DRAWN, charts]
    )
    assert chapter.locator(".jp-RenderedVegaLite > img").count() == 0


def test_links_to_prose_lead_to_the_page_of_the_book(
    chapter: Page, visitor: tuple[BrowserContext, chromium.Log, str], book: Path
) -> None:
    """And not to its source, as JupyterLab would have it."""
    link = chapter.locator(".jp-Notebook a", has_text="Resolution 1244").first
    with visitor[0].expect_page() as opened:
        link.click()
    assert opened.value.url.endswith("/book/bibliography.html#unsc1244")
    assert 'id="unsc1244"' in (book / "book" / "bibliography.html").read_text(encoding="utf-8")
    opened.value.close()


def test_the_chapter_runs_to_its_end(
    chapter: Page, whole: None, visitor: tuple[BrowserContext, chromium.Log, str]
) -> None:
    """It prints what is stored, estimates included, and its explorers answer."""
    content = course.notebook(CHAPTER["notebook"])
    jupyter.run_all(chapter, PATIENCE / 1000)
    jupyter.scroll_to_end(chapter, content, more=1)
    said = text_of_outputs(chapter)
    for cell in content["cells"]:
        for output in cell.get("outputs", []):
            if output["output_type"] == "stream":
                assert "".join(output["text"]).strip() in said
    assert estimates.NOTE in said
    movable = sum(bool(spec["usermeta"]["balkanlab"]["controls"]) for spec in course.specs(content))
    chapter.wait_for_function(
        "([css, n]) => document.querySelectorAll(css).length === n", arg=[jupyter.LIVE, movable]
    )
    jupyter.move_a_slider(chapter)
    assert wrong(visitor[1]) == []


def test_exercises_are_checked_with_hints(
    chapter: Page, whole: None, visitor: tuple[BrowserContext, chromium.Log, str]
) -> None:
    tasks = [task for system in CHAPTER["systems"].values() for task in system["tasks"]]
    chapter.locator(".jp-Cell").first.locator(".jp-InputPrompt").click()
    said = run_own(chapter, EXERCISES, f"{tasks[-1]}: ")
    for task in tasks:
        assert re.search(rf"^{re.escape(task)}: (ok|not yet)", said, re.MULTILINE), f"{task} said nothing"
    assert "Traceback" not in said
    assert wrong(visitor[1]) == []


def test_progress_outlives_the_page(
    chapter: Page, whole: None, visitor: tuple[BrowserContext, chromium.Log, str]
) -> None:
    run_own(chapter, SOLVED, "noted")
    made, _, address = visitor
    tab = made.new_page()
    tab.goto(f"{address}/{page(CHAPTER['exercises'])}")
    tab.wait_for_function(f"{STATE} === 'ready'", timeout=PATIENCE)
    said = run_own(
        tab, "from balkanlab.exercises import progress; str(progress.read(progress.location()))", "Event"
    )
    assert "2026-11-01" in said
    tab.close()


def test_work_is_kept_and_the_reader_is_told_when_python_does_not_start(
    chapter: Page, visitor: tuple[BrowserContext, chromium.Log, str]
) -> None:
    made, _, address = visitor
    tab = made.new_page()
    tab.route("**/pyodide.asm.wasm", lambda route: route.fulfill(status=404))
    tab.goto(f"{address}/{page(CHAPTER['notebook'])}")
    tab.locator(".jp-Cell", has_text=OWN).first.wait_for()
    alert = tab.locator("#balkanlab-run [role=alert]")
    alert.wait_for()
    assert "Python could not start in this page" in alert.inner_text()
    assert "runs on your own computer" in alert.inner_text()
