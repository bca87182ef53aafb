"""From one source, every edition: student, solution and instructor notebooks and the checks file.

The editions are pure functions of the parsed source (`student`, `solution`, `instructor`) and of the values
that the solution computes (`seal_checks`). `regenerate` writes them all, executed where they are stored with
outputs; equal sources give equal bytes, so tests compare the files with what the sources say.

`overlay` puts pristine checks over a student's notebook by grade id: nbval then compares the student's own
run with "ok", whatever became of the checks in the file.
"""

from __future__ import annotations

import contextlib
import copy
import hashlib
import io
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from nbformat import NotebookNode, from_dict, writes
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from balkanlab import __version__
from balkanlab.execute import KERNEL, LANGUAGE, tidy, write_atomically
from balkanlab.exercises import progress
from balkanlab.exercises.checks import FORMAT
from balkanlab.exercises.kinds import KINDS
from balkanlab.exercises.source import (
    BEGIN_HIDDEN,
    END_HIDDEN,
    Block,
    Source,
    SourceError,
    Task,
    read_source,
    solved,
    stub,
)
from balkanlab.launch import colab_cell

LEVELS = {1: "easy", 2: "medium", 3: "hard"}
CELL_SECONDS = 60


def student(source: Source) -> NotebookNode:
    """The notebook that is handed out: stubs and checks; no solutions, hidden tests or instructor notes."""
    return _edition(source, lambda task: stub(task.solution), check_source, depth=1)


def solution(source: Source) -> NotebookNode:
    """The solved notebook, to be read: no markers, no hidden tests."""
    return _edition(source, lambda task: solved(task.solution), check_source, depth=2)


def instructor(source: Source) -> NotebookNode:
    """The version that nbgrader takes: solutions between markers, hidden tests that raise, notes as comments.

    Notes stand inside the hidden tests, because nbgrader removes those, and only those, from its release.
    """
    return _edition(source, lambda task: task.solution, lambda task: _graded_check(source, task), depth=2)


def check_source(task: Task) -> str:
    """The line that a student runs."""
    return f'check("{task.id}", {task.answer})'


def _graded_check(source: Source, task: Task) -> str:
    comments = [f"# {line}".rstrip() for line in task.note.splitlines()]
    comments += [
        f"# A typical wrong answer: {wrong.value}" + (f" ({wrong.say})" if wrong.say else "")
        for wrong in task.wrong
    ]
    return "\n".join(
        [
            check_source(task),
            BEGIN_HIDDEN,
            *comments,
            "from balkanlab.exercises import require",
            f'require("{source.name}", "{task.id}", {task.answer})',
            *task.hidden.splitlines(),
            END_HIDDEN,
        ]
    )


def _edition(
    source: Source, solve: Callable[[Task], str], check: Callable[[Task], str], *, depth: int
) -> NotebookNode:
    cells: list[NotebookNode] = []
    for block in source.blocks:
        cells += _plain_cells(block) if block.task is None else _task_cells(block.task, solve, check)
    cells.append(new_code_cell("check.progress()", id="progress"))
    for cell in cells:
        if cell.cell_type == "markdown" and depth > 1:
            cell.source = cell.source.replace("](../", "](" + "../" * depth)
    _unique_ids(cells)
    metadata = {"balkanlab": {"exercises": source.name, "chapter": source.chapter}}
    return _notebook(cells, metadata)


def _notebook(cells: list[NotebookNode], metadata: dict[str, Any]) -> NotebookNode:
    notebook: NotebookNode = new_notebook(
        cells=cells, metadata={"kernelspec": KERNEL, "language_info": LANGUAGE, **metadata}
    )
    return notebook


def _plain_cells(block: Block) -> list[NotebookNode]:
    if block.role == "text":
        return [new_markdown_cell(block.source, id=_text_id(block.source))]
    if block.role == "setup":
        metadata = {"nbgrader": _nbgrader("setup", locked=True)}
        return [
            new_code_cell(id="colab", **colab_cell(__version__)),
            new_code_cell(block.source, id="setup", metadata=metadata),
        ]
    return [new_code_cell(block.source, id=_text_id(block.source))]


def _task_cells(task: Task, solve: Callable[[Task], str], check: Callable[[Task], str]) -> list[NotebookNode]:
    heading, _, body = task.text.partition("\n")
    level, marks = LEVELS[task.difficulty], f"{task.points} point{'s' if task.points > 1 else ''}"
    hashes = heading.split(" ")[0]
    text = f"{hashes} {task.id} {task.title}\n*{level}, {task.minutes} minutes, {marks}*\n\n{body}"
    lock = {"deletable": False, "editable": False}
    own = {"task": task.id, "difficulty": task.difficulty, "minutes": task.minutes}
    names = {part: f"{part}-{task.slug}" for part in ("task", "solution", "check")}
    return [
        new_markdown_cell(
            text,
            id=names["task"],
            metadata={**lock, "balkanlab": own, "nbgrader": _nbgrader(names["task"], locked=True)},
        ),
        new_code_cell(
            solve(task),
            id=names["solution"],
            metadata={
                "balkanlab": {"task": task.id},
                "nbgrader": _nbgrader(names["solution"], solution=True),
            },
        ),
        new_code_cell(
            check(task),
            id=names["check"],
            metadata={
                **lock,
                "balkanlab": {"task": task.id},
                "nbgrader": {
                    **_nbgrader(names["check"], locked=True, grade=True),
                    "points": task.points,
                },
            },
        ),
    ]


def _nbgrader(grade_id: str, *, locked: bool = False, solution: bool = False, grade: bool = False) -> Any:
    return {
        "schema_version": 3,
        "grade_id": grade_id,
        "grade": grade,
        "locked": locked,
        "solution": solution,
        "task": False,
    }


def _text_id(text: str) -> str:
    return "cell-" + hashlib.sha256(text.encode()).hexdigest()[:8]


def _unique_ids(cells: list[NotebookNode]) -> None:
    seen: dict[str, int] = {}
    for cell in cells:
        seen[cell.id] = seen.get(cell.id, 0) + 1
        if seen[cell.id] > 1:
            cell.id = f"{cell.id}-{seen[cell.id]}"


def run_solution(source: Source, root: Path) -> Iterator[tuple[Task, Any, list[Any]]]:
    """Run the solved source in this process; yields each task with its answer and its wrong answers.

    Raises:
        SourceError: a cell raises, or an answer is left unfilled.
    """
    names: dict[str, Any] = {"__name__": "__main__"}
    for block in source.blocks:
        text = block.source if block.task is None else solved(block.task.solution)
        if block.role == "text":
            continue
        where = f"{source.name}, task {block.task.id}" if block.task else f"{source.name}, {block.role} cell"
        with contextlib.chdir(root), contextlib.redirect_stdout(io.StringIO()):
            try:
                exec(compile(text, where, "exec"), names)
                if block.task is None:
                    continue
                answer = eval(block.task.answer, names)
                wrong = [_wrong_value(block.task, item.value, names) for item in block.task.wrong]
            except Exception as error:
                raise SourceError(f"{where}: {type(error).__name__}: {error}") from error
        yield block.task, answer, wrong


def _wrong_value(task: Task, value: Any, names: dict[str, Any]) -> Any:
    if isinstance(value, str) and task.kind not in {"text", "choice"}:
        return eval(value, dict(names))
    return value


def seal_checks(source: Source, root: Path) -> dict[str, Any]:
    """The content of the checks file: per task what to show, three hints, and seals in place of answers.

    Raises:
        SourceError: the solution fails, or a task's answer is not of its kind.
    """
    tasks: dict[str, Any] = {}
    for task, answer, wrong in run_solution(source, root):
        kind, salt = KINDS[task.kind], f"{source.name}|{task.id}"
        try:
            normal = kind.read(task.config, answer)
            seal = kind.seal(task.config, normal, salt)
            problem = kind.complaint(task.config, normal)
            slips = [
                {
                    "say": item.say,
                    "seal": kind.seal(task.config, kind.read(task.config, value), f"{salt}|slip"),
                }
                for item, value in zip(task.wrong, wrong, strict=True)
                if item.say
            ]
        except Exception as error:
            raise SourceError(
                f"{source.name}, task {task.id}: an answer cannot be sealed: {error}"
            ) from error
        if problem:
            raise SourceError(f"{source.name}, task {task.id}: the solution's {problem}")
        tasks[task.id] = {
            "title": task.title,
            "system": task.system,
            "points": task.points,
            "difficulty": task.difficulty,
            "minutes": task.minutes,
            "grade_id": f"check-{task.slug}",
            "variable": task.answer,
            "kind": task.kind,
            "config": {key: value for key, value in task.config.items() if key != "accept"},
            "hints": task.hints,
            "seal": seal,
            "slips": slips,
        }
    return {
        "format": FORMAT,
        "name": source.name,
        "chapter": source.chapter,
        "title": source.title,
        "tasks": tasks,
    }


def pristine(checks: dict[str, Any]) -> NotebookNode:
    """The check cells of a checks file as they would read after a full pass: output "2.1a: ok".

    The cells bring their own `Checks`, so a rebound `check` in the student's notebook changes nothing.
    """
    cells = []
    for task_id, task in checks["tasks"].items():
        source = (
            f"from balkanlab.exercises import Checks as _Checks\n"
            f'_Checks("{checks["name"]}")("{task_id}", {task["variable"]})'
        )
        cell = new_code_cell(
            source,
            id=task["grade_id"],
            execution_count=1,
            outputs=[new_output("stream", name="stdout", text=f"{task_id}: ok\n")],
            metadata={
                "balkanlab": {"task": task_id},
                "nbgrader": {
                    **_nbgrader(task["grade_id"], locked=True, grade=True),
                    "points": task["points"],
                },
            },
        )
        cells.append(cell)
    return _notebook(cells, {"balkanlab": {"exercises": checks["name"]}})


def grade_id(cell: NotebookNode) -> str:
    """The cell's grade id, or ""."""
    found = cell.get("metadata", {}).get("nbgrader", {})
    return str(found.get("grade_id", "")) if isinstance(found, dict) else ""


def overlay(notebook: NotebookNode, checks: NotebookNode) -> NotebookNode:
    """A copy of the student's `notebook` with every check cell replaced by the pristine one of its grade id.

    All of the student's copies of a check go. The pristine one takes the place of the first copy that stands
    below the task's solution; where there is none, it follows the last solution cell, or ends the notebook.
    Stored outputs of all other cells go too: they are the student's and prove nothing.
    """
    result: NotebookNode = copy.deepcopy(notebook)
    fresh = {grade_id(cell): copy.deepcopy(cell) for cell in checks.cells if grade_id(cell)}
    last_solution = {grade_id(cell): place for place, cell in enumerate(result.cells) if grade_id(cell)}
    placed: set[str] = set()
    cells: list[NotebookNode] = []
    for place, cell in enumerate(result.cells):
        name = grade_id(cell)
        if name in fresh:
            below = place > last_solution.get(_solution_of(name), -1)
            if below and name not in placed:
                placed.add(name)
                cells.append(fresh[name])
            continue
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        cells.append(cell)
    for name, check in fresh.items():
        if name not in placed:
            homes = [k for k, cell in enumerate(cells) if grade_id(cell) == _solution_of(name)]
            cells.insert(homes[-1] + 1 if homes else len(cells), check)
    _unique_ids(cells)
    result.cells = cells
    return result


def _solution_of(check_id: str) -> str:
    return "solution-" + check_id.removeprefix("check-")


def strip_outputs(notebook: NotebookNode) -> NotebookNode:
    """A copy without outputs and execution counts."""
    result: NotebookNode = copy.deepcopy(notebook)
    for cell in result.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return result


def executed(notebook: NotebookNode, folder: Path) -> NotebookNode:
    """A copy with the outputs of a run in `folder`, without anything that differs between two runs.

    Raises:
        nbclient.exceptions.CellExecutionError: a cell raises.
    """
    from balkanlab.exercises.validate import client_for

    result: NotebookNode = strip_outputs(notebook)
    folder.mkdir(parents=True, exist_ok=True)
    client = client_for(result, folder, CELL_SECONDS, trusted=True)
    client.execute(env=os.environ | {progress.VARIABLE: progress.OFF})
    tidy(result)
    result.metadata = from_dict(result.metadata)
    return result


def as_text(notebook: NotebookNode) -> str:
    """The notebook as it is stored."""
    return str(writes(notebook, version=4)).rstrip("\n") + "\n"


def checks_text(checks: dict[str, Any]) -> str:
    """The checks file as it is stored."""
    return json.dumps(checks, ensure_ascii=False, indent=1) + "\n"


def products(root: Path, name: str) -> dict[str, Path]:
    """Where the editions of source `name` are kept."""
    folder = root / "exercises"
    return {
        "checks": folder / "checks" / f"{name}.json",
        "student": folder / f"{name}.ipynb",
        "solution": folder / "solutions" / f"{name}.ipynb",
        "instructor": folder / "instructor" / f"{name}.ipynb",
    }


def regenerate(root: Path, check: bool = False, names: list[str] | None = None) -> list[Path]:
    """Make all editions of the sources in `root`/exercises/source; returns the files that changed.

    Args:
        root: the course folder.
        check: change nothing; the files returned are those that differ from their source.
        names: only these sources (file names without suffix).

    Raises:
        SourceError: a source breaks a rule, or its solution does not pass its own checks.
    """
    changed: list[Path] = []
    for path in sorted((root / "exercises" / "source").glob("*.py")):
        if names is None or path.stem in names:
            changed += _regenerate_one(root, path, check)
    return changed


def _regenerate_one(root: Path, path: Path, check: bool) -> list[Path]:
    source = read_source(path)
    files = products(root, source.name)
    before = {file: file.read_text(encoding="utf-8") if file.is_file() else "" for file in files.values()}
    after = {
        files["checks"]: checks_text(seal_checks(source, root)),
        files["instructor"]: as_text(instructor(source)),
    }
    stale = after[files["checks"]] != before[files["checks"]]
    if check and stale:
        return [file for file, text in after.items() if text != before[file]]
    # The notebooks read the checks file when they run, so it has to be in place.
    if stale:
        _write(files["checks"], after[files["checks"]])
    for kind, edition in (("solution", solution(source)), ("student", student(source))):
        notebook = executed(edition, files[kind].parent)
        if kind == "solution":
            _all_ok(source, notebook)
        after[files[kind]] = as_text(notebook)
    changed = [file for file, text in after.items() if text != before[file]]
    if not check:
        for file in changed:
            _write(file, after[file])
    return changed


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(file, text.encode())


def _all_ok(source: Source, notebook: NotebookNode) -> None:
    for task in source.tasks:
        cell = next(cell for cell in notebook.cells if cell.id == f"check-{task.slug}")
        said = "".join(output.get("text", "") for output in cell.outputs)
        if said != f"{task.id}: ok\n":
            raise SourceError(f"{source.name}: the solution does not pass its own check: {said.strip()}")
