"""The rows of a found table as a person means them."""

import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.exchange.cells import CellValue
from desktop.exchange.headings import best_sheet, find_table
from desktop.exchange.source_rows import SkippedRow, SourceRow, filled_rows, source_rows, typed
from desktop.exchange.workbook import Sheet, read_workbook
from tests.exchange.made_workbooks import (
    COLUMNS,
    FIXTURES,
    OFFICE_MERGES,
    OFFICE_TABLE,
    SYNONYMS,
    save,
    sheet,
)
from tests.exchange.test_headings import SHEETS

NUMBER, TITLE = "standard.number", "standard.title"
HEADINGS: list[object] = ["序号", "标准号", "标准名称", "实施日期", "状态", "文件出处"]


def read(page: Sheet) -> tuple[list[SourceRow], list[SkippedRow]]:
    table = find_table(page, COLUMNS, SYNONYMS)
    assert table is not None
    return source_rows(page, table, COLUMNS)


def rows_of(*rows: list[object], merged: tuple[tuple[int, int, int, int], ...] = ()) -> list[SourceRow]:
    return read(sheet([HEADINGS, *rows], merged))[0]


def skipped(*rows: list[object]) -> list[str]:
    kept, passed = read(sheet([HEADINGS, [1, "GB 1-2020", "甲", "2020", "现行", None], *rows]))
    assert len(kept) + len(passed) == len(rows) + 1
    return [row.reason for row in passed]


@pytest.mark.parametrize("name", ["made", "table.ods", "table.xls"])
def test_the_office_table(tmp_path: Path, name: str) -> None:
    path = save(tmp_path / "a.xlsx", OFFICE_TABLE, OFFICE_MERGES) if name == "made" else FIXTURES / name
    page, table = best_sheet(read_workbook(path), COLUMNS, SYNONYMS)
    rows, passed = source_rows(page, table, COLUMNS)
    assert [row.line for row in rows[:3]] == [5, 6, 7]
    assert [row.cells["code"] for row in rows[:3]] == ["101", "101", "101"]
    assert rows[1].cells["standard.source_status"] == "现行"
    assert [(row.line, row.reason) for row in passed] == [
        (4, "分类标题行"),
        (page.rows.index(page.rows[-1]) + 1, "合计行"),
    ]
    assert passed[0].text == "一、基础通用"


def test_vertical_merges_fill_every_column_and_horizontal_ones_nothing() -> None:
    page = sheet([["甲", "乙", None], [None, None, None], [None, "丙", None]], ((0, 0, 2, 0), (0, 1, 1, 2)))
    assert filled_rows(page) == [["甲", "乙", None], ["甲", "乙", None], ["甲", "丙", None]]
    assert page.rows[1] == [None, None, None]


def test_merges_that_lie_about_the_sheet_do_no_harm() -> None:
    page = sheet([["甲"], [None]], ((0, 0, 10**9, 0), (5, 5, 9, 9), (0, 3, 1, 3), *[(0, 0, 10**9, 0)] * 50))
    assert filled_rows(page) == [["甲"], ["甲"]]


def test_ditto_repeats_the_cell_above_in_mapped_and_other_columns() -> None:
    rows = rows_of(
        [1, "GB 1-2020", "甲", "2020-01-01", "现行", "文件一"],
        [2, "GB 2-2020", "乙", "同上", "〃", "同 上"],
        ["二、另一类"],
        [3, "GB 3-2020", "丙", "同前", '"', "″"],
    )
    assert [row.cells["standard.effective_on"] for row in rows] == ["2020-01-01"] * 3
    assert [row.cells["standard.source_status"] for row in rows] == ["现行"] * 3
    assert [row.extra["文件出处"] for row in rows] == ["文件一"] * 3


def test_ditto_with_nothing_above_stays_as_written() -> None:
    assert rows_of([1, "GB 1-2020", "甲", "同上"])[0].cells["standard.effective_on"] == "同上"


@pytest.mark.parametrize("word", ["合计", "小 计", "共计：", "总计", "本页小计", "合计(项)", "共计12项"])
def test_totals_are_no_rows(word: str) -> None:
    assert skipped([word, None, 12, None, None, None]) == ["合计行"]
    assert skipped([None, word, None, 3, None, None]) == ["合计行"]
    assert skipped([9, None, word, 3, None, None]) == ["合计行"]


def test_a_title_that_only_begins_like_a_total_is_a_row() -> None:
    assert skipped([2, None, "总计划管理规范", "2020", None, None]) == []
    assert skipped(["合计", "GB 5-2020", "合计", None, None, None]) == []


def test_headings_again_counted_columns_and_remarks_are_no_rows() -> None:
    assert skipped(HEADINGS) == ["重复的表头"]
    assert skipped([None, "标准号", "标准名称", None, None, None]) == ["重复的表头"]
    assert skipped([1, 2, 3, 4, 5, 6]) == ["栏次行"]
    assert skipped(["注：本表一式两份", None, None, None, None, None]) == ["表下的说明"]
    assert skipped(["填表人：张三", None, "审核：李四", None, None, None]) == ["表下的说明"]
    assert skipped(
        [
            None,
            None,
            None,
            None,
            None,
            "只有出处",
        ]
    ) == ["分类标题行"]
    assert skipped([7, None, None, None, None, "只有出处"]) == ["没有可导入的内容"]


def test_rows_above_the_headings_are_named_and_titles_are_not() -> None:
    above: list[list[object]] = [
        ["标准明细表"],
        ["填报单位：某局", None, "2026"],
        HEADINGS[1:3],
        ["GB 1-2020", "甲"],
        [],
    ]
    page = sheet([*above, HEADINGS, [1, "GB 2-2020", "乙"]])
    table = find_table(page, COLUMNS, SYNONYMS)
    assert table is not None and table.heading_row == 5
    rows, passed = source_rows(page, table, COLUMNS)
    assert [row.line for row in rows] == [7]
    assert passed == [SkippedRow(3, "标准号 标准名称", "在表头之上"), SkippedRow(4, "GB 1-2020 甲", "在表头之上")]


def test_a_section_is_one_cell_but_a_number_alone_is_a_row() -> None:
    assert skipped(["一、基础通用", None, None, None, None, None]) == ["分类标题行"]
    assert skipped([None, None, "保障类标准", None, None, None]) == ["分类标题行"]
    assert skipped([None, "GB 7-2020", None, None, None, None]) == []


def test_a_list_of_one_column_has_rows_of_one_cell() -> None:
    rows, passed = read(sheet([["标准名称"], ["公务用车管理规范"], [None], ["会议服务规范"]]))
    assert [(row.line, row.cells[TITLE]) for row in rows] == [(2, "公务用车管理规范"), (4, "会议服务规范")]
    assert passed == []


def test_several_numbers_of_one_document() -> None:
    (row,) = rows_of([1, "LS/T 1301-2022\nGC/T 1801-2022", "机关食堂反食品浪费工作成效评估和通报制度", "2022"])
    assert row.cells[NUMBER] == "LS/T 1301-2022"
    assert row.extra_numbers == ("GC/T 1801-2022",)


def test_several_numbers_beside_as_many_titles_are_several_rows() -> None:
    first, second = rows_of([1, "GB 1-2020\nGB 2-2021", "甲\n\n乙", "2020-01-01\n2021-01-01", "现行", "一\n二"])
    assert (first.line, second.line) == (2, 2)
    assert [first.cells[path] for path in (NUMBER, TITLE, "standard.effective_on")] == [
        "GB 1-2020",
        "甲",
        "2020-01-01",
    ]
    assert [second.cells[path] for path in (NUMBER, TITLE, "standard.effective_on")] == [
        "GB 2-2021",
        "乙",
        "2021-01-01",
    ]
    assert [row.cells["standard.source_status"] for row in (first, second)] == ["现行", "现行"]
    assert [row.extra["文件出处"] for row in (first, second)] == ["一", "二"]
    assert (first.extra_numbers, second.extra_numbers) == ((), ())


def test_free_text_in_the_number_column_stays_whole() -> None:
    (row,) = rows_of([1, "内部、001；甲", "乙", "2020"])
    assert (row.cells[NUMBER], row.extra_numbers) == ("内部、001；甲", ())


def of(path: str, value: CellValue) -> tuple[object, list[str]]:
    cells, problems = typed(COLUMNS, SourceRow(2, {path: value, TITLE: "甲"}))
    assert cells[TITLE] == "甲"
    return cells.get(path, "缺"), [problem.path for problem in problems]


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (43137, "2018-02-06"),
        (43137.5, "2018-02-06"),
        (20221107, "2022-11-07"),
        (2022, "2022"),
        (2022.11, "2022-11"),
        ("2022.11.7", "2022-11-07"),
        ("2022-11-07 08:30", "2022-11-07"),
        (datetime.date(2022, 11, 7), "2022-11-07"),
        (None, None),
    ],
)
def test_dates_as_workbooks_hold_them(value: CellValue, kept: str | None) -> None:
    assert of("standard.effective_on", value) == (kept, [])


@pytest.mark.parametrize("value", ["待核", 7, 99999, "2022-13-01", 2022.1])
def test_what_is_no_date_is_left_out_and_named(value: CellValue) -> None:
    assert of("standard.effective_on", value) == ("缺", ["standard.effective_on"])


def test_a_month_whose_zero_a_workbook_dropped_is_asked_about() -> None:
    _, problems = typed(COLUMNS, SourceRow(2, {"standard.effective_on": 2022.1}))
    assert problems[0].message == "“实施日期”的 2022.1 分不清是 1 月还是 10 月，请写成 2022-01 或 2022-10"


def test_choices_and_flags_are_understood_or_named() -> None:
    assert of("standard.level", "国标") == ("national", [])
    assert of("standard.level", "不知道") == ("缺", ["standard.level"])
    assert of("standard.is_key", "√") == (1, [])
    assert of("standard.number", 418) == ("418", [])


@given(SHEETS)
def test_every_line_is_a_row_or_passed_over_or_blank(page: Sheet) -> None:
    table = find_table(page, COLUMNS, SYNONYMS)
    if table is None:
        return
    rows, passed = source_rows(page, table, COLUMNS)
    lines = {row.line for row in rows} | {row.line for row in passed}
    assert not {row.line for row in rows} & {row.line for row in passed}
    assert lines.isdisjoint(range(table.heading_row + 1, table.first_data_row + 1))
    assert min((row.line for row in rows), default=len(page.rows)) > table.heading_row
    for line in set(range(table.first_data_row + 1, len(page.rows) + 1)) - lines:
        assert all(cell is None for cell in filled_rows(page)[line - 1])
    for row in rows:
        cells, problems = typed(COLUMNS, row)
        assert set(cells) | {problem.path for problem in problems} == set(row.cells)


@given(st.lists(st.tuples(*[st.integers(-1, 12)] * 4), max_size=6))
def test_filling_changes_blank_cells_only(merged: list[tuple[int, int, int, int]]) -> None:
    page = sheet([[1, None, 3], [None, 5, None], [7, None, None]], tuple(merged))
    for before, after in zip(page.rows, filled_rows(page), strict=True):
        assert all(old in (None, new) for old, new in zip(before, after, strict=True))
