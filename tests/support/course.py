"""What the course holds, read from its files alone, so that tests can be listed before anything is built."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
VEGALITE = "application/vnd.vegalite.v5+json"


def manifest() -> dict[str, Any]:
    """`course.yml`."""
    return yaml.safe_load((ROOT / "course.yml").read_text(encoding="utf-8"))


def chapters() -> list[dict[str, Any]]:
    """The chapters whose notebook is there."""
    return [chapter for chapter in manifest()["chapters"] if (ROOT / chapter["notebook"]).is_file()]


def pages() -> list[str]:
    """The pages of the book as named in its table of contents, without suffix."""
    toc = yaml.safe_load((ROOT / "book" / "_toc.yml").read_text(encoding="utf-8"))
    return [toc["root"], *_files(toc)]


def _files(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "file" in node:
            yield str(node["file"]).removesuffix(".md").removesuffix(".ipynb")
        node = list(node.values())
    if isinstance(node, list):
        for item in node:
            yield from _files(item)


def notebook(path: str | Path) -> dict[str, Any]:
    """A notebook as JSON; the path is relative to the checkout."""
    return json.loads((ROOT / path).read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Stored:
    """An explorer or figure whose twin is stored in a chapter."""

    page: str
    name: str
    meta: dict[str, Any]

    @property
    def controls(self) -> list[dict[str, Any]]:
        return self.meta["controls"]


def stored_explorers() -> list[Stored]:
    """Every explorer and figure in the stored outputs of the chapters, in reading order."""
    found = []
    for chapter in chapters():
        for spec in specs(notebook(chapter["notebook"])):
            meta = spec.get("usermeta", {}).get("balkanlab", {})
            if meta:
                found.append(Stored(chapter["notebook"].removesuffix(".ipynb"), meta["name"], meta))
    return found


def specs(content: dict[str, Any]) -> list[dict[str, Any]]:
    """The Vega-Lite outputs of a notebook."""
    return [
        output["data"][VEGALITE]
        for cell in content["cells"]
        for output in cell.get("outputs", [])
        if VEGALITE in output.get("data", {})
    ]


def grid(control: dict[str, Any]) -> list[Any]:
    """All positions of a control, from its description on the page."""
    if control["type"] == "toggle":
        return [False, True]
    if control["type"] == "choice":
        return list(control["options"])
    steps = round((control["max"] - control["min"]) / control["step"])
    digits = [round(control["min"] + i * control["step"], 10) for i in range(steps + 1)]
    return [int(value) if float(value).is_integer() else value for value in digits]
