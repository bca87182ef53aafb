"""The data cards: what each table holds, where it comes from, and what may be done with it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

if TYPE_CHECKING:
    from sphinx.application import Sphinx

PACKAGE = "data/datapackage.json"


def resources(path: Path) -> list[dict[str, Any]]:
    """The tables that a Frictionless package describes."""
    package = json.loads(path.read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = package.get("resources", [])
    return found


def facts(resource: dict[str, Any]) -> list[tuple[str, list[tuple[str, str]]]]:
    """What a card says besides its description: label and entries, each a text and an address (or "")."""
    made = resource.get("derivation") or {}
    rows = f"{resource['rows']:,} rows" if resource.get("rows") else ""
    found = [
        ("Period", [(resource.get("period", ""), "")]),
        ("Size", [(rows, "")]),
        ("Units", [(resource.get("units", ""), "")]),
        ("Sources", [(s.get("title", ""), s.get("path", "")) for s in resource.get("sources", [])]),
        (
            "Licence",
            [(x.get("title") or x.get("name", ""), x.get("path", "")) for x in resource.get("licenses", [])],
        ),
        ("Retrieved", [(resource.get("retrieved", ""), "")]),
        ("How it was made", [(made.get("steps", ""), "")]),
        ("Known gaps", [(gap, "") for gap in resource.get("gaps", [])]),
        ("Checksum", [(resource.get("hash", ""), "")]),
    ]
    kept = [(label, [entry for entry in entries if entry[0]]) for label, entries in found]
    return [(label, entries) for label, entries in kept if entries]


def card(resource: dict[str, Any], here: str) -> nodes.section:
    """One table as a section: description, facts, download, columns. `here` is the name of the page."""
    name = resource["name"]
    title = resource.get("title", name)
    section = nodes.section(ids=[name], names=[name], classes=["bl-card"])
    section += nodes.title("", title)
    if resource.get("description"):
        section += nodes.paragraph("", resource["description"])
    path = resource.get("path", "")
    if path:
        size = f" ({resource['bytes'] / 1000:,.0f} kB)" if resource.get("bytes") else ""
        address = f"{'../' * here.count('/')}data/{path}"
        link = nodes.reference("", f"Download {path}{size}", refuri=address, classes=["bl-download"])
        section += nodes.paragraph("", "", link)
    listing = nodes.definition_list(classes=["bl-facts"])
    for label, entries in facts(resource):
        body = nodes.definition()
        body += [nodes.paragraph("", "", _entry(text, address)) for text, address in entries]
        listing += nodes.definition_list_item("", nodes.term("", label), body)
    section += listing
    if resource.get("schema", {}).get("fields"):
        section += _columns(resource["schema"]["fields"], title)
    return section


def _entry(text: str, address: str) -> nodes.Node:
    return nodes.reference("", text, refuri=address) if address.startswith("http") else nodes.Text(text)


def _columns(fields: list[dict[str, Any]], title: str) -> nodes.table:
    table = nodes.table(classes=["bl-columns"])
    group = nodes.tgroup(cols=3)
    table += nodes.title("", f"Columns: {title}")
    table += group
    group += [nodes.colspec(colwidth=width) for width in (20, 15, 65)]
    group += nodes.thead("", _row(["Column", "Kind", "Meaning"]))
    body = nodes.tbody()
    for field in fields:
        unit = field.get("unit")
        meaning = " ".join(
            part
            for part in (
                field.get("title") or "",
                field.get("description") or "",
                f"[{unit}]" if unit else "",
            )
            if part
        )
        body += _row([field["name"], field.get("type", ""), meaning], code_first=True)
    group += body
    return table


def _row(cells: list[str], *, code_first: bool = False) -> nodes.row:
    row = nodes.row()
    for number, text in enumerate(cells):
        inner: nodes.Node = nodes.literal("", text) if code_first and number == 0 else nodes.Text(text)
        row += nodes.entry("", nodes.paragraph("", "", inner))
    return row


class DataCards(SphinxDirective):
    """`{data-cards}`: a card for every table of the data package."""

    def run(self) -> list[nodes.Node]:
        """The cards, in the order of the package."""
        path = Path(self.env.srcdir) / PACKAGE
        self.env.note_dependency(PACKAGE)
        if not path.is_file():
            return [nodes.paragraph("", "The data package is not built yet.")]
        return [card(resource, self.env.docname) for resource in resources(path)]


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("data-cards", DataCards)
