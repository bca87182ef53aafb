"""How to cite a table of the course, as a sentence and as BibTeX, made from its card and from `course.yml`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from balkanlab import __version__

FOLDER = "data/cite"  # in the built book, beside the tables
# Each of these means something to LaTeX.
LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{sign: f"\\{sign}" for sign in "&%$#_{}"},
    }
)


def limits(resource: dict[str, Any]) -> str:
    """What the licences of a table forbid, in words; "" if they forbid nothing that a course would do."""
    return " ".join(licence["limits"] for licence in resource.get("licenses", []) if licence.get("limits"))


def sentence(resource: dict[str, Any], course: dict[str, Any]) -> str:
    """The citation as plain text.

    Args:
        resource: one of the data package.
        course: the manifest of the course.
    """
    return (
        f"{course['authors']} ({_year(resource)}). {resource['title']} [data set {resource['path']}]. "
        f"{_publication(course)}. {address(resource, course)}. {_note(resource)}"
    )


def bibtex(resource: dict[str, Any], course: dict[str, Any]) -> str:
    """The citation as an entry for BibTeX or biber, in UTF-8; arguments as in `sentence`."""
    fields = {
        "author": f"{{{_latex(course['authors'])}}}",  # in braces of its own: a group has no family name
        "title": f"{{{_latex(resource['title'])}}}",
        "year": _year(resource),
        "howpublished": _latex(f"Data set {resource['path']}, {_publication(course)}"),
        "url": address(resource, course),
        "note": _latex(_note(resource)),
    }
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items())
    return f"@misc{{balkanlab-{resource['name']},\n{lines}}}\n"


def address(resource: dict[str, Any], course: dict[str, Any]) -> str:
    """Where the table is: in the published book or, where `course.yml` names no address of it, the repository."""
    book = str(course.get("address") or "")
    return f"{book.rstrip('/')}/data/{resource['path']}" if book else str(course["repository"]["url"])


def write(resource: dict[str, Any], course: dict[str, Any], out: Path) -> tuple[Path, Path]:
    """Writes both forms of a citation into the built book `out`; returns the text file and the BibTeX file."""
    folder = out / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    files = folder / f"{resource['name']}.txt", folder / f"{resource['name']}.bib"
    for path, text in zip(files, (sentence(resource, course) + "\n", bibtex(resource, course)), strict=True):
        path.write_text(text, encoding="utf-8", newline="\n")
    return files


def _publication(course: dict[str, Any]) -> str:
    return f"{course.get('short_title') or course['title']}, version {__version__}"


def _year(resource: dict[str, Any]) -> str:
    return str(resource["retrieved"])[:4]


def _note(resource: dict[str, Any]) -> str:
    sources = "; ".join(source["title"] for source in resource["sources"])
    licences = "; ".join(licence.get("title") or licence["name"] for licence in resource["licenses"])
    return f"Made from, as of {resource['retrieved']}: {sources}. Licence: {licences}. {limits(resource)}".strip()


def _latex(text: str) -> str:
    return text.translate(LATEX)
