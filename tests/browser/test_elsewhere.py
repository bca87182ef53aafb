"""Every launch address of the built book names this repository, its branch, and the page's own notebook."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from balkanlab import launch
from support.course import ROOT, manifest, pages
from support.launching import parse

pytestmark = pytest.mark.browser
HOSTS = re.compile(r'href="(https://(?:mybinder\.org|colab\.research\.google\.com)/[^"]+)"')


def test_every_page_has_the_menu_and_opens_the_right_file(book: Path) -> None:
    """A notebook's page opens that notebook, a prose page the landing notebook, or in Colab the first chapter."""
    repository = launch.repository(manifest())
    first = manifest()["chapters"][0]["notebook"]
    for name in pages():
        page = (book / f"{name}.html").read_text(encoding="utf-8")
        targets = [parse(unescape(address)) for address in HOSTS.findall(page)]
        assert {target.server for target in targets} == {launch.BINDER, launch.COLAB}, name
        for target in targets:
            assert target[1:3] == (repository.url, repository.branch)
            assert (ROOT / target.path).is_file()
            own = f"{name}.ipynb"
            if (ROOT / own).is_file():
                assert target.path == own
            else:
                assert target.path == (first if target.server == launch.COLAB else launch.LANDING), name


def test_no_launch_address_stands_anywhere_else(book: Path) -> None:
    found = {
        path.relative_to(book).as_posix().removesuffix(".html")
        for path in book.rglob("*.html")
        if HOSTS.search(path.read_text(encoding="utf-8"))
    }
    assert found == set(pages())
