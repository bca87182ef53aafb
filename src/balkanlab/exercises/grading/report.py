"""The class report: per task the share solved, the commonest wrong result and the time; points and students."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import mean, median
from urllib.parse import quote

from balkanlab.execute import write_atomically
from balkanlab.exercises.grading.feedback import feedback_files, sentence
from balkanlab.exercises.grading.pages import render
from balkanlab.exercises.grading.result import GRADED, Assignment, Result, TaskResult

Links = Mapping[tuple[str, str], str]

BINS = 10
HARDEST = 3


@dataclass(frozen=True)
class Wrong:
    """The commonest wrong result of a task: the answer as text, and `why` it is wrong, or what the student was told."""

    text: str
    count: int
    why: str = ""


@dataclass(frozen=True)
class TaskRow:
    """One task over the class. `share` is from 0 to 1, `seconds` the median; `missed` counts who did not solve
    it, and `silent` those of them who gave no answer that could be read."""

    task: str
    title: str
    max_points: float
    share: float
    missed: int
    silent: int
    wrong: Wrong | None
    seconds: float

    @property
    def percent(self) -> int:
        """The share in whole per cent; all or none is said only where it is true."""
        return round(100 * self.share) if self.share in (0, 1) else min(99, max(1, round(100 * self.share)))


@dataclass(frozen=True)
class Bin:
    """A bar of the histogram; `share` is its height relative to the highest."""

    label: str
    count: int
    share: float


@dataclass(frozen=True)
class Student:
    """One line of the list of students; `link` is the address of the feedback page, or ""."""

    result: Result
    marked: bool
    link: str


@dataclass(frozen=True)
class Group:
    """One assignment of the report; numbers are over the submissions that could be marked."""

    name: str
    title: str
    max_points: float
    handed_in: int
    marked: int
    mean: float
    median: float
    seconds: float
    histogram: tuple[Bin, ...]
    tasks: tuple[TaskRow, ...]
    hardest: tuple[TaskRow, ...]
    students: tuple[Student, ...]


def commonest_wrong(tasks: Iterable[TaskResult]) -> Wrong | None:
    """The wrong answer that most students share; None where no two are alike or nobody gave one."""
    given = [task for task in tasks if not task.ok and task.answer]
    counts = Counter(task.answer for task in given)
    if not counts:
        return None
    # Ties go to the text that comes first, so that the same class gives the same report.
    text, count = min(counts.items(), key=lambda item: (-item[1], item[0]))
    if count == 1 and len(given) > 1:
        return None
    first = next(task for task in given if task.answer == text)
    return Wrong(text, count, sentence(first.message) if first.reason.startswith("answer:") else first.reason)


def histogram(shares: Sequence[float]) -> tuple[Bin, ...]:
    """How many of `shares` (each from 0 to 1) lie in each tenth; the last tenth includes 1."""
    counts = Counter(min(BINS - 1, int(share * BINS + 1e-9)) for share in shares)
    highest = max(counts.values(), default=1)
    step = 100 // BINS
    return tuple(
        Bin(f"{step * place}–{step * (place + 1)} %", counts[place], counts[place] / highest)
        for place in range(BINS)
    )


def group(assignment: Assignment, results: Sequence[Result], links: Links) -> Group:
    """One assignment's part of the report, from the results that belong to it."""
    marked = [result for result in results if result.marked]
    points = [result.points for result in marked]
    by_task = {name: _of_task(marked, name) for name in assignment.tasks}
    rows = tuple(
        TaskRow(
            name,
            spec["title"],
            spec["points"],
            sum(task.ok for task in by_task[name]) / max(1, len(marked)),
            sum(not task.ok for task in by_task[name]),
            sum(not task.ok and not task.answer for task in by_task[name]),
            commonest_wrong(by_task[name]),
            median([task.seconds for task in by_task[name]] or [0.0]),
        )
        for name, spec in assignment.tasks.items()
    )
    return Group(
        name=assignment.name,
        title=assignment.title,
        max_points=assignment.max_points,
        handed_in=len(results),
        marked=len(marked),
        mean=mean(points) if points else 0.0,
        median=median(points) if points else 0.0,
        seconds=median(result.seconds for result in marked) if marked else 0.0,
        histogram=histogram([each / assignment.max_points for each in points]),
        tasks=rows,
        hardest=tuple(sorted((row for row in rows if row.missed), key=lambda row: row.share)[:HARDEST]),
        students=tuple(
            Student(
                result,
                result.marked,
                links.get((result.student, result.assignment), ""),
            )
            for result in sorted(results, key=lambda result: result.student.casefold())
        ),
    )


def _of_task(results: Iterable[Result], name: str) -> list[TaskResult]:
    return [task for result in results for task in result.tasks if task.task == name]


def report_page(
    results: Iterable[Result],
    assignments: Mapping[str, Assignment],
    when: datetime,
    links: Links | None = None,
) -> bytes:
    """The class report of one run; `links` gives the address of a feedback page by student and assignment."""
    found = list(results)
    groups = [
        group(assignment, [result for result in found if result.assignment == name], links or {})
        for name, assignment in assignments.items()
        if any(result.assignment == name for result in found)
    ]
    return render(
        "report.html.j2",
        groups=groups,
        doubtful=[result for result in found if result.status != GRADED or not result.canary],
        when=when.strftime("%Y-%m-%d %H:%M %Z").strip(),
    )


def write_report(
    results: Iterable[Result],
    assignments: Mapping[str, Assignment],
    path: Path,
    when: datetime,
    feedback: Path | None = None,
) -> Path:
    """Writes the report to `path` in one step, with links to the pages in the folder `feedback`.

    Raises:
        OSError: the file cannot be written.
    """
    found = list(results)
    links: Links = {}
    if feedback:
        start = Path(os.path.relpath(feedback, path.parent)).as_posix()
        links = {pair: quote(f"{start}/{file}") for pair, file in feedback_files(found).items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, report_page(found, assignments, when, links))
    return path
