"""`balkanlab grade` as it is typed: what it says, what it writes, how it leaves."""

from __future__ import annotations

import os
import re
import shutil
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from balkanlab.cli import app
from balkanlab.exercises.grading.sandbox import SandboxError
from support.grading import CALLS, NoSandbox, calls, hand_in

NAME = "02_cefta"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CALLS, str(tmp_path / "calls.txt"))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(root)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of a few bytes are graded by what they say; see `support.grading`."""
    monkeypatch.setattr("balkanlab.exercises.grading.run.Sandboxed", NoSandbox)


def grade(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["grade", *map(str, arguments)])


def said(result: Result) -> str:
    return " ".join(result.output.split())


def written(folder: Path) -> Iterable[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


@pytest.mark.skipif(os.name != "posix", reason="links need rights of their own on Windows")
@pytest.mark.usefixtures("quick")
def test_a_class_with_trouble_in_it(tmp_path: Path) -> None:
    handed = hand_in(tmp_path / "in", {"Ana Krasniqi": "ok 3", "Đorđe": "ok 1", "Bo": "die"}, NAME)
    (handed / "Link").mkdir()
    (handed / "Link" / f"{NAME}.ipynb").symlink_to(tmp_path)
    with zipfile.ZipFile(handed / "Slip.zip", "w") as archive:
        archive.writestr("../../slip.ipynb", "ok 3")
    (handed / "Essay").mkdir()
    (handed / "Essay" / "essay.pdf").write_bytes(b"%PDF")
    result = grade(handed, "--out", tmp_path / "out", "--jobs", 2)

    assert result.exit_code == 1, result.output
    assert re.search(rf"{NAME} +6 +2 +2\.0 +2 +", result.output)
    for words in (
        "Bo, 02_cefta: error: the worker that graded it failed (BrokenProcessPool",
        "Link, 02_cefta: refused: Link/02_cefta.ipynb: a link, not a file",
        "Slip, 02_cefta: refused: Slip/../../slip.ipynb: a zip entry whose name leads out of the folder",
        "Essay, 02_cefta: refused: essay.pdf: no notebook among the files",
        "3 graded in",
    ):
        assert words in said(result)
    files = list(written(tmp_path / "out"))
    assert len([name for name in files if name.startswith("results/")]) == 2
    assert {"report.html", "grades/nbgrader.csv"} <= set(files)
    assert len([name for name in files if name.startswith("feedback/")]) == 6
    assert not list(tmp_path.rglob("slip.ipynb"))

    hand_in(handed, {"Bo": "ok 2"}, NAME)
    again = grade(handed, "--out", tmp_path / "out", "--jobs", 2)
    assert "1 graded in" in said(again)
    assert "2 taken over from an earlier run" in said(again)
    assert [student for _, student in calls()].count("Ana Krasniqi") == 1


@pytest.mark.usefixtures("quick")
def test_all_is_well(tmp_path: Path) -> None:
    handed = hand_in(tmp_path / "in", {"Ana": "ok 3"}, NAME)
    roster = tmp_path / "roster.csv"
    roster.write_text("Full name,Email address\nAna,ana@example.org\n", encoding="utf-8")
    options = ("--chapter", "2", "--formats", "moodle", "--roster", roster)
    result = grade(handed, "--out", tmp_path / "out", *options)
    assert result.exit_code == 0, result.output
    assert [name for name in written(tmp_path / "out") if name.startswith("grades/")] == [
        "grades/README.txt",
        f"grades/moodle-{NAME}.csv",
    ]
    assert "ana@example.org" in (tmp_path / f"out/grades/moodle-{NAME}.csv").read_text(encoding="utf-8-sig")


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["none"], "there is no folder, zip or notebook none"),
        (["in/readme.txt"], "is neither a folder nor a zip nor a notebook"),
        (["empty"], "there is nothing to grade in empty"),
        (["in", "--exercise", "77_nothing"], "no exercise '77_nothing'; there are: 02_cefta"),
        (["in", "--chapter", "9"], "no chapter with exercises '09'; there are: 02"),
        (["in", "--formats", "moodle,excel"], "no grade file called 'excel'; there are: moodle"),
        (["in", "--roster", "none.csv"], "the class list none.csv cannot be read"),
        (["in", "--out", "in/out"], "lies inside of in: choose another folder"),
        (["in", "--out", "in/readme.txt"], "lies inside of in"),
        (["in", "--out", "file"], "file cannot be written"),
        (
            ["in", "--out", "new", "--dask", "tcp://127.0.0.1:9"],
            "no Dask scheduler answers at tcp://127.0.0.1:9",
        ),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_graded(
    tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], words: str
) -> None:
    hand_in(tmp_path / "in", {"Ana": "ok 3"}, NAME)
    (tmp_path / "in/readme.txt").touch()
    (tmp_path / "file").touch()
    (tmp_path / "empty").mkdir()
    monkeypatch.setattr("balkanlab.exercises.grading.cluster.CONNECT_SECONDS", 1)
    monkeypatch.setattr("balkanlab.paths._course_root", lambda start: root)
    monkeypatch.chdir(tmp_path)
    result = grade(*arguments)
    assert result.exit_code == 2, result.output
    assert words in said(result)
    assert calls() == []
    assert not (tmp_path / "in/out").exists()


@pytest.mark.usefixtures("quick")
def test_a_course_without_answers_cannot_grade(
    tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(root / "course.yml", tmp_path)
    monkeypatch.chdir(tmp_path)
    result = grade(hand_in(tmp_path / "in", {"Ana": "ok 3"}, NAME))
    assert result.exit_code == 2
    assert "has no exercises/instructor: grade with the instructor's course" in said(result)


def test_no_sandbox_no_grading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise SandboxError("there is none here; say --unsafe")

    monkeypatch.setattr("balkanlab.exercises.grading.run.open_sandbox", refuse)
    result = grade(hand_in(tmp_path / "in", {"Ana": "ok 3"}, NAME), "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "there is none here; say --unsafe" in said(result)


@pytest.mark.usefixtures("quick")
def test_unsafe_is_loud(tmp_path: Path) -> None:
    result = grade(hand_in(tmp_path / "in", {"Ana": "ok 3"}, NAME), "--out", tmp_path / "out", "--unsafe")
    assert "Warning: no sandbox. Students' code runs with your rights" in said(result)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="asks what happens to root")
def test_root_is_refused_unless_told(tmp_path: Path) -> None:
    result = grade(hand_in(tmp_path / "in", {"Ana": "ok 3"}, NAME), "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "say --allow-root" in said(result)
