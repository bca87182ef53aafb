"""The first notebook that a newcomer sees: what the course holds, and where to begin. Made from `course.yml`.

It names neither the course nor its makers: a fork that changes these in `course.yml` has nothing to renew here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from balkanlab.execute import KERNEL, LANGUAGE, write_atomically
from balkanlab.launch import LANDING
from balkanlab.paths import MANIFEST

HOW = """\
**How it works.** Open a chapter and choose *Run > Run All Cells*. Charts that you had only looked at now answer from a
live model, and every cell may be changed. Each chapter has exercises: replace the three dots, run the cell, run the
check below it.

In a terminal, `balkanlab check` goes through all your exercises and `balkanlab progress` shows how far you are."""


def sheets(course: Mapping[str, Any], chapter: str) -> list[dict[str, Any]]:
    """The manifest's further exercise sheets of a chapter, in their order."""
    return [sheet for sheet in course.get("practice") or [] if sheet["chapter"] == chapter]


def text(course: Mapping[str, Any]) -> str:
    """The page as Markdown, with links relative to the course folder."""
    parts = ["# Start here", "Each chapter is a notebook of its own; none needs another first."]
    for chapter in course.get("chapters") or []:
        practice = [f"[exercises]({chapter['exercises']})"]
        practice += [f"[{sheet['title']}]({sheet['exercises']})" for sheet in sheets(course, chapter["id"])]
        parts.append(
            f"## {int(chapter['id'])}. [{chapter['title']}]({chapter['notebook']})\n\n"
            f"{chapter['questions'][0]}\n\n"
            f"About {chapter['minutes']} minutes; {', '.join(practice)}."
        )
    own = [f"- [{sheet['title']}]({sheet['exercises']})" for sheet in course.get("own") or []]
    if own:
        parts.append("## More exercises\n\n" + "\n".join(own))
    return "\n\n".join([*parts, HOW])


def as_notebook(course: Mapping[str, Any]) -> bytes:
    """The notebook as it is stored: one cell of text, no outputs."""
    lines = text(course).splitlines(keepends=True)
    cell = {"cell_type": "markdown", "id": "start", "metadata": {}, "source": lines}
    notebook = {
        "cells": [cell],
        "metadata": {"kernelspec": KERNEL, "language_info": LANGUAGE},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return (json.dumps(notebook, ensure_ascii=False, indent=1) + "\n").encode()


def refresh(root: Path, check: bool = False) -> bool:
    """Write the landing notebook of the course in `root`; returns whether it differed. `check` writes nothing."""
    path = root / LANDING
    new = as_notebook(yaml.safe_load((root / MANIFEST).read_text(encoding="utf-8")))
    if path.is_file() and path.read_bytes() == new:
        return False
    if not check:
        write_atomically(path, new)
    return True
