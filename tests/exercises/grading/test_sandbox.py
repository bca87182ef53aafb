"""The sandbox as a part: whom it refuses, what it keeps apart, and how marks come out of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balkanlab.exercises.grading import (
    GRADED,
    PARTIAL,
    STATUSES,
    Assignment,
    AssignmentError,
    Limits,
    Result,
    TaskResult,
    bubblewrap,
)
from balkanlab.exercises.grading import sandbox as module
from balkanlab.exercises.grading import session as session_module
from balkanlab.exercises.grading.one import grade_notebook
from balkanlab.exercises.grading.probe import normal_form, restored, shown
from balkanlab.exercises.grading.sandbox import (
    Sandbox,
    SandboxError,
    Session,
    SessionDied,
    SessionHung,
    open_sandbox,
)
from balkanlab.exercises.kinds import KINDS
from balkanlab.exercises.values import Mismatch
from exercises.grading import hostile

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the sandbox is bubblewrap's, on Linux")
POSIX = pytest.mark.skipif(os.name != "posix", reason="users and rights as POSIX has them")
LIMITS = Limits(cell_seconds=3, notebook_seconds=60)
ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hostile.make_course(tmp_path_factory.mktemp("desk"))


@pytest.fixture(scope="module")
def assignment(course: Path) -> Assignment:
    return Assignment.load(course, hostile.NAME)


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with open_sandbox(allow_root=ROOT) as opened:
        yield opened


@pytest.fixture
def session(box: Sandbox, assignment: Assignment) -> Iterator[Session]:
    opened = box.start(assignment, LIMITS)
    yield opened
    opened.close()


class TestRefusals:
    """Whoever cannot have a sandbox is told so in words."""

    @POSIX
    def test_root_is_refused_unless_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "geteuid", lambda: 0)
        for unsafe in (False, True):
            with pytest.raises(SandboxError, match="--allow-root"):
                open_sandbox(unsafe=unsafe)

    def test_other_systems_need_unsafe(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "platform", "darwin")
        with pytest.raises(SandboxError, match=r"needs Linux.*--unsafe"):
            open_sandbox(allow_root=ROOT)

    @LINUX
    def test_without_bubblewrap_it_says_how_to_get_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", "/nowhere")
        with pytest.raises(SandboxError, match=r"apt install bubblewrap.*--unsafe"):
            open_sandbox(allow_root=ROOT)

    @LINUX
    @pytest.mark.parametrize(
        ("words", "message"),
        [
            ("bwrap: No permissions to create new namespace", "AppArmor"),
            ("bwrap: Unknown option --size", "Unknown option"),
            ("", "said nothing"),
        ],
    )
    def test_a_bubblewrap_that_fails_is_quoted(
        self, words: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fake = tmp_path / "bwrap"
        fake.write_text(f"#!/bin/sh\necho '{words}' >&2\nexit 1\n", encoding="utf-8")
        fake.chmod(0o755)
        monkeypatch.setattr(module.shutil, "which", lambda name: str(fake))
        with pytest.raises(SandboxError, match=message):
            open_sandbox(allow_root=ROOT)

    @LINUX
    @pytest.mark.sandbox
    def test_a_factory_that_does_not_start_is_quoted(
        self, assignment: Assignment, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(bubblewrap, "INSIDE", "no.such.module")
        with open_sandbox(allow_root=ROOT) as box, pytest.raises(SandboxError, match=r"no\.such"):
            box.start(assignment, LIMITS)

    @POSIX
    def test_jobs_are_different_users(self) -> None:
        assert len({module._free_uid(slot) for slot in range(50)}) == 50
        assert module._free_uid(10**6) in module.UIDS


@LINUX
@pytest.mark.sandbox
class TestSession:
    """One conversation with students' code."""

    def test_cells_share_their_names_and_errors_come_as_data(self, session: Session) -> None:
        assert session.ask({"code": "x = 20"}, 5)["error"] == ""
        reply = session.ask({"code": "y = x + 1\nraise ValueError('some\\nwords')"}, 5)
        assert (reply["error"], reply["text"], reply["line"]) == ("ValueError", "some words", 2)
        assert session.ask({"code": "def f(:"}, 5)["error"] == "SyntaxError"
        answer = session.ask({"kind": "number", "config": {}, "answer": "y * 2"}, 5)["answer"]
        assert answer == {"value": 42.0}

    def test_cells_are_those_of_jupyter(self, session: Session) -> None:
        code = "from IPython.display import display\n%precision 3\ndisplay(1)\nawait __import__('asyncio').sleep(0)"
        assert session.ask({"code": code}, 5)["error"] == ""
        assert session.ask({"code": "input()"}, 5)["error"] == "EOFError"

    def test_an_interrupted_cell_keeps_the_names(self, session: Session) -> None:
        session.ask({"code": "x = 1"}, 5)
        with pytest.raises(SessionHung):
            session.ask({"code": "while True: pass"}, 0.3)
        session.interrupt()
        assert session.wait(5)["error"] == "KeyboardInterrupt"
        assert session.ask({"code": "assert x == 1"}, 5)["error"] == ""

    def test_an_end_is_noticed_at_once(self, session: Session) -> None:
        with pytest.raises(SessionDied):
            session.ask({"code": "import os; os._exit(3)"}, 60)
        with pytest.raises(SessionDied):
            session.ask({"code": "1"}, 60)

    def test_an_endless_answer_is_cut(self, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(session_module, "LARGEST_REPLY", 1_000_000)
        flood = """
import os
while True:
    for number in range(3, 30):
        try:
            os.write(number, b"x" * 65536)
        except OSError:
            pass
"""
        with pytest.raises(SessionDied, match="too large"):
            session.ask({"code": flood}, 30)

    def test_time_is_the_processors(self, session: Session) -> None:
        before = session.computed()
        session.ask({"code": "import time; time.sleep(0.5)"}, 5)
        slept = session.computed() - before
        session.ask({"code": "end = time.process_time() + 0.3\nwhile time.process_time() < end: pass"}, 20)
        assert slept < 0.2 < session.computed() - before - slept

    def test_a_killed_factory_is_replaced(self, assignment: Assignment) -> None:
        with open_sandbox(allow_root=ROOT, slot=1) as box:
            session = box.start(assignment, LIMITS)
            assert isinstance(box, bubblewrap.Bubblewrap)
            assert box._process is not None
            box._process.kill()
            with pytest.raises(SessionDied):
                session.ask({"code": "1"}, 20)
            assert box.start(assignment, LIMITS).ask({"code": "1"}, 20)["error"] == ""


@LINUX
@pytest.mark.sandbox
class TestMarks:
    """`grade_notebook` on what is handed in by friends."""

    def test_a_solved_notebook_has_all_points(
        self, assignment: Assignment, box: Sandbox, tmp_path: Path
    ) -> None:
        path = hostile.write(hostile.solved(), tmp_path / "Ana.ipynb")
        result = grade_notebook(path, assignment, LIMITS, box)
        assert (result.student, result.assignment, result.status) == ("Ana", hostile.NAME, GRADED)
        assert (result.points, result.max_points, result.note, result.canary) == (7, 7, "", True)
        assert [task.task for task in result.tasks] == list(hostile.POINTS)
        assert result.marked
        assert Result.from_json(result.to_json()) == result

    def test_wrong_answers_are_told_without_their_solution(
        self, assignment: Assignment, box: Sandbox, tmp_path: Path
    ) -> None:
        notebook = hostile.with_answers("product = 1 / 0", "def square(x):\n    return 2 * x", said="loud")
        path = hostile.write(notebook, tmp_path / "Boris.ipynb")
        first, second, third = grade_notebook(path, assignment, LIMITS, box, student="B").tasks
        assert "your code raised ZeroDivisionError, in line 1: division by zero" in first.message
        assert "Assign" not in second.message
        assert "negative" in second.message
        assert second.reason == "square(-1) is negative, which cannot be" or second.reason.startswith(
            "answer: "
        )
        assert (third.answer, third.reason) == ("loud", "answer: loud")
        assert "quiet" not in third.message

    def test_deleted_moved_and_repeated_cells(
        self, assignment: Assignment, box: Sandbox, tmp_path: Path
    ) -> None:
        notebook = hostile.solved()
        notebook.cells = [cell for cell in notebook.cells if not cell.id.startswith(("check-", "task-"))]
        path = hostile.write(notebook, tmp_path / "Cveta.ipynb")
        assert grade_notebook(path, assignment, LIMITS, box).points == 7
        notebook = hostile.solved()
        notebook.cells = [cell for cell in notebook.cells if cell.id != "solution-98-1b"]
        path = hostile.write(notebook, path)
        result = grade_notebook(path, assignment, LIMITS, box)
        assert result.points == 5
        assert "name 'square' is not defined" in result.tasks[1].message

    def test_odd_text_and_odd_outputs_do_no_harm(
        self, assignment: Assignment, box: Sandbox, tmp_path: Path
    ) -> None:
        notebook = hostile.saying("'\\ud800 \\x1b[31m \\u202e'")
        notebook.cells.append(notebook.cells[-1])
        notebook.cells[0]["outputs"] = [{"output_type": "display_data", "data": {"text/odd": {"a": 1}}}]
        path = hostile.write(notebook, tmp_path / "Elira.ipynb", valid=False)
        result = grade_notebook(path, assignment, LIMITS, box)
        assert (result.status, result.points) == (GRADED, 3)
        assert Result.from_json(result.to_json().encode().decode()) == result

    def test_one_session_for_each_where_namespaces_do_not_nest(
        self, assignment: Assignment, tmp_path: Path
    ) -> None:
        path = hostile.write(hostile.attacking(hostile.ATTACKS["ends Python"]), tmp_path / "Dragan.ipynb")
        with open_sandbox(allow_root=ROOT, slot=2, nested=False) as box:
            result = grade_notebook(path, assignment, LIMITS, box)
        assert (result.status, result.points) == (PARTIAL, 7)


@pytest.mark.sandbox
class TestWithoutSandbox:
    """`--unsafe`: the same marks from an ordinary process."""

    @pytest.fixture
    def field(self) -> Iterator[Sandbox]:
        with open_sandbox(unsafe=True, allow_root=ROOT) as opened:
            assert not opened.protects
            yield opened

    @pytest.mark.parametrize("attack", ["endless loop", "loop that swallows interrupts", "ends Python"])
    def test_marks_survive_there_too(
        self, attack: str, field: Sandbox, assignment: Assignment, tmp_path: Path
    ) -> None:
        path = hostile.write(hostile.attacking(hostile.ATTACKS[attack]), tmp_path / "x.ipynb")
        result = grade_notebook(path, assignment, replace(LIMITS, cell_seconds=1), field)
        assert (result.status, result.points) == (PARTIAL, 7)

    def test_the_environment_is_cleaned(
        self, field: Sandbox, assignment: Assignment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("THE_PASSWORD", "open sesame")
        path = hostile.write(
            hostile.saying("__import__('os').environ.get('THE_PASSWORD')"), tmp_path / "x.ipynb"
        )
        assert grade_notebook(path, assignment, LIMITS, field).tasks[-1].answer == "saw none"


class TestAssignment:
    """What is graded by."""

    def test_hidden_tests_and_preload_hold_nothing_of_a_solution(self, assignment: Assignment) -> None:
        assert list(assignment.hidden) == ["98.1a"]
        assert "require(" not in "".join(assignment.hidden.values())
        assert "42" not in "".join(assignment.preload)
        assert any("import Checks" in code for code in assignment.preload)
        assert assignment.max_points == 7

    def test_its_digest_follows_what_decides_about_marks(self, assignment: Assignment) -> None:
        assert replace(assignment, root="/elsewhere", preload=()).digest == assignment.digest
        assert replace(assignment, hidden={}).digest != assignment.digest
        tasks = {**assignment.tasks, "98.1a": {**assignment.tasks["98.1a"], "points": 3}}
        assert replace(assignment, checks={**assignment.checks, "tasks": tasks}).digest != assignment.digest

    def test_missing_and_damaged_files_are_named(self, tmp_path: Path) -> None:
        with pytest.raises(AssignmentError, match="is missing: run"):
            Assignment.load(tmp_path, "01_nothing")
        course = hostile.make_course(tmp_path)
        (course / "exercises" / "instructor" / f"{hostile.NAME}.ipynb").write_text("{", encoding="utf-8")
        with pytest.raises(AssignmentError, match="damaged"):
            Assignment.load(course, hostile.NAME)


texts = st.text(max_size=20)
points = st.integers(0, 9)
tasks = st.builds(TaskResult, texts, points, points, st.booleans(), texts, texts, texts, st.floats(0, 99))
results = st.builds(
    Result,
    student=texts,
    assignment=texts,
    submission_sha256=texts,
    assignment_digest=texts,
    seconds=st.floats(0, 1e6),
    status=st.sampled_from(STATUSES),
    note=texts,
    tasks=st.lists(tasks, max_size=3).map(tuple),
    canary=st.booleans(),
)


@given(results)
def test_a_result_survives_as_json(result: Result) -> None:
    assert Result.from_json(result.to_json()) == result


@pytest.mark.parametrize("text", ["{}", "[]", '{"format": 99}', '{"format": 1, "student": "x"}', "nonsense"])
def test_what_is_no_result_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - several sentences
        Result.from_json(text)


VALUES: dict[str, tuple[dict[str, object], st.SearchStrategy[object]]] = {
    "number": ({}, st.floats(-1e9, 1e9) | st.integers(-(10**9), 10**9)),
    "boolean": ({}, st.booleans()),
    "text": ({}, st.text("abcdčž .,XYZ", max_size=30)),
    "choice": ({"options": ["a", "b"]}, st.sampled_from(["a", "B", " b. "])),
    "list": ({"items": "number"}, st.lists(st.floats(-1e6, 1e6), max_size=6)),
    "set": ({"items": "pair"}, st.lists(st.sampled_from([("SRB", "MKD"), ("ALB", "SRB"), "SRB-XKX"]), max_size=4)),
    "table": (
        {"key": "iso3", "columns": {"share": {}, "who": {"kind": "text"}}},
        st.dictionaries(
            st.sampled_from(["SRB", "ALB", "share"]),
            st.fixed_dictionaries({"share": st.floats(0, 1), "who": st.just("Ana")}),
        ),
    ),
}  # fmt: skip


def outcome(read: Callable[[], object]) -> object:
    """What a reading gives: a value, or the sentence that explains why there is none."""
    try:
        return read()
    except Mismatch as why:
        return type(why), str(why)


@pytest.mark.parametrize("kind", VALUES)
@given(data=st.data())
def test_an_answer_is_the_same_outside_as_inside(kind: str, data: st.DataObject) -> None:
    config, strategy = VALUES[kind]
    value = data.draw(strategy)
    sent = json.loads(json.dumps(normal_form(kind, config, lambda: value)))
    inside = outcome(lambda: KINDS[kind].read(config, value))
    assert outcome(lambda: KINDS[kind].read(config, restored(sent))) == inside
    assert len(shown(sent)) <= 200


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x * x,
        lambda x: 1 / x,
        lambda x: None,
        lambda x: "text",
        lambda x: print("noise") or x,
        lambda x, y: x,
        len,
        int,
    ],
)
def test_a_function_is_played_back_to_the_same_verdict(function: Callable[..., object]) -> None:
    kind = KINDS["function"]
    config = {
        "name": "f",
        "calls": [[0], [3]],
        "returns": {"kind": "number"},
        "properties": [{"name": "increasing", "over": [[1], [2]]}, {"name": "raises", "over": [["one"]]}],
    }
    sent = json.loads(json.dumps(normal_form("function", config, lambda: function)))
    inside = outcome(lambda: kind.read(config, function))
    assert outcome(lambda: kind.read(config, restored(sent))) == inside


@pytest.mark.parametrize(
    "forged",
    [
        {},
        {"calls": 3},
        {"calls": [1]},
        {"calls": []},
        {"value": {"a": []}},
        {"problem": 7},
        {"calls": [{"value": []}]},
    ],
)
def test_a_forged_answer_is_a_wrong_answer(forged: dict[str, object], assignment: Assignment) -> None:
    from balkanlab.exercises.grading.one import _Judge

    shown(forged)
    for task in assignment.tasks:
        assert not _Judge(assignment).of(task, forged).ok


def test_importing_the_results_does_not_import_the_sandbox() -> None:
    code = "import sys, balkanlab.exercises.grading; sys.exit('balkanlab.exercises.grading.sandbox' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
