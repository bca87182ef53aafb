"""The generator on a small source: what each edition holds, what it must not hold, overlay, round trips."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from balkanlab.exercises import generate
from balkanlab.exercises.source import (
    Source,
    SourceError,
    is_part_of,
    is_placeholder,
    parse_source,
    solved,
    stub,
)
from balkanlab.exercises.validate import differences, validate
from exercises.demo import DEMO

pytestmark = pytest.mark.xdist_group("exercises-machinery")


@pytest.fixture
def source(demo_text: str) -> Source:
    return parse_source(demo_text, "99_demo")


def cell(notebook: Any, name: str) -> Any:
    return next(cell for cell in notebook.cells if generate.grade_id(cell) == name)


class TestSource:
    def test_reads_every_part(self, source: Source) -> None:
        first, second = source.tasks
        assert (source.name, source.chapter, source.title) == ("99_demo", "99", "Demo")
        assert (first.id, first.slug, first.system, first.title) == (
            "99.1a",
            "99-1a",
            "99.1",
            "Six times seven",
        )
        assert first.hints == ["Assign a number.", "Mind the sign.", "Multiply the two."]
        assert [wrong.say for wrong in first.wrong] == ["That is the sum.", ""]
        assert "hidden sentence" in first.hidden
        assert "warm-up" in first.note
        assert second.config["calls"] == [[0], [3], [-2]]

    @pytest.mark.parametrize(
        ("old", "new", "message"),
        [
            ('chapter: "99", ', "", "lacks balkanlab: {chapter"),
            ('check="99.1a"', 'check="99.1c"', "does not follow"),
            ("[raw] check", "check", "is code, not raw"),
            ('hidden="99.1a"', 'solution="99.1a"', "two cells are marked solution"),
            ('note="99.1a"', 'note="first"', "no task id"),
            ("### END SOLUTION\nprint", "print", "do not pair up"),
            ("# kind: number\n", "# kind: guess\n", "kind 'guess'"),
            ("# points: 1\n", "", "lacks points"),
            (", Multiply the two.]", "]", "three hints"),
            ("#   - value: -42\n", "", "two wrong answers"),
            ("# hints: [Assign", "# hints: [[Assign", "no YAML"),
            ('Checks("99_demo")', 'Checks("other")', "setup"),
            ("# ### Square", "# Square", "heading"),
        ],
    )
    def test_names_the_broken_rule(self, demo_text: str, old: str, new: str, message: str) -> None:
        assert old in demo_text
        with pytest.raises(SourceError, match=message):
            parse_source(demo_text.replace(old, new), "99_demo")

    @pytest.mark.parametrize(
        ("old", "new", "message"),
        [
            ("product = factor * 7", "product = None", "nothing here yet"),
            ("product = factor * 7", "1 / 0", "ZeroDivisionError"),
            ("return secret * x", "return -x * x", "is negative"),
            ("value: factor + 7", "value: '\"text\"'", "cannot be sealed"),
        ],
    )
    def test_a_solution_that_fails_is_named(
        self, demo_text: str, old: str, new: str, message: str, tmp_path: Path
    ) -> None:
        broken = parse_source(demo_text.replace(old, new), "99_demo")
        with pytest.raises(SourceError, match=r"99\.1[ab].*" + message):
            generate.seal_checks(broken, tmp_path)


LINES = st.sampled_from(
    ["x = 1", "y = ...", "    z = x", "", "# a comment", "if x:", '{"a": ..., "b": ...}', "print(x)"]
)
REGIONS = st.lists(st.tuples(st.booleans(), st.lists(LINES, max_size=3)), max_size=4)


def written(regions: list[tuple[bool, list[str]]]) -> str:
    lines: list[str] = []
    for inside, region in regions:
        lines += ["### BEGIN SOLUTION", *region, "### END SOLUTION"] if inside else region
    return "\n".join(lines)


class TestStripping:
    @given(REGIONS)
    def test_the_stub_is_part_of_the_solution(self, regions: list[tuple[bool, list[str]]]) -> None:
        text = written(regions)
        assert is_part_of(stub(text), solved(text))

    @given(REGIONS)
    def test_stripping_twice_is_stripping_once(self, regions: list[tuple[bool, list[str]]]) -> None:
        text = written(regions)
        assert stub(stub(text)) == stub(text)

    @given(REGIONS)
    def test_nothing_between_markers_stays(self, regions: list[tuple[bool, list[str]]]) -> None:
        marked = [(inside, [f"{line}  # s" for line in region]) for inside, region in regions if inside]
        assert stub(written(marked)) == ""

    @pytest.mark.parametrize("line", ["x = ...", "x: int = ...  # whole", "...", 'd = {"a": ..., "b": ...}'])
    def test_placeholders(self, line: str) -> None:
        assert is_placeholder(line)

    @pytest.mark.parametrize("line", ['print("...")', "# x = ...", "x = 1", "if x:", "def f(x):"])
    def test_no_placeholders(self, line: str) -> None:
        assert not is_placeholder(line)

    def test_a_foreign_stub_is_no_part(self) -> None:
        assert not is_part_of("a = 1\nb = 2", "b = 2\na = 1")
        assert not is_part_of("c = 3", "a = 1")


class TestEditions:
    def test_student_has_no_solution_no_hidden_test_no_note(self, source: Source) -> None:
        text = generate.as_text(generate.student(source))
        for secret in ("factor * 7", "secret", "hidden sentence", "warm-up", "SOLUTION", "HIDDEN", "sum"):
            assert secret not in text
        assert cell(generate.student(source), "solution-99-1a").source == (
            'factor = 6\nproduct = ...  # a whole number\nprint("product", product)'
        )

    def test_solution_reads_well(self, source: Source) -> None:
        notebook = generate.solution(source)
        assert cell(notebook, "solution-99-1a").source == (
            'factor = 6\nproduct = factor * 7\nprint("product", product)'
        )
        text = generate.as_text(notebook)
        for secret in ("hidden sentence", "warm-up", "SOLUTION"):
            assert secret not in text

    def test_links_lead_up_from_where_the_edition_lies(self, source: Source) -> None:
        assert "](../notebooks/" in generate.student(source).cells[0].source
        assert "](../../notebooks/" in generate.solution(source).cells[0].source

    def test_instructor_keeps_secrets_where_nbgrader_removes_them(self, source: Source) -> None:
        check = cell(generate.instructor(source), "check-99-1a").source
        shown, _, hidden = check.partition("### BEGIN HIDDEN TESTS")
        assert shown == 'check("99.1a", product)\n'
        for part in ("# For the instructor only", 'require("99_demo", "99.1a", product)', "hidden sentence"):
            assert part in hidden
        assert hidden.endswith("### END HIDDEN TESTS")

    def test_text_tells_level_minutes_and_points(self, source: Source) -> None:
        text = cell(generate.student(source), "task-99-1b").source
        assert text == "### 99.1b Square\n*hard, 10 minutes, 2 points*\n\nWrite `square`."

    def test_all_editions_are_valid_notebooks_with_stable_ids(self, source: Source, demo_text: str) -> None:
        for edition in (generate.student, generate.solution, generate.instructor):
            notebook = edition(source)
            nbformat.validate(notebook)
            ids = [cell.id for cell in notebook.cells]
            assert len(set(ids)) == len(ids)
            again = edition(parse_source(demo_text, "99_demo"))
            assert generate.as_text(again) == generate.as_text(notebook)

    def test_a_new_task_leaves_other_ids_alone(self, source: Source, demo_text: str) -> None:
        head, mark, tail = demo_text.partition('# %% [markdown] task="99.1b"')
        extra = (mark + tail).replace("99.1b", "99.2a").replace("square", "cube").replace("Square", "Cube")
        longer = parse_source(head + extra + "\n" + mark + tail, "99_demo")
        old = {cell.id: cell.source for cell in generate.student(source).cells}
        new = {cell.id: cell.source for cell in generate.student(longer).cells}
        assert old.items() <= new.items()


@pytest.fixture
def checks(source: Source, course: Path) -> dict[str, Any]:
    """The demo's checks file, in place."""
    content = generate.seal_checks(source, course)
    path = generate.products(course, "99_demo")["checks"]
    path.parent.mkdir(parents=True)
    path.write_text(generate.checks_text(content), encoding="utf-8")
    return content


SKETCH = {"99.1a": "product", "99.1b": "square"}
PRISTINE = generate.pristine(
    {
        "name": "99_demo",
        "tasks": {
            task: {"grade_id": f"check-{task.replace('.', '-')}", "variable": name, "points": 1}
            for task, name in SKETCH.items()
        },
    }
)
HANDED_OUT = generate.student(parse_source(DEMO, "99_demo"))
PLACES = ["check-99-1a", "solution-99-1a", "check-99-1b", "solution-99-1b", "task-99-1a", "setup"]


class TestOverlay:
    def shape(self, notebook: Any) -> list[str]:
        return [generate.grade_id(cell) for cell in notebook.cells if generate.grade_id(cell)]

    def test_on_the_notebook_as_handed_out(self, source: Source, checks: dict[str, Any]) -> None:
        student = generate.student(source)
        before = copy.deepcopy(student)
        result = generate.overlay(student, generate.pristine(checks))
        assert student == before
        assert self.shape(result) == self.shape(student)
        check = cell(result, "check-99-1a")
        assert check.outputs[0].text == "99.1a: ok\n"
        assert check.execution_count == 1
        nbformat.validate(result)

    def test_twice_is_once(self, source: Source, checks: dict[str, Any]) -> None:
        fresh = generate.pristine(checks)
        once = generate.overlay(generate.student(source), fresh)
        assert generate.overlay(once, fresh) == once

    @given(
        edits=st.lists(
            st.tuples(
                st.sampled_from(["edit", "delete", "copy", "top", "bottom", "rerun"]), st.sampled_from(PLACES)
            ),
            max_size=8,
        )
    )
    def test_whatever_became_of_the_checks(self, edits: list[tuple[str, str]]) -> None:
        notebook, fresh = copy.deepcopy(HANDED_OUT), PRISTINE
        for how, name in edits:
            places = [k for k, cell in enumerate(notebook.cells) if generate.grade_id(cell) == name]
            if not places:
                continue
            target = notebook.cells[places[0]]
            if how == "edit":
                target.source = "print('99.1a: ok')"
            elif how == "rerun" and target.cell_type == "code":
                target.outputs = [nbformat.v4.new_output("stream", text="99.1a: ok\n")]
            elif how == "delete":
                notebook.cells.remove(target)
            elif how == "copy":
                notebook.cells.insert(places[0], copy.deepcopy(target))
            elif how in {"top", "bottom"}:
                notebook.cells.pop(places[0])
                notebook.cells.insert(0 if how == "top" else len(notebook.cells), target)
        result = generate.overlay(notebook, fresh)
        shape = self.shape(result)
        for task in ("99-1a", "99-1b"):
            assert shape.count(f"check-{task}") == 1
            check = cell(result, f"check-{task}")
            assert check.source == cell(fresh, f"check-{task}").source
            assert check.outputs == cell(fresh, f"check-{task}").outputs
            if f"solution-{task}" in shape:
                last = max(k for k, name in enumerate(shape) if name == f"solution-{task}")
                assert shape.index(f"check-{task}") > last
        ids = [cell.id for cell in result.cells]
        assert len(set(ids)) == len(ids)


class TestRun:
    """With kernels: the whole way from source to validated notebooks."""

    def test_regenerate_writes_checks_and_repeats_itself(self, course: Path) -> None:
        files = generate.products(course, "99_demo")
        missing = generate.regenerate(course, check=True)
        assert set(missing) == {files["checks"], files["instructor"]}
        assert not files["checks"].exists()
        assert set(generate.regenerate(course)) == set(files.values())
        before = {file: file.read_bytes() for file in files.values()}
        assert generate.regenerate(course) == []
        assert generate.regenerate(course, check=True) == []
        assert {file: file.read_bytes() for file in files.values()} == before
        tampered = files["student"]
        tampered.write_text(tampered.read_text().replace("Demo", "demo"))
        assert generate.regenerate(course, check=True) == [tampered]
        assert json.loads(files["checks"].read_text())["tasks"].keys() == {"99.1a", "99.1b"}
        assert generate.regenerate(course, names=["other"]) == []

    def test_a_solution_must_pass_its_own_checks(self, course: Path, demo_text: str) -> None:
        # Random on purpose: the value sealed is not the value that comes out later.
        path = course / "exercises" / "source" / "99_demo.py"
        path.write_text(demo_text.replace("factor * 7", "__import__('time').time_ns()"), encoding="utf-8")
        with pytest.raises(SourceError, match=r"does not pass its own check: 99\.1a: not yet"):
            generate.regenerate(course)

    def test_validation(self, course: Path, source: Source, checks: dict[str, Any]) -> None:
        fresh = generate.pristine(checks)
        student = generate.student(source)

        def verdicts(notebook: Any) -> dict[str, str]:
            outcomes = validate(generate.overlay(notebook, fresh), course)
            return {o.grade_id: o.problem for o in outcomes if o.grade_id.startswith("check-")}

        blank = verdicts(student)
        assert "99.1a: not yet – nothing here yet" in blank["check-99-1a"]
        assert "99.1b: not yet – nothing here yet" in blank["check-99-1b"]

        half = copy.deepcopy(student)
        cell(half, "solution-99-1a").source = "product = 42.0"
        cell(half, "check-99-1b").source = "print('99.1b: ok')"
        half.cells.insert(2, nbformat.v4.new_code_cell("check = lambda task, value: print(f'{task}: ok')"))
        result = verdicts(half)
        assert result["check-99-1a"] == ""
        assert "not yet" in result["check-99-1b"]

        broken = copy.deepcopy(student)
        cell(broken, "solution-99-1a").source = "product = 1 / 0"
        assert verdicts(broken)["check-99-1a"].startswith("your code raised NameError")

    def test_the_traps_that_overlay_closes(self, course: Path, source: Source) -> None:
        generate.regenerate(course)
        files = generate.products(course, "99_demo")
        student = nbformat.read(files["student"], 4)
        fresh = generate.pristine(json.loads(files["checks"].read_text()))

        def failing(notebook: Any) -> set[str]:
            return {outcome.grade_id for outcome in validate(notebook, course) if not outcome.ok}

        unsolved = {"check-99-1a", "check-99-1b"}
        # Compared with itself, or stripped, an unsolved notebook "passes": nbval has nothing to hold it to.
        assert failing(student) == set()
        assert failing(generate.strip_outputs(student)) == set()
        for notebook in (student, generate.strip_outputs(student)):
            assert failing(generate.overlay(notebook, fresh)) == unsolved

    def test_a_run_goes_on_after_a_loop_and_a_dead_kernel(self, course: Path) -> None:
        cells = [
            "x = 1",
            "while True: pass",
            "x += 1; print(x)",
            "import os; os._exit(1)",
            "x += 1; print(x)",
        ]
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in cells])
        heard: list[Any] = []
        outcomes = validate(notebook, course, timeout=1, seen=heard.append)
        assert heard == outcomes
        assert [o.problem for o in outcomes] == [
            "",
            "took more than 1 seconds",
            "",
            "the kernel died",
            "",
        ]
        assert [o.printed for o in outcomes] == ["", "", "2\n", "", "3\n"]

    def test_a_run_gives_up_after_too_many_dead_kernels(
        self, course: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("balkanlab.exercises.validate.RESTARTS", 1)
        deadly = [nbformat.v4.new_code_cell("import os; os._exit(1)") for _ in range(3)]
        outcomes = validate(nbformat.v4.new_notebook(cells=deadly), course, timeout=20)
        assert [o.problem.startswith("not run") for o in outcomes] == [False, False, True]

    def test_an_error_names_the_innermost_line_of_the_notebook(self, course: Path) -> None:
        cells = ["", "def f(x):\n    return 1 / x", "y = 1\nf(0)", "import json\njson.loads('')", "x = = 1"]
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in cells])
        raised = [outcome.raised for outcome in validate(notebook, course)]
        assert raised[:2] == [None, None]
        assert [(r.name, r.cell, r.line) for r in raised[2:]] == [
            ("ZeroDivisionError", 1, 2),
            ("JSONDecodeError", 3, 2),
            ("SyntaxError", 4, 1),
        ]


def test_differences_are_nbvals() -> None:
    def out(text: str) -> list[Any]:
        return [nbformat.v4.new_output("stream", name="stdout", text=text)]

    assert differences(out("a: ok\n"), out("a: ok\n")) == ""
    assert "'a: ok\\n' was stored" in differences(out("a: not yet\n"), out("a: ok\n"))
    assert "Missing" in differences([], out("a: ok\n"))
    assert "Unexpected" in differences(out("a: ok\n"), [])
    split = [*out("a: "), *out("ok\n")]
    assert differences(split, out("a: ok\n")) == ""
