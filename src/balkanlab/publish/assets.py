"""Style sheets, scripts and templates of the book, and a theme style sheet without the icon font it carries."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from balkanlab.publish.colours import style
from balkanlab.publish.front import manifest
from balkanlab.publish.icons import icon_css

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

HERE = Path(__file__).resolve().parent
ASSETS = "balkanlab"
THEME_CSS = "theme/pydata_sphinx_theme/static/styles/pydata-sphinx-theme.css"


def rules(css: str) -> Iterator[str]:
    """The top-level statements of a style sheet, each with its block; comments stay with what follows them."""
    start = depth = 0
    position = 0
    while position < len(css):
        if css.startswith("/*", position):
            position = css.index("*/", position) + 2
            continue
        char = css[position]
        if char in "\"'":
            position = _string_end(css, position)
        elif char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
        if depth == 0 and char in "};":
            yield css[start : position + 1]
            start = position + 1
        position += 1


def _string_end(css: str, position: int) -> int:
    quote = css[position]
    position += 1
    while css[position] != quote:
        position += 2 if css[position] == "\\" else 1
    return position


def without_icon_font(css: str) -> str:
    """The style sheet without the rules, faces and animations of Font Awesome."""
    return "".join(rule for rule in rules(css) if not _is_icon_font(rule))


def _is_icon_font(rule: str) -> bool:
    body = rule.rsplit("*/", 1)[-1].strip()
    head = body.split("{", 1)[0].strip()
    if head.startswith("@font-face") and "Font Awesome" in body.replace("\\", ""):
        return True
    if head.startswith("@keyframes") and head.split()[-1].startswith("fa-"):
        return True
    if head.startswith("@media"):
        inner = body.split("{", 1)[1][:-1]
        return all(_is_icon_font(part) for part in rules(inner) if part.strip())
    selectors = [selector.strip() for selector in head.split(",")]
    return all(selector.startswith(".fa") for selector in selectors) and bool(head)


def stage(folder: Path, course: dict[str, Any]) -> bool:
    """Gather every static file of the book in `folder`, laid out as in `_static`; only changed files are written.

    Returns whether any was.

    Raises:
        ValueError: the manifest's colours are not usable.
    """
    import pydata_sphinx_theme

    from balkanlab.paths import static_file

    theme = Path(pydata_sphinx_theme.__file__).parent / THEME_CSS
    made = {
        "theme.css": without_icon_font(theme.read_text(encoding="utf-8")),
        "icons.css": icon_css(),
        "colours.css": style(course.get("colours")),
    }
    sources = [*sorted((HERE / "static").iterdir()), *sorted(static_file("").iterdir())]
    contents = {name: text.encode() for name, text in made.items()}
    contents |= {source.name: source.read_bytes() for source in sources if source.is_file()}
    changed = False
    for name, content in contents.items():
        target = folder / ASSETS / name
        if not target.is_file() or target.read_bytes() != content:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            changed = True
    return changed


def configure(app: Sphinx, config: Config) -> None:
    """Put our templates and static files before those of the theme."""
    folder = Path(app.doctreedir).parent / "balkanlab_static"
    if stage(folder, manifest(Path(app.srcdir))):
        # Sphinx copies no style sheet where no page is out of date.
        app.connect("env-get-outdated", lambda app, env, added, changed, removed: [config.root_doc])
    config.html_static_path = [*config.html_static_path, str(folder)]
    config.templates_path = [str(HERE / "templates"), *config.templates_path]


def setup(app: Sphinx) -> None:
    """Prepare the files before Sphinx checks its paths, and load ours last so that they win."""
    app.connect("config-inited", configure, priority=400)
    app.add_css_file(f"{ASSETS}/icons.css", priority=800)
    app.add_css_file(f"{ASSETS}/colours.css", priority=850)
    app.add_css_file(f"{ASSETS}/book.css", priority=900)
    app.add_js_file(f"{ASSETS}/book.js", loading_method="defer")
    app.add_js_file(f"{ASSETS}/reader.js", loading_method="defer")
