"""Formulas as MathML, written at build time: no script, no font, and a screen reader can read them aloud."""

from __future__ import annotations

from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import fromstring

from docutils import nodes
from sphinx.util import logging

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

LOGGER = logging.getLogger(__name__)
# How many children these elements must have, by the MathML Core specification.
PARTS = {"mfrac": 2, "msub": 2, "msup": 2, "mroot": 2, "munder": 2, "mover": 2, "msubsup": 3, "munderover": 3}


@lru_cache(maxsize=2048)
def to_mathml(latex: str, display: str = "inline") -> str:
    """One formula as a `<math>` element that carries its LaTeX as annotation.

    Args:
        latex: the formula without dollar signs.
        display: "inline" or "block".

    Raises:
        ValueError: the formula is empty or not understood.
    """
    from latex2mathml.converter import convert

    source = latex.strip()
    if not source:
        raise ValueError("empty formula")
    try:
        math: str = convert(source, display=display)
    except Exception as error:
        raise ValueError(f"not understood: {source}") from error
    tree = fromstring(math)
    if "\\" in "".join(tree.itertext()):
        raise ValueError(f"unknown command in: {source}")
    for element in tree.iter():
        name = element.tag.rsplit("}", 1)[-1]
        if len(element) != PARTS.get(name, len(element)):
            raise ValueError(f"a part is missing in: {source}")
    body = math[math.index(">") + 1 : -len("</math>")]
    return (
        f'<math xmlns="http://www.w3.org/1998/Math/MathML" display="{display}"><semantics>{body}'
        f'<annotation encoding="application/x-tex">{escape(source, quote=False)}</annotation></semantics></math>'
    )


def _write(translator: HTML5Translator, node: nodes.Element, display: str) -> str:
    try:
        return to_mathml(node.astext(), display)
    except ValueError as error:
        LOGGER.warning("formula %s", error, location=node, type="balkanlab", subtype="math")
        return f"<code>{escape(node.astext())}</code>"


def visit_inline(translator: HTML5Translator, node: nodes.Element) -> None:
    """Write `$…$`."""
    translator.body.append(_write(translator, node, "inline"))
    raise nodes.SkipNode


def visit_block(translator: HTML5Translator, node: nodes.Element) -> None:
    """Write `$$…$$` in a block that scrolls by itself where it is wider than the page."""
    names: list[str] = node.get("ids", [])
    ids = "".join(f'<span id="{escape(name)}"></span>' for name in names)
    translator.body.append(f'{ids}<div class="bl-math">{_write(translator, node, "block")}</div>\n')
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Offer the renderer under the name `mathml`."""
    inline: Any = (visit_inline, None)
    block: Any = (visit_block, None)
    app.add_html_math_renderer("mathml", inline, block)
