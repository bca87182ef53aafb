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


def facts(resource: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Label, text and address (or "") of what a card says besides its description."""
    rows: list[tuple[str, str, str]] = []
    for source in resource.get("sources", []):
        rows.append(("Source", source.get("title", ""), source.get("path", "")))
    for licence in resource.get("licenses", []):
        rows.append(("Licence", licence.get("title") or licence.get("name", ""), licence.get("path", "")))
    for key, label in (
        ("citation", "Cite as"),
        ("retrieved", "Retrieved"),
        ("derivation", "How it was made"),
        ("derived", "How it was made"),
        ("gaps", "Known gaps"),
        ("known_gaps", "Known gaps"),
    ):
        value = resource.get(key)
        if value:
            rows.append((label, "; ".join(value) if isinstance(value, list) else str(value), ""))
    return rows


def card(resource: dict[str, Any], here: str) -> nodes.section:
    """One table as a section: description, facts, columns, download."""
    name = resource["name"]
    section = nodes.section(ids=[f"table-{name}"], names=[f"table-{name}"], classes=["bl-card"])
    section += nodes.title("", resource.get("title", name))
    if resource.get("description"):
        section += nodes.paragraph("", resource["description"])
    listing = nodes.definition_list(classes=["bl-facts"])
    for label, text, address in facts(resource):
        body = nodes.paragraph()
        body += nodes.reference("", text, refuri=address) if address.startswith("http") else nodes.Text(text)
        listing += nodes.definition_list_item("", nodes.term("", label), nodes.definition("", body))
    if listing.children:
        section += listing
    if resource.get("schema", {}).get("fields"):
        section += _columns(resource["schema"]["fields"], resource.get("title", name))
    path = resource.get("path", "")
    if path:
        up = "../" * here.count("/")
        size = f" ({resource['bytes'] / 1000:,.0f} kB)" if resource.get("bytes") else ""
        link = nodes.reference("", f"Download {path}{size}", refuri=f"{up}data/{path}", classes=["bl-download"])
        section += nodes.paragraph("", "", link)
    return section


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
            part for part in (field.get("title") or "", field.get("description") or "", f"[{unit}]" if unit else "") if part
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
