"""Readies Python in the browser for a quick start: compiled beforehand, it is there three times as fast.

Bytecode fits one version of Python only, so Pyodide itself compiles it, run by Node.js. Where there is no Node.js
the wheels stay as they are: everything works, slower. The standard library also gets `startup.py`.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from balkanlab.browser.lock import Lock
from balkanlab.browser.wheels import write_zip

LOGGER = logging.getLogger(__name__)
SCRIPT = Path(__file__).with_name("compile.mjs")
STARTUP = Path(__file__).with_name("startup.py")
LIBRARY = "python_stdlib.zip"
LEFT = ("scipy", "networkx")
"""Large, seldom wanted, and mostly not Python: not worth the time of compiling."""
SKIP = (
    r"/tests/|^pygments/(lexers|styles|formatters)/|^jedi/third_party/|^prompt_toolkit/(contrib|widgets)/|^pytz/|^wcwidth/"
    r"|^narwhals/_(arrow|dask|duckdb|ibis|polars|spark_like|sql)/|^IPython/(lib|sphinxext)/"
    r"|^(_pyrepl|curses|dbm|encodings|multiprocessing|sqlite3|wsgiref|xml|xmlrpc)/"
    r"|^(_pyio|ftplib|imaplib|mailbox|optparse|pickletools|pstats|smtplib|turtle)\.py"
)
"""Modules that a lesson hardly imports: not compiled, for as source they are half the size."""
DROPPED = re.compile(r"/tests/|^jedi/third_party/(django-stubs|typeshed/third_party)/|\.dist-info/RECORD$")
"""What nobody loads, and lists of files that are no longer right."""
UNUSED = ("/", ".pxd", ".h", ".c", ".cpp", "/py.typed")
PATIENCE = 600


def node() -> str | None:
    """The Node.js of this machine: the one on the path, else the one that Playwright brings along."""
    if found := shutil.which("node"):
        return found
    try:
        from playwright._impl._driver import compute_driver_executable
    except ImportError:
        return None
    executable = str(compute_driver_executable()[0])
    return executable if Path(executable).is_file() else None


def compile_all(lock: Lock, files: Mapping[str, Path], cache: Path) -> dict[str, Path]:
    """The files with bytecode in place of source, made once per file and kept.

    Args:
        lock: what Python in the browser is made of.
        files: name → path of its files, from `sources.gather`.
        cache: where compiled files are kept.

    Returns:
        Name → path as in `files`, compiled where that could be done.
    """
    left = (*LEFT, lock.kernel["file_name"])
    names = [name for name in files if name.endswith((".whl", ".zip")) and not name.startswith(left)]
    kept = {name: cache / f"{_key(lock, files[name])}-{name}" for name in names}
    missing = [name for name in names if not kept[name].is_file()]
    runner = node() if missing else None
    if runner is not None:
        cache.mkdir(parents=True, exist_ok=True)
        _compile(runner, lock, files, missing, kept)
    if not all(path.is_file() for path in kept.values()):
        why = "Node.js failed" if runner else "there is no Node.js here"
        LOGGER.warning("Python in the browser will start three times slower: %s to compile it.", why)
    return {name: kept[name] if name in kept and kept[name].is_file() else files[name] for name in files}


def _key(lock: Lock, path: Path) -> str:
    """Changes with the file, with the Python that compiles it and with how it is done."""
    known = {**lock.core, **{p["file_name"]: p["sha256"] for p in lock.packages.values()}}
    how = f"{lock.pyodide} {known[path.name]} {SKIP} {DROPPED.pattern}".encode() + SCRIPT.read_bytes()
    if path.name == LIBRARY:
        how += STARTUP.read_bytes()
    return hashlib.sha256(how).hexdigest()[:16]


def _compile(
    runner: str, lock: Lock, files: Mapping[str, Path], names: Iterable[str], kept: Mapping[str, Path]
) -> None:
    with tempfile.TemporaryDirectory(dir=next(iter(kept.values())).parent) as scratch:
        folder = Path(scratch)
        core, made = folder / "core", folder / "made"
        core.mkdir()
        made.mkdir()
        for name in lock.core:
            shutil.copyfile(files[name], core / name)
        source = next(iter(files.values())).parent
        try:
            run = subprocess.run(
                [runner, str(SCRIPT), str(core), str(source), str(made), *names],
                env=os.environ | {"INFO": json.dumps(lock.info), "SKIP": SKIP},
                capture_output=True,
                timeout=PATIENCE,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return
        if run.returncode == 0:
            for name in names:
                _merge(files[name], made / name, folder / name)
                (folder / name).replace(kept[name])


def _merge(original: Path, compiled: Path, target: Path) -> None:
    """Write the original with bytecode for source, and without what nobody loads."""
    with zipfile.ZipFile(original) as old, zipfile.ZipFile(compiled) as new:
        made = {name: new.read(name) for name in new.namelist()}
        if original.name == LIBRARY:
            made["sitecustomize.py"] = STARTUP.read_bytes()
        rest = (name for name in old.namelist() if _wanted(name) and f"{name}c" not in made)
        write_zip(target, [*made.items(), *((name, old.read(name)) for name in rest)])


def _wanted(name: str) -> bool:
    if name.endswith(UNUSED) or DROPPED.search(name):
        return False
    return not name.endswith(".pyi") or name.startswith("jedi/")  # jedi completes by these
