"""备份与恢复: made and checked, listed, looked into beside what the library holds now, put in its place."""

from dataclasses import dataclass
from pathlib import Path

from desktop.app.session import Session
from desktop.store import backup
from desktop.store.backup import Backup
from desktop.store.workspace import LIBRARY

described, restore = backup.described, backup.restore


@dataclass(frozen=True)
class Counted:
    """Live rows of one ledger: in the backup, and now."""

    label: str
    kept: int
    now: int


def make(session: Session, reason: str = "手动") -> Backup:
    """A checked backup of the library as it is."""
    return backup.make_backup(session.workspace, reason)


def listed(folder: Path) -> list[Backup]:
    """The backups of a data folder, newest first, with what was set aside before a restore."""
    return backup.backups(folder)


def checked(folder: Path) -> list[Backup]:
    """Those that were checked when they were made, newest first."""
    return [item for item in backup.backups(folder) if item.verified]


def preview(session: Session, source: Path) -> list[Counted]:
    """The ledgers that have rows in a backup or now; Refusal if it is no whole backup."""
    names = [ledger.name for ledger in session.schema.ledgers]
    kept = backup.live_rows(source, names)
    now = backup.live_rows(session.workspace.folder / LIBRARY, names)
    return [
        Counted(ledger.label, kept.get(ledger.name, 0), now[ledger.name])
        for ledger in session.schema.ledgers
        if kept.get(ledger.name) or now[ledger.name]
    ]
