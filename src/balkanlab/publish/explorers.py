"""Explorers on the page: the Vega-Lite twin stored in a notebook, compiled to Vega and left to `explorer.js`.

A reader without scripts gets the title, the sentence that describes the first setting, and its numbers.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes

from balkanlab import __version__
from balkanlab.explorer import VEGALITE
from balkanlab.publish.assets import ASSETS
from balkanlab.twin import KEY, VEGALITE_VERSION, compile_vega

if TYPE_CHECKING:
    from myst_nb.core.render import MimeData, NbElementRenderer
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

PAGES = "balkanlab_explorer_pages"
CACHE = "balkanlab_vega"


def payload(content: dict[str, Any]) -> str:
    """JSON that may stand inside a `<script>` element: no `<` is left to close it or to open a comment."""
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c")


def compile_cached(spec: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The Vega specification of a Vega-Lite one, compiled once per content and kept in `folder`."""
    text = json.dumps(spec, sort_keys=True)
    digest = hashlib.sha256(f"{__version__} {VEGALITE_VERSION} {text}".encode()).hexdigest()[:24]
    file = folder / f"{digest}.json"
    if file.is_file():
        stored: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return stored
    compiled = compile_vega(spec)
    folder.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(compiled, ensure_ascii=False), encoding="utf-8")
    return compiled


def start_rows(spec: dict[str, Any], meta: dict[str, Any], limit: int = 60) -> list[list[str]]:
    """The first setting's rows, header first, at most `limit` of them."""
    columns: list[str] = [column["name"] for column in meta.get("columns", [])]
    for table in _csv_tables(spec):
        rows = list(csv.DictReader(io.StringIO(table)))
        if rows and set(columns) <= set(rows[0]):
            shown = [[row[c] for c in columns] for row in rows if row[KEY] == str(meta["start"])]
            return [columns, *shown[:limit]]
    return []


def _csv_tables(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("values"), str):
            yield node["values"]
        node = list(node.values())
    if isinstance(node, list):
        for item in node:
            yield from _csv_tables(item)


def figure_html(spec: dict[str, Any], compiled: dict[str, Any], vega_url: str) -> str:
    """The page element that `explorer.js` fills.

    Raises:
        KeyError: the chart was not made by an explorer.
    """
    meta: dict[str, Any] = spec["usermeta"]["balkanlab"]
    data = payload({"vega": compiled, "meta": meta})
    rows = start_rows(spec, meta)
    table = ""
    if rows:
        head = "".join(f'<th scope="col">{escape(name.replace("_", " "))}</th>' for name in rows[0])
        body = "".join(f"<tr>{''.join(f'<td>{escape(v)}</td>' for v in row)}</tr>" for row in rows[1:])
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    note = f"<p>{escape(meta['note'])}</p>" if meta.get("note") else ""
    return (
        f'<div class="balkanlab-explorer" data-name="{escape(meta["name"])}" data-vega="{escape(vega_url)}">'
        f'<script type="application/json" class="balkanlab-payload">{data}</script>'
        f'<p class="bl-title">{escape(meta["title"])}</p>'
        f'<p class="bl-describe">{escape(spec["description"])}</p>'
        f"<noscript>{table}{note}<p>Switch scripts on to move the controls.</p></noscript></div>"
    )


class ExplorerRenderer:
    """The myst-nb plugin (entry point `myst_nb.mime_renderers`) that draws Vega-Lite outputs."""

    mime_priority_overrides: ClassVar[Sequence[tuple[str, str, int | None]]] = [("*", VEGALITE, 1)]

    @staticmethod
    def handle_mime(renderer: NbElementRenderer, data: MimeData, inline: bool) -> list[nodes.Element] | None:
        """The output as raw HTML; `None` leaves other kinds of output to myst-nb."""
        if data.mime_type != VEGALITE or inline:
            return None
        env = renderer.renderer.sphinx_env
        spec: Any = data.content
        if "balkanlab" not in spec.get("usermeta", {}):
            renderer.logger.warning(
                "this chart has no description and no data table: show it with balkanlab.figure(…)",
                subtype="explorer",
                line=data.line,
            )
            return []
        cache = Path(env.app.doctreedir).parent / CACHE if env else Path(CACHE)
        depth = env.docname.count("/") if env else 0
        url = f"{'../' * depth}_static/{ASSETS}/vega.min.js"
        if env:
            pages(env).add(env.docname)
        html = figure_html(spec, compile_cached(spec, cache), url)
        return [nodes.raw("", html, format="html", classes=["output"])]


def pages(env: BuildEnvironment) -> set[str]:
    """The names of the pages that show an explorer."""
    if not hasattr(env, PAGES):
        setattr(env, PAGES, set())
    found: set[str] = getattr(env, PAGES)
    return found


def forget(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """A page is read again or is gone."""
    pages(env).discard(docname)


def merge(app: Sphinx, env: BuildEnvironment, docnames: set[str], other: BuildEnvironment) -> None:
    """Take over what a parallel reader found."""
    pages(env).update(pages(other) & docnames)


def load_scripts(app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Load script and style of the explorers where there is one; Vega follows when the first comes into view."""
    if app.env and pagename in pages(app.env):
        app.add_css_file(f"{ASSETS}/explorer.css")
        app.add_js_file(f"{ASSETS}/explorer.js", loading_method="defer")


def setup(app: Sphinx) -> None:
    """Connect the events; the renderer itself is found by its entry point."""
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    app.connect("html-page-context", load_scripts)
