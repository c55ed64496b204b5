"""The statistics table as a neutral document."""

from desktop.domain.dates import chinese
from desktop.domain.document import Align, Document, HeadField, Paper, Table, TableColumn, TableRow
from desktop.domain.statistics import StatisticsTable

WIDE = 7
"""A table of more columns than this is printed across."""


def statistics_document(table: StatisticsTable, unit: str, watermark: str = "", department: str = "") -> Document:
    """The official form: 统计项 by group, the layout's columns, totals bold, proofs below."""
    columns = [TableColumn("统计项", 60)]
    columns.extend(TableColumn(column.label, 28, Align.RIGHT) for column in table.layout.columns)
    only = (HeadField("责任处室", department, width=1),) if department else ()
    rows = []
    for group in table.groups:
        for row in (*group.rows, group.total):
            cells = (row.label, *(row.shown(column) for column in table.layout.columns))
            rows.append(TableRow(cells, bold=row is group.total, group=group.label))
    return Document(
        title=table.layout.title,
        table=Table(tuple(columns), tuple(rows), row_height=8, group_label="标准类别"),
        paper=Paper.A4,
        landscape=len(columns) > WIDE,
        head=((HeadField("编制单位", unit, width=2), *only, HeadField("截至日期", chinese(table.as_of), width=1.3),
               HeadField("单位", "个", width=0.6)),),
        notes=(*(check.sentence for check in table.checks), "应有数为 0 的行不计算百分比。"),
        signatures=("填表人", "审核人", "单位负责人（盖章）"),
        footer_left=unit,
        watermark=watermark,
    )  # fmt: skip
