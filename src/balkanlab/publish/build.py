"""Build the book: Jupyter Book's own builder, called without its command line.

The command line imports what a build does not need and turns warnings into a traceback; the settings, the
table of contents and the pages are the same, so `jupyter-book build . --toc book/_toc.yml` builds them too.
"""

from __future__ import annotations

import sys
from pathlib import Path

TOC = "book/_toc.yml"
CONFIG = "_config.yml"


class BookError(RuntimeError):
    """The book could not be built, or it could and something in it is wrong."""


def pages(root: Path) -> list[str]:
    """The pages of the book in reading order, without suffix.

    Raises:
        FileNotFoundError: `root` holds no table of contents.
    """
    from sphinx_external_toc.parsing import parse_toc_yaml

    site = parse_toc_yaml(root / TOC)
    found: list[str] = []

    def visit(name: str) -> None:
        found.append(name)
        for tree in site[name].subtrees:
            for item in tree.items:
                if item in site:
                    visit(str(item))

    visit(site.root.docname)
    return [name.removesuffix(".md").removesuffix(".ipynb") for name in found]


def build_book(
    root: Path, out: Path | None = None, *, fresh: bool = False, strict: bool = True, quiet: bool = True
) -> Path:
    """Build the course in `root` into `out/html` and return the first page, `out/html/index.html`.

    Pages that have not changed since the last build into `out` are kept.

    Args:
        root: the folder with `_config.yml` and `course.yml`.
        out: where to build; `root/_build` if left out.
        fresh: read and write every page again.
        strict: a warning is an error, told after all pages have been tried.
        quiet: tell warnings only.

    Raises:
        FileNotFoundError: `root` holds no course.
        BookError: the build failed; what was wrong stands on the error stream.
    """
    from jupyter_book.sphinx import build_sphinx

    root = root.resolve()
    target = (out or root / "_build").resolve()
    for needed in (CONFIG, TOC, "course.yml"):
        if not (root / needed).is_file():
            raise FileNotFoundError(f"{root} is not the course folder: {needed} is missing")
    status = build_sphinx(
        root,
        target / "html",
        noconfig=True,
        path_config=root / CONFIG,
        confoverrides={"external_toc_path": (root / TOC).as_posix(), "latex_individualpages": False},
        warningiserror=strict,
        keep_going=strict,
        freshenv=fresh,
        quiet=quiet,
    )
    if status != 0:
        raise BookError("the book has warnings or errors, listed above") from (
            status if isinstance(status, Exception) else None
        )
    return target / "html" / "index.html"


if __name__ == "__main__":
    try:
        build_book(Path(sys.argv[1]), Path(sys.argv[2]))
    except (BookError, FileNotFoundError) as error:
        sys.exit(str(error))
