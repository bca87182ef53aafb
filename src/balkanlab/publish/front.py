"""What the book takes from `course.yml`: title, repository address and branch, so that no setting is kept twice."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

MANIFEST = "course.yml"
TITLE = "{title}"
"""Stands in the first page for the course's title up to its colon."""


def manifest(root: Path) -> dict[str, Any]:
    """The course manifest in the folder `root`, parsed once per state of the file; do not change it.

    Raises:
        FileNotFoundError: no manifest there.
        ValueError: the manifest is not a mapping.
    """
    path = root / MANIFEST
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _read(path: Path, changed: int) -> dict[str, Any]:
    # The C parser is ten times as quick; not every build of PyYAML has it.
    content = yaml.load(path.read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    if not isinstance(content, dict):
        raise ValueError(f"{MANIFEST}: expected keys at top level, got {type(content).__name__}")
    return content


def theme_options(course: dict[str, Any]) -> dict[str, str]:
    """The theme's options for the edit, issue and repository buttons."""
    repository = course.get("repository") or {}
    if not repository.get("url"):
        raise ValueError(f"{MANIFEST}: repository.url is missing")
    return {
        "repository_url": str(repository["url"]),
        "repository_branch": str(repository.get("branch", "main")),
        "path_to_docs": "",
    }


def apply(app: Sphinx, config: Config) -> None:
    """Fill the Sphinx settings that the manifest decides."""
    course = manifest(Path(app.srcdir))
    config.html_theme_options = {**config.html_theme_options, **theme_options(course)}
    config.html_title = str(course.get("short_title") or course["title"])
    config.project = config.html_title
    config.author = str(course.get("authors", config.author))
    told = {name: course.get(name, "") for name in ("institution", "term")}
    config.html_context = {**config.html_context, **told}


def fill_title(app: Sphinx, docname: str, source: list[str]) -> None:
    """Head the first page with the title of the manifest."""
    if docname == app.config.root_doc:
        title = str(manifest(Path(app.srcdir))["title"]).partition(":")[0]
        source[0] = source[0].replace(TITLE, title, 1)


def setup(app: Sphinx) -> None:
    """Read the manifest before the builder starts."""
    # Jupyter Book always sets this one, for an extension that this book does not load.
    app.add_config_value("comments_config", {}, "")
    app.connect("config-inited", apply)
    app.connect("source-read", fill_title)
