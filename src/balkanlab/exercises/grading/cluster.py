"""Grading on a Dask cluster: the same function on the same bytes, on more machines.

Each worker needs balkanlab and, as here, a sandbox. A task whose worker dies is given to another one; after
the cluster's `allowed-failures` (3) it counts as failed.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any

CONNECT_SECONDS = 10
# Tasks that wait at a worker hide the way there.
TASKS_PER_THREAD = 2


class ClusterError(RuntimeError):
    """The cluster cannot be used; the message says why and what to do."""


class Cluster:
    """A connected cluster as a pool; see `run.Pool`."""

    def __init__(self, client: Any) -> None:
        self._client = client
        # Not pure: Dask would give two equal calls one result.
        self._executor = client.get_executor(pure=False)

    @property
    def width(self) -> int:
        """How much it takes at a time; grows and shrinks with the cluster."""
        threads: dict[str, int] = self._client.nthreads()
        return max(1, TASKS_PER_THREAD * sum(threads.values()))

    def submit(self, function: Callable[..., Any], /, *args: Any) -> Future[Any]:
        """Call `function(*args)` on some worker."""
        future: Future[Any] = self._executor.submit(function, *args)
        return future

    def cancel(self) -> None:
        """Drop what has not come back."""
        self._executor.shutdown(wait=False)


@contextlib.contextmanager
def cluster(address: str) -> Iterator[Cluster]:
    """The cluster whose scheduler is at `address`, such as `tcp://10.0.0.5:8786`.

    Raises:
        ClusterError: dask.distributed is not installed, nothing answers there, there is no worker, or a worker
            lacks balkanlab or has another version of it.
    """
    try:
        from distributed import Client
    except ImportError:
        raise ClusterError("--dask needs dask.distributed: pip install 'balkanlab[cluster]'") from None
    # It reports a lost connection with tracebacks; what there is to say is said by exceptions.
    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TypeError) as error:
        raise ClusterError(
            f"no Dask scheduler answers at {address} ({error}): give its address, as in tcp://10.0.0.5:8786"
        ) from None
    with client:
        _same_everywhere(client, address)
        pool = Cluster(client)
        try:
            yield pool
        finally:
            pool.cancel()


def _same_everywhere(client: Any, address: str) -> None:
    from balkanlab import __version__

    try:
        client.wait_for_workers(1, timeout=CONNECT_SECONDS)
    except TimeoutError:
        raise ClusterError(
            f"the cluster at {address} has no worker: start some with `dask worker {address}`"
        ) from None
    try:
        versions = client.run(version)
    except Exception as error:
        raise ClusterError(f"a worker cannot import balkanlab {__version__}: {error}") from None
    if other := sorted(set(versions.values()) - {__version__}):
        raise ClusterError(
            f"workers have balkanlab {', '.join(other)}, this is {__version__}: install the same"
        )


def version() -> str:
    """The version of balkanlab where this runs."""
    from balkanlab import __version__

    return __version__
