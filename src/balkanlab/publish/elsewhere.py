"""The menu "Open elsewhere" in the header of every page: JupyterHub, Binder, Colab.

A page made from a notebook opens that notebook. A prose page opens the course at its landing notebook; Colab, which
takes one notebook and nothing beside it, opens the first chapter there.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from balkanlab import launch
from balkanlab.publish.front import manifest

if TYPE_CHECKING:
    from sphinx.application import Sphinx

ICON = "fa-solid fa-arrow-up-right-from-square"
AFTER_THE_THEME = 600  # the theme fills its bar of buttons at 501


def places(course: Mapping[str, Any], path: str | None) -> dict[str, str]:
    """Address by the name to show: for the notebook `path`, or for a prose page where there is none."""
    if path is not None:
        return launch.links(course, path)
    found = launch.links(course, launch.LANDING)
    found.pop("Colab", None)
    for first in (course.get("chapters") or [])[:1]:
        if address := launch.colab(course, first["notebook"]):
            found[f"Colab, chapter {int(first['id'])}"] = address
    return found


def menu(course: Mapping[str, Any], path: str | None) -> dict[str, Any]:
    """The theme's description of the menu."""
    items = [
        {"type": "link", "url": address, "text": f"{name} (another site)", "label": "launch", "icon": ICON}
        for name, address in places(course, path).items()
    ]
    return {"type": "group", "tooltip": "Open elsewhere", "icon": ICON, "buttons": items}


def add_menu(app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Put the menu first in the bar of a page; a page that Sphinx makes by itself, as the search, has no menu."""
    if doctree is None:
        return
    root = Path(app.srcdir)
    path = f"{pagename}.ipynb"
    found = menu(manifest(root), path if (root / path).is_file() else None)
    context.setdefault("header_buttons", []).insert(0, found)


def setup(app: Sphinx) -> None:
    """Register the menu."""
    app.connect("html-page-context", add_menu, priority=AFTER_THE_THEME)
