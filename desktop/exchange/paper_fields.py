"""Labelled values, signature boxes and running text as blocks of a page."""

from collections.abc import Sequence
from dataclasses import dataclass

from desktop.domain.document import Align, Document, HeadField
from desktop.exchange.legible import legible
from desktop.exchange.paper_items import (
    BOX_SIDE,
    INNER_RULE,
    Block,
    Box,
    Face,
    Item,
    Lettering,
    Measure,
    Stroke,
    Words,
    frame,
)
from desktop.exchange.table_shape import field_text, is_blank_date, signature_rows

FIELD_POINTS = 10.5
_LINE = 7.5
"""Millimetres of a line of fields at `FIELD_POINTS`: room for handwriting."""
_GAP = 4.0
_LEAST_SHARE = 18.0
_PADDING = 2.0
_SIGNING_ROOM = 20.0
_DATE_LINE = "年　　月　　日"


@dataclass(frozen=True)
class FieldSetter:
    """Sets lines of fields in one size; `bold` is for the first label of each line, as in the closing
    block.
    """

    measure: Measure
    points: float = FIELD_POINTS
    bold: bool = False

    @property
    def _line(self) -> float:
        return max(_LINE * self.points / FIELD_POINTS, self._text.pitch)

    @property
    def _text(self) -> Lettering:
        return Lettering(Face.TEXT, self.points)

    def lines(self, lines: Sequence[Sequence[HeadField]], width: float) -> Block:
        """Lines of fields one below the other, each line shared out by the fields' widths."""
        items: list[Item] = []
        y = 0.0
        for line in _roomy(lines, width):
            total = sum(max(field.width, 0.01) for field in line)
            x = 0.0
            height = 0.0
            for field in line:
                share = width * max(field.width, 0.01) / total
                last = field is line[-1]
                label = Lettering(Face.HEAD, self.points, self.bold and field is line[0])
                block = self._field(field, label, share if last else share - min(_GAP, share / 4))
                items += block.at(x, y)
                height = max(height, block.height)
                x += share
            y += height
        return Block(y, tuple(items))

    def _field(self, field: HeadField, lettering: Lettering, width: float) -> Block:
        label = legible(field.label)
        natural = self.measure.width(label, lettering)
        if "\n" not in label and (not label or natural + 2 + max(10.0, width / 4) <= width):
            start = natural + 2 if label else 0.0
            content = self._content(field, width - start)
            items = [Words(0, 0, natural + 1, self._line, label, lettering)] if label else []
            return Block(max(content.height, self._line), (*items, *content.at(start, 0)))
        above = self._running(label, width, lettering)
        content = self._content(field, width)
        return Block(above.height + content.height, (*above.items, *content.at(0, above.height)))

    def _content(self, field: HeadField, width: float) -> Block:
        value = legible(field.value)
        if field.options:
            boxes = self._options(field, width)
            running = self._running(value, width, self._text)
            return Block(boxes.height + running.height, (*boxes.items, *running.at(0, boxes.height)))
        if value.strip() and not is_blank_date(value):
            return self._running(value, width, self._text)
        rule = Stroke(0, self._line / 2 + self._text.height * 0.62, width, 0, INNER_RULE)
        shown = self._running(value.strip(), width, self._text, Align.CENTRE)
        return Block(max(self._line, shown.height), (rule, *shown.items))

    def _running(self, text: str, width: float, lettering: Lettering, align: Align = Align.LEFT) -> Block:
        lines = self.measure.lines(text, lettering, width)
        top = (self._line - lettering.pitch) / 2
        items = [
            Words(0, top + place * lettering.pitch, width, lettering.pitch, line, lettering, align)
            for place, line in enumerate(lines)
        ]
        return Block(2 * top + len(lines) * lettering.pitch if lines else 0.0, tuple(items))

    def _options(self, field: HeadField, width: float) -> Block:
        side = min(BOX_SIDE, self._line * 0.8)
        start = side + 1.2
        items: list[Item] = []
        x = y = height = 0.0
        for option in field.options:
            text = legible(option)
            natural = self.measure.width(text, self._text)
            if x > 0 and x + start + natural > width:
                x, y, height = 0.0, y + height, 0.0
            room = max(min(natural + 0.1, width - x - start), self._text.height)
            label = self._running(text, room, self._text)
            items.append(Box(x, y + (self._line - side) / 2, side, side, option in field.ticked))
            items += label.at(x + start, y)
            height = max(height, label.height, self._line)
            x += start + natural + 5
        return Block(y + height, tuple(items))


def _roomy(lines: Sequence[Sequence[HeadField]], width: float) -> list[Sequence[HeadField]]:
    """The lines, halved where a field's share would be too narrow to read or write in."""
    fitting: list[Sequence[HeadField]] = []
    for line in lines:
        total = sum(max(field.width, 0.01) for field in line)
        narrowest = min((max(field.width, 0.01) * width / total for field in line), default=width)
        if len(line) > 1 and narrowest < _LEAST_SHARE:
            middle = (len(line) + 1) // 2
            fitting += _roomy([line[:middle], line[middle:]], width)
        else:
            fitting.append(line)
    return fitting


def closing_block(document: Document, measure: Measure, width: float, points: float = FIELD_POINTS) -> Block:
    """Closing fields and signature boxes in one frame; nothing for a document that has neither."""
    setter = FieldSetter(measure, points, bold=True)
    items: list[Item] = []
    y = 0.0
    if document.closing:
        fields = setter.lines(document.closing, width - 2 * _PADDING)
        items += fields.at(_PADDING, 1.2)
        y = fields.height + 2.4
    for labels in signature_rows(document.signatures):
        row = _signatures(labels, measure, width, setter)
        if y:
            items.append(Stroke(0, y, width, 0, INNER_RULE))
        items += row.at(0, y)
        y += row.height
    return Block(y, (*items, *frame(width, y))) if y else Block(0)


def _signatures(labels: Sequence[str], measure: Measure, width: float, setter: FieldSetter) -> Block:
    breadth = width / len(labels)
    label = Lettering(Face.HEAD, setter.points, bold=True)
    text = Lettering(Face.TEXT, setter.points)
    wrapped = [measure.lines(legible(name), label, breadth - 2 * _PADDING) for name in labels]
    top = 1.6
    height = top + max(len(lines) for lines in wrapped) * label.pitch + _SIGNING_ROOM + 1.6
    items: list[Item] = []
    for place, lines in enumerate(wrapped):
        x = place * breadth
        if place:
            items.append(Stroke(x, 0, 0, height, INNER_RULE))
        for row, line in enumerate(lines):
            y = top + row * label.pitch
            items.append(Words(x + _PADDING, y, breadth - 2 * _PADDING, label.pitch, line, label))
        if lines:
            date = (x + _PADDING, height - text.pitch - 1.6, breadth - 2 * _PADDING - 1, text.pitch)
            items.append(Words(*date, _DATE_LINE, text, Align.RIGHT))
    return Block(height, tuple(items))


def paragraph_lines(text: str, measure: Measure, width: float, points: float = 9.0) -> list[Block]:
    """Running text as blocks of one line each, so that a long one may flow over the page's end."""
    lettering = Lettering(Face.TEXT, points)
    return [
        Block(lettering.pitch, (Words(0, 0, width, lettering.pitch, line, lettering),))
        for line in measure.lines(legible(text), lettering, width)
    ]


def as_paragraphs(lines: Sequence[Sequence[HeadField]]) -> list[str]:
    """Fields as running text, for those too long to stand side by side."""
    return [field_text(field, "＿" * 12) for line in lines for field in line]


def under_table(document: Document, measure: Measure, width: float) -> Block:
    """The hint at the left and the short lines to sign at the right, printed below the table of each page."""
    hint_type = Lettering(Face.TEXT, 9.0)
    signing_type = Lettering(Face.TEXT, 9.5)
    labels = [legible(label) for label in document.page_signatures]
    entries = [measure.width(label, signing_type) + 22 for label in labels]
    total = sum(entries) + _GAP * max(len(entries) - 1, 0)
    beside = total <= width * 0.6
    hint_width = width - total - _GAP if labels and beside else width
    items: list[Item] = []
    lines = measure.lines(legible(document.table_hint), hint_type, hint_width)
    top = 2.0
    for place, line in enumerate(lines):
        y = top + place * hint_type.pitch
        items.append(Words(0, y, hint_width, hint_type.pitch, line, hint_type))
    height = top + len(lines) * hint_type.pitch if lines else 0.0
    if labels:
        start = top - 0.2 if beside else max(height, top)
        signing = _short_lines(labels, measure, width, signing_type, total if beside else width)
        items += signing.at(0, start)
        height = max(height, start + signing.height)
    return Block(height + 0.8 if height else 0.0, tuple(items))


def _short_lines(labels: Sequence[str], measure: Measure, width: float, kind: Lettering, room: float) -> Block:
    items: list[Item] = []
    x = left = width - room
    y = 0.0
    for label in labels:
        lines = measure.lines(label, kind, max(room - 22, 10))
        natural = max((measure.width(line, kind) for line in lines), default=0.0)
        if x > left and x + natural + 22 > width + 0.01:
            x, y = left, y + kind.pitch * 1.4
        for place, line in enumerate(lines):
            items.append(Words(x, y + place * kind.pitch, natural + 0.5, kind.pitch, line, kind))
        bottom = y + max(len(lines), 1) * kind.pitch
        items.append(Stroke(x + natural + 1, bottom - 0.5, 21, 0, INNER_RULE))
        x += natural + 22 + _GAP
        y = bottom - kind.pitch
    return Block(y + kind.pitch, tuple(items))
