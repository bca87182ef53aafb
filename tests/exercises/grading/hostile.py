"""Hostile notebooks, made by code: an exercise of three tasks, and what is done to it.

`ATTACKS` are cells that may be put into any exercise notebook. None of them harms a machine without a sandbox
beyond its own process, its children and temporary files.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from balkanlab.exercises.generate import as_text, checks_text, instructor, products, seal_checks, solution
from balkanlab.exercises.source import parse_source

NAME = "98_guest"
SOURCE = """\
# ---
# balkanlab: {chapter: "98", title: "Guest"}
# ---

# %% setup=true
from balkanlab.exercises import Checks

check = Checks("98_guest")

# %% [markdown] task="98.1a"
# ### Six times seven

# %% solution="98.1a"
product = ...
### BEGIN SOLUTION
product = 42
### END SOLUTION

# %% [raw] check="98.1a"
# answer: product
# kind: number
# points: 1
# difficulty: 1
# minutes: 5
# hints: [Assign a number., Mind the sign., Multiply.]
# wrong: [13, -42]

# %% hidden="98.1a"
assert isinstance(product, int), "a hidden sentence"

# %% [markdown] task="98.1b"
# ### Square

# %% solution="98.1b"
def square(x):
    ### BEGIN SOLUTION
    return x * x
    ### END SOLUTION

# %% [raw] check="98.1b"
# answer: square
# kind: function
# calls: [[0], [3], [-2]]
# returns: {kind: number}
# properties: [{name: non_negative, over: [[-1], [1]]}, {name: raises, over: [["one"]]}]
# points: 2
# difficulty: 3
# minutes: 10
# hints: [Return a number., It is never negative., Multiply x by itself.]
# wrong: ["lambda x: 2 * x", "lambda x: -x * x"]

# %% [markdown] task="98.2a"
# ### Say it

# %% solution="98.2a"
said = ...
### BEGIN SOLUTION
said = "quiet"
### END SOLUTION

# %% [raw] check="98.2a"
# answer: said
# kind: text
# points: 4
# difficulty: 1
# minutes: 5
# hints: [A word., A short one., The opposite of loud.]
# wrong: [loud, noisy]
""".replace(
    "return x * x", 'if isinstance(x, str):\n        raise ValueError("a number is wanted")\n    return x * x'
)
POINTS = {"98.1a": 1, "98.1b": 2, "98.2a": 4}

ATTACKS: dict[str, str] = {
    "endless loop": "while True:\n    pass",
    "loop that swallows interrupts": (
        "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass"
    ),
    "memory bomb": "hoard = []\nwhile True:\n    hoard.append(bytes(50_000_000))",
    "memory bomb in children": (
        "import os, time\n"
        "for _ in range(12):\n"
        "    if os.fork() == 0:\n"
        "        block = b'x' * 200_000_000\n"
        "        time.sleep(60)\n"
        "        os._exit(0)\n"
        "time.sleep(60)"
    ),
    "fork bomb": ("import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass"),
    "output of 200 MB": "for _ in range(200):\n    print('x' * 1_000_000)",
    "output past Python": "import os\nfor _ in range(200):\n    os.write(1, b'x' * 1_000_000)",
    "disk fill": (
        "for number in range(400):\n    with open(f'filler{number}', 'wb') as file:\n        file.write(bytes(10**6))"
    ),
    "kills its parent": (
        "import os, signal\n"
        "for process in (os.getppid(), 0, -1, 1, 2, 3, 4):\n"
        "    if process != os.getpid():\n"
        "        try:\n            os.kill(process, signal.SIGKILL)\n"
        "        except OSError:\n            pass"
    ),
    "ends Python": "import os\nos._exit(0)",
    "crashes Python": "import ctypes\nctypes.string_at(0)",
    "leaves": "import sys\nsys.exit(0)",
    "stops itself": "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)",
}
# Attacks that make a cell hang or end the session, with the word that the instructor reads.
CUT_OFF = {
    "endless loop": "was interrupted",
    "loop that swallows interrupts": "ignored the interrupt",
    "memory bomb": "more memory than allowed",
    "memory bomb in children": "more memory than allowed",
    "fork bomb": "A cell",
    "ends Python": "ended Python",
    "crashes Python": "ended Python",
}

SWITCH_OFF_ASSERTIONS = """\
import ast

class NoAsserts(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()

get_ipython().ast_transformers.append(NoAsserts())"""
PATCH_CHECKS = """\
import balkanlab.exercises as e, balkanlab.exercises.checks as c, balkanlab.exercises.kinds as k
import balkanlab.exercises.grading.probe as p, balkanlab.exercises.grading.inside as i
c.Checks.verdict = c.Checks._judge = lambda *a, **o: c.Verdict(True)
e.require = c.require = lambda *a, **o: None
for kind in k.KINDS.values():
    type(kind).compare = lambda *a, **o: None
k.digest = lambda *a: "0" * 24
p.normal_form = i.normal_form = lambda *a, **o: {"ok": True, "points": 100, "value": True}
check = print"""
FORGED_REPLIES = """\
import json, os
for number in range(60):
    for word in ({"value": True, "ok": True}, {"calls": 3}, {"calls": [1, None]}, [], {"value": {"a": [[[]]]}}):
        line = json.dumps({"id": number, "answer": word, "error": 7, "line": "x", "printed": -1}).encode()
        for descriptor in range(3, 30):
            try:
                os.write(descriptor, line + b"\\n" + b"[" * 3000 + b"\\nnonsense\\n")
            except OSError:
                pass"""


def make_course(folder: Path) -> Path:
    """A course of this one exercise in `folder`."""
    (folder / "data").mkdir(parents=True)
    (folder / "course.yml").write_text("title: guest\n", encoding="utf-8")
    source = parse_source(SOURCE, NAME)
    files = products(folder, NAME)
    for file in files.values():
        file.parent.mkdir(parents=True, exist_ok=True)
    files["checks"].write_text(checks_text(seal_checks(source, folder)), encoding="utf-8")
    files["instructor"].write_text(as_text(instructor(source)), encoding="utf-8")
    return folder


def solved() -> NotebookNode:
    """The notebook of a student who has solved everything."""
    return solution(parse_source(SOURCE, NAME))


def attacking(code: str, notebook: NotebookNode | None = None) -> NotebookNode:
    """A copy of a notebook (the solved one) with `code` in a cell of its own after the first check."""
    result = copy.deepcopy(notebook or solved())
    place = next(n for n, cell in enumerate(result.cells) if cell.id.startswith("check-"))
    result.cells.insert(place + 1, new_code_cell(code, id="attack"))
    return result


def saying(expression: str, before: str = "") -> NotebookNode:
    """The solved notebook whose last answer is the text that `expression` gives: a look around from inside."""
    result = solved()
    cell = next(cell for cell in result.cells if cell.id == "solution-98-2a")
    cell.source = f"{before}\nsaid = 'saw ' + str(({expression}))"
    return result


def with_answers(product: str, square: str, *, said: str = "quiet", before: str = "") -> NotebookNode:
    """A notebook with these answers (the first two as code) and `before` in its first cell.

    It brings points and checks of its own making.
    """
    result = solved()
    for cell in result.cells:
        if cell.id == "setup":
            cell.source += "\n" + before
        elif cell.id == "solution-98-1a":
            cell.source = product
        elif cell.id == "solution-98-1b":
            cell.source = square
        elif cell.id == "solution-98-2a":
            cell.source = f"said = {said!r}"
        elif cell.id.startswith("check-"):
            cell.source = "print('98.1a: ok')"
            cell.metadata.nbgrader.points = 1000
    return result


def write(notebook: NotebookNode, path: Path, *, valid: bool = True) -> Path:
    """Store the notebook as a submission; `valid=False` for one that nbformat would not write."""
    path.write_text(as_text(notebook) if valid else json.dumps(notebook), encoding="utf-8")
    return path


# What is handed in that is no notebook: name → what writes it.
BROKEN: dict[str, Callable[[Path], object]] = {
    "empty": lambda path: path.write_bytes(b""),
    "broken JSON": lambda path: path.write_text('{"cells": [', encoding="utf-8"),
    "no text": lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\n\xff\xfe"),
    "not a notebook": lambda path: path.write_text("[1, 2]", encoding="utf-8"),
    "other JSON": lambda path: path.write_text('{"nbformat": 4, "cells": 7}', encoding="utf-8"),
    "deeply nested": lambda path: path.write_text("[" * 100_000, encoding="utf-8"),
    "a foreign notebook": lambda path: path.write_text(
        json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}), encoding="utf-8"
    ),
    "another exercise": lambda path: write(_renamed(), path),
    "huge": lambda path: path.write_bytes(b" " * 3_000_000),
}


def _renamed() -> NotebookNode:
    notebook = solved()
    notebook.metadata.balkanlab.exercises = "02_cefta"
    return notebook
