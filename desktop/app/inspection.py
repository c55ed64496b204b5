"""检查: from a checklist to a sheet, its results, its findings."""

import datetime
import json
from collections.abc import Mapping, Sequence

from desktop import resources
from desktop.app.editing import why_read_only
from desktop.app.session import Session
from desktop.domain.changes import Changes
from desktop.domain.dates import quarter
from desktop.domain.document import Document
from desktop.domain.errors import Refusal
from desktop.domain.inspection import Progress, progress
from desktop.domain.inspection_form import SheetColumn, SheetLayout, inspection_document
from desktop.domain.ledgers.inspection import Checklist, ChecklistItem, InspectionResult
from desktop.domain.positions import position
from desktop.domain.query import Query, Sort, where
from desktop.domain.record import Cell, Row
from desktop.store.journal import Transaction

COPIED = ("standard_number", "clause", "necessity", "content", "method", "weight")
"""What a result keeps of its item, so that a later template never alters a finished sheet."""

_RECORDED = ("verdict", "problem", "severity")

DEADLINE_DAYS = 15
"""Days given for rectification unless a person says otherwise."""


def shipped_checklists() -> list[dict[str, object]]:
    """The example checklists of the program."""
    found: list[dict[str, object]] = json.loads(resources.read_text("library", "checklists.json"))
    return found


def take_over_checklists(session: Session) -> Changes:
    """Copy the shipped examples that are not here yet into the library, where they can be changed."""
    known = {str(item.code) for item in session.read.records(Checklist)}
    with session.write("取用示例检查表") as transaction:
        for sheet in shipped_checklists():
            if sheet["code"] not in known:
                _take_over(transaction, sheet)
    return transaction.changes


def _take_over(transaction: Transaction, sheet: Mapping[str, object]) -> None:
    key = transaction.insert(
        "checklist",
        {"code": str(sheet["code"]), "title": str(sheet["title"]), "edition": str(sheet["version"]),
         "subject": str(sheet.get("subject") or ""), "basis": str(sheet.get("basis") or "")},
    )  # fmt: skip
    items: list[dict[str, str]] = sheet["items"]  # type: ignore[assignment]
    rows = [(key, position(place), *(item.get(name) or None for name in COPIED)) for place, item in enumerate(items)]
    transaction.insert_many("checklist_item", ("checklist", "position", *COPIED), rows)


def items_of(session: Session, checklist: str) -> list[ChecklistItem]:
    """The items of a checklist in order."""
    query = Query("checklist_item", where(checklist=checklist), (Sort("position"),))
    return session.read.records(ChecklistItem, query)


def results_of(session: Session, inspection: str) -> list[InspectionResult]:
    """The results of a sheet in paper order."""
    query = Query("inspection_result", where(inspection=inspection), (Sort("position"),))
    return session.read.records(InspectionResult, query)


def make_sheet(session: Session, checklist: str, unit: str | None, inspected_on: str = "", kind: str = "quarter",
               inspectors: str = "", unit_name: str = "") -> tuple[Changes, str]:  # fmt: skip
    """A sheet for one unit with a copy of every item; its key. A unit not known yet is entered by its `unit_name`."""
    template = session.read.row("checklist", checklist)
    if template is None:
        raise Refusal("no_checklist", "找不到这张检查表模板，请重新选择")
    with session.write(f"新建检查 {template['title']}") as transaction:
        if unit_name and not unit:
            unit = transaction.insert("organisation", {"name": unit_name, "role": "department"})
        key, _ = add_sheet(
            transaction, template, inspected_on or session.today(),
            {"code": next_code(session, "inspection", "JC"), "unit": unit, "kind": kind,
             "inspectors": inspectors or None, "state": "planned"},
        )  # fmt: skip
    return transaction.changes, key


def add_sheet(transaction: Transaction, checklist: Row, day: str, cells: Mapping[str, Cell],
              recorded: Sequence[Mapping[str, Cell]] = ()) -> tuple[str, list[str]]:  # fmt: skip
    """A sheet with a copy of every item of a checklist, within one step; its key and those of its results.

    `cells` are what else is known of the sheet, `recorded` what was found for each item in order, if anything was.
    """
    key = transaction.insert(
        "inspection",
        {"checklist": checklist["key"], "checklist_code": checklist["code"], "checklist_title": checklist["title"],
         "checklist_edition": checklist["edition"], "basis": checklist["basis"], "inspected_on": day,
         "quarter": quarter(day), **cells},
    )  # fmt: skip
    items = transaction.reader.rows(Query("checklist_item", where(checklist=checklist["key"]), (Sort("position"),)))
    found = zip(items, recorded or [{}] * len(items), strict=True)
    rows = [
        (key, item["position"], *(item[name] for name in COPIED), *(told.get(name) for name in _RECORDED))
        for item, told in found
    ]
    return key, transaction.insert_many("inspection_result", ("inspection", "position", *COPIED, *_RECORDED), rows)


def next_code(session: Session, ledger: str, prefix: str) -> str:
    """The next free number such as JC-330106-2026-118; deleted rows keep theirs."""
    stem = f"{prefix}-{session.identity.area_code}-{session.today()[:4]}-"
    codes = session.read.connection.execute(f'SELECT code FROM "{ledger}" WHERE code LIKE ?', (f"{stem}%",))
    used = [int(tail) for (code,) in codes if (tail := str(code)[len(stem) :]).isdigit()]
    return f"{stem}{max(used, default=0) + 1:03d}"


def record(session: Session, inspection: str, results: Mapping[str, Mapping[str, Cell]]) -> Changes:
    """Write verdicts and what belongs to them: result key → cells. 不符合 demands a problem text."""
    ledger = session.schema.ledger("inspection_result")
    with session.write(f"录入 {len(results)} 项检查结果") as transaction:
        for key, cells in results.items():
            row = transaction.reader.row("inspection_result", key)
            if row is None or why_read_only(session, "inspection_result", key):
                raise Refusal("foreign", "这张检查表不是本单位的或已删除，不能录入，请回到列表重新打开")
            if problems := ledger.problems({**row, **cells}):
                raise Refusal("rule", problems[0].message)
            transaction.update("inspection_result", key, cells)
        _follow(transaction, inspection)
    return transaction.changes


def _follow(transaction: Transaction, inspection: str) -> None:
    results = transaction.reader.rows(Query("inspection_result", where(inspection=inspection)))
    transaction.update("inspection", inspection, {"state": progress(results).state})


def progress_of(session: Session, inspection: str) -> Progress:
    """How far a sheet is."""
    return progress(session.read.rows(Query("inspection_result", where(inspection=inspection))))


def raise_findings(session: Session, inspection: str, due_on: str = "", responsible: str = "") -> Changes:
    """A finding for each 不符合 item that has none yet."""
    sheet = session.read.row("inspection", inspection)
    if sheet is None:
        raise Refusal("no_inspection", "找不到这张检查表，请重新选择")
    due = due_on or _days_later(session.today(), DEADLINE_DAYS)
    failed = [result for result in results_of(session, inspection) if result.verdict == "fail"]
    raised = {row["result"] for row in session.read.referring("finding", "inspection", inspection)}
    new = [result for result in failed if result.key not in raised]
    stem, _, number = next_code(session, "finding", "ZG").rpartition("-")
    with session.write(f"生成 {len(new)} 条整改问题") as transaction:
        for place, result in enumerate(new):
            transaction.insert("finding", {
                "code": f"{stem}-{int(number) + place:03d}", "origin": "inspection", "inspection": inspection,
                "result": result.key, "unit": sheet["unit"], "found_on": sheet["inspected_on"],
                "standard_number": result.standard_number, "clause": result.clause, "problem": result.problem,
                "severity": result.severity or "minor", "due_on": due, "responsible_person": responsible or None,
            })  # fmt: skip
    return transaction.changes


def _days_later(day: str, days: int) -> str:
    return (datetime.date.fromisoformat(day) + datetime.timedelta(days=days)).isoformat()


def sheet_named(session: Session, code: str) -> str:
    """The key of the sheet with this number, or of a new blank one for the checklist of this 表号."""
    found = session.read.rows(Query("inspection", where(code=code)))
    if found:
        return str(found[0]["key"])
    checklists = session.read.rows(Query("checklist", where(code=code)))
    if not checklists:
        raise Refusal("no_inspection", f"没有编号为“{code}”的检查，也没有这个表号的模板，请核对")
    return make_sheet(session, str(checklists[0]["key"]), None)[1]


def document(session: Session, inspection: str) -> Document:
    """The sheet to print: blank where nothing is recorded yet."""
    sheet: Row | None = session.read.row("inspection", inspection)
    if sheet is None:
        raise Refusal("no_inspection", "找不到这张检查表，请重新选择")
    unit = session.read.caption("organisation", str(sheet["unit"])) if sheet["unit"] else ""
    results = session.read.rows(Query("inspection_result", where(inspection=inspection), (Sort("position"),)))
    return inspection_document(sheet, unit, results, session.identity.name, sheet_layout(), session.watermark)


def file_name(session: Session, inspection: str) -> str:
    """How a file of the sheet is called, without its ending."""
    return f"检查表_{(session.read.row('inspection', inspection) or {}).get('code') or ''}"


def sheet_layout() -> SheetLayout:
    """The editable form of the sheet."""
    data = json.loads(resources.read_text("forms", "inspection.json"))
    columns = tuple(
        SheetColumn(item["cell"], item["label"], item["width"], item.get("group", "")) for item in data["columns"]
    )
    return SheetLayout(
        data["title"],
        columns,
        data["row_height"],
        tuple(data["signatures"]),
        tuple(data["page_signatures"]),
        data["hint"],
        data["note"],
    )
