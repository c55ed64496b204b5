"""Taking an applied bundle back: its segments leave the tables, and the rows they touched are made anew from those that
stay. The state is a function of the set of segments, so nothing else can be in it."""

import sqlite3
from dataclasses import dataclass

from desktop.domain.changes import Changes
from desktop.domain.errors import Refusal
from desktop.store import rebuilding
from desktop.store.backup import make_backup
from desktop.store.journal import Transaction
from desktop.store.workspace import Workspace
from desktop.sync import digests, graph, log, segments
from desktop.sync.applying import Applier
from desktop.sync.streams import parse_stream


@dataclass(frozen=True)
class Applied:
    """An applied bundle that could be taken back; `why_not` says why it cannot, empty if it can."""

    batch: int
    name: str
    sender: str
    at: int
    why_not: str


def applied(connection: sqlite3.Connection, limit: int = 50) -> list[Applied]:
    """The bundles that brought something, newest first."""
    return [
        Applied(entry.id, entry.name, str(entry.detail.get("from", "")), entry.at, why_not(connection, entry.id))
        for entry in log.standing(connection, limit)
    ]


def why_not(connection: sqlite3.Connection, batch: int) -> str:
    """Why a bundle cannot be taken back; empty if it can."""
    if connection.execute("SELECT 1 FROM sync_seg WHERE batch = ? AND state = 'applied'", (batch,)).fetchone() is None:
        return "这个同步包已经撤销，或没有带来新内容"
    later = connection.execute(
        "SELECT 1 FROM sync_seg AS mine JOIN sync_edge ON sync_edge.parent = mine.n "
        "JOIN sync_seg AS child ON child.n = sync_edge.child AND child.batch IS NOT mine.batch "
        "WHERE mine.batch = ? AND mine.state = 'applied' LIMIT 1",
        (batch,),
    ).fetchone()
    if later is not None:
        return "之后的填报或同步包是接着它写的，不能单独撤销；要回到从前，请到“设置”用应用前自动做的备份恢复"
    streams = {name for (name,) in connection.execute("SELECT stream FROM sync_seg WHERE batch = ?", (batch,))}
    if streams & _open_streams(connection):
        return "应用之后本机又改了同一部分的记录，不能撤销；要回到从前，请到“设置”用应用前自动做的备份恢复"
    return ""


def _open_streams(connection: sqlite3.Connection) -> set[str]:
    """The streams that hold an edit not sealed yet."""
    rows = connection.execute(
        "SELECT DISTINCT journal.ledger, journal.key FROM tx JOIN journal ON journal.tx = tx.id "
        "WHERE tx.segment IS NULL"
    ).fetchall()
    found = set()
    for ledger, key in rows:
        row = connection.execute(f'SELECT _stream FROM "{ledger}" WHERE key = ?', (key,)).fetchone()
        if row is not None:
            found.add(f"{key.partition('-')[0]}.{row[0]}")
    return found


def undo(workspace: Workspace, person: str, batch: int) -> Changes:
    """Take a bundle back after a backup. Refusal if later work rests on it."""
    with workspace.exclusive() as connection:
        if sentence := why_not(connection, batch):
            raise Refusal("later_work", sentence)
    make_backup(workspace, "撤销同步前")
    with workspace.transaction(person, "撤销同步包", origin="segment:", applying=True) as transaction:
        connection = transaction.connection
        gone = connection.execute(
            "SELECT n, hash, stream FROM sync_seg WHERE batch = ? AND state = ?", (batch, graph.APPLIED)
        ).fetchall()
        for stream in {stream for _, _, stream in gone}:
            numbers = [(n, sha) for n, sha, name in gone if name == stream]
            _take_back(workspace, transaction, stream, numbers)
        digests.forget(connection)
        log.note_undone(connection, batch)
    return transaction.changes


def _take_back(workspace: Workspace, transaction: Transaction, name: str, gone: list[tuple[int, str]]) -> None:
    connection = transaction.connection
    rows: set[tuple[str, str]] = set()
    for n, sha in gone:
        rows.update(connection.execute(
            "SELECT DISTINCT ledger, key FROM journal JOIN tx ON tx.id = journal.tx WHERE tx.segment = ?", (sha,)
        ).fetchall())  # fmt: skip
        for table in ("sync_row", "sync_cell", "sync_unknown"):
            rows.update(connection.execute(f"SELECT ledger, key FROM {table} WHERE seg = ?", (n,)).fetchall())
        connection.execute("DELETE FROM sync_edge WHERE child = ?", (n,))
        connection.execute("UPDATE sync_seg SET state = ?, why = ? WHERE n = ?", (graph.HELD, graph.UNDONE, n))
    for table in ("sync_row", "sync_cell", "sync_unknown", "sync_conflict"):
        connection.executemany(f"DELETE FROM {table} WHERE ledger = ? AND key = ?", rows)
    rebuilding.drop(transaction, rows)
    stream, history = parse_stream(name), graph.load(connection, name)
    assert stream is not None, "only segments of real streams are applied"
    applier = Applier(workspace.schema, transaction, stream, history, only=rows)
    for n in sorted(history.hashes, key=lambda n: (history.generation[n], history.hashes[n])):
        body, packed = connection.execute("SELECT hdr, payload FROM sync_seg WHERE n = ?", (n,)).fetchone()
        header = segments.read_header(body)
        applier.apply(n, header, history.hashes[n], segments.read_payload(header, packed))
