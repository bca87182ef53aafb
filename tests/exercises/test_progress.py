"""The progress file: small, append-only, and unimpressed by crashes, company, upgrades and closed doors."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from balkanlab.cli import app
from balkanlab.exercises import Checks, progress
from balkanlab.exercises.progress import Event

Maker = Callable[..., Checks]
TEXTS = st.text(max_size=12)
EVENTS = st.lists(
    st.builds(Event, TEXTS, TEXTS, TEXTS, st.booleans(), st.none() | st.integers(0, 9)), max_size=6
)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A progress file, not yet begun, in a folder that is not yet there."""
    path = tmp_path / "kept" / "progress.jsonl"
    monkeypatch.setenv(progress.VARIABLE, str(path))
    monkeypatch.setattr(progress, "_complained", False)
    return path


def event(task: str = "1.1a", ok: bool = False, slip: int | None = None) -> Event:
    return Event(progress.now(), "one", task, ok, slip)


class TestFile:
    @settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(first=EVENTS, second=EVENTS)
    def test_what_is_appended_is_read_in_order(
        self, first: list[Event], second: list[Event], place: Path
    ) -> None:
        place.unlink(missing_ok=True)
        progress.append(place, first)
        progress.append(place, second)
        assert progress.read(place) == first + second

    def test_a_write_cut_anywhere_costs_that_event_only(self, place: Path) -> None:
        earlier, torn, later = (event(task) for task in ("1.1a", "1.1b", "1.1č"))
        progress.append(place, [earlier])
        kept = place.read_bytes()
        progress.append(place, [torn])
        whole = place.read_bytes()
        for length in range(len(kept), len(whole)):
            place.write_bytes(whole[:length])
            progress.append(place, [later])
            assert progress.read(place) == [earlier, later]

    def test_what_a_power_cut_or_a_later_version_leaves_is_passed_over(self, place: Path) -> None:
        progress.append(place, [event()])
        with place.open("ab") as file:
            file.write(b"\n\x00\x00\x00\n\xff\xfe\n[]\n3\nnull\n{}\n" + b"[" * 99_999)
            file.write(b'\n{"task": 4, "notebook": "one", "ok": true}\n{"task": "1.1a", "ok": 1}')
            file.write(b'\n{"task": "1.1b", "notebook": "one", "ok": true, "slip": "x", "colour": {"a": []}}')
        assert [found.task for found in progress.read(place)] == ["1.1a", "1.1b"]

    def test_two_writers_lose_nothing(self, place: Path) -> None:
        code = (
            "import sys; from pathlib import Path; from balkanlab.exercises.progress import Event, append\n"
            "for k in range(300): append(Path(sys.argv[1]), [Event('', sys.argv[2], str(k), True)])"
        )
        writers = [
            subprocess.Popen([sys.executable, "-c", code, str(place), name]) for name in ("one", "two")
        ]
        assert [writer.wait(60) for writer in writers] == [0, 0]
        events = progress.read(place)
        assert len(events) == 600
        for name in ("one", "two"):
            assert [e.task for e in events if e.notebook == name] == [str(k) for k in range(300)]

    def test_it_is_read_up_to_a_limit(self, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        progress.append(place, [event()] * 100)
        monkeypatch.setattr(progress, "MOST_BYTES", place.stat().st_size // 2)
        assert 40 < len(progress.read(place)) < 60


class TestLocation:
    @pytest.mark.parametrize(
        ("platform", "variables", "expected"),
        [
            ("linux", {}, ".local/share/balkanlab/progress.jsonl"),
            ("linux", {"XDG_DATA_HOME": "HOME/data"}, "data/balkanlab/progress.jsonl"),
            ("emscripten", {}, ".local/share/balkanlab/progress.jsonl"),
            ("darwin", {}, "Library/Application Support/balkanlab/progress.jsonl"),
            ("win32", {}, "AppData/Local/balkanlab/progress.jsonl"),
            ("win32", {"LOCALAPPDATA": "HOME/Local"}, "Local/balkanlab/progress.jsonl"),
            ("linux", {progress.VARIABLE: "HOME/mine"}, "mine"),
        ],
    )
    def test_each_system_has_its_place(
        self,
        platform: str,
        variables: dict[str, str],
        expected: str,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        for name in (progress.VARIABLE, "XDG_DATA_HOME", "LOCALAPPDATA"):
            monkeypatch.delenv(name, raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value.replace("HOME", str(tmp_path)))
        monkeypatch.setattr(sys, "platform", platform)
        monkeypatch.setattr(Path, "home", lambda: tmp_path)
        assert progress.location() == tmp_path / expected

    def test_in_the_browser_the_page_keeps_it(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv(progress.VARIABLE, raising=False)
        monkeypatch.setattr(sys, "platform", "emscripten")
        monkeypatch.setattr(progress, "DRIVE", tmp_path / "drive")
        at_home = progress.location()
        assert at_home is not None
        assert tmp_path / "drive" not in at_home.parents  # a browser that grants the page no store
        (tmp_path / "drive").mkdir()
        assert progress.location() == tmp_path / "drive" / "balkanlab-progress.jsonl"

    def test_off_and_homeless(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(progress.VARIABLE, "Off")
        assert progress.location() is None
        monkeypatch.delenv(progress.VARIABLE)

        def homeless() -> Path:
            raise RuntimeError("no home")

        monkeypatch.setattr(Path, "home", homeless)
        assert progress.location() is None
        assert progress.read(None) == []


class TestChecks:
    def test_hints_and_slips_climb_on_in_a_new_session(
        self, place: Path, make: Maker, capsys: pytest.CaptureFixture[str]
    ) -> None:
        make("choice", "b", options=["a", "b", "c"], slips={"that is a slip": "c"})
        for value in ("c", "c", "a", "a"):
            Checks("one")("1.1a", value)
        said = [line.removeprefix("1.1a: not yet – ") for line in capsys.readouterr().out.splitlines()]
        assert said == ["that is a slip", "hint two", "hint three", "hint three"]

    def test_an_empty_answer_writes_nothing(self, place: Path, make: Maker) -> None:
        check = make("number", 4)
        check("1.1a", ...)
        check("1.1a")
        check("9.9z", 4)
        assert not place.exists()

    def test_the_file_stays_small(self, place: Path, make: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(progress, "MOST_ATTEMPTS", 3)
        check = make("number", 4)
        for _ in range(9):
            check("1.1a", 5)
        assert len(progress.read(place)) == 3
        for value in (4, 4, 5, 4):
            Checks("one")("1.1a", value)
        assert [e.ok for e in progress.read(place)] == [False, False, False, True]

    def test_the_bar_knows_earlier_sessions_and_other_notebooks(self, place: Path, make: Maker) -> None:
        check = make("number", 4)
        assert repr(check.progress()) == "0 of 1 tasks solved, 0 of 1 points. Next: 1.1a One."
        progress.append(place, [event("1.1a", True), event("no such task", True)])
        assert repr(check.progress()) == "1 of 1 tasks solved, 1 of 1 points. All done."
        check("1.1a", 5)
        assert repr(check.progress()) == "1 of 1 tasks solved, 1 of 1 points. All done."
        html = check.progress()._repr_html_()
        assert 'role="progressbar"' in html
        assert 'aria-valuenow="1"' in html
        assert "1 of 1 tasks solved" in html

    def test_the_bar_works_with_the_record_off(self, make: Maker) -> None:
        check = make("number", 4)
        check("1.1a", 4)
        assert repr(check.progress()).startswith("1 of 1 tasks")
        assert repr(Checks("one").progress()).startswith("0 of 1 tasks")
        assert "no checks named" in repr(Checks("two").progress())

    def test_where_nothing_can_be_written_it_says_so_once(
        self, make: Maker, place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        # A file where the folder should be stops root as well.
        place.parent.write_text("in the way")
        for _ in range(2):
            check = make("number", 4)
            check("1.1a", 5)
            check("1.1a", 4)
        out, err = capsys.readouterr()
        assert out.splitlines().count("1.1a: ok") == 2
        assert err.count("Your progress cannot be kept") == 1
        assert progress.VARIABLE in err
        assert "Traceback" not in err
        assert check.progress()

    def test_a_file_that_cannot_be_read_is_no_obstacle(self, make: Maker, place: Path) -> None:
        place.mkdir(parents=True)
        check = make("number", 4)
        check("1.1a", 4)
        assert repr(check.progress()).startswith("1 of 1 tasks")


class TestCommand:
    def test_shows_the_course(self, place: Path, make: Maker) -> None:
        make("number", 4)("1.1a", 5)
        progress.append(place, [event("1.1a", True), Event("", "gone", "3.3c", True)])
        shown = CliRunner().invoke(app, ["progress"], env={"COLUMNS": "200"}).output
        assert "1 of 1" in shown
        assert str(place) in shown.replace("\n", "")
        report = json.loads(CliRunner().invoke(app, ["progress", "--json"]).output)
        assert report["file"] == str(place)
        (chapter,) = report["chapters"]
        assert (chapter["solved"], chapter["failed_attempts"], chapter["tasks"]) == (["1.1a"], {"1.1a": 1}, 1)
        assert chapter["last"].startswith("20")

    def test_before_anything_was_solved_and_with_the_record_off(self, make: Maker) -> None:
        make("number", 4)
        result = CliRunner().invoke(app, ["progress"])
        assert result.exit_code == 0
        assert "0 of 1" in result.output
        assert "switched off" in result.output

    def test_what_cannot_be_read_is_named(self, make: Maker, place: Path) -> None:
        place.mkdir(parents=True)
        result = CliRunner().invoke(app, ["progress"])
        assert result.exit_code == 1
        assert "cannot be read" in result.output

    def test_a_course_without_exercises_says_so(self, course: Path) -> None:
        result = CliRunner().invoke(app, ["progress"])
        assert result.exit_code == 1
        assert "no exercises" in result.output
