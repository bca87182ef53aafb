"""What the feedback pages and the class report share: templates, numbers and names of files.

The pages stand alone: one file each, no script, no request, light and dark, for screen and print. Whatever a
student wrote is escaped by the template engine.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

LONGEST_NAME = 60
# Names that Windows keeps for devices.
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("balkanlab.exercises.grading"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(number=number, seconds=seconds, code=code)
    return environment


def render(template: str, **values: Any) -> bytes:
    """A page from `template` (a file name in templates/) as UTF-8."""
    return _environment().get_template(template).render(**values).encode("utf-8", "replace")


def number(value: float) -> str:
    """A number for readers: at most one decimal, none where it is whole."""
    return f"{value:,.1f}".removesuffix(".0")


def seconds(value: float) -> str:
    """A time for readers, in seconds with one decimal."""
    return f"{value:,.1f} s" if value >= 0.05 else "< 0.1 s"


def code(text: str) -> Markup:
    """Text with what stands between backticks as code; all of it escaped."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    whole = Markup("")
    for place, part in enumerate(parts):
        whole += Markup("<code>{}</code>").format(part) if place % 2 else escape(part)
    return whole


def safe_name(text: str) -> str:
    """A name for a file or folder on every system: letters and digits of any script, blanks, dots, dashes."""
    name = (
        re.sub(r"[^\w .-]+", "_", unicodedata.normalize("NFC", text))
        .strip(" ._-")[:LONGEST_NAME]
        .rstrip(" .")
    )
    return name if name and not _RESERVED.fullmatch(name) else f"_{name}"


def safe_names(texts: Iterable[str]) -> dict[str, str]:
    """`safe_name` for each of `texts`; those that would share a file, also where case does not count, differ."""
    names = {text: safe_name(text) for text in texts}
    shared = Counter(name.casefold() for name in names.values())
    return {
        text: name if shared[name.casefold()] == 1 else f"{name}-{_digest(text)}"
        for text, name in names.items()
    }


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
