"""The checks of the other files, each seen to fail on a page made to fail it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from balkanlab.site import serving
from support import checks, chromium

pytestmark = pytest.mark.browser
GOOD = (
    "<!doctype html><html lang=en><title>t</title><meta name=viewport content='width=device-width'>"
    "<main><h1>t</h1>{}"
)


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator:
    """Shows a page with the given body at phone width; returns the page and its log."""
    with (
        serving(tmp_path) as address,
        chromium.context(browser, viewport={"width": 375, "height": 700}) as (made, log),
    ):

        def open_page(body: str) -> tuple[Page, chromium.Log]:
            (tmp_path / "index.html").write_text(GOOD.format(body), encoding="utf-8")
            (tmp_path / "favicon.ico").write_bytes(b"")
            page = made.new_page()
            page.goto(f"{address}/index.html", wait_until="networkidle")
            return page, log

        yield open_page


def test_a_sound_page_passes(show) -> None:
    page, log = show("<p>Plain text.</p>")
    assert str(log) == "nothing"
    assert checks.sticking_out(page) == []
    assert chromium.axe(page) == []


def test_a_request_to_another_host_is_seen_and_refused(show) -> None:
    _, log = show("<script src='https://cdn.example.org/vega.js'></script>")
    assert log.external == ["https://cdn.example.org/vega.js"]


def test_a_console_error_is_seen(show) -> None:
    _, log = show("<script>console.error('planted')</script>")
    assert log.errors == ["planted"]


def test_an_uncaught_error_is_seen(show) -> None:
    _, log = show("<script>nothing.there</script>")
    assert "nothing is not defined" in log.errors[0]


def test_a_missing_file_is_seen(show) -> None:
    _, log = show("<img alt='' src='gone.png'>")
    assert [line[:3] for line in log.failed] == ["404"]


def test_a_wide_table_is_seen(show) -> None:
    page, _ = show("<div style='width:600px'>wide</div>")
    assert any("375" in line for line in checks.sticking_out(page))


def test_what_is_cut_off_is_seen(show) -> None:
    page, _ = show("<div style='overflow:hidden'><div style='width:600px' class=cut>wide</div></div>")
    assert checks.sticking_out(page) == ["div.cut ends at 608 px"]


def test_faint_text_and_an_unnamed_input_are_seen(show) -> None:
    page, _ = show("<p style='color:#aaa;background:#fff'>faint</p><input type=range>")
    rules = {line.split()[0] for line in chromium.axe(page)}
    assert rules == {"color-contrast", "label"}
