"""A small course of its own, so that tests of the machinery touch no file of the real one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from balkanlab.exercises import Checks
from balkanlab.exercises.checks import FORMAT
from balkanlab.exercises.kinds import KINDS
from exercises.demo import DEMO


@pytest.fixture
def demo_text() -> str:
    return DEMO


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course folder with one source, as the working folder."""
    (tmp_path / "course.yml").write_text("title: demo\n", encoding="utf-8")
    source = tmp_path / "exercises" / "source" / "99_demo.py"
    source.parent.mkdir(parents=True)
    source.write_text(DEMO, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


Maker = Callable[..., Checks]


@pytest.fixture
def make(course: Path) -> Maker:
    """`make("number", 42, tolerance=1)` gives the checks of one task, "1.1a", whose answer is 42."""

    def _make(kind: str, answer: Any, slips: dict[str, Any] | None = None, **config: Any) -> Checks:
        reader, salt = KINDS[kind], "one|1.1a"
        task = {
            "title": "One",
            "points": 1,
            "variable": "x",
            "kind": kind,
            "config": config,
            "hints": ["hint one", "hint two", "hint three"],
            "seal": reader.seal(config, reader.read(config, answer), salt),
            "slips": [
                {"say": say, "seal": reader.seal(config, reader.read(config, value), f"{salt}|slip")}
                for say, value in (slips or {}).items()
            ],
        }
        path = course / "exercises" / "checks" / "one.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        # As in real life, the checks go through a file.
        path.write_text(
            json.dumps({"format": FORMAT, "name": "one", "title": "One", "tasks": {"1.1a": task}})
        )
        return Checks("one")

    return _make
