"""Segments: immutable, signed batches of operations; sealing turns the open local edits into them.

A payload is lines of canonical JSON: `["tx", at, person, label, basis]` and, below it, `["ins", ledger, key, cells]` or
`["set", ledger, key, cells]`. Each transaction of the journal keeps its own operations, so that the history travels.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple, TypeGuard

import msgspec

import desktop
from desktop.domain.errors import Refusal
from desktop.domain.query import owner_of
from desktop.domain.record import Cell
from desktop.store.identity import Identity, writes_for
from desktop.store.workspace import Workspace, now
from desktop.sync import disputes, graph, renewing, signing
from desktop.sync.canon import canonical, digest, pack, unpack

SLICE = 5_000
"""Operations of one segment at most."""

BYTES = 2 * 1024 * 1024
"""Bytes of one segment's payload before packing, at most (a single operation may exceed it)."""

LARGEST = 32_503_680_000_000
"""Above every number a header or a time in milliseconds may have (the year 3000, the last that Windows can show)."""

FORMAT, SUITE, OLDEST_READER = 1, 1, 1

_encode = msgspec.json.Encoder(order="sorted").encode


class Told(NamedTuple):
    """A transaction as it travels."""

    at: int
    person: str
    label: str
    basis: str


class Operation(NamedTuple):
    """The birth of a row (`born`) or a setting of cells, within a transaction."""

    told: Told
    born: bool
    ledger: str
    key: str
    cells: dict[str, Cell]


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=False):
    """A segment's signed header. `ops` operations, on `rows` (ledger → rows); `sha` and `len` are of the unpacked
    payload."""

    v: int
    suite: int
    stream: str
    dev: str
    parents: list[str]
    gen: int
    ops: int
    rows: dict[str, int]
    sha: str
    len: int
    schema: int
    min_reader: int
    app: str
    at: int
    by: str


def last_person(connection: sqlite3.Connection, device: str) -> str:
    """Who sat at a PC when it last made a segment that is here; empty if there is none."""
    row = connection.execute(
        "SELECT hdr FROM sync_seg WHERE device = ? AND state = 'applied' ORDER BY n DESC LIMIT 1", (device,)
    ).fetchone()
    return "" if row is None else read_header(row[0]).by


def seal_open(workspace: Workspace, connection: Any, identity: Identity, person: str) -> int:
    """Turn every open local transaction into segments, within a write transaction that is open; how many. Called before
    each export and import: an edit made before an import must not seem to have seen it. EnvironmentFault if the keys of
    this PC are not here: what another key signed nobody could ever take in. What this PC wrote under a name
    that nobody certified is sealed anew."""
    for organisation in writes_for(connection):
        for former in graph.uncertified(connection, organisation, identity.device):
            graph.open_again(connection, "device", former)
    by_stream = _open_operations(workspace, connection)
    if by_stream and not renewing.holds_its_keys(workspace, connection):
        raise signing.no_key()
    sealed = 0
    for stream, operations in by_stream.items():
        history = graph.load(connection, stream)
        for batch in _slices(operations):
            _seal_batch(workspace, connection, identity, history, batch, person)
            sealed += 1
    return sealed


def _open_operations(workspace: Workspace, connection: Any) -> dict[str, list[tuple[int, Operation]]]:
    rows = connection.execute(
        "SELECT tx.id, tx.at, tx.person, tx.label, tx.basis, journal.ledger, journal.key, journal.field, journal.new "
        "FROM tx CROSS JOIN journal ON journal.tx = tx.id WHERE tx.segment IS NULL ORDER BY journal.id"
    )
    open_now: dict[tuple[int, str, str], tuple[Told, bool, dict[str, Cell]]] = {}
    for tx, at, person, label, basis, ledger, key, field, new in rows:
        known = open_now.get((tx, ledger, key))
        if known is None:
            known = open_now[tx, ledger, key] = (Told(at, person, label, basis), field == "", {})
        if field == "":
            names = (item.name for item in workspace.schema.ledger(ledger).stored)
            known[2].update((name, cell) for name, cell in zip(names, _decoded(new), strict=False) if cell is not None)
        else:
            known[2][field] = new
    audiences = _audiences(connection, {(ledger, key) for _, ledger, key in open_now})
    by_stream: dict[str, list[tuple[int, Operation]]] = {}
    for (tx, ledger, key), (teller, born, cells) in open_now.items():
        stream = f"{owner_of(key)}.{audiences[ledger, key]}"
        by_stream.setdefault(stream, []).append((tx, Operation(teller, born, ledger, key, cells)))
    return by_stream


def _audiences(connection: Any, rows: set[tuple[str, str]]) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for ledger in {ledger for ledger, _ in rows}:
        keys = iter([key for other, key in rows if other == ledger])
        while batch := list(islice(keys, 500)):
            marks = ", ".join("?" * len(batch))
            lines = connection.execute(f'SELECT key, _stream FROM "{ledger}" WHERE key IN ({marks})', batch)
            found.update(((ledger, key), audience) for key, audience in lines)
    return found


def _slices(operations: list[tuple[int, Operation]]) -> Iterator[list[tuple[int, Operation]]]:
    batch: list[tuple[int, Operation]] = []
    size = 0
    for tx, operation in operations:
        weight = 60 + 20 * len(operation.cells) + sum(map(len, filter(_is_text, operation.cells.values())))
        if batch and (len(batch) >= SLICE or size + weight > BYTES):
            yield batch
            batch, size = [], 0
        batch.append((tx, operation))
        size += weight
    if batch:
        yield batch


def _is_text(cell: Cell) -> TypeGuard[str]:
    return isinstance(cell, str)


def _seal_batch(workspace: Workspace, connection: Any, identity: Identity, history: graph.StreamGraph,
                batch: list[tuple[int, Operation]], person: str) -> None:  # fmt: skip
    operations = [operation for _, operation in batch]
    plain = write_payload(operations)
    parents = history.head_hashes()
    header = Header(
        v=FORMAT, suite=SUITE, stream=history.name, dev=identity.device, parents=parents,
        gen=1 + max((history.generation[n] for n in history.heads()), default=0), ops=len(operations),
        rows=_row_counts(operations), sha=digest(plain), len=len(plain),
        schema=workspace.schema.version, min_reader=OLDEST_READER, app=desktop.__version__, at=now(), by=person,
    )  # fmt: skip
    body = canonical(msgspec.to_builtins(header))
    signature = signing.sign(workspace.folder, signing.DEVICE, body)
    segment = graph.StoredSegment(
        digest(body), header.gen, identity.device, header.schema, body, signature, pack(plain)
    )
    n = graph.store(connection, history, segment, None)
    _remember(workspace, connection, n, operations)
    connection.executemany("UPDATE tx SET segment = ? WHERE id = ?", {(segment.sha, tx) for tx, _ in batch})


def _remember(workspace: Workspace, connection: Any, n: int, operations: list[Operation]) -> None:
    """Our own operations descend from everything here: each becomes the only live one of its cells."""
    schema = workspace.schema
    connection.executemany(
        "INSERT INTO sync_row VALUES (?, ?, ?, ?, ?, ?)",
        (
            (item.ledger, item.key, n, idx, item.told.at, schema.version)
            for idx, item in enumerate(operations)
            if item.born
        ),
    )
    cells = [
        (item.ledger, item.key, name, n, idx, item.told.at, cell)
        for idx, item in enumerate(operations)
        if not item.born
        for name, cell in item.cells.items()
    ]
    places = [row[:3] for row in cells]
    connection.executemany("DELETE FROM sync_cell WHERE ledger = ? AND key = ? AND col = ?", places)
    connection.executemany(
        "INSERT INTO sync_cell VALUES (?, ?, ?, ?, ?, ?, ?)", {row[:3]: row for row in cells}.values()
    )
    disputes.settled_by_us(connection, places)


def _row_counts(operations: list[Operation]) -> dict[str, int]:
    return dict(Counter(ledger for ledger, _ in {(item.ledger, item.key) for item in operations}))


def write_payload(operations: list[Operation]) -> bytes:
    """The unpacked payload of some operations."""
    lines: list[bytes] = []
    told: Told | None = None
    for item in operations:
        if item.told != told:
            told = item.told
            lines.append(_encode(["tx", told.at, told.person, told.label, told.basis]))
        lines.append(_encode(["ins" if item.born else "set", item.ledger, item.key, item.cells]))
    return b"\n".join(lines)


def read_header(body: bytes) -> Header:
    """The header in a segment; Refusal if it is none or out of bounds."""
    try:
        header = msgspec.json.decode(body, type=Header)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Refusal("bad_segment", "同步包里有一段数据看不懂，请对方重新生成") from None
    numbers = (header.ops, header.len, header.schema, header.min_reader, header.at, *header.rows.values())
    bounded = all(0 <= number < LARGEST for number in numbers)
    ordered = header.parents == sorted(set(header.parents)) and len(header.parents) <= 10_000
    if header.suite != SUITE or not 1 <= header.gen < LARGEST or not bounded or not ordered:
        raise Refusal("bad_segment", "同步包里有一段数据的格式本程序不认识，请先升级程序")
    return header


def read_payload(header: Header, packed: bytes) -> list[Operation]:
    """The operations of a segment; Refusal unless they are exactly what the header announces."""
    plain = unpack(packed, header.len)
    if digest(plain) != header.sha:
        raise Refusal("bad_segment", "同步包里有一段数据被改动过，请对方重新生成")
    operations: list[Operation] = []
    told: Told | None = None
    for line in plain.split(b"\n") if plain else []:
        match _decoded(line):
            case ["tx", int(at), str(person), str(label), str(basis)] if 0 <= at < LARGEST:
                told = Told(at, person, label, basis)
            case ["ins" | "set" as word, str(ledger), str(key), dict(cells)] if told is not None:
                operations.append(Operation(told, word == "ins", ledger, key, _cells(cells)))
            case _:
                raise Refusal("bad_segment", "同步包里有一条操作看不懂，请对方升级或重新生成")
    if len(operations) != header.ops:
        raise Refusal("bad_segment", "同步包里的操作数与说明不符，请对方重新生成")
    return operations


def _decoded(line: bytes) -> Any:
    try:
        return msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _cells(cells: dict[str, Any]) -> dict[str, Cell]:
    flags = False
    for cell in cells.values():
        if cell is None or type(cell) is str or (type(cell) is int and abs(cell) < 2**63):
            continue
        if type(cell) is not bool:
            raise Refusal("bad_segment", "同步包里有一格数据的类型不对，请对方重新生成")
        flags = True
    return {name: int(cell) if type(cell) is bool else cell for name, cell in cells.items()} if flags else cells
