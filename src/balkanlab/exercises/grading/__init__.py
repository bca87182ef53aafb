"""Grading: what students hand in is run in a sandbox, judged outside of it, and turned into marks.

`grade_notebook` grades one file. The other modules find submissions, run a class and write reports.
"""

from __future__ import annotations

from balkanlab.exercises.grading.result import (
    ERROR,
    GRADED,
    PARTIAL,
    REFUSED,
    STATUSES,
    UNREADABLE,
    Assignment,
    AssignmentError,
    Limits,
    Result,
    TaskResult,
)

__all__ = [
    "ERROR",
    "GRADED",
    "PARTIAL",
    "REFUSED",
    "STATUSES",
    "UNREADABLE",
    "Assignment",
    "AssignmentError",
    "Limits",
    "Result",
    "TaskResult",
]
