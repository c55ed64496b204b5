"""市局意见 on rows: which are returned (退回) and what is asked of them, for whoever has to mend them."""

from desktop.app.session import Session
from desktop.domain.ledgers.common import ReviewNote
from desktop.domain.query import EVERYTHING, Condition, Op, Query, Test, where

MARK = "退回"


def newest(session: Session, subject: Condition = EVERYTHING) -> dict[tuple[str, str], ReviewNote]:
    """(ledger, row's key) → the last note on it, of all notes or those on a `subject`; a later acceptance or remark
    takes a return off."""
    notes = sorted(session.read.records(ReviewNote, subject), key=lambda note: note.key.rpartition("-")[2])
    return {(str(note.subject_ledger), str(note.subject_key)): note for note in notes}


def standing(session: Session, subject: Condition = EVERYTHING) -> dict[tuple[str, str], ReviewNote]:
    """The returns that still wait for somebody: the last note on a row says so, and the row is there. One that the unit
    deleted, as it may have been asked to, waits no more."""
    waiting = {place: note for place, note in newest(session, subject).items() if note.kind == "return"}
    keys: dict[str, list[str]] = {}
    for ledger, key in waiting:
        keys.setdefault(ledger, []).append(key)
    here = {
        (ledger, str(key))
        for ledger, found in keys.items()
        if session.schema.has(ledger)
        for (key,) in session.read.cells(Query(ledger, Test("key", Op.IN, tuple(found))), ("key",))
    }
    return {place: note for place, note in waiting.items() if place in here}


def returned(session: Session, ledger: str) -> dict[str, str]:
    """Key → what is asked, of the rows of a ledger that are returned."""
    return {key: f"市局退回：{note.body}" for (_, key), note in standing(session, where(subject_ledger=ledger)).items()}


def last_word(session: Session, ledger: str, key: str) -> str:
    """The last note on a row; empty without any."""
    note = newest(session, where(subject_ledger=ledger, subject_key=key)).get((ledger, key))
    if note is None:
        return ""
    return f"市局{session.schema.ledger('review_note').field('kind').show(note.kind)}：{note.body}"
