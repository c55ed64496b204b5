"""`Query`: the only way ledgers are asked for rows. A value, evaluated here over rows (the oracle of the tests) and
compiled to SQL by `store.reading`."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import partial

from desktop.domain.dates import first_day
from desktop.domain.pinyin import PinyinTable, fold
from desktop.domain.record import Cell, Kind, Row, Schema, Timeline

KEY = "key"
OWNER = "owner"
"""Two paths every ledger has: a row's key and the organisation the key belongs to."""


class Op(StrEnum):
    """How a test compares a cell with its values."""

    IN = "in"
    NOT_IN = "not_in"
    BLANK = "blank"
    FILLED = "filled"
    CONTAINS = "contains"
    FROM = "from"
    UNTIL = "until"
    FOUND = "found"
    """Full-text: every word stands in the row's text, or its pinyin initials do."""


@dataclass(frozen=True)
class Test:
    """One condition on the cell at `path`; FOUND looks at the whole row and ignores the path."""

    __test__ = False

    path: str
    op: Op
    values: tuple[Cell, ...] = ()


@dataclass(frozen=True)
class Group:
    """Conditions joined by and (`every`) or by or."""

    tests: tuple["Condition", ...] = ()
    every: bool = True
    negated: bool = False


Condition = Test | Group
EVERYTHING = Group()


@dataclass(frozen=True)
class Sort:
    """One sort key; Chinese sorts by pinyin, standard numbers by their own order, blanks last."""

    path: str
    descending: bool = False


@dataclass(frozen=True)
class Query:
    """Which rows of a ledger, in which order, as seen on which day (`as_of`, ISO date, for derived states)."""

    ledger: str
    where: Condition = EVERYTHING
    sort: tuple[Sort, ...] = ()
    as_of: str = ""
    deleted: bool = False
    """Show the recycle bin instead of live rows."""

    def also(self, *tests: Condition) -> "Query":
        """The same query narrowed by further conditions."""
        return replace(self, where=Group((self.where, *tests)))


def where(**values: Cell) -> Group:
    """Equality on own fields: `where(version=key)`."""
    return Group(tuple(Test(path, Op.IN, (value,)) for path, value in values.items()))


def owner_of(key: str) -> str:
    """The organisation a key belongs to: `330106.k3f9` of `330106.k3f9-01J…`."""
    return key.partition("-")[0]


@dataclass
class Rows:
    """An in-memory library: ledger name → key → row, with the derived cells merged in. The oracle's data."""

    schema: Schema
    ledgers: Mapping[str, Mapping[str, Row]]
    pinyin: PinyinTable
    texts: Callable[[str, Row], str] = field(default=lambda _ledger, _row: "")

    def cell(self, ledger: str, row: Row, path: str, as_of: str) -> Cell:
        """The cell at a path, following references; a dead reference reads as blank."""
        if path == OWNER:
            return owner_of(str(row[KEY]))
        if path == KEY:
            return row[KEY]
        if path.startswith("@"):
            return row.get(path[1:])
        first, _, rest = path.partition(".")
        declared = self.schema.ledger(ledger).field(first)
        if rest:
            target = self.ledgers[declared.target].get(str(row.get(first)))
            return None if target is None else self.cell(declared.target, target, rest, as_of)
        if isinstance(declared.source, Timeline):
            return seen_on(declared.source, row, as_of)
        return row.get(declared.source or first)

    def run(self, query: Query) -> list[Row]:
        """The rows a query names, in its order; ties by key."""
        found = [
            row
            for row in self.ledgers[query.ledger].values()
            if bool(row.get("_del")) == query.deleted and self._holds(query, row, query.where)
        ]
        found.sort(key=lambda row: str(row[KEY]))
        for wanted in reversed(query.sort):
            sort = replace(wanted, path=sort_path(self.schema, query.ledger, wanted.path))
            kind = _kind(self.schema, query.ledger, sort.path)
            filled = [row for row in found if not _blank(self.cell(query.ledger, row, sort.path, query.as_of))]
            blank = [row for row in found if _blank(self.cell(query.ledger, row, sort.path, query.as_of))]
            filled.sort(key=partial(self._order, query, sort, kind), reverse=sort.descending)
            found = filled + blank
        return found

    def _order(self, query: Query, sort: Sort, kind: Kind, row: Row) -> tuple[int, float, str]:
        cell = self.cell(query.ledger, row, sort.path, query.as_of)
        if sort.path not in (KEY, OWNER) and (by := self.schema.steps(query.ledger, sort.path)[-1].order):
            before, dot, _ = sort.path.rpartition(".")
            return (1, 0.0, str(self.cell(query.ledger, row, f"{before}{dot}@{by}", query.as_of)))
        if kind in (Kind.INTEGER, Kind.DECIMAL, Kind.FLAG):
            return (0, float(cell or 0), "")
        if choices := choice_order(self.schema, query.ledger, sort.path):
            return (0, float(choices.index(str(cell)) if cell in choices else len(choices)), "")
        if kind in (Kind.TEXT, Kind.LONG_TEXT):
            return (1, 0.0, self.pinyin.sort_key(str(cell)))
        return (1, 0.0, str(cell))

    def _holds(self, query: Query, row: Row, condition: Condition) -> bool:
        if isinstance(condition, Group):
            joined = (all if condition.every else any)(self._holds(query, row, test) for test in condition.tests)
            return joined != condition.negated
        if condition.op is Op.FOUND:
            return self._found(query.ledger, row, str(condition.values[0]))
        return compare(condition, self.cell(query.ledger, row, condition.path, query.as_of))

    def _found(self, ledger: str, row: Row, words: str) -> bool:
        body = fold(self.texts(ledger, row))
        return all(matches(self.pinyin, body, word) for word in fold(words).split())


def matches(pinyin: PinyinTable, body: str, word: str) -> bool:
    """Whether a folded text holds a word as written, or with pinyin initials for some of its characters."""
    if word in body:
        return True
    return any(_initials_at(pinyin, line, word) for line in body.split("\n"))


def _initials_at(pinyin: PinyinTable, line: str, word: str) -> bool:
    if not any(letter.isascii() and letter.isalpha() for letter in word):
        return False
    readings = (pinyin.initials(line), *pinyin.alternatives(line))
    if word.isascii() and word.isalnum():
        return any(word in reading for reading in readings)
    return any(
        all(line[at + i] == letter or reading[at + i] == letter for i, letter in enumerate(word))
        for reading in readings
        for at in range(len(line) - len(word) + 1)
    )


def compare(test: Test, cell: Cell) -> bool:
    """Whether one cell passes one test; blanks pass only BLANK and NOT_IN."""
    match test.op:
        case Op.BLANK:
            return _blank(cell)
        case Op.FILLED:
            return not _blank(cell)
        case Op.IN:
            return cell in test.values
        case Op.NOT_IN:
            return cell not in test.values
        case Op.CONTAINS:
            return not _blank(cell) and fold(str(test.values[0])) in fold(str(cell))
        case Op.FROM:
            return not _blank(cell) and _ordered(cell) >= _ordered(test.values[0])
        case Op.UNTIL:
            return not _blank(cell) and _ordered(cell) <= _ordered(test.values[0])
    raise ValueError(test.op)


def seen_on(timeline: Timeline, row: Row, as_of: str) -> str:
    """The value of a timeline over the row's derived date columns on a day."""
    for column, value in timeline.cases:
        day = row.get(column)
        if day is not None and str(day) <= as_of:
            return value
    return timeline.default


def sort_path(schema: Schema, ledger: str, path: str) -> str:
    """References sort by the name of their target."""
    return path if path in (KEY, OWNER) else schema.naming(ledger, path)


def choice_order(schema: Schema, ledger: str, path: str) -> tuple[str, ...]:
    """The values of a choice field in declared order, by which it sorts; empty for other fields."""
    if path in (KEY, OWNER):
        return ()
    return tuple(choice.value for choice in schema.steps(ledger, path)[-1].choices)


def _kind(schema: Schema, ledger: str, path: str) -> Kind:
    if path in (KEY, OWNER):
        return Kind.REFERENCE
    return schema.steps(ledger, path)[-1].kind


def _blank(cell: Cell) -> bool:
    return cell is None or cell == ""


def _ordered(cell: Cell) -> tuple[float, str]:
    return (float(cell), "") if isinstance(cell, int) else (0.0, _from_day(str(cell)))


_PART_OF_DATE = re.compile(r"[12][0-9]{3}(-[01][0-9])?")


def _from_day(text: str) -> str:
    """A date of less than day precision as its first day; other text as it is."""
    return first_day(text) if _PART_OF_DATE.fullmatch(text) else text
