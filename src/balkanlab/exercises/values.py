"""What a student's value is, in plain Python, whatever library it came from.

Each reader returns plain Python or raises `Mismatch` with a sentence for the student. pandas and numpy are
recognised by what their objects can do, never imported: the module must load fast and run in the browser.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence, Set
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

MAX_ITEMS = 20_000


class Mismatch(Exception):
    """The value is of another kind than the task wants; the message says so to the student."""


class Unfinished(Mismatch):
    """There is no answer yet: the placeholder, None, or a function without a return."""


def kind_name(value: object) -> str:
    """A short English name for the type of `value`, with its article."""
    if isinstance(value, bool) or type(value).__name__ == "bool_":
        return "True or False"
    if isinstance(value, str):
        return "text in quotes"
    if isinstance(value, (int, float)):
        return "a number"
    known = {
        "list": "a list",
        "tuple": "a tuple",
        "set": "a set",
        "dict": "a dictionary",
        "DataFrame": "a table (DataFrame)",
        "Series": "a column (Series)",
        "ndarray": "an array",
        "timedelta": "a span of time",
        "Timedelta": "a span of time",
        "function": "a function",
        "type": "a class",
    }
    name = type(value).__name__
    return known.get(name, f"an object of type {name}")


def is_unfinished(value: object) -> bool:
    """True for `...`, None and NotImplemented, the values of a task not yet begun."""
    return value is None or value is Ellipsis or value is NotImplemented


def _unwrap(value: object) -> object:
    """numpy scalars, 0-d arrays and one-element arrays or columns become the scalar that they hold."""
    if type(value).__module__.partition(".")[0] not in {"numpy", "pandas"}:
        return value
    size = getattr(value, "size", None)
    if isinstance(size, int) and size == 1 and not hasattr(value, "columns"):
        item = getattr(value, "item", None)
        if callable(item):
            return item()
    return value


def to_number(value: object) -> float:
    """A finite float from any real number.

    Raises:
        Unfinished: nothing has been assigned.
        Mismatch: not a number, missing, infinite, or too large for a float.
    """
    if is_unfinished(value):
        raise Unfinished("nothing here yet")
    value = _unwrap(value)
    if isinstance(value, bool):
        raise Mismatch("this is True or False, a number is wanted")
    if isinstance(value, str):
        raise Mismatch("this is text in quotes, a number is wanted")
    if isinstance(value, timedelta):
        raise Mismatch("this is a span of time, a number is wanted: take its days")
    if not isinstance(value, (int, float, Decimal, Fraction)):
        if type(value).__name__ in {"NAType", "NaTType"}:
            raise Mismatch("this is a missing value, a number is wanted")
        raise Mismatch(f"this is {kind_name(value)}, a single number is wanted")
    try:
        number = float(value)
    except (OverflowError, ValueError):
        raise Mismatch("this number is too large to be read") from None
    if math.isnan(number):
        raise Mismatch("this is NaN: an empty cell or a division of zero by zero crept in")
    if math.isinf(number):
        raise Mismatch("this is infinite: look for a division by zero")
    return number


def to_boolean(value: object) -> bool:
    """True or False, from Python's or numpy's boolean.

    Raises:
        Unfinished, Mismatch: as `to_number`.
    """
    if is_unfinished(value):
        raise Unfinished("nothing here yet")
    value = _unwrap(value)
    if not isinstance(value, bool):
        raise Mismatch(f"this is {kind_name(value)}, True or False (without quotes) is wanted")
    return value


def plain(text: str) -> str:
    """Text without case, accents, punctuation at the ends or double spaces: what two answers must share."""
    folded = unicodedata.normalize("NFKD", text.replace("đ", "d").replace("Đ", "D"))
    folded = "".join(mark for mark in folded if not unicodedata.combining(mark)).casefold()
    folded = re.sub(r"[–—−]", "-", folded)
    return re.sub(r"\s+", " ", folded).strip(" \t\n.,;:!?()[]'\"")


def to_text(value: object) -> str:
    """Normalised text.

    Raises:
        Unfinished, Mismatch: as `to_number`.
    """
    if is_unfinished(value):
        raise Unfinished("nothing here yet")
    value = _unwrap(value)
    if not isinstance(value, str):
        raise Mismatch(f"this is {kind_name(value)}, text in quotes is wanted")
    text = plain(value)
    if not text:
        raise Unfinished("nothing here yet")
    return text


def to_items(value: object) -> list[object]:
    """The items of any list-like value, in its order (sets in any order), at most `MAX_ITEMS`.

    Raises:
        Unfinished, Mismatch: as `to_number`; also for text, tables and values that are no collection.
    """
    if is_unfinished(value):
        raise Unfinished("nothing here yet")
    if isinstance(value, str):
        raise Mismatch('this is one text, a list is wanted: ["…", "…"]')
    if isinstance(value, (bytes, bytearray)):
        raise Mismatch("these are bytes, a list is wanted")
    if hasattr(value, "columns"):
        raise Mismatch("this is a table (DataFrame), a list is wanted: choose one column of it")
    items: list[object]
    to_list = getattr(value, "tolist", None)
    if isinstance(value, Mapping):
        raise Mismatch("this is a dictionary, a list is wanted")
    if isinstance(value, (Sequence, Set)):
        if len(value) > MAX_ITEMS:
            raise Mismatch(f"this has {len(value):,} items, far more than the task asks for")
        items = list(value)
    elif callable(to_list):
        size = getattr(value, "size", 0)
        if isinstance(size, int) and size > MAX_ITEMS:
            raise Mismatch(f"this has {size:,} items, far more than the task asks for")
        listed = to_list()
        if not isinstance(listed, list):
            raise Mismatch(f"this is {kind_name(listed)}, a list is wanted")
        items = listed
    else:
        raise Mismatch(f"this is {kind_name(value)}, a list is wanted")
    if any(is_unfinished(item) for item in items):
        raise Unfinished("nothing here yet, or only in part")
    return items


def to_code(item: object, *, pair: bool = False) -> str:
    """One code in normal form; with `pair` an unordered pair such as ("SRB", "XKX") becomes `srb+xkx`.

    Raises:
        Mismatch: not a text, or not a pair of texts.
    """
    if not pair:
        if isinstance(item, (int, float, date)) and not isinstance(item, bool):
            return plain(f"{item:g}" if isinstance(item, float) else str(item))
        return to_text(item)
    if isinstance(item, str):
        ends = [part for part in re.split(r"[\s,;/+–-]+", item.strip("() ")) if part]
    else:
        ends = [to_text(end) for end in to_items(item)]
    if len(ends) != 2:
        raise Mismatch('each item must be a pair, for example ("AAA", "BBB")')
    return "+".join(sorted(plain(end) for end in ends))


Table = dict[str, dict[str, object]]


def to_table(value: object, key: str, columns: Sequence[str]) -> Table:
    """Rows by key: `{key: {column: value}}` with key and column names in normal form.

    Reads a DataFrame (the key may be its index), a list of row dictionaries, a dictionary of columns and, for
    one value column, also a Series or a dictionary from key to value.

    Raises:
        Unfinished, Mismatch: not a table; a column is missing; a key occurs twice.
    """
    if is_unfinished(value):
        raise Unfinished("nothing here yet")
    wanted = [key, *columns]
    records = _records(value, key, columns)
    if len(records) > MAX_ITEMS:
        raise Mismatch(f"this has {len(records):,} rows, far more than the task asks for")
    rows: Table = {}
    for record in records:
        cells = {plain(str(name)): cell for name, cell in record.items()}
        missing = [name for name in wanted if plain(name) not in cells]
        if missing:
            raise Mismatch(f"column {missing[0]!r} is missing; the columns wanted are {', '.join(wanted)}")
        label = to_code(cells[plain(key)])
        if label in rows:
            raise Mismatch(f"two rows have the same {key}")
        rows[label] = {name: cells[plain(name)] for name in columns}
    if not rows:
        raise Mismatch("this table has no rows")
    return rows


def _records(value: object, key: str, columns: Sequence[str]) -> list[dict[object, object]]:
    to_dict = getattr(value, "to_dict", None)
    if hasattr(value, "columns") and callable(to_dict):
        frame: Any = value
        if len(frame) > MAX_ITEMS:
            raise Mismatch(f"this has {len(frame):,} rows, far more than the task asks for")
        if plain(key) not in {plain(str(name)) for name in frame.columns}:
            frame = frame.rename_axis(index=key).reset_index()
        return list(frame.to_dict("records"))
    if callable(to_dict) and hasattr(value, "index"):
        value = to_dict()
    if isinstance(value, Mapping):
        if not value:
            raise Mismatch("this is empty")
        if plain(key) in {plain(str(name)) for name in value}:
            listed = {name: to_items(column) for name, column in value.items()}
            if len({len(column) for column in listed.values()}) > 1:
                raise Mismatch("the columns have different lengths")
            return [dict(zip(listed, row, strict=True)) for row in zip(*listed.values(), strict=True)]
        if len(columns) == 1:
            return [{key: name, columns[0]: cell} for name, cell in value.items()]
        if all(isinstance(row, Mapping) for row in value.values()):
            return [{key: name, **row} for name, row in value.items()]
        raise Mismatch(f"column {key!r} is missing")
    if isinstance(value, (list, tuple)) and value and all(isinstance(row, Mapping) for row in value):
        return [dict(row) for row in value]
    raise Mismatch(f"this is {kind_name(value)}, a table is wanted")
