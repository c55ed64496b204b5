"""A neutral document laid out as pages, in millimetres; preview, print and PDF all paint these same pages."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from desktop.domain.document import Align, Document
from desktop.exchange.legible import legible
from desktop.exchange.paper_drawing import drawing_items
from desktop.exchange.paper_fields import (
    FIELD_POINTS,
    FieldSetter,
    as_paragraphs,
    closing_block,
    paragraph_lines,
    under_table,
)
from desktop.exchange.paper_items import (
    CONTINUED,
    MARK_SIDE,
    SMALLEST,
    Block,
    Face,
    Item,
    Lettering,
    Mark,
    Measure,
    Page,
    RowPlace,
    Watermark,
    Words,
    mark_text,
)
from desktop.exchange.paper_table import Strip, TableSetter, table_frame
from desktop.exchange.table_shape import (
    MARGIN_BOTTOM,
    MARGIN_LEFT,
    MARGIN_TOP,
    page_size,
    sections,
    text_width,
)

_TITLE_SIZES = (20.0, 18.0, 16.0, 14.0, 12.0, 10.5)
_FIELD_SIZES = (FIELD_POINTS, 9.0, 8.0, 7.0, SMALLEST)
_CLOSING_GAP = 4.0
_NOTE_GAP = 1.6
_WRITING_LINE = "＿" * 8
_LONGEST_MARK = 120
"""Characters; a longer code would give modules too small to be read from paper."""
_HEAD_SHARE, _HEADING_SHARE, _SMALL_SHARE = 0.4, 0.25, 0.1
"""Shares of the page's height that head, table heading, and footer or hint may take; the rest is for rows."""


def lay_out(document: Document, measure: Measure) -> tuple[Page, ...]:
    """All pages of the document and then of its extra ones, each of which counts its own pages."""
    pages: list[Page] = []
    for number, section in enumerate(sections(document)):
        pages += _Section(section, number, measure).pages()
    return tuple(pages)


@dataclass
class _Draft:
    """A page in the making; `y` is where the next block goes."""

    y: float
    items: list[Item] = field(default_factory=list)
    rows: list[RowPlace] = field(default_factory=list)
    heading: Item | None = None
    closing: Item | None = None


class _Section:
    """Lays out one document without its extra ones."""

    def __init__(self, document: Document, number: int, measure: Measure) -> None:
        self._document = document
        self._number = number
        self._measure = measure
        self._page_width, self._page_height = page_size(document)
        self._width = text_width(document)
        self._usable = self._page_height - MARGIN_TOP - MARGIN_BOTTOM
        self._paragraphs: list[str] = []
        self._late_paragraphs: list[str] = []
        self._first_head, self._later_head = self._heads()
        self._footer_sides = self._small(document.footer_left), self._small(document.footer_right)
        self._under = self._under_table()
        self._limit = self._page_height - MARGIN_BOTTOM - self._footer(1, 1).height - 0.8
        self._drafts: list[_Draft] = []

    def pages(self) -> list[Page]:
        """The finished pages, numbered."""
        setter = TableSetter(self._document.table, self._width, self._measure) if self._has_table else None
        heading, legend = setter.heading(self._usable * _HEADING_SHARE) if setter else (Block(0), [])
        self._new_page()
        self._flow([*self._paragraphs, *legend])
        if setter:
            self._table(setter, heading)
        self._drawings()
        self._closing()
        self._flow([*self._document.notes, *self._late_paragraphs])
        return [self._finished(draft, place + 1) for place, draft in enumerate(self._drafts)]

    @property
    def _has_table(self) -> bool:
        return bool(self._document.table.columns)

    @property
    def _draft(self) -> _Draft:
        return self._drafts[-1]

    def _new_page(self) -> None:
        head = self._later_head if self._drafts else self._first_head
        self._drafts.append(_Draft(MARGIN_TOP + head.height, head.at(MARGIN_LEFT, MARGIN_TOP)))

    # the head of each page

    def _heads(self) -> tuple[Block, Block]:
        """The head of the first and of the later pages; a head too long for that becomes running text."""
        limit = self._usable * _HEAD_SHARE
        for points in _FIELD_SIZES:
            fields = FieldSetter(self._measure, points).lines(self._document.head, self._beside_mark)
            first, later = self._titled("", fields), self._titled(CONTINUED, fields)
            if later.height <= limit:
                return first, later
        self._paragraphs = as_paragraphs(self._document.head)
        first, later = self._titled("", Block(0)), self._titled(CONTINUED, Block(0))
        if later.height <= limit:
            return first, later
        self._paragraphs = [self._document.form_code, self._document.title, *self._paragraphs]
        return Block(0), Block(0)

    def _titled(self, suffix: str, fields: Block) -> Block:
        lettering = Lettering(Face.TEXT, 9.0)
        lines = self._measure.lines(legible(self._document.form_code), lettering, self._beside_mark)
        items: list[Item] = []
        y = 0.0
        for line in lines:
            items.append(Words(0, y, self._beside_mark, lettering.pitch, line, lettering))
            y += lettering.pitch
        y = max(y + 0.6, 4.6) if lines or self._marked else y
        left = self._width - self._beside_mark
        room = self._width - 2 * left
        for points in _TITLE_SIZES:
            lettering = Lettering(Face.HEAD, points, bold=True)
            lines = self._measure.lines(legible(self._document.title) + suffix, lettering, room)
            if len(lines) <= 1:
                break
        for line in lines:
            items.append(Words(left, y, room, lettering.pitch, line, lettering, Align.CENTRE))
            y += lettering.pitch
        y += 1.4
        least = MARK_SIDE + 1 if self._marked else 0.0
        return Block(max(y + fields.height + 0.8, least), (*items, *fields.at(0, y)))

    @property
    def _beside_mark(self) -> float:
        return self._width - (MARK_SIDE + 3 if self._marked else 0)

    @property
    def _marked(self) -> bool:
        return 0 < len(self._document.code) <= _LONGEST_MARK

    # the foot of each page

    def _small(self, text: str) -> tuple[tuple[str, ...], Lettering]:
        """A text of the footer's side; one too long for that goes to the notes."""
        lettering = Lettering(Face.TEXT, 9.0)
        lines = self._measure.lines(legible(text), lettering, self._side_width)
        if len(lines) * lettering.pitch <= self._usable * _SMALL_SHARE:
            return lines, lettering
        self._late_paragraphs.append(text)
        return (), lettering

    @property
    def _side_width(self) -> float:
        return (self._width - 46) / 2

    def _footer(self, number: int, count: int) -> Block:
        centre = Lettering(Face.TEXT, FIELD_POINTS)
        left, right = self._footer_sides
        height = max(centre.pitch, *(len(lines) * kind.pitch for lines, kind in self._footer_sides))
        items: list[Item] = []
        for (lines, kind), x, align in (
            (left, 0.0, Align.LEFT),
            (right, self._width - self._side_width, Align.RIGHT),
        ):
            top = height - max(len(lines) * kind.pitch, (centre.pitch + kind.pitch) / 2)
            items += [
                Words(x, top + place * kind.pitch, self._side_width, kind.pitch, line, kind, align)
                for place, line in enumerate(lines)
            ]
        text = f"第 {number} 页　共 {count} 页"
        place = (self._side_width, height - centre.pitch, self._width - 2 * self._side_width, centre.pitch)
        items.append(Words(*place, text, centre, Align.CENTRE))
        return Block(height, tuple(items))

    def _under_table(self) -> Block:
        block = under_table(self._document, self._measure, self._width)
        if block.height <= self._usable * _SMALL_SHARE:
            return block
        self._late_paragraphs += [
            self._document.table_hint,
            *(f"{label}{_WRITING_LINE}" for label in self._document.page_signatures),
        ]
        return Block(0)

    # what flows from page to page

    def _flow(self, texts: Sequence[str]) -> None:
        lines = [line for text in texts for line in self._lines(text)]
        if lines:
            self._draft.y += _NOTE_GAP
        for line in lines:
            if self._draft.y + line.height > self._limit:
                self._new_page()
            self._draft.items += line.at(MARGIN_LEFT, self._draft.y)
            self._draft.y += line.height

    def _table(self, setter: TableSetter, heading: Block) -> None:
        used = heading.height + self._under.height
        strips = setter.strips(self._fresh_room - used)
        while True:
            room = self._limit - self._draft.y - used
            taken = setter.take(strips, room)
            if taken or (not strips and room >= 0):
                self._table_part(setter, heading, taken)
                strips = strips[len(taken) :]
                if not strips:
                    return
            self._new_page()

    @property
    def _fresh_room(self) -> float:
        return self._limit - MARGIN_TOP - self._later_head.height

    def _table_part(self, setter: TableSetter, heading: Block, strips: Sequence[Strip]) -> None:
        draft = self._draft
        top = draft.y
        height = heading.height + sum(strip.height for strip in strips)
        body, rows = setter.body(strips, heading.height)
        drawing = Block(height, (*heading.items, *body, *table_frame(self._width, heading.height, height)))
        draft.items += drawing.at(MARGIN_LEFT, top)
        draft.items += self._under.at(MARGIN_LEFT, top + height)
        draft.rows += [replace(row, y=row.y + top) for row in rows]
        draft.heading = Item(MARGIN_LEFT, top, self._width, heading.height)
        draft.y = top + height + self._under.height

    def _drawings(self) -> None:
        for number, drawing in enumerate(self._document.drawings):
            if number or self._has_table:
                self._new_page()
            draft = self._draft
            width, height = self._width, self._limit - draft.y - self._notes_room
            shown = drawing_items(drawing, min(width / drawing.width, height / drawing.height, 1.0))
            draft.items += Block(0, tuple(shown)).at(MARGIN_LEFT, draft.y)
            draft.y += min(drawing.height, height)

    @property
    def _notes_room(self) -> float:
        lines = [line for text in self._document.notes for line in self._lines(text)]
        return min(_NOTE_GAP + sum(line.height for line in lines) if lines else 0.0, self._usable * _SMALL_SHARE)

    def _closing(self) -> None:
        block = self._closing_fitting()
        if not block.height:
            return
        notes = [line for text in self._document.notes for line in self._lines(text)]
        together = _CLOSING_GAP + block.height + _NOTE_GAP + sum(line.height for line in notes)
        need = together if together <= self._fresh_room else _CLOSING_GAP + block.height
        if self._draft.y + need > self._limit:
            self._new_page()
        draft = self._draft
        gap = min(_CLOSING_GAP, self._limit - draft.y - block.height)
        draft.closing = Item(MARGIN_LEFT, draft.y + gap, self._width, block.height)
        draft.items += block.at(MARGIN_LEFT, draft.y + gap)
        draft.y += gap + block.height

    def _closing_fitting(self) -> Block:
        """Closing fields and signatures small enough for one page; what is not becomes running text."""
        document = self._document
        for points in _FIELD_SIZES:
            block = closing_block(document, self._measure, self._width, points)
            if block.height <= self._fresh_room:
                return block
        self._flow(as_paragraphs(document.closing))
        block = closing_block(replace(document, closing=()), self._measure, self._width)
        if block.height <= self._fresh_room:
            return block
        self._flow([f"{label}{_WRITING_LINE}" for label in document.signatures])
        return Block(0)

    def _lines(self, text: str) -> list[Block]:
        return paragraph_lines(text, self._measure, self._width)

    # the finished page

    def _finished(self, draft: _Draft, number: int) -> Page:
        count = len(self._drafts)
        items = draft.items
        if self._document.watermark:
            text = legible(self._document.watermark)
            items = [Watermark(0, 0, self._page_width, self._page_height, text), *items]
        if self._marked:
            x = MARGIN_LEFT + self._width - MARK_SIDE
            text = mark_text(self._document.code, number)
            items = [*items, Mark(x, MARGIN_TOP, MARK_SIDE, MARK_SIDE, text)]
        footer = self._footer(number, count)
        items = [*items, *footer.at(MARGIN_LEFT, self._page_height - MARGIN_BOTTOM - footer.height)]
        return Page(
            self._number,
            number,
            count,
            self._page_width,
            self._page_height,
            tuple(items),
            tuple(draft.rows),
            draft.heading,
            draft.closing,
        )
