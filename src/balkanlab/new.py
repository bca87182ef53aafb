"""A chapter or a sheet of exercises to start from: complete, and sound under the course's own tests as it stands.

Templates are in `templates/`; exercises are sources in jupytext's format, from which `balkanlab exercises` makes the
rest. Where the course has them, `course.yml`, the table of contents and the landing notebook get their entries.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from string import Template
from typing import Any

import yaml

from balkanlab import __version__, landing
from balkanlab.execute import ExecutionError, execute, write_atomically
from balkanlab.exercises.generate import as_text, products, regenerate
from balkanlab.launch import LANDING, colab_cell
from balkanlab.paths import MANIFEST, is_shipped_copy, template_file

TOC = "book/_toc.yml"
SECTIONS = ("The first question", "The second question", "The third question", "The fourth question")
# Teaching values of the tables in the template; each system has its own, so that no two answers are the same.
EXPORTS = ([120, 340, 90, 450], [210, 160, 75, 355], [300, 150, 450, 600], [66, 234, 180, 120])
NAME = re.compile(r"(?:(\d{2})_)?([a-z][a-z0-9]*(?:_[a-z0-9]+)*)")


class NewError(ValueError):
    """Nothing was made; the message says why and what to do."""


def new_chapter(root: Path, name: str, title: str = "") -> list[Path]:
    """A chapter of four systems with twenty exercises and a quiz: notebook, source, all editions and entries.

    Args:
        root: the course folder.
        name: `07_sanctions`, or `sanctions` for the next free number.
        title: made from the name if left out.

    Returns:
        The files made or changed.

    Raises:
        NewError: the name will not do or is taken, or a step failed. What was written is taken back.
    """
    course = _course(root)
    taken = [str(chapter["id"]) for chapter in course["chapters"]]
    number, word = _name(name)
    number = number or f"{max(map(int, taken), default=0) + 1:02d}"
    if number in taken:
        raise NewError(f"chapter {number} is there already; its tasks are in exercises/source")
    name = f"{number}_{word}"
    words = _words(name, number, title or word) | {"slug": word.replace("_", "-")}
    notebook = root / "notebooks" / f"{name}.ipynb"
    quiz = root / "exercises" / "quiz" / f"{name}.yml"
    systems = [f"{int(number)}.{place}" for place in range(1, len(SECTIONS) + 1)]
    entry = _fill("chapter_entry", words) + "".join(
        _system_entry(system, section, words["slug"] if place == 0 else "")
        for place, (system, section) in enumerate(zip(systems, SECTIONS, strict=True))
    )

    def make() -> None:
        _insert(root / MANIFEST, "chapters", entry, lambda other: str(other["id"]) > number)
        _list_in_toc(root / TOC, "notebooks", name)
        _list_in_toc(root / TOC, "exercises", name)
        landing.refresh(root)
        _exercises(root, words, systems)
        _write(quiz, _fill("chapter_quiz", words | {"system": systems[0]}))
        _write(notebook, _chapter(words, systems))
        execute(notebook)

    return _make(root, name, [notebook, quiz], make)


def new_exercise(root: Path, name: str, chapter: str, title: str = "") -> list[Path]:
    """A further sheet of five exercises for a chapter, listed in `course.yml` under `practice`.

    Args:
        root: the course folder.
        name: `embargo`; the chapter's number is put before it.
        chapter: the id of a chapter, such as "02".
        title: made from the name if left out.

    Returns:
        The files made or changed.

    Raises:
        NewError: as in `new_chapter`, or there is no such chapter.
    """
    course = _course(root)
    chapter = chapter.zfill(2)
    entries = {str(each["id"]): each for each in course["chapters"]}
    if chapter not in entries:
        raise NewError(f"there is no chapter {chapter!r}; the course has {', '.join(entries)}")
    number, word = _name(name)
    if number not in {"", chapter}:
        raise NewError(f"{name!r} begins with another number than the chapter's; leave the number out")
    name = f"{chapter}_{word}"
    words = _words(name, chapter, title or word)
    system = _free_system(chapter, [entries[chapter], *landing.sheets(course, chapter)])
    entry = (
        f'  - chapter: "{chapter}"\n    title: {words["title_quoted"]}\n    exercises: "exercises/{name}.ipynb"\n'
        f"    systems:\n{_system_entry(system, words['title'], None)}"
    )

    def make() -> None:
        _insert(root / MANIFEST, "practice", entry, lambda other: False)
        _list_in_toc(root / TOC, "exercises", name)
        landing.refresh(root)
        _exercises(root, words, [system])

    return _make(root, name, [], make)


def _course(root: Path) -> dict[str, Any]:
    if is_shipped_copy(root):
        raise NewError(
            "this is the copy inside the installed package: go to a checkout of the course, "
            "or to a folder made by `balkanlab start`"
        )
    course: dict[str, Any] = yaml.safe_load((root / MANIFEST).read_text(encoding="utf-8"))
    return course


def _name(name: str) -> tuple[str, str]:
    """`07_sanctions` → "07", "sanctions"; without a number the first part is ""."""
    found = NAME.fullmatch(name)
    if not found:
        raise NewError(
            f"{name!r} will not do as a name; use lower-case letters, digits and _, such as 07_sanctions"
        )
    return found[1] or "", found[2]


def _words(name: str, chapter: str, title: str) -> dict[str, str]:
    title = title.replace("_", " ").strip()
    title = title[:1].upper() + title[1:]
    link = f"../exercises/{name}.ipynb"
    quoted = json.dumps(title, ensure_ascii=False)
    return {"name": name, "chapter": chapter, "title": title, "title_quoted": quoted, "exercises_link": link}


def _fill(template: str, words: Mapping[str, str]) -> str:
    return Template(template_file(f"{template}.txt").read_text(encoding="utf-8")).substitute(words)


def _system_entry(system: str, section: str, slug: str | None) -> str:
    """A system in course.yml; a chapter's has a section and, with a `slug`, an explorer. None: a sheet's."""
    tasks = ", ".join(f'"{system}{letter}"' for letter in "abcde")
    title = json.dumps(section, ensure_ascii=False)
    lines = [f'      "{system}":', f"        title: {title}", f"        tasks: [{tasks}]"]
    if slug is not None:
        explorers = [f'        explorers: ["{slug}-growth"]']
        none = [
            "        explorers: []",
            '        reason: "A draft: put an explorer here, or say why there is none."',
        ]
        lines[2:2] = [f"        section: {title}", *(explorers if slug else none)]
    return "\n".join(lines) + "\n"


def _free_system(chapter: str, entries: list[dict[str, Any]]) -> str:
    used = [int(system.split(".")[1]) for entry in entries for system in entry["systems"]]
    return f"{int(chapter)}.{max(used, default=0) + 1}"


def _exercises(root: Path, words: Mapping[str, str], systems: list[str]) -> None:
    text = _fill("exercise_head", words)
    for place, system in enumerate(systems):
        section = SECTIONS[place] if len(systems) > 1 else words["title"]
        part = {"system": system, "section": section, "k": str(place + 1), "exports": str(EXPORTS[place])}
        text += _fill("exercise_system", part)
    _write(_source(root, words["name"]), text)
    regenerate(root, names=[words["name"]])


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, text.encode())


def _source(root: Path, name: str) -> Path:
    return root / "exercises" / "source" / f"{name}.py"


def _chapter(words: Mapping[str, str], systems: list[str]) -> str:
    import jupytext
    from nbformat.v4 import new_code_cell

    text = _fill("chapter_head", words)
    for place, system in enumerate(systems):
        part = {**words, "system": system, "section": SECTIONS[place], "k": str(place + 1)}
        text += _fill("chapter_system", part) + (_fill("chapter_explorer", part) if place == 0 else "")
    notebook = jupytext.reads(text + _fill("chapter_end", words), fmt="py:percent")
    for cell in notebook.cells:
        cell.id = cell.metadata.pop("id")
    first = next(number for number, cell in enumerate(notebook.cells) if cell.cell_type == "code")
    notebook.cells.insert(first, new_code_cell(id="colab", **colab_cell(__version__)))
    notebook.metadata = {}
    return as_text(notebook)


def _insert(path: Path, key: str, item: str, before: Callable[[Mapping[str, Any]], bool]) -> None:
    """Put the text of an `item` into the list `key` at the top level of a YAML file, comments kept.

    It goes before the first item for which `before` holds, else to the end of the list, which is made if need be.
    """
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    document = yaml.compose(text, yaml.SafeLoader)
    nodes = document.value if document else []
    place = next((number for number, (name, _) in enumerate(nodes) if name.value == key), None)
    if place is None:
        write_atomically(path, f"{text.rstrip()}\n\n{key}:\n{item}".encode())
        return
    items = yaml.safe_load(text)[key]
    later = next((number for number, each in enumerate(items) if before(each)), None)
    if later is not None:
        at = nodes[place][1].value[later].start_mark.line
    else:
        at = nodes[place + 1][0].start_mark.line if place + 1 < len(nodes) else len(lines)
        # What stands above the next key, such as its comment, belongs to that key.
        while at and (not lines[at - 1].strip() or lines[at - 1].startswith("#")):
            at -= 1
    write_atomically(path, "".join([*lines[:at], item, *lines[at:]]).encode())


def _list_in_toc(path: Path, folder: str, name: str) -> None:
    """A line for `folder`/`name` in the table of contents, in the order of the names; nothing where there is none."""
    if not path.is_file():
        return
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    listed = [(number, line) for number, line in enumerate(lines) if f"- file: {folder}/" in line]
    if not listed:
        return
    later = [number for number, line in listed if line.split(f"{folder}/")[1].strip() > name]
    indent = listed[0][1].split("-")[0]
    lines.insert(later[0] if later else listed[-1][0] + 1, f"{indent}- file: {folder}/{name}\n")
    write_atomically(path, "".join(lines).encode())


def _make(root: Path, name: str, more: list[Path], make: Callable[[], None]) -> list[Path]:
    """Run `make`, or leave everything as it was; returns the files that it made or changed."""
    from nbclient.exceptions import CellExecutionError

    fresh = [_source(root, name), *products(root, name).values(), *more]
    for path in fresh:
        if path.exists():
            raise NewError(f"{path.relative_to(root)} is there already; choose another name")
    shared = [root / MANIFEST, root / TOC, root / LANDING]
    with _all_or_nothing([*fresh, *shared]):
        try:
            make()
        except (ValueError, ExecutionError, CellExecutionError) as error:
            raise NewError(f"{name} could not be made, and nothing was changed: {error}") from error
    return [path for path in [*fresh, *shared] if path.is_file()]


@contextmanager
def _all_or_nothing(paths: list[Path]) -> Iterator[None]:
    before = {path: path.read_bytes() if path.is_file() else None for path in paths}
    try:
        yield
    except BaseException:
        for path, content in before.items():
            if content is None:
                path.unlink(missing_ok=True)
            elif path.read_bytes() != content:
                write_atomically(path, content)
        raise
