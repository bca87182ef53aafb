"""Where the course's files are: the checkout, the folder a student works in, or the copy inside the wheel."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

MANIFEST = "course.yml"


def course_root() -> Path:
    """The folder that holds `course.yml`.

    Looked for in the working folder and those above it, then above this file (an editable install), then
    in the copy that the wheel carries.

    Raises:
        FileNotFoundError: none of them holds the manifest.
    """
    return _course_root(Path.cwd())


@lru_cache(maxsize=8)
def _course_root(start: Path) -> Path:
    here = Path(__file__).resolve()
    bundled = here.parent / "_course"
    for folder in (start, *start.parents, *here.parents, bundled):
        if (folder / MANIFEST).is_file():
            return folder
    raise FileNotFoundError(
        f"no {MANIFEST} in {start} or above it: start from the course folder, or reinstall balkanlab"
    )


def course_file(relative: str) -> Path:
    """The path of a course file such as `data/trade.csv`; the file itself need not exist."""
    return course_root() / relative


def static_file(name: str) -> Path:
    """The path of a script or style sheet that ships with the package."""
    return Path(__file__).resolve().parent / "static" / name
