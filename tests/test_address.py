"""What pages say of themselves, colours that can be read, and a course that takes another name by one file."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("sphinx")

from balkanlab.publish import address, colours
from balkanlab.publish.build import build_book, pages

COURSE: dict[str, Any] = {
    "title": "A course",
    "description": "All of it.",
    "address": "https://example.org/lab",
    "chapters": [
        {
            "title": "One",
            "notebook": "notebooks/01.ipynb",
            "exercises": "exercises/01.ipynb",
            "questions": ["Why?"],
            "objectives": ["count"],
            "minutes": 90,
        }
    ],
}


class TestSettings:
    def test_address_decides_canonical_links_and_pictures(self) -> None:
        found = address.settings(COURSE)
        assert found["html_baseurl"] == "https://example.org/lab/"
        assert found["notfound_urls_prefix"] == "/lab/"

    def test_without_an_address_pages_claim_none(self) -> None:
        found = address.settings(COURSE | {"address": ""})
        assert "html_baseurl" not in found
        assert "notfound_urls_prefix" not in found

    @pytest.mark.parametrize("wrong", ["example.org", "ftp://example.org", "https://"])
    def test_no_web_address(self, wrong: str) -> None:
        with pytest.raises(ValueError, match="address"):
            address.settings(COURSE | {"address": wrong})

    def test_old_pages_lead_to_new_ones(self) -> None:
        found = address.settings(COURSE | {"redirects": {"book/old": "notebooks/01"}})
        assert found["redirects"] == {"book/old": "../notebooks/01.html"}


class TestDescriptions:
    def test_chapter_asks_its_questions(self) -> None:
        assert address.describe("notebooks/01", COURSE, None) == "One. Why?"
        assert "hints" in address.describe("exercises/01", COURSE, None)
        assert address.describe("elsewhere", COURSE, None) == "All of it."

    @given(st.text(max_size=400))
    def test_short_and_on_one_line(self, text: str) -> None:
        short = address.shorten(text)
        assert len(short) <= address.DESCRIPTION_LENGTH
        assert "\n" not in short

    def test_records(self) -> None:
        course = address.record("book/index", "book/index", COURSE, "d")
        assert course is not None
        assert (course["@type"], course["timeRequired"]) == ("Course", "PT90M")
        chapter = address.record("notebooks/01", "book/index", COURSE, "d")
        assert chapter is not None
        assert chapter["@type"] == "LearningResource"
        assert chapter["url"] == "https://example.org/lab/notebooks/01.html"
        assert address.record("book/about", "book/index", COURSE, "d") is None


class TestColours:
    def test_known_contrasts(self) -> None:
        assert colours.contrast("#000000", "#ffffff") == pytest.approx(21)
        assert colours.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)

    @pytest.mark.parametrize(
        ("wanted", "said"),
        [
            ({"link": {"light": "#ffff00"}}, r"colours\.link\.light: .* contrast of 1\.1"),
            ({"accent": {"dark": "red"}}, "not of the form"),
            ({"paper": {"light": "#000000"}}, "unknown"),
        ],
    )
    def test_what_cannot_be_read_is_refused(self, wanted: dict[str, Any], said: str) -> None:
        with pytest.raises(ValueError, match=said):
            colours.style(wanted)

    def test_what_is_left_out_stays(self) -> None:
        css = colours.style({"link": {"light": "#4b0082"}})
        assert "--bl-blue: #4b0082;" in css
        assert "--bl-blue: #7cc0e0;" in css


@pytest.fixture(scope="module")
def renamed(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built pages of a fork that changed course.yml and nothing else."""
    fork = tmp_path_factory.mktemp("fork")
    for folder in ("book", "notebooks", "exercises", "data"):
        shutil.copytree(root / folder, fork / folder, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    for name in ("_config.yml", "CHANGELOG.md"):
        shutil.copy(root / name, fork)
    course = yaml.safe_load((root / "course.yml").read_text(encoding="utf-8"))
    course |= {
        "title": "Clubs of the north",
        "short_title": "nordlab",
        "institution": "University of the North",
        "term": "autumn 2031",
        "address": "https://north.example/nordlab/",
        "repository": {"url": "https://github.com/north/nordlab", "branch": "trunk"},
        "colours": {"link": {"light": "#4b0082"}},
        "redirects": {"book/words": "book/glossary"},
    }
    (fork / "course.yml").write_text(yaml.safe_dump(course, allow_unicode=True), encoding="utf-8")
    return build_book(fork).parent


def test_a_fork_sets_its_name_in_one_place(renamed: Path) -> None:
    page = (renamed / "book" / "index.html").read_text(encoding="utf-8")
    for told in ("nordlab", "University of the North", "autumn 2031", "https://github.com/north/nordlab"):
        assert told in page
    assert re.search(r"<h1>Clubs of the north<", page)
    assert "#4b0082" in (renamed / "_static" / "balkanlab" / "colours.css").read_text(encoding="utf-8")
    old = re.compile(r"balkanlab\.github\.io|github\.com/balkanlab|/balkanlab/balkanlab")
    for path in renamed.rglob("*.html"):
        assert not old.search(path.read_text(encoding="utf-8")), path


def test_every_page_describes_itself(renamed: Path) -> None:
    for path in [*(renamed / "notebooks").glob("*.html"), *(renamed / "book").glob("*.html")]:
        if path.stem == "words":
            continue
        page = path.read_text(encoding="utf-8")
        where = path.relative_to(renamed).as_posix()
        assert re.search(r'<meta name="description" content="[^"]{20,}"', page), where
        assert '<meta property="og:image" content="https://north.example/nordlab/book/images/' in page, where
        assert re.search(r'<meta property="og:title" content="[^"<]{3,}"', page), where
        assert f'<link rel="canonical" href="https://north.example/nordlab/{where}"' in page
    assert (renamed / address.PICTURE).is_file()
    chapter = (renamed / "notebooks" / "02_cefta.html").read_text(encoding="utf-8")
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', chapter)
    assert found
    assert json.loads(found[1])["isPartOf"]["name"] == "Clubs of the north"


def listed_in(html: Path) -> set[str | None]:
    space = {"s": address.SITEMAP}
    return {
        node.text for node in ElementTree.parse(html / "sitemap.xml").getroot().findall(".//s:loc", space)
    }


def test_map_wrong_turn_and_old_address(renamed: Path) -> None:
    listed = listed_in(renamed)
    assert "https://north.example/nordlab/notebooks/02_cefta.html" in listed
    for url in listed:
        assert url is not None
        assert (renamed / url.removeprefix("https://north.example/nordlab/")).is_file()
    assert "No such page" in (renamed / "404.html").read_text(encoding="utf-8")
    assert "glossary.html" in (renamed / "book" / "words.html").read_text(encoding="utf-8")


def test_a_rebuild_still_lists_every_page(renamed: Path) -> None:
    before = listed_in(renamed)
    fork = renamed.parent.parent
    with (fork / "book" / "about.md").open("a", encoding="utf-8") as page:
        page.write("\nA sentence more.\n")
    build_book(fork)
    assert listed_in(renamed) == before
    assert len(before) == len(pages(fork))
