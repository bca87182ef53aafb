"""Checks: one line of feedback per task, with hints that climb.

In a notebook:

    from balkanlab.exercises import Checks
    check = Checks("02_cefta")
    check("2.1a", my_answer)        # prints "2.1a: ok" or "2.1a: not yet – hint"

    check.progress()                # a bar: how far you are in this notebook

The line "2.1a: ok" is also what nbval compares, so a check prints nothing else and never raises.
Attempts and solved tasks outlive the kernel, see `progress`.
Standard library only: the same file answers in the browser edition.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from html import escape
from typing import Any

from balkanlab.exercises import progress
from balkanlab.exercises.kinds import KINDS, quietly
from balkanlab.exercises.values import Mismatch, Unfinished
from balkanlab.lesson import Block
from balkanlab.paths import course_file

FOLDER = "exercises/checks"
FORMAT = 1
_NOTHING = object()


@lru_cache(maxsize=16)
def _load(path: str, modified: int) -> dict[str, Any]:
    with open(path, encoding="utf-8") as file:
        content: dict[str, Any] = json.load(file)
    if content.get("format") != FORMAT:
        raise ValueError(f"{path} is in format {content.get('format')}; this balkanlab reads format {FORMAT}")
    return content


def load_checks(name: str) -> dict[str, Any]:
    """The checks file of an exercise notebook such as `02_cefta`.

    Raises:
        FileNotFoundError: there is none of that name; the message lists those there are.
        ValueError: written for another version of balkanlab.
    """
    path = course_file(f"{FOLDER}/{name}.json")
    if not path.is_file():
        known = ", ".join(sorted(other.stem for other in path.parent.glob("*.json"))) or "none"
        raise FileNotFoundError(f"no checks named {name!r}; there are: {known}")
    return _load(str(path), path.stat().st_mtime_ns)


class Verdict:
    """What a check found: `ok`, and the `message` for the student (empty when ok)."""

    __slots__ = ("counts", "message", "ok", "said")

    def __init__(self, ok: bool, message: str = "", *, counts: bool = True, said: int | None = None) -> None:
        self.ok = ok
        self.message = message
        self.counts = counts
        self.said = said


class Checks:
    """The checks of one exercise notebook; call it with a task's id and the student's value.

    Failed attempts are counted per task, beginning with those of earlier sessions; an empty answer is none.
    """

    def __init__(self, name: str) -> None:
        """`name` is that of the notebook, for example "02_cefta"; the files are read at the first check."""
        self.name = name
        self._passed: dict[str, bool] = {}
        self._kept: dict[str, progress.Record] | None = None

    def __repr__(self) -> str:
        return f"Checks({self.name!r})"

    @property
    def tasks(self) -> Mapping[str, Any]:
        """The tasks by id: title, points, difficulty, minutes, kind, hints and seals."""
        tasks: dict[str, Any] = load_checks(self.name)["tasks"]
        return tasks

    def passed(self, task: str) -> bool:
        """Whether the last check of `task` was ok."""
        return self._passed.get(task, False)

    def record(self, task: str) -> progress.Record:
        """Attempts and success so far, of earlier sessions and of this one."""
        if self._kept is None:
            self._kept = progress.history(self.name)
        return self._kept.setdefault(task, progress.Record())

    def __call__(self, task: object, value: object = _NOTHING) -> None:
        """Print `task: ok` or `task: not yet – hint`. Returns nothing, so that a cell shows one line."""
        try:
            tasks = self.tasks
        except (OSError, ValueError) as problem:
            print(f"{task}: cannot be checked – {problem}")
            return
        if not isinstance(task, str) or task not in tasks:
            print(_unknown(task, list(tasks)))
            return
        verdict = self.verdict(task, value)
        self._passed[task] = verdict.ok
        print(f"{task}: ok" if verdict.ok else f"{task}: not yet – {' '.join(verdict.message.split())}")
        if verdict.counts:
            self._keep(progress.Event(progress.now(), self.name, task, verdict.ok, verdict.said))

    def _keep(self, event: progress.Event) -> None:
        record = self.record(event.task)
        news = record.learns(event)
        record.add(event)
        if news:
            progress.note(event)

    def progress(self) -> Block:
        """A bar with a sentence: how many of this notebook's tasks are solved, in any session, and what is next.

        Shows as HTML, and as the sentence where HTML is not drawn.
        """
        try:
            tasks = self.tasks
        except (OSError, ValueError) as problem:
            return Block(f"<p>{escape(str(problem))}</p>", str(problem))
        kept = progress.history(self.name)
        solved = {task for task in tasks if self.record(task).solved or (task in kept and kept[task].solved)}
        return _bar(tasks, solved)

    def verdict(self, task: str, value: object) -> Verdict:
        """Judge `value` without printing or counting; never raises for any value.

        Raises:
            KeyError: there is no such task.
        """
        spec = self.tasks[task]
        try:
            with quietly():
                return self._judge(task, spec, value)
        except (Exception, SystemExit) as error:
            kind = type(error).__name__
            return Verdict(False, f"this value cannot be read ({kind}). {spec['hints'][0]}")

    def _judge(self, task: str, spec: Mapping[str, Any], value: object) -> Verdict:
        hints = spec["hints"]
        if value is _NOTHING:
            return Verdict(False, f'hand over your answer: check("{task}", {spec["variable"]})', counts=False)
        kind, config, salt = KINDS[spec["kind"]], spec["config"], f"{self.name}|{task}"
        try:
            normal = kind.read(config, value)
        except Unfinished as why:
            return Verdict(False, f"{why}. {hints[0]}", counts=False)
        except Mismatch as why:
            return Verdict(False, f"{why}. {hints[self._level(task, hints)]}")
        complaint = kind.complaint(config, normal)
        detail = kind.compare(config, spec["seal"], normal, salt)
        if detail is None and not complaint:
            return Verdict(True)
        for number, slip in enumerate(spec.get("slips", ())):
            said = number in self.record(task).slips
            if not said and kind.compare(config, slip["seal"], normal, f"{salt}|slip") is None:
                return Verdict(False, slip["say"], said=number)
        level = self._level(task, hints)
        if complaint:
            return Verdict(False, f"{complaint}. {hints[level]}")
        if level == 0:
            return Verdict(False, hints[0])
        detail = detail or kind.nudge(config, spec["seal"], normal, salt)
        return Verdict(False, f"{hints[level]} ({detail})" if detail else hints[level])

    def _level(self, task: str, hints: Sequence[str]) -> int:
        return min(self.record(task).attempts, len(hints) - 1)


def _bar(tasks: Mapping[str, Any], solved: set[str]) -> Block:
    points = [sum(tasks[task]["points"] for task in group) for group in (solved, tasks)]
    sentence = f"{len(solved)} of {len(tasks)} tasks solved, {points[0]} of {points[1]} points."
    unsolved = [task for task in tasks if task not in solved]
    rest = f"Next: {unsolved[0]} {tasks[unsolved[0]]['title']}." if unsolved else "All done."
    share = 100 * len(solved) / len(tasks)
    # Drawn with borders, which are printed where backgrounds are not.
    html = (
        f'<div class="bl-progress"><p>{sentence}</p>'
        f'<div role="progressbar" aria-label="Tasks solved" aria-valuemin="0" aria-valuemax="{len(tasks)}" '
        f'aria-valuenow="{len(solved)}" style="border: 1px solid currentColor; max-width: 40em">'
        f'<div style="width: {share:.1f}%; border-top: 0.9em solid '
        f'var(--bl-green, var(--jp-success-color1, currentColor))"></div></div>'
        f"<p>{escape(rest)}</p></div>"
    )
    return Block(html, f"{sentence} {rest}")


def _unknown(task: object, tasks: list[str]) -> str:
    close = difflib.get_close_matches(task, tasks, n=1) if isinstance(task, str) else []
    guess = f"; did you mean {close[0]}?" if close else ""
    name = task if isinstance(task, str) else type(task).__name__
    return f"{name}: no such task{guess} The tasks are {', '.join(tasks)}."


def require(name: str, task: str, value: object) -> None:
    """Raise unless `value` solves `task`: what nbgrader and other graders by exception need.

    Raises:
        AssertionError: not solved; the message is the check's, without any value of the answer.
        KeyError: there is no such task.
    """
    verdict = Checks(name).verdict(task, value)
    if not verdict.ok:
        raise AssertionError(f"{task}: not yet – {verdict.message}")
