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


def test_every_launch_address_opens_the_notebook_of_its_page(book: Path) -> None:
    repository = launch.repository(manifest())
    launched = set()
    for page in book.rglob("*.html"):
        name = page.relative_to(book).as_posix().removesuffix(".html")
        targets = [parse(unescape(address)) for address in HOSTS.findall(page.read_text(encoding="utf-8"))]
        for target in targets:
            assert target[1:3] == (repository.url, repository.branch)
            assert target.path == f"{name}.ipynb", f"{name} opens {target.path}"
            assert (ROOT / target.path).is_file()
            launched.add(name)
    assert launched == {page for page in pages() if (ROOT / f"{page}.ipynb").is_file()}
