"""The course on paper: one PDF of the whole book, or of one chapter, printed by Chromium from the built pages.

Paper cannot be moved, so each explorer becomes a panel of small charts: its first setting, and settings at the
far ends of its controls, each with the sentence that goes with it. Charts stay vector pictures.
"""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from balkanlab.publish.assets import ASSETS, HERE
from balkanlab.publish.explorers import payload
from balkanlab.twin import parameter

if TYPE_CHECKING:
    from bs4 import Tag

PANELS = 4
SECONDS = 300
# Controls of the page that paper has no use for.
NOT_PRINTED = "script, noscript, style, button, .headerlink, .bl-filter, .bl-card details"


class PaperError(RuntimeError):
    """The PDF could not be made; the message says what to do."""


def positions(control: Mapping[str, Any]) -> list[Any]:
    """The values of a control, in its order, from what an explorer's `meta` says of it."""
    if control["type"] == "toggle":
        return [False, True]
    if "options" in control:
        return list(control["options"])
    steps = round((control["max"] - control["min"]) / control["step"])
    return [round(control["min"] + step * control["step"], 10) for step in range(steps + 1)]


def settings(controls: Sequence[Mapping[str, Any]], panels: int = PANELS) -> list[dict[str, Any]]:
    """The settings worth a picture: the first one, then one control at a time at an end of its range.

    Args:
        controls: as in an explorer's `meta`.
        panels: how many settings at most, 1 or more.
    """
    start = {control["name"]: control["value"] for control in controls}
    ends = []
    for control in controls:
        values = positions(control)
        near, far = sorted(
            (values[0], values[-1]), key=lambda end: abs(values.index(end) - values.index(control["value"]))
        )
        ends.append([start | {control["name"]: end} for end in (far, near) if end != control["value"]])
    found = [start]
    for turn in zip_longest(*ends):
        found += [setting for setting in turn if setting is not None and setting not in found]
    return found[:panels]


def number(controls: Sequence[Mapping[str, Any]], setting: Mapping[str, Any]) -> int:
    """The number of a setting in the twin's table: the controls' positions as digits, the last one fastest."""
    index = 0
    for control in controls:
        values = positions(control)
        index = index * len(values) + values.index(setting[control["name"]])
    return index


def caption(controls: Sequence[Mapping[str, Any]], setting: Mapping[str, Any]) -> str:
    """`Tariff: 20 %; Rule: 5/7`."""
    parts = []
    for control in controls:
        value = setting[control["name"]]
        if isinstance(value, bool):
            shown = "yes" if value else "no"
        else:
            shown = f"{value:g}" if isinstance(value, float) else str(value)
        parts.append(f"{control['label']}: {shown} {control.get('unit') or ''}".rstrip())
    return "; ".join(parts)


def panel(given: Mapping[str, Any]) -> str:
    """The HTML that stands for an explorer on paper; `paper.js` draws its charts when Chromium opens it.

    Args:
        given: the explorer's payload: `vega` and `meta`.
    """
    meta, vega = given["meta"], given["vega"]
    controls = meta["controls"]
    chosen = settings(controls)
    cells = []
    for setting in chosen:
        text = meta["texts"][meta["text_at"][number(controls, setting)] if meta["text_at"] else 0]
        told = f"<strong>{html.escape(caption(controls, setting))}.</strong> " if controls else ""
        signals = json.dumps({parameter(name): value for name, value in setting.items()})
        cells.append(
            f'<figure><div class="bl-picture" data-signals="{html.escape(signals)}"></div>'
            f"<figcaption>{told}{html.escape(text)}</figcaption></figure>"
        )
    note = f'<p class="bl-note">{html.escape(meta["note"])}</p>' if meta.get("note") else ""
    return (
        f'<div class="bl-panel"><script type="application/json">{payload(vega)}</script>'
        f'<p class="bl-title">{html.escape(meta["title"])}</p>'
        f'<div class="bl-cells" data-count="{len(cells)}">{"".join(cells)}</div>{note}</div>'
    )


def sheet(book: Path, pages: Sequence[str], course: Mapping[str, Any]) -> str:
    """One HTML document with the articles of `pages` (names without suffix), ready to be printed.

    Links between these pages become links inside the document; links to other pages lead to the published
    address, or become plain text where there is none.

    Raises:
        PaperError: a page is not in the built book.
    """
    from bs4 import BeautifulSoup

    parts = []
    for page in pages:
        path = book / f"{page}.html"
        if not path.is_file():
            raise PaperError(f"{page} is not in the built book")
        soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        article = soup.select_one("article")
        if article is None:
            raise PaperError(f"{page} has no text")
        _still(article)
        _relink(article, page, pages, str(course.get("address") or ""))
        article["id"] = _key(page)
        parts.append(str(article))
    names = [str(course.get(key) or "") for key in ("authors", "institution", "term")]
    title = html.escape(str(course["title"]))
    cover = f"<header class='bl-cover'><h1>{title}</h1><p>{html.escape(' · '.join(filter(None, names)))}</p></header>"
    static = (book / "_static").as_uri()
    styles = "".join(
        f'<link rel="stylesheet" href="{static}/{name}">'
        for name in (
            "pygments.css",
            f"{ASSETS}/theme.css",
            f"{ASSETS}/colours.css",
            f"{ASSETS}/book.css",
            f"{ASSETS}/quiz.css",
        )
        if (book / "_static" / name).is_file()
    )
    own = {
        kind: (HERE / "static" / "print" / f"paper.{kind}").read_text(encoding="utf-8")
        for kind in ("css", "js")
    }
    return (
        f'<!DOCTYPE html><html lang="{html.escape(str(course.get("language", "en")))}" data-theme="light"><head>'
        f'<meta charset="utf-8"><title>{title}</title>{styles}<style>{own["css"]}</style></head>'
        f'<body>{cover}<main class="bd-article">{"".join(parts)}</main>'
        f'<script src="{static}/{ASSETS}/vega.min.js"></script><script>{own["js"]}</script></body></html>'
    )


def _still(article: Tag) -> None:
    from bs4 import BeautifulSoup

    stills = []
    for box in article.select(".balkanlab-explorer"):
        script = box.select_one("script.balkanlab-payload")
        if script is not None:
            stills.append((box, panel(json.loads(script.string or "{}"))))
    for gone in article.select(NOT_PRINTED):
        gone.decompose()
    for fold in article.select(".bl-bet details"):
        fold["open"] = ""
    for box, still in stills:
        box.replace_with(BeautifulSoup(still, "html.parser"))


def _key(page: str) -> str:
    return "p-" + re.sub(r"[^a-z0-9]+", "-", page.lower())


def _relink(article: Tag, page: str, pages: Sequence[str], address: str) -> None:
    key = _key(page)
    for tag in article.select("[id]"):
        tag["id"] = f"{key}--{tag['id']}"
    for name in ("for", "aria-labelledby", "aria-describedby"):
        for tag in article.select(f"[{name}]"):
            tag[name] = " ".join(f"{key}--{word}" for word in str(tag[name]).split())
    known = {f"{other}.html": _key(other) for other in pages}
    for link in article.select("a[href]"):
        target = str(link["href"])
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = urljoin(f"{page}.html", target).partition("#")
        if path in known:
            link["href"] = f"#{known[path]}" + (f"--{anchor}" if anchor else "")
        elif address:
            link["href"] = urljoin(address.rstrip("/") + "/", urljoin(f"{page}.html", target))
        else:
            del link["href"]
    for image in article.select("img[src]"):
        image["src"] = urljoin(f"{page}.html", str(image["src"]))


def print_pdf(document: str, book: Path, target: Path, browser: str | None = None) -> Path:
    """Print an HTML document to `target` with Chromium.

    Raises:
        PaperError: no Chromium, it failed, or the place cannot be written.
    """
    from balkanlab.doctor import find_browser

    browser = browser or find_browser()
    if browser is None:
        raise PaperError(
            "a PDF is printed by Chromium or Chrome, and none was found: install one, or set "
            "BALKANLAB_BROWSER to the path of one"
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch) / "book.pdf"
        source = book / ".paper.html"
        source.write_text(document, encoding="utf-8")
        command = [
            browser,
            "--headless",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            f"--user-data-dir={scratch}/profile",
            "--no-pdf-header-footer",
            "--generate-pdf-document-outline",
            f"--print-to-pdf={made}",
            source.as_uri(),
        ]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.insert(1, "--no-sandbox")
        try:
            run = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
        except subprocess.TimeoutExpired:
            raise PaperError(f"{Path(browser).name} took more than {SECONDS} seconds") from None
        finally:
            source.unlink(missing_ok=True)
        if run.returncode or not made.is_file():
            raise PaperError(f"{Path(browser).name} made no PDF: {run.stderr.strip()[-500:]}")
        try:
            target.write_bytes(made.read_bytes())
        except OSError as error:
            raise PaperError(f"{target} cannot be written: {error.strerror}") from error
    return target
