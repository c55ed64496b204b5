"""What a person asks of one column: picked values, words, a span. Its condition, its words, and the values to pick."""

import calendar
import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace

from desktop.app.session import Session
from desktop.domain.dates import first_day, is_full, quarter
from desktop.domain.query import Condition, Group, Op, Query, Test
from desktop.domain.record import Cell, Column, Field, Kind

BLANK = "（空）"
NAMED = 3
"""Values a chip names before it counts them."""
LISTED = 500
"""Values listed at once; others are reached by searching."""
_PICKING = (Op.IN, Op.NOT_IN, Op.BLANK, Op.FILLED)


@dataclass(frozen=True)
class ColumnFilter:
    """The parts of one column's filter, all of which must hold; a part that is None or empty asks nothing."""

    picked: Test | None = None
    contains: str = ""
    without: str = ""
    since: Cell = None
    until: Cell = None

    def condition(self, path: str) -> Condition | None:
        """The parts as conditions on `path`; None if nothing is asked."""
        tests: list[Condition] = [replace(self.picked, path=path)] if self.picked is not None else []
        if self.contains:
            tests.append(Test(path, Op.CONTAINS, (self.contains,)))
        if self.without:
            tests.append(Group((Test(path, Op.CONTAINS, (self.without,)),), negated=True))
        if self.since is not None:
            tests.append(Test(path, Op.FROM, (self.since,)))
        if self.until is not None:
            tests.append(Test(path, Op.UNTIL, (self.until,)))
        if not tests:
            return None
        return tests[0] if len(tests) == 1 and isinstance(tests[0], Test) else Group(tuple(tests))

    @classmethod
    def of(cls, condition: Condition | None) -> "ColumnFilter":
        """The parts of a condition that `condition` made; parts of any other form are left out."""
        made = cls()
        for part in _parts(condition):
            if isinstance(part, Group):
                inner = part.tests[0] if part.negated and len(part.tests) == 1 else None
                if isinstance(inner, Test) and inner.op is Op.CONTAINS:
                    made = replace(made, without=str(inner.values[0]))
            elif part.op in _PICKING:
                made = replace(made, picked=part)
            elif part.op is Op.CONTAINS:
                made = replace(made, contains=str(part.values[0]))
            elif part.op is Op.FROM:
                made = replace(made, since=part.values[0])
            elif part.op is Op.UNTIL:
                made = replace(made, until=part.values[0])
        return made

    def words(self, field: Field) -> str:
        """What is asked, as a person says it."""
        said = [_picked_words(self.picked, field)] if self.picked is not None else []
        if self.contains:
            said.append(f"含“{self.contains}”")
        if self.without:
            said.append(f"不含“{self.without}”")
        if self.since is not None and self.until is not None:
            said.append(f"{self.since} 至 {self.until}")
        elif self.since is not None:
            said.append(f"{self.since} 起")
        elif self.until is not None:
            said.append(f"{self.until} 止")
        return "，".join(said)


def _parts(condition: Condition | None) -> tuple[Condition, ...]:
    if condition is None:
        return ()
    if isinstance(condition, Group) and condition.every and not condition.negated:
        return tuple(part for test in condition.tests for part in _parts(test))
    return (condition,)


def _picked_words(picked: Test, field: Field) -> str:
    if picked.op in (Op.BLANK, Op.FILLED):
        return BLANK if picked.op is Op.BLANK else "有内容"
    shown = list(dict.fromkeys(field.show(value) or BLANK for value in picked.values))
    listed = "、".join(shown[:NAMED]) + (f" 等 {len(shown)} 项" if len(shown) > NAMED else "")
    return listed if picked.op is Op.IN else f"除 {listed} 外"


def paths_of(condition: Condition) -> set[str]:
    """The paths a condition looks at."""
    if isinstance(condition, Test):
        return {condition.path}
    return {path for test in condition.tests for path in paths_of(test)}


def condition_words(condition: Condition, column: Column | None) -> str:
    """A chip's words after the heading."""
    return (ColumnFilter.of(condition).words(column.field) if column is not None else "") or "自定条件"


@dataclass(frozen=True)
class Value:
    """One value of a column among the rows asked: its text and how many rows have it; blank is None and no text."""

    cell: Cell
    text: str
    count: int


def values_of(session: Session, query: Query, column: Column) -> list[Value]:
    """The values of a column in the rows of a query: blank first, then in the order the column sorts by.

    Choices stand in declared order, dates newest first.
    """
    counted = session.read.values(replace(query, sort=()), column.path)
    blanks = sum(count for cell, count in counted if cell in (None, ""))
    found = [Value(cell, column.field.show(cell), count) for cell, count in counted if cell not in (None, "")]
    field = column.field
    if field.choices:
        places = {choice.value: place for place, choice in enumerate(field.choices)}
        found.sort(key=lambda value: places.get(str(value.cell), len(places)))
    elif field.kind is Kind.DATE:
        found.sort(key=lambda value: value.text, reverse=True)
    elif field.kind in (Kind.INTEGER, Kind.DECIMAL, Kind.FLAG):
        found.sort(key=lambda value: float(value.cell or 0))
    else:
        pinyin = session.read.pinyin
        found.sort(key=lambda value: pinyin.sort_key(value.text))
    return [Value(None, "", blanks), *found] if blanks else found


def picking(values: Sequence[Value], picked: set[Cell]) -> Test | None:
    """The test that lets exactly the picked of these values pass; None if that is all. The path is left open."""
    if all(value.cell in picked for value in values):
        return None
    others = {value.cell for value in values} - picked
    if picked == {None} or others == {None}:
        return Test("", Op.BLANK if picked == {None} else Op.FILLED)
    chosen = [value.cell for value in values if value.cell in picked]
    left = [value.cell for value in values if value.cell not in picked]
    short, op = (chosen, Op.IN) if len(chosen) <= max(len(left), NAMED) else (left, Op.NOT_IN)
    blank: tuple[Cell, ...] = (None, "") if None in short else ()
    return Test("", op, (*blank, *(cell for cell in short if cell is not None)))


def span_of(name: str, today: str) -> tuple[str, str]:
    """First and last day of 今年, 本季度 or 本月."""
    year, month = int(today[:4]), int(today[5:7])
    if name == "今年":
        return f"{year}-01-01", f"{year}-12-31"
    first = month if name == "本月" else int(quarter(today)[-1]) * 3 - 2
    return f"{year}-{first:02d}-01", last_day(f"{year}-{month if name == '本月' else first + 2:02d}")


def last_day(iso: str) -> str:
    """The last day a date of any precision may mean, so that “until 2020” takes in all of 2020."""
    if is_full(iso):
        return iso
    if len(iso) == 4:
        return f"{iso}-12-31"
    day = datetime.date.fromisoformat(first_day(iso))
    return day.replace(day=calendar.monthrange(day.year, day.month)[1]).isoformat()
