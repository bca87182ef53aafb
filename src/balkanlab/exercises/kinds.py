"""Kinds of answer: how a value is read, sealed into digests, and compared with a seal.

A seal holds data about an answer, never the answer: salted digests of its normal form, and for numbers the
offset of a grid of buckets, each two tolerances wide, one of which has the answer at its centre. So the
tolerance is exact although only a digest is stored. Seals deter copying; they do not resist a determined
search (small whole numbers fall in seconds). Real protection is the hidden tests that the instructor holds.

Digests are an iterated SHA-256, about 5 ms each: `hashlib.pbkdf2_hmac` needs OpenSSL, which the browser
edition lacks.
"""

from __future__ import annotations

import contextlib
import copy
import hashlib
import io
import math
import traceback
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from balkanlab.exercises import values
from balkanlab.exercises.values import Mismatch, Unfinished

Config = Mapping[str, Any]
Seal = dict[str, Any]

ROUNDS = 8_000
EXACT = 1e-6
MARGIN = 1 + 1e-6


def digest(salt: str, text: str) -> str:
    """96 bits, as hex, of an iterated SHA-256 over salt and text."""
    seed = f"{salt}|{text}".encode()
    state = hashlib.sha256(seed).digest()
    for _ in range(ROUNDS):
        state = hashlib.sha256(state).digest()
    return state.hex()[:24]


def _width(tolerance: float) -> float:
    # A hair wider than two tolerances, so that both ends count as inside whatever floats do.
    return 2 * max(tolerance, EXACT) * MARGIN


def offset_for(answer: float, tolerance: float) -> float:
    """Where the grid starts so that `answer` is the centre of its bucket; tells only the answer's remainder."""
    width = _width(tolerance)
    return round((answer - width / 2) % width, 12)


def bucket(value: float, offset: float, tolerance: float) -> int:
    """The number of the bucket that holds `value`."""
    return math.floor((value - offset) / _width(tolerance))


def settled(how: Config, answer: float) -> float:
    """The answer to seal, rounded to `decimals` where the author gives them.

    For estimates, whose last digits differ between machines: equal sources have to give equal seals.
    """
    return round(answer, int(how["decimals"])) if "decimals" in how else answer


class Kind(ABC):
    """One kind of answer. `config` is what the author wrote; `seal` is what the checks file holds."""

    @abstractmethod
    def read(self, config: Config, value: object) -> Any:
        """The value in normal form; raises Mismatch with a sentence for the student."""

    @abstractmethod
    def seal(self, config: Config, normal: Any, salt: str) -> Seal:
        """Data about the answer that `compare` needs."""

    @abstractmethod
    def compare(self, config: Config, seal: Seal, normal: Any, salt: str) -> str | None:
        """None where the value is the sealed one, else what can be said about the difference (or "")."""

    def complaint(self, config: Config, normal: Any) -> str:
        """A property that every answer must have and this one lacks, or ""."""
        return ""

    def nudge(self, config: Config, seal: Seal, normal: Any, salt: str) -> str:
        """What kind of slip it is (sign, unit), or ""."""
        return ""


class Number(Kind):
    """A real number within an absolute `tolerance`, both ends included (none given: one millionth).

    `decimals` rounds the answer before it is sealed, see `settled`.
    """

    SLIPS: Sequence[tuple[Callable[[float], float], str]] = (
        (lambda x: -x, "the sign is the wrong way round"),
        (lambda x: x * 100, "look at the unit: a share or a percentage?"),
        (lambda x: x / 100, "look at the unit: a share or a percentage?"),
        (lambda x: x * 1000, "look at the unit: a factor of a thousand is lost"),
        (lambda x: x / 1000, "look at the unit: a factor of a thousand is lost"),
        (lambda x: 1 / x if x else 0.0, "which of the two is divided by which?"),
    )

    def read(self, config: Config, value: object) -> float:
        return values.to_number(value)

    def seal(self, config: Config, normal: float, salt: str) -> Seal:
        tolerance = float(config.get("tolerance", 0))
        normal = settled(config, normal)
        offset = offset_for(normal, tolerance)
        return {"offset": offset, "digest": digest(salt, str(bucket(normal, offset, tolerance)))}

    def compare(self, config: Config, seal: Seal, normal: float, salt: str) -> str | None:
        place = bucket(normal, seal["offset"], float(config.get("tolerance", 0)))
        return None if digest(salt, str(place)) == seal["digest"] else ""

    def nudge(self, config: Config, seal: Seal, normal: float, salt: str) -> str:
        for change, message in self.SLIPS:
            other = change(normal)
            if other != normal and self.compare(config, seal, other, salt) is None:
                return message
        return ""


class Boolean(Kind):
    """True or False."""

    def read(self, config: Config, value: object) -> bool:
        return values.to_boolean(value)

    def seal(self, config: Config, normal: bool, salt: str) -> Seal:
        return {"digest": digest(salt, str(normal))}

    def compare(self, config: Config, seal: Seal, normal: bool, salt: str) -> str | None:
        return None if digest(salt, str(normal)) == seal["digest"] else ""


class Text(Kind):
    """A word or phrase, whatever its case, accents and outer punctuation; `accept` lists other spellings."""

    def read(self, config: Config, value: object) -> str:
        return values.to_text(value)

    def seal(self, config: Config, normal: str, salt: str) -> Seal:
        spellings = [normal, *(values.plain(str(other)) for other in config.get("accept", ()))]
        return {"digests": sorted({digest(salt, spelling) for spelling in spellings})}

    def compare(self, config: Config, seal: Seal, normal: str, salt: str) -> str | None:
        return None if digest(salt, normal) in seal["digests"] else ""


class Choice(Text):
    """One of the `options` (letters, as a rule)."""

    def read(self, config: Config, value: object) -> str:
        chosen = super().read(config, value)
        options = [values.plain(str(option)) for option in config["options"]]
        if chosen not in options:
            raise Mismatch(f"choose one of {', '.join(map(repr, map(str, config['options'])))}")
        return chosen


class Items(Kind):
    """Codes or numbers in a list, column or array.

    `items` is "code" (the default), "pair" (unordered pairs of codes) or "number" (with `tolerance`);
    `ordered` says whether the order counts. Unordered codes are a set: repeats do not count.
    """

    def __init__(self, ordered: bool) -> None:
        self.ordered = ordered

    def read(self, config: Config, value: object) -> list[Any]:
        items = values.to_items(value)
        if config.get("items") == "number":
            numbers = [values.to_number(item) for item in items]
            return numbers if self.ordered else sorted(numbers)
        codes = [values.to_code(item, pair=config.get("items") == "pair") for item in items]
        return codes if self.ordered else sorted(set(codes))

    def _texts(self, config: Config, offsets: Sequence[float], normal: Sequence[Any]) -> Iterator[str]:
        if config.get("items") != "number":
            yield from normal
            return
        tolerance = float(config.get("tolerance", 0))
        for number, offset in zip(normal, offsets, strict=True):
            yield str(bucket(number, offset, tolerance))

    def seal(self, config: Config, normal: list[Any], salt: str) -> Seal:
        offsets: list[float] = []
        if config.get("items") == "number":
            normal = [settled(config, number) for number in normal]
            offsets = [offset_for(number, float(config.get("tolerance", 0))) for number in normal]
        texts = list(self._texts(config, offsets, normal))
        seal: Seal = {"count": len(normal), "digest": digest(salt, "|".join(texts))}
        return {**seal, "offsets": offsets} if offsets else seal

    def compare(self, config: Config, seal: Seal, normal: list[Any], salt: str) -> str | None:
        if len(normal) != seal["count"]:
            return f"you have {'more' if len(normal) > seal['count'] else 'fewer'} items than there should be"
        texts = list(self._texts(config, seal.get("offsets", []), normal))
        return None if digest(salt, "|".join(texts)) == seal["digest"] else "the number of items is right"


class Table(Kind):
    """Rows found by `key`; `columns` names the value columns, each `{tolerance: …}` or `{kind: text}`.

    Row order, column order and further columns do not count.
    """

    def read(self, config: Config, value: object) -> values.Table:
        rows = values.to_table(value, config["key"], list(config["columns"]))
        for name, how in config["columns"].items():
            for row in rows.values():
                reader = values.to_text if (how or {}).get("kind") == "text" else values.to_number
                try:
                    row[name] = reader(row[name])
                except Mismatch as why:
                    raise type(why)(f"column {name!r}: {why}") from None
        return dict(sorted(rows.items()))

    def _column(self, how: Config, offsets: Sequence[float], cells: Sequence[Any]) -> str:
        if not offsets:
            return "|".join(cells)
        tolerance = float(how.get("tolerance", 0))
        return "|".join(str(bucket(c, o, tolerance)) for c, o in zip(cells, offsets, strict=True))

    def seal(self, config: Config, normal: values.Table, salt: str) -> Seal:
        columns: dict[str, Seal] = {}
        for name, how in config["columns"].items():
            how = how or {}
            cells = [row[name] for row in normal.values()]
            offsets: list[float] = []
            if how.get("kind") != "text":
                numbers = [settled(how, float(str(cell))) for cell in cells]
                offsets = [offset_for(number, float(how.get("tolerance", 0))) for number in numbers]
            columns[name] = {"digest": digest(f"{salt}|{name}", self._column(how, offsets, cells))}
            if offsets:
                columns[name]["offsets"] = offsets
        return {"count": len(normal), "keys": digest(salt, "|".join(normal)), "columns": columns}

    def compare(self, config: Config, seal: Seal, normal: values.Table, salt: str) -> str | None:
        if len(normal) != seal["count"]:
            return f"the table has {'more' if len(normal) > seal['count'] else 'fewer'} rows than it should"
        if digest(salt, "|".join(normal)) != seal["keys"]:
            return f"the number of rows is right, the values of {config['key']!r} are not"
        for name, how in config["columns"].items():
            sealed = seal["columns"][name]
            cells = [row[name] for row in normal.values()]
            column = self._column(how or {}, sealed.get("offsets", []), cells)
            if digest(f"{salt}|{name}", column) != sealed["digest"]:
                return f"the rows are right, column {name!r} is not"
        return None


class FunctionResults(NamedTuple):
    """The results of the calls in normal form, and the first property that does not hold (or "")."""

    results: list[Any]
    broken: str


class Function(Kind):
    """A function, called with each argument list of `calls`; `returns` configures the kind of its results.

    `properties` lists named properties, each over its own argument lists: `non_negative`, `between` (with
    `low`, `high`), `increasing` and `decreasing` (along the list), `constant`, `raises` (a ValueError).
    `name` is what messages call it. The function sees copies of its arguments and may not change them.
    """

    def read(self, config: Config, value: object) -> FunctionResults:
        if values.is_unfinished(value):
            raise Unfinished("nothing here yet")
        if not callable(value):
            raise Mismatch(
                f"this is {values.kind_name(value)}, the function itself is wanted, without brackets"
            )
        results = [self._call(value, arguments, config) for arguments in config["calls"]]
        broken = ""
        try:
            for rule in config.get("properties", ()):
                self._hold(value, rule, config)
        except Mismatch as why:
            broken = str(why)
        return FunctionResults(results, broken)

    def complaint(self, config: Config, normal: FunctionResults) -> str:
        return normal.broken

    def _call(self, function: Callable[..., object], arguments: Sequence[Any], config: Config) -> Any:
        shown, returns = show_call(config, arguments), config["returns"]
        given = copy.deepcopy(list(arguments))
        try:
            result = function(*given)
        except (Exception, SystemExit) as error:
            where = _line(function, error)
            raise Mismatch(f"{shown} raises {type(error).__name__}: {_short(error)}{where}") from None
        if result is None or result is Ellipsis:
            raise Unfinished(f"nothing here yet: {shown} gives nothing")
        if given != list(arguments):
            raise Mismatch(f"{shown} changes what it was given: work on a copy")
        try:
            return KINDS[returns["kind"]].read(returns, result)
        except Mismatch as why:
            raise Mismatch(f"the result of {shown}: {why}") from None

    def _hold(self, function: Callable[..., object], rule: Config, config: Config) -> None:
        name, over = rule["name"], rule["over"]
        if name == "raises":
            for arguments in over:
                if not _refuses(function, arguments):
                    raise Mismatch(f"{show_call(config, arguments)} should raise a ValueError")
            return
        results = [self._call(function, arguments, config) for arguments in over]
        shown = [show_call(config, arguments) for arguments in over]
        low = 0 if name == "non_negative" else rule.get("low", -math.inf)
        high = rule.get("high", math.inf)
        if name in {"non_negative", "between"}:
            for call, result in zip(shown, results, strict=True):
                if not low - EXACT <= result <= high + EXACT:
                    bounds = "negative" if name == "non_negative" else f"outside {low} to {high}"
                    raise Mismatch(f"{call} is {bounds}, which cannot be")
            return
        holds: dict[str, Callable[[float, float], bool]] = {
            "increasing": lambda a, b: b > a,
            "decreasing": lambda a, b: b < a,
            "constant": lambda a, b: abs(b - a) <= EXACT * max(1.0, abs(a)),
        }
        wanted = {"increasing": "more than", "decreasing": "less than", "constant": "the same as"}
        for k in range(1, len(results)):
            if not holds[name](results[k - 1], results[k]):
                raise Mismatch(f"{shown[k]} should be {wanted[name]} {shown[k - 1]}")

    def seal(self, config: Config, normal: FunctionResults, salt: str) -> Seal:
        returns = config["returns"]
        kind = KINDS[returns["kind"]]
        return {"results": [kind.seal(returns, r, f"{salt}|{k}") for k, r in enumerate(normal.results)]}

    def compare(self, config: Config, seal: Seal, normal: FunctionResults, salt: str) -> str | None:
        returns = config["returns"]
        kind = KINDS[returns["kind"]]
        for k, (sealed, result) in enumerate(zip(seal["results"], normal.results, strict=True)):
            if kind.compare(returns, sealed, result, f"{salt}|{k}") is not None:
                return f"{show_call(config, config['calls'][k])} is not yet what it should be"
        return None


def _refuses(function: Callable[..., object], arguments: Sequence[Any]) -> bool:
    try:
        function(*copy.deepcopy(list(arguments)))
    except ValueError:
        return True
    except (Exception, SystemExit):
        return False
    return False


def _line(function: Callable[..., object], error: BaseException) -> str:
    """` (line 2)`: the innermost line of the function's own cell or file that led to the error, or ""."""
    file = getattr(getattr(function, "__code__", None), "co_filename", None)
    frames = traceback.walk_tb(error.__traceback__)
    lines = [line for frame, line in frames if frame.f_code.co_filename == file]
    return f" (line {lines[-1]})" if lines else ""


def _short(error: BaseException) -> str:
    return " ".join(str(error).split())[:80]


def show_call(config: Config, arguments: Sequence[Any]) -> str:
    """`power_to_act(7, 5)`, for messages; long arguments are cut."""
    shown = ", ".join(repr(argument) for argument in arguments)
    return f"{config.get('name', 'f')}({shown if len(shown) <= 60 else shown[:57] + '…'})"


KINDS: dict[str, Kind] = {
    "number": Number(),
    "boolean": Boolean(),
    "text": Text(),
    "choice": Choice(),
    "list": Items(ordered=True),
    "set": Items(ordered=False),
    "table": Table(),
    "function": Function(),
}


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """Swallow what a student's function or object prints, so that a check prints its one line only."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        yield
