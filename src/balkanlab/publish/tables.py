"""Tables made by pandas: headers that say what they head, and a frame in which a wide table scrolls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

if TYPE_CHECKING:
    from sphinx.application import Sphinx

MARK = "dataframe"


def mend(html: str) -> str:
    """The same HTML with `scope` on every header cell, no borders of its own, and a frame around each table."""
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(html, "html.parser")
    for style in soup.find_all("style"):
        style.decompose()
    for table in soup.find_all("table", class_=MARK):
        del table["border"]
        for cell in table.select("thead th"):
            _head(cell, "col")
        for cell in table.select("tbody th"):
            _head(cell, "row")
        parent = table.parent
        if "bl-table-frame" not in (parent.get("class") or [] if parent else []):
            table.wrap(soup.new_tag("div", attrs={"class": "bl-table-frame"}))
    return str(soup)


def _head(cell: Any, scope: str) -> None:
    if cell.get_text(strip=True):
        cell["scope"] = "colgroup" if scope == "col" and cell.has_attr("colspan") else scope
    else:
        cell.name = "td"


class MendTables(SphinxPostTransform):
    """Mend every pandas table of a page, whether a cell printed it or a lesson block holds it."""

    default_priority = 700
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Rewrite the raw HTML nodes that hold one."""
        for node in list(self.document.findall(nodes.raw)):
            if node.get("format") == "html" and MARK in node.astext():
                mended = nodes.raw("", mend(node.astext()), format="html", classes=node["classes"])
                node.replace_self(mended)


def setup(app: Sphinx) -> None:
    """Register the transform."""
    app.add_post_transform(MendTables)
