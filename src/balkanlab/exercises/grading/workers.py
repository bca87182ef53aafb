"""Worker processes on this machine that are gone when the grader is, however it ends."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from queue import SimpleQueue
from typing import Any


class Workers:
    """`width` processes with one job at a time each, so that one that dies takes no other job with it.

    Give it no more than `width` jobs at a time: `submit` would wait for a free process.
    """

    def __init__(self, width: int, folder: str) -> None:
        self.width = width
        self._folder = folder
        self._made: list[ProcessPoolExecutor] = []
        self._idle: SimpleQueue[ProcessPoolExecutor] = SimpleQueue()
        for _ in range(width):
            self._idle.put(self._new())

    def _new(self) -> ProcessPoolExecutor:
        executor = ProcessPoolExecutor(
            1, multiprocessing.get_context("spawn"), initializer=_prepare, initargs=(self._folder,)
        )
        self._made.append(executor)
        return executor

    def submit(self, function: Callable[..., Any], /, *args: Any) -> Future[Any]:
        """Call `function(*args)` in a free process."""
        executor = self._idle.get()
        try:
            future = executor.submit(function, *args)
        except BrokenExecutor:  # its process died, in the job before this one or after it
            executor = self._new()
            future = executor.submit(function, *args)
        future.add_done_callback(lambda _: self._idle.put(executor))
        return future

    def close(self) -> None:
        """Wait until nothing runs any more."""
        for executor in self._made:
            executor.shutdown()


@contextlib.contextmanager
def workers(width: int) -> Iterator[Workers]:
    """`width` processes; what they leave in the temporary folder goes with them.

    An exception, Ctrl+C included, ends them at once.
    """
    others = set(multiprocessing.active_children())
    with tempfile.TemporaryDirectory(prefix="balkanlab-", ignore_cleanup_errors=True) as folder:
        pool = Workers(width, folder)
        try:
            yield pool
        except BaseException:
            for process in set(multiprocessing.active_children()) - others:
                process.terminate()
            raise
        finally:
            pool.close()


def _prepare(folder: str) -> None:
    """Make a fresh process a worker: what a terminal says is for the parent, and the parent's end is its own."""
    for name in ("SIGINT", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    tempfile.tempdir = folder
    threading.Thread(target=_end_with_parent, args=(folder,), daemon=True).start()


def _end_with_parent(folder: str) -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(1)
