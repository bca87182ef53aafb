"""Several forums for the same region: how much do they overlap, and what would be lost with one of them?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import combinations

import pandas as pd

from balkanlab.models._check import columns, one_of


def jaccard(first: Collection[str], second: Collection[str]) -> float:
    """Shared members over all members of two groups, in [0, 1] (Jaccard 1901). Two empty groups have 0."""
    a, b = set(first), set(second)
    return len(a & b) / len(a | b) if a | b else 0.0


def similarity(members: Mapping[str, Collection[str]]) -> pd.DataFrame:
    """Jaccard index of every two groups: one row per ordered pair, with row, column, jaccard, shared."""
    rows = [
        (a, b, jaccard(members[a], members[b]), len(set(members[a]) & set(members[b])))
        for a in members
        for b in members
    ]
    return pd.DataFrame(rows, columns=["row", "column", "jaccard", "shared"])


def coverage(
    tasks: pd.DataFrame,
    members: Mapping[str, Collection[str]],
    region: Collection[str],
    *,
    forums: Iterable[str],
) -> pd.DataFrame:
    """What the chosen `forums` do for the pairs of states in `region`, task by task.

    1. `tasks` has forum and task: one row for each task that a forum works on.
    2. A pair is covered for a task if both states sit in a chosen forum that works on it.
    3. A task is "done twice" if two or more chosen forums work on it, "done once" if one does, else "nobody".

    Rows, in the order in which tasks first appear: task, forums (number of chosen forums at work), state, pairs
    (covered), covered_pct (of all pairs in the region).
    """
    columns("tasks", tasks, ["forum", "task"])
    chosen = [one_of("forum", forum, members) for forum in forums]
    pairs = list(combinations(sorted(set(region)), 2))
    if not pairs:
        raise ValueError(f"region must hold at least two codes, got {sorted(set(region))!r}")
    rows = []
    for task, part in tasks.groupby("task", sort=False):
        at_work = [forum for forum in chosen if forum in set(part["forum"])]
        covered = sum(any({a, b} <= set(members[forum]) for forum in at_work) for a, b in pairs)
        state = ("nobody", "done once", "done twice")[min(len(at_work), 2)]
        rows.append((task, len(at_work), state, covered, 100 * covered / len(pairs)))
    return pd.DataFrame(rows, columns=["task", "forums", "state", "pairs", "covered_pct"])


def only_here(
    tasks: pd.DataFrame, members: Mapping[str, Collection[str]], region: Collection[str], forum: str
) -> pd.DataFrame:
    """What would be lost if `forum` closed: task, lost (covered pairs that no other forum covers)."""
    one_of("forum", forum, members)
    with_it = coverage(tasks, members, region, forums=members)
    without = coverage(tasks, members, region, forums=[other for other in members if other != forum])
    lost = with_it["pairs"] - without["pairs"]
    return pd.DataFrame({"task": with_it["task"], "lost": lost})
