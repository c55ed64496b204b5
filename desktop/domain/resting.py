"""What the rows of a query and their order rest on, so that a change that cannot touch them asks for nothing anew."""

from collections.abc import Iterator

from desktop.domain.changes import Changes
from desktop.domain.query import KEY, OWNER, Condition, Group, Op, Query, sort_path
from desktop.domain.record import Kind, Schema

_BORN, _DELETED = "", "_del"
_ANY = "*"
"""Stands for every field of a ledger."""


def touches(schema: Schema, query: Query, changes: Changes) -> bool:
    """Whether a change may alter which rows a query names, or their order; True when that is not known.

    Rows made, deleted or brought back count in every ledger the query looks into; of the other fields only those that
    its conditions and its order read. A derived value rests on every field of the ledgers it is computed from.
    """
    for ledger, name in set(_rests_on(schema, query)):
        if ledger in changes.keys:
            written = changes.written(ledger)
            if written is None or name == _ANY or name in written:
                return True
    return False


def _rests_on(schema: Schema, query: Query) -> Iterator[tuple[str, str]]:
    """(ledger, field)"""
    yield from _rows_of(query.ledger)
    for path in _paths(query.where):
        yield from _along(schema, query.ledger, path) if path else _found_by(schema, query.ledger)
    for sort in query.sort:
        yield from _along(schema, query.ledger, sort_path(schema, query.ledger, sort.path))


def _paths(condition: Condition) -> Iterator[str]:
    """The paths of all tests; an empty one for a search in the whole row."""
    if isinstance(condition, Group):
        for inner in condition.tests:
            yield from _paths(inner)
    else:
        yield "" if condition.op is Op.FOUND else condition.path


def _rows_of(ledger: str) -> Iterator[tuple[str, str]]:
    yield ledger, _BORN
    yield ledger, _DELETED


def _found_by(schema: Schema, ledger: str) -> Iterator[tuple[str, str]]:
    """A row is found by the texts of its columns, those of the rows it refers to among them."""
    yield ledger, _ANY
    for column in schema.columns(ledger):
        yield from ((field.target, _ANY) for field in column.fields[:-1])


def _along(schema: Schema, ledger: str, path: str) -> Iterator[tuple[str, str]]:
    if path in (KEY, OWNER):
        return
    *before, last = schema.steps(ledger, path)
    here = ledger
    for step in before:
        yield here, step.name
        here = step.target
        yield from _rows_of(here)
    yield here, last.name
    derivation = schema.ledger(here).derivation
    if derivation is not None and (last.kind is Kind.DERIVED or last.order):
        yield here, _ANY
        yield from ((other, _ANY) for other in derivation.rests_on)
