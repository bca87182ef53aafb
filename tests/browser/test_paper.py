"""The PDF, read back: text, page numbers, links, headings, and charts that are drawings and not photographs."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from pypdf import PdfReader

from balkanlab.publish import paper
from support import course

pytestmark = pytest.mark.browser
CHAPTER = min(course.chapters(), key=lambda chapter: chapter["minutes"])
PAGE = CHAPTER["notebook"].removesuffix(".ipynb")


@pytest.fixture(scope="module")
def document(book: Path) -> str:
    """A chapter and the glossary it links to, as HTML."""
    return paper.sheet(book, [PAGE, "book/glossary"], course.manifest())


@pytest.fixture(scope="module")
def pdf(document: str, book: Path, tmp_path_factory: pytest.TempPathFactory) -> PdfReader:
    return PdfReader(paper.print_pdf(document, book, tmp_path_factory.mktemp("pdf") / "a.pdf"))


@pytest.fixture(scope="module")
def texts(pdf: PdfReader) -> list[str]:
    """The pages' words, with ligatures taken apart."""
    return [unicodedata.normalize("NFKC", page.extract_text()) for page in pdf.pages]


def links(pdf: PdfReader) -> Iterator[Any]:
    for page in pdf.pages:
        for reference in page.get("/Annots", []):
            entry = reference.get_object()
            if entry.get("/Subtype") == "/Link":
                yield entry


def titles(outline: list[Any]) -> Iterator[str]:
    for entry in outline:
        if isinstance(entry, list):
            yield from titles(entry)
        else:
            yield entry.title


def test_pages_are_numbered(texts: list[str]) -> None:
    count = len(texts)
    assert count > 10
    for place, text in enumerate(texts[1:], 2):
        assert f"{place} / {count}" in text


def test_every_section_is_there_and_in_the_outline(pdf: PdfReader, texts: list[str]) -> None:
    told = " ".join(" ".join(texts).split())
    listed = list(titles(pdf.outline))
    for system in CHAPTER["systems"].values():
        assert any(system["section"] in title for title in listed), system["section"]
        assert system["section"] in told


def test_the_outline_has_every_heading_word_for_word(pdf: PdfReader, document: str) -> None:
    """Chromium glues words together where a heading is wrapped, unless its space is kept."""
    headings = BeautifulSoup(document, "html.parser").select("h1, h2, h3")
    assert [" ".join(heading.text.split()) for heading in headings] == [
        " ".join(title.split()) for title in titles(pdf.outline)
    ]


def test_explorers_are_panels_of_drawings(pdf: PdfReader, texts: list[str]) -> None:
    told = " ".join(" ".join(texts).split())
    for explorer in course.stored_explorers():
        if explorer.page != PAGE:
            continue
        assert explorer.meta["title"] in told
        for setting in paper.settings(explorer.controls)[1:]:
            assert " ".join(paper.caption(explorer.controls, setting).split()) in told
    assert sum(len(page.images) for page in pdf.pages) == 0
    assert "Reset" not in told


def test_links_lead_somewhere(pdf: PdfReader) -> None:
    inside = [entry for entry in links(pdf) if "/URI" not in entry.get("/A", {})]
    outside = [str(entry["/A"]["/URI"]) for entry in links(pdf) if "/URI" in entry.get("/A", {})]
    assert inside, "links to the glossary stay in the document"
    assert outside
    assert not [address for address in outside if address.startswith("file:")]
