"""The feedback pages and the class report: what they say, what they must never say, and that they stand alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser

from balkanlab.exercises.grading import Result, TaskResult
from balkanlab.exercises.grading.feedback import feedback_files, feedback_page, write_feedback
from balkanlab.exercises.grading.pages import code, safe_name, safe_names
from balkanlab.exercises.grading.report import commonest_wrong, group, histogram, write_report
from exercises.grading.desk import HIDDEN, TASKS, WHEN, assignment, result
from support import chromium

DESK = {"98_desk": assignment()}
CLASS = [
    result("Ana Đukić", "1.1a", "1.1b"),
    result("Boris <b>", "1.1a", answer="7 & 8", message="Mind `abs(x)` <sign>."),
    result("Cveta", answer="7 & 8"),
    result("Dora", answer="9"),
    result("Elira", answer=""),
    result("Faruk", status="partial", note="task 1.1b took more than 30 s"),
    result("Gorica", status="unreadable", note="no JSON"),
    result("Hana", status="error", note="disk full"),
    result("Ilir", "1.1a", canary=False),
    Result("Jelena", "", "0" * 64, "", 0.1, "unreadable", "no exercise of this course"),
]


class Text(HTMLParser):
    """The text of a page, its tags and its addresses."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.text, self.tags, self.links = "", list[str](), list[str]()
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in {"href", "src"} and value]

    def handle_data(self, data: str) -> None:
        self.text += data


def page(each: Result) -> Text:
    return Text(feedback_page(each, assignment()))


class TestFeedback:
    def test_solved(self) -> None:
        text = page(CLASS[0]).text
        assert "3 of 3 points" in text
        assert "All tasks are solved" in text

    def test_not_yet(self) -> None:
        shown = page(CLASS[1])
        assert "1 of 3 points" in shown.text
        assert "Mind abs(x) <sign>." in shown.text
        assert "You gave: 7 & 8" in shown.text
        assert "A good next step: 1.1b Weigh" in " ".join(shown.text.split())
        assert "b" not in shown.tags

    @pytest.mark.parametrize("each", CLASS, ids=lambda each: each.student)
    def test_holds_no_hidden_test_and_no_script(self, each: Result) -> None:
        data = feedback_page(each, DESK.get(each.assignment))
        shown = Text(data)
        assert b"hidden test" not in data
        assert b"hidden sentence" not in data
        assert "script" not in shown.tags
        assert not shown.links

    @pytest.mark.parametrize(
        "text", [HIDDEN, HIDDEN.upper(), f"x {HIDDEN[5:45]} y", HIDDEN.replace(" ", "_")]
    )
    def test_a_smuggled_hidden_test_is_withheld(self, text: str) -> None:
        for each in (result("x", answer=text), result("x", message=f"not yet – your code raised E: {text}")):
            data = feedback_page(each, assignment()).decode().casefold()
            assert not re.search(r"hidden.?sentence|weigh\(", data)
        assert "ask your instructor" in data

    def test_what_is_no_hidden_test_is_shown(self) -> None:
        shown = page(result("x", message="not yet – your code raised NameError: name 'weigh' is not defined"))
        assert "name 'weigh' is not defined" in shown.text

    def test_a_notebook_that_was_cut_off(self) -> None:
        assert "Not every cell could be run" in page(CLASS[5]).text

    def test_a_file_that_was_not_marked(self) -> None:
        shown = page(CLASS[6]).text
        assert "could not be marked" in shown
        assert "points" not in shown
        assert "need not do anything" in " ".join(page(CLASS[7]).text.split())

    def test_each_student_has_a_folder(self, tmp_path: Path) -> None:
        names = ["Ana", "ANA", "ana", "a/b", "a\\b", "..", "con", "", "Đ", "x" * 300, "x" * 301]
        paths = write_feedback([result(name) for name in names], DESK, tmp_path)
        assert len({str(path).casefold() for path in paths}) == len(names)
        for name, path in zip(names, paths, strict=True):
            assert path.parent.parent == tmp_path
            assert f"Feedback for {name}" in path.read_text(encoding="utf-8") or not name.isalnum()


@given(st.lists(st.text(max_size=70), unique=True, max_size=6))
def test_names_of_files(texts: list[str]) -> None:
    names = safe_names(texts)
    assert len({name.casefold() for name in names.values()}) == len(texts)
    for name in names.values():
        assert re.fullmatch(r"[\w .-]{1,80}", name)
        assert not name.startswith(".")
        assert name == name.strip(" .")


@given(st.text(alphabet="ab`<&> "))
def test_code_in_sentences(text: str) -> None:
    shown = Text(str(code(text)).encode())
    assert set(shown.tags) <= {"code"}
    assert shown.text.replace("`", "") == text.replace("`", "")


def test_a_plain_name_stays() -> None:
    assert safe_name("Ana Đukić-Ilić") == "Ana Đukić-Ilić"
    assert feedback_files(CLASS)["Boris <b>", "98_desk"] == "Boris _b/98_desk.html"


class TestReport:
    def test_numbers(self) -> None:
        found = group(assignment(), [each for each in CLASS if each.assignment], {})
        assert (found.handed_in, found.marked) == (9, 7)
        assert found.mean == pytest.approx(5 / 7)
        assert found.median == 0
        first, second = found.tasks
        assert (first.percent, first.missed, first.silent) == (43, 4, 1)
        assert first.wrong is None
        assert second.wrong is not None
        assert (second.wrong.text, second.wrong.count, second.percent) == ("7", 2, 14)
        assert second.wrong.why == "hidden test: a hidden sentence"
        assert [row.task for row in found.hardest] == ["1.1b", "1.1a"]
        assert sum(bin.count for bin in found.histogram) == 7

    def test_commonest_wrong_result(self) -> None:
        def tasks(*answers: str) -> Iterator[object]:
            for answer in answers:
                yield from result("x", answer=answer).tasks[:1]

        assert commonest_wrong(tasks("7", "8", "7")).text == "7"  # type: ignore[arg-type, union-attr]
        assert commonest_wrong(tasks("7", "")).text == "7"  # type: ignore[arg-type, union-attr]
        assert commonest_wrong(tasks("9", "8")) is None  # type: ignore[arg-type]
        assert commonest_wrong(tasks("", "")) is None  # type: ignore[arg-type]
        assert commonest_wrong(()) is None

    def test_says_what_the_student_was_told(self) -> None:
        task = TaskResult("1.1a", 0, 1, False, "not yet – count again.", "answer: 7", "7")
        found = commonest_wrong([task])
        assert found is not None
        assert (found.text, found.why) == ("7", "Count again.")

    def test_page(self, tmp_path: Path) -> None:
        write_feedback(CLASS, DESK, tmp_path / "of students")
        shown = Text(
            write_report(CLASS, DESK, tmp_path / "r.html", WHEN, tmp_path / "of students").read_bytes()
        )
        words = " ".join(shown.text.split())
        for expected in (
            "7 marked of 9",
            "partial: task 1.1b took more than 30 s",
            "unreadable: no exercise of this course",
            "assertions were switched off",
            "2026-11-22 10:30 UTC",
            "Boris <b>",
        ):
            assert expected in words
        pages = [link for link in shown.links if not link.startswith("#")]
        assert len(pages) == 9
        assert all((tmp_path / unquote(link)).is_file() for link in pages)

    def test_nobody_handed_in(self, tmp_path: Path) -> None:
        assert "Class report" in write_report([], DESK, tmp_path / "r.html", WHEN).read_text(encoding="utf-8")

    def test_nobody_could_be_marked(self, tmp_path: Path) -> None:
        path = write_report([CLASS[6]], DESK, tmp_path / "r.html", WHEN)
        assert "Nobody's work could be marked" in Text(path.read_bytes()).text

    def test_nothing_is_rounded_to_all_or_none(self) -> None:
        many = [result(str(number), *TASKS) for number in range(300)]
        found = group(assignment(), [*many, result("last")], {})
        assert found.tasks[0].percent == 99


@given(st.lists(st.floats(0, 1)))
def test_histogram(shares: list[float]) -> None:
    bins = histogram(shares)
    assert sum(each.count for each in bins) == len(shares)
    assert not shares or max(each.share for each in bins) == 1


@pytest.mark.browser
def test_pages_in_a_browser(browser: Browser, tmp_path: Path) -> None:
    paths = write_feedback(CLASS, DESK, tmp_path / "feedback")
    report = write_report(CLASS, DESK, tmp_path / "report.html", WHEN, tmp_path / "feedback")
    for scheme in ("light", "dark"):
        options = {"viewport": {"width": 375, "height": 800}, "color_scheme": scheme}
        with chromium.context(browser, **options) as (made, log):
            shown = made.new_page()
            for path in (paths[1], paths[5], paths[6], report):
                shown.goto(path.as_uri())
                assert chromium.axe(shown) == []
                assert shown.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
            shown.get_by_role("link", name="Boris <b>").click()
            assert "Feedback for Boris <b>" in shown.inner_text("main")
            assert str(log) == "nothing"
