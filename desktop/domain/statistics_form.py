"""The statistics table as a neutral document. Paper, widths and the words around the figures are data."""

from dataclasses import dataclass

from desktop.domain.dates import chinese
from desktop.domain.document import Align, Document, HeadField, Paper, Table, TableColumn, TableRow
from desktop.domain.statistics import StatisticsTable


@dataclass(frozen=True)
class StatisticsForm:
    """The editable part of the form, the same for every layout of the table; widths and heights in millimetres. A table
    of more columns than `most_columns_upright` is printed across."""

    paper: Paper
    most_columns_upright: int
    row_height: float
    item_label: str
    item_width: float
    figure_width: float
    group_label: str
    counted_in: str
    note: str
    signatures: tuple[str, ...]


def statistics_document(
    table: StatisticsTable, form: StatisticsForm, unit: str, watermark: str = "", department: str = ""
) -> Document:
    """The official form: 统计项 by group, the layout's columns, totals bold, proofs below."""
    columns = [TableColumn(form.item_label, form.item_width)]
    columns.extend(TableColumn(column.label, form.figure_width, Align.RIGHT) for column in table.layout.columns)
    only = (HeadField("责任处室", department, width=1),) if department else ()
    rows = []
    for group in table.groups:
        for row in (*group.rows, group.total):
            cells = (row.label, *(row.shown(column) for column in table.layout.columns))
            rows.append(TableRow(cells, bold=row is group.total, group=group.label))
    return Document(
        title=table.layout.title,
        table=Table(tuple(columns), tuple(rows), form.row_height, form.group_label),
        paper=form.paper,
        landscape=len(columns) > form.most_columns_upright,
        head=((HeadField("编制单位", unit, width=2), *only, HeadField("截至日期", chinese(table.as_of), width=1.3),
               HeadField("单位", form.counted_in, width=0.6)),),
        notes=(*(check.sentence for check in table.checks), form.note),
        signatures=form.signatures,
        footer_left=unit,
        watermark=watermark,
    )  # fmt: skip
