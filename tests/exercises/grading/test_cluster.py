"""Grading on a Dask cluster of worker processes: the same marks as here, also when a worker is killed."""

from __future__ import annotations

import copy
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from balkanlab.exercises.grading import cluster as module
from balkanlab.exercises.grading.cluster import ClusterError, cluster
from balkanlab.exercises.grading.result import ERROR, GRADED, Assignment, Limits, Result
from balkanlab.exercises.grading.run import Sandboxed, Store, grade_all
from balkanlab.exercises.grading.submissions import Submission, find
from balkanlab.exercises.grading.workers import workers
from exercises.grading.classroom import Member, classroom
from exercises.grading.classroom import hand_in as hand_in_class
from support.grading import ASSIGNMENT, CALLS, calls, grade, hand_in

pytest.importorskip("distributed")
ASSIGNMENTS = {ASSIGNMENT.name: ASSIGNMENT}


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A cluster of two worker processes on this machine."""
    from distributed import LocalCluster

    folder = tmp_path_factory.mktemp("dask")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CALLS, str(folder / "calls.txt"))
        with LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            dashboard_address=":0",
            local_directory=str(folder),
            silence_logs=50,
        ) as started:
            yield started


def test_the_same_marks_and_a_killed_worker_costs_nothing(scheduler: Any, tmp_path: Path) -> None:
    work = {f"Student {number:02}": f"sleep 0.15\nok {number % 4}" for number in range(16)}
    work["Fail"] = "fail"
    handed = find(hand_in(tmp_path / "in", work), list(ASSIGNMENTS)).submissions
    with workers(2) as here:
        local = dict(grade_all(handed, ASSIGNMENTS, Limits(), Store(tmp_path / "a"), here, grade))
    before = len(calls())

    def kill() -> None:
        while len(calls()) < before + 3:
            time.sleep(0.02)
        os.kill(calls()[-1][0], signal.SIGKILL)

    killer = threading.Thread(target=kill)
    with cluster(scheduler.scheduler_address) as there:
        killer.start()
        remote = dict(grade_all(handed, ASSIGNMENTS, Limits(), Store(tmp_path / "b"), there, grade))
    killer.join()

    assert remote == local
    assert [each.student for each, result in remote.items() if result.status == ERROR] == ["Fail"]
    assert {path.name: path.read_bytes() for path in (tmp_path / "a").iterdir()} == {
        path.name: path.read_bytes() for path in (tmp_path / "b").iterdir()
    }
    again = [student for _, student in calls()[before:]]
    assert len(again) > len(set(again)), "no submission was given to another worker: was one killed at all?"


@pytest.mark.sandbox
@pytest.mark.notebook
def test_real_notebooks_get_the_same_marks_here_and_there(scheduler: Any, root: Path, tmp_path: Path) -> None:
    name = "02_cefta"
    assignments = {name: Assignment.load(root, name)}
    solved, half = classroom(root, name, 2)
    hostile = copy.deepcopy(solved.notebook)
    cell = next(cell for cell in hostile.cells if cell.id.startswith("solution-"))
    cell.source = "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)"
    members = [solved, half, Member("Zoran", "hostile", hostile)]
    handed = find(hand_in_class(members, name, tmp_path / "in"), [name]).submissions
    grader = Sandboxed(allow_root=os.geteuid() == 0)
    # A machine that is busy with other tests takes its time: no limit should come into play here.
    limits = Limits(cell_seconds=200, notebook_seconds=600)
    with workers(1) as here:
        local = dict(grade_all(handed, assignments, limits, Store(tmp_path / "a"), here, grader))
    with cluster(scheduler.scheduler_address) as there:
        remote = dict(grade_all(handed, assignments, limits, Store(tmp_path / "b"), there, grader))

    def marks(results: dict[Submission, Result]) -> dict[str, tuple[str, float, str]]:
        return {each.student: (result.status, result.points, result.note) for each, result in results.items()}

    assert marks(remote) == marks(local)
    most = assignments[name].max_points
    assert marks(local)[solved.student] == (GRADED, most, "")
    assert 0 < marks(local)[half.student][1] < most
    assert marks(local)["Zoran"][1] < most


def test_another_version_on_a_worker_is_said(scheduler: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("balkanlab.__version__", "9.9.9")
    with (
        pytest.raises(ClusterError, match=r"this is 9\.9\.9: install the same"),
        cluster(scheduler.scheduler_address),
    ):
        pass


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense://x", ""])
def test_no_cluster_there(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CONNECT_SECONDS", 1)
    with pytest.raises(ClusterError, match="no Dask scheduler answers"), cluster(address):
        pass


def test_a_cluster_without_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    from distributed import LocalCluster

    monkeypatch.setattr(module, "CONNECT_SECONDS", 1)
    with (
        LocalCluster(n_workers=0, processes=False, dashboard_address=":0") as empty,
        pytest.raises(ClusterError, match="has no worker"),
        cluster(empty.scheduler_address),
    ):
        pass
