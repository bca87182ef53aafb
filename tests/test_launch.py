"""Launch addresses: taken apart again by a parser of their own, they name the repository and a file that is there."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from balkanlab import __version__, launch
from support.course import ROOT, manifest
from support.launching import parse

GITHUB = {"repository": {"url": "https://github.com/some-body/balkan.lab.git", "branch": "main"}}
GITLAB = {"repository": {"url": "https://gitlab.com/group/sub/lab/", "branch": "spring 27"}}
FORGE = {"repository": {"url": "https://git.example.org/x/lab", "branch": "main"}}
HUB = GITHUB | {"launch": {"hub": "https://hub.example.org/", "binder": "https://binder.example.org"}}
PATHS = st.from_regex(r"\A[a-zčüß &?#%+]{1,9}/[a-z0-9_ ,=]{1,9}\.ipynb\Z")


@pytest.mark.parametrize("course", [GITHUB, GITLAB, FORGE, HUB], ids=["github", "gitlab", "forge", "hub"])
@given(path=PATHS)
def test_every_address_names_the_repository_and_the_file(course: dict[str, Any], path: str) -> None:
    repository = launch.repository(course)
    found = launch.links(course, path)
    assert "Binder" in found
    for address in found.values():
        assert parse(address)[1:] == (repository.url, repository.branch, path)


def test_colab_reads_github_only_and_a_hub_has_to_be_named() -> None:
    assert list(launch.links(GITHUB, "a.ipynb")) == ["Binder", "Colab"]
    assert list(launch.links(GITLAB, "a.ipynb")) == ["Binder"]
    assert list(launch.links(HUB, "a.ipynb")) == ["JupyterHub", "Binder", "Colab"]
    assert parse(launch.binder(HUB)).server == "https://binder.example.org"


@pytest.mark.parametrize("url", ["", "github.com/a/b", "https://github.com", "git@github.com:a/b.git"])
def test_an_address_that_is_none_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(ValueError, match=r"https://github\.com/owner/name"):
        launch.repository({"repository": {"url": url}})


def test_every_chapter_and_exercise_can_be_launched() -> None:
    course = manifest()
    for chapter in course["chapters"]:
        for path in (chapter["notebook"], chapter["exercises"]):
            for address in launch.links(course, path).values():
                assert (ROOT / parse(address).path).is_file()


def first_code(path: Path) -> dict[str, Any]:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return next(cell for cell in cells if cell["cell_type"] == "code")


NOTEBOOKS = [
    ROOT / path for chapter in manifest()["chapters"] for path in (chapter["notebook"], chapter["exercises"])
]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_first_code_cell_installs_the_package_in_colab(path: Path) -> None:
    cell, wanted = first_code(path), launch.colab_cell(__version__)
    assert "".join(cell["source"]) == wanted["source"]
    assert cell["metadata"] == wanted["metadata"]
    assert cell["outputs"] == []


@pytest.fixture(scope="module")
def colab(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """What Colab is to a notebook: a Python with packages, but not this one, `google.colab`, and a pip that works.

    Returns:
        That Python, and the environment to call it in.
    """
    base = tmp_path_factory.mktemp("colab")
    shelf, packages = base / "shelf", base / "packages"
    code = "import sys; from hatchling import build; build.build_wheel(sys.argv[1])"
    shelf.mkdir()
    subprocess.run([sys.executable, "-c", code, str(shelf)], cwd=ROOT, check=True, capture_output=True)
    # The packages of this environment without its own balkanlab, of which pip would say that it is there.
    packages.mkdir()
    for name in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
        for entry in Path(name).iterdir():
            if "balkanlab" not in entry.name and entry.suffix != ".pth":
                (packages / entry.name).symlink_to(entry)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(base / "venv")], check=True)
    python = next((base / "venv").glob("[bS]*/python*"))
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = Path(
        subprocess.run([python, "-c", where], capture_output=True, text=True, check=True).stdout.strip()
    )
    (site / "packages.pth").write_text(str(packages))
    (site / "google" / "colab").mkdir(parents=True)
    (site / "google" / "colab" / "__init__.py").write_text("")
    (site / "google" / "colab" / "output.py").write_text("def enable_custom_widget_manager(): pass\n")
    (site / "sitecustomize.py").write_text("import google.colab\n")
    keep = {
        key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "PIP_", "VIRTUAL"))
    }
    pip = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(shelf), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    return python, keep | pip | {"JUPYTER_PLATFORM_DIRS": "1"}


RUN = """
import sys, nbformat
from nbclient import NotebookClient
notebook = nbformat.read(sys.argv[1], 4)
where = "import balkanlab; print(balkanlab.__file__, balkanlab.paths.course_root())"
notebook.cells.append(nbformat.v4.new_code_cell(where))
NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
nbformat.write(notebook, sys.argv[1])
"""


@pytest.mark.notebook
@pytest.mark.skipif(os.name == "nt", reason="makes symbolic links")
def test_a_chapter_runs_in_an_imitation_of_colab(colab: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    python, environment = colab
    missing = subprocess.run(
        [python, "-c", "import balkanlab"],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "No module named 'balkanlab'" in missing.stderr
    # Colab fetches the one notebook and nothing beside it.
    path = tmp_path / "04_eurasian_security.ipynb"
    path.write_bytes((ROOT / "notebooks" / path.name).read_bytes())
    done = subprocess.run(
        [python, "-c", RUN, str(path)],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    where = nbformat.read(path, 4).cells[-1].outputs[-1].text.split()
    assert all(each.startswith(str(python.parent.parent)) for each in where)


class TestBinder:
    def test_it_installs_the_course_at_locked_versions(self) -> None:
        lines = (ROOT / ".binder" / "requirements.txt").read_text(encoding="utf-8").splitlines()
        assert [line for line in lines if not line.startswith("#")] == ["-c ../requirements.lock", "-e ."]
        assert (ROOT / ".binder" / "../requirements.lock").is_file()

    def test_it_states_a_python_that_the_course_supports(self) -> None:
        said = (ROOT / ".binder" / "runtime.txt").read_text(encoding="utf-8").strip()
        supported = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
            "classifiers"
        ]
        assert re.fullmatch(r"python-3\.\d+", said)
        assert f"Programming Language :: Python :: {said.removeprefix('python-')}" in supported

    def test_nothing_at_the_root_waits_to_be_read_in_vain(self) -> None:
        """With a folder .binder, Binder reads no setting outside it."""
        names = ("runtime.txt", "postBuild", "start", "apt.txt", "environment.yml", "binder")
        assert [name for name in names if (ROOT / name).exists()] == []

    @pytest.mark.skipif(os.name == "nt", reason="scripts for Linux")
    @pytest.mark.parametrize("script", [".binder/postBuild", "tools/fresh-machine"])
    def test_scripts_can_be_run_and_stop_at_the_first_error(self, script: str) -> None:
        mode = subprocess.run(
            ["git", "ls-files", "-s", script], cwd=ROOT, capture_output=True, text=True, check=True
        )
        assert mode.stdout.startswith("100755")
        text = (ROOT / script).read_text(encoding="utf-8")
        assert text.startswith("#!/usr/bin/env bash\n")
        assert "set -euo pipefail" in text
        subprocess.run(["bash", "-n", script], cwd=ROOT, check=True)

    def test_the_landing_notebook_of_every_link_is_there(self) -> None:
        assert (ROOT / launch.LANDING).is_file()
        assert f"/lab/tree/{launch.LANDING}" in (ROOT / ".binder" / "postBuild").read_text(encoding="utf-8")
