"""What every command shares: where it prints, how it gives up, and where the course is."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import typer
from rich.console import Console

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def stop(message: object, code: int = 1) -> NoReturn:
    """Print `message` on the error stream and leave with exit status `code`."""
    err.print("balkanlab:", style="bold red", end=" ")
    err.print(str(message), markup=False, soft_wrap=True)
    raise typer.Exit(code)


def root() -> Path:
    """The course folder; leaves with a message where there is none."""
    from balkanlab.paths import course_root

    try:
        return course_root()
    except FileNotFoundError as error:
        stop(error)
