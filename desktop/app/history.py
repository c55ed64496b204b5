"""Undo, redo and the history of a record."""

import datetime
from dataclasses import dataclass

from desktop.app.session import Session
from desktop.domain.changes import Changes
from desktop.domain.errors import Refusal
from desktop.domain.record import Kind
from desktop.store import journal


@dataclass(frozen=True)
class Line:
    """One change as a person reads it."""

    at: str
    person: str
    label: str
    basis: str
    field_label: str
    old: str
    new: str


def undo(session: Session) -> Changes:
    """Take back the last step, as a new step; cells changed since are left alone and listed in `skipped`."""
    steps, _ = journal.stacks(session.read)
    if not steps:
        raise Refusal("nothing_to_undo", "没有可以撤销的操作")
    return undo_step(session, steps[-1])


def undo_step(session: Session, number: int) -> Changes:
    """Take back one step wherever it stands, such as yesterday's import."""
    label = journal.label_of(session.read, number)
    with session.write(f"撤销 {label}", origin=f"undo:{number}") as transaction:
        skipped = journal.reverse(transaction, number)
        transaction.changes = Changes(skipped=tuple(skipped))
    return transaction.changes


def redo(session: Session) -> Changes:
    """Do the last undone step again."""
    _, steps = journal.stacks(session.read)
    if not steps:
        raise Refusal("nothing_to_redo", "没有可以重做的操作")
    number = steps[-1]
    with session.write(f"重做 {journal.label_of(session.read, number)}", origin=f"redo:{number}") as transaction:
        transaction.changes = Changes(skipped=tuple(journal.forward(transaction, number)))
    return transaction.changes


def undo_label(session: Session) -> str:
    """What the next undo takes back; empty if nothing."""
    steps, _ = journal.stacks(session.read)
    return journal.label_of(session.read, steps[-1]) if steps else ""


def redo_label(session: Session) -> str:
    """What the next redo does again; empty if nothing."""
    _, steps = journal.stacks(session.read)
    return journal.label_of(session.read, steps[-1]) if steps else ""


def later_edits(session: Session, number: int) -> list[str]:
    """What was changed by hand since a step and would be kept by its undo: one sentence a cell."""
    lines = []
    for ledger, key, field in journal.later_edits(session.read, number):
        declared = session.schema.ledger(ledger)
        what = declared.field(field).label if field not in ("", "_del") else "整条记录"
        lines.append(f"{session.read.caption(ledger, key)}：{what}")
    return lines


def of_record(session: Session, ledger: str, key: str) -> list[Line]:
    """Who changed what of a record and when, newest first."""
    return [shown for line in journal.history(session.read, ledger, key) if (shown := _shown(session, ledger, line))]


def _shown(session: Session, ledger: str, line: journal.Line) -> Line | None:
    at = datetime.datetime.fromtimestamp(line.at / 1000).strftime("%Y-%m-%d %H:%M")
    if line.field == "":
        return Line(at, line.person, line.label, line.basis, "新建", "", "")
    if line.field == "_del":
        return Line(at, line.person, line.label, line.basis, "删除" if line.new else "恢复", "", "")
    declared = session.schema.ledger(ledger).field(line.field)
    if declared.kind is Kind.REFERENCE:
        old, new = (session.read.caption(declared.target, str(cell)) if cell else "" for cell in (line.old, line.new))
    else:
        old, new = declared.show(line.old), declared.show(line.new)
    return Line(at, line.person, line.label, line.basis, declared.label, old, new)
