"""The link "Run in the browser" on every page made from a notebook; only where the edition has been built."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from docutils import nodes

from balkanlab.browser.edition import SWITCH, page
from balkanlab.publish.assets import ASSETS

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

FOLDERS = ("notebooks/", "exercises/")
WORDS = "Change the code and see what happens: nothing to install, nothing sent anywhere."


def link(docname: str) -> nodes.raw:
    """The line that opens a page's notebook."""
    address = "../" * docname.count("/") + page(f"{docname}.ipynb")
    html = f'<p class="bl-run"><a href="{address}">Run in the browser</a> <span>{WORDS}</span></p>'
    return nodes.raw("", html, format="html")


def insert(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put the line below the page's title."""
    if not app.config.balkanlab_run or not docname.startswith(FOLDERS):
        return
    title = doctree.next_node(nodes.title)
    if title is not None and title.parent is not None:
        title.parent.insert(title.parent.index(title) + 1, link(docname))


def load_script(app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Where a page is opened from a file, a script says that running needs an address."""
    if app.config.balkanlab_run and pagename.startswith(FOLDERS):
        app.add_js_file(f"{ASSETS}/run.js", loading_method="defer")


def configure(app: Sphinx, config: Config) -> None:
    """Take over from the environment whether there is an edition to link to."""
    config.balkanlab_run = os.environ.get(SWITCH) == "1"


def setup(app: Sphinx) -> None:
    """A page is written again when the edition comes or goes."""
    app.add_config_value("balkanlab_run", False, "html")
    app.connect("config-inited", configure)
    app.connect("doctree-resolved", insert)
    app.connect("html-page-context", load_script)
