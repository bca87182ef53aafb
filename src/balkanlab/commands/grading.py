"""What an instructor types after the class: grade."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean, median
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer

from balkanlab.commands.common import err, out, root, stop

if TYPE_CHECKING:
    from balkanlab.exercises.grading.result import Assignment, Limits, Result
    from balkanlab.exercises.grading.roster import Roster
    from balkanlab.exercises.grading.run import Pool, Sandboxed, Store
    from balkanlab.exercises.grading.submissions import Found

TO_LOOK_AT, NOTHING_GRADED, INTERRUPTED = 1, 2, 130
FORMATS = "moodle,canvas,oneroster,nbgrader"
# So many cells of a notebook may use up their time; then the notebook has used up its own.
SLOW_CELLS = 8


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command()(grade)


def grade(
    submissions: Annotated[
        Path, typer.Argument(help="What the class handed in: a folder, a zip or one notebook.")
    ],
    to: Annotated[Path, typer.Option("--out", help="Where results, feedback and grades go.")] = Path(
        "grades"
    ),
    jobs: Annotated[
        int, typer.Option(min=1, max=256, help="Notebooks at a time.", show_default="one for each core")
    ] = os.cpu_count() or 1,
    chapter: Annotated[
        list[str] | None, typer.Option(help="Only this chapter, such as 02; repeatable.")
    ] = None,
    exercise: Annotated[
        list[str] | None, typer.Option(help="Only this exercise, such as 02_cefta; repeatable.")
    ] = None,
    timeout: Annotated[int, typer.Option(min=1, help="Seconds for one cell.")] = 30,
    roster: Annotated[
        Path | None, typer.Option(help="The class list as CSV: grade files get its names and numbers.")
    ] = None,
    formats: Annotated[str, typer.Option(help="Grade files to write, with commas.")] = FORMATS,
    dask: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Grade on the Dask cluster with this scheduler.")
    ] = "",
    unsafe: Annotated[
        bool, typer.Option("--unsafe", help="Go without a sandbox: students' code gets your rights.")
    ] = False,
    allow_root: Annotated[bool, typer.Option("--allow-root", help="Grade although you are root.")] = False,
) -> None:
    """Grade what a class handed in, in a sandbox; write feedback, a report and grade files.

    Knows the downloads of Moodle and Canvas, nbgrader's folders, NAME/notebook.ipynb and NAME.ipynb, and zips
    of all these. Stopped and started again, it goes on where it was; only changed files are graded again.

    Exit status: 0 every submission has its mark, 1 some need a look, 2 nothing was graded.
    """
    from balkanlab.exercises.grading.result import Limits
    from balkanlab.exercises.grading.run import Sandboxed, Store

    grade_files = _formats(formats)
    people = _people(roster)
    assignments = _assignments()
    wanted = _wanted(assignments, chapter or [], exercise or [])
    limits = Limits(cell_seconds=timeout, notebook_seconds=max(Limits.notebook_seconds, SLOW_CELLS * timeout))
    if to.resolve().is_relative_to(submissions.resolve()):
        stop(f"--out {to} lies inside of {submissions}: choose another folder", NOTHING_GRADED)
    found = _found(submissions, list(assignments), wanted, limits)
    grader = Sandboxed(unsafe=unsafe, allow_root=allow_root)
    try:
        results = _graded(found, assignments, limits, Store(to / "results"), grader, jobs, dask)
        _write(results, assignments, to, grade_files, people)
    except OSError as error:
        stop(f"{to} cannot be written: {error.strerror or error}", NOTHING_GRADED)
    if any(not result.marked or not result.canary for result in results) or found.refused:
        raise typer.Exit(TO_LOOK_AT)


def _formats(given: str) -> list[str]:
    from balkanlab.exercises.grading.exports import FORMATS as KNOWN

    names = [name.strip() for name in given.split(",") if name.strip()]
    if unknown := [name for name in names if name not in KNOWN]:
        stop(f"no grade file called {unknown[0]!r}; there are: {', '.join(KNOWN)}", NOTHING_GRADED)
    return names


def _people(roster: Path | None) -> Roster | None:
    from balkanlab.exercises.grading.roster import RosterError, read_roster

    try:
        return read_roster(roster) if roster else None
    except RosterError as error:
        stop(error, NOTHING_GRADED)


def _assignments() -> dict[str, Assignment]:
    """Every assignment of the course, by name."""
    from balkanlab.exercises.grading.result import Assignment, AssignmentError

    course = root()
    names = sorted(path.stem for path in (course / "exercises" / "instructor").glob("*.ipynb"))
    if not names:
        stop(f"{course} has no exercises/instructor: grade with the instructor's course", NOTHING_GRADED)
    try:
        return {name: Assignment.load(course, name) for name in names}
    except AssignmentError as error:
        stop(error, NOTHING_GRADED)


def _wanted(
    assignments: Mapping[str, Assignment], chapters: Sequence[str], exercises: Sequence[str]
) -> list[str]:
    """The names of the exercises asked for; empty means all."""
    of_chapter = {name: str(assignment.checks["chapter"]) for name, assignment in assignments.items()}
    numbers = [chapter.zfill(2) for chapter in chapters]
    for given, known, what in (
        (exercises, sorted(of_chapter), "exercise"),
        (numbers, sorted(set(of_chapter.values())), "chapter with exercises"),
    ):
        if unknown := [name for name in given if name not in known]:
            stop(f"no {what} {unknown[0]!r}; there are: {', '.join(known)}", NOTHING_GRADED)
    return [name for name, chapter in of_chapter.items() if name in exercises or chapter in numbers]


def _found(download: Path, known: Sequence[str], wanted: Sequence[str], limits: Limits) -> Found:
    from balkanlab.exercises.grading.intake import IntakeError
    from balkanlab.exercises.grading.submissions import find

    try:
        with err.status("Looking through what was handed in"):
            found = find(download, known, wanted, limits)
    except IntakeError as error:
        stop(error, NOTHING_GRADED)
    if not found.submissions and not found.refused:
        notes = "".join(f" ({note})" for note in found.notes)
        stop(f"there is nothing to grade in {download}{notes}", NOTHING_GRADED)
    return found


def _graded(
    found: Found,
    assignments: Mapping[str, Assignment],
    limits: Limits,
    store: Store,
    grader: Sandboxed,
    jobs: int,
    address: str,
) -> list[Result]:
    """All results, earlier ones included, by assignment and student; says what came out."""
    from balkanlab.exercises.grading.cluster import ClusterError
    from balkanlab.exercises.grading.result import ERROR
    from balkanlab.exercises.grading.run import RunError, finished, grade_all, refused_results, with_note
    from balkanlab.exercises.grading.sandbox import SandboxError

    began = perf_counter()
    kept = finished(found.submissions, assignments, limits, store)
    todo = [each for each in found.submissions if each not in kept]
    results = dict(kept)

    def so_far() -> str:
        done = sum(result.status != ERROR for result in results.values())
        return f"{done} of {len(found.submissions)} results are kept; the same command goes on from there"

    try:
        if todo:
            with (
                _pool(grader, min(jobs, len(todo)), address) as pool,
                _progress(len(found.submissions), len(kept)) as advance,
            ):
                for submission, result in grade_all(todo, assignments, limits, store, pool, grader):
                    results[submission] = result
                    advance()
    except KeyboardInterrupt:
        err.print(f"Stopped. {so_far()}.", soft_wrap=True)
        raise typer.Exit(INTERRUPTED) from None
    except RunError as error:
        stop(f"{error}. {so_far()}", NOTHING_GRADED)
    except (SandboxError, ClusterError) as error:
        stop(error, NOTHING_GRADED)
    every = [with_note(submission, result) for submission, result in results.items()]
    every += refused_results(found.refused, found.submissions, assignments)
    every.sort(key=lambda result: (result.assignment, result.student))
    _say(every, found, len(kept), perf_counter() - began)
    return every


@contextmanager
def _pool(grader: Sandboxed, jobs: int, address: str) -> Iterator[Pool]:
    """Where the work is done. Says loudly where students' code is not locked in."""
    from balkanlab.exercises.grading.cluster import cluster
    from balkanlab.exercises.grading.workers import workers

    if grader.unsafe:
        err.print("Warning: no sandbox.", style="bold red", end=" ")
        err.print("Students' code runs with your rights: it can read, change and send your files.")
    if address:
        with cluster(address) as remote:
            yield remote
    else:
        grader.ready()
        with workers(jobs) as here:
            yield here


@contextmanager
def _progress(total: int, done: int) -> Iterator[Callable[[], None]]:
    """A bar with the time left; the function that it gives counts one more."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("Grading"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True) as progress:
        bar = progress.add_task("", total=total, completed=done)
        yield lambda: progress.advance(bar)


def _say(results: Sequence[Result], found: Found, kept: int, seconds: float) -> None:
    """The summary: a table, and everything that somebody should look at."""
    from rich.table import Table

    from balkanlab.exercises.grading.result import GRADED, REFUSED

    table = Table("assignment", box=None, pad_edge=False)
    for heading in ("handed in", "marked", "mean", "median", "of"):
        table.add_column(heading, justify="right")
    for name in dict.fromkeys(result.assignment for result in results):
        group = [result for result in results if result.assignment == name]
        points = [result.points for result in group if result.marked]
        table.add_row(
            name or "unknown",
            str(len(group)),
            str(len(points)),
            f"{mean(points):.1f}" if points else "–",
            f"{median(points):g}" if points else "–",
            f"{group[0].max_points:g}" if name else "–",
        )
    out.print(table)
    for result in results:
        if result.status != GRADED or not result.canary or result.note:
            what = "assertions were switched off" if not result.canary else result.status
            line = f"{result.student}, {result.assignment or 'unknown exercise'}: {what}"
            out.print(line + (f": {result.note}" if result.note else ""), markup=False, soft_wrap=True)
    said = {(result.student, result.assignment) for result in results if result.status == REFUSED}
    for each in found.refused:
        if (each.student, each.exercise) not in said:
            out.print(f"refused: {each.where}: {each.reason}", markup=False, soft_wrap=True)
    for note in found.notes:
        out.print(note, markup=False, soft_wrap=True)
    fresh = len(found.submissions) - kept
    taken = f", {kept} taken over from an earlier run" if kept else ""
    out.print(f"{fresh} graded in {seconds:.1f} s{taken}")


def _write(
    results: Sequence[Result],
    assignments: Mapping[str, Assignment],
    folder: Path,
    formats: Sequence[str],
    people: Roster | None,
) -> None:
    """Feedback, report and grade files; says where they are and what to know about them."""
    from balkanlab.exercises.grading.exports import write_exports
    from balkanlab.exercises.grading.feedback import write_feedback
    from balkanlab.exercises.grading.report import write_report

    now = datetime.now(UTC)
    names = {result.assignment for result in results}
    used = {name: assignment for name, assignment in assignments.items() if name in names}
    feedback = folder / "feedback"
    pages = write_feedback(results, used, feedback)
    report = write_report(results, used, folder / "report.html", now, feedback)
    exported = write_exports(results, used, folder / "grades", formats, people, now)
    for warning in exported.warnings:
        err.print("Note:", style="yellow", end=" ")
        err.print(warning, markup=False, soft_wrap=True)
    out.print(f"Report: {report}", markup=False, soft_wrap=True)
    out.print(f"Feedback: {len(pages)} pages in {feedback}", markup=False, soft_wrap=True)
    for path in exported.paths:
        out.print(f"Grades: {path}", markup=False, soft_wrap=True)
