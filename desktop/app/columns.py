"""The columns a grid of a ledger can show: those in use, and at the bureau the unit that a row belongs to."""

from desktop.app.labels import columns_in_use, spare_labels
from desktop.app.session import Session
from desktop.domain.ledgers.organisation import Organisation
from desktop.domain.query import OWNER
from desktop.domain.record import Choice, Column, Field, Kind


def columns_to_choose(session: Session, ledger: str) -> list[Column]:
    """Every column a person may have before the eyes, those shown first by default first."""
    unit = [owner_column(session)] if session.identity.is_bureau else []
    return [*unit, *columns_in_use(session, ledger)]


def columns_by_default(session: Session, ledger: str) -> list[Column]:
    """The columns of a grid nobody has arranged."""
    labels = spare_labels(session)
    return [column for column in columns_to_choose(session, ledger) if column.shown or column.path in labels]


def column_of(session: Session, ledger: str, path: str) -> Column:
    """One path as a column; KeyError if the ledger has no such path."""
    return owner_column(session) if path == OWNER else session.schema.column(ledger, path)


def owner_column(session: Session) -> Column:
    """The organisation of a row as a column that shows its name."""
    names = {str(unit.identity): str(unit.name) for unit in session.read.records(Organisation) if unit.identity}
    names[session.identity.organisation] = session.identity.name
    choices = tuple(Choice(identity, name) for identity, name in sorted(names.items()))
    return Column(OWNER, (Field("单位", Kind.DERIVED, OWNER, choices, width=16, help="这一行由哪个单位填写"),))
