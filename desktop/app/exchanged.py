"""同步记录: what was sent and received, what is acknowledged and what is still missing."""

from dataclasses import dataclass

from desktop.app.session import Session
from desktop.sync import log
from desktop.sync.log import Entry


def entries(session: Session, limit: int = 200) -> list[Entry]:
    """What was sent, received and taken back, newest first."""
    return log.entries(session.read.connection, limit=limit)


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
        return "；".join((words, *found["notes"]))
    return "台账回到应用之前"


def missing_attachments(session: Session) -> list[tuple[str, str]]:
    """(ledger, key) of the rows whose file has not arrived."""
    from desktop.sync import attached

    connection = session.read.connection
    return [(ledger, key) for _, ledger, key in attached.missing(session.schema, connection, session.workspace.folder)]


def waiting_parts(session: Session) -> int:
    """How many parts of bundles are kept beside the ledgers until what they build on arrives."""
    from desktop.sync import graph

    return sum(graph.waiting(session.read.connection, graph.PARENTS).values())
