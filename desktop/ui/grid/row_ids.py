"""Which rows a grid shows: read at once in a small ledger, off the window's thread in a large one."""

from array import array
from collections.abc import Callable

from PySide6.QtCore import QObject
from shiboken6 import isValid

from desktop.app.session import Session
from desktop.domain.query import Query
from desktop.ui.runner import Runner, Task

MANY = 8_000
"""Rows of a ledger from which reading which of them are shown, and in which order, may be felt."""


class RowIds(QObject):
    """Reads the ids of a query's rows for `parent`; of two questions only the later one is answered."""

    def __init__(self, session: Session, runner: Runner, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._runner = session, runner
        self._task: Task | None = None

    @property
    def waiting(self) -> bool:
        """Whether an answer is still to come."""
        return self._task is not None

    def ask(self, query: Query, answered: Callable[["array[int]"], None]) -> None:
        """Give the ids, in the order of the query, to `answered`: before this returns, or later."""
        if self._task is not None:
            self._task.job.cancel()
            self._task = None
        session = self._session
        if session.read.extent(query.ledger) < MANY:
            answered(session.read.rids(query))
            return

        def read(rids: "array[int]") -> None:
            if isValid(self) and self._task is task:
                self._task = None
                answered(rids)

        task = self._task = self._runner.read(lambda _job: session.read.rids(query), read, short=True)
