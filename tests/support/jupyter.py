"""A real JupyterLab on a copy of the course, as `make lab` starts it."""

from __future__ import annotations

import json
import os
import re
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AUDIT = Path(__file__).parent / "audit"
BALKANLAB_LAB = (sys.executable, "-m", "balkanlab.cli", "lab")
PLAIN_LAB = (sys.executable, "-m", "jupyterlab")
LIVE = ".jp-OutputArea .balkanlab-explorer[data-state='ready']"
RUN_PATIENCE = 240


@dataclass
class Lab:
    """A running server: its address, token, the folder it serves, and what it called outside."""

    url: str
    token: str
    folder: Path
    audit: Path
    log: Path

    def page(self, notebook: str) -> str:
        """The address of a notebook alone, in a workspace of its own."""
        return f"{self.url}lab/tree/{notebook}?token={self.token}&reset"

    def called_out(self) -> list[str]:
        """Hosts that the server or a kernel looked up or connected to."""
        return self.audit.read_text().splitlines() if self.audit.exists() else []


@contextmanager
def running(
    folder: Path, scratch: Path, command: Sequence[str] = BALKANLAB_LAB, patience: float = 60
) -> Iterator[Lab]:
    """Starts JupyterLab in `folder` with an empty home in `scratch`; stops it and its kernels at the end.

    Raises:
        RuntimeError: it did not come up in `patience` seconds; the message ends with its log.
    """
    for name in ("home", "config", "data", "runtime"):
        (scratch / name).mkdir(parents=True, exist_ok=True)
    token, log, audit = secrets.token_hex(16), scratch / "lab.log", scratch / "audit.log"
    environment = os.environ | {
        "HOME": str(scratch / "home"),
        "JUPYTER_CONFIG_DIR": str(scratch / "config"),
        "JUPYTER_DATA_DIR": str(scratch / "data"),
        "JUPYTER_RUNTIME_DIR": str(scratch / "runtime"),
        "JUPYTER_TOKEN": token,
        "PYTHONPATH": str(AUDIT),
        "BALKANLAB_AUDIT_LOG": str(audit),
    }
    options = ["--no-browser", "--allow-root", "--ServerApp.port=0", "--ServerApp.ip=127.0.0.1"]
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*command, *options], cwd=folder, env=environment, stdout=out, stderr=out, start_new_session=True
        )
    try:
        yield Lab(_address(scratch / "runtime", process, log, patience), token, folder, audit, log)
    finally:
        # The group holds the server, started by a parent of its own, and the kernels it started.
        _stop(process)


def _address(runtime: Path, process: subprocess.Popen[bytes], log: Path, patience: float) -> str:
    until = time.monotonic() + patience
    while time.monotonic() < until and process.poll() is None:
        for file in runtime.glob("jpserver-*.json"):
            try:
                return str(json.loads(file.read_text())["url"])
            except (ValueError, KeyError):
                pass
        time.sleep(0.2)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text(errors='replace')[-4000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    for how in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, how)
            process.wait(10)
            return
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue


def open_notebook(page: Page, lab: Lab, notebook: str) -> None:
    """Opens a notebook alone.

    Raises:
        AssertionError: a question or a notice stands before it.
    """
    page.goto(lab.page(notebook))
    page.locator(".jp-Notebook .jp-Cell").first.wait_for()
    # A start-up question such as "would you like news?" would stand above everything.
    assert page.locator(".jp-toast-message, .Toastify__toast").count() == 0
    assert page.locator(".jp-Dialog").count() == 0


def scroll_to_end(page: Page, content: dict[str, Any], *, more: int = 0) -> None:
    """Brings every cell into view, for JupyterLab makes a cell when it is first seen; `more` cells are the reader's."""
    page.evaluate(
        """async (cells) => {
          const box = document.querySelector('.jp-WindowedPanel-outer');
          const made = () => document.querySelectorAll('.jp-Notebook .jp-Cell').length;
          const deadline = Date.now() + 60000;
          const atEnd = () => box.scrollTop + box.clientHeight >= box.scrollHeight - 5;
          while (!(made() === cells && atEnd()) && Date.now() < deadline) {
            box.scrollTop = atEnd() ? 0 : box.scrollTop + 700;
            await new Promise((resolve) => setTimeout(resolve, 100));
          }
        }""",
        len(content["cells"]) + more,
    )
    assert page.locator(".jp-Notebook .jp-Cell").count() == len(content["cells"]) + more


def wait_for_kernel(page: Page) -> None:
    """JupyterLab asks which kernel to take when a cell is run before the first one is there."""
    page.get_by_text(re.compile(r"\| Idle$")).first.wait_for()


def run_all(page: Page, patience: float = RUN_PATIENCE) -> None:
    """Runs every cell from the menu and waits until none is queued or running."""
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.locator(".lm-Menu-itemLabel", has_text=re.compile("^Run All Cells$")).click()
    prompts = (
        "[...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')].map((prompt) => prompt.textContent)"
    )
    page.wait_for_function(f"() => {prompts}.some((text) => text.includes('*'))")
    page.wait_for_function(f"() => !{prompts}.some((text) => text.includes('*'))", timeout=patience * 1000)


def move_a_slider(page: Page) -> None:
    """Moves the first slider of a live explorer by keys until picture and words have changed.

    Raises:
        AssertionError: they stay as they are.
    """
    explorer = page.locator(LIVE).filter(has=page.locator("input[type=range]")).first
    slider = explorer.locator("input[type=range]").first
    slider.scroll_into_view_if_needed()
    slider.focus()
    words, drawing = explorer.locator(".bl-describe"), explorer.locator("svg.marks")
    said, drawn = words.inner_text(), drawing.inner_html()
    nearer_end = slider.evaluate("input => input.value - input.min > input.max - input.value")
    # One step need not change the picture (nobody joined that year); a few steps towards the farther end do.
    for _ in range(40):
        page.keyboard.press("ArrowLeft" if nearer_end else "ArrowRight")
        page.wait_for_timeout(250)
        if words.inner_text() != said and drawing.inner_html() != drawn:
            break
    assert words.inner_text() != said, "keys change nothing that is heard"
    assert drawing.inner_html() != drawn, "keys change nothing that is seen"
