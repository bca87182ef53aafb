"""The figure of the landing page: who was in CEFTA from when to when, as bars made of HTML alone."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import date
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

if TYPE_CHECKING:
    from sphinx.application import Sphinx

TABLE, NAMES = "data/memberships.csv", "data/countries.csv"
START, END = 1993, 2025


class Stay(NamedTuple):
    """A country's time in the club, in years with decimals; `left` is None for those still in it."""

    name: str
    joined: float
    left: float | None


def year_of(day: str) -> float:
    """2004-05-01 → 2004.33."""
    parsed = date.fromisoformat(day)
    return parsed.year + (parsed.timetuple().tm_yday - 1) / 365.25


def stays(rows: Iterable[dict[str, str]], names: dict[str, str]) -> list[Stay]:
    """One stay per member, from the day it applied the first agreement to the day the last one ended for it."""
    spans: dict[str, list[tuple[float, float | None]]] = {}
    for row in rows:
        if row["organisation"].startswith("CEFTA") and row["status"] == "member":
            ended = year_of(row["ended"]) if row["ended"] else None
            spans.setdefault(row["iso3"], []).append((year_of(row["applied"]), ended))
    found = []
    for code, times in spans.items():
        ends = [end for _, end in times if end is not None]
        left = max(ends) if len(ends) == len(times) else None
        found.append(Stay(names[code], min(start for start, _ in times), left))
    return sorted(found, key=lambda stay: (stay.joined, stay.left or END, stay.name))


def figure(members: list[Stay]) -> str:
    """The list of bars; each line reads as a sentence without its drawing."""
    width = END - START
    lines = []
    for stay in members:
        begin, end = (stay.joined - START) / width, ((stay.left or END) - START) / width
        span = (
            f"{int(stay.joined)} to {int(stay.left)}, left"
            if stay.left
            else f"since {int(stay.joined)}, still in"
        )
        lines.append(
            f'<li class="{"left" if stay.left else "stays"}"><span class="bl-belt-name">{escape(stay.name)}</span>'
            f'<span class="bl-belt-line"><span class="bl-belt-bar" style="--from:{begin:.3f};--to:{end:.3f}"></span>'
            "</span>"
            f'<span class="sr-only">{span}</span></li>'
        )
    years = "".join(f'<span style="--at:{(y - START) / width:.3f}">{y}</span>' for y in (1995, 2005, 2015))
    return f'<ol class="bl-belt">{"".join(lines)}</ol><div class="bl-belt-years" aria-hidden="true">{years}</div>'


def read(path: Path) -> list[dict[str, str]]:
    """The rows of a table of the course."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Belt(SphinxDirective):
    """`{belt}`: the members of CEFTA over time."""

    def run(self) -> list[nodes.Node]:
        """The bars."""
        root = Path(self.env.srcdir)
        for needed in (TABLE, NAMES):
            self.env.note_dependency(needed)
        names = {row["iso3"]: row["name"] for row in read(root / NAMES)}
        return [nodes.raw("", figure(stays(read(root / TABLE), names)), format="html")]


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("belt", Belt)
