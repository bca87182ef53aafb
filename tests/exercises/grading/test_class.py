"""A class with hostile and broken work in it: each is contained and named, and the honest keep their marks."""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from balkanlab.cli import app
from exercises.grading import hostile

ATTACKS = ("loop that swallows interrupts", "kills its parent", "ends Python")
# Another exercise of the course is no broken file: it would be graded as what it is.
BROKEN = [name for name in hostile.BROKEN if name != "another exercise"]
HONEST = ("Ana Anđelić", "Мила Петровић", "Zef Gjoka")


def fingerprint(folder: Path) -> dict[str, str]:
    """Every file and link below `folder` with what is in it."""
    return {
        str(path.relative_to(folder)): os.readlink(path)
        if path.is_symlink()
        else hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or path.is_file()
    }


@pytest.mark.sandbox
@pytest.mark.skipif(sys.platform != "linux", reason="the sandbox needs Linux")
def test_hostile_work_costs_nobody_else_anything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    course = hostile.make_course(tmp_path / "course")
    handed, out = tmp_path / "in", tmp_path / "out"
    work = {name: hostile.solved() for name in HONEST}
    work |= {name: hostile.attacking(hostile.ATTACKS[name]) for name in ATTACKS}
    work["forges"] = hostile.with_answers(
        "product = 43", "square = abs", said="loud", before=hostile.FORGED_REPLIES
    )
    for name, notebook in work.items():
        (handed / name).mkdir(parents=True)
        hostile.write(notebook, handed / name / f"{hostile.NAME}.ipynb")
    for name in BROKEN:
        (handed / name).mkdir()
        hostile.BROKEN[name](handed / name / f"{hostile.NAME}.ipynb")
    (handed / "link").mkdir()
    (handed / "link" / f"{hostile.NAME}.ipynb").symlink_to(course / "exercises" / "solutions")
    with zipfile.ZipFile(handed / "slip.zip", "w") as archive:
        archive.writestr(f"../../{hostile.NAME}.ipynb", "{}")
    monkeypatch.chdir(course)
    monkeypatch.setenv("COLUMNS", "200")
    before = fingerprint(tmp_path)

    command = ["grade", str(handed), "--out", str(out), "--jobs", "2", "--timeout", "1"]
    result = CliRunner().invoke(app, [*command, *(["--allow-root"] if os.geteuid() == 0 else [])])

    assert result.exit_code == 1, result.output
    assert "Traceback" not in result.output
    graded = [json.loads(path.read_text(encoding="utf-8")) for path in (out / "results").iterdir()]
    points = {each["student"]: sum(task["points"] for task in each["tasks"]) for each in graded}
    assert {name: points[name] for name in HONEST} == dict.fromkeys(HONEST, sum(hostile.POINTS.values()))
    assert points["forges"] == 0
    assert {name: points[name] for name in BROKEN} == dict.fromkeys(BROKEN, 0)
    named = [*hostile.CUT_OFF.keys() & set(ATTACKS), *BROKEN, "link", "slip"]
    assert [
        name for name in named if not re.search(f"^{name}, {hostile.NAME}: ", result.output, re.MULTILINE)
    ] == []
    assert not [name for name in HONEST if f"{name}," in result.output]
    after = {name: mark for name, mark in fingerprint(tmp_path).items() if not name.startswith("out/")}
    assert after == before
