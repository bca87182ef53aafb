"""Finding submissions: every naming scheme, duplicates, and what must be refused while the rest goes on."""

from __future__ import annotations

import io
import json
import os
import stat
import unicodedata
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balkanlab.exercises.grading.intake import IntakeError, printable
from balkanlab.exercises.grading.naming import owner
from balkanlab.exercises.grading.result import Limits
from balkanlab.exercises.grading.submissions import Found, find

KNOWN = ("02_cefta", "03_open_balkan")


def notebook(exercise: str = "02_cefta", text: str = "") -> bytes:
    metadata = {"balkanlab": {"exercises": exercise}} if exercise else {}
    cell = {"cell_type": "markdown", "id": "a", "metadata": {}, "source": text}
    return json.dumps({"cells": [cell], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}).encode()


def zipped(files: dict[str, bytes], **attributes: int) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, (2026, 11, 20, 10, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            for attribute, value in attributes.items():
                setattr(entry, attribute, value)
            archive.writestr(entry, data)
    return stream.getvalue()


def lay(folder: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def who(found: Found) -> list[tuple[str, str]]:
    return [(each.student, each.exercise) for each in found.submissions]


def why(found: Found) -> list[tuple[str, str]]:
    return [(each.student, each.reason) for each in found.refused]


SCHEMES = {
    "moodle, folders": (
        [
            "Ana Krasniqi_12345_assignsubmission_file_/my work.ipynb",
            "Đorđe Петровић_12346_assignsubmission_file/x.ipynb",
        ],
        ["Ana Krasniqi", "Đorđe Петровић"],
    ),
    "moodle, flat": (
        ["Ana Krasniqi_12345_assignsubmission_file_x.ipynb", "Group A-Bo Li_7_assignsubmission_file_x.ipynb"],
        ["Ana Krasniqi", "Group A-Bo Li"],
    ),
    "moodle, in the folder of the download": (
        [
            "Course-Homework 1-99/Ana_1_assignsubmission_file_/x.ipynb",
            "Course-Homework 1-99/Bo_2_assignsubmission_file_/x.ipynb",
        ],
        ["Ana", "Bo"],
    ),
    "moodle, two of a name and blind": (
        [
            "Ana_1_assignsubmission_file_/x.ipynb",
            "Ana_2_assignsubmission_file_/x.ipynb",
            "Participant_3_assignsubmission_file_/x.ipynb",
            "Participant_4_assignsubmission_file_/x.ipynb",
        ],
        ["Ana_1", "Ana_2", "Participant_3", "Participant_4"],
    ),
    "canvas": (
        [
            "krasniqiana_10045_77001_02_cefta.ipynb",
            "petrovićđorđe_LATE_10046_77002_x-1.ipynb",
            "old_style_late_10047_77003_x.ipynb",
            "anon_Ab3xY_77004_x.ipynb",
        ],
        ["anon_Ab3xY", "krasniqiana_10045", "old_style_10047", "petrovićđorđe_10046"],
    ),
    "nbgrader": (
        ["submitted/ana/ps1/x.ipynb", "submitted/bo/ps1/x.ipynb", "source/ps1/x.ipynb", "gradebook.db"],
        ["ana", "bo"],
    ),
    "nbgrader, the folder itself": (["ana/ps1/x.ipynb", "bo/ps1/x.ipynb"], ["ana", "bo"]),
    "names": (["Ana Krasniqi/x.ipynb", "Bo/deep/er/y.ipynb"], ["Ana Krasniqi", "Bo"]),
    "names, in the folder of the download": (
        ["all of them/Ana/x.ipynb", "all of them/Bo/x.ipynb"],
        ["Ana", "Bo"],
    ),
    "one student with a folder for each week": (["Ana/week 1/x.ipynb"], ["Ana"]),
    "exercise first": (["02_cefta/Ana/x.ipynb", "03_open_balkan/Bo/x.ipynb"], ["Ana", "Bo"]),
    "flat": (
        ["Ana Krasniqi.ipynb", "02-cefta Bo Li.ipynb", "Čeda_02_cefta.IPYNB"],
        ["Ana Krasniqi", "Bo Li", "Čeda"],
    ),
}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_naming_schemes(tmp_path: Path, scheme: str) -> None:
    places, students = SCHEMES[scheme]
    found = find(lay(tmp_path, dict.fromkeys(places, notebook())), KNOWN)
    assert sorted(each.student for each in found.submissions) == students
    assert found.refused == ()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_same_download_as_a_zip(tmp_path: Path, scheme: str) -> None:
    places, students = SCHEMES[scheme]
    archive = tmp_path / "Course-Homework 1-99.zip"
    archive.write_bytes(zipped(dict.fromkeys(places, notebook())))
    # Alone in its folder, the zip could also be the only student's: then names below must speak against it.
    told = "moodle" in scheme or scheme == "canvas" or "names" in scheme
    for download in (archive, tmp_path) if told else (archive,):
        found = find(download, KNOWN)
        assert sorted(each.student for each in found.submissions) == students
        assert {each.file.read(10_000) for each in found.submissions} == {notebook()}


def test_zips_of_students(tmp_path: Path) -> None:
    inner = zipped({"homework/02 cefta.ipynb": notebook()})
    found = find(
        lay(
            tmp_path,
            {
                "Ana_1_assignsubmission_file_/homework.zip": inner,
                "krasniqibo_5_6_homework.zip": inner,
                "Cem.zip": inner,
                "Dea/work.ZIP": inner,
            },
        ),
        KNOWN,
    )
    assert who(found) == [(name, "02_cefta") for name in ("Ana", "Cem", "Dea", "krasniqibo_5")]
    whole = tmp_path / "out" / "class.zip"
    lay(tmp_path, {"out/class.zip": zipped({"Ana_1_assignsubmission_file_/homework.zip": inner})})
    assert who(find(whole, KNOWN)) == [("Ana", "02_cefta")]


def test_nobody_can_hand_in_for_somebody_else(tmp_path: Path) -> None:
    theirs = notebook(text="not Bo's")
    found = find(
        lay(
            tmp_path,
            {
                "Ana.zip": zipped({"Bo_2_assignsubmission_file_/x.ipynb": theirs, "Bo/x.ipynb": theirs}),
                "Cem/bo_2_3_x.ipynb": theirs,
                "Bo.ipynb": notebook(),
            },
        ),
        KNOWN,
    )
    assert who(found) == [("Ana", "02_cefta"), ("Bo", "02_cefta"), ("Cem", "02_cefta")]
    assert found.submissions[1].file.read(10_000) == notebook()


def test_the_latest_counts_and_it_is_said(tmp_path: Path) -> None:
    lay(
        tmp_path,
        {
            "krasniqiana_1_100_02_cefta.ipynb": notebook(text="old"),
            "krasniqiana_LATE_1_101_02_cefta-1.ipynb": notebook(text="new"),
            "petrovbo_2_90_a.ipynb": notebook(text="same"),
            "petrovbo_2_91_b.ipynb": notebook(text="same"),
        },
    )
    # The upload number decides: files that are unpacked often all get the time of unpacking.
    os.utime(tmp_path / "krasniqiana_1_100_02_cefta.ipynb", (2e9, 2e9))
    ana, bo = find(tmp_path, KNOWN).submissions
    assert ana.file.read(10_000) == notebook(text="new")
    assert ana.late
    assert ana.note == (
        "handed in late; the latest of 2 files was graded: krasniqiana_LATE_1_101_02_cefta-1.ipynb"
    )
    assert bo.note == ""


def test_without_upload_numbers_the_time_of_the_file_decides(tmp_path: Path) -> None:
    lay(tmp_path, {"Ana/a.ipynb": notebook(text="new"), "Ana/b.ipynb": notebook(text="old")})
    os.utime(tmp_path / "Ana/b.ipynb", (1e9, 1e9))
    (ana,) = find(tmp_path, KNOWN).submissions
    assert ana.file.read(10_000) == notebook(text="new")
    assert ana.note == "the latest of 2 files was graded: Ana/a.ipynb"


def test_which_exercise(tmp_path: Path) -> None:
    lay(
        tmp_path,
        {
            "Ana/whatever.ipynb": notebook("03_open_balkan"),
            "Bo/02-CEFTA (2).ipynb": notebook(""),
            "Cem/02_cefta/mine.ipynb": notebook(""),
            "Dea/02_cefta.ipynb": b"{broken",
            "Eva/notes.ipynb": notebook(""),
            "Eva/work.ipynb": notebook(),
            "Fin/notes.ipynb": notebook("99_other_course"),
        },
    )
    found = find(tmp_path, KNOWN)
    assert who(found) == [
        ("Bo", "02_cefta"),
        ("Cem", "02_cefta"),
        ("Dea", "02_cefta"),
        ("Eva", "02_cefta"),
        ("Ana", "03_open_balkan"),
    ]
    assert why(found) == [("Fin", "nothing in it says which exercise it is")]
    assert found.notes == ("left out: Eva/notes.ipynb, no exercise of this course",)


def test_only_the_wanted_exercise_and_what_can_only_be_that(tmp_path: Path) -> None:
    lay(
        tmp_path,
        {
            "Ana/x.ipynb": notebook("03_open_balkan"),
            "Bo/x.ipynb": b"\x80 broken",
            "Cem/essay.pdf": b"",
            "Dea/x.ipynb": notebook(),
            "roster.csv": b"",
        },
    )
    found = find(tmp_path, KNOWN, ["02_cefta"])
    assert who(found) == [("Bo", "02_cefta"), ("Dea", "02_cefta")]
    assert [(each.student, each.exercise, each.where) for each in found.refused] == [
        ("Cem", "02_cefta", "essay.pdf")
    ]
    assert found.notes == ("left out: 1 notebook of other exercises", "left out: roster.csv, no notebook")


def test_who_handed_in_nothing_is_named_whole(tmp_path: Path) -> None:
    lay(tmp_path, {"Ana/x.ipynb": notebook(), "J. Doe.zip": b"no zip"})
    (tmp_path / "M. Bo Jr.").mkdir()
    found = find(tmp_path, KNOWN)
    assert [(each.student, each.exercise) for each in found.refused] == [
        ("J. Doe", "02_cefta"),
        ("M. Bo Jr.", "02_cefta"),
    ]
    assert found.refused[1].reason == "an empty folder"


def test_junk_is_not_handed_in(tmp_path: Path) -> None:
    lay(
        tmp_path,
        {
            "Ana/.ipynb_checkpoints/x-checkpoint.ipynb": notebook(text="old"),
            "Ana/x.ipynb": notebook(),
            "__MACOSX/Ana/._x.ipynb": b"",
            "Bo.zip": zipped({"x.ipynb": notebook(), "__MACOSX/._x.ipynb": b"", ".DS_Store": b""}),
        },
    )
    found = find(tmp_path, KNOWN)
    assert [(each.student, each.note) for each in found.submissions] == [("Ana", ""), ("Bo", "")]
    assert (found.refused, found.notes) == ((), ())


def test_names_that_are_the_same_to_a_reader_are_the_same(tmp_path: Path) -> None:
    decomposed = unicodedata.normalize("NFD", "Čeda Šarić")
    lay(tmp_path, {f"{decomposed}_4_assignsubmission_file_/x.ipynb": notebook()})
    assert who(find(tmp_path, KNOWN)) == [("Čeda Šarić", "02_cefta")]


def test_zip_names_in_utf8_without_the_flag(tmp_path: Path) -> None:
    honest = zipped({"Đorđe/x.ipynb": notebook(), "Петра/x.ipynb": notebook()})
    archive = tmp_path / "class.zip"
    unflagged = bytearray(honest)
    with zipfile.ZipFile(io.BytesIO(honest)) as opened:
        local = [entry.header_offset + 6 for entry in opened.infolist()]
    central, place = [], honest.find(b"PK\x01\x02")
    while place >= 0:
        central.append(place + 8)
        place = honest.find(b"PK\x01\x02", place + 4)
    for at in local + central:
        unflagged[at : at + 2] = b"\0\0"
    archive.write_bytes(bytes(unflagged))
    assert [each.student for each in find(archive, KNOWN).submissions] == ["Đorđe", "Петра"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are for Unix")
def test_links_and_pipes_are_refused_and_the_rest_is_found(tmp_path: Path) -> None:
    secret = lay(tmp_path / "elsewhere", {"secret.ipynb": notebook(text="secret")})
    handed = lay(tmp_path / "in", {"Ana/02_cefta.ipynb": notebook()})
    for name in ("Bo", "Cem", "Dea"):
        (handed / name).mkdir()
    (handed / "Bo/02_cefta.ipynb").symlink_to(secret / "secret.ipynb")
    (handed / "Cem/02_cefta.ipynb").symlink_to(handed / "Ana/02_cefta.ipynb")
    os.mkfifo(handed / "Dea/02_cefta.ipynb")
    (handed / "Eva").symlink_to(secret)
    found = find(handed, KNOWN)
    assert who(found) == [("Ana", "02_cefta")]
    link = "a link, not a file: links are never followed"
    assert why(found) == [("Bo", link), ("Cem", link), ("Dea", "not a regular file"), ("Eva", link)]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are for Unix")
def test_a_file_that_becomes_a_link_or_a_pipe_is_not_read(tmp_path: Path) -> None:
    lay(tmp_path, {"in/Ana.ipynb": notebook(), "secret.ipynb": b"secret"})
    (ana,) = find(tmp_path / "in", KNOWN).submissions
    place = tmp_path / "in/Ana.ipynb"
    place.unlink()
    place.symlink_to(tmp_path / "secret.ipynb")
    with pytest.raises(IntakeError, match="cannot be read"):
        ana.file.read(10_000)
    place.unlink()
    os.mkfifo(place)
    # Somebody who only opened the pipe for reading would wait here for a writer.
    with pytest.raises(IntakeError, match="not a regular file"):
        ana.file.read(10_000)


BAD_ENTRIES = {
    "../x.ipynb": "leads out",
    "a/../../x.ipynb": "leads out",
    "/etc/x.ipynb": "leads out",
    "C:/x.ipynb": "leads out",
    "a\\..\\x.ipynb": "leads out",
}


@pytest.mark.parametrize("name", BAD_ENTRIES)
def test_zip_entries_that_lead_out(tmp_path: Path, name: str) -> None:
    if os.sep == "\\" and "\\" in name:
        pytest.skip("zipfile itself turns backslashes round here")
    lay(tmp_path, {"Ana.zip": zipped({name: notebook(text="out")}), "Bo.ipynb": notebook()})
    found = find(tmp_path, KNOWN)
    assert who(found) == [("Bo", "02_cefta")]
    assert why(found) == [("Ana", "a zip entry whose name leads out of the folder")]
    assert not (tmp_path.parent / "x.ipynb").exists()


def test_one_bad_entry_does_not_cost_the_good_one(tmp_path: Path) -> None:
    lay(tmp_path, {"Ana.zip": zipped({"../x.ipynb": notebook(), "x.ipynb": notebook(text="good")})})
    found = find(tmp_path, KNOWN)
    assert [each.file.read(10_000) for each in found.submissions] == [notebook(text="good")]
    assert [each.where for each in found.refused] == ["Ana/../x.ipynb"]


def test_zips_that_are_refused(tmp_path: Path) -> None:
    good = zipped({"x.ipynb": notebook(text="x" * 500)})
    zip_in_zip_in_zip = zipped({"a.zip": zipped({"b.zip": good})})
    lay(
        tmp_path,
        {
            "Ana.zip": good[:-30],
            "Bo.zip": b"PK no zip at all",
            "Cem.zip": zipped({"x.ipynb": notebook()}, external_attr=(stat.S_IFLNK | 0o777) << 16),
            "Dea.zip": good.replace(
                b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01\x00"
            ),
            "Eva.zip": zip_in_zip_in_zip,
            "Fin.zip": zipped({"x.ipynb": b"\0" * 300_000}),
            "Gil.zip": good,
        },
    )
    found = find(tmp_path, KNOWN, limits=Limits(notebook_bytes=100_000))
    assert who(found) == [("Gil", "02_cefta")]
    reasons = dict(why(found))
    assert "not a zip that can be read" in reasons["Ana"]
    assert "not a zip that can be read" in reasons["Bo"]
    assert reasons["Cem"] == "a link in a zip: links are never followed"
    assert reasons["Dea"] == "an encrypted zip entry: hand in the notebook without a password"
    assert reasons["Eva"] == "a zip in a zip in a zip: hand in the notebook itself"
    assert reasons["Fin"] == "300,000 bytes; the limit is 100,000"


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.ipynb", b"\0" * 1_000_000)
    # The header claims 3 GB in one entry: nothing is unpacked to find out.
    bomb = stream.getvalue().replace((1_000_000).to_bytes(4, "little"), (3_000_000_000).to_bytes(4, "little"))
    lay(tmp_path, {"Ana.zip": bomb, "Bo.ipynb": notebook()})
    found = find(tmp_path, KNOWN)
    assert who(found) == [("Bo", "02_cefta")]
    assert "unpacks to 3,000,000,000" in dict(why(found))["Ana"]


def test_an_entry_that_lies_about_its_size(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.ipynb", b"\0" * 1_000_000)
    liar = stream.getvalue().replace((1_000_000).to_bytes(4, "little"), (1_000).to_bytes(4, "little"))
    lay(tmp_path, {"Ana.zip": liar, "Bo.ipynb": notebook()})
    found = find(tmp_path, KNOWN)
    assert who(found) == [("Bo", "02_cefta")]
    assert "damaged in its zip" in dict(why(found))["Ana"]


def test_what_is_too_large_is_never_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay(tmp_path, {"Ana/02_cefta.ipynb": b" " * 20_000, "Bo/x.ipynb": notebook()})
    found = find(tmp_path, KNOWN, limits=Limits(notebook_bytes=10_000))
    assert who(found) == [("Bo", "02_cefta")]
    assert why(found) == [("Ana", "20,000 bytes; the limit is 10,000")]


@pytest.mark.parametrize("data", [b"", b"[]", b"{broken", b"[" * 100_000, b"\xff\xfe\0", b'{"metadata": 3}'])
def test_broken_notebooks_are_found_and_left_to_the_grader(tmp_path: Path, data: bytes) -> None:
    lay(tmp_path, {"Ana/x.ipynb": data, "Bo/x.ipynb": notebook()})
    assert who(find(tmp_path, KNOWN)) == [("Ana", "02_cefta"), ("Bo", "02_cefta")]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_what_cannot_be_read_is_reported(tmp_path: Path) -> None:
    lay(tmp_path, {"Ana/x.ipynb": notebook(), "Bo/x.ipynb": notebook()})
    (tmp_path / "Ana/x.ipynb").chmod(0)
    found = find(tmp_path, KNOWN)
    assert who(found) == [("Bo", "02_cefta")]
    assert why(found) == [("Ana", "cannot be read: Permission denied")]


@pytest.mark.parametrize(
    ("name", "message"),
    [("none", "no folder, zip or notebook"), ("a.txt", "neither"), ("bad.zip", "not a zip that can be read")],
)
def test_what_is_no_download(tmp_path: Path, name: str, message: str) -> None:
    lay(tmp_path, {"a.txt": b"", "bad.zip": b"no"})
    with pytest.raises(IntakeError, match=message):
        find(tmp_path / name, KNOWN)


def test_one_notebook_and_an_empty_folder(tmp_path: Path) -> None:
    assert find(tmp_path, KNOWN) == Found((), (), ())
    lay(tmp_path, {"Ana.ipynb": notebook()})
    assert who(find(tmp_path / "Ana.ipynb", KNOWN)) == [("Ana", "02_cefta")]


@given(st.text())
def test_a_shown_name_is_one_plain_line(name: str) -> None:
    shown = printable(name)
    assert shown == printable(shown)
    assert len(shown) <= 120
    assert not any(unicodedata.category(character) in {"Cc", "Cf", "Cs"} for character in shown)


def nobody(_: str) -> str:
    return ""


NAMES = st.text(st.characters(exclude_characters="_/", exclude_categories=["C", "Z"]), min_size=1).map(
    printable
)


@given(
    NAMES.filter(lambda name: bool(name.strip(" ."))),
    st.integers(0, 10**9),
    st.sampled_from(["", "_", "_a b.ipynb"]),
)
def test_moodle_names_come_back(name: str, number: int, rest: str) -> None:
    found = owner(f"{name}_{number}_assignsubmission_file{rest}", nobody, file=bool(rest))
    assert (found.name, found.number, found.student) == (name, str(number), name)


@given(
    st.from_regex(r"[a-zčćđšžа-я]{1,20}", fullmatch=True),
    st.booleans(),
    st.integers(0, 10**9),
    st.integers(0, 10**9),
    st.sampled_from(["x.ipynb", "02_cefta-1.ipynb", "a_1_2_b.ipynb", "Đ (2).ipynb"]),
)
def test_canvas_names_come_back(name: str, late: bool, user: int, upload: int, file: str) -> None:
    found = owner(f"{name}{'_LATE' * late}_{user}_{upload}_{file}", nobody, file=True)
    assert (found.student, found.late, found.upload) == (f"{name}_{user}", late, upload)
