"""No sandbox: for systems without bubblewrap, and by explicit wish only."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from balkanlab.exercises.grading.result import Assignment, Limits
from balkanlab.exercises.grading.session import (
    ENVIRONMENT,
    INSIDE,
    KILL_SECONDS,
    START_SECONDS,
    Sandbox,
    SandboxError,
    Session,
)
from balkanlab.paths import MANIFEST


class OpenField(Sandbox):
    """Sessions that are ordinary processes: resource limits where the system has them, a cleaned environment."""

    protects = False

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def start(self, assignment: Assignment, limits: Limits) -> Session:
        """See `Sandbox.start`."""
        self.close()
        # Students' code may leave what cannot be deleted.
        self._folder = tempfile.TemporaryDirectory(prefix="balkanlab-", ignore_cleanup_errors=True)
        course = Path(self._folder.name)
        root = Path(assignment.root).resolve()
        (course / "exercises" / "checks").mkdir(parents=True)
        for name in (MANIFEST, f"exercises/checks/{assignment.name}.json"):
            shutil.copy(root / name, course / name)
        shutil.copytree(root / "data", course / "data")
        token = secrets.token_hex(16)
        with socket.create_server(("127.0.0.1", 0)) as server:
            settings = {
                "limits": asdict(limits),
                "uid": None,
                "folder": str(course / "exercises"),
                "port": server.getsockname()[1],
                "token": token,
            }
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", INSIDE, json.dumps(settings)],
                env=_open_environment(course),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            server.settimeout(START_SECONDS)
            try:
                channel, _ = server.accept()
                channel.settimeout(KILL_SECONDS)
                heard = channel.recv(100).strip().decode(errors="replace")
            except TimeoutError:
                heard = ""
        if heard != token:
            self.close()
            raise SandboxError("Python for the student's code did not start; run the command again")
        return Session(channel, self._interrupt, self._kill)

    def _interrupt(self) -> None:
        if self._process is not None and os.name == "posix":
            with contextlib.suppress(OSError):
                self._process.send_signal(signal.SIGINT)

    def _kill(self) -> str:
        self.close()
        return ""

    def close(self) -> None:
        """See `Sandbox.close`."""
        if self._process is not None:
            with contextlib.suppress(OSError):
                if os.name == "posix":
                    os.killpg(self._process.pid, signal.SIGKILL)
            self._process.kill()
            self._process.wait()
            self._process = None
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None


def _open_environment(home: Path) -> dict[str, str]:
    kept = ("PATH", "SYSTEMROOT", "WINDIR", "COMSPEC", "PATHEXT")
    mine = {name: os.environ[name] for name in kept if name in os.environ}
    places = {name: str(home) for name in ("HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP", "IPYTHONDIR")}
    return {**ENVIRONMENT, **mine, **places}
