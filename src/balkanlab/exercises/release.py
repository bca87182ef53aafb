"""The student edition: a folder, and a zip of it, that work alone.

It holds the chosen chapters and exercises, their checks, the data and a manifest cut down to what students may
read; no solution, no hidden test, no note for the instructor. Equal courses give equal bytes, in the zip too.

`RECORD` in the folder lists each file with its digest: a later release replaces only what an earlier one wrote.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path, PurePosixPath
from string import Template
from typing import Any

import yaml

from balkanlab import __version__, landing, launch
from balkanlab.exercises.source import BEGIN_HIDDEN, BEGIN_SOLUTION
from balkanlab.paths import MANIFEST, course_files, template_file

RECORD = "release.json"
README = "README.md"
OWN_DATA = "data"

# What of the manifest a student may read; every other key, such as rubrics and misconceptions, stays behind.
COURSE_KEYS = (
    *("title", "short_title", "description", "authors", "institution", "term", "language", "repository"),
    *("launch", "licence", "contested_names"),
)
CHAPTER_KEYS = (
    *("id", "slug", "title", "notebook", "exercises", "quiz", "minutes"),
    *("questions", "objectives", "prerequisites", "sources", "systems"),
)
SHEET_KEYS = ("chapter", "title", "exercises", "systems")
SYSTEM_KEYS = ("title", "section", "explorers", "reason", "tasks")

_LINK = re.compile(r"\]\((?!\w+:)([^)#\s]+)")
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


class ReleaseError(ValueError):
    """The release cannot be made; the message says why and what to do. Nothing was written."""


@dataclass(frozen=True)
class Release:
    """What was written: the folder, the zip beside it, the files in both, and what of `own` was left out."""

    folder: Path
    archive: Path
    files: list[str]
    left_out: list[str]


def release(
    root: Path,
    out: Path,
    *,
    chapters: Sequence[str] = (),
    due: date | None = None,
    own: Path | None = None,
    wheel: Path | None = None,
) -> Release:
    """Write the student edition of the course in `root` to the folder `out` and to `out`.zip.

    Args:
        root: the course folder.
        out: a new or empty folder, or an untouched earlier release, which is replaced.
        chapters: ids such as "02"; all if left out.
        due: a date, or a time without zone, written into the README and each exercise notebook.
        own: a folder of the instructor's exercises: sources (`*.py`, as in exercises/source) and, in `data`,
            the files that they read with `course_file("data/…")`.
        wheel: the balkanlab wheel to lay into the folder, for a class without internet.

    Raises:
        ReleaseError: a wish that cannot be met, or `out` holds other things.
        OSError: a file cannot be read or written.
    """
    out = Path(out).absolute()
    archive = out.with_name(out.name + ".zip")
    course = yaml.safe_load((root / MANIFEST).read_text(encoding="utf-8"))
    slim = student_manifest(course, choose(course, chapters))
    _free(out, archive)
    made, left_out = own_exercises(root, own) if own else ({}, [])
    files = chapter_files(root, course, slim)
    for name in made:
        if name in files or (root / name).is_file():
            raise ReleaseError(f"{own}: {name} is already one of the course's files; choose another name")
    files |= made
    sheets = [
        (name, made[f"exercises/checks/{PurePosixPath(name).stem}.json"]) for name in made if _is_sheet(name)
    ]
    slim["own"] = [{"title": json.loads(checks)["title"], "exercises": name} for name, checks in sheets]
    if due:
        slim["due"] = due.isoformat()
    files = {name: _prepared(name, content, files, course, due) for name, content in files.items()}
    if wheel:
        files[wheel.name] = _wheel(wheel)
    files[MANIFEST] = yaml.safe_dump(slim, allow_unicode=True, sort_keys=False, width=110).encode()
    files[launch.LANDING] = landing.as_notebook(slim)
    files["requirements.txt"] = f"--find-links .\nbalkanlab=={__version__}\n".encode()
    files[README] = _readme(slim, due).encode()
    _no_answers(files)
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}
    files[RECORD] = (json.dumps({"version": __version__, "files": digests}, indent=1) + "\n").encode()
    _write(out, archive, files)
    return Release(out, archive, sorted(files), left_out)


def choose(course: Mapping[str, Any], wanted: Sequence[str]) -> list[str]:
    """The ids of the chapters that `wanted` names ("02", "2" or "02_cefta"), in the course's order.

    Raises:
        ReleaseError: there is no such chapter; the message lists those there are.
    """
    known = {str(chapter["id"]): chapter for chapter in course["chapters"]}
    if not wanted:
        return list(known)
    found = set()
    for name in wanted:
        number = name.split("_")[0].zfill(2)
        if number not in known:
            there = ", ".join(f"{key} ({chapter['slug']})" for key, chapter in known.items())
            raise ReleaseError(f"there is no chapter {name!r}; the course has {there}")
        found.add(number)
    return [key for key in known if key in found]


def student_manifest(course: Mapping[str, Any], chosen: Iterable[str]) -> dict[str, Any]:
    """`course.yml` with the chosen chapters and without what is for the instructor."""
    chosen = set(chosen)
    slim = _keys(course, COURSE_KEYS)
    slim["chapters"] = [_entry(each, CHAPTER_KEYS) for each in course["chapters"] if each["id"] in chosen]
    practice = [each for each in course.get("practice") or [] if each["chapter"] in chosen]
    if practice:
        slim["practice"] = [_entry(each, SHEET_KEYS) for each in practice]
    return slim


def _entry(entry: Mapping[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    slim = _keys(entry, keys)
    slim["systems"] = {number: _keys(system, SYSTEM_KEYS) for number, system in entry["systems"].items()}
    return slim


def _keys(mapping: Mapping[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    return {key: mapping[key] for key in keys if key in mapping}


def chapter_files(root: Path, course: Mapping[str, Any], slim: Mapping[str, Any]) -> dict[str, bytes]:
    """The course's files that a student gets: all but those that belong to chapters not in `slim`."""
    kept, every = (_belonging(manifest) for manifest in (slim, course))
    found = {}
    for name in course_files(root):
        folder = name.split("/")[0]
        if name not in every - kept and (folder not in {"notebooks", "exercises"} or name in kept):
            found[name] = (root / name).read_bytes()
    return found


def _belonging(manifest: Mapping[str, Any]) -> set[str]:
    names = set()
    for entry in [*manifest["chapters"], *(manifest.get("practice") or [])]:
        stem = PurePosixPath(entry["exercises"]).stem
        names |= {entry["exercises"], f"exercises/checks/{stem}.json"}
        names |= {str(entry[key]) for key in ("notebook", "quiz") if entry.get(key)}
    return names


def own_exercises(root: Path, own: Path) -> tuple[dict[str, bytes], list[str]]:
    """The student's files made from the sources in the folder `own`, and the names of what was not used.

    The sources are solved and checked in a folder that is thrown away, so their answers come nowhere near.

    Raises:
        ReleaseError: no such folder, no source in it, or a source is not sound.
    """
    from nbclient.exceptions import CellExecutionError

    from balkanlab.exercises.generate import products, regenerate

    sources = sorted(own.glob("*.py"))
    if not sources:
        raise ReleaseError(
            f"{own} holds no exercise source (*.py); `balkanlab new exercise` makes one to start from"
        )
    extra = [path for path in sorted((own / OWN_DATA).rglob("*")) if path.is_file()]
    made = {f"data/{path.relative_to(own / OWN_DATA).as_posix()}": path.read_bytes() for path in extra}
    with tempfile.TemporaryDirectory() as folder:
        workshop = Path(folder).resolve()
        for name in course_files(root):
            if name.split("/")[0] in {MANIFEST, "data"}:
                _put(workshop / name, (root / name).read_bytes())
        for name, content in made.items():
            if (workshop / name).exists():
                raise ReleaseError(f"{own}: {name} is one of the course's tables; choose another name")
            _put(workshop / name, content)
        for path in sources:
            _put(workshop / "exercises" / "source" / path.name, path.read_bytes())
        try:
            regenerate(workshop)
        except (ValueError, CellExecutionError) as error:
            raise ReleaseError(f"{own}: {error}") from error
        for path in sources:
            files = products(workshop, path.stem)
            for kind in ("student", "checks"):
                made[files[kind].relative_to(workshop).as_posix()] = files[kind].read_bytes()
    used = {*sources, *extra}
    left_out = [path.relative_to(own).as_posix() for path in sorted(own.rglob("*")) if path.is_file()]
    return made, [name for name in left_out if own / name not in used]


def _is_sheet(name: str) -> bool:
    return name.startswith("exercises/") and name.endswith(".ipynb")


def _prepared(
    name: str, content: bytes, files: Mapping[str, bytes], course: Mapping[str, Any], due: date | None
) -> bytes:
    """A file as it goes out: links to what is not here lead to the repository; exercise notebooks carry `due`."""

    def target(match: re.Match[str]) -> str:
        path = posixpath.normpath(posixpath.join(posixpath.dirname(name), match[1]))
        return match[0] if path in files else f"]({launch.source(course, path)}"

    if name.endswith(".md"):
        return _LINK.sub(target, content.decode()).encode()
    if not name.endswith(".ipynb"):
        return content
    notebook = json.loads(content)
    before = json.dumps(notebook)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = _LINK.sub(target, "".join(cell["source"])).splitlines(keepends=True)
    if due and _is_sheet(name):
        notebook["metadata"].setdefault("balkanlab", {})["due"] = due.isoformat()
    if json.dumps(notebook) == before:
        return content
    return (json.dumps(notebook, ensure_ascii=False, indent=1) + "\n").encode()


def _wheel(path: Path) -> bytes:
    if not re.fullmatch(rf"balkanlab-{re.escape(__version__)}-.*\.whl", path.name):
        raise ReleaseError(
            f"{path} is not a wheel of balkanlab {__version__}; make one with: pip wheel --no-deps ."
        )
    return path.read_bytes()


def _readme(slim: Mapping[str, Any], due: date | None) -> str:
    lines = [
        f"- {chapter['title']}: `{chapter['notebook']}`, `{chapter['exercises']}`"
        for chapter in slim["chapters"]
    ]
    lines += [
        f"- {sheet['title']}: `{sheet['exercises']}`" for sheet in [*slim.get("practice", []), *slim["own"]]
    ]
    licence = slim.get("licence", {}).get("content", "")
    return Template(template_file("release_readme.md").read_text(encoding="utf-8")).substitute(
        title=slim["title"],
        institution=slim.get("institution", ""),
        term=slim.get("term", ""),
        contents="\n".join(lines),
        due=f"**Due: {due_words(due)}.**\n\n" if due else "",
        version=__version__,
        credit=f"\n{slim.get('authors', '')}. Text: {licence}. {slim.get('contested_names', '')}".rstrip(),
    )


def due_words(due: date) -> str:
    """30 November 2026, or 30 November 2026, 23:59."""
    day = f"{due.day} {due:%B %Y}"
    return f"{day}, {due:%H:%M}" if isinstance(due, datetime) else day


def _no_answers(files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        for marker in (BEGIN_SOLUTION, BEGIN_HIDDEN):
            if marker.encode() in content:
                raise ReleaseError(
                    f"{name} holds {marker!r}: run `balkanlab exercises` and look at its source"
                )


def _free(out: Path, archive: Path) -> None:
    """Raise unless `out` and `archive` are free, or are an earlier release that nobody has touched."""
    if out.is_file():
        raise ReleaseError(f"{out} is a file; name a folder")
    if out.is_dir() and any(out.iterdir()):
        other = _not_released(out)
        if other:
            shown = ", ".join(other[:5]) + (" …" if len(other) > 5 else "")
            raise ReleaseError(
                f"{out} holds what no release wrote, or what was changed since: {shown}. "
                "Nothing was touched; name a new folder"
            )
    if archive.exists():
        try:
            with zipfile.ZipFile(archive) as opened:
                ours = any(PurePosixPath(name).name == RECORD for name in opened.namelist())
        except (OSError, zipfile.BadZipFile):
            ours = False
        if not ours:
            raise ReleaseError(f"{archive} is there and is no release; move it away or name another folder")


def _not_released(folder: Path) -> list[str]:
    try:
        written = json.loads((folder / RECORD).read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError, TypeError):
        written = {}
    other = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or (path.is_file() and name != RECORD):
            if path.is_symlink() or hashlib.sha256(path.read_bytes()).hexdigest() != written.get(name):
                other.append(name)
        elif name == RECORD and not written:
            other.append(name)
    return other


def _put(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _write(out: Path, archive: Path, files: Mapping[str, bytes]) -> None:
    """Make folder and zip beside their places, then move them there: a broken run leaves what was there."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.") as temporary:
        fresh, packed, old = (Path(temporary) / name for name in ("new", "new.zip", "old"))
        fresh.mkdir()
        for name, content in files.items():
            _put(fresh / name, content)
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bundle:
            for name, content in sorted(files.items()):
                entry = zipfile.ZipInfo(f"{out.name}/{name}", _ZIP_TIME)
                entry.compress_type, entry.create_system, entry.external_attr = (
                    zipfile.ZIP_DEFLATED,
                    3,
                    0o644 << 16,
                )
                bundle.writestr(entry, content)
        if out.exists():
            out.rename(old)
        try:
            fresh.rename(out)
        except OSError:
            if old.exists():
                old.rename(out)
            raise
        shutil.move(packed, archive)
