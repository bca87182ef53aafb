"""Wheels that the edition makes itself: pure copies of compiled ones, and balkanlab with what a browser needs."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterable
from pathlib import Path

EPOCH = (1980, 1, 1, 0, 0, 0)
COMPILED = (".so", ".pyd", ".dylib", ".c", ".pyi", ".pyx")


def write_zip(target: Path, files: Iterable[tuple[str, bytes]], *, pack: bool = True) -> str:
    """Write a zip whose bytes follow from its content alone.

    Args:
        target: the file to write.
        files: name and content.
        pack: compress; left out where the sha256 must be the same with every version of zlib.

    Returns:
        The sha256 of the file.
    """
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED if pack else zipfile.ZIP_STORED) as archive:
        for name, content in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, EPOCH), content, archive.compression)
    return hashlib.sha256(target.read_bytes()).hexdigest()


def without_binaries(wheel: Path, folder: Path) -> Path:
    """A copy of a compiled wheel without its compiled part, for packages that have a Python one beside it.

    Returns:
        The copy, `NAME-VERSION-py3-none-any.whl` in `folder`.
    """
    name, version = wheel.name.split("-")[:2]
    target = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as archive:
        kept = [
            (entry, archive.read(entry))
            for entry in archive.namelist()
            if not entry.endswith((*COMPILED, "/", "/RECORD"))
        ]
    write_zip(target, kept, pack=False)
    return target
