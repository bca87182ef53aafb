"""A class without Jupyter: files of a few bytes, and a grader that does what they say.

`ok N` gives N points; `sleep S` takes S seconds first; `die` ends the worker, `fail` raises. Every call is
written down in the file that BALKANLAB_TEST_CALLS names: a line with the worker's process and the student.
"""

from __future__ import annotations

import hashlib
import os
import time
from dataclasses import dataclass
from pathlib import Path

from balkanlab.exercises.grading.result import GRADED, Assignment, Limits, Result, TaskResult
from balkanlab.exercises.grading.sandbox import SandboxError

CALLS = "BALKANLAB_TEST_CALLS"
ASSIGNMENT = Assignment("99_demo", "nowhere", {"title": "Demo", "tasks": {"9.1": {"points": 3}}}, {})


def grade(path: Path, assignment: Assignment, limits: Limits, student: str) -> Result:
    """A `Grader`."""
    data = path.read_bytes()
    with open(os.environ[CALLS], "a", encoding="utf-8") as calls:
        calls.write(f"{os.getpid()} {student}\n")
    points = 0.0
    for line in data.decode().splitlines():
        word, _, value = line.partition(" ")
        if word == "ok":
            points = float(value)
        elif word == "sleep":
            time.sleep(float(value))
        elif word == "die":
            os._exit(9)
        elif word == "fail":
            raise ZeroDivisionError("no such luck")
        elif word == "nosandbox":
            raise SandboxError("no bubblewrap here")
    return Result(
        student=student,
        assignment=assignment.name,
        submission_sha256=hashlib.sha256(data).hexdigest(),
        assignment_digest=assignment.digest,
        seconds=0.1,
        status=GRADED,
        tasks=tuple(
            TaskResult(task, points if first else 0, 3, bool(first and points == 3))
            for first, task in zip([True] + [False] * len(assignment.tasks), assignment.tasks, strict=False)
        ),
    )


@dataclass(frozen=True)
class NoSandbox:
    """Stands in for `run.Sandboxed`: grades with `grade`."""

    unsafe: bool = False
    allow_root: bool = False

    def ready(self) -> None:
        """There is nothing to wait for."""

    def __call__(self, path: Path, assignment: Assignment, limits: Limits, student: str) -> Result:
        """A `Grader`."""
        return grade(path, assignment, limits, student)


def calls() -> list[tuple[int, str]]:
    """Process and student of every call so far."""
    file = Path(os.environ[CALLS])
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    return [(int(line.split(" ", 1)[0]), line.split(" ", 1)[1]) for line in lines]


def hand_in(folder: Path, work: dict[str, str], name: str = ASSIGNMENT.name) -> Path:
    """Writes `folder`/STUDENT/`name`.ipynb with what each student's work says."""
    for student, text in work.items():
        path = folder / student / f"{name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder
