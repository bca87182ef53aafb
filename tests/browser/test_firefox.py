"""The core page test in Firefox: pages are silent, sound and drawn, and answer the keyboard, in light and in dark."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support import chromium, course, firefox

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(firefox.find_firefox() is None, reason="NO FIREFOX FOUND: run `make firefox`"),
]
LANDING = course.pages()[0]
CHAPTER = course.chapters()[0]["notebook"].removesuffix(".ipynb")
EXPLORER = next(
    f".balkanlab-explorer[data-name='{explorer.name}']"
    for explorer in course.stored_explorers()
    if explorer.page == CHAPTER
    and any(control["type"] in {"slider", "year"} for control in explorer.controls)
)
SLIDER = f"{EXPLORER} input[type=range]"
DESCRIPTION = f'document.querySelector("{EXPLORER} .bl-describe").textContent'
QUESTION = ".bl-question[data-kind='single']"
SAID = f'document.querySelector("{QUESTION} .bl-quiz-said").textContent.trim()'


@pytest.fixture(scope="module", params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def tab(scheme: str) -> Iterator[firefox.Page]:
    with firefox.opened(scheme) as page:
        yield page


def draw(tab: firefox.Page) -> None:
    """Brings the explorer into view and waits until it is drawn."""
    tab.evaluate("s => document.querySelector(s).scrollIntoView({ behavior: 'instant' })", EXPLORER)
    tab.wait_for_function("s => document.querySelector(s).dataset.state === 'ready'", EXPLORER)


@pytest.mark.parametrize("name", [LANDING, CHAPTER])
def test_page_is_silent_and_accessible(tab: firefox.Page, site: str, name: str, scheme: str) -> None:
    tab.goto(f"{site}/{name}.html")
    if name == CHAPTER:
        draw(tab)
        height = tab.evaluate(
            "s => document.querySelector(s).getBoundingClientRect().height", f"{EXPLORER} svg"
        )
        assert height > 100
    assert tab.evaluate("document.documentElement.dataset.theme") == scheme
    paper = tab.evaluate(
        "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3).map(Number)"
    )
    assert max(paper) < 70 if scheme == "dark" else min(paper) > 230
    assert chromium.axe(tab) == []
    assert str(tab.log) == "nothing"


def test_slider_answers_the_keyboard(tab: firefox.Page, site: str) -> None:
    tab.goto(f"{site}/{CHAPTER}.html")
    draw(tab)
    before = tab.evaluate(DESCRIPTION)
    at_end = tab.evaluate("s => { const r = document.querySelector(s); return r.value === r.max; }", SLIDER)
    tab.press(SLIDER, "Home" if at_end else "End")
    tab.wait_for_function(f"before => {DESCRIPTION} !== before", before)
    assert str(tab.log) == "nothing"


def test_quiz_answers_the_keyboard(tab: firefox.Page, site: str) -> None:
    tab.goto(f"{site}/{CHAPTER}.html")
    assert tab.evaluate(SAID) == ""
    tab.press(f"{QUESTION} input", "Space")
    tab.press(f"{QUESTION} .bl-quiz-actions button", "Enter")
    tab.wait_for_function(f"{SAID}.length > 20")
    assert str(tab.log) == "nothing"


# The same watch, seen to notice what it must.
@pytest.mark.parametrize(
    ("script", "kind", "words"),
    [
        ("console.error('planted')", "errors", "planted"),
        ("setTimeout(() => nothing.there); 0", "errors", "nothing is not defined"),
        ("fetch('gone.png').then(() => 0)", "failed", "404"),
        ("fetch('https://example.org/x').catch(() => 0)", "external", "https://example.org/x"),
    ],
)
def test_a_fault_is_seen(tab: firefox.Page, site: str, script: str, kind: str, words: str) -> None:
    tab.goto(f"{site}/{LANDING}.html")
    tab.log.clear()
    tab.evaluate(script)
    tab.wait_for_function("new Promise(resolve => setTimeout(() => resolve(true), 50))")
    found = list(getattr(tab.log, kind))
    tab.log.clear()
    assert any(words in line for line in found)


def test_a_script_that_throws_and_a_wait_in_vain_are_said(tab: firefox.Page, monkeypatch) -> None:
    monkeypatch.setattr(firefox, "PATIENCE", 0.2)
    with pytest.raises(RuntimeError, match="nothing is not defined"):
        tab.evaluate("nothing.there")
    with pytest.raises(TimeoutError, match="still not so"):
        tab.wait_for_function("false")
