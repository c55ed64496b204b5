"""变更记录: the changes of rows as a person reads them, and as a form to print or export."""

from collections.abc import Sequence
from dataclasses import dataclass

from desktop.domain.document import Document, HeadField, Paper, Table, TableColumn, TableRow

COLUMNS = ("时间", "谁", "记录", "字段", "原值", "新值", "依据", "来源")
"""Headings of a list of changes, on the screen and on paper."""

_WIDTHS = (32, 18, 48, 26, 42, 42, 36, 36)


@dataclass(frozen=True)
class Line:
    """One change as a person reads it.

    `record` names the row it belongs to, `subject` the row below it that was changed (empty: the row itself);
    `label` is the step, `origin` says whether it was done by hand or came by import, bundle or undo; `path` is the
    column of the row, empty for birth, deletion, restoring and rows below.
    """

    at: str
    person: str
    label: str
    basis: str
    field_label: str
    old: str
    new: str
    origin: str = ""
    path: str = ""
    record: str = ""
    subject: str = ""

    @property
    def cells(self) -> tuple[str, ...]:
        """The texts below `COLUMNS`."""
        record = " · ".join(filter(None, (self.record, self.subject)))
        return (self.at, self.person, record, self.field_label, self.old, self.new, self.basis, self.origin)


def change_record(lines: Sequence[Line], unit: str, scope: str, watermark: str = "") -> Document:
    """变更记录 of the lines in their order; `scope` says in words what they cover."""
    columns = tuple(TableColumn(label, width) for label, width in zip(COLUMNS, _WIDTHS, strict=True))
    return Document(
        title="变更记录",
        table=Table(columns, tuple(TableRow(line.cells) for line in lines)),
        paper=Paper.A4,
        landscape=True,
        head=((HeadField("编制单位", unit), HeadField("范围", scope, width=2), HeadField("处数", str(len(lines)), width=0.5)),),
        signatures=("经办人", "审核人"),
        footer_left=unit,
        watermark=watermark,
    )  # fmt: skip
