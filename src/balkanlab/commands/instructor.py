"""What an instructor types before the class: release and new."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from balkanlab.commands.common import out, root, stop


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command()(release)
    new = typer.Typer(help="A chapter or a sheet of exercises to start from.", no_args_is_help=True)
    new.command()(chapter)
    new.command()(exercise)
    app.add_typer(new, name="new")


def release(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder; the zip is laid beside it.")],
    chapters: Annotated[
        list[str] | None, typer.Option(help="Such as 02 or 02,06; may be repeated. Default: all.")
    ] = None,
    due: Annotated[
        str, typer.Option(metavar="DATE", help="2026-11-30, or '2026-11-30 23:59' for a time.")
    ] = "",
    own: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="A folder with sources of your own exercises."),
    ] = None,
    wheel: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="A balkanlab wheel to lay in, for a class offline."),
    ] = None,
) -> None:
    """Write the student edition: a folder and a zip that work alone, without solutions and hidden tests."""
    from balkanlab.exercises.release import ReleaseError, due_words
    from balkanlab.exercises.release import release as make

    wanted = [part.strip() for each in chapters or [] for part in each.split(",") if part.strip()]
    day = _day(due) if due else None
    try:
        with out.status("Making the student edition"):
            made = make(root(), folder, chapters=wanted, due=day, own=own, wheel=wheel)
    except ReleaseError as error:
        stop(error)
    except ImportError as error:
        stop(f"own exercises need more packages ({error.name} is missing): pip install 'balkanlab[book]'")
    except OSError as error:
        stop(f"{error.filename or folder} cannot be written or read ({error.strerror}); nothing was released")
    out.print(f"{len(made.files)} files: {made.folder}", soft_wrap=True)
    out.print(f"the same as a zip: {made.archive}", soft_wrap=True)
    if day:
        passed = (day if isinstance(day, datetime) else datetime(day.year, day.month, day.day, 23, 59)) < (
            datetime.now()
        )
        out.print(f"due: {due_words(day)}{' (that has passed)' if passed else ''}")
    for name in made.left_out:
        out.print(f"left out, neither a source nor in data/: {name}", markup=False, soft_wrap=True)


def _day(text: str) -> date:
    """2026-11-30 as a date, 2026-11-30 23:59 as a time."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    except ValueError:
        stop(f"--due {text!r} is no date; write 2026-11-30, or '2026-11-30 23:59'", 2)


Title = Annotated[str, typer.Option(help="Default: made from the name.")]


def chapter(
    name: Annotated[str, typer.Argument(help="07_sanctions, or sanctions for the next free number.")],
    title: Title = "",
) -> None:
    """A chapter of four systems with twenty exercises, which passes the course's tests as it stands."""
    from balkanlab.new import new_chapter

    _told(lambda course: new_chapter(course, name, title))
    out.print(
        "Write it, run `balkanlab execute` and `balkanlab exercises`, and remove `draft` in course.yml."
    )


def exercise(
    name: Annotated[str, typer.Argument(help="Such as embargo; the chapter's number is put before it.")],
    chapter: Annotated[str, typer.Option(help="The chapter that it goes with, such as 02.")],
    title: Title = "",
) -> None:
    """A further sheet of five exercises for a chapter, which passes the course's tests as it stands."""
    from balkanlab.new import new_exercise

    _told(lambda course: new_exercise(course, name, chapter, title))
    out.print("Change exercises/source, then run `balkanlab exercises`.")


def _told(make: Callable[[Path], list[Path]]) -> None:
    course = root()
    try:
        from balkanlab.new import NewError
    except ImportError as error:
        stop(f"making exercises needs more packages ({error.name} is missing): pip install 'balkanlab[book]'")
    try:
        with out.status("Making and running it"):
            paths = make(course)
    except NewError as error:
        stop(error)
    except OSError as error:
        stop(f"{error.filename or course} cannot be written ({error.strerror}); nothing was changed")
    for path in paths:
        out.print(path.relative_to(course).as_posix(), soft_wrap=True)
