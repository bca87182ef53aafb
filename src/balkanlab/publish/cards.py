"""The data cards: what each table holds, where it comes from, and what may be done with it."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from balkanlab.publish import citations
from balkanlab.publish.front import MANIFEST, manifest

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


def card(resource: dict[str, Any], here: str, course: dict[str, Any]) -> nodes.section:
    """One table as a section: description, download, citation, facts, columns.

    Args:
        resource: the table, as the data package describes it.
        here: name of the page.
        course: the manifest, for what a citation says of the course.
    """
    name = resource["name"]
    title = resource.get("title", name)
    section = nodes.section(ids=[name], names=[name], classes=["bl-card"])
    section += nodes.title("", title)
    if resource.get("description"):
        section += nodes.paragraph("", resource["description"])
    if forbidden := citations.limits(resource):
        section += nodes.paragraph("", "", nodes.strong("", "Limited use. "), nodes.Text(forbidden))
    path = resource.get("path", "")
    up = "../" * here.count("/")
    if path:
        size = f" ({resource['bytes'] / 1000:,.0f} kB)" if resource.get("bytes") else ""
        link = nodes.reference(
            "", f"Download {path}{size}", refuri=f"{up}data/{path}", classes=["bl-download"]
        )
        section += nodes.paragraph("", "", link)
        section += _citation(resource, course, up)
    listing = nodes.definition_list(classes=["bl-facts"])
    for label, entries in facts(resource):
        body = nodes.definition()
        body += [nodes.paragraph("", "", _entry(text, address)) for text, address in entries]
        listing += nodes.definition_list_item("", nodes.term("", label), body)
    section += listing
    if resource.get("schema", {}).get("fields"):
        section += _columns(resource["schema"]["fields"], title)
    return section


def _citation(resource: dict[str, Any], course: dict[str, Any], up: str) -> list[nodes.Node]:
    """A fold with the citation in both forms, each to copy and to download; `up` leads to the root of the book."""
    name = resource["name"]
    links = " · ".join(
        f'<a href="{up}{citations.FOLDER}/{name}.{ending}" download>{label}</a>'
        for ending, label in (("txt", "Download as text"), ("bib", "Download as BibTeX"))
    )
    summary = f"Cite this table<span class='sr-only'>: {escape(resource['title'])}</span>"
    copied = nodes.container(classes=["bl-copy"])
    copied += [
        nodes.literal_block(text, text, language=language)
        for text, language in (
            (citations.sentence(resource, course), "text"),
            (citations.bibtex(resource, course).rstrip(), "bibtex"),
        )
    ]
    return [
        nodes.raw("", f'<details class="bl-cite"><summary>{summary}</summary>', format="html"),
        copied,
        nodes.raw("", f"<p>{links}</p></details>", format="html"),
    ]


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
        self.env.note_dependency(MANIFEST)
        if not path.is_file():
            return [nodes.paragraph("", "The data package is not built yet.")]
        course = manifest(Path(self.env.srcdir))
        return [card(resource, self.env.docname, course) for resource in resources(path)]


def write_citations(app: Sphinx, exception: Exception | None) -> None:
    """After the pages: the citations that the cards offer for download."""
    package = Path(app.srcdir) / PACKAGE
    if exception is not None or app.builder.format != "html" or not package.is_file():
        return
    for resource in resources(package):
        citations.write(resource, manifest(Path(app.srcdir)), Path(app.outdir))


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("data-cards", DataCards)
    app.connect("build-finished", write_citations)
