"""Fixtures that every test may use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parent.parent

# Two slow cores shared by browsers make deadlines lie; in CI the same examples must come up every time.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")

# Nobody's own progress is read or written by tests, nor by the kernels and commands that they start.
os.environ["BALKANLAB_PROGRESS"] = "off"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Shows the table of systems after a pass as well, from whichever worker printed it."""
    for report in terminalreporter.getreports("passed"):
        if "test_every_system_is_taught" in report.nodeid and report.when == "call":
            terminalreporter.write_line(report.capstdout)


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A temporary folder that all parallel workers of this run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of a worker: Playwright allows no second one beside it."""
    from support import chromium

    with chromium.launched() as launched:
        yield launched
