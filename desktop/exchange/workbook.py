"""A foreign workbook read into plain values, in a worker process too: all it returns can be pickled."""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop.domain.errors import EnvironmentFault, Refusal
from desktop.exchange.cells import CellValue, cell_value, column_letters, is_inexact
from desktop.exchange.refusals import check_extent, damaged, empty, not_a_table, protected, too_large
from desktop.exchange.screening import LARGEST_FILE, Container, screen
from desktop.exchange.sheet_marks import Range, sheet_marks
from desktop.exchange.text_table import read_text_table

_MOST_WARNINGS = 100


@dataclass(frozen=True)
class Sheet:
    """One sheet: `rows[r][c]` is the cell of line r + 1, as WPS counts; all rows have the same length.

    `warnings` are sentences about cells that were already wrong in the file.
    """

    name: str
    visible: bool
    rows: list[list[CellValue]]
    merged: tuple[Range, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Workbook:
    """The sheets of a file that hold a table, in their order, and which file it was."""

    sheets: tuple[Sheet, ...]
    file_name: str
    sha256: str
    size: int
    container: Container

    def sheet(self, name: str) -> Sheet:
        """The sheet of this name; KeyError if none."""
        for sheet in self.sheets:
            if sheet.name == name:
                return sheet
        raise KeyError(name)


def read_content(path: Path) -> bytes:
    """The bytes of a file that is not too large to be a table; Refusal if it cannot be read."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise too_large()
        return path.read_bytes()
    except OSError as error:
        sentence = f"读不了文件“{path.name}”，请确认它还在原处、没有被别的程序占用"
        raise EnvironmentFault("unreadable", sentence) from error


def read_workbook(path: Path) -> Workbook:
    """Read an xlsx, xls (also et), ods or text table; what it is, is told by its content.

    Refusal with code too_large, too_many_rows, too_many_columns, protected, damaged, empty or not_a_table.
    """
    return parse_workbook(read_content(path), path)


def parse_workbook(content: bytes, path: Path) -> Workbook:
    """As `read_workbook`, of bytes already read from the file at `path`."""
    container = screen(content)
    texts = container is Container.TEXT
    sheets = [_sheet(path.stem, True, read_text_table(content))] if texts else _read_sheets(content, container)
    if not any(sheet.rows for sheet in sheets):
        raise empty()
    return Workbook(tuple(sheets), path.name, hashlib.sha256(content).hexdigest(), len(content), container)


def _read_sheets(content: bytes, container: Container) -> list[Sheet]:
    merged = {} if container is Container.XLS else sheet_marks(content, container)
    try:
        return _read_with_calamine(content, merged)
    except (Refusal, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        # A panic inside the reader arrives as a PanicException, which is no Exception.
        raise protected() if type(error).__name__ == "PasswordError" else damaged() from error


def _read_with_calamine(content: bytes, told: dict[str, tuple[Range, ...]]) -> list[Sheet]:
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    sheets = []
    with CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
        for about in workbook.sheets_metadata:
            if about.typ != SheetTypeEnum.WorkSheet:
                continue
            read = workbook.get_sheet_by_name(about.name)
            if read.end is not None:
                check_extent(read.end[0] + 1, read.end[1] + 1)
            merged, ranges = told.get(about.name, ()), read.merged_cell_ranges
            if ranges is not None:
                merged = tuple((top, left, bottom, right) for (top, left), (bottom, right) in ranges)
            shown = about.visible == SheetVisibleEnum.Visible
            sheets.append(_sheet(about.name, shown, read.to_python(skip_empty_area=False), merged))
    if not sheets:
        raise not_a_table()
    return sheets


def _sheet(name: str, visible: bool, raw: list[list[Any]], merged: tuple[Range, ...] = ()) -> Sheet:
    warnings: list[str] = []
    rows: list[list[CellValue]] = []
    for number, raw_row in enumerate(raw, start=1):
        rows.append([None if cell == "" else cell_value(cell) for cell in raw_row])
        if len(warnings) < _MOST_WARNINGS:
            warnings.extend(_inexact(number, raw_row))
    while rows and all(cell is None for cell in rows[-1]):
        rows.pop()
    width = max((at + 1 for row in rows for at, cell in enumerate(row) if cell is not None), default=0)
    rows = [row[:width] + [None] * (width - len(row)) for row in rows]
    return Sheet(name, visible, rows, merged, tuple(warnings))


def _inexact(number: int, raw_row: list[Any]) -> Iterator[str]:
    for column, cell in enumerate(raw_row):
        if type(cell) in (int, float) and is_inexact(cell):
            place = f"{column_letters(column)}{number}"
            yield f"{place} 单元格的数字太长，末几位在保存时已不准，请改成文本格式重填：{int(cell)}"
