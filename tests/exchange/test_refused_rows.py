"""The refused rows alone on a sheet of their own: what they say without their neighbours, and whether they were mended."""

import datetime
import shutil
import subprocess
from pathlib import Path

import pytest
from openpyxl import load_workbook

from desktop.exchange.headings import REFUSED_SHEET, RESULT_SHEET, best_sheet
from desktop.exchange.refused_rows import worked_on
from desktop.exchange.source_rows import source_rows
from desktop.exchange.workbook import read_workbook
from desktop.exchange.workbook_report import RowVerdict, write_report
from tests.exchange.made_workbooks import COLUMNS, FIXTURES, OFFICE_MERGES, OFFICE_TABLE, SYNONYMS, save

BAD = RowVerdict("refused", (("standard.published_on", "“发布日期”看不懂"),))


def _report(source: Path, lines: tuple[int, ...]) -> Path:
    page, table = best_sheet(read_workbook(source), COLUMNS, SYNONYMS)
    to = source.with_name("退回.xlsx")
    write_report(source, to, page.name, table, dict.fromkeys(lines, BAD))
    return to


def test_the_refused_rows_stand_below_their_headings_with_what_they_took_from_above(tmp_path: Path) -> None:
    to = _report(save(tmp_path / "某局.xlsx", OFFICE_TABLE, OFFICE_MERGES), (6, 7))
    page = load_workbook(to)[REFUSED_SHEET]
    assert [list(row) for row in page.iter_rows(min_row=4, values_only=True)] == [
        [2, "101", "GB/T 13016-2018", "标准体系构建原则和要求", "2018-02-06", "2018.9.1", "现行", None,
         "原第 6 行：“发布日期”看不懂"],
        [3, "101", "GB/T 13017-2018", "企业标准体系表编制指南", "坏日期", "2018-09-01", "现行", None,
         "原第 7 行：“发布日期”看不懂"],
    ]  # fmt: skip
    assert {str(span) for span in page.merged_cells.ranges} == {"A1:H1", "A2:A3", "B2:B3", "C2:C3", "D2:D3", "E2:F2",
                                                                "G2:G3", "H2:H3"}  # fmt: skip
    assert page["E4"].fill.fgColor.rgb == "FFFF9999" and page["E4"].comment.text == "“发布日期”看不懂"


def test_alone_they_are_found_as_a_table_of_the_same_layout(tmp_path: Path) -> None:
    source = save(tmp_path / "某局.xlsx", OFFICE_TABLE, OFFICE_MERGES)
    _, first = best_sheet(read_workbook(source), COLUMNS, SYNONYMS)
    to = _report(source, (6, 7))
    page, _ = best_sheet(read_workbook(to), COLUMNS, SYNONYMS)
    assert page.name == "标准明细", "among others they come last"
    book = load_workbook(to)
    del book["标准明细"]
    book.save(to)
    page, table = best_sheet(read_workbook(to), COLUMNS, SYNONYMS)
    assert (page.name, table.layout_key, table.mapping) == (REFUSED_SHEET, first.layout_key, first.mapping)
    assert [row.cells["standard.number"] for row in source_rows(page, table, COLUMNS)[0]] == [
        "GB/T 13016-2018", "GB/T 13017-2018",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["table.ods", "table.xls", "某局.xlsx"])
def test_a_change_in_their_sheet_is_noticed_and_one_elsewhere_is_not(tmp_path: Path, name: str) -> None:
    source = tmp_path / name
    if (FIXTURES / name).exists():
        source.write_bytes((FIXTURES / name).read_bytes())
    else:
        save(source, OFFICE_TABLE, OFFICE_MERGES)
    page, table = best_sheet(read_workbook(source), COLUMNS, SYNONYMS)
    line = source_rows(page, table, COLUMNS)[0][1].line
    to = _report(source, (line,))
    assert worked_on(read_workbook(to)) is None
    book = load_workbook(to)
    book.worksheets[0].cell(line, 4).value = "改在原表"
    reasons = next(cell for row in book[REFUSED_SHEET].iter_rows() for cell in row if cell.value == "错误说明")
    book[REFUSED_SHEET].cell(reasons.row + 5, reasons.column).value = "自己的话"
    book.save(to)
    assert worked_on(read_workbook(to)) is None
    book[REFUSED_SHEET].cell(table.first_data_row + 1, 4).value = "改在错误行"
    book.save(to)
    found = worked_on(read_workbook(to))
    assert found is not None and found.name == REFUSED_SHEET
    book[REFUSED_SHEET].sheet_state = "hidden"
    book.save(to)
    assert worked_on(read_workbook(to)) is None


def test_without_refused_rows_there_is_no_such_sheet(tmp_path: Path) -> None:
    first = _report(save(tmp_path / "某局.xlsx", OFFICE_TABLE, OFFICE_MERGES), (7,))
    page, table = best_sheet(read_workbook(first), COLUMNS, SYNONYMS)
    write_report(first, tmp_path / "二.xlsx", page.name, table, {7: RowVerdict("added")})
    assert load_workbook(tmp_path / "二.xlsx").sheetnames == ["标准明细", RESULT_SHEET]


def test_a_report_saved_again_by_libreoffice_counts_as_untouched(tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")
    dated = [[*row] for row in OFFICE_TABLE]
    dated[6][5], dated[6][7] = datetime.date(2018, 9, 1), 1.5
    to = _report(save(tmp_path / "某局.xlsx", dated, OFFICE_MERGES), (6, 7))
    command = [office, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to", "xlsx"]
    subprocess.run(
        [*command, "--outdir", str(tmp_path / "again"), str(to)], check=True, capture_output=True, timeout=120
    )
    again = tmp_path / "again" / to.name
    assert worked_on(read_workbook(again)) is None
    book = load_workbook(again)
    book[REFUSED_SHEET]["E5"].value = "2018-02-06"
    book.save(again)
    assert worked_on(read_workbook(again)) is not None
