"""The quizzes in a real browser: answered by keyboard, right about every mistake, remembered, printed, private."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Browser, Locator, Page

from balkanlab.execute import KERNEL
from balkanlab.paths import static_file
from balkanlab.quizzes import quiz, shown_items
from support import checks, chromium, course, jupyter

pytestmark = pytest.mark.browser
CHAPTERS = [chapter["id"] for chapter in course.chapters() if "quiz" in chapter]
PAGE = (
    "<!doctype html><html lang=en><head><title>t</title><meta charset=utf-8>"
    "<meta name=viewport content='width=device-width'><link rel=stylesheet href=quiz.css>"
    "<script defer src=quiz.js></script></head><body><main><h1>t</h1>{}</main></body></html>"
)
NO_STORE = (
    "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('not allowed') } })"
)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Each quiz on a page of its own, opened as a file: chapter → address."""
    folder = tmp_path_factory.mktemp("quizzes")
    for name in ("quiz.js", "quiz.css"):
        shutil.copy(static_file(name), folder)
    for chapter in CHAPTERS:
        (folder / f"{chapter}.html").write_text(PAGE.format(quiz(chapter).html), encoding="utf-8")
    return {chapter: (folder / f"{chapter}.html").as_uri() for chapter in CHAPTERS}


@pytest.fixture
def tab(browser: Browser) -> Iterator[tuple[Page, chromium.Log]]:
    with chromium.context(browser, viewport={"width": 1000, "height": 800}) as (made, log):
        yield made.new_page(), log


class Asked:
    """One question on an open page."""

    def __init__(self, page: Page, question: dict[str, Any]) -> None:
        self.page, self.question = page, question
        self.box = page.locator(f".bl-question[data-id='{question['id']}']")

    @property
    def said(self) -> str:
        return self.box.locator(".bl-quiz-said").inner_text()

    @property
    def state(self) -> str | None:
        return self.box.get_attribute("data-state")

    def answer(self, given: Any) -> str:
        """Gives an answer (numbers of options, a text, or items in order) by keyboard and says what comes back."""
        if self.question["kind"] == "ordering":
            self.order(given)
        elif self.question["kind"] == "numeric":
            self.box.locator("input").fill(given)
        else:
            for number, option in enumerate(self.box.locator("input").all()):
                if option.is_checked() != (number in given) and (number in given or not self._single):
                    option.focus()
                    self.page.keyboard.press("Space")
        self.button("Check").focus()
        self.page.keyboard.press("Enter")
        return self.said

    @property
    def _single(self) -> bool:
        return self.question["kind"] == "single"

    def order(self, items: list[str]) -> None:
        """Puts the items in order with the buttons, from the first place on."""
        for place, item in enumerate(items):
            row = self.box.locator(".bl-order > li").filter(has=self.page.get_by_text(item, exact=True))
            up = row.get_by_role("button", name="Move up")
            up.focus()
            while row.evaluate("li => [...li.parentElement.children].indexOf(li)") > place:
                self.page.keyboard.press("Enter")
                assert up.evaluate("button => button === document.activeElement"), "the focus was lost"

    def button(self, name: str) -> Locator:
        return self.box.locator(".bl-quiz-actions").get_by_role("button", name=name)


def right_answer(question: dict[str, Any]) -> Any:
    if question["kind"] == "ordering":
        return question["items"]
    if question["kind"] == "numeric":
        return str(question["answer"])
    return [number for number, option in enumerate(question["options"]) if "right" in option]


def wrong_answers(question: dict[str, Any]) -> list[tuple[Any, dict[str, Any]]]:
    """Each known mistake as an answer that holds it, with what must be said of it."""
    if question["kind"] == "numeric":
        return [(str(mistake["answer"]), mistake) for mistake in question["mistakes"]]
    if question["kind"] == "ordering":
        found = []
        for mistake in question["mistakes"]:
            early, late = (question["items"][number - 1] for number in mistake["puts"])
            rest = [item for item in question["items"] if item != early]
            found.append(([*rest[: rest.index(late)], early, *rest[rest.index(late) :]], mistake))
        return found
    return [([number], option) for number, option in enumerate(question["options"]) if "right" not in option]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_answer_gets_its_reply_by_keyboard(
    tab: tuple[Page, chromium.Log], pages: dict[str, str], chapter: str
) -> None:
    page, log = tab
    page.goto(pages[chapter])
    questions = quiz(chapter).questions
    for question in questions:
        asked = Asked(page, question)
        for given, mistake in wrong_answers(question):
            said = asked.answer(given)
            assert said.startswith("✗ Not yet."), f"{question['id']}: {given}"
            assert f"{mistake['misconception']}. {mistake['feedback']}" in said
            assert question["why"] not in said
        said = asked.answer(right_answer(question))
        assert said == f"✓ Right. {question['why']}", question["id"]
        assert asked.state == "right"
    done = f"{len(questions)} of {len(questions)} right"
    assert page.locator(".bl-quiz-progress p").inner_text() == done

    page.reload()
    assert page.locator(".bl-quiz-progress p").inner_text() == done
    assert Asked(page, questions[0]).said.startswith("✓ Right.")
    page.get_by_role("button", name="Start again").click()
    assert page.locator(".bl-quiz-progress p").inner_text() == f"0 of {len(questions)} right"
    assert page.locator("input:checked").count() == 0
    assert page.locator(".bl-quiz-said:not(:empty)").count() == 0
    for question in questions:
        if question["kind"] == "ordering":
            assert Asked(page, question).box.locator("li > span:last-child").all_inner_texts() == shown_items(
                question
            )
    assert str(log) == "nothing"


def by_kind(kind: str) -> dict[str, Any]:
    return next(question for question in quiz("02").questions if question["kind"] == kind)


def test_tab_reaches_everything_and_shows_where_it_is(
    tab: tuple[Page, chromium.Log], pages: dict[str, str]
) -> None:
    page, _ = tab
    page.goto(pages["02"])
    reached = []
    for _ in range(100):
        page.keyboard.press("Tab")
        name = page.evaluate(
            "document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent"
        )
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        reached.append(name)
        if name == "Start again":
            break
    assert [name for name in reached if name.startswith("Check")] == [
        f"Check question {number}" for number in range(1, len(quiz("02")) + 1)
    ]
    assert f"Move up: {by_kind('ordering')['items'][0]}" in reached


def test_a_move_is_read_aloud(tab: tuple[Page, chromium.Log], pages: dict[str, str]) -> None:
    page, _ = tab
    page.goto(pages["02"])
    asked = Asked(page, by_kind("ordering"))
    first = shown_items(asked.question)[0]
    down = asked.box.get_by_role("button", name=f"Move down: {first}")
    down.focus()
    page.keyboard.press("Enter")
    said = asked.box.locator(".bl-quiz-moved")
    assert said.get_attribute("role") == "status"
    assert said.inner_text() == f"{first}: now 2 of {len(asked.question['items'])}"
    for _ in asked.question["items"]:
        page.keyboard.press("Enter")
    assert said.inner_text() == f"{first}: now 5 of 5", "the last place is the end"


def test_an_empty_answer_is_no_try_and_two_wrong_ones_offer_the_answer(
    tab: tuple[Page, chromium.Log], pages: dict[str, str]
) -> None:
    page, _ = tab
    page.goto(pages["02"])
    asked = Asked(page, by_kind("single"))
    for _ in range(3):
        assert asked.answer([]) == "Choose an answer first."
    assert asked.button("Show the answer").count() == 0
    for _ in range(2):
        asked.answer([0])
    asked.button("Show the answer").press("Enter")
    right = asked.question["options"][right_answer(asked.question)[0]]["text"]
    assert asked.said == f"Answer: {right}. {asked.question['why']}"
    assert page.locator(".bl-quiz-progress p").inner_text().startswith("0 of"), "what is shown is not solved"
    page.reload()
    assert asked.said.startswith("Answer: ")
    # Solved later, it stays one that was shown.
    asked.answer(right_answer(asked.question))
    assert asked.state == "shown"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("35", "✓ Right."),
        (" 34.99 % ", "✓ Right."),
        ("34,99", "✓ Right."),
        ("+35 Percent", "✓ Right."),
        ("", "Write a number first"),
        ("thirty", "Write a number first"),
        ("1.2.3", "Write a number first"),
        ("−35", "✗ Not yet. The formula is"),
        ("34,990", "✗ Not yet. The formula is"),
        ("29.5", "✗ Not yet.\n\nReading a coefficient as a percentage."),
    ],
)
def test_numbers_as_people_write_them(
    tab: tuple[Page, chromium.Log], pages: dict[str, str], typed: str, said: str
) -> None:
    page, _ = tab
    page.goto(pages["02"])
    assert Asked(page, by_kind("numeric")).answer(typed).startswith(said)


def test_a_right_answer_that_is_not_whole_is_told_so(
    tab: tuple[Page, chromium.Log], pages: dict[str, str]
) -> None:
    page, _ = tab
    page.goto(pages["02"])
    asked = Asked(page, by_kind("multiple"))
    assert asked.answer(right_answer(asked.question)[:1]).startswith(
        "✗ Not yet. What you ticked is right, and something is missing."
    )


def test_it_works_where_nothing_may_be_stored(browser: Browser, pages: dict[str, str]) -> None:
    with chromium.context(browser) as (made, log):
        made.add_init_script(NO_STORE)
        page = made.new_page()
        page.goto(pages["02"])
        assert Asked(page, by_kind("single")).answer(right_answer(by_kind("single"))).startswith("✓ Right.")
        assert page.locator(".bl-quiz-progress p").inner_text().startswith("1 of")
        assert str(log) == "nothing"


def test_progress_on_another_wording_is_not_taken_over(
    tab: tuple[Page, chromium.Log], pages: dict[str, str]
) -> None:
    page, _ = tab
    page.goto(pages["02"])
    asked = Asked(page, by_kind("single"))
    asked.answer(right_answer(asked.question))
    page.evaluate(
        """() => { for (const [name, text] of Object.entries(localStorage))
             localStorage[name] = text.replaceAll(/"digest":"[0-9a-f]+"/g, '"digest":"older"') }"""
    )
    page.reload()
    assert page.locator(".bl-quiz-progress p").inner_text().startswith("0 of")


def test_broken_progress_is_forgotten(tab: tuple[Page, chromium.Log], pages: dict[str, str]) -> None:
    page, log = tab
    page.goto(pages["02"])
    page.evaluate("localStorage['balkanlab-quiz-02'] = '{ torn'")
    page.reload()
    assert page.locator(".bl-quiz-progress p").inner_text().startswith("0 of")
    assert str(log) == "nothing"


def test_without_scripts_the_questions_can_be_read(browser: Browser, pages: dict[str, str]) -> None:
    with chromium.context(browser, java_script_enabled=False) as (made, _):
        page = made.new_page()
        page.goto(pages["03"])
        text = page.locator("main").inner_text()
        for question in quiz("03").questions:
            assert question["question"] in text
            assert question["why"] not in text
        assert page.get_by_role("radio").count() > 0
        assert "with scripts on" in text


def test_paper_gets_the_questions_with_empty_boxes(
    tab: tuple[Page, chromium.Log], pages: dict[str, str]
) -> None:
    page, _ = tab
    page.goto(pages["02"])
    for kind in ("single", "ordering", "numeric"):
        Asked(page, by_kind(kind)).answer(right_answer(by_kind(kind)))
    page.emulate_media(media="print")
    for part in ("button", ".bl-quiz-said", ".bl-quiz-progress"):
        assert page.locator(f".balkanlab-quiz {part}:visible").count() == 0, part
    looks = page.locator(".balkanlab-quiz input").evaluate_all(
        "all => all.map((box) => getComputedStyle(box).appearance)"
    )
    assert set(looks) == {"none"}, "a ticked box is printed ticked"
    written = Asked(page, by_kind("numeric")).box.locator("input")
    assert written.evaluate("box => getComputedStyle(box).color") == "rgba(0, 0, 0, 0)"
    rows = Asked(page, by_kind("ordering")).box.locator(".bl-order > li").all()
    rows.sort(key=lambda row: row.bounding_box()["y"])
    assert [row.locator("span").last.inner_text() for row in rows] == shown_items(by_kind("ordering"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_the_book_it_is_accessible_and_leads_back_to_its_section(
    browser: Browser, site: str, scheme: str
) -> None:
    with chromium.context(browser, viewport={"width": 375, "height": 700}, color_scheme=scheme) as (
        made,
        log,
    ):
        page = made.new_page()
        page.goto(
            f"{site}/{course.chapters()[2]['notebook'].removesuffix('.ipynb')}.html", wait_until="networkidle"
        )
        page.locator(".balkanlab-quiz[data-state='ready']").scroll_into_view_if_needed()
        for question in quiz("04").questions:
            Asked(page, question).answer(wrong_answers(question)[0][0])
        page.add_style_tag(content="* { transition: none !important }")
        assert chromium.axe(page) == []
        assert checks.sticking_out(page) == []
        back = page.locator(".bl-quiz-said a")
        assert back.count() == len(quiz("04"))
        for link in back.all():
            assert page.locator(link.get_attribute("href")).count() == 1
        assert str(log) == "nothing"


@pytest.mark.lab
def test_in_jupyterlab_it_answers_when_run_and_keeps_its_keys(
    browser: Browser, root: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "course"
    (folder / "exercises").mkdir(parents=True)
    shutil.copy(root / "course.yml", folder)
    shutil.copytree(root / "exercises" / "quiz", folder / "exercises" / "quiz")
    stored = nbformat.v4.new_output("execute_result", quiz("02")._repr_mimebundle_(), execution_count=1)
    source = 'from balkanlab import quiz\nquiz("02")'
    cell = nbformat.v4.new_code_cell(source, outputs=[stored], execution_count=1)
    notebook = nbformat.v4.new_notebook(cells=[cell], metadata={"kernelspec": KERNEL})
    nbformat.write(notebook, folder / "quiz.ipynb")
    with (
        jupyter.running(folder, tmp_path / "scratch") as lab,
        chromium.context(browser, viewport={"width": 1200, "height": 900}) as (made, log),
    ):
        made.set_default_timeout(60_000)
        page = made.new_page()
        jupyter.open_notebook(page, lab, "quiz.ipynb")
        unrun = page.locator(".jp-OutputArea-output").first
        unrun.get_by_text(by_kind("single")["question"]).wait_for()
        assert unrun.get_by_role("radio").count() > 0

        jupyter.wait_for_kernel(page)
        jupyter.run_all(page)
        page.locator(".balkanlab-quiz[data-state='ready']").wait_for()
        for question in quiz("02").questions:
            assert Asked(page, question).answer(right_answer(question)).startswith("✓ Right."), question["id"]
        cells = page.locator(".jp-Notebook .jp-Cell").count()
        number = Asked(page, by_kind("numeric")).box.locator("input")
        number.fill("")
        number.press_sequentially("dd1b")
        assert number.input_value() == "dd1b", "JupyterLab took the keys for commands"
        assert page.locator(".jp-Notebook .jp-Cell").count() == cells
        assert str(log) == "nothing"
        assert lab.called_out() == []
