"""The neutral document: a form or report described once; paper, Word and Excel are three renderings of it."""

from dataclasses import dataclass, field
from enum import StrEnum

from desktop.domain.drawing import Drawing


class Paper(StrEnum):
    """Paper sizes."""

    A4 = "A4"
    A3 = "A3"


class Align(StrEnum):
    """How a column's text stands."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


@dataclass(frozen=True)
class TableColumn:
    """A column of a printed table; `width` in millimetres, scaled to the page by the renderer.

    Neighbouring columns with the same `group` share a heading above their own labels. A `tick` column holds an empty
    box (cell "") or a ticked one (any other text).
    """

    label: str
    width: float
    align: Align = Align.LEFT
    group: str = ""
    tick: bool = False


@dataclass(frozen=True)
class TableRow:
    """Cells in column order. `bold` rows are totals; `bad` marks refused rows (red ground in Excel).

    `group` is the text of a first, row-spanning column: neighbouring rows with the same group share one cell.
    """

    cells: tuple[str, ...]
    bold: bool = False
    bad: bool = False
    group: str = ""


@dataclass(frozen=True)
class Table:
    """A table with a heading that repeats on every page; rows are at least `row_height` millimetres and never split."""

    columns: tuple[TableColumn, ...]
    rows: tuple[TableRow, ...]
    row_height: float = 7.0
    group_label: str = ""
    """Heading of the row-spanning first column; without it rows have no groups."""
    blank_rows: int = 0
    """Empty numbered lines added for handwriting."""


@dataclass(frozen=True)
class HeadField:
    """A labelled value above the table; no value prints as a line to write on; `options` print as tick boxes, those in
    `ticked` filled. `width` is its share of the line."""

    label: str
    value: str = ""
    options: tuple[str, ...] = ()
    ticked: tuple[str, ...] = ()
    width: float = 1.0


@dataclass(frozen=True)
class Document:
    """One form or report.

    `head` and `closing` are lines of fields before and after the table; `signatures` label boxes to sign, kept whole
    with `closing` on the last page. `code` is the short text of the QR mark. `watermark` (演练) stands on every page.
    """

    title: str
    table: Table
    form_code: str = ""
    paper: Paper = Paper.A4
    landscape: bool = True
    head: tuple[tuple[HeadField, ...], ...] = ()
    closing: tuple[tuple[HeadField, ...], ...] = ()
    signatures: tuple[str, ...] = ()
    page_signatures: tuple[str, ...] = ()
    """Labels of short lines to sign at the foot of each page's table."""
    table_hint: str = ""
    notes: tuple[str, ...] = ()
    footer_left: str = ""
    footer_right: str = ""
    code: str = ""
    watermark: str = ""
    drawings: tuple[Drawing, ...] = ()
    """Diagrams, each on a page of its own behind the table; `exchange.table_shape.drawing_area` says how large."""
    extra: tuple["Document", ...] = field(default=())
    """Further sheets of a workbook (Excel) or sections (paper, Word)."""
