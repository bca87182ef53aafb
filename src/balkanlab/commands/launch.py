"""What a self-learner types: start."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from balkanlab import __version__
from balkanlab.commands.common import out, stop


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command()(start)


def start(
    folder: Annotated[
        Path | None,
        typer.Argument(help="Where to work. Default: the course folder you are in, or a new one, balkanlab."),
    ] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Start, and open no browser.")] = False,
    only_unpack: Annotated[
        bool, typer.Option("--only-unpack", help="Make or update the folder, and start nothing.")
    ] = False,
) -> None:
    """Put the course into a folder and open JupyterLab on it; what you have changed there is never overwritten."""
    from balkanlab.launch import LANDING
    from balkanlab.paths import shipped_course
    from balkanlab.start import StartError, choose_folder, is_foreign_course, sentences, unpack

    place = choose_folder(folder, Path.cwd())
    if is_foreign_course(place):
        out.print(f"{place} is a course of its own and is used as it is", markup=False, soft_wrap=True)
    else:
        try:
            done = unpack(shipped_course(), place, __version__)
        except (StartError, FileNotFoundError) as error:
            stop(error)
        except OSError as error:
            stop(
                f"{error.filename or place} cannot be written or read ({error.strerror}). Nothing of yours was "
                "changed; name a folder of your own: balkanlab start FOLDER"
            )
        for sentence in sentences(done, __version__):
            out.print(sentence, markup=False, soft_wrap=True)
    if only_unpack:
        return
    if find_spec("jupyterlab") is None:
        stop(
            f"JupyterLab is missing. Install it with: python -m pip install jupyterlab. Your course is in {place}"
        )
    from balkanlab import lab

    landing = [f"--LabApp.default_url=/lab/tree/{LANDING}"] if (place / LANDING).is_file() else []
    quiet = ["--no-browser"] if no_browser else []
    out.print("JupyterLab opens in your browser (Ctrl+C stops it)")
    raise typer.Exit(lab.start([*landing, *quiet], place))
