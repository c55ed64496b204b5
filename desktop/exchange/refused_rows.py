"""The sheet of a returned workbook with the refused rows alone: mended there, they can be imported by themselves.

A code beside the sheet of results tells what the sheet held when it was written, so that an import knows whether
somebody worked on it.
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from desktop.exchange.cells import cell_value
from desktop.exchange.headings import REASON_HEADING, REFUSED_SHEET, RESULT_SHEET
from desktop.exchange.workbook import Sheet, Workbook

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

CODE_COLUMN = 3
"""Of the sheet of results, hidden: its first cell holds the code (from 1)."""


def leave_code(results: "Worksheet", page: "Worksheet") -> None:
    """Write the code of the sheet of refused rows into the sheet of results."""
    rows = [[cell_value(cell) for cell in row] for row in page.iter_rows(values_only=True)]
    results.cell(1, CODE_COLUMN, _code(rows))
    results.column_dimensions["C"].hidden = True


def worked_on(workbook: Workbook) -> Sheet | None:
    """The visible sheet of refused rows in which something was changed since it was written; None if there is none."""
    sheets = {sheet.name: sheet for sheet in workbook.sheets}
    page, results = sheets.get(REFUSED_SHEET), sheets.get(RESULT_SHEET)
    if page is None or not page.visible or results is None or not results.rows or len(results.rows[0]) < CODE_COLUMN:
        return None
    left = results.rows[0][CODE_COLUMN - 1]
    return page if left is not None and left != _code(page.rows) else None


def _code(rows: Iterable[Sequence[object]]) -> str:
    """The same for the same texts, whatever program saved them; the reasons do not count."""
    told = [["" if cell is None else "".join(str(cell).split()) for cell in row] for row in rows]
    reasons = {row.index(REASON_HEADING) for row in told if REASON_HEADING in row}
    lines = ["\x1f".join("" if at in reasons else cell for at, cell in enumerate(row)).rstrip("\x1f") for row in told]
    return hashlib.sha256("\n".join(lines).rstrip("\n").encode()).hexdigest()[:16]
