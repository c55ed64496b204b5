"""下发: what the bureau writes for the units below, which its next bundle carries."""

from desktop.app import inspection
from desktop.app.session import Session
from desktop.domain.changes import Changes
from desktop.domain.errors import Refusal
from desktop.domain.query import owner_of


def issue_checklist(session: Session, checklist: str) -> Changes:
    """下发: a copy of a checklist and its items for all units below."""
    row = session.read.row("checklist", checklist)
    if row is None:
        raise Refusal("no_checklist", "找不到这张检查表模板，请重新选择")
    names = [field.name for field in session.schema.ledger("checklist").stored]
    items = inspection.items_of(session, checklist)
    with session.write(f"下发检查表 {row['title']}") as transaction:
        copy = transaction.insert("checklist", {name: row[name] for name in names}, stream="all")
        fields = ("checklist", "position", *inspection.COPIED)
        rows = [(copy, item.position, *(getattr(item, name) for name in inspection.COPIED)) for item in items]
        transaction.insert_many("checklist_item", fields, rows, stream="all")
    return transaction.changes


def review(session: Session, ledger: str, key: str, kind: str, body: str) -> Changes:
    """批注、接收或退回 one row of a unit: the bureau's own row for that unit alone."""
    owner = owner_of(key)
    if not session.identity.is_bureau or owner == session.identity.organisation:
        raise Refusal("not_bureau", "批注和退回由市局对下属单位的记录填写")
    if session.read.row(ledger, key) is None:
        raise Refusal("vanished", "这条记录已被删除，不用再批注或退回，请刷新后再看")
    about = f"{session.schema.ledger(ledger).label} {session.read.caption(ledger, key)}"
    with session.write(f"批注 {about}") as transaction:
        transaction.insert(
            "review_note",
            {"kind": kind, "subject_ledger": ledger, "subject_key": key, "about": about, "body": body},
            stream=f"to.{owner}",
        )
    return transaction.changes
