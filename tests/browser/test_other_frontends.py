"""Notebook 7 opens the files that JupyterLab opens; where nothing draws Vega-Lite, a still picture and words show."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from support import chromium, course, jupyter

pytestmark = pytest.mark.lab
CHAPTER = course.chapters()[0]["notebook"]
TWIN = ".jp-OutputArea .vega-embed :is(svg.marks, canvas.marks)"


@pytest.fixture(scope="module")
def notebook7(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[jupyter.Lab]:
    pytest.importorskip("notebook")
    scratch = tmp_path_factory.mktemp("notebook7")
    folder = scratch / "course"
    (folder / CHAPTER).parent.mkdir(parents=True)
    (folder / CHAPTER).write_bytes((root / CHAPTER).read_bytes())
    with jupyter.running(folder, scratch, (sys.executable, "-m", "notebook")) as running:
        yield running


def test_notebook_7_draws_the_twin_before_anything_is_run(browser: Browser, notebook7: jupyter.Lab) -> None:
    with chromium.context(browser, viewport={"width": 1400, "height": 1000}) as (made, _):
        page = made.new_page()
        page.goto(f"{notebook7.url}notebooks/{CHAPTER}?token={notebook7.token}")
        page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=60_000)
        jupyter.scroll_to_end(page, course.notebook(CHAPTER))
        page.wait_for_function(
            "([css, n]) => document.querySelectorAll(css).length === n",
            arg=[TWIN, len(list(course.specs(course.notebook(CHAPTER))))],
            timeout=60_000,
        )


@pytest.mark.parametrize("chapter", [chapter["notebook"] for chapter in course.chapters()])
def test_every_chart_brings_what_other_editors_show(chapter: str) -> None:
    """VS Code draws Vega-Lite 5 by this name; GitHub and mail show the picture; a terminal reads the words."""
    shown = [
        output["data"]
        for cell in course.notebook(chapter)["cells"]
        for output in cell.get("outputs", [])
        if course.VEGALITE in output.get("data", {})
    ]
    assert shown
    for data in shown:
        assert data["image/png"].strip()
        assert len("".join(data["text/plain"])) > 20
