"""Grading one notebook: the student's cells run in a sandbox, their answers are judged here.

The notebook is a guest: its check cells are thrown away and pristine ones put in by grade id (`overlay`), and
what the sandbox says is believed as the student's word about values, never about marks. A task has its points
if the value passes the check, and the instructor's hidden assertions, which run in the sandbox, hold.

A cell that hangs is interrupted; one that ignores this, or takes the session with it, is left out while the
others run again in a new session. So whatever was or can be judged keeps its marks.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import logging
import re
import secrets
import stat
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

import nbformat
from nbformat.validator import normalize

from balkanlab.exercises.checks import Checks, Verdict
from balkanlab.exercises.generate import grade_id, overlay, pristine, strip_outputs
from balkanlab.exercises.grading.probe import restored, shown
from balkanlab.exercises.grading.result import (
    ERROR,
    GRADED,
    PARTIAL,
    REFUSED,
    UNREADABLE,
    Assignment,
    Limits,
    Result,
    TaskResult,
)
from balkanlab.exercises.grading.sandbox import Sandbox, SandboxError, Session, SessionDied, SessionHung
from balkanlab.exercises.values import Mismatch

GRACE_SECONDS = 2.0
MOMENT = 0.05
PATIENCE = 4
MOST_RESTARTS = 5
_ELSEWHERE = "A cell outside the tasks"
_CONTROL = re.compile(r"[\ud800-\udfff]|\x1b\[[0-9;]*[A-Za-z]|[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class Unreadable(Exception):
    """The submission cannot be graded; the message says why to the instructor."""


class Refused(Exception):
    """The submission is not even opened."""


def grade_notebook(
    path: Path, assignment: Assignment, limits: Limits, sandbox: Sandbox, *, student: str = ""
) -> Result:
    """Run the notebook at `path` in `sandbox` and judge its tasks.

    Never raises for anything that a student can hand in; nothing is written.

    Raises:
        SandboxError: the sandbox cannot be started (nothing is known about the submission).
    """
    began = monotonic()
    data, canary = b"", True
    tasks: tuple[TaskResult, ...] = ()
    try:
        data = _bytes(path, limits)
        work = _Work(assignment, limits, sandbox, _steps(data, assignment))
        work.run()
        tasks, canary = work.results(), work.canary
        status, note = (PARTIAL if work.stopped else GRADED), " ".join(work.notes)
    except Unreadable as why:
        status, note = UNREADABLE, str(why)
    except Refused as why:
        status, note = REFUSED, str(why)
    except SandboxError:
        raise
    except Exception as error:
        status, note = ERROR, f"the grader failed ({type(error).__name__}: {error}): grade it again"
    if not tasks:
        tasks = tuple(
            TaskResult(task, 0, spec["points"], False, "not graded", note)
            for task, spec in assignment.tasks.items()
        )
    return Result(
        student=student or path.stem,
        assignment=assignment.name,
        submission_sha256=hashlib.sha256(data).hexdigest(),
        assignment_digest=assignment.digest,
        seconds=round(monotonic() - began, 3),
        status=status,
        note=note,
        tasks=tasks,
        canary=canary,
        title=assignment.title,
    )


def _bytes(path: Path, limits: Limits) -> bytes:
    try:
        about = path.lstat()
        if not stat.S_ISREG(about.st_mode):
            raise Refused("this is a link or no file at all; it was not opened")
        if about.st_size > limits.notebook_bytes:
            raise Unreadable(f"the file has {about.st_size:,} bytes; {limits.notebook_bytes:,} are allowed")
        return path.read_bytes()
    except OSError as error:
        raise Unreadable(f"the file cannot be read: {error.strerror}") from None


@dataclass
class _Step:
    """One thing to do in order: the student's `code`, or the judging of `task`."""

    code: str = ""
    owner: str = ""
    task: str = ""
    skip: bool = False
    judged: bool = False


def _steps(data: bytes, assignment: Assignment) -> list[_Step]:
    """What to run, in order.

    Raises:
        Unreadable: no notebook, or not of this assignment.
    """
    notebook = _parsed(data)
    about = notebook.metadata.get("balkanlab")
    named = about.get("exercises") if isinstance(about, Mapping) else None
    if named and named != assignment.name:
        raise Unreadable(f"this is the notebook {_clean(named)}, not {assignment.name}")
    tasks = {spec["grade_id"]: task for task, spec in assignment.tasks.items()}
    owners = {"solution-" + name.removeprefix("check-"): task for name, task in tasks.items()}
    known = {*tasks, *owners}
    if not any(grade_id(cell) in known for cell in notebook.cells):
        raise Unreadable(f"no task of {assignment.name} is in this notebook")
    steps = []
    for cell in overlay(notebook, pristine(assignment.checks)).cells:
        name = grade_id(cell)
        if name in tasks:
            steps.append(_Step(task=tasks[name]))
        elif cell.cell_type == "code" and cell.source.strip():
            steps.append(_Step(code=cell.source, owner=owners.get(name, "")))
    return steps


def _parsed(data: bytes) -> Any:
    quiet = logging.getLogger("traitlets")
    level = quiet.level
    try:
        quiet.setLevel(logging.CRITICAL)
        with contextlib.redirect_stderr(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # Stored outputs prove nothing, so odd ones and repeated cell ids must not cost anybody a mark.
            notebook = strip_outputs(nbformat.reads(data.decode("utf-8-sig"), as_version=4))
            _, notebook = normalize(notebook)
            nbformat.validate(notebook)
    except UnicodeDecodeError:
        raise Unreadable("this is no notebook: it is not text") from None
    except json.JSONDecodeError as error:
        raise Unreadable(f"this is no notebook: broken JSON in line {error.lineno}") from None
    except (Exception, RecursionError) as error:
        words = str(error).strip().splitlines() or [type(error).__name__]
        raise Unreadable(f"this is no valid notebook: {_clean(words[0])}") from None
    finally:
        quiet.setLevel(level)
    return notebook


class _Judge(Checks):
    """The checks of an assignment at hand, whichever course folder this process is in."""

    def __init__(self, assignment: Assignment) -> None:
        super().__init__(assignment.name)
        self._all = assignment.tasks

    @property
    def tasks(self) -> Mapping[str, Any]:
        return self._all

    def of(self, task: str, answer: Mapping[str, Any]) -> Verdict:
        """The verdict on what `probe.normal_form` has brought out."""
        try:
            value = restored(answer)
        except Mismatch as why:
            return Verdict(False, f"{_clean(why)}. {self._all[task]['hints'][0]}")
        return self.verdict(task, value)


@dataclass
class _Work:
    """The run of one submission."""

    assignment: Assignment
    limits: Limits
    sandbox: Sandbox
    steps: list[_Step]
    notes: list[str] = field(default_factory=list)
    stopped: bool = False
    canary: bool = True

    def __post_init__(self) -> None:
        self._judge = _Judge(self.assignment)
        self._deadline = monotonic() + self.limits.notebook_seconds
        self._found: dict[str, TaskResult] = {}
        self._seconds: dict[str, float] = {}
        self._trouble: dict[str, str] = {}
        self._printed = 0

    def run(self) -> None:
        """Run every step, in as many sessions as that takes."""
        for attempt in range(MOST_RESTARTS + 1):
            session = self.sandbox.start(self.assignment, self.limits)
            try:
                if self._through(session):
                    return
            finally:
                session.close()
            if monotonic() >= self._deadline:
                self._say(
                    f"The notebook took more than {self.limits.notebook_seconds:g} s; the rest was not run."
                )
                return
            if attempt == MOST_RESTARTS:
                self._say("Too many cells hung or ended the session; the rest was not run.")

    def _through(self, session: Session) -> bool:
        """Run what is left in one session; False where it ended before the last step."""
        for step in self.steps:
            if step.skip or step.judged:
                continue
            began = monotonic()
            try:
                if step.task:
                    self._settle(session, step)
                else:
                    self._execute(session, step)
            except (SessionDied, SessionHung) as why:
                self._drop(step, why)
                return False
            finally:
                task = step.task or step.owner
                self._seconds[task] = self._seconds.get(task, 0.0) + monotonic() - began
        try:
            self._watch_canary(session)
        except (SessionDied, SessionHung):
            # All is judged; only whether assertions still worked at the very end is unknown.
            self.canary = False
        return True

    def _ask(self, session: Session, request: dict[str, Any]) -> dict[str, Any]:
        """A reply within the cell's time; a hanging cell is interrupted once.

        The time is the processor's, so that marks do not depend on how busy the machine is. A cell that waits
        has `PATIENCE` times as long.

        Raises:
            SessionDied, SessionHung: there is none.
        """
        began, most = session.computed(), self.limits.cell_seconds
        end = min(monotonic() + PATIENCE * most, self._deadline)
        left = min(most, end - monotonic())
        if left <= 0:
            raise SessionHung
        try:
            reply = session.ask(request, left)
        except SessionHung:
            reply = self._late(session, began + most, end)
        self._count(reply)
        return reply

    def _late(self, session: Session, computed: float, end: float) -> dict[str, Any]:
        """The reply to the last request: until `computed` seconds of work, at `end` at the latest."""
        while True:
            left = min(computed - session.computed(), end - monotonic())
            if left <= 0:
                break
            with contextlib.suppress(SessionHung):
                return session.wait(max(left, MOMENT))
        session.interrupt()
        return {**session.wait(GRACE_SECONDS), "late": True}

    def _count(self, reply: Mapping[str, Any]) -> None:
        printed = reply.get("printed", 0)
        before = self._printed
        self._printed += printed if isinstance(printed, int) and printed > 0 else 0
        if before <= self.limits.output_bytes < self._printed:
            self.notes.append(
                f"It printed more than {self.limits.output_bytes:,} characters; they were dropped."
            )

    def _execute(self, session: Session, step: _Step) -> None:
        reply = self._ask(session, {"code": step.code})
        if reply.get("error") == "MemoryError":
            # What the cell has hoarded would starve the rest.
            raise SessionDied("it used more memory than allowed")
        if reply.get("late"):
            self._say(f"A cell{_of(step)} took more than {self.limits.cell_seconds:g} s and was interrupted.")
            self._trouble[step.owner] = f"your cell took more than {self.limits.cell_seconds:g} seconds"
        elif reply.get("error"):
            line = reply.get("line")
            where = f", in line {line}" if isinstance(line, int) and line > 0 else ""
            text = _clean(reply.get("text", ""))
            what = f"raised {_clean(reply['error'])}{where}" + (f": {text}" if text else "")
            if step.owner:
                self._trouble[step.owner] = f"your code {what}"
            elif not any(note.startswith(_ELSEWHERE) for note in self.notes):
                self.notes.append(f"{_ELSEWHERE} {what}.")

    def _settle(self, session: Session, step: _Step) -> None:
        task, spec = step.task, self.assignment.tasks[step.task]
        request = {"kind": spec["kind"], "config": spec["config"], "answer": spec["variable"]}
        reply = self._ask(session, request)
        answer = reply.get("answer")
        if reply.get("late") or not isinstance(answer, Mapping):
            self._fail(task, f"your answer took more than {self.limits.cell_seconds:g} seconds")
            if reply.get("late"):
                self._say(f"The answer to {task} took more than {self.limits.cell_seconds:g} s.")
        else:
            self._decide(session, task, answer)
        step.judged = True

    def _decide(self, session: Session, task: str, answer: Mapping[str, Any]) -> None:
        verdict = self._judge.of(task, answer)
        words = _clean(shown(answer))
        if not verdict.ok:
            trouble = self._trouble.get(task, "")
            message = f"{trouble}. {verdict.message}" if trouble else verdict.message
            self._fail(
                task, f"not yet – {_clean(message, most=1000)}", reason=_reason(answer, words), answer=words
            )
            return
        hidden = self.assignment.hidden.get(task)
        reason = self._broken(session, hidden) if hidden else ""
        if reason:
            self._fail(
                task, "not yet – it passes the check, not the further tests", reason=reason, answer=words
            )
            return
        points = self.assignment.tasks[task]["points"]
        self._found[task] = TaskResult(task, points, points, True, "ok", answer=words)

    def _broken(self, session: Session, hidden: str) -> str:
        """Why the hidden assertions do not hold, or ""."""
        reply = self._ask(session, {"code": hidden})
        if reply.get("late"):
            return "the hidden test took too long"
        if reply.get("error"):
            return _clean(f"hidden test: {reply['error']} {reply.get('text', '')}".strip())
        self._watch_canary(session)
        return "" if self.canary else "assertions are switched off: hidden tests prove nothing"

    def _watch_canary(self, session: Session) -> None:
        """An assertion that must fail: where it passes, the student's code has switched assertions off."""
        word = secrets.token_hex(8)
        reply = self._ask(session, {"code": f"assert False, {word!r}"})
        alive = reply.get("error") == "AssertionError" and reply.get("text") == word
        if self.canary and not alive:
            self.notes.append("Assertions are switched off in this notebook: look at it by hand.")
            self.canary = False

    def _drop(self, step: _Step, why: SessionDied | SessionHung) -> None:
        """Leave out the step that cost a session."""
        hung = isinstance(why, SessionHung)
        what = f"took more than {self.limits.cell_seconds:g} seconds" if hung else "ended Python"
        extra = f": {why}" if str(why) else ""
        if monotonic() < self._deadline:
            done = (
                f"took more than {self.limits.cell_seconds:g} s and ignored the interrupt" if hung else what
            )
            self._say(f"A cell{_of(step)} {done}{extra}.")
        step.skip = True
        if step.task:
            self._fail(step.task, f"not yet – your answer {what}{extra}")
        else:
            self._trouble[step.owner] = f"your cell {what}{extra}"

    def _fail(self, task: str, message: str, *, reason: str = "", answer: str = "") -> None:
        points = self.assignment.tasks[task]["points"]
        self._found[task] = TaskResult(task, 0, points, False, message, reason or message, answer)

    def _say(self, note: str) -> None:
        self.stopped = True
        if note not in self.notes:
            self.notes.append(note)

    def results(self) -> tuple[TaskResult, ...]:
        """One result per task, in the assignment's order."""
        found = []
        for task in self.assignment.tasks:
            if task not in self._found:
                self._fail(task, "not run: an earlier cell used up the time")
            result = self._found[task]
            seconds = round(self._seconds.get(task, 0.0), 3)
            found.append(TaskResult(**{**vars(result), "seconds": seconds}))
        return tuple(found)


def _reason(answer: Mapping[str, Any], words: str) -> str:
    """For the instructor: the wrong answer itself, alike for alike answers."""
    return _clean(answer.get("problem", f"answer: {words}"))[:120]


def _of(step: _Step) -> str:
    task = step.task or step.owner
    return f" of task {task}" if task else ""


def _clean(text: object, most: int = 300) -> str:
    """Foreign text in one line of at most `most` characters, without what a terminal or a file cannot take."""
    return " ".join(_CONTROL.sub(" ", str(text)).split())[:most]
