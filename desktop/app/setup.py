"""Beginning: a library for a bureau, for an office, and the practice library (演练库)."""

import json
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from desktop import resources
from desktop.app import clock, inspection, system
from desktop.app.session import Session
from desktop.domain.dates import quarter
from desktop.domain.errors import Refusal
from desktop.domain.keys import is_organisation, organisation_id
from desktop.domain.ledgers.organisation import Organisation
from desktop.domain.ledgers.words import VERDICTS
from desktop.domain.organisations import checked_area, checked_name
from desktop.domain.positions import position
from desktop.domain.query import EVERYTHING, Query, Sort, owner_of, where
from desktop.domain.record import Cell
from desktop.store import place as whereabouts
from desktop.store.journal import SETUP, Transaction
from desktop.store.workspace import Workspace

if TYPE_CHECKING:
    from desktop.sync.enrolment import UnitFile

UNNAMED = "联络员"
"""Stands for the person at the keyboard until one is chosen."""


def found(folder: Path, role: str, name: str, area_code: str, person: str = "", *, sample: bool = False) -> Session:
    """A new library; a bureau also gets its keys. Our own organisation is its first row."""
    workspace = Workspace.create(folder, role, checked_name(name), checked_area(area_code), sample=sample)
    return _begin(workspace, person)


def unit_file(path: Path) -> "UnitFile":
    """What a unit file says: for whom, from whom, for a first or a further PC, whether it asks for a passphrase.
    Refusal if it is none."""
    from desktop.sync import enrolment

    return enrolment.read_unit_file(path)


def spoken_passphrase() -> str:
    """A passphrase for a unit file, to be told by telephone."""
    from desktop.sync import encryption

    return encryption.spoken_passphrase()


def join(folder: Path, path: Path, person: str = "", passphrase: str = "") -> Session:
    """A new office library from the bureau's unit file; a further PC gets the unit's own row with the first bundle."""
    from desktop.sync import enrolment

    unit = unit_file(path)
    enrolment.open_secret(unit, passphrase)
    workspace = Workspace.create(
        folder, "office", unit.name, unit.area_code, organisation=unit.organisation, superior=unit.bureau
    )
    session = _begin(workspace, person, further=unit.further)
    enrolment.join(workspace, unit, passphrase)
    return Session(workspace, session.person)


def join_later(session: Session, path: Path, passphrase: str = "") -> Session:
    """An office that began on its own opens the unit file written for its identity; the session as it is from now."""
    from desktop.sync import enrolment

    enrolment.join(session.workspace, unit_file(path), passphrase)
    joined = Session(session.workspace, session.person)
    ours, workspace = joined.identity, joined.workspace
    whereabouts.remember(workspace.folder, ours.device, ours.instance, workspace.last_step())
    return joined


def save_authority(session: Session, path: Path, passphrase: str) -> None:
    """授权备份 of the bureau into a file that the passphrase opens, which is kept nowhere else."""
    from desktop.sync import key_backup

    key_backup.save(session.workspace, path, passphrase)


def take_back_authority(session: Session, path: Path, passphrase: str) -> None:
    """Put the bureau's saved authority back in its place."""
    from desktop.sync import key_backup

    key_backup.take_back(session.workspace, path, passphrase)


def awaits_rows(session: Session) -> bool:
    """Whether this is a further PC of a unit that has not yet received what the unit's other PCs, or the bureau in its
    place, wrote: neither the unit's own row nor its system is here."""
    ours, read = session.identity.organisation, session.read
    rows = (
        row
        for name, condition in (("organisation", where(identity=ours)), ("system_version", EVERYTHING))
        for deleted in (False, True)
        for row in read.rows(Query(name, condition, deleted=deleted))
    )
    return bool(session.identity.superior) and not any(owner_of(str(row["key"])) == ours for row in rows)


def _begin(workspace: Workspace, person: str, *, further: bool = False) -> Session:
    from desktop.sync import enrolment

    enrolment.prepare(workspace)
    session = Session(workspace, person or UNNAMED)
    identity = session.identity
    with session.write("建立本单位", origin=SETUP) as transaction:
        if not further:
            transaction.insert("organisation", {
                "name": identity.name, "identity": identity.organisation, "area_code": identity.area_code,
                "role": identity.role,
            })  # fmt: skip
        if person:
            transaction.insert("person", {"name": person})
    choose_person(session.workspace, session.person)
    return session


def open_library(folder: Path) -> Session:
    """Open a library with the person who last sat here."""
    workspace = Workspace.open(folder)
    row = workspace.connection.execute("SELECT value FROM identity WHERE name = 'person'").fetchone()
    session = Session(workspace, row[0] if row else UNNAMED)
    take_in_kept(session)
    return session


def concerns(session: Session) -> list[str]:
    """What a person should know of this copy of the library and of where it lies; remembered as seen from now on."""
    identity, workspace = session.identity, session.workspace
    step = workspace.last_step()
    sent = session.read.connection.execute("SELECT 1 FROM sync_log WHERE kind = 'made' LIMIT 1").fetchone() is not None
    found = whereabouts.concerns(workspace.folder, identity.device, identity.instance, step, sent)
    older = whereabouts.is_older(workspace.folder, identity.device, identity.instance, step)
    if older or whereabouts.is_copy(workspace.folder, identity.device, identity.instance, sent):
        workspace.renew_instance(instead=older)
        session.identity = identity = workspace.identity
    whereabouts.remember(workspace.folder, identity.device, identity.instance, step)
    if not workspace.has_keys and (identity.is_bureau or identity.superior):
        from desktop.sync import signing

        found.append(signing.LOST)
    return [*found, *filter(None, [clock.set_back(session)])]


def take_in_kept(session: Session) -> None:
    """After an upgrade: what other PCs of a newer version sent meanwhile and this one only kept."""
    if session.read.connection.execute("SELECT 1 FROM sync_unknown LIMIT 1").fetchone():
        from desktop.sync import upgrading

        upgrading.drain(session.workspace, session.person)
        session.workspace.finish_search()


def choose_person(workspace: Workspace, person: str) -> Session:
    """From now on this person sits at the keyboard and is named in every transaction."""
    with workspace.exclusive() as connection:
        connection.execute("INSERT OR REPLACE INTO identity VALUES ('person', ?)", (person,))
    return Session(workspace, person)


def new_unit(session: Session, name: str, area_code: str, path: Path, organisation: str = "",
             passphrase: str = "") -> str:  # fmt: skip
    """The bureau enters a unit and writes its unit file; the unit's identity."""
    if not session.identity.is_bureau:
        raise Refusal("not_bureau", "只有市局才能生成授权文件，请在市局的电脑上操作")
    checked_area(area_code)
    from desktop.sync import enrolment

    if organisation and not is_organisation(organisation):
        raise Refusal("bad_organisation", f"单位标识“{organisation}”不对，请到该单位的“设置”页抄下单位标识")
    name = checked_name(name)
    if any(unit.name == name and unit.identity for unit in session.read.records(Organisation)):
        raise Refusal("known_unit", f"“{name}”已经是本市的单位，不用重复新增")
    organisation = organisation or organisation_id(area_code, secrets.randbits(20))
    enrolment.write_unit_file(session.workspace, organisation, name, area_code, path, passphrase)
    with session.write(f"新增单位 {name}") as transaction:
        transaction.insert(
            "organisation", {"name": name, "identity": organisation, "area_code": area_code, "role": "office"}
        )
    return organisation


def practice_library(folder: Path) -> Session:
    """The practice library, made from the shipped sample."""
    data = json.loads(resources.read_text("sample", "district.json"))
    office = data["office"]
    session = found(folder, "office", office["name"], office["area_code"], "演练人员", sample=True)
    system.plant(session, data["system"])
    inspection.take_over_checklists(session)
    version = system.own_version(session)
    nodes = {str(node.code): node.key for node in system.nodes_of(session.read, version)}
    checklists = {
        str(row["code"]): (
            row,
            session.read.rows(Query("checklist_item", where(checklist=row["key"]), (Sort("position"),))),
        )
        for row in session.read.rows(Query("checklist"))
    }
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
            sheet["code"]: _sheet(transaction, sheet, units, *checklists[sheet["checklist"]])
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


def _sheet(transaction: Transaction, sheet: dict[str, object], units: dict[str, str], checklist: dict[str, Cell],
           items: list[dict[str, Cell]]) -> tuple[str, list[str]]:  # fmt: skip
    day = str(sheet["inspected_on"])
    key = transaction.insert("inspection", {
        "code": str(sheet["code"]), "checklist": str(checklist["key"]), "checklist_code": str(checklist["code"]),
        "checklist_title": str(checklist["title"]), "checklist_edition": str(checklist["edition"] or ""),
        "unit": units.get(str(sheet["unit"])), "kind": str(sheet["kind"]), "quarter": quarter(day),
        "inspected_on": day, "inspectors": str(sheet["inspectors"]), "state": "done",
    })  # fmt: skip
    problems: dict[str, dict[str, str]] = sheet["problems"]  # type: ignore[assignment]
    rows = []
    for place, (item, digit) in enumerate(zip(items, str(sheet["results"]), strict=True)):
        problem = problems.get(str(place + 1), {})
        copied = (item[name] for name in inspection.COPIED)
        verdict = VERDICTS[int(digit) - 1].value
        rows.append((key, position(place), *copied, verdict, problem.get("problem"), problem.get("severity")))
    fields = ("inspection", "position", *inspection.COPIED, "verdict", "problem", "severity")
    return key, transaction.insert_many("inspection_result", fields, rows)


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
