"""What a page says of itself to search engines, to link previews and to readers who took a wrong turn.

Redirects and the page for wrong addresses come from kept Sphinx extensions; this part gives them the settings of
`course.yml`, and each page its description, its link preview and its schema.org record. It writes the sitemap itself:
the extension for it lists only the pages of the last build, and a rebuild makes few.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from docutils import nodes

from balkanlab.publish.front import manifest

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

PICTURE = "book/images/chapter.png"
PICTURE_ALT = "A chapter of the course: an explorer with its controls, its chart and its description in words"
DESCRIPTION_LENGTH = 180
WRONG_TURN = (
    "<h1>No such page</h1><p>Nothing is published at this address. The list of chapters is in the menu, and the "
    "search finds words in all of them.</p>"
)
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
EXTENSIONS = ("sphinx_reredirects",)
# These link by absolute paths, so they must know under which address the book will be.
WITH_ADDRESS = ("notfound.extension",)


def published(course: dict[str, Any]) -> str:
    """The address of the book with its closing slash, or "".

    Raises:
        ValueError: `address` is no http(s) address.
    """
    address = str(course.get("address") or "")
    parts = urlsplit(address)
    if address and (parts.scheme not in {"http", "https"} or not parts.netloc):
        raise ValueError(f"course.yml: address: {address!r} does not begin with https://")
    return address.rstrip("/") + "/" if address else ""


def settings(course: dict[str, Any]) -> dict[str, Any]:
    """Sphinx settings that follow from the published address; without one, only redirects.

    Raises:
        ValueError: as `published`.
    """
    moved = course.get("redirects") or {}
    found: dict[str, Any] = {
        "redirects": {old: _relative(old, new) for old, new in moved.items()},
    }
    if address := published(course):
        found |= {
            "html_baseurl": address,
            "notfound_urls_prefix": urlsplit(address).path,
            "notfound_context": {"title": "No such page", "body": WRONG_TURN},
        }
    return found


def _relative(old: str, new: str) -> str:
    return "../" * old.count("/") + new + ".html"


def shorten(text: str, length: int = DESCRIPTION_LENGTH) -> str:
    """`text` on one line, cut between words."""
    text = " ".join(text.split())
    if len(text) <= length:
        return text
    return text[: length - 1].rsplit(" ", 1)[0].rstrip(",;:") + "…"


def describe(pagename: str, course: dict[str, Any], doctree: nodes.document | None) -> str:
    """One or two sentences on a page: a chapter's questions, or the page's first paragraph."""
    for chapter in course.get("chapters", []):
        if chapter.get("notebook") == f"{pagename}.ipynb":
            return shorten(" ".join([f"{chapter['title']}.", *chapter["questions"]]))
        if chapter.get("exercises") == f"{pagename}.ipynb":
            return shorten(f"Exercises with checks and hints that climb. {chapter['title']}.")
    if doctree is not None:
        for paragraph in doctree.findall(nodes.paragraph):
            return shorten(paragraph.astext())
    return shorten(str(course.get("description", "")))


def record(pagename: str, root_page: str, course: dict[str, Any], description: str) -> dict[str, Any] | None:
    """The schema.org record of a page: `Course` for the first page, `LearningResource` for a chapter."""
    address = str(course.get("address") or "").rstrip("/")
    common: dict[str, Any] = {
        "@context": "https://schema.org",
        "inLanguage": course.get("language", "en"),
        "author": {"@type": "Organization", "name": course.get("authors", "")},
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "isAccessibleForFree": True,
        "description": description,
    }
    if address:
        common["url"] = f"{address}/{pagename}.html"
    provider = {"@type": "Organization", "name": course.get("institution", "")}
    if pagename == root_page:
        chapters = course.get("chapters", [])
        minutes = sum(chapter["minutes"] for chapter in chapters)
        return common | {
            "@type": "Course",
            "name": course["title"],
            "provider": provider,
            "teaches": [chapter["title"] for chapter in chapters],
            "timeRequired": f"PT{minutes}M",
            "hasCourseInstance": {
                "@type": "CourseInstance",
                "courseMode": "online",
                "courseWorkload": f"PT{minutes}M",
            },
        }
    for chapter in course.get("chapters", []):
        if chapter.get("notebook") == f"{pagename}.ipynb":
            return common | {
                "@type": "LearningResource",
                "name": chapter["title"],
                "learningResourceType": "interactive chapter",
                "educationalLevel": "university",
                "teaches": chapter["objectives"],
                "timeRequired": f"PT{chapter['minutes']}M",
                "isPartOf": {"@type": "Course", "name": course["title"], "provider": provider},
            }
    return None


def configure(app: Sphinx, config: Config) -> None:
    """Give the extensions their settings before they read them."""
    course = manifest(Path(app.srcdir))
    for name, value in settings(course).items():
        setattr(config, name, value)


def tell(app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Put description, record and link preview where the layout looks for them; the theme has filled in its own."""
    course = manifest(Path(app.srcdir))
    address = published(course)
    context["page_description"] = describe(pagename, course, doctree)
    context["page_preview"] = address and {
        "url": f"{address}{pagename}.html",
        "site": course["title"],
        "image": f"{address}{PICTURE}",
        "alt": PICTURE_ALT,
    }
    found = record(pagename, app.config.root_doc, course, context["page_description"])
    if found:
        context["page_record"] = json.dumps(found, ensure_ascii=False).replace("<", "\\u003c")


def copy_picture(app: Sphinx, exception: Exception | None) -> None:
    """The picture of link previews, at the address the pages give."""
    if exception is None and app.builder.format == "html":
        source, target = Path(app.srcdir) / PICTURE, Path(app.outdir) / PICTURE
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)


def sitemap(address: str, names: Iterable[str]) -> str:
    """The sitemap of the pages `names` (without suffix) of a book published at `address`."""
    listed = "".join(f"<url><loc>{escape(f'{address}{name}.html')}</loc></url>" for name in sorted(names))
    return f'<?xml version="1.0" encoding="utf-8"?>\n<urlset xmlns="{SITEMAP}">{listed}</urlset>\n'


def write_sitemap(app: Sphinx, exception: Exception | None) -> None:
    """List every page of the book, whether this build has written it or an earlier one."""
    address = published(manifest(Path(app.srcdir)))
    if exception is None and address and app.builder.format == "html":
        text = sitemap(address, app.env.found_docs)
        (Path(app.outdir) / "sitemap.xml").write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Load the extensions and connect the events, late enough to have the last word on the description."""
    with_address = bool(manifest(Path(app.srcdir)).get("address"))
    for extension in EXTENSIONS + (WITH_ADDRESS if with_address else ()):
        app.setup_extension(extension)
    app.connect("config-inited", configure, priority=300)
    app.connect("html-page-context", tell, priority=900)
    app.connect("build-finished", copy_picture)
    app.connect("build-finished", write_sitemap)
