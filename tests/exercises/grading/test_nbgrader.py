"""Unmodified nbgrader on the course's own instructor notebooks: it takes them, and gives the marks that we give."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from balkanlab.exercises.generate import products
from balkanlab.exercises.grading import GRADED, Assignment, Limits, Result
from balkanlab.exercises.grading.exports import NBGRADER, write_exports
from balkanlab.exercises.grading.one import grade_notebook
from balkanlab.exercises.grading.sandbox import open_sandbox
from exercises.grading.classroom import Member, classroom, hand_in
from exercises.grading.desk import WHEN

ROOT = Path(__file__).resolve().parents[3]
NAMES = sorted(path.stem for path in (ROOT / "exercises" / "source").glob("*.py"))

pytestmark = [pytest.mark.notebook, pytest.mark.xdist_group("nbgrader")]


def members(name: str) -> list[Member]:
    """One student of each assignment, of another kind each time, and of the first one more who got half right."""
    found, place = classroom(ROOT, name, 4), NAMES.index(name)
    return [found[place % 4], *(found[1:2] if place == 0 else ())]


def nbgrader(*words: str, folder: Path) -> None:
    """Run nbgrader in `folder`; fails with what it said."""
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    command = [sys.executable, "-m", "nbgrader", *words]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """nbgrader's course folder after `generate_assignment`, `autograde` and `export`."""
    folder = tmp_path_factory.mktemp("nbgrader")
    for name in NAMES:
        source = folder / "source" / name
        source.mkdir(parents=True)
        shutil.copy(products(ROOT, name)["instructor"], source)
        hand_in(members(name), name, folder / "submitted")
    nbgrader("generate_assignment", "--assignment=*", "--create", folder=folder)
    nbgrader("autograde", "--assignment=*", "--create", folder=folder)
    nbgrader("export", folder=folder)
    return folder


@pytest.fixture(scope="module")
def ours(desk: Path) -> list[Result]:
    """The same files, graded by this package."""
    found = []
    with open_sandbox(unsafe=not shutil.which("bwrap"), allow_root=True) as sandbox:
        for name in NAMES:
            assignment = Assignment.load(ROOT, name)
            for path in sorted((desk / "submitted").glob(f"*/{name}/*.ipynb")):
                student = path.parent.parent.name
                found.append(grade_notebook(path, assignment, Limits(), sandbox, student=student))
    return found


@pytest.fixture(scope="module")
def theirs(desk: Path) -> Iterator[dict[tuple[str, str, str], float]]:
    """Points by student, assignment and grade id, from nbgrader's gradebook."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{desk / 'gradebook.db'}") as book:
        yield {
            (submission.student.id, submission.assignment.name, grade.cell.name): grade.score
            for assignment in book.assignments
            for submission in assignment.submissions
            for notebook in submission.notebooks
            for grade in notebook.grades
        }


def test_the_release_holds_no_answer(desk: Path) -> None:
    for name in NAMES:
        released = nbformat.read(desk / "release" / name / f"{name}.ipynb", as_version=4)
        text = "\n".join(cell.source for cell in released.cells)
        for word in ("BEGIN SOLUTION", "HIDDEN TESTS", "require(", "A typical wrong answer"):
            assert word not in text


def test_the_same_marks(ours: list[Result], theirs: dict[tuple[str, str, str], float]) -> None:
    assert {result.status for result in ours} == {GRADED}
    found = {
        (result.student, result.assignment, f"check-{task.task.replace('.', '-')}"): task.points
        for result in ours
        for task in result.tasks
    }
    assert found == theirs
    totals = [result.points / result.max_points for result in ours]
    assert max(totals) == 1
    assert min(totals) == 0
    assert any(0 < total < 1 for total in totals)


def test_the_same_grade_file(desk: Path, ours: list[Result], tmp_path: Path) -> None:
    """Row by row what `nbgrader export` writes, but for students who handed in nothing of an assignment."""
    assignments = {name: Assignment.load(ROOT, name) for name in NAMES}
    path = write_exports(ours, assignments, tmp_path, ["nbgrader"], when=WHEN).paths[0]
    with (
        path.open(encoding="utf-8", newline="") as mine,
        (desk / "grades.csv").open(encoding="utf-8") as other,
    ):
        rows, reference = list(csv.DictReader(mine)), list(csv.DictReader(other))
    assert list(reference[0]) == NBGRADER
    handed_in = {(row["assignment"], row["student_id"]) for row in rows}
    expected = [row for row in reference if (row["assignment"], row["student_id"]) in handed_in]
    assert sorted(rows, key=str) == sorted(expected, key=str)
