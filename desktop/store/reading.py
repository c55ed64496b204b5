"""The only reader of ledgers: `Query` in, ids, cells, records or counts out."""

import sqlite3
from array import array
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TypeVar

from desktop import resources
from desktop.domain.pinyin import PinyinTable, fold
from desktop.domain.query import EVERYTHING, KEY, Condition, Group, Op, Query, Test, matches
from desktop.domain.record import Cell, Kind, Record, Row, Schema
from desktop.store.compiling import Compiled
from desktop.store.tables import quoted

AnyRecord = TypeVar("AnyRecord", bound=Record)


@lru_cache(maxsize=50_000)
def _pinyin_key(text: Cell) -> str | None:
    return None if text is None else resources.pinyin().sort_key(str(text))


def _fold(text: Cell) -> str | None:
    return None if text is None else fold(str(text))


def _holds_word(body: str, word: str) -> bool:
    return matches(resources.pinyin(), body, word)


_FUNCTIONS: tuple[tuple[str, int, Callable[..., str | int | None]], ...] = (
    ("pinyin_key", 1, _pinyin_key), ("fold", 1, _fold), ("holds_word", 2, _holds_word),
)  # fmt: skip


class Reader:
    """Reads through one connection, in the thread that made it."""

    def __init__(self, connection: sqlite3.Connection, schema: Schema) -> None:
        self.connection = connection
        self.schema = schema
        for name, count, function in _FUNCTIONS:
            connection.create_function(name, count, function, deterministic=True)

    @property
    def pinyin(self) -> PinyinTable:
        """The pinyin table; loaded when first needed."""
        return resources.pinyin()

    def rids(self, query: Query) -> "array[int]":
        """The ids of all rows a query names, in its order."""
        compiled, condition = self._where(query)
        order = compiled.order(query)
        sql = f"SELECT t.rid {compiled.source()} WHERE {condition} {order}"
        return array("q", (rid for (rid,) in self.connection.execute(sql, compiled.parameters)))

    def extent(self, ledger: str) -> int:
        """A number that the rows of a ledger, deleted ones included, do not exceed; found at once."""
        return int(self.connection.execute(f'SELECT max(rid) FROM "{ledger}"').fetchone()[0] or 0)

    def page(self, ledger: str, rids: Sequence[int], paths: Sequence[str], as_of: str = "") -> list[tuple[Cell, ...]]:
        """The cells at `paths` of the rows `rids`, in the order of `rids`; vanished rows are left out."""
        compiled = Compiled(self.schema, ledger, as_of)
        cells = ", ".join(compiled.expression(path) for path in paths)
        marks = ", ".join(str(int(rid)) for rid in rids)
        sql = f"SELECT t.rid, {cells} {compiled.source()} WHERE t.rid IN ({marks})"
        found = {row[0]: row[1:] for row in self.connection.execute(sql, compiled.parameters)}
        return [found[rid] for rid in rids if rid in found]

    def cells(self, query: Query, paths: Sequence[str], limit: int = -1) -> list[tuple[Cell, ...]]:
        """The cells at `paths` of the rows a query names, in its order: of the first `limit`, or of all."""
        compiled, condition = self._where(query)
        columns = ", ".join(compiled.expression(path) for path in paths)
        order = compiled.order(query)
        sql = f"SELECT {columns} {compiled.source()} WHERE {condition} {order} LIMIT {int(limit)}"
        return self.connection.execute(sql, compiled.parameters).fetchall()

    def count(self, query: Query) -> int:
        """How many rows a query names."""
        compiled, condition = self._where(query)
        sql = f"SELECT count(*) {compiled.source()} WHERE {condition}"
        return int(self.connection.execute(sql, compiled.parameters).fetchone()[0])

    def values(self, query: Query, path: str) -> list[tuple[Cell, int]]:
        """The distinct values at a path among the rows of a query, with their counts, most frequent first."""
        compiled, condition = self._where(query)
        cell = compiled.expression(path)
        sql = f"SELECT {cell}, count(*) {compiled.source()} WHERE {condition} GROUP BY 1 ORDER BY 2 DESC, 1"
        return self.connection.execute(sql, compiled.parameters).fetchall()

    def records(self, record: type[AnyRecord], query: Condition | Query = EVERYTHING) -> list[AnyRecord]:
        """The rows a query names as typed records."""
        ledger = record.ledger
        query = query if isinstance(query, Query) else Query(ledger.name, query)
        names = [field.name for field in ledger.stored]
        return [
            record(**dict(zip((KEY, *names), cells, strict=True)))  # type: ignore[arg-type]
            for cells in self.cells(query, (KEY, *names))
        ]

    def rows(self, query: Query) -> list[dict[str, Cell]]:
        """The rows a query names with their key and stored cells."""
        names = (KEY, *(field.name for field in self.schema.ledger(query.ledger).stored))
        return [dict(zip(names, cells, strict=True)) for cells in self.cells(query, names)]

    def row(self, ledger: str, key: str) -> dict[str, Cell] | None:
        """The live row with this key and its stored cells."""
        return self._one(ledger, key, "AND _del = 0")

    def any_row(self, ledger: str, key: str) -> dict[str, Cell] | None:
        """The row with this key, also from the recycle bin; with `_del` and `_stream`."""
        return self._one(ledger, key, "", ("_del", "_stream"))

    def referring(self, ledger: str, field: str, key: str) -> Sequence[Row]:
        """The live rows of a ledger whose reference holds `key`."""
        names = (KEY, *(item.name for item in self.schema.ledger(ledger).stored))
        sql = f'SELECT {quoted(names)} FROM "{ledger}" WHERE "{field}" = ? AND _del = 0'
        return [dict(zip(names, cells, strict=True)) for cells in self.connection.execute(sql, (key,))]

    def rid_of(self, ledger: str, key: str) -> int | None:
        """The local id of a row."""
        row = self.connection.execute(f'SELECT rid FROM "{ledger}" WHERE key = ?', (key,)).fetchone()
        return None if row is None else int(row[0])

    def caption(self, ledger: str, key: str) -> str:
        """How a person names a row; a missing row is named by a dash."""
        row = self.any_row(ledger, key)
        if row is None:
            return "—"
        declared = self.schema.ledger(ledger)
        words = [self.show(ledger, name, row[name]) for name in declared.caption if row[name] not in (None, "")]
        return " ".join(words) or declared.label

    def show(self, ledger: str, path: str, cell: Cell) -> str:
        """The text of a cell: labels for choices, names for references."""
        if cell is None or path == KEY:
            return str(cell or "")
        field = self.schema.steps(ledger, path)[-1]
        return self.caption(field.target, str(cell)) if field.kind is Kind.REFERENCE else field.show(cell)

    def search(self, words: str, ledgers: Sequence[str], limit: int = 200, *,
               within: Mapping[str, Condition] | None = None) -> list[tuple[str, str]]:  # fmt: skip
        """Rows (ledger, key) that hold all words or their pinyin initials, at most `limit`; those of a ledger named in
        `within` only where its condition holds."""
        found: list[tuple[str, str]] = []
        for ledger in ledgers:
            query = Query(ledger, Test("", Op.FOUND, (words,))).also((within or {}).get(ledger, EVERYTHING))
            compiled, condition = self._where(query)
            sql = f"SELECT t.key {compiled.source()} WHERE {condition} LIMIT {limit - len(found)}"
            found.extend((ledger, key) for (key,) in self.connection.execute(sql, compiled.parameters))
        return found

    def _where(self, query: Query) -> tuple[Compiled, str]:
        compiled = Compiled(self.schema, query.ledger, query.as_of)
        condition = compiled.condition(Group((query.where,)))
        return compiled, f"t._del = {int(query.deleted)} AND {condition}"

    def _one(self, ledger: str, key: str, also: str, extra: tuple[str, ...] = ()) -> dict[str, Cell] | None:
        names = (KEY, *(field.name for field in self.schema.ledger(ledger).stored), *extra)
        row = self.connection.execute(f'SELECT {quoted(names)} FROM "{ledger}" WHERE key = ? {also}', (key,)).fetchone()
        return None if row is None else dict(zip(names, row, strict=True))
