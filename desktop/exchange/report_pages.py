"""The pages of a returned workbook: red grounds, comments, the column of reasons, the refused rows alone, the sheet of
results."""

import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from copy import copy
from io import BytesIO

from openpyxl import Workbook as Book
from openpyxl import load_workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from desktop.exchange.cells import CellValue, column_letters
from desktop.exchange.headings import REASON_HEADING, REFUSED_SHEET, RESULT_SHEET
from desktop.exchange.legible import legible
from desktop.exchange.refusals import MOST_COLUMNS
from desktop.exchange.refused_rows import leave_code
from desktop.exchange.screening import Container, unpacked_size
from desktop.exchange.source_rows import filled_rows, rows_as_meant
from desktop.exchange.workbook_report import MOST_CELLS, Report

_AUTHOR = "标准化工作台"
_RED, _PALE = "FFFF9999", "FFFFE3E3"
_CELL_FILL, _ROW_FILL = PatternFill("solid", fgColor=_RED), PatternFill("solid", fgColor=_PALE)
_OUTCOMES = {"added": "新增", "changed": "修改", "equal": "相同", "refused": "拒绝"}
_LONGEST_TEXT = 32_767
_LONGEST_SHEET_NAME = 31
_LARGEST_UNPACKED = 100 * 2**20
_MOST_COMMENTS = 2_000


def own_workbook(content: bytes, report: Report) -> bytes | None:
    """The source itself with its marks, or None where only its values can be given back."""
    if report.workbook.container is not Container.XLSX or unpacked_size(content) > _LARGEST_UNPACKED:
        return None
    ranges = (span for sheet in report.workbook.sheets for span in sheet.merged)
    if sum((bottom - top + 1) * (right - left + 1) for top, left, bottom, right in ranges) > MOST_CELLS:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(BytesIO(content), keep_vba=False, keep_links=False)
        page = book[report.sheet.name]
        _values_for_formulas(page, report)
        _clear_earlier_marks(page, report)
        _mark(page, report, {line: line for line in report.verdicts})
        _add_refused_rows(book, page, report)
        return _finished(book, report)
    except Exception:  # noqa: BLE001 - whatever the library cannot carry over, the values can be given back
        return None


def values_workbook(report: Report) -> bytes:
    """A new workbook with the values of the imported sheet, or of its refused rows, and their marks."""
    book = Book()
    page = book.worksheets[0]
    page.title = "".join(letter for letter in report.sheet.name if letter not in "[]:*?/\\'")[:_LONGEST_SHEET_NAME]
    rows = filled_rows(report.sheet)
    lines: Sequence[int] = range(1, len(rows) + 1)
    if report.only_refused:
        meant = rows_as_meant(report.sheet, report.found)
        lines = [*range(1, report.found.first_data_row + 1), *_refused(report)[: MOST_CELLS // len(rows[0])]]
        rows = [meant.get(line, row) for line, row in enumerate(rows, start=1)]
    places = {line: place for place, line in enumerate(lines, start=1) if line <= len(rows)}
    for line, place in places.items():
        for column, value in enumerate(rows[line - 1], start=1):
            if value is not None and column - 1 != report.found.reason_column:
                _put(page.cell(place, column), value)
    _mark(page, report, places)
    if not report.only_refused:
        _add_refused_rows(book, page, report)
    return _finished(book, report)


def _refused(report: Report) -> list[int]:
    return sorted(line for line, verdict in report.verdicts.items() if verdict.outcome == "refused")


def _add_refused_rows(book: Book, page: Worksheet, report: Report) -> None:
    """The refused rows below their headings in a sheet of their own, behind the marked one and looking like it. What a
    cell says by standing below another (同上, a merge) is written out. If they came in such a sheet, it is marked
    already."""
    lines = _refused(report)
    if report.sheet.name == REFUSED_SHEET:
        return
    if REFUSED_SHEET in book.sheetnames:
        del book[REFUSED_SHEET]
    if not lines:
        return
    made = book.create_sheet(REFUSED_SHEET, book.index(page) + 1)
    meant, headings = rows_as_meant(report.sheet, report.found), report.found.first_data_row
    places = {line: place for place, line in enumerate([*range(1, headings + 1), *lines], start=1)}
    for line, place in places.items():
        row = meant.get(line, report.sheet.rows[line - 1])
        for column, value in enumerate(row, start=1):
            cell = made.cell(place, column)
            cell._style = copy(page.cell(line, column)._style)  # type: ignore[union-attr] # its one public copy is slow
            if value is not None and column - 1 != report.found.reason_column:
                _put(cell, value)
    _merge_headings(made, report)
    _mark(made, report, {line: places[line] for line in lines})
    for letter, column_width in page.column_dimensions.items():
        made.column_dimensions[letter].width = column_width.width
        made.column_dimensions[letter].hidden = column_width.hidden
    made.freeze_panes = f"A{headings + 1}"


def _merge_headings(page: Worksheet, report: Report) -> None:
    """Merge what is merged in the headings."""
    width, budget = len(report.sheet.rows[0]), MOST_CELLS
    for top, left, bottom, right in report.sheet.merged:
        if bottom < report.found.first_data_row and left < width:
            last = min(right, width - 1)
            budget -= (bottom - top + 1) * (last - left + 1)
            if budget < 0:
                break
            page.merge_cells(start_row=top + 1, start_column=left + 1, end_row=bottom + 1, end_column=last + 1)


def _put(cell: Cell | MergedCell, value: CellValue) -> None:
    """Write a value; text stays text whatever it begins with. A cell hidden in a merge is left alone."""
    if not isinstance(cell, Cell):
        return
    if isinstance(value, str):
        value = legible(value)[:_LONGEST_TEXT]
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"
        cell.quotePrefix = value.startswith(("=", "+", "-", "@"))


def _values_for_formulas(page: Worksheet, report: Report) -> None:
    """Formulas give way to what they showed: the report can be imported before any program computes it."""
    rows = report.sheet.rows
    for cells, row in zip(page.iter_rows(max_row=len(rows), max_col=len(rows[0])), rows, strict=False):
        for cell, value in zip(cells, row, strict=False):
            if cell.data_type == "f":
                _put(cell, value)


def _clear_earlier_marks(page: Worksheet, report: Report) -> None:
    reason = report.found.reason_column
    if reason is None:
        return
    for row in page.iter_rows(max_row=len(report.sheet.rows), max_col=len(report.sheet.rows[0])):
        for cell in row:
            if cell.fill.fgColor.rgb in (_RED, _PALE):
                cell.fill = PatternFill()
            if isinstance(cell, Cell) and cell.comment is not None and cell.comment.author == _AUTHOR:
                cell.comment = None
        if isinstance(row[reason], Cell):
            row[reason].value = None


def _mark(page: Worksheet, report: Report, places: Mapping[int, int]) -> None:
    """Mark the refused cells of the lines that stand at `places`, and write the reasons."""
    columns = {path: column + 1 for column, path in report.found.mapping.items()}
    reason = _reason_column(report)
    _put(page.cell(report.found.heading_row + 1, reason), REASON_HEADING)
    page.column_dimensions[column_letters(reason - 1)].width = 50
    comments = 0
    for line, verdict in report.verdicts.items():
        if line not in places or not verdict.reason:
            continue
        place = places[line]
        said = verdict.reason if line == place else f"原第 {line} 行：{verdict.reason}"
        _put(page.cell(place, reason), said)
        if verdict.outcome == "refused":
            page.cell(place, 1).fill = _ROW_FILL
        for path, message in verdict.problems:
            if path in columns:
                comments += 1
                _mark_cell(page.cell(place, columns[path]), message if comments <= _MOST_COMMENTS else "")


def _mark_cell(cell: Cell | MergedCell, message: str) -> None:
    """Red ground, and the message as a comment unless a comment is there already."""
    cell.fill = _CELL_FILL
    if isinstance(cell, Cell) and message and cell.comment is None:
        cell.comment = Comment(legible(message), _AUTHOR, height=90, width=320)


def _reason_column(report: Report) -> int:
    """The 1-based column for the reasons: the earlier report's, else the first free one at the right."""
    if report.found.reason_column is not None:
        return report.found.reason_column + 1
    ends = [right + 1 for _, _, _, right in report.sheet.merged if right < MOST_COLUMNS]
    return max([len(report.sheet.rows[0]), *ends]) + 1


def _finished(book: Book, report: Report) -> bytes:
    """The bytes of the workbook, its 导入结果 sheet added."""
    if RESULT_SHEET in book.sheetnames:
        del book[RESULT_SHEET]
    page = book.create_sheet(RESULT_SHEET)
    counts = Counter(verdict.outcome for verdict in report.verdicts.values())
    refused = [(line, report.verdicts[line].reason) for line in _refused(report)]
    note = "文件较大，只退回被拒绝的行。" if report.only_refused else "请改正标红的单元格，再次导入本文件。"
    if REFUSED_SHEET in book.sheetnames:
        note = f"请改正标红的单元格，再次导入本文件；也可以只在“{REFUSED_SHEET}”里改，改后导入时只读那张表。"
        leave_code(page, book[REFUSED_SHEET])
    lines: list[Sequence[str | int]] = [
        ("导入结果",), ("文件", report.workbook.file_name), ("工作表", report.sheet.name), ("说明", note),
        *((label, counts[outcome]) for outcome, label in _OUTCOMES.items()),  # type: ignore[index]
        (), ("行", "原因"), *refused[:MOST_CELLS],
    ]  # fmt: skip
    for row, values in enumerate(lines, start=1):
        for column, value in enumerate(values, start=1):
            _put(page.cell(row, column), value)
    page.column_dimensions["A"].width, page.column_dimensions["B"].width = 10, 80
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()
