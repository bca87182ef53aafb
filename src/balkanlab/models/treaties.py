"""The life of a bundle of treaties: what is left when a state repeals or stays away, and for how long.

A *text* is one agreement on one topic. It is *in force* between two states while both are bound by it. It can
be *enforced* only through a common organ that still meets. All probabilities are per year.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import combinations
from math import comb

import pandas as pd

from balkanlab.models._check import one_of, whole, within

DESIGNS = ("texts in pairs", "texts for all", "organ, all must agree", "organ, majority")
EVENTS = ("nothing", "one stays away", "one repeals all", "two repeal all")


def days_between(start: date | str, end: date | str) -> int:
    """Days from `start` to `end`; dates or ISO strings. Negative if `end` comes first."""
    return (_day(end) - _day(start)).days


def _day(value: date | str) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def bundle(states: Sequence[str], topics: Sequence[str], *, design: str) -> pd.DataFrame:
    """The texts of a bundle: text (number), topic, parties (codes joined by "-").

    "texts in pairs" needs one text per topic and pair, every other design one per topic.
    """
    one_of("design", design, DESIGNS)
    members = _members(states)
    groups = list(combinations(members, 2)) if design == DESIGNS[0] else [tuple(members)]
    rows = [(topic, "-".join(group)) for topic in topics for group in groups]
    return pd.DataFrame(
        [(number, *row) for number, row in enumerate(rows, 1)], columns=["text", "topic", "parties"]
    )


def repeal(texts: pd.DataFrame, leavers: Iterable[str]) -> pd.DataFrame:
    """The texts that still bind at least two states after `leavers` repealed all they signed.

    Same columns as `bundle`; `parties` holds those still bound. A text of two ends with either of them, a text
    of three goes on between the other two.
    """
    gone = set(leavers)
    rest = texts.assign(
        parties=[
            "-".join(code for code in parties.split("-") if code not in gone) for parties in texts["parties"]
        ]
    )
    return rest[rest["parties"].str.contains("-")].reset_index(drop=True)


def shock(states: Sequence[str], topics: Sequence[str], *, design: str, event: str) -> pd.DataFrame:
    """What is left of a bundle after an event, in percent of all pairs of states and topics.

    1. Each topic links each pair of states: with 3 states and 3 topics there are 9 links.
    2. A link is in force while some text binds both states.
    3. It can be enforced if the design has an organ and the organ meets. With "all must agree" one empty chair
       stops it; with "majority" it meets while more than half of all founders come.
    4. Who repeals also stays away.

    The event hits the states in the order given. Rows: measure ("in force", "can be enforced"), left_pct,
    texts (still in force), links (their number).
    """
    one_of("event", event, EVENTS)
    members = _members(states)
    absent = members[: (0, 1, 1, 2)[EVENTS.index(event)]]
    repealed = absent if "repeal" in event else []
    texts = repeal(bundle(members, topics, design=design), repealed)
    links = {
        (topic, pair)
        for topic, parties in zip(texts["topic"], texts["parties"], strict=True)
        for pair in combinations(parties.split("-"), 2)
    }
    if design == "organ, all must agree":
        meets = not absent
    elif design == "organ, majority":
        meets = 2 * (len(members) - len(absent)) > len(members)
    else:
        meets = False
    total = len(topics) * comb(len(members), 2)
    enforced = len(links) if meets else 0
    return pd.DataFrame(
        {
            "measure": ["in force", "can be enforced"],
            "left_pct": [100 * len(links) / total, 100 * enforced / total],
            "texts": len(texts),
            "links": [len(links), enforced],
        }
    )


def survival(*, texts: int, risk_pct: float, common_pct: float, years: int) -> pd.DataFrame:
    """Chance that a bundle is still there, year by year.

    1. In a year a text is repealed with the chance r, so it lives t years with (1 − r)ᵗ.
    2. A share c of that risk strikes all texts at once (a change of government): 1 − r = (1 − r)ᶜ (1 − r)¹⁻ᶜ,
       where the first factor is common and the second strikes each text on its own.
    3. All n live with (1 − r)ᶜᵗ (1 − r)⁽¹⁻ᶜ⁾ⁿᵗ; at least one with (1 − r)ᶜᵗ [1 − (1 − (1 − r)⁽¹⁻ᶜ⁾ᵗ)ⁿ].

    `texts` 1 to 200, `risk_pct` 0 to 99, `common_pct` 0 to 100, `years` 1 to 100. Rows: year (0 to `years`),
    series ("at least one text", "a given text", "all texts"), chance_pct.
    """
    n, horizon = whole("texts", texts, 1, 200), whole("years", years, 1, 100)
    keep = 1 - within("risk_pct", risk_pct, 0, 99) / 100
    c = within("common_pct", common_pct, 0, 100) / 100
    rows = []
    for t in range(horizon + 1):
        together, alone = keep ** (c * t), keep ** ((1 - c) * t)
        rows += [
            (t, "at least one text", 100 * together * (1 - (1 - alone) ** n)),
            (t, "a given text", 100 * together * alone),
            (t, "all texts", 100 * together * alone**n),
        ]
    return pd.DataFrame(rows, columns=["year", "series", "chance_pct"])


def kaplan_meier(durations: Iterable[float], ended: Iterable[bool]) -> pd.DataFrame:
    """Share still alive by age when some lives are not over yet (Kaplan and Meier 1958).

    1. Order the lives by length.
    2. At each length t at which d lives end, n are at risk: those with a length of at least t.
    3. Multiply the share by (1 − d/n). A life not over yet counts at risk up to its length and never as an end.

    `durations` ≥ 0, one per life; `ended`: over (True) or still going on (False). Rows: time (0 first, then each
    length at which a life ends), at_risk, ends, alive (share in [0, 1]).
    """
    lives = [(within("duration", d, 0), bool(e)) for d, e in zip(durations, ended, strict=True)]
    if not lives:
        raise ValueError("durations must hold at least one life")
    rows: list[tuple[float, int, int, float]] = [(0.0, len(lives), 0, 1.0)]
    alive = 1.0
    for time in sorted({length for length, over in lives if over}):
        at_risk = sum(length >= time for length, _ in lives)
        ends = sum(length == time and over for length, over in lives)
        alive *= 1 - ends / at_risk
        rows.append((time, at_risk, ends, alive))
    return pd.DataFrame(rows, columns=["time", "at_risk", "ends", "alive"])


def stays(memberships: pd.DataFrame, organisation: Sequence[str], *, until: date | str) -> pd.DataFrame:
    """One stay per country in `organisation`: iso3, years (365.25 days), ended.

    Counted from the first day a country applied an agreement of the list to its first day outside, or to
    `until` if it is still inside. Needs the columns iso3, organisation, status, applied, ended.
    """
    table = memberships[
        memberships["organisation"].isin(list(organisation)) & (memberships["status"] == "member")
    ]
    table = table[table["applied"].notna()]
    edge = pd.Timestamp(_day(until))
    rows = []
    for code, part in table.groupby("iso3"):
        inside = bool((part["ended"].isna() | (part["ended"] > edge)).any())
        last = edge if inside else part["ended"].max()
        rows.append((code, (last - part["applied"].min()).days / 365.25, not inside))
    return pd.DataFrame(rows, columns=["iso3", "years", "ended"])


def _members(states: Sequence[str]) -> list[str]:
    found = list(states)
    if len(found) < 2 or len(set(found)) != len(found):
        raise ValueError(f"states must be at least two different codes, got {found!r}")
    return found
