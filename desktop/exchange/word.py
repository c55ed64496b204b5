"""Word: a neutral document as an editable .docx file."""

import copy
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docx
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Mm

from desktop.domain.document import Align, Document, HeadField, TableRow
from desktop.exchange.legible import legible
from desktop.exchange.table_shape import (
    EMPTY_BOX,
    MARGIN_BOTTOM,
    MARGIN_LEFT,
    MARGIN_RIGHT,
    MARGIN_TOP,
    TICKED_BOX,
    columns_of,
    fitted_widths,
    heading_cells,
    heading_levels,
    is_blank_date,
    page_size,
    rows_of,
    sections,
    signature_rows,
    text_width,
)
from desktop.exchange.word_parts import (
    HEAD_FACE,
    TEXT_FACE,
    cell,
    element,
    page_field,
    paragraph,
    run,
    table,
    table_row,
    write_text,
)
from desktop.whole_file import whole_file

_CREATOR = "标准化工作台"
_HEADING_GROUND = "EFEFEF"
_GREY = "BFBFBF"
_ROW_POINTS = 9.5
_SIGNING_HEIGHT = 26.0
_CLOSING_PADDING = 1.6
_SQUARE = 10.5 * 25.4 / 72
_FIRST_WIDE = 0x2E7F
"""From here on a character is a full square wide."""
_PLACE_TO_SIGN = "\u00a0" * 16


def write_docx(document: Document, path: Path) -> None:
    """Write the document, its extra ones as further sections that count their own pages.

    Raises EnvironmentFault `write_failed`, and ValueError for a table row with more cells than columns.
    """
    parts = sections(document)
    file = docx.Document()
    file.core_properties.title = legible(document.title)[:255]
    file.core_properties.author = _CREATOR
    file.core_properties.comments = ""
    body = file.element.body
    for number, part in enumerate(parts):
        section = file.add_section(WD_SECTION.NEW_PAGE) if number else file.sections[0]
        _set_sheet(section, part)
        _set_header(section, part)
        _set_footer(section, part, alone=len(parts) == 1)
        for piece in _content(part, file.part):
            body.insert(len(body) - 1, piece)
    with whole_file(path) as stream:
        file.save(stream)


def _set_sheet(section: Section, document: Document) -> None:
    width, height = page_size(document)
    section.orientation = WD_ORIENT.LANDSCAPE if document.landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(width), Mm(height)
    section.left_margin, section.right_margin = Mm(MARGIN_LEFT), Mm(MARGIN_RIGHT)
    section.top_margin, section.bottom_margin = Mm(MARGIN_TOP), Mm(MARGIN_BOTTOM)
    section.header_distance, section.footer_distance = Mm(MARGIN_TOP), Mm(MARGIN_BOTTOM)
    properties: Any = section._sectPr
    for old in properties.findall(qn("w:pgNumType")):
        properties.remove(old)
    properties.find(qn("w:cols")).addprevious(element("pgNumType", start="1"))


def _set_header(section: Section, document: Document) -> None:
    section.header.is_linked_to_previous = False
    pieces = []
    if document.form_code or document.code:
        text = f"{legible(document.form_code)}\t{legible(document.code)}"
        stops = [(Align.RIGHT, text_width(document))]
        pieces.append(paragraph([run(text, points=9)], tabs=stops, after=1.5))
    if document.watermark:
        mark = run(legible(document.watermark), face=HEAD_FACE, points=28, bold=True, colour=_GREY)
        pieces.append(paragraph([mark], align=Align.CENTRE))
    _replace_content(section.header._element, pieces)


def _set_footer(section: Section, document: Document, *, alone: bool) -> None:
    section.footer.is_linked_to_previous = False
    width = text_width(document)
    pieces = []
    if document.table_hint or document.page_signatures:
        runs = [run(legible(document.table_hint), points=9), run("\t", points=9)]
        for label in document.page_signatures:
            runs.append(run(f"　{legible(label)} ", points=9.5))
            runs.append(run(_PLACE_TO_SIGN, points=9.5, underlined=True))
        pieces.append(paragraph(runs, tabs=[(Align.RIGHT, width)], after=2))
    total = "NUMPAGES" if alone else "SECTIONPAGES"
    numbers = [run("\t第 "), page_field("PAGE"), run(" 页　共 "), page_field(total), run(" 页\t")]
    left, right = run(legible(document.footer_left), points=9), run(legible(document.footer_right), points=9)
    stops = [(Align.CENTRE, width / 2), (Align.RIGHT, width)]
    pieces.append(paragraph([left, *numbers, right], tabs=stops))
    _replace_content(section.footer._element, pieces)


def _replace_content(holder: Any, pieces: Sequence[Any]) -> None:
    for child in list(holder):
        holder.remove(child)
    for piece in pieces or [paragraph()]:
        holder.append(piece)


def _content(document: Document, package: Any) -> Iterable[Any]:
    width = text_width(document)
    title = run(legible(document.title), face=HEAD_FACE, points=20, bold=True)
    yield paragraph([title], align=Align.CENTRE, after=1.5, keep_next=True)
    if document.head:
        yield _field_table(document.head, width)
        yield _spacer()
    if document.table.columns:
        yield _main_table(document)
        yield _spacer()
    if document.drawings:
        from desktop.exchange.diagram_word import drawing_paragraphs

        yield from drawing_paragraphs(package, document)
    if document.closing or document.signatures:
        yield _closing_table(document, width)
        yield _spacer()
    for note in document.notes:
        yield paragraph([run(legible(note), points=9)])


def _spacer() -> Any:
    """A thin empty paragraph: Word would join two tables that touch."""
    return paragraph([run("", points=4)], line_points=6)


# fields


def _boundaries(lines: Sequence[Sequence[float]], width: float) -> list[int]:
    """Every place, in tenths of a millimetre, where a cell of some line ends."""
    ends = {0, round(width * 10)}
    for shares in lines:
        reached = itertools.accumulate(shares)
        ends.update(round(width * 10 * place / sum(shares)) for place in reached)
    return sorted(ends)


def _spans(shares: Sequence[float], width: float, ends: Sequence[int]) -> list[tuple[float, int]]:
    """Width and number of grid columns of each cell of a line."""
    places = [0, *(round(width * 10 * place / sum(shares)) for place in itertools.accumulate(shares))]
    return [
        ((right - left) / 10, max(ends.index(right) - ends.index(left), 1))
        for left, right in itertools.pairwise(places)
    ]  # fmt: skip


def _grid(ends: Sequence[int]) -> list[float]:
    return [(right - left) / 10 for left, right in itertools.pairwise(ends)]


@dataclass(frozen=True)
class _Piece:
    """A cell of a line of fields; a `ruled` one is a place to write on."""

    width: float
    runs: tuple[Any, ...] = ()
    ruled: bool = False


def _pieces(line: Sequence[HeadField], width: float, padding: float, *, bold: bool) -> list[_Piece]:
    """A line of fields as cells, each blank a cell of its own with a rule below it, then a gap."""
    total = sum(max(field.width, 0.1) for field in line)
    pieces = []
    for field in line:
        share = width * max(field.width, 0.1) / total
        label = legible(field.label)
        name = run(f"{label} ", face=HEAD_FACE, bold=bold and field is line[0])
        if field.options or not (is_blank_date(field.value) or not field.value.strip()):
            pieces.append(_Piece(share, (name, *_value_runs(field))))
            continue
        squares = sum(1.0 if ord(mark) > _FIRST_WIDE else 0.6 for mark in label)
        named = min(squares * _SQUARE + 2 * padding + 2.0, share * 0.6)
        gap = min(3.0, share * 0.1)
        pieces.append(_Piece(named, (name,)))
        pieces.append(_Piece(share - named - gap, (run(legible(field.value)),), ruled=True))
        pieces.append(_Piece(gap))
    return pieces


def _value_runs(field: HeadField) -> list[Any]:
    boxes = [
        run(f"{TICKED_BOX if option in field.ticked else EMPTY_BOX}{legible(option)}　") for option in field.options
    ]
    return [*boxes, run(legible(field.value))]


def _field_table(lines: Sequence[Sequence[HeadField]], width: float) -> Any:
    set_lines = [_pieces(line, width, 0.6, bold=False) for line in lines if line]
    ends = _boundaries([[piece.width for piece in line] for line in set_lines], width)
    made = table(_grid(ends), framed=False, ruled=False, padding=0.6)
    for line in set_lines:
        made.append(_field_row(line, width, ends, keep_next=False))
    return made


def _field_row(pieces: Sequence[_Piece], width: float, ends: Sequence[int], *, keep_next: bool) -> Any:
    cells = []
    spans = _spans([piece.width for piece in pieces], width, ends)
    for piece, (breadth, span) in zip(pieces, spans, strict=True):
        text = paragraph(piece.runs, keep_next=keep_next, before=1.2)
        rules = ("bottom",) if piece.ruled else ()
        cells.append(cell(breadth, [text], span=span, rules=rules, middle=False))
    return table_row(cells, height=7.0)


def _closing_table(document: Document, width: float) -> Any:
    """Closing fields and signatures as one framed table whose rows hold together on one page."""
    lines = [_pieces(line, width, _CLOSING_PADDING, bold=True) for line in document.closing if line]
    signing = signature_rows(document.signatures)
    shares = [[piece.width for piece in line] for line in lines]
    ends = _boundaries([*shares, *([1.0] * len(row) for row in signing)], width)
    made = table(_grid(ends), framed=True, ruled=False, padding=_CLOSING_PADDING)
    for line in lines:
        made.append(_field_row(line, width, ends, keep_next=bool(signing) or line is not lines[-1]))
    if lines and signing:
        room = cell(width, [paragraph(keep_next=True, line_points=5)], span=len(ends) - 1)
        made.append(table_row([room], height=1.8))
    for number, labels in enumerate(signing, 1):
        cells = []
        keep = number < len(signing)
        for label, (breadth, span) in zip(labels, _spans([1.0] * len(labels), width, ends), strict=True):
            name = run(label, face=HEAD_FACE, bold=True)
            date = [run("年　　月　　日")] if label else []
            space = paragraph([run("", points=20)], keep_next=True, line_points=40)
            signed = paragraph(date, align=Align.RIGHT, keep_next=keep)
            pieces = [paragraph([name], keep_next=True, before=1.2), space, signed]
            cells.append(cell(breadth, pieces, span=span, rules=("top", "left", "right"), middle=False))
        made.append(table_row(cells, height=_SIGNING_HEIGHT))
    return made


# the table


def _main_table(document: Document) -> Any:
    columns = columns_of(document.table)
    widths = fitted_widths(columns, text_width(document))
    made = table(widths, framed=True, ruled=True)
    for heading in _heading_rows(document, widths):
        made.append(heading)
    rows = rows_of(document.table)
    patterns: dict[tuple[bool, str], Any] = {}
    grouped = bool(document.table.group_label)
    for place, row in enumerate(rows):
        merge = ""
        if grouped:
            merge = "continue" if place and rows[place - 1].group == row.group else "restart"
        key = (row.bold, merge)
        if key not in patterns:
            patterns[key] = _pattern(document, widths, *key)
        made.append(_filled(patterns[key], _texts(document, row, merge)))
    return made


def _heading_rows(document: Document, widths: Sequence[float]) -> Iterable[Any]:
    columns = columns_of(document.table)
    cells = heading_cells(columns)
    levels = heading_levels(columns)
    for level in range(levels):
        made = []
        for heading in sorted(cells, key=lambda each: each.first):
            if not heading.top <= level <= heading.bottom:
                continue
            merge = "" if heading.top == heading.bottom else "restart" if level == heading.top else "continue"
            label = "" if merge == "continue" else heading.label
            words = run(label, face=HEAD_FACE, points=7.5 if heading.top else 10, bold=not heading.top)
            width = sum(widths[heading.first : heading.last + 1])
            span = heading.last - heading.first + 1
            text = paragraph([words], align=Align.CENTRE, keep_next=True)
            made.append(cell(width, [text], span=span, merge=merge, ground=_HEADING_GROUND))
        yield table_row(made, height=5.5 if levels > 1 else 8, heading=True)


def _pattern(document: Document, widths: Sequence[float], bold: bool, merge: str) -> Any:
    """A row with empty runs, to be copied for each row: asking python-docx for cells one by one is
    quadratic.
    """
    cells = []
    for place, column in enumerate(columns_of(document.table)):
        face = HEAD_FACE if bold else TEXT_FACE
        text = paragraph([run("", face=face, points=_ROW_POINTS, bold=bold)], align=column.align)
        cells.append(cell(widths[place], [text], merge="" if place else merge))
    return table_row(cells, height=document.table.row_height)


def _texts(document: Document, row: TableRow, merge: str) -> list[str]:
    texts = [
        (TICKED_BOX if text else EMPTY_BOX) if column.tick else text
        for column, text in zip(document.table.columns, row.cells, strict=True)
    ]
    return ["" if merge == "continue" else row.group, *texts] if merge else texts


def _filled(pattern: Any, texts: Sequence[str]) -> Any:
    made = copy.deepcopy(pattern)
    for place, text in zip(list(made.iter(qn("w:r"))), texts, strict=True):
        if text:
            write_text(place, text)
    return made
