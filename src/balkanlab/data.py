"""The course's tables: load them checked, and read the card of each.

Everything here follows `data/datapackage.json` (a Frictionless data package): names, types, rules, sources
and checksums are stated there once. `pandas` and `pandera` are imported when a table is first loaded.
"""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from html import escape
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from balkanlab.paths import course_file

if TYPE_CHECKING:
    import pandas as pd
    import pandera.pandas as pa

PACKAGE = "data/datapackage.json"
MEND = "restore it with `git checkout {file}`, or reinstall balkanlab"

_loaded: dict[tuple[Path, str], pd.DataFrame] = {}


class DataError(ValueError):
    """A table that is unknown, missing, changed or damaged; the message names file, row and rule."""


def names() -> list[str]:
    """Names of all tables, and of the map outlines."""
    return [str(resource["name"]) for resource in _package()["resources"]]


def load(name: str) -> pd.DataFrame:
    """A table, with the types and rules of its card checked.

    Args:
        name: one of `names()`, for instance `"trade"`. For the map use `outlines()`.

    Returns:
        A fresh copy. Dates are timestamps, missing values are NaN, NaT or `<NA>`.

    Raises:
        DataError: no such table; or its file is missing, breaks a rule or differs from its card.
    """
    resource = _resource(name)
    if "schema" not in resource:
        raise DataError(f"{name!r} is a map, not a table: use balkanlab.data.{name}()")
    path, raw, digest = _read(resource)
    key = (path, digest)
    if key not in _loaded:
        frame = _typed(_parsed(raw, resource), resource)
        if (
            find_spec("pandera") is not None
        ):  # it is missing in the browser edition, where the checksum must do
            _check(frame, resource)
        _compare(digest, resource)
        _loaded[key] = frame
    return _loaded[key].copy()


def outlines() -> dict[str, Any]:
    """Country outlines as a GeoJSON feature collection; properties `iso3`, `name` and `party`.

    Raises:
        DataError: the file is missing, is not JSON or differs from its card.
    """
    resource = _resource("outlines")
    _, raw, digest = _read(resource)
    try:
        collection: dict[str, Any] = json.loads(raw)
    except ValueError as error:
        raise DataError(f"{_file(resource)} is not valid JSON: {error}") from error
    _compare(digest, resource)
    return collection


def schema(name: str) -> pa.DataFrameSchema:
    """The rules of a table as a pandera schema, made from its card."""
    return _schema(_resource(name))


def problems() -> list[str]:
    """What is wrong with the data files, one sentence each; empty if all is well."""
    found = []
    try:
        resources = _package()["resources"]
    except DataError as error:
        return [str(error)]
    for resource in resources:
        try:
            _, _, digest = _read(resource)
            _compare(digest, resource)
        except DataError as error:
            found.append(str(error))
    return found


@dataclass(frozen=True)
class Column:
    """A column as its card describes it."""

    name: str
    type: str
    unit: str
    description: str


@dataclass(frozen=True, repr=False)
class Card:
    """What a table is, where it comes from and what it cannot tell. Notebooks show it as HTML."""

    name: str
    title: str
    description: str
    period: str
    units: str
    rows: int
    bytes: int
    columns: tuple[Column, ...]
    sources: tuple[tuple[str, str], ...]  # (citation, address or "")
    licences: tuple[tuple[str, str], ...]  # (name, address)
    retrieved: str
    derivation: str
    gaps: tuple[str, ...]
    sha256: str
    file: str

    @property
    def link(self) -> str:
        """Address of the file, as seen from a notebook and from its page in the book."""
        return f"../data/{self.file}"

    @property
    def _size(self) -> str:
        what = "rows" if self.columns else "outlines"
        return f"{self.rows:,} {what}, {max(1, round(self.bytes / 1000)):,} kB"

    def __repr__(self) -> str:
        return f"Card {self.name}: {self.title} ({self._size})"

    def __str__(self) -> str:
        lines = [self.title, self.description, ""]
        lines += [f"{label}: {value}" for label, value in self._facts()]
        lines += [f"  {c.name} ({_kind(c)}): {c.description}" for c in self.columns]
        lines += ["Known gaps:", *(f"  - {gap}" for gap in self.gaps)]
        return "\n".join(lines)

    def _repr_markdown_(self) -> str:
        lines = [f"**{self.title}.** {self.description}", "", f"[{self.file}]({self.link})", ""]
        lines += [f"- {label}: {value}" for label, value in self._facts()]
        if self.columns:
            lines += ["", "| Column | Type | Meaning |", "| --- | --- | --- |"]
            lines += [f"| `{c.name}` | {_kind(c)} | {c.description} |" for c in self.columns]
        lines += ["", "Known gaps:", "", *(f"- {gap}" for gap in self.gaps)]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        sources = "; ".join(_anchor(*source) for source in self.sources)
        licences = ", ".join(_anchor(*licence) for licence in self.licences)
        rest = [f for f in self._facts() if f[0] not in ("Source", "Licence")]
        facts = "".join(f"<dt>{escape(label)}</dt><dd>{escape(value)}</dd>" for label, value in rest)
        gaps = "".join(f"<li>{escape(gap)}</li>" for gap in self.gaps)
        return (
            f'<div class="bl-card"><p><strong>{escape(self.title)}.</strong> {escape(self.description)}</p>'
            f'<p>Data: <a href="{escape(self.link)}" download>{escape(self.file)}</a> ({self._size}). '
            f"Source: {sources}. Licence: {licences}.</p>"
            f"<details><summary>Card of {escape(self.file)}: columns, making, known gaps</summary>"
            f"{self._column_table()}<dl>{facts}</dl>"
            f"<p>Known gaps:</p><ul>{gaps}</ul></details></div>"
        )

    def _column_table(self) -> str:
        if not self.columns:
            return ""
        left = ' style="text-align:left"'  # JupyterLab would set text flush right
        head = "".join(f'<th scope="col"{left}>{label}</th>' for label in ("Column", "Type", "Meaning"))
        body = "".join(
            f'<tr><th scope="row"{left}><code>{escape(c.name)}</code></th>'
            f"<td{left}>{escape(_kind(c))}</td><td{left}>{escape(c.description)}</td></tr>"
            for c in self.columns
        )
        caption = f"<caption>Columns of {escape(self.file)}</caption>"
        return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

    def _facts(self) -> list[tuple[str, str]]:
        return [
            ("Size", self._size),
            ("Period", self.period),
            ("Units", self.units),
            ("Source", "; ".join(f"{title} {path}".strip() for title, path in self.sources)),
            ("Licence", ", ".join(title for title, _ in self.licences)),
            ("Retrieved", self.retrieved),
            ("Derivation", self.derivation),
            ("SHA-256", f"{self.sha256[:12]}…"),
        ]


def card(name: str) -> Card:
    """The card of a table or of the outlines.

    Raises:
        DataError: no such table.
    """
    resource = _resource(name)
    made = resource["derivation"]
    return Card(
        name=name,
        title=resource["title"],
        description=resource["description"],
        period=resource["period"],
        units=resource["units"],
        rows=resource["rows"] if "rows" in resource else resource["features"],
        bytes=resource["bytes"],
        columns=tuple(
            Column(field["name"], field["type"], field.get("unit", ""), field["description"])
            for field in resource.get("schema", {}).get("fields", ())
        ),
        sources=tuple((source["title"], source.get("path", "")) for source in resource["sources"]),
        licences=tuple((licence["title"], licence["path"]) for licence in resource["licenses"]),
        retrieved=resource["retrieved"],
        derivation=f"{made['script']} from {', '.join(made['inputs'])}. {made['steps']}",
        gaps=tuple(resource["gaps"]),
        sha256=resource["hash"].removeprefix("sha256:"),
        file=resource["path"],
    )


def _package() -> dict[str, Any]:
    path = course_file(PACKAGE)
    try:
        return _package_at(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        raise DataError(f"{PACKAGE} is missing: {MEND.format(file=PACKAGE)}") from None


@lru_cache(maxsize=4)
def _package_at(path: Path, changed: int) -> dict[str, Any]:
    try:
        package: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DataError(f"{PACKAGE} is not valid JSON ({error}): {MEND.format(file=PACKAGE)}") from error
    return package


def _resource(name: str) -> dict[str, Any]:
    resources = {str(resource["name"]): resource for resource in _package()["resources"]}
    if name in resources:
        found: dict[str, Any] = resources[name]
        return found
    close = get_close_matches(name, resources, n=1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    raise DataError(f"no table {name!r}: there are {', '.join(resources)}{hint}")


def _file(resource: dict[str, Any]) -> str:
    return f"data/{resource['path']}"


def _read(resource: dict[str, Any]) -> tuple[Path, bytes, str]:
    """Path, content and checksum of a file, with Windows line ends undone."""
    file = _file(resource)
    path = course_file(file)
    try:
        raw = path.read_bytes().replace(b"\r\n", b"\n")
    except FileNotFoundError:
        raise DataError(f"{file} is missing: {MEND.format(file=file)}") from None
    return path, raw, hashlib.sha256(raw).hexdigest()


def _compare(digest: str, resource: dict[str, Any]) -> None:
    expected = resource["hash"].removeprefix("sha256:")
    if digest != expected:
        file = _file(resource)
        raise DataError(
            f"{file} differs from its card: sha256 {digest[:12]}… instead of {expected[:12]}…; "
            f"{MEND.format(file=file)}"
        )


def _parsed(raw: bytes, resource: dict[str, Any]) -> pd.DataFrame:
    """The file as text cells, its header checked."""
    import pandas as pd

    file = _file(resource)
    try:
        frame = pd.read_csv(io.BytesIO(raw), dtype=str, keep_default_na=False, na_values=[""])
    except (ValueError, UnicodeDecodeError) as error:
        raise DataError(f"{file} cannot be read as a table: {error}") from error
    expected = [field["name"] for field in resource["schema"]["fields"]]
    header = list(frame.columns)
    if header != expected:
        missing = [column for column in expected if column not in header]
        extra = [column for column in header if column not in expected]
        what = f"missing {missing}, unexpected {extra}" if missing or extra else "in another order"
        raise DataError(f"{file}, line 1: the columns must be {', '.join(expected)}; {what}")
    return frame


def _typed(cells: pd.DataFrame, resource: dict[str, Any]) -> pd.DataFrame:
    """The cells turned into numbers, dates and truth values.

    Raises:
        DataError: the first cell that does not read as the type of its column.
    """
    import pandas as pd

    columns = {}
    for field in resource["schema"]["fields"]:
        text = cells[field["name"]]
        required = field.get("constraints", {}).get("required", False)
        match field["type"]:
            case "number" | "integer":
                values = pd.to_numeric(text, errors="coerce").astype("float64")
                if field["type"] == "integer":
                    values = values.where(values == values.round())
            case "date":
                values = pd.to_datetime(text, format="%Y-%m-%d", errors="coerce")
            case "boolean":
                values = text.map({"true": True, "false": False})
            case _:
                values = text
        wrong = text.notna() & values.isna()
        if wrong.any():
            row = int(wrong.to_numpy().argmax())
            raise DataError(
                f"{_place(resource, row, field['name'])}: {text.iloc[row]!r} is not of type {field['type']}"
            )
        if field["type"] == "integer":
            values = values.astype("int64" if required and values.notna().all() else "Int64")
        elif field["type"] == "boolean" and values.notna().all():
            values = values.astype("bool")
        columns[field["name"]] = values
    return pd.DataFrame(columns)


def _check(frame: pd.DataFrame, resource: dict[str, Any]) -> None:
    """Hold a typed table against the rules of its card.

    Raises:
        DataError: the first row that breaks a rule, and how many more do; or the wrong number of rows.
    """
    from pandera.errors import SchemaErrors

    try:
        _schema(resource).validate(frame, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases
        cases = cases[cases["index"].notna()].sort_values("index", kind="stable")
        if cases.empty:
            raise DataError(f"{_file(resource)}: {errors.failure_cases['check'].iloc[0]}") from errors
        first = cases.iloc[0]
        more = cases["index"].nunique() - 1
        also = f" (and {more:,} more rows)" if more else ""
        raise DataError(
            f"{_place(resource, int(first['index']), first['column'])}: "
            f"{_rule(first['check'], first['failure_case'], resource)}{also}"
        ) from errors
    if len(frame) != resource["rows"]:
        raise DataError(
            f"{_file(resource)}: {len(frame):,} rows where the card says {resource['rows']:,}; "
            f"{MEND.format(file=_file(resource))}"
        )


def _rule(check: str, value: Any, resource: dict[str, Any]) -> str:
    if check == "not_nullable":
        return "empty, but the rule is: a value is required"
    if "unique" in check:
        return f"{value!r} comes twice, but the rule is: {', '.join(_key(resource))} must be unique"
    plain = value.item() if hasattr(value, "item") else value
    return f"{plain!r} breaks the rule: {check}"


def _key(resource: dict[str, Any]) -> list[str]:
    key = resource["schema"]["primaryKey"]
    return [key] if isinstance(key, str) else list(key)


def _place(resource: dict[str, Any], row: int, column: str) -> str:
    return f"{_file(resource)}, row {row + 1} (line {row + 2}), column {column}"


def _schema(resource: dict[str, Any]) -> pa.DataFrameSchema:
    import pandera.pandas as pa

    columns = {}
    for field in resource["schema"]["fields"]:
        rules = field.get("constraints", {})
        checks = []
        if "minimum" in rules:
            checks.append(pa.Check.ge(rules["minimum"], error=f"at least {rules['minimum']}"))
        if "maximum" in rules:
            checks.append(pa.Check.le(rules["maximum"], error=f"at most {rules['maximum']}"))
        if "enum" in rules:
            allowed = ", ".join(map(str, rules["enum"]))
            checks.append(pa.Check.isin(rules["enum"], error=f"one of {allowed}"))
        if "pattern" in rules:
            checks.append(
                pa.Check.str_matches(f"^(?:{rules['pattern']})$", error=f"of the form {rules['pattern']}")
            )
        columns[field["name"]] = pa.Column(
            None, checks, nullable=not rules.get("required", False), unique=rules.get("unique", False)
        )
    return pa.DataFrameSchema(columns, unique=_key(resource), strict=True, ordered=True)


def _kind(column: Column) -> str:
    return f"{column.type}, {column.unit}" if column.unit else column.type


def _anchor(text: str, address: str) -> str:
    return f'<a href="{escape(address)}">{escape(text)}</a>' if address else escape(text)
