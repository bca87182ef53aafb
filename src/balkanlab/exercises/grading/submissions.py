"""Finding what a class handed in: who, which exercise, which of several files, and what cannot be graded.

`find` reads every notebook of a download once, to tell the exercise and to fingerprint the file. It runs
nothing and unpacks nothing.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from balkanlab.exercises.grading.intake import HandedIn, IntakeError, TurnedAway, files, place, printable
from balkanlab.exercises.grading.naming import Owner, Parts, level, owner, submitted
from balkanlab.exercises.grading.result import Limits

_NAMED_FILES = 3


@dataclass(frozen=True)
class Submission:
    """One notebook to grade. `note` says what an instructor should know: late, or the latest of several."""

    student: str
    exercise: str
    file: HandedIn
    sha256: str
    late: bool = False
    note: str = ""


@dataclass(frozen=True, order=True)
class Refused:
    """What cannot be graded. `student` and `exercise` are "" where the names do not tell."""

    student: str
    exercise: str
    where: str
    reason: str


@dataclass(frozen=True)
class Found:
    """What lies in a download: to be graded, refused, and remarks on what was left out."""

    submissions: tuple[Submission, ...]
    refused: tuple[Refused, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _File:
    """A file with what its content says; `refusal` is "" unless it was turned away."""

    parts: Parts
    item: HandedIn | None
    refusal: str = ""
    exercise: str = ""
    sha256: str = ""

    @property
    def where(self) -> str:
        return place(self.parts)

    @property
    def is_notebook(self) -> bool:
        return self.item is not None and self.parts[-1].lower().endswith(".ipynb")


def find(
    download: Path, known: Sequence[str], wanted: Sequence[str] = (), limits: Limits | None = None
) -> Found:
    """Everything in `download`, by student and exercise.

    An exercise is told by the notebook's metadata, else by the file's or a folder's name, else it is the one
    that everybody else handed in. Of several files for one exercise the latest counts: by Canvas' upload
    number, then by the time of the file.

    Args:
        download: a folder, a zip or one notebook; see `naming` for the schemes.
        known: the course's exercises.
        wanted: those to grade; all of them if empty.
        limits: only `notebook_bytes` matters here.

    Raises:
        IntakeError: `download` is not there, or is none of the three.
    """
    found = [_examined(item, known, limits or Limits()) for item in files(download)]
    places = submitted([file.parts for file in found])
    kept = set(places)
    found = [file for file in found if file.parts in kept]
    exercises = {file.parts: file.exercise for file in found if file.is_notebook}
    depth = level(places, lambda parts: exercises.get(parts, ""), known)
    owned = _with_numbers([(_owner(file.parts, depth, known), file) for file in found])
    only = _only_one(wanted or sorted({exercise for exercise in exercises.values() if exercise}))
    return _sorted_out([(who, _guessed(file, only)) for who, file in owned], set(wanted or known), only)


def named_exercise(text: str, known: Iterable[str]) -> str:
    """The longest of the `known` exercises that `text` names, in whatever punctuation; "" if none."""
    plain = _plain(text)
    return max((name for name in known if _plain(name) in plain), key=len, default="")


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "_", text.casefold())


def _examined(item: HandedIn | TurnedAway, known: Sequence[str], limits: Limits) -> _File:
    named = next((name for part in reversed(item.parts) if (name := named_exercise(part, known))), "")
    if isinstance(item, TurnedAway):
        return _File(item.parts, None, item.reason, named)
    if not item.parts[-1].lower().endswith(".ipynb"):
        return _File(item.parts, item)
    try:
        data = item.read(limits.notebook_bytes)
    except IntakeError as error:
        return _File(item.parts, None, str(error), named)
    return _File(item.parts, item, "", _declared(data, known) or named, hashlib.sha256(data).hexdigest())


def _declared(data: bytes, known: Sequence[str]) -> str:
    """The exercise in the notebook's metadata; "" for what is no notebook or is another course's."""
    try:
        name = json.loads(data.decode("utf-8-sig"))["metadata"]["balkanlab"]["exercises"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return ""
    return name if name in known else ""


def _owner(parts: Parts, depth: int, known: Sequence[str]) -> Owner:
    # One folder per exercise with the students inside is as good as the other way round.
    while len(parts) > depth + 1 and parts[depth] in known:
        depth += 1
    depth = min(depth, len(parts) - 1)
    return owner(parts[depth], lambda text: named_exercise(text, known), file=len(parts) == depth + 1)


def _with_numbers(owned: list[tuple[Owner, _File]]) -> list[tuple[Owner, _File]]:
    """Adds Moodle's number to names that two participants share."""
    numbers: dict[str, set[str]] = {}
    for who, _ in owned:
        numbers.setdefault(who.student, set()).add(who.number)
    return [
        (replace(who, name=f"{who.name}_{who.number}"), file)
        if who.scheme == "moodle" and len(numbers[who.student]) > 1
        else (who, file)
        for who, file in owned
    ]


def _only_one(exercises: Sequence[str]) -> str:
    return exercises[0] if len(exercises) == 1 else ""


def _guessed(file: _File, only: str) -> _File:
    """Takes a notebook or refused file of unknown exercise for `only`, the one exercise that there is."""
    return replace(file, exercise=file.exercise or only) if file.is_notebook or file.refusal else file


def _sorted_out(owned: list[tuple[Owner, _File]], wanted: set[str], only: str) -> Found:
    groups: dict[tuple[str, str], list[tuple[Owner, _File]]] = {}
    refused: list[Refused] = []
    for who, file in owned:
        if file.refusal:
            refused.append(Refused(who.student, file.exercise, file.where, file.refusal))
        elif file.is_notebook:
            groups.setdefault((who.student or "unnamed", file.exercise), []).append((who, file))
    submissions = [
        _latest(student, handed) for (student, exercise), handed in groups.items() if exercise in wanted
    ]
    others = sum(len(handed) for (_, name), handed in groups.items() if name and name not in wanted)
    notes = [f"left out: {others} notebook{'s' * (others > 1)} of other exercises"] if others else []
    graded = {submission.student for submission in submissions}
    for (student, exercise), handed in groups.items():
        for _, file in handed if not exercise else ():
            if student in graded:
                notes.append(f"left out: {file.where}, no exercise of this course")
            else:
                refused.append(Refused(student, "", file.where, "nothing in it says which exercise it is"))
    if stray := [file.where for who, file in owned if who.scheme == "flat" and _is_other(file)]:
        notes.append(f"left out: {_listed(stray)}, no notebook")
    refused += _without_notebook(owned, only)
    return Found(
        tuple(sorted(submissions, key=lambda each: (each.exercise, each.student))),
        tuple(sorted(each for each in refused if not each.exercise or each.exercise in wanted)),
        tuple(notes),
    )


def _is_other(file: _File) -> bool:
    return not file.is_notebook and not file.refusal


def _without_notebook(owned: list[tuple[Owner, _File]], only: str) -> list[Refused]:
    """The students of whom there are files, but neither a notebook nor anything that was refused."""
    names: dict[str, list[str]] = {}
    for who, file in owned:
        names.setdefault(who.student, []).append(printable(file.parts[-1]))
    for who, file in owned:
        if file.is_notebook or file.refusal or who.scheme == "flat":
            names.pop(who.student, None)
    return [
        Refused(student, only, _listed(handed), "no notebook among the files")
        for student, handed in names.items()
    ]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:_NAMED_FILES]) + (" …" if len(names) > _NAMED_FILES else "")


def _latest(student: str, candidates: list[tuple[Owner, _File]]) -> Submission:
    """The submission that counts, with a note where there were several or Canvas calls it late."""

    def age(candidate: tuple[Owner, _File]) -> tuple[int, float, Parts]:
        who, file = candidate
        assert file.item is not None
        return who.upload, file.item.time, file.parts

    who, file = max(candidates, key=age)
    assert file.item is not None
    notes = ["handed in late"] if who.late else []
    if len({each.sha256 for _, each in candidates}) > 1:
        notes.append(f"the latest of {len(candidates)} files was graded: {file.where}")
    return Submission(student, file.exercise, file.item, file.sha256, who.late, "; ".join(notes))
