"""Headings, rows and widths that all renderings share."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.document import Document, HeadField, Table, TableColumn, TableRow
from desktop.exchange.legible import legible
from desktop.exchange.table_shape import (
    HeadingCell,
    field_text,
    fitted_widths,
    group_runs,
    heading_cells,
    is_blank_date,
    rows_of,
    sections,
    signature_rows,
)


def test_heading_cells_span_levels_and_columns() -> None:
    columns = [
        TableColumn("甲", 1),
        TableColumn("乙", 1, group="组"),
        TableColumn("丙", 1, group="组"),
        TableColumn("丁", 1),
    ]
    assert heading_cells(columns) == [
        HeadingCell("甲", 0, 0, 0, 1),
        HeadingCell("组", 1, 2, 0, 0),
        HeadingCell("乙", 1, 1, 1, 1),
        HeadingCell("丙", 2, 2, 1, 1),
        HeadingCell("丁", 3, 3, 0, 1),
    ]
    assert heading_cells([TableColumn("甲", 1)]) == [HeadingCell("甲", 0, 0, 0, 0)]


def test_rows_are_filled_up_and_blank_ones_go_on_counting() -> None:
    columns = (TableColumn("序号", 10), TableColumn("内容", 20))
    table = Table(columns, (TableRow(("7",)),), blank_rows=2)
    assert [row.cells for row in rows_of(table)] == [("7", ""), ("8", ""), ("9", "")]
    unnumbered = Table((TableColumn("姓名", 10),), (TableRow(("张",)),), blank_rows=1)
    assert [row.cells for row in rows_of(unnumbered)] == [("张",), ("",)]
    fresh = Table(columns, (), blank_rows=2)
    assert [row.cells[0] for row in rows_of(fresh)] == ["1", "2"]


def test_a_row_with_too_many_cells_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="2 cells"):
        rows_of(Table((TableColumn("甲", 1),), (TableRow(("a", "b")),)))


def test_groups_count_only_with_a_label() -> None:
    rows = tuple(TableRow(("x",), group=group) for group in "aab")
    assert group_runs(rows_of(Table((TableColumn("甲", 1),), rows, group_label="类"))) == [(0, 1), (2, 2)]
    assert group_runs(rows_of(Table((TableColumn("甲", 1),), rows))) == [(0, 2)]


@given(st.lists(st.floats(-5, 500), min_size=1, max_size=60), st.floats(60, 400))
def test_widths_fill_the_page_exactly(widths: list[float], total: float) -> None:
    fitted = fitted_widths([TableColumn("甲", width) for width in widths], total)
    assert sum(fitted) == pytest.approx(total)
    assert min(fitted) >= min(7.0, total / len(widths)) - 1e-6


def test_widths_keep_their_proportion_where_there_is_room() -> None:
    assert fitted_widths([TableColumn("甲", 10), TableColumn("乙", 30)], 200) == pytest.approx([50, 150])


def test_signatures_stand_in_even_rows() -> None:
    assert signature_rows(()) == []
    assert signature_rows(("a", "b", "c")) == [["a", "b", "c"]]
    assert signature_rows(("a", "b", "c", "d", "e")) == [["a", "b", "c"], ["d", "e", ""]]


def test_field_as_text() -> None:
    assert field_text(HeadField("类型", options=("甲", "乙"), ticked=("乙",)), "__") == "类型：□甲  ☑乙"
    assert field_text(HeadField("单位"), "__") == "单位：__"
    assert field_text(HeadField("单位", "局"), "__") == "单位：局"
    assert is_blank_date("　　年　　月　　日")
    assert not is_blank_date("2026 年")
    assert not is_blank_date("")


def test_sections_are_flat() -> None:
    table = Table((), ())
    inner = Document("c", table)
    assert [part.title for part in sections(Document("a", table, extra=(Document("b", table, extra=(inner,)),)))] == [
        "a",
        "b",
        "c",
    ]


def test_legible_text() -> None:
    assert legible("a\r\nb\rc\u2028d\te\x00\x1f\x85f\ud800\ufffe𠮷") == "a\nb\nc\nd e\nf𠮷"
