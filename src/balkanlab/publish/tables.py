"""Tables made by pandas: headers that say what they head, words that stand left and figures right, and a frame
in which a wide table scrolls."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

if TYPE_CHECKING:
    from sphinx.application import Sphinx

MARK = "dataframe"
WORDS = "bl-words"
FIGURE = re.compile(r"[+\-−–]?[\d.,\s]*\d\s?%?|[+\-−–…]|NaN|")


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
        _set_words_left(table)
        parent = table.parent
        if "bl-table-frame" not in (parent.get("class") or [] if parent else []):
            table.wrap(soup.new_tag("div", attrs={"class": "bl-table-frame"}))
    return str(soup)


def _head(cell: Any, scope: str) -> None:
    if cell.get_text(strip=True):
        cell["scope"] = "colgroup" if scope == "col" and cell.has_attr("colspan") else scope
    else:
        cell.name = "td"


def _set_words_left(table: Any) -> None:
    """Mark the columns that hold words; counted from the right, where merged row headers cannot shift them."""
    rows = [row.find_all("td") for row in table.select("tbody tr")]
    heads = [row.find_all(["th", "td"]) for row in table.select("thead tr")]
    for place in range(1, max(map(len, rows), default=0) + 1):
        cells = [row[-place] for row in rows if len(row) >= place]
        if all(FIGURE.fullmatch(cell.get_text(strip=True)) for cell in cells):
            continue
        above = [
            head[-place] for head in heads if len(head) >= place and not head[-place].has_attr("colspan")
        ]
        for cell in cells + above:
            cell["class"] = [*cell.get("class", []), *({WORDS} - set(cell.get("class", [])))]


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
