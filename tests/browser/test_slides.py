"""The slides of each chapter in a real browser: from a file, by keyboard, on a phone, on paper, without scripts."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from pypdf import PdfReader

from balkanlab.publish import slides
from support import checks, chromium, course

pytestmark = pytest.mark.browser
DECKS = {slides.deck(c).as_posix(): c for c in course.chapters() if slides.has_deck(course.ROOT, c)}
DESK, PHONE = {"width": 1280, "height": 720}, {"width": 375, "height": 700}
PRESENT = ".reveal section.present:not(.stack)"
each_deck = pytest.mark.parametrize("deck", DECKS)


@contextmanager
def opened(browser: Browser, address: str, **options: object) -> Iterator[tuple[Page, chromium.Log]]:
    """A page with the deck, and what went wrong on it."""
    with chromium.context(browser, **options) as (made, log):
        page = made.new_page()
        page.goto(address, wait_until="networkidle")
        yield page, log


def place(page: Page) -> list[int]:
    """Column and row of the slide that shows."""
    at = page.evaluate("Reveal.getIndices()")
    return [at["h"], at["v"] or 0]


@each_deck
def test_from_a_file_every_slide_is_whole_and_every_explorer_alive(
    browser: Browser, book: Path, deck: str
) -> None:
    with opened(browser, (book / deck).as_uri(), viewport=DESK) as (page, log):
        columns = slides.slides(course.notebook(DECKS[deck]["notebook"]))
        assert page.evaluate("Reveal.getTotalSlides()") == 1 + sum(len(column) for column in columns)
        seen = 0
        while True:
            assert page.locator(PRESENT).evaluate("s => s.scrollWidth <= s.clientWidth"), place(page)
            for explorer in page.locator(f"{PRESENT} .balkanlab-explorer").all():
                explorer.and_(page.locator(checks.READY)).wait_for(timeout=15_000)
                assert explorer.locator("svg").first.bounding_box()["width"] > 100
                seen += 1
            if page.evaluate("Reveal.isLastSlide()"):
                break
            page.evaluate("Reveal.next()")
        assert seen == page.locator(".balkanlab-explorer").count() > 0
        assert str(log) == "nothing"


def test_arrows_move_slides_and_inside_a_slider_the_slider(browser: Browser, site: str) -> None:
    with opened(browser, f"{site}/{next(iter(DECKS))}#/1", viewport=DESK) as (page, _):
        assert place(page) == [1, 0]
        page.keyboard.press("ArrowDown")
        assert place(page) == [1, 1]
        page.locator(f"{PRESENT} {checks.READY}").wait_for()
        slider, words = page.locator(f"{PRESENT} input[type=range]"), page.locator(f"{PRESENT} .bl-describe")
        before, said = slider.input_value(), words.inner_text()
        slider.focus()
        page.keyboard.press("ArrowLeft")
        assert slider.input_value() != before
        page.wait_for_function(
            "([p, t]) => document.querySelector(p).innerText !== t", arg=[f"{PRESENT} .bl-describe", said]
        )
        assert place(page) == [1, 1]
        page.keyboard.press("Escape")
        page.keyboard.press("ArrowRight")
        assert place(page) == [2, 0]
        page.wait_for_url("**/*#/2")


def test_a_bet_is_placed_by_keyboard(browser: Browser, site: str) -> None:
    with opened(browser, f"{site}/{next(iter(DECKS))}#/1", viewport=DESK) as (page, _):
        radios = page.locator(f"{PRESENT} input[type=radio]")
        radios.first.focus()
        page.keyboard.press("ArrowDown")
        assert radios.nth(1).is_checked()
        assert place(page) == [1, 0]
        page.locator(f"{PRESENT} summary").focus()
        page.keyboard.press("Enter")
        assert page.locator(f"{PRESENT} details[open] p").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_slides_are_accessible(browser: Browser, site: str, scheme: str) -> None:
    deck = list(DECKS)[2]
    with opened(browser, f"{site}/{deck}", viewport=DESK, color_scheme=scheme) as (page, log):
        for spot in ("#/0", "#/1/0", "#/1/1", "#/2/2"):
            page.evaluate("at => { location.hash = at }", spot)
            page.wait_for_timeout(150)
            assert chromium.axe(page) == [], spot
        assert page.locator("html").get_attribute("data-theme") == scheme
        assert str(log) == "nothing"


@each_deck
def test_on_a_phone_a_deck_is_read_downwards_and_light(browser: Browser, site: str, deck: str) -> None:
    with chromium.context(browser, viewport=PHONE, is_mobile=True, has_touch=True) as (made, log):
        page = made.new_page()
        with checks.weighing(page) as weight:
            page.goto(f"{site}/{deck}", wait_until="networkidle")
            checks.draw_all(page)
        checks.open_details(page)
        assert page.locator(".reveal").count() == 0
        assert checks.sticking_out(page) == []
        assert chromium.axe(page) == []
        assert str(log) == "nothing"
    assert weight.kb <= 650, weight


def test_paper_holds_every_slide(browser: Browser, site: str) -> None:
    deck = next(iter(DECKS))
    with opened(browser, f"{site}/{deck}", viewport=DESK, color_scheme="dark") as (page, _):
        sheets = PdfReader(io.BytesIO(page.pdf())).pages
    # Which ligatures there are depends on the fonts of the machine.
    text = unicodedata.normalize("NFKC", " ".join(sheet.extract_text() for sheet in sheets))
    for column in slides.slides(course.notebook(DECKS[deck]["notebook"])):
        assert column[0].title[:12] in " ".join(text.split())


def test_without_scripts_a_deck_is_a_page(browser: Browser, site: str) -> None:
    deck = next(iter(DECKS))
    with opened(browser, f"{site}/{deck}", viewport=DESK, java_script_enabled=False) as (page, _):
        headings = page.locator("h2:visible").count()
        assert headings >= len(slides.slides(course.notebook(DECKS[deck]["notebook"]))) - 1
        assert page.locator(".bl-describe:visible").count() == page.locator(".balkanlab-explorer").count()


@each_deck
def test_guide_and_chapter_lead_to_the_slides(browser: Browser, site: str, deck: str) -> None:
    chapter = DECKS[deck]
    with opened(browser, f"{site}/{chapter['notebook'].removesuffix('.ipynb')}.html", viewport=DESK) as (
        page,
        _,
    ):
        assert page.locator(".bl-teach a").first.get_attribute("href") == f"../{deck}"
        page.goto(f"{site}/book/instructor-guide.html", wait_until="domcontentloaded")
        assert page.locator(f".bl-guide-links a[href='../{deck}']").count() == 1
