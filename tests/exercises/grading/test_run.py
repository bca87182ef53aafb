"""The run over a class: nothing lost, nothing done twice, one failure costs one submission."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from balkanlab.exercises.grading.result import ERROR, GRADED, REFUSED, Limits, Result
from balkanlab.exercises.grading.run import PATIENCE, Store, finished, grade_all, refused_results, with_note
from balkanlab.exercises.grading.sandbox import START_SECONDS, SandboxError
from balkanlab.exercises.grading.submissions import Submission, find
from balkanlab.exercises.grading.workers import workers
from support.grading import ASSIGNMENT, CALLS, calls, grade, hand_in

ASSIGNMENTS = {ASSIGNMENT.name: ASSIGNMENT}
KNOWN = list(ASSIGNMENTS)
LIMITS = Limits()


@pytest.fixture(autouse=True)
def _calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CALLS, str(tmp_path / "calls.txt"))


def submissions(folder: Path) -> list[Submission]:
    return list(find(folder, KNOWN).submissions)


def run(folder: Path, out: Path, width: int = 2, limits: Limits = LIMITS) -> dict[str, Result]:
    """What `balkanlab grade` does, without its words: earlier results, and the rest graded."""
    store, handed = Store(out), submissions(folder)
    kept = finished(handed, ASSIGNMENTS, limits, store)
    todo = [each for each in handed if each not in kept]
    with workers(width) as pool:
        fresh = dict(grade_all(todo, ASSIGNMENTS, limits, store, pool, grade))
    return {each.student: result for each, result in {**kept, **fresh}.items()}


def points(results: dict[str, Result]) -> dict[str, float]:
    return {student: result.points for student, result in sorted(results.items())}


def alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until(true: Callable[[], bool], seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.02)
    return true()


def test_one_dead_worker_costs_one_submission_and_only_for_now(tmp_path: Path) -> None:
    work = {"Ana": "ok 3", "Bo": "die", "Cem": "ok 1", "Dea": "fail", "Eva": "ok 2", "Đorđe": "ok 3"}
    folder, out = hand_in(tmp_path / "in", work), tmp_path / "out"
    results = run(folder, out)
    assert points(results) == {"Ana": 3, "Bo": 0, "Cem": 1, "Dea": 0, "Eva": 2, "Đorđe": 3}
    assert [name for name, result in sorted(results.items()) if result.status == ERROR] == ["Bo", "Dea"]
    assert "BrokenProcessPool" in results["Bo"].note
    assert "ZeroDivisionError: no such luck" in results["Dea"].note

    # Again: only the two that failed, and one whose file changed.
    hand_in(folder, {"Cem": "ok 2", "Bo": "ok 1"})
    before = len(calls())
    again = run(folder, out)
    assert sorted(student for _, student in calls()[before:]) == ["Bo", "Cem", "Dea"]
    assert points(again) == {"Ana": 3, "Bo": 1, "Cem": 2, "Dea": 0, "Eva": 2, "Đorđe": 3}
    assert again["Ana"] == results["Ana"]


def test_a_grader_that_hangs_is_given_up(tmp_path: Path) -> None:
    folder = hand_in(tmp_path / "in", {"Ana": "sleep 300", "Bo": "ok 2"})
    with workers(2) as pool:
        hung = Limits(notebook_seconds=1 - START_SECONDS / PATIENCE)
        store = Store(tmp_path / "out")
        results = dict(grade_all(submissions(folder), ASSIGNMENTS, hung, store, pool, grade))
    assert {each.student: result.status for each, result in results.items()} == {"Ana": ERROR, "Bo": GRADED}


def test_what_decides_about_a_result_decides_about_its_file(tmp_path: Path) -> None:
    (ana,) = submissions(hand_in(tmp_path / "in", {"Ana": "ok 3"}))
    store = Store(tmp_path / "out")
    path = store.path(ana, ASSIGNMENT, LIMITS)
    (other,) = submissions(hand_in(tmp_path / "other", {"Bo": "ok 3"}))
    assert other.sha256 == ana.sha256
    assert store.path(other, ASSIGNMENT, LIMITS) != path
    assert store.path(ana, ASSIGNMENT, Limits(cell_seconds=1)) != path
    hand_in(tmp_path / "in", {"Ana": "ok 2"})
    assert store.path(submissions(tmp_path / "in")[0], ASSIGNMENT, LIMITS) != path


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"format": 1}', "\0"])
def test_a_damaged_result_is_graded_again(tmp_path: Path, damage: str) -> None:
    folder, out = hand_in(tmp_path / "in", {"Ana": "ok 3"}), tmp_path / "out"
    (ana,) = submissions(folder)
    store = Store(out)
    store.path(ana, ASSIGNMENT, LIMITS).write_text(damage)
    assert finished([ana], ASSIGNMENTS, LIMITS, store) == {}


def test_a_file_that_changes_during_the_run_is_not_graded_under_its_old_name(tmp_path: Path) -> None:
    folder = hand_in(tmp_path / "in", {"Ana": "ok 3"})
    handed = submissions(folder)
    hand_in(folder, {"Ana": "ok 1"})
    with workers(1) as pool:
        ((_, result),) = grade_all(handed, ASSIGNMENTS, LIMITS, Store(tmp_path / "out"), pool, grade)
    assert (result.status, result.points) == (ERROR, 0)
    assert result.note == "the file changed during the run: run the command again"
    assert calls() == []


def test_no_sandbox_stops_the_run_at_once(tmp_path: Path) -> None:
    folder = hand_in(tmp_path / "in", dict.fromkeys(("Ana", "Bo", "Cem", "Dea"), "nosandbox"))
    with pytest.raises(SandboxError, match="no bubblewrap here"):
        run(folder, tmp_path / "out", width=1)
    assert len(calls()) == 1


SCRIPT = """
import sys
from pathlib import Path
sys.path[:0] = [{tests!r}]
if __name__ == "__main__":
    from exercises.grading.test_run import run
    run(Path(sys.argv[1]), Path(sys.argv[2]))
"""


def start(tmp_path: Path, folder: Path, out: Path) -> subprocess.Popen[bytes]:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(tests=str(Path(__file__).parents[2])))
    (tmp_path / "tmp").mkdir()
    environment = {**os.environ, "TMPDIR": str(tmp_path / "tmp")}
    return subprocess.Popen([sys.executable, script, folder, out], env=environment, start_new_session=True)


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_killed_in_the_middle_and_started_again(tmp_path: Path) -> None:
    work = {f"Student {number:02}": f"sleep 0.1\nok {number % 4}" for number in range(24)}
    folder, out = hand_in(tmp_path / "in", work), tmp_path / "out"
    process = start(tmp_path, folder, out)
    assert until(lambda: len(list(out.glob("*.json"))) >= 5)
    process.kill()
    process.wait()
    done = {path.name: path.read_bytes() for path in out.glob("*.json")}
    workers_of_it = {worker for worker, _ in calls()}
    assert until(lambda: not any(map(alive, workers_of_it))), "workers outlive the killed run"
    assert list((tmp_path / "tmp").iterdir()) == [], "what students handed in stays behind"
    before = calls()
    assert len(done) < len(work)

    results = run(folder, out)
    assert points(results) == {student: float(number % 4) for number, student in enumerate(work)}
    names = {each.student: Store(out).path(each, ASSIGNMENT, LIMITS).name for each in submissions(folder)}
    twice = {student for _, student in calls()[len(before) :]} & {student for _, student in before}
    assert not [student for student in twice if names[student] in done]
    assert {name: (out / name).read_bytes() for name in done} == done


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_ctrl_c_ends_every_worker(tmp_path: Path) -> None:
    work = {"Ana": "ok 3", "Bo": "sleep 60", "Cem": "sleep 60"}
    folder, out = hand_in(tmp_path / "in", work), tmp_path / "out"
    process = start(tmp_path, folder, out)
    assert until(lambda: len(calls()) == 3)
    assert until(lambda: len(list(out.glob("*.json"))) == 1)
    # As a terminal does it: everybody in the group hears it.
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(30) != 0
    assert not [worker for worker, _ in calls() if alive(worker)]
    assert list((tmp_path / "tmp").iterdir()) == []


def test_only_what_could_not_be_graded_becomes_a_refusal(tmp_path: Path) -> None:
    folder = hand_in(tmp_path / "in", {"Ana": "ok 3"})
    for name in ("Ana", "Bo"):
        (folder / name).mkdir(exist_ok=True)
        (folder / name / "99_demo.zip").write_bytes(b"no zip")
    found = find(folder, KNOWN)
    (bo,) = refused_results(found.refused, found.submissions, ASSIGNMENTS)
    assert (bo.student, bo.status, bo.points, bo.max_points) == ("Bo", REFUSED, 0, 3)
    assert bo.note == "Bo/99_demo: not a zip that can be read (File is not a zip file)"


def test_notes_of_the_download_join_those_of_the_grader(tmp_path: Path) -> None:
    (ana,) = submissions(hand_in(tmp_path / "in", {"Ana": "ok 3"}))
    result = Result("Ana", "99_demo", "", "", 0, GRADED, "slow")
    assert with_note(ana, result) == result
    assert with_note(replace(ana, note="handed in late"), result).note == "slow; handed in late"
