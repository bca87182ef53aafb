"""The fact-check ledger: every claim of the sources with its verdict, from `data/claims.csv`."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

if TYPE_CHECKING:
    from sphinx.application import Sphinx

CLAIMS = "data/claims.csv"
VERDICTS = {
    "ok": "Holds",
    "disputed": "Disputed",
    "error": "Error",
    "unverifiable": "Cannot be checked",
}

NOTES = {"note": "", "record_says": "The record: ", "softener": "In fairness: "}
SOURCES = {
    "valdai": "Valdai Discussion Club 2025",
    "paradigms": "Global Weekly 2023",
    "riac": "Russian International Affairs Council",
    "luli": "Luli 2024",
    "antic": "Antić 2024",
}


def read_claims(path: Path) -> list[dict[str, str]]:
    """The claims in file order, the id under `id`.

    Raises:
        ValueError: a verdict that is none of the four.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if row["verdict"] not in VERDICTS:
            raise ValueError(f"{path.name}: claim {row['id']} has the verdict {row['verdict']!r}")
    return rows


class Ledger(SphinxDirective):
    """`{ledger}`: all claims, each with an anchor, and buttons that filter them by verdict."""

    def run(self) -> list[nodes.Node]:
        """The filter and the claims."""
        path = Path(self.env.srcdir) / CLAIMS
        self.env.note_dependency(CLAIMS)
        if not path.is_file():
            return [nodes.paragraph("", "The ledger has no claims yet.")]
        rows = read_claims(path)
        box = nodes.container(classes=["bl-ledger"])
        box += nodes.raw("", filter_html(rows), format="html")
        box.extend(claim_node(row) for row in rows)
        return [box]


def filter_html(rows: list[dict[str, str]]) -> str:
    """Radio buttons that need no script: the style sheet hides what does not match."""
    counts = Counter(row["verdict"] for row in rows)
    options = [
        ("all", f"All ({len(rows)})"),
        *((v, f"{VERDICTS[v]} ({counts[v]})") for v in VERDICTS if counts[v]),
    ]
    inputs = "".join(
        f'<label><input type="radio" name="bl-verdict" value="{value}"{" checked" * (value == "all")}> {label}</label>'
        for value, label in options
    )
    return f'<fieldset class="bl-filter"><legend>Show</legend>{inputs}</fieldset>'


def claim_node(row: dict[str, str]) -> nodes.container:
    """One claim: id and verdict, the claim, who made it where, and the note on the check."""
    claim = nodes.container(ids=[row["id"]], classes=["bl-claim", f"bl-{row['verdict']}"])
    head = nodes.paragraph("", "", classes=["bl-claim-head"])
    head += nodes.reference("", row["id"], refuri=f"#{row['id']}", internal=True, classes=["bl-claim-id"])
    head += nodes.inline("", VERDICTS[row["verdict"]], classes=["bl-verdict"])
    claim += head
    claim += nodes.paragraph("", row["claim"], classes=["bl-claim-text"])
    claim += _where(row)
    for column, opening in NOTES.items():
        if row.get(column):
            claim += nodes.paragraph("", opening + row[column], classes=["bl-claim-note"])
    return claim


def _where(row: dict[str, str]) -> nodes.paragraph:
    said, place = row.get("attributed_to") or "", (row.get("locator") or "").strip("()")
    where = nodes.paragraph("", "", classes=["bl-claim-where"])
    where += nodes.reference(
        "", SOURCES[row["source"]], refuri=f"bibliography.html#{row['source']}", internal=True
    )
    where += nodes.Text(
        (f", in “{place}”" if place else "") + (f"; said by {said}" if said not in ("", "author") else "")
    )
    return where


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("ledger", Ledger)
