"""Every source in exercises/source: its checks, its editions, what must not leak, and nbval.

A new source is found by itself; nothing here knows a chapter.
"""

from __future__ import annotations

import contextlib
import io
import json
import math
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import pytest
import yaml

from balkanlab.exercises import Checks, generate
from balkanlab.exercises.kinds import KINDS
from balkanlab.exercises.source import Task, is_part_of, read_source, solved, stub

ROOT = Path(__file__).resolve().parents[2]
SOURCES = {path.stem: read_source(path) for path in sorted((ROOT / "exercises" / "source").glob("*.py"))}
TASKS = [(name, task.id) for name, source in SOURCES.items() for task in source.tasks]

pytestmark = [
    pytest.mark.xdist_group("exercises"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:pyfixest"),
]
each_source = pytest.mark.parametrize("name", SOURCES)
each_task = pytest.mark.parametrize(("name", "task_id"), TASKS)


class Run(NamedTuple):
    """What a task's solution computes: its answer, wrong answers, and the names around it."""

    task: Task
    answer: Any
    wrong: list[Any]
    names: dict[str, Any]


@pytest.fixture(autouse=True)
def _in_the_course(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@cache
def runs(name: str) -> dict[str, Run]:
    """Every task of a source, solved once for all tests."""
    found: dict[str, Run] = {}
    names: dict[str, Any] = {"__name__": "__main__"}
    with contextlib.redirect_stdout(io.StringIO()):
        for block in SOURCES[name].blocks:
            if block.role in {"setup", "code"}:
                exec(block.source, names)
            elif block.task:
                task = block.task
                exec(solved(task.solution), names)
                wrong = [generate._wrong_value(task, item.value, names) for item in task.wrong]
                found[task.id] = Run(task, eval(task.answer, names), wrong, dict(names))
    return found


def listed(name: str) -> dict[str, Any]:
    """The entry of course.yml that lists a source: a chapter, or a further sheet under `practice`."""
    manifest = yaml.safe_load((ROOT / "course.yml").read_text(encoding="utf-8"))
    entries = [*manifest["chapters"], *manifest.get("practice", [])]
    return next(entry for entry in entries if entry["exercises"] == f"exercises/{name}.ipynb")


def stored(name: str, kind: str) -> Any:
    path = generate.products(ROOT, name)[kind]
    return json.loads(path.read_text()) if kind == "checks" else nbformat.read(path, 4)


def cell(notebook: Any, name: str) -> Any:
    return next(cell for cell in notebook.cells if generate.grade_id(cell) == name)


def printed(cell: Any) -> str:
    return "".join(output.get("text", "") for output in cell.outputs)


def test_there_are_sources() -> None:
    assert SOURCES


class TestTasks:
    @each_task
    def test_the_check_accepts_the_solution(self, name: str, task_id: str) -> None:
        verdict = Checks(name).verdict(task_id, runs(name)[task_id].answer)
        assert verdict.ok, verdict.message

    @each_task
    def test_the_check_takes_the_stub_for_unfinished(self, name: str, task_id: str) -> None:
        run = runs(name)[task_id]
        names = dict(run.names)
        names.pop(run.task.answer, None)
        exec(stub(run.task.solution), names)
        verdict = Checks(name).verdict(task_id, eval(run.task.answer, names))
        assert not verdict.ok
        assert not verdict.counts
        assert "nothing here yet" in verdict.message

    @each_task
    def test_the_check_rejects_wrong_answers_and_says_what_they_are(self, name: str, task_id: str) -> None:
        run = runs(name)[task_id]
        assert len(run.wrong) >= 2
        for item, value in zip(run.task.wrong, run.wrong, strict=True):
            verdict = Checks(name).verdict(task_id, value)
            assert not verdict.ok, f"{item.value!r} passes"
            if item.say:
                assert verdict.message == item.say

    @each_task
    def test_hints_climb_in_the_notebook(
        self, name: str, task_id: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        run = runs(name)[task_id]
        check, wrong = Checks(name), run.wrong[-1]
        for _ in range(4):
            check(task_id, wrong)
        lines = capsys.readouterr().out.splitlines()
        assert len(lines) == 4
        assert all(line.startswith(f"{task_id}: not yet – ") for line in lines)
        assert run.task.hints[2] in lines[3]
        check(task_id, run.answer)
        assert capsys.readouterr().out == f"{task_id}: ok\n"

    @each_task
    def test_hints_differ_and_are_sentences(self, name: str, task_id: str) -> None:
        task = runs(name)[task_id].task
        texts = [*task.hints, *(wrong.say for wrong in task.wrong if wrong.say)]
        assert len(set(texts)) == len(texts)
        for text in texts:
            assert text[-1] in ".?]", text
            assert text[0].isupper() or text[0] in "`\"'2e", text

    @each_task
    def test_the_stub_is_part_of_the_solution(self, name: str, task_id: str) -> None:
        slug = f"solution-{runs(name)[task_id].task.slug}"
        given, full = (cell(stored(name, kind), slug).source for kind in ("student", "solution"))
        assert is_part_of(given, full)
        assert given != full


def tokens(value: Any) -> Iterator[str | float]:
    """What would give an answer away: its numbers and codes, one by one."""
    if isinstance(value, bool):
        return
    if isinstance(value, (int, float)):
        yield float(value)
    elif isinstance(value, str):
        yield value.casefold()
    elif isinstance(value, dict):
        for inner in value.values():
            yield from tokens(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from tokens(inner)


WORDS = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905
    )
}


def gives_away(text: str, answer: Any, tolerance: float) -> str:
    """The part of `text` that holds a part of `answer`, or ""."""
    numbers = {match: float(match) for match in re.findall(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w%])", text)}
    words = set(re.findall(r"[\w-]+", text.casefold()))
    numbers |= {word: float(WORDS[word]) for word in words if word in WORDS}
    for token in tokens(answer):
        if isinstance(token, str):
            # One letter is an article, too: a choice is given away by a letter in quotes or brackets.
            if len(token) > 1 and set(re.findall(r"[\w-]+", token)) <= words:
                return token
            if len(token) == 1 and re.search(rf"""[("'`]{token}[)"'`]|\b{token}\)""", text.casefold()):
                return token
            continue
        for shown, number in numbers.items():
            if math.isclose(number, abs(token), abs_tol=max(tolerance, 1e-9)) or number == round(token, 2):
                return shown
    return ""


def answer_of(run: Run) -> tuple[Any, float]:
    """The answer in plain Python, and the smallest tolerance."""
    config, kind = run.task.config, run.task.kind
    normal = KINDS[kind].read(config, run.answer)
    if kind == "function":
        return normal.results, 0.0
    tolerances = [float(config.get("tolerance", 0))]
    tolerances += [float((how or {}).get("tolerance", 0)) for how in config.get("columns", {}).values()]
    return normal, min(tolerances)


class TestLeaks:
    def test_the_test_can_fail(self) -> None:
        assert gives_away("It is 3.06 or so.", -3.06, 0.01)
        assert gives_away("There are three of them.", 3, 0)
        assert gives_away("Take HRV and others.", ["hrv", "mkd"], 0)
        assert gives_away('Assign "b".', "b", 0)
        assert not gives_away("A hint without it, from 2018.", [3, "hrv"], 0)

    @each_task
    def test_no_hint_holds_the_answer(self, name: str, task_id: str) -> None:
        run = runs(name)[task_id]
        answer, tolerance = answer_of(run)
        if run.task.kind == "function":
            answer = [result for result in answer if abs(result) > 12]  # the calls are in the open
        spec = stored(name, "checks")["tasks"][task_id]
        for text in [*spec["hints"], *(slip["say"] for slip in spec["slips"])]:
            assert not gives_away(text, answer, tolerance), text

    @each_task
    def test_no_stored_output_of_the_student_holds_the_answer(self, name: str, task_id: str) -> None:
        run = runs(name)[task_id]
        answer, tolerance = answer_of(run)
        said = printed(cell(stored(name, "student"), f"check-{run.task.slug}")).removeprefix(task_id)
        if run.task.kind != "function":
            assert not gives_away(said, answer, tolerance)
        own = cell(stored(name, "student"), f"solution-{run.task.slug}")
        assert own.outputs == []

    @each_task
    def test_the_checks_file_holds_digests_only(self, name: str, task_id: str) -> None:
        run = runs(name)[task_id]
        spec = stored(name, "checks")["tasks"][task_id]
        answer, tolerance = answer_of(run)
        parts = set(tokens(answer)) if run.task.kind != "function" else set()
        shown = {"key", "columns", "options", "name"}  # what the task's text says anyway

        def leaves(value: Any, where: str) -> Iterator[tuple[str, Any]]:
            if isinstance(value, dict):
                for key, inner in value.items():
                    yield from leaves(inner, f"{where}/{key}")
            elif isinstance(value, list):
                for inner in value:
                    yield from leaves(inner, where)
            else:
                yield where, value

        for part in ("config", "seal", "slips"):
            for where, value in leaves(spec[part], part):
                if re.fullmatch(r"[0-9a-f]{24}", str(value)) or where.endswith(("/say", "/count")):
                    continue
                if any(key in where.split("/") for key in shown):
                    continue
                assert value not in parts, where
                if where.startswith("seal") and isinstance(value, float):
                    # An offset may tell where in a bucket the answer lies, never which bucket.
                    assert 0 <= value <= 2 * max(tolerance, widest(run.task)) * 1.01

    @each_task
    def test_the_text_does_not_print_the_answer(self, name: str, task_id: str) -> None:
        run = runs(name)[task_id]
        answer, tolerance = answer_of(run)
        if run.task.kind != "number":
            return
        if abs(answer) >= 100 or answer != round(answer):
            assert not gives_away(run.task.text, answer, tolerance)

    @each_source
    def test_no_solution_note_or_hidden_test_in_what_students_get(self, name: str) -> None:
        student = generate.products(ROOT, name)["student"].read_text(encoding="utf-8")
        checks = generate.products(ROOT, name)["checks"].read_text(encoding="utf-8")
        for task in SOURCES[name].tasks:
            given = set(stub(task.solution).splitlines())
            secret = [line for line in solved(task.solution).splitlines() if line not in given]
            secret += [*task.hidden.splitlines(), *task.note.splitlines()]
            for line in secret:
                escaped = json.dumps(line.strip(), ensure_ascii=False)[1:-1]
                if len(escaped) > 12:
                    assert escaped not in student
                    assert escaped not in checks
        for word in ("SOLUTION", "HIDDEN", "wrong answer"):
            assert word not in student


def widest(task: Task) -> float:
    columns = task.config.get("columns", {}).values()
    returns = task.config.get("returns", {})
    every = [task.config, returns, *(how or {} for how in columns)]
    return max([1e-6, *(float(each.get("tolerance", 0)) for each in every)])


class TestEditions:
    @each_source
    def test_stored_files_follow_from_the_source(self, name: str) -> None:
        stale = generate.regenerate(ROOT, check=True, names=[name])
        assert not stale, f"run `balkanlab exercises`: {[path.name for path in stale]}"

    @each_source
    def test_enough_tasks_of_every_difficulty(self, name: str) -> None:
        tasks = SOURCES[name].tasks
        if "minutes" in listed(name):  # a chapter's, not a further sheet
            assert len(tasks) >= 20
            assert {task.difficulty for task in tasks} == {1, 2, 3}
            assert len({task.kind for task in tasks}) >= 4
        assert all(1 <= task.minutes <= 30 for task in tasks)

    @each_source
    def test_the_manifest_names_the_same_tasks(self, name: str) -> None:
        assert str(listed(name)["chapter" if "chapter" in listed(name) else "id"]) == SOURCES[name].chapter
        asked = {system: about["tasks"] for system, about in listed(name)["systems"].items()}
        written: dict[str, list[str]] = {}
        for task in SOURCES[name].tasks:
            written.setdefault(task.system, []).append(task.id)
        assert written == asked

    @each_source
    @pytest.mark.parametrize("kind", ["student", "solution", "instructor"])
    def test_metadata_is_what_nbgrader_takes(self, name: str, kind: str) -> None:
        notebook = stored(name, kind)
        nbformat.validate(notebook)
        seen: set[str] = set()
        allowed = {"schema_version", "grade", "locked", "solution", "task", "grade_id", "points"}
        for each in notebook.cells:
            meta = each.metadata.get("nbgrader")
            if meta is None:
                continue
            assert set(meta) <= allowed
            assert meta["schema_version"] == 3
            assert re.fullmatch(r"[\w-]+", meta["grade_id"])
            assert meta["grade_id"] not in seen
            seen.add(meta["grade_id"])
            part = meta["grade_id"].split("-")[0]
            flags = {key: meta[key] for key in ("grade", "locked", "solution", "task")}
            assert flags == {
                "grade": part == "check",
                "locked": part in {"check", "task", "setup"},
                "solution": part == "solution",
                "task": False,
            }
            assert ("points" in meta) == meta["grade"]
            assert each.cell_type == ("markdown" if part == "task" else "code")
        assert len(seen) == 3 * len(SOURCES[name].tasks) + 1

    @each_task
    def test_hidden_tests_raise_unless_solved(self, name: str, task_id: str) -> None:
        run = runs(name)[task_id]
        code = cell(stored(name, "instructor"), f"check-{run.task.slug}").source
        with contextlib.redirect_stdout(io.StringIO()):
            exec(code, dict(run.names))
            for wrong in [..., *run.wrong]:
                with pytest.raises(AssertionError):
                    exec(code, {**run.names, run.task.answer: wrong})
            # Without its own Checks a student's notebook cannot fool the hidden part.
            fooled = {**run.names, run.task.answer: run.wrong[0], "check": lambda *_: None}
            with pytest.raises(AssertionError):
                exec(code, fooled)

    @each_source
    def test_the_student_sees_friendly_lines_and_no_traceback(self, name: str) -> None:
        notebook = stored(name, "student")
        for each in [*notebook.cells, *stored(name, "solution").cells]:
            if each.cell_type == "code":
                assert each.execution_count is not None
                assert all(o.output_type != "error" and o.get("name") != "stderr" for o in each.outputs)
        for task in SOURCES[name].tasks:
            line = printed(cell(notebook, f"check-{task.slug}"))
            assert line.startswith(f"{task.id}: not yet – ")
            assert line.count("\n") == 1


@each_source
def test_nbval(name: str, tmp_path: Path) -> None:
    """nbval itself, strict: the solution passes; the student's notebook fails at exactly its unsolved checks."""
    checks = stored(name, "checks")
    student = generate.overlay(stored(name, "student"), generate.pristine(checks))
    handed_out = tmp_path / "handed_out.ipynb"
    nbformat.write(student, handed_out)
    report = tmp_path / "report.xml"
    files = [generate.products(ROOT, name)["solution"], handed_out]
    options = ["--nbval", "--nbval-current-env", "--nbval-cell-timeout=60", f"--junitxml={report}", "-q"]
    alone = ["-p", "no:cacheprovider", "-p", "no:xdist", "-c", "/dev/null", f"--rootdir={ROOT}"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, *alone, *map(str, files)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert report.exists(), done.stdout + done.stderr
    failed: dict[str, set[str]] = {path.stem: set() for path in files}
    said = ""
    notebooks = {path.stem: nbformat.read(path, 4) for path in files}
    for case in ElementTree.parse(report).iter("testcase"):
        # nbval names the cell, and the file by its folder; one outside the course has no name.
        which = name if name in case.get("classname", "") else "handed_out"
        problem = case.find("failure") if case.find("failure") is not None else case.find("error")
        if problem is not None:
            code = [each for each in notebooks[which].cells if each.cell_type == "code"]
            failed[which].add(generate.grade_id(code[int(case.get("name", "").removeprefix("Cell "))]))
            said += problem.text or ""
    assert failed[name] == set(), done.stdout
    assert failed["handed_out"] == {task["grade_id"] for task in checks["tasks"].values()}
    for task in checks["tasks"]:
        assert re.search(rf"{re.escape(task)}: not yet – .*nothing here yet", said)
