"""What stands around an explorer in a chapter: the front block and the bet."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from html import escape
from typing import Any

from balkanlab.paths import course_file


class Block:
    """A piece of a lesson that shows as HTML, and as plain text where HTML is not drawn."""

    def __init__(self, html: str, text: str) -> None:
        self._html, self._text = html, text

    def _repr_html_(self) -> str:
        return self._html

    def __repr__(self) -> str:
        return self._text


@lru_cache(maxsize=1)
def manifest() -> dict[str, Any]:
    """`course.yml` as it stands: the course's settings and its chapters.

    Raises:
        FileNotFoundError: there is no course.yml.
    """
    import yaml

    loaded: dict[str, Any] = yaml.safe_load(course_file("course.yml").read_text(encoding="utf-8"))
    return loaded


def chapter(identifier: str) -> dict[str, Any]:
    """The manifest's entry of a chapter such as "02".

    Raises:
        KeyError: no such chapter; the message lists those there are.
    """
    chapters: list[dict[str, Any]] = manifest()["chapters"]
    for entry in chapters:
        if entry["id"] == identifier:
            return entry
    raise KeyError(
        f"no chapter {identifier!r} in course.yml; there are {[entry['id'] for entry in chapters]}"
    )


def front(identifier: str) -> Block:
    """The block that opens a chapter: questions, aims, time, what comes first, and who speaks.

    Raises:
        KeyError: no such chapter.
    """
    entry = chapter(identifier)
    parts = [
        ("Questions of this chapter", entry["questions"]),
        ("What you will be able to do", entry["objectives"]),
        ("What you need first", entry["prerequisites"]),
        (
            "Who speaks, and from where",
            [f"{source['label']}: {source['viewpoint']}" for source in entry["sources"]],
        ),
    ]
    time = f"Time: about {entry['minutes']} minutes to read and play, without the exercises."
    html = "".join(
        f"<p><strong>{escape(heading)}</strong></p><ul>"
        + "".join(f"<li>{escape(item)}</li>" for item in items)
        + "</ul>"
        for heading, items in parts
    )
    text = "\n".join(f"{heading}\n" + "\n".join(f"- {item}" for item in items) for heading, items in parts)
    return Block(f'<div class="bl-front">{html}<p>{escape(time)}</p></div>', f"{text}\n{time}")


def bet(question: str, options: Sequence[str], reveal: str) -> Block:
    """A question the reader answers before reading on; the answer is behind a disclosure.

    It needs no script: it works in the page, in the notebook and from a file.

    Args:
        question: one concrete question.
        options: two or more answers to choose from.
        reveal: what the reader sees after opening it, as plain text.
    """
    group = "bet-" + "".join(c for c in question.lower() if c.isalnum())[:40]
    choices = "".join(
        f'<label><input type="radio" name="{group}"> {escape(option)}</label>' for option in options
    )
    html = (
        f'<div class="bl-bet"><fieldset><legend>Your bet: {escape(question)}</legend>{choices}</fieldset>'
        f"<details><summary>I have chosen: show what happened</summary><p>{escape(reveal)}</p></details></div>"
    )
    text = "\n".join([f"Your bet: {question}", *(f"- {option}" for option in options)])
    return Block(html, text)
