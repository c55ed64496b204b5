"""The list of conflicts: cells with different live values, and rows that one PC deleted while another went on writing
them. Kept as a list of its own, so that showing it costs what it is, not what the library is."""

import sqlite3
from collections.abc import Iterable, Sequence

from desktop.domain.record import Cell
from desktop.sync.graph import StreamGraph

DELETION = "_del"
"""Column under which a row is listed that was deleted here and written there."""


def mark_cell(connection: sqlite3.Connection, ledger: str, key: str, name: str, values: Sequence[Cell]) -> None:
    """Put a cell on the list or take it off, after its live set changed."""
    if len(set(values)) > 1:
        connection.execute("INSERT OR IGNORE INTO sync_conflict VALUES (?, ?, ?)", (ledger, key, name))
    else:
        connection.execute("DELETE FROM sync_conflict WHERE ledger = ? AND key = ? AND col = ?", (ledger, key, name))


def mark_rows(connection: sqlite3.Connection, graph: StreamGraph, rows: Iterable[tuple[str, str]]) -> None:
    """List the rows that are deleted by one segment and written by another that did not know of it."""
    for ledger, key in rows:
        deleted = connection.execute(
            "SELECT seg FROM sync_cell WHERE ledger = ? AND key = ? AND col = ? AND val = 1", (ledger, key, DELETION)
        ).fetchall()
        if deleted:
            written = connection.execute(
                "SELECT DISTINCT seg FROM sync_cell WHERE ledger = ? AND key = ? AND col <> ?", (ledger, key, DELETION)
            ).fetchall()
            apart = any(
                not graph.has_seen(one, other) and not graph.has_seen(other, one)
                for (one,) in deleted
                for (other,) in written
            )
            cells = connection.execute(
                "SELECT val FROM sync_cell WHERE ledger = ? AND key = ? AND col = ?", (ledger, key, DELETION)
            ).fetchall()
            mark_cell(connection, ledger, key, DELETION, [0, 1] if apart else [value for (value,) in cells])


def settled_by_us(connection: sqlite3.Connection, places: Iterable[tuple[str, str, str]]) -> None:
    """Our own edit descends from every value: the cells leave the list."""
    connection.executemany("DELETE FROM sync_conflict WHERE ledger = ? AND key = ? AND col = ?", places)


_OPEN = (
    "SELECT ledger, key, col FROM sync_conflict WHERE NOT EXISTS (SELECT 1 FROM journal JOIN tx ON tx.id = journal.tx "
    "WHERE journal.key = sync_conflict.key AND journal.ledger = sync_conflict.ledger "
    "AND journal.field = sync_conflict.col AND tx.segment IS NULL)"
)
"""What is settled by an edit that is not sealed yet is settled for the person who made it."""


def disputed(connection: sqlite3.Connection) -> list[tuple[str, str, str]]:
    """(ledger, key, column) of every conflict that waits for a person."""
    return [(str(ledger), str(key), str(name)) for ledger, key, name in connection.execute(_OPEN)]


def values(connection: sqlite3.Connection, ledger: str, key: str, name: str) -> list[Cell]:
    """The live values of a cell."""
    rows = connection.execute("SELECT val FROM sync_cell WHERE ledger = ? AND key = ? AND col = ?", (ledger, key, name))
    return [value for (value,) in rows]
