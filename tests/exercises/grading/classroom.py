"""A class that hands in: solved, half solved, wrong in the typical ways of the source, empty, and hostile notebooks.

Everything follows from a seed, so two calls give the same class.
"""

from __future__ import annotations

import copy
import itertools
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from balkanlab.exercises.generate import products
from balkanlab.exercises.source import Source, Task, read_source, solved
from exercises.grading.hostile import ATTACKS, attacking

# fmt: off
FIRST = ("Ana", "Boris", "Cveta", "Dragan", "Elira", "Faruk", "Gorica", "Hana", "Ilir", "Jelena", "Kemal", "Lejla")
LAST = ("Anđelić", "Berisha", "Čolić", "Dimitrov", "Elezi", "Ferhatović", "Gjoka", "Hoxha", "Ivanova", "Jovanović")
# fmt: on
KINDS = ("solved", "half", "wrong", "empty")
WEIGHTS = (30, 40, 20, 10)


@dataclass(frozen=True)
class Member:
    """One student and what he or she hands in; `kind` is one of `KINDS`, or an attack."""

    student: str
    kind: str
    notebook: NotebookNode


def classroom(root: Path, name: str, count: int, seed: int = 1) -> list[Member]:
    """A class of `count` students, each kind in proportion to `WEIGHTS`; the first four are one of each."""
    rng = random.Random(seed)
    source = read_source(root / "exercises" / "source" / f"{name}.py")
    handed_out = nbformat.read(products(root, name)["student"], as_version=4)
    kinds = (*KINDS, *rng.choices(KINDS, WEIGHTS, k=max(0, count - len(KINDS))))[:count]
    return [
        Member(student_name(number), kind, filled(handed_out, source, _answers(kind, rng)))
        for number, kind in enumerate(kinds)
    ]


def attackers(root: Path, name: str, count: int) -> list[Member]:
    """Students who solved all and attack behind the first check, each in another way as long as there are ways."""
    source = read_source(root / "exercises" / "source" / f"{name}.py")
    whole = filled(nbformat.read(products(root, name)["student"], as_version=4), source, right)
    ways = [way for _, way in zip(range(count), itertools.cycle(ATTACKS), strict=False)]
    return [
        Member(f"Attacker {number:03d}, {way}", way, attacking(ATTACKS[way], whole))
        for number, way in enumerate(ways)
    ]


def student_name(number: int) -> str:
    """A name with its number: no two students share one."""
    return f"{FIRST[number % len(FIRST)]} {LAST[number % len(LAST)]} {number:03d}"


def filled(handed_out: NotebookNode, source: Source, answer: Callable[[Task], str | None]) -> NotebookNode:
    """A copy of the notebook that is handed out, with what `answer` gives in a task's cell; None leaves the stub."""
    notebook = copy.deepcopy(handed_out)
    cells = {cell.id: cell for cell in notebook.cells}
    for task in source.tasks:
        text = answer(task)
        if text is not None:
            cells[f"solution-{task.slug}"].source = text
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def right(task: Task) -> str:
    """The cell of a student who solved the task."""
    return solved(task.solution)


def wrong(task: Task, which: int = 0) -> str:
    """The cell of a student who made the typical error number `which` of the source."""
    value = task.wrong[which % len(task.wrong)].value
    is_code = isinstance(value, str) and task.kind not in {"text", "choice"}
    return f"{solved(task.solution)}\n{task.answer} = {value if is_code else repr(value)}"


def _answers(kind: str, rng: random.Random) -> Callable[[Task], str | None]:
    def answer(task: Task) -> str | None:
        chance = rng.random()
        if kind == "empty" or (kind == "half" and chance < 0.35):
            return None
        if kind == "wrong" or (kind == "half" and chance < 0.5):
            return wrong(task, rng.randrange(8))
        return right(task)

    return answer


def hand_in(members: Iterable[Member], name: str, folder: Path) -> Path:
    """Lays the class out as nbgrader does, `folder`/student/assignment/notebook; returns the folder."""
    for member in members:
        path = folder / member.student / name / f"{name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(member.notebook, path)
    return folder
