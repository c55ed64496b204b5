"""The user's own workbook given back: refused cells in red, reasons beside them; mended, it is imported again."""

from pathlib import Path

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from desktop.app import exporting, importing
from desktop.app.session import Session
from desktop.exchange.headings import REFUSED_SHEET
from tests.app.conftest import MESSY

RED, PALE = "FFFF9999", "FFFFE3E3"
REASONS = 15
"""The column after the table's fourteen."""


def _report(session: Session, to: Path) -> Path:
    importing.write_report(importing.plan(session, MESSY), MESSY, to)
    return to


def test_the_report_marks_what_was_refused_where_it_stands(office: Session, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(_report(office, tmp_path / "报告.xlsx"))
    page = book["标准明细表"]
    assert page.cell(3, REASONS).value == "错误说明"
    said = {row: page.cell(row, REASONS).value for row in range(5, 90) if page.cell(row, REASONS).value}
    assert sorted(said) == [82, 83, 84, 85, 86, 87]
    assert said[84] == "“标准名称”必填"
    assert [page.cell(row, 1).fill.fgColor.rgb for row in sorted(said)] == [PALE] * 6
    assert page["G86"].fill.fgColor.rgb == page["F87"].fill.fgColor.rgb == RED
    assert page["G86"].comment is not None and "2023-02-30" in page["G86"].comment.text
    assert page["G85"].fill.fgColor.rgb != RED
    for place, sentence in (("E84", "“标准名称”必填"), ("H85", "实施日期早于发布日期（2024-05-06）")):
        assert page[place].fill.fgColor.rgb == RED, place
        assert page[place].comment is not None and page[place].comment.text == sentence


def test_the_report_has_a_sheet_with_the_outcome(office: Session, tmp_path: Path) -> None:
    page = openpyxl.load_workbook(_report(office, tmp_path / "报告.xlsx"))["导入结果"]
    said = [cell for row in page.iter_rows(values_only=True) for cell in row if cell is not None]
    for expected in ("messy.xlsx", "标准明细表", "新增", "拒绝", 6, "“标准名称”必填", 84):
        assert expected in said, expected


def test_a_line_with_two_standards_is_refused_if_either_is(office: Session, tmp_path: Path) -> None:
    source = tmp_path / "两项.xlsx"
    book = openpyxl.Workbook()
    book.worksheets[0].append(["标准号", "标准名称"])
    book.worksheets[0].append(["GB/T 1.1-2020", "导则"])
    book.worksheets[0].append(["GB/T 1.1-2020\nGB/T 1.2-2020", "导则\n导则二"])
    book.save(source)
    plan = importing.plan(office, source)
    assert plan.counts() == {"added": 2, "changed": 0, "equal": 0, "refused": 1}
    importing.write_report(plan, source, tmp_path / "报告.xlsx")
    page = openpyxl.load_workbook(tmp_path / "报告.xlsx").worksheets[0]
    assert page.cell(3, 3).value == "与第 2 行是同一条，只取先出现的一行"
    assert page.cell(3, 1).fill.fgColor.rgb == PALE


def test_the_report_itself_is_imported_like_the_file(office: Session, tmp_path: Path) -> None:
    report = _report(office, tmp_path / "报告.xlsx")
    again = importing.plan(office, report)
    assert again.counts() == {"added": 66, "changed": 0, "equal": 0, "refused": 6}
    assert sorted(again.labels.values()) == ["子体系名称", "文件存放位置", "核对人"]


def test_mended_rows_imported_again_are_the_only_ones_added(imported: Session, tmp_path: Path) -> None:
    report = _report(imported, tmp_path / "报告.xlsx")
    book = openpyxl.load_workbook(report)
    page = book["标准明细表"]
    page["E84"], page["H85"], page["G86"], page["F87"] = "食堂采购管理规范", "2024-06-01", "2023-02-28", "行业标准"
    book.save(report)
    plan = importing.plan(imported, report)
    assert plan.counts() == {"added": 4, "changed": 0, "equal": 66, "refused": 2}
    assert [row.line for row in plan.of("added")] == [84, 85, 86, 87]
    changes = importing.apply(imported, plan)
    assert (len(changes.of("standard")), len(changes.of("detail_entry"))) == (4, 4)
    assert importing.plan(imported, report).counts()["equal"] == 70


def test_a_later_report_takes_the_earlier_marks_away(imported: Session, tmp_path: Path) -> None:
    first = _report(imported, tmp_path / "一.xlsx")
    book = openpyxl.load_workbook(first)
    book["标准明细表"]["E84"] = "食堂采购管理规范"
    book.save(first)
    importing.write_report(importing.plan(imported, first), first, tmp_path / "二.xlsx")
    page = openpyxl.load_workbook(tmp_path / "二.xlsx")["标准明细表"]
    assert page.cell(84, REASONS).value is None and page.cell(84, 1).fill.fgColor.rgb != PALE
    assert page.cell(85, REASONS).value == "实施日期早于发布日期（2024-05-06）"
    assert page.max_column == REASONS


def _mend(page: Worksheet) -> None:
    """Put right what was refused, whichever line it stands in."""
    by_line = {str(row[REASONS - 1].value or "").partition("：")[0]: row[0].row for row in page.iter_rows(min_row=4)}
    mended = {84: ("E", "食堂采购管理规范"), 85: ("H", "2024-06-01"), 86: ("G", "2023-02-28"), 87: ("F", "行业标准")}
    for line, (letter, text) in mended.items():
        page[f"{letter}{by_line[f'原第 {line} 行']}"] = text


def test_the_refused_rows_mended_in_their_own_sheet_are_the_only_ones_added(imported: Session, tmp_path: Path) -> None:
    report = _report(imported, tmp_path / "报告.xlsx")
    book = openpyxl.load_workbook(report)
    _mend(book[REFUSED_SHEET])
    book.save(report)
    plan = importing.plan(imported, report)
    assert plan.counts() == {"added": 4, "changed": 0, "equal": 0, "refused": 2}
    assert [row.problems[0][1] for row in plan.of("refused")] == [
        "与已导入的一行是同一条，只取先出现的一行；确是两条，请改标准号"
    ] * 2
    assert plan.sheet == REFUSED_SHEET and not plan.other_sheets
    assert plan.notes == ("只读了工作表“仅含错误行”，其他工作表没有读",)
    changes = importing.apply(imported, plan)
    assert (len(changes.of("standard")), len(changes.of("detail_entry"))) == (4, 4)
    assert importing.plan(imported, report).counts() == {"added": 0, "changed": 0, "equal": 4, "refused": 2}


def test_the_refused_rows_are_imported_alone_from_a_file_of_their_own(imported: Session, tmp_path: Path) -> None:
    report = _report(imported, tmp_path / "报告.xlsx")
    book = openpyxl.load_workbook(report)
    for name in book.sheetnames:
        if name != REFUSED_SHEET:
            del book[name]
    _mend(book[REFUSED_SHEET])
    book.save(report)
    plan = importing.plan(imported, report)
    assert plan.counts() == {"added": 4, "changed": 0, "equal": 0, "refused": 2}
    assert not plan.labels, "columns that got a label by the first import keep it"
    second = tmp_path / "二.xlsx"
    importing.write_report(plan, report, second)
    left = [row[REASONS - 1] for row in openpyxl.load_workbook(second)[REFUSED_SHEET].iter_rows(5, values_only=True)]
    assert [bool(said) for said in left] == [True, True, False, False, False, False]


def test_refused_rows_of_an_export_alone_offer_nothing_to_delete(imported: Session, tmp_path: Path) -> None:
    export, report = tmp_path / "导出.xlsx", tmp_path / "报告.xlsx"
    exporting.export(imported, "detail_entry", export)
    book = openpyxl.load_workbook(export)
    heading = next(cell for row in book.worksheets[0].iter_rows() for cell in row if cell.value == "发布日期")
    head, at = int(heading.row), int(heading.column)
    book.worksheets[0].cell(head + 1, at).value = "2023-02-30"
    book.save(export)
    importing.write_report(importing.plan(imported, export), export, report)
    book = openpyxl.load_workbook(report)
    book[REFUSED_SHEET].cell(head + 1, at).value = "2023-02-28"
    book.save(report)
    plan = importing.plan(imported, report)
    assert plan.counts() == {"added": 0, "changed": 1, "equal": 0, "refused": 0}
    assert plan.missing == ()
