"""Derived values beside the ledgers: recomputed for touched rows and for the rows that rest on them, in the same
transaction; never journaled, never synchronised."""

import sqlite3
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from desktop.domain.record import Cell, Ledger, Row
from desktop.store import search
from desktop.store.reading import Reader
from desktop.store.tables import derived_table, quoted

if TYPE_CHECKING:
    from desktop.store.workspace import Workspace


def refresh(reader: Reader, touched: Mapping[str, Iterable[str]], tx: int) -> None:
    """Recompute after the transactions from `tx` on: `touched` is ledger → keys."""
    for ledger in reader.schema.ledgers:
        if ledger.derivation is not None:
            _write(reader, ledger, _pending(reader, ledger, touched, tx))


def dependants(reader: Reader, touched: Mapping[str, Iterable[str]], tx: int) -> dict[str, set[str]]:
    """Ledger → keys whose derived values rest on the touched rows, those rows included."""
    return {
        ledger.name: _pending(reader, ledger, touched, tx)
        for ledger in reader.schema.ledgers
        if ledger.derivation is not None
    }


def _pending(reader: Reader, ledger: Ledger, touched: Mapping[str, Iterable[str]], tx: int) -> set[str]:
    assert ledger.derivation is not None
    keys = set(touched.get(ledger.name, ()))
    for other, other_keys in touched.items():
        if not _rests_on(ledger, other):
            continue
        for key in other_keys:
            for row in _now_and_before(reader, other, key, tx):
                keys.update(ledger.derivation.affected(other, row, reader))
    return keys


def _rests_on(ledger: Ledger, other: str) -> bool:
    assert ledger.derivation is not None
    return other in ledger.derivation.rests_on


def _now_and_before(reader: Reader, ledger: str, key: str, tx: int) -> list[Row]:
    row = reader.any_row(ledger, key)
    if row is None:
        return []
    old = reader.connection.execute(
        "SELECT field, old FROM journal WHERE tx >= ? AND key = ? AND ledger = ? AND field <> '' ORDER BY id DESC",
        (tx, key, ledger),
    ).fetchall()
    return [row, {**row, **dict(old)}] if old else [row]


def _write(reader: Reader, ledger: Ledger, keys: Iterable[str]) -> None:
    assert ledger.derivation is not None
    columns = ledger.derivation.columns
    marks = ", ".join("?" * (len(columns) + 1))
    sql = f'INSERT OR REPLACE INTO "derived_{ledger.name}" ({quoted(("rid", *columns))}) VALUES ({marks})'
    reader.connection.executemany(sql, (values for key in keys if (values := _values(reader, ledger, key))))


def _values(reader: Reader, ledger: Ledger, key: str) -> tuple[Cell, ...] | None:
    assert ledger.derivation is not None
    row, rid = reader.any_row(ledger.name, key), reader.rid_of(ledger.name, key)
    if row is None or rid is None:
        return None
    cells = ledger.derivation.compute(row, reader)
    return (rid, *(cells[name] for name in ledger.derivation.columns))


def prepare(workspace: "Workspace") -> None:
    """Make missing or outdated derived tables anew; called when a library is opened."""
    connection = workspace.connection
    reader = Reader(connection, workspace.schema)
    stale = [ledger for ledger in workspace.schema.ledgers if ledger.derivation and not _current(connection, ledger)]
    if not stale and not search.outdated(reader):
        return
    with workspace.database.atomic("IMMEDIATE"):
        for ledger in stale:
            connection.execute(f'DROP TABLE IF EXISTS "derived_{ledger.name}"')
            connection.execute(derived_table(ledger))
            _write(reader, ledger, all_keys(connection, ledger))
        search.rebuild(reader)


def all_keys(connection: sqlite3.Connection, ledger: Ledger) -> list[str]:
    """Every key of a ledger, deleted rows included."""
    return [key for (key,) in connection.execute(f'SELECT key FROM "{ledger.name}"')]


def _current(connection: sqlite3.Connection, ledger: Ledger) -> bool:
    row = connection.execute(
        "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (f"derived_{ledger.name}",)
    ).fetchone()
    return row is not None and row[0] == derived_table(ledger)


def mismatches(reader: Reader) -> list[tuple[str, str]]:
    """Rows (ledger, key) whose stored derived values differ from a fresh computation; empty when all is well."""
    found = []
    for ledger in reader.schema.ledgers:
        if ledger.derivation is None:
            continue
        stored = {
            row[0]: row
            for row in reader.connection.execute(
                f'SELECT {quoted(("rid", *ledger.derivation.columns))} FROM "derived_{ledger.name}"'
            )
        }
        for key in all_keys(reader.connection, ledger):
            values = _values(reader, ledger, key)
            if values is not None and stored.get(values[0]) != values:
                found.append((ledger.name, key))
    return found
