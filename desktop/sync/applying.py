"""Applying segments: the tables as a function of the set of segments.

Each cell has a live set: the operations on it that no other operation's ancestry covers. One live value is shown; two
different ones are a conflict, which a later ordinary edit ends because it descends from both.
"""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field

from desktop.domain.entry import LONGEST_TEXT, fits
from desktop.domain.errors import Refusal
from desktop.domain.keys import is_key
from desktop.domain.query import owner_of
from desktop.domain.record import Cell, Ledger, Schema
from desktop.store.journal import Transaction
from desktop.store.tables import quoted
from desktop.sync.graph import StreamGraph
from desktop.sync.segments import Header, Operation
from desktop.sync.streams import Stream

WHOLE = ""
"""Column under which an operation on a ledger of a newer version is kept as a whole."""


@dataclass(frozen=True)
class Live:
    """One live operation of a cell."""

    seg: int
    idx: int
    at: int
    value: Cell


@dataclass
class Touched:
    """Rows (ledger, key) that applying named, made and marked."""

    named: set[tuple[str, str]] = field(default_factory=set)
    born: set[tuple[str, str]] = field(default_factory=set)


def examine(schema: Schema, connection: sqlite3.Connection, stream: Stream, operations: list[Operation]) -> None:
    """Refusal if any operation is not one that this stream's owner may write, or speaks of a row that is not there."""
    born: set[tuple[str, str]] = set()
    for operation in operations:
        if not is_key(operation.key) or owner_of(operation.key) != stream.owner:
            raise Refusal("foreign_row", "这段数据改动了其他单位的记录，已搁置，没有写入")
        if not schema.has(operation.ledger):
            continue
        here = (operation.ledger, operation.key)
        audience = connection.execute(
            f'SELECT _stream FROM "{operation.ledger}" WHERE key = ?', (operation.key,)
        ).fetchone()
        if audience is not None and audience[0] != stream.audience:
            raise Refusal("wrong_stream", "这段数据把记录换到了另一个范围，已搁置，没有写入")
        if operation.born:
            born.add(here)
        elif audience is None and here not in born:
            raise Refusal("no_row", "这段数据改动了不存在的记录，已搁置，没有写入")
        _examine_cells(schema.ledger(operation.ledger), operation)


def _examine_cells(ledger: Ledger, operation: Operation) -> None:
    fields = {item.name: item for item in ledger.stored}
    for name, cell in operation.cells.items():
        wrong = cell not in (0, 1) if name == "_del" else name in fields and not fits(fields[name], cell)
        if wrong or (isinstance(cell, str) and len(cell) > LONGEST_TEXT):
            raise Refusal("wrong_kind", "这段数据里有一格的类型或长度不对，已搁置，没有写入")


class Applier:
    """Applies examined segments of one stream within an open transaction."""

    def __init__(self, schema: Schema, transaction: Transaction, stream: Stream, graph: StreamGraph) -> None:
        self.touched = Touched()
        self._schema = schema
        self._transaction = transaction
        self._connection = transaction.connection
        self._stream = stream
        self._graph = graph

    def apply(self, n: int, header: Header, sha: str, operations: list[Operation]) -> None:
        """Write the operations of segment `n`, each under the transaction it belonged to."""
        for idx, operation in self._retold(sha, operations):
            known, unknown = self._split(operation)
            self._keep_unknown(n, idx, operation, unknown)
            if self._schema.has(operation.ledger):
                self.touched.named.add((operation.ledger, operation.key))
                self._write(n, idx, operation, known, header.schema)

    def apply_late(self, n: int, header: Header, sha: str, operations: list[Operation],
                   kept: set[tuple[str, str, int, str]]) -> None:  # fmt: skip
        """Write only what was `kept` of segment `n` as (ledger, key, operation, column) because it was not known."""
        for idx, operation in self._retold(sha, operations):
            mine = {
                column
                for ledger, key, at, column in kept
                if (ledger, key, at) == (operation.ledger, operation.key, idx)
            }
            if not mine:
                continue
            known, unknown = self._split(operation)
            self._keep_unknown(n, idx, operation, {name: cell for name, cell in unknown.items() if name in mine})
            if not self._schema.has(operation.ledger):
                continue
            if operation.born and WHOLE in mine:
                self._write(n, idx, operation, known, header.schema)
                continue
            for name in mine & known.keys():
                self._set(n, idx, operation.ledger, operation.key, name, operation.told.at, known[name])

    def _retold(self, sha: str, operations: list[Operation]) -> Iterator[tuple[int, Operation]]:
        told = None
        for idx, operation in enumerate(operations):
            if operation.told != told:
                told = operation.told
                self._transaction.retell(told.at, told.person, told.label, told.basis, sha)
            yield idx, operation

    def _split(self, operation: Operation) -> tuple[dict[str, Cell], dict[str, Cell]]:
        """The cells this version knows, and those it only keeps."""
        if not self._schema.has(operation.ledger):
            return {}, {WHOLE: None, **operation.cells}
        names = {"_del", *(item.name for item in self._schema.ledger(operation.ledger).stored)}
        known = {name: cell for name, cell in operation.cells.items() if name in names}
        return known, {name: cell for name, cell in operation.cells.items() if name not in names}

    def _write(self, n: int, idx: int, operation: Operation, cells: dict[str, Cell], schema: int) -> None:
        if operation.born:
            self._born(n, idx, self._schema.ledger(operation.ledger), operation, cells, schema)
            return
        for name, cell in cells.items():
            self._set(n, idx, operation.ledger, operation.key, name, operation.told.at, cell)

    def _born(self, n: int, idx: int, ledger: Ledger, operation: Operation, cells: dict[str, Cell],
              schema: int) -> None:  # fmt: skip
        covered = [item.name for item in ledger.stored if item.since <= schema]
        first = self._connection.execute(
            "SELECT 1 FROM sync_row WHERE ledger = ? AND key = ?", (ledger.name, operation.key)
        ).fetchone()
        if first is not None:
            for name in covered:
                self._set(n, idx, ledger.name, operation.key, name, operation.told.at, cells.get(name))
            return
        self._connection.execute(
            f'INSERT INTO "{ledger.name}" ({quoted(("key", "_stream", *cells))}) '
            f"VALUES ({', '.join('?' * (len(cells) + 2))})",
            (operation.key, self._stream.audience, *cells.values()),
        )
        self._connection.execute(
            "INSERT INTO sync_row VALUES (?, ?, ?, ?, ?, ?)",
            (ledger.name, operation.key, n, idx, operation.told.at, len(covered)),
        )
        self.touched.born.add((ledger.name, operation.key))

    def _set(self, n: int, idx: int, ledger: str, key: str, name: str, at: int, cell: Cell) -> None:
        live = [item for item in self._live(ledger, key, name) if not self._graph.has_seen(n, item.seg)]
        live.append(Live(n, idx, at, cell))
        self._connection.execute("DELETE FROM sync_cell WHERE ledger = ? AND key = ? AND col = ?", (ledger, key, name))
        self._connection.executemany(
            "INSERT INTO sync_cell VALUES (?, ?, ?, ?, ?, ?, ?)",
            [(ledger, key, name, item.seg, item.idx, item.at, item.value) for item in live],
        )
        shown = max(live, key=lambda item: (item.at, self._graph.hashes[item.seg], item.idx)).value
        self._connection.execute(
            f'UPDATE "{ledger}" SET "{name}" = ? WHERE key = ? AND "{name}" IS NOT ?', (shown, key, shown)
        )

    def _live(self, ledger: str, key: str, name: str) -> list[Live]:
        rows = self._connection.execute(
            "SELECT seg, idx, at, val FROM sync_cell WHERE ledger = ? AND key = ? AND col = ?",
            (ledger, key, name),
        ).fetchall()
        if rows:
            return [Live(*row) for row in rows]
        return birth_value(self._schema, self._connection, ledger, key, name)

    def _keep_unknown(self, n: int, idx: int, operation: Operation, cells: dict[str, Cell]) -> None:
        self._connection.executemany(
            "INSERT OR IGNORE INTO sync_unknown VALUES (?, ?, ?, ?, ?, ?, ?)",
            [(operation.ledger, operation.key, name, n, idx, operation.told.at, cell) for name, cell in cells.items()],
        )


def birth_value(schema: Schema, connection: sqlite3.Connection, ledger: str, key: str, name: str) -> list[Live]:
    """The live operation of a cell never written since its row's birth: that birth, if it covered the column."""
    row = connection.execute(
        "SELECT seg, idx, at, ncol FROM sync_row WHERE ledger = ? AND key = ?", (ledger, key)
    ).fetchone()
    names = [item.name for item in schema.ledger(ledger).stored]
    if row is None or (name != "_del" and names.index(name) >= row[3]):
        return []
    born = connection.execute(
        "SELECT new FROM journal WHERE key = ? AND ledger = ? AND field = '' ORDER BY id LIMIT 1",
        (key, ledger),
    ).fetchone()
    cells = json.loads(born[0])
    value = 0 if name == "_del" else cells[names.index(name)]
    return [Live(row[0], row[1], row[2], value)]


@dataclass(frozen=True)
class Conflict:
    """A cell with different live values; `values` newest first."""

    ledger: str
    key: str
    name: str
    values: tuple[Cell, ...]


def conflicts(connection: sqlite3.Connection) -> list[Conflict]:
    """Every cell whose live values differ; the shown one is provisional (待定) until a person writes it."""
    rows = connection.execute(
        "SELECT ledger, key, col FROM sync_cell GROUP BY ledger, key, col "
        "HAVING count(DISTINCT val) + max(val IS NULL) > 1"
    ).fetchall()
    found = []
    for ledger, key, name in rows:
        values = connection.execute(
            "SELECT val FROM sync_cell WHERE ledger = ? AND key = ? AND col = ? ORDER BY at DESC, seg DESC",
            (ledger, key, name),
        ).fetchall()
        found.append(Conflict(ledger, key, name, tuple(dict.fromkeys(value for (value,) in values))))
    return found
