"""The course as a folder to work in, made from the installed package and kept up to date without touching work.

`RECORD` in the folder remembers the digest of every version of each file that was ever put there. A file whose
digest is among them is as it was delivered and may be replaced; any other is the reader's and stays.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

from balkanlab.execute import write_atomically
from balkanlab.paths import MANIFEST, course_files

RECORD = ".balkanlab.json"
FOLDER = "balkanlab"

History = dict[str, list[str]]


class StartError(ValueError):
    """The folder cannot be used; the message says why and what to do. Nothing was written."""


@dataclass
class Unpacked:
    """What became of the folder, by file name: `beside` maps a kept file to its new version's name."""

    folder: Path
    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    beside: dict[str, str] = field(default_factory=dict)


def choose_folder(wanted: Path | None, here: Path) -> Path:
    """The folder to use: the one asked for, the course folder that `here` lies in, or a new one in `here`."""
    if wanted:
        return wanted.expanduser().absolute()
    for folder in (here, *here.parents):
        if (folder / RECORD).is_file() or (folder / MANIFEST).is_file():
            return folder
    return here / FOLDER


def is_foreign_course(folder: Path) -> bool:
    """Whether `folder` is a course that `start` did not make: a checkout, or a release from an instructor."""
    return (folder / MANIFEST).is_file() and not (folder / RECORD).is_file()


def unpack(source: Path, folder: Path, version: str) -> Unpacked:
    """Bring `folder` to the state of the course in `source`, and keep whatever the reader has changed.

    A new version of a changed file is laid beside it, once. A run that is cut short is completed by the next one.

    Args:
        source: the course that came with the package.
        folder: a new or empty folder, or one that `unpack` made.
        version: that of the package.

    Raises:
        StartError: `folder` is something else, or belongs to a newer version.
        OSError: it cannot be read or written.
    """
    if folder.exists() and not folder.is_dir():
        raise StartError(f"{folder} is a file; name a folder")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / RECORD).is_file():
        raise StartError(f"{folder} holds other things; name a new folder, such as {folder / FOLDER}")
    history, newest = _read_record(folder / RECORD)
    if _parts(newest) > _parts(version):
        raise StartError(
            f"{folder} was made by balkanlab {newest}, this is {version}: upgrade balkanlab first"
        )
    result = Unpacked(folder)
    write: dict[str, bytes] = {}
    for name in course_files(source):
        content, path = (source / name).read_bytes(), folder / name
        new, delivered = _digest(content), history.setdefault(name, [])
        current = _digest(path.read_bytes()) if path.is_file() else ""
        if not path.exists():
            result.added.append(name)
            write[name] = content
        elif current != new and current in delivered and not path.is_symlink():
            result.updated.append(name)
            write[name] = content
        elif current != new:
            result.kept.append(name)
            if new not in delivered:
                result.beside[name] = _lay_beside(path, content, version)
        if new not in delivered:
            delivered.append(new)
    # The record goes first: were the run cut short here, the next would still know these files for its own.
    folder.mkdir(parents=True, exist_ok=True)
    record = json.dumps({"version": version, "files": history}, indent=1) + "\n"
    write_atomically(folder / RECORD, record.encode())
    for name, content in write.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        write_atomically(folder / name, content)
    return result


def sentences(result: Unpacked, version: str) -> list[str]:
    """What happened, for the reader."""
    said = []
    if result.added:
        said.append(f"{_count(result.added)} put into {result.folder}")
    if result.updated:
        said.append(f"{_count(result.updated)} that you had not changed brought to balkanlab {version}")
    for name in result.kept:
        new = result.beside.get(name)
        said.append(f"your {name} is kept" + (f"; the new version is beside it: {new}" if new else ""))
    if result.kept:
        said.append("To get a file as it was delivered, move yours away and start again.")
    return said or [f"{result.folder} is up to date"]


def _count(names: list[str]) -> str:
    return "1 file" if len(names) == 1 else f"{len(names)} files"


def _lay_beside(path: Path, content: bytes, version: str) -> str:
    """Write `02_cefta.new-0.2.0.ipynb` next to `02_cefta.ipynb`; returns its name."""
    number = 1
    while True:
        again = f"-{number}" if number > 1 else ""
        place = path.with_name(f"{path.stem}.new-{version}{again}{path.suffix}")
        if not place.exists():
            write_atomically(place, content)
            return place.name
        if place.is_file() and place.read_bytes() == content:
            return place.name
        number += 1


def _read_record(path: Path) -> tuple[History, str]:
    """The digests delivered so far and the version that wrote last; a record that cannot be read knows nothing."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        history = {str(name): [str(each) for each in digests] for name, digests in record["files"].items()}
        return history, str(record["version"])
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
        return {}, "0"


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
