"""The blocks around an explorer."""

import pytest

from balkanlab import bet, front
from balkanlab.lesson import chapter


def test_the_front_block_comes_from_the_manifest():
    html = front("02")._repr_html_()
    for question in chapter("02")["questions"]:
        assert question.split("<")[0][:40].replace("'", "&#x27;") in html
    assert f"about {chapter('02')['minutes']} minutes" in html


def test_an_unknown_chapter_lists_those_there_are():
    with pytest.raises(KeyError, match="02"):
        front("77")


def test_a_bet_hides_its_answer_and_needs_no_script():
    block = bet("Who gains <most>?", ["Albania", "Serbia & others"], "Third sellers gained.")
    html = block._repr_html_()
    assert "<script" not in html
    assert "&lt;most&gt;" in html
    assert html.index("<details>") < html.index("Third sellers")
    assert "Third sellers" not in repr(block)
