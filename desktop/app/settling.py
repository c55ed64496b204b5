"""冲突: values that two PCs of one unit wrote without knowing of each other, and the decision of a person."""

from dataclasses import dataclass

from desktop.app import clock
from desktop.app.session import Session
from desktop.domain.changes import Changes
from desktop.domain.document import Document, HeadField, Table, TableColumn, TableRow
from desktop.domain.entry import Typed, read_cell
from desktop.domain.errors import Refusal
from desktop.domain.query import owner_of
from desktop.domain.record import Cell
from desktop.store import journal

SETTLED = "settled"
"""Origin of the steps that settle a conflict."""

PRINTED = 500
"""Decisions on the sheet at most, the newest."""

_SETTLING = "处理冲突 "
KEPT, DELETED = "保留这一条", "删除这一条"


@dataclass(frozen=True)
class Option:
    """One of the values: as stored, as a person reads it, and who wrote it when on which PC."""

    value: Cell
    shown: str
    said_by: str


@dataclass(frozen=True)
class Conflict:
    """One cell that waits for a decision; the first option is what the ledgers show meanwhile."""

    ledger: str
    key: str
    name: str
    ledger_label: str
    caption: str
    field_label: str
    options: tuple[Option, ...]
    ours: bool
    """Whether this unit may decide; the bureau only sees the conflicts of its units."""


def conflicts(session: Session) -> list[Conflict]:
    """Every conflict, those we may decide first."""
    from desktop.sync import disputes
    from desktop.sync.conflicts import conflicts as waiting

    found, owners = [], session.owners
    for item in waiting(session.read.connection):
        declared = session.schema.ledger(item.ledger)
        deletion = item.name == disputes.DELETION
        options = tuple(
            Option(voice.value, _shown(session, item.ledger, item.name, voice.value),
                   f"{voice.person}，{clock.shown(voice.at)}，电脑 {voice.device[:4].upper()}")
            for voice in {voice.value: voice for voice in reversed(item.voices)}.values()
        )[::-1]  # fmt: skip
        found.append(Conflict(
            item.ledger, item.key, item.name, declared.label, session.read.caption(item.ledger, item.key),
            "删除还是保留" if deletion else declared.field(item.name).label, options,
            owner_of(item.key) in owners,
        ))  # fmt: skip
    return sorted(found, key=lambda item: not item.ours)


def places(session: Session) -> frozenset[tuple[str, str, str]]:
    """(ledger, key, field) of every value that is provisional (待定)."""
    from desktop.sync import disputes

    return frozenset(disputes.disputed(session.read.connection))


def waiting_here(session: Session) -> int:
    """How many conflicts this unit has to decide."""
    owners = session.owners
    return sum(owner_of(key) in owners for _, key, _ in places(session))


def settle(session: Session, conflict: Conflict, value: Cell) -> Changes:
    """Take one of the values; it holds everywhere, and the others stay in the history."""
    if not conflict.ours:
        raise Refusal("not_ours", "这处冲突要由填报的单位自己处理，请通知该单位")
    lost = "；".join(f"{option.shown}（{option.said_by}）" for option in conflict.options)
    chosen = _shown(session, conflict.ledger, conflict.name, value)
    with session.write(
        f"{_SETTLING}{conflict.field_label}", f"两边的值：{lost}；采用：{chosen}", origin=f"{SETTLED}:{conflict.ledger}"
    ) as transaction:
        transaction.decide(conflict.ledger, conflict.key, conflict.name, value)
    return transaction.changes


def settle_typed(session: Session, conflict: Conflict, typed: Typed) -> Changes:
    """Write a further value in place of both."""
    field = session.schema.ledger(conflict.ledger).field(conflict.name)
    return settle(session, conflict, read_cell(field, typed))


def _shown(session: Session, ledger: str, name: str, value: Cell) -> str:
    from desktop.sync import disputes

    if name == disputes.DELETION:
        return DELETED if value else KEPT
    return session.read.show(ledger, name, value) or "（空）"


def settlement_sheet(session: Session) -> Document:
    """冲突处理单: what was decided and what still waits."""
    settled = journal.labelled(session.read, _SETTLING, PRINTED)
    rows = [
        TableRow((clock.shown(at), f"{session.schema.ledger(ledger).label} {session.read.caption(ledger, key)}",
                  label.removeprefix(_SETTLING), basis, person))
        for at, person, label, basis, ledger, key in settled
    ]  # fmt: skip
    rows.extend(
        TableRow(("待处理", f"{item.ledger_label} {item.caption}", item.field_label,
                  "；".join(f"{option.shown}（{option.said_by}）" for option in item.options), ""), bold=True)
        for item in conflicts(session)
    )  # fmt: skip
    columns = (TableColumn("时间", 34), TableColumn("记录", 60), TableColumn("字段", 28), TableColumn("各方的值与采用的值", 120),
               TableColumn("处理人", 22))  # fmt: skip
    return Document(
        title="冲突处理单", table=Table(columns, tuple(rows)),
        head=((HeadField("单位", session.identity.name), HeadField("打印日期", session.today())),),
        signatures=("经办人", "负责人"), footer_left=session.identity.name,
        watermark=session.watermark,
    )  # fmt: skip
