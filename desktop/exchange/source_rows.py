"""The rows of a found table as a person means them: merges filled, 同上 resolved, other rows set aside."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from desktop.domain import numbers
from desktop.domain.entry import read_cell
from desktop.domain.errors import Refusal
from desktop.domain.record import Cell, Column, Kind
from desktop.exchange.cells import CellValue
from desktop.exchange.headings import FoundTable, fold
from desktop.exchange.row_reading import is_title, not_a_row
from desktop.exchange.workbook import Sheet

_DITTO = frozenset({"同上", "同前", "同上行", "〃", "″", "″″", '"', "''", "”", "“", "〞"})
_FIRST_SERIAL = 20_000
"""From here on a number in a date column is a day as workbooks count them."""


@dataclass(frozen=True)
class SourceRow:
    """One row to import. `line` is its row in the file as WPS numbers it.

    `cells` are by path and `extra` by heading, blank ones too. A cell that held several numbers keeps the
    first; `extra_numbers` are the others.
    """

    line: int
    cells: dict[str, CellValue]
    extra: dict[str, CellValue] = field(default_factory=dict)
    extra_numbers: tuple[str, ...] = ()
    key: str = ""
    """The row of the library it was exported from, if the file tells."""
    told: str = ""
    """Why an earlier import refused it, if the file is its report."""


@dataclass(frozen=True)
class SkippedRow:
    """A row that holds something but is none to import: its line, what it says, and why it is passed over."""

    line: int
    text: str
    reason: str


@dataclass(frozen=True)
class CellProblem:
    """A cell that could not be understood: its column's path and the sentence that says why."""

    path: str
    message: str


def filled_rows(sheet: Sheet) -> list[list[CellValue]]:
    """The rows with the value of a vertical merge in each of its rows; merges to the right are left alone."""
    rows = [list(row) for row in sheet.rows]
    budget = sum(len(row) for row in rows)
    for top, left, bottom, _right in sheet.merged:
        last = min(bottom, len(rows) - 1)
        budget -= max(0, last - top)
        if budget < 0:
            break
        if top < len(rows) and left < len(rows[top]):
            for row in rows[top + 1 : last + 1]:
                if row[left] is None:
                    row[left] = rows[top][left]
    return rows


def source_rows(sheet: Sheet, found: FoundTable, columns: Sequence[Column]) -> tuple[list[SourceRow], list[SkippedRow]]:
    """The rows below the headings, and those passed over: rows above the headings that are no title, sections, totals,
    repeated headings, remarks.

    Blank rows are in neither. A cell with several numbers beside as many lines of title becomes several rows.
    """
    known = {column.path for column in columns}
    mapping = {at: path for at, path in found.mapping.items() if path in known}
    rows: list[SourceRow] = []
    skipped = [
        SkippedRow(line, _text(row), "在表头之上")
        for line, row in enumerate(sheet.rows[: found.heading_row], start=1)
        if not is_title(row)
    ]
    for line, row, reason in _told_apart(sheet, found, mapping):
        if reason:
            skipped.append(SkippedRow(line, _text(row), reason))
            continue
        cells = {path: row[at] for at, path in mapping.items() if at < len(row)}
        extra = {heading: row[at] for at, heading in found.unmapped.items() if at < len(row)}
        key = _key(row, found)
        source = SourceRow(line, cells, extra, key=key, told=_told(row, found))
        rows.extend([source] if key else _apart(source))
    return rows, skipped


def rows_as_meant(sheet: Sheet, found: FoundTable) -> dict[int, list[CellValue]]:
    """By line, the cells of the rows to import, one for each column of the sheet."""
    return {line: row for line, row, reason in _told_apart(sheet, found, found.mapping) if not reason}


def _told_apart(
    sheet: Sheet, found: FoundTable, mapping: Mapping[int, str]
) -> Iterator[tuple[int, list[CellValue], str]]:
    """Line, cells and why it is none to import ("" if it is) of every row below the headings that is not blank."""
    above: dict[int, CellValue] = {}
    first = found.first_data_row
    heading_lines = [[fold(str(cell or "")) for cell in row] for row in sheet.rows[found.heading_row : first]]
    for line, row in enumerate(filled_rows(sheet)[first:], start=first + 1):
        if all(cell is None for at, cell in enumerate(row) if at not in (found.reason_column, found.key_column)):
            continue
        reason = "" if _key(row, found) else not_a_row(row, found, mapping, heading_lines)
        if not reason:
            for at, cell in enumerate(row):
                if isinstance(cell, str) and "".join(cell.split()) in _DITTO and above.get(at) is not None:
                    row[at] = above[at]
            above = dict(enumerate(row))
        yield line, row, reason


def typed(columns: Sequence[Column], row: SourceRow) -> tuple[dict[str, Cell], list[CellProblem]]:
    """The cells of a row as its fields keep them, and those not understood, which are left out."""
    cells: dict[str, Cell] = {}
    problems = []
    for column in columns:
        if column.path not in row.cells:
            continue
        raw = row.cells[column.path]
        try:
            if column.field.kind is Kind.DATE:
                raw = _day(column, raw)
            cells[column.path] = read_cell(column.field, raw)
        except Refusal as refusal:
            problems.append(CellProblem(column.path, refusal.message))
    return cells, problems


def _day(column: Column, raw: CellValue) -> CellValue:
    """A month typed as the number 2022.11 is text; 2022.1 may have been 2022.10, which no workbook keeps."""
    if not isinstance(raw, float) or raw >= _FIRST_SERIAL:
        return raw
    year, _, month = str(raw).partition(".")
    if month == "1":
        choices = f"{year}-01 或 {year}-10"
        raise Refusal("bad_date", f"“{column.label}”的 {raw} 分不清是 1 月还是 10 月，请写成 {choices}")
    return str(raw)


def _key(row: Sequence[CellValue], found: FoundTable) -> str:
    at = found.key_column
    return str(row[at]).strip() if at is not None and row[at] is not None else ""


def _told(row: Sequence[CellValue], found: FoundTable) -> str:
    at = found.reason_column
    return str(row[at] or "") if at is not None and at < len(row) else ""


def _text(row: Sequence[CellValue]) -> str:
    shown = [str(cell) for cell in row if cell is not None]
    return " ".join(dict.fromkeys(shown))[:100]


def _apart(row: SourceRow) -> list[SourceRow]:
    """The row, or one for each of its numbers where other cells have a line for each of them."""
    path = _ending(row, "number")
    cell = row.cells.get(path)
    parts = numbers.split_cell(cell) if isinstance(cell, str) else []
    if len(parts) < 2:
        return [row]
    title = row.cells.get(_ending(row, "title"))
    if isinstance(title, str) and len(_lines(title)) == len(parts):
        return [
            replace(
                row,
                cells={**_share(row.cells, place, len(parts)), path: part},
                extra=_share(row.extra, place, len(parts)),
            )
            for place, part in enumerate(parts)
        ]
    cells = {**row.cells, path: parts[0]}
    return [replace(row, cells=cells, extra_numbers=tuple(parts[1:]))]


def _ending(row: SourceRow, name: str) -> str:
    return next((path for path in row.cells if path.rsplit(".", 1)[-1] == name), "")


def _share(cells: dict[str, CellValue], place: int, count: int) -> dict[str, CellValue]:
    shares = {}
    for path, cell in cells.items():
        lines = _lines(cell) if isinstance(cell, str) else []
        shares[path] = lines[place] if len(lines) == count else cell
    return shares


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]
