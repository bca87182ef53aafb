"""The map of the course: chapters on the left, ideas that several of them use on the right, from `course.yml`.

The drawing is an SVG whose nodes are links; a table below it says the same section by section.
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from balkanlab.publish.front import MANIFEST, manifest
from balkanlab.publish.links import slug

if TYPE_CHECKING:
    from sphinx.application import Sphinx

GLOSSARY = "book/glossary"
WIDTH, ROW, BOX = 900, 46, 34
LEFT, RIGHT = 330, 600


def chapter_of(course: dict[str, Any], system: str) -> dict[str, Any]:
    """The chapter that holds a system such as "2.5".

    Raises:
        ValueError: there is none.
    """
    for chapter in course["chapters"]:
        if system in chapter["systems"]:
            found: dict[str, Any] = chapter
            return found
    raise ValueError(f"{MANIFEST}: ideas: no chapter has a system {system!r}")


def ideas(course: dict[str, Any]) -> list[dict[str, Any]]:
    """The ideas with the chapters they join, from the first chapter's to the last one's.

    Raises:
        ValueError: an idea names an unknown system, or joins fewer than two chapters.
    """
    order = {chapter["id"]: place for place, chapter in enumerate(course["chapters"])}
    found = []
    for idea in course.get("ideas") or []:
        joined = {chapter_of(course, system)["id"] for system in idea["systems"]}
        if len(joined) < 2:
            raise ValueError(f"{MANIFEST}: ideas: {idea['term']!r} joins fewer than two chapters")
        found.append({**idea, "chapters": sorted(joined, key=order.__getitem__)})
    return sorted(found, key=lambda idea: sum(order[c] for c in idea["chapters"]) / len(idea["chapters"]))


def drawing(course: dict[str, Any]) -> str:
    """The SVG of the map."""
    listed, chapters = ideas(course), course["chapters"]
    height = max(len(listed), len(chapters)) * ROW
    at = {c["id"]: height * (place + 0.5) / len(chapters) for place, c in enumerate(chapters)}
    edges, boxes = [], []
    for place, idea in enumerate(listed):
        y = height * (place + 0.5) / len(listed)
        name = slug(idea["term"])
        edges += [_edge(chapter, name, at[chapter], y) for chapter in idea["chapters"]]
        boxes.append(_box(name, f"glossary.html#{name}", idea["term"], RIGHT, y, WIDTH - RIGHT - 2, "idea"))
    for chapter in chapters:
        page = chapter["notebook"].removesuffix(".ipynb")
        boxes.append(
            _box(
                chapter["id"], f"../{page}.html", chapter["title"], 2, at[chapter["id"]], LEFT - 2, "chapter"
            )
        )
    return (
        f'<div class="bl-map"><svg viewBox="0 0 {WIDTH} {height}" role="group" aria-label="Map of the course: '
        f'{len(chapters)} chapters and {len(listed)} ideas that join them; the table below says the same">'
        f"{''.join(edges)}{''.join(boxes)}</svg></div>"
    )


def _edge(chapter: str, idea: str, start: float, end: float) -> str:
    middle = (LEFT + RIGHT) / 2
    bend = f"C{middle} {start:.0f} {middle} {end:.0f} {RIGHT} {end:.0f}"
    return f'<path data-ends="{chapter} {idea}" d="M{LEFT} {start:.0f} {bend}"/>'


def _box(key: str, href: str, text: str, x: float, y: float, width: float, kind: str) -> str:
    return (
        f'<a href="{escape(href)}" class="bl-map-{kind}" data-node="{escape(key)}">'
        f'<rect x="{x}" y="{y - BOX / 2:.0f}" width="{width}" height="{BOX}" rx="6"/>'
        f'<text x="{x + 12}" y="{y + 5:.0f}">{escape(text)}</text></a>'
    )


def table(course: dict[str, Any]) -> str:
    """The same as a table: a row for each idea, a column for each chapter, sections in the cells."""
    head = "".join(f'<th scope="col">{escape(chapter["title"])}</th>' for chapter in course["chapters"])
    rows = []
    for idea in ideas(course):
        cells = []
        for chapter in course["chapters"]:
            here = [system for system in idea["systems"] if system in chapter["systems"]]
            cells.append("<br>".join(_section(chapter, system) for system in here))
        term = f'<a href="glossary.html#{slug(idea["term"])}">{escape(idea["term"])}</a>'
        rows.append(f'<tr><th scope="row">{term}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>')
    return (
        f'<div class="bl-table-frame"><table><caption>Ideas and the sections that use them</caption><thead><tr>'
        f'<th scope="col">Idea</th>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
    )


def _section(chapter: dict[str, Any], system: str) -> str:
    heading = f"{system} {chapter['systems'][system]['section']}"
    page = chapter["notebook"].removesuffix(".ipynb")
    return f'<a href="../{page}.html#{nodes.make_id(heading)}">{escape(heading)}</a>'


class CourseMap(SphinxDirective):
    """`{course-map}`: the map and its table."""

    def run(self) -> list[nodes.Node]:
        """Both, as HTML."""
        self.env.note_dependency(MANIFEST)
        course = manifest(Path(self.env.srcdir))
        return [nodes.raw("", drawing(course) + table(course), format="html")]


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("course-map", CourseMap)
