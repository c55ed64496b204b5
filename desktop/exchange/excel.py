"""Excel: a neutral document as a workbook of sheets."""

import re
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from desktop.domain.document import Align, Document, HeadField, Paper
from desktop.exchange.legible import legible
from desktop.exchange.own_workbook import Stamp, mark_rows, write_stamp
from desktop.exchange.table_shape import (
    EMPTY_BOX,
    MARGIN_BOTTOM,
    MARGIN_LEFT,
    MARGIN_RIGHT,
    MARGIN_TOP,
    TICKED_BOX,
    columns_of,
    field_text,
    fitted_widths,
    group_runs,
    heading_cells,
    heading_levels,
    rows_of,
    sections,
    text_width,
)
from desktop.exchange.worker import step
from desktop.whole_file import whole_file

LONGEST_CELL: Final = 32_767
"""Characters an Excel cell can hold (Microsoft, Excel specifications and limits)."""
_CUT_MARK = "……（文字超出 Excel 单元格上限，全文见打印件或 Word）"
_LONGEST_NAME = 31
_LONGEST_FOOTER = 80
"""Characters of one side; Excel refuses a file whose footer exceeds 255 in all."""
_FORBIDDEN_IN_NAME = re.compile(r"[\[\]:*?/\\]")
_FORMULA_SIGNS = ("=", "+", "-", "@")
_COUNT = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.(\d{1,10}))?")
_MOST_DIGITS = 15
_SQUARE = re.compile("[\u2e80-\U0010ffff]")
_PIXELS_PER_MILLIMETRE = 96 / 25.4
_POINTS_PER_MILLIMETRE = 72 / 25.4
_TALLEST_ROW = 409.0
_LINE_POINTS = 13.5
_STEP = 500
"""Rows between two reports of how far it is."""
_THIN = Side(style="thin", color="000000")
_GRID = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_HEADING_GROUND = PatternFill("solid", fgColor="EFEFEF")
_BAD_GROUND = PatternFill("solid", fgColor="F8D0CC")
_TEXT_FACE, _HEAD_FACE = "仿宋", "黑体"
_PLACE_TO_WRITE = "＿" * 8


def write_xlsx(document: Document, path: Path, stamp: Stamp | None = None) -> None:
    """Write a workbook with a sheet for the document and for each of its extra ones; with a `stamp` an import knows
    the first sheet and its rows again.

    A cell is text, also where it looks like a formula; only a plain number in a right-aligned column
    becomes a number. Raises EnvironmentFault `write_failed`, and ValueError for a table row with more cells
    than columns.
    """
    with whole_file(path) as stream:
        workbook = Workbook()
        workbook.remove(workbook.worksheets[0])
        workbook.properties.title = legible(document.title)[:255]
        workbook.properties.creator = "标准化工作台"
        names: set[str] = set()
        for part in sections(document):
            name = sheet_name(part.title, names)
            names.add(name.casefold())
            _Sheet(workbook.create_sheet(name), part).fill()
        if stamp is not None:
            first = workbook.worksheets[0]
            heading_line = int(re.sub(r"\D", "", str(first.freeze_panes))) - 1
            mark_rows(first, heading_line, len(columns_of(document.table)) + 1, stamp.keys)
            write_stamp(workbook, stamp)
        workbook.save(stream)


def sheet_name(title: str, taken: Iterable[str]) -> str:
    """A name Excel accepts: at most 31 units, no `[]:*?/\\`, no quote at either end, none of `taken`
    (case-folded).
    """
    base = _FORBIDDEN_IN_NAME.sub(" ", legible(title).replace("\n", " ")).strip().strip("'").strip() or "表"
    if base.casefold() == "history":
        base += "表"
    used = set(taken)
    name = _cut_name(base, "")
    count = 1
    while name.casefold() in used:
        count += 1
        name = _cut_name(base, f"（{count}）")
    return name


def _cut_name(base: str, suffix: str) -> str:
    while len((base + suffix).encode("utf-16-le")) > 2 * _LONGEST_NAME:
        base = base[:-1]
    return base.rstrip("' ") + suffix


@dataclass(frozen=True)
class _Look:
    """What distinguishes one kind of cell from another."""

    align: Align = Align.LEFT
    bold: bool = False
    head: bool = False
    bad: bool = False
    quoted: bool = False
    ruled: bool = True
    points: float = 10
    number: str = "General"


class _Sheet:
    """Fills one sheet; styles are made once per look and shared: one per cell triples the time."""

    def __init__(self, sheet: Worksheet, document: Document) -> None:
        self._sheet = sheet
        store: Any = sheet
        self._cells: dict[tuple[int, int], Any] = store._cells  # noqa: SLF001 - see _new_cell
        self._document = document
        self._columns = columns_of(document.table)
        total = text_width(document)
        self._widths = fitted_widths(self._columns, total) if self._columns else [total / 4] * 4
        self._styles: dict[_Look, Any] = {}
        self._row = 0

    def fill(self) -> None:
        """Write everything from the form's code down to the notes, then how the sheet is printed."""
        document = self._document
        for place, width in enumerate(self._widths):
            letter = get_column_letter(place + 1)
            self._sheet.column_dimensions[letter].width = max((width * _PIXELS_PER_MILLIMETRE - 5) / 7, 3)
        self._top_line()
        self._line(document.title, _Look(Align.CENTRE, bold=True, head=True, ruled=False, points=18), height=30)
        for line in document.head:
            self._line(_line_text(line))
        if self._columns:
            self._table()
        self._line(document.table_hint)
        self._line("　　".join(f"{label}{_PLACE_TO_WRITE}" for label in document.page_signatures))
        for line in document.closing:
            self._line(_line_text(line))
        signatures = "　　".join(f"{label}：{_PLACE_TO_WRITE}" for label in document.signatures)
        self._line(signatures, height=36 if signatures else 0)
        for note in document.notes:
            self._line(note)
        self._page_setup()

    @property
    def _breadth(self) -> int:
        return len(self._widths)

    def _style(self, look: _Look) -> Any:
        if look not in self._styles:
            pattern: Any = Cell(self._sheet, row=1, column=1)
            pattern.font = Font(name=_HEAD_FACE if look.head else _TEXT_FACE, size=look.points, bold=look.bold)
            pattern.alignment = Alignment(
                horizontal="center" if look.align is Align.CENTRE else look.align.value,
                vertical="center",
                wrap_text=True,
            )
            if look.ruled:
                pattern.border = _GRID
            if look.bad:
                pattern.fill = _BAD_GROUND
            elif look.head and look.ruled:
                pattern.fill = _HEADING_GROUND
            pattern.number_format = look.number
            style = copy(pattern._style)
            style.quotePrefix = int(look.quoted)
            self._styles[look] = style
        return self._styles[look]

    def _row_styles(self, bold: bool, bad: bool) -> list[tuple[Any, Any]]:
        """The style of each of the table's columns in such a row: of plain text, of text like a formula."""
        looks = [
            _Look(Align.CENTRE if column.tick else column.align, bold=bold and not column.tick, bad=bad)
            for column in self._document.table.columns
        ]
        return [(self._style(look), self._style(replace(look, quoted=True))) for look in looks]

    def _put(self, row: int, column: int, text: str, look: _Look) -> None:
        """Write text as text: openpyxl would take `=1+1` for a formula and `#N/A` for an error."""
        self._put_legible(row, column, legible(text), self._style(look), self._style(replace(look, quoted=True)))

    def _put_legible(self, row: int, column: int, text: str, plain: Any, quoted: Any) -> None:
        cell = self._new_cell(row, column, plain)
        if not text:
            return
        if len(text) > LONGEST_CELL:
            text = text[: LONGEST_CELL - len(_CUT_MARK)] + _CUT_MARK
        cell._value = text
        cell.data_type = "s"
        if text[0] in _FORMULA_SIGNS:
            cell._style = quoted

    def _new_cell(self, row: int, column: int, style: Any) -> Any:
        """A cell in the sheet's own store: `sheet.cell` looks each one up first, a fifth of the whole time."""
        cell: Any = Cell(self._sheet, row=row, column=column)
        cell._style = style
        self._cells[row, column] = cell
        return cell

    def _top_line(self) -> None:
        document = self._document
        if not (document.form_code or document.code or document.watermark):
            return
        self._row += 1
        look = _Look(ruled=False, points=9)
        left = "　　".join(filter(None, (document.form_code, document.watermark)))
        if self._breadth == 1:
            self._put(self._row, 1, "　　".join(filter(None, (left, document.code))), look)
            return
        middle = max(self._breadth // 2, 1)
        self._put(self._row, 1, left, look)
        self._put(self._row, middle + 1, document.code, _Look(Align.RIGHT, ruled=False, points=9))
        self._merge(self._row, 1, self._row, middle)
        self._merge(self._row, middle + 1, self._row, self._breadth)

    def _line(self, text: str, look: _Look | None = None, height: float = 0) -> None:
        """A line across the whole table; an empty one is left out."""
        if not text:
            return
        self._row += 1
        look = look or _Look(ruled=False, points=10.5)
        self._put(self._row, 1, text, look)
        self._merge(self._row, 1, self._row, self._breadth)
        need = _lines_needed(legible(text), sum(self._widths), look.points) * look.points * 1.35 + 5
        self._set_height(self._row, max(need, height))

    def _merge(self, top: int, left: int, bottom: int, right: int) -> None:
        if (top, left) != (bottom, right):
            self._sheet.merge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)

    def _set_height(self, row: int, points: float) -> None:
        self._sheet.row_dimensions[row].height = min(points, _TALLEST_ROW)

    def _table(self) -> None:
        first = self._row + 1
        look = _Look(Align.CENTRE, bold=True, head=True)
        levels = heading_levels(self._columns)
        for row in range(first, first + levels):
            for column in range(1, self._breadth + 1):
                self._put(row, column, "", look)
            self._set_height(row, 20 if levels > 1 else 24)
        for cell in heading_cells(self._columns):
            self._put(first + cell.top, cell.first + 1, cell.label, look)
            self._merge(first + cell.top, cell.first + 1, first + cell.bottom, cell.last + 1)
            width = sum(self._widths[cell.first : cell.last + 1])
            need = (_lines_needed(cell.label, width, look.points) * _LINE_POINTS + 4) / (cell.bottom - cell.top + 1)
            for row in range(first + cell.top, first + cell.bottom + 1):
                self._set_height(row, max(need, self._sheet.row_dimensions[row].height or 0))
        self._row = first + levels - 1
        self._sheet.print_title_rows = f"{first}:{self._row}"
        self._sheet.freeze_panes = f"A{self._row + 1}"
        self._rows()

    def _rows(self) -> None:
        table = self._document.table
        rows = rows_of(table)
        grouped = int(bool(table.group_label))
        least = table.row_height * _POINTS_PER_MILLIMETRE
        start = self._row + 1
        rooms = [_squares_per_line(width, _Look.points) for width in self._widths]
        styles: dict[tuple[bool, bool], list[tuple[Any, Any]]] = {}
        for number, row in enumerate(rows, start):
            if (number - start) % _STEP == 0:
                step("写表格", number - start, len(rows))
            lines = 1
            kind = (row.bold, row.bad)
            if kind not in styles:
                styles[kind] = self._row_styles(*kind)
            if grouped:
                self._put(number, 1, row.group, _Look(Align.CENTRE, bad=row.bad))
            for place, (column, cell) in enumerate(zip(table.columns, row.cells, strict=True), grouped):
                plain, quoted = styles[kind][place - grouped]
                if column.tick:
                    self._put_legible(number, place + 1, TICKED_BOX if cell else EMPTY_BOX, plain, quoted)
                    continue
                if column.align is not Align.RIGHT or not self._wrote_number(number, place + 1, cell, *kind):
                    self._put_legible(number, place + 1, cell, plain, quoted)
                if len(cell) > rooms[place] or "\n" in cell:
                    lines = max(lines, _lines_needed(cell, self._widths[place], _Look.points))
            self._set_height(number, max(least, lines * _LINE_POINTS + 3))
        for first, last in group_runs(rows) if grouped else []:
            self._merge(start + first, 1, start + last, 1)
        self._row += len(rows)

    def _wrote_number(self, row: int, column: int, text: str, bold: bool, bad: bool) -> bool:
        """Write a plain number of a right-aligned column as a number; whether it was one."""
        number = _COUNT.fullmatch(text)
        if number is None or sum(map(str.isdigit, text)) > _MOST_DIGITS:
            return False
        decimals = number.group(1) or ""
        shown = f"0.{'0' * len(decimals)}" if decimals else "0"
        cell = self._new_cell(row, column, self._style(_Look(Align.RIGHT, bold=bold, bad=bad, number=shown)))
        cell.value = float(text) if decimals else int(text)
        return True

    def _page_setup(self) -> None:
        document = self._document
        sheet: Any = self._sheet
        sheet.page_setup.paperSize = 8 if document.paper is Paper.A3 else 9
        sheet.page_setup.orientation = "landscape" if document.landscape else "portrait"
        sheet.page_setup.fitToWidth = 1
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        margins = sheet.page_margins
        margins.left, margins.right = MARGIN_LEFT / 25.4, MARGIN_RIGHT / 25.4
        margins.top, margins.bottom = (MARGIN_TOP + 3) / 25.4, (MARGIN_BOTTOM + 8) / 25.4
        margins.header = margins.footer = MARGIN_BOTTOM / 25.4
        sheet.oddFooter.left.text = _footer_text(document.footer_left)
        sheet.oddFooter.center.text = "第 &P 页 共 &N 页"
        sheet.oddFooter.right.text = _footer_text(document.footer_right)
        if document.watermark:
            sheet.oddHeader.center.text = _footer_text(document.watermark)
            sheet.oddHeader.center.size = 24
            sheet.oddHeader.center.color = "C0C0C0"
        sheet.print_area = f"A1:{get_column_letter(self._breadth)}{max(self._row, 1)}"


def _line_text(line: Sequence[HeadField]) -> str:
    return "　　".join(field_text(field, _PLACE_TO_WRITE) for field in line)


def _footer_text(text: str) -> str | None:
    """A footer's text with `&`, which begins a code, doubled; a long one is cut, as the file would be
    refused.
    """
    text = legible(text).replace("\n", " ")
    if len(text) > _LONGEST_FOOTER:
        text = text[: _LONGEST_FOOTER - 1] + "…"
    return text.replace("&", "&&") or None


def _lines_needed(text: str, width: float, points: float) -> int:
    """How many lines a text takes in a cell of this width, Chinese characters being one square, others
    about half of it.
    """
    per_line = _squares_per_line(width, points)
    if len(text) <= per_line and "\n" not in text:
        return 1
    lines = 0
    for line in text.split("\n"):
        squares = len(_SQUARE.findall(line))
        lines += int(max(squares + 0.53 * (len(line) - squares) - 1e-9, 0) // per_line) + 1
    return lines


def _squares_per_line(width: float, points: float) -> float:
    return max((width - 1.6) / (points * 25.4 / 72), 1.0)
