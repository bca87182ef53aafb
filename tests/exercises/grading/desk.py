"""Results of a small class, made by hand: what the instructor's pages and grade files are tested with."""

from __future__ import annotations

from datetime import UTC, datetime

from balkanlab.exercises.grading import Assignment, Result, TaskResult

HIDDEN = 'assert weigh(3) > 0, "a hidden sentence about weights"'
WHEN = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
TASKS = {
    "1.1a": {
        "title": "Count",
        "points": 1,
        "difficulty": 1,
        "hints": ["Use `len`.", "Mind the unit.", "Idea."],
    },
    "1.1b": {"title": "Weigh", "points": 2, "difficulty": 3, "hints": ["one", "two", "three"]},
}


def assignment(name: str = "98_desk", title: str = "Desk: exercises") -> Assignment:
    """An assignment of two tasks, one and two points, with a hidden test in the second."""
    return Assignment(name, "/nowhere", {"title": title, "tasks": TASKS}, {"1.1b": HIDDEN})


def result(
    student: str,
    *right: str,
    status: str = "graded",
    answer: str = "7",
    message: str = "Mind the sign.",
    work: Assignment | None = None,
    note: str = "",
    canary: bool = True,
) -> Result:
    """A result in which the tasks `right` are solved and all others wrong in the same way."""
    work = work or assignment()
    tasks = tuple(
        TaskResult(name, spec["points"], spec["points"], True, seconds=0.2)
        if name in right
        else TaskResult(
            name, 0, spec["points"], False, message, "hidden test: a hidden sentence", answer, 0.4
        )
        for name, spec in TASKS.items()
    )
    return Result(student, work.name, "0" * 64, work.digest, 1.5, status, note, tasks, canary, work.title)
