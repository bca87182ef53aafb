"""What a student types: check and progress."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from balkanlab.commands.common import err, out, root, stop

if TYPE_CHECKING:
    from balkanlab.exercises.feedback import Desk, Feedback
    from balkanlab.exercises.progress import Event

SOLVED, OPEN, UNCHECKED, INTERRUPTED = 0, 1, 2, 130
LOOK_SECONDS = 0.4
MOST_NOTES = 3
Looks = dict[Path, tuple[int, int, int] | None]
STYLES = {"ok": "green", "not yet": "yellow", "raised": "red", "stopped": "red"}


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command()(check)
    app.command()(progress)


def check(
    notebooks: Annotated[
        list[Path] | None, typer.Argument(help="Default: the exercises of this folder or of the course.")
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Check again whenever a notebook is saved.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the findings as JSON, one line per round.")
    ] = False,
    timeout: Annotated[int, typer.Option(min=1, help="Seconds for one cell.")] = 30,
) -> None:
    """Run a copy of exercise notebooks and say per task: ok, not yet and a hint, or what your code raised.

    The files are not touched. Exit status: 0 all tasks ok, 1 something is open, 2 a notebook could not be
    checked.
    """
    try:
        from balkanlab.exercises.feedback import Desk
    except ImportError as missing:
        stop(f"{missing.name} is not installed: pip install --upgrade balkanlab", UNCHECKED)
    paths = notebooks or _exercises(Path.cwd())
    desk, looks = Desk(), _looks(paths)
    try:
        status = _round(desk, paths, timeout, as_json)
        if watch:
            err.print("Watching: save a notebook to have it checked again, Ctrl+C to stop.")
            for saved in _saves(looks):
                status = _round(desk, saved, timeout, as_json)
    except KeyboardInterrupt:
        err.print("Stopped." if watch else "Stopped before the end; nothing was changed.")
        raise typer.Exit(SOLVED if watch else INTERRUPTED) from None
    raise typer.Exit(status)


def _exercises(here: Path) -> list[Path]:
    """The exercise notebooks of the folder `here`, or else of the course."""
    found = [path for path in sorted(here.glob("*.ipynb")) if b'"exercises": "' in path.read_bytes()]
    found = found or sorted((root() / "exercises").glob("*.ipynb"))
    if not found:
        stop("there is no exercise notebook here: name one, or go to the course folder", UNCHECKED)
    return [path.relative_to(here) if path.is_relative_to(here) else path for path in found]


def _round(desk: Desk, paths: Sequence[Path], timeout: int, as_json: bool) -> int:
    """Check each notebook and print what is to be said; returns the exit status."""
    from balkanlab.exercises.feedback import CannotCheckError

    status = SOLVED
    found: list[dict[str, Any]] = []
    for path in paths:
        try:
            with _bar(path) as seen:
                feedback = desk.check(path, timeout, seen)
        except CannotCheckError as problem:
            status = UNCHECKED
            found.append({"path": str(path), "problem": str(problem)})
            if not as_json:
                err.print("cannot be checked:", style="bold red", end=" ")
                err.print(str(problem), markup=False, soft_wrap=True)
            continue
        status = max(status, SOLVED if feedback.ok else OPEN)
        found.append(feedback.as_json())
        if not as_json:
            _show(feedback)
        if desk.complaint:
            err.print(desk.complaint, markup=False, soft_wrap=True)
    if as_json:
        sys.stdout.write(json.dumps({"ok": status == SOLVED, "notebooks": found}, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    return status


@contextmanager
def _bar(path: Path) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on the error stream, gone when done; nothing where that is no terminal."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    with Progress(
        *columns, TextColumn("cells"), console=err, transient=True, disable=not err.is_terminal
    ) as bar:
        task = bar.add_task(f"Running a copy of {path.name}", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _show(feedback: Feedback) -> None:
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    out.print(f"\n{feedback.title} ({feedback.path})", style="bold", markup=False, soft_wrap=True)
    for note in feedback.notes[:MOST_NOTES]:
        out.print(note, style="red", markup=False, soft_wrap=True)
    if len(feedback.notes) > MOST_NOTES:
        out.print(f"and {len(feedback.notes) - MOST_NOTES} more cells like these", style="red")
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for heading in ("task", "result", "what to do next"):
        table.add_column(heading, header_style="bold", overflow="fold")
    for task in feedback.tasks:
        table.add_row(
            task.task, Text(task.status, style=STYLES[task.status]), Text(task.message or task.title)
        )
    out.print(table)
    reached, most = feedback.points
    summary = Table.grid(padding=(0, 2, 0, 0))
    summary.add_row(
        ProgressBar(total=len(feedback.tasks), completed=feedback.solved, width=24),
        f"{feedback.solved} of {len(feedback.tasks)} tasks ok",
        f"{reached} of {most} points",
        Text(f"{feedback.seconds:.1f} s", style="dim"),
    )
    out.print(summary)


def _saves(checked: Looks) -> Iterator[list[Path]]:
    """The notebooks saved since they looked as in `checked`, each time some were; ends only by Ctrl+C.

    A file replaced by another counts as saved. A save is over once two looks find the same.
    """
    from time import sleep

    before = checked
    while True:
        sleep(LOOK_SECONDS)
        now = _looks(list(checked))
        saved = [
            path for path, look in now.items() if look not in (None, checked[path]) and look == before[path]
        ]
        before = now
        if saved:
            checked = checked | {path: now[path] for path in saved}
            yield saved


def _looks(paths: Sequence[Path]) -> Looks:
    """Each file's identity, size and time of change, or None where it is not there."""
    return {path: _look(path) for path in paths}


def _look(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def progress(
    as_json: Annotated[bool, typer.Option("--json", help="Print the numbers as JSON.")] = False,
) -> None:
    """Show how far you are in the course: tasks solved and points, chapter by chapter."""
    from balkanlab.exercises import progress as kept

    place = kept.location()
    try:
        events = kept.read(place)
    except OSError as problem:
        stop(f"your progress cannot be read: {place} ({problem.strerror or problem})")
    chapters = list(_chapters(events))
    if not chapters:
        stop("there are no exercises in this course folder")
    if as_json:
        report = {"file": str(place) if place else None, "chapters": chapters}
        sys.stdout.write(json.dumps(report, ensure_ascii=False, indent=2) + "\n")
        return
    _show_course(chapters)
    if place is None:
        out.print(f"The record is switched off ({kept.VARIABLE}={kept.OFF}).")
    else:
        out.print(f"Kept in {place}; delete that file to begin anew.", markup=False, soft_wrap=True)


def _chapters(events: list[Event]) -> Iterator[dict[str, Any]]:
    """What `events` say about each exercise notebook of the course."""
    from balkanlab.exercises.checks import load_checks
    from balkanlab.exercises.progress import records

    for file in sorted((root() / "exercises" / "checks").glob("*.json")):
        try:
            checks = load_checks(file.stem)
        except (OSError, ValueError) as problem:
            err.print(str(problem), markup=False, soft_wrap=True)
            continue
        tasks = checks["tasks"]
        # Events may tell of tasks that the course had once.
        found = {task: record for task, record in records(events, file.stem).items() if task in tasks}
        solved = [task for task, record in found.items() if record.solved]
        yield {
            "name": file.stem,
            "title": checks["title"],
            "tasks": len(tasks),
            "solved": solved,
            "points": sum(tasks[task]["points"] for task in solved),
            "max_points": sum(task["points"] for task in tasks.values()),
            "failed_attempts": {task: record.attempts for task, record in found.items() if record.attempts},
            "last": max((record.last for record in found.values()), default=""),
        }


def _show_course(chapters: list[dict[str, Any]]) -> None:
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for heading in ("exercises", "", "tasks", "points", "last answer"):
        table.add_column(heading, header_style="bold")
    total = {key: sum(chapter[key] for chapter in chapters) for key in ("tasks", "points", "max_points")}
    every = {"title": "The course", "solved": [task for c in chapters for task in c["solved"]], "last": ""}
    for chapter in (*chapters, every | total):
        solved = len(chapter["solved"])
        table.add_row(
            Text(chapter["title"]),
            ProgressBar(total=chapter["tasks"], completed=solved, width=16),
            f"{solved} of {chapter['tasks']}",
            f"{chapter['points']} of {chapter['max_points']}",
            chapter["last"][:10],
        )
    out.print(table)
