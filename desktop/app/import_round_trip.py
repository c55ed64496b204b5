"""An exported table that comes back: which cells a person edited in it, and which rows were taken out of it.

The stamp tells the copy of the library and its newest step when the file was written. A cell was edited if it differs
from what stood in the library then: the current value, or, if the cell was changed since, the value the journal kept.
A file from another copy (another PC of the unit, or from before a restore) has no such step; there every cell that
differs from the library counts as edited, and the person is told so.
"""

from collections.abc import Iterable

from desktop.app.session import Session
from desktop.domain.query import Op, Query, Test, owner_of
from desktop.domain.record import Cell
from desktop.exchange.own_workbook import Stamp
from desktop.store import journal


class RoundTrip:
    """The rows of one ledger that a file names by their keys."""

    def __init__(
        self, session: Session, ledger: str, paths: Iterable[str], stamp: Stamp | None, keys: Iterable[str]
    ) -> None:
        self._session, self._ledger, self._stamp = session, ledger, stamp
        self.knows_state = bool(
            stamp
            and stamp.keys
            and stamp.instance == session.identity.instance
            and 0 < stamp.step <= session.workspace.last_step()
        )
        self._before = journal.cells_before(session.read, stamp.step) if stamp and self.knows_state else {}
        named = list(dict.fromkeys(keys))
        embedded = {field.name for field in session.schema.ledger(ledger).fields if field.embedded}
        wanted = ["key", *embedded, *dict.fromkeys(paths)]
        query = Query(ledger, Test("key", Op.IN, tuple(named)))
        self.rows = {str(cells[0]): dict(zip(wanted, cells, strict=True))
                     for cells in (session.read.cells(query, wanted) if named else [])}  # fmt: skip

    def exported(self, row: dict[str, Cell], path: str) -> Cell:
        """What stood in a cell when the file was written, as far as that is known; else what stands there now."""
        first, _, rest = path.partition(".")
        field = self._session.schema.ledger(self._ledger).field(first)
        own = (self._ledger, str(row["key"]), first)
        if rest and field.embedded:
            inner, _, further = rest.partition(".")
            place = (field.target, str(row.get(first) or ""), inner)
            return self._before[place] if place in self._before and not further else row.get(path)
        if own not in self._before:
            return row.get(path)
        cell = self._before[own]
        return self._naming(field.target, cell) if rest and cell else cell

    def _naming(self, ledger: str, key: Cell) -> Cell:
        row = self._session.read.any_row(ledger, str(key)) or {}
        return row.get(self._session.schema.ledger(ledger).caption[0])

    def missing(self, present: Iterable[str]) -> tuple[tuple[str, str], ...]:
        """(key, name) of our exported rows that still stand in the library and are not in the file any more."""
        if self._stamp is None or not self._stamp.keys:
            return ()
        gone = set(self._stamp.keys) - set(present)
        owners = self._session.owners
        ours = [key for key in gone if owner_of(key) in owners]
        query = Query(self._ledger, Test("key", Op.IN, tuple(ours)))
        found = {str(key) for (key,) in self._session.read.cells(query, ("key",))} if ours else set()
        return tuple((key, self._session.read.caption(self._ledger, key)) for key in self._stamp.keys if key in found)
