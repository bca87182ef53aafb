"""`balkanlab start` and what it starts from: wheel and source archive, the landing notebook, a folder full of work."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from urllib.request import urlopen

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from balkanlab import __version__, landing, start
from balkanlab.cli import app
from balkanlab.paths import course_files
from balkanlab.start import RECORD, StartError, sentences, unpack
from support import jupyter
from support.course import ROOT, manifest

run = CliRunner().invoke
SHEET, TABLE = "exercises/02_a.ipynb", "data/a.csv"
# `balkanlab start FOLDER`, with the options that a test needs handed on to JupyterLab.
START = """
import sys
from balkanlab import cli, lab
start = lab.start
lab.start = lambda extra, folder: start([*extra, *sys.argv[2:]], folder)
cli.app(["start", sys.argv[1]])
"""
ANSWERS = ("exercises/source/", "exercises/solutions/", "exercises/instructor/")


def ship(folder: Path, text: str) -> Path:
    """A course as a package ships it, all of whose files say `text`."""
    for name in ("course.yml", SHEET, TABLE):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{name}: {text}", encoding="utf-8")
    return folder


def contents(folder: Path) -> dict[str, str]:
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != RECORD]
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in files}


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return ship(tmp_path / "old", "one")


@pytest.fixture
def new(tmp_path: Path) -> Path:
    return ship(tmp_path / "new", "two")


class TestFolder:
    def test_a_new_folder_gets_the_course_and_a_second_run_changes_nothing(
        self, old: Path, tmp_path: Path
    ) -> None:
        folder = tmp_path / "deep" / "work"
        first = unpack(old, folder, "1.0")
        assert contents(folder) == contents(old)
        assert sentences(first, "1.0") == [f"3 files put into {folder}"]
        before = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.name != RECORD}
        second = unpack(old, folder, "1.0")
        assert sentences(second, "1.0") == [f"{folder} is up to date"]
        assert {path: path.stat().st_mtime_ns for path in before} == before

    def test_an_upgrade_replaces_what_was_not_touched_and_lays_the_rest_beside(
        self, old: Path, new: Path, tmp_path: Path
    ) -> None:
        folder = tmp_path / "work"
        unpack(old, folder, "1.0")
        (folder / SHEET).write_text("an evening's work")
        (folder / "notes.txt").write_text("mine")
        result = unpack(new, folder, "2.0")
        beside = "exercises/02_a.new-2.0.ipynb"
        assert contents(folder) == contents(new) | {
            SHEET: "an evening's work",
            "notes.txt": "mine",
            beside: f"{SHEET}: two",
        }
        assert sentences(result, "2.0") == [
            "2 files that you had not changed brought to balkanlab 2.0",
            f"your {SHEET} is kept; the new version is beside it: 02_a.new-2.0.ipynb",
            "To get a file as it was delivered, move yours away and start again.",
        ]
        (folder / beside).unlink()
        again = unpack(new, folder, "2.0")
        assert not (folder / beside).exists(), "laid beside once, not at every start"
        assert again.kept == [SHEET]

    def test_work_in_the_new_version_beside_is_kept_too(self, old: Path, new: Path, tmp_path: Path) -> None:
        folder = tmp_path / "work"
        unpack(old, folder, "1.0")
        (folder / SHEET).write_text("work")
        (folder / "exercises" / "02_a.new-2.0.ipynb").write_text("other work")
        assert unpack(new, folder, "2.0").beside == {SHEET: "02_a.new-2.0-2.ipynb"}
        assert (folder / "exercises" / "02_a.new-2.0.ipynb").read_text() == "other work"

    def test_a_file_moved_away_comes_back_as_delivered(self, old: Path, tmp_path: Path) -> None:
        unpack(old, tmp_path / "work", "1.0")
        (tmp_path / "work" / SHEET).unlink()
        assert unpack(old, tmp_path / "work", "1.0").added == [SHEET]

    @pytest.mark.parametrize("cut", range(1, 5))
    def test_a_run_cut_short_is_completed_by_the_next(
        self, old: Path, new: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: int
    ) -> None:
        folder = tmp_path / "work"
        unpack(old, folder, "1.0")
        (folder / SHEET).write_text("work")
        writes = 0

        def fails(path: Path, data: bytes) -> None:
            nonlocal writes
            writes += 1
            if writes == cut:
                raise OSError(28, "No space left on device")
            path.write_bytes(data)

        with monkeypatch.context() as patched:
            patched.setattr(start, "write_atomically", fails)
            with pytest.raises(OSError, match="No space"):
                unpack(new, folder, "2.0")
        unpack(new, folder, "2.0")
        assert contents(folder) == contents(new) | {
            SHEET: "work",
            "exercises/02_a.new-2.0.ipynb": f"{SHEET}: two",
        }

    @pytest.mark.parametrize("damage", ["", "[]", '{"files": 3, "version": "1"}', "\x00"])
    def test_a_damaged_record_keeps_everything(
        self, old: Path, new: Path, tmp_path: Path, damage: str
    ) -> None:
        folder = tmp_path / "work"
        unpack(old, folder, "1.0")
        (folder / RECORD).write_text(damage)
        assert unpack(new, folder, "2.0").kept == sorted(
            ["course.yml", SHEET, TABLE], key=course_files(new).index
        )
        assert {name: contents(folder)[name] for name in contents(old)} == contents(old)

    def test_an_older_package_leaves_a_newer_folder_alone(self, old: Path, new: Path, tmp_path: Path) -> None:
        unpack(new, tmp_path / "work", "0.10.0")
        with pytest.raises(StartError, match=r"made by balkanlab 0\.10\.0, this is 0\.9\.1: upgrade"):
            unpack(old, tmp_path / "work", "0.9.1")
        assert contents(tmp_path / "work") == contents(new)

    @given(
        versions=st.lists(st.sampled_from("abc"), min_size=1, max_size=5),
        edits=st.lists(st.sampled_from(["", SHEET, TABLE, "course.yml"]), min_size=5, max_size=5),
    )
    def test_no_line_that_a_reader_wrote_is_ever_lost(
        self, tmp_path_factory: pytest.TempPathFactory, versions: list[str], edits: list[str]
    ) -> None:
        base = tmp_path_factory.mktemp("law")
        shipped = {text: ship(base / text, text) for text in "abc"}
        written = {}
        for number, (text, edit) in enumerate(zip(versions, edits, strict=False)):
            unpack(shipped[text], base / "work", f"1.{number}")
            assert {name: contents(base / "work")[name] for name in written} == written
            if edit:
                written[edit] = f"mine {number}"
                (base / "work" / edit).write_text(written[edit])
            else:
                fresh = {name: said for name, said in contents(shipped[text]).items() if name not in written}
                assert {name: contents(base / "work")[name] for name in fresh} == fresh


class TestCommand:
    def test_it_makes_a_folder_here_and_finds_it_again_from_inside(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        first = run(app, ["start", "--only-unpack"])
        assert first.exit_code == 0, first.output
        assert set(contents(tmp_path / "balkanlab")) == set(course_files(ROOT))
        monkeypatch.chdir(tmp_path / "balkanlab" / "exercises")
        said = " ".join(run(app, ["start", "--only-unpack"]).output.split())
        assert said == f"{tmp_path / 'balkanlab'} is up to date"

    def test_jupyterlab_opens_on_the_landing_notebook(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        called = []
        monkeypatch.setattr("balkanlab.lab.start", lambda extra, folder: called.append((extra, folder)) or 0)
        assert run(app, ["start", str(tmp_path / "work"), "--no-browser"]).exit_code == 0
        options = ["--LabApp.default_url=/lab/tree/start.ipynb", "--no-browser"]
        assert called == [(options, tmp_path / "work")]

    @pytest.mark.lab
    def test_the_address_that_opens_leads_to_the_landing_notebook(self, tmp_path: Path) -> None:
        command = (sys.executable, "-c", START, str(tmp_path / "work"))
        with jupyter.running(tmp_path, tmp_path / "scratch", command) as lab:
            with urlopen(f"{lab.url}?token={lab.token}") as answer:
                assert "/lab/tree/start.ipynb" in answer.geturl()
            with urlopen(f"{lab.url}api/contents/start.ipynb?token={lab.token}") as answer:
                assert answer.status == 200

    def test_without_jupyterlab_it_says_how_to_get_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("balkanlab.commands.launch.find_spec", lambda _: None)
        result = run(app, ["start", str(tmp_path / "work")])
        assert result.exit_code == 1
        assert "pip install jupyterlab" in result.output

    def test_a_course_that_it_did_not_make_is_left_as_it_is(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ship(tmp_path, "an instructor's release")
        before = contents(tmp_path)
        monkeypatch.chdir(tmp_path)
        assert "used as it is" in run(app, ["start", "--only-unpack"]).output
        assert contents(tmp_path) == before

    @pytest.mark.parametrize(
        ("place", "said"),
        [
            ("full", "holds other things; name a new folder"),
            ("full/file", "is a file"),
            ("full/file/x", "cannot be"),
        ],
    )
    def test_a_place_that_will_not_do(self, tmp_path: Path, place: str, said: str) -> None:
        (tmp_path / "full").mkdir()
        (tmp_path / "full" / "file").write_text("mine")
        result = run(app, ["start", str(tmp_path / place), "--only-unpack"])
        assert result.exit_code == 1
        assert said in " ".join(result.output.split())
        assert contents(tmp_path) == {"full/file": "mine"}


def test_the_landing_notebook_follows_from_the_manifest() -> None:
    stored = (ROOT / "start.ipynb").read_bytes()
    assert stored == landing.as_notebook(manifest()), "run `balkanlab exercises`"
    for chapter in manifest()["chapters"]:
        assert f"]({chapter['notebook']})".encode() in stored
    renamed = manifest() | dict.fromkeys(
        ("title", "short_title", "description", "authors", "institution"), "Other"
    )
    assert landing.as_notebook(renamed) == stored, (
        "a fork that takes a name of its own would have to renew it"
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the source archive of this checkout."""
    folder = tmp_path_factory.mktemp("dist")
    code = "import sys; from hatchling import build; build.build_wheel(sys.argv[1]); build.build_sdist(sys.argv[1])"
    subprocess.run([sys.executable, "-c", code, str(folder)], cwd=ROOT, check=True, capture_output=True)
    return folder


class TestArchives:
    def test_the_wheel_holds_the_course_and_no_answers(self, built: Path) -> None:
        with zipfile.ZipFile(next(built.glob(f"balkanlab-{__version__}-*.whl"))) as wheel:
            names = set(wheel.namelist())
            course = {name.removeprefix("balkanlab/_course/") for name in names if "/_course/" in name}
            assert course == set(course_files(ROOT))
            assert yaml.safe_load(wheel.read("balkanlab/_course/course.yml")) == manifest()
        code = {p.relative_to(ROOT / "src").as_posix() for p in (ROOT / "src/balkanlab").rglob("*.py")}
        assert code <= names
        assert {"balkanlab/templates/exercise_head.txt", "balkanlab/static/explorer.js"} <= names
        assert [name for name in names if any(answers in name for answers in ANSWERS)] == []

    def test_the_source_archive_builds_the_same_wheel_and_holds_no_answers(
        self, built: Path, tmp_path: Path
    ) -> None:
        with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
            names = [name.partition("/")[2] for name in archive.getnames()]
            archive.extractall(tmp_path, filter="data")
        assert {"pyproject.toml", "hatch_build.py", "course.yml", "README.md", "LICENSE"} <= set(names)
        assert [name for name in names if name.startswith(ANSWERS)] == []
        (unpacked,) = tmp_path.iterdir()
        code = "import sys; from hatchling import build; build.build_wheel(sys.argv[1])"
        subprocess.run(
            [sys.executable, "-c", code, str(tmp_path)], cwd=unpacked, check=True, capture_output=True
        )
        wheels = [next(folder.glob("*.whl")) for folder in (built, tmp_path)]
        first, second = ({i.filename: i.CRC for i in zipfile.ZipFile(wheel).infolist()} for wheel in wheels)
        assert first == second
