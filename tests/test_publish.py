"""The pieces of the Sphinx extension, and a small book built with them."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any, ClassVar

import pytest

pytest.importorskip("sphinx")

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

from balkanlab.publish import (
    assets,
    belt,
    cards,
    chapters,
    citations,
    explorers,
    files,
    front,
    icons,
    ledger,
    links,
    mathml,
    tables,
)
from balkanlab.publish.build import BookError, build_book

HEADER = "id,source,locator,claim,attributed_to,verdict,note\n"
GLOSSARY = """# Glossary

## Trade

### Trade diversion

A dearer partner replaces a *cheaper* outsider. ([Viner 1950](bibliography.md#viner1950))

### 90/180 rule

At most 90 days in 180.
"""
BIB = "@book{viner1950, author={Viner, Jacob}, title={The Customs Union Issue}, publisher={CEIP}, year={1950}}\n"


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course of four pages."""
    (tmp_path / "book").mkdir()
    (tmp_path / "data").mkdir()
    (tmp_path / "course.yml").write_text(
        "title: T\nshort_title: lab\nauthors: A\nchapters: []\n"
        "repository: {url: 'https://github.com/o/r', branch: trunk}\n"
    )
    (tmp_path / "data" / "claims.csv").write_text(
        HEADER + "antic-021,antic,CEFTA,Two episodes,author,error,There were more\n", encoding="utf-8"
    )
    (tmp_path / "book" / "glossary.md").write_text(GLOSSARY)
    (tmp_path / "book" / "references.bib").write_text(BIB)
    (tmp_path / "book" / "bibliography.md").write_text(
        "# Bibliography\n\n```{bibliography}\n:all:\n:list: bullet\n```\n"
    )
    (tmp_path / "book" / "ledger.md").write_text("# Ledger\n\n```{ledger}\n```\n")
    return tmp_path


def build(course: Path, page: str, **settings: Any) -> tuple[str, str]:
    """The HTML of `page` as book/index, and the warnings."""
    index = course / "book" / "index.md"
    if not index.is_file() or index.read_text(encoding="utf-8") != page:
        index.write_text(page, encoding="utf-8")
    warnings = io.StringIO()
    config = {
        "extensions": ["myst_nb", "sphinxcontrib.bibtex", "sphinx_book_theme", "balkanlab.publish"],
        "root_doc": "book/index",
        "html_theme": "sphinx_book_theme",
        "html_math_renderer": "mathml",
        "myst_enable_extensions": ["dollarmath"],
        "myst_heading_anchors": 4,
        "nb_execution_mode": "off",
        "bibtex_bibfiles": ["book/references.bib"],
        "bibtex_cite_id": "{key}",
        "bibtex_default_style": "plain",
        "suppress_warnings": ["toc.not_included"],
        **settings,
    }
    out = course / "_build"
    with docutils_namespace():
        app = Sphinx(course, None, out / "html", out / "tree", "html", config, status=None, warning=warnings)
        app.build()
    told = [line for line in warnings.getvalue().splitlines() if "toctree" not in line]
    return (out / "html" / "book" / "index.html").read_text(encoding="utf-8"), "\n".join(told)


class TestMathml:
    def test_formula_is_mathml_with_its_source(self) -> None:
        html = mathml.to_mathml(r"\frac{a}{b} < 1")
        assert html.startswith("<math")
        assert "<mfrac>" in html
        assert 'encoding="application/x-tex">\\frac{a}{b} &lt; 1<' in html

    def test_display(self) -> None:
        assert 'display="block"' in mathml.to_mathml("x", "block")

    @pytest.mark.parametrize(
        ("bad", "told"),
        [("", "empty"), ("  ", "empty"), (r"\frac{a}", "missing"), (r"\nosuchthing x", "unknown command")],
    )
    def test_bad_formula_is_refused(self, bad: str, told: str) -> None:
        with pytest.raises(ValueError, match=told):
            mathml.to_mathml(bad)

    def test_in_the_book(self, course: Path) -> None:
        html, warnings = build(course, "# P\n\nSay $x^2$.\n\n$$y = \\sum_i x_i$$\n\nBad $\\nosuchthing$.\n")
        assert html.count("<math") == 2
        assert "bl-math" in html
        assert "tex-mml-chtml" not in html
        assert "cdn" not in html
        assert "unknown command" in warnings
        assert "nosuchthing" in warnings


class TestLinks:
    def test_slug_is_the_one_of_plain_markdown(self) -> None:
        assert links.slug("Trade diversion") == "trade-diversion"
        assert links.slug("90/180 rule") == "90180-rule"

    def test_long_text_is_cut_between_words(self) -> None:
        cut = links.shorten("word " * 200)
        assert len(cut) <= links.HINT_LENGTH + 2
        assert cut.endswith("word …")

    def test_links_resolve_with_hover_text(self, course: Path) -> None:
        html, warnings = build(
            course,
            "# P\n\n[a](../book/glossary.md#trade-diversion) [b](../book/bibliography.md#viner1950) "
            "[c](../book/ledger.md#antic-021) [d](../book/glossary.md#90180-rule)\n",
        )
        assert warnings == ""
        for target in (
            "glossary.html#trade-diversion",
            "bibliography.html#viner1950",
            "ledger.html#antic-021",
        ):
            assert f'href="{target}" title="' in html
        out = course / "_build" / "html" / "book"
        for page, anchor in (
            ("glossary", "90180-rule"),
            ("bibliography", "viner1950"),
            ("ledger", "antic-021"),
        ):
            assert f'id="{anchor}"' in (out / f"{page}.html").read_text(encoding="utf-8")

    @pytest.mark.parametrize(
        ("target", "told"),
        [
            ("glossary.md#no-such-term", "unknown glossary term 'no-such-term'"),
            ("bibliography.md#nobody1900", "unknown bibliography key 'nobody1900'"),
            ("ledger.md#antic-999", "unknown claim 'antic-999'"),
        ],
    )
    def test_unknown_key_is_a_warning(self, course: Path, target: str, told: str) -> None:
        _, warnings = build(course, f"# P\n\n[x](../book/{target})\n")
        assert told in warnings

    def test_page_is_written_again_when_a_definition_changes(self, course: Path) -> None:
        page = "# P\n\n[a](../book/glossary.md#trade-diversion)\n"
        build(course, page)
        glossary = course / "book" / "glossary.md"
        glossary.write_text(GLOSSARY.replace("dearer", "costlier"))
        html, _ = build(course, page)
        assert "A costlier partner" in html


SPEC: dict[str, Any] = {
    "data": {"values": "_k,x,label\n0,1,</script><!--\n1,2,b\n", "format": {"type": "csv"}},
    "description": "first & only",
    "usermeta": {
        "balkanlab": {
            "name": "demo",
            "start": 0,
            "title": "A <title>",
            "note": "Teaching values",
            "columns": [{"name": "x", "type": "number"}, {"name": "label", "type": "string"}],
            "controls": [
                {"name": "on", "label": "On", "value": False, "type": "toggle"},
            ],
            "texts": ["first & only", "second"],
            "text_at": [0, 1],
        }
    },
}


class TestExplorers:
    def test_payload_cannot_close_its_script(self) -> None:
        text = explorers.payload({"a": "</script><!-- <b>", "ć": 1})
        assert "<" not in text
        assert json.loads(text) == {"a": "</script><!-- <b>", "ć": 1}

    def test_figure_holds_payload_and_words_for_readers_without_scripts(self) -> None:
        html = explorers.figure_html(SPEC, {"marks": []}, "../_static/balkanlab/vega.min.js")
        assert 'class="balkanlab-explorer"' in html
        assert 'data-vega="../_static/balkanlab/vega.min.js"' in html
        inside = html.split('class="balkanlab-payload">')[1].split("</script>")[0]
        assert json.loads(inside) == {"vega": {"marks": []}, "meta": SPEC["usermeta"]["balkanlab"]}
        assert "A &lt;title&gt;" in html
        assert "first &amp; only" in html
        assert "<td>1</td><td>&lt;/script&gt;&lt;!--</td>" in html
        assert "<td>2</td>" not in html

    def test_compiled_once(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        calls = []

        def compile_vega(spec: dict[str, Any]) -> dict[str, Any]:
            calls.append(spec)
            return {"marks": [spec["mark"]]}

        monkeypatch.setattr("balkanlab.publish.explorers.compile_vega", compile_vega)
        for mark in ("bar", "bar", "line"):
            assert explorers.compile_cached({"mark": mark}, tmp_path) == {"marks": [mark]}
        assert len(calls) == 2

    def test_scripts_only_where_an_explorer_is(self, course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("balkanlab.publish.explorers.compile_vega", lambda spec: {"marks": []})
        html, _ = build(course, "# P\n\nText.\n")
        assert "explorer.js" not in html
        assert "vega" not in html

    def test_chart_without_an_explorer_is_a_warning(self) -> None:
        told: list[str] = []

        class Renderer:
            class renderer:
                sphinx_env = None

            class logger:
                @staticmethod
                def warning(message: str, **_: Any) -> None:
                    told.append(message)

        class Data:
            mime_type = explorers.VEGALITE
            content: ClassVar[dict[str, Any]] = {"mark": "bar"}
            line = 1

        renderer: Any = Renderer
        data: Any = Data
        assert explorers.ExplorerRenderer.handle_mime(renderer, data, False) == []
        assert "balkanlab.figure" in told[0]


class TestIcons:
    def test_every_name_of_the_theme_has_a_drawing(self) -> None:
        css = icons.icon_css()
        for theirs, ours in icons.NAMES.items():
            assert f".{theirs}{{--bl-icon:var(--bl-i-{ours})}}" in css
            assert f"--bl-i-{ours}:url(" in css

    def test_drawings_are_inside_the_style_sheet(self) -> None:
        assert "http" not in icons.icon_css().replace("http://www.w3.org/2000/svg", "")
        with pytest.raises(KeyError):
            icons.svg("unicorn")

    def test_the_theme_asks_for_no_other_icon(self) -> None:
        import re

        import sphinx_book_theme

        root = Path(sphinx_book_theme.__file__).parent
        text = "".join(
            p.read_text(encoding="utf-8")
            for p in [*root.rglob("header_buttons/*.py"), *root.rglob("components/*.html")]
        )
        styles = {"fa-lg", "fa-solid", "fa-brands", "fa-regular"}
        unused = {"fa-play", "fa-rocket", "fa-file-text"}
        assert set(re.findall(r"\bfa-[a-z-]+[a-z]\b", text)) - styles - unused <= set(icons.NAMES)


class TestAssets:
    def test_icon_font_goes_and_the_rest_stays(self) -> None:
        css = (
            '/* a } */.a{content:"}"}@font-face{font-family:Font Awesome\\ 6 Free;src:url(x.woff2)}.fa,.fas{x:y}'
            ".fa-bars:before{content:'x'}@keyframes fa-spin{0%{a:b}}@media print{.b{c:d}}@media x{.fa-spin{a:b}}"
            ".sr-only,.fa-sr-only{e:f}"
        )
        assert assets.without_icon_font(css) == (
            '/* a } */.a{content:"}"}@media print{.b{c:d}}.sr-only,.fa-sr-only{e:f}'
        )

    def test_theme_style_sheet(self, tmp_path: Path) -> None:
        assert assets.stage(tmp_path, {})
        assert not assets.stage(tmp_path, {}), "nothing has changed since"
        text = (tmp_path / "balkanlab" / "theme.css").read_text(encoding="utf-8")
        assert ".bd-sidebar-primary" in text
        assert "woff2" not in text
        assert ".fa-yelp" not in text
        for needed in ("icons.css", "book.css", "book.js", "explorer.js", "explorer.css", "vega.min.js"):
            assert (tmp_path / "balkanlab" / needed).is_file()

    def test_page_loads_neither_icon_script_nor_search_index(self, course: Path) -> None:
        html, _ = build(course, "# P\n\nText.\n")
        assert "fontawesome" not in html
        assert "searchindex.js" not in html
        assert "THEBE" not in html
        out = course / "_build" / "html"
        assert not (out / "_static" / "scripts" / "fontawesome.js").exists()
        assert not (out / "_static" / "vendor" / "fontawesome").exists()


class TestTables:
    HTML = (
        "<div><style scoped>x</style><table border='1' class='dataframe'><thead><tr><th></th><th>a</th></tr></thead>"
        "<tbody><tr><th>0</th><td>1</td></tr></tbody></table></div>"
    )

    def test_headers_say_what_they_head(self) -> None:
        html = tables.mend(self.HTML)
        assert '<th scope="col">a</th>' in html
        assert '<th scope="row">0</th>' in html
        assert "<td></td>" in html
        assert "<style" not in html
        assert "border" not in html
        assert '<div class="bl-table-frame"><table' in html

    def test_words_stand_left_and_figures_right(self) -> None:
        import pandas as pd

        frame = pd.DataFrame({"gdp": ["1,662", "−3.2"], "note": ["founder", ""], "share": ["39.9 %", "+2"]})
        html = tables.mend(frame.to_html())
        assert html.count('class="bl-words"') == 3
        assert '<th class="bl-words" scope="col">note</th>' in html
        assert '<td class="bl-words">founder</td>' in html

    def test_mending_twice_changes_nothing(self) -> None:
        assert tables.mend(tables.mend(self.HTML)) == tables.mend(self.HTML)


class TestFront:
    def test_repository_comes_from_the_manifest(self, course: Path) -> None:
        html, _ = build(course, "# P\n", html_theme_options={"use_edit_page_button": True})
        assert "https://github.com/o/r/edit/trunk/book/index.md" in html
        assert "<title>P &#8212; lab</title>" in html

    def test_missing_address(self) -> None:
        with pytest.raises(ValueError, match=r"repository\.url"):
            front.theme_options({})

    def test_manifest_that_is_no_mapping(self, tmp_path: Path) -> None:
        (tmp_path / "course.yml").write_text("- a\n")
        with pytest.raises(ValueError, match="list"):
            front.manifest(tmp_path)


class TestPages:
    def test_ledger_refuses_an_unknown_verdict(self, tmp_path: Path) -> None:
        table = tmp_path / "claims.csv"
        table.write_text(HEADER + "a-1,antic,,c,,maybe,\n")
        with pytest.raises(ValueError, match=r"a-1.*maybe"):
            ledger.read_claims(table)

    def test_claim(self, course: Path) -> None:
        rows = ledger.read_claims(course / "data" / "claims.csv")
        node = ledger.claim_node(rows[0])
        assert node["ids"] == ["antic-021"]
        assert "bl-error" in node["classes"]
        assert "Antić 2024" in node.astext()
        assert "All (1)" in ledger.filter_html(rows)
        assert "Disputed" not in ledger.filter_html(rows)

    RESOURCE: ClassVar[dict[str, Any]] = {
        "name": "t",
        "path": "t.csv",
        "title": "A table & more",
        "description": "What it holds.",
        "bytes": 2000,
        "rows": 1200,
        "retrieved": "2026-11-22",
        "sources": [
            {"title": "Office, 100 % of US$ #1", "path": "https://example.org"},
            {"title": "Ćosić_2 {ed.}"},
        ],
        "licenses": [{"name": "CC0"}, {"name": "LIMITED", "limits": "You may not sell it."}],
        "gaps": ["No 1999."],
        "schema": {"fields": [{"name": "year", "type": "integer", "description": "Year", "unit": "a"}]},
    }
    MANIFEST: ClassVar[dict[str, Any]] = {
        "title": "T",
        "short_title": "lab",
        "authors": "The lab authors",
        "address": "https://lab.example.org/a_b/",
        "repository": {"url": "https://github.com/o/r"},
    }

    def test_card_says_what_the_package_says(self) -> None:
        section = cards.card(self.RESOURCE, "book/data", self.MANIFEST)
        text = section.astext()
        for part in (
            "A table & more",
            "What it holds.",
            "Office",
            "CC0",
            "No 1999.",
            "year",
            "Year [a]",
            "1,200 rows",
            "2 kB",
            "Limited use. You may not sell it.",
        ):
            assert part in text
        addresses = [node["refuri"] for node in section.findall(nodes.reference)]
        assert addresses == ["../data/t.csv", "https://example.org"]

    def test_free_table_has_no_word_on_limits(self) -> None:
        free = self.RESOURCE | {"licenses": [{"name": "CC0"}]}
        assert "Limited" not in cards.card(free, "book/data", self.MANIFEST).astext()

    def test_citation_as_a_sentence(self) -> None:
        said = citations.sentence(self.RESOURCE, self.MANIFEST)
        assert said.startswith("The lab authors (2026). A table & more [data set t.csv]. lab, version ")
        for part in (
            "https://lab.example.org/a_b/data/t.csv",
            "as of 2026-11-22: Office",
            "Ćosić",
            "Licence: CC0",
        ):
            assert part in said
        assert said.endswith("You may not sell it.")
        assert "https://github.com/o/r." in citations.sentence(self.RESOURCE, self.MANIFEST | {"address": ""})

    def test_citation_as_bibtex_is_read_back(self) -> None:
        from pybtex.database import parse_string

        entry = parse_string(citations.bibtex(self.RESOURCE, self.MANIFEST), "bibtex").entries["balkanlab-t"]
        assert str(entry.persons["author"][0]) == "{The lab authors}"
        assert entry.fields["title"] == r"{A table \& more}"
        assert entry.fields["year"] == "2026"
        assert entry.fields["url"] == "https://lab.example.org/a_b/data/t.csv"
        assert r"100 \% of US\$ \#1; Ćosić\_2 \{ed.\}" in entry.fields["note"]

    def test_citations_of_a_book_are_beside_its_tables(self, course: Path) -> None:
        package = {"resources": [self.RESOURCE]}
        (course / "data" / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
        (course / "data" / "t.csv").write_text("year\n2000\n", encoding="utf-8")
        html, warnings = build(course, "# P\n\n```{data-cards}\n```\n")
        assert warnings == ""
        for file in ("t.txt", "t.bib"):
            assert f'href="../data/cite/{file}" download' in html
            written = (course / "_build" / "html" / "data" / "cite" / file).read_text(encoding="utf-8")
            assert "data set t.csv" in written.lower()

    def test_chapter_facts(self) -> None:
        chapter = {
            "minutes": 180,
            "systems": {
                "2.1": {"explorers": ["a", "b"], "tasks": ["2.1a"]},
                "2.2": {"explorers": "none: it is a text"},
            },
        }
        assert chapters.facts(chapter) == "180 minutes · 2 systems · 2 explorers · 1 tasks"

    def test_belt_joins_the_two_agreements(self) -> None:
        def row(code: str, club: str, applied: str, ended: str, status: str = "member") -> dict[str, str]:
            return {"organisation": club, "iso3": code, "status": status, "applied": applied, "ended": ended}

        members = belt.stays(
            [
                row("HRV", "CEFTA1992", "2003-03-01", "2007-08-22"),
                row("HRV", "CEFTA2006", "2007-08-22", "2013-07-01"),
                row("MKD", "CEFTA1992", "2006-08-24", "2007-07-26"),
                row("MKD", "CEFTA2006", "2007-07-26", ""),
                row("ROU", "CEFTA2006", "", "2007-01-01", "signatory"),
                row("HRV", "EU", "2013-07-01", ""),
            ],
            {"HRV": "Croatia", "MKD": "North Macedonia"},
        )
        assert [(s.name, int(s.joined), s.left and int(s.left)) for s in members] == [
            ("Croatia", 2003, 2013),
            ("North Macedonia", 2006, None),
        ]
        html = belt.figure(members)
        assert "2003 to 2013, left" in html
        assert "since 2006, still in" in html


class TestFiles:
    def test_data_is_copied_once(self, course: Path, tmp_path: Path) -> None:
        out = tmp_path / "out"
        [copy] = files.copy_data(course, out)
        assert copy.read_bytes() == (course / "data" / "claims.csv").read_bytes()
        stamp = copy.stat().st_mtime_ns
        files.copy_data(course, out)
        assert copy.stat().st_mtime_ns == stamp

    def test_start_page_leads_to_the_first_page(self, course: Path) -> None:
        build(course, "# P\n")
        assert 'href="book/index.html"' in (course / "_build" / "html" / "index.html").read_text(
            encoding="utf-8"
        )


class TestBuild:
    def test_not_a_course(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError, match=r"_config\.yml"):
            build_book(tmp_path)

    def test_a_warning_fails_the_build_after_all_pages(
        self, course: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        here = Path(__file__).resolve().parents[1]
        (course / "_config.yml").write_text(
            (here / "_config.yml").read_text(encoding="utf-8"), encoding="utf-8"
        )
        names = ("glossary", "bibliography", "ledger")
        toc = "format: jb-book\nroot: book/index\nchapters:\n" + "".join(f"- file: book/{n}\n" for n in names)
        (course / "book" / "_toc.yml").write_text(toc)
        page = course / "book" / "index.md"
        page.write_text("# P\n\n[x](glossary.md#no-such-term)\n")
        with pytest.raises(BookError):
            build_book(course)
        assert "no-such-term" in capfd.readouterr().err
        assert (course / "_build" / "html" / "book" / "ledger.html").is_file()
        page.write_text("# P\n\n[x](glossary.md#trade-diversion)\n")
        start = build_book(course)
        assert start == course / "_build" / "html" / "index.html"
        assert start.is_file()
