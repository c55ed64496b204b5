"""Conflicts with their values and who wrote them, for a person to decide."""

import sqlite3
from dataclasses import dataclass
from functools import cache

from desktop.domain.record import Cell
from desktop.sync import segments
from desktop.sync.disputes import DELETION, disputed


@dataclass(frozen=True)
class Voice:
    """One of the values: what, when, by whom, on which PC."""

    value: Cell
    at: int
    person: str
    device: str


@dataclass(frozen=True)
class Conflict:
    """A cell with different live values; `voices` newest first, the first is shown until a person decides."""

    ledger: str
    key: str
    name: str
    voices: tuple[Voice, ...]

    @property
    def values(self) -> tuple[Cell, ...]:
        """The different values, newest first."""
        return tuple(dict.fromkeys(voice.value for voice in self.voices))


def conflicts(connection: sqlite3.Connection) -> list[Conflict]:
    """Every conflict that waits for a person, with its values."""

    @cache
    def tellers(n: int) -> list[str]:
        header, payload = connection.execute("SELECT hdr, payload FROM sync_seg WHERE n = ?", (n,)).fetchone()
        return [item.told.person for item in segments.read_payload(segments.read_header(header), payload)]

    found = []
    for ledger, key, name in disputed(connection):
        rows = connection.execute(
            "SELECT val, sync_cell.at, device, seg, idx, col FROM sync_cell JOIN sync_seg ON sync_seg.n = seg "
            "WHERE ledger = ? AND key = ? AND (col = ? OR ? = ?) ORDER BY sync_cell.at DESC, hash DESC, idx DESC",
            (ledger, key, name, name, DELETION),
        ).fetchall()
        voices = [
            Voice(value if column == name else 0, at, tellers(n)[idx], device)
            for value, at, device, n, idx, column in rows
        ]
        newest = {(voice.value, voice.device): voice for voice in reversed(voices)}
        found.append(Conflict(ledger, key, name, tuple(reversed(newest.values()))))
    return found
