"""JupyterLab on the course: nothing asked of other hosts, no dead widgets in saved notebooks.

The package's server configuration (`jupyter/server.json`) loads this module as a Jupyter Server extension, so the
save hook works in any JupyterLab of the environment, however it was started.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from balkanlab.paths import course_root

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"

# The same as jupyter/server.json and page_config.json, which an environment may lack (a copied .venv, a user install).
FLAGS = (
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.handlers.announcements.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
)


def strip_live(model: dict[str, Any], **_: Any) -> None:
    """Removes widget views and widget state from a contents model about to be saved, in place.

    A widget's model id means nothing once its kernel is gone; without the entry, a reopened notebook shows the chart
    that stands beside it in the same output. Anything but a notebook of format 4 is left alone.
    """
    content = model.get("content")
    if model.get("type") == "notebook" and isinstance(content, dict) and content.get("nbformat") == 4:
        strip_notebook(content)


def strip_notebook(notebook: dict[str, Any]) -> int:
    """Removes widget views and widget state from a notebook (format 4), in place.

    Returns:
        How many entries were removed.
    """
    removed = 0 if notebook.get("metadata", {}).pop("widgets", None) is None else 1
    for cell in notebook.get("cells", []):
        for output in cell.get("outputs", []):
            if output.get("data", {}).pop(WIDGET_VIEW, None) is not None:
                output.get("metadata", {}).pop(WIDGET_VIEW, None)
                removed += 1
    return removed


def command(folder: Path | None = None, *extra: str) -> list[str]:
    """The command that starts JupyterLab on a course folder (default: the course's own)."""
    root = (folder or course_root()).resolve()
    return [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={root}", *FLAGS, *extra]


def start(extra: Sequence[str] = (), folder: Path | None = None) -> int:
    """Runs JupyterLab on a course folder (default: the course's own) until it is stopped; returns its exit code."""
    environment = os.environ | {"PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    try:
        return subprocess.run(command(folder, *extra), env=environment, check=False).returncode
    except KeyboardInterrupt:
        return 0


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "balkanlab.lab"}]


def _load_jupyter_server_extension(server: Any) -> None:
    from traitlets.config import Config

    server.contents_manager.register_pre_save_hook(strip_live)
    # Another extension may put a contents manager of its own in place later; jupytext's does.
    server.update_config(Config({"ContentsManager": {"pre_save_hook": strip_live}}))
