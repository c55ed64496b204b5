"""A table set in millimetres: heading, rows, and which of them fit on a page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from desktop.domain.document import Align, Table, TableRow
from desktop.exchange.paper_items import (
    BOX_SIDE,
    CONTINUED,
    INNER_RULE,
    SMALLEST,
    Block,
    Box,
    Face,
    Ground,
    Item,
    Lettering,
    Measure,
    RowPlace,
    Stroke,
    frame,
    stacked,
)
from desktop.exchange.table_shape import columns_of, fitted_widths, heading_cells, heading_levels, rows_of

ROW_POINTS = 9.5
_SIDE_PADDING = 0.75
_ROW_PADDING = 0.15
_HEADING_PADDING = 0.4
_SIZES = (9.5, 9.0, 8.0, 7.0, SMALLEST)
_HEADING_SIZES = (10.0, 9.0, 8.0, 7.5, 7.0, SMALLEST)
_MANY_LINES = 2
_GROUP = Lettering(Face.TEXT, ROW_POINTS)


@dataclass(frozen=True)
class Strip:
    """A row, a part of a row too tall for a page, or (`row` -1) a band across the table with a group's long
    text.
    """

    row: int
    cells: tuple[tuple[str, ...], ...]
    """Lines of each cell."""
    lettering: Lettering
    height: float
    part: int = 0
    parts: int = 1
    ticks: tuple[bool | None, ...] = ()
    """For each cell: an empty or ticked box, or None where it has text."""
    group: str = ""
    group_lines: tuple[str, ...] = ()
    group_lettering: Lettering = _GROUP

    @property
    def group_height(self) -> float:
        """Millimetres that the group's text needs."""
        return len(self.group_lines) * self.group_lettering.pitch + 2 * _ROW_PADDING


class TableSetter:
    """Sets one table to a width; heights follow from the text, at least `row_height` millimetres a row."""

    def __init__(self, table: Table, width: float, measure: Measure) -> None:
        self._table = table
        self._width = width
        self._measure = measure
        self._columns = columns_of(table)
        self._grouped = int(bool(table.group_label))
        self._widths = fitted_widths(self._columns, width)
        self._lefts = [sum(self._widths[:place]) for place in range(len(self._columns) + 1)]

    def heading(self, limit: float) -> tuple[Block, list[str]]:
        """The heading, and the labels it could not hold.

        A heading taller than `limit` is set in smaller type; if that is not enough either, it shows 列 1,
        列 2 and so on, and the labels are returned to be printed once above the table.
        """
        labels = [cell.label for cell in heading_cells(self._columns)]
        for largest in _HEADING_SIZES:
            block = self._heading(labels, largest)
            if block.height <= limit:
                return block, []
        numbers = [f"列{place + 1}" for place in range(len(labels))]
        legend = [f"{number}：{label}" for number, label in zip(numbers, labels, strict=True)]
        return self._heading(numbers, SMALLEST), legend

    def _heading(self, labels: Sequence[str], largest: float) -> Block:
        cells = heading_cells(self._columns)
        sizes = [size for size in _HEADING_SIZES if size <= largest]
        set_cells: list[tuple[tuple[str, ...], Lettering]] = []
        heights = [0.0] * heading_levels(self._columns)
        for cell, label in zip(cells, labels, strict=True):
            width = self._lefts[cell.last + 1] - self._lefts[cell.first] - 2 * _HEADING_PADDING
            lines, lettering = self._label(label, width, sizes, below=cell.top > 0)
            set_cells.append((lines, lettering))
            if cell.top == cell.bottom:
                need = len(lines) * lettering.pitch + 1.0
                heights[cell.top] = max(heights[cell.top], need, 5.2)
        for cell, (lines, lettering) in zip(cells, set_cells, strict=True):
            lacking = len(lines) * lettering.pitch + 1.0 - sum(heights[cell.top : cell.bottom + 1])
            heights[cell.bottom] += max(lacking, 0.0)
        heights[-1] += max(8.0 - sum(heights), 0.0)
        return self._drawn_heading(set_cells, [sum(heights[:level]) for level in range(len(heights) + 1)])

    def _drawn_heading(self, labels: Sequence[tuple[tuple[str, ...], Lettering]], tops: Sequence[float]) -> Block:
        items: list[Item] = [Ground(0, 0, self._width, tops[-1])]
        for cell, (lines, lettering) in zip(heading_cells(self._columns), labels, strict=True):
            left, right = self._lefts[cell.first], self._lefts[cell.last + 1]
            top, bottom = tops[cell.top], tops[cell.bottom + 1]
            area = Item(left + _HEADING_PADDING, top, right - left - 2 * _HEADING_PADDING, bottom - top)
            items += stacked(lines, area, lettering, Align.CENTRE)
            if cell.first:
                items.append(Stroke(left, top, 0, bottom - top, INNER_RULE))
            if cell.top:
                items.append(Stroke(left, top, right - left, 0, INNER_RULE))
        return Block(tops[-1], tuple(items))

    def _label(
        self, label: str, width: float, sizes: Sequence[float], *, below: bool
    ) -> tuple[tuple[str, ...], Lettering]:
        """A label in the largest type that needs few lines: one below a shared heading, else two."""
        allowed = 1 if below else _MANY_LINES
        largest, smallest = (9.0, 7.5) if below else (10.0, 8.0)
        comfortable = [size for size in sizes if smallest <= size <= largest] or sizes[:1]
        for points in comfortable:
            lettering = Lettering(Face.HEAD, points, bold=not below)
            lines = self._measure.lines(label, lettering, width)
            if len(lines) <= allowed:
                break
        return lines, lettering

    def strips(self, capacity: float) -> list[Strip]:
        """All rows, each no taller than `capacity` millimetres; a row that is becomes smaller type, then
        parts.
        """
        rows = rows_of(self._table)
        strips: list[Strip] = []
        known: dict[str, list[Strip]] = {}
        for place, row in enumerate(rows):
            first = not place or rows[place - 1].group != row.group
            if self._grouped and row.group not in known:
                known[row.group] = self._group(row.group, capacity)
            group = known.get(row.group, [])
            if first and len(group) > 1:
                strips += group[1:]
            strips += [
                replace(strip, group=row.group, group_lines=head.group_lines, group_lettering=head.group_lettering)
                for strip in self._row(place, row, capacity)
                for head in (group[:1] or [strip])
            ]
        return strips

    def _group(self, text: str, capacity: float) -> list[Strip]:
        """A strip whose group cell holds the text; a text too tall for that becomes the bands after it."""
        width = self._widths[0] - 2 * _SIDE_PADDING
        for points in _SIZES:
            lettering = Lettering(Face.TEXT, points)
            lines = self._measure.lines(text, lettering, width)
            strip = Strip(-1, (), lettering, 0, group=text, group_lines=lines, group_lettering=lettering)
            if strip.group_height <= capacity:
                return [strip]
        lettering = Lettering(Face.TEXT, ROW_POINTS)
        lines = self._measure.lines(text, lettering, self._width - 2 * _SIDE_PADDING)
        bands = self._parts(Strip(-1, (lines,), lettering, 0, group=text), (self._width,), capacity)
        short = Strip(-1, (), lettering, 0, group=text, group_lines=self._measure.lines("见上文", lettering, width))
        return [short, *bands]

    def _row(self, place: int, row: TableRow, capacity: float) -> list[Strip]:
        widths = self._widths[self._grouped :]
        ticks = tuple(
            bool(cell) if column.tick else None
            for column, cell in zip(self._table.columns, row.cells, strict=True)
        )  # fmt: skip
        least = min(self._table.row_height, capacity)
        for points in _SIZES:
            lettering = Lettering(Face.TEXT, points, row.bold)
            cells = tuple(
                self._measure.lines(cell, lettering, width - 2 * _SIDE_PADDING) if tick is None else ()
                for cell, width, tick in zip(row.cells, widths, ticks, strict=True)
            )
            tallest = max(map(len, cells), default=0) * lettering.pitch + 2 * _ROW_PADDING
            strip = Strip(place, cells, lettering, max(least, tallest), ticks=ticks)
            if strip.height <= capacity:
                return [strip]
        return self._parts(strip, widths, capacity)

    def _parts(self, strip: Strip, widths: Sequence[float], capacity: float) -> list[Strip]:
        pitch = strip.lettering.pitch
        room = int((capacity - 2 * _ROW_PADDING) / pitch)
        left = list(strip.cells)
        parts: list[tuple[tuple[str, ...], ...]] = []
        while not parts or any(left):
            now = []
            for place, lines in enumerate(left):
                width = widths[place] - 2 * _SIDE_PADDING
                sign = self._measure.lines(CONTINUED, strip.lettering, width) if parts and lines else ()
                taken = max(room - len(sign), 1)
                now.append((*sign, *lines[:taken]))
                left[place] = lines[taken:]
            parts.append(tuple(now))
        return [
            replace(
                strip,
                cells=cells,
                height=max(map(len, cells)) * pitch + 2 * _ROW_PADDING,
                part=place,
                parts=len(parts),
                ticks=strip.ticks if not place else (None,) * len(strip.ticks),
            )
            for place, cells in enumerate(parts)
        ]

    def take(self, strips: Sequence[Strip], room: float) -> list[Strip]:
        """The strips from the front that fit into `room`, a group's strips stretched where its text needs
        it.
        """
        taken: list[Strip] = []
        runs: list[list[Strip]] = []
        above = 0.0
        for strip in strips:
            run = runs[-1] if runs and self._same_run(runs[-1][-1], strip) else []
            before = above - (self._run_height(run) if run else 0.0)
            height = before + self._run_height([*run, strip])
            if height > room + 1e-6:
                break
            if run:
                run.append(strip)
            else:
                runs.append([strip])
            above = height
        for run in runs:
            lacking = self._run_height(run) - sum(strip.height for strip in run)
            taken += [replace(strip, height=strip.height + lacking / len(run)) for strip in run]
        return taken

    def _same_run(self, one: Strip, other: Strip) -> bool:
        return bool(self._grouped) and one.row >= 0 and other.row >= 0 and one.group == other.group

    def _run_height(self, run: Sequence[Strip]) -> float:
        total = sum(strip.height for strip in run)
        return max(total, run[0].group_height) if self._grouped and run[0].row >= 0 else total

    def body(self, strips: Sequence[Strip], y: float) -> tuple[list[Item], list[RowPlace]]:
        """The drawing of strips from `y` downwards, without the outer frame, and where each row stands."""
        items: list[Item] = []
        places: list[RowPlace] = []
        start = self._lefts[self._grouped]
        run_top = y
        for place, strip in enumerate(strips):
            following = strips[place + 1] if place + 1 < len(strips) else None
            items += self._band(strip, y) if strip.row < 0 else self._cells(strip, y)
            if strip.row >= 0:
                places.append(RowPlace(strip.row, strip.part, strip.parts, y, strip.height))
            y += strip.height
            joined = following is not None and self._same_run(strip, following)
            if following is not None:
                left = start if joined else 0.0
                items.append(Stroke(left, y, self._width - left, 0, INNER_RULE))
            if not joined:
                items += self._group_cell(strip, run_top, y)
                run_top = y
        return items, places

    def _group_cell(self, strip: Strip, top: float, bottom: float) -> Iterable[Item]:
        if not self._grouped or strip.row < 0:
            return []
        area = Item(_SIDE_PADDING, top, self._widths[0] - 2 * _SIDE_PADDING, bottom - top)
        return stacked(strip.group_lines, area, strip.group_lettering, Align.CENTRE)

    def _band(self, strip: Strip, y: float) -> list[Item]:
        area = Item(_SIDE_PADDING, y, self._width - 2 * _SIDE_PADDING, strip.height)
        return stacked(strip.cells[0], area, strip.lettering, Align.LEFT)

    def _cells(self, strip: Strip, y: float) -> list[Item]:
        items: list[Item] = []
        for place, column in enumerate(self._table.columns):
            left, width = self._lefts[place + self._grouped], self._widths[place + self._grouped]
            tick = strip.ticks[place]
            if left:
                items.append(Stroke(left, y, 0, strip.height, INNER_RULE))
            if tick is None:
                area = Item(left + _SIDE_PADDING, y, width - 2 * _SIDE_PADDING, strip.height)
                items += stacked(strip.cells[place], area, strip.lettering, column.align)
            else:
                side = min(BOX_SIDE, strip.height - 0.5)
                corner = (left + (width - side) / 2, y + (strip.height - side) / 2)
                items.append(Box(*corner, side, side, tick))
        return items


def table_frame(width: float, heading: float, height: float) -> list[Item]:
    """The outer rules of heading and rows together, and the rule below the heading."""
    rules = frame(width, height)
    return [*rules, Stroke(0, heading, width, 0, INNER_RULE)] if height > heading else rules
