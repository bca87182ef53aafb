"""Laws of the generator and of every kind of check, on examples that nobody chose."""

from __future__ import annotations

import copy
import json
import random
import string
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from balkanlab.exercises import generate, kinds
from balkanlab.exercises.source import Source, is_part_of, parse_source, solved, stub
from balkanlab.exercises.values import Mismatch, plain

FEW = settings(max_examples=40)


@pytest.fixture(autouse=True, scope="module")
def _quick_digests() -> Any:
    """Digests are slow on purpose; their speed is no part of these laws."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kinds, "ROUNDS", 1)
        yield


def accepts(kind: str, config: dict[str, Any], answer: Any, value: Any) -> bool:
    """Whether a check sealed with `answer` takes `value`; the seal goes through JSON as in a checks file."""
    reader = kinds.KINDS[kind]
    seal = json.loads(json.dumps(reader.seal(config, reader.read(config, answer), "salt")))
    try:
        normal = reader.read(config, value)
    except Mismatch:
        return False
    return not reader.complaint(config, normal) and reader.compare(config, seal, normal, "salt") is None


# Values as students hold them.
CODES = st.text(string.ascii_uppercase, min_size=3, max_size=3)
WORDS = st.text(string.ascii_letters + "čćžšđČĆŽŠĐ", min_size=2, max_size=10).filter(
    lambda w: len(plain(w)) > 1
)
NUMBERS = st.floats(-1e5, 1e5).map(lambda x: round(x, 3))
COLLECTIONS = st.sampled_from(
    [list, tuple, np.array, pd.Series, pd.Index, lambda x: pd.Series(x, index=range(7, 7 + len(x)))]
)
SCALARS = st.sampled_from(
    [
        float,
        np.float64,
        np.array,
        lambda x: np.array([x]),
        lambda x: pd.Series([x]),
        lambda x: Decimal(str(x)),
    ]
)


def orders(items: Any) -> Any:
    return st.permutations(list(items))


class TestNumber:
    @FEW
    @given(
        answer=NUMBERS, tolerance=st.sampled_from([0.01, 0.5, 20]), part=st.floats(-0.99, 0.99), as_=SCALARS
    )
    def test_accepts_any_form_within_the_tolerance(
        self, answer: float, tolerance: float, part: float, as_: Any
    ) -> None:
        assert accepts("number", {"tolerance": tolerance}, answer, as_(answer + part * tolerance))

    @FEW
    @given(
        answer=st.integers(-(10**6), 10**6), as_=st.sampled_from([int, float, np.int64, Fraction, Decimal])
    )
    def test_a_whole_number_may_be_any_number(self, answer: int, as_: Any) -> None:
        assert accepts("number", {}, answer, as_(answer))
        assert accepts("number", {}, float(answer), as_(answer))

    @FEW
    @given(answer=NUMBERS, tolerance=st.sampled_from([0.01, 0.5, 20]), beyond=st.floats(1.01, 9), as_=SCALARS)
    def test_rejects_what_is_just_outside(
        self, answer: float, tolerance: float, beyond: float, as_: Any
    ) -> None:
        for sign in (1, -1):
            assert not accepts(
                "number", {"tolerance": tolerance}, answer, as_(answer + sign * beyond * tolerance)
            )

    @FEW
    @given(answer=NUMBERS)
    def test_rejects_other_kinds_of_the_same_look(self, answer: float) -> None:
        for value in (str(answer), [answer], {"x": answer}, complex(answer), lambda: answer):
            assert not accepts("number", {}, answer, value)
        assert not accepts("number", {}, int(bool(answer)), bool(answer))


class TestWords:
    @FEW
    @given(
        word=WORDS, before=st.sampled_from(["", " ", "(", '"']), after=st.sampled_from(["", " ", ".", ")"])
    )
    def test_case_accents_and_outer_punctuation_do_not_count(
        self, word: str, before: str, after: str
    ) -> None:
        for form in (word, word.upper(), word.lower(), plain(word)):
            assert accepts("text", {}, word, before + form + after)

    @FEW
    @given(word=WORDS, place=st.integers(0, 9), letter=st.sampled_from(string.ascii_lowercase))
    def test_one_letter_off_is_off(self, word: str, place: int, letter: str) -> None:
        place %= len(word)
        for near in (
            word[:place] + word[place + 1 :],
            word + letter,
            word[:place] + letter + word[place + 1 :],
        ):
            if plain(near) != plain(word):
                assert not accepts("text", {}, word, near)

    @FEW
    @given(options=st.lists(st.sampled_from("abcdef"), min_size=2, unique=True), number=st.integers(0, 5))
    def test_a_choice_is_one_of_its_options(self, options: list[str], number: int) -> None:
        right = options[number % len(options)]
        for option in options:
            for form in (option, option.upper(), f" {option}) ", np.str_(option)):
                assert accepts("choice", {"options": options}, right, form) == (option == right)
        assert not accepts("choice", {"options": options}, right, "".join(options))

    @given(answer=st.booleans())
    def test_a_boolean_is_no_number_and_no_word(self, answer: bool) -> None:
        assert accepts("boolean", {}, answer, np.bool_(answer))
        for value in (not answer, int(answer), float(answer), str(answer), [answer, answer]):
            assert not accepts("boolean", {}, answer, value)


class TestItems:
    @FEW
    @given(data=st.data(), codes=st.lists(CODES, min_size=1, max_size=6, unique=True), as_=COLLECTIONS)
    def test_a_set_has_no_order_and_no_repeats(self, data: Any, codes: list[str], as_: Any) -> None:
        shuffled = data.draw(orders([*codes, data.draw(st.sampled_from(codes))]))
        assert accepts("set", {}, codes, as_(shuffled))
        assert accepts("set", {}, codes, {code.lower() for code in codes})

    @FEW
    @given(codes=st.lists(CODES, min_size=2, max_size=6, unique=True), other=CODES, as_=COLLECTIONS)
    def test_a_set_with_one_too_few_too_many_or_wrong(self, codes: list[str], other: str, as_: Any) -> None:
        assume(other not in codes)
        for near in (codes[1:], [*codes, other], [other, *codes[1:]]):
            assert not accepts("set", {}, codes, as_(near))
        assert not accepts("set", {}, codes, " ".join(codes))

    @FEW
    @given(data=st.data(), codes=st.lists(CODES, min_size=2, max_size=6, unique=True), as_=COLLECTIONS)
    def test_a_list_keeps_its_order(self, data: Any, codes: list[str], as_: Any) -> None:
        assert accepts("list", {}, codes, as_([code.lower() for code in codes]))
        shuffled = data.draw(orders(codes))
        assert accepts("list", {}, codes, as_(shuffled)) == (shuffled == codes)

    @FEW
    @given(
        numbers=st.lists(NUMBERS, min_size=2, max_size=6, unique=True),
        part=st.floats(-0.99, 0.99),
        beyond=st.floats(1.01, 5),
        which=st.integers(0, 5),
        as_=COLLECTIONS,
    )
    def test_numbers_each_within_the_tolerance(
        self, numbers: list[float], part: float, beyond: float, which: int, as_: Any
    ) -> None:
        config = {"items": "number", "tolerance": 0.25}
        assert accepts("list", config, numbers, as_([number + part * 0.25 for number in numbers]))
        near = list(numbers)
        near[which % len(near)] += beyond * 0.25
        assert not accepts("list", config, numbers, as_(near))
        assert not accepts("list", config, numbers, as_(numbers[1:]))

    @FEW
    @given(data=st.data(), pairs=st.lists(st.tuples(CODES, CODES), min_size=1, max_size=5, unique=True))
    def test_pairs_have_no_order_within(self, data: Any, pairs: list[tuple[str, str]]) -> None:
        assume(len({frozenset(pair) for pair in pairs}) == len(pairs))
        turned = [pair[::-1] if data.draw(st.booleans()) else list(pair) for pair in data.draw(orders(pairs))]
        assert accepts("set", {"items": "pair"}, pairs, turned)
        assert not accepts("set", {"items": "pair"}, pairs, [*turned, ("QQQQ", "ZZZZ")])


ROWS = st.lists(
    st.tuples(CODES, NUMBERS, WORDS), min_size=2, max_size=6, unique_by=(lambda r: r[0], lambda r: r[1])
)
COLUMNS = {"key": "iso3", "columns": {"value": {"tolerance": 0.0004}, "kind": {"kind": "text"}}}


def frame(rows: list[tuple[str, float, str]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["iso3", "value", "kind"])


class TestTable:
    @FEW
    @given(data=st.data(), rows=ROWS)
    def test_neither_row_order_nor_column_order_nor_form_counts(self, data: Any, rows: Any) -> None:
        table = frame(data.draw(orders(rows)))[data.draw(orders(["iso3", "value", "kind"]))]
        forms = [
            table,
            table.assign(more=1),
            table.set_index("iso3"),
            table.rename(columns=str.upper),
            table.to_dict("records"),
            table.to_dict("list"),
            table.assign(value=table["value"] + 0.0003),
        ]
        for form in forms:
            assert accepts("table", COLUMNS, frame(rows), form)

    @FEW
    @given(rows=ROWS, beyond=st.floats(0.001, 10), other=CODES)
    def test_near_misses(self, rows: Any, beyond: float, other: str) -> None:
        table = frame(rows)
        assume(other not in set(table["iso3"]))
        swapped = table.assign(value=[*table["value"][1:], table["value"].iloc[0]])
        off = table.assign(value=[table["value"].iloc[0] + beyond, *table["value"][1:]])
        renamed = table.assign(iso3=[other, *table["iso3"][1:]])
        text = table.assign(value=table["value"].astype(str))
        for near in (
            swapped,
            off,
            renamed,
            text,
            table[1:],
            table.drop(columns="kind"),
            pd.concat([table] * 2),
        ):
            assert not accepts("table", COLUMNS, table, near)


class TestFunction:
    @FEW
    @given(
        slope=st.integers(-9, 9),
        base=st.integers(-9, 9),
        calls=st.lists(st.integers(-50, 50), min_size=2, max_size=5, unique=True),
        which=st.integers(0, 4),
        as_=SCALARS,
    )
    def test_right_everywhere_or_not_at_all(
        self, slope: int, base: int, calls: list[int], which: int, as_: Any
    ) -> None:
        config = {
            "name": "line",
            "calls": [[x] for x in calls],
            "returns": {"kind": "number", "tolerance": 0.01},
        }
        odd = calls[which % len(calls)]

        def line(x: int) -> int:
            return slope * x + base

        assert accepts("function", config, line, lambda x: as_(float(line(x))))
        assert not accepts("function", config, line, lambda x: line(x) + (x == odd))
        assert not accepts("function", config, line, lambda x: None if x == odd else line(x))
        assert not accepts("function", config, line, line(calls[0]))


# Sources that nobody wrote: tasks with code, text and secrets in random places.
CODE = st.lists(st.sampled_from(["a = 1", "b = a + 1", "", "# why", "print(a)"]), max_size=3)
TASKS = st.lists(st.tuples(CODE, CODE, st.integers(1, 3), st.booleans()), min_size=1, max_size=5)


def written(tasks: Any) -> str:
    """A source whose secrets all hold the word `secret`."""
    parts = [
        '# ---\n# balkanlab: {chapter: "97", title: "Any"}\n# ---\n',
        '# %% setup=true\nfrom balkanlab.exercises import Checks\n\ncheck = Checks("97_any")\n',
    ]
    for number, (shown, hidden, points, noted) in enumerate(tasks):
        task = f"97.{number + 1}a"
        solution = ["### BEGIN SOLUTION", *hidden, f"x{number} = {number}  # secret", "### END SOLUTION"]
        parts += [
            f'# %% [markdown] task="{task}"\n# ### Task {number}\n# Assign `x{number}`.\n',
            "\n".join([f'# %% solution="{task}"', "a = 0", *shown, f"x{number} = ...", *solution, ""]),
            f'# %% [raw] check="{task}"\n# answer: x{number}\n# kind: number\n# points: {points}\n'
            f"# difficulty: {points}\n# minutes: 5\n# hints: [One., Two., Three.]\n# wrong: [-1, x{number} + 1]\n",
        ]
        if noted:
            parts.append(f'# %% hidden="{task}"\nassert x{number} == {number}, "secret"\n')
            parts.append(f'# %% [markdown] note="{task}"\n# A secret for the instructor.\n')
    return "\n".join(parts)


def parsed(tasks: Any) -> Source:
    return parse_source(written(tasks), "97_any")


def ids(notebook: Any) -> list[str]:
    return [found for cell in notebook.cells if (found := generate.grade_id(cell))]


class TestGenerator:
    @FEW
    @given(TASKS)
    def test_students_get_no_secret_and_every_task(self, tasks: Any) -> None:
        source = parsed(tasks)
        student, solution, instructor = (
            edition(source) for edition in (generate.student, generate.solution, generate.instructor)
        )
        assert "secret" not in generate.as_text(student)
        assert ids(student) == ids(solution) == ids(instructor)
        assert len(ids(student)) == 3 * len(tasks) + 1
        for task in source.tasks:
            assert is_part_of(stub(task.solution), solved(task.solution))
            assert f"{task.answer} = ..." in stub(task.solution)
            assert f"{task.answer} = ..." not in solved(task.solution)

    @FEW
    @given(TASKS)
    def test_the_checks_file_holds_no_secret(self, tasks: Any) -> None:
        source = parsed(tasks)
        checks = generate.seal_checks(source, Path.cwd())
        assert "secret" not in generate.checks_text(checks)
        assert json.loads(generate.checks_text(checks)) == checks
        assert [task["points"] for task in checks["tasks"].values()] == [task[2] for task in tasks]
        # Sealing twice gives equal bytes.
        assert generate.seal_checks(source, Path.cwd()) == checks

    @FEW
    @given(TASKS)
    def test_editions_survive_the_way_through_a_file(self, tasks: Any) -> None:
        source = parsed(tasks)
        for edition in (generate.student, generate.solution, generate.instructor):
            text = generate.as_text(edition(source))
            again = nbformat.reads(text, as_version=4)
            nbformat.validate(again)
            assert generate.as_text(again) == text
            assert generate.as_text(generate.strip_outputs(again)) == text

    @FEW
    @given(tasks=TASKS, seed=st.integers(0, 999), dropped=st.integers(0, 3))
    def test_overlay_brings_every_check_once_and_below_its_answer(
        self, tasks: Any, seed: int, dropped: int
    ) -> None:
        source = parsed(tasks)
        fresh = generate.pristine(
            {
                "name": "97_any",
                "tasks": {
                    task.id: {"grade_id": f"check-{task.slug}", "variable": task.answer, "points": 1}
                    for task in source.tasks
                },
            }
        )
        student = generate.student(source)
        random.Random(seed).shuffle(student.cells)
        del student.cells[:dropped]
        before = copy.deepcopy(student)
        result = generate.overlay(student, fresh)
        assert student == before
        assert generate.overlay(result, fresh) == result
        order = ids(result)
        for task in source.tasks:
            check, answer = f"check-{task.slug}", f"solution-{task.slug}"
            assert order.count(check) == 1
            assert answer not in order or order.index(answer) < order.index(check)
        kept = [cell.source for cell in student.cells if not generate.grade_id(cell).startswith("check-")]
        assert [c.source for c in result.cells if not generate.grade_id(c).startswith("check-")] == kept
