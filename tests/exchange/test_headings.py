"""Where the table begins and which column is which."""

import csv
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.errors import Refusal
from desktop.domain.ledgers import SCHEMA
from desktop.exchange.headings import RESULT_SHEET, FoundTable, best_sheet, find_table, fold, naming_columns
from desktop.exchange.screening import Container
from desktop.exchange.workbook import Sheet, Workbook, read_workbook
from tests.exchange.made_workbooks import (
    COLUMNS,
    FIXTURES,
    OFFICE_MERGES,
    OFFICE_TABLE,
    SYNONYMS,
    save,
    sheet,
)

NUMBER, TITLE = "standard.number", "standard.title"
DATA = ["GB/T 1.1-2020", "标准化工作导则", "2020"]


def found(*rows: Sequence[object], merged: tuple[tuple[int, int, int, int], ...] = ()) -> FoundTable:
    table = find_table(sheet(rows, merged), COLUMNS, SYNONYMS)
    assert table is not None
    return table


def mapped(*headings: str) -> list[str | None]:
    table = found(list(headings), DATA)
    return [table.mapping.get(at) for at in range(len(headings))]


def test_the_office_table_in_three_formats(tmp_path: Path) -> None:
    tables = []
    for path in (
        save(tmp_path / "a.xlsx", OFFICE_TABLE, OFFICE_MERGES),
        FIXTURES / "table.ods",
        FIXTURES / "table.xls",
    ):
        page, table = best_sheet(read_workbook(path), COLUMNS, SYNONYMS)
        assert page.name == "标准明细"
        tables.append(table)
    assert tables[0] == tables[1] == tables[2]
    table = tables[0]
    assert (table.heading_row, table.first_data_row, table.confidence) == (1, 3, 1.0)
    assert table.headings == (
        "序号",
        "体系编号",
        "标准号",
        "标准名称",
        "日期/发布",
        "日期/实施",
        "状态",
        "备注",
    )
    assert table.mapping == {
        1: "code", 2: NUMBER, 3: TITLE, 4: "standard.published_on", 5: "standard.effective_on",
        6: "standard.source_status", 7: "notes",
    }  # fmt: skip
    assert table.unmapped == {}


def test_two_rows_of_headings_without_merges(tmp_path: Path) -> None:
    """A text table keeps no merges, and WPS clears the lower cell of a merge."""
    rows = [
        ["标准号", "标准名称", "日期", "", "备注"],
        ["", "", "发布", "实施", ""],
        ["GB 1", "甲", "2020", "2021", ""],
    ]
    with (tmp_path / "t.csv").open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows(rows)
    _, table = best_sheet(read_workbook(tmp_path / "t.csv"), COLUMNS, SYNONYMS)
    assert table.first_data_row == 2
    assert table.mapping[2] == "standard.published_on"
    assert table.mapping[3] == "standard.effective_on"
    assert table.mapping[4] == "notes"


def test_a_lower_row_that_means_nothing_to_us_still_belongs_to_merged_headings() -> None:
    table = found(
        ["标准号", "标准名称", "适用范围", None], [None, None, "市级", "区县"], ["GB 1", "甲", "√", "√"],
        merged=((0, 0, 1, 0), (0, 1, 1, 1), (0, 2, 0, 3)),
    )  # fmt: skip
    assert table.first_data_row == 2
    assert table.unmapped == {2: "适用范围/市级", 3: "适用范围/区县"}


def test_one_row_of_headings_does_not_swallow_data() -> None:
    table = found(["标准号", "标准名称", "类型"], ["GB 1", "标准名称编写规则", "标准级别"], ["GB 2", "乙", "丙"])
    assert (table.heading_row, table.first_data_row) == (0, 1)


def test_the_csv_of_others_by_short_words() -> None:
    headings = ("编号", "名称", "分类", "属性", "实施日期", "状态", "官方链接", "备注")
    table = found(list(headings), ["GB 55001-2021", "规范", "结构", "强制性", "2022-01-01", "现行", "x", None])
    assert [table.mapping.get(at) for at in range(8)] == [
        NUMBER,
        TITLE,
        None,
        "standard.nature",
        "standard.effective_on",
        "standard.source_status",
        None,
        "notes",
    ]
    assert table.unmapped == {2: "分类", 6: "官方链接"}
    assert 0.7 < table.confidence < 0.8


@pytest.mark.parametrize(
    "heading",
    [
        "标准号*",
        " 标 准 号 ",
        "标准号（必填）",
        "标准号：",
        "【标准号】",
        "标准\n号",
        "现行标准号",
        "标准编号",
        "标准代号",
    ],
)
def test_spellings_of_a_heading(heading: str) -> None:
    assert mapped(heading, "标准名称") == [NUMBER, TITLE]


def test_the_very_word_goes_before_a_part_of_a_longer_one() -> None:
    assert mapped("采用的标准号", "标准号", "标准名称") == [None, NUMBER, TITLE]
    assert mapped("被代替标准号或作废", "标准号", "标准名称") == ["standard.replaces", NUMBER, TITLE]
    assert mapped("国际国外标准号及采用关系", "标准号", "标准名称") == ["standard.adoption", NUMBER, TITLE]


def test_a_short_word_is_not_looked_for_inside_others() -> None:
    assert mapped("标准号", "子体系名称", "标准名称") == [NUMBER, None, TITLE]
    assert mapped("标准号", "子体系名称") == [NUMBER, None]


def test_each_column_is_used_once_and_copies_keep_their_own_name() -> None:
    table = found(["标准号", "标准名称", "备注", "备注", "备注", None], ["GB 1", "甲", 1, 2, 3, "无表头"])
    assert [path for path in table.mapping.values() if path == "notes"] == ["notes"]
    assert table.unmapped == {3: "备注", 4: "备注（2）", 5: "F 列"}


def test_the_state_of_the_file_is_never_the_derived_one() -> None:
    assert mapped("标准号", "标准名称", "状态") == [NUMBER, TITLE, "standard.source_status"]
    assert mapped("标准号", "标准名称", "原载状态", "状态") == [NUMBER, TITLE, "standard.source_status", None]
    editable = [column for column in COLUMNS if column.editable]
    words = {"standard.status": ("状态", "有效性")}
    for heading in words["standard.status"]:
        table = find_table(sheet([["标准号", heading], ["GB 1-2020", "现行"]]), editable, words)
        assert table is not None
        assert table.mapping[1] == "standard.source_status"
    shown_only = {column.path for column in COLUMNS if not column.editable}
    labels = [column.label for column in COLUMNS]
    assert not shown_only & set(found(labels, DATA).mapping.values())


def test_every_editable_column_is_found_by_its_own_label() -> None:
    for ledger in ("detail_entry", "organisation", "system_node", "finding", "checklist_item"):
        columns = SCHEMA.columns(ledger)
        labels = {column.label: column for column in columns if column.editable}
        table = find_table(sheet([list(labels), ["x"] * len(labels)]), columns, {})
        assert table is not None
        assert [table.mapping[at] for at in range(len(labels))] == [column.path for column in labels.values()]


def test_running_numbers_and_our_own_reasons_are_passed_over() -> None:
    table = found(["序 号", "标准号", "标准名称", "错误说明"], [1, "GB 1", "甲", "日期不对"])
    assert (table.mapping, table.unmapped) == ({1: NUMBER, 2: TITLE}, {})
    assert table.reason_column == 3
    assert table.layout_key == found(["序号", "标准号", "标准名称"], [1, "GB 1", "甲"]).layout_key


def test_a_layout_is_known_again_by_its_headings_alone() -> None:
    first = found(["标准号", "标准名称", "备注"], DATA)
    again = found(["2023年汇总表"], ["标准 号", "标准名称*", "备注：", None], ["GB 9", "乙"], ["GB 8", "丙"])
    assert first.layout_key == again.layout_key
    assert first.layout_key != found(["标准名称", "标准号", "备注"], DATA).layout_key


def test_a_person_decides_the_mapping() -> None:
    table = found(["标准号", "标准名称", "类型", "备注"], DATA)
    decided = table.with_mapping({0: NUMBER, 1: TITLE, 2: "department"})
    assert decided.mapping == {0: NUMBER, 1: TITLE, 2: "department"}
    assert decided.unmapped == {3: "备注"}
    assert decided.layout_key == table.layout_key


def test_the_longer_word_inside_a_heading_wins() -> None:
    assert mapped("标准名称", "被代替标准号或作废") == [TITLE, "standard.replaces"]
    assert mapped("现行有效标准号一览", "主要责任处室名") == [NUMBER, "department"]


def test_short_words_of_another_ledger_do_not_name_the_reference_to_it() -> None:
    assert mapped("标准号", "标准名称", "代码", "节点编号") == [NUMBER, TITLE, None, "node.code"]


def test_a_heading_merged_over_two_columns_names_both() -> None:
    table = found(["标准号", "标准名称", "附件", None], [*DATA[:2], "x", "y"], merged=((0, 2, 0, 3),))
    assert table.unmapped == {2: "附件", 3: "附件（2）"}


def test_a_row_is_known_by_its_number_or_one_of_its_titles() -> None:
    assert [column.path for column in naming_columns(COLUMNS)] == [NUMBER, TITLE, "planned_title"]
    assert [column.path for column in naming_columns(SCHEMA.columns("organisation"))] == ["name"]


def test_one_column_of_numbers_is_a_table_but_a_remark_is_not() -> None:
    assert found(["标准号"], ["GB 1"]).mapping == {0: NUMBER}
    assert find_table(sheet([["填表说明：标准号按正式文本填写"], ["另有说明"]]), COLUMNS, SYNONYMS) is None
    assert find_table(sheet([["实施日期", "发布日期"], ["2020", "2021"]]), COLUMNS, SYNONYMS) is None


def workbook(*sheets: Sheet) -> Workbook:
    return Workbook(sheets, "x.xlsx", "", 0, Container.XLSX)


def test_the_best_visible_sheet() -> None:
    rows: list[list[object]] = [["标准号", "标准名称"], ["GB 1", "甲"]]
    wide = [[*rows[0], "实施日期"], [*rows[1], "2020"]]
    note = Sheet("说明", True, [["请填写"]])
    hidden = Sheet("旧表", False, wide)  # type: ignore[arg-type]
    result = Sheet(RESULT_SHEET, True, wide)  # type: ignore[arg-type]
    plain = Sheet("明细", True, rows)  # type: ignore[arg-type]
    better = Sheet("明细二", True, wide)  # type: ignore[arg-type]
    assert best_sheet(workbook(note, hidden, result, plain), COLUMNS, SYNONYMS)[0] is plain
    assert best_sheet(workbook(plain, better), COLUMNS, SYNONYMS)[0] is better
    with pytest.raises(Refusal) as caught:
        best_sheet(workbook(note, hidden, result), COLUMNS, SYNONYMS)
    assert caught.value.code == "no_table"
    assert "“标准号”或“标准名称”" in caught.value.message


CELLS = st.one_of(
    st.none(),
    st.text(max_size=8),
    st.integers(),
    st.sampled_from(["标准号", "标准名称", "日期", "发布", "实施", "序号"]),
)
SHEETS = st.builds(
    sheet,
    st.lists(st.lists(CELLS, min_size=1, max_size=7), min_size=1, max_size=8),
    st.lists(st.tuples(*[st.integers(0, 9)] * 4), max_size=4).map(tuple),
)


@given(SHEETS)
def test_any_sheet_gives_a_consistent_table_or_none(page: Sheet) -> None:
    table = find_table(page, COLUMNS, SYNONYMS)
    if table is None:
        return
    assert 0 <= table.heading_row < table.first_data_row <= len(page.rows)
    assert len(table.headings) == len(page.rows[0])
    assert len(set(table.mapping.values())) == len(table.mapping)
    assert not set(table.mapping) & set(table.unmapped)
    assert len(set(table.unmapped.values())) == len(table.unmapped)
    assert 0 < table.confidence <= 1
    assert {NUMBER, TITLE, "planned_title"} & set(table.mapping.values())


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
