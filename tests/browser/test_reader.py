"""What the page does for its reader: remembers, shows the way, forgets when told; and the zip, from a folder."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from balkanlab.publish.deliver import to_zip
from support import checks, chromium, course

pytestmark = pytest.mark.browser
CHAPTER = course.chapters()[0]["notebook"].removesuffix(".ipynb")
DESK = {"width": 1280, "height": 900}


def test_continue_where_you_left_off_and_forget(browser: Browser, site: str) -> None:
    with chromium.context(browser, viewport=DESK) as (made, log):
        page = made.new_page()
        page.goto(f"{site}/book/index.html")
        expect(page.locator(".bl-continue")).to_have_count(0)
        page.goto(f"{site}/{CHAPTER}.html")
        heading = page.locator(".bd-article section > h2").nth(3)
        heading.scroll_into_view_if_needed()
        name = (heading.text_content() or "").rstrip("#¶ \n")
        page.wait_for_function("localStorage.getItem('balkanlab:reader')")
        page.goto(f"{site}/book/index.html")
        link = page.locator(".bl-continue a")
        expect(link).to_contain_text(name[:20])
        expect(page.locator(".bl-reached progress").first).to_have_attribute("value", "1")
        link.press("Enter")
        page.wait_for_url(f"**/{CHAPTER}.html#*")
        page.goto(f"{site}/book/privacy.html")
        expect(page.locator(".bl-kept")).to_contain_text("balkanlab:reader")
        page.locator(".bl-kept button").press("Enter")
        expect(page.locator(".bl-kept")).to_contain_text("Forgotten")
        assert page.evaluate("localStorage.getItem('balkanlab:reader')") is None
        assert str(log) == "nothing"


def test_map_works_by_keyboard(browser: Browser, site: str) -> None:
    with chromium.context(browser, viewport=DESK) as (made, log):
        page = made.new_page()
        page.goto(f"{site}/book/map.html")
        node = page.locator(".bl-map a").first
        node.focus()
        assert page.locator(".bl-map path.bl-lit").count() >= 2
        node.press("Enter")
        page.wait_for_url("**/glossary.html#*")
        assert str(log) == "nothing"


@pytest.fixture(scope="module")
def unpacked(book: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of the zip edition's folder."""
    folder = tmp_path_factory.mktemp("zip")
    with zipfile.ZipFile(to_zip(book, folder / "lab.zip")) as archive:
        archive.extractall(folder)
    return (folder / "lab").as_uri()


def test_the_zip_opens_from_a_folder_with_live_charts_quiz_and_memory(
    browser: Browser, unpacked: str
) -> None:
    with chromium.context(browser, viewport=DESK) as (made, log):
        page = made.new_page()
        page.goto(f"{unpacked}/index.html")
        page.wait_for_url("**/book/index.html")
        page.goto(f"{unpacked}/{CHAPTER}.html")
        checks.draw_all(page)
        box = page.locator(".balkanlab-explorer[data-state=ready]:has(input[type=range])").first
        before = box.locator(".bl-describe").text_content()
        slider = box.locator("input[type=range]").first
        for key in ("End", "Home"):
            slider.press(key)
            page.wait_for_timeout(100)
            if box.locator(".bl-describe").text_content() != before:
                break
        assert box.locator(".bl-describe").text_content() != before
        question = page.locator(".bl-question[data-kind='single']").first
        expect(question.locator(".bl-quiz-said")).to_be_empty()
        question.locator("input").first.check()
        question.locator(".bl-quiz-actions button").first.click()
        expect(question.locator(".bl-quiz-said")).not_to_be_empty()
        page.locator(".bd-article section > h2").nth(2).scroll_into_view_if_needed()
        page.wait_for_function("localStorage.getItem('balkanlab:reader')")
        page.goto(f"{unpacked}/book/index.html")
        expect(page.locator(".bl-continue a")).to_have_count(1)
        assert not log.external
        assert not log.errors


def test_the_zip_can_be_searched_from_a_folder(browser: Browser, unpacked: str) -> None:
    with chromium.context(browser, viewport=DESK) as (made, log):
        page = made.new_page()
        page.goto(f"{unpacked}/search.html?q=tariff")
        expect(page.locator("#search-results li").first).to_be_visible(timeout=15_000)
        page.locator("#search-results a").first.click()
        page.wait_for_url("**/*.html*")
        assert not log.external
