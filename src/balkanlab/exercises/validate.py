"""Running a notebook and comparing it with its stored outputs: all that the course takes from nbval.

nbclient runs (nbval's own runner does not know output widgets and cannot report while it works), nbval's
`compare_outputs` decides whether two outputs are the same.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from pathlib import Path
from queue import Empty
from time import monotonic
from types import SimpleNamespace
from typing import Any

from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode, from_dict

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


class PatientClient(NotebookClient):
    """nbclient that cannot miss a reply.

    Once a message was sent to a widget, a reply on the shell socket may go unnoticed for the whole cell
    timeout (jupyter/nbclient#312); waiting in short slices wakes it up.
    """

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


@dataclass(frozen=True)
class Outcome:
    """What became of one code cell: `problem` is "" where it ran and printed what was stored."""

    cell: int
    grade_id: str
    printed: str
    problem: str

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


def validate(notebook: NotebookNode, folder: Path, *, timeout: int = 60) -> list[Outcome]:
    """Run a copy of `notebook` in `folder` and compare each cell that has been run with its stored outputs.

    Cells with a null execution count run but are not compared, as in nbval: overlay pristine checks first.
    A cell that raises does not end the run; a dead kernel or a cell over `timeout` seconds ends it, and the
    rest counts as not run.
    """
    reference = copy.deepcopy(notebook)
    running = copy.deepcopy(notebook)
    client = PatientClient(
        running,
        timeout=timeout,
        kernel_name="python3",
        allow_errors=True,
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(folder)}},
    )
    stopped = ""
    outcomes: list[Outcome] = []
    with client.setup_kernel():
        for place, cell in enumerate(running.cells):
            if cell.cell_type != "code":
                continue
            cell.outputs = []
            problem = stopped
            if not stopped:
                try:
                    client.execute_cell(cell, place)
                except CellTimeoutError:
                    problem, stopped = f"took more than {timeout} seconds", "not run: an earlier cell hung"
                except DeadKernelError:
                    problem, stopped = "the kernel died", "not run: the kernel died earlier"
            outcomes.append(_outcome(place, cell, reference.cells[place], problem))
    return outcomes


def _outcome(place: int, cell: NotebookNode, reference: NotebookNode, problem: str) -> Outcome:
    from balkanlab.exercises.generate import grade_id

    printed = "".join(o.text for o in cell.outputs if o.output_type == "stream" and o.name == "stdout")
    if not problem:
        errors = [o for o in cell.outputs if o.output_type == "error"]
        if errors and "raises-exception" not in cell.metadata.get("tags", []):
            problem = f"your code raised {errors[0].ename}: {errors[0].evalue}"
        elif reference.execution_count is not None:
            outputs = [from_dict(output) for output in reference.outputs]
            problem = differences(cell.outputs, outputs)
    return Outcome(place, grade_id(cell), printed, problem)
