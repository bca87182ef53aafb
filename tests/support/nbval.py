"""nbval, used in this one place."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CELL_TIMEOUT = 60
NOTEBOOK_TIMEOUT = 600


def strictly(path: Path) -> subprocess.CompletedProcess[str]:
    """nbval on one notebook, every output compared, in a process of its own."""
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--nbval", "--nbval-current-env"]
    command = [
        sys.executable,
        "-m",
        "pytest",
        *options,
        f"--nbval-cell-timeout={CELL_TIMEOUT}",
        "-c",
        "/dev/null",
    ]
    return subprocess.run(
        [*command, "--rootdir", str(path.parent), str(path)],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=NOTEBOOK_TIMEOUT,
        check=False,
    )
