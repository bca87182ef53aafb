"""Grade files, read back by parsers that do what the importers of the platforms do, and the class list."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balkanlab.exercises.grading.exports import FORMATS, Exported, guarded, write_exports
from balkanlab.exercises.grading.roster import RosterError, read_roster
from exercises.grading.desk import WHEN, assignment, result

CLASS = [
    result("Ana Đukić", "1.1a", "1.1b"),
    result("Boris, the second", "1.1a"),
    result("Cveta Ilić", status="unreadable"),
    result("Dora Hoxha", status="refused"),
    result("Elira Gashi", status="partial"),
]
MARKS = {"Ana Đukić": 3.0, "Boris, the second": 1.0, "Elira Gashi": 0.0}
CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,Notes,Desk: exercises (812),Current Score
,,,,,,Manual Posting,
    Points Possible,,,,,,3,(read only)
"Đukić, Ana",10045,s-1,ana,Group A,,,
"Gashi, Elira",10046,s-2,=elira,Group B,,2,
"Absent, Fatmir",10047,s-3,fatmir,Group B,,,
"Student, Test",10048,,,Group A,,,
"""
MOODLE = "First name;Last name;ID number;Email address\nAna;Đukić;77;Ana@example.org\nElira;Gashi;78;e@example.org\n"


@pytest.fixture
def roster_file(tmp_path: Path) -> Path:
    path = tmp_path / "roster.csv"
    path.write_text(CANVAS, encoding="utf-8")
    return path


def write(folder: Path, *formats: str, results: object = CLASS, roster: Path | None = None) -> Exported:
    return write_exports(
        results,  # type: ignore[arg-type]
        {"98_desk": assignment()},
        folder,
        formats or tuple(FORMATS),
        read_roster(roster) if roster else None,
        WHEN,
    )


def table(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))


# What each importer does with a file.


def moodle_import(path: Path, user: str, grade: str) -> dict[str, tuple[float | None, str]]:
    """Maps `user` to the user field, `grade` to a grade item and "… feedback" to its feedback; see `load_data.php`."""
    header, *rows = table(path)
    header = [name.strip() for name in header]
    who, mark, words = header.index(user), header.index(grade), header.index(f"{grade} feedback")
    found = {}
    for row in rows:
        assert row[who], "a row without a user stops the import"
        value = None if row[mark] in ("", "-") else float(row[mark])
        assert value is None or value <= 100
        found[row[who]] = (value, row[words])
    return found


@dataclass
class CanvasGrades:
    """What `gradebook_importer.rb` understands: the assignments with their points, and rows of identity and marks."""

    assignments: list[tuple[str, int | None]]
    possible: list[float]
    rows: list[tuple[dict[str, str], list[str]]]


def canvas_import(path: Path) -> CanvasGrades:
    header, *rows = table(path)
    assert len(header) > 3
    assert "Student" in header[0]
    assert "ID" in header[1]
    columns = 3
    if re.search(r"SIS\s+Login\s+ID", header[2]):
        columns += 1
    elif re.search(r"SIS\s+User\s+ID", header[2]) and re.search(r"SIS\s+Login\s+ID", header[3]):
        columns += 2
    assert "Section" in header[columns - 1], "invalid header row"
    assignments = []
    for name in header[columns:]:
        match = re.fullmatch(r"(.*)\s\((\d+)\)", name)
        assignments.append((match[1], int(match[2])) if match else (name, None))
    possible, students = [], []
    for row in rows:
        assert len(row) == len(header)
        if "Points Possible" in row[0]:
            possible = [float(cell) for cell in row[columns:]]
        elif any(cell and not re.fullmatch(r"\s*(Muted|Manual Posting.*)?\s*", cell) for cell in row):
            students.append((dict(zip(header[:columns], row, strict=False)), row[columns:]))
    return CanvasGrades(assignments, possible, students)


def oneroster_import(path: Path) -> list[dict[str, str]]:
    """The results of a package that holds to sections 2 and 3 of the CSV binding 1.2.1, in delta mode."""
    with zipfile.ZipFile(path) as package:
        texts = {name: package.read(name).decode("utf-8") for name in package.namelist()}
    assert all(text.endswith("\r\n") and not text.startswith("\ufeff") for text in texts.values())
    manifest = dict(csv.reader(io.StringIO(texts.pop("manifest.csv"), newline="")))
    assert manifest.pop("propertyName") == "value"
    assert (manifest["manifest.version"], manifest["oneroster.version"]) == ("1.0", "1.2")
    files = {name[5:]: mode for name, mode in manifest.items() if name.startswith("file.")}
    assert len(files) == 21
    assert set(files.values()) <= {"absent", "bulk", "delta"}
    assert {f"{name}.csv" for name, mode in files.items() if mode != "absent"} == set(texts)
    rows = list(csv.DictReader(io.StringIO(texts["results.csv"], newline="")))
    for row in rows:
        assert UUID(row["sourcedId"])
        assert row["status"] in {"active", "tobedeleted"}
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", row["dateLastModified"])
        assert row["lineItemSourcedId"]
        assert row["studentSourcedId"]
        assert row["scoreStatus"] in {
            "exempt", "fully graded", "not submitted", "partially graded", "submitted"
        }  # fmt: skip
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", row["scoreDate"])
        assert row["score"] == "" or float(row["score"]) >= 0
        assert {row[flag] for flag in ("inProgress", "incomplete", "missing")} <= {"true", "false"}
    assert len({row["sourcedId"] for row in rows}) == len(rows)
    return rows


class TestMoodle:
    def test_with_a_list_of_participants(self, tmp_path: Path) -> None:
        roster = tmp_path / "participants.csv"
        roster.write_text(MOODLE, encoding="utf-8")
        results = [each for each in CLASS if each.student != "Boris, the second"]
        path = write(tmp_path, "moodle", results=results, roster=roster).paths[0]
        assert moodle_import(path, "Email address", "Desk: exercises") == {
            "Ana@example.org": (3.0, "3 of 3 points. All tasks solved."),
            "e@example.org": (0.0, "0 of 3 points. Not yet: 1.1a, 1.1b."),
        }

    def test_without_one(self, tmp_path: Path) -> None:
        exported = write(tmp_path, "moodle")
        found = moodle_import(exported.paths[0], "First name", "Desk: exercises")
        assert {name: mark for name, (mark, _) in found.items()} == MARKS
        assert any("--roster" in warning for warning in exported.warnings)


class TestCanvas:
    def test_with_an_exported_gradebook(self, tmp_path: Path, roster_file: Path) -> None:
        exported = write(tmp_path, "canvas", roster=roster_file)
        found = canvas_import(exported.paths[0])
        assert found.assignments == [("Desk: exercises", 812)]
        assert found.possible == [3]
        marks = {row["ID"]: cells for row, cells in found.rows}
        assert marks == {"10045": ["3"], "10046": ["0"], "": ["1"]}
        assert any(
            "Boris, the second" in warning and "class list" in warning for warning in exported.warnings
        )
        assert any("apostrophe" in warning and "Elira" in warning for warning in exported.warnings)

    def test_without_one(self, tmp_path: Path) -> None:
        found = canvas_import(write(tmp_path, "canvas").paths[0])
        assert found.assignments == [("Desk: exercises", None)]
        assert {row["Student"]: float(cells[0]) for row, cells in found.rows} == MARKS

    def test_knows_students_by_the_names_of_downloaded_files(self, tmp_path: Path, roster_file: Path) -> None:
        results = [result("dukicana_10045", "1.1a"), result("gashielira_LATE_10046", "1.1b")]
        found = canvas_import(write(tmp_path, "canvas", results=results, roster=roster_file).paths[0])
        assert {row["SIS User ID"]: cells for row, cells in found.rows} == {"s-1": ["1"], "s-2": ["2"]}


class TestOneRoster:
    def test_results(self, tmp_path: Path, roster_file: Path) -> None:
        rows = oneroster_import(write(tmp_path, "oneroster", roster=roster_file).paths[0])
        assert {row["studentSourcedId"]: row["score"] for row in rows if row["missing"] == "false"} == {
            "Ana Đukić": "3",
            "Boris, the second": "1",
            "Elira Gashi": "0",
        }
        (absent,) = (row for row in rows if row["missing"] == "true")
        assert (absent["scoreStatus"], absent["score"]) == ("not submitted", "")

    def test_a_second_delivery_replaces_the_first(self, tmp_path: Path) -> None:
        first = write(tmp_path, "oneroster").paths[0].read_bytes()
        path = write(tmp_path, "oneroster").paths[0]
        assert path.read_bytes() == first
        before = {row["studentSourcedId"]: row["sourcedId"] for row in oneroster_import(path)}
        better = [result("Boris, the second", "1.1a", "1.1b")]
        (row,) = oneroster_import(write(tmp_path, "oneroster", results=better).paths[0])
        assert row["sourcedId"] == before["Boris, the second"]


def test_nothing_is_exported_for_work_that_was_not_marked(tmp_path: Path) -> None:
    write(tmp_path)
    for path in tmp_path.glob("*.csv"):
        assert "Cveta" not in path.read_text(encoding="utf-8")
    assert not any("Dora" in row["studentSourcedId"] for row in oneroster_import(tmp_path / "oneroster.zip"))


def test_formulas_stay_text(tmp_path: Path) -> None:
    evil = '=HYPERLINK("http://example.org";"x")'
    exported = write(
        tmp_path, results=[result(evil, "1.1a"), result("+1\n=2"), result("@sum"), result("-2+3")]
    )
    for path in tmp_path.glob("*.csv"):
        for row in table(path):
            assert not [cell for cell in row if cell[:1] in "=+-@\t\r\n" and cell], path.name
    assert any(evil in warning for warning in exported.warnings)


@given(st.text())
def test_guarded_text(text: str) -> None:
    safe = guarded(text)
    assert safe[:1] not in tuple("=+-@\t\r\n＝＋－＠")
    assert not re.search(r"[\x00-\x1f\x7f]", safe)
    assert guarded(safe) == safe
    if text.isalnum():
        assert safe == text


def test_two_assignments(tmp_path: Path) -> None:
    second = assignment("99_more", "More")
    both = {"98_desk": assignment(), "99_more": second}
    write_exports([*CLASS, result("Ana Đukić", "1.1b", work=second)], both, tmp_path, when=WHEN)
    assert canvas_import(tmp_path / "canvas-99_more.csv").rows[0][1] == ["2"]
    rows = table(tmp_path / "nbgrader.csv")
    assert [row[0] for row in rows[1:]] == ["98_desk"] * 3 + ["99_more"]


def test_says_how_to_upload(tmp_path: Path) -> None:
    exported = write(tmp_path, "canvas", "nbgrader")
    (text,) = (path.read_text(encoding="utf-8") for path in exported.paths if path.name == "README.txt")
    assert "canvas-*.csv" in text
    assert "98_desk: Desk: exercises" in text
    assert "Moodle" not in text


def test_unknown_format(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="moodle, canvas, oneroster, nbgrader"):
        write(tmp_path, "blackboard")


class TestRoster:
    @pytest.mark.parametrize(
        "student",
        ["Ana Đukić", "ANA DUKIC", "Đukić Ana", "dukicana", "dukicana_10045", "ana", "10045", "s-1"],
    )
    def test_finds_people(self, roster_file: Path, student: str) -> None:
        person = read_roster(roster_file).find(student)
        assert person is not None
        assert person.platform_id == "10045"

    @pytest.mark.parametrize(
        "student", ["", "_", "Points Possible", "Manual Posting", "Someone Else", "x_99999"]
    )
    def test_finds_nobody(self, roster_file: Path, student: str) -> None:
        assert read_roster(roster_file).find(student) is None

    def test_two_of_one_name_are_told_apart_by_number_only(self, tmp_path: Path) -> None:
        path = tmp_path / "r.csv"
        path.write_text(
            "Identifier,Full name\nParticipant 41,Ana Ilić\nParticipant 42,Ana Ilić\n", encoding="utf-8"
        )
        roster = read_roster(path)
        assert roster.find("Ana Ilić") is None
        found = roster.find("Ana Ilić_42"), roster.find("Participant_41")
        assert [person and person.platform_id for person in found] == ["Participant 42", "Participant 41"]

    def test_a_number_of_the_platform_is_not_somebody_elses_id(self, tmp_path: Path) -> None:
        path = tmp_path / "r.csv"
        path.write_text("Full name,ID number,ID\nAna Ilić,12345,7\nBoris Elezi,999,8\n", encoding="utf-8")
        roster = read_roster(path)
        found = [
            roster.find(student)
            for student in ("Boris Elezi_12345", "Boris Elezi_8", "Boris Elezi_7", "12345")
        ]
        assert [person and person.name for person in found] == [
            "Boris Elezi",
            "Boris Elezi",
            None,
            "Ana Ilić",
        ]

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
    @pytest.mark.parametrize("delimiter", [",", ";", "\t"])
    def test_reads_what_spreadsheets_write(self, tmp_path: Path, encoding: str, delimiter: str) -> None:
        path = tmp_path / "r.csv"
        path.write_text(f"Name{delimiter}Email\r\nAna Ilić{delimiter}a@example.org\r\n", encoding=encoding)
        (person,) = read_roster(path).people
        assert (person.label, person.email) == ("Ana Ilić", "a@example.org")

    @pytest.mark.parametrize(
        ("data", "word"),
        [
            (b"", "empty"),
            (b"\n \n", "empty"),
            (b"colour,size\nred,1\n", "no column with"),
            (b"name\n", "nobody"),
            ("name\nŽ".encode("cp1250"), "UTF-8"),
            (b'name\n"' + b"x" * 200_000, "no CSV"),
        ],
    )
    def test_says_what_is_wrong(self, tmp_path: Path, data: bytes, word: str) -> None:
        path = tmp_path / "r.csv"
        path.write_bytes(data)
        with pytest.raises(RosterError, match=word):
            read_roster(path)

    def test_missing(self, tmp_path: Path) -> None:
        with pytest.raises(RosterError, match="cannot be read"):
            read_roster(tmp_path / "none.csv")
