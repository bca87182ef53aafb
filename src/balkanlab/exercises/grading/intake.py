"""Taking files out of a download without trusting it: a folder, zips in it, and zips in those.

Nothing is unpacked to disk and no name inside an archive is used as a path. Links, special files, names that
climb out, encrypted or oversized entries are refused one by one with a reason; the rest is taken.
"""

from __future__ import annotations

import contextlib
import io
import lzma
import os
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import BinaryIO

NESTED_BYTES = 50_000_000  # a zip inside a zip is read into memory
MEMBERS = 20_000
BOMB_BYTES, BOMB_RATIO = 200_000_000, 100
DEPTH = 2
_JUNK = {"__MACOSX", ".ipynb_checkpoints", ".DS_Store", "Thumbs.db", "desktop.ini", ".git"}
_UTF8_FLAG, _ENCRYPTED_FLAG = 0x800, 0x1
# What zipfile raises for archives that are damaged, cut short, encrypted or packed in a way it does not know.
_BROKEN = (
    zipfile.BadZipFile,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
    zlib.error,
    lzma.LZMAError,
)


class IntakeError(OSError):
    """A file cannot be taken; the message says why."""


@dataclass(frozen=True)
class HandedIn:
    """A file of the download.

    `parts` is where it lies, below the download; a zip counts as a folder without its `.zip`. `time` is in
    seconds since 1970 (0 where an archive gives none). `source` is a real file, and `inside` the number of the
    entry in it, in the zip in it, and so on.
    """

    parts: tuple[str, ...]
    size: int
    time: float
    source: Path
    inside: tuple[int, ...] = ()

    def read(self, limit: int) -> bytes:
        """All bytes of the file.

        Raises:
            IntakeError: more than `limit` bytes, gone, not readable, or damaged.
        """
        if self.size > limit:
            raise IntakeError(f"{self.size:,} bytes; the limit is {limit:,}")
        with contextlib.ExitStack() as stack:
            stream = stack.enter_context(_open_regular(self.source))
            for level, number in enumerate(self.inside, 1):
                last = level == len(self.inside)
                data = _member(stream, number, limit if last else NESTED_BYTES)
                stream = io.BytesIO(data)
            data = stream.read(limit + 1)
        if len(data) > limit:
            raise IntakeError(f"more than {limit:,} bytes")
        return data


@dataclass(frozen=True)
class TurnedAway:
    """A file that was not opened, and why."""

    parts: tuple[str, ...]
    reason: str


def files(download: Path) -> Iterator[HandedIn | TurnedAway]:
    """Every file of `download` (a folder, a zip or one notebook), in the order of names, and what was refused.

    Raises:
        IntakeError: `download` is none of the three, or cannot be read at all.
    """
    if download.is_dir():
        try:
            os.scandir(download).close()
        except OSError as error:
            raise IntakeError(f"the folder {download} cannot be read: {error.strerror}") from error
        yield from _folder(download.resolve(), ())
    elif not download.is_file():
        raise IntakeError(f"there is no folder, zip or notebook {download}")
    elif _is_zip(download.name):
        for item in _zip(_handed_in(download.resolve(), ()), depth=0):
            if not item.parts:
                raise IntakeError(f"{download}: {item.reason if isinstance(item, TurnedAway) else 'no zip'}")
            yield item
    elif download.suffix.lower() == ".ipynb":
        yield _handed_in(download.resolve(), (download.name,))
    else:
        raise IntakeError(f"{download} is neither a folder nor a zip nor a notebook")


def printable(name: str) -> str:
    """`name` composed (NFC), without control and invisible characters, in one line of at most 120 characters."""
    composed = unicodedata.normalize("NFC", name)
    kept = "".join(c if c.isspace() or unicodedata.category(c)[0] != "C" else "" for c in composed)
    return " ".join(kept.split())[:120]


def place(parts: tuple[str, ...]) -> str:
    """Where a file lies, in one printable line."""
    return "/".join(map(printable, parts))


def _is_zip(name: str) -> bool:
    return name.lower().endswith(".zip")


def _is_junk(name: str) -> bool:
    return name in _JUNK or name.startswith("._")


def _handed_in(path: Path, parts: tuple[str, ...]) -> HandedIn:
    status = path.stat()
    return HandedIn(parts, status.st_size, status.st_mtime, path)


def _folder(folder: Path, parts: tuple[str, ...]) -> Iterator[HandedIn | TurnedAway]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield TurnedAway(parts, f"the folder cannot be read: {error.strerror}")
        return
    if parts and not entries:
        yield TurnedAway(parts, "an empty folder")
    for entry in entries:
        here = (*parts, entry.name)
        if _is_junk(entry.name):
            continue
        path = folder / entry.name
        try:
            mode = entry.stat(follow_symlinks=False).st_mode
            if entry.is_symlink() or _is_junction(path):
                yield TurnedAway(here, "a link, not a file: links are never followed")
            elif stat.S_ISDIR(mode):
                yield from _folder(path, here)
            elif not stat.S_ISREG(mode):
                yield TurnedAway(here, "not a regular file")
            elif _is_zip(entry.name):
                yield from _zip(_handed_in(path, (*parts, entry.name[:-4])), depth=0)
            else:
                yield _handed_in(path, here)
        except OSError as error:
            yield TurnedAway(here, f"cannot be read: {error.strerror}")


def _is_junction(path: Path) -> bool:
    """Whether this is a link between folders of Windows; Python 3.11 cannot tell."""
    test = getattr(os.path, "isjunction", None)
    return test is not None and bool(test(path))


def _open_regular(path: Path) -> BinaryIO:
    """Opens a file that must still be a regular one; a link or a pipe put in its place is refused.

    Raises:
        IntakeError: it is gone, cannot be read, or is something else.
    """
    flags = os.O_RDONLY
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY", "O_CLOEXEC"):
        flags |= getattr(os, name, 0)
    try:
        stream = os.fdopen(os.open(path, flags), "rb")
    except OSError as error:
        raise IntakeError(f"cannot be read: {error.strerror}") from error
    if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        stream.close()
        raise IntakeError("not a regular file")
    return stream


def _zip(archive: HandedIn, depth: int) -> Iterator[HandedIn | TurnedAway]:
    """The entries of a zip. `archive.inside` leads to it where it lies in another."""
    if depth >= DEPTH:
        yield TurnedAway(archive.parts, "a zip in a zip in a zip: hand in the notebook itself")
        return
    try:
        stream: BinaryIO = (
            io.BytesIO(archive.read(NESTED_BYTES)) if archive.inside else _open_regular(archive.source)
        )
        with stream, zipfile.ZipFile(stream) as opened:
            members = opened.infolist()
    except IntakeError as error:
        yield TurnedAway(archive.parts, str(error))
        return
    except _BROKEN as error:
        yield TurnedAway(archive.parts, f"not a zip that can be read ({error})")
        return
    unpacked = sum(member.file_size for member in members)
    if len(members) > MEMBERS:
        yield TurnedAway(archive.parts, f"a zip with {len(members):,} entries; the limit is {MEMBERS:,}")
    elif unpacked > BOMB_BYTES and unpacked > BOMB_RATIO * archive.size:
        yield TurnedAway(archive.parts, f"a zip of {archive.size:,} bytes that unpacks to {unpacked:,}")
    else:
        order = sorted(range(len(members)), key=lambda number: members[number].filename)
        for number in order:
            yield from _entry(archive, members[number], number, depth)


def _entry(
    archive: HandedIn, member: zipfile.ZipInfo, number: int, depth: int
) -> Iterator[HandedIn | TurnedAway]:
    name = _decoded(member)
    parts = tuple(part for part in name.split("/") if part not in {"", "."})
    if not parts or member.is_dir() or any(_is_junk(part) for part in parts):
        return
    here = (*archive.parts, *parts)
    if ".." in parts or "\\" in name or PurePosixPath(name).is_absolute() or PureWindowsPath(name).drive:
        yield TurnedAway(here, "a zip entry whose name leads out of the folder")
    elif stat.S_ISLNK(member.external_attr >> 16):
        yield TurnedAway(here, "a link in a zip: links are never followed")
    elif member.flag_bits & _ENCRYPTED_FLAG:
        yield TurnedAway(here, "an encrypted zip entry: hand in the notebook without a password")
    else:
        file = HandedIn(
            here, member.file_size, _time(member.date_time), archive.source, (*archive.inside, number)
        )
        if _is_zip(name):
            yield from _zip(
                HandedIn((*here[:-1], here[-1][:-4]), file.size, file.time, file.source, file.inside),
                depth + 1,
            )
        else:
            yield file


def _member(stream: BinaryIO, number: int, limit: int) -> bytes:
    """Entry `number` of a zip, at most `limit` + 1 bytes of it, whatever its header says."""
    try:
        with zipfile.ZipFile(stream) as archive, archive.open(archive.infolist()[number]) as opened:
            data = opened.read(limit + 1)
    except IndexError:
        raise IntakeError("the zip changed while it was read") from None
    except _BROKEN as error:
        raise IntakeError(f"damaged in its zip ({error})") from error
    if len(data) > limit:
        raise IntakeError(f"more than {limit:,} bytes")
    return data


def _decoded(member: zipfile.ZipInfo) -> str:
    """The entry's name; macOS and others write UTF-8 without saying so, which zipfile reads as code page 437."""
    if not member.flag_bits & _UTF8_FLAG:
        with contextlib.suppress(UnicodeError):
            return member.filename.encode("cp437").decode("utf-8")
    return member.filename


def _time(date_time: tuple[int, int, int, int, int, int]) -> float:
    try:
        return datetime(*date_time).timestamp()
    except (ValueError, OverflowError, OSError):
        return 0.0
