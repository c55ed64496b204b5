"""同步记录: what was sent and received, what is acknowledged and what is still missing."""

from dataclasses import dataclass

from desktop.app.session import Session
from desktop.sync import log
from desktop.sync.log import Entry


def entries(session: Session, limit: int = 200) -> list[Entry]:
    """What was sent, received and taken back, newest first."""
    return log.entries(session.read.connection, limit=limit)


NAMED = 20
"""Attachments named in a sentence at most."""


@dataclass(frozen=True)
class Sent:
    """One bundle made: to whom, how many rows and attachments."""

    at: int
    name: str
    to: str
    number: int
    total: int
    blobs: int
    left_out: int


def sent(session: Session, limit: int = 200) -> list[Sent]:
    """The bundles made, newest first."""
    return [
        Sent(item.at, item.name, item.detail["to"], item.detail["number"], sum(item.detail["counts"].values()),
             item.detail["blobs"], item.detail["left_out"])
        for item in log.entries(session.read.connection, log.MADE, limit)
    ]  # fmt: skip


def acknowledged(session: Session) -> dict[str, set[int]]:
    """Recipient → the numbers of our bundles that all its PCs are known to have taken in."""
    from desktop.sync import receipts

    return receipts.acknowledged(session.read.connection)


def in_words(entry: Entry) -> str:
    """The result of one line of the log."""
    found = entry.detail
    if entry.kind == log.MADE:
        return f"第 {found['number']} 号"
    if entry.kind == log.APPLIED:
        words = f"{found['from']} 第 {found['number']} 号：新增 {found['added']}，更新 {found['changed']}"
        words += f"，附件 {found['blobs']} 个" if found.get("blobs") else ""
        return "；".join((words, *found["notes"]))
    return "台账回到应用之前"


def missing_attachments(session: Session) -> list[tuple[str, str]]:
    """(ledger, key) of the rows whose file has not arrived."""
    from desktop.sync import attached

    connection = session.read.connection
    return [(ledger, key) for _, ledger, key in attached.missing(session.schema, connection, session.workspace.folder)]


def damaged_attachments(session: Session) -> str:
    """One sentence that names the attachments found damaged here, which no bundle carries; empty if there are none."""
    from desktop.sync import attached

    read = session.read
    rows = attached.damaged(session.schema, read.connection, session.workspace.folder)
    if not rows:
        return ""
    names = "、".join(_caption(session, ledger, key) for _, ledger, key in rows[:NAMED])
    more = f" 等 {len(rows)} 个" if len(rows) > NAMED else ""
    return (f"本机的附件已损坏，没有放进同步包：{names}{more}；请重新添加原文件，"
            "对方若有完好的一份，会随它的下一个同步包送回")  # fmt: skip


def _caption(session: Session, ledger: str, key: str) -> str:
    """A file by its own name and that of the row it belongs to."""
    name, row = session.read.caption(ledger, key), session.read.any_row(ledger, key) or {}
    subject = str(row.get("subject_ledger") or "")
    if not subject or not session.schema.has(subject) or not row.get("subject_key"):
        return f"“{name}”"
    return f"“{name}”（{session.read.caption(subject, str(row['subject_key']))}）"


def waiting_parts(session: Session) -> int:
    """How many parts of bundles are kept beside the ledgers until what they build on arrives."""
    from desktop.sync import graph

    return sum(graph.waiting(session.read.connection, graph.PARENTS).values())
