"""The quizzes: sound data, answers that the models give, nothing given away, clear words for every fault."""

from __future__ import annotations

import copy
import gzip
import io
import json
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from balkanlab import lesson, quizzes
from balkanlab.explorer import WIDGET_VIEW
from balkanlab.lab import strip_notebook
from balkanlab.models import (
    attribution,
    borders,
    energy,
    institutions,
    origin,
    principles,
    salami,
    stays,
    trade,
    updating,
    voting_power,
)
from balkanlab.paths import static_file
from balkanlab.quizzes import KINDS, QuizError, quiz
from support import course

CHAPTERS = [chapter for chapter in course.chapters() if "quiz" in chapter]
every_chapter = pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter["id"])
WEIGHT_KB = 12


def questions_of(chapter: dict[str, Any]) -> list[dict[str, Any]]:
    return quizzes.read(course.ROOT / chapter["quiz"])


def words_of(chapter: dict[str, Any]) -> str:
    """What the chapter says and prints outside its quiz, with single spaces."""
    text = []
    for cell in course.notebook(chapter["notebook"])["cells"]:
        if "quiz(" in "".join(cell["source"]):
            continue
        text += cell["source"]
        for output in cell.get("outputs", []):
            text += output.get("text", [])
            text += [
                line for kind, lines in output.get("data", {}).items() if "text/" in kind for line in lines
            ]
    return " ".join("".join(text).split())


# What the models of the course say to the numeric questions of the chapters that it began with.
FIRST = {"02", "03", "04", "06"}
LAMP = pd.DataFrame(
    {
        "input": ["part", "wire"],
        "origin": ["MKD", "CHN"],
        "value": [8.0, 36.0],
        "originating": [True, True],
    }
)
COMPUTED: dict[str, Callable[[], float]] = {
    "coefficient": lambda: trade.agreement_effect_pct(0.30),
    "lamp": lambda: origin.foreign_pct(LAMP, price=80, partners=["MKD"]),
    "four-states": lambda: 3 * sum("A" not in pair for pair in combinations("ABCD", 2)),
    "sceptic": lambda: 100 * updating.update(0.2, [2, 2, 2, 1 / 2])[-1],
    "overlap": lambda: principles.jaccard(set("abcdefghij"), set("abcdefkl")),
    "herfindahl": lambda: energy.herfindahl([70, 30]),
    "bridge": lambda: 100 * salami.critical_response(10, 40),
    "clue": lambda: 100 * attribution.after_clues(0.1, 0.8, 0.2, 1),
}


def test_every_chapter_has_a_quiz() -> None:
    assert [chapter["id"] for chapter in course.chapters() if "quiz" not in chapter] == []


@every_chapter
def test_every_kind_is_asked(chapter: dict[str, Any]) -> None:
    assert {question["kind"] for question in questions_of(chapter)} == set(KINDS)


@every_chapter
def test_every_question_is_taught(chapter: dict[str, Any]) -> None:
    words = words_of(chapter)
    missing = [q["id"] for q in questions_of(chapter) if " ".join(q["evidence"].split()) not in words]
    assert missing == []


def test_guard_words_that_no_chapter_says_are_missed() -> None:
    assert "the answer is forty-two" not in words_of(CHAPTERS[0])
    assert "A value can rise while its share falls" in words_of(CHAPTERS[0])


@pytest.mark.parametrize("name", COMPUTED)
def test_numeric_answers_are_what_the_models_give(name: str) -> None:
    question = next(q for chapter in CHAPTERS for q in questions_of(chapter) if q["id"] == name)
    assert abs(COMPUTED[name]() - question["answer"]) <= question["within"]


def test_every_numeric_question_is_computed() -> None:
    first = [chapter for chapter in CHAPTERS if chapter["id"] in FIRST]
    asked = [q["id"] for chapter in first for q in questions_of(chapter) if q["kind"] == "numeric"]
    assert sorted(asked) == sorted(COMPUTED)


def test_the_order_of_waits_is_what_the_queue_gives() -> None:
    waits = [
        borders.mean_wait(*setting) for setting in ((46, 12, 4), (40, 12, 4), (40, 13.2, 4), (40, 12, 5))
    ]
    assert waits == sorted(waits, reverse=True)


def test_the_order_of_depths_is_what_the_model_gives() -> None:
    items = next(q for q in questions_of(_chapter("04")) if q["id"] == "depths")["items"]
    help_at = [institutions.come(float(item.split()[1]), entry_cost=1, crisis_cost=0.6) for item in items]
    assert help_at == sorted(help_at)


def test_the_order_of_rungs_is_that_of_the_stored_ladder() -> None:
    html = next(
        "".join(output["data"]["text/html"])
        for cell in course.notebook("notebooks/02_cefta.ipynb")["cells"]
        for output in cell.get("outputs", [])
        if "1 PPML: sizes, distance, border" in "".join(output.get("data", {}).get("text/html", ""))
    )
    ladder = pd.read_html(io.StringIO(html))[0].set_index("Unnamed: 0").effect_pct
    estimates = [ladder[ladder.index.str.startswith(rung)].item() for rung in "1326"]
    assert estimates == sorted(estimates, reverse=True)


def test_choices_that_rest_on_a_model() -> None:
    assert stays.next_entry([("2024-01-01", "2024-03-30")], "2024-03-31").isoformat() == "2024-06-29"
    assert set(voting_power.banzhaf({"a": 45, "b": 35, "c": 20}, 50.5).values()) == {1 / 3}
    tenth_more = borders.mean_wait(0.88 * 48, 12, 4) / borders.mean_wait(0.8 * 48, 12, 4)
    assert tenth_more > 1.8


def _chapter(identifier: str) -> dict[str, Any]:
    return next(chapter for chapter in CHAPTERS if chapter["id"] == identifier)


def secrets_of(question: dict[str, Any]) -> list[str]:
    """What must not be read in the page's source."""
    wrong = [*question.get("options", []), *question.get("mistakes", [])]
    notes = [one[key] for one in wrong for key in ("misconception", "feedback") if key in one]
    return [question["why"], *notes, *([question["otherwise"]] if "otherwise" in question else [])]


@every_chapter
def test_the_stored_notebook_shows_the_questions_and_no_answer(chapter: dict[str, Any]) -> None:
    stored = [
        output["data"]
        for cell in course.notebook(chapter["notebook"])["cells"]
        if "".join(cell["source"]) == f'quiz("{chapter["id"]}")'
        for output in cell["outputs"]
    ]
    assert len(stored) == 1, "one cell shows the quiz, and it has been run"
    made = quiz(chapter["id"])
    assert {kind: "".join(text) for kind, text in stored[0].items()} == made._repr_mimebundle_()
    whole = json.dumps(stored[0], ensure_ascii=False)
    for question in made.questions:
        assert question["question"] in repr(made)
        assert [secret for secret in secrets_of(question) if secret in whole] == []


@every_chapter
def test_a_page_gets_little_heavier(chapter: dict[str, Any]) -> None:
    parts = [
        quiz(chapter["id"]).html.encode(),
        *(static_file(f"quiz.{kind}").read_bytes() for kind in ("js", "css")),
    ]
    assert sum(len(gzip.compress(part, 6, mtime=0)) for part in parts) < 1000 * WEIGHT_KB


def test_a_kernel_gets_the_widget_and_a_saved_notebook_does_not_keep_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = quiz("02")
    monkeypatch.setattr(quizzes, "_in_kernel", lambda: True)
    bundle = made._repr_mimebundle_()
    assert made.widget.form == made.html
    notebook = {"cells": [{"outputs": [{"data": bundle, "metadata": {}}]}], "metadata": {}}
    assert WIDGET_VIEW in bundle
    assert strip_notebook(notebook) == 1
    assert set(bundle) == {"text/plain", "text/html"}


@given(st.text())
def test_the_cipher_undoes_itself_and_leaves_no_word(text: str) -> None:
    assert quizzes.veil(quizzes.veil(text)) == text
    assert all(
        plain != hidden for plain, hidden in zip(text, quizzes.veil(text), strict=True) if "!" <= plain <= "~"
    )


@given(st.lists(st.text(min_size=1), min_size=3, max_size=7, unique=True))
def test_items_are_never_shown_in_order(items: list[str]) -> None:
    question = {"id": "order", "items": items}
    shown = quizzes.shown_items(question)
    assert shown != items
    assert sorted(shown) == sorted(items)
    assert shown == quizzes.shown_items(question)


SOUND: dict[str, dict[str, Any]] = {
    question["kind"]: question for chapter in CHAPTERS[:1] for question in questions_of(chapter)
}


def changed(kind: str, change: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    question = copy.deepcopy(SOUND[kind])
    change(question)
    return question


FAULTS = {
    "no kind": ("single", lambda q: q.pop("kind"), "'kind' is a required property"),
    "unknown kind": ("single", lambda q: q.update(kind="essay"), "'essay' is not one of"),
    "no reason": ("single", lambda q: q.pop("why"), "'why' is a required property"),
    "two right": ("single", lambda q: [o.update(right=True) for o in q["options"]], "3 options are right"),
    "none right": ("single", lambda q: [o.pop("right", 0) for o in q["options"]], "0 options are right"),
    "all right": ("multiple", lambda q: [o.update(right=True) for o in q["options"]], "one wrong"),
    "no misconception": ("multiple", lambda q: q["options"][1].pop("misconception"), "has no misconception"),
    "no feedback": ("single", lambda q: [o.pop("feedback", 0) for o in q["options"]], "has no feedback"),
    "same option": ("single", lambda q: q["options"][1].update(text=q["options"][0]["text"]), "same text"),
    "misspelt": ("single", lambda q: q["options"][0].update(feedbak="x"), "'feedbak' was unexpected"),
    "no mistake": ("ordering", lambda q: q["mistakes"][0].update(puts=[1, 2]), "is no mistake"),
    "no such item": ("ordering", lambda q: q["mistakes"][0].update(puts=[9, 2]), "is no mistake"),
    "too few items": ("ordering", lambda q: q.update(items=["a", "b"]), "items"),
    "mistake is right": (
        "numeric",
        lambda q: q["mistakes"][0].update(answer=q["answer"]),
        "cannot be told apart",
    ),
    "a word for a number": (
        "numeric",
        lambda q: q.update(answer="many"),
        "answer: 'many' is not of type 'number'",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_named(name: str) -> None:
    kind, change, said = FAULTS[name]
    assert quizzes.fault_of(SOUND[kind]) == ""
    assert said in quizzes.fault_of(changed(kind, change))


def test_a_file_that_cannot_be_used_says_why(tmp_path: Path) -> None:
    path = tmp_path / "quiz.yml"
    with pytest.raises(QuizError, match=r"quiz\.yml is missing: fetch"):
        quizzes.read(path)
    for text, said in {
        "- [": "is not YAML",
        "": "expected a list",
        "- 5": "question 'no. 1'",
        yaml.safe_dump([SOUND["single"]] * 2): "two questions are called",
    }.items():
        path.write_text(text, encoding="utf-8")
        with pytest.raises(QuizError, match=said):
            quizzes.read(path)


def test_a_chapter_without_a_quiz_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    chapters = [{"id": "98", "systems": {}}, {**_chapter("02"), "id": "99", "systems": {}}]
    monkeypatch.setattr(lesson, "manifest", lambda: {"chapters": chapters})
    with pytest.raises(QuizError, match=r"chapter 98 has no quiz: give it a line"):
        quiz("98")
    with pytest.raises(QuizError, match=r"belongs to section 2\.1, which chapter 99 does not have"):
        quiz("99")
    with pytest.raises(KeyError, match="no chapter '02'"):
        quiz("02")
