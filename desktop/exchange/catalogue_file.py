"""A file of titles read row by row: its table found by the headings, its cells as the catalogue keeps them."""

import io
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from desktop.domain.catalogue import COLUMNS, LONGEST_NUMBER, LONGEST_TITLE, Title
from desktop.domain.dates import parse_date
from desktop.domain.errors import Refusal
from desktop.domain.record import Kind
from desktop.exchange.cells import cell_value
from desktop.exchange.headings import FoundTable, find_table
from desktop.exchange.refusals import check_extent, damaged, empty, not_a_table, protected
from desktop.exchange.screening import Container, screen
from desktop.exchange.text_table import read_text_table
from desktop.exchange.workbook import Sheet, read_content

_LOOKED_AT = 40
"""Rows of a sheet in which its headings are looked for."""

_LONGEST_NOTE = 200


def read_titles(path: Path) -> Iterator[Title | None]:
    """The titles of a file in its order, None for a row without number or title; Refusal as `read_workbook` gives, and
    `no_table` for a file without those two columns. Which titles replace which is kept as it is written."""
    content = read_content(path)
    container = screen(content)
    found, rows = _text(content, path) if container is Container.TEXT else _workbook(content)
    places = {path: at for at, path in found.mapping.items()}
    wanted = [(places.get(column.path, -1), column.field.kind is Kind.DATE) for column in COLUMNS]
    for row in rows[found.first_data_row :]:
        cells = ["" if at < 0 or at >= len(row) else (_date if dated else _words)(row[at]) for at, dated in wanted]
        number, title = cells[0], cells[1]
        sound = 0 < len(number) <= LONGEST_NUMBER and 0 < len(title) <= LONGEST_TITLE
        yield Title(*cells) if sound else None


def _text(content: bytes, path: Path) -> tuple[FoundTable, list[list[Any]]]:
    rows: list[list[Any]] = list(read_text_table(content))
    if not rows:
        raise empty()
    found = _table(path.stem, rows[:_LOOKED_AT])
    if found is None:
        raise _no_titles()
    return found, rows


def _workbook(content: bytes) -> tuple[FoundTable, list[list[Any]]]:
    try:
        return _largest_table(content)
    except (Refusal, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        # A panic inside the reader arrives as a PanicException, which is no Exception.
        raise protected() if type(error).__name__ == "PasswordError" else damaged() from error


def _largest_table(content: bytes) -> tuple[FoundTable, list[list[Any]]]:
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    best: tuple[FoundTable, list[list[Any]]] | None = None
    with CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
        sheets = [about for about in workbook.sheets_metadata if about.typ == SheetTypeEnum.WorkSheet]
        if not sheets:
            raise not_a_table()
        for about in sheets:
            if about.visible != SheetVisibleEnum.Visible:
                continue
            sheet = workbook.get_sheet_by_name(about.name)
            if sheet.end is None:
                continue
            check_extent(sheet.end[0] + 1, sheet.end[1] + 1)
            found = _table(about.name, sheet.to_python(skip_empty_area=False, nrows=_LOOKED_AT))
            if found is not None and (best is None or sheet.end[0] + 1 > len(best[1])):
                best = found, sheet.to_python(skip_empty_area=False)
    if best is None:
        raise _no_titles()
    return best


def _table(name: str, rows: list[list[Any]]) -> FoundTable | None:
    width = max(map(len, rows), default=0)
    head = [[None if cell == "" else cell_value(cell) for cell in (*row, *[""] * (width - len(row)))] for row in rows]
    found = find_table(Sheet(name, visible=True, rows=head), COLUMNS, {})
    return found if found is not None and {"number", "title"} <= set(found.mapping.values()) else None


def _no_titles() -> Refusal:
    return Refusal("no_table", "没有找到含“标准号”和“标准名称”两列的表，请检查表头的列名后再载入")


def _words(raw: object) -> str:
    if type(raw) is str and raw.isprintable() and "_x" not in raw and len(raw) <= _LONGEST_NOTE:
        return raw.strip()
    value = cell_value(raw)
    return "" if value is None else " ".join(str(value).split())[: LONGEST_TITLE + 1]


def _date(raw: object) -> str:
    return _day(raw) if raw else ""


@lru_cache(20_000)
def _day(raw: Any) -> str:
    """Days repeat; one that is not understood is left out, as a title without it is still worth having."""
    return "" if isinstance(raw, bool) else (parse_date(raw) or "" if isinstance(raw, str) else _moment(raw))


def _moment(raw: object) -> str:
    value = cell_value(raw)
    return "" if value is None else parse_date(value) or ""
