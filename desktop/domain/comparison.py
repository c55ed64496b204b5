"""Two states of the statistics table: what a snapshot keeps, and what differs between two tables, row by row."""

from collections.abc import Mapping
from dataclasses import dataclass

from desktop.domain.dates import is_full
from desktop.domain.figures import NOTHING, Count
from desktop.domain.statistics import (
    Check,
    Layout,
    Measure,
    Placed,
    StatisticsColumn,
    StatisticsGroup,
    StatisticsRow,
    StatisticsTable,
)

FORMAT = 1
"""The kind of file a snapshot is; a higher number comes from a newer program."""

LABELS = {
    "standard.number": "标准号", "title": "标准名称", "code": "体系编号", "branch": "子体系",
    "standard.level": "标准级别", "standard.nature": "性质", "standard.kind": "标准类别", "department": "责任处室",
    "published": "发布日期", "effective": "实施日期", "status": "状态", "planned": "待制定",
}  # fmt: skip
"""The cells of a row that are compared, in the order they are told."""


Altered = Mapping[str, tuple[tuple[str, str, str], ...]]
"""Key → (path, before, after) of the cells that differ."""


@dataclass(frozen=True)
class KeptRow:
    """One line of a kept table; each figure as the places of its rows among the kept ones."""

    label: str
    planned: tuple[int, ...]
    present: tuple[int, ...]
    drafting: tuple[int, ...]
    obsolete: tuple[int, ...]
    across: Mapping[str, tuple[int, ...]]
    stated: int


@dataclass(frozen=True)
class KeptGroup:
    """The lines of one group and its total."""

    label: str
    rows: tuple[KeptRow, ...]
    total: KeptRow


@dataclass(frozen=True)
class Kept:
    """What a snapshot holds: figures with the rows behind them, free of the ledgers and of later counting rules."""

    format: int
    program: str
    unit: str
    as_of: str
    layout: Layout
    owners: tuple[str, ...] | None
    versions: Mapping[str, str]
    rows: tuple[Placed, ...]
    groups: tuple[KeptGroup, ...]
    checks: tuple[Check, ...]


@dataclass(frozen=True)
class Side:
    """One side of a comparison: a table and its rows by key."""

    table: StatisticsTable
    rows: Mapping[str, Placed]


def kept_groups(table: StatisticsTable, rows: tuple[Placed, ...]) -> tuple[KeptGroup, ...]:
    """The figures of a table over these rows."""
    place = {row.key: at for at, row in enumerate(rows)}

    def places(figure: Count) -> tuple[int, ...]:
        return tuple(place[key] for key in figure.keys)

    def line(row: StatisticsRow) -> KeptRow:
        return KeptRow(
            row.label, places(row.planned), places(row.present), places(row.drafting), places(row.obsolete),
            {value: places(figure) for value, figure in row.across.items()}, row.stated,
        )  # fmt: skip

    return tuple(KeptGroup(group.label, tuple(map(line, group.rows)), line(group.total)) for group in table.groups)


def restored(kept: Kept) -> Side:
    """The table as it was frozen; ValueError if the file contradicts itself."""
    rows = {row.key: row for row in kept.rows}
    if kept.format != FORMAT or len(rows) != len(kept.rows) or not is_full(kept.as_of):
        raise ValueError("snapshot")
    groups = []
    for group in kept.groups:
        lines = [_line(row, kept.rows) for row in (*group.rows, group.total)]
        groups.append(StatisticsGroup(group.label, tuple(lines[:-1]), lines[-1]))
    if not groups or not kept.layout.columns:
        raise ValueError("snapshot")
    return Side(StatisticsTable(kept.layout, kept.as_of, tuple(groups), kept.checks), rows)


def _line(row: KeptRow, rows: tuple[Placed, ...]) -> StatisticsRow:
    def figure(places: tuple[int, ...]) -> Count:
        if any(not 0 <= place < len(rows) for place in places):
            raise ValueError("snapshot")
        found = [rows[place] for place in places]
        return Count(tuple(item.key for item in found), frozenset(item.thing for item in found))

    return StatisticsRow(
        row.label, figure(row.planned), figure(row.present), figure(row.drafting), figure(row.obsolete),
        {value: figure(places) for value, places in row.across.items()}, row.stated,
    )  # fmt: skip


@dataclass(frozen=True)
class ChangedRow:
    """A row that differs: `mark` is 新增, 移出 or 变化; `told` names the cells with old and new value paths."""

    mark: str
    key: str
    row: Placed
    cells: tuple[tuple[str, str, str], ...] = ()
    """(path, before, after)."""


@dataclass(frozen=True)
class ComparedCell:
    """One figure on both sides with its rows that differ."""

    old: str
    new: str
    change: str
    rows: tuple[ChangedRow, ...]


@dataclass(frozen=True)
class ComparedLine:
    """One line of the comparison; `cells` follow the layout's columns."""

    group: str
    label: str
    cells: tuple[ComparedCell, ...]
    total: bool


def compared(old: Side, new: Side) -> list[ComparedLine]:
    """Both tables line by line; a line that one side lacks counts as nothing there."""
    found = []
    old_groups = {group.label: group for group in old.table.groups}
    new_groups = {group.label: group for group in new.table.groups}
    altered = _altered(old.rows, new.rows)
    columns = new.table.layout.columns
    for name in dict.fromkeys((*new_groups, *old_groups)):
        before, after = _lines(old_groups.get(name)), _lines(new_groups.get(name))
        for total, label in sorted(dict.fromkeys((*after, *before)), key=lambda place: place[0]):
            one, other = before.get((total, label), _nothing(label)), after.get((total, label), _nothing(label))
            cells = tuple(_cell(column, one, other, old, new, altered) for column in columns)
            found.append(ComparedLine(name, label, cells, total))
    return found


def _lines(group: StatisticsGroup | None) -> dict[tuple[bool, str], StatisticsRow]:
    if group is None:
        return {}
    return {**{(False, row.label): row for row in group.rows}, (True, group.total.label): group.total}


def _nothing(label: str) -> StatisticsRow:
    return StatisticsRow(label, Count(), Count(), Count(), Count())


def _cell(
    column: StatisticsColumn, one: StatisticsRow, other: StatisticsRow, old: Side, new: Side, altered: Altered
) -> ComparedCell:
    before, after = one.proof(column).keys, other.proof(column).keys
    rows = _moved({key: old.rows[key] for key in before}, {key: new.rows[key] for key in after}, altered)
    return ComparedCell(one.shown(column), other.shown(column), _change(column, one, other), tuple(rows))


def _change(column: StatisticsColumn, one: StatisticsRow, other: StatisticsRow) -> str:
    """± of the figures; of percentages the difference of what is shown, a dash where one side has none."""
    if column.measure is not Measure.RATIO:
        return _signed(int(other.shown(column)) - int(one.shown(column)))
    if one.ratio.tenths is None or other.ratio.tenths is None:
        return NOTHING
    tenths = other.ratio.tenths - one.ratio.tenths
    return "0.0" if tenths == 0 else f"{'+' if tenths > 0 else '−'}{abs(tenths) // 10}.{abs(tenths) % 10}"


def _signed(number: int) -> str:
    return "0" if number == 0 else f"{'+' if number > 0 else '−'}{abs(number)}"


def changed_rows(old: Mapping[str, Placed], new: Mapping[str, Placed]) -> list[ChangedRow]:
    """Rows of one side only, then rows whose cells differ."""
    return _moved(old, new, _altered(old, new))


def _altered(old: Mapping[str, Placed], new: Mapping[str, Placed]) -> Altered:
    """Once for all figures: one row stands behind many of them."""
    both = {key: different_cells(old[key], row) for key, row in new.items() if key in old}
    return {key: cells for key, cells in both.items() if cells}


def _moved(old: Mapping[str, Placed], new: Mapping[str, Placed], altered: Altered) -> list[ChangedRow]:
    found = [ChangedRow("新增", key, row) for key, row in new.items() if key not in old]
    found += [ChangedRow("移出", key, row) for key, row in old.items() if key not in new]
    found += [ChangedRow("变化", key, row, altered[key]) for key, row in new.items() if key in old and key in altered]
    return found


def different_cells(old: Placed, new: Placed) -> tuple[tuple[str, str, str], ...]:
    """(path, before, after) of the cells that differ."""
    before, after = _cells(old), _cells(new)
    return tuple((path, before[path], after[path]) for path in LABELS if before[path] != after[path])


def _cells(row: Placed) -> dict[str, str]:
    own = {"status": row.status, "planned": "是" if row.planned else ""}
    return {path: own[path] if path in own else str(row.values.get(path) or "") for path in LABELS}
