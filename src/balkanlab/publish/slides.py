"""Slides for each chapter, from the slide types that its notebook carries (Jupyter's `slideshow.slide_type`).

A deck is one page beside the book, `slides/02_cefta.html`. It needs no server and no other host: the explorers are
the ones of the chapter, drawn by the same script. reveal.js (vendored, MIT licence) turns the page into slides on a
wide screen; on a phone, on paper and without scripts the same page is read from top to bottom.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from html import escape
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, NamedTuple

from docutils import nodes

from balkanlab.explorer import VEGALITE
from balkanlab.publish.assets import ASSETS
from balkanlab.publish.explorers import CACHE, compile_cached, figure_html
from balkanlab.publish.front import manifest
from balkanlab.publish.mathml import to_mathml

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token
    from sphinx.application import Sphinx

FOLDER = "slides"
STATIC = f"../_static/{ASSETS}"
STYLES = ("reveal.css", "colours.css", "explorer.css", "book.css", "slides.css")
SCRIPTS = ("reveal.js", "slides.js", "explorer.js")
POSITIONS = "Where the sources differ"
_SYSTEM = re.compile(r"## (\d+\.\d+) (.+)")


class Slide(NamedTuple):
    """The cells of one slide, and the system it belongs to: its number and title, or two empty strings."""

    number: str
    title: str
    cells: list[dict[str, Any]]


def deck(chapter: dict[str, Any]) -> PurePosixPath:
    """Where the chapter's slides are, seen from the first page of the book."""
    return PurePosixPath(FOLDER, f"{Path(chapter['notebook']).stem}.html")


def slides(notebook: dict[str, Any]) -> list[list[Slide]]:
    """The notebook's slides: columns, each with the slides below one another.

    `slide` opens a column, `subslide` a slide in it, a cell without a type goes on with the slide before it, and
    `skip` and `notes` are left out. A notebook whose cells carry no types has no slides.
    """
    columns: list[list[Slide]] = []
    number = title = ""
    for cell in notebook["cells"]:
        if found := _SYSTEM.match(_source(cell)):
            number, title = found.groups()
        elif _source(cell).startswith("## "):
            number = title = ""
        kind = _kind(cell)
        if kind == "slide":
            columns.append([Slide(number, title, [cell])])
        elif kind == "subslide" and columns:
            columns[-1].append(Slide(number, title, [cell]))
        elif kind in {"", "-", "fragment"} and columns:
            columns[-1][-1].cells.append(cell)
    return columns


def _kind(cell: dict[str, Any]) -> str:
    kind: str = cell["metadata"].get("slideshow", {}).get("slide_type", "")
    return kind


def _source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.dollarmath import dollarmath_plugin

    def formula(content: str, options: dict[str, Any]) -> str:
        return to_mathml(content, "block" if options["display_mode"] else "inline")

    reader = MarkdownIt("commonmark").enable("table")
    return reader.use(dollarmath_plugin, renderer=formula, allow_digits=False)


def prose(text: str, home: str) -> str:
    """Markdown of a chapter as HTML. Of a cell on differing sources only the positions are kept.

    Args:
        text: the cell's source; a heading that names the system is left out, since the slide shows it.
        home: the folder of the notebook, from which its links start.
    """
    reader = _markdown()
    found = [token for block in _shown(reader.parse(text)) for token in block]
    for token in found:
        for child in token.children or []:
            if child.type == "link_open":
                child.attrSet("href", address(str(child.attrGet("href")), home))
    html: str = reader.renderer.render(found, reader.options, {})
    return html


def _shown(tokens: list[Token]) -> Iterator[list[Token]]:
    blocks = list(_blocks(tokens))
    positions = [block for block in blocks if _is_position(block)]
    if positions and any(
        block[1].content == POSITIONS for block in blocks if block[0].type == "heading_open"
    ):
        blocks = [b for b in blocks if b in positions or (len(b) > 1 and b[1].content == POSITIONS)]
    for block in blocks:
        if block[0].tag != "h2" or not _SYSTEM.match(f"## {block[1].content}"):
            yield block


def _blocks(tokens: list[Token]) -> Iterator[list[Token]]:
    start = 0
    for place, token in enumerate(tokens):
        if token.level == 0 and token.nesting != 1:
            yield tokens[start : place + 1]
            start = place + 1


def _is_position(block: list[Token]) -> bool:
    """A list or a paragraph that opens with emphasised words: a view, by the course's custom."""
    inline = next((token for token in block if token.type == "inline"), None)
    children = (inline.children or []) if inline else []
    opening = [child for child in children if child.type != "text" or child.content]
    return (
        block[0].type in {"bullet_list_open", "paragraph_open"}
        and bool(opening)
        and opening[0].type in {"em_open", "strong_open"}
    )


def address(link: str, home: str) -> str:
    """A link of a notebook in `home`, as a link of a deck: pages end in .html, other hosts stay as they are."""
    if re.match(r"[a-z]+:|#", link):
        return link
    path, _, anchor = link.partition("#")
    parts: list[str] = []
    for part in PurePosixPath(home, path).parts:
        if part == ".." and parts:
            parts.pop()
        else:
            parts.append(part)
    target = re.sub(r"\.(md|ipynb)$", ".html", "/".join(parts))
    return f"../{target}" + (f"#{anchor}" if anchor else "")


def cell_html(cell: dict[str, Any], home: str, cache: Path) -> str:
    """A Markdown cell as prose; of a code cell the explorers and lesson blocks that it shows."""
    if cell["cell_type"] == "markdown":
        return prose(_source(cell), home)
    parts = []
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        if "balkanlab" in data.get(VEGALITE, {}).get("usermeta", {}):
            spec = data[VEGALITE]
            parts.append(figure_html(spec, compile_cached(spec, cache), f"{STATIC}/vega.min.js"))
        elif "text/html" in data:
            parts.append("".join(data["text/html"]))
    return "".join(parts)


def slide_html(slide: Slide, page: str, home: str, cache: Path) -> str:
    """One slide: which system it is on, with a link into the chapter, then its words beside its explorer."""
    words = "".join(cell_html(cell, home, cache) for cell in slide.cells if cell["cell_type"] == "markdown")
    shown = "".join(cell_html(cell, home, cache) for cell in slide.cells if cell["cell_type"] != "markdown")
    head = ""
    if slide.number:
        title = escape(f"{slide.number} {slide.title}")
        head = f'<h2><a href="{page}#{nodes.make_id(f"{slide.number} {slide.title}")}">{title}</a></h2>'
    split = " bl-split" if "balkanlab-explorer" in shown else ""
    kind = " bl-positions" if f"<h3>{POSITIONS}</h3>" in words else ""
    aside = f'<div class="bl-shown">{shown}</div>' if shown else ""
    text = f'<div class="bl-words{kind}">{words}</div>'
    return f'<section>{head}<div class="bl-slide{split}">{text}{aside}</div></section>'


def opening_html(course: dict[str, Any], chapter: dict[str, Any], page: str) -> str:
    """The first slide: title, questions, and how to move."""
    questions = "".join(f"<li>{escape(question)}</li>" for question in chapter["questions"])
    return (
        f'<section class="bl-opening"><p>{escape(course["title"])}</p><h1>{escape(chapter["title"])}</h1>'
        f'<ul>{questions}</ul><p><a href="{page}">To the chapter</a></p>'
        '<p class="bl-how">Arrow keys or a swipe move: right to the next section, down within it. '
        "Escape leaves a slider, so that the arrows move the slides again. F fills the screen.</p>"
        f'<p class="bl-names">{escape(course["contested_names"])}</p></section>'
    )


def deck_html(course: dict[str, Any], chapter: dict[str, Any], notebook: dict[str, Any], cache: Path) -> str:
    """The whole page of a chapter's slides, or "" if the notebook marks none.

    Args:
        course: the manifest.
        chapter: the chapter's entry in it.
        notebook: the chapter's notebook, with stored outputs.
        cache: the folder of compiled charts.
    """
    columns = slides(notebook)
    if not columns:
        return ""
    home = PurePosixPath(chapter["notebook"]).parent.as_posix()
    page = address(PurePosixPath(chapter["notebook"]).name, home)
    body = [opening_html(course, chapter, page)]
    for column in columns:
        inner = "".join(slide_html(slide, page, home, cache) for slide in column)
        body.append(f"<section>{inner}</section>" if len(column) > 1 else inner)
    styles = "".join(
        f'<link rel="stylesheet" href="{STATIC}/{name}"{" media=screen" * (name == "reveal.css")}>'
        for name in STYLES
    )
    scripts = "".join(f'<script src="{STATIC}/{name}" defer></script>' for name in SCRIPTS)
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(course["language"])}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Slides: {escape(chapter['title'])}</title>\n"
        f'<link rel="icon" href="data:,">{styles}{scripts}\n</head>\n'
        f'<body class="bl-deck"><main><div class="slides">\n{"".join(body)}\n</div></main></body>\n</html>\n'
    )


def write_decks(root: Path, out: Path, cache: Path) -> list[Path]:
    """Write the deck of every chapter of the course in `root` below `out`; unchanged pages are left alone."""
    course = manifest(root)
    written = []
    for chapter in course["chapters"]:
        source = root / chapter["notebook"]
        if not source.is_file():
            continue
        text = deck_html(course, chapter, json.loads(source.read_text(encoding="utf-8")), cache)
        target = out / deck(chapter)
        if text:
            if not target.is_file() or target.read_text(encoding="utf-8") != text:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, encoding="utf-8")
            written.append(target)
    return written


def has_deck(root: Path, chapter: dict[str, Any]) -> bool:
    """Whether the chapter's notebook marks slides."""
    source = root / chapter["notebook"]
    return source.is_file() and bool(slides(json.loads(source.read_text(encoding="utf-8"))))


def add_link(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """The last lines of a chapter's page: its slides, and what the guide says about it."""
    root = Path(app.srcdir)
    if not (root / f"{docname}.ipynb").is_file():
        return
    for chapter in manifest(root)["chapters"]:
        if chapter["notebook"].removesuffix(".ipynb") != docname or not has_deck(root, chapter):
            continue
        up = "../" * docname.count("/")
        line = nodes.paragraph("", "Teaching this chapter? ", classes=["bl-teach"])
        line += [
            nodes.reference("", "Slides", refuri=f"{up}{deck(chapter)}"),
            nodes.Text(" · "),
            nodes.reference(
                "", "Instructor guide", refuri=f"{up}book/instructor-guide.html#guide-{chapter['slug']}"
            ),
        ]
        list(doctree.findall(nodes.section))[-1] += line


def finish(app: Sphinx, exception: Exception | None) -> None:
    """After the pages: the decks."""
    if exception is None and app.builder.format == "html":
        write_decks(Path(app.srcdir), Path(app.outdir), Path(app.doctreedir).parent / CACHE)


def setup(app: Sphinx) -> None:
    """Write the decks after the pages, and link them from the chapters."""
    app.connect("doctree-resolved", add_link)
    app.connect("build-finished", finish)
