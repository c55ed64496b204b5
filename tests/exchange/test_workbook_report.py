"""The user's workbook comes back with what to mend, and can be imported again."""

import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook as Book
from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from desktop.domain.errors import EnvironmentFault
from desktop.exchange import workbook_report
from desktop.exchange.headings import REASON_HEADING, REFUSED_SHEET, RESULT_SHEET, FoundTable, best_sheet
from desktop.exchange.screening import Container
from desktop.exchange.source_rows import SourceRow, source_rows
from desktop.exchange.workbook import Sheet, Workbook, read_workbook
from desktop.exchange.workbook_report import RowVerdict, write_report
from tests.exchange.made_workbooks import (
    COLUMNS,
    FIXTURES,
    OFFICE_MERGES,
    OFFICE_TABLE,
    SYNONYMS,
    repacked,
    save,
)

PUBLISHED = "standard.published_on"
RED, PALE = "FFFF9999", "FFFFE3E3"
VERDICTS = {
    5: RowVerdict("added"),
    6: RowVerdict("changed"),
    7: RowVerdict("refused", ((PUBLISHED, "=“发布日期”看不懂"), ("", "同号不同名"))),
}


def read(path: Path) -> tuple[Workbook, Sheet, FoundTable, list[SourceRow]]:
    workbook = read_workbook(path)
    page, table = best_sheet(workbook, COLUMNS, SYNONYMS)
    return workbook, page, table, source_rows(page, table, COLUMNS)[0]


def report(source: Path, verdicts: dict[int, RowVerdict] = VERDICTS) -> Path:
    _, page, table, _ = read(source)
    to = source.with_name(f"退回-{source.stem}.xlsx")
    write_report(source, to, page.name, table, verdicts)
    return to


def office(path: Path) -> Path:
    def change(book: Book, page: Worksheet) -> None:
        page["H6"] = "=1+1"
        page["H5"].comment = Comment("我的批注", "张三")
        page["D5"].font = Font(bold=True)
        book.create_sheet("说明")["A1"] = "另一张表"

    return save(path / "某局.xlsx", OFFICE_TABLE, OFFICE_MERGES, change=change)


def test_refused_cells_are_marked_where_they_stand(tmp_path: Path) -> None:
    page = load_workbook(report(office(tmp_path)))["标准明细"]
    assert page["I2"].value == REASON_HEADING
    assert page["I7"].value == "=“发布日期”看不懂；同号不同名"
    assert page["I7"].data_type == "s"
    assert page["I7"].quotePrefix
    assert [page.cell(row, 9).value for row in (5, 6, 8)] == [None, None, None]
    assert page["E7"].fill.fgColor.rgb == RED
    assert page["E7"].comment.text == "=“发布日期”看不懂"
    assert page["A7"].fill.fgColor.rgb == PALE
    assert page["A5"].fill.fgColor.rgb not in (RED, PALE)
    assert page["E7"].value == "坏日期"


def test_the_rest_of_the_workbook_stays(tmp_path: Path) -> None:
    book = load_workbook(report(office(tmp_path)))
    assert book.sheetnames == ["标准明细", REFUSED_SHEET, "说明", RESULT_SHEET]
    assert book["说明"]["A1"].value == "另一张表"
    page = book["标准明细"]
    assert page["D5"].font.bold
    assert page["H5"].comment.text == "我的批注"
    assert {str(span) for span in page.merged_cells.ranges} == set(OFFICE_MERGES)


def test_the_sheet_of_results_counts_and_lists(tmp_path: Path) -> None:
    page = load_workbook(report(office(tmp_path)))[RESULT_SHEET]
    lines = [[cell for cell in row if cell is not None] for row in page.iter_rows(max_col=2, values_only=True)]
    assert page.column_dimensions["C"].hidden
    assert lines == [
        ["导入结果"],
        ["文件", "某局.xlsx"],
        ["工作表", "标准明细"],
        ["说明", "请改正标红的单元格，再次导入本文件；也可以只在“仅含错误行”里改，改后导入时只读那张表。"],
        ["新增", 1],
        ["修改", 1],
        ["相同", 0],
        ["拒绝", 1],
        [],
        ["行", "原因"],
        [7, "=“发布日期”看不懂；同号不同名"],
    ]
    assert page["B11"].data_type == "s"


def test_the_mended_file_is_imported_as_if_it_were_the_first(tmp_path: Path) -> None:
    source = office(tmp_path)
    _, _, first, rows = read(source)
    to = report(source)
    _, page, again, rows_again = read(to)
    assert page.name == "标准明细"
    assert (again.mapping, again.unmapped, again.layout_key) == (
        first.mapping,
        first.unmapped,
        first.layout_key,
    )
    assert [row.cells for row in rows_again if row.line != 6] == [row.cells for row in rows if row.line != 6]
    assert rows_again[1].extra == rows[1].extra


def test_a_second_report_takes_the_first_ones_marks_away(tmp_path: Path) -> None:
    second = report(report(office(tmp_path)), {7: RowVerdict("equal"), 6: RowVerdict("refused", (("notes", "太长"),))})
    book = load_workbook(second)
    page = book["标准明细"]
    assert book.sheetnames == ["标准明细", REFUSED_SHEET, "说明", RESULT_SHEET]
    assert [page.cell(row, 9).value for row in (2, 6, 7)] == [REASON_HEADING, "太长", None]
    assert page.max_column == 9
    assert page["E7"].comment is None
    assert page["E7"].fill.fgColor.rgb != RED
    assert page["A7"].fill.fgColor.rgb != PALE
    assert page["H5"].comment.text == "我的批注"
    assert [row[1].value for row in book[RESULT_SHEET]["A5:B8"]] == [0, 0, 1, 1]


def test_macros_and_formulas_do_not_come_back(tmp_path: Path) -> None:
    source = office(tmp_path)
    types = zipfile.ZipFile(source).read("[Content_Types].xml").decode()
    changed = types.replace(
        "</Types>", '<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>'
    )
    source.write_bytes(
        repacked(source.read_bytes(), {"xl/vbaProject.bin": b"macro", "[Content_Types].xml": changed.encode()})
    )
    to = report(source)
    assert not [name for name in zipfile.ZipFile(to).namelist() if "vba" in name]
    assert not [cell for row in load_workbook(to)["标准明细"].iter_rows() for cell in row if cell.data_type == "f"]


@pytest.mark.parametrize("name", ["table.ods", "table.xls", "long.xls", "t.csv"])
def test_other_files_come_back_as_xlsx_of_the_same_values(tmp_path: Path, name: str) -> None:
    source = tmp_path / name
    if name == "t.csv":
        source.write_text("标准号,标准名称,备注\nGB 1,=SUM(A1),-甲\nGB 2,乙,+1\nGB 3,丙,@x\n", encoding="gb18030")
    else:
        source.write_bytes((FIXTURES / name).read_bytes())
    _, _, first, rows = read(source)
    line = rows[1].line
    to = report(source, {line: RowVerdict("refused", (("standard.title", "名称不对"),))})
    _, page, again, rows_again = read(to)
    assert [(row.line, row.cells) for row in rows_again] == [(row.line, row.cells) for row in rows]
    assert again.layout_key == first.layout_key
    reason = again.reason_column
    assert reason is not None
    assert page.rows[line - 1][reason] == "名称不对"
    title = next(at for at, path in again.mapping.items() if path == "standard.title")
    written = load_workbook(to).worksheets[0]
    assert written.cell(line, title + 1).fill.fgColor.rgb == RED
    assert all(cell.data_type != "f" for row in written.iter_rows() for cell in row)


def test_of_a_large_file_only_the_refused_rows_come_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_report, "MOST_ROWS", 7)
    to = report(office(tmp_path))
    workbook, page, table, rows = read(to)
    assert [row.cells["standard.number"] for row in rows] == ["GB/T 13017-2018"]
    assert rows[0].cells["code"] == "101"
    assert page.rows[3][8] == "原第 7 行：=“发布日期”看不懂；同号不同名"
    assert table.first_data_row == 3
    assert workbook.sheet(RESULT_SHEET).rows[3][1] == "文件较大，只退回被拒绝的行。"
    assert workbook.sheet(RESULT_SHEET).rows[-1][0] == 7


def test_the_reasons_stand_right_of_everything(tmp_path: Path) -> None:
    rows: list[list[object]] = [["明细表"], ["标准号", "标准名称"], ["GB 1-2020", "甲"]]
    source = save(tmp_path / "a.xlsx", rows, ["A1:F1"])
    page = load_workbook(report(source, {3: RowVerdict("refused")})).worksheets[0]
    assert (page["G2"].value, page["G3"].value) == (REASON_HEADING, "未导入")


def test_a_comment_of_the_users_own_stays_in_its_place(tmp_path: Path) -> None:
    verdicts = {5: RowVerdict("refused", (("notes", "太长"),))}
    page = load_workbook(report(office(tmp_path), verdicts))["标准明细"]
    assert page["H5"].fill.fgColor.rgb == RED
    assert page["H5"].comment.text == "我的批注"
    assert page["I5"].value == "太长"


def test_text_that_no_workbook_can_hold_is_cut_and_cleaned(tmp_path: Path) -> None:
    source = tmp_path / "t.csv"
    source.write_text(f"标准号,标准名称\nGB 1,甲\ufffe乙\nGB 2,{'长' * 40_000}\n", encoding="utf-8")
    page = load_workbook(report(source, {2: RowVerdict("refused")})).worksheets[0]
    assert (page["B2"].value, len(page["B3"].value)) == ("甲乙", 32_767)


def test_a_merge_over_the_whole_sheet_does_not_stop_the_report(tmp_path: Path) -> None:
    rows: list[list[object]] = [["标准号", "标准名称"], ["GB 1-2020", "甲"]]
    source = save(tmp_path / "a.xlsx", rows)
    name = "xl/worksheets/sheet1.xml"
    text = zipfile.ZipFile(source).read(name).decode()
    merged = text.replace(
        "</sheetData>", '</sheetData><mergeCells count="1"><mergeCell ref="D1:XFD1048576"/></mergeCells>'
    )
    source.write_bytes(repacked(source.read_bytes(), {name: merged.encode()}))
    _, _, table, _ = read(report(source, {2: RowVerdict("refused")}))
    assert table.reason_column is not None


def test_what_openpyxl_cannot_open_still_comes_back(tmp_path: Path) -> None:
    source = office(tmp_path)
    source.write_bytes(repacked(source.read_bytes(), {"docProps/core.xml": b"<broken"}))
    workbook, _, _, rows = read(report(source))
    assert workbook.container is Container.XLSX
    assert len(rows) == 3


def test_a_report_that_cannot_be_written(tmp_path: Path) -> None:
    source = office(tmp_path)
    _, page, table, _ = read(source)
    with pytest.raises(EnvironmentFault):
        write_report(source, tmp_path / "没有这个文件夹" / "x.xlsx", page.name, table, VERDICTS)


def test_a_refused_row_without_a_reason_still_says_so() -> None:
    assert RowVerdict("refused").reason == "未导入"
    assert RowVerdict("added").reason == ""
    assert RowVerdict("refused", (("a", "甲"), ("b", "甲"), ("", "乙"))).reason == "甲；乙"
