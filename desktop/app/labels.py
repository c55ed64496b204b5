"""What things are called here: a unit's labels of the spare fields, so that no column of its own table is dropped, and
the names of units."""

from desktop.app.session import Session
from desktop.app.unit_settings import put, unit_settings
from desktop.domain.ledgers.organisation import Organisation
from desktop.domain.query import Op, Test
from desktop.domain.record import Column
from desktop.store.journal import Transaction

PREFIX = "label:"

NUMBER_AS_WRITTEN, UNIT = "原标准号", "填报单位"
"""Headings of what an export shows beside the columns of a ledger."""


def spare_labels(session: Session) -> dict[str, str]:
    """Column path within `detail_entry` and the like (`standard.spare1`) → the unit's own label."""
    return unit_settings(session, PREFIX)


def label_of(column: Column, labels: dict[str, str]) -> str:
    """The heading of a column: the unit's own label wins."""
    return labels.get(column.path, column.label)


def name_spare(session: Session, transaction: Transaction, path: str, label: str) -> None:
    """Give a spare field its label."""
    put(session, transaction, f"{PREFIX}{path}", label)


def columns_in_use(session: Session, ledger: str) -> list[Column]:
    """The columns of a ledger a person deals with: spare fields only once they have a label."""
    labels = spare_labels(session)
    return [column for column in session.schema.columns(ledger) if not column.field.spare or column.path in labels]


def unit_names(session: Session) -> dict[str, str]:
    """Identity of an organisation → its name."""
    known = session.read.records(Organisation, Test("identity", Op.FILLED))
    return {str(unit.identity): str(unit.name) for unit in known}
