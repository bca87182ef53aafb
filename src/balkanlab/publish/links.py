"""Links to the glossary, the bibliography and the ledger: checked keys, and the entry's text on hover or focus.

In a notebook they are plain Markdown, `[trade diversion](../book/glossary.md#trade-diversion)`, so that they
work in JupyterLab too. Here the key is looked up in the source of the entries; an unknown key is a warning.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

from balkanlab.publish.ledger import CLAIMS, VERDICTS, read_claims

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

LOGGER = logging.getLogger(__name__)
HINT_LENGTH = 320
GLOSSARY, BIBLIOGRAPHY, LEDGER = "book/glossary", "book/bibliography", "book/ledger"
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_DROPPED = re.compile(r"[^\w\- ]")


def slug(title: str) -> str:
    """The anchor that GitHub and MyST give a heading: lower case, hyphens for spaces, no punctuation."""
    return _DROPPED.sub("", title.strip().lower()).replace(" ", "-")


def glossary(env: BuildEnvironment) -> dict[str, str]:
    """Slug → definition, from the third-level headings of the glossary page."""
    text = (Path(env.srcdir) / f"{GLOSSARY}.md").read_text(encoding="utf-8")
    entries = {}
    for block in re.split(r"^### ", text, flags=re.M)[1:]:
        title, _, rest = block.partition("\n")
        definition = rest.strip().split("\n\n")[0]
        entries[slug(title)] = f"{title.strip()}: {_plain(definition)}"
    return entries


def bibliography(env: BuildEnvironment) -> dict[str, str]:
    """Citation key → the work as a line of text, for the works that the bibliography page lists."""
    from pybtex.plugin import find_plugin

    backend = find_plugin("pybtex.backends", "plaintext")()
    domain: Any = env.get_domain("cite")
    return {
        citation.key: " ".join(citation.formatted_entry.text.render(backend).split())
        for citation in domain.citations
    }


def ledger(env: BuildEnvironment) -> dict[str, str]:
    """Claim id → what is claimed and what became of the check."""
    rows = read_claims(Path(env.srcdir) / CLAIMS)
    return {row["id"]: f"{row['claim']} ({VERDICTS[row['verdict']]}.) {row['note']}".strip() for row in rows}


# Page → how to read its entries, what one of them is called, and the file that holds them.
READERS: dict[str, tuple[Callable[[BuildEnvironment], dict[str, str]], str, str]] = {
    GLOSSARY: (glossary, "glossary term", f"{GLOSSARY}.md"),
    BIBLIOGRAPHY: (bibliography, "bibliography key", "book/references.bib"),
    LEDGER: (ledger, "claim", CLAIMS),
}


def _plain(markdown: str) -> str:
    return " ".join(_LINK.sub(r"\1", markdown).replace("*", "").replace("`", "").split())


def shorten(text: str, length: int = HINT_LENGTH) -> str:
    """At most `length` characters, cut between words."""
    if len(text) <= length:
        return text
    return text[:length].rsplit(" ", 1)[0].rstrip(",;:") + " …"


class Index:
    """The entries of the three pages, each read once per build, when first asked for."""

    def __init__(self, env: BuildEnvironment) -> None:
        self._env = env
        self._entries: dict[str, dict[str, str]] = {}

    def hint(self, page: str, key: str) -> str:
        """The text of an entry.

        Raises:
            KeyError: no such entry; the message says what was looked for and where.
        """
        read, kind, source = READERS[page]
        if page not in self._entries:
            try:
                self._entries[page] = read(self._env)
            except FileNotFoundError:
                self._entries[page] = {}
        try:
            return shorten(self._entries[page][key])
        except KeyError:
            raise KeyError(f"unknown {kind} {key!r}: there is none in {source}") from None


_RUN: dict[str, Index] = {}


def index_of(env: BuildEnvironment) -> Index:
    """The index of this build."""
    root = str(env.srcdir)
    if root not in _RUN:
        _RUN[root] = Index(env)
    return _RUN[root]


def entry_links(document: nodes.document) -> Iterator[addnodes.pending_xref]:
    """The page's links to entries of the three pages."""
    for node in document.findall(addnodes.pending_xref):
        if node.get("refdomain") == "doc" and node.get("reftarget") in READERS and node.get("reftargetid"):
            yield node


def note_sources(app: Sphinx, document: nodes.document) -> None:
    """A page that shows entries is built anew when their source changes."""
    for page in {node["reftarget"] for node in entry_links(document)}:
        app.env.note_dependency(READERS[page][2])


class ResolveEntries(SphinxPostTransform):
    """Turn each link to an entry into a reference that carries the entry's text."""

    default_priority = 8  # before myst-parser's own resolver, which knows headings only

    def run(self, **kwargs: Any) -> None:
        """Resolve the links of one page."""
        index = index_of(self.env)
        for node in list(entry_links(self.document)):
            page, key = node["reftarget"], node["reftargetid"]
            try:
                hint = index.hint(page, key)
            except KeyError as error:
                LOGGER.warning(error.args[0], location=node, type="balkanlab", subtype="link")
                node.replace_self(nodes.inline("", "", *node.children))
                continue
            here = node.get("refdoc", self.env.docname)
            uri = self.app.builder.get_relative_uri(here, page) if here != page else ""
            classes = ["bl-entry", f"bl-{page.rsplit('/', 1)[-1]}"]
            text = node.children or [nodes.Text(key)]
            link = nodes.reference(
                "", "", *text, internal=True, refuri=f"{uri}#{key}", reftitle=hint, classes=classes
            )
            node.replace_self(link)


def forget(app: Sphinx) -> None:
    """Read the sources anew in this run."""
    _RUN.clear()


def anchors(app: Sphinx, document: nodes.document) -> None:
    """Give every heading of the glossary the anchor that plain Markdown readers use."""
    if app.env.docname != GLOSSARY:
        return
    for section in document.findall(nodes.section):
        title = section.next_node(nodes.title)
        name = slug(title.astext()) if title else ""
        if name and name not in section["ids"]:
            section["ids"].insert(0, name)


def setup(app: Sphinx) -> None:
    """Register the resolver and what keeps it fresh."""
    app.connect("builder-inited", forget)
    app.connect("doctree-read", note_sources)
    app.connect("doctree-read", anchors)
    app.add_post_transform(ResolveEntries)
