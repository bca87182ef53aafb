"""Where students' code runs: bubblewrap on Linux, or, where that is missing and only if asked, no sandbox."""

from __future__ import annotations

import os
import shutil
import sys

from balkanlab.exercises.grading.bubblewrap import Bubblewrap
from balkanlab.exercises.grading.openfield import OpenField
from balkanlab.exercises.grading.session import (
    START_SECONDS,
    Sandbox,
    SandboxError,
    Session,
    SessionDied,
    SessionHung,
)

__all__ = [
    "START_SECONDS",
    "Sandbox",
    "SandboxError",
    "Session",
    "SessionDied",
    "SessionHung",
    "open_sandbox",
]

UIDS = range(60_000, 65_000)


def open_sandbox(
    *, slot: int = 0, unsafe: bool = False, allow_root: bool = False, nested: bool = True
) -> Sandbox:
    """The sandbox of this system.

    Args:
        slot: number of the job; jobs that run at the same time need different ones.
        unsafe: agree to go without a sandbox: code then runs with the rights of the user who grades.
        allow_root: agree to grade as root. In the sandbox code then runs as an unprivileged user of its own.
        nested: keep one factory for many submissions where the kernel allows it; see `inside`.

    Raises:
        SandboxError: there is none, or it has not been agreed to.
    """
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    if root and not allow_root:
        raise SandboxError(
            "grading as root is refused: limits do not bind root, and a mistake would cost the whole machine. "
            "Grade as an ordinary user, or say --allow-root"
        )
    if unsafe:
        return OpenField()
    if sys.platform != "linux":
        raise SandboxError(
            "the sandbox needs Linux (a virtual machine or WSL 2 will do). Without it students' code runs with "
            "your rights: it can read, change and send your files. If you accept that, say --unsafe"
        )
    bwrap = shutil.which("bwrap")
    if bwrap is None:
        raise SandboxError(
            "the sandbox needs bubblewrap, version 0.7 or newer: install it (apt install bubblewrap, "
            "dnf install bubblewrap), or say --unsafe if students' code may run with your rights"
        )
    sandbox = Bubblewrap(bwrap, uid=_free_uid(slot) if root else None, nested=nested)
    sandbox.try_out()
    return sandbox


def _free_uid(slot: int) -> int:
    """The `slot`-th user id that belongs to nobody: jobs must not share a user."""
    import pwd

    taken = {user.pw_uid for user in pwd.getpwall()}
    free = [uid for uid in UIDS if uid not in taken]
    return free[slot % len(free)]
