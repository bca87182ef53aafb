"""Copies the course (manifest, data, notebooks, exercises, book pages) into the wheel as `balkanlab/_course`.

Not into an editable install: that one reads the checkout, and a second copy would go stale.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# Instructor notebooks and exercise sources hold the answers, so they stay in the repository.
COURSE = (
    "course.yml",
    "data/*.csv",
    "data/*.json",
    "data/*.geojson",
    "exercises/*.ipynb",
    "exercises/checks/*",
    "notebooks/*.ipynb",
    "book/*.bib",
    "book/*.yml",
)


class CourseHook(BuildHookInterface):  # type: ignore[type-arg]
    """Adds the course files to a standard wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version != "standard":
            return
        root = Path(self.root)
        for pattern in COURSE:
            for path in sorted(root.glob(pattern)):
                relative = path.relative_to(root).as_posix()
                build_data["force_include"][str(path)] = f"balkanlab/_course/{relative}"
