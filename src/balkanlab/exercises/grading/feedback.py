"""One page per student and assignment: what is solved, what is not yet, and hints.

A page shows what the student's own checks may say: never a hidden test, an instructor's note or an answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from balkanlab.execute import write_atomically
from balkanlab.exercises.grading.pages import render, safe_name, safe_names
from balkanlab.exercises.grading.result import ERROR, PARTIAL, Assignment, Result

STRETCH = 24
WITHHELD = "What the notebook said here is not shown: ask your instructor."


@dataclass(frozen=True)
class Row:
    """One task as the student reads it."""

    task: str
    title: str
    points: float
    max_points: float
    ok: bool
    message: str
    answer: str
    is_function: bool
    hints: tuple[str, ...]
    difficulty: int


def feedback_files(results: Iterable[Result]) -> dict[tuple[str, str], str]:
    """Where each page lies below the folder of all feedback, by student and assignment: `student/assignment.html`.

    No two students share a folder, so nobody reads another's page.
    """
    pairs = [(result.student, result.assignment) for result in results]
    students = safe_names(dict.fromkeys(student for student, _ in pairs))
    return {pair: f"{students[pair[0]]}/{safe_name(pair[1] or 'file')}.html" for pair in pairs}


def feedback_page(result: Result, assignment: Assignment | None) -> bytes:
    """The page of one result; `assignment` is None where nobody could tell what was handed in."""
    marked = result.marked
    rows = _rows(result, assignment) if assignment and marked else []
    missed = [row for row in rows if not row.ok]
    return render(
        "feedback.html.j2",
        result=result,
        title=assignment.title if assignment else result.assignment or "Your work",
        rows=rows,
        marked=marked,
        failed=result.status == ERROR,
        cut=result.status == PARTIAL,
        solved=sum(row.ok for row in rows),
        share=result.points / result.max_points if result.max_points else 0,
        following=min(missed, key=lambda row: row.difficulty, default=None),
    )


def _rows(result: Result, assignment: Assignment) -> list[Row]:
    rows = []
    for task in result.tasks:
        spec = assignment.tasks.get(task.task, {})
        rows.append(
            Row(
                task.task,
                spec.get("title", ""),
                task.points,
                task.max_points,
                task.ok,
                WITHHELD if tells(task.message, assignment) else sentence(task.message),
                "" if tells(task.answer, assignment) else task.answer,
                spec.get("kind") == "function",
                tuple(spec.get("hints", ())),
                spec.get("difficulty", 1),
            )
        )
    return rows


def tells(text: str, assignment: Assignment) -> bool:
    """Whether `text` repeats a stretch of a hidden test, whatever became of its case, blanks and signs.

    Hidden tests run beside the student's code, which could put their source into an answer or an error.
    """
    said = _letters(text)
    for hidden in map(_letters, assignment.hidden.values()):
        stretches = (hidden[start : start + STRETCH] for start in range(max(1, len(hidden) - STRETCH + 1)))
        if any(stretch in said for stretch in stretches if stretch):
            return True
    return False


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


def sentence(message: str) -> str:
    """The message without its verdict, which the page shows as a mark."""
    said = message.removeprefix("not yet – ")
    return said[:1].upper() + said[1:]


def write_feedback(
    results: Iterable[Result], assignments: Mapping[str, Assignment], folder: Path
) -> list[Path]:
    """Writes the page of every result below `folder`, each in one step; returns the files.

    Raises:
        OSError: the folder cannot be written.
    """
    found = list(results)
    files = feedback_files(found)
    paths = []
    for result in found:
        path = folder / files[result.student, result.assignment]
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, feedback_page(result, assignments.get(result.assignment)))
        paths.append(path)
    return paths
