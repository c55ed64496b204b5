"""Attachments in bundles: which kept files a peer still lacks, and how many go along within the size for mail."""

import sqlite3
from collections.abc import Container, Iterable, Iterator
from pathlib import Path

from desktop.domain.query import owner_of
from desktop.domain.record import Schema
from desktop.store import blobs
from desktop.sync.container import LeftOut

BUDGET = 8 * 1024**2
"""Bytes of attachments in a bundle for mail; the rest waits for the USB stick."""


STICK, FILES = 512 * 1024**2, 4_000
"""Bytes and number of attachments in a bundle on a USB stick, well below what a reader accepts; the rest is asked for
again and goes with the next."""


def _fields(schema: Schema) -> list[tuple[str, str]]:
    return [(ledger.name, field.name) for ledger in schema.ledgers for field in ledger.stored if field.blob]


def missing(schema: Schema, connection: sqlite3.Connection, folder: Path) -> list[tuple[str, str, str]]:
    """(hash, ledger, key) of every live row whose file is not here, or was found damaged and set aside."""
    return [row for row in _named(schema, connection) if not blobs.place(folder, row[0]).exists()]


def damaged(schema: Schema, connection: sqlite3.Connection, folder: Path) -> list[tuple[str, str, str]]:
    """Those of the missing that were here once and were found damaged."""
    return [row for row in missing(schema, connection, folder) if blobs.was_damaged(folder, row[0])]


def _named(schema: Schema, connection: sqlite3.Connection) -> Iterator[tuple[str, str, str]]:
    for ledger, field in _fields(schema):
        rows = connection.execute(
            f'SELECT "{field}", key FROM "{ledger}" WHERE "{field}" IS NOT NULL AND _del = 0'
        ).fetchall()
        yield from ((sha, ledger, key) for sha, key in rows)


def lacked(schema: Schema, connection: sqlite3.Connection, readable: Container[str], sent: Iterable[int],
           asked: Iterable[str]) -> set[str]:  # fmt: skip
    """The files that rows born in the segments `sent` name, and those asked for that rows of `readable` streams name."""
    sent, asked = set(sent), set(asked)
    found: set[str] = set()
    for ledger, field in _fields(schema):
        rows = connection.execute(
            f'SELECT "{field}", sync_row.seg, "{ledger}".key, _stream FROM "{ledger}" JOIN sync_row '
            f'ON sync_row.key = "{ledger}".key AND sync_row.ledger = ? WHERE "{field}" IS NOT NULL AND _del = 0',
            (ledger,),
        )
        found.update(
            sha
            for sha, seg, key, audience in rows
            if seg in sent or (sha in asked and f"{owner_of(key)}.{audience}" in readable)
        )
    return found


def within(folder: Path, wanted: Iterable[str], budget: int) -> tuple[dict[str, Path], LeftOut]:
    """The files that go along within `budget` bytes, smallest first, and what is left out. A file that does not hold
    what its name says is set aside: the recipient would refuse the whole bundle for it."""
    places = {sha: place for sha in wanted if (place := blobs.place(folder, sha)).exists()}
    sizes = {sha: place.stat().st_size for sha, place in places.items()}
    chosen: dict[str, Path] = {}
    total, left = 0, dict(sizes)
    for sha in sorted(sizes, key=lambda sha: (sizes[sha], sha)):
        if total + sizes[sha] > budget or len(chosen) == FILES:
            break
        if not blobs.is_whole(folder, sha):
            blobs.set_aside(folder, sha)
            del left[sha]
            continue
        chosen[sha] = places[sha]
        total += sizes[sha]
    return chosen, LeftOut(len(left) - len(chosen), sum(left.values()) - total)
