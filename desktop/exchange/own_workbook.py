"""What this program writes into its own workbooks so that they come back for certain: row keys and a stamp.

The key of each row stands in a hidden column of the table; which ledger, which copy of the library, its newest step
and which column is which stand in a hidden sheet. Both outlive saving in WPS, Excel and LibreOffice. A file whose
stamp was taken out is still read as any other table, its keys included.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from desktop.exchange.workbook import Workbook

KEY_HEADING = "记录号（请勿改动）"
"""Heading of the hidden column of row keys."""

STAMP_SHEET = "程序记录（请勿改动）"
"""The hidden sheet of the stamp."""

_MADE_BY = "标准化工作台"
_FIRST_LINE = 7
_VERSION = 1


@dataclass(frozen=True)
class Stamp:
    """Which table a workbook is. `columns` tells the path for a heading, "" for one that is only shown.

    `keys` are those of the exported rows in their order; `instance` and `step` tell the state
    of which copy of the library was exported.
    """

    ledger: str
    columns: Mapping[str, str]
    instance: str = ""
    step: int = 0
    made_at: str = ""
    keys: tuple[str, ...] = ()


def write_stamp(workbook: Any, stamp: Stamp) -> None:
    """Add the hidden sheet to an openpyxl workbook."""
    sheet = workbook.create_sheet(STAMP_SHEET)
    sheet.sheet_state = "hidden"
    for line, cells in enumerate(
        (
            (_MADE_BY, f"第 {_VERSION} 版"),
            ("台账", stamp.ledger),
            ("资料副本", stamp.instance),
            ("步骤", stamp.step),
            ("时间", stamp.made_at),
        ),
        1,
    ):
        for place, cell in enumerate(cells, 1):
            sheet.cell(line, place, cell)
    for line, (heading, path) in enumerate(stamp.columns.items(), _FIRST_LINE):
        sheet.cell(line, 1, heading)
        sheet.cell(line, 2, path)
    for line, key in enumerate(stamp.keys, _FIRST_LINE):
        sheet.cell(line, 3, key)


def mark_rows(sheet: Any, heading_line: int, column: int, keys: tuple[str, ...]) -> None:
    """Write the hidden column of keys (openpyxl sheet, lines and columns from 1) beside a table."""
    from openpyxl.utils import get_column_letter

    sheet.cell(heading_line, column, KEY_HEADING)
    for line, key in enumerate(keys, heading_line + 1):
        sheet.cell(line, column, key)
    sheet.column_dimensions[get_column_letter(column)].hidden = True


def read_stamp(workbook: "Workbook") -> Stamp | None:
    """The stamp of a workbook that this program wrote; None if it has none or one that does not read."""
    for sheet in workbook.sheets:
        if sheet.name == STAMP_SHEET and len(sheet.rows) >= _FIRST_LINE - 2 and sheet.rows[0][0] == _MADE_BY:
            lines = [[*row, None, None, None][:3] for row in sheet.rows]
            head = [line[1] for line in lines[:5]]
            below = lines[_FIRST_LINE - 1 :]
            step = str(head[3] or "0").removesuffix(".0")
            return Stamp(
                str(head[1] or ""),
                {str(line[0]): str(line[1] or "") for line in below if line[0] is not None},
                str(head[2] or ""),
                int(step) if step.isdecimal() and len(step) < 12 else 0,
                str(head[4] or ""),
                tuple(str(line[2]) for line in below if line[2] is not None),
            )
    return None
