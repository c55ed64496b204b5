"""What the undo of a step leaves standing: the rows it made that were worked on since, and what belongs to them."""

import sqlite3

from desktop.domain.query import Op, Query, Test, owner_of
from desktop.domain.record import Cell
from desktop.store.reading import Reader

Place = tuple[str, str]
"""A row: its ledger and its key."""


def kept(reader: Reader, born: set[Place], number: int) -> set[Place]:
    """Of the rows a step made: those worked on since, those they are part of, and those that rows which stay refer
    to. Worked on is a row that was changed, has something of ours attached, or is referred to by a row that stays."""
    doomed = set(born)
    attached = {subject for subject, _ in _attached(reader, born)}
    worked = {row for row in born if row in attached or _changed_since(reader.connection, *row, number)}
    worked |= {row for row in born if _needed(reader, row, doomed, embeds=False)}
    while worked:
        doomed -= worked
        doomed -= {other for row in worked for other, embeds in _referring(reader, *row) if embeds}
        worked = {row for row in doomed if _needed(reader, row, doomed, embeds=False)}
    while needed := {row for row in doomed if _needed(reader, row, doomed, embeds=True)}:
        doomed -= needed
    return born - doomed


def added_below(reader: Reader, number: int) -> list[tuple[Place, Place]]:
    """The live rows of ours attached since to rows that a step made: (row, what is attached to it)."""
    lines = reader.connection.execute("SELECT ledger, key FROM journal WHERE tx = ? AND field = ''", (number,))
    return _attached(reader, {(str(ledger), str(key)) for ledger, key in lines})


def _attached(reader: Reader, rows: set[Place]) -> list[tuple[Place, Place]]:
    """The live rows about some rows and of their owner, as attachments are, which are none of these rows themselves."""
    found = []
    for ledger in reader.schema.ledgers:
        if "subject_key" not in ledger.by_name:
            continue
        query = Query(ledger.name, Test("subject_key", Op.FILLED))
        for key, *subject in reader.cells(query, ("key", "subject_ledger", "subject_key")):
            row, about = (ledger.name, str(key)), (str(subject[0]), str(subject[1]))
            if about in rows and row not in rows and owner_of(row[1]) == owner_of(about[1]):
                found.append((about, row))
    return found


def _needed(reader: Reader, row: Place, doomed: set[Place], *, embeds: bool) -> bool:
    """Whether a row that stays refers to this one; without `embeds` not as to a part of itself."""
    return any(other not in doomed and (embeds or not part) for other, part in _referring(reader, *row))


def _referring(reader: Reader, ledger: str, key: str) -> list[tuple[Place, bool]]:
    """The live rows that refer to a row, and whether it is embedded in them."""
    return [
        ((other.name, str(row["key"])), field.embedded)
        for other in reader.schema.ledgers
        for field in other.stored
        if field.target == ledger
        for row in reader.referring(other.name, field.name, key)
    ]


def _changed_since(connection: sqlite3.Connection, ledger: str, key: str, number: int) -> bool:
    """Whether the row differs from its birth in a later transaction that still counts (undone edits do not)."""
    later = connection.execute(
        "SELECT field, old, new FROM journal WHERE key = ? AND ledger = ? AND tx > ? ORDER BY id", (key, ledger, number)
    )
    first: dict[str, Cell] = {}
    last: dict[str, Cell] = {}
    for field, old, new in later:
        first.setdefault(field, old)
        last[field] = new
    return any(first[field] != last[field] for field in first)
