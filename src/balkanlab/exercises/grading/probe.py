"""Both ends of an answer's way out of the sandbox.

`normal_form` runs beside the student's code: it reads the value as a check would and makes plain data of it.
`restored` runs in the grader: it turns those data into a value that the same check judges. Nothing inside the
sandbox decides about a mark, so nothing that a student changes there can: patched checks, dropped assertions
and faked points still have to come up with the right value.

A function cannot leave the sandbox. It is called there, with the arguments that its check uses, and what came
out is played back to the check in the grader, which makes the same calls in the same order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from balkanlab.exercises.kinds import KINDS, quietly
from balkanlab.exercises.values import Mismatch, Unfinished, is_unfinished

MOST_CHARACTERS = 300


def normal_form(kind: str, config: Mapping[str, Any], get: Callable[[], object]) -> dict[str, Any]:
    """What `get` gives, as data that JSON carries: one of the keys `value`, `calls` and `problem`.

    `value` is the normal form of the kind; `calls` the outcomes of a function's calls; `problem` a sentence
    for the student, with `unfinished` where there is no answer yet. Never raises but by KeyboardInterrupt.
    """
    try:
        with quietly():
            value = get()
            if kind != "function" or not callable(value) or is_unfinished(value):
                return {"value": _read(kind, config, value)}
            recorder = _Recorder(value, config["returns"])
            KINDS[kind].read(config, recorder)
            return {"calls": recorder.outcomes}
    except Mismatch as why:
        return {"problem": str(why)[:MOST_CHARACTERS], "unfinished": isinstance(why, Unfinished)}
    except (Exception, SystemExit) as error:
        return {"problem": f"there is no answer to read ({type(error).__name__}: {error})"[:MOST_CHARACTERS]}


class _Recorder:
    """The student's function, as its check sees it; notes the outcome of each call in `outcomes`."""

    def __init__(self, function: Callable[..., object], returns: Mapping[str, Any]) -> None:
        self.outcomes: list[dict[str, Any]] = []
        self._function = function
        self._returns = returns
        # By its code a check finds the line that raised.
        self.__code__ = getattr(function, "__code__", None)

    def __call__(self, *arguments: object) -> object:
        try:
            result = self._function(*arguments)
        except Exception as error:
            word = {"raises": type(error).__name__, "value_error": isinstance(error, ValueError)}
            self.outcomes.append(word)
            raise
        try:
            self.outcomes.append({"value": _read(self._returns["kind"], self._returns, result)})
        except Mismatch:
            self.outcomes.append({"nothing": True})
        return result


def _read(kind: str, config: Mapping[str, Any], value: object) -> Any:
    """The normal form, such that reading it again gives the same: a table as a list of its rows."""
    normal = KINDS[kind].read(config, value)
    if kind == "table":
        return [{config["key"]: label, **row} for label, row in normal.items()]
    return normal


def restored(data: Mapping[str, Any]) -> object:
    """The value, or the stand-in for the function, that `normal_form` has described.

    Raises:
        Unfinished, Mismatch: there was a problem; the message is the sentence for the student. A forged
            description is one too.
    """
    if "problem" in data:
        raise (Unfinished if data.get("unfinished") else Mismatch)(str(data["problem"])[:MOST_CHARACTERS])
    if "calls" in data:
        return _player(iter(_outcomes(data)))
    return data.get("value")


def _outcomes(data: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    outcomes = data["calls"]
    if not isinstance(outcomes, list) or not all(isinstance(each, Mapping) for each in outcomes):
        raise Mismatch("these are no results of a function")
    return outcomes


def _player(outcomes: Iterator[Mapping[str, Any]]) -> Callable[..., object]:
    def call(*arguments: object) -> object:
        outcome = next(outcomes, {"nothing": True})
        if "raises" in outcome:
            error = ValueError if outcome.get("value_error") else RuntimeError
            raise error(str(outcome["raises"])[:MOST_CHARACTERS])
        return outcome.get("value")

    return call


def shown(data: Mapping[str, Any]) -> str:
    """The answer in at most 200 characters, equal for equal answers; "" where there is none."""
    try:
        text = _short(data["value"]) if "value" in data else ", ".join(map(_outcome, _outcomes(data)))
    except (KeyError, Mismatch, RecursionError):
        return ""
    return text if len(text) <= 200 else text[:199] + "…"


def _outcome(outcome: Mapping[str, Any]) -> str:
    return f"raises {outcome['raises']}" if "raises" in outcome else _short(outcome.get("value"))


def _short(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list):
        return "[" + ", ".join(_short(each) for each in value[:40]) + "]"
    if isinstance(value, Mapping):
        return " ".join(_short(each) for each in value.values())
    return str(value)
