"""Script and style of the quizzes, loaded on the pages whose stored outputs hold one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docutils import nodes

from balkanlab.publish.assets import ASSETS
from balkanlab.quizzes import CSS_CLASS

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def holds_quiz(document: nodes.Node) -> bool:
    """Whether a page shows a quiz."""
    return any(f'class="{CSS_CLASS}"' in node.astext() for node in document.findall(nodes.raw))


def load_scripts(app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Load them; a page without a document, such as the search, has no quiz."""
    if doctree is not None and holds_quiz(doctree):
        app.add_css_file(f"{ASSETS}/quiz.css")
        app.add_js_file(f"{ASSETS}/quiz.js", loading_method="defer")


def setup(app: Sphinx) -> None:
    """Connect the event."""
    app.connect("html-page-context", load_scripts)
