"""The log of bundles made, applied and taken back, each with what it held."""

import json
import sqlite3
from dataclasses import dataclass
from typing import Any, Final

from desktop.store.workspace import now

MADE: Final = "made"
APPLIED: Final = "applied"
UNDONE: Final = "undone"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: when (milliseconds), what was done, the file's name and what it held."""

    id: int
    at: int
    kind: str
    name: str
    detail: dict[str, Any]


def note(connection: sqlite3.Connection, kind: str, device: str, name: str, detail: object) -> int:
    """A further line; its number. `detail` becomes JSON."""
    number = connection.execute(
        "INSERT INTO sync_log (at, kind, device, bundle, detail) VALUES (?, ?, ?, ?, ?)",
        (now(), kind, device, name, json.dumps(detail, ensure_ascii=False)),
    ).lastrowid
    assert number is not None
    return number


def complete(connection: sqlite3.Connection, number: int, detail: object) -> None:
    """What a bundle held, known only after its line was begun."""
    connection.execute("UPDATE sync_log SET detail = ? WHERE id = ?", (json.dumps(detail, ensure_ascii=False), number))


def note_undone(connection: sqlite3.Connection, number: int) -> None:
    """A line that says that the bundle of line `number` was taken back."""
    connection.execute(
        "INSERT INTO sync_log (at, kind, device, bundle, detail) SELECT ?, ?, device, bundle, detail "
        "FROM sync_log WHERE id = ?",
        (now(), UNDONE, number),
    )


def entries(connection: sqlite3.Connection, kind: str = "", limit: int = -1) -> list[Entry]:
    """The lines, of one kind if it is given, newest first."""
    rows = connection.execute(
        "SELECT id, at, kind, bundle, detail FROM sync_log WHERE ?1 IN ('', kind) ORDER BY id DESC LIMIT ?2",
        (kind, limit),
    ).fetchall()
    return [_entry(row) for row in rows]


def that_brought(connection: sqlite3.Connection, segment: str) -> Entry | None:
    """The line of the bundle that brought a segment, given by its hash."""
    row = connection.execute(
        "SELECT sync_log.id, at, kind, bundle, detail FROM sync_seg JOIN sync_log ON sync_log.id = sync_seg.batch "
        "WHERE sync_seg.hash = ?",
        (segment,),
    ).fetchone()
    return None if row is None else _entry(row)


def standing(connection: sqlite3.Connection, limit: int) -> list[Entry]:
    """The applied bundles of which something still counts, newest first."""
    rows = connection.execute(
        "SELECT id, at, kind, bundle, detail FROM sync_log WHERE kind = ? "
        "AND EXISTS (SELECT 1 FROM sync_seg WHERE batch = sync_log.id AND state = 'applied') ORDER BY id DESC LIMIT ?",
        (APPLIED, limit),
    ).fetchall()
    return [_entry(row) for row in rows]


def _entry(row: tuple[int, int, str, str, str]) -> Entry:
    number, at, kind, name, detail = row
    return Entry(number, at, kind, name, json.loads(detail))


def made_so_far(connection: sqlite3.Connection) -> int:
    """How many bundles this PC has made."""
    return int(connection.execute("SELECT count(*) FROM sync_log WHERE kind = ?", (MADE,)).fetchone()[0])
