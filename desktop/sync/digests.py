"""A number for the state of each stream's rows, kept up by what changed. Two libraries that hold the same segments must
have the same number; if not, the program is at fault and says so (nothing is overwritten)."""

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from itertools import islice

import msgspec

from desktop.domain.record import Cell, Ledger, Schema
from desktop.store.tables import ORGANISATION_LENGTH, quoted

_BITS = 128
_EVERY = ""
"""Name under which the last journal line taken in is kept, with the version whose columns were counted."""

_BATCH = 500
_encode = msgspec.json.Encoder().encode


def of_streams(schema: Schema, connection: sqlite3.Connection) -> dict[str, str]:
    """Stream → digest of its rows as they are now, open edits included. Costs what changed since the last time."""
    mark = connection.execute("SELECT journal, total FROM sync_digest WHERE stream = ?", (_EVERY,)).fetchone()
    if mark is not None and mark[1] != str(schema.version):
        forget(connection)
        mark = None
    last = int(mark[0]) if mark else 0
    kept = connection.execute("SELECT stream, total FROM sync_digest WHERE stream <> ?", (_EVERY,))
    totals = {stream: int(total, 16) for stream, total in kept}
    newest = int(connection.execute("SELECT coalesce(max(id), 0) FROM journal").fetchone()[0])
    if newest > last:
        for ledger in schema.ledgers:
            found = _differences(connection, ledger, last) if last else _numbers(connection, ledger)
            for stream, difference in found:
                totals[stream] = totals.get(stream, 0) + difference
        totals = {stream: total % 2**_BITS for stream, total in totals.items()}
        rows = [(stream, f"{total:x}", 0) for stream, total in totals.items()]
        connection.executemany(
            "INSERT OR REPLACE INTO sync_digest VALUES (?, ?, ?)", [*rows, (_EVERY, str(schema.version), newest)]
        )
    return {stream: f"{total:032x}" for stream, total in totals.items()}


def forget(connection: sqlite3.Connection) -> None:
    """Count anew next time: the journal itself was cut."""
    connection.execute("DELETE FROM sync_digest")


def _numbers(connection: sqlite3.Connection, ledger: Ledger) -> Iterator[tuple[str, int]]:
    """(stream, number) of every row of a ledger."""
    names = ("key", "_stream", "_del", *(field.name for field in ledger.stored))
    for key, audience, *cells in connection.execute(f'SELECT {quoted(names)} FROM "{ledger.name}"'):
        yield f"{key[:ORGANISATION_LENGTH]}.{audience}", _number(ledger.name, key, cells)


def _differences(connection: sqlite3.Connection, ledger: Ledger, last: int) -> Iterator[tuple[str, int]]:
    """(stream, new minus old number) of every row of a ledger with a journal line after `last`."""
    names = ("key", "_stream", "_del", *(field.name for field in ledger.stored))
    before: dict[str, dict[str, Cell] | None] = {}
    lines = connection.execute(
        "SELECT key, field, old FROM journal WHERE id > ? AND ledger = ? ORDER BY id", (last, ledger.name)
    )
    for key, field, old in lines:
        if field == "":
            before[key] = None
        elif (known := before.setdefault(key, {})) is not None:
            known.setdefault(field, old)
    keys = iter(before)
    while batch := list(islice(keys, _BATCH)):
        marks = ", ".join("?" * len(batch))
        rows = connection.execute(f'SELECT {quoted(names)} FROM "{ledger.name}" WHERE key IN ({marks})', batch)
        for key, audience, *cells in rows.fetchall():
            number = _number(ledger.name, key, cells)
            changed = before[key]
            if changed is not None:
                old_cells = [changed.get(name, cell) for name, cell in zip(names[2:], cells, strict=True)]
                number -= _number(ledger.name, key, old_cells)
            yield f"{key[:ORGANISATION_LENGTH]}.{audience}", number


def _number(ledger: str, key: str, cells: Sequence[Cell]) -> int:
    return int.from_bytes(hashlib.sha256(_encode([ledger, key, *cells])).digest()[: _BITS // 8], "big")
