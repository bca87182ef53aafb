"""The program that runs inside the sandbox: a factory of Python sessions for students' code.

Loading IPython, pandas and the assignment's data takes longer than most students' work. The factory does this
once, by running the cells that every student is given, and forks a session for each submission. Before it
runs a line of the student's, a session gives up what it could share with the next one: it gets its own user,
process, mount and IPC namespaces, empty file systems in /tmp and /dev/shm, no capabilities and its resource
limits. The factory itself is in nobody's reach: it cannot be signalled or traced from a session. Where
the kernel forbids such nesting, the factory says so and the grader throws it away after one submission.

A session is IPython's shell, as in any Python kernel, fed line by line with JSON over one socket. Standard
input is empty; what is printed is counted and dropped.

Started as a program with one argument, a JSON object: `limits`, `preload` (code), `uid` (to become, or
null), `folder` (to work in) and either `control` (a file descriptor: be a factory) or `port` and `token`
(connect to the grader on this machine and be one session, for systems without a sandbox).
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import json
import os
import select
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from balkanlab.exercises.grading.probe import normal_form
from balkanlab.exercises.kinds import quietly

# From <linux/sched.h>, <sys/prctl.h>, <sys/mount.h> and <linux/capability.h>.
NEW_MOUNTS, NEW_IPC, NEW_USER, NEW_PIDS = 0x00020000, 0x08000000, 0x10000000, 0x20000000
PARENT_DEATH_SIGNAL, DUMPABLE, NO_NEW_PRIVILEGES = 1, 4, 38
NO_SUID, NO_DEVICES, BIND, WITH_ITS_OWN = 2, 4, 0x1000, 0x4000
CAPABILITIES_3 = 0x20080522

OUT_OF_MEMORY = 99
WATCH_MILLISECONDS = 200
MOST_SWEEPS = 50
SHARED_MEMORY = 16 * 1024**2
MOST_CHARACTERS = 300
COURSE = "/course"


class Printed(io.TextIOBase):
    """A text stream that counts and drops."""

    encoding = "utf-8"

    def __init__(self) -> None:
        self.characters = 0

    def write(self, text: str) -> int:
        self.characters += len(text)
        return len(text)

    def writable(self) -> bool:
        return True


def make_shell(preload: list[str]) -> Any:
    """An IPython shell without history; what `preload` loads is in memory then, not among its names."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    names: dict[str, Any] = {"__name__": "__main__"}
    for code in preload:
        # Some cells need a student's answer. Whatever fails here is reported where the student runs it.
        with quietly(), contextlib.suppress(Exception):
            exec(code, names)
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    shell: Any = InteractiveShell.instance(config=config)
    # Errors travel as data; formatting a traceback would cost more than most cells.
    shell.showtraceback = lambda *args, **kwargs: None
    shell.showsyntaxerror = lambda *args, **kwargs: None
    return shell


def serve(shell: Any, channel: socket.socket) -> None:
    """Answer requests until the grader hangs up: `{"id", "code"}` or `{"id", "kind", "config", "answer"}`."""
    printed = Printed()
    sys.stdout = sys.stderr = printed
    sys.stdin = io.StringIO()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    session = os.getpid()
    with channel.makefile("rb") as lines:
        for line in lines:
            request = json.loads(line)
            printed.characters = 0
            reply: dict[str, Any] = {}
            try:
                signal.signal(signal.SIGINT, signal.default_int_handler)
                if "code" in request:
                    reply = run(shell, request["code"])
                else:
                    value = partial(eval, request["answer"], shell.user_ns)
                    reply["answer"] = normal_form(request["kind"], request["config"], value)
            except KeyboardInterrupt:
                reply = {"error": "KeyboardInterrupt", "text": "", "line": 0}
            finally:
                signal.signal(signal.SIGINT, signal.SIG_IGN)
                if os.getpid() != session:
                    # A fork that the student's code let run on must not answer as well.
                    os._exit(1)
            reply.update(id=request["id"], printed=printed.characters)
            channel.sendall(json.dumps(reply).encode() + b"\n")


def run(shell: Any, code: str) -> dict[str, Any]:
    """Run one cell; `{"error": "" or the exception's name, "text": its message, "line": where in the cell}`."""
    result = shell.run_cell(code, store_history=False)
    error = result.error_before_exec or result.error_in_exec
    if error is None:
        return {"error": "", "text": "", "line": 0}
    line = getattr(error, "lineno", None) or 0
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.startswith(("<ipython-input", "/tmp/ipykernel")):
            line = trace.tb_lineno
        trace = trace.tb_next
    try:
        text = " ".join(str(error).split())[:MOST_CHARACTERS]
    except Exception:
        text = ""
    return {"error": type(error).__name__, "text": text, "line": line}


def limit(limits: Mapping[str, Any]) -> None:
    """Set what one process may use, as far as the system knows such limits."""
    try:
        import resource
    except ImportError:
        return
    wanted = {
        "RLIMIT_AS": limits["memory_bytes"],
        "RLIMIT_CPU": limits["cpu_seconds"],
        "RLIMIT_FSIZE": limits["file_bytes"],
        "RLIMIT_NPROC": limits["processes"],
        "RLIMIT_NOFILE": limits["open_files"],
        "RLIMIT_CORE": 0,
    }
    for name, most in wanted.items():
        if hasattr(resource, name):
            with contextlib.suppress(ValueError, OSError):
                resource.setrlimit(getattr(resource, name), (most, most))


def _system(name: str, *arguments: Any) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def become(uid: int) -> None:
    """Give up root for good."""
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def isolate(limits: Mapping[str, Any], kept: Sequence[str]) -> None:
    """Put this process into namespaces of its own, with an empty /dev/shm, and a /tmp that holds what is `kept`.

    Children born from now on are in a process namespace that dies with its first process.

    Args:
        limits: see `Limits`.
        kept: folders below /tmp that Python runs from, where the course was set up there.

    Raises:
        OSError: the system forbids it.
    """
    uid, gid = os.getuid(), os.getgid()
    # A process that may not be dumped may not write its own id maps either.
    _system("prctl", DUMPABLE, 1, 0, 0, 0)
    _system("unshare", NEW_USER | NEW_MOUNTS | NEW_PIDS | NEW_IPC)
    for file, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
        Path(f"/proc/self/{file}").write_text(text, encoding="ascii")
    held = {folder: os.open(folder, os.O_PATH) for folder in kept}
    for where, size in (("/tmp", limits["tmp_bytes"]), ("/dev/shm", SHARED_MEMORY)):
        options = f"size={size},mode=0700,nr_inodes=20000".encode()
        _system("mount", b"tmpfs", where.encode(), b"tmpfs", NO_SUID | NO_DEVICES, options)
    for folder, handle in held.items():
        os.makedirs(folder)
        _system("mount", f"/proc/self/fd/{handle}".encode(), folder.encode(), None, BIND | WITH_ITS_OWN, None)
        os.close(handle)


def surrender() -> None:
    """Drop every capability of this thread, and the way back to any."""

    class Header(ctypes.Structure):
        _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))

    _system("prctl", NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    _system("capset", ctypes.byref(Header(CAPABILITIES_3, 0)), ctypes.byref((ctypes.c_uint32 * 6)()))


def can_nest(limits: Mapping[str, Any], kept: Sequence[str]) -> bool:
    """Whether sessions can be kept apart by namespaces, tried in a child."""
    child = os.fork()
    if child == 0:
        try:
            isolate(limits, kept)
            if os.fork() == 0:
                os._exit(0)
            os.wait()
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def furnish(folder: Path) -> None:
    """The course as a student's notebook finds it: data and checks to read, a folder to write into."""
    (folder / "exercises").mkdir(parents=True, exist_ok=True)
    for name, target in (("course.yml", "course.yml"), ("data", "data"), ("exercises/checks", "checks")):
        if not (folder / name).exists():
            (folder / name).symlink_to(f"{COURSE}/{target}")
    os.chdir(folder / "exercises")


def processes() -> list[int]:
    """The ids of all processes in the sandbox but its first, the factory and this guard."""
    ours = {1, os.getppid(), os.getpid()}
    return [int(entry) for entry in os.listdir("/proc") if entry.isdigit() and int(entry) not in ours]


def private_memory() -> int:
    """Bytes of memory that the session and what it has started have for themselves."""
    total = 0
    for process in processes():
        with contextlib.suppress(OSError, ValueError, IndexError):
            pages = Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()
            total += int(pages[1]) - int(pages[2])
    return total * os.sysconf("SC_PAGE_SIZE")


def computed() -> float:
    """Seconds of processor time that the session and what it has started have used."""
    ticks = 0
    for process in processes():
        with contextlib.suppress(OSError, ValueError, IndexError):
            # The name, in brackets, may hold spaces; times of the process and its children come 12 fields on.
            about = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
            ticks += sum(map(int, about.rpartition(")")[2].split()[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def interrupt(session: int) -> None:
    """Interrupt the session and end what it has started: a cell that hangs is over, with all its children."""
    with contextlib.suppress(OSError):
        os.kill(session, signal.SIGINT)
    for _ in range(MOST_SWEEPS):
        strays = [process for process in processes() if process != session]
        for process in strays:
            with contextlib.suppress(OSError):
                os.kill(process, signal.SIGKILL)
        if not strays:
            return


def guard(shell: Any, channel: socket.socket, settings: Mapping[str, Any], nested: bool) -> NoReturn:
    """Start the session in a child, pass on interrupts, watch its memory, and end with it."""
    _system("prctl", PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    if nested:
        isolate(settings["limits"], settings["kept"])
    _system("prctl", DUMPABLE, 0, 0, 0, 0)
    session = os.fork()
    if session == 0:
        _system("prctl", PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
        # A group of its own: a signal to the group of this process would reach the factory's.
        os.setsid()
        with open(os.devnull, "r+b") as nothing:
            for standard in range(3):
                os.dup2(nothing.fileno(), standard)
        furnish(Path(settings["folder"]))
        surrender()
        limit(settings["limits"])
        _system("prctl", DUMPABLE, 1, 0, 0, 0)
        serve(shell, channel)
        os._exit(0)
    channel.close()
    signal.signal(signal.SIGINT, lambda *_: interrupt(session))
    ended = select.poll()
    ended.register(os.pidfd_open(session), select.POLLIN)
    while not ended.poll(WATCH_MILLISECONDS):
        if private_memory() > settings["limits"]["memory_bytes"]:
            os._exit(OUT_OF_MEMORY)
    os._exit(0)


def factory(shell: Any, control: socket.socket, settings: Mapping[str, Any], nested: bool) -> None:
    """Obey the grader: `start` (with a socket), `computed`, `interrupt`, `kill`; ends when the grader does."""
    # From here on nobody of the same uid may trace this process or look into its memory.
    _system("prctl", DUMPABLE, 0, 0, 0, 0)
    control.send(json.dumps({"nested": nested}).encode())
    child = 0
    while True:
        order, descriptors, _, _ = socket.recv_fds(control, 64, 1)
        if order == b"start":
            child = os.fork()
            if child == 0:
                control.close()
                guard(shell, socket.socket(fileno=descriptors[0]), settings, nested)
            os.close(descriptors[0])
            control.send(b"{}")
        elif order == b"computed":
            control.send(json.dumps({"seconds": computed()}).encode())
        elif order == b"interrupt" and child:
            os.kill(child, signal.SIGINT)
        elif order == b"kill" and child:
            os.kill(child, signal.SIGKILL)
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            control.send(json.dumps({"memory": code == OUT_OF_MEMORY}).encode())
            child = 0
        elif not order:
            return


def main() -> None:
    """See the module's text."""
    settings = json.loads(sys.argv[1])
    if settings["uid"] is not None:
        become(settings["uid"])
    if "control" in settings:
        nested = settings["nested"] and can_nest(settings["limits"], settings["kept"])
        furnish(Path(settings["folder"]))
        shell = make_shell(settings["preload"] if nested else [])
        factory(shell, socket.socket(fileno=settings["control"]), settings, nested)
        return
    channel = socket.create_connection(("127.0.0.1", settings["port"]))
    channel.sendall(settings["token"].encode() + b"\n")
    limit(settings["limits"])
    os.chdir(settings["folder"])
    serve(make_shell([]), channel)


if __name__ == "__main__":
    main()
