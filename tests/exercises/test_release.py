"""The student edition: what is in it, what must never be, and that it works where nothing else is."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import nbformat
import pytest
import yaml
from typer.testing import CliRunner

from balkanlab import __version__, launch
from balkanlab.cli import app
from balkanlab.exercises import generate, release
from balkanlab.exercises.release import RECORD, Release, ReleaseError
from balkanlab.exercises.source import Source, read_source, solved, stub
from balkanlab.exercises.validate import validate
from exercises.demo import DEMO
from support.course import ROOT, manifest

SOURCES = [read_source(path) for path in sorted((ROOT / "exercises" / "source").glob("*.py"))]
SHORT = 12  # a shorter line of a solution, such as a closing bracket, is anybody's
SHEET, CHECKS = "exercises/99_demo.ipynb", "exercises/checks/99_demo.json"
run = CliRunner().invoke


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of the instructor's own: a source that reads a table of its own, and notes that nobody asked for."""
    folder = tmp_path_factory.mktemp("own")
    setup = 'from balkanlab.paths import course_file\nplain = course_file("data/own/plain.csv").read_text()\n'
    text = DEMO.replace('check = Checks("99_demo")\n', f'check = Checks("99_demo")\n{setup}', 1)
    (folder / "99_demo.py").write_text(text, encoding="utf-8")
    (folder / "data" / "own").mkdir(parents=True)
    (folder / "data" / "own" / "plain.csv").write_text("a\n1\n")
    (folder / "answers.txt").write_text("all of them")
    return folder


@pytest.fixture(scope="module")
def made(own: Path, tmp_path_factory: pytest.TempPathFactory) -> Release:
    out = tmp_path_factory.mktemp("desk") / "class"
    return release.release(ROOT, out, due=datetime(2026, 11, 30, 23, 59), own=own)


def texts(folder: Path) -> dict[str, str]:
    """The files of a folder as text; what notebooks hold as JSON strings stays escaped."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in files}


def secrets(source: Source) -> Iterator[tuple[str, bool]]:
    """Lines that no student may see, each with whether it is one of the solution.

    Such a line may well stand in a chapter, or in another sheet: two solutions read the same table.
    """
    for task in source.tasks:
        given = stub(task.solution).splitlines()
        answer = [line for line in solved(task.solution).splitlines() if line not in given]
        for line in answer:
            yield line.strip(), True
        for line in [*task.hidden.splitlines(), *task.note.splitlines()]:
            yield line.strip(), False


def leaks(files: dict[str, str], sources: list[Source]) -> list[str]:
    """`file: line` for every secret line that a file holds."""
    found = []
    for source in sources:
        sheets = {f"exercises/{source.name}.ipynb", f"exercises/checks/{source.name}.json"}
        for line, of_solution in secrets(source):
            if len(line) <= SHORT:
                continue
            escaped = json.dumps(line, ensure_ascii=False)[1:-1]
            for name, text in files.items():
                if of_solution and name not in sheets:
                    continue
                if escaped in text or line in text:
                    found.append(f"{name}: {line}")
    return sorted(set(found))


def kept_back(course: Any, manifest: Any) -> Iterator[str]:
    """The texts of `course` that stand at a place where `manifest` has nothing."""
    if isinstance(course, dict):
        for key, value in course.items():
            yield from kept_back(value, manifest.get(key) if isinstance(manifest, dict) else None)
    elif isinstance(course, list):
        for place, value in enumerate(course):
            there = isinstance(manifest, list) and place < len(manifest)
            yield from kept_back(value, manifest[place] if there else None)
    elif isinstance(course, str) and manifest is None:
        yield course


class TestLeaks:
    def test_no_line_of_a_solution_a_hidden_test_or_a_note(self, made: Release, own: Path) -> None:
        assert leaks(texts(made.folder), [*SOURCES, read_source(own / "99_demo.py")]) == []

    def test_guard_a_planted_line_is_seen(self, made: Release) -> None:
        source = SOURCES[0]
        lines = [(line, of_solution) for line, of_solution in secrets(source) if len(line) > SHORT]
        note = next(line for line, of_solution in lines if not of_solution)
        answer = next(line for line, of_solution in lines if of_solution)
        sheet = f"exercises/{source.name}.ipynb"
        notebook = json.dumps({"source": [answer]}, ensure_ascii=False)
        assert leaks({"README.md": f"x {note}"}, [source]) == [f"README.md: {note}"]
        assert leaks({sheet: notebook}, [source]) == [f"{sheet}: {answer}"]

    def test_what_the_manifest_tells_the_instructor_stays_behind(self, made: Release) -> None:
        said = list(kept_back(manifest(), yaml.safe_load((made.folder / "course.yml").read_text("utf-8"))))
        every = "\n".join(texts(made.folder).values())
        assert [text for text in said if len(text) > 30 and text in every] == []

    def test_guard_an_instructors_key_is_kept_back(self) -> None:
        systems = {"2.1": {"title": "s", "answer": "a"}}
        chapter = {"id": "02", "title": "c", "rubric": ["r"], "systems": systems}
        course = {"title": "t", "syllabus": "weeks", "chapters": [chapter]}
        slim = release.student_manifest(course, ["02"])
        assert list(kept_back(course, slim)) == ["weeks", "r", "a"]

    def test_a_marker_stops_the_release(
        self, own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(release, "own_exercises", lambda *_: ({"data/x.csv": b"### BEGIN SOLUTION"}, []))
        with pytest.raises(ReleaseError, match=r"data/x\.csv holds"):
            release.release(ROOT, tmp_path / "class", own=own)
        assert list(tmp_path.iterdir()) == []

    def test_nothing_but_what_a_student_needs(self, made: Release) -> None:
        top = {"README.md", "course.yml", "release.json", "requirements.txt", "start.ipynb"}
        assert {name for name in made.files if "/" not in name} == top
        assert {name.split("/")[0] for name in made.files if "/" in name} == {
            "book",
            "data",
            "exercises",
            "notebooks",
        }
        assert {
            name.split("/")[1] for name in made.files if name.startswith("exercises/") and name.count("/") > 1
        } <= {
            "checks",
            "quiz",
        }
        assert made.left_out == ["answers.txt"]


class TestAlone:
    @pytest.mark.notebook
    def test_unzipped_and_solved_every_check_says_ok(self, made: Release, own: Path, tmp_path: Path) -> None:
        with zipfile.ZipFile(made.archive) as bundle:
            bundle.extractall(tmp_path)
        folder = tmp_path / "class"
        notebook = nbformat.read(folder / SHEET, 4)
        full = {
            generate.grade_id(cell): cell.source
            for cell in generate.solution(read_source(own / "99_demo.py")).cells
        }
        for cell in notebook.cells:
            if generate.grade_id(cell).startswith("solution-"):
                cell.source = full[generate.grade_id(cell)]
        notebook.cells.append(
            nbformat.v4.new_code_cell("from balkanlab.paths import course_root\nprint(course_root())")
        )
        checks = json.loads((folder / CHECKS).read_text(encoding="utf-8"))
        outcomes = validate(generate.overlay(notebook, generate.pristine(checks)), folder / "exercises")
        assert [each.problem for each in outcomes if not each.ok] == []
        assert str(folder.resolve()) in outcomes[-1].printed

    def test_the_tables_are_sound_and_the_manifest_is_read_there(self, made: Release) -> None:
        code = (
            "from balkanlab import data, front; from balkanlab.paths import course_root;"
            "print(data.problems()); front('06'); print(course_root())"
        )
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=made.folder / "exercises",
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.splitlines() == ["[]", str(made.folder.resolve())]

    def test_every_link_leads_to_a_file_here_or_to_the_web(self, tmp_path: Path) -> None:
        part = release.release(ROOT, tmp_path / "part", chapters=["03"])
        seen = set()
        for name in part.files:
            if not name.endswith((".ipynb", ".md")):
                continue
            text = (part.folder / name).read_text(encoding="utf-8")
            if name.endswith(".ipynb"):
                cells = json.loads(text)["cells"]
                text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
            for target in re.findall(r"\]\(([^)#\s]+)", text):
                seen.add(target.split("/")[0])
                if not target.startswith("http"):
                    assert ((part.folder / name).parent / target).is_file(), f"{name}: {target}"
        assert {"..", "notebooks", "exercises"} <= seen

    def test_a_link_to_a_chapter_left_out_leads_to_the_repository(self) -> None:
        cell = {
            "cell_type": "markdown",
            "source": ["[a](../notebooks/02_cefta.ipynb#x) [b](../data/trade.csv)"],
        }
        content = json.dumps({"cells": [cell], "metadata": {}}).encode()
        after = json.loads(
            release._prepared("notebooks/n.ipynb", content, {"data/trade.csv": b""}, manifest(), None)
        )
        url = launch.source(manifest(), "notebooks/02_cefta.ipynb")
        assert after["cells"][0]["source"] == [f"[a]({url}#x) [b](../data/trade.csv)"]


class TestContents:
    def test_the_zip_holds_the_folder_and_has_the_same_bytes_every_time(
        self, made: Release, tmp_path: Path
    ) -> None:
        with zipfile.ZipFile(made.archive) as bundle:
            assert {name: bundle.read(name) for name in bundle.namelist()} == {
                f"class/{name}": (made.folder / name).read_bytes() for name in made.files
            }
        once, twice = (release.release(ROOT, tmp_path / part / "class", chapters=["02"]) for part in "ab")
        assert once.archive.read_bytes() == twice.archive.read_bytes()

    def test_the_due_date_is_where_people_and_programs_look(self, made: Release) -> None:
        assert "**Due: 30 November 2026, 23:59.**" in (made.folder / "README.md").read_text(encoding="utf-8")
        for name in made.files:
            if name.endswith(".ipynb"):
                found = json.loads((made.folder / name).read_text("utf-8"))["metadata"].get("balkanlab", {})
                assert found.get("due") == ("2026-11-30T23:59:00" if name.startswith("exercises/") else None)
        assert release.due_words(date(2027, 1, 2)) == "2 January 2027"

    @pytest.mark.parametrize("wanted", [["02", "06"], ["6", "2"], ["02_cefta", "06"]])
    def test_chapters_are_chosen_by_number_or_name(self, wanted: list[str]) -> None:
        slim = release.student_manifest(manifest(), release.choose(manifest(), wanted))
        assert [chapter["id"] for chapter in slim["chapters"]] == ["02", "06"]
        files = release.chapter_files(ROOT, manifest(), slim)
        kept = {name for name in files if name.startswith(("notebooks/", "exercises/"))}
        assert {Path(name).stem.split("_")[0] for name in kept} == {"02", "06"}
        assert "data/trade.csv" in files

    def test_an_unknown_chapter_is_named_with_those_there_are(self) -> None:
        with pytest.raises(ReleaseError, match=r"no chapter '77'; the course has 02 \(cefta\), 03"):
            release.choose(manifest(), ["02", "77"])

    def test_own_exercises_are_listed_by_their_titles(self, made: Release) -> None:
        assert f"- Demo: `{SHEET}`" in (made.folder / "README.md").read_text(encoding="utf-8")
        assert f"[Demo]({SHEET})" in (made.folder / "start.ipynb").read_text(encoding="utf-8")


def part(out: Path, **options: Any) -> Release:
    return release.release(ROOT, out, chapters=["06"], **options)


class TestRefusals:
    def test_an_untouched_release_is_replaced(self, tmp_path: Path) -> None:
        first = release.release(ROOT, tmp_path / "class", chapters=["02"])
        second = part(tmp_path / "class")
        assert not (first.folder / "exercises/02_cefta.ipynb").exists()
        assert (second.folder / "exercises/06_security_dilemma.ipynb").is_file()
        assert sorted(path.name for path in tmp_path.iterdir()) == ["class", "class.zip"]

    def test_a_folder_with_other_things_is_left_alone(self, tmp_path: Path) -> None:
        (tmp_path / "class").mkdir()
        (tmp_path / "class" / "thesis.txt").write_text("mine")
        with pytest.raises(ReleaseError, match=r"thesis\.txt.*Nothing was touched"):
            part(tmp_path / "class")
        assert [path.name for path in tmp_path.rglob("*")] == ["class", "thesis.txt"]

    @pytest.mark.parametrize("name", ["exercises/06_security_dilemma.ipynb", "new.txt", "sub/new.txt"])
    def test_a_release_that_was_worked_in_is_left_alone(self, tmp_path: Path, name: str) -> None:
        path = part(tmp_path / "class").folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("work of an evening")
        with pytest.raises(ReleaseError, match=re.escape(name)):
            part(tmp_path / "class")
        assert path.read_text() == "work of an evening"

    def test_a_record_that_cannot_be_read_protects_everything(self, tmp_path: Path) -> None:
        part(tmp_path / "class").folder.joinpath(RECORD).write_text("[]")
        with pytest.raises(ReleaseError, match="no release wrote"):
            part(tmp_path / "class")

    def test_a_file_or_a_foreign_zip_in_the_way(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("x")
        with pytest.raises(ReleaseError, match="is a file"):
            part(tmp_path / "file")
        (tmp_path / "class.zip").write_text("no zip at all")
        with pytest.raises(ReleaseError, match="is no release"):
            part(tmp_path / "class")
        assert (tmp_path / "class.zip").read_text() == "no zip at all"

    def test_a_failing_disk_leaves_the_old_release(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = part(tmp_path / "class").archive.read_bytes()
        rename = Path.rename

        def full(self: Path, target: Path) -> Path:
            if self.name == "new":
                raise OSError(28, "No space left on device")
            return rename(self, target)

        monkeypatch.setattr(Path, "rename", full)
        result = run(app, ["release", str(tmp_path / "class"), "--chapters", "02"])
        assert result.exit_code == 1
        assert "No space left" in result.output
        assert "nothing was released" in result.output
        assert (tmp_path / "class" / "exercises" / "06_security_dilemma.ipynb").is_file()
        assert (tmp_path / "class.zip").read_bytes() == before
        assert sorted(path.name for path in tmp_path.iterdir()) == ["class", "class.zip"]

    def test_own_exercises_that_are_not_sound(self, tmp_path: Path) -> None:
        desk = tmp_path / "own"
        desk.mkdir()
        with pytest.raises(ReleaseError, match="no exercise source"):
            part(tmp_path / "class", own=desk)
        (desk / "99_demo.py").write_text(DEMO.replace("kind: number", "kind: riddle"), encoding="utf-8")
        with pytest.raises(ReleaseError, match="kind 'riddle' is none of"):
            part(tmp_path / "class", own=desk)
        (desk / "99_demo.py").write_text(DEMO, encoding="utf-8")
        (desk / "data").mkdir()
        (desk / "data" / "trade.csv").write_text("a\n")
        with pytest.raises(ReleaseError, match=r"data/trade\.csv is one of the course's tables"):
            part(tmp_path / "class", own=desk)
        assert [path.name for path in tmp_path.iterdir()] == ["own"]

    def test_a_wheel_is_laid_in_and_another_versions_is_not(self, tmp_path: Path) -> None:
        wheel = tmp_path / f"balkanlab-{__version__}-py3-none-any.whl"
        wheel.write_bytes(b"wheel")
        laid = part(tmp_path / "class", wheel=wheel).folder / wheel.name
        assert laid.read_bytes() == b"wheel"
        other = wheel.rename(tmp_path / "balkanlab-0.0.1-py3-none-any.whl")
        with pytest.raises(ReleaseError, match="is not a wheel of balkanlab"):
            part(tmp_path / "other", wheel=other)


class TestCommand:
    def test_it_says_what_it_made(self, tmp_path: Path) -> None:
        options = ["--chapters", "02,06", "--chapters", "4", "--due", "2001-02-03"]
        result = run(app, ["release", str(tmp_path / "class"), *options])
        assert result.exit_code == 0
        assert str(tmp_path / "class.zip") in result.output
        assert "due: 3 February 2001 (that has passed)" in result.output
        assert len(list((tmp_path / "class" / "notebooks").iterdir())) == 3

    @pytest.mark.parametrize(
        ("options", "said", "code"),
        [
            (["--due", "tomorrow"], "is no date; write 2026-11-30", 2),
            (["--chapters", "77"], "there is no chapter", 1),
            (["--own", "nowhere"], "does not exist", 2),
        ],
    )
    def test_a_wish_that_cannot_be_met(
        self, tmp_path: Path, options: list[str], said: str, code: int
    ) -> None:
        result = run(app, ["release", str(tmp_path / "class"), *options])
        assert result.exit_code == code
        assert said in " ".join(result.output.replace("│", " ").split())
        assert list(tmp_path.iterdir()) == []
