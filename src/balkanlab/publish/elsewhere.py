"""The menu "Open elsewhere" in the header of every page made from a notebook: JupyterHub, Binder, Colab."""

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


def menu(course: Mapping[str, Any], path: str) -> dict[str, Any]:
    """The theme's description of the menu for the notebook `path`."""
    items = [
        {"type": "link", "url": address, "text": f"{name} (another site)", "label": f"launch-{name.lower()}"}
        for name, address in launch.links(course, path).items()
    ]
    return {
        "type": "group",
        "tooltip": "Open elsewhere",
        "icon": ICON,
        "buttons": [i | {"icon": ICON} for i in items],
    }


def add_menu(app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Put the menu first in the bar of a page that is a notebook in the repository."""
    root = Path(app.srcdir)
    path = f"{pagename}.ipynb"
    if doctree is not None and (root / path).is_file():
        context.setdefault("header_buttons", []).insert(0, menu(manifest(root), path))


def setup(app: Sphinx) -> None:
    """Register the menu."""
    app.connect("html-page-context", add_menu, priority=AFTER_THE_THEME)
