"""`balkanlab check`: what a student is told, whatever the notebook holds, with the file left as it was."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
from typer.testing import CliRunner

from balkanlab.cli import app
from balkanlab.exercises import feedback, generate, progress
from balkanlab.exercises.feedback import CannotCheckError, Desk, Feedback, Status, read_notebook
from balkanlab.exercises.source import parse_source

pytestmark = pytest.mark.xdist_group("exercises-machinery")
TASKS = "abcdefgh"
HEAD = """\
# ---
# balkanlab: {chapter: "98", title: "Eight times forty-two"}
# ---

# %% setup=true
from balkanlab.exercises import Checks

check = Checks("98_eight")
"""
TASK = """
# %% [markdown] task="98.1{0}"
# ### Task {0}
# Assign the answer to `{0}`.

# %% solution="98.1{0}"
{0} = ...
### BEGIN SOLUTION
{0} = 42
### END SOLUTION

# %% [raw] check="98.1{0}"
# answer: {0}
# kind: number
# points: 2
# difficulty: 1
# minutes: 5
# hints: [Hint one., Hint two., Hint three.]
# wrong: [41, 43]
"""
SOURCE = parse_source(HEAD + "".join(TASK.format(name) for name in TASKS), "98_eight")
Maker = Callable[..., Path]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where progress is kept in this test."""
    path = tmp_path / "progress.jsonl"
    monkeypatch.setenv(progress.VARIABLE, str(path))
    return path


@pytest.fixture
def student(course: Path) -> Maker:
    """`student(a="a = 42")` writes a notebook with these answers and gives its path; the others stay stubs."""
    checks = course / "exercises" / "checks" / "98_eight.json"
    checks.parent.mkdir()
    checks.write_text(generate.checks_text(generate.seal_checks(SOURCE, course)), encoding="utf-8")
    path = course / "exercises" / "98_eight.ipynb"

    def _student(change: Callable[[Any], None] = lambda notebook: None, **answers: str) -> Path:
        notebook = generate.student(SOURCE)
        for name, text in answers.items():
            cell(notebook, f"solution-98-1{name}").source = text
        change(notebook)
        nbformat.write(notebook, path)
        return path

    return _student


def cell(notebook: Any, name: str) -> Any:
    return next(cell for cell in notebook.cells if generate.grade_id(cell) == name)


def tampered(notebook: Any) -> None:
    """Checks edited, deleted, moved and copied; a kernel that is not installed; a cell of the student's own."""
    cell(notebook, "check-98-1b").source = "print('98.1b: ok')"
    cell(notebook, "check-98-1b").outputs = [nbformat.v4.new_output("stream", text="98.1b: ok\n")]
    notebook.cells.remove(cell(notebook, "check-98-1c"))
    check = cell(notebook, "check-98-1a")
    notebook.cells.remove(check)
    notebook.cells.insert(0, check)
    notebook.cells.append(nbformat.from_dict(check | {"id": "copied"}))
    notebook.cells.insert(1, nbformat.v4.new_code_cell("# mine\n\nlist()[3]"))
    notebook.metadata.kernelspec = {"name": "gone", "display_name": "Gone", "language": "python"}


def by_task(found: Feedback) -> dict[str, Any]:
    return {task.task.removeprefix("98.1"): task for task in found.tasks}


def test_every_way_an_answer_can_end(student: Maker, place: Path) -> None:
    path = student(
        tampered,
        a="a = 42.0",
        b="b = 41",
        c="def half(x):\n    return x / 0\nc = half(84)",
        d="d = 42\nwhile True:\n    pass",
        e="import nosuchpackage.part as n\ne = n.e",
        f="f = 42\nimport os; os._exit(1)",
        g="print('x' * 2_000_000)\ng = 42",
        h="print('x' * 700_000)\nh = a",
    )
    before, times = path.read_bytes(), path.stat().st_mtime_ns
    found = Desk().check(path, timeout=4)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (before, times)
    assert [each.name for each in path.parent.glob("*.ipynb*")] == [path.name]
    tasks = by_task(found)
    assert {name: task.status for name, task in tasks.items()} == {
        "a": Status.OK,
        "b": Status.NOT_YET,
        "c": Status.RAISED,
        "d": Status.STOPPED,
        "e": Status.RAISED,
        "f": Status.STOPPED,
        "g": Status.STOPPED,
        "h": Status.OK,
    }
    assert tasks["b"].message == "Hint one."
    assert (tasks["c"].line, tasks["c"].code) == (2, "return x / 0")
    assert tasks["c"].message == (
        "your code raised ZeroDivisionError: division by zero (line 2 of your answer to 98.1c: return x / 0)"
    )
    assert "took more than 4 seconds: look for a loop" in tasks["d"].message
    assert tasks["e"].message.endswith("The package nosuchpackage is missing: pip install nosuchpackage")
    assert "ended the Python kernel" in tasks["f"].message
    assert "printed more than a million characters" in tasks["g"].message
    (note,) = found.notes
    assert note.startswith("The cell that begins with '# mine': your code raised IndexError")
    assert "(line 3: list()[3])" in note
    assert (found.solved, found.points, found.ok) == (2, (4, 16), False)
    events = sorted((event.task, event.ok) for event in progress.read(place))
    assert events == [("98.1a", True), ("98.1b", False), ("98.1h", True)]
    assert json.loads(json.dumps(found.as_json()))["tasks"][2]["line"] == 2


def test_hints_climb_with_each_check_that_was_asked_for(student: Maker, place: Path) -> None:
    path = student(a="a = 41")
    said = [by_task(Desk().check(path))["a"].message for _ in range(4)]
    assert said == ["Hint one.", "Hint two.", "Hint three.", "Hint three."]
    student(a="a = 42")
    assert by_task(Desk().check(path))["a"].status is Status.OK
    assert [event.ok for event in progress.read(place)] == [False] * 4 + [True]
    assert by_task(Desk().check(path))["a"].status is Status.OK
    assert len(progress.read(place)) == 5


def test_while_watching_only_a_changed_answer_is_an_attempt(student: Maker, place: Path) -> None:
    desk, said = Desk(), []
    for answer in ("a = 41", "a = 41", "a = 41", "a = 40", "a = 40", "a = 42", "a = 42"):
        said.append(by_task(desk.check(student(a=answer)))["a"].message)
    assert said == ["Hint one."] * 3 + ["Hint two."] * 2 + ["", ""]
    assert [event.ok for event in progress.read(place)] == [False, False, True]


def test_an_answer_that_is_not_there(student: Maker) -> None:
    def without_cell(notebook: Any) -> None:
        notebook.cells.remove(cell(notebook, "solution-98-1a"))

    tasks = by_task(feedback.examine(student(without_cell, b="", c="c = missing"))[0])
    assert tasks["a"].message.startswith("the cell for your answer is gone; ")
    assert tasks["a"].message.endswith("assign your answer to a. Hint one.")
    assert (tasks["b"].status, tasks["b"].message) == (Status.NOT_YET, "assign your answer to b. Hint one.")
    assert "your code raised NameError: name 'missing' is not defined (line 1" in tasks["c"].message
    assert tasks["d"].message == "nothing here yet. Hint one."


def test_an_answer_whose_check_never_ends(student: Maker) -> None:
    slow = "class Slow:\n    def __float__(self):\n        while True: pass\n    columns = []"
    looping = (
        f"{slow}\nimport fractions\nclass F(fractions.Fraction):\n    __float__ = Slow.__float__\na = F(1)"
    )
    found = by_task(feedback.examine(student(a=looping, b="b = 42"), timeout=3)[0])
    assert found["a"].message == (
        "checking your answer took more than 3 seconds: look for a loop that never ends"
    )
    assert found["b"].status is Status.OK


NOTEBOOK = generate.as_text(generate.student(SOURCE))


def edited(**metadata: Any) -> str:
    content = json.loads(NOTEBOOK)
    content["metadata"] |= metadata
    return json.dumps(content)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("missing.ipynb", None, "there is no"),
        ("folder", "", "is a folder"),
        ("empty.ipynb", " \n", "is empty"),
        ("broken.ipynb", NOTEBOOK[: len(NOTEBOOK) // 2], "is damaged: it is no valid JSON (line "),
        ("merged.ipynb", "<<<<<<< HEAD\n" + NOTEBOOK, ".ipynb_checkpoints"),
        ("deep.ipynb", "[" * 200_000, "is damaged"),
        ("binary.ipynb", "\x00\x01", "is damaged"),
        ("script.py", "print(42)", "a notebook's name ends in .ipynb"),
        ("list.ipynb", "[1]", "is no notebook, though it is valid JSON"),
        ("cells.ipynb", NOTEBOOK.replace('"code"', '"song"'), "is no valid notebook"),
        ("new.ipynb", NOTEBOOK.replace('"nbformat": 4', '"nbformat": 9'), "is no valid notebook"),
        (
            "stats.ipynb",
            edited(kernelspec={"name": "ir", "display_name": "R", "language": "R"}),
            "written in R",
        ),
        ("foreign.ipynb", edited(balkanlab={}), "no exercise notebook of this course"),
        ("odd.ipynb", edited(balkanlab="x"), "no exercise notebook of this course"),
        (
            "path.ipynb",
            edited(balkanlab={"exercises": "../../secret"}),
            "no exercise notebook of this course",
        ),
        ("large.ipynb", NOTEBOOK + " " * 300_000, "is larger than"),
    ],
)
def test_what_is_no_exercise_notebook_is_named(
    name: str, content: str | None, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feedback, "MOST_BYTES", 250_000)
    path = tmp_path / name
    if name == "folder":
        path.mkdir()
    elif content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(CannotCheckError) as caught:
        read_notebook(path)
    assert words in str(caught.value)
    assert name in str(caught.value)


def test_old_notebooks_are_read(tmp_path: Path) -> None:
    content = json.loads(NOTEBOOK)
    for each in content["cells"]:
        del each["id"]
    path = tmp_path / "old.ipynb"
    path.write_text(json.dumps(content | {"nbformat_minor": 4}), encoding="utf-8")
    assert read_notebook(path)[1] == "98_eight"


def test_exercises_that_this_course_does_not_have(course: Path) -> None:
    path = course / "other.ipynb"
    path.write_text(edited(balkanlab={"exercises": "77_none"}), encoding="utf-8")
    with pytest.raises(CannotCheckError, match="no checks named '77_none'; there are: none"):
        feedback.examine(path)


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (feedback.NoSuchKernel("python3"), "pip install ipykernel"),
        (RuntimeError("Kernel died before replying"), "balkanlab doctor"),
    ],
)
def test_without_a_kernel(
    problem: Exception, words: str, student: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_kernel(*args: Any, **options: Any) -> None:
        raise problem

    monkeypatch.setattr(feedback, "validate", no_kernel)
    with pytest.raises(CannotCheckError, match=words):
        feedback.examine(student())


class TestCommand:
    def test_shows_each_task_and_says_by_its_status_how_it_went(self, student: Maker, place: Path) -> None:
        student(a="a = 42", b="b = 41", c="c = 1 / 0")
        result = CliRunner().invoke(app, ["check"], env={"COLUMNS": "160"})
        assert result.exit_code == 1
        lines = [" ".join(line.split()) for line in result.output.splitlines()]
        assert "98.1a ok Task a" in lines
        assert "98.1b not yet Hint one." in lines
        assert any(line.startswith("98.1c raised your code raised ZeroDivisionError") for line in lines)
        assert "1 of 8 tasks ok 2 of 16 points" in lines[-1]

    def test_a_solved_notebook_and_json(self, student: Maker) -> None:
        path = student(**{name: f"{name} = 42" for name in TASKS})
        result = CliRunner().invoke(app, ["check", str(path), "--json"])
        assert result.exit_code == 0
        report = json.loads(result.output)
        assert report["ok"] is True
        (only,) = report["notebooks"]
        assert (only["solved"], only["points"], only["max_points"]) == (8, 16, 16)
        assert {task["status"] for task in only["tasks"]} == {"ok"}

    def test_one_notebook_that_cannot_be_checked_does_not_stop_the_others(self, student: Maker) -> None:
        path = student()
        result = CliRunner().invoke(app, ["check", "none.ipynb", str(path), "--json"])
        assert result.exit_code == 2
        first, second = json.loads(result.output)["notebooks"]
        assert "there is no none.ipynb" in first["problem"]
        assert second["solved"] == 0
        result = CliRunner().invoke(app, ["check", "none.ipynb"])
        assert "cannot be checked: there is no none.ipynb" in result.output
        assert "Traceback" not in result.output

    def test_a_folder_without_exercises_says_so(self, course: Path) -> None:
        result = CliRunner().invoke(app, ["check"])
        assert result.exit_code == 2
        assert "no exercise notebook here" in result.output

    def test_progress_that_cannot_be_kept_is_told(
        self, student: Maker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        (tmp_path / "file").write_text("in the way")
        monkeypatch.setenv(progress.VARIABLE, str(tmp_path / "file" / "progress.jsonl"))
        result = CliRunner().invoke(app, ["check", str(student(a="a = 42"))])
        assert result.exit_code == 1
        assert result.output.count("Your progress cannot be kept") == 1

    @pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")
    def test_watch_checks_again_after_each_save_and_ends_with_ctrl_c(
        self, student: Maker, course: Path
    ) -> None:
        path = student()
        command = [sys.executable, "-m", "balkanlab.cli", "check", str(path), "--watch", "--json"]
        with subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=course,
            start_new_session=True,
        ) as watching:
            assert watching.stdout
            assert watching.stderr
            assert json.loads(watching.stdout.readline())["notebooks"][0]["solved"] == 0
            # As JupyterLab saves: another file, moved over the old one.
            content = path.read_text(encoding="utf-8")
            other = path.with_name(".~98_eight.ipynb")
            other.write_text(content.replace('"a = ..."', '"a = 42"'), encoding="utf-8")
            other.replace(path)
            assert json.loads(watching.stdout.readline())["notebooks"][0]["solved"] == 1
            # As editors do that write in place; and Ctrl+C in the middle of the run.
            path.write_text(content.replace('"a = ..."', '"import time; time.sleep(60)"'), encoding="utf-8")
            kernels = wait_for_children(watching.pid)
            os.killpg(watching.pid, signal.SIGINT)
            assert watching.wait(30) == 0
            assert watching.stdout.read() == ""
            said = watching.stderr.read()
        assert "Watching" in said
        assert said.rstrip().endswith("Stopped.")
        assert "Traceback" not in said
        # A kernel that was only just being started sees within a second or two that its parent has gone.
        assert psutil.wait_procs(kernels, timeout=20)[1] == []


def wait_for_children(process: int) -> list[Any]:
    """The processes that `process` has started, once there are any."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        if found := psutil.Process(process).children(recursive=True):
            return found
        time.sleep(0.1)
    raise AssertionError("no kernel was started")
