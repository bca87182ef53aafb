"""What a newcomer installs: the ranges, the lock and the promises of the repository's own files agree."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.markers import default_environment
from packaging.requirements import Requirement

from support.course import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]


def needed(*extras: str) -> dict[str, Requirement]:
    lines = [*PROJECT["project"]["dependencies"], *(line for extra in extras for line in EXTRAS[extra])]
    return {Requirement(line).name.lower(): Requirement(line) for line in lines}


def lines_of(name: str) -> list[str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]


def test_requirements_name_what_a_reader_needs_in_the_same_ranges() -> None:
    lines = lines_of("requirements.txt")
    assert lines[:2] == ["-c requirements.lock", "-e ."]
    named = {Requirement(line).name.lower(): Requirement(line) for line in lines[2:]}
    wanted = needed("book")
    assert set(named) == set(wanted)
    assert {name: str(r.specifier) for name, r in named.items()} == {
        n: str(r.specifier) for n, r in wanted.items()
    }


def test_the_lock_satisfies_every_range_on_every_supported_python() -> None:
    locked = [Requirement(line) for line in lines_of("requirements.lock")]
    for version in ("3.11", "3.12", "3.13", "3.14"):
        here = default_environment() | {"python_version": version, "python_full_version": f"{version}.5"}
        pinned = {r.name.lower(): r for r in locked if r.marker is None or r.marker.evaluate(here)}
        for name, requirement in needed(*EXTRAS).items():
            exact = next(iter(pinned[name].specifier)).version
            assert requirement.specifier.contains(exact), f"{name} {exact} on Python {version}"


def test_this_environment_is_the_locked_one() -> None:
    """What passes here passes for whoever installs from the lock."""
    wrong = []
    for line in lines_of("requirements.lock"):
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate():
            try:
                version = metadata.version(requirement.name)
            except metadata.PackageNotFoundError:
                wrong.append(f"{requirement.name} is missing")
                continue
            if not requirement.specifier.contains(version, prereleases=True):
                wrong.append(f"{requirement.name} is {version}, locked {requirement.specifier}")
    assert wrong == []


def test_one_version_everywhere() -> None:
    version = PROJECT["project"]["version"]
    assert metadata.version("balkanlab") == version
    assert f'__version__ = "{version}"' in (ROOT / "src/balkanlab/__init__.py").read_text(encoding="utf-8")
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert str(citation["version"]) == version
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_every_make_target_that_is_named_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    files = [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        ROOT / ".ci/run",
        *ROOT.glob(".github/workflows/*.yml"),
    ]
    for path in files:
        named = set(re.findall(r"(?:^|[`\s])make ([a-z]+)\b", path.read_text(encoding="utf-8"), re.MULTILINE))
        assert named - targets - {"sure"} == set(), path.name


@pytest.mark.parametrize("path", sorted(ROOT.glob(".github/workflows/*.yml")), ids=lambda path: path.name)
def test_workflows_call_make_and_are_sound(path: Path) -> None:
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert workflow["permissions"]
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    assert any("make " in step.get("run", "") or ".ci/run" in step.get("run", "") for step in steps)
    assert all(job["timeout-minutes"] for job in workflow["jobs"].values())


def test_files_named_in_the_readme_are_there() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = [t for t in re.findall(r"\]\(([^)#]+)[^)]*\)", text) if not t.startswith("http")]
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []
