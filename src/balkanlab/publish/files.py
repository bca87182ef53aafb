"""Files beside the pages: the tables that pages link to, a start page, and nothing that no page asks for."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

PUBLISHED_DATA = ("*.csv", "*.json", "*.geojson")
UNUSED_STATIC = (
    "scripts/fontawesome.js*",
    "styles/pydata-sphinx-theme.css",
    "vendor/fontawesome",
    "webpack-macros.html",
    "sbt-webpack-macros.html",
    "images/logo_*",
    "**/*.map",
    "locales",
)
REDIRECT = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>balkanlab</title>
<link rel="icon" href="data:,">
<meta http-equiv="refresh" content="0; url={page}">
<link rel="canonical" href="{page}">
</head>
<body><main><h1>balkanlab</h1><p>The course starts at <a href="{page}">its first page</a>.</p></main></body>
</html>
"""


def copy_data(root: Path, out: Path) -> list[Path]:
    """Copy the tables of `root/data` to `out/data`, only those that changed; returns the copies."""
    copies = []
    for pattern in PUBLISHED_DATA:
        for source in sorted((root / "data").glob(pattern)):
            target = out / "data" / source.name
            if not target.is_file() or target.read_bytes() != source.read_bytes():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)
            copies.append(target)
    return copies


def prune(static: Path) -> None:
    """Remove what the theme copies and no page of this book loads: an icon script, its fonts, source maps."""
    for pattern in UNUSED_STATIC:
        for path in static.glob(pattern):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()


def finish(app: Sphinx, exception: Exception | None) -> None:
    """After the pages: data, start page, pruning."""
    if exception is not None or app.builder.format != "html":
        return
    out = Path(app.outdir)
    copy_data(Path(app.srcdir), out)
    prune(out / "_static")
    start = app.builder.get_target_uri(app.config.root_doc)
    if start != "index.html":
        (out / "index.html").write_text(REDIRECT.format(page=start), encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Run after every other part has written its files."""
    app.connect("build-finished", finish, priority=900)
