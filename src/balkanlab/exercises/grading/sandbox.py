"""Where students' code runs: bubblewrap on Linux, or, where that is missing and only if asked, no sandbox.

`open_sandbox` gives a `Sandbox`; its `start` gives a `Session`, which runs code for one submission. In the
Linux sandbox code sees the system's programs, Python, the course's data and checks, all read-only, and an
empty /tmp; no network, no other process, no environment, no other file. See `inside` for what runs there.

bubblewrap ends with the thread that started it, so a sandbox belongs to the thread that made it.
"""

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
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Any, Self

from balkanlab.exercises.grading.inside import COURSE
from balkanlab.exercises.grading.result import Assignment, Limits
from balkanlab.paths import MANIFEST

START_SECONDS = 90
KILL_SECONDS = 10
UIDS = range(60_000, 65_000)
LARGEST_REPLY = 8_000_000
INSIDE = "balkanlab.exercises.grading.inside"
# Threads of numerical libraries would neither survive a fork nor speed up two jobs on two cores.
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "HOME": "/tmp/home",
    "LANG": "C.UTF-8",
    "PYTHONDONTWRITEBYTECODE": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "IPYTHONDIR": "/tmp/ipython",
    "BALKANLAB_PROGRESS": "off",
}


class SandboxError(RuntimeError):
    """There can be no sandbox here; the message says why and what to do."""


class SessionHung(Exception):
    """No answer in the time given."""


class SessionDied(Exception):
    """The session is gone; the message says what is known about it."""


class Session:
    """Python at work for one submission. Everything that it says is the student's word: sizes are checked.

    `computed()` gives the seconds of processor time that it has used, or of any clock where that is unknown.
    """

    def __init__(
        self,
        channel: socket.socket,
        interrupt: Callable[[], None],
        kill: Callable[[], str],
        computed: Callable[[], float] = monotonic,
    ) -> None:
        self._channel = channel
        self.computed = computed
        self._interrupt = interrupt
        self._kill = kill
        self._buffer = b""
        self._number = 0
        self._alive = True

    def ask(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Send a request (see `inside.serve`) and wait for its reply.

        Raises:
            SessionHung: none came within `seconds`; `wait` or `close` next.
            SessionDied: the session ended.
        """
        self._number += 1
        data = json.dumps({**request, "id": self._number}).encode() + b"\n"
        end = monotonic() + seconds
        try:
            self._channel.settimeout(max(0.01, seconds))
            self._channel.sendall(data)
        except TimeoutError:
            raise SessionHung from None
        except OSError:
            raise SessionDied(self.close()) from None
        return self.wait(end - monotonic())

    def wait(self, seconds: float) -> dict[str, Any]:
        """Wait for the reply to the last request; raises as `ask`."""
        end = monotonic() + seconds
        while True:
            while b"\n" in self._buffer:
                line, _, self._buffer = self._buffer.partition(b"\n")
                reply = _decoded(line)
                if reply.get("id") == self._number:
                    return reply
            if len(self._buffer) > LARGEST_REPLY:
                self.close()
                raise SessionDied("the answer is far too large")
            if monotonic() >= end:
                raise SessionHung
            try:
                self._channel.settimeout(max(0.01, end - monotonic()))
                data = self._channel.recv(1 << 16)
            except TimeoutError:
                raise SessionHung from None
            except OSError:
                data = b""
            if not data:
                raise SessionDied(self.close())
            self._buffer += data

    def interrupt(self) -> None:
        """What the stop button of JupyterLab does."""
        self._interrupt()

    def close(self) -> str:
        """End the session and all it has started; says what is known about its end, or ""."""
        if not self._alive:
            return ""
        self._alive = False
        self._channel.close()
        return self._kill()


def _decoded(line: bytes) -> dict[str, Any]:
    try:
        reply = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return reply if isinstance(reply, dict) else {}


class Sandbox(ABC):
    """Makes sessions, one after the other; close it at the end (it is a context manager)."""

    protects: bool

    @abstractmethod
    def start(self, assignment: Assignment, limits: Limits) -> Session:
        """A fresh session, with nothing of an earlier one in it.

        Raises:
            SandboxError: it cannot be had.
        """

    @abstractmethod
    def close(self) -> None:
        """End whatever still runs."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


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
        return _decoded(data)

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
    package = Path(__file__).resolve().parents[2]
    for folder in dict.fromkeys((Path(sys.base_prefix), Path(sys.prefix), package)):
        if not folder.is_relative_to("/usr"):
            # bubblewrap makes missing parents for its own user only.
            for parent in reversed(folder.parents[:-1]):
                yield from ("--perms", "0755", "--dir", str(parent))
            yield from ("--ro-bind", str(folder), str(folder))
    # The wheel carries the whole course; its solutions are no business of the sandbox.
    if (package / "_course" / "exercises").is_dir():
        yield from ("--tmpfs", str(package / "_course" / "exercises"))
    yield from ("--perms", "0755", "--dir", COURSE, "--perms", "0755", "--dir", f"{COURSE}/checks")
    root = Path(assignment.root).resolve()
    checks = Path("exercises", "checks", f"{assignment.name}.json")
    for source, target in ((MANIFEST, MANIFEST), ("data", "data"), (checks, Path("checks", checks.name))):
        yield from ("--ro-bind", str(root / source), f"{COURSE}/{target}")
    yield from ("--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/tmp")


class OpenField(Sandbox):
    """No sandbox: an ordinary process with resource limits where the system has them, and a cleaned
    environment. For systems without bubblewrap, by explicit wish only.
    """

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
