"""What a student has tried and solved, in one small local file.

The file holds one event per line, as JSON, and is only ever appended to:

    {"at": "2026-11-22T10:00:00+00:00", "notebook": "02_cefta", "task": "2.1a", "ok": false, "slip": 0}

Each event is a single write to a file opened for appending, so two notebooks may be open at once; it *begins*
with the line break, so an event cut short by a crash spoils no other. Lines that cannot be read, and fields
that an older version does not know, are passed over. A task stops writing once it is solved or has failed
`MOST_ATTEMPTS` times, so the file stays small: the whole course fits into a few hundred kilobytes.

The environment variable `BALKANLAB_PROGRESS` names another file, or switches the record off with `off`.
Standard library only: the same file runs in the browser edition.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

VARIABLE = "BALKANLAB_PROGRESS"
OFF = "off"
DRIVE = Path("/drive")
"""In the browser edition: the page's files, which the browser keeps; the home folder goes with the kernel."""
MOST_ATTEMPTS = 50
MOST_BYTES = 8_000_000
_complained = False


class Event(NamedTuple):
    """One checked answer: when (ISO 8601, UTC), where, whether it was right, and which typical slip it was."""

    at: str
    notebook: str
    task: str
    ok: bool
    slip: int | None = None


class Record:
    """What the events say about one task.

    `attempts` counts failed answers, `slips` are the typical mistakes already named, `solved` means solved at
    least once, `last` is the time of the latest event (or "").
    """

    __slots__ = ("attempts", "last", "slips", "solved")

    def __init__(self) -> None:
        self.attempts = 0
        self.slips: set[int] = set()
        self.solved = False
        self.last = ""

    def learns(self, event: Event) -> bool:
        """Whether the event is worth keeping: not once the task is solved, nor after `MOST_ATTEMPTS` failures."""
        return not self.solved and (event.ok or self.attempts < MOST_ATTEMPTS)

    def add(self, event: Event) -> None:
        """Take one more event into account."""
        self.last = max(self.last, event.at)
        if event.ok:
            self.solved = True
        else:
            self.attempts += 1
        if event.slip is not None:
            self.slips.add(event.slip)


def location() -> Path | None:
    """The progress file (it need not exist), or None where the record is off or there is no home folder."""
    chosen = os.environ.get(VARIABLE, "").strip()
    if chosen:
        return None if chosen.casefold() == OFF else Path(chosen)
    if sys.platform == "emscripten" and DRIVE.is_dir():
        return DRIVE / "balkanlab-progress.jsonl"
    try:
        home = Path.home()
    except RuntimeError:
        return None
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = home / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    return base / "balkanlab" / "progress.jsonl"


def read(path: Path | None) -> list[Event]:
    """The events of a file, oldest first; none where the record is off or was never begun.

    Reads at most the first `MOST_BYTES`.

    Raises:
        OSError: the file is there and cannot be read.
    """
    if path is None:
        return []
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES)
    except FileNotFoundError:
        return []
    lines = content.decode("ascii", errors="replace").splitlines()
    return [event for event in map(_parse, lines) if event]


def _parse(line: str) -> Event | None:
    try:
        found: Any = json.loads(line)
        task, notebook, ok, slip = found["task"], found["notebook"], found["ok"], found.get("slip")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None
    if not (isinstance(task, str) and isinstance(notebook, str) and isinstance(ok, bool)):
        return None
    return Event(str(found.get("at", "")), notebook, task, ok, slip if isinstance(slip, int) else None)


def records(events: Iterable[Event], notebook: str) -> dict[str, Record]:
    """What `events` say about the tasks of one exercise notebook, by task id."""
    found: dict[str, Record] = {}
    for event in events:
        if event.notebook == notebook:
            found.setdefault(event.task, Record()).add(event)
    return found


def history(notebook: str) -> dict[str, Record]:
    """`records` of the progress file as it stands; empty where it cannot be read."""
    try:
        return records(read(location()), notebook)
    except OSError:
        return {}


def now() -> str:
    """The time as events carry it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def append(path: Path, events: Iterable[Event]) -> None:
    """Add events to a file, each with one write; makes the file and its folder.

    Raises:
        OSError: the place cannot be written.
    """
    events = list(events)
    if not events:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab", buffering=0) as file:
        for event in events:
            fields = {key: value for key, value in event._asdict().items() if value is not None}
            file.write(b"\n" + json.dumps(fields).encode())


def note(event: Event) -> None:
    """Add an event to the progress file; where that fails say so once, on the error stream, and go on."""
    global _complained
    path = location()
    if path is None:
        return
    try:
        append(path, [event])
    except OSError as problem:
        if not _complained:
            _complained = True
            print(cannot_keep(path, problem), file=sys.stderr)


def cannot_keep(path: Path, problem: OSError) -> str:
    """What to tell a student whose progress file cannot be written."""
    return (
        f"Your progress cannot be kept: {path} cannot be written ({problem.strerror or problem}). "
        f"The checks work all the same. To keep it elsewhere, set {VARIABLE} to a file's name; "
        f"{VARIABLE}={OFF} stops this message."
    )
