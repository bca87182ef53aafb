"""`make bench-grade`: seconds per submission of `balkanlab grade` beside nbgrader and plain nbclient, in one run.

    python bench/grade.py                 # a class of 200, two jobs, sandbox on
    python bench/grade.py --count 12      # a quick look

A class is generated: solved, half solved, wrong in typical ways, empty, and one in twenty hostile. All ways run the
same notebooks, without the hostile ones, which the others do not survive. nbgrader and nbclient work on one notebook
at a time, so one job of ours stands beside them too. Then the whole class is
graded in a run that is killed with SIGKILL half way and started again: every grade must come out the same.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from time import perf_counter, sleep

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

import nbformat  # noqa: E402
from nbclient import NotebookClient  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402

from balkanlab.exercises.generate import products  # noqa: E402
from exercises.grading.classroom import attackers, classroom, hand_in  # noqa: E402

BAR = 2.0
HOSTILE_SHARE = 20
POLL_SECONDS = 0.2
Marks = dict[str, float]


@dataclass(frozen=True)
class Reading:
    """One way of grading and its seconds, from start to end, for so many submissions."""

    what: str
    submissions: int
    seconds: float

    @property
    def each(self) -> float:
        return self.seconds / self.submissions


@dataclass(frozen=True)
class Outcome:
    """All that was measured; `ok` is the verdict."""

    readings: list[Reading]
    speed: float
    same_as_nbgrader: bool
    killed_at: int
    same_after_kill: bool
    statuses: dict[str, int]

    @property
    def ok(self) -> bool:
        return self.speed >= BAR and self.same_as_nbgrader and self.same_after_kill


def timed(what: str, submissions: int, work: Callable[[], object]) -> Reading:
    """How long `work` takes."""
    start = perf_counter()
    work()
    return Reading(what, submissions, perf_counter() - start)


def balkanlab(submissions: Path, out: Path, jobs: int, timeout: int) -> list[str]:
    """The command that grades a folder."""
    words = [sys.executable, "-m", "balkanlab.cli", "grade", str(submissions), "--out", str(out)]
    return [*words, "--jobs", str(jobs), "--timeout", str(timeout), "--formats", "nbgrader", "--allow-root"]


def graded(command: list[str]) -> None:
    """Runs the command; exit status 1 says that some submissions need a look."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise SystemExit(f"balkanlab grade failed:\n{done.stderr[-3000:]}")


def nbgrader(folder: Path, *words: str) -> None:
    """Runs nbgrader in its course folder."""
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    command = [sys.executable, "-m", "nbgrader", *words]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"nbgrader failed:\n{done.stderr[-3000:]}")


def nbclient(folder: Path) -> None:
    """Runs every notebook and grades nothing: what a script of ten lines does."""
    for path in sorted(folder.rglob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        quiet = ["--IPKernelApp.log_level=40"]
        NotebookClient(
            notebook, kernel_name="python3", allow_errors=True, timeout=60, extra_arguments=quiet
        ).execute()


def marks(grade_file: Path) -> Marks:
    """Points by student."""
    with grade_file.open(encoding="utf-8", newline="") as file:
        return {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}


def killed_and_resumed(command: list[str], results: Path, half: int) -> int:
    """Kills the run when `half` of the results are there, then runs it to its end; returns how many there were."""
    run = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while run.poll() is None and len(list(results.glob("*.json"))) < half:
        sleep(POLL_SECONDS)
    run.send_signal(signal.SIGKILL)
    run.wait()
    there = {path: path.stat().st_mtime_ns for path in results.glob("*.json")}
    graded(command)
    again = [path.name for path, when in there.items() if path.stat().st_mtime_ns != when]
    if again:
        raise SystemExit(f"{len(again)} finished results were graded twice")
    return len(there)


def measure(
    folder: Path, name: str, count: int, jobs: int, timeout: int, say: Callable[[str], None]
) -> Outcome:
    """The whole comparison, in `folder`."""
    hostiles = max(1, count // HOSTILE_SHARE)
    members = classroom(ROOT, name, count - hostiles)
    friendly = hand_in(members, name, folder / "nbgrader" / "submitted")
    source = folder / "nbgrader" / "source" / name
    source.mkdir(parents=True)
    shutil.copy(products(ROOT, name)["instructor"], source)

    ours = []
    for width in dict.fromkeys((jobs, 1)):
        way = f"balkanlab grade --jobs {width}"
        say(way)
        out = folder / f"friendly-{width}"
        work = partial(graded, balkanlab(friendly, out, width, timeout))
        ours.append(timed(way, len(members), work))
    out = folder / f"friendly-{jobs}"
    say("nbclient, one after the other")
    plain = timed("nbclient, runs only", len(members), lambda: nbclient(friendly))
    say("nbgrader autograde")
    nbgrader(folder / "nbgrader", "generate_assignment", name, "--create")
    theirs = timed(
        "nbgrader autograde",
        len(members),
        lambda: nbgrader(folder / "nbgrader", "autograde", name, "--create"),
    )
    nbgrader(folder / "nbgrader", "export")

    say("the whole class with hostile notebooks: killed half way, started again")
    everyone = shutil.copytree(friendly, folder / "everyone")
    hand_in(attackers(ROOT, name, hostiles), name, everyone)
    resumed = folder / "resumed"
    there = killed_and_resumed(balkanlab(everyone, resumed, jobs, timeout), resumed / "results", count // 2)
    first, second = marks(out / "grades" / "nbgrader.csv"), marks(resumed / "grades" / "nbgrader.csv")
    statuses = Counter(
        json.loads(path.read_text(encoding="utf-8"))["status"]
        for path in (resumed / "results").glob("*.json")
    )
    return Outcome(
        readings=[*ours, theirs, plain],
        speed=theirs.each / ours[0].each,
        same_as_nbgrader=first == marks(folder / "nbgrader" / "grades.csv"),
        killed_at=there,
        same_after_kill=first == {student: points for student, points in second.items() if student in first},
        statuses=dict(sorted(statuses.items())),
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench-grade", description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=200, help="students (default 200)")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--exercise", default="04_eurasian_security")
    parser.add_argument("--timeout", type=int, default=30, help="seconds for one cell")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the readings to FILE")
    options = parser.parse_args()
    if options.count < 6:
        parser.error("a class has at least six students")
    console = Console(highlight=False)
    with (
        tempfile.TemporaryDirectory(prefix="balkanlab-bench-") as folder,
        console.status("Starting") as status,
    ):
        outcome = measure(
            Path(folder), options.exercise, options.count, options.jobs, options.timeout, status.update
        )
    table = Table(
        title=f"{options.exercise} on {platform.python_implementation()} {platform.python_version()}"
    )
    for column in ("way", "submissions", "s", "s each"):
        table.add_column(column, justify="left" if column == "way" else "right")
    for each in outcome.readings:
        table.add_row(each.what, str(each.submissions), f"{each.seconds:.1f}", f"{each.each:.2f}")
    console.print(table)
    console.print(f"Speed over nbgrader: {outcome.speed:.2f} (bar: at least {BAR:g})")
    console.print(f"The same marks as nbgrader: {outcome.same_as_nbgrader}")
    same = outcome.same_after_kill
    console.print(f"Killed when {outcome.killed_at} results were there; the same marks in the end: {same}")
    console.print(f"The whole class: {outcome.statuses}")
    if options.json:
        options.json.write_text(
            json.dumps(asdict(outcome) | {"ok": outcome.ok}, indent=2) + "\n", encoding="utf-8"
        )
    return int(not outcome.ok)


if __name__ == "__main__":
    sys.exit(main())
