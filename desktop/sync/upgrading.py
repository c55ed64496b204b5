"""After an upgrade: cells that an older program kept without knowing them go into the tables, by the same rule as if
they came today."""

import sqlite3

from desktop.store.workspace import Workspace
from desktop.sync import graph, segments
from desktop.sync.applying import Applier
from desktop.sync.streams import parse_stream


def drain(workspace: Workspace, person: str) -> None:
    """Apply every kept cell whose ledger and column are declared now; the others stay kept."""
    with workspace.transaction(person, "升级后补入对方的新内容", origin="segment:", applying=True) as transaction:
        connection = transaction.connection
        for name in {stream for stream, _ in _waiting(connection)}:
            stream, history = parse_stream(name), graph.load(connection, name)
            if stream is None:
                continue
            applier = Applier(workspace.schema, transaction, stream, history)
            numbers = sorted(
                (n for found, n in _waiting(connection) if found == name), key=history.generation.__getitem__
            )
            for n in numbers:
                body, packed = connection.execute("SELECT hdr, payload FROM sync_seg WHERE n = ?", (n,)).fetchone()
                header = segments.read_header(body)
                kept = {
                    (ledger, key, idx, column)
                    for ledger, key, idx, column in connection.execute(
                        "SELECT ledger, key, idx, col FROM sync_unknown WHERE seg = ?", (n,)
                    ).fetchall()
                }
                connection.execute("DELETE FROM sync_unknown WHERE seg = ?", (n,))
                applier.apply_late(n, header, history.hashes[n], segments.read_payload(header, packed), kept)


def _waiting(connection: sqlite3.Connection) -> list[tuple[str, int]]:
    return connection.execute(
        "SELECT DISTINCT sync_seg.stream, sync_seg.n FROM sync_unknown JOIN sync_seg ON sync_seg.n = sync_unknown.seg "
        "WHERE sync_seg.state = ?",
        (graph.APPLIED,),
    ).fetchall()
