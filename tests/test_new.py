"""`balkanlab new`: what it makes passes the course's own tests, and a refusal changes nothing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from balkanlab import new
from balkanlab.cli import app
from balkanlab.new import NewError, new_chapter, new_exercise
from support.course import ROOT

run = CliRunner().invoke
LEFT_BEHIND = shutil.ignore_patterns(".*", "_build", "dist", "__pycache__", "node_modules")
SMALL = """\
# A comment that stays.
title: "Small"
description: "d"
chapters:
  - {id: "02", title: "Two", notebook: n, exercises: e, questions: [q], minutes: 1, systems: {"2.1": {tasks: []}}}
  - {id: "06", title: "Six", notebook: n, exercises: e, questions: [q], minutes: 1, systems: {}}

# What stands above the syllabus.
syllabus: 1
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A course of a manifest and a table of contents."""
    (tmp_path / "course.yml").write_text(SMALL, encoding="utf-8")
    (tmp_path / "book").mkdir()
    toc = "parts:\n  - file: notebooks/02_a\n  - file: notebooks/06_b\n  - file: exercises/02_a\n"
    (tmp_path / "book" / "_toc.yml").write_text(toc)
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.notebook
def test_what_it_makes_passes_the_tests_of_the_course_as_it_stands(tmp_path: Path) -> None:
    copy = tmp_path / "course"
    shutil.copytree(ROOT, copy, ignore=LEFT_BEHIND)
    made = new_chapter(copy, "50_sanctions", "Sanctions: who pays?") + new_exercise(copy, "embargo", "2")
    assert all(path.is_file() for path in made)
    tests = [
        "test_manifest.py",
        "exercises/test_sources.py",
        "test_notebooks.py",
        "test_quiz.py",
        "test_launch.py",
    ]
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "0"),
            *("-k", "50 or 02_embargo or test_manifest"),
            *(f"tests/{name}" for name in tests),
        ],
        cwd=copy,
        env=os.environ | {"PYTHONPATH": str(copy / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    # Twenty-five tasks, each looked at in eleven ways, and not none because the names did not match.
    assert int(re.findall(r"(\d+) passed", done.stdout)[-1]) > 25 * 11


class TestEntries:
    @pytest.mark.parametrize(("name", "order"), [("04_x", [2, 4, 6]), ("x", [2, 6, 7]), ("01_x", [1, 2, 6])])
    def test_a_chapter_takes_its_place_and_comments_stay(
        self, small: Path, monkeypatch: pytest.MonkeyPatch, name: str, order: list[int]
    ) -> None:
        monkeypatch.setattr(new, "regenerate", lambda *_, **__: [])
        monkeypatch.setattr(new, "execute", lambda _: True)
        new_chapter(small, name, 'A "quoted": title')
        text = (small / "course.yml").read_text(encoding="utf-8")
        course = yaml.safe_load(text)
        assert [int(chapter["id"]) for chapter in course["chapters"]] == order
        made = next(chapter for chapter in course["chapters"] if chapter.get("draft"))
        assert made["title"] == 'A "quoted": title'
        assert [line for line in SMALL.splitlines() if line not in text.splitlines()] == []
        assert text.index("# What stands above") == text.index("syllabus: 1") - len(
            "# What stands above the syllabus.\n"
        )
        toc = (small / "book" / "_toc.yml").read_text()
        assert [int(line.split("/")[1][:2]) for line in toc.splitlines() if "notebooks/" in line] == order

    def test_sheets_of_a_chapter_number_their_systems_on(
        self, small: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(new, "regenerate", lambda *_, **__: [])
        for name, chapter in (("embargo", "02"), ("02_levy", "2"), ("list", "06")):
            new_exercise(small, name, chapter)
        practice = yaml.safe_load((small / "course.yml").read_text(encoding="utf-8"))["practice"]
        assert [(sheet["exercises"], list(sheet["systems"])) for sheet in practice] == [
            ("exercises/02_embargo.ipynb", ["2.2"]),
            ("exercises/02_levy.ipynb", ["2.3"]),
            ("exercises/06_list.ipynb", ["6.1"]),
        ]
        assert "[Levy](exercises/02_levy.ipynb)" in (small / "start.ipynb").read_text(encoding="utf-8")
        assert '"2.3a"' in (small / "exercises" / "source" / "02_levy.py").read_text(encoding="utf-8")


class TestRefusals:
    @pytest.mark.parametrize(
        ("call", "said"),
        [
            (["chapter", "Sanctions"], "lower-case letters"),
            (["chapter", "../x"], "lower-case letters"),
            (["chapter", "06_other"], "chapter 06 is there already"),
            (["exercise", "embargo", "--chapter", "77"], "no chapter '77'; the course has 02, 06"),
            (["exercise", "03_embargo", "--chapter", "02"], "leave the number out"),
            (["exercise", "taken", "--chapter", "02"], "is there already; choose another name"),
        ],
    )
    def test_nothing_is_changed(
        self, small: Path, monkeypatch: pytest.MonkeyPatch, call: list[str], said: str
    ) -> None:
        taken = small / "exercises" / "source" / "02_taken.py"
        taken.parent.mkdir(parents=True)
        taken.write_text("mine")
        monkeypatch.chdir(small)
        before = contents(small)
        result = run(app, ["new", *call])
        assert result.exit_code == 1
        assert said in " ".join(result.output.split())
        assert contents(small) == before

    def test_a_step_that_fails_is_taken_back(self, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def stops(path: Path) -> bool:
            raise new.ExecutionError("a cell raised")

        monkeypatch.setattr(new, "execute", stops)
        before = contents(small)
        with pytest.raises(NewError, match="nothing was changed: a cell raised"):
            new_chapter(small, "sanctions")
        assert contents(small) == before

    def test_the_installed_copy_is_not_a_place_to_work_in(
        self, small: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("balkanlab.paths._bundled", lambda: small)
        with pytest.raises(NewError, match="balkanlab start"):
            new_chapter(small, "sanctions")
