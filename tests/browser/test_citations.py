"""The data page: every table can be cited by keyboard, by copying or by a file."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from balkanlab import data
from support import chromium

pytestmark = pytest.mark.browser
LIMITED = "spending"


def test_every_card_offers_its_citation(browser: Browser, site: str) -> None:
    with chromium.context(browser) as (made, _):
        page = made.new_page()
        page.goto(f"{site}/book/data.html")
        for name in data.names():
            assert page.locator(f"#{name} details.bl-cite").count() == 1, name
        limited = {name for name in data.names() if "Limited use." in page.locator(f"#{name}").inner_text()}
        assert limited == {name for name in data.names() if "LIMITED" in str(data.card(name).licences)}
        assert LIMITED in limited


def test_citation_is_copied_and_downloaded_by_keyboard(browser: Browser, site: str) -> None:
    with chromium.context(browser, permissions=["clipboard-read", "clipboard-write"]) as (made, log):
        page = made.new_page()
        page.goto(f"{site}/book/data.html")
        fold = page.locator(f"#{LIMITED} details.bl-cite")
        fold.locator("summary").press("Enter")
        for number, ending in enumerate(("txt", "bib")):
            copy = fold.locator("button.copybtn").nth(number)
            copy.press("Enter")
            expect(copy).to_have_class("copybtn o-tooltip--left success")
            copied = page.evaluate("navigator.clipboard.readText()")
            with page.expect_download() as download:
                fold.locator("a[download]").nth(number).press("Enter")
            assert download.value.suggested_filename == f"{LIMITED}.{ending}"
            assert Path(download.value.path()).read_text(encoding="utf-8").strip() == copied.strip()
            assert "SIPRI" in copied
            assert "You may not" in copied
        assert str(log) == "nothing"
