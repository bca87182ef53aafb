"""The class list: who a submission's student is in the learning platform.

Any CSV with a header will do: a gradebook exported from Canvas, a participants list or a grading worksheet from
Moodle, the students of nbgrader, or a list made by hand. Columns are found by their names.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

MAX_BYTES = 20_000_000
# The names that platforms give to a column, in `_key` form.
_COLUMNS = {
    "name": ("name", "fullname", "student", "studentname"),
    "first": ("firstname", "givenname"),
    "last": ("lastname", "surname", "familyname"),
    "email": ("email", "emailaddress"),
    "id_number": ("idnumber", "sisuserid"),
    "username": ("username", "sisloginid", "login", "studentid"),
    "platform_id": ("id", "identifier"),
    "sourced_id": ("sourcedid", "studentsourcedid"),
}
_CANVAS_LAST = "Section"


class RosterError(ValueError):
    """The class list cannot be used; the message says why and what to do."""


@dataclass(frozen=True)
class Person:
    """One row of the class list; a field is "" where the list has no such column. `row` is the row as it was."""

    name: str = ""
    first: str = ""
    last: str = ""
    email: str = ""
    id_number: str = ""
    username: str = ""
    platform_id: str = ""
    sourced_id: str = ""
    row: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The name to show."""
        return self.name or f"{self.first} {self.last}".strip() or self.username or self.email


@dataclass(frozen=True)
class Roster:
    """The class list: its header and the people in its order."""

    columns: tuple[str, ...]
    people: tuple[Person, ...]
    _index: dict[str, set[int]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _numbers: dict[str, set[int]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for place, person in enumerate(self.people):
            for key in _keys(person):
                self._index.setdefault(key, set()).add(place)
            number = re.fullmatch(r"\D*(\d+)", person.platform_id)
            if number:
                self._numbers.setdefault(number.group(1), set()).add(place)

    def find(self, student: str) -> Person | None:
        """The one person that a submission's `student` can be; None where there is none, or more than one.

        `student` is a name in any order, a login, an e-mail address, an identifier, or a name and the
        platform's own number joined by an underscore, as in the names of downloaded files. Where name and
        number belong to two people, it is nobody.
        """
        places = self._index.get(_key(student), set())
        name, _, number = student.rpartition("_")
        if not places and number.isdigit():
            by_number, by_name = self._numbers.get(number, set()), self._index.get(_key(name), set())
            places = (by_number & by_name) or (by_number | by_name)
        return self.people[next(iter(places))] if len(places) == 1 else None

    @property
    def is_canvas(self) -> bool:
        """Whether this is a gradebook exported from Canvas."""
        return (
            len(self.columns) > 3 and self.columns[:2] == ("Student", "ID") and _CANVAS_LAST in self.columns
        )

    @property
    def identity(self) -> int:
        """How many leading columns of a Canvas gradebook say who a row is."""
        return self.columns.index(_CANVAS_LAST) + 1 if self.is_canvas else 0


def read_roster(path: Path) -> Roster:
    """Reads a class list: CSV with commas, semicolons or tabs, in UTF-8 or UTF-16 (with its mark).

    Raises:
        RosterError: not there, not text, empty, without a known column, or nobody in it.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RosterError(f"the class list {path} cannot be read: {error.strerror or error}") from error
    if len(data) > MAX_BYTES:
        raise RosterError(f"the class list {path} has {len(data):,} bytes: is it the right file?")
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise RosterError(f"the class list {path} is not UTF-8: save it as “CSV UTF-8”") from error
    rows = [row for row in _rows(text) if any(cell.strip() for cell in row)]
    if not rows:
        raise RosterError(f"the class list {path} is empty")
    columns = tuple(cell.strip() for cell in rows[0])
    places = _places(columns)
    if not places:
        known = "a name, an e-mail address, a login or an ID"
        raise RosterError(f"the class list {path} has no column with {known} in its first row")
    people = tuple(
        Person(**{name: _cell(row, place) for name, place in places.items()}, row=_as_wide(row, len(columns)))
        for row in rows[1:]
        if not _is_nobody(row)
    )
    if not people:
        raise RosterError(f"the class list {path} has a header and nobody below it")
    return Roster(columns, people)


def _rows(text: str) -> Iterator[list[str]]:
    head = text.lstrip().partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error as error:
        raise RosterError(f"the class list is no CSV: {error}") from error


def _places(columns: Iterable[str]) -> dict[str, int]:
    keys = [_key(column) for column in columns]
    places = {}
    for name, known in _COLUMNS.items():
        place = next((keys.index(key) for key in known if key in keys), None)
        if place is not None:
            places[name] = place
    return places


def _is_nobody(row: list[str]) -> bool:
    """Whether this line of a Canvas gradebook is no student: it describes assignments, or is the test student."""
    first = row[0].strip().casefold()
    if not first:
        return any("manual posting" in cell.casefold() for cell in row)
    return first.startswith("points possible") or first == "student, test"


def _cell(row: list[str], place: int) -> str:
    return row[place].strip() if place < len(row) else ""


def _as_wide(row: list[str], width: int) -> tuple[str, ...]:
    return tuple((row + [""] * width)[:width])


def _key(text: str) -> str:
    """Letters and digits only, without case and accents: how names are compared."""
    folded = unicodedata.normalize("NFKD", text.replace("đ", "d").replace("Đ", "D"))
    return re.sub(r"[\W_]+", "", "".join(c for c in folded if not unicodedata.combining(c))).casefold()


def _keys(person: Person) -> set[str]:
    last, comma, first = person.name.partition(",")
    names = [person.name, f"{person.first} {person.last}", f"{person.last} {person.first}"]
    if comma:
        names.append(f"{first} {last}")
    elif " " in person.name:
        first, _, last = person.name.partition(" ")
        names.append(f"{last} {first}")
    ids = [person.email, person.id_number, person.username, person.platform_id, person.sourced_id]
    ids.append(person.email.partition("@")[0])
    return {key for key in map(_key, (*names, *ids)) if key}
