"""The quiz that closes a chapter: questions kept as data, one HTML form for the page, the notebook and the printer.

`static/quiz.js` brings the form to life, on the page and in a running notebook alike. Where no script runs the
form still shows every question, and no answer. What the script judges by travels in the form as a simple
substitution cipher: nobody reads it by accident, and nobody is kept from reading it who wants to.

jupyterquiz was considered. It has no ordering questions, keeps no progress, and needs a script to show anything.
"""

from __future__ import annotations

import hashlib
import json
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from balkanlab.explorer import WIDGET_VIEW, _in_kernel
from balkanlab.lesson import chapter
from balkanlab.paths import course_file, static_file

KINDS = {
    "single": "one answer",
    "multiple": "one answer or more",
    "ordering": "put them in order",
    "numeric": "a number",
}
START = "Your answers are checked when this cell has been run, or on the published page with scripts on."
CSS_CLASS = "balkanlab-quiz"
_CIPHER = {code: 33 + (code - 33 + 47) % 94 for code in range(33, 127)}
_TEXT = {"type": "string", "minLength": 1}
_NOTE = {"misconception": _TEXT, "feedback": _TEXT}
_SHAPES: dict[str, dict[str, Any]] = {
    "options": {
        "type": "array",
        "minItems": 2,
        "items": {
            "type": "object",
            "properties": {"text": _TEXT, "right": {"const": True}, **_NOTE},
            "required": ["text"],
            "additionalProperties": False,
        },
    },
    "items": {"type": "array", "items": _TEXT, "minItems": 3, "uniqueItems": True},
    "orders": {
        "type": "array",
        "minItems": 1,
        "items": {
            "type": "object",
            "properties": {
                "puts": {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2},
                **_NOTE,
            },
            "required": ["puts", *_NOTE],
            "additionalProperties": False,
        },
    },
    "numbers": {
        "type": "array",
        "minItems": 1,
        "items": {
            "type": "object",
            "properties": {
                "answer": {"type": "number"},
                "within": {"type": "number", "minimum": 0},
                **_NOTE,
            },
            "required": ["answer", "within", *_NOTE],
            "additionalProperties": False,
        },
    },
}
_OWN: dict[str, dict[str, Any]] = {
    "single": {"options": _SHAPES["options"]},
    "multiple": {"options": _SHAPES["options"]},
    "ordering": {"items": _SHAPES["items"], "mistakes": _SHAPES["orders"], "otherwise": _TEXT},
    "numeric": {
        "answer": {"type": "number"},
        "within": {"type": "number", "minimum": 0},
        "unit": _TEXT,
        "mistakes": _SHAPES["numbers"],
        "otherwise": _TEXT,
    },
}
_COMMON = {
    "id": {"type": "string", "pattern": "^[a-z][a-z0-9-]*$"},
    "section": {"type": "string", "pattern": r"^\d+\.\d+$"},
    "kind": {"enum": list(KINDS)},
    "question": _TEXT,
    "why": _TEXT,
    "evidence": _TEXT,
}


class QuizError(ValueError):
    """A quiz that is missing or not sound; says which file, which question, and what is wrong."""


class QuizWidget(anywidget.AnyWidget):
    """The form in a running notebook; the judging happens in the browser, so the kernel has nothing to answer."""

    _esm = traitlets.Unicode().tag(sync=True)
    _css = traitlets.Unicode().tag(sync=True)
    form = traitlets.Unicode().tag(sync=True)

    def __init__(self, form: str) -> None:
        super().__init__(
            _esm=static_file("quiz.js").read_text(encoding="utf-8")
            + "\nexport default { render: globalThis.balkanlabQuiz.renderLive };\n",
            _css=static_file("quiz.css").read_text(encoding="utf-8"),
            form=form,
        )


class Quiz:
    """The questions of one chapter.

    Args:
        identifier: the chapter, such as "02"; it names the form and the place of the reader's progress.
        questions: checked questions, as `read` returns them.
        titles: number of a section, such as "2.2" → its heading, for the advice to read it again.
    """

    def __init__(self, identifier: str, questions: list[dict[str, Any]], titles: dict[str, str]) -> None:
        self.identifier, self.questions, self.titles = identifier, questions, titles

    def __len__(self) -> int:
        return len(self.questions)

    def __repr__(self) -> str:
        parts = []
        for number, question in enumerate(self.questions, 1):
            lines = [f"{number}. {question['question']} ({KINDS[question['kind']]})"]
            if question["kind"] == "ordering":
                lines += [f"   - {item}" for item in shown_items(question)]
            lines += [f"   - {option['text']}" for option in question.get("options", [])]
            parts.append("\n".join(lines))
        return "\n".join([*parts, START])

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        bundle: dict[str, Any] = {"text/plain": repr(self), "text/html": self.html}
        if _in_kernel():
            data: Any = self.widget._repr_mimebundle_()
            bundle[WIDGET_VIEW] = (data[0] if isinstance(data, tuple) else data)[WIDGET_VIEW]
        return bundle

    @cached_property
    def html(self) -> str:
        """The form; the same bytes for the same questions."""
        key = {question["id"]: _key(question) for question in self.questions}
        hidden = escape(veil(json.dumps(key, separators=(",", ":"))))
        questions = "".join(self._question(question) for question in self.questions)
        return (
            f'<div class="{CSS_CLASS}" data-chapter="{escape(self.identifier)}" data-key="{hidden}">'
            f'<p class="bl-quiz-start">{START}</p><ol class="bl-questions">{questions}</ol></div>'
        )

    @cached_property
    def widget(self) -> QuizWidget:
        """The live version."""
        return QuizWidget(self.html)

    def _question(self, question: dict[str, Any]) -> str:
        kind = question["kind"]
        name = f"quiz-{self.identifier}-{question['id']}"
        if kind == "ordering":
            body = _list_html(question)
        elif kind == "numeric":
            unit = f" {escape(question['unit'])}" if "unit" in question else ""
            body = f'<label>Your number: <input type="text" inputmode="decimal" size="8" name="{name}">{unit}</label>'
        else:
            box = "radio" if kind == "single" else "checkbox"
            body = "".join(
                f'<div><label><input type="{box}" name="{name}" value="{number}"> '
                f"{escape(option['text'])}</label></div>"
                for number, option in enumerate(question["options"])
            )
        where = f"{question['section']} {self.titles.get(question['section'], '')}".strip()
        return (
            f'<li class="bl-question" data-id="{question["id"]}" data-kind="{kind}"'
            f' data-digest="{digest(question)}" data-where="{escape(where)}">'
            f"<fieldset><legend>{escape(question['question'])} <small>({KINDS[kind]})</small></legend>"
            f"{body}</fieldset></li>"
        )


def quiz(identifier: str) -> Quiz:
    """The quiz of a chapter, from the file that course.yml names.

    Args:
        identifier: the chapter, such as "02".

    Raises:
        KeyError: no such chapter.
        QuizError: the chapter has no quiz, its file is missing or not sound.
    """
    entry = chapter(identifier)
    if "quiz" not in entry:
        raise QuizError(f'chapter {identifier} has no quiz: give it a line "quiz:" in course.yml')
    titles = {number: system["section"] for number, system in entry["systems"].items()}
    questions = read(course_file(entry["quiz"]))
    for question in questions:
        if question["section"] not in titles:
            raise QuizError(
                f"{entry['quiz']}: question {question['id']!r} belongs to section {question['section']}, "
                f"which chapter {identifier} does not have"
            )
    return Quiz(identifier, questions, titles)


def read(path: Path) -> list[dict[str, Any]]:
    """The questions of a file, in its order, each checked.

    Raises:
        QuizError: the file is missing, is not YAML, or a question is not sound.
    """
    import yaml

    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise QuizError(f"{path.name} is missing: fetch exercises/quiz/ of the course again") from None
    except yaml.YAMLError as error:
        raise QuizError(f"{path.name} is not YAML: {error}") from error
    if not isinstance(content, list) or not content:
        raise QuizError(f"{path.name}: expected a list of questions")
    seen: set[str] = set()
    for number, question in enumerate(content, 1):
        name = question.get("id", f"no. {number}") if isinstance(question, dict) else f"no. {number}"
        if fault := fault_of(question):
            raise QuizError(f"{path.name}: question {name!r}: {fault}")
        if name in seen:
            raise QuizError(f"{path.name}: two questions are called {name!r}")
        seen.add(name)
    return content


def fault_of(question: Any) -> str:
    """What is wrong with a question, in words; empty if it is sound."""
    import jsonschema  # type: ignore[import-untyped]

    kind = question.get("kind") if isinstance(question, dict) else None
    own = _OWN.get(kind, {}) if isinstance(kind, str) else {}
    schema = {
        "type": "object",
        "properties": {**_COMMON, **own},
        "required": [*_COMMON, *(key for key in own if key != "unit")],
        "additionalProperties": not own,
    }
    error = jsonschema.exceptions.best_match(jsonschema.Draft7Validator(schema).iter_errors(question))
    if error is not None:
        place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.absolute_path)
        return f"{place.lstrip('.') or '$'}: {error.message}"
    return {"ordering": _order_fault, "numeric": _number_fault}.get(question["kind"], _option_fault)(question)


def _option_fault(question: dict[str, Any]) -> str:
    right = [option for option in question["options"] if "right" in option]
    if len({option["text"] for option in question["options"]}) < len(question["options"]):
        return "two options have the same text"
    if question["kind"] == "single" and len(right) != 1:
        return f"{len(right)} options are right; one must be"
    if not 0 < len(right) < len(question["options"]):
        return "at least one option must be right and one wrong"
    for option in question["options"]:
        missing = [] if "right" in option else [key for key in _NOTE if key not in option]
        if missing:
            return f"the wrong option {option['text']!r} has no {' and no '.join(missing)}"
    return ""


def _order_fault(question: dict[str, Any]) -> str:
    for mistake in question["mistakes"]:
        early, late = mistake["puts"]
        if not len(question["items"]) >= early > late >= 1:
            return f"puts: {mistake['puts']} is no mistake: name a later item and one that belongs before it"
    return ""


def _number_fault(question: dict[str, Any]) -> str:
    spans = [question, *question["mistakes"]]
    for number, one in enumerate(spans):
        for other in spans[number + 1 :]:
            if abs(one["answer"] - other["answer"]) <= one["within"] + other["within"]:
                return f"{one['answer']} and {other['answer']} cannot be told apart: make `within` smaller"
    return ""


def shown_items(question: dict[str, Any]) -> list[str]:
    """The items of an ordering question as the reader first sees them: the same on every run, and never in order."""
    items: list[str] = question["items"]
    shown = sorted(items, key=lambda item: hashlib.sha256(f"{question['id']} {item}".encode()).digest())
    return [*shown[1:], shown[0]] if shown == items else shown


def digest(question: dict[str, Any]) -> str:
    """Eight characters that change with the question, so that progress on an older wording is not carried over."""
    text = json.dumps(question, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def veil(text: str) -> str:
    """ROT47: every printable ASCII character but the space is replaced by another; applied twice it undoes itself.

    It keeps what compresses well compressible, which base64 does not.
    """
    return text.translate(_CIPHER)


def _list_html(question: dict[str, Any]) -> str:
    items = "".join(
        f'<li data-item="{number}" style="--shown: {number}"><span>{escape(item)}</span></li>'
        for number, item in enumerate(shown_items(question))
    )
    return f'<ol class="bl-order">{items}</ol>'


def _key(question: dict[str, Any]) -> dict[str, Any]:
    """What `quiz.js` judges by: the right answer, and for each known wrong one its name and what to say."""

    def note(source: dict[str, Any]) -> list[str]:
        return [source["misconception"], source["feedback"]]

    key: dict[str, Any] = {"why": question["why"]}
    if "options" in question:
        options = question["options"]
        key["right"] = [number for number, option in enumerate(options) if "right" in option]
        key["notes"] = [None if "right" in option else note(option) for option in options]
        return key
    key["otherwise"] = question["otherwise"]
    if question["kind"] == "numeric":
        key |= {"right": question["answer"], "within": question["within"]}
        key["notes"] = [[one["answer"], one["within"], *note(one)] for one in question["mistakes"]]
        return key
    shown = shown_items(question)
    place = [shown.index(item) for item in question["items"]]
    key["right"] = place
    key["notes"] = [[*(place[item - 1] for item in one["puts"]), *note(one)] for one in question["mistakes"]]
    return key
