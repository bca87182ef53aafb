"""Build the course's tables from the figure pack and the course pack.

    python data/build.py --figures ../shared/data --course ../shared/course
    python data/build.py --figures … --course … --check     # nothing written; fails if a file would change

Facts that were typed in from cited pages are in facts.yml, the cards in cards.yml; datapackage.json is made
from the cards and the files, so no hash is ever typed by hand.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import simplify
import yaml

HERE = Path(__file__).resolve().parent
Row = dict[str, Any]

ECONOMIES = {
    "gdp_current_usd": "gdp_usd",
    "gdp_constant_2015usd": "gdp_const2015_usd",
    "population": "population",
    "fdi_inflows_pct_gdp": "fdi_inflow_pct_gdp",
}
PARTIES = [
    "ALB",
    "BGR",
    "BIH",
    "CZE",
    "HRV",
    "HUN",
    "MDA",
    "MKD",
    "MNE",
    "POL",
    "ROU",
    "SRB",
    "SVK",
    "SVN",
    "XKX",
]
CONTEXT = ["AUT", "BLR", "DEU", "GRC", "ITA", "LTU", "RUS", "TUR", "UKR"]
TOPICS = (
    "cefta",
    "open_balkan",
    "eurasian_security",
    "security_dilemma",
)  # claims filed under these go into the ledger
INSTITUTION_COLUMNS = ("institution", "centralisation", "obligation", "flexibility")
CHANNEL_COLUMNS = ("source", "channel", "code", "claims", "note")
SPEECH_COLUMNS = ("id", "speaker", "words", "strand", "second_coder", "basis", "why")
SPENDING = {  # series of the figure pack: column
    "milex_current_usd_m": "usd_m_current",
    "milex_constant_2021usd_m": "usd_m_2021",
    "milex_share_gdp": "gdp_pct",
}
TALK_COLUMNS = ("id", "what", "holder", "date_in_source", "date_found", "evidence")
WINDOW = (11.7, 38.7, 30.5, 55.2)  # degrees: the parties, with a margin
CHAPTERS = (2, 3, 6)  # chapters of the checklist that are read for the claims they name
SYSTEM = re.compile(r"### (\d+\.\d+) (.*?)(?=\n### |\n# |\Z)", re.DOTALL)
CLAIM_LIST = re.compile(r"\b([a-z]+)-(\d{3})((?:(?:,| to| vs| and) -\d{3})*)")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Build the course's tables.")
    parser.add_argument("--figures", type=Path, required=True, help="folder of the figure pack")
    parser.add_argument("--course", type=Path, required=True, help="folder of the course pack")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file would change")
    options = parser.parse_args(arguments)

    built = build(options.figures, options.course)
    changed = [n for n, content in built.items() if not _same(HERE / n, content)]
    for name in changed:
        print(f"{name}: {len(built[name]):,} bytes")
        if not options.check:
            (HERE / name).write_bytes(built[name])
    print(f"{len(built) - len(changed)} of {len(built)} files unchanged")
    return 1 if options.check and changed else 0


def build(figures: Path, course: Path) -> dict[str, bytes]:
    """Every file of data/ that is made, by name."""
    facts = yaml.safe_load((HERE / "facts.yml").read_text(encoding="utf-8"))
    eurasia = yaml.safe_load((HERE / "facts_eurasia.yml").read_text(encoding="utf-8"))
    dilemma = yaml.safe_load((HERE / "facts_dilemma.yml").read_text(encoding="utf-8"))
    facts["claim_systems"] |= eurasia["claim_systems"] | dilemma["claim_systems"]
    facts["claims_left_out"] = dilemma["claims_left_out"]
    cards = yaml.safe_load((HERE / "cards.yml").read_text(encoding="utf-8"))
    makers: dict[str, Callable[[], Iterable[Row]]] = {
        "trade": lambda: trade(figures),
        "pairs": lambda: pairs(figures),
        "economies": lambda: economies(figures),
        "memberships": lambda: memberships(facts),
        "recognition": lambda: recognition(facts),
        "tariff_episodes": lambda: tariff_episodes(facts),
        "quoted_figures": lambda: quoted_figures(facts),
        "claims": lambda: claims(course, facts),
        "countries": lambda: countries(facts),
        "positions": lambda: positions(course),
        "agreements": lambda: facts["agreements"],
        "freedoms": lambda: freedoms(facts),
        "forum_tasks": lambda: forum_tasks(facts),
        "principles": lambda: principles(eurasia),
        "institution_codes": lambda: coded(eurasia["institution_codes"], INSTITUTION_COLUMNS),
        "channel_codes": lambda: coded(eurasia["channel_codes"], CHANNEL_COLUMNS),
        "gas": lambda: gas(eurasia),
        "military_links": lambda: military_links(eurasia),
        "talks": lambda: coded(eurasia["talks"], TALK_COLUMNS),
        "security_figures": lambda: eurasia["security_figures"],
        "spending": lambda: spending(figures, dilemma),
        "spending_releases": lambda: spending_releases(figures),
        "arms_episodes": lambda: arms_episodes(dilemma),
        "surveys": lambda: ({**row, "claim_id": row["claim"]} for row in dilemma["surveys"]),
        "speech_acts": lambda: coded(dilemma["speech_acts"], SPEECH_COLUMNS),
    }
    built = {}
    counts = {}
    for name, make in makers.items():
        card = cards["tables"][name]
        columns = [field["name"] for field in card["fields"]]
        rows = sorted(make(), key=_sorter(card["key"]))
        built[f"{name}.csv"] = _csv(rows, columns)
        counts[name] = len(rows)
    features = outlines(figures, facts)
    built["outlines.geojson"] = features
    counts["outlines"] = len(json.loads(features)["features"])
    built["datapackage.json"] = datapackage(cards, built, counts)
    return built


def _sorter(key: Sequence[str]) -> Callable[[Row], list[str]]:
    return lambda row: [str(row[column]) for column in key]


def trade(figures: Path) -> Iterator[Row]:
    for row in _read(figures / "trade_baci_2000_2020.csv"):
        yield {**row, "value_kusd": row["value_kusd"].removesuffix(".0")}


def pairs(figures: Path) -> Iterator[Row]:
    for row in _read(figures / "pairs_geography.csv"):
        yield {
            **row,
            "dist_km": row["dist_km"].removesuffix(".0"),
            "shared_border": row["contig"],
            "common_language": row["common_language_balkan"],
        }


def economies(figures: Path) -> Iterator[Row]:
    table: dict[tuple[str, str], Row] = {}
    for row in _read(figures / "macro_wdi.csv"):
        column = ECONOMIES.get(row["indicator"])
        if column:
            entry = table.setdefault((row["iso3"], row["year"]), {"iso3": row["iso3"], "year": row["year"]})
            entry[column] = row["value"].removesuffix(".0")
    yield from table.values()


def memberships(facts: Mapping[str, Any]) -> Iterator[Row]:
    columns = ("iso3", "organisation", "status", "signed", "in_force", "applied", "ended", "source", "note")
    sources = facts["membership_sources"]
    for values in facts["memberships"]:
        row = dict(zip(columns, values, strict=True))
        yield {**row, "source": sources[row["source"]]}
    for organisation, rounds in facts["accessions"].items():
        for day, names in rounds.items():
            for iso3 in names.split():
                yield _accession(iso3, organisation, day, sources)


def _accession(iso3: str, organisation: str, day: date, sources: Mapping[str, str]) -> Row:
    left = organisation == "EU" and iso3 == "GBR"
    key = "nato_swe" if (iso3, organisation) == ("SWE", "NATO") else organisation.lower()
    return {
        "iso3": iso3,
        "organisation": organisation,
        "status": "member",
        "in_force": day,
        "applied": day,
        "ended": date(2020, 2, 1) if left else None,
        "source": sources[key],
        "note": "Last day of membership 31 January 2020" if left else None,
    }


def recognition(facts: Mapping[str, Any]) -> Iterator[Row]:
    for iso3, recognises, since, note in facts["recognition"]:
        yield {
            "from_iso3": iso3,
            "to_iso3": "XKX",
            "recognises": "true" if recognises else "false",
            "since": since,
            "note": note,
        }


def tariff_episodes(facts: Mapping[str, Any]) -> Iterator[Row]:
    """One row per imposer and target."""
    for episode in facts["tariff_episodes"]:
        for imposer in episode["imposer"].split():
            for target in episode["target"].split():
                yield {
                    **episode,
                    "episode": episode["id"],
                    "imposer": imposer,
                    "target": target,
                    "rate_percent": episode.get("rate"),
                    "claim_ids": episode["claims"],
                }


def quoted_figures(facts: Mapping[str, Any]) -> Iterator[Row]:
    for figure in facts["quoted_figures"]:
        yield {
            **figure,
            "period_from": figure["from"],
            "period_to": figure["to"],
            "claim_id": figure.get("claim"),
        }


def countries(facts: Mapping[str, Any]) -> Iterator[Row]:
    for iso3, (name, *note) in facts["countries"].items():
        yield {"iso3": iso3, "name": name, "note": note[0] if note else None}


def freedoms(facts: Mapping[str, Any]) -> Iterator[Row]:
    """One row per scheme, stage and freedom; a score in facts.yml comes with its reason."""
    for scheme, stages in facts["freedoms"].items():
        for stage, scores in stages.items():
            for freedom, (score, reason) in scores.items():
                yield {"scheme": scheme, "stage": stage, "freedom": freedom, "score": score, "reason": reason}


def forum_tasks(facts: Mapping[str, Any]) -> Iterator[Row]:
    for task, forums in facts["forum_tasks"].items():
        for forum, evidence in forums.items():
            yield {"task": task, "forum": forum, "evidence": evidence}


def claims(course: Path, facts: Mapping[str, Any]) -> Iterator[Row]:
    """The claims filed under the chapters' topics, and those that the checklist or the facts name."""
    checklist = (course / "systems.md").read_text(encoding="utf-8")
    systems = _systems_by_claim(checklist)
    for claim, system in facts["claim_systems"].items():
        systems.setdefault(claim, []).append(system)
    remarks = _remarks(checklist)
    for row in _read(course / "claims.csv"):
        named = row["topic"] in TOPICS or row["id"] in systems
        if not named or row["id"] in facts["claims_left_out"]:
            continue
        note, _, evidence = row["note"].partition("evidence:")
        ruling, remark, softener = remarks.get(row["id"], ("", "", ""))
        yield {
            **row,
            "verdict": row["check"],
            "note": note.strip(),
            "evidence": evidence.strip(),
            "systems": ";".join(systems.get(row["id"], [])),
            "ruling": ruling,
            "record_says": remark,
            "softener": softener,
        }


def positions(course: Path) -> Iterator[Row]:
    """The coded positions of actors and texts, all issues."""
    for row in _read(course / "positions.csv"):
        yield {**row, "evidence": row["evidence"] or None}


def principles(facts: Mapping[str, Any]) -> Iterator[Row]:
    """One row per document and principle."""
    for document in facts["documents"]:
        for place, principle in enumerate(facts["principles"], start=1):
            how = "not seen"
            if principle in document["stated"]:
                how = "stated"
            elif principle in document["by_reference"]:
                how = "by reference"
            yield {
                **document,
                "place": f"{place:02}",
                "principle": principle,
                "how": how,
                "source": document["address"],
            }


def coded(rows: Iterable[Sequence[Any]], names: Sequence[str]) -> Iterator[Row]:
    for values in rows:
        yield dict(zip(names, values, strict=True))


def gas(facts: Mapping[str, Any]) -> Iterator[Row]:
    for row in facts["gas"]:
        yield {**row, "from_node": row["from"], "to_node": row["to"], "bcm_year": row["bcm"]}


def military_links(facts: Mapping[str, Any]) -> Iterator[Row]:
    for pair, states in facts["military_links"].items():
        for step, (rung, (reached, since, note)) in enumerate(
            zip(facts["rungs"], states, strict=True), start=1
        ):
            yield {
                "pair": pair,
                "step": step,
                "rung": rung,
                "reached": "true" if reached else "false",
                "since": since,
                "note": note,
            }


def spending(figures: Path, facts: Mapping[str, Any]) -> Iterator[Row]:
    """Croatia and Serbia, 1997 to 2022, from one release."""
    table: dict[tuple[str, str], Row] = {}
    for row in _read(figures / "milex_sipri.csv"):
        wanted = row["iso3"] in ("HRV", "SRB") and 1997 <= int(row["year"]) <= 2022
        column = SPENDING.get(row["indicator"])
        if wanted and column and row["vintage"] == facts["spending_release"]:
            entry = table.setdefault(
                (row["iso3"], row["year"]),
                {"iso3": row["iso3"], "year": row["year"], "estimate": "false", "release": row["vintage"]},
            )
            share = column == "gdp_pct"
            entry[column] = f"{float(row['value']) * (100 if share else 1):.{3 if share else 2}f}"
            if row["flag"]:
                entry["estimate"] = "true"
    yield from table.values()


def spending_releases(figures: Path) -> Iterator[Row]:
    """The same country and year in each yearly release."""
    for row in _read(figures / "milex_sipri.csv"):
        if (
            row["iso3"] in ("HRV", "SRB")
            and row["year"] in ("2021", "2022")
            and row["indicator"] == "milex_current_usd_m"
        ):
            yield {**row, "release": row["vintage"], "usd_m_current": f"{float(row['value']):.1f}"}


def arms_episodes(facts: Mapping[str, Any]) -> Iterator[Row]:
    """One row per step and state."""
    for episode in facts["arms_episodes"]:
        for iso3 in episode["iso3"]:
            yield {**episode, "episode": episode["id"], "iso3": iso3, "claim_id": episode.get("claim")}


def _systems_by_claim(checklist: str) -> dict[str, list[str]]:
    """Which systems of the chapters name a claim; "antic-004 to -006" stands for three of them."""
    found: dict[str, list[str]] = {}
    for number, text in SYSTEM.findall(checklist):
        if int(number.partition(".")[0]) not in CHAPTERS:
            continue
        for source, first, rest in CLAIM_LIST.findall(text):
            numbers = [int(first)]
            for link, following in re.findall(r"(,| to| vs| and) -(\d{3})", rest):
                begin = numbers[-1] + 1 if link == " to" else int(following)
                numbers += range(begin, int(following) + 1)
            for n in numbers:
                found.setdefault(f"{source}-{n:03}", []).append(number)
    return found


def _remarks(checklist: str) -> dict[str, tuple[str, str, str]]:
    """Rows of the two tables on errors: claim → (ruling, what the record says, what to say with it)."""
    section = checklist.partition("# Errors found in the seeds")[2].partition("Withdrawn charges")[0]
    remarks = {}
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not re.fullmatch(r"[a-z]+-\d{3}", cells[-1]):
            continue
        if len(cells) == 5:
            remarks[cells[-1]] = ("error", cells[2], cells[3])
        else:
            remarks[cells[-1]] = ("contested", cells[2], "")
    return remarks


def outlines(figures: Path, facts: Mapping[str, Any]) -> bytes:
    """Parties to CEFTA, past and present, and what their neighbours show inside the window."""
    source = json.loads((figures / "geo_europe_50m.geojson").read_text(encoding="utf-8"))
    wanted = {*PARTIES, *CONTEXT}
    rings = {
        feature["properties"]["iso3"]: [
            [(float(x), float(y)) for x, y in polygon[0]] for polygon in feature["geometry"]["coordinates"]
        ]
        for feature in source["features"]
        if feature["properties"]["iso3"] in wanted
    }
    thin = simplify.simplify(rings, minimum_area=0.012, islands=0.12, window=WINDOW)
    features = [
        {
            "type": "Feature",
            "id": iso3,
            "properties": {"iso3": iso3, "name": facts["countries"][iso3][0], "party": iso3 in PARTIES},
            "geometry": simplify.geometry(thin[iso3]),
        }
        for iso3 in sorted(wanted)
    ]
    text = json.dumps(
        {"type": "FeatureCollection", "features": features}, ensure_ascii=False, separators=(",", ":")
    )
    return (text.replace('{"type":"Feature",', '\n{"type":"Feature",') + "\n").encode()


def datapackage(cards: Mapping[str, Any], built: Mapping[str, bytes], counts: Mapping[str, int]) -> bytes:
    """The Frictionless data package: cards, plus what can be computed from the files."""
    resources = []
    for name, card in cards["tables"].items():
        tabular = "fields" in card
        path = f"{name}.csv" if tabular else f"{name}.geojson"
        resource: Row = {
            "name": name,
            "path": path,
            "profile": "tabular-data-resource" if tabular else "data-resource",
            "format": path.rpartition(".")[2],
            "mediatype": "text/csv" if tabular else "application/geo+json",
            "encoding": "utf-8",
            "title": card["title"],
            "description": _one_line(card["description"]),
            "period": card["period"],
            "units": card["units"],
            "rows" if tabular else "features": counts[name],
            "bytes": len(built[path]),
            "hash": f"sha256:{hashlib.sha256(built[path]).hexdigest()}",
            "retrieved": str(card["retrieved"]),
            "sources": [_source(cards, key) for key in card["sources"]],
            "licenses": [cards["licences"][key] for key in card["licences"]],
            "derivation": {
                "script": "data/build.py",
                "inputs": card["inputs"],
                "steps": _one_line(card["steps"]),
            },
            "gaps": [_one_line(gap) for gap in card["gaps"]],
        }
        if tabular:
            key = card["key"]
            resource["schema"] = {
                "fields": [_field(field) for field in card["fields"]],
                "primaryKey": key if len(key) > 1 else key[0],
                "missingValues": [""],
            }
        resources.append(resource)
    package = {**cards["package"], "profile": "data-package", "resources": resources}
    return (json.dumps(package, ensure_ascii=False, indent=2) + "\n").encode()


def _field(field: Mapping[str, Any]) -> Row:
    described: Row = {
        "name": field["name"],
        "type": field["type"],
        "description": _one_line(field["description"]),
    }
    if "unit" in field:
        described["unit"] = field["unit"]
    if field["type"] == "boolean":
        described |= {"trueValues": ["true"], "falseValues": ["false"]}
    if "constraints" in field:
        described["constraints"] = field["constraints"]
    return described


def _source(cards: Mapping[str, Any], key: str) -> Row:
    source = cards["sources"][key]
    return {k: _one_line(source[k]) for k in ("title", "path") if k in source}


def _read(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        yield from csv.DictReader(handle)


def _csv(rows: Iterable[Row], columns: Sequence[str]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows({c: "" if row.get(c) is None else row[c] for c in columns} for row in rows)
    return text.getvalue().encode()


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _same(path: Path, content: bytes) -> bool:
    return path.is_file() and path.read_bytes() == content


if __name__ == "__main__":
    sys.exit(main())
