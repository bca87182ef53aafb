"""The `balkanlab` command: quick help, clear refusals, honest exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import nbformat
import pytest
from typer.testing import CliRunner

from balkanlab import __version__, doctor, lab, site
from balkanlab.cli import app

run = CliRunner().invoke
READERS = ("start", "check", "progress", "doctor", "serve", "lab")
INSTRUCTORS = ("release", "new", "grade")
MAINTAINERS = ("book", "publish", "pdf", "execute", "exercises", "bench")
COMMANDS = READERS + INSTRUCTORS + MAINTAINERS


def test_help_names_every_command() -> None:
    text = run(app, ["--help"]).output
    assert [name for name in COMMANDS if name not in text] == []


def test_version() -> None:
    assert run(app, ["--version"]).output == f"balkanlab {__version__}\n"


@pytest.mark.parametrize("call", ["import balkanlab", "from balkanlab.cli import app"])
def test_heavy_packages_wait_until_needed(call: str) -> None:
    heavy = "pandas", "altair", "numpy", "anywidget", "nbformat", "jupyterlab", "pyfixest"
    code = f"import sys; {call}; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[]\n"


def test_a_misspelt_command_is_guessed() -> None:
    result = run(app, ["bok"])
    assert result.exit_code == 2
    assert "Did you mean 'book'?" in result.output


def test_what_is_not_a_notebook_is_refused(tmp_path: Path) -> None:
    result = run(app, ["execute", str(tmp_path / "none.ipynb")])
    assert result.exit_code == 2
    assert "is not a notebook" in " ".join(result.output.split())


def test_a_failing_notebook_is_left_alone_and_named(tmp_path: Path) -> None:
    path = tmp_path / "bad.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1/0", id="c")]), path)
    before = path.read_bytes()
    result = run(app, ["execute", str(path)])
    assert result.exit_code == 1
    assert "bad.ipynb was left as it was" in result.output
    assert "ZeroDivisionError" in result.output
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["bad.ipynb"]


def test_outside_the_course_it_says_where_to_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost() -> Path:
        raise FileNotFoundError("no course.yml here")

    monkeypatch.setattr("balkanlab.paths.course_root", lost)
    result = run(app, ["book"])
    assert result.exit_code == 1
    assert "no course.yml" in result.output


def test_a_book_that_cannot_be_built_says_why(tmp_path: Path) -> None:
    with pytest.raises(site.BookError, match=r"no _config\.yml"):
        site.build(tmp_path)
    (tmp_path / "_config.yml").write_text("title: t\n")
    (tmp_path / "course.yml").write_text("title: t\nchapters: []\n")
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "_toc.yml").write_text("format: jb-book\nroot: book/index\n")
    (tmp_path / "book" / "index.md").write_text("# T\n\n[gone](nowhere.md)\n")
    with pytest.raises(site.BookError, match="nowhere") as caught:
        site.build(tmp_path)
    assert "\x1b" not in str(caught.value)
    # The same again: a page with a warning is not forgiven because it was read before.
    with pytest.raises(site.BookError, match="nowhere"):
        site.build(tmp_path)


def test_the_static_server_is_local_and_types_scripts(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("1")
    running = site.server(tmp_path)
    assert running.server_address[0] == "127.0.0.1"
    running.server_close()
    with site.serving(tmp_path) as address, urlopen(f"{address}/a.js") as answer:
        assert answer.headers.get_content_type() == "text/javascript"


def test_a_taken_port_is_named_or_passed_over(tmp_path: Path) -> None:
    taken = site.server(tmp_path)
    port = taken.server_address[1]
    other = site.server_on_free_port(tmp_path, first=port)
    assert other.server_address[1] != port
    other.server_close()
    taken.server_close()


def test_doctor_finds_this_environment_well() -> None:
    result = run(app, ["doctor", "--json"])
    report = json.loads(result.output)
    problems = [finding for finding in report["findings"] if finding["verdict"] == "problem"]
    assert problems == []
    assert report["ok"] is True
    assert result.exit_code == 0
    checks = {finding["check"] for finding in report["findings"]}
    assert {
        "python",
        "packages",
        "kernel",
        "jupyterlab",
        "course folder",
        "data",
        "browser",
        "ports",
    } <= checks


def test_doctor_says_how_to_mend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "trade.csv").write_text("year\n1\n")
    resources = [{"path": "trade.csv", "hash": "sha256:0"}, {"path": "pairs.csv", "hash": "sha256:0"}]
    (data / "datapackage.json").write_text(json.dumps({"resources": resources}))
    monkeypatch.setattr(doctor, "course_root", lambda: tmp_path)
    monkeypatch.setattr(doctor, "find_browser", lambda: None)
    monkeypatch.setattr(doctor.metadata, "version", lambda name: "0.0.1")
    result = run(app, ["doctor"])
    text = " ".join(result.output.split())
    assert result.exit_code == 1
    assert "trade.csv differs from its card; pairs.csv is missing" in text
    assert "mend: git restore data" in text
    assert "altair 0.0.1 is outside" in text
    assert "mend: make book" in text
    assert "note browser: no Chromium found" in text


def test_doctor_finds_a_readers_environment_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without what only authors and tests need, all is well, and the report says what they would need."""
    version = doctor.metadata.version

    def without(name: str) -> str:
        if name in {"jupyter-book", "hypothesis"}:
            raise doctor.metadata.PackageNotFoundError(name)
        return version(name)

    monkeypatch.setattr(doctor.metadata, "version", without)
    found = {finding.check: finding for finding in doctor.examine()}
    assert found["packages"].verdict == "ok"
    assert "jupyter-book is missing" in found["packages for building the book"].found
    assert found["packages for tests"].verdict == "note"


def test_doctor_survives_a_check_that_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr(doctor, "course_root", broken)
    found = {finding.check: finding for finding in doctor.examine()}
    assert found["course"].verdict == "problem"
    assert "planted" in found["course"].found


def test_saved_notebooks_lose_widgets_and_nothing_else() -> None:
    view = {lab.WIDGET_VIEW: {"model_id": "x"}, "text/plain": "t"}
    notebook = {
        "nbformat": 4,
        "metadata": {"widgets": {}, "kernelspec": {"name": "python3"}},
        "cells": [
            {
                "cell_type": "code",
                "outputs": [{"output_type": "execute_result", "data": view, "metadata": {}}],
            },
            {"cell_type": "code", "outputs": [{"output_type": "stream", "name": "stdout", "text": "s"}]},
            {"cell_type": "markdown", "source": "m"},
        ],
    }
    lab.strip_live({"type": "notebook", "content": notebook}, path="a.ipynb", contents_manager=None)
    assert notebook["metadata"] == {"kernelspec": {"name": "python3"}}
    assert notebook["cells"][0]["outputs"][0]["data"] == {"text/plain": "t"}
    assert notebook["cells"][1]["outputs"][0]["text"] == "s"


@pytest.mark.parametrize(
    "model", [{"type": "file", "content": "x"}, {"type": "notebook", "content": None}, {"type": "directory"}]
)
def test_other_files_are_saved_as_they_are(model: dict[str, object]) -> None:
    before = dict(model)
    lab.strip_live(model)
    assert model == before
