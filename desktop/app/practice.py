"""演练库: a library to try the program in, made from the shipped sample."""

import json
from pathlib import Path

from desktop import resources
from desktop.app import inspection, setup, system
from desktop.app.session import Session
from desktop.domain.ledgers.words import VERDICTS
from desktop.domain.positions import position
from desktop.domain.query import Query
from desktop.domain.record import Row
from desktop.store.journal import SETUP, Transaction


def practice_library(folder: Path) -> Session:
    """The practice library, made from the shipped sample."""
    data = json.loads(resources.read_text("sample", "district.json"))
    office = data["office"]
    session = setup.found(folder, "office", office["name"], office["area_code"], "演练人员", sample=True)
    system.plant(session, data["system"])
    inspection.take_over_checklists(session)
    version = system.own_version(session)
    nodes = {str(node.code): node.key for node in system.nodes_of(session.read, version)}
    checklists = {str(row["code"]): row for row in session.read.rows(Query("checklist"))}
    with session.write("装入演练数据", origin=SETUP) as transaction:
        _standards(transaction, data, version, nodes)
        units = {
            unit["name"]: transaction.insert(
                "organisation", {"name": unit["name"], "role": "department", "contact": unit.get("contact")}
            )
            for unit in data["units"]
        }
        units[office["name"]] = str(session.read.rows(Query("organisation"))[0]["key"])
        for person in data["persons"]:
            known = {key: person.get(key) for key in ("name", "post", "duty", "phone")}
            transaction.insert("person", {**known, "unit": units.get(person.get("unit", ""))})
        results = {
            sheet["code"]: _sheet(transaction, sheet, units, checklists[sheet["checklist"]])
            for sheet in data["inspections"]
        }
        for item in data["findings"]:
            _finding(transaction, item, units, results)
    return session


def _standards(transaction: Transaction, data: dict[str, list[dict[str, str]]], version: str,
               nodes: dict[str, str]) -> None:  # fmt: skip
    fields = ("number", "title", "level", "nature", "kind", "published_on", "effective_on", "withdrawn_on",
              "replaces", "is_key", "our_role", "notes")  # fmt: skip
    rows = [
        tuple(int(item[f]) if f == "is_key" and item.get(f) is not None else item.get(f) or None for f in fields)
        for item in data["standards"]
    ]
    keys = transaction.insert_many("standard", fields, rows)
    entries = [
        (version, item.get("code"), nodes.get(item["node"]), key, item.get("department"), position(place))
        for place, (item, key) in enumerate(zip(data["standards"], keys, strict=True))
    ]
    transaction.insert_many("detail_entry", ("version", "code", "node", "standard", "department", "position"), entries)
    planned = [
        (version, item.get("code"), nodes.get(item["node"]), item["title"], item.get("level"), item.get("planned_on"),
         item.get("department"), position(len(entries) + place))
        for place, item in enumerate(data["planned"])
    ]  # fmt: skip
    transaction.insert_many(
        "detail_entry",
        ("version", "code", "node", "planned_title", "planned_level", "planned_on", "department", "position"), planned,
    )  # fmt: skip


def _sheet(transaction: Transaction, sheet: dict[str, object], units: dict[str, str],
           checklist: Row) -> tuple[str, list[str]]:  # fmt: skip
    problems: dict[str, dict[str, str]] = sheet["problems"]  # type: ignore[assignment]
    recorded = [
        {"verdict": VERDICTS[int(digit) - 1].value, **problems.get(str(place), {})}
        for place, digit in enumerate(str(sheet["results"]), 1)
    ]
    cells = {"code": str(sheet["code"]), "unit": units.get(str(sheet["unit"])), "kind": str(sheet["kind"]),
             "inspectors": str(sheet["inspectors"]), "state": "done"}  # fmt: skip
    return inspection.add_sheet(transaction, checklist, str(sheet["inspected_on"]), cells, recorded)


def _finding(transaction: Transaction, item: dict[str, str], units: dict[str, str],
             results: dict[str, tuple[str, list[str]]]) -> None:  # fmt: skip
    sheet, rows = results.get(item.get("inspection", ""), (None, []))
    place = int(item["item"]) - 1 if item.get("item") else -1
    result = rows[place] if 0 <= place < len(rows) else None
    row = transaction.reader.row("inspection_result", result) if result else None
    plain = (
        "code",
        "problem",
        "severity",
        "responsible_person",
        "due_on",
        "requirement",
        "closed_on",
        "verified_by",
    )
    transaction.insert("finding", {
        **{name: item.get(name) or None for name in plain}, "origin": "inspection" if sheet else "self",
        "inspection": sheet, "result": result, "unit": units.get(item.get("unit", "")),
        "standard_number": row["standard_number"] if row else None, "clause": row["clause"] if row else None,
    })  # fmt: skip
