"""What the renderings of a table share: which heading cells span what, which rows there are, how wide
columns stand.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from desktop.domain.document import Document, HeadField, Paper, Table, TableColumn, TableRow
from desktop.exchange.legible import legible

EMPTY_BOX = "□"
TICKED_BOX = "☑"
GROUP_WIDTH = 24.0
"""Millimetres of the row-spanning first column before scaling."""
MARGIN_LEFT, MARGIN_RIGHT, MARGIN_TOP, MARGIN_BOTTOM = 25.0, 15.0, 9.0, 5.0
"""Millimetres; the wide left margin is for binding into a file."""

_SIZES = {Paper.A4: (210.0, 297.0), Paper.A3: (297.0, 420.0)}
_LEAST_WIDTH = 7.0
_AROUND_DRAWING = 32.0
"""Millimetres of title, notes and footer on the page of a drawing."""
_SIGNATURES_ABREAST = 4
_NUMBER_LABEL = "序号"
_DATE_MARKS = frozenset("年月日时分 \u3000")


@dataclass(frozen=True)
class HeadingCell:
    """A cell of the two-level heading: its text, first and last column, first and last level (0 above 1)."""

    label: str
    first: int
    last: int
    top: int
    bottom: int


def page_size(document: Document) -> tuple[float, float]:
    """Width and height of the sheet in millimetres as it is read."""
    short, long = _SIZES[document.paper]
    return (long, short) if document.landscape else (short, long)


def text_width(document: Document) -> float:
    """Millimetres between the left and right margins."""
    return page_size(document)[0] - MARGIN_LEFT - MARGIN_RIGHT


def drawing_area(document: Document) -> tuple[float, float]:
    """Width and height in millimetres that a page leaves to a drawing below a title of one line."""
    return text_width(document), page_size(document)[1] - MARGIN_TOP - MARGIN_BOTTOM - _AROUND_DRAWING


def sections(document: Document) -> list[Document]:
    """The document and all its extra ones, in the order they are printed."""
    return [document, *itertools.chain.from_iterable(sections(extra) for extra in document.extra)]


def columns_of(table: Table) -> tuple[TableColumn, ...]:
    """All columns, with the row-spanning one first where the table has groups."""
    if not table.group_label:
        return table.columns
    return (TableColumn(table.group_label, GROUP_WIDTH), *table.columns)


def heading_levels(columns: Sequence[TableColumn]) -> int:
    """Two where neighbouring columns share a heading, else one."""
    return 2 if any(column.group for column in columns) else 1


def heading_cells(columns: Sequence[TableColumn]) -> list[HeadingCell]:
    """The heading, cell by cell; a column without a group spans both levels."""
    lowest = heading_levels(columns) - 1
    cells: list[HeadingCell] = []
    for group, members in itertools.groupby(range(len(columns)), key=lambda place: columns[place].group):
        places = list(members)
        if group:
            cells.append(HeadingCell(legible(group), places[0], places[-1], 0, 0))
        top = lowest if group else 0
        cells.extend(HeadingCell(legible(columns[place].label), place, place, top, lowest) for place in places)
    return cells


def rows_of(table: Table) -> list[TableRow]:
    """The rows with legible cells, one for each column, and after them the empty lines for handwriting.

    Where the first column is 序号, the empty lines go on counting. A row with more cells than columns is a
    mistake of the caller and raises ValueError, since some text of it would be lost.
    """
    breadth = len(table.columns)
    rows = []
    for row in table.rows:
        if len(row.cells) > breadth:
            raise ValueError(f"row of {len(row.cells)} cells in a table of {breadth} columns")
        cells = tuple(map(legible, row.cells)) + ("",) * (breadth - len(row.cells))
        group = legible(row.group) if table.group_label else ""
        rows.append(replace(row, cells=cells, group=group))
    if breadth:
        rows.extend(_blank_rows(table, rows))
    return rows


def _blank_rows(table: Table, rows: Sequence[TableRow]) -> list[TableRow]:
    numbered = table.columns[0].label == _NUMBER_LABEL
    last = rows[-1].cells[0] if rows else "0"
    start = int(last) if last.isdecimal() else len(rows)
    rest = ("",) * (len(table.columns) - 1)
    return [
        TableRow((str(start + step) if numbered else "", *rest)) for step in range(1, table.blank_rows + 1)
    ]  # fmt: skip


def group_runs(rows: Sequence[TableRow]) -> list[tuple[int, int]]:
    """First and last place of each run of neighbouring rows with the same group."""
    runs = []
    for _group, members in itertools.groupby(range(len(rows)), key=lambda place: rows[place].group):
        places = list(members)
        runs.append((places[0], places[-1]))
    return runs


def fitted_widths(columns: Sequence[TableColumn], total: float) -> list[float]:
    """Column widths scaled to add up to `total`, none so narrow that it could not hold two characters.

    Widths of zero or less count as the least width; so many columns that even the least width does not fit
    share the total evenly.
    """
    least = min(_LEAST_WIDTH, total / len(columns))
    wanted = [max(column.width, 0.1) for column in columns]
    narrow: set[int] = set()
    while True:
        share = total - least * len(narrow)
        free = sum(width for place, width in enumerate(wanted) if place not in narrow)
        scaled = [least if place in narrow else width * share / free for place, width in enumerate(wanted)]
        fresh = {place for place, width in enumerate(scaled) if width < least - 1e-9 and place not in narrow}
        if not fresh or len(narrow) + len(fresh) == len(columns):
            return scaled if not fresh else [total / len(columns)] * len(columns)
        narrow |= fresh


def signature_rows(labels: Sequence[str]) -> list[list[str]]:
    """Signature labels in rows of the same breadth, at most four abreast, the last filled up with empty
    boxes.
    """
    if not labels:
        return []
    count = -(-len(labels) // _SIGNATURES_ABREAST)
    breadth = -(-len(labels) // count)
    padded = [*map(legible, labels), *[""] * (count * breadth - len(labels))]
    return [padded[start : start + breadth] for start in range(0, len(padded), breadth)]


def is_blank_date(value: str) -> bool:
    """Whether a value is only 年 月 日 with room between them, to be filled in by hand."""
    return "年" in value and _DATE_MARKS.issuperset(value)


def field_text(field: HeadField, blank: str) -> str:
    """A head field as one line of text, `blank` standing for the place to write on."""
    parts = [f"{TICKED_BOX if option in field.ticked else EMPTY_BOX}{legible(option)}" for option in field.options]
    if field.value:
        parts.append(legible(field.value))
    label = legible(field.label)
    return f"{label}{'：' if label else ''}{'  '.join(parts) or blank}"
