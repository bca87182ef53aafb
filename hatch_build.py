"""Copies the course (manifest, data, notebooks, exercises, book pages) into the wheel as `balkanlab/_course`.

Not into an editable install: that one reads the checkout, and a second copy would go stale.
"""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CourseHook(BuildHookInterface):  # type: ignore[type-arg]
    """Adds the course files to a standard wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version != "standard":
            return
        root = Path(self.root)
        # The package cannot be imported yet: what it depends on is not installed where wheels are built.
        files = runpy.run_path(str(root / "src" / "balkanlab" / "paths.py"))["course_files"](root)
        for relative in files:
            build_data["force_include"][str(root / relative)] = f"balkanlab/_course/{relative}"
