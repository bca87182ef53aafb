"""The few icons the book shows, drawn here on a 24 x 24 grid and used as masks: no icon font, no script.

The theme writes `<i class="fa-solid fa-bars">`; the style sheet made here gives each such name its drawing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from sphinx.application import Sphinx

STROKES = {
    "bars": "M4 6h16M4 12h16M4 18h16",
    "list": "M9 6h11M9 12h11M9 18h11M4 6h.01M4 12h.01M4 18h.01",
    "sun": "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v2M12 20v2M4.9 4.9l1.4 1.4M17.7 17.7l1.4 1.4M2 12h2M20 12h2"
    "M4.9 19.1l1.4-1.4M17.7 6.3l1.4-1.4",
    "moon": "M20 14.5A8.5 8.5 0 1 1 9.5 4a7 7 0 0 0 10.5 10.5z",
    "search": "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5L21 21",
    "download": "M12 3v12M7 10.5l5 5 5-5M4 20h16",
    "expand": "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
    "code": "M8 7l-5 5 5 5M16 7l5 5-5 5",
    "file": "M6 3h8l5 5v13H6zM14 3v5h5",
    "print": "M7 8V3h10v5M7 17H4V9h16v8h-3M7 14h10v7H7z",
    "pencil": "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3",
    "lamp": "M9 18h6M10 21h4M8.5 14.5a6 6 0 1 1 7 0c-.6.6-.5 1.5-.5 2.5h-6c0-1 .1-1.9-.5-2.5z",
    "branch": "M7 7v10M7 3a2 2 0 1 0 0 4 2 2 0 0 0 0-4zM7 17a2 2 0 1 0 0 4 2 2 0 0 0 0-4z"
    "M17 5a2 2 0 1 0 0 4 2 2 0 0 0 0-4zM17 9c0 4-5 4-10 6",
    "left": "M15 5l-7 7 7 7",
    "right": "M9 5l7 7-7 7",
    "down": "M5 9l7 7 7-7",
    "up": "M12 20V4M5 11l7-7 7 7",
    "info": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 11v6M12 7.5h.01",
    "alert": "M12 4L2.5 20h19zM12 10v5M12 17.5h.01",
    "cross": "M6 6l12 12M18 6L6 18",
    "link": "M14 4h6v6M20 4l-9 9M18 14v6H4V6h6",
}
SOLIDS = {"contrast": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zm0 2v14a7 7 0 0 0 0-14z"}

# The names under which the theme and Bootstrap ask for them.
NAMES = {
    "fa-bars": "bars",
    "fa-list": "list",
    "fa-outdent": "list",
    "fa-sun": "sun",
    "fa-moon": "moon",
    "fa-circle-half-stroke": "contrast",
    "fa-magnifying-glass": "search",
    "fa-download": "download",
    "fa-expand": "expand",
    "fa-code": "code",
    "fa-file": "file",
    "fa-file-pdf": "print",
    "fa-pencil-alt": "pencil",
    "fa-lightbulb": "lamp",
    "fa-github": "branch",
    "fa-gitlab": "branch",
    "fa-bitbucket": "branch",
    "fa-angle-left": "left",
    "fa-angle-right": "right",
    "fa-chevron-down": "down",
    "fa-arrow-up": "up",
    "fa-arrow-up-right-from-square": "link",
}
# Pseudo-elements that the theme fills with letters of the icon font.
MARKS = {
    "info": (".admonition.note", ".admonition.seealso"),
    "lamp": (".admonition.tip", ".admonition.hint"),
    "alert": (".admonition.warning", ".admonition.caution", ".admonition.attention", ".admonition.important"),
    "cross": (".admonition.error", ".admonition.danger"),
}
_BASE = """.fa-solid,.fas,.far,.fab,.fa-brands,.fa-regular{display:inline-block;width:1em;height:1em;
vertical-align:-.125em;background-color:currentColor;mask:var(--bl-icon) center/contain no-repeat;
-webkit-mask:var(--bl-icon) center/contain no-repeat;flex:none}
.fa-lg{font-size:1.15em}
@media (forced-colors:active){.fa-solid,.fas,.far,.fab,.fa-brands{forced-color-adjust:none;background-color:ButtonText}}
.admonition>.admonition-title::after,div.admonition>.admonition-title::after{content:""!important;
background-color:var(--pst-color-info);mask:var(--bl-mark) center/contain no-repeat;
-webkit-mask:var(--bl-mark) center/contain no-repeat;width:1.1rem!important;height:1.1rem!important;top:.6rem!important}
div#searchbox p.highlight-link a::before{content:none!important}
a.reference.download::before{content:""!important;display:inline-block;width:.9em;height:.9em;padding:0!important;
margin-inline-end:.25em;vertical-align:-.1em;background-color:currentColor;
mask:var(--bl-i-download) center/contain no-repeat;
-webkit-mask:var(--bl-i-download) center/contain no-repeat}
"""


def svg(name: str) -> str:
    """The icon as an SVG document.

    Raises:
        KeyError: no icon of that name.
    """
    if name in SOLIDS:
        paint, path = 'fill="#000" fill-rule="evenodd"', SOLIDS[name]
    else:
        paint = 'fill="none" stroke="#000" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'
        path = STROKES[name]
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" {paint}><path d="{path}"/></svg>'


def data_uri(name: str) -> str:
    """The icon as a CSS `url(…)` that asks no server for anything."""
    return f'url("data:image/svg+xml,{quote(svg(name), safe=" =:/")}")'.replace("%22", "'")


def icon_css() -> str:
    """The style sheet of all icons."""
    lines = [_BASE]
    root = "".join(f"--bl-i-{name}:{data_uri(name)};" for name in sorted({*STROKES, *SOLIDS}))
    lines.append(f":root{{{root}--bl-mark:var(--bl-i-info)}}\n")
    lines += [f".{theirs}{{--bl-icon:var(--bl-i-{ours})}}\n" for theirs, ours in sorted(NAMES.items())]
    lines += [f"{','.join(where)}{{--bl-mark:var(--bl-i-{ours})}}\n" for ours, where in sorted(MARKS.items())]
    return "".join(lines)


def setup(app: Sphinx) -> None:
    """The style sheet is written by `assets`; nothing to register."""
