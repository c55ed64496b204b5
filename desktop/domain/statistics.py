"""标准统计表 (GB/T 13016-2018; handbook 1.3): layouts are data, counts follow from the detail entries.

Counting rules: a part of a standard counts as one; a standard at several nodes counts once; a planned entry, and a
standard not published by the day, counts in 应有数 only; superseded and withdrawn standards are not present; upcoming
ones are; those without dates count as present and are named for checking.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from desktop.domain.figures import Count, Ratio, count, union
from desktop.domain.record import Cell
from desktop.domain.standard_words import Status

OBSOLETE = (Status.SUPERSEDED, Status.WITHDRAWN)
FURTHER, UNFILLED = "表外其他", "未填写"
"""Rows and columns added for values that the layout has none for, and for blanks."""

BRANCH = "branch"
"""The path of the sub-systems, whose 应有数 can be filled in."""

STATED = "另行填写的应有数"
"""The row, in groups that are not of sub-systems, of what filled-in 应有数 say beyond the detail entries."""


class Measure(StrEnum):
    """What a column of the table tells of its rows."""

    PLANNED = "planned"
    PRESENT = "present"
    RATIO = "ratio"
    DRAFTING = "drafting"
    OBSOLETE = "obsolete"
    ACROSS = "across"
    """现有数 of the entries that have the column's value at the layout's `across`."""


@dataclass(frozen=True)
class StatisticsColumn:
    """A column of a layout; `value` is that of an ACROSS column."""

    measure: Measure
    label: str = ""
    value: str = ""


@dataclass(frozen=True)
class Placed:
    """A detail entry as the table sees it: what it stands for (`thing`), its standard's status, its values by path."""

    key: str
    thing: str
    planned: bool
    status: str
    values: Mapping[str, Cell]

    @property
    def obsolete(self) -> bool:
        """Whether the standard is superseded or withdrawn."""
        return not self.planned and self.status in OBSOLETE

    @property
    def drafting(self) -> bool:
        """Whether there is no standard yet: it is planned, or published only after the day (handbook 4.4)."""
        return self.planned or self.status == Status.UNPUBLISHED

    @property
    def present(self) -> bool:
        """Whether a standard exists and is not obsolete."""
        return not self.drafting and not self.obsolete


@dataclass(frozen=True)
class Item:
    """A row of a layout: entries whose value is `value`."""

    value: str
    label: str


@dataclass(frozen=True)
class GroupLayout:
    """Rows by the values at `path`; without `items` one row for each value found."""

    label: str
    path: str
    items: tuple[Item, ...]
    total: str


@dataclass(frozen=True)
class Layout:
    """An official or own form of the table; a cross table counts by the values at `across` too."""

    id: str
    name: str
    title: str
    groups: tuple[GroupLayout, ...]
    columns: tuple[StatisticsColumn, ...]
    across: str = ""
    bureau_only: bool = False


@dataclass(frozen=True)
class StatisticsRow:
    """One row with a proof for each figure; `stated` is what 应有数 filled in by hand say beyond the entries."""

    label: str
    planned: Count
    present: Count
    drafting: Count
    obsolete: Count
    across: Mapping[str, Count] = field(default_factory=dict)
    stated: int = 0

    @property
    def wanted(self) -> int:
        """应有数: what is filled in, else what the entries tell."""
        return self.planned.value + self.stated

    @property
    def ratio(self) -> Ratio:
        """现有数 ÷ 应有数."""
        return Ratio(self.present.value, self.wanted)

    @property
    def exceeds(self) -> bool:
        """Whether more is there than should be."""
        return self.present.value > max(self.wanted, 0)

    def shown(self, column: StatisticsColumn) -> str:
        """The text of one cell."""
        match column.measure:
            case Measure.RATIO:
                return self.ratio.shown
            case Measure.PLANNED:
                return str(self.wanted)
            case _:
                return str(self.proof(column).value)

    def proof(self, column: StatisticsColumn) -> Count:
        """The rows behind one cell; those of a ratio are its numerator's."""
        if column.measure is Measure.ACROSS:
            return self.across.get(column.value, Count())
        return {
            Measure.PLANNED: self.planned, Measure.PRESENT: self.present, Measure.RATIO: self.present,
            Measure.DRAFTING: self.drafting, Measure.OBSOLETE: self.obsolete,
        }[column.measure]  # fmt: skip


@dataclass(frozen=True)
class StatisticsGroup:
    """The rows of one group and its total."""

    label: str
    rows: tuple[StatisticsRow, ...]
    total: StatisticsRow


@dataclass(frozen=True)
class Check:
    """One proof of the table in words; `keys` are the rows that break it."""

    holds: bool
    sentence: str
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class StatisticsTable:
    """The table as of a day, with its proofs."""

    layout: Layout
    as_of: str
    groups: tuple[StatisticsGroup, ...]
    checks: tuple[Check, ...]


def tabulate(
    layout: Layout, placed: Sequence[Placed], as_of: str, stated: Mapping[str, int] | None = None
) -> StatisticsTable:
    """Count the entries into the layout and prove the totals. `stated`: sub-system → what its filled-in 应有数 say
    beyond its entries (below 0 if they say less)."""
    layout = _widened(layout, placed)
    groups = tuple(_group(layout, group, placed, stated or {}) for group in layout.groups)
    return StatisticsTable(layout, as_of, groups, tuple(_checks(layout, groups, placed)))


def _widened(layout: Layout, placed: Sequence[Placed]) -> Layout:
    """With a column for each kind of value that the columns of a cross table lack."""
    found = {_column_value(layout, entry) for entry in placed if entry.present} if layout.across else set()
    found -= {column.value for column in layout.columns}
    more = tuple(StatisticsColumn(Measure.ACROSS, word, word) for word in (FURTHER, UNFILLED) if word in found)
    return replace(layout, columns=(*layout.columns, *more))


def _column_value(layout: Layout, entry: Placed) -> str:
    value = str(entry.values.get(layout.across) or "")
    known = value in {column.value for column in layout.columns}
    return value if value and known else FURTHER if value else UNFILLED


def _group(layout: Layout, group: GroupLayout, placed: Sequence[Placed], stated: Mapping[str, int]) -> StatisticsGroup:
    by_value: dict[str, list[Placed]] = {}
    for entry in placed:
        by_value.setdefault(str(entry.values.get(group.path) or ""), []).append(entry)
    own = stated if group.path == BRANCH else {}
    items = list(group.items) or [Item(value, value) for value in sorted(by_value.keys() | own.keys()) if value]
    known = {item.value for item in items}
    rows = [_row(layout, item.label, by_value.get(item.value, []), own.get(item.value, 0)) for item in items]
    for label, wanted in ((FURTHER, True), (UNFILLED, False)):
        rest = [
            item
            for value, items_ in by_value.items()
            if value not in known and bool(value) is wanted
            for item in items_
        ]
        if rest:
            rows.append(_row(layout, label, rest))
    if beyond := sum(stated.values()) - sum(row.stated for row in rows):
        rows.append(_row(layout, STATED, (), beyond))
    return StatisticsGroup(group.label, tuple(rows), _total(group.total, rows))


def _total(label: str, rows: Sequence[StatisticsRow]) -> StatisticsRow:
    """The sum of the rows, each thing once; held against the detail entries by the checks."""
    return StatisticsRow(
        label,
        planned=union(row.planned for row in rows),
        present=union(row.present for row in rows),
        drafting=union(row.drafting for row in rows),
        obsolete=union(row.obsolete for row in rows),
        across={value: union(row.across[value] for row in rows) for value in (rows[0].across if rows else ())},
        stated=sum(row.stated for row in rows),
    )


def _row(layout: Layout, label: str, entries: Iterable[Placed], stated: int = 0) -> StatisticsRow:
    entries = list(entries)
    there = [entry for entry in entries if entry.present]
    across = [column.value for column in layout.columns if column.measure is Measure.ACROSS]
    return StatisticsRow(
        label,
        planned=count((entry.key, entry.thing) for entry in entries if not entry.obsolete),
        present=count((entry.key, entry.thing) for entry in there),
        drafting=count((entry.key, entry.thing) for entry in entries if entry.drafting),
        obsolete=count((entry.key, entry.thing) for entry in entries if entry.obsolete),
        across={
            value: count((entry.key, entry.thing) for entry in there if _column_value(layout, entry) == value)
            for value in across
        },
        stated=stated,
    )


def _checks(layout: Layout, groups: Sequence[StatisticsGroup], placed: Sequence[Placed]) -> Iterable[Check]:
    if odd := _odd_things(groups, placed):
        keys = tuple(entry.key for entry in placed if entry.thing in odd)
        yield Check(False, f"共计与明细表不一致，差 {len(odd)} 项，请看列出的行", keys)
        return
    if len({group.total.wanted for group in groups}) > 1:
        yield Check(False, "各组共计的应有数不相等，请核对填写的应有数")
        return
    yield _sum_in_words(groups, placed)
    yield from _parts_in_words(layout, groups)
    yield from _named_rows(groups, placed)


def _odd_things(groups: Sequence[StatisticsGroup], placed: Sequence[Placed]) -> frozenset[str]:
    """What is in a total and not in the detail entries, the other way round, or not in the columns of a cross table."""
    planned = frozenset(entry.thing for entry in placed if not entry.obsolete)
    present = frozenset(entry.thing for entry in placed if entry.present)
    odd: set[str] = set()
    for total in (group.total for group in groups):
        odd |= (total.planned.things ^ planned) | (total.present.things ^ present)
        if total.across:
            odd |= union(total.across.values()).things ^ present
    return frozenset(odd)


def _sum_in_words(groups: Sequence[StatisticsGroup], placed: Sequence[Placed]) -> Check:
    """应有数 as the detail table's rows add up to it."""
    total = groups[0].total
    gone = sum(entry.obsolete for entry in placed)
    doubled = len(placed) - gone - total.planned.value
    words = "两组共计相等；" if len(groups) > 1 else ""
    twice = f"，再去掉同一标准的重复 {doubled} 行" if doubled else ""
    beyond = f"，{'加上' if total.stated > 0 else '减去'}填写的应有数之差 {abs(total.stated)}" if total.stated else ""
    return Check(
        True, f"{words}应有数 {total.wanted} = 明细表 {len(placed)} 行 − 废止和被代替 {gone} 行{twice}{beyond}。"
    )


def _parts_in_words(layout: Layout, groups: Sequence[StatisticsGroup]) -> Iterable[Check]:
    """Why the rows or columns add up to more than the total, where they do."""
    for group in groups:
        parts = sum(row.planned.value for row in group.rows)
        if parts != group.total.planned.value:
            yield Check(True, f"{group.label}：有标准分属几行，共计只计 1 次，比各行之和少 "
                              f"{parts - group.total.planned.value}。")  # fmt: skip
        over = [row.label for row in group.rows if row.exceeds]
        if over:
            yield Check(True, f"{group.label}：{'、'.join(over)}的现有数超过应有数，请核对填写的应有数。")
        beyond = sum(figure.value for figure in group.total.across.values()) - group.total.present.value
        if layout.across and beyond:
            yield Check(True, f"{group.label}：有标准分属几列，现有数只计 1 次，比各列之和少 {beyond}。")


def _named_rows(groups: Sequence[StatisticsGroup], placed: Sequence[Placed]) -> Iterable[Check]:
    """Rows that a person may want to look at."""
    total = groups[0].total.planned
    at: dict[str, list[str]] = {}
    for entry in placed:
        if not entry.obsolete and not entry.planned:
            at.setdefault(entry.thing, []).append(entry.key)
    several = [keys for thing, keys in at.items() if len(keys) > 1 and thing in total.things]
    if several:
        yield Check(
            True, f"有 {len(several)} 项标准同时放在几处，各只计 1 次。", tuple(key for keys in several for key in keys)
        )
    if unsure := [entry.key for entry in placed if entry.present and entry.status == Status.UNVERIFIED]:
        yield Check(True, f"现有数中有 {len(unsure)} 行没有发布、实施日期，状态待核实。", tuple(unsure))
