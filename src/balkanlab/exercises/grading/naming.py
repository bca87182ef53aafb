"""Whose file is it: the naming schemes of downloads.

- Moodle, as folders or flat: `Jane Doe_12345_assignsubmission_file_/x.ipynb`, and without the folder
  `Jane Doe_12345_assignsubmission_file_x.ipynb`; the number is the participant's in this assignment, and with
  blind marking the name is "Participant" (mod/assign, `download_submissions`).
- Canvas: `doejane_LATE_10045_77001_x.ipynb`, that is sortable name in lower case, LATE where it is, user,
  upload and the file's own name; anonymous: `anon_a1b2c_77001_x.ipynb` (canvas-lms, `lib/content_zipper.rb`;
  older releases write `late`).
- nbgrader: `submitted/jane/ps1/x.ipynb`.
- Plain: `Jane Doe/x.ipynb`, or flat `Jane Doe.ipynb`.

A student decides on names inside of what he or she handed in, so only the outermost level of a download says
whose a file is. `level` finds how many folders lie around that level.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from balkanlab.exercises.grading.intake import printable

_MOODLE = re.compile(r"(?P<name>.+?)_(?P<number>\d+)_assignsubmission_[a-z]+(?:_.*)?", re.DOTALL)
_CANVAS = re.compile(
    r"(?:(?P<name>[^\W_]\w*?)(?P<late>_late)?_(?P<user>\d+)|(?P<alias>anon_[0-9a-z]+))_(?P<upload>\d+)_.+",
    re.DOTALL | re.IGNORECASE,
)
_NBGRADER = "submitted"
_NBGRADER_OTHERS = {"source", "release", "autograded", "feedback", "solution"}

Parts = tuple[str, ...]
WhichExercise = Callable[[str], str]


@dataclass(frozen=True)
class Owner:
    """What a name says: `number` is the platform's number of the person, `upload` grows with every upload."""

    name: str
    number: str = ""
    scheme: str = "folder"
    late: bool = False
    upload: int = 0

    @property
    def student(self) -> str:
        """The name for reports; Canvas squeezes names, so they keep their number."""
        return f"{self.name}_{self.number}" if self.number and self.scheme == "canvas" else self.name


def owner(part: str, exercise_in: WhichExercise, *, file: bool) -> Owner:
    """Who `part`, a name at the outermost level of a download, belongs to.

    Args:
        part: a file's or folder's name, a zip's without `.zip`.
        exercise_in: the exercise that a text names, or "".
        file: whether `part` is a file's name, with its suffix.
    """
    if found := _MOODLE.fullmatch(part):
        return Owner(_known(found["name"]), found["number"], "moodle")
    found = _CANVAS.fullmatch(part)
    if found and (found["name"] or "") == (found["name"] or "").lower():
        if found["alias"]:
            return Owner(printable(found["alias"]), "", "canvas", False, int(found["upload"]))
        return Owner(
            _known(found["name"]), found["user"], "canvas", bool(found["late"]), int(found["upload"])
        )
    if not file:
        return Owner(_known(part))
    stem = re.sub(r"\.ipynb$", "", part, flags=re.IGNORECASE)
    exercise = exercise_in(stem)
    spelt = r"[\W_]+".join(map(re.escape, exercise.split("_")))
    own = re.sub(spelt, "", stem, flags=re.IGNORECASE).strip(" _-.") if exercise else stem
    return Owner(_known(own if any(map(str.isalpha, own)) else stem), scheme="flat")


def _known(name: str) -> str:
    """The name to show; "" for `..` and the like, which are nobody's."""
    shown = printable(name)
    return shown if shown.strip(" .") else ""


def submitted(places: Iterable[Parts]) -> list[Parts]:
    """Of nbgrader's course folder only what students submitted; any other download as it is."""
    places = list(places)
    tops = {parts[0] for parts in places if len(parts) > 1}
    if _NBGRADER in tops and tops & _NBGRADER_OTHERS:
        return [parts for parts in places if parts[0] == _NBGRADER and len(parts) > 1]
    return places


def level(places: Sequence[Parts], exercise_of: Callable[[Parts], str], known: Collection[str]) -> int:
    """How many folders lie around the level that says whose a file is.

    Folders that hold everything are wrapping if below them names are in the manner of Moodle or Canvas, or if
    two folders hold the same exercise; nbgrader's `submitted` and a folder named after an exercise always are.
    Any other folder that holds everything is the only student's.

    Args:
        places: where the files lie.
        exercise_of: the exercise in the file at a place, or "".
        known: the course's exercises.
    """
    if not places:
        return 0
    first, fork = places[0], 0
    while all(len(parts) > fork + 1 and parts[fork] == first[fork] for parts in places) and not _by_platform(
        first[fork]
    ):
        fork += 1
    if any(_by_platform(parts[fork]) for parts in places) or _shared(places, fork, exercise_of):
        return fork
    depth = 0
    while depth < fork and (first[depth] == _NBGRADER or first[depth] in known):
        depth += 1
    return depth


def _by_platform(part: str) -> bool:
    return bool(_MOODLE.fullmatch(part) or _CANVAS.fullmatch(part))


def _shared(places: Sequence[Parts], depth: int, exercise_of: Callable[[Parts], str]) -> bool:
    """Whether two folders at `depth` hold the same exercise."""
    holders: dict[str, set[str]] = {}
    for parts in places:
        if len(parts) > depth + 1 and (exercise := exercise_of(parts)):
            holders.setdefault(exercise, set()).add(parts[depth])
    return any(len(folders) > 1 for folders in holders.values())
