"""恢复: what a backup holds beside what the library holds now, before anything is put in its place."""

from dataclasses import dataclass
from pathlib import Path

from desktop.app.session import Session
from desktop.store import backup
from desktop.store.workspace import LIBRARY


@dataclass(frozen=True)
class Counted:
    """Live rows of one ledger: in the backup, and now."""

    label: str
    kept: int
    now: int


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
