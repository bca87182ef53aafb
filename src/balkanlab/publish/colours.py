"""The course's own colours, from `course.yml`, as CSS variables; what would be hard to read is refused.

Contrast is that of WCAG 2: relative luminance with the sRGB curve, at least 4.5 to 1 for text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

LEAST_CONTRAST = 4.5
INK = {"light": "#000000", "dark": "#ffffff"}
PAPER = {"light": "#ffffff", "dark": "#14181d"}
DEFAULTS = {
    "link": {"light": "#0b5475", "dark": "#7cc0e0"},
    "accent": {"light": "#a63c1a", "dark": "#f19a78"},
}
VARIABLES = {"link": "--bl-blue", "accent": "--bl-brick"}
SELECTORS = {
    "light": 'html[data-theme="light"], html[data-theme="auto"], html:not([data-theme])',
    "dark": 'html[data-theme="dark"]',
}


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb`, from 0 (black) to 1 (white)."""
    channels = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """How far two colours stand apart, from 1 (equal) to 21 (black on white)."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def mix(colour: str, other: str, part: float = 0.3) -> str:
    """`colour` with a `part` of the other in it: what a link turns to under the pointer."""
    pairs = ((int(colour[place : place + 2], 16), int(other[place : place + 2], 16)) for place in (1, 3, 5))
    return "#" + "".join(f"{round(a * (1 - part) + b * part):02x}" for a, b in pairs)


def style(wanted: Mapping[str, Any] | None) -> str:
    """The style sheet that sets the two colours, for light and dark paper.

    Raises:
        ValueError: an unknown name, not `#rrggbb`, or too little contrast; the message says which.
    """
    wanted = wanted or {}
    unknown = set(wanted) - set(DEFAULTS)
    if unknown:
        raise ValueError(f"colours.{unknown.pop()} is unknown; there are {', '.join(DEFAULTS)}")
    rules = []
    for mode, selector in SELECTORS.items():
        lines = []
        for name, variable in VARIABLES.items():
            colour = str({**DEFAULTS[name], **(wanted.get(name) or {})}[mode]).lower()
            if not re.fullmatch(r"#[0-9a-f]{6}", colour):
                raise ValueError(f"colours.{name}.{mode}: {colour!r} is not of the form #rrggbb")
            found = contrast(colour, PAPER[mode])
            if found < LEAST_CONTRAST:
                raise ValueError(
                    f"colours.{name}.{mode}: {colour} on {PAPER[mode]} has a contrast of {found:.1f} to 1; "
                    f"text needs {LEAST_CONTRAST} to 1"
                )
            lines += [f"{variable}: {colour};", f"{variable}-strong: {mix(colour, INK[mode])};"]
        rules.append(f"{selector} {{ {' '.join(lines)} }}")
    return "\n".join(rules) + "\n"
