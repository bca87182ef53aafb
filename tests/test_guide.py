"""What the guide and the syllabus promise a teacher, and the faults in course.yml that stop the book."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest
from docutils import nodes

from balkanlab.publish import guide, slides
from support.course import ROOT, manifest, notebook

COURSE = manifest()
NUMBER = re.compile(r"\d+(?:\.\d+)?")
# A new chapter may still be without notes for teachers and without slides.
each_chapter = pytest.mark.parametrize(
    "chapter", [c for c in COURSE["chapters"] if "teaching" in c], ids=lambda chapter: chapter["id"]
)


def test_course_has_no_faults() -> None:
    assert list(guide.faults(COURSE)) == []


def spoil(course: dict[str, Any], what: str) -> None:
    """Plants one fault in the first chapter or the short plan."""
    notes, weeks = course["chapters"][0]["teaching"], course["syllabus"][6]["weeks"]
    match what:
        case "a part is missing":
            del notes["discussion"]
        case "a key is missing":
            del notes["misconceptions"][0]["answer"]
        case "one view only":
            notes["discussion"][0]["views"] = notes["discussion"][0]["views"][:1]
        case "three levels":
            notes["open_tasks"][0]["rubric"].pop()
        case "an hour":
            notes["session"].pop()
        case "a foreign system":
            notes["misconceptions"][0]["system"] = "9.9"
        case "a week less":
            course["syllabus"][6]["weeks"] = weeks[:-1]
        case "left out":
            weeks[0]["class"] = weeks[0]["class"][1:]
        case "twice":
            weeks[0]["home"].append(weeks[1]["class"][0])
        case "no such system":
            weeks[0]["home"].append("9.9")
        case "no such task":
            weeks[0]["open_task"] = "9.Z"


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("a part is missing", "teaching.discussion is missing"),
        ("a key is missing", "answer is missing"),
        ("one view only", "fewer than two views"),
        ("three levels", "does not have 4 levels"),
        ("an hour", "minutes, not 90"),
        ("a foreign system", "no system '9.9'"),
        ("a week less", "it has 5 weeks"),
        ("left out", "2.1 is left out"),
        ("twice", "2.4 stands twice"),
        ("no such system", "no system 9.9"),
        ("no such task", "no open task 9.Z"),
    ],
)
def test_guard_each_fault_is_told(what: str, said: str) -> None:
    course = copy.deepcopy(COURSE)
    spoil(course, what)
    assert said in " | ".join(guide.faults(course))


def test_a_chapter_may_have_no_notes_yet() -> None:
    course = copy.deepcopy(COURSE)
    del course["chapters"][0]["teaching"]
    for plan in course["syllabus"].values():
        for week in plan["weeks"]:
            week.pop("open_task", None)
    assert list(guide.faults(course)) == []
    section = guide.chapter_section(course["chapters"][0], guide.Pages(course, "book/instructor-guide"))
    assert len(list(section.findall(nodes.section))) == 3


@each_chapter
def test_guide_prints_every_word_of_the_notes(chapter: dict[str, Any]) -> None:
    printed = guide.chapter_section(chapter, guide.Pages(COURSE, "book/instructor-guide")).astext()
    missing = [text for text in texts(chapter["teaching"]) if text not in printed]
    assert missing == []


def texts(node: Any) -> list[str]:
    """Every sentence in the notes."""
    if isinstance(node, str):
        return [node]
    parts = node.values() if isinstance(node, dict) else node if isinstance(node, list) else []
    return [text for part in parts for text in texts(part)]


def said(chapter: dict[str, Any]) -> set[str]:
    """Every number that a chapter or its quiz prints or writes, charts left aside."""
    content = notebook(chapter["notebook"])
    parts = [(ROOT / chapter["quiz"]).read_text(encoding="utf-8")]
    parts += ["".join(cell["source"]) for cell in content["cells"]]
    for cell in content["cells"]:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            parts += ["".join(output.get("text", ""))]
            parts += [
                "".join(data[kind]) for kind in ("text/plain", "text/html", "text/markdown") if kind in data
            ]
    return set(NUMBER.findall(" ".join(parts)))


def unheard(notes: dict[str, Any], chapter: set[str]) -> list[tuple[str, str]]:
    """Numbers in misconceptions and debates that the chapter does not have, with the sentence."""
    sentences = texts([notes["misconceptions"], notes["discussion"]])
    return [(number, text) for text in sentences for number in NUMBER.findall(text) if number not in chapter]


@each_chapter
def test_numbers_of_the_guide_are_those_of_the_chapter(chapter: dict[str, Any]) -> None:
    assert unheard(chapter["teaching"], said(chapter)) == []


def test_guard_a_number_from_elsewhere_is_seen() -> None:
    notes = {"misconceptions": [{"says": "The effect is 44 percent, or 99."}], "discussion": []}
    assert [number for number, _ in unheard(notes, {"44"})] == ["99"]


@each_chapter
def test_questions_let_opposed_views_be_heard(chapter: dict[str, Any]) -> None:
    """Each view is long enough to be an argument, and none is twice as long as another of the same question."""
    for question in chapter["teaching"]["discussion"]:
        lengths = [len(view["says"].split()) for view in question["views"]]
        assert min(lengths) >= 18, question["question"]
        assert max(lengths) <= 2 * min(lengths), (question["question"], lengths)


@each_chapter
def test_links_into_a_chapter_have_a_heading_to_go_to(chapter: dict[str, Any]) -> None:
    pages = guide.Pages(COURSE, "book/instructor-guide")
    source = "\n".join("".join(cell["source"]) for cell in notebook(chapter["notebook"])["cells"])
    anchors = {nodes.make_id(title) for title in re.findall(r"^## (.+)$", source, flags=re.M)}
    wanted = {pages.system(number)["refuri"].split("#")[1] for number in chapter["systems"]}
    assert wanted <= anchors


@pytest.mark.parametrize("length", [6, 12])
def test_a_syllabus_has_a_row_for_each_week(length: int) -> None:
    _, table = guide.plan_nodes(COURSE, length, guide.Pages(COURSE, "book/syllabus"))
    body = next(table.findall(nodes.tbody))
    assert [row.children[0].astext() for row in body.children] == [str(week + 1) for week in range(length)]


@each_chapter
def test_a_deck_shows_every_system_that_a_session_needs(chapter: dict[str, Any]) -> None:
    columns = slides.slides(notebook(chapter["notebook"]))
    shown = {slide.number for column in columns for slide in column}
    weeks = [week for plan in COURSE["syllabus"].values() for week in plan["weeks"]]
    in_class = {number for week in weeks for number in week["class"]} & set(chapter["systems"])
    assert in_class <= shown
    assert 15 <= 1 + sum(len(column) for column in columns) <= 25


@each_chapter
def test_a_debate_has_a_slide_with_the_positions(chapter: dict[str, Any]) -> None:
    columns = slides.slides(notebook(chapter["notebook"]))
    positions = {
        slide.number
        for column in columns
        for slide in column
        for cell in slide.cells
        if slides.POSITIONS in "".join(cell["source"])
    }
    asked = {question["system"] for question in chapter["teaching"]["discussion"]}
    assert asked == positions


def cell(kind: str, text: str, slide_type: str | None = None) -> dict[str, Any]:
    metadata = {} if slide_type is None else {"slideshow": {"slide_type": slide_type}}
    return {"cell_type": kind, "source": [text], "metadata": metadata, "outputs": []}


def test_slide_types_are_read_as_jupyter_reads_them() -> None:
    cells = [
        cell("markdown", "# before the first slide"),
        cell("markdown", "## 2.1 A club", "slide"),
        cell("code", "bet()", "-"),
        cell("markdown", "left out", "skip"),
        cell("markdown", "below", "subslide"),
        cell("markdown", "goes on"),
        cell("markdown", "for the speaker", "notes"),
        cell("markdown", "## Close", "slide"),
    ]
    found = [
        [(s.number, ["".join(c["source"]) for c in s.cells]) for s in column]
        for column in slides.slides({"cells": cells})
    ]
    assert found == [
        [("2.1", ["## 2.1 A club", "bet()"]), ("2.1", ["below", "goes on"])],
        [("", ["## Close"])],
    ]


def test_of_differing_sources_the_positions_are_kept() -> None:
    text = (
        "### The data\nA table.\n\n### Where the sources differ\nLong words before.\n\n"
        "- *One side.* It says so.\n- *The other.* It does not.\n\nLong words after, *really*."
    )
    html = slides.prose(text, "notebooks")
    assert "One side." in html
    assert "The other." in html
    assert "Long words" not in html
    assert "A table" not in html


@pytest.mark.parametrize(
    ("link", "found"),
    [
        ("../book/glossary.md#ppml", "../book/glossary.html#ppml"),
        ("02_cefta.ipynb", "../notebooks/02_cefta.html"),
        ("../exercises/02_cefta.ipynb", "../exercises/02_cefta.html"),
        ("https://example.org/a.md", "https://example.org/a.md"),
        ("#here", "#here"),
    ],
)
def test_links_of_a_chapter_hold_in_its_deck(link: str, found: str) -> None:
    assert slides.address(link, "notebooks") == found


def test_a_chapter_without_slide_types_has_no_deck(tmp_path: Path) -> None:
    (tmp_path / "notebooks").mkdir()
    plain = {"cells": [cell("markdown", "## 2.1 A club")]}
    (tmp_path / "notebooks" / "02_cefta.ipynb").write_text(json.dumps(plain), encoding="utf-8")
    (tmp_path / "course.yml").write_bytes((ROOT / "course.yml").read_bytes())
    assert slides.write_decks(tmp_path, tmp_path / "out", tmp_path / "cache") == []
    assert not slides.has_deck(tmp_path, COURSE["chapters"][0])
