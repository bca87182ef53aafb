"""Each chapter in a real JupyterLab, started as `make lab` starts it: alive before and after it is run."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page

from balkanlab.lab import WIDGET_VIEW
from support import chromium, course, jupyter

pytestmark = pytest.mark.lab
CHAPTERS = [chapter["notebook"] for chapter in course.chapters()]
TWIN = ".jp-OutputArea .vega-embed :is(svg.marks, canvas.marks)"


@pytest.fixture(scope="module")
def lab(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[jupyter.Lab]:
    """JupyterLab on what a reader gets: manifest, data, notebooks and exercises, in a folder of their own."""
    scratch = tmp_path_factory.mktemp("lab")
    folder = scratch / "course"
    folder.mkdir()
    shutil.copy(root / "course.yml", folder)
    for name in ("data", "notebooks", "exercises"):
        if (root / name).is_dir():
            ignore = shutil.ignore_patterns(".*", "source", "solutions", "instructor", "__pycache__")
            shutil.copytree(root / name, folder / name, ignore=ignore)
    with jupyter.running(folder, scratch) as running:
        yield running


@pytest.fixture
def tab(browser: Browser, lab: jupyter.Lab) -> Iterator[tuple[Page, chromium.Log]]:
    with chromium.context(browser, viewport={"width": 1400, "height": 1000}) as (made, log):
        made.set_default_timeout(60_000)
        yield made.new_page(), log


def stored(content: dict[str, Any], mime: str) -> int:
    return sum(mime in o.get("data", {}) for cell in content["cells"] for o in cell.get("outputs", []))


@pytest.mark.parametrize("notebook", CHAPTERS)
def test_chapter_is_alive_before_and_after_it_is_run(
    tab: tuple[Page, chromium.Log], lab: jupyter.Lab, notebook: str
) -> None:
    page, log = tab
    content = course.notebook(notebook)
    twins = stored(content, course.VEGALITE)
    movable = sum(bool(spec["usermeta"]["balkanlab"]["controls"]) for spec in course.specs(content))
    assert movable > 0

    jupyter.open_notebook(page, lab, notebook)
    jupyter.scroll_to_end(page, content)
    page.wait_for_function("([css, n]) => document.querySelectorAll(css).length === n", arg=[TWIN, twins])
    assert page.locator(jupyter.LIVE).count() == 0
    assert str(log) == "nothing"

    jupyter.wait_for_kernel(page)
    jupyter.run_all(page)
    jupyter.scroll_to_end(page, content)
    assert page.locator(".jp-OutputArea [data-mime-type='application/vnd.jupyter.stderr']").count() == 0
    page.wait_for_function(
        "([css, n]) => document.querySelectorAll(css).length === n", arg=[jupyter.LIVE, movable]
    )
    jupyter.move_a_slider(page)

    path = lab.folder / notebook
    before = path.stat().st_mtime_ns
    page.get_by_role("menuitem", name="File", exact=True).click()
    page.locator(".lm-Menu-itemLabel", has_text=re.compile("^Save Notebook$")).click()
    saved = _saved(page, path, before)
    assert stored(saved, WIDGET_VIEW) == 0, "the saved notebook keeps dead widgets"
    assert stored(saved, course.VEGALITE) == twins
    assert "widgets" not in saved["metadata"]
    assert str(log) == "nothing"
    assert lab.called_out() == []


def _saved(page: Page, path: Path, before: int) -> dict[str, Any]:
    """The notebook once it has been written whole."""
    for _ in range(100):
        if path.stat().st_mtime_ns != before:
            try:
                return json.loads(path.read_text(encoding="utf-8"))
            except ValueError:
                pass  # caught in the middle of writing
        page.wait_for_timeout(100)
    raise AssertionError(f"{path.name} was not saved")


def test_plain_jupyterlab_gets_the_course_settings(lab: jupyter.Lab, tmp_path: Path) -> None:
    """Without `make lab`'s options: the settings come with the installed package."""
    with jupyter.running(lab.folder, tmp_path, jupyter.PLAIN_LAB) as plain:
        text = urlopen(f"{plain.url}lab?token={plain.token}").read().decode()
        config = json.loads(re.search(r'id="jupyter-config-data"[^>]*>(.*?)</script>', text, re.DOTALL)[1])
        assert "@jupyterlab/apputils-extension:announcements" in config["disabledExtensions"]
        assert not config.get("news", {}).get("url")
        assert plain.called_out() == []


@pytest.mark.parametrize("chapter", course.chapters(), ids=lambda chapter: chapter["id"])
def test_exercises_greet_a_new_student_with_hints(
    tab: tuple[Page, chromium.Log], lab: jupyter.Lab, root: Path, chapter: dict[str, Any]
) -> None:
    page, log = tab
    jupyter.open_notebook(page, lab, chapter["exercises"])
    jupyter.scroll_to_end(page, course.notebook(chapter["exercises"]))
    jupyter.wait_for_kernel(page)
    jupyter.run_all(page)
    # Not inner_text, which leaves out what is scrolled away.
    text = "\n".join(
        page.locator(".jp-OutputArea-output").evaluate_all("all => all.map((one) => one.textContent)")
    )
    tasks = [task for system in chapter["systems"].values() for task in system["tasks"]]
    for task in tasks:
        assert re.search(rf"^{re.escape(task)}: (ok|not yet)", text, re.MULTILINE), f"{task} said nothing"
    assert "Traceback" not in text
    assert str(log) == "nothing"
    assert lab.called_out() == []
