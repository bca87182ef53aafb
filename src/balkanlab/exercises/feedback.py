"""What `balkanlab check` says about a student's notebook: run a copy, overlay the pristine checks, read the answers.

The file itself is only read. Edited, deleted or reordered checks change nothing, because the checks that count
come from the course (`generate.overlay`), and nbval decides whether they said "ok" (`validate`).
"""

from __future__ import annotations

import contextlib
import json
import re
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import Any

import nbformat
import nbformat.reader
from jupyter_client.kernelspec import NoSuchKernel
from nbformat import NotebookNode

from balkanlab.exercises import progress
from balkanlab.exercises.checks import load_checks
from balkanlab.exercises.generate import grade_id, overlay, pristine
from balkanlab.exercises.validate import DIED, FLOODED, Outcome, Raised, is_check, validate

MOST_BYTES = 100_000_000
CELL_SECONDS = 30
# Where the package to install has another name than the module to import.
PACKAGES = {"bs4": "beautifulsoup4", "cv2": "opencv-python", "PIL": "pillow", "sklearn": "scikit-learn"}
EARLIER = "JupyterLab keeps an earlier copy in the folder .ipynb_checkpoints beside it"


class CannotCheckError(Exception):
    """The notebook cannot be checked; the message says why and what to do."""


class Status(StrEnum):
    """What became of a task."""

    OK = "ok"
    NOT_YET = "not yet"
    RAISED = "raised"
    STOPPED = "stopped"


@dataclass(frozen=True)
class TaskFeedback:
    """One task: its status, and in words what to do next (empty when ok).

    Where the student's code raised, `line` is the line of the cell, counted from 1, and `code` what it says.
    """

    task: str
    title: str
    points: int
    status: Status
    message: str = ""
    line: int | None = None
    code: str = ""


@dataclass(frozen=True)
class Feedback:
    """What is to be said about one notebook. `notes` tell of other cells that raised or hung."""

    path: Path
    name: str
    title: str
    tasks: tuple[TaskFeedback, ...]
    notes: tuple[str, ...]
    seconds: float

    @property
    def solved(self) -> int:
        return sum(task.status is Status.OK for task in self.tasks)

    @property
    def points(self) -> tuple[int, int]:
        """Points reached and points there are."""
        reached = sum(task.points for task in self.tasks if task.status is Status.OK)
        return reached, sum(task.points for task in self.tasks)

    @property
    def ok(self) -> bool:
        return self.solved == len(self.tasks)

    def as_json(self) -> dict[str, Any]:
        """Plain data for `--json`."""
        return asdict(self) | {
            "path": str(self.path),
            "ok": self.ok,
            "solved": self.solved,
            "points": self.points[0],
            "max_points": self.points[1],
        }


def read_notebook(path: Path) -> tuple[NotebookNode, str]:
    """The notebook in `path` and the name of its exercises, such as "02_cefta".

    Raises:
        CannotCheckError: missing, a folder, unreadable, empty, too large, damaged, or of another course.
    """
    if path.is_dir():
        raise CannotCheckError(
            f"{path} is a folder: name a notebook in it, or call balkanlab check from there"
        )
    try:
        content = path.read_bytes() if path.stat().st_size <= MOST_BYTES else None
    except FileNotFoundError:
        raise CannotCheckError(
            f"there is no {path}: look at the spelling, and at the folder you are in"
        ) from None
    except OSError as problem:
        raise CannotCheckError(f"{path} cannot be read ({problem.strerror or problem})") from None
    if content is None:
        raise CannotCheckError(
            f"{path} is larger than {MOST_BYTES // 1_000_000} MB: in JupyterLab choose Edit, "
            "Clear Outputs of All Cells, and save"
        )
    if not content.strip():
        raise CannotCheckError(f"{path} is empty: save it again in JupyterLab; {EARLIER}")
    return _parse(path, content)


def _parse(path: Path, content: bytes) -> tuple[NotebookNode, str]:
    try:
        raw = json.loads(content)
    except (ValueError, RecursionError) as problem:
        if path.suffix != ".ipynb":
            raise CannotCheckError(f"{path} is no notebook: a notebook's name ends in .ipynb") from None
        where = f" (line {problem.lineno})" if isinstance(problem, json.JSONDecodeError) else ""
        raise CannotCheckError(f"{path} is damaged: it is no valid JSON{where}; {EARLIER}") from None
    if not (isinstance(raw, dict) and "nbformat" in raw):
        raise CannotCheckError(f"{path} is no notebook, though it is valid JSON")
    try:
        with warnings.catch_warnings():
            # Cells without ids are old, not wrong; they get ids in the copy.
            warnings.simplefilter("ignore")
            notebook = nbformat.convert(nbformat.reader.reads(content.decode()), 4)
            nbformat.validate(notebook)
    except Exception as problem:
        what = str(problem).strip().splitlines()[0] if str(problem).strip() else type(problem).__name__
        raise CannotCheckError(
            f"{path} is no valid notebook ({what[:120]}): open it in JupyterLab and save it; {EARLIER}"
        ) from None
    language = notebook.metadata.get("kernelspec", {}).get("language", "python")
    if language != "python":
        raise CannotCheckError(f"{path} is written in {language}, the exercises are in Python")
    mark = notebook.metadata.get("balkanlab", {})
    name = mark.get("exercises", "") if isinstance(mark, dict) else ""
    if not re.fullmatch(r"[\w-]+", str(name)):
        raise CannotCheckError(
            f"{path} is no exercise notebook of this course: those lie in the folder exercises and say so in "
            "their metadata"
        )
    return notebook, str(name)


def examine(
    path: Path,
    *,
    timeout: int = CELL_SECONDS,
    events: list[progress.Event] | None = None,
    seen: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[Feedback, list[progress.Event]]:
    """Run a copy of the notebook in `path` with pristine checks, in its own folder.

    Args:
        timeout: seconds for one cell.
        events: what was tried before; the hints climb on from there.
        seen: called with the number of cells done and of all, as the run goes on.

    Returns:
        The feedback, and the attempts that this run adds to `events`.

    Raises:
        CannotCheckError: see `read_notebook`; also where no kernel starts.
    """
    start = perf_counter()
    notebook, name = read_notebook(path)
    folder = path.resolve().parent
    try:
        # Own exercises lie in the course folder that the notebook lies in.
        with contextlib.chdir(folder):
            checks = load_checks(name)
    except (OSError, ValueError) as problem:
        raise CannotCheckError(f"{path}: {problem}") from None
    whole = overlay(notebook, pristine(checks))
    total = sum(cell.cell_type == "code" for cell in whole.cells)
    outcomes: list[Outcome] = []

    def heard(outcome: Outcome) -> None:
        outcomes.append(outcome)
        seen(len(outcomes), total)

    before = [event for event in events or [] if event.notebook == name]
    with tempfile.TemporaryDirectory() as scratch:
        # The kernel counts attempts in a copy: what it adds is recorded once the run is over.
        kept = Path(scratch) / "progress.jsonl"
        progress.append(kept, before)
        try:
            validate(whole, folder, timeout=timeout, environment={progress.VARIABLE: str(kept)}, seen=heard)
        except NoSuchKernel:
            raise CannotCheckError(
                "Jupyter's Python kernel is not installed: pip install ipykernel"
            ) from None
        except RuntimeError as problem:
            raise CannotCheckError(
                f"the Python kernel does not start ({problem}): balkanlab doctor finds out why"
            ) from None
        added = progress.read(kept)[len(before) :]
    tasks = tuple(_task(task, spec, whole, outcomes) for task, spec in checks["tasks"].items())
    notes = tuple(_notes(whole, outcomes))
    feedback = Feedback(path, name, checks["title"], tasks, notes, round(perf_counter() - start, 1))
    return feedback, added


def _task(task: str, spec: Mapping[str, Any], whole: NotebookNode, outcomes: list[Outcome]) -> TaskFeedback:
    answer_id = "solution-" + spec["grade_id"].removeprefix("check-")
    check = next(outcome for outcome in outcomes if outcome.grade_id == spec["grade_id"])
    own = [outcome for outcome in outcomes if outcome.grade_id == answer_id]
    failed = next((outcome for outcome in own if not outcome.ok), None)

    def say(status: Status, message: str = "", raised: Raised | None = None) -> TaskFeedback:
        line, code = (raised.line, _line(whole, raised)) if raised else (None, "")
        return TaskFeedback(task, spec["title"], spec["points"], status, message, line, code)

    if check.ok:
        return say(Status.OK)
    if failed and failed.raised:
        return say(Status.RAISED, _raised(whole, failed.raised), failed.raised)
    if failed:
        return say(Status.STOPPED, _stopped("your code", failed.problem))
    if check.raised:
        missing = re.fullmatch(r"name '(\w+)' is not defined", check.raised.message)
        if missing and missing[1] in re.findall(r"\w+", spec["variable"]):
            lost = "" if own else "the cell for your answer is gone; take it from a fresh copy, or "
            return say(Status.NOT_YET, f"{lost}assign your answer to {missing[1]}. {spec['hints'][0]}")
        return say(Status.RAISED, _raised(whole, check.raised), check.raised)
    beginning = f"{task}: not yet – "
    if check.printed.startswith(beginning):
        return say(Status.NOT_YET, check.printed.removeprefix(beginning).strip())
    if check.printed:
        return say(Status.STOPPED, check.printed.strip())
    return say(Status.STOPPED, _stopped("checking your answer", check.problem))


def _stopped(what: str, problem: str) -> str:
    """`problem` of a cell that did not come to its end, as a sentence that says where to look."""
    if problem.startswith("took") or problem == FLOODED:
        return f"{what} {problem}: look for a loop that never ends"
    if problem == DIED:
        return f"{what} ended the Python kernel: look for a call that leaves Python or fills the memory"
    return problem


def _raised(whole: NotebookNode, raised: Raised) -> str:
    """`your code raised NameError: … (line 2: x = y)`, with the package to install where one is missing."""
    said = f"your code raised {raised.name}: {raised.message}"[:300]
    if raised.line is not None:
        where = _place(whole, raised)
        said += f" (line {raised.line}{where}: {_line(whole, raised)})"
    missing = re.fullmatch(r"No module named '([^'.]+)[^']*'", raised.message)
    if missing and find_spec(missing[1]) is None:
        package = PACKAGES.get(missing[1], missing[1])
        said += f". The package {package} is missing: pip install {package}"
    return said


def _line(whole: NotebookNode, raised: Raised) -> str:
    if raised.cell is None or raised.line is None:
        return ""
    lines = whole.cells[raised.cell].source.splitlines()
    return str(lines[raised.line - 1]).strip()[:100] if raised.line <= len(lines) else ""


def _place(whole: NotebookNode, raised: Raised) -> str:
    if raised.cell is None:
        return ""
    name = grade_id(whole.cells[raised.cell])
    task = whole.cells[raised.cell].metadata.get("balkanlab", {}).get("task", "")
    return f" of your answer to {task}" if task and name.startswith("solution-") else ""


def _notes(whole: NotebookNode, outcomes: list[Outcome]) -> Iterator[str]:
    """A sentence for each cell outside the tasks that did not come to its end."""
    for outcome in outcomes:
        cell = whole.cells[outcome.cell]
        if outcome.ok or is_check(cell) or outcome.grade_id.startswith("solution-"):
            continue
        first = next((line.strip() for line in cell.source.splitlines() if line.strip()), "")[:60]
        said = _raised(whole, outcome.raised) if outcome.raised else _stopped("it", outcome.problem)
        yield f"The cell that begins with {first!r}: {said}"


class Desk:
    """Checks notebooks and keeps the record; made once for `--watch`.

    An answer that was checked before and has not changed since is no new attempt: its hint stays.
    """

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], tuple[str, list[progress.Event]]] = {}
        self.complaint = ""

    def check(
        self,
        path: Path,
        timeout: int = CELL_SECONDS,
        seen: Callable[[int, int], None] = lambda done, total: None,
    ) -> Feedback:
        """As `examine`; `complaint` then tells, if need be, why the record could not be kept.

        Raises:
            CannotCheckError: as `examine`.
        """
        place = progress.location()
        answers = _answers(path)
        same = {
            task: events
            for (where, task), (answer, events) in self._seen.items()
            if where == str(path) and answers.get(task) == answer
        }
        undone = {event for events in same.values() for event in events if not event.ok}
        try:
            known = progress.read(place)
        except OSError:
            known = []
        feedback, added = examine(
            path, timeout=timeout, events=[event for event in known if event not in undone], seen=seen
        )
        news = [event for event in added if event.ok or event.task not in same]
        for task in feedback.tasks:
            mine = [event for event in news if event.task == task.task] or same.get(task.task, [])
            self._seen[str(path), task.task] = (answers.get(task.task, ""), mine)
        self.complaint = ""
        if place:
            try:
                progress.append(place, news)
            except OSError as problem:
                self.complaint = progress.cannot_keep(place, problem)
        return feedback


def _answers(path: Path) -> dict[str, str]:
    """The source of the answer cells, by task."""
    notebook, _ = read_notebook(path)
    return {
        cell.metadata.balkanlab.task: cell.source
        for cell in notebook.cells
        if grade_id(cell).startswith("solution-") and "task" in cell.metadata.get("balkanlab", {})
    }
