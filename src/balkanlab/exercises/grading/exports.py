"""Grade files for learning platforms, each written against the description that its importer goes by.

- Moodle: docs.moodle.org, "Grade import", and the importer itself (`grade/import/csv/classes/load_data.php`).
  A user column is mapped to e-mail address, ID number or username, a column of points to a grade item, another
  to its feedback. A dash would erase a grade that is there, so students without a mark are left out.
- Canvas: the importer `lib/gradebook_importer.rb` of canvas-lms. The first columns are Student, ID, SIS User ID,
  SIS Login ID and Section, then one per assignment, named as in Canvas or "name (number)"; a second row gives
  the points possible. An empty cell would erase a grade, so students without a mark are left out here too.
- OneRoster: "OneRoster CSV Binding 1.2.1", 1EdTech 2023: a zip with manifest.csv and results.csv in "delta" mode,
  which adds to what the receiving system has. Every identifier of a result follows from student and assignment,
  so that a second delivery replaces the first.
- nbgrader: the columns of `nbgrader export` 0.9 (`nbgrader/plugins/export.py`), one row per assignment and student.

Text that a spreadsheet would run as a formula gets an apostrophe before it (OWASP, "CSV Injection").
"""

from __future__ import annotations

import csv
import io
import re
import textwrap
import unicodedata
import uuid
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from balkanlab.execute import write_atomically
from balkanlab.exercises.grading.result import Assignment, Result
from balkanlab.exercises.grading.roster import Person, Roster

MOODLE_IDENTITY = ("First name", "Last name", "ID number", "Email address", "Username")
CANVAS_IDENTITY = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
ONEROSTER_RESULTS = [
    "sourcedId",
    "status",
    "dateLastModified",
    "lineItemSourcedId",
    "studentSourcedId",
    "scoreStatus",
    "score",
    "scoreDate",
    "comment",
    "textScore",
    "classSourcedId",
    "inProgress",
    "incomplete",
    "late",
    "missing",
]
ONEROSTER_FILES = [
    "academicSessions",
    "categories",
    "classes",
    "classResources",
    "courses",
    "courseResources",
    "demographics",
    "enrollments",
    "lineItemLearningObjectiveIds",
    "lineItems",
    "lineItemScoreScales",
    "orgs",
    "resources",
    "resultLearningObjectiveIds",
    "results",
    "resultScoreScales",
    "roles",
    "scoreScales",
    "userProfiles",
    "userResources",
    "users",
]
NBGRADER = [
    "assignment",
    "duedate",
    "timestamp",
    "student_id",
    "last_name",
    "first_name",
    "email",
    "raw_score",
    "late_submission_penalty",
    "score",
    "max_score",
]
HOW_TO = {
    "moodle": (
        "moodle-*.csv: in the course open Grades, Import, CSV file. Map your user column (ID number, Email address or "
        "Username) to the same field of the user, the column of points to the grade item, and the column that ends "
        "in “feedback” to the feedback of that item. Map both: Moodle clears the points where only feedback comes in. "
        "The item's maximum has to be that of the assignment."
    ),
    "canvas": (
        "canvas-*.csv: in Grades choose Import. Give `balkanlab grade` the exported gradebook as --roster, and the "
        "files carry Canvas's own columns and numbers; without it Canvas asks you for each student and assignment."
    ),
    "oneroster": (
        "oneroster.zip: OneRoster 1.2, results only, as an addition to what the receiving system has. It needs line "
        "items whose sourcedId is the name of the assignment, and a class list (--roster) with a column sourcedId; "
        "without that column students go by their own names."
    ),
    "nbgrader": "nbgrader.csv: the columns of `nbgrader export`, for scripts that read those.",
}
IN_COMMON = (
    "Only marked work is in these files, so that no grade given by hand is overwritten; the class report lists the "
    "rest. Text that a spreadsheet would run as a formula has an apostrophe before it."
)
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:balkanlab:grades")

Row = Sequence[str]


@dataclass(frozen=True)
class Exported:
    """The files written, and what the instructor should know before uploading them."""

    paths: tuple[Path, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Grades:
    """What every format is written from. `people` maps a student of the results to a row of the class list."""

    results: tuple[Result, ...]
    assignments: Mapping[str, Assignment]
    roster: Roster | None
    people: Mapping[str, Person]
    when: datetime

    def marked(self, assignment: str) -> list[tuple[Result, Person]]:
        """The results that carry a mark, by student."""
        return [
            (result, self.people.get(result.student, Person(name=result.student)))
            for result in self.results
            if result.assignment == assignment and result.marked
        ]

    def absent(self, assignment: str) -> list[Person]:
        """Who is on the class list and handed nothing in."""
        here = {
            self.people[result.student]
            for result in self.results
            if result.assignment == assignment and result.student in self.people
        }
        return [person for person in self.roster.people if person not in here] if self.roster else []


def write_exports(
    results: Iterable[Result],
    assignments: Mapping[str, Assignment],
    folder: Path,
    formats: Iterable[str] = ("moodle", "canvas", "oneroster", "nbgrader"),
    roster: Roster | None = None,
    when: datetime | None = None,
) -> Exported:
    """Writes the grade files into `folder`, each in one step; files of an earlier run are replaced.

    Args:
        results: of one run; those without a mark (refused, unreadable) stay out of every file.
        assignments: by name; results of other assignments stay out.
        folder: made if need be.
        formats: any of `FORMATS`.
        roster: the class list, which turns names of folders into identifiers of the platform.
        when: the moment of grading; default: now.

    Raises:
        ValueError: an unknown format; the message lists those there are.
        OSError: the folder cannot be written.
    """
    wanted = list(dict.fromkeys(formats))
    unknown = [name for name in wanted if name not in FORMATS]
    if unknown:
        raise ValueError(f"no grade file called {unknown[0]!r}; there are: {', '.join(FORMATS)}")
    grades = _collect(results, assignments, roster, (when or datetime.now(UTC)).astimezone(UTC))
    files = {name: data for chosen in wanted for name, data in FORMATS[chosen](grades)}
    files["README.txt"] = _read_me(grades, wanted)
    paths = []
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, data)
        paths.append(path)
    return Exported(tuple(paths), tuple(_warnings(grades)))


def _collect(
    results: Iterable[Result], assignments: Mapping[str, Assignment], roster: Roster | None, when: datetime
) -> Grades:
    ordered = tuple(sorted(results, key=lambda result: (result.assignment, result.student)))
    students = {result.student for result in ordered}
    found = {student: roster.find(student) for student in students} if roster else {}
    people = {student: person for student, person in found.items() if person}
    return Grades(ordered, assignments, roster, people, when)


def _read_me(grades: Grades, formats: Sequence[str]) -> bytes:
    """How to upload each file, in words."""
    lines = ["How to upload these grades", ""]
    lines += [f"{name}: {assignment.title}" for name, assignment in grades.assignments.items()]
    for chosen in formats:
        lines += ["", *textwrap.wrap(HOW_TO[chosen], 100)]
    lines += ["", *textwrap.wrap(IN_COMMON, 100)]
    return ("\n".join(lines) + "\n").encode()


def _warnings(grades: Grades) -> Iterator[str]:
    marked = {result.student for result in grades.results if result.marked}
    if grades.roster is None:
        yield "without a class list (--roster) the grade files know students by the names of what they handed in"
        yield from _doubtful(grades, marked)
        return
    strangers = sorted(marked - grades.people.keys())
    if strangers:
        yield f"not on the class list, or not there once: {', '.join(strangers)}"
    yield from _doubtful(grades, marked)


def _doubtful(grades: Grades, marked: set[str]) -> Iterator[str]:
    """Students whose row in a grade file may not arrive where it should."""
    nobody = Person()
    risky, by_person = [], dict[Person, list[str]]()
    for student in sorted(marked):
        person = grades.people.get(student, nobody)
        identity = (student, person.name, person.email, person.id_number, person.username)
        if any(guarded(text) != text for text in identity):
            risky.append(student)
        if person is not nobody:
            by_person.setdefault(person, []).append(student)
    for person, students in by_person.items():
        if len(students) > 1:
            yield f"{person.label} is one person on the class list and has several rows: {', '.join(students)}"
    if risky:
        yield f"written with an apostrophe, so that no spreadsheet takes them for formulas: {', '.join(risky)}"


def guarded(text: str) -> str:
    """`text` on one line, with an apostrophe before it if a spreadsheet would take it for a formula."""
    line = "".join(" " if unicodedata.category(mark) in {"Cc", "Zl", "Zp"} else mark for mark in text)
    # Spreadsheets read the full-width forms of = + - @ like the plain ones, and skip blanks before them.
    first = unicodedata.normalize("NFKC", line.strip()[:1])
    return f"'{line}" if first and first in "=+-@" else line


def _csv(rows: Iterable[Row], end: str = "\r\n") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=end).writerows([[guarded(cell) for cell in row] for row in rows])
    return text.getvalue().encode()


def _points(value: float) -> str:
    """Points as platforms read them: a decimal point, two digits at most."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def comment(result: Result) -> str:
    """One line for the student: the points, and the tasks still open."""
    text = f"{_points(result.points)} of {_points(result.max_points)} points."
    missed = [task.task for task in result.tasks if not task.ok]
    return f"{text} Not yet: {', '.join(missed)}." if missed else f"{text} All tasks solved."


def _moodle(grades: Grades) -> Iterator[tuple[str, bytes]]:
    for name, assignment in grades.assignments.items():
        rows: list[Row] = [(*MOODLE_IDENTITY, assignment.title, f"{assignment.title} feedback")]
        for result, person in grades.marked(name):
            first = person.first or ("" if person.last else person.label)
            identity = (first, person.last, person.id_number, person.email, person.username)
            rows.append((*identity, _points(result.points), comment(result)))
        yield f"moodle-{name}.csv", _csv(rows)


def _canvas(grades: Grades) -> Iterator[tuple[str, bytes]]:
    roster = grades.roster if grades.roster and grades.roster.is_canvas else None
    header = roster.columns[: roster.identity] if roster else CANVAS_IDENTITY
    for name, assignment in grades.assignments.items():
        blank = [""] * (len(header) - 1)
        rows: list[Row] = [
            (*header, _canvas_column(assignment, roster)),
            ("    Points Possible", *blank, _points(assignment.max_points)),
        ]
        for result, person in grades.marked(name):
            if roster and person.row:
                identity = person.row[: roster.identity]
            else:
                known = (person.label, "", person.id_number, person.username, "")
                identity = (*known, *blank)[: len(header)]
            rows.append((*identity, _points(result.points)))
        yield f"canvas-{name}.csv", _csv(rows)


def _canvas_column(assignment: Assignment, roster: Roster | None) -> str:
    """The assignment's column as the exported gradebook calls it, which carries Canvas's own number."""
    for column in roster.columns[roster.identity :] if roster else ():
        match = re.fullmatch(r"(.*) \(\d+\)", column)
        if match and match.group(1).strip() in {assignment.title, assignment.name}:
            return column
    return assignment.title


def _oneroster(grades: Grades) -> Iterator[tuple[str, bytes]]:
    moment = grades.when.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    rows: list[Row] = [ONEROSTER_RESULTS]

    def row(line: str, student: str, status: str, score: str, text: str, missing: bool) -> Row:
        identifier = str(uuid.uuid5(_NAMESPACE, f"{line}|{student}"))
        start = (identifier, "active", moment, line, student, status, score, moment[:10], text, "", "")
        return (*start, "false", "false", "", str(missing).lower())

    for name in grades.assignments:
        for result, person in grades.marked(name):
            student = person.sourced_id or result.student
            rows.append(row(name, student, "fully graded", _points(result.points), comment(result), False))
        rows += [
            row(name, person.sourced_id or person.label, "not submitted", "", "", True)
            for person in grades.absent(name)
        ]
    manifest = [("propertyName", "value"), ("manifest.version", "1.0"), ("oneroster.version", "1.2")]
    manifest += [(f"file.{file}", "delta" if file == "results" else "absent") for file in ONEROSTER_FILES]
    manifest += [("source.systemName", "balkanlab"), ("source.systemCode", "balkanlab")]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file, content in (("manifest.csv", manifest), ("results.csv", rows)):
            # A fixed date: the same grades are the same bytes.
            archive.writestr(zipfile.ZipInfo(file, (1980, 1, 1, 0, 0, 0)), _csv(content))
    yield "oneroster.zip", packed.getvalue()


def _nbgrader(grades: Grades) -> Iterator[tuple[str, bytes]]:
    rows: list[Row] = [NBGRADER]
    for name, assignment in grades.assignments.items():
        most = str(float(assignment.max_points))
        for result, person in grades.marked(name):
            score = str(float(result.points))
            who = (person.username or result.student, person.last, person.first, person.email)
            rows.append((name, "", "", *who, score, "0.0", score, most))
        # As nbgrader does: who handed nothing in has no points.
        for person in grades.absent(name):
            who = (person.username or person.label, person.last, person.first, person.email)
            rows.append((name, "", "", *who, "0.0", "0.0", "0.0", most))
    yield "nbgrader.csv", _csv(rows, "\n")


FORMATS: dict[str, Callable[[Grades], Iterator[tuple[str, bytes]]]] = {
    "moodle": _moodle,
    "canvas": _canvas,
    "oneroster": _oneroster,
    "nbgrader": _nbgrader,
}
