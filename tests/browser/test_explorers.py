"""Every explorer and figure on the published pages: drawn, moved by every control, right, and usable by keyboard."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from support import chromium, course
from support.definitions import expected, explorers_of

pytestmark = pytest.mark.browser
STORED = course.stored_explorers()
MOVABLE = [explorer for explorer in STORED if explorer.controls]
every = pytest.mark.parametrize("explorer", STORED, ids=lambda explorer: explorer.name)
every_movable = pytest.mark.parametrize("explorer", MOVABLE, ids=lambda explorer: explorer.name)
SETTINGS = 8
MARKS = "svg g[class*='role-mark'] > *"


class Shown:
    """An explorer on an open page."""

    def __init__(self, page: Page, stored: course.Stored) -> None:
        self.page = page
        self.box: Locator = page.locator(f".balkanlab-explorer[data-name='{stored.name}']")
        self.box.scroll_into_view_if_needed()
        self.box.and_(page.locator("[data-state='ready']")).wait_for()
        self.set({control["name"]: control["value"] for control in stored.controls})

    def set(self, values: dict[str, Any]) -> None:
        """Puts the controls at a setting and waits for the drawing."""
        self.box.evaluate("(element, values) => element.balkanlab.set(values)", values)

    def rows(self) -> list[dict[str, Any]]:
        return self.box.evaluate("element => element.balkanlab.rows()")

    def values(self) -> dict[str, Any]:
        return self.box.evaluate("element => element.balkanlab.values()")

    def drawing(self) -> list[str]:
        """The leaves of the drawing; sorted, for Vega may draw the same marks in another order."""
        return sorted(
            self.box.locator(".bl-chart svg").evaluate(
                "svg => [...svg.querySelectorAll('*')].filter(e => !e.children.length).map(e => e.outerHTML)"
            )
        )

    def text(self) -> str:
        return self.box.locator(".bl-describe").inner_text()

    def input_of(self, control: dict[str, Any]) -> Locator:
        """The input that Tab reaches: of a group of radio buttons the chosen one."""
        inputs = self.box.locator(f"[id$='-{control['name']}']:is(input, select)")
        radios = self.box.locator(f"input[type=radio][name$='-{control['name']}']:checked")
        return inputs.or_(radios).first


@pytest.fixture(scope="module")
def open_page(browser: Browser, site: str) -> Iterator[Any]:
    """Each page opened once per worker; a test starts by putting its explorer back to the start."""
    pages: dict[str, tuple[Page, chromium.Log]] = {}
    with ExitStack() as stack:

        def opened(stored: course.Stored) -> tuple[Shown, chromium.Log]:
            if stored.page not in pages:
                made, log = stack.enter_context(
                    chromium.context(browser, viewport={"width": 1280, "height": 900}, accept_downloads=True)
                )
                page = made.new_page()
                page.goto(f"{site}/{stored.page}.html", wait_until="networkidle")
                pages[stored.page] = page, log
            page, log = pages[stored.page]
            log.clear()
            return Shown(page, stored), log

        yield opened


def test_names_are_unique() -> None:
    names = [explorer.name for explorer in STORED]
    assert sorted(set(names)) == sorted(names)


@every
def test_is_drawn_and_described(open_page, explorer: course.Stored) -> None:
    shown, log = open_page(explorer)
    assert shown.box.locator(MARKS).count() > 0
    assert shown.box.locator(".bl-chart").get_attribute("aria-label") == shown.text() != ""
    assert shown.box.locator(".bl-describe").get_attribute("aria-live") == "polite"
    box = shown.box.locator(".bl-chart svg").bounding_box()
    assert box["width"] > 200
    assert box["height"] > 60
    assert str(log) == "nothing"


@every
def test_follows_light_and_dark(open_page, explorer: course.Stored) -> None:
    shown, _ = open_page(explorer)
    drawings = []
    for theme in ("light", "dark", "light"):
        shown.page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        shown.page.wait_for_timeout(100)
        drawings.append(shown.drawing())
    assert drawings[0] == drawings[2] != drawings[1]


@every_movable
def test_every_control_changes_the_drawing(open_page, explorer: course.Stored) -> None:
    shown, log = open_page(explorer)
    chance = random.Random(explorer.name)
    for control in explorer.controls:
        assert _moves(shown, explorer, control, chance), f"{control['name']} never changes the drawing"
    assert str(log) == "nothing"


def _moves(shown: Shown, explorer: course.Stored, control: dict[str, Any], chance: random.Random) -> bool:
    # A control may rest at one setting (a rule that binds nobody); it must move the chart at some.
    others = {other["name"]: other["value"] for other in explorer.controls}
    for _ in range(8):
        shown.set(others)
        before = shown.drawing()
        for value in course.grid(control):
            shown.set({control["name"]: value})
            if shown.drawing() != before:
                return True
        others = {other["name"]: chance.choice(course.grid(other)) for other in explorer.controls}
    return False


@every
def test_twin_says_what_the_model_says(open_page, root: Path, explorer: course.Stored) -> None:
    """The page's numbers and words against the model run now, at settings drawn by lot."""
    definition = explorers_of(root / f"{explorer.page}.ipynb")[explorer.name]
    seed = os.environ.get("BALKANLAB_SEED", "1992") + explorer.name
    chance = random.Random(seed)
    shown, _ = open_page(explorer)
    for _ in range(SETTINGS if explorer.controls else 1):
        setting = {control["name"]: chance.choice(course.grid(control)) for control in explorer.controls}
        shown.set(setting)
        rows, text = expected(definition, setting)
        assert shown.values() == setting
        assert shown.rows() == rows, f"{setting} (seed {seed})"
        assert shown.text() == text


@every_movable
def test_keyboard_alone_works(open_page, explorer: course.Stored) -> None:
    """Tab reaches every control in order; keys move it; the drawing and the spoken text follow; the ring is seen."""
    shown, log = open_page(explorer)
    page = shown.page
    shown.box.locator(".bl-title").evaluate("title => { title.tabIndex = -1; title.focus() }")
    for control in explorer.controls:
        page.keyboard.press("Tab")
        target = shown.input_of(control)
        assert target.evaluate("input => input === document.activeElement"), (
            f"Tab did not reach {control['name']}"
        )
        assert _has_ring(target), f"no focus ring on {control['name']}"
        _press_until_moved(shown, control)
    moved = shown.values()
    assert any(moved[control["name"]] != control["value"] for control in explorer.controls)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert shown.box.locator("details.bl-data").evaluate("details => details.open")
    for _ in range(4):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Reset"
    page.keyboard.press("Enter")
    page.wait_for_timeout(50)
    assert shown.values() == {control["name"]: control["value"] for control in explorer.controls}
    shown.box.locator("details.bl-data").evaluate("details => { details.open = false }")
    assert str(log) == "nothing"


def _press_until_moved(shown: Shown, control: dict[str, Any]) -> None:
    if control["type"] == "toggle":
        keys = ["Space"]
    else:
        ahead = control["value"] != course.grid(control)[-1]
        keys = (
            ["ArrowRight" if ahead else "ArrowLeft"]
            if control["type"] != "choice"
            else ["ArrowDown", "ArrowUp"]
        )
    for key in keys:
        shown.page.keyboard.press(key)
        shown.page.wait_for_timeout(50)
        if shown.values()[control["name"]] != control["value"]:
            break
    value = shown.values()
    assert value[control["name"]] != control["value"], f"{keys} did not move {control['name']}"
    # What is heard is what is drawn at that setting.
    heard = shown.text()
    shown.set(value)
    assert heard == shown.text()


def _has_ring(target: Locator) -> bool:
    return target.evaluate(
        """input => {
          const style = getComputedStyle(input);
          const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
          return outlined || style.boxShadow !== 'none';
        }"""
    )


@every_movable
def test_reset_brings_the_start_back(open_page, explorer: course.Stored) -> None:
    shown, _ = open_page(explorer)
    before, said = shown.drawing(), shown.text()
    shown.set({control["name"]: course.grid(control)[-1] for control in explorer.controls})
    shown.set({control["name"]: course.grid(control)[0] for control in explorer.controls})
    shown.box.get_by_text("Reset", exact=True).click()
    for _ in range(40):
        if shown.drawing() == before:
            break
        shown.page.wait_for_timeout(50)
    assert shown.drawing() == before
    assert shown.text() == said


@every
def test_data_table_and_downloads_hold_what_is_drawn(open_page, explorer: course.Stored) -> None:
    shown, _ = open_page(explorer)
    if explorer.controls:
        shown.set({control["name"]: course.grid(control)[-1] for control in explorer.controls})
    rows = shown.rows()
    shown.box.locator("details.bl-data summary").click()
    expect(shown.box.locator(".bl-table tbody tr")).to_have_count(
        len(rows)
    )  # filled once the fold has opened
    assert shown.box.locator(".bl-table thead th").count() == len(explorer.meta["columns"])
    with shown.page.expect_download() as download:
        shown.box.get_by_text("Data (CSV)", exact=True).click()
    assert download.value.suggested_filename == f"{explorer.name}.csv"
    lines = Path(download.value.path()).read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(rows) + 1
    with shown.page.expect_download() as download:
        shown.box.get_by_text("Picture (SVG)", exact=True).click()
    assert Path(download.value.path()).read_text(encoding="utf-8").startswith("<svg")
    shown.box.locator("details.bl-data summary").click()
