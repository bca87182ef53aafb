"""What goes into the grading of one notebook and what comes out of it.

All of these are plain data: they pickle (worker processes, Dask) and a `Result` survives as JSON.
"""

from __future__ import annotations

import ast
import hashlib
import json
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import nbformat

from balkanlab.exercises.generate import grade_id, products
from balkanlab.exercises.source import BEGIN_HIDDEN, END_HIDDEN

FORMAT = 1

GRADED = "graded"  # every cell had its turn
PARTIAL = "partial"  # a cell was cut off, or the kernel died; what was judged keeps its marks
UNREADABLE = "unreadable"  # not a notebook, broken, or too large: no mark without a look by hand
REFUSED = "refused"  # never opened: a link out of the folder, a path with `..`
ERROR = "error"  # the grader itself failed; nothing is known about the work: grade it again
STATUSES = (GRADED, PARTIAL, UNREADABLE, REFUSED, ERROR)


class AssignmentError(ValueError):
    """There is nothing to grade by; the message names the file and says what to do."""


@dataclass(frozen=True)
class Limits:
    """What one submission may use.

    `cell_seconds` are of the processor; a cell that waits may do so four times as long. `notebook_seconds` go by
    the clock and cover all cells, restarts included. All bytes and `processes` bind the whole submission but
    `file_bytes` and `cpu_seconds`, which bind each file and each process.
    """

    cell_seconds: float = 30
    notebook_seconds: float = 240
    cpu_seconds: int = 240
    memory_bytes: int = 4 * 1024**3
    file_bytes: int = 100 * 1024**2
    tmp_bytes: int = 200 * 1024**2
    processes: int = 64
    open_files: int = 256
    output_bytes: int = 1_000_000
    notebook_bytes: int = 20_000_000


@dataclass(frozen=True)
class Assignment:
    """An exercise notebook as graders need it.

    `checks` is the content of its checks file, `hidden` maps a task to the instructor's own assertions.
    `preload` is code that may run ahead of the students': the cells that everybody is given, and every import
    statement. It holds nothing of a solution.
    """

    name: str
    root: str
    checks: dict[str, Any] = field(repr=False)
    hidden: dict[str, str] = field(repr=False)
    preload: tuple[str, ...] = field(repr=False, default=())

    @classmethod
    def load(cls, root: Path, name: str) -> Assignment:
        """Read `root`/exercises/instructor/`name`.ipynb and its checks file.

        Raises:
            AssignmentError: one of them is missing or cannot be read.
        """
        files = products(root, name)
        try:
            checks = json.loads(files["checks"].read_text(encoding="utf-8"))
            notebook = nbformat.read(files["instructor"], as_version=4)
        except FileNotFoundError as error:
            raise AssignmentError(
                f"{error.filename} is missing: run `balkanlab exercises`, and grade with the instructor's course"
            ) from None
        except Exception as error:
            raise AssignmentError(
                f"the checks or the instructor's notebook of {name} are damaged ({error}): "
                "run `balkanlab exercises` to make them anew"
            ) from None
        return cls(name, str(root), checks, _hidden_tests(notebook, checks), _preload(notebook))

    @property
    def tasks(self) -> dict[str, Any]:
        """Task ids in order, each with title, points, kind, hints and the rest of the checks file."""
        tasks: dict[str, Any] = self.checks["tasks"]
        return tasks

    @property
    def title(self) -> str:
        """The notebook's title."""
        return str(self.checks["title"])

    @property
    def max_points(self) -> int:
        """The points of all tasks."""
        return sum(int(task["points"]) for task in self.tasks.values())

    @property
    def digest(self) -> str:
        """SHA-256 over all that decides about marks: a result under another digest is out of date."""
        text = json.dumps([FORMAT, self.name, self.checks, self.hidden], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class TaskResult:
    """One task of one student.

    `message` is for the student and holds no hidden test; `reason` is for the instructor. `answer` is what
    the student gave, in short (at most 200 characters), so that equal wrong answers can be counted.
    """

    task: str
    points: float
    max_points: float
    ok: bool
    message: str = ""
    reason: str = ""
    answer: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Result:
    """One graded submission. `status` is one of `STATUSES`, `note` a sentence for the instructor.

    `canary` is False where an assertion that must fail passed: the student's code switched assertions off,
    so hidden tests prove nothing and tasks that have some get no points until somebody has looked.
    """

    student: str
    assignment: str
    submission_sha256: str
    assignment_digest: str
    seconds: float
    status: str
    note: str = ""
    tasks: tuple[TaskResult, ...] = ()
    canary: bool = True
    title: str = ""

    @property
    def marked(self) -> bool:
        """Whether the points are a mark; otherwise somebody has to look, or it has to be graded again."""
        return self.status in (GRADED, PARTIAL)

    @property
    def points(self) -> float:
        """The points of all tasks."""
        return sum(task.points for task in self.tasks)

    @property
    def max_points(self) -> float:
        """What could be had."""
        return sum(task.max_points for task in self.tasks)

    def to_json(self) -> str:
        """The result as one JSON document, keys in a fixed order."""
        return json.dumps({"format": FORMAT, **asdict(self)}, ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Result:
        """The result that `to_json` wrote.

        Raises:
            ValueError: no result, or one of another version.
        """
        data = json.loads(text)
        if not isinstance(data, dict) or data.pop("format", None) != FORMAT:
            raise ValueError(f"this is no result in format {FORMAT}")
        if set(data) != {each.name for each in fields(cls)}:
            raise ValueError("this result lacks entries, or has unknown ones")
        data["tasks"] = tuple(TaskResult(**task) for task in data["tasks"])
        return cls(**data)


def _hidden_tests(notebook: Any, checks: dict[str, Any]) -> dict[str, str]:
    """The instructor's assertions per task, without the `require` that repeats the check."""
    tasks = {task["grade_id"]: task_id for task_id, task in checks["tasks"].items()}
    hidden = {}
    for cell in notebook.cells:
        task = tasks.get(grade_id(cell))
        if task is None or BEGIN_HIDDEN not in cell.source:
            continue
        inside = cell.source.split(BEGIN_HIDDEN, 1)[1].split(END_HIDDEN, 1)[0]
        lines = [
            line
            for line in inside.splitlines()
            if not line.startswith(("#", "require(", "from balkanlab.exercises import require"))
        ]
        if "".join(lines).strip():
            hidden[task] = "\n".join(lines).strip("\n")
    return hidden


def _preload(notebook: Any) -> tuple[str, ...]:
    given: list[str] = []
    imports: set[str] = set()
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        about = cell.metadata.get("nbgrader", {})
        if not about.get("solution") and not about.get("grade"):
            given.append(cell.source)
        try:
            tree = ast.parse(cell.source)
        except SyntaxError:
            continue
        nodes = (node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom))
        imports |= {ast.unparse(node) for node in nodes}
    return (*sorted(imports), *given)
