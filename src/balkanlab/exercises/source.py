"""Reading the source of an exercise notebook: a text notebook in jupytext's py:percent format.

The header names the notebook; cells carry one of these marks as metadata:

    # ---
    # balkanlab: {chapter: "02", title: "CEFTA: exercises"}
    # ---

    # %% [markdown] task="2.1a"      what to do, why, what to assign, in which unit
    # ### Count the club

    # %% solution="2.1a"             the stub is what lies outside the markers
    members = ...
    ### BEGIN SOLUTION
    members = 5
    ### END SOLUTION

    # %% [raw] check="2.1a"          YAML
    # answer: members                an expression over the student's names
    # kind: number                   see `kinds`; further keys configure the kind (tolerance, options, calls …)
    # points: 1
    # difficulty: 1                  1 easy, 2 medium, 3 hard
    # minutes: 5
    # hints: [three, that, climb]    defined and of the right kind → shape, unit, sign → the idea
    # wrong:                         at least two typical wrong answers
    #   - value: members + 1         strings are Python for all kinds but text and choice
    #     say: what it means         optional: told once to the student who gives it

    # %% hidden="2.1a"               optional: further assertions for graders only
    # %% [markdown] note="2.1a"      optional: for the instructor only

All other cells are shown as they are. Every source begins with a code cell `setup` (`# %% setup=true`).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from balkanlab.exercises.kinds import KINDS

BEGIN_SOLUTION, END_SOLUTION = "### BEGIN SOLUTION", "### END SOLUTION"
BEGIN_HIDDEN, END_HIDDEN = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"
TASK_ID = re.compile(r"\d+\.\d+[a-z]")
MARKS = {
    "setup": "code",
    "task": "markdown",
    "solution": "code",
    "check": "raw",
    "hidden": "code",
    "note": "markdown",
}
_COMMON = {"answer", "kind", "points", "difficulty", "minutes", "hints", "wrong"}


class SourceError(ValueError):
    """The source breaks a rule; the message names the file, the task and the rule."""


@dataclass(frozen=True)
class Wrong:
    """A typical wrong answer: a value, or an expression for one, and what to say about it (or "")."""

    value: Any
    say: str = ""


@dataclass
class Task:
    """One task. `text`, `solution`, `hidden` and `note` are cell sources, `config` is the kind's own."""

    id: str
    text: str = ""
    solution: str = ""
    hidden: str = ""
    note: str = ""
    answer: str = ""
    kind: str = ""
    config: dict[str, Any] = field(default_factory=dict)
    points: int = 1
    difficulty: int = 1
    minutes: int = 5
    hints: list[str] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)

    @property
    def slug(self) -> str:
        """The id as nbgrader allows it in a grade id: `2-1a`."""
        return self.id.replace(".", "-")

    @property
    def system(self) -> str:
        """The number of the system it belongs to: "2.1"."""
        return self.id.rstrip("abcdefghijklmnopqrstuvwxyz")

    @property
    def title(self) -> str:
        """The heading of its text without id."""
        first = self.text.splitlines()[0] if self.text else ""
        return re.sub(rf"^#+\s*({re.escape(self.id)})?\s*[:.]?\s*", "", first).strip()


@dataclass
class Block:
    """A part of the notebook in reading order: plain text, plain code, the setup or a task."""

    role: str
    source: str = ""
    task: Task | None = None


@dataclass
class Source:
    """A parsed source: `name` is that of the files made from it."""

    name: str
    chapter: str
    title: str
    blocks: list[Block]

    @property
    def tasks(self) -> list[Task]:
        return [block.task for block in self.blocks if block.task]


def read_source(path: Path) -> Source:
    """Parse `path`; see the module's text for the format.

    Raises:
        SourceError: a rule is broken.
    """
    return parse_source(path.read_text(encoding="utf-8"), path.stem)


def parse_source(text: str, name: str) -> Source:
    """As `read_source`, from the text itself."""
    import jupytext

    notebook = jupytext.reads(text, fmt="py:percent")
    cells = list(notebook.cells)
    header: dict[str, Any] = {}
    if cells and cells[0].cell_type == "raw" and cells[0].source.startswith("---"):
        header = yaml.safe_load(cells.pop(0).source.strip("-\n")) or {}
    settings = header.get("balkanlab") or {}
    for wanted in ("chapter", "title"):
        if wanted not in settings:
            raise SourceError(f"{name}: the header lacks balkanlab: {{{wanted}: …}}")
    source = Source(name, str(settings["chapter"]), str(settings["title"]), _blocks(name, cells))
    _obey(source)
    return source


def _blocks(name: str, cells: list[Any]) -> list[Block]:
    blocks: list[Block] = []
    tasks: dict[str, Task] = {}
    seen: set[tuple[str, str]] = set()
    for cell in cells:
        marks = [mark for mark in MARKS if mark in cell.metadata]
        if not marks:
            blocks.append(Block("text" if cell.cell_type == "markdown" else "code", cell.source))
            continue
        mark = marks[0]
        if cell.cell_type != MARKS[mark]:
            raise SourceError(f"{name}: a cell marked {mark} is {cell.cell_type}, not {MARKS[mark]}")
        if mark == "setup":
            blocks.append(Block("setup", cell.source))
            continue
        task_id = str(cell.metadata[mark])
        if not TASK_ID.fullmatch(task_id):
            raise SourceError(f"{name}: {task_id!r} is no task id such as 2.1a")
        if (mark, task_id) in seen:
            raise SourceError(f"{name}, task {task_id}: two cells are marked {mark}")
        seen.add((mark, task_id))
        if mark == "task":
            tasks[task_id] = Task(task_id, text=cell.source)
            blocks.append(Block("task", task=tasks[task_id]))
            continue
        if task_id not in tasks or blocks[-1].task is not tasks[task_id]:
            raise SourceError(f"{name}, task {task_id}: the {mark} cell does not follow the task's text")
        if mark == "check":
            _configure(name, tasks[task_id], cell.source)
        else:
            setattr(tasks[task_id], mark, cell.source)
    return blocks


def _configure(name: str, task: Task, text: str) -> None:
    where = f"{name}, task {task.id}"
    try:
        spec = yaml.safe_load(text)
    except yaml.YAMLError as problem:
        raise SourceError(f"{where}: the check is no YAML: {problem}") from None
    missing = _COMMON - set(spec)
    if missing:
        raise SourceError(f"{where}: the check lacks {', '.join(sorted(missing))}")
    if spec["kind"] not in KINDS:
        raise SourceError(f"{where}: kind {spec['kind']!r} is none of {', '.join(KINDS)}")
    if len(spec["hints"]) != 3 or not all(isinstance(h, str) and h.strip() for h in spec["hints"]):
        raise SourceError(f"{where}: three hints are wanted, each a text")
    if len(spec["wrong"]) < 2:
        raise SourceError(f"{where}: at least two wrong answers are wanted")
    task.answer, task.kind = str(spec["answer"]), str(spec["kind"])
    task.points, task.difficulty, task.minutes = spec["points"], spec["difficulty"], spec["minutes"]
    task.hints = [" ".join(hint.split()) for hint in spec["hints"]]
    for wrong in spec["wrong"]:
        if isinstance(wrong, dict) and "value" in wrong:
            task.wrong.append(Wrong(wrong["value"], " ".join(str(wrong.get("say", "")).split())))
        else:
            task.wrong.append(Wrong(wrong))
    task.config = {key: value for key, value in spec.items() if key not in _COMMON}
    if task.kind == "function":
        task.config["name"] = task.answer


def _obey(source: Source) -> None:
    setups = [block for block in source.blocks if block.role == "setup"]
    if len(setups) != 1 or f'Checks("{source.name}")' not in setups[0].source:
        raise SourceError(f'{source.name}: one setup cell is wanted, with check = Checks("{source.name}")')
    for task in source.tasks:
        where = f"{source.name}, task {task.id}"
        if not task.solution or not task.answer:
            raise SourceError(f"{where}: a solution and a check are wanted")
        if not task.text.startswith("#"):
            raise SourceError(f"{where}: its text begins with a heading")
        lines = [line.strip() for line in task.solution.splitlines()]
        markers = [line for line in lines if line in (BEGIN_SOLUTION, END_SOLUTION)]
        if not markers or markers != [BEGIN_SOLUTION, END_SOLUTION] * (len(markers) // 2):
            raise SourceError(f"{where}: BEGIN SOLUTION and END SOLUTION do not pair up")


def is_placeholder(line: str) -> bool:
    """Whether a line is there to be filled in: it holds the three dots, as in `members = ...`."""
    try:
        tree = ast.parse(line.strip())
    except SyntaxError:
        return False
    return any(isinstance(node, ast.Constant) and node.value is Ellipsis for node in ast.walk(tree))


def _marked(solution: str) -> Iterator[tuple[str, bool]]:
    """The lines of a solution cell without its markers, each with whether it stood between them."""
    inside = False
    for line in solution.splitlines():
        if line.strip() in (BEGIN_SOLUTION, END_SOLUTION):
            inside = line.strip() == BEGIN_SOLUTION
        else:
            yield line, inside


def stub(solution: str) -> str:
    """A solution cell as the student gets it: without what lies between the markers."""
    return "\n".join(line for line, inside in _marked(solution) if not inside).strip("\n")


def solved(solution: str) -> str:
    """A solution cell to read: without markers and without the placeholders that it fills."""
    return "\n".join(line for line, inside in _marked(solution) if inside or not is_placeholder(line)).strip(
        "\n"
    )


def is_part_of(stub_text: str, solution_text: str) -> bool:
    """Whether every line of the stub, placeholders aside, stands in the solution in the same order."""
    lines = iter(solution_text.splitlines())
    wanted = [line for line in stub_text.splitlines() if line.strip() and not is_placeholder(line)]
    return all(any(line == other for other in lines) for line in wanted)
