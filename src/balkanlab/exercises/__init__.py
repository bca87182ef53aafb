"""Exercises: checks with climbing hints, and the generator that makes every edition from one source.

`Checks` is all a student meets. The other modules serve authors, tests and graders and load only when used:
`values` (what a student's value is), `kinds` (sealing an answer and comparing with it), `source` (the text
notebook), `generate` (the editions) and `validate` (running a notebook and comparing with nbval).
"""

from __future__ import annotations

from balkanlab.exercises.checks import Checks, require

__all__ = ["Checks", "require"]
