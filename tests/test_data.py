"""The tables, their cards, and what a reader is told when a file is not what its card says."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from html import unescape
from html.parser import HTMLParser
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from frictionless import Package, system

from balkanlab import data
from balkanlab.data import DataError

ROOT = Path(__file__).resolve().parent.parent
PACKAGE: dict[str, Any] = json.loads((ROOT / "data" / "datapackage.json").read_text(encoding="utf-8"))
TABLES = [r["name"] for r in PACKAGE["resources"] if "schema" in r]
ALL = [r["name"] for r in PACKAGE["resources"]]
MEMBERS_AT_YEAR_END = {
    1992: 0,
    1995: 4,
    1999: 7,
    2003: 8,
    2004: 3,
    2005: 3,
    2006: 4,
    2007: 8,
    2012: 8,
    2013: 7,
    2024: 7,
}
ERRORS = {  # the course's list of errors in the five texts, and nothing else
    "antic-016",
    "antic-021",
    "luli-015",
    "luli-030",
    "luli-047",
    "luli-061",
    "paradigms-002",
    "paradigms-019",
    "valdai-026",
    "valdai-031",
    "valdai-035",
}


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the data in a folder of its own, which the loader takes for the course."""
    shutil.copytree(ROOT / "data", tmp_path / "data", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "course.yml").write_text("title: a copy\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def edit(course: Path, name: str, change: Callable[[list[str]], list[str]]) -> None:
    """Change the lines of a table; its card stays."""
    path = course / "data" / f"{name}.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(change(lines)), encoding="utf-8")


def replaced(line: int, old: str, new: str) -> Callable[[list[str]], list[str]]:
    """A change of one line, counted from 1 as an editor does."""

    def change(lines: list[str]) -> list[str]:
        assert old in lines[line - 1]
        lines[line - 1] = lines[line - 1].replace(old, new, 1)
        return lines

    return change


# -- tables


@pytest.mark.parametrize("name", TABLES)
def test_every_table_loads_as_its_card_says(name: str) -> None:
    resource = next(r for r in PACKAGE["resources"] if r["name"] == name)
    frame = data.load(name)
    assert len(frame) == resource["rows"]
    assert list(frame.columns) == [field["name"] for field in resource["schema"]["fields"]]
    for field in resource["schema"]["fields"]:
        kind = frame[field["name"]].dtype
        match field["type"]:
            case "number":
                assert kind == "float64"
            case "integer":
                assert str(kind) in ("int64", "Int64")
            case "date":
                assert str(kind).startswith("datetime64")
            case "boolean":
                assert kind == "bool"


def test_names_are_those_of_the_package() -> None:
    assert data.names() == ALL


def test_a_table_belongs_to_its_reader() -> None:
    mine = data.load("countries")
    mine["name"] = "?"
    assert (data.load("countries")["name"] != "?").all()


def test_every_code_has_a_name() -> None:
    known = set(data.load("countries")["iso3"])
    codes = re.compile("(from_|to_)?iso3(_a|_b)?|exporter|importer|imposer|target")
    for name, column in [(n, c) for n in TABLES for c in data.load(n).columns if codes.fullmatch(c)]:
        used = set(data.load(name)[column].dropna())
        assert used <= known, (name, column)
    assert {f["properties"]["iso3"] for f in data.outlines()["features"]} <= known


def test_the_convention_for_contested_names() -> None:
    named = data.load("countries").set_index("iso3")
    assert named.loc["XKX", "name"] == "Kosovo"
    assert "UNSCR 1244" in named.loc["XKX", "note"]
    assert named.loc["MKD", "name"] == "North Macedonia"
    assert named.loc["TUR", "name"] == "Türkiye"


# -- facts the tables must agree with


def members(day: date) -> set[str]:
    rows = data.load("memberships")
    rows = rows[rows["organisation"].isin(["CEFTA1992", "CEFTA2006"]) & (rows["status"] == "member")]
    inside = (rows["applied"] <= str(day)) & ~(rows["ended"] <= str(day))
    return set(rows.loc[inside, "iso3"])


@pytest.mark.parametrize(("year", "count"), MEMBERS_AT_YEAR_END.items())
def test_members_of_cefta_at_the_end_of_the_year(year: int, count: int) -> None:
    assert len(members(date(year, 12, 31))) == count


def test_members_in_the_first_half_of_2007() -> None:
    assert members(date(2007, 1, 1)) == members(date(2007, 7, 25)) == {"HRV", "MKD"}


def test_nobody_is_in_both_agreements_or_in_neither_on_the_day_of_the_change() -> None:
    rows = data.load("memberships").set_index(["organisation", "iso3"])
    for iso3 in ("HRV", "MKD"):
        assert rows.loc[("CEFTA1992", iso3), "ended"] == rows.loc[("CEFTA2006", iso3), "applied"]


def test_ten_signed_in_bucharest() -> None:
    rows = data.load("memberships").query("organisation == 'CEFTA2006'")
    assert (rows["signed"] == "2006-12-19").all()
    assert len(rows) == 10


def test_leavers_joined_the_european_union_the_day_they_left() -> None:
    rows = data.load("memberships").set_index(["organisation", "iso3"])
    left = {
        *rows.loc["CEFTA1992"].dropna(subset="ended").index,
        *rows.loc["CEFTA2006"].dropna(subset="ended").index,
    }
    for iso3 in left - {"CSK", "MKD"}:
        ended = [rows.loc[(o, iso3), "ended"] for o in ("CEFTA1992", "CEFTA2006") if (o, iso3) in rows.index]
        assert rows.loc[("EU", iso3), "applied"] == max(ended), iso3


def test_mean_stay_of_the_eight_leavers() -> None:
    rows = data.load("memberships").query("organisation in ['CEFTA1992', 'CEFTA2006'] and status == 'member'")
    span = rows.groupby("iso3").agg(first=("applied", "min"), last=("ended", lambda s: s.max(skipna=False)))
    span = span.dropna()
    assert len(span) == 8
    assert ((span["last"] - span["first"]).dt.days / 365.25).mean() == pytest.approx(10.1, abs=0.05)


def test_dates_come_in_order() -> None:
    rows = data.load("memberships")
    for earlier, later in (
        ("signed", "in_force"),
        ("signed", "applied"),
        ("applied", "ended"),
        ("in_force", "ended"),
    ):
        assert not (rows[earlier] > rows[later]).any(), (earlier, later)
    association = rows.query("organisation == 'EU_SAA'")
    assert (association["applied"] <= association["in_force"]).all()
    episodes = data.load("tariff_episodes")
    assert (episodes["starts"] < episodes["ends"]).all()


def test_length_of_the_trade_measures() -> None:
    rows = data.load("tariff_episodes").query("target == 'SRB'").set_index("episode")
    days = (rows["ends"] - rows["starts"]).dt.days
    expected = {"embargo-2011": 58, "tariff-2018-10": 15, "tariff-2018-100": 497, "ban-2023": 481}
    assert {name: days[name] for name in expected} == expected


def test_only_tariffs_have_a_rate() -> None:
    rows = data.load("tariff_episodes")
    assert (rows["rate_percent"].notna() == (rows["instrument"] == "tariff")).all()


def test_three_parties_recognise_kosovo_and_three_do_not() -> None:
    rows = data.load("recognition").set_index("from_iso3")
    today = members(date(2024, 10, 9)) - {"XKX"}
    assert rows.loc[sorted(today), "recognises"].sum() == 3
    assert len(today) == 6
    assert (rows["since"].notna() == rows["recognises"]).all()


def test_trade_agrees_with_another_source() -> None:
    trade = data.load("trade").set_index(["exporter", "importer", "year"])["value_kusd"]
    assert trade["DEU", "SRB", 2016] / 1000 == pytest.approx(2459, abs=1)
    assert trade["DEU", "SRB", 2016] / 1000 == pytest.approx(2478, rel=0.01)  # WITS


def test_trade_is_complete_from_2006() -> None:
    trade = data.load("trade")
    assert (trade["exporter"] != trade["importer"]).all()
    flows = trade.groupby("year").size()
    assert (flows.loc[:2005] == 44 * 43).all()
    assert (flows.loc[2006:] == 46 * 45).all()


def test_pairs_cover_the_traders_and_kosovo() -> None:
    pairs = data.load("pairs")
    assert (pairs["iso3_a"] < pairs["iso3_b"]).all()
    traders = sorted({*data.load("trade")["exporter"], "XKX"})
    assert {*zip(pairs["iso3_a"], pairs["iso3_b"], strict=True)} == {*combinations(traders, 2)}
    assert (pairs["both_exyu"] <= pairs["same_federation_1990"]).all()


def test_claims_carry_what_the_ledger_needs() -> None:
    claims = data.load("claims").set_index("id")
    errors = claims[claims["ruling"] == "error"]
    assert set(errors.index) == ERRORS & set(claims.index)
    assert errors[["record_says", "softener", "evidence"]].notna().all().all()
    assert (claims["verdict"] == "error").equals(claims["ruling"].eq("error"))
    assert not claims["note"].str.contains("http", na=False).any()
    assert claims["systems"].str.fullmatch(r"\d\.\d+(;\d\.\d+)*").all()


def test_figures_and_episodes_point_to_claims_that_exist() -> None:
    known = set(data.load("claims")["id"])
    assert set(data.load("quoted_figures")["claim_id"].dropna()) <= known
    named = data.load("tariff_episodes")["claim_ids"].dropna().str.split(";").explode()
    assert set(named) <= known


def test_figures_have_a_period_in_order_and_a_value_or_a_word() -> None:
    figures = data.load("quoted_figures")
    assert (figures["period_from"].str[:4] <= figures["period_to"].str[:4]).all()
    assert (figures["value"].notna() | figures["qualifier"].notna()).all()


# -- outlines


def shoelace(ring: list[list[float]]) -> float:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring)) / 2


def test_outlines_are_small_closed_and_clockwise() -> None:
    path = ROOT / "data" / "outlines.geojson"
    assert path.stat().st_size <= 25_000
    for feature in data.outlines()["features"]:
        assert set(feature["properties"]) == {"iso3", "name", "party"}
        for polygon in feature["geometry"]["coordinates"]:
            (ring,) = polygon
            assert ring[0] == ring[-1]
            assert len(ring) >= 4
            assert shoelace(ring) < 0, "d3 and Vega fill the rest of the globe otherwise"
            assert all(round(value, 2) == value for point in ring for value in point)


def test_neighbours_share_their_border() -> None:
    points = {
        feature["id"]: {
            tuple(p) for polygon in feature["geometry"]["coordinates"] for ring in polygon for p in ring
        }
        for feature in data.outlines()["features"]
    }
    pairs = data.load("pairs").query("shared_border == 1")
    for a, b in zip(pairs["iso3_a"], pairs["iso3_b"], strict=True):
        if a in points and b in points and "RUS" not in (a, b):
            assert len(points[a] & points[b]) >= 2, (a, b)
    assert not points["SRB"] & points["ITA"]


def test_all_parties_are_on_the_map() -> None:
    parties = {f["id"] for f in data.outlines()["features"] if f["properties"]["party"]}
    rows = data.load("memberships").query("organisation in ['CEFTA1992', 'CEFTA2006']")
    assert parties == set(rows["iso3"]) - {"CSK"}


# -- cards


def test_the_package_is_valid_for_frictionless() -> None:
    # frictionless trusts only paths below the working folder
    with system.use_context(trusted=True):
        report = Package(str(ROOT / "data" / "datapackage.json")).validate()
    assert report.valid, report.flatten(["name", "rowNumber", "fieldName", "note"])


@pytest.mark.parametrize("name", ALL)
def test_checksum_and_size_are_those_of_the_file(name: str) -> None:
    resource = next(r for r in PACKAGE["resources"] if r["name"] == name)
    raw = (ROOT / "data" / resource["path"]).read_bytes()
    assert resource["hash"] == f"sha256:{hashlib.sha256(raw).hexdigest()}"
    assert resource["bytes"] == len(raw)


def test_nothing_is_wrong_with_the_files() -> None:
    assert data.problems() == []


@pytest.mark.parametrize("name", ALL)
def test_cards_are_complete(name: str) -> None:
    card = data.card(name)
    for field in (
        "title",
        "description",
        "period",
        "units",
        "sources",
        "licences",
        "retrieved",
        "derivation",
        "gaps",
    ):
        assert getattr(card, field), field
    assert date.fromisoformat(card.retrieved) <= date.today()
    assert re.fullmatch("[0-9a-f]{64}", card.sha256)
    assert all(column.description for column in card.columns)
    assert all(address.startswith("http") for _, address in card.licences)


@pytest.mark.parametrize("name", ALL)
def test_cards_can_be_read_in_every_form(name: str) -> None:
    card = data.card(name)
    for text in (str(card), card._repr_markdown_(), unescape(card._repr_html_())):
        for part in (
            card.title,
            card.period,
            card.retrieved,
            card.sha256[:12],
            card.licences[0][0],
            *card.gaps,
        ):
            assert part in text
        for column in card.columns:
            assert column.name in text
            assert column.description in text
    assert repr(card).startswith(f"Card {name}: {card.title} (")


class Tags(HTMLParser):
    """Collects tags with their attributes, and checks that they nest."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("name", ALL)
def test_cards_are_accessible_html(name: str) -> None:
    card = data.card(name)
    parser = Tags()
    parser.feed(card._repr_html_())
    assert not parser.open
    tags = [tag for tag, _ in parser.seen]
    assert "script" not in tags
    assert not any("id" in attributes for _, attributes in parser.seen)
    assert tags.count("caption") == (1 if card.columns else 0)
    assert all(attributes.get("scope") in ("row", "col") for tag, attributes in parser.seen if tag == "th")
    links = [attributes["href"] for tag, attributes in parser.seen if tag == "a"]
    assert f"../data/{card.file}" in links
    assert (ROOT / "notebooks" / card.link).resolve() == ROOT / "data" / card.file


# -- what a reader is told


def test_an_unknown_name_lists_the_names() -> None:
    with pytest.raises(DataError, match=r"no table 'trades': there are trade, pairs.*did you mean 'trade'"):
        data.load("trades")
    with pytest.raises(DataError, match="no table 'xyz': there are trade"):
        data.card("xyz")


def test_the_map_is_not_a_table() -> None:
    with pytest.raises(DataError, match=r"use balkanlab\.data\.outlines\(\)"):
        data.load("outlines")


def drop_column(lines: list[str]) -> list[str]:
    return [line.partition(",")[2] for line in lines]


DAMAGE = {
    "wrong type": (
        "trade",
        replaced(5, "2000,", "MM,"),
        r"data/trade\.csv, row 4 \(line 5\), column year: 'MM' is not of type integer",
    ),
    "fraction for a whole number": (
        "trade",
        replaced(5, "2000,", "2000.5,"),
        r"row 4 \(line 5\), column year: '2000\.5' is not of type integer",
    ),
    "text for a number": (
        "trade",
        replaced(3, "3715.2", "3,715"),
        r"data/trade\.csv cannot be read as a table: .*line 3",
    ),
    "not a date": (
        "memberships",
        replaced(2, "1999-01-01", "1999-13-01"),
        r"data/memberships\.csv, row 1 \(line 2\), column applied: '1999-13-01' is not of type date",
    ),
    "not true or false": (
        "recognition",
        replaced(2, "true", "yes"),
        r"data/recognition\.csv, row 1 \(line 2\), column recognises: 'yes' is not of type boolean",
    ),
    "out of range": (
        "trade",
        replaced(3, "3715.2", "-1"),
        r"data/trade\.csv, row 2 \(line 3\), column value_kusd: -1\.0 breaks the rule: at least 0",
    ),
    "not one of the words": (
        "memberships",
        replaced(2, "member", "guest"),
        r"data/memberships\.csv, row 1 \(line 2\), column status: 'guest' breaks the rule: one of member, partner",
    ),
    "malformed code": (
        "pairs",
        replaced(4, "ALB,", "Alb,"),
        r"data/pairs\.csv, row 3 \(line 4\), column iso3_a: 'Alb' breaks the rule: of the form \[A-Z\]\{3\}",
    ),
    "twice the same": (
        "countries",
        replaced(3, "ARM", "ALB"),
        r"data/countries\.csv, row \d \(line \d\), column iso3: .*must be unique",
    ),
    "empty where required": (
        "trade",
        replaced(3, "3715.2", ""),
        r"data/trade\.csv, row 2 \(line 3\), column value_kusd: empty, but the rule is: a value is required",
    ),
    "missing column": (
        "trade",
        drop_column,
        r"data/trade\.csv, line 1: .*missing \['year'\], unexpected \[\]",
    ),
    "extra column": (
        "countries",
        lambda lines: [line.rstrip("\n") + ",x\n" for line in lines],
        r"data/countries\.csv, line 1: .*unexpected \['x'\]",
    ),
    "columns in another order": (
        "recognition",
        replaced(1, "from_iso3,to_iso3", "to_iso3,from_iso3"),
        r"data/recognition\.csv, line 1: .*in another order",
    ),
    "cut within a row": (
        "trade",
        lambda lines: [*lines[:100], lines[100][:9]],
        r"data/trade\.csv, row 100 \(line 101\), column (importer|value_kusd)",
    ),
    "cut between rows": (
        "trade",
        lambda lines: lines[:100],
        r"data/trade\.csv: 99 rows where the card says 42,402",
    ),
    "empty file": ("countries", lambda lines: [], r"data/countries\.csv cannot be read as a table"),
    "valid but changed": (
        "trade",
        replaced(3, "3715.2", "3715.3"),
        r"data/trade\.csv differs from its card: sha256 .*git checkout data/trade\.csv",
    ),
}


@pytest.mark.parametrize("what", DAMAGE)
def test_a_damaged_file_is_named_with_row_and_rule(course: Path, what: str) -> None:
    name, change, message = DAMAGE[what]
    data.load(name)
    edit(course, name, change)
    with pytest.raises(DataError, match=message):
        data.load(name)
    assert len(data.problems()) == 1


def test_how_many_more_rows_break_a_rule(course: Path) -> None:
    edit(course, "countries", lambda lines: [lines[0], *(line.replace(",", "x,", 1) for line in lines[1:])])
    with pytest.raises(DataError, match=r"row 1 \(line 2\), column iso3: 'ALBx' .* \(and 47 more rows\)"):
        data.load("countries")


def test_a_missing_file(course: Path) -> None:
    (course / "data" / "trade.csv").unlink()
    with pytest.raises(
        DataError, match=r"data/trade\.csv is missing: restore it with `git checkout data/trade\.csv`"
    ):
        data.load("trade")
    (course / "data" / "outlines.geojson").unlink()
    with pytest.raises(DataError, match=r"data/outlines\.geojson is missing"):
        data.outlines()
    assert len(data.problems()) == 2


def test_damaged_outlines(course: Path) -> None:
    path = course / "data" / "outlines.geojson"
    text = path.read_text(encoding="utf-8")
    path.write_text(text[:-50], encoding="utf-8")
    with pytest.raises(DataError, match=r"data/outlines\.geojson is not valid JSON"):
        data.outlines()
    path.write_text(text.replace("Albania", "Albanie"), encoding="utf-8")
    with pytest.raises(DataError, match="differs from its card"):
        data.outlines()


def test_a_missing_or_damaged_package(course: Path) -> None:
    path = course / "data" / "datapackage.json"
    path.write_text("{", encoding="utf-8")
    with pytest.raises(DataError, match=r"data/datapackage\.json is not valid JSON"):
        data.load("trade")
    path.unlink()
    with pytest.raises(DataError, match=r"data/datapackage\.json is missing"):
        data.names()
    assert len(data.problems()) == 1


def test_windows_line_ends_are_no_damage(course: Path) -> None:
    path = course / "data" / "countries.csv"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert len(data.load("countries")) == 48
    assert data.problems() == []


def test_a_read_only_folder_will_do(course: Path) -> None:
    folder = course / "data"
    for path in [*folder.iterdir(), folder]:
        path.chmod(path.stat().st_mode & ~0o222)
    try:
        assert len(data.load("claims")) >= 26
        assert data.outlines()["features"]
    finally:
        folder.chmod(0o755)


def test_a_mended_file_loads_again(course: Path) -> None:
    path = course / "data" / "countries.csv"
    good = path.read_bytes()
    path.write_bytes(good.replace(b"ALB", b"???"))
    with pytest.raises(DataError):
        data.load("countries")
    path.write_bytes(good)
    assert isinstance(data.load("countries"), pd.DataFrame)


def test_importing_the_module_is_quick() -> None:
    code = "import sys, balkanlab.data; print(sorted({'pandas', 'pandera', 'numpy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# -- the build


def test_the_package_follows_from_the_cards() -> None:
    """Cards, typed-in facts and files agree; needs none of the inputs."""
    sys.path.insert(0, str(ROOT / "data"))
    try:
        import build
        import yaml
    finally:
        sys.path.remove(str(ROOT / "data"))
    cards = yaml.safe_load((ROOT / "data" / "cards.yml").read_text(encoding="utf-8"))
    built = {r["path"]: (ROOT / "data" / r["path"]).read_bytes() for r in PACKAGE["resources"]}
    counts = {r["name"]: r.get("rows") or r["features"] for r in PACKAGE["resources"]}
    assert build.datapackage(cards, built, counts) == (ROOT / "data" / "datapackage.json").read_bytes()


@pytest.mark.skipif(
    not (ROOT.parent / "shared" / "data").is_dir(), reason="the figure pack is not beside this checkout"
)
def test_the_build_reproduces_every_file() -> None:
    shared = ROOT.parent / "shared"
    command = [
        sys.executable,
        "-B",
        "data/build.py",
        "--figures",
        shared / "data",
        "--course",
        shared / "course",
    ]
    done = subprocess.run([*command, "--check"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
