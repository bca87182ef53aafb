"""What `balkanlab doctor` looks at: each check says what it found and, if need be, how to mend it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

from balkanlab.paths import course_root

Verdict = Literal["ok", "problem", "note"]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
REINSTALL = "make book, or: python -m pip install -r requirements.txt"
# What a reader does without: what for, and how to get it.
EXTRAS = {
    "book": (
        "building the book",
        "only for authors and instructors: python -m pip install 'balkanlab[book]'",
    ),
    "test": ("tests", "only for make test, which installs them"),
}


@dataclass(frozen=True)
class Finding:
    """One line of the report. A note is about something that only some readers need."""

    check: str
    verdict: Verdict
    found: str
    mend: str = ""


def examine() -> list[Finding]:
    """Runs every check; a check that itself breaks is reported as a problem, not raised."""
    findings: list[Finding] = []
    checks: tuple[Callable[[], Iterator[Finding]], ...] = (
        _python,
        _packages,
        _kernel,
        _lab,
        _course,
        _data,
        _browser,
        _ports,
    )
    for check in checks:
        try:
            findings.extend(check())
        except Exception as error:
            name = check.__name__.strip("_")
            findings.append(Finding(name, "problem", f"{type(error).__name__}: {error}", REINSTALL))
    return findings


def find_browser() -> str | None:
    """The path of a Chromium-like browser, `$BALKANLAB_BROWSER` first; None if there is none."""
    named = os.environ.get("BALKANLAB_BROWSER")
    for name in (named, *BROWSERS) if named else BROWSERS:
        if path := shutil.which(name):
            return path
    for path in (
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
    ):
        if Path(path).exists():
            return path
    return None


def _python() -> Iterator[Finding]:
    found = f"{sys.version.split()[0]} in {sys.prefix}"
    if (3, 11) <= sys.version_info[:2] < (3, 15):
        yield Finding("python", "ok", found)
    else:
        yield Finding("python", "problem", found, "install Python 3.11 to 3.14, then: make clean ENV=1 book")


def _packages() -> Iterator[Finding]:
    from packaging.requirements import Requirement

    wrong: dict[str, list[str]] = {extra: [] for extra in ("", *EXTRAS)}
    count = 0
    for line in metadata.requires("balkanlab") or []:
        requirement = Requirement(line)
        extra = next((name for name in EXTRAS if _wants(requirement, name)), "")
        if not extra and requirement.marker and not requirement.marker.evaluate():
            continue
        count += 1
        try:
            version = metadata.version(requirement.name)
        except metadata.PackageNotFoundError:
            wrong[extra].append(f"{requirement.name} is missing")
            continue
        if not requirement.specifier.contains(version, prereleases=True):
            wrong[extra].append(f"{requirement.name} {version} is outside {requirement.specifier}")
    missing = sum(len(problems) for problems in wrong.values())
    if wrong[""]:
        yield Finding("packages", "problem", "; ".join(wrong[""]), REINSTALL)
    else:
        yield Finding("packages", "ok", f"{count - missing} of {count} direct ones, within tested ranges")
    for extra, (purpose, mend) in EXTRAS.items():
        if wrong[extra]:
            yield Finding(f"packages for {purpose}", "note", "; ".join(wrong[extra]), mend)


def _wants(requirement: object, extra: str) -> bool:
    marker = getattr(requirement, "marker", None)
    return marker is not None and f'extra == "{extra}"' in str(marker)


def _kernel() -> Iterator[Finding]:
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    mend = "python -m ipykernel install --sys-prefix"
    try:
        spec = KernelSpecManager().get_kernel_spec("python3")
    except NoSuchKernel:
        yield Finding("kernel", "problem", "no kernel named python3", mend)
        return
    program = shutil.which(spec.argv[0]) or spec.argv[0]
    same = Path(program).parent.resolve() == Path(sys.executable).parent.resolve() or spec.argv[0] == "python"
    if same:
        yield Finding("kernel", "ok", "python3 runs in this environment")
    else:
        yield Finding("kernel", "problem", f"python3 runs {program}, not this environment", mend)


def _lab() -> Iterator[Finding]:
    config = Path(sysconfig.get_path("data")) / "etc" / "jupyter"
    files = ("jupyter_server_config.d/balkanlab.json", "labconfig/page_config.d/balkanlab.json")
    missing = [name for name in files if not (config / name).is_file()]
    if missing:
        yield Finding(
            "jupyterlab", "problem", f"course settings are missing: {', '.join(missing)}", REINSTALL
        )
    else:
        yield Finding("jupyterlab", "ok", "no news prompt, charts kept in saved notebooks")


def _course() -> Iterator[Finding]:
    root = course_root()
    try:
        with tempfile.TemporaryFile(dir=root):
            pass
    except OSError as error:
        yield Finding(
            "course folder",
            "problem",
            f"{root} cannot be written: {error.strerror}",
            "copy it to a folder of yours",
        )
    else:
        yield Finding("course folder", "ok", f"{root}, can be written")


def _data() -> Iterator[Finding]:
    folder = course_root() / "data"
    restore = "git restore data (a copy without git: download the course again)"
    try:
        resources = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))["resources"]
    except (OSError, ValueError) as error:
        yield Finding("data", "problem", f"datapackage.json cannot be read: {error}", restore)
        return
    wrong = []
    for resource in resources:
        path = folder / resource["path"]
        if not path.is_file():
            wrong.append(f"{resource['path']} is missing")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != str(resource["hash"]).removeprefix("sha256:"):
            wrong.append(f"{resource['path']} differs from its card")
    if wrong:
        yield Finding(
            "data", "problem", "; ".join(wrong), "git restore data (a copy without git: download it again)"
        )
    else:
        yield Finding("data", "ok", f"{len(resources)} tables, as their cards say")


def _browser() -> Iterator[Finding]:
    found = find_browser()
    if found:
        yield Finding("browser", "ok", found)
    else:
        mend = "only for make test: apt-get install chromium, or set BALKANLAB_BROWSER to the path of one"
        yield Finding("browser", "note", "no Chromium found", mend)


def _ports() -> Iterator[Finding]:
    taken = []
    for port, who in ((8000, "book"), (8888, "JupyterLab")):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                taken.append(f"{port} ({who})")
    try:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
    except OSError as error:
        yield Finding(
            "ports", "problem", f"no port of 127.0.0.1 can be opened: {error}", "ask who runs this machine"
        )
        return
    if taken:
        yield Finding("ports", "ok", f"taken: {', '.join(taken)}; the next free one is used")
    else:
        yield Finding("ports", "ok", "8000 and 8888 are free")
