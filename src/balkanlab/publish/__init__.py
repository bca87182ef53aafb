"""Sphinx extension of the published course: each module below sets up one part of the book."""

from __future__ import annotations

from typing import TYPE_CHECKING

from balkanlab import __version__
from balkanlab.publish import (
    address,
    assets,
    belt,
    browser,
    cards,
    chapters,
    coursemap,
    elsewhere,
    explorers,
    files,
    front,
    guide,
    icons,
    ledger,
    links,
    mathml,
    quizzes,
    slides,
    tables,
)

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

PARTS = (
    front,
    address,
    mathml,
    links,
    explorers,
    quizzes,
    tables,
    ledger,
    cards,
    chapters,
    coursemap,
    guide,
    slides,
    belt,
    browser,
    elsewhere,
    icons,
    assets,
    files,
)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register every part with Sphinx."""
    for part in PARTS:
        part.setup(app)
    return {"version": __version__, "env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}
