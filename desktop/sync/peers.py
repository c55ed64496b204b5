"""What the other PCs say they hold and miss: their newest reports, by which the next bundle for them is chosen."""

import json
import sqlite3
from dataclasses import dataclass

from desktop.store.workspace import now
from desktop.sync import certificates
from desktop.sync.container import Manifest

SILENT = 60 * 24 * 3600 * 1000
"""Milliseconds after which a copy that another copy of the same library outlived counts no more."""


@dataclass(frozen=True)
class Report:
    """One PC's word: stream → heads, and the segments and attachments it asks for."""

    device: str
    organisation: str
    instance: str
    heads: dict[str, list[str]]
    want: list[str]
    want_blobs: list[str]


def reports(connection: sqlite3.Connection, organisation: str = "") -> list[Report]:
    """The newest report of each PC that was not withdrawn, of one organisation if it is given."""
    rows = connection.execute(
        "SELECT device, organisation, instance, heads, want, want_blobs FROM sync_peer WHERE ?1 IN ('', organisation) "
        "AND device NOT IN (SELECT device FROM sync_revocation)",
        (organisation,),
    ).fetchall()
    return [Report(*row[:3], *map(json.loads, row[3:])) for row in rows]


def last_heard(connection: sqlite3.Connection) -> dict[str, tuple[int, int]]:
    """Organisation → the number of its newest bundle and when that was made."""
    rows = connection.execute("SELECT organisation, max(bundle_no), max(at) FROM sync_peer GROUP BY organisation")
    return {organisation: (number, at) for organisation, number, at in rows}


def remember(connection: sqlite3.Connection, manifest: Manifest) -> None:
    """What the sender of a bundle says it holds; by its running number, since its clock may be set back. Copies of one
    library report each for itself, until another took their place or they are silent for long."""
    heads, heard = {name: state.heads for name, state in manifest.streams.items()}, now()
    connection.execute(
        "INSERT INTO sync_peer VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (device, instance) DO UPDATE SET "
        "heads = excluded.heads, want = excluded.want, want_blobs = excluded.want_blobs, at = excluded.at, "
        "bundle_no = excluded.bundle_no, heard = excluded.heard WHERE excluded.bundle_no >= sync_peer.bundle_no",
        (manifest.sender, manifest.organisation, manifest.instance, json.dumps(heads), json.dumps(manifest.want),
         json.dumps(manifest.want_blobs), manifest.number, manifest.at, heard),
    )  # fmt: skip
    connection.execute(
        "DELETE FROM sync_peer WHERE device = ? AND instance <> ? AND heard < ?",
        (manifest.sender, manifest.instance, heard - SILENT),
    )
    connection.execute("DELETE FROM sync_peer WHERE device = ? AND instance = ''", (manifest.sender,))
    connection.executemany(
        "DELETE FROM sync_peer WHERE organisation = ? AND instance = ?",
        [(manifest.organisation, former) for former in manifest.former if former != manifest.instance],
    )


def told(connection: sqlite3.Connection, superior: str, heads: dict[str, list[str]]) -> None:
    """What the superior holds, said by telephone."""
    known = reports(connection, superior)
    for report in known:
        connection.execute(
            "UPDATE sync_peer SET heads = ? WHERE device = ? AND instance = ?",
            (json.dumps({**report.heads, **heads}), report.device, report.instance),
        )
    if not known:
        device = next((item.device for item in certificates.devices(connection, superior)), superior)
        connection.execute(
            "INSERT INTO sync_peer VALUES (?, ?, '', ?, '[]', '[]', 0, 0, 0)", (device, superior, json.dumps(heads))
        )
