"""Grading a class: a queue over worker processes, or over a Dask cluster, that loses nothing it has finished.

Every result is written at once, in one step, into a file named after all that decides about it. A run that was
killed goes on from those files; a submission is graded again only if its file, the assignment or the limits
changed, or if the grader itself had failed.
"""

from __future__ import annotations

import atexit
import hashlib
import json
import os
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from balkanlab.execute import write_atomically
from balkanlab.exercises.grading.intake import IntakeError
from balkanlab.exercises.grading.result import ERROR, REFUSED, Assignment, Limits, Result, TaskResult
from balkanlab.exercises.grading.sandbox import START_SECONDS, Sandbox, SandboxError, open_sandbox
from balkanlab.exercises.grading.submissions import Refused, Submission
from balkanlab.paths import MANIFEST, course_root

SLOTS = 900
# A grader that hangs is given up after so many times the notebook's own time.
PATIENCE = 2


class RunError(RuntimeError):
    """The run cannot go on; the message says why. What was finished is kept."""


class Grader(Protocol):
    """What a worker calls; it travels there by pickle."""

    def __call__(self, path: Path, assignment: Assignment, limits: Limits, student: str) -> Result:
        """The result of the notebook at `path`."""


class Pool(Protocol):
    """Where work is done: this machine's processes or a cluster."""

    @property
    def width(self) -> int:
        """How much it takes at a time."""

    def submit(self, function: Callable[..., Result], /, *args: Any) -> Future[Result]:
        """Calls `function(*args)` somewhere else."""


@dataclass(frozen=True)
class Sandboxed:
    """Grades in this system's sandbox. The sandbox is opened once for each thread that grades, and kept.

    See `open_sandbox` for the two permissions.
    """

    unsafe: bool = False
    allow_root: bool = False

    def ready(self) -> None:
        """See before anything is started whether there can be a sandbox here.

        Raises:
            SandboxError: there cannot.
        """
        open_sandbox(unsafe=self.unsafe, allow_root=self.allow_root).close()

    def __call__(self, path: Path, assignment: Assignment, limits: Limits, student: str) -> Result:
        """Grade one notebook; a sandbox that failed is opened anew, once.

        Raises:
            SandboxError: there is none to be had.
        """
        from balkanlab.exercises.grading.one import grade_notebook

        assignment = _at_home(assignment)
        try:
            return grade_notebook(path, assignment, limits, self._sandbox(), student=student)
        except SandboxError:
            _here.close()
            return grade_notebook(path, assignment, limits, self._sandbox(), student=student)

    def _sandbox(self) -> Sandbox:
        if _here.sandbox is None:
            # Of jobs on one machine no two should share a slot; numbers of threads are as good as unique.
            slot = threading.get_native_id() % SLOTS
            _here.sandbox = open_sandbox(slot=slot, unsafe=self.unsafe, allow_root=self.allow_root)
            atexit.register(_here.sandbox.close)
        return _here.sandbox


class _Here(threading.local):
    """This thread's sandbox: on Linux it ends with the thread that opened it."""

    sandbox: Sandbox | None = None

    def close(self) -> None:
        if self.sandbox is not None:
            self.sandbox.close()
            self.sandbox = None


_here = _Here()


def _at_home(assignment: Assignment) -> Assignment:
    """The assignment with this machine's course: a cluster's worker may have it in another place."""
    if (Path(assignment.root) / MANIFEST).is_file():
        return assignment
    return replace(assignment, root=str(course_root()))


def grade_bytes(grader: Grader, data: bytes, student: str, assignment: Assignment, limits: Limits) -> Result:
    """Grade a notebook given as bytes: what a worker does, here or on another machine.

    The grader keeps to the limits by itself. Should it hang, the whole process ends, so that the run goes on.
    """
    watch = threading.Timer(PATIENCE * limits.notebook_seconds + START_SECONDS, os._exit, [1])
    watch.daemon = True
    watch.start()
    try:
        # Students' code may leave what cannot be deleted.
        with tempfile.TemporaryDirectory(prefix="balkanlab-", ignore_cleanup_errors=True) as folder:
            path = Path(folder) / "submission.ipynb"
            path.write_bytes(data)
            return grader(path, assignment, limits, student)
    finally:
        watch.cancel()


class Store:
    """Finished results, one JSON file each, in `folder`.

    Raises:
        OSError: the folder cannot be made or written.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
        self._folder = folder

    def path(self, submission: Submission, assignment: Assignment, limits: Limits) -> Path:
        """The file of a result: another name as soon as anything changes that decides about it."""
        parts = [
            submission.student,
            submission.exercise,
            submission.sha256,
            assignment.digest,
            asdict(limits),
        ]
        key = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
        return self._folder / f"{key}.json"

    def get(self, submission: Submission, assignment: Assignment, limits: Limits) -> Result | None:
        """The finished result; None where there is none, or a damaged one."""
        try:
            text = self.path(submission, assignment, limits).read_text(encoding="utf-8")
            return Result.from_json(text)
        except (OSError, ValueError, TypeError, LookupError):
            return None

    def put(self, submission: Submission, assignment: Assignment, limits: Limits, result: Result) -> None:
        """Keep a result; one of status `ERROR` says nothing about the work and is not kept."""
        if result.status != ERROR:
            path = self.path(submission, assignment, limits)
            write_atomically(path, result.to_json().encode())


def finished(
    submissions: Iterable[Submission], assignments: Mapping[str, Assignment], limits: Limits, store: Store
) -> dict[Submission, Result]:
    """The results of an earlier run that still hold."""
    kept = ((each, store.get(each, assignments[each.exercise], limits)) for each in submissions)
    return {submission: result for submission, result in kept if result is not None}


def grade_all(
    submissions: Sequence[Submission],
    assignments: Mapping[str, Assignment],
    limits: Limits,
    store: Store,
    pool: Pool,
    grader: Grader,
) -> Iterator[tuple[Submission, Result]]:
    """Grade what is not finished yet; yields each result as it comes, after it is stored.

    A submission that cannot be read any more, or whose worker died, gets status `ERROR`.

    Raises:
        RunError: the cluster is gone.
        SandboxError: there is no sandbox to be had: nothing was graded so far.
    """
    todo = list(reversed(submissions))
    running: dict[Future[Result], Submission] = {}
    worked = False
    while todo or running:
        while todo and len(running) < pool.width:
            submission = todo.pop()
            assignment = assignments[submission.exercise]
            try:
                data = _unchanged(submission, limits)
            except IntakeError as error:
                yield submission, no_result(submission.student, assignment, ERROR, str(error))
                continue
            future = pool.submit(grade_bytes, grader, data, submission.student, assignment, limits)
            running[future] = submission
        done = wait(running, return_when=FIRST_COMPLETED).done if running else set()
        for future in done:
            submission = running.pop(future)
            assignment = assignments[submission.exercise]
            try:
                result = future.result()
                worked = True
            except CancelledError:
                raise RunError("the workers are gone") from None
            except SandboxError as error:
                if not worked:
                    raise
                result = no_result(submission.student, assignment, ERROR, str(error))
            except Exception as error:
                why = f"the worker that graded it failed ({type(error).__name__}: {error}): run the command again"
                result = no_result(submission.student, assignment, ERROR, why)
            store.put(submission, assignment, limits, result)
            yield submission, result


def _unchanged(submission: Submission, limits: Limits) -> bytes:
    data = submission.file.read(limits.notebook_bytes)
    if hashlib.sha256(data).hexdigest() != submission.sha256:
        raise IntakeError("the file changed during the run: run the command again")
    return data


def no_result(student: str, assignment: Assignment | None, status: str, note: str) -> Result:
    """A result for what was not graded: every task stands at 0 and says why; no task if nobody can tell which."""
    if assignment is None:
        return Result(student, "", "", "", 0.0, status, note)
    tasks = tuple(
        TaskResult(task, 0, float(spec["points"]), False, "not graded", note)
        for task, spec in assignment.tasks.items()
    )
    return Result(
        student, assignment.name, "", assignment.digest, 0.0, status, note, tasks, title=assignment.title
    )


def refused_results(
    refused: Iterable[Refused], graded: Iterable[Submission], assignments: Mapping[str, Assignment]
) -> list[Result]:
    """A result for every student whose only files for an exercise, known or not, were refused."""
    have = {(each.student, each.exercise) for each in graded}
    have |= {(each.student, "") for each in graded}
    reasons: dict[tuple[str, str], list[str]] = {}
    for each in refused:
        if each.student and (each.student, each.exercise) not in have:
            reasons.setdefault((each.student, each.exercise), []).append(f"{each.where}: {each.reason}")
    return [
        no_result(student, assignments.get(exercise), REFUSED, "; ".join(why))
        for (student, exercise), why in reasons.items()
    ]


def with_note(submission: Submission, result: Result) -> Result:
    """The result with what is to be known about how it was handed in."""
    return replace(result, note="; ".join(filter(None, (result.note, submission.note))))
