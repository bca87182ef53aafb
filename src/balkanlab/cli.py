"""The `balkanlab` command. Every part is imported when its command runs, so that `--help` is quick."""

from __future__ import annotations

import json
import sys
import webbrowser
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from balkanlab import __version__
from balkanlab.commands import grading, instructor, launch, publishing, student
from balkanlab.commands.common import err, out, root, stop

app = typer.Typer(
    help="A course on the Western Balkans that you can operate: read it, run it, solve it, check it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for part in (student, instructor, grading, launch, publishing):
    part.register(app)


def _version(wanted: bool) -> None:
    if wanted:
        out.print(f"balkanlab {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Read the docstring of `app`: this only carries the options that come before a command."""


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Check Python, packages, kernel, data, browser and ports; say how to mend each problem."""
    from balkanlab.doctor import examine

    findings = examine()
    problems = [finding for finding in findings if finding.verdict == "problem"]
    if as_json:
        sys.stdout.write(
            json.dumps({"ok": not problems, "findings": [asdict(f) for f in findings]}, indent=2) + "\n"
        )
    else:
        style = {"ok": "green", "problem": "bold red", "note": "yellow"}
        for finding in findings:
            out.print(f"{finding.verdict:<8}", style=style[finding.verdict], end="")
            out.print(f"{finding.check}: {finding.found}", markup=False, soft_wrap=True)
            if finding.mend:
                out.print(f"        mend: {finding.mend}", markup=False, soft_wrap=True)
        out.print("All is well." if not problems else f"{len(problems)} to mend.")
    if problems:
        raise typer.Exit(1)


@app.command()
def book(
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Forget earlier builds and render every page.")
    ] = False,
) -> None:
    """Build the book; only pages that changed are rendered again."""
    import shutil
    from time import perf_counter

    from balkanlab.site import BookError, build

    course = root()
    if fresh:
        shutil.rmtree(course / "_build", ignore_errors=True)
    start = perf_counter()
    try:
        with out.status("Building the book"):
            folder = build(course)
    except BookError as error:
        stop(error)
    pages = sum(1 for _ in folder.rglob("*.html"))
    out.print(f"{pages} pages in {perf_counter() - start:.0f} s: {folder / 'index.html'}", soft_wrap=True)


@app.command()
def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes the first free one from 8000 on.")] = 0,
    show: Annotated[bool, typer.Option("--open", help="Open the book in your browser.")] = False,
) -> None:
    """Show the book at an address of this machine; builds it first if need be."""
    from balkanlab.site import address, book_folder, server, server_on_free_port

    folder = book_folder(root())
    if not (folder / "index.html").is_file():
        book(fresh=False)
    try:
        running = server(folder, port) if port else server_on_free_port(folder)
    except OSError as error:
        stop(f"port {port} cannot be used ({error.strerror}); leave --port out to take a free one")
    out.print(f"The book is at {address(running)} (Ctrl+C stops)")
    if show:
        webbrowser.open(address(running))
    try:
        running.serve_forever()
    except KeyboardInterrupt:
        running.server_close()


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def lab(context: typer.Context) -> None:
    """Start JupyterLab on the course; further options go to JupyterLab (such as --no-browser)."""
    from balkanlab.lab import start

    root()
    raise typer.Exit(start(context.args))


@app.command()
def execute(
    notebooks: Annotated[list[Path] | None, typer.Argument(help="Default: every chapter.")] = None,
    timeout: Annotated[int, typer.Option(min=1, help="Seconds for one cell.")] = 60,
) -> None:
    """Run notebooks and store their outputs, without what differs between runs or machines."""
    from time import perf_counter

    from balkanlab.execute import ExecutionError
    from balkanlab.execute import execute as run

    paths = notebooks or sorted((root() / "notebooks").glob("*.ipynb"))
    if not paths:
        stop("there is no notebook in notebooks/")
    for path in paths:
        if path.suffix != ".ipynb" or not path.is_file():
            stop(f"{path} is not a notebook", 2)
    failed = 0
    for path in paths:
        start = perf_counter()
        try:
            changed = run(path, timeout)
        except ExecutionError as error:
            failed += 1
            err.print(str(error), markup=False, soft_wrap=True)
        else:
            seconds = perf_counter() - start
            out.print(
                f"{path.name}: {'stored' if changed else 'unchanged'} ({seconds:.1f} s)", soft_wrap=True
            )
    if failed:
        stop(f"{failed} of {len(paths)} notebooks failed")


@app.command()
def exercises(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail if a file is stale.")] = False,
) -> None:
    """Regenerate the exercise notebooks and their checks from exercises/source, and the landing notebook."""
    from balkanlab import landing, launch
    from balkanlab.exercises.generate import regenerate
    from balkanlab.exercises.values import Mismatch

    course = root()
    try:
        changed = regenerate(course, check=check)
        if landing.refresh(course, check):
            changed.append(course / launch.LANDING)
    except (ValueError, Mismatch) as error:
        stop(error)
    for path in changed:
        out.print(f"{'stale' if check else 'written'}: {path}", soft_wrap=True)
    if check and changed:
        stop("run: balkanlab exercises")
    if not changed:
        out.print("Nothing to do: every exercise file follows from its source.")


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def bench(context: typer.Context) -> None:
    """Measure build, pages, charts and notebooks against their bars (needs a checkout)."""
    import subprocess

    script = root() / "bench" / "run.py"
    if not script.is_file():
        stop(f"no {script}: the benchmark is in the repository, not in the installed package")
    raise typer.Exit(subprocess.run([sys.executable, str(script), *context.args], check=False).returncode)


if __name__ == "__main__":
    app()
