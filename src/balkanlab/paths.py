"""Where the course's files are: the checkout, the folder a student works in, or the copy inside the wheel."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

MANIFEST = "course.yml"

# What a reader needs beside the package. Instructor notebooks and exercise sources hold the answers, so they stay in
# the repository. hatch_build.py reads this too, so only the standard library is imported here.
COURSE = (
    MANIFEST,
    "start.ipynb",
    "notebooks/*.ipynb",
    "exercises/*.ipynb",
    "exercises/checks/*.json",
    "exercises/quiz/*.yml",
    "data/*.csv",
    "data/*.json",
    "data/*.geojson",
    "book/glossary.md",
    "book/bibliography.md",
    "book/ledger.md",
    "book/*.bib",
)


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
    for folder in (start, *start.parents, *here.parents, _bundled()):
        if (folder / MANIFEST).is_file():
            return folder
    raise FileNotFoundError(
        f"no {MANIFEST} in {start} or above it: start from the course folder, or reinstall balkanlab"
    )


def _bundled() -> Path:
    return Path(__file__).resolve().parent / "_course"


def is_shipped_copy(folder: Path) -> bool:
    """Whether `folder` is the copy inside an installed package, which nobody should work in."""
    return folder.resolve() == _bundled()


def shipped_course() -> Path:
    """The course that came with this package, whatever the working folder: its checkout, or the wheel's copy.

    Raises:
        FileNotFoundError: the package was installed without its course.
    """
    # The wheel's copy first: a student's environment may lie inside the folder that the student works in.
    for folder in (_bundled(), *Path(__file__).resolve().parents):
        if (folder / MANIFEST).is_file():
            return folder
    raise FileNotFoundError("this balkanlab came without its course: reinstall it")


def course_files(root: Path) -> list[str]:
    """The files of the course in `root` that a reader needs, relative to it, with forward slashes."""
    return [
        path.relative_to(root).as_posix()
        for pattern in COURSE
        for path in sorted(root.glob(pattern))
        if path.is_file()
    ]


def course_file(relative: str) -> Path:
    """The path of a course file such as `data/trade.csv`; the file itself need not exist."""
    return course_root() / relative


def static_file(name: str) -> Path:
    """The path of a script or style sheet that ships with the package."""
    return Path(__file__).resolve().parent / "static" / name


def template_file(name: str) -> Path:
    """The path of a text that a command fills in."""
    return Path(__file__).resolve().parent / "templates" / name
