"""Comparisons and 更正 in words and as neutral documents."""

from collections.abc import Mapping, Sequence

from desktop.domain.comparison import LABELS, ChangedRow, ComparedLine
from desktop.domain.dates import chinese
from desktop.domain.document import Align, Document, HeadField, Table, TableColumn, TableRow
from desktop.domain.statistics import Layout, Placed

ROW_COLUMNS = ("变化", "体系编号", "标准号", "标准名称", "变化内容")
"""What a list of rows shows."""


def row_cells(item: ChangedRow, words: Mapping[str, str]) -> tuple[str, ...]:
    """One row as text; `words` turns stored choice values into what people read."""
    told = "；".join(
        f"{LABELS[path]}：{words.get(before, before) or '空'} → {words.get(after, after) or '空'}"
        for path, before, after in item.cells
    )
    return (item.mark, *named(item.row), told)


def named(row: Placed) -> tuple[str, str, str]:
    """How a row is named: 体系编号, 标准号, 标准名称."""
    return tuple(str(row.values.get(path) or "") for path in ("code", "standard.number", "title"))  # type: ignore[return-value]


def rows_document(title: str, unit: str, rows: Sequence[ChangedRow], words: Mapping[str, str], watermark: str = "",
                  notes: tuple[str, ...] = ()) -> Document:  # fmt: skip
    """A list of rows that differ, to print."""
    widths = (16, 26, 40, 80, 90)
    columns = tuple(TableColumn(label, width) for label, width in zip(ROW_COLUMNS, widths, strict=True))
    lines = tuple(TableRow(row_cells(item, words)) for item in rows)
    head = ((HeadField("编制单位", unit, width=2), HeadField("条数", str(len(rows)))),)
    return Document(title, Table(columns, lines), head=head, footer_left=unit, watermark=watermark, notes=notes)


def comparison_document(
    lines: Sequence[ComparedLine], layout: Layout, sides: tuple[str, str], unit: str, watermark: str = ""
) -> Document:
    """Old, new and ± of each figure."""
    columns = [TableColumn("统计项", 50)]
    for column in layout.columns:
        columns.extend(TableColumn(word, 18, Align.RIGHT, group=column.label) for word in ("原", "现", "增减"))
    rows = tuple(
        TableRow(
            (line.label, *(text for cell in line.cells for text in (cell.old, cell.new, cell.change))),
            bold=line.total,
            group=line.group,
        )
        for line in lines
    )
    head = ((HeadField("编制单位", unit, width=1.5), HeadField("原", sides[0], width=1.5), HeadField("现", sides[1])),)
    return Document(
        f"{layout.title}（比较）", Table(tuple(columns), rows, group_label="标准类别"), head=head, footer_left=unit,
        watermark=watermark, notes=("增减为现减原；百分比的增减为显示值之差。",),
    )  # fmt: skip


def side_name(name: str, as_of: str) -> str:
    """How one side of a comparison is named."""
    return f"{name}（截至 {chinese(as_of)}）"
