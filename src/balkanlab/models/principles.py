"""Principles in documents: what two texts share, and what only one of them says.

A coding frame has one row per document and principle: document, principle, how ("stated": in the text itself,
"by reference": in another text that it takes over as a whole, "not seen"). A set of principles is compared by
the index of Jaccard (1901): shared over all that either has.
"""

from __future__ import annotations

from itertools import combinations
from typing import Literal

import pandas as pd

from balkanlab.models._check import columns, one_of

How = Literal["stated", "by reference", "not seen"]
HOW: tuple[How, ...] = ("stated", "by reference", "not seen")
NEEDED = ("document", "principle", "how")


def sets(coding: pd.DataFrame, *, references: bool = True) -> dict[str, set[str]]:
    """The principles of each document, in the frame's order of documents.

    `references` counts principles that a document holds only by reference to another text.
    """
    columns("coding", coding, NEEDED)
    for value in coding["how"]:
        one_of("how", value, HOW)
    counted = ("stated", "by reference") if references else ("stated",)
    held = coding[coding["how"].isin(counted)]
    return {
        str(document): set(held.loc[held["document"] == document, "principle"])
        for document in dict.fromkeys(coding["document"])
    }


def jaccard(a: set[str], b: set[str]) -> float:
    """Shared over all, 0 to 1. Two empty sets are alike: 1."""
    return len(a & b) / len(a | b) if a | b else 1.0


def covered(a: set[str], b: set[str]) -> float:
    """Share of `a` that `b` has too, 0 to 1; unlike Jaccard's index it depends on the order. Empty `a`: 1."""
    return len(a & b) / len(a) if a else 1.0


def overlaps(coding: pd.DataFrame, *, references: bool = True) -> pd.DataFrame:
    """Every pair of documents: first, second, shared, all, jaccard."""
    held = sets(coding, references=references)
    rows = [
        (a, b, len(held[a] & held[b]), len(held[a] | held[b]), jaccard(held[a], held[b]))
        for a, b in combinations(held, 2)
    ]
    return pd.DataFrame(rows, columns=["first", "second", "shared", "all", "jaccard"])


def compare(coding: pd.DataFrame, *, first: str, second: str, references: bool = True) -> pd.DataFrame:
    """Two documents side by side: principle, side, in_first, in_second, and the sums in each row.

    `side` is "both", "only the first", "only the second" or "neither"; the sums are shared, jaccard,
    first_covered and second_covered (share of the one that the other has too).
    """
    held = sets(coding, references=references)
    one_of("first", first, held)
    one_of("second", second, held)
    a, b = held[first], held[second]
    words = {
        (True, True): "both",
        (True, False): "only the first",
        (False, True): "only the second",
        (False, False): "neither",
    }
    rows = [(p, words[p in a, p in b], p in a, p in b) for p in dict.fromkeys(coding["principle"])]
    return pd.DataFrame(rows, columns=["principle", "side", "in_first", "in_second"]).assign(
        shared=len(a & b), jaccard=jaccard(a, b), first_covered=covered(a, b), second_covered=covered(b, a)
    )


def rate_per_thousand(count: int, words: int) -> float:
    """How often a word stands in a text, per thousand words; `words` above 0."""
    if words <= 0 or count < 0:
        raise ValueError(f"words must be above 0 and count at least 0, got {words!r} and {count!r}")
    return 1000 * count / words
