"""The history of a stream: segments, their parents, and who has seen what."""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice

from desktop.store.tables import ORGANISATION_LENGTH

APPLIED, HELD = "applied", "held"
"""States of a stored segment: part of the tables; kept beside them."""

PARENTS, REFUSED, NEWER, REVOKED, UNDONE = "parents", "refused", "newer", "revoked", "undone"
"""Why a segment is held: what it was written after is not here; it did not stand examination; it needs a newer
program; its PC was withdrawn before we had it; a person took its bundle back."""


@dataclass
class StreamGraph:
    """The applied segments of one stream. Ancestries are bit sets over the position within the stream."""

    name: str
    position: dict[int, int] = field(default_factory=dict)
    hashes: dict[int, str] = field(default_factory=dict)
    number: dict[str, int] = field(default_factory=dict)
    seen: dict[int, int] = field(default_factory=dict)
    generation: dict[int, int] = field(default_factory=dict)
    parents: dict[int, list[int]] = field(default_factory=dict)

    def add(self, n: int, sha: str, gen: int, parents: list[int]) -> None:
        """Append a segment whose parents are all here."""
        self.position[n] = len(self.position)
        self.hashes[n], self.number[sha], self.generation[n] = sha, n, gen
        self.parents[n] = parents
        seen = 0
        for parent in parents:
            seen |= self.seen[parent] | (1 << self.position[parent])
        self.seen[n] = seen

    def has_seen(self, later: int, earlier: int) -> bool:
        """Whether segment `later` was written knowing segment `earlier` (or is it)."""
        return later == earlier or bool(self.seen[later] >> self.position[earlier] & 1)

    def heads(self) -> list[int]:
        """Segments without children, by hash."""
        covered = {parent for parents in self.parents.values() for parent in parents}
        return sorted((n for n in self.hashes if n not in covered), key=lambda n: self.hashes[n])

    def head_hashes(self) -> list[str]:
        """The hashes of the heads, sorted."""
        return [self.hashes[n] for n in self.heads()]

    def covered_by(self, heads: list[str]) -> set[int]:
        """Every segment that somebody at these heads has; unknown heads are ignored."""
        known: set[int] = set()
        bits = 0
        for sha in heads:
            if (n := self.number.get(sha)) is not None:
                known.add(n)
                bits |= self.seen[n]
        return known | {n for n, place in self.position.items() if bits >> place & 1}


def load(connection: sqlite3.Connection, stream: str) -> StreamGraph:
    """The applied segments of a stream."""
    graph = StreamGraph(stream)
    parents: dict[int, list[int]] = {}
    edges = "SELECT child, parent FROM sync_edge JOIN sync_seg ON n = child WHERE stream = ? AND state = ?"
    for child, parent in connection.execute(edges, (stream, APPLIED)):
        parents.setdefault(child, []).append(parent)
    rows = connection.execute(
        "SELECT n, hash, gen FROM sync_seg WHERE stream = ? AND state = ? ORDER BY gen, n", (stream, APPLIED)
    ).fetchall()
    for n, sha, gen in rows:
        graph.add(n, sha, gen, parents.get(n, []))
    return graph


def streams(connection: sqlite3.Connection) -> list[str]:
    """The names of all streams with an applied segment."""
    rows = connection.execute("SELECT DISTINCT stream FROM sync_seg WHERE state = ? ORDER BY stream", (APPLIED,))
    return [name for (name,) in rows]


def store(connection: sqlite3.Connection, graph: StreamGraph, segment: "StoredSegment", batch: int | None) -> int:
    """Keep a segment byte for byte as applied and add it to its stream's graph; its local number. `batch` is the
    entry of the log it came with, None for our own."""
    connection.execute("DELETE FROM sync_seg WHERE hash = ? AND state = ?", (segment.sha, HELD))
    n = _insert(connection, graph.name, segment, APPLIED, "", batch)
    parents = [graph.number[parent] for parent in segment.parents]
    connection.executemany("INSERT INTO sync_edge VALUES (?, ?)", [(n, parent) for parent in parents])
    graph.add(n, segment.sha, segment.gen, parents)
    return n


def hold(connection: sqlite3.Connection, stream: str, segment: "StoredSegment", why: str, batch: int | None) -> None:
    """Keep a segment beside the tables until what it waits for is here; `why` says what."""
    connection.execute("DELETE FROM sync_seg WHERE hash = ? AND state = ?", (segment.sha, HELD))
    _insert(connection, stream, segment, HELD, why, batch)


def _insert(
    connection: sqlite3.Connection, stream: str, segment: "StoredSegment", state: str, why: str, batch: int | None
) -> int:
    n = connection.execute(
        "INSERT INTO sync_seg (hash, stream, gen, device, schema, hdr, sig, payload, state, why, batch) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (segment.sha, stream, segment.gen, segment.device, segment.schema, segment.header, segment.signature,
         segment.payload, state, why, batch),
    ).lastrowid  # fmt: skip
    assert n is not None
    return n


def held(connection: sqlite3.Connection) -> dict[str, tuple["StoredSegment", str]]:
    """Every segment kept beside the tables, by hash, with why. (Spelled out, so that the partial index serves it.)"""
    rows = connection.execute(
        "SELECT why, hash, gen, device, schema, hdr, sig, payload FROM sync_seg WHERE state <> 'applied'"
    ).fetchall()
    return {row[0]: (StoredSegment(*row), why) for why, *row in rows}


def waiting(connection: sqlite3.Connection, why: str = "") -> dict[str, int]:
    """Organisation → how many segments of its streams are kept beside the tables, without those a person took back; for
    one reason if it is given."""
    return dict(connection.execute(
        "SELECT substr(stream, 1, ?1), count(*) FROM sync_seg WHERE state <> 'applied' AND why <> ?2 "
        "AND ?3 IN ('', why) GROUP BY 1",
        (ORGANISATION_LENGTH, UNDONE, why),
    ).fetchall())  # fmt: skip


def applied(connection: sqlite3.Connection, hashes: Iterable[str]) -> set[str]:
    """Those of some segments that are part of the tables."""
    return _with_state(connection, hashes, "state = 'applied'")


def kept(connection: sqlite3.Connection, hashes: Iterable[str]) -> set[str]:
    """Those of some segments that are here at all."""
    return _with_state(connection, hashes, "1")


def _with_state(connection: sqlite3.Connection, hashes: Iterable[str], condition: str) -> set[str]:
    found: set[str] = set()
    rest = iter(hashes)
    while batch := list(islice(rest, 500)):
        marks = ", ".join("?" * len(batch))
        rows = connection.execute(f"SELECT hash FROM sync_seg WHERE hash IN ({marks}) AND {condition}", batch)
        found.update(sha for (sha,) in rows)
    return found


def incomplete(connection: sqlite3.Connection, organisation: str) -> bool:
    """Whether something of an organisation's streams is here that is no part of the tables yet, apart from what a person
    took back."""
    row = connection.execute(
        f"SELECT 1 FROM sync_unknown WHERE substr(key, 1, {ORGANISATION_LENGTH}) = ?1 UNION ALL "
        f"SELECT 1 FROM sync_seg WHERE state <> 'applied' AND why <> ?2 AND substr(stream, 1, {ORGANISATION_LENGTH}) = ?1 "
        "LIMIT 1",
        (organisation, UNDONE),
    ).fetchone()
    return row is not None


def uncertified(connection: sqlite3.Connection, organisation: str, device: str) -> list[str]:
    """The PCs other than `device` that wrote applied segments of an organisation's streams although nobody ever certified
    them: what this PC was called before."""
    rows = connection.execute(
        "SELECT DISTINCT device FROM sync_seg WHERE stream >= ?1 || '.' AND stream < ?1 || '/' AND state = 'applied' "
        "AND device <> ?2 AND device NOT IN (SELECT device FROM sync_cert)",
        (organisation, device),
    )
    return [name for (name,) in rows]


def open_again(connection: sqlite3.Connection, column: str, value: str) -> None:
    """Make edits of applied segments open ones once more, so that this PC seals them as its own: the segments of a
    `device`, or of an `owner` (an organisation) whoever wrote them."""
    named = "device = ?1" if column == "device" else f"substr(stream, 1, {ORGANISATION_LENGTH}) = ?1"
    chosen = f"SELECT n FROM sync_seg WHERE {named} AND state = '{APPLIED}'"
    connection.execute(
        f"UPDATE tx SET segment = NULL WHERE segment IN (SELECT hash FROM sync_seg WHERE n IN ({chosen}))", (value,)
    )
    for table in ("sync_row", "sync_cell", "sync_unknown"):
        connection.execute(f"DELETE FROM {table} WHERE seg IN ({chosen})", (value,))
    connection.execute(f"DELETE FROM sync_edge WHERE child IN ({chosen})", (value,))
    connection.execute(f"DELETE FROM sync_seg WHERE n IN ({chosen})", (value,))


def forks(connection: sqlite3.Connection, stream: str, device: str, generation: int) -> bool:
    """Whether a PC already wrote a segment of this or a later generation: it was copied or restored."""
    row = connection.execute(
        "SELECT 1 FROM sync_seg WHERE stream = ? AND state = ? AND gen >= ? AND device = ? LIMIT 1",
        (stream, APPLIED, generation, device),
    ).fetchone()
    return row is not None


@dataclass(frozen=True)
class StoredSegment:
    """A segment as it travels: header, signature and payload bytes never change."""

    sha: str
    gen: int
    device: str
    schema: int
    header: bytes
    signature: bytes
    payload: bytes

    @property
    def parents(self) -> list[str]:
        """The hashes of the segments it was written after."""
        found: list[str] = json.loads(self.header)["parents"]
        return found
