"""What the unit has settled for itself, one named value each: synced to its other computers, never to other units."""

from desktop.app.session import Session
from desktop.domain.ledgers.common import Setting
from desktop.domain.query import OWNER, Group, Op, Test
from desktop.store.journal import Transaction
from desktop.store.reading import Reader


def unit_settings(session: Session, prefix: str) -> dict[str, str]:
    """What follows `prefix` in a name → the value, of every setting of this unit that has one."""
    rows = _rows(session, session.read, prefix)
    return {name[len(prefix) :]: str(row.value) for name, row in rows.items() if row.value}


def put(session: Session, transaction: Transaction, name: str, value: str | None) -> None:
    """Give a setting its value, within one step of a person; None takes it back."""
    row = _rows(session, transaction.reader, name).get(name)
    if row is not None:
        transaction.update("setting", row.key, {"value": value})
    elif value is not None:
        transaction.insert("setting", {"name": name, "value": value})


def _rows(session: Session, read: Reader, prefix: str) -> dict[str, Setting]:
    """Name → row; of two that two computers made under one name, the newer."""
    ours = Test(OWNER, Op.IN, (session.identity.organisation,))
    rows = read.records(Setting, Group((ours, Test("name", Op.CONTAINS, (prefix,)))))
    return {str(row.name): row for row in sorted(rows, key=lambda row: row.key) if str(row.name).startswith(prefix)}
