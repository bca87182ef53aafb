"""Every system that course.yml promises is taught: a section, explorers, tasks. Prints the table, fails on a hole."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from rich.table import Table

from support.course import ROOT, manifest, notebook, specs

CHAPTERS = manifest()["chapters"]
each_chapter = pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter["id"])
NEEDED = (
    "id",
    "slug",
    "title",
    "notebook",
    "exercises",
    "minutes",
    "questions",
    "objectives",
    "prerequisites",
)


def headings(content: dict[str, Any]) -> list[str]:
    """The text of every Markdown heading of a notebook."""
    text = "\n".join("".join(cell["source"]) for cell in content["cells"] if cell["cell_type"] == "markdown")
    return [line.lstrip("#").strip() for line in text.splitlines() if re.match(r"#{1,6} ", line)]


def holes(chapter: dict[str, Any], content: dict[str, Any], tasks: set[str]) -> list[tuple[str, ...]]:
    """One row per system: number, title, section found, explorers missing, tasks missing."""
    titles = headings(content)
    drawn = {spec["usermeta"]["balkanlab"]["name"] for spec in specs(content) if "usermeta" in spec}
    rows = []
    for number, system in chapter["systems"].items():
        section = next((t for t in titles if re.match(rf"{re.escape(number)}(?![\d.]*\d)", t)), "")
        explorers = system.get("explorers") or []
        missing = [name for name in explorers if name not in drawn]
        if not explorers and len(str(system.get("reason", ""))) < 10:
            missing = ["none, and no reason given"]
        asked = system.get("tasks") or []
        untested = [task for task in asked if task not in tasks] if asked else ["no task"]
        rows.append((number, system["title"], section, ", ".join(missing), ", ".join(untested)))
    return rows


def checks_of(chapter: dict[str, Any]) -> set[str]:
    """The ids of the tasks that have a check."""
    path = ROOT / "exercises" / "checks" / f"{Path(chapter['exercises']).stem}.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    return set(content.get("tasks", content))


def print_table(chapter: dict[str, Any], rows: list[tuple[str, ...]]) -> None:
    table = Table(title=f"Chapter {chapter['id']}: {chapter['title']}")
    for column in ("system", "title", "section", "explorers missing", "tasks missing"):
        table.add_column(column)
    for row in rows:
        table.add_row(*row)
    Console(width=160).print(table)


def test_systems_are_numbered_once_and_in_order() -> None:
    numbers = [number for chapter in CHAPTERS for number in chapter["systems"]]
    assert all(isinstance(number, str) for number in numbers), "2.10 is a string, or it becomes 2.1"
    order = [tuple(map(int, number.split("."))) for number in numbers]
    assert order == sorted(set(order))


@each_chapter
def test_chapter_names_its_files(chapter: dict[str, Any]) -> None:
    assert [key for key in NEEDED if not chapter.get(key)] == []
    assert (ROOT / chapter["notebook"]).is_file()
    assert (ROOT / chapter["exercises"]).is_file()


@each_chapter
def test_every_system_is_taught_shown_and_asked(chapter: dict[str, Any]) -> None:
    rows = holes(chapter, notebook(chapter["notebook"]), checks_of(chapter))
    print_table(chapter, rows)
    assert [row for row in rows if not row[2] or row[3] or row[4]] == []


@each_chapter
def test_every_check_and_explorer_belongs_to_a_system(chapter: dict[str, Any]) -> None:
    asked = {task for system in chapter["systems"].values() for task in system["tasks"]}
    assert checks_of(chapter) - asked == set()


def test_guard_holes_are_seen() -> None:
    chapter = {
        "systems": {
            "2.1": {"title": "shown", "explorers": ["belt"], "tasks": ["2.1a"]},
            "2.2": {"title": "gone", "explorers": ["ladder"], "tasks": ["2.2a"]},
            "2.10": {"title": "bare"},
        }
    }
    content = {
        "cells": [
            {"cell_type": "markdown", "source": ["## 2.1 The belt\n", "text\n", "## 2.20 Not 2.2"]},
            {
                "cell_type": "code",
                "source": [],
                "outputs": [
                    {
                        "data": {
                            "application/vnd.vegalite.v5+json": {"usermeta": {"balkanlab": {"name": "belt"}}}
                        }
                    }
                ],
            },
        ]
    }
    assert holes(chapter, content, {"2.1a"}) == [
        ("2.1", "shown", "2.1 The belt", "", ""),
        ("2.2", "gone", "", "ladder", "2.2a"),
        ("2.10", "bare", "", "none, and no reason given", "no task"),
    ]
