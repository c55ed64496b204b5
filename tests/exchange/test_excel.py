"""Workbooks and CSV, read back with openpyxl and the csv module."""

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.domain.document import Align, Document, HeadField, Paper, Table, TableColumn, TableRow
from desktop.domain.errors import EnvironmentFault
from desktop.exchange.excel import LONGEST_CELL, sheet_name, write_xlsx
from desktop.exchange.legible import legible
from desktop.exchange.text_table import write_csv
from tests.exchange.sample_documents import inspection_form


def read(document: Document, folder: Path) -> Any:
    path = folder / "文件.xlsx"
    write_xlsx(document, path)
    return openpyxl.load_workbook(path)


def simple(*cells: str, align: Align = Align.LEFT) -> Document:
    return Document("表", Table((TableColumn("内容", 30, align),), tuple(TableRow((cell,)) for cell in cells)))


@pytest.fixture(scope="module")
def sheet(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return read(inspection_form(), tmp_path_factory.mktemp("excel")).active


def test_title_code_and_head(sheet: Any) -> None:
    assert sheet.title == "标准实施监督检查表"
    assert sheet["A1"].value == "表号：JC-01　　模板：机关办公区 3.2 版"
    assert sheet["E1"].value == "JC-330106-2026-118"
    assert sheet["E1"].alignment.horizontal == "right"
    assert sheet["A2"].value == "标准实施监督检查表"
    assert sheet["A2"].alignment.horizontal == "center"
    merged = {str(area) for area in sheet.merged_cells.ranges}
    assert {"A1:D1", "E1:I1", "A2:I2", "A3:I3", "A4:I4"} <= merged
    assert sheet["A3"].value.startswith("受检单位：＿＿")
    assert "□季度检查  ☑抽查" in sheet["A4"].value


def test_heading_rows_freeze_and_repeat(sheet: Any) -> None:
    merged = {str(area) for area in sheet.merged_cells.ranges}
    assert {"A5:A6", "E5:H5", "I5:I6"} <= merged
    assert [cell.value for cell in sheet[5]][:5] == [
        "序号",
        "依据标准、条款",
        "检查内容",
        "检查方法",
        "检查结果（只选一项）",
    ]
    assert [cell.value for cell in sheet[6]][4:8] == ["1 符合", "2 基本", "3 不符", "4 不适用"]
    assert sheet.freeze_panes == "A7"
    assert sheet.print_title_rows == "$5:$6"


def test_rows_and_tick_boxes(sheet: Any) -> None:
    assert [cell.value for cell in sheet[7]] == [
        "1",
        "GB/T 43542 5.1.1　应",
        "每季度开展一次评价并留存记录",
        "查记录",
        "□",
        "□",
        "□",
        "□",
        None,
    ]
    assert sheet.cell(48, 1).value == "42"
    assert sheet["I7"].border.left.style == "thin"
    assert sheet["B7"].font.name == "仿宋"
    assert sheet.row_dimensions[7].height >= 8.4 * 72 / 25.4 - 0.1


def test_page_setup(sheet: Any) -> None:
    assert sheet.page_setup.orientation == "landscape"
    assert str(sheet.page_setup.paperSize) == "9"
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.oddFooter.center.text == "第 &P 页 共 &N 页"
    assert sheet.oddFooter.left.text == "西湖区机关事务服务中心"
    assert sheet.oddFooter.right.text == "打印 2026-11-18"


def test_what_stands_below_the_table(sheet: Any) -> None:
    below = [sheet.cell(row, 1).value for row in range(49, sheet.max_row + 1)]
    assert below[0].startswith("每行只在一个方框内打")
    assert below[1].startswith("本页检查人＿")
    assert below[2].startswith("检查结论：□达标  □不达标")
    assert below[3].startswith("整改要求：＿")
    assert "检查组长（签字）：＿" in below[4]
    assert below[5].startswith("说明：")


@pytest.mark.parametrize("text", ["=1+1", "+8613800000000", "-丙", "@SUM(A1)", "=cmd|' /C calc'!A0", "#N/A", "TRUE"])
@pytest.mark.parametrize("align", list(Align))
def test_nothing_typed_becomes_a_formula(tmp_path: Path, text: str, align: Align) -> None:
    document = replace(simple(text, align=align), head=((HeadField("", text),),), title=text)
    sheet = read(document, tmp_path).active
    cell = sheet.cell(sheet.max_row, 1)
    assert cell.value == text
    assert cell.data_type == "s"
    assert bool(cell.quotePrefix) == text.startswith(("=", "+", "-", "@"))
    assert sheet["A1"].data_type == "s"


@pytest.mark.parametrize(
    ("text", "value", "shown"),
    [
        ("12", 12, "0"),
        ("0", 0, "0"),
        ("-3", -3, "0"),
        ("0.50", 0.5, "0.00"),
        ("123456789012345", 123456789012345, "0"),
        ("1234567890123456", "1234567890123456", "General"),
        ("0418", "0418", "General"),
        ("95%", "95%", "General"),
        ("—", "—", "General"),
        ("1,000", "1,000", "General"),
        ("１２", "１２", "General"),
    ],
)
def test_only_plain_numbers_at_the_right_become_numbers(tmp_path: Path, text: str, value: object, shown: str) -> None:
    sheet = read(simple(text, align=Align.RIGHT), tmp_path).active
    cell = sheet.cell(sheet.max_row, 1)
    assert cell.value == value
    assert type(cell.value) is type(value)
    assert cell.number_format == shown
    plain = read(simple(text), tmp_path).active
    assert plain.cell(plain.max_row, 1).value == text


def test_bad_rows_are_red_and_totals_bold(tmp_path: Path) -> None:
    columns = (TableColumn("内容", 30),)
    rows = (TableRow(("好",)), TableRow(("坏",), bad=True), TableRow(("合计",), bold=True))
    sheet = read(Document("表", Table(columns, rows)), tmp_path).active
    good, bad, total = (sheet.cell(row, 1) for row in (3, 4, 5))
    assert bad.value == "坏"
    assert bad.fill.fgColor.rgb == "00F8D0CC"
    assert good.fill.fill_type is None
    assert (good.font.bold, total.font.bold) == (False, True)


def test_groups_are_merged(tmp_path: Path) -> None:
    rows = tuple(TableRow((text,), group=group) for text, group in (("一", "甲"), ("二", "甲"), ("三", "乙")))
    table = Table((TableColumn("内容", 30),), rows, group_label="类别")
    sheet = read(Document("表", table), tmp_path).active
    assert [cell.value for cell in sheet["A"]][1:] == ["类别", "甲", None, "乙"]
    assert "A3:A4" in {str(area) for area in sheet.merged_cells.ranges}


def test_extra_sheets_have_names_excel_takes(tmp_path: Path) -> None:
    extra = tuple(
        replace(simple(title), title=title) for title in ("表", "a/b:c*[d]", "长" * 40, "长" * 40, "", "𠮷" * 40)
    )
    book = read(replace(simple("x"), extra=extra, paper=Paper.A3), tmp_path)
    names = book.sheetnames
    assert names[:3] == ["表", "表（2）", "a b c  d"]
    assert len({name.casefold() for name in names}) == 7
    assert all(0 < len(name.encode("utf-16-le")) <= 62 for name in names)
    assert str(book.worksheets[0].page_setup.paperSize) == "8"


@given(st.lists(st.text(max_size=50), max_size=8))
def test_sheet_names_are_always_fit(titles: list[str]) -> None:
    taken: set[str] = set()
    for title in titles:
        name = sheet_name(title, taken)
        assert name.casefold() not in taken
        assert 0 < len(name.encode("utf-16-le")) <= 62
        assert not set("[]:*?/\\\n") & set(name)
        assert not name.startswith("'")
        assert not name.endswith("'")
        assert name.casefold() != "history"
        taken.add(name.casefold())


def test_watermark_and_ampersands(tmp_path: Path) -> None:
    document = replace(simple("x"), watermark="演练", footer_left="甲&乙", footer_right="长" * 300)
    path = tmp_path / "表.xlsx"
    write_xlsx(document, path)
    sheet: Any = openpyxl.load_workbook(path).active
    assert sheet.oddHeader.center.text == "演练"
    assert sheet["A1"].value == "演练"
    footer = str(sheet.oddFooter)
    assert len(footer) < 255
    assert "甲&" in footer


def test_an_overlong_cell_says_that_it_is_cut(tmp_path: Path) -> None:
    sheet = read(simple("长" * 40_000), tmp_path).active
    text = sheet.cell(sheet.max_row, 1).value
    assert len(text) == LONGEST_CELL
    assert text.endswith("全文见打印件或 Word）")


def test_a_letter_without_table(tmp_path: Path) -> None:
    sheet = read(Document("函", Table((), ()), notes=("正文",)), tmp_path).active
    assert [cell.value for cell in sheet["A"]] == ["函", "正文"]


def test_a_missing_folder_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault, match=r"表\.xlsx"):
        write_xlsx(simple("x"), tmp_path / "无" / "表.xlsx")


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(max_size=40), min_size=1, max_size=8))
def test_any_text_comes_back(cells: list[str]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        sheet = read(simple(*cells), Path(folder)).active
        assert [sheet.cell(row, 1).value or "" for row in range(3, 3 + len(cells))] == [legible(cell) for cell in cells]


def test_csv_has_heading_and_rows_only(tmp_path: Path) -> None:
    columns = (
        TableColumn("标准号", 20),
        TableColumn("符合", 10, group="结果", tick=True),
        TableColumn("备注", 10),
    )
    rows = (
        TableRow(("GB/T 1.1—2020", "√", '说"明"，\n二行'), group="甲"),
        TableRow(("=1+1", "", "-1"), group="甲"),
    )
    path = tmp_path / "表.csv"
    write_csv(Document("表", Table(columns, rows, group_label="类别", blank_rows=3), notes=("注",)), path)
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.count(b"\r\n") == 3
    assert b'"=1+1"' in raw
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file)) == [
            ["类别", "标准号", "结果 符合", "备注"],
            ["甲", "GB/T 1.1—2020", "√", '说"明"，\n二行'],
            ["甲", "=1+1", "", "-1"],
        ]
