"""Every page of the built book in a real browser: silent, sound, light enough, readable by everyone."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import pytest
from playwright.sync_api import Browser, Page

from support import checks, chromium, course

pytestmark = pytest.mark.browser
PAGES = [*course.pages(), "search", "genindex"]
CHAPTERS = [chapter["notebook"].removesuffix(".ipynb") for chapter in course.chapters()]
WITH_CHARTS = {explorer.page for explorer in course.stored_explorers()}
PHONE = {"width": 375, "height": 700}
DESK = {"width": 1280, "height": 900}
# Made by the builder for its own use; no reader is sent there.
NOT_PAGES = {"index", "404", "_static/webpack-macros", "_static/sbt-webpack-macros"}
# Decks and the browser edition lie beside the book, with tests of their own.
BESIDE = ("slides/", "run/")


def visit(page: Page, site: str, name: str) -> None:
    """Opens a page, draws every chart and opens every disclosure."""
    page.goto(f"{site}/{name}.html", wait_until="networkidle")
    checks.draw_all(page)
    checks.open_details(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_page_is_silent_and_accessible(browser: Browser, site: str, name: str, scheme: str) -> None:
    with chromium.context(browser, viewport=DESK, color_scheme=scheme) as (made, log):
        page = made.new_page()
        visit(page, site, name)
        assert page.locator("html").get_attribute("data-theme") == scheme
        # The page's own clean state; a transition half-way has colours that no reader sees.
        page.add_style_tag(
            content="*, ::before, ::after { transition: none !important; animation: none !important }"
        )
        assert chromium.axe(page) == []
        assert str(log) == "nothing"


@pytest.mark.parametrize("name", PAGES)
def test_page_fits_a_phone(browser: Browser, site: str, name: str) -> None:
    with chromium.context(browser, viewport=PHONE, is_mobile=True, has_touch=True) as (made, log):
        page = made.new_page()
        visit(page, site, name)
        assert checks.sticking_out(page) == []
        assert str(log) == "nothing"


@pytest.mark.parametrize("name", PAGES)
def test_page_is_light(browser: Browser, site: str, name: str) -> None:
    bar = 650 if name in WITH_CHARTS else 300
    with chromium.context(browser, viewport=DESK) as (made, _):
        page = made.new_page()
        with checks.weighing(page) as weight:
            visit(page, site, name)
            page.wait_for_load_state("networkidle")
        assert weight.kb <= bar, weight


@pytest.mark.parametrize("name", course.pages())
def test_page_prints(browser: Browser, site: str, name: str) -> None:
    with chromium.context(browser, viewport={"width": 794, "height": 1123}, color_scheme="dark") as (made, _):
        page = made.new_page()
        page.goto(f"{site}/{name}.html", wait_until="networkidle")
        page.emulate_media(media="print")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        page.wait_for_function(
            "n => document.querySelectorAll(n).length === 0", arg=f".balkanlab-explorer:not({checks.READY})"
        )
        for part in (
            ".bd-sidebar-primary",
            ".bd-sidebar-secondary",
            ".bd-header",
            ".bl-controls",
            ".bl-actions",
        ):
            assert page.locator(f"{part}:visible").count() == 0, part
        article = page.locator("article.bd-article").first
        assert article.bounding_box()["width"] > 500
        paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert paper in {"rgba(0, 0, 0, 0)", "rgb(255, 255, 255)"}, "dark paper"
        assert checks.sticking_out(page) == []


@pytest.mark.parametrize("name", CHAPTERS)
def test_chapter_reads_without_scripts(browser: Browser, site: str, name: str) -> None:
    with chromium.context(browser, viewport=DESK, java_script_enabled=False) as (made, _):
        page = made.new_page()
        page.goto(f"{site}/{name}.html")
        explorers = page.locator(".balkanlab-explorer")
        assert explorers.count() == sum(explorer.page == name for explorer in course.stored_explorers())
        for number in range(explorers.count()):
            assert explorers.nth(number).locator(".bl-describe").inner_text().strip()
            assert explorers.nth(number).locator("noscript td").count() > 0


def test_front_door_leads_to_the_landing_page_and_into_a_chapter(browser: Browser, site: str) -> None:
    with chromium.context(browser, viewport=DESK) as (made, log):
        page = made.new_page()
        page.goto(f"{site}/")
        page.wait_for_url(f"{site}/{course.pages()[0]}.html")
        start = page.locator(f"article a[href*='{Path(CHAPTERS[0]).name}']").first
        assert start.is_visible()
        assert start.bounding_box()["y"] < DESK["height"], "the way in is below the first screen"
        start.click()
        page.wait_for_url(f"**/{CHAPTERS[0]}.html*")
        assert str(log) == "nothing"


def test_search_finds_a_word_of_the_chapter(browser: Browser, site: str) -> None:
    with chromium.context(browser, viewport=DESK) as (made, log):
        page = made.new_page()
        page.goto(f"{site}/search.html?q=gravity")
        page.locator("#search-results li a").first.wait_for()
        found = page.locator("#search-results li a").evaluate_all("links => links.map(link => link.href)")
        assert any(Path(CHAPTERS[0]).name in link for link in found)
        assert str(log) == "nothing"


def test_glossary_term_explains_itself_on_focus(browser: Browser, site: str) -> None:
    with chromium.context(browser, viewport=DESK) as (made, _):
        page = made.new_page()
        page.goto(f"{site}/{CHAPTERS[0]}.html", wait_until="networkidle")
        term = page.locator("article a[href*='glossary.html#']").first
        term.scroll_into_view_if_needed()
        said = term.evaluate(
            "a => a.title || document.getElementById(a.getAttribute('aria-describedby'))?.textContent || ''"
        )
        assert len(said) > 20


def test_book_has_the_pages_of_its_contents_and_no_other(book: Path) -> None:
    built = {path.relative_to(book).with_suffix("").as_posix() for path in book.rglob("*.html")}
    moved = set(course.manifest().get("redirects") or {})
    pages = {name for name in built - NOT_PAGES - moved if not name.startswith(BESIDE)}
    assert pages == set(PAGES)


class Links(HTMLParser):
    """The addresses a page points at and the anchors it offers."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" and value:
                self.anchors.add(value)
            if name in {"href", "src"} and value:
                self.addresses.append(value)


def test_every_link_inside_the_book_leads_somewhere(book: Path) -> None:
    pages = {path: Links(path.read_text(encoding="utf-8")) for path in book.rglob("*.html")}
    broken = []
    for path, links in pages.items():
        if str(path.relative_to(book).with_suffix("")) in NOT_PAGES - {"index"}:
            continue
        for address in links.addresses:
            bare, anchor = urldefrag(address)
            if urlsplit(bare).scheme or bare.startswith("//"):
                continue
            target = (path.parent / unquote(urlsplit(bare).path)).resolve() if bare else path
            if not target.exists():
                broken.append(f"{path.relative_to(book)}: {address}")
            elif anchor and target in pages and unquote(anchor) not in pages[target].anchors:
                broken.append(f"{path.relative_to(book)}: {address} (no such anchor)")
    assert broken == []
