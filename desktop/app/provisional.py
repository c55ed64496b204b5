"""待定: which cells of a ledger show a value that two PCs wrote differently and nobody has decided on yet."""

from collections.abc import Iterable

from desktop.app.session import Session
from desktop.app.settling import places

MARK = "待定"

WHY = "两台电脑填得不一样，暂按这个值显示，请到“同步”的“冲突”里选定"


def cells(session: Session, ledger: str) -> frozenset[tuple[str, str]]:
    """(row's key, column's path) of every provisional cell, also in rows embedded in this ledger's; a row that one PC
    deleted and another wrote has an empty path."""
    found = set()
    for name, key, field in places(session):
        path = session.schema.naming(name, field) if session.schema.ledger(name).by_name.get(field) else ""
        if name == ledger:
            found.add((key, path))
        for reference in session.schema.ledger(ledger).stored:
            if reference.embedded and reference.target == name:
                for row in session.read.referring(ledger, reference.name, key):
                    found.add((str(row["key"]), f"{reference.name}.{path}" if path else ""))
    return frozenset(found)


def sentence(session: Session, ledgers: Iterable[str]) -> str:
    """How many values that figures from these ledgers rest on are provisional; empty if none is."""
    rest_on = frozenset(ledgers)
    count = sum(name in rest_on for name, _, _ in places(session))
    return f"有 {count} 处数据{MARK}（冲突未处理）" if count else ""
