"""检查: a sheet keeps what it was made from, is scored by what was touched, and raises each problem once."""

import pytest

from desktop.app import editing, history, inspection
from desktop.app.editing import Edit
from desktop.app.session import Session
from desktop.domain.document import Document
from desktop.domain.errors import Refusal
from desktop.domain.ledgers.inspection import ChecklistItem, Finding, InspectionResult
from desktop.domain.query import Query, Sort, where
from desktop.domain.record import Cell
from tests.libraries import dump


@pytest.fixture
def sheet(office: Session) -> str:
    """A sheet with four items for one unit."""
    with office.write("准备") as transaction:
        unit = transaction.insert("organisation", {"name": "行政服务中心", "role": "department"})
        checklist = transaction.insert("checklist", {"code": "JCB-9", "title": "公物仓检查表", "edition": "2026"})
        fields = ("checklist", "position", "standard_number", "clause", "necessity", "content", "method", "weight")
        transaction.insert_many(
            "checklist_item", fields,
            [(checklist, f"{4 - place:06d}", "GB/T 1-2000", f"4.{place}", "shall", f"第 {4 - place} 项", "查看", "5")
             for place in range(4)],
        )  # fmt: skip
    return inspection.make_sheet(office, checklist, unit, "2026-10-08", "spot", "陈一、李二")[1]


def _results(office: Session, sheet: str) -> list[InspectionResult]:
    return inspection.results_of(office, sheet)


def _record(office: Session, sheet: str, *verdicts: str | None, **more: Cell) -> None:
    cells: dict[str, dict[str, Cell]] = {
        result.key: {"verdict": verdict, "problem": "有问题" if verdict == "fail" else None, **more}
        for result, verdict in zip(_results(office, sheet), verdicts, strict=False)
    }
    inspection.record(office, sheet, cells)


def _findings(office: Session) -> list[Finding]:
    return office.read.records(Finding, Query("finding", sort=(Sort("code"),)))


def test_a_sheet_copies_every_item_in_paper_order(office: Session, sheet: str) -> None:
    row = office.read.row("inspection", sheet)
    assert row is not None
    told = {name: row[name] for name in ("checklist_code", "checklist_title", "checklist_edition", "quarter", "kind",
                                         "inspected_on", "inspectors", "state")}  # fmt: skip
    assert told == {
        "checklist_code": "JCB-9", "checklist_title": "公物仓检查表", "checklist_edition": "2026", "quarter": "2026Q4",
        "kind": "spot", "inspected_on": "2026-10-08", "inspectors": "陈一、李二", "state": "planned",
    }  # fmt: skip
    results = _results(office, sheet)
    assert [result.content for result in results] == ["第 1 项", "第 2 项", "第 3 项", "第 4 项"]
    items = office.read.records(
        ChecklistItem, Query("checklist_item", where(checklist=row["checklist"]), (Sort("position"),))
    )
    for name in inspection.COPIED:
        assert [getattr(result, name) for result in results] == [getattr(item, name) for item in items]


def test_a_later_template_does_not_alter_a_sheet(office: Session, sheet: str) -> None:
    before = (_results(office, sheet), office.read.row("inspection", sheet))
    checklist = str((before[1] or {})["checklist"])
    items = office.read.records(ChecklistItem, where(checklist=checklist))
    editing.edit_cells(office, "checklist_item", [Edit(items[0].key, "content", "改了的内容")])
    editing.edit_cells(office, "checklist", [Edit(checklist, "title", "新名称"), Edit(checklist, "edition", "2027")])
    editing.delete_rows(office, "checklist_item", [items[1].key])
    assert (_results(office, sheet), office.read.row("inspection", sheet)) == before


def test_a_failure_demands_its_description(office: Session, sheet: str) -> None:
    first, second, *_ = _results(office, sheet)
    before = dump(office)
    with pytest.raises(Refusal, match="不符合的项要写问题描述"):
        inspection.record(office, sheet, {second.key: {"verdict": "pass"}, first.key: {"verdict": "fail"}})
    assert dump(office) == before, "neither result is written"
    inspection.record(office, sheet, {first.key: {"verdict": "fail", "problem": "没有标签"}})
    with pytest.raises(Refusal, match="不符合的项要写问题描述"):
        inspection.record(office, sheet, {first.key: {"problem": None}})


def test_recording_is_one_step_that_moves_the_sheet_on(office: Session, sheet: str) -> None:
    states = []
    for count in (1, 4):
        _record(office, sheet, *["pass"] * count)
        states.append((office.read.row("inspection", sheet) or {})["state"])
    assert states == ["running", "done"]
    assert history.undo_label(office) == "录入 4 项检查结果"
    history.undo(office)
    assert inspection.progress_of(office, sheet).touched == 1
    assert (office.read.row("inspection", sheet) or {})["state"] == "running"


@pytest.mark.parametrize(
    ("verdicts", "touched", "shown"),
    [
        (("pass", "pass", "basic", "fail"), 4, "50.0"),
        (("pass", "na", "na", "fail"), 4, "50.0"),
        (("pass", "pass", "na"), 3, "100.0"),
        (("na", "na", "na", "na"), 4, "—"),
        ((), 0, "—"),
        (("pass", "pass", "fail"), 3, "66.7"),
    ],
)
def test_the_rate_leaves_out_what_does_not_apply_and_what_is_untouched(
    office: Session, sheet: str, verdicts: tuple[str, ...], touched: int, shown: str
) -> None:
    _record(office, sheet, *verdicts)
    progress = inspection.progress_of(office, sheet)
    assert (progress.items, progress.touched, progress.rate.shown) == (4, touched, shown)


def test_each_failure_raises_one_finding_once(office: Session, sheet: str) -> None:
    _record(office, sheet, "pass", "fail", "basic", "fail", severity="major")
    changes = inspection.raise_findings(office, sheet, due_on="2026-11-01", responsible="王三")
    assert (len(changes.of("finding")), changes.label) == (2, "生成 2 条整改问题")
    assert not inspection.raise_findings(office, sheet)
    first, second = _findings(office)
    results = _results(office, sheet)
    assert [first.result, second.result] == [results[1].key, results[3].key]
    assert (first.problem, first.severity, first.clause, first.standard_number, first.found_on) == (
        "有问题", "major", results[1].clause, "GB/T 1-2000", "2026-10-08",
    )  # fmt: skip
    assert (first.due_on, first.responsible_person, first.origin) == ("2026-11-01", "王三", "inspection")
    _record(office, sheet, "fail", "fail", "basic", "fail")
    inspection.raise_findings(office, sheet)
    assert [finding.result for finding in _findings(office)] == [results[1].key, results[3].key, results[0].key]


def test_numbers_are_given_out_once_and_never_again(office: Session, sheet: str) -> None:
    year = office.today()[:4]
    _record(office, sheet, "fail", "fail", "fail")
    inspection.raise_findings(office, sheet)
    codes = [str(finding.code) for finding in _findings(office)]
    assert codes == [f"ZG-330106-{year}-{number:03d}" for number in (1, 2, 3)]
    editing.delete_rows(office, "finding", [_findings(office)[-1].key])
    assert inspection.next_code(office, "finding", "ZG") == f"ZG-330106-{year}-004"
    with office.write("很多") as transaction:
        transaction.insert("inspection", {"code": f"JC-330106-{year}-999"})
        transaction.insert("inspection", {"code": f"JC-330106-{year}-补1"})
        transaction.insert("inspection", {"code": "JC-330106-2001-5000"})
    assert inspection.next_code(office, "inspection", "JC") == f"JC-330106-{year}-1000"


def test_without_a_word_two_weeks_and_a_day_are_given(
    office: Session, sheet: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Session, "today", lambda _self: "2026-12-20")
    _record(office, sheet, "fail")
    inspection.raise_findings(office, sheet)
    assert [finding.due_on for finding in _findings(office)] == ["2027-01-04"]


def _state(office: Session, key: str, day: str) -> Cell:
    ((state,),) = office.read.cells(Query("finding", where(key=key), as_of=day), ["state"])
    return state


def test_the_state_of_a_finding_follows_from_its_dates(office: Session) -> None:
    _, key = editing.add_row(
        office, "finding", {"code": "ZG-1", "problem": "没有标签", "found_on": "2026-10-08", "due_on": "2026-10-23"}
    )
    days = ("2026-10-08", "2026-10-23", "2026-10-24", "2026-11-05")
    assert [_state(office, key, day) for day in days] == ["open", "open", "overdue", "overdue"]
    editing.edit_cells(office, "finding", [Edit(key, "closed_on", "2026-11-01"), Edit(key, "verified_by", "赵六")])
    assert [_state(office, key, day) for day in days] == ["open", "open", "overdue", "closed"]
    editing.edit_cells(office, "finding", [Edit(key, "due_on", "2026-10-31")], basis="申请延期")
    assert [_state(office, key, day) for day in days] == ["open", "open", "open", "closed"]


def test_a_finding_is_closed_by_somebody_else(office: Session) -> None:
    _, key = editing.add_row(office, "finding", {"code": "ZG-1", "problem": "x", "responsible_person": "王三"})
    closing = Edit(key, "closed_on", "2026-11-01")
    with pytest.raises(Refusal, match="销号要填验收人"):
        editing.edit_cells(office, "finding", [closing])
    with pytest.raises(Refusal, match="验收人不能是整改责任人本人"):
        editing.edit_cells(office, "finding", [closing, Edit(key, "verified_by", "王三")])
    editing.edit_cells(office, "finding", [closing, Edit(key, "verified_by", "赵六")])


def _cells(document: Document, cell: str) -> list[str]:
    place = [column.cell for column in inspection.sheet_layout().columns].index(cell)
    return [row.cells[place] for row in document.table.rows]


def test_a_blank_sheet_has_boxes_and_no_figures(office: Session, sheet: str) -> None:
    document = inspection.document(office, sheet)
    assert _cells(document, "verdict.pass") == _cells(document, "verdict.fail") == [""] * 4
    closing = {field.label: field.value for line in document.closing for field in line}
    assert {closing[label] for label in ("符合", "基本符合", "不符合", "不适用")} == {""}
    assert document.watermark == ""


def test_a_filled_sheet_shows_ticks_problems_and_the_tally(office: Session, sheet: str) -> None:
    _record(office, sheet, "pass", "fail", "na", "pass")
    document = inspection.document(office, sheet)
    assert _cells(document, "verdict.pass") == ["√", "", "", "√"]
    assert _cells(document, "verdict.fail") == ["", "√", "", ""]
    closing = {field.label: field.value for line in document.closing for field in line}
    assert [closing[label] for label in ("符合", "基本符合", "不符合", "不适用")] == ["2", "0", "1", "1"]
    head = {field.label: field.value for line in document.head for field in line}
    assert (head["受检单位"], head["检查日期"]) == ("行政服务中心", "2026年10月8日")
    assert _cells(document, "told") == ["", "有问题", "", ""]
    assert _cells(document, "number") == ["1", "2", "3", "4"]
    assert "表号：JCB-9" in document.form_code and document.code == head["编号"]


def test_the_examples_are_taken_over_once(office: Session) -> None:
    inspection.take_over_checklists(office)
    count = office.read.count(Query("checklist"))
    assert count == len(inspection.shipped_checklists())
    for checklist in office.read.rows(Query("checklist")):
        assert inspection.items_of(office, str(checklist["key"]))
    assert not inspection.take_over_checklists(office)
    assert office.read.count(Query("checklist")) == count


def test_a_sheet_is_found_by_its_number_and_a_blank_one_made_for_a_form(office: Session, sheet: str) -> None:
    code = str((office.read.row("inspection", sheet) or {})["code"])
    assert inspection.sheet_named(office, code) == sheet
    blank = inspection.sheet_named(office, "JCB-9")
    assert blank != sheet and (office.read.row("inspection", blank) or {})["unit"] is None
    with pytest.raises(Refusal, match="没有编号为“JCB-8”的检查，也没有这个表号的模板"):
        inspection.sheet_named(office, "JCB-8")


def test_what_is_not_there_is_refused(office: Session) -> None:
    for missing in (inspection.document, inspection.raise_findings):
        with pytest.raises(Refusal, match="找不到这张检查表，请重新选择"):
            missing(office, "无")
    with pytest.raises(Refusal, match="找不到这张检查表模板"):
        inspection.make_sheet(office, "无", None)


def test_the_practice_library_is_marked_on_paper(practice: Session) -> None:
    key = str(practice.read.rows(Query("inspection"))[0]["key"])
    assert inspection.document(practice, key).watermark == "演练"
