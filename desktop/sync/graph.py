"""The history of a stream: segments, their parents, and who has seen what."""

import json
import sqlite3
from dataclasses import dataclass, field

APPLIED, ASIDE, HELD = "applied", "aside", "held"
"""States of a stored segment: part of the tables; refused with its descendants; waiting for a newer program."""


@dataclass
class StreamGraph:
    """The applied segments of one stream. Ancestries are bit sets over the position within the stream (`sidx`)."""

    name: str
    position: dict[int, int] = field(default_factory=dict)
    hashes: dict[int, str] = field(default_factory=dict)
    number: dict[str, int] = field(default_factory=dict)
    seen: dict[int, int] = field(default_factory=dict)
    generation: dict[int, int] = field(default_factory=dict)
    parents: dict[int, list[int]] = field(default_factory=dict)

    def add(self, n: int, sidx: int, sha: str, gen: int, parents: list[int]) -> None:
        """Append a segment whose parents are all here."""
        self.position[n], self.hashes[n], self.number[sha], self.generation[n] = sidx, sha, n, gen
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
        return known | {n for n, sidx in self.position.items() if bits >> sidx & 1}


def load(connection: sqlite3.Connection, stream: str) -> StreamGraph:
    """The applied segments of a stream."""
    graph = StreamGraph(stream)
    rows = connection.execute(
        "SELECT n, sidx, hash, gen, hdr FROM sync_seg WHERE stream = ? AND state = ? ORDER BY gen, n",
        (stream, APPLIED),
    ).fetchall()
    for n, sidx, sha, gen, header in rows:
        graph.add(n, sidx, sha, gen, [graph.number[parent] for parent in json.loads(header)["parents"]])
    return graph


def streams(connection: sqlite3.Connection) -> list[str]:
    """The names of all streams with an applied segment."""
    rows = connection.execute("SELECT DISTINCT stream FROM sync_seg WHERE state = ? ORDER BY stream", (APPLIED,))
    return [name for (name,) in rows]


def store(connection: sqlite3.Connection, graph: StreamGraph, segment: "StoredSegment") -> int:
    """Keep a segment byte for byte and add it to its stream's graph; its local number."""
    sidx = len(graph.position)
    n = connection.execute(
        "INSERT INTO sync_seg (hash, stream, sidx, gen, device, schema, hdr, sig, payload, state) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (segment.sha, graph.name, sidx, segment.gen, segment.device, segment.schema, segment.header,
         segment.signature, segment.payload, APPLIED),
    ).lastrowid  # fmt: skip
    assert n is not None
    parents = [graph.number[parent] for parent in segment.parents]
    connection.executemany("INSERT INTO sync_edge VALUES (?, ?)", [(n, parent) for parent in parents])
    graph.add(n, sidx, segment.sha, segment.gen, parents)
    return n


@dataclass(frozen=True)
class StoredSegment:
    """A segment as it travels: header, signature and payload bytes never change."""

    sha: str
    gen: int
    device: str
    schema: int
    parents: list[str]
    header: bytes
    signature: bytes
    payload: bytes
