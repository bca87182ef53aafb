"""The browser edition's pieces: lock, sources, wheels, stored estimates; and the book where no source answers."""

from __future__ import annotations

import gzip
import hashlib
import json
import logging
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pandas as pd
import pytest

from balkanlab import load, site
from balkanlab.browser import bytecode, edition, estimates, sources
from balkanlab.browser.lock import CORE, KERNEL, PATH, Lock, LockError, pyodide_lock
from balkanlab.browser.wheels import without_binaries, write_zip
from balkanlab.models import gravity

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def lock(root: Path) -> Lock:
    return Lock.read(root)


class TestLock:
    def test_holds_all_that_is_needed(self, lock: Lock) -> None:
        """A package missing from the list would make Python in the browser wait for ever, without a word."""
        assert set(lock.core) == set(CORE)
        own = {"piplite", "ipykernel", "pyodide-kernel"}  # inside the kernel's wheel
        assert {*KERNEL, *edition.NEEDS, "scipy", "nashpy"} - own <= set(lock.packages)
        for package in lock.packages.values():
            assert set(package["depends"]) <= set(lock.packages), package["name"]
            assert len(package["sha256"]) == 64
        assert {package["source"] for package in lock.packages.values()} == {"pyodide", "pypi", "repacked"}

    def test_a_package_whose_needs_are_missing_is_left_out(self, lock: Lock) -> None:
        without = [package for name, package in lock.packages.items() if name != "numpy"]
        kept = pyodide_lock(lock.info, without)["packages"]
        assert "ipython" in kept
        assert not {"pandas", "scipy", "nashpy"} & set(kept)

    @pytest.mark.parametrize("content", [None, "{", "{}", "[]"])
    def test_a_damaged_lock_says_how_to_mend_it(self, tmp_path: Path, content: str | None) -> None:
        if content is not None:
            (tmp_path / "browser").mkdir()
            (tmp_path / PATH).write_text(content)
        with pytest.raises(LockError, match=r"git checkout browser/lock\.json"):
            Lock.read(tmp_path)


class TestSources:
    """With a lock of two files, so that nothing is fetched."""

    CONTENT: ClassVar = {"pyodide.mjs": b"core", "numpy.whl": b"wheel"}

    @pytest.fixture
    def small(self, lock: Lock, monkeypatch: pytest.MonkeyPatch) -> Lock:
        def no_pip(*anything: Any) -> None:
            raise sources.SourceError("pip: no network")

        monkeypatch.setattr(sources, "pip_download", no_pip)
        digest = {name: hashlib.sha256(content).hexdigest() for name, content in self.CONTENT.items()}
        numpy = lock.packages["numpy"] | {"file_name": "numpy.whl", "sha256": digest["numpy.whl"]}
        kernel = {"requirement": "kernel==1", "file_name": "kernel.whl", "sha256": digest["pyodide.mjs"]}
        return replace(
            lock, core={"pyodide.mjs": digest["pyodide.mjs"]}, packages={"numpy": numpy}, kernel=kernel
        )

    @pytest.fixture
    def cache(self, tmp_path: Path) -> Path:
        (tmp_path / "kernel.whl").write_bytes(self.CONTENT["pyodide.mjs"])
        return tmp_path

    def giving(self, content: dict[str, bytes], asked: list[set[str]]) -> sources.Getter:
        def get(lock: Lock, wanted: Any, folder: Path) -> None:
            asked.append(set(wanted))
            for name in set(wanted) & set(content):
                (folder / name).write_bytes(content[name])

        return get

    def refusing(self, lock: Lock, wanted: Any, folder: Path) -> None:
        raise sources.SourceError("no answer")

    def test_the_next_source_gives_what_the_first_did_not(self, small: Lock, cache: Path) -> None:
        asked: list[set[str]] = []
        half = {"pyodide.mjs": b"core"}
        getters = [
            ("a", self.refusing),
            ("b", self.giving(half, asked)),
            ("c", self.giving(self.CONTENT, asked)),
        ]
        found = sources.gather(small, cache, getters)
        assert set(found) == {"pyodide.mjs", "numpy.whl", "kernel.whl"}
        assert asked == [{"pyodide.mjs", "numpy.whl"}, {"numpy.whl"}]
        sources.gather(small, cache, [("a", self.refusing)])  # from the cache, nobody is asked

    def test_a_file_with_another_checksum_is_refused(self, small: Lock, cache: Path) -> None:
        wrong = {name: content + b"!" for name, content in self.CONTENT.items()}
        with pytest.raises(sources.SourceError, match=r"pyodide\.mjs is not the file of the lock"):
            sources.gather(small, cache, [("forger", self.giving(wrong, []))])
        assert [path.name for path in cache.iterdir()] == ["kernel.whl"]

    def test_a_damaged_file_in_the_cache_is_fetched_again(self, small: Lock, cache: Path) -> None:
        (cache / "pyodide.mjs").write_bytes(b"half")
        found = sources.gather(small, cache, [("good", self.giving(self.CONTENT, []))])
        assert found["pyodide.mjs"].read_bytes() == b"core"

    def test_without_compiled_packages_the_core_is_given(self, small: Lock, cache: Path) -> None:
        found = sources.gather(small, cache, [("npm", self.giving({"pyodide.mjs": b"core"}, []))])
        assert set(found) == {"pyodide.mjs", "kernel.whl"}

    def test_no_source_at_all_says_what_each_answered(self, small: Lock, tmp_path: Path) -> None:
        with pytest.raises(
            sources.SourceError, match=r"kernel\.whl and 1 more \(makers: no answer; PyPI: pip: no network"
        ):
            sources.gather(small, tmp_path, [("makers", self.refusing)])


class TestWheels:
    def test_a_pure_copy_has_no_binary_and_the_same_bytes_each_time(self, tmp_path: Path) -> None:
        wheel = tmp_path / "markupsafe-3.0-cp314-cp314-manylinux_2_28_x86_64.whl"
        names = ["markupsafe/__init__.py", "markupsafe/_speedups.so", "markupsafe-3.0.dist-info/RECORD"]
        write_zip(wheel, [(name, name.encode()) for name in names])
        made = []
        for folder in ("one", "two"):
            (tmp_path / folder).mkdir()
            made.append(without_binaries(wheel, tmp_path / folder))
        assert made[0].name == "markupsafe-3.0-py3-none-any.whl"
        assert made[0].read_bytes() == made[1].read_bytes()
        with zipfile.ZipFile(made[0]) as archive:
            assert archive.namelist() == ["markupsafe/__init__.py"]


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    return gravity.build_panel(load("trade"), load("pairs"), load("economies"), load("memberships"))


class TestEstimates:
    """What stands in for pyfixest in the browser, held against pyfixest and the data of today."""

    @pytest.fixture
    def stored(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """As in the browser: the file goes by the name of pyfixest."""
        monkeypatch.setattr(estimates, "STORE", root / edition.ESTIMATES)
        monkeypatch.setitem(sys.modules, "pyfixest", estimates)

    def test_the_chapter_finds_each_of_its_estimates(self, panel: pd.DataFrame, stored: None) -> None:
        ladder = gravity.ladder(panel, first=2006, last=2020)
        assert len(ladder) == 6
        years = ((2000, 2012), (2000, 2020), (2006, 2020))
        assert len(gravity.ingredient_grid(panel, years=years, zeros=(True,))) == 48

    def test_a_stored_estimate_is_what_pyfixest_finds(
        self, root: Path, panel: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        spec = gravity.Spec(estimator="OLS in logs")
        real = gravity.estimate(panel, spec)
        monkeypatch.setattr(estimates, "STORE", root / edition.ESTIMATES)
        monkeypatch.setitem(sys.modules, "pyfixest", estimates)
        pd.testing.assert_frame_equal(gravity.estimate(panel, spec), real, rtol=1e-6)

    def test_another_formula_is_told_what_to_do(self, panel: pd.DataFrame, stored: None) -> None:
        with pytest.raises(estimates.NotStored, match=r"cannot run in the browser.*JupyterLab on a computer"):
            estimates.feols("value_kusd ~ border", data=panel)
        with pytest.raises(AttributeError, match="not among what is stored"):
            _ = estimates.Stored({"tidy": {"Estimate": [1.0]}, "names": ["x"], "rows": 1}).pvalue


@pytest.fixture
def small_course(root: Path, tmp_path: Path) -> Path:
    """A course of two pages, one of them made from a notebook."""
    folder = tmp_path / "course"
    (folder / "book").mkdir(parents=True)
    (folder / "notebooks").mkdir()
    (folder / "browser").mkdir()
    (folder / PATH).write_bytes((root / PATH).read_bytes())
    (folder / "course.yml").write_bytes((root / "course.yml").read_bytes())
    (folder / "book" / "index.md").write_text("# A course\n")
    (folder / "book" / "_toc.yml").write_text(
        "format: jb-book\nroot: book/index\nchapters:\n- file: notebooks/01\n"
    )
    cell = {"cell_type": "markdown", "id": "a", "metadata": {}, "source": "# A chapter\n\nText."}
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}
    (folder / "notebooks" / "01.ipynb").write_text(json.dumps(notebook))
    (folder / "_config.yml").write_text(
        "title: A course\nonly_build_toc_files: true\nexecute: {execute_notebooks: 'off'}\n"
        "sphinx:\n  config:\n    extensions: [myst_nb, jupyter_book, sphinx_external_toc,\n"
        "      balkanlab.publish.front, balkanlab.publish.browser]\n"
    )
    return folder


def test_the_book_is_built_where_no_source_answers(
    small_course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """With a notice and without dead buttons; once the edition is there, the same pages link to it."""
    monkeypatch.setenv("BALKANLAB_CACHE", str(tmp_path / "cache"))
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy"):
        monkeypatch.setenv(name, NOWHERE)
    monkeypatch.setattr("urllib.request._opener", None)  # it remembers the proxies of its first use
    monkeypatch.setenv("PIP_INDEX_URL", f"{NOWHERE}/simple")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("npm_config_registry", NOWHERE)
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    with caplog.at_level(logging.WARNING, "balkanlab"):
        folder = site.build(small_course, tmp_path)
    assert "built without its browser edition: no source has" in caplog.text
    assert "With a connection, the next build adds it" in caplog.text
    assert not (folder / edition.FOLDER).exists()
    chapter = folder / "notebooks" / "01.html"
    assert "A chapter" in chapter.read_text(encoding="utf-8")
    assert "Run in the browser" not in chapter.read_text(encoding="utf-8")

    monkeypatch.setattr(site, "make", lambda root, work, out: out)
    site.build(small_course, tmp_path)
    assert f'href="../{edition.page("notebooks/01.ipynb")}"' in chapter.read_text(encoding="utf-8")
    assert "Run in the browser" not in (folder / "book" / "index.html").read_text(encoding="utf-8")


def test_a_cache_that_cannot_be_written_is_told(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("BALKANLAB_CACHE", str(tmp_path / "file"))
    with pytest.raises(edition.Unavailable, match="Set BALKANLAB_CACHE to a folder that can be written"):
        edition.make(root, tmp_path / "work", tmp_path / "out")


class TestBytecode:
    @pytest.fixture
    def file(self, lock: Lock, tmp_path: Path) -> dict[str, Path]:
        name = lock.packages["six"]["file_name"]
        write_zip(tmp_path / name, [("six.py", b"value = 1\n")])
        return dict.fromkeys((name, *lock.core), tmp_path / name)

    @pytest.mark.parametrize(
        ("found", "said"),
        [(None, "three times slower: there is no Node.js here"), ("/no/such/node", "Node.js failed")],
    )
    def test_without_a_working_node_the_wheels_stay_as_they_are(
        self,
        lock: Lock,
        file: dict[str, Path],
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
        found: str | None,
        said: str,
    ) -> None:
        monkeypatch.setattr(bytecode, "node", lambda: found)
        with caplog.at_level(logging.WARNING, "balkanlab"):
            assert bytecode.compile_all(lock, file, tmp_path / "cache") == file
        assert said in caplog.text


def test_models_that_import_late_are_known_by_what_a_cell_imports(tmp_path: Path) -> None:
    cells = {
        "a.ipynb": "from balkanlab.models import (\n    arms,\n    games,\n)",
        "b.ipynb": "from balkanlab.models.dilemma import equilibria\nimport math",
        "c.ipynb": "arms = 'from balkanlab.models import arms'",
    }
    notebooks = {
        name: {"cells": [{"cell_type": "code", "source": source, "outputs": []}]}
        for name, source in cells.items()
    }
    assert edition._late_packages(notebooks) == {"a.ipynb": ["scipy"], "b.ipynb": ["nashpy"]}


def test_programs_are_sent_packed_and_only_when_they_changed(tmp_path: Path) -> None:
    """What a class fetches from one computer."""
    (tmp_path / "python.wasm").write_bytes(b"again " * 10_000)
    with site.serving(tmp_path) as address:
        asked = Request(f"{address}/python.wasm", headers={"Accept-Encoding": "gzip"})
        with urlopen(asked) as answer:
            assert gzip.decompress(answer.read()) == b"again " * 10_000
            assert int(answer.headers["Content-Length"]) < 1_000
            assert answer.headers["Content-Type"] == "application/wasm"
            asked.add_header("If-Modified-Since", answer.headers["Last-Modified"])
        with pytest.raises(HTTPError, match="304"):
            urlopen(asked)
        with urlopen(f"{address}/python.wasm") as answer:
            assert answer.read() == b"again " * 10_000


def test_the_edition_can_be_switched_off(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BALKANLAB_BROWSER", "off")
    with pytest.raises(edition.Unavailable, match="BALKANLAB_BROWSER is off"):
        edition.make(root, tmp_path / "work", tmp_path / "out")
