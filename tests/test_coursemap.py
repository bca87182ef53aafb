"""The map says what the manifest says, and refuses an idea that joins nothing."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("sphinx")

from balkanlab.publish import coursemap
from support import course

SMALL: dict[str, Any] = {
    "chapters": [
        {"id": "01", "title": "One", "notebook": "notebooks/01.ipynb", "systems": {"1.1": {"section": "A"}}},
        {"id": "02", "title": "Two", "notebook": "notebooks/02.ipynb", "systems": {"2.1": {"section": "B"}}},
    ]
}


def with_ideas(*ideas: tuple[str, list[str]]) -> dict[str, Any]:
    return SMALL | {"ideas": [{"term": term, "systems": systems} for term, systems in ideas]}


def test_every_link_of_an_idea_is_drawn_and_told() -> None:
    told = with_ideas(("Veto player", ["1.1", "2.1"]))
    drawn = coursemap.drawing(told)
    assert drawn.count("<path") == 2
    assert 'href="glossary.html#veto-player"' in drawn
    assert 'href="../notebooks/02.html"' in drawn
    assert '<a href="../notebooks/01.html#a">1.1 A</a>' in coursemap.table(told)


@pytest.mark.parametrize(("systems", "said"), [(["1.1", "9.9"], "9.9"), (["1.1"], "fewer than two")])
def test_an_idea_that_joins_nothing(systems: list[str], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        coursemap.ideas(with_ideas(("Veto player", systems)))


def test_the_course_has_a_map_of_all_its_chapters() -> None:
    whole = course.manifest()
    joined = {chapter for idea in coursemap.ideas(whole) for chapter in idea["chapters"]}
    assert joined >= {"02", "03", "04", "06"}
