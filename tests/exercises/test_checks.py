"""Every kind of check: accepts equivalents, rejects near misses, climbs its hints, survives any value."""

from __future__ import annotations

import datetime
import decimal
import fractions
import math
import subprocess
import sys
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from balkanlab.exercises import Checks, kinds, require

Maker = Callable[..., Checks]
LOOSE = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


def ok(checks: Checks, value: object) -> bool:
    return checks.verdict("1.1a", value).ok


def says(checks: Checks, value: object) -> str:
    return checks.verdict("1.1a", value).message


class TestNumber:
    @pytest.mark.parametrize(
        "value",
        [
            4,
            4.0,
            np.int64(4),
            np.float32(4),
            np.array(4),
            np.array([4]),
            pd.Series([4]),
            pd.Series([4.0], index=["a"]),
            decimal.Decimal(4),
            fractions.Fraction(8, 2),
        ],
    )
    def test_accepts_equivalents(self, make: Maker, value: object) -> None:
        assert ok(make("number", 4), value)

    @pytest.mark.parametrize("value", [3.999, 4.001, 5, 0, -4, 40, 1e300, 10**400])
    def test_rejects_near_misses(self, make: Maker, value: object) -> None:
        assert not ok(make("number", 4), value)

    @LOOSE
    @given(
        answer=st.floats(-1e6, 1e6),
        tolerance=st.sampled_from([0.0005, 0.01, 0.5, 1, 25]),
        part=st.floats(-1, 1),
        beyond=st.floats(1.001, 50),
        sign=st.sampled_from([-1, 1]),
    )
    def test_tolerance_is_exact(
        self, answer: float, tolerance: float, part: float, beyond: float, sign: int
    ) -> None:
        kind, config = kinds.KINDS["number"], {"tolerance": tolerance}
        seal = kind.seal(config, answer, "salt")
        assert kind.compare(config, seal, answer + part * tolerance, "salt") is None
        assert kind.compare(config, seal, answer + sign * beyond * tolerance, "salt") is not None

    @pytest.mark.parametrize(
        ("value", "word"),
        [
            ("4", "quotes"),
            (True, "True or False"),
            (np.True_, "True or False"),
            (float("nan"), "NaN"),
            (math.inf, "infinite"),
            (pd.NA, "missing"),
            (pd.NaT, "NaN|missing|span"),
            (pd.Timedelta(days=4), "days"),
            (datetime.timedelta(days=4), "days"),
            (4 + 0j, "complex"),
            ([4], "list"),
            (pd.DataFrame({"a": [4]}), "table"),
            (pd.Series([4, 5]), "column"),
            (len, "single number"),
        ],
    )
    def test_names_the_wrong_kind(self, make: Maker, value: object, word: str) -> None:
        message = says(make("number", 4), value)
        assert any(part in message for part in word.split("|")), message

    def test_nudges_from_the_second_attempt_on(self, make: Maker, capsys: pytest.CaptureFixture[str]) -> None:
        for slip, word in ((-4.5, "sign"), (450, "percentage"), (0.0045, "thousand"), (1 / 4.5, "divided")):
            check = make("number", 4.5, tolerance=1e-4)
            check("1.1a", slip)
            assert word not in capsys.readouterr().out
            check("1.1a", slip)
            assert word in capsys.readouterr().out


class TestOthers:
    def test_boolean(self, make: Maker) -> None:
        check = make("boolean", True)
        assert ok(check, True)
        assert ok(check, np.True_)
        assert not ok(check, False)
        for value in (1, "True", [True]):
            assert "is wanted" in says(check, value)

    def test_choice(self, make: Maker) -> None:
        check = make("choice", "b", options=["a", "b", "c"])
        for value in ("b", "B", " b) ", "(b)", "b.", np.str_("b")):
            assert ok(check, value)
        for value in ("a", "c"):
            assert not ok(check, value)
        assert "choose one of 'a', 'b', 'c'" in says(check, "e")

    def test_text(self, make: Maker) -> None:
        check = make("text", "Đinđić", accept=["Zoran Djindjic"])
        for value in ("đinđić", "Dindic", " Đinđić. ", "zoran  DJINDJIC"):
            assert ok(check, value)
        for value in ("Djindjic", "Dinđićev"):
            assert not ok(check, value)
        assert "nothing here yet" in says(check, "  ")

    @pytest.mark.parametrize(
        "value",
        [
            ["HRV", "MKD"],
            ("mkd", "hrv"),
            {"HRV", "MKD"},
            np.array(["MKD", "HRV"]),
            pd.Series(["HRV", "MKD"], index=[7, 9]),
            pd.Index(["MKD", "HRV"]),
            pd.Series(["HRV", "MKD"], dtype="category"),
            {"HRV": 1, "MKD": 2}.keys(),
            ["HRV", "MKD", "HRV"],
        ],
    )
    def test_set_accepts_equivalents(self, make: Maker, value: object) -> None:
        assert ok(make("set", ["HRV", "MKD"]), value)

    @pytest.mark.parametrize("value", [["HRV"], ["HRV", "MKD", "ALB"], ["HRV", "ALB"], ["HR", "VMKD"], []])
    def test_set_rejects_near_misses(self, make: Maker, value: object) -> None:
        assert not ok(make("set", ["HRV", "MKD"]), value)

    @pytest.mark.parametrize(
        "value", ["HRV", {"HRV": 1}, pd.DataFrame({"a": ["HRV"]}), 5, b"HRV", iter("ab")]
    )
    def test_set_names_the_wrong_kind(self, make: Maker, value: object) -> None:
        assert "list is wanted" in says(make("set", ["HRV", "MKD"]), value)

    def test_pairs_have_no_order(self, make: Maker) -> None:
        check = make("set", [("SRB", "XKX"), ("BIH", "XKX")], items="pair")
        assert ok(check, [("XKX", "BIH"), ["XKX", "SRB"]])
        assert ok(check, {frozenset(("BIH", "XKX")), ("SRB", "XKX")})
        assert ok(check, ["SRB-XKX", "XKX, BIH"])
        assert not ok(check, [("SRB", "BIH"), ("BIH", "XKX")])
        assert "pair" in says(check, ["SRB", "XKX"])

    def test_list_keeps_order(self, make: Maker) -> None:
        check = make("list", ["a", "b", "c"])
        assert ok(check, pd.Series(["A", "B", "C"]))
        assert not ok(check, ["a", "c", "b"])

    def test_list_of_numbers(self, make: Maker) -> None:
        check = make("list", [1, 2.5, 3], items="number", tolerance=0.1)
        assert ok(check, np.array([1.1, 2.4, 3.0]))
        assert ok(check, pd.Series([1, 2.5, 3]))
        assert not ok(check, [1.11, 2.5, 3])
        assert not ok(check, [1, 3, 2.5])
        assert "fewer" in (
            kinds.KINDS["list"].compare({"items": "number"}, check.tasks["1.1a"]["seal"], [1.0, 2.0], "x")
            or ""
        )

    def test_list_half_done(self, make: Maker) -> None:
        assert "only in part" in says(make("list", [1, 2], items="number"), [1, ...])


class TestTable:
    CONFIG: ClassVar[dict[str, Any]] = {
        "key": "iso3",
        "columns": {"value": {"tolerance": 0.5}, "kind": {"kind": "text"}},
    }
    FRAME = pd.DataFrame({"iso3": ["SRB", "ALB"], "value": [10, 20.0], "kind": ["flow", "stock"]})

    @pytest.mark.parametrize(
        "value",
        [
            FRAME,
            FRAME[::-1],
            FRAME[["kind", "value", "iso3"]],
            FRAME.assign(extra=1),
            FRAME.set_index("iso3"),
            FRAME.set_index("iso3").rename_axis(None),
            FRAME.rename(columns=str.upper),
            FRAME.assign(value=[10.5, 19.5]),
            FRAME.to_dict("records"),
            FRAME.to_dict("list"),
            FRAME.set_index("iso3").to_dict("index"),
        ],
    )
    def test_accepts_equivalents(self, make: Maker, value: object) -> None:
        assert ok(make("table", self.FRAME, **self.CONFIG), value)

    @pytest.mark.parametrize(
        ("value", "word"),
        [
            (FRAME.assign(value=[10, 20.6]), "column 'value' is not"),
            (FRAME.assign(value=[20, 10]), "column 'value' is not"),
            (FRAME.assign(kind="flow"), "column 'kind' is not"),
            (FRAME[:1], "fewer rows"),
            (FRAME.assign(iso3=["SRB", "MKD"]), "values of 'iso3' are not"),
        ],
    )
    def test_rejects_near_misses(self, make: Maker, value: object, word: str) -> None:
        check = make("table", self.FRAME, **self.CONFIG)
        assert not ok(check, value)
        check.record("1.1a").attempts = 1
        assert word in says(check, value)

    @pytest.mark.parametrize(
        ("value", "word"),
        [
            (FRAME.drop(columns="value"), "'value' is missing"),
            (pd.concat([FRAME, FRAME]), "same iso3"),
            (FRAME.assign(value=[1, None]), "column 'value'"),
            (FRAME[:0], "no rows"),
            ({}, "empty"),
            ([1, 2], "table is wanted"),
            ("x", "table is wanted"),
            ({"iso3": ["A"], "value": [1, 2], "kind": ["x"]}, "lengths"),
        ],
    )
    def test_names_the_wrong_kind(self, make: Maker, value: object, word: str) -> None:
        assert word in says(make("table", self.FRAME, **self.CONFIG), value)

    def test_one_column_may_be_a_mapping(self, make: Maker) -> None:
        check = make("table", {"SRB": 1, "ALB": 2}, key="iso3", columns={"value": {"tolerance": 0.1}})
        assert ok(check, {"alb": 2.05, "srb": np.int64(1)})
        assert ok(check, pd.Series({"ALB": 2, "SRB": 1}))
        assert ok(check, pd.DataFrame({"iso3": ["SRB", "ALB"], "value": [1, 2]}))
        assert not ok(check, {"SRB": 2, "ALB": 1})
        assert not ok(check, {"SRB": 1, "ALB": 2, "MKD": 3})
        assert "nothing here yet" in says(check, {"SRB": 1, "ALB": ...})


class TestFunction:
    CONFIG: ClassVar[dict[str, Any]] = {
        "name": "area",
        "calls": [[2, 3], [0, 5], [1.5, 4]],
        "returns": {"kind": "number", "tolerance": 0.01},
        "properties": [
            {"name": "non_negative", "over": [[1, 1], [0, 0]]},
            {"name": "increasing", "over": [[1, 1], [1, 2], [1, 3]]},
            {"name": "constant", "over": [[2, 3], [3, 2]]},
            {"name": "raises", "over": [[-1, 2]]},
        ],
    }

    @staticmethod
    def right(a: float, b: float) -> float:
        if a < 0:
            raise ValueError("no negative sides")
        return a * b

    def test_accepts(self, make: Maker) -> None:
        check = make("function", self.right, **self.CONFIG)
        assert ok(check, self.right)
        assert ok(check, lambda x, y: np.float64(self.right(x, y)) + 0.001)

    @pytest.mark.parametrize(
        ("function", "word"),
        [
            (lambda a, b: a + b, ""),
            (lambda a, b: None, "area(2, 3) gives nothing"),
            (lambda a, b: "6", "the result of area(2, 3)"),
            (lambda a, b: 1 / 0, "raises ZeroDivisionError"),
            (lambda a: a, "raises TypeError"),
            (lambda a, b: a * b, "should raise a ValueError"),
            (lambda a, b: a * b if a == 2 else -1, "is negative"),
            (exit, "raises"),
            (6, "without brackets"),
        ],
    )
    def test_rejects(self, make: Maker, function: Any, word: str) -> None:
        check = make("function", self.right, **self.CONFIG)
        assert not ok(check, function)
        assert word in says(check, function)

    def test_must_leave_its_arguments_alone(self, make: Maker) -> None:
        def last(items: list[int]) -> int:
            return items[-1]

        check = make("function", last, calls=[[[1, 2]]], returns={"kind": "number"})
        assert ok(check, last)
        assert "work on a copy" in says(check, lambda items: items.pop())

    def test_is_quiet_and_does_not_end_the_session(
        self, make: Maker, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def noisy(a: float, b: float) -> float:
            print("noise")
            return self.right(a, b)

        check = make("function", self.right, **self.CONFIG)
        check("1.1a", noisy)
        assert capsys.readouterr().out == "1.1a: ok\n"


class TestHints:
    def test_climb_with_each_failed_attempt(self, make: Maker, capsys: pytest.CaptureFixture[str]) -> None:
        check = make("choice", "b", options=["a", "b"])
        for hint in ("hint one", "hint two", "hint three", "hint three"):
            check("1.1a", "a")
            assert capsys.readouterr().out == f"1.1a: not yet – {hint}\n"
            assert not check.passed("1.1a")
        check("1.1a", "b")
        assert capsys.readouterr().out == "1.1a: ok\n"
        assert check.passed("1.1a")

    def test_an_empty_answer_is_no_attempt(self, make: Maker, capsys: pytest.CaptureFixture[str]) -> None:
        check = make("number", 4)
        for nothing in (..., None, NotImplemented):
            check("1.1a", nothing)
            assert capsys.readouterr().out == "1.1a: not yet – nothing here yet. hint one\n"
        check("1.1a")
        assert 'check("1.1a", x)' in capsys.readouterr().out
        check("1.1a", 5)
        assert "hint one" in capsys.readouterr().out

    def test_a_wrong_kind_climbs_too(self, make: Maker, capsys: pytest.CaptureFixture[str]) -> None:
        check = make("number", 4)
        check("1.1a", "4")
        check("1.1a", "4")
        first, second = capsys.readouterr().out.splitlines()
        assert "quotes" in first
        assert first.endswith("hint one")
        assert second.endswith("hint two")

    def test_a_typical_slip_is_named_once(self, make: Maker, capsys: pytest.CaptureFixture[str]) -> None:
        check = make("number", 4, slips={"that is half": 2})
        check("1.1a", 2)
        check("1.1a", 2)
        first, second = capsys.readouterr().out.splitlines()
        assert first == "1.1a: not yet – that is half"
        assert "hint two" in second

    def test_passed_follows_the_last_answer(self, make: Maker) -> None:
        check = make("number", 4)
        check("1.1a", 4)
        check("1.1a", 5)
        assert not check.passed("1.1a")

    def test_an_unknown_task_lists_the_tasks(self, make: Maker, capsys: pytest.CaptureFixture[str]) -> None:
        check = make("number", 4)
        check("1.1b", 4)
        assert capsys.readouterr().out == "1.1b: no such task; did you mean 1.1a? The tasks are 1.1a.\n"
        check(4, 4)
        assert "int: no such task" in capsys.readouterr().out

    def test_an_unknown_notebook_lists_the_notebooks(
        self, make: Maker, capsys: pytest.CaptureFixture[str]
    ) -> None:
        make("number", 4)
        Checks("two")("1.1a", 4)
        assert "no checks named 'two'; there are: one" in capsys.readouterr().out

    def test_a_check_shows_one_line_and_returns_nothing(self, make: Maker) -> None:
        assert make("number", 4)("1.1a", 4) is None


class Evil:
    """An object that raises wherever Python lets it."""

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("eq")

    __hash__ = None  # type: ignore[assignment]

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(name)

    def __len__(self) -> int:
        raise RuntimeError("len")

    def __iter__(self) -> Any:
        raise RuntimeError("iter")

    def __bool__(self) -> bool:
        raise RuntimeError("bool")

    def __repr__(self) -> str:
        raise RuntimeError("repr")

    def __float__(self) -> float:
        raise RuntimeError("float")


ALL_KINDS = {
    "number": (4, {}),
    "boolean": (True, {}),
    "text": ("word", {}),
    "choice": ("b", {"options": ["a", "b"]}),
    "list": ([1, 2], {"items": "number"}),
    "set": (["HRV", "MKD"], {}),
    "table": ({"a": 1}, {"key": "k", "columns": {"v": {}}}),
    "function": (abs, {"calls": [[-1]], "returns": {"kind": "number"}}),
}
WEIRD = [
    Evil(),
    [Evil()],
    {"a": Evil()},
    Evil,
    lambda *_: Evil(),
    float("nan"),
    -math.inf,
    10**5000,
    range(10**9),
    [0] * 100_000,
    list(range(19_999)),
    "x" * 1_000_000,
    b"bytes",
    pd.DataFrame(),
    pd.DataFrame(np.zeros((3, 3))),
    pd.Series(dtype=float),
    pd.MultiIndex.from_tuples([("a", 1)]),
    np.zeros((2, 2)),
    np.array([None, 1], dtype=object),
    np.datetime64("2020-01-01"),
    object(),
    type,
    [[[[]]]],
    {1: {2: 3}},
    set(),
    (x for x in "ab"),
]


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_no_value_makes_a_check_raise(make: Maker, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    answer, config = ALL_KINDS[kind]
    check = make(kind, answer, **config)
    for value in WEIRD:
        check("1.1a", value)
        line = capsys.readouterr().out
        assert line.startswith("1.1a: not yet – ")
        assert line.count("\n") == 1
        assert len(line) < 400


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.decimals()
    | st.dates()
    | st.binary(max_size=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=8,
)


@LOOSE
@given(value=VALUES, kind=st.sampled_from(sorted(ALL_KINDS)))
def test_any_value_gets_one_verdict(make: Maker, value: object, kind: str) -> None:
    answer, config = ALL_KINDS[kind]
    verdict = make(kind, answer, **config).verdict("1.1a", value)
    assert verdict.ok or verdict.message


def test_keyboard_interrupt_still_stops_a_students_loop(make: Maker) -> None:
    def interrupted(_: float) -> float:
        raise KeyboardInterrupt

    check = make("function", abs, calls=[[-1]], returns={"kind": "number"})
    with pytest.raises(KeyboardInterrupt):
        check("1.1a", interrupted)


def test_require_raises_for_graders(make: Maker) -> None:
    make("number", 4)
    require("one", "1.1a", 4)
    with pytest.raises(AssertionError, match=r"1\.1a: not yet"):
        require("one", "1.1a", 5)
    with pytest.raises(KeyError):
        require("one", "9.9z", 5)


def test_a_check_is_quick(make: Maker) -> None:
    import timeit

    check = make("number", 4)
    assert timeit.timeit(lambda: check.verdict("1.1a", 4), number=5) / 5 < 0.05


def test_importing_checks_loads_no_library() -> None:
    heavy = "pandas", "numpy", "yaml", "nbformat", "nbclient", "jupytext", "nbval", "IPython"
    code = (
        "import sys; from balkanlab.exercises import Checks; "
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
