"""The sandbox on Linux: sessions from a factory inside bubblewrap.

Code sees the system's programs, Python, the course's data and checks, all read-only, and an empty /tmp; no
network, no other submission, no environment, no other file. See `inside` for what runs there.

bubblewrap ends with the thread that started it, so a sandbox belongs to the thread that made it.
"""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from balkanlab.exercises.grading.inside import COURSE
from balkanlab.exercises.grading.result import Assignment, Limits
from balkanlab.exercises.grading.session import (
    ENVIRONMENT,
    INSIDE,
    KILL_SECONDS,
    START_SECONDS,
    Sandbox,
    SandboxError,
    Session,
    decoded,
)
from balkanlab.paths import MANIFEST

PACKAGE = Path(__file__).resolve().parents[2]


class Bubblewrap(Sandbox):
    """Sessions from a factory inside bubblewrap. The factory serves one assignment and its limits."""

    protects = True

    def __init__(self, bwrap: str, *, uid: int | None, nested: bool = True) -> None:
        self._bwrap = bwrap
        self._uid = uid
        self._nested = nested
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._serves: tuple[str, Limits] | None = None

    def try_out(self) -> None:
        """Run nothing in an empty sandbox.

        Raises:
            SandboxError: the system forbids it.
        """
        command = [
            self._bwrap,
            *self._isolation(),
            "--size",
            "4096",
            "--tmpfs",
            "/tmp",
            "--ro-bind",
            "/",
            "/",
        ]
        done = subprocess.run([*command, "--", "true"], env=ENVIRONMENT, capture_output=True)
        if done.returncode:
            raise SandboxError(_explained(done.stderr.decode(errors="replace").strip()[-2000:]))

    def start(self, assignment: Assignment, limits: Limits) -> Session:
        """See `Sandbox.start`."""
        wanted = (assignment.digest + assignment.root, limits)
        if self._process is None or self._process.poll() is not None or self._serves != wanted:
            self.close()
            self._open(assignment, limits)
            self._serves = wanted
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                socket.send_fds(self._factory, [b"start"], [theirs.fileno()])
                self._hear(KILL_SECONDS)
            except OSError:
                ours.close()
                self.close()
                raise SandboxError("the sandbox ended unexpectedly; run the command again") from None
        return Session(ours, self._interrupt, self._kill, self._computed)

    @property
    def _factory(self) -> socket.socket:
        if self._control is None:
            raise OSError("there is no factory")
        return self._control

    def _open(self, assignment: Assignment, limits: Limits) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        settings = {
            "limits": asdict(limits),
            "preload": assignment.preload,
            "uid": self._uid,
            "folder": "/tmp/course",
            "control": theirs.fileno(),
            "nested": self._nested,
            "kept": [str(folder) for folder in _of_python() if folder.is_relative_to("/tmp")],
        }
        command = [
            self._bwrap,
            *self._isolation(),
            *_mounts(assignment, limits),
            "--",
            *(sys.executable, "-P", "-m", INSIDE, json.dumps(settings)),
        ]
        with theirs, tempfile.TemporaryFile() as said:
            self._process = subprocess.Popen(
                command,
                env=ENVIRONMENT,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
            )
            theirs.close()
            self._control = ours
            try:
                self._nested = bool(self._hear(START_SECONDS)["nested"])
            except OSError:
                self.close()
                said.seek(0)
                words = said.read()[-2000:].decode(errors="replace").strip()
                raise SandboxError(_explained(words)) from None

    def _isolation(self) -> Iterator[str]:
        yield from ("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts")
        yield from ("--unshare-cgroup-try", "--die-with-parent", "--new-session", "--hostname", "grader")
        yield from ("--cap-drop", "ALL")
        if self._uid is None:
            yield "--unshare-user"
        else:
            # Mounts are made as root (Python may live in root's home); the program then becomes `uid`.
            yield from ("--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID")

    def _hear(self, seconds: float) -> dict[str, Any]:
        """The factory's answer.

        Raises:
            OSError: none came.
        """
        self._factory.settimeout(seconds)
        data = self._factory.recv(1000)
        if not data:
            raise OSError("the factory hung up")
        return decoded(data)

    def _computed(self) -> float:
        try:
            self._factory.send(b"computed")
            return float(self._hear(KILL_SECONDS).get("seconds", 0.0))
        except OSError:
            return 0.0

    def _interrupt(self) -> None:
        with contextlib.suppress(OSError):
            self._factory.send(b"interrupt")

    def _kill(self) -> str:
        try:
            self._factory.send(b"kill")
            word = "it used more memory than allowed" if self._hear(KILL_SECONDS).get("memory") else ""
        except OSError:
            word = ""
            self.close()
        if not self._nested:
            self.close()
        return word

    def close(self) -> None:
        """See `Sandbox.close`."""
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def _explained(words: str) -> str:
    """What to tell a user whose sandbox does not start, from bubblewrap's own words."""
    if "namespace" in words or "setting up uid map" in words or "Operation not permitted" in words:
        return (
            f"this system does not let bubblewrap make namespaces ({words}). In a container, allow them; on "
            "Ubuntu 24.04 or newer give bwrap its AppArmor profile (package apparmor-profiles); elsewhere set "
            "kernel.unprivileged_userns_clone=1. Or say --unsafe if students' code may run with your rights"
        )
    return f"the sandbox does not start: {words or 'bubblewrap said nothing'}"


def _of_python() -> list[Path]:
    """The folders that Python and the library run from, but for the system's own; none lies inside another."""
    folders = dict.fromkeys((Path(sys.base_prefix), Path(sys.prefix), PACKAGE))
    outer = [one for one in folders if not any(one != two and one.is_relative_to(two) for two in folders)]
    return [folder for folder in outer if not folder.is_relative_to("/usr")]


def _mounts(assignment: Assignment, limits: Limits) -> Iterator[str]:
    """bubblewrap's arguments for what can be seen inside: all of it read-only but /tmp."""
    yield from ("--ro-bind", "/usr", "/usr")
    for name in ("bin", "sbin", "lib", "lib32", "lib64"):
        path = Path("/", name)
        if path.is_symlink():
            yield from ("--symlink", str(path.readlink()), str(path))
        elif path.is_dir():
            yield from ("--ro-bind", str(path), str(path))
    yield from ("--perms", "0755", "--dir", "/etc")
    yield from ("--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache")
    yield from ("--ro-bind-try", "/etc/alternatives", "/etc/alternatives")
    yield from ("--proc", "/proc", "--dev", "/dev")
    yield from ("--perms", "1777", "--size", str(limits.tmp_bytes), "--tmpfs", "/tmp")
    for folder in _of_python():
        # bubblewrap makes missing parents for its own user only.
        for parent in reversed(folder.parents[:-1]):
            if parent != Path("/tmp"):
                yield from ("--perms", "0755", "--dir", str(parent))
        yield from ("--ro-bind", str(folder), str(folder))
    # The wheel carries the whole course; its solutions are no business of the sandbox.
    if (PACKAGE / "_course" / "exercises").is_dir():
        yield from ("--tmpfs", str(PACKAGE / "_course" / "exercises"))
    yield from ("--perms", "0755", "--dir", COURSE, "--perms", "0755", "--dir", f"{COURSE}/checks")
    root = Path(assignment.root).resolve()
    checks = Path("exercises", "checks", f"{assignment.name}.json")
    for source, target in ((MANIFEST, MANIFEST), ("data", "data"), (checks, Path("checks", checks.name))):
        yield from ("--ro-bind", str(root / source), f"{COURSE}/{target}")
    yield from ("--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/tmp")
