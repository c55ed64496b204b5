"""标准统计表 (GB/T 13016-2018; handbook 1.3): layouts are data, counts follow from the detail entries.

Counting rules: a part of a standard counts as one; a standard at several nodes counts once; a planned entry counts in
应有数 only; superseded and withdrawn standards are not present; upcoming ones are; those without dates count as present
and are named for checking.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from desktop.domain.figures import Count, Ratio, count, union
from desktop.domain.record import Cell

OBSOLETE = ("superseded", "withdrawn")
FURTHER, UNFILLED = "表外其他", "未填写"
"""Rows added for values that the layout has no row for, and for blanks."""


class Measure(StrEnum):
    """A column of the table."""

    PLANNED = "planned"
    PRESENT = "present"
    RATIO = "ratio"
    DRAFTING = "drafting"
    OBSOLETE = "obsolete"


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
    def present(self) -> bool:
        """Whether a standard exists and is not obsolete."""
        return not self.planned and not self.obsolete


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
    """An official or own form of the table."""

    id: str
    name: str
    title: str
    groups: tuple[GroupLayout, ...]
    columns: tuple[tuple[Measure, str], ...]


@dataclass(frozen=True)
class StatisticsRow:
    """One row with a proof for each figure."""

    label: str
    planned: Count
    present: Count
    drafting: Count
    obsolete: Count

    @property
    def ratio(self) -> Ratio:
        """现有数 ÷ 应有数."""
        return Ratio(self.present.value, self.planned.value)

    def shown(self, measure: Measure) -> str:
        """The text of one cell."""
        return self.ratio.shown if measure is Measure.RATIO else str(self.proof(measure).value)

    def proof(self, measure: Measure) -> Count:
        """The rows behind one cell; those of a ratio are its numerator's."""
        return {
            Measure.PLANNED: self.planned, Measure.PRESENT: self.present, Measure.RATIO: self.present,
            Measure.DRAFTING: self.drafting, Measure.OBSOLETE: self.obsolete,
        }[measure]  # fmt: skip


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


def tabulate(layout: Layout, placed: Sequence[Placed], as_of: str) -> StatisticsTable:
    """Count the entries into the layout and prove the totals."""
    groups = tuple(_group(group, placed) for group in layout.groups)
    return StatisticsTable(layout, as_of, groups, tuple(_checks(groups, placed)))


def _group(layout: GroupLayout, placed: Sequence[Placed]) -> StatisticsGroup:
    by_value: dict[str, list[Placed]] = {}
    for entry in placed:
        by_value.setdefault(str(entry.values.get(layout.path) or ""), []).append(entry)
    items = list(layout.items) or [Item(value, value) for value in sorted(by_value) if value]
    known = {item.value for item in items}
    rows = [_row(item.label, by_value.get(item.value, [])) for item in items]
    for label, wanted in ((FURTHER, True), (UNFILLED, False)):
        rest = [
            item
            for value, items_ in by_value.items()
            if value not in known and bool(value) is wanted
            for item in items_
        ]
        if rest:
            rows.append(_row(label, rest))
    return StatisticsGroup(layout.label, tuple(rows), _total(layout.total, rows))


def _total(label: str, rows: Sequence[StatisticsRow]) -> StatisticsRow:
    """The sum of the rows, each thing once; held against the detail entries by the checks."""
    return StatisticsRow(
        label,
        *(union(getattr(row, name) for row in rows) for name in ("planned", "present", "drafting", "obsolete")),
    )


def _row(label: str, entries: Iterable[Placed]) -> StatisticsRow:
    entries = list(entries)
    return StatisticsRow(
        label,
        planned=count((entry.key, entry.thing) for entry in entries if not entry.obsolete),
        present=count((entry.key, entry.thing) for entry in entries if entry.present),
        drafting=count((entry.key, entry.thing) for entry in entries if entry.planned),
        obsolete=count((entry.key, entry.thing) for entry in entries if entry.obsolete),
    )


def _checks(groups: Sequence[StatisticsGroup], placed: Sequence[Placed]) -> Iterable[Check]:
    for measure in (Measure.PLANNED, Measure.PRESENT):
        counted = [entry for entry in placed if (entry.present if measure is Measure.PRESENT else not entry.obsolete)]
        things = frozenset(entry.thing for entry in counted)
        odd = frozenset(thing for group in groups for thing in group.total.proof(measure).things ^ things)
        if odd:
            keys = tuple(entry.key for entry in placed if entry.thing in odd)
            yield Check(False, f"共计与明细表不一致，差 {len(odd)} 项，请看列出的行", keys)
            return
    rows = len(placed)
    gone = sum(entry.obsolete for entry in placed)
    doubled = rows - gone - (groups[0].total.planned.value if groups else 0)
    words = "两组共计相等；" if len(groups) > 1 else ""
    twice = f"，再去掉同一标准的重复 {doubled} 行" if doubled else ""
    planned = groups[0].total.planned.value if groups else 0
    yield Check(True, f"{words}应有数 {planned} = 明细表 {rows} 行 − 废止和被代替 {gone} 行{twice}。")
    for group in groups:
        parts = sum(row.planned.value for row in group.rows)
        if parts != group.total.planned.value:
            yield Check(True, f"{group.label}：有标准分属几行，共计只计 1 次，比各行之和少 "
                              f"{parts - group.total.planned.value}。")  # fmt: skip
    if unsure := [entry.key for entry in placed if entry.present and entry.status == "unverified"]:
        yield Check(True, f"现有数中有 {len(unsure)} 行没有发布、实施日期，状态待核实。", tuple(unsure))
