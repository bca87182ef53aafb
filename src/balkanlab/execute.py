"""Runs notebooks and stores their outputs so that the same code gives the same bytes."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path
from typing import Any

from balkanlab.exercises.progress import OFF
from balkanlab.exercises.progress import VARIABLE as PROGRESS
from balkanlab.lab import strip_notebook

CELL_TIMEOUT = 60
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
LANGUAGE = {
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "pygments_lexer": "ipython3",
}


class ExecutionError(RuntimeError):
    """A cell failed or took too long; says which notebook and what it said."""


def execute(path: Path, timeout: int = CELL_TIMEOUT) -> bool:
    """Runs a notebook in its own folder and rewrites it with its outputs.

    Args:
        path: a notebook of format 4.
        timeout: seconds for one cell.

    Returns:
        Whether the file's bytes changed.

    Raises:
        ExecutionError: a cell raised or timed out; the file is left as it was.
    """
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    before = path.read_bytes()
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=timeout,
        kernel_name="python3",
        record_timing=False,
        store_widget_state=False,
        # How a stream is cut into messages is chance; joined, the same text is the same bytes.
        coalesce_streams=True,
        # ipykernel warns about every kernel it starts on loopback; what a cell says comes back as its output.
        extra_arguments=["--IPKernelApp.log_level=40"],
        resources={"metadata": {"path": str(path.parent.resolve())}},
    )
    try:
        client.execute(env=os.environ | {PROGRESS: OFF})
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        raise ExecutionError(f"{path.name} was left as it was: {COLOUR.sub('', str(error))}") from error
    tidy(notebook)
    after: bytes = (nbformat.writes(notebook).rstrip("\n") + "\n").encode()
    if after != before:
        write_atomically(path, after)
    return after != before


def tidy(notebook: Any) -> None:
    """Removes from a notebook, in place, what differs between runs or machines."""
    strip_notebook(notebook)
    notebook.metadata = {
        key: value
        for key, value in notebook.metadata.items()
        if key not in {"widgets", "kernelspec", "language_info", "signature"}
    } | {"kernelspec": KERNEL, "language_info": LANGUAGE}
    for number, cell in enumerate(notebook.cells):
        # nbformat draws a random id for a cell that has none; a cell keeps an id it already has.
        cell.setdefault("id", f"cell-{number:03d}")
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", []):
            output.get("metadata", {}).pop("execution", None)


def write_atomically(path: Path, data: bytes) -> None:
    """Writes a file in one step: a reader or an interrupted run never sees half of it."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        Path(temporary).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
