"""Hostile notebooks are contained and reported, keep the marks they earn, and touch nobody else's."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest
from nbformat import NotebookNode

from balkanlab.exercises.grading import (
    GRADED,
    PARTIAL,
    REFUSED,
    UNREADABLE,
    Assignment,
    Limits,
    Result,
)
from balkanlab.exercises.grading.one import grade_notebook
from balkanlab.exercises.grading.sandbox import Sandbox, open_sandbox
from exercises.grading import hostile

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.skipif(sys.platform != "linux", reason="the sandbox is bubblewrap's, on Linux"),
]

LIMITS = Limits(
    cell_seconds=2,
    notebook_seconds=40,
    memory_bytes=900 * 1024**2,
    tmp_bytes=20 * 1024**2,
    notebook_bytes=2_000_000,
)
Grade = Callable[[NotebookNode], Result]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The instructor's folder, with a secret and another student's work in it."""
    folder = tmp_path_factory.mktemp("desk")
    hostile.make_course(folder)
    # Whoever may write there by the rights of its files must not be able to do so from inside.
    (folder / "data").chmod(0o777)
    (folder / "secret.txt").write_text("the secret", encoding="utf-8")
    (folder / "submissions").mkdir()
    hostile.write(hostile.solved(), folder / "submissions" / "other.ipynb")
    return folder


@pytest.fixture(scope="module")
def assignment(desk: Path) -> Assignment:
    return Assignment.load(desk, hostile.NAME)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("THE_PASSWORD", "open sesame")
        with open_sandbox(allow_root=os.geteuid() == 0) as opened:
            yield opened


@pytest.fixture
def grade(assignment: Assignment, sandbox: Sandbox, tmp_path: Path) -> Grade:
    def _grade(notebook: NotebookNode) -> Result:
        path = hostile.write(notebook, tmp_path / "submission.ipynb")
        return grade_notebook(path, assignment, LIMITS, sandbox)

    return _grade


@pytest.fixture
def look(grade: Grade) -> Callable[..., str]:
    """`look(expression)` is what a student's code sees."""

    def _look(expression: str, before: str = "") -> str:
        task = grade(hostile.saying(expression, before)).tasks[-1]
        assert task.answer.startswith("saw"), task
        return task.answer.removeprefix("saw").strip(" '()[]")

    return _look


def marks(result: Result) -> dict[str, float]:
    return {task.task: task.points for task in result.tasks}


@pytest.mark.parametrize("attack", hostile.ATTACKS)
def test_an_attack_is_contained_and_costs_no_mark_of_anybody(attack: str, grade: Grade) -> None:
    result = grade(hostile.attacking(hostile.ATTACKS[attack]))
    assert marks(result) == hostile.POINTS, result.note
    if attack in hostile.CUT_OFF:
        assert result.status == PARTIAL
        assert hostile.CUT_OFF[attack] in result.note
    else:
        assert result.status == GRADED
    after = grade(hostile.solved())
    assert (after.status, after.note, marks(after)) == (GRADED, "", hostile.POINTS)


def test_what_was_dropped_or_raised_is_reported(grade: Grade) -> None:
    assert "1,000,000 characters" in grade(hostile.attacking(hostile.ATTACKS["output of 200 MB"])).note
    assert "No space left" in grade(hostile.attacking(hostile.ATTACKS["disk fill"])).note


def test_an_answer_that_hangs_costs_its_own_points_only(grade: Grade) -> None:
    notebook = hostile.with_answers("product = 42", "def square(x):\n    while True:\n        pass")
    result = grade(notebook)
    assert marks(result) == {"98.1a": 1, "98.1b": 0, "98.2a": 4}
    assert result.status == PARTIAL
    assert "98.1b took more than 2 s" in result.note
    assert "2 seconds" in result.tasks[1].message


def test_many_bad_cells_end_at_the_limit_of_the_notebook(
    assignment: Assignment, sandbox: Sandbox, tmp_path: Path
) -> None:
    notebook = hostile.solved()
    for code in [hostile.ATTACKS["loop that swallows interrupts"]] * 9:
        notebook = hostile.attacking(code, notebook)
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}" if cell.id == "attack" else cell.id
    path = hostile.write(notebook, tmp_path / "submission.ipynb")
    limits = Limits(cell_seconds=0.5, notebook_seconds=4)
    result = grade_notebook(path, assignment, limits, sandbox)
    assert result.status == PARTIAL
    assert "the rest was not run" in result.note
    assert marks(result)["98.1a"] == 1
    assert result.tasks[-1].message.startswith("not run")
    assert result.seconds < 15


def test_nothing_of_the_machine_is_visible(look: Callable[..., str], desk: Path, root: Path) -> None:
    assert look("'open sesame' in str(os.environ)", "import os") == "false"
    others = """
import os
seen = ""
for process in filter(str.isdigit, os.listdir("/proc")):
    try:
        seen += open(f"/proc/{process}/environ").read()
    except OSError:
        pass
"""
    assert look("'open sesame' in seen", others) == "false"
    hidden = (
        desk / "secret.txt",
        desk / "submissions",
        desk / "exercises",
        root / "exercises",
        root / "tests",
    )
    for path in (*hidden, Path.home() / ".ssh", "/etc/passwd", "/var", "/home"):
        assert look(f"os.path.exists({str(path)!r})", "import os") == "false", path
    walk = """
import os, sys
known, found = {"/proc", "/usr", sys.prefix, sys.base_prefix}, []
for folder, inner, files in os.walk("/"):
    inner[:] = [name for name in inner if os.path.join(folder, name) not in known]
    found += [name for name in files if name.endswith(".ipynb")]
"""
    assert look("found", walk) == ""


def test_nothing_can_be_written_but_a_folder_that_goes(look: Callable[..., str], desk: Path) -> None:
    attempt = """
import os
def attempt(path):
    try:
        open(path, "w").close()
        return "wrote"
    except OSError as error:
        return "no"
"""
    package = Path(hostile.instructor.__code__.co_filename).parent
    for folder in (
        "/",
        "/usr",
        "/etc",
        "/dev",
        "/course",
        "/course/checks",
        "/course/data",
        package,
        sys.prefix,
    ):
        assert look(f"attempt({str(folder) + '/planted'!r})", attempt) == "no", folder
    assert look("attempt('/tmp/planted'), attempt('/dev/shm/planted'), attempt('planted')", attempt) == (
        "wrote', 'wrote', 'wrote"
    )
    planted = "[p for p in ('/tmp/planted', '/dev/shm/planted', 'planted') if os.path.exists(p)]"
    assert look(planted, "import os") == ""
    assert (desk / "secret.txt").read_text(encoding="utf-8") == "the secret"


def test_nothing_is_left_running(look: Callable[..., str]) -> None:
    daemon = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(600)
    os._exit(0)
os.wait()
"""
    count = "sum(p.isdigit() for p in os.listdir('/proc'))"
    before = int(look(count, "import os"))
    assert int(look(count, daemon)) == before + 1
    assert int(look(count, "import os")) == before


def test_there_is_no_network_not_even_to_this_machine(look: Callable[..., str]) -> None:
    reached: list[object] = []
    attempt = """
import socket
def attempt(host, port):
    try:
        socket.create_connection((host, port), 2).close()
        return "reached"
    except OSError:
        return "nothing there"
"""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)
        port = server.getsockname()[1]
        thread = Thread(target=lambda: reached.append(_accepted(server)))
        thread.start()
        assert look(f"attempt('127.0.0.1', {port})", attempt) == "nothing there"
        # The listener works: seen from here it is reached.
        socket.create_connection(("127.0.0.1", port)).close()
        thread.join()
    assert reached == [True]
    assert look("attempt('192.0.2.1', 80)", attempt) == "nothing there"


def _accepted(server: socket.socket) -> bool:
    connection, _ = server.accept()
    connection.close()
    return True


def test_code_runs_as_nobody_without_capabilities(look: Callable[..., str]) -> None:
    assert look("os.getuid() != 0, os.getuid() == os.geteuid()", "import os") == "true, true"
    read = """
about = dict(line.split(":", 1) for line in open("/proc/self/status"))
shown = [about[name].strip() for name in ("CapPrm", "CapEff", "NoNewPrivs")]
"""
    assert look("shown", read) == "0000000000000000', '0000000000000000', '1"


def test_the_factory_cannot_be_traced_or_signalled(look: Callable[..., str]) -> None:
    attempt = """
import os
def attempt(process):
    done = []
    try:
        open(f"/proc/{process}/mem", "rb").close()
        done.append("read")
    except OSError:
        pass
    try:
        os.kill(process, 0)
        done.append("signalled")
    except OSError:
        pass
    return done
others = [int(p) for p in os.listdir("/proc") if p.isdigit() and p != os.readlink("/proc/self")]
"""
    assert int(look("len(others)", attempt)) >= 2
    # Process 1 of the student's own namespace is the student's code itself.
    assert look("[attempt(p) for p in others if p != os.getpid() and attempt(p)]", attempt) == ""


def test_switched_off_assertions_are_noticed(grade: Grade) -> None:
    wrong_type = "product = 42.0"
    result = grade(hostile.with_answers(wrong_type, "square = abs"))
    assert result.canary
    assert marks(result)["98.1a"] == 0, "the hidden test asks for a whole number"
    assert "hidden test: AssertionError" in result.tasks[0].reason
    assert "hidden sentence" not in result.tasks[0].message
    cheat = grade(hostile.with_answers(wrong_type, "square = abs", before=hostile.SWITCH_OFF_ASSERTIONS))
    assert not cheat.canary
    assert marks(cheat)["98.1a"] == 0
    assert "Assertions are switched off" in cheat.note


@pytest.mark.parametrize(
    "trick", [hostile.PATCH_CHECKS, hostile.FORGED_REPLIES, hostile.SWITCH_OFF_ASSERTIONS]
)
def test_no_trick_makes_a_wrong_answer_right(trick: str, grade: Grade) -> None:
    result = grade(hostile.with_answers("product = 43", "square = abs", said="loud", before=trick))
    assert result.points == 0, result
    assert result.max_points == 7, "points that a notebook gives itself do not count"
    after = grade(hostile.solved())
    assert marks(after) == hostile.POINTS


@pytest.mark.parametrize("name", hostile.BROKEN)
def test_what_is_no_notebook_is_said_to_be_none(
    name: str, assignment: Assignment, sandbox: Sandbox, tmp_path: Path
) -> None:
    path = tmp_path / "submission.ipynb"
    hostile.BROKEN[name](path)
    result = grade_notebook(path, assignment, LIMITS, sandbox)
    assert result.status == UNREADABLE
    assert result.note
    assert "Traceback" not in result.note
    assert (result.points, result.max_points) == (0, 7)


def test_links_folders_and_missing_files_are_not_opened(
    assignment: Assignment, sandbox: Sandbox, desk: Path, tmp_path: Path
) -> None:
    link = tmp_path / "link.ipynb"
    link.symlink_to(desk / "submissions" / "other.ipynb")
    pipe = tmp_path / "pipe.ipynb"
    os.mkfifo(pipe)
    for path in (link, pipe, tmp_path):
        assert grade_notebook(path, assignment, LIMITS, sandbox).status == REFUSED
    missing = grade_notebook(tmp_path / "missing.ipynb", assignment, LIMITS, sandbox)
    assert (missing.status, "cannot be read" in missing.note) == (UNREADABLE, True)
