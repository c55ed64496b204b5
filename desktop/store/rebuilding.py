"""Making some rows anew from their sealed history: what is dropped here, a caller writes again from what still counts."""

import sqlite3
from collections.abc import Collection

from desktop.store import tables
from desktop.store.journal import Transaction

Place = tuple[str, str]
"""(ledger, key)"""


def drop(transaction: Transaction, rows: Collection[Place]) -> None:
    """Take rows out of their tables with their journal, as if they had never come. Rows whose derived values rest on
    them are refreshed when the transaction ends, and the dropped rows leave search and derived tables if they do not
    come again."""
    connection, schema = transaction.connection, transaction.reader.schema
    transaction.also_refresh(rows)
    triggers = tables.triggers(schema)
    for ledger in {ledger for ledger, _ in rows if schema.has(ledger)}:
        keys = [(key,) for other, key in rows if other == ledger]
        connection.execute(f'DROP TRIGGER "{ledger}_removed"')
        if schema.ledger(ledger).derivation is not None:
            _forget_derived(connection, ledger, keys)
        connection.executemany(f'DELETE FROM "{ledger}" WHERE key = ?', keys)
        connection.execute(triggers[f"{ledger}_removed"])
    connection.executemany("DELETE FROM journal WHERE key = ? AND ledger = ?", [(key, ledger) for ledger, key in rows])


def _forget_derived(connection: sqlite3.Connection, ledger: str, keys: list[tuple[str]]) -> None:
    connection.executemany(
        f'DELETE FROM "derived_{ledger}" WHERE rid = (SELECT rid FROM "{ledger}" WHERE key = ?)', keys
    )
