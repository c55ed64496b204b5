"""Applying segments: the tables as a function of the set of segments.

Each cell has a live set: the operations on it that no other operation's ancestry covers. One live value is shown; two
different ones are a conflict, which a later ordinary edit ends because it descends from both.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, islice

from desktop.domain.entry import LONGEST_TEXT, fits
from desktop.domain.errors import Refusal
from desktop.domain.keys import is_key
from desktop.domain.query import owner_of
from desktop.domain.record import Cell, Ledger, Schema
from desktop.store.journal import Transaction
from desktop.store.tables import quoted
from desktop.sync import disputes
from desktop.sync.graph import StreamGraph
from desktop.sync.segments import Header, Operation, Told
from desktop.sync.streams import Stream

WHOLE = ""
"""Column under which an operation on a ledger of a newer version is kept as a whole."""

_BATCH = 500
"""Keys looked up at once."""

Place = tuple[str, str]
"""(ledger, key)"""


@dataclass(frozen=True)
class Live:
    """One live operation of a cell."""

    seg: int
    idx: int
    at: int
    value: Cell


@dataclass
class Touched:
    """Rows that applying named, made and marked."""

    named: set[Place] = field(default_factory=set)
    born: set[Place] = field(default_factory=set)
    contested: set[Place] = field(default_factory=set)
    """Rows with a cell written while another live value stood there."""
    kept: bool = False
    """Whether something was only kept, because a newer version wrote it."""


def examine(schema: Schema, connection: sqlite3.Connection, stream: Stream, operations: list[Operation]) -> None:
    """Refusal if any operation is not one that this stream's owner may write, or speaks of a row that is not there."""
    for operation in operations:
        if not is_key(operation.key) or owner_of(operation.key) != stream.owner:
            raise Refusal("foreign_row", "这段数据改动了其他单位的记录，已搁置，没有写入")
    named: dict[str, set[str]] = {}
    for operation in operations:
        named.setdefault(operation.ledger, set()).add(operation.key)
    audiences = {
        (ledger, key): audience
        for ledger, keys in named.items()
        if schema.has(ledger)
        for key, audience in _audiences(connection, ledger, keys)
    }
    if any(audience != stream.audience for audience in audiences.values()):
        raise Refusal("wrong_stream", "这段数据把记录换到了另一个范围，已搁置，没有写入")
    for operation in operations:
        if not schema.has(operation.ledger):
            continue
        here = (operation.ledger, operation.key)
        if operation.born:
            audiences[here] = stream.audience
        elif here not in audiences:
            raise Refusal("no_row", "这段数据改动了不存在的记录，已搁置，没有写入")
        _examine_cells(schema.ledger(operation.ledger), operation)


def _audiences(connection: sqlite3.Connection, ledger: str, keys: Iterable[str]) -> Iterator[tuple[str, str]]:
    for batch in _batches(keys):
        marks = ", ".join("?" * len(batch))
        yield from connection.execute(f'SELECT key, _stream FROM "{ledger}" WHERE key IN ({marks})', batch)


def _batches(keys: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(keys)
    while batch := list(islice(rest, _BATCH)):
        yield batch


def _examine_cells(ledger: Ledger, operation: Operation) -> None:
    fields = ledger.by_name
    for name, cell in operation.cells.items():
        wrong = cell not in (0, 1) if name == "_del" else name in fields and not fits(fields[name], cell)
        if wrong or (isinstance(cell, str) and len(cell) > LONGEST_TEXT):
            raise Refusal("wrong_kind", "这段数据里有一格的类型或长度不对，已搁置，没有写入")


class Applier:
    """Applies examined segments of one stream within an open transaction; `only` limits it to some rows."""

    def __init__(self, schema: Schema, transaction: Transaction, stream: Stream, graph: StreamGraph,
                 only: set[Place] | None = None) -> None:  # fmt: skip
        self.touched = Touched()
        self._schema = schema
        self._transaction = transaction
        self._connection = transaction.connection
        self._stream = stream
        self._graph = graph
        self._only = only

    def apply(self, n: int, header: Header, sha: str, operations: list[Operation]) -> None:
        """Write the operations of segment `n`, each under the transaction it belonged to."""
        numbered = [
            (idx, operation)
            for idx, operation in enumerate(operations)
            if self._only is None or (operation.ledger, operation.key) in self._only
        ]
        for told, group in groupby(numbered, key=lambda item: item[1].told):
            self._tell(told, sha)
            for (born, ledger), run in groupby(group, key=lambda item: (item[1].born, item[1].ledger)):
                self._write(n, header, born, ledger, list(run))
        disputes.mark_rows(
            self._connection, self._graph, {(item.ledger, item.key) for _, item in numbered if not item.born}
        )

    def apply_late(self, n: int, header: Header, sha: str, operations: list[Operation],
                   kept: set[tuple[str, str, int, str]]) -> None:  # fmt: skip
        """Write only what was `kept` of segment `n` as (ledger, key, operation, column) because it was not known."""
        for idx, operation in enumerate(operations):
            mine = {
                column
                for ledger, key, at, column in kept
                if (ledger, key, at) == (operation.ledger, operation.key, idx)
            }
            if not mine:
                continue
            self._tell(operation.told, sha)
            known, unknown = self._split(operation)
            self._keep_unknown(n, idx, operation, {name: cell for name, cell in unknown.items() if name in mine})
            if not self._schema.has(operation.ledger):
                continue
            if operation.born and WHOLE in mine:
                self._bear(n, header, self._schema.ledger(operation.ledger), [(idx, operation)])
                continue
            for name in mine & known.keys():
                self._set(n, idx, operation, name, known[name])

    def _tell(self, told: Told, sha: str) -> None:
        self._transaction.retell(told.at, told.person, told.label, told.basis, sha)

    def _split(self, operation: Operation) -> tuple[dict[str, Cell], dict[str, Cell]]:
        """The cells this version knows, and those it only keeps."""
        if not self._schema.has(operation.ledger):
            return {}, {WHOLE: None, **operation.cells}
        names = self._schema.ledger(operation.ledger).by_name
        if operation.cells.keys() <= names.keys():
            return operation.cells, {}
        known = {name: cell for name, cell in operation.cells.items() if name == "_del" or name in names}
        return known, {name: cell for name, cell in operation.cells.items() if name not in known}

    def _write(self, n: int, header: Header, born: bool, ledger: str, run: list[tuple[int, Operation]]) -> None:
        for idx, operation in run:
            self._keep_unknown(n, idx, operation, self._split(operation)[1])
        if not self._schema.has(ledger):
            return
        self.touched.named.update((ledger, operation.key) for _, operation in run)
        if born:
            self._bear(n, header, self._schema.ledger(ledger), run)
            return
        for idx, operation in run:
            for name, cell in self._split(operation)[0].items():
                self._set(n, idx, operation, name, cell)

    def _bear(self, n: int, header: Header, ledger: Ledger, run: list[tuple[int, Operation]]) -> None:
        covered = [item.name for item in ledger.stored if item.since <= header.schema]
        here = {key for key, _ in _audiences(self._connection, ledger.name, {item.key for _, item in run})}
        fresh: dict[str, tuple[int, Operation]] = {}
        again = []
        for idx, operation in run:
            if operation.key in here or operation.key in fresh:
                again.append((idx, operation))
            else:
                fresh[operation.key] = (idx, operation)
        self._insert(n, ledger, covered, header.schema, list(fresh.values()))
        for idx, operation in again:
            cells = self._split(operation)[0]
            if header.schema > self._schema.version:
                self._keep_unknown(n, idx, operation, {WHOLE: None})
            for name in (*covered, "_del"):
                self._set(n, idx, operation, name, cells.get(name, 0 if name == "_del" else None))

    def _insert(self, n: int, ledger: Ledger, covered: Sequence[str], schema: int,
                rows: list[tuple[int, Operation]]) -> None:  # fmt: skip
        names = [name for name in covered if any(name in operation.cells for _, operation in rows)]
        self._connection.executemany(
            f'INSERT INTO "{ledger.name}" ({quoted(("key", "_stream", *names))}) '
            f"VALUES ({', '.join('?' * (len(names) + 2))})",
            (
                (operation.key, self._stream.audience, *(operation.cells.get(name) for name in names))
                for _, operation in rows
            ),
        )
        self._connection.executemany(
            "INSERT INTO sync_row VALUES (?, ?, ?, ?, ?, ?)",
            ((ledger.name, operation.key, n, idx, operation.told.at, schema) for idx, operation in rows),
        )
        self.touched.born.update((ledger.name, operation.key) for _, operation in rows)

    def _set(self, n: int, idx: int, operation: Operation, name: str, cell: Cell) -> None:
        ledger, key = operation.ledger, operation.key
        live = [item for item in self._live(ledger, key, name) if not self._graph.has_seen(n, item.seg)]
        if live:
            self.touched.contested.add((ledger, key))
        live.append(Live(n, idx, operation.told.at, cell))
        self._connection.execute("DELETE FROM sync_cell WHERE ledger = ? AND key = ? AND col = ?", (ledger, key, name))
        self._connection.executemany(
            "INSERT INTO sync_cell VALUES (?, ?, ?, ?, ?, ?, ?)",
            [(ledger, key, name, item.seg, item.idx, item.at, item.value) for item in live],
        )
        disputes.mark_cell(self._connection, ledger, key, name, [item.value for item in live])
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
        if not cells:
            return
        self.touched.kept = True
        self._connection.executemany(
            "INSERT OR IGNORE INTO sync_unknown VALUES (?, ?, ?, ?, ?, ?, ?)",
            [(operation.ledger, operation.key, name, n, idx, operation.told.at, cell) for name, cell in cells.items()],
        )


def birth_value(schema: Schema, connection: sqlite3.Connection, ledger: str, key: str, name: str) -> list[Live]:
    """The live operation of a cell never written since its row's birth: that birth, if its version had the column."""
    row = connection.execute(
        "SELECT seg, idx, at, schema FROM sync_row WHERE ledger = ? AND key = ?", (ledger, key)
    ).fetchone()
    fields = schema.ledger(ledger).by_name
    if row is None or (name != "_del" and fields[name].since > row[3]):
        return []
    if name == "_del":
        return [Live(row[0], row[1], row[2], 0)]
    born = connection.execute(
        "SELECT new FROM journal WHERE key = ? AND ledger = ? AND field = '' ORDER BY id LIMIT 1",
        (key, ledger),
    ).fetchone()
    cells, place = json.loads(born[0]), list(fields).index(name)
    return [Live(row[0], row[1], row[2], cells[place] if place < len(cells) else None)]
