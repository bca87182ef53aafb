"""What a sandbox is to the grader: it starts sessions, and a session answers requests."""

from __future__ import annotations

import json
import socket
from abc import ABC, abstractmethod
from collections.abc import Callable
from time import monotonic
from types import TracebackType
from typing import Any, Self

from balkanlab.exercises.grading.result import Assignment, Limits

START_SECONDS = 90
KILL_SECONDS = 10
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
                reply = decoded(line)
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


def decoded(line: bytes) -> dict[str, Any]:
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
