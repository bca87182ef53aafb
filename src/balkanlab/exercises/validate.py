"""Running a notebook and comparing it with its stored outputs: all that the course takes from nbval.

nbclient runs (nbval's own runner does not know output widgets and cannot report while it works), nbval's
`compare_outputs` decides whether two outputs are the same.
"""

from __future__ import annotations

import asyncio
import copy
import logging
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from queue import Empty
from time import monotonic
from types import SimpleNamespace
from typing import Any

from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode, from_dict

from balkanlab.execute import COLOUR
from balkanlab.exercises.generate import grade_id, strip_outputs

# What differs between two honest runs: counters, traces, widget ids and pixels.
NOT_COMPARED = (
    "metadata",
    "traceback",
    "prompt_number",
    "output_type",
    "name",
    "execution_count",
    "application/vnd.jupyter.widget-view+json",
    "image/png",
    "image/jpeg",
)
POLL_SECONDS = 0.2
RESTARTS = 5
MOST_PRINTED = 1_000_000
MOST_COMPARED = 10_000
DIED = "the kernel died"
FLOODED = "printed more than a million characters"
# What nbclient logs is what outcomes say.
_SILENT = logging.getLogger(f"{__name__}.nbclient")
_SILENT.setLevel(logging.CRITICAL + 1)
FRAME = re.compile(r"Cell In\[(\d+)\], line (\d+)")


class PatientClient(NotebookClient):
    """nbclient that cannot miss a reply and keeps no flood.

    Once a message was sent to a widget, a reply on the shell socket may go unnoticed for the whole cell
    timeout (jupyter/nbclient#312); waiting in short slices wakes it up. A cell that prints without end would
    fill the memory long before its time is over: `flooded` tells that one was stopped for it.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.flooded: asyncio.Future[None] | None = None
        self._printed: dict[int, int] = {}

    async def async_start_new_kernel_client(self) -> Any:
        client = await super().async_start_new_kernel_client()
        channel = client.shell_channel
        get = channel.get_msg

        async def get_msg(timeout: float | None = None, **options: Any) -> Any:
            end = None if timeout is None else monotonic() + timeout
            while True:
                slice_ = POLL_SECONDS if end is None else max(0.0, min(POLL_SECONDS, end - monotonic()))
                try:
                    return await get(timeout=slice_, **options)
                except Empty:
                    if end is not None and monotonic() >= end:
                        raise

        channel.get_msg = get_msg
        return client

    def process_message(
        self, msg: dict[str, Any], cell: NotebookNode, cell_index: int
    ) -> NotebookNode | None:
        """As nbclient's; the kernel of a cell that prints more than `MOST_PRINTED` characters is ended."""
        if msg["msg_type"] == "stream":
            self._printed[cell_index] = self._printed.get(cell_index, 0) + len(msg["content"]["text"])
            if self._printed[cell_index] > MOST_PRINTED:
                if self.flooded is None and self.km is not None and self.km.provisioner is not None:
                    self.flooded = asyncio.ensure_future(self.km.provisioner.kill())
                return None
        return super().process_message(msg, cell, cell_index)


@dataclass(frozen=True)
class Raised:
    """An exception that a cell ended with.

    `cell` is the place in the notebook of the code that raised, `line` counts from 1 in that cell; both are
    None where it was nobody's cell.
    """

    name: str
    message: str
    cell: int | None
    line: int | None


@dataclass(frozen=True)
class Outcome:
    """What became of one code cell: `problem` is "" where it ran and printed what was stored."""

    cell: int
    grade_id: str
    printed: str
    problem: str
    raised: Raised | None = None

    @property
    def ok(self) -> bool:
        return not self.problem


def differences(outputs: list[NotebookNode], reference: list[NotebookNode]) -> str:
    """What nbval finds different between two lists of outputs, in plain text; "" where they agree."""
    from nbval.plugin import (  # type: ignore[import-untyped]
        IPyNbCell,
        coalesce_streams,
        nocolors,
    )

    parent = SimpleNamespace(skip_compare=NOT_COMPARED, sanitize_patterns={})
    found: list[str] = []
    cell = SimpleNamespace(parent=parent, colors=nocolors, comparison_traceback=found)
    cell.sanitize = lambda text: IPyNbCell.sanitize(cell, text)
    cell.format_output_compare = lambda key, left, right: cell.comparison_traceback.append(
        f"{key}: {str(left)[:200]!r} was stored, {str(right)[:200]!r} came out"
    )
    new, old = (coalesce_streams(copy.deepcopy(list(each))) for each in (outputs, reference))
    if IPyNbCell.compare_outputs(cell, new, old):
        return ""
    return "\n".join(str(line) for line in cell.comparison_traceback).strip()


def client_for(notebook: NotebookNode, folder: Path, timeout: int, *, trusted: bool) -> PatientClient:
    """A client that runs `notebook` in `folder` with this Python, whatever kernel the notebook names.

    Args:
        timeout: seconds for one cell.
        trusted: whether the notebook is the course's own: then a cell that raises ends the run, and streams
            are joined. nbclient's joining takes time with the square of a line's length, so a student's
            print of one long line would hang it.
    """
    return PatientClient(
        notebook,
        timeout=timeout,
        kernel_name="python3",
        allow_errors=not trusted,
        record_timing=False,
        coalesce_streams=trusted,
        shutdown_kernel="immediate",
        # ipykernel warns about every kernel on loopback.
        extra_arguments=["--IPKernelApp.log_level=40"],
        log=_SILENT,
        resources={"metadata": {"path": str(folder)}},
    )


def validate(
    notebook: NotebookNode,
    folder: Path,
    *,
    timeout: int = 60,
    environment: Mapping[str, str] | None = None,
    seen: Callable[[Outcome], None] = lambda outcome: None,
) -> list[Outcome]:
    """Run a copy of `notebook` in `folder` and compare each cell that has been run with its stored outputs.

    Cells with a null execution count run but are not compared, as in nbval: overlay pristine checks first.
    A cell that raises does not end the run. Nor does one that takes more than `timeout` seconds or ends the
    kernel: a fresh kernel runs the earlier cells again and goes on behind it. After `RESTARTS` fresh kernels
    the rest counts as not run.

    Args:
        environment: variables for the kernel, on top of this process's.
        seen: called with each outcome as it comes.

    Raises:
        RuntimeError: the kernel does not start.
        jupyter_client.kernelspec.NoSuchKernel: ipykernel is not installed.
    """
    run = _Run(notebook, folder, timeout, os.environ | dict(environment or {}), seen)
    return run.outcomes()


class _Run:
    """One notebook being run, over as many kernels as it takes."""

    def __init__(
        self,
        notebook: NotebookNode,
        folder: Path,
        timeout: int,
        environment: Mapping[str, str],
        seen: Callable[[Outcome], None],
    ) -> None:
        self.reference = copy.deepcopy(notebook)
        self.running = strip_outputs(notebook)
        self.folder, self.timeout, self.environment, self.seen = folder, timeout, environment, seen
        self.waiting = [place for place, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
        self.done: list[int] = []
        self.found: list[Outcome] = []
        # Where each execution count of the present kernel belongs: tracebacks name cells by it.
        self.places: dict[int, int] = {}

    def outcomes(self) -> list[Outcome]:
        for _ in range(1 + RESTARTS):
            client = client_for(self.running, self.folder, self.timeout, trusted=False)
            self.places = {}
            with client.setup_kernel(env=dict(self.environment)):
                if self._again(client):
                    while self.waiting and self._next(client):
                        pass
            if not self.waiting:
                break
        for place in self.waiting:
            self._report(place, "not run: too many earlier cells hung or ended the kernel")
        return self.found

    def _again(self, client: PatientClient) -> bool:
        """Bring a fresh kernel to where the last one was; returns whether it got there.

        Checks are not repeated, they would count twice.
        """
        for place in self.done:
            if not is_check(self.reference.cells[place]) and self._execute(client, place):
                # It came to an end before: a matter of chance or of time, so the next kernel leaves it out.
                self.done.remove(place)
                return False
        return True

    def _next(self, client: PatientClient) -> bool:
        """Run the next cell; returns whether it came to an end."""
        place = self.waiting.pop(0)
        problem = self._execute(client, place)
        if not problem:
            self.done.append(place)
        self._report(place, problem)
        return not problem

    def _execute(self, client: PatientClient, place: int) -> str:
        """Run one cell; returns why it did not come to an end, or ""."""
        cell = self.running.cells[place]
        cell.outputs = []
        try:
            client.execute_cell(cell, place)
        except CellTimeoutError:
            return f"took more than {self.timeout} seconds"
        except DeadKernelError:
            return FLOODED if client.flooded else DIED
        if client.flooded:
            return FLOODED
        if cell.execution_count is not None:
            self.places[cell.execution_count] = place
        return ""

    def _report(self, place: int, problem: str) -> None:
        cell, reference = self.running.cells[place], self.reference.cells[place]
        streams = [output for output in cell.outputs if output.output_type == "stream"]
        printed = "".join(output.text for output in streams if output.name == "stdout")
        raised = None
        errors = [o for o in cell.outputs if o.output_type == "error"]
        if errors and not problem and "raises-exception" not in cell.metadata.get("tags", []):
            raised = self._raised(errors[0])
            problem = f"your code raised {raised.name}: {raised.message}"
        elif not problem and is_check(reference) and sum(len(o.text) for o in streams) > MOST_COMPARED:
            problem = "printed more than a check does"
        elif not problem and reference.execution_count is not None:
            problem = differences(cell.outputs, [from_dict(output) for output in reference.outputs])
        outcome = Outcome(place, grade_id(cell), printed, problem, raised)
        self.found.append(outcome)
        self.seen(outcome)

    def _raised(self, error: NotebookNode) -> Raised:
        """Reads the innermost line of the notebook's own out of IPython's traceback."""
        trace = COLOUR.sub("", "\n".join(error.traceback))
        frames = [
            (int(count), int(line)) for count, line in FRAME.findall(trace) if int(count) in self.places
        ]
        place, line = (self.places[frames[-1][0]], frames[-1][1]) if frames else (None, None)
        return Raised(error.ename, " ".join(COLOUR.sub("", error.evalue).split()), place, line)


def is_check(cell: NotebookNode) -> bool:
    """Whether nbgrader's metadata make the cell one that gives points."""
    found = cell.get("metadata", {}).get("nbgrader", {})
    return isinstance(found, dict) and bool(found.get("grade"))
