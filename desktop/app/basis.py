"""依据: why a key field was changed, asked for after the step so that typing never waits."""

from collections.abc import Iterable, Sequence

from desktop.app.session import Session
from desktop.domain.entry import clean
from desktop.domain.errors import Refusal
from desktop.store import bases, journal

RECENT = 12
"""Bases offered again."""

LONGEST = 200
"""Characters of a basis."""


def wanting(session: Session, steps: Iterable[int]) -> dict[int, list[str]]:
    """Those of the steps that changed key fields and still stand, with the labels of the fields; none if this person
    does not want to be asked."""
    standing = frozenset(journal.stacks(session.read)[0]) if session.asks_basis else frozenset()
    found = {}
    for step in steps:
        fields = [
            session.schema.ledger(ledger).field(name)
            for ledger, name in (bases.unexplained(session.read, step) if step in standing else ())
        ]
        if labels := list(dict.fromkeys(field.label for field in fields if field.asks_basis)):
            found[step] = labels
    return found


def recent(session: Session) -> list[str]:
    """What was given last, the latest first."""
    return bases.recent(session.read, RECENT)


def give(session: Session, steps: Sequence[int], text: str) -> None:
    """Write the basis of the steps; those that were sealed meanwhile are refused, the others keep what was written."""
    basis = clean(text).strip()
    if not basis:
        raise Refusal("no_basis", "请写明依据，如文件名称和文号；不填请按 Esc")
    if len(basis) > LONGEST:
        raise Refusal("long_basis", f"依据太长，请缩短到 {LONGEST} 个字以内")
    sealed: Refusal | None = None
    for step in steps:
        try:
            with session.workspace.exclusive() as connection:
                bases.give(connection, step, basis)
        except Refusal as refusal:
            sealed = refusal
    if sealed is not None:
        raise sealed
