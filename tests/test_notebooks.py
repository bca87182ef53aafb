"""Stored notebooks are what their code says: run again cell by cell, and free of what hides a difference."""

from __future__ import annotations

import json
import re
from pathlib import Path

import nbformat
import pytest

from support.course import ROOT
from support.nbval import strictly

CHAPTERS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SOLUTIONS = sorted((ROOT / "exercises" / "solutions").glob("*.ipynb"))
STUDENT = sorted((ROOT / "exercises").glob("*.ipynb"))
ABSOLUTE = re.compile(r"(?<![\w.:/])(/home/|/root/|/Users/|/tmp/|[A-Z]:\\\\)\S*")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name


def trapped(path: Path) -> list[str]:
    """What would let a wrong stored output pass nbval, or shows the machine it was made on."""
    notebook = nbformat.read(path, as_version=4)
    found = []
    if "widgets" in notebook.metadata:
        found.append("widget state in the metadata")
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            continue
        where = f"cell {number}"
        if cell.source.strip() and cell.execution_count is None:
            found.append(f"{where}: no execution count, so nbval would not compare it")
        if (
            "nbval-ignore-output" in cell.source
            or "NBVAL_" in cell.source
            or "nbval" in str(cell.metadata.get("tags"))
        ):
            found.append(f"{where}: excused from nbval")
        for output in cell.outputs:
            if output.output_type == "error":
                found.append(f"{where}: stored error {output.ename}")
            if output.get("name") == "stderr":
                found.append(f"{where}: stored warning: {output.text.strip()[:80]}")
            if "application/vnd.jupyter.widget-view+json" in output.get("data", {}):
                found.append(f"{where}: widget view")
    counts = [
        cell.execution_count for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()
    ]
    if counts != list(range(1, len(counts) + 1)):
        found.append("cells were not run from top to bottom in a fresh kernel")
    return found


def test_there_are_notebooks() -> None:
    assert CHAPTERS


# The solutions are held to their outputs in tests/exercises, together with what a student hands in.
@pytest.mark.notebook
@pytest.mark.parametrize("path", CHAPTERS, ids=name_of)
def test_stored_outputs_are_what_the_code_gives(path: Path) -> None:
    run = strictly(path)
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]
    cells = sum(cell.cell_type == "code" for cell in nbformat.read(path, as_version=4).cells)
    assert re.search(rf"^{cells} passed", run.stdout.splitlines()[-1]), run.stdout[-500:]


@pytest.mark.parametrize("path", [*CHAPTERS, *SOLUTIONS], ids=name_of)
def test_nothing_hides_from_the_comparison(path: Path) -> None:
    assert trapped(path) == []


@pytest.mark.parametrize("path", [*CHAPTERS, *SOLUTIONS, *STUDENT], ids=name_of)
def test_no_path_of_the_machine_it_was_made_on(path: Path) -> None:
    assert (
        ABSOLUTE.findall(json.dumps(json.loads(path.read_text(encoding="utf-8")), ensure_ascii=False)) == []
    )


@pytest.mark.parametrize("path", [*CHAPTERS, *SOLUTIONS, *STUDENT], ids=name_of)
def test_is_valid_with_named_cells(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A notebook of two cells with true outputs."""
    from balkanlab.execute import execute

    sources = ["x = 6 * 7\nx", "print('answer', x)"]
    cells = [nbformat.v4.new_code_cell(source, id=f"c{n}") for n, source in enumerate(sources)]
    path = tmp_path / "small.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    assert execute(path)
    return path


@pytest.mark.notebook
def test_guard_a_wrong_stored_number_fails(small: Path) -> None:
    assert strictly(small).returncode == 0
    small.write_text(small.read_text().replace('"42"', '"43"'))
    run = strictly(small)
    assert run.returncode == 1
    assert "1 failed, 1 passed" in run.stdout


def test_guard_traps_are_seen(small: Path) -> None:
    assert trapped(small) == []
    notebook = nbformat.read(small, as_version=4)
    notebook.cells[0].execution_count = None
    notebook.cells[0].outputs[0].data["application/vnd.jupyter.widget-view+json"] = {"model_id": "dead"}
    notebook.cells[1].source = "# NBVAL_SKIP\nprint('answer', x)"
    notebook.metadata["widgets"] = {}
    nbformat.write(notebook, small)
    assert [line.split(":")[0] for line in trapped(small)] == [
        "widget state in the metadata",
        "cell 0",
        "cell 0",
        "cell 1",
        "cells were not run from top to bottom in a fresh kernel",
    ]


def test_execute_gives_the_same_bytes_twice(small: Path) -> None:
    from balkanlab.execute import execute

    before = small.read_bytes()
    assert execute(small) is False
    assert small.read_bytes() == before
