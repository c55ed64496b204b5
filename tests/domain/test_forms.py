"""The statistics table and the inspection sheet as neutral documents; scoring and walking through a sheet."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from desktop.app.inspection import sheet_layout
from desktop.domain.document import Document, Paper
from desktop.domain.inspection import next_untouched, progress
from desktop.domain.inspection_form import inspection_document
from desktop.domain.ledgers.words import VERDICTS
from desktop.domain.record import Row
from desktop.domain.statistics import GroupLayout, Item, Layout, Measure, Placed, StatisticsColumn, tabulate
from desktop.domain.statistics_form import StatisticsForm, statistics_document

SHEET: Row = {"code": "JC-1", "checklist_code": "JCB-01", "checklist_title": "公物仓", "checklist_edition": "2026",
              "inspected_on": "2026-10-08", "kind": "spot", "inspectors": "陈一", "conclusion": "recheck",
              "demand": "十五日内整改"}  # fmt: skip
RESULTS: list[Row] = [
    {"standard_number": "GB/T 1-2000", "clause": "4.1", "necessity": "shall", "content": "标签", "method": "查看",
     "verdict": "pass"},
    {"standard_number": None, "clause": None, "necessity": None, "content": "台账", "method": None, "verdict": "fail",
     "problem": "缺页", "evidence": "照片 3"},
    {"content": "盘点", "verdict": None},
]  # fmt: skip
BLANK: list[Row] = [{**row, "verdict": None, "problem": None, "evidence": None} for row in RESULTS]


def _document(results: list[Row] = RESULTS, watermark: str = "") -> Document:
    return inspection_document(SHEET, "行政服务中心", results, "西湖区", sheet_layout(), watermark)


def _column(document: Document, cell: str) -> list[str]:
    place = [column.cell for column in sheet_layout().columns].index(cell)
    return [row.cells[place] for row in document.table.rows]


def test_a_filled_sheet_says_what_was_found() -> None:
    document = _document()
    assert _column(document, "number") == ["1", "2", "3"]
    assert _column(document, "clause") == ["GB/T 1-2000 4.1　应", "", ""]
    assert [_column(document, f"verdict.{word.value}") for word in VERDICTS] == [
        ["√", "", ""], ["", "", ""], ["", "√", ""], ["", "", ""],
    ]  # fmt: skip
    assert _column(document, "told") == ["", "缺页；照片 3", ""]
    closing = {field.label: field for line in document.closing for field in line}
    assert [closing[word.label].value for word in VERDICTS] == ["1", "0", "1", "0"]
    assert closing["检查结论"].ticked == ("限期整改后复查",)
    assert closing["整改要求"].value == "十五日内整改"


def test_a_blank_sheet_asks_for_what_will_be_found() -> None:
    document = _document(BLANK)
    assert {cell for word in VERDICTS for cell in _column(document, f"verdict.{word.value}")} == {""}
    closing = {field.label: field for line in document.closing for field in line}
    assert [closing[word.label].value for word in VERDICTS] == [""] * 4


def test_boxes_stand_in_the_order_of_the_keys() -> None:
    document = _document()
    boxes = [column.label for column in document.table.columns if column.label[:1].isdigit()]
    assert [label.split()[1] for label in boxes] == [word.label for word in VERDICTS]


def test_the_head_tells_template_unit_and_kind() -> None:
    document = _document(watermark="演练")
    assert document.form_code == "表号：JCB-01　模板：公物仓 2026"
    assert (document.code, document.footer_right, document.footer_left) == ("JC-1", "JC-1", "西湖区")
    head = {field.label: field for line in document.head for field in line}
    assert (head["受检单位"].value, head["检查日期"].value) == ("行政服务中心", "2026年10月8日")
    assert head["检查类型"].ticked == ("抽查",) and "季度检查" in head["检查类型"].options
    assert document.watermark == "演练" and _document().watermark == ""


FORM = StatisticsForm(Paper.A4, 3, 8, "统计项", 60, 28, "标准类别", "个", "说明", ("填表人", "审核人"))


def test_the_statistics_form_has_a_line_for_every_row_and_bold_totals() -> None:
    layout = Layout("x", "x", "标准统计表", (GroupLayout("按级别", "level", (Item("a", "甲"), Item("b", "乙")), "共计"),),
                    (StatisticsColumn(Measure.PLANNED, "应有数"), StatisticsColumn(Measure.RATIO, "现有/应有 %")))  # fmt: skip
    entries = [Placed("1", "x", False, "current", {"level": "a"}), Placed("2", "y", True, "", {"level": "a"})]
    document = statistics_document(tabulate(layout, entries, "2026-11-21"), FORM, "西湖区")
    assert (document.paper, document.landscape, document.signatures) == (Paper.A4, False, ("填表人", "审核人"))
    assert [column.width for column in document.table.columns] == [60, 28, 28] and document.table.row_height == 8
    assert [column.label for column in document.table.columns] == ["统计项", "应有数", "现有/应有 %"]
    assert [(row.cells, row.bold) for row in document.table.rows] == [
        (("甲", "2", "50.0"), False), (("乙", "0", "—"), False), (("共计", "2", "50.0"), True),
    ]  # fmt: skip
    assert {row.group for row in document.table.rows} == {"按级别"}
    assert "2026年11月21日" in [field.value for line in document.head for field in line]
    assert any("应有数 2 = 明细表 2 行" in note for note in document.notes) and document.notes[-1] == "说明"
    narrow = replace(FORM, most_columns_upright=2)
    assert statistics_document(tabulate(layout, entries, "2026-11-21"), narrow, "西湖区").landscape


verdicts = st.lists(st.sampled_from([None, "", "pass", "basic", "fail", "na"]), max_size=12)


@given(verdicts)
def test_progress_counts_touched_items(words: list[str | None]) -> None:
    found = progress([{"verdict": word} for word in words])
    touched = [word for word in words if word]
    assert (found.items, found.touched) == (len(words), len(touched))
    assert found.rate.denominator == len([word for word in touched if word != "na"])
    assert found.rate.numerator == touched.count("pass")
    expected = "planned" if not touched else "done" if len(touched) == len(words) else "running"
    assert found.state == expected


@given(verdicts, st.integers(-1, 12))
def test_the_next_item_is_untouched_and_the_first_behind(words: list[str | None], after: int) -> None:
    rows: list[Row] = [{"verdict": word} for word in words]
    found = next_untouched(rows, after)
    open_places = [place for place, word in enumerate(words) if not word]
    behind = [place for place in open_places if place > after]
    assert found == (behind[0] if behind else open_places[0] if open_places else None)
