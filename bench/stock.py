"""A chapter as stock Jupyter Book 1 builds it, for comparison with the published one.

The notebook is the same, so that the two pages hold the same words, code and stored outputs and differ only in what
the builder adds. Where ours has an explorer, the stock page shows the stored still picture, as it would to anyone
without balkanlab: the comparison is in favour of the stock page, which has no live chart to load.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from balkanlab.explorer import VEGALITE

CONFIG = 'title: Stock\nauthor: Nobody\nexecute:\n  execute_notebooks: "off"\n'  # the rest are defaults
TOC = "format: jb-book\nroot: index\nchapters:\n  - file: chapter\n"


def build_stock(notebook: Path, folder: Path) -> Path:
    """Builds a book of a first page and one chapter.

    Args:
        notebook: the chapter, with stored outputs.
        folder: an empty folder for sources and pages.

    Returns:
        The folder of the pages; the chapter is `chapter.html` in it.

    Raises:
        RuntimeError: Jupyter Book failed; the message ends with what it said.
    """
    content = json.loads(notebook.read_text(encoding="utf-8"))
    for cell in content["cells"]:
        for output in cell.get("outputs", []):
            # Left in, it would be drawn by balkanlab, whose renderer is found in every book of this environment.
            output.get("data", {}).pop(VEGALITE, None)
    texts = {
        "_config.yml": CONFIG,
        "_toc.yml": TOC,
        "index.md": "# Stock\n",
        "chapter.ipynb": json.dumps(content),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", str(folder)]
    run = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", check=False)
    pages = folder / "_build" / "html"
    if run.returncode or not (pages / "chapter.html").is_file():
        raise RuntimeError(f"the stock book was not built:\n{(run.stderr or run.stdout)[-2000:]}")
    return pages
