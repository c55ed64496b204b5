"""The log of bundles made and applied, each with what it held."""

import json
import sqlite3

from desktop.store.workspace import now


def note(connection: sqlite3.Connection, kind: str, device: str, name: str, detail: object) -> int:
    """An entry of the log; its number. `kind` is made, applied or the like; `detail` becomes JSON."""
    number = connection.execute(
        "INSERT INTO sync_log (at, kind, device, bundle, detail) VALUES (?, ?, ?, ?, ?)",
        (now(), kind, device, name, json.dumps(detail, ensure_ascii=False)),
    ).lastrowid
    assert number is not None
    return number
