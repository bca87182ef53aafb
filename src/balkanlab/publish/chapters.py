"""The chapters that exist, from `course.yml`: cards for the landing page and rows for the exercises page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective

from balkanlab.publish.front import MANIFEST, manifest

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def facts(chapter: dict[str, Any]) -> str:
    """Minutes, systems and explorers of a chapter in one line."""
    systems = chapter.get("systems") or {}
    explorers = [e for s in systems.values() if isinstance(s.get("explorers"), list) for e in s["explorers"]]
    tasks = [t for s in systems.values() for t in s.get("tasks") or []]
    counts = [
        (chapter.get("minutes"), "minutes"),
        (len(systems), "systems"),
        (len(explorers), "explorers"),
        (len(tasks), "tasks"),
    ]
    return " · ".join(f"{number} {word}" for number, word in counts if number)


class Chapters(SphinxDirective):
    """`{chapters}`: a card per chapter. With the argument `exercises`, a line per exercise notebook."""

    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        """The cards of the chapters whose notebooks exist."""
        root = Path(self.env.srcdir)
        self.env.note_dependency(MANIFEST)
        kind = "exercises" if self.arguments[:1] == ["exercises"] else "notebook"
        box = nodes.container(classes=["bl-chapters"])
        for chapter in manifest(root).get("chapters", []):
            path = chapter.get(kind) or ""
            if path and (root / path).is_file():
                box += self._card(chapter, path, kind)
        return [box]

    def _card(self, chapter: dict[str, Any], path: str, kind: str) -> nodes.container:
        card = nodes.container(classes=["bl-chapter"])
        card += nodes.paragraph("", f"Chapter {int(chapter['id'])}", classes=["bl-kicker"])
        link = addnodes.pending_xref(
            "",
            nodes.inline("", chapter["title"]),
            refdomain="doc",
            reftype="myst",
            reftarget=path.rsplit(".", 1)[0],
            reftargetid=None,
            refdoc=self.env.docname,
            refexplicit=True,
        )
        card += nodes.paragraph("", "", link, classes=["bl-chapter-title"])
        if kind == "notebook":
            questions = nodes.bullet_list()
            questions += [nodes.list_item("", nodes.paragraph("", q)) for q in chapter.get("questions", [])]
            card += questions
            card += nodes.paragraph("", facts(chapter), classes=["bl-chapter-facts"])
        else:
            tasks = sum(len(s.get("tasks") or []) for s in (chapter.get("systems") or {}).values())
            card += nodes.paragraph(
                "", f"{tasks} tasks, each with a check and three hints", classes=["bl-chapter-facts"]
            )
        return card


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("chapters", Chapters)
