"""The table model of any ledger: a vector of row ids and cached pages of cells; order and filter belong to SQL."""

from array import array
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from desktop.app import opinions, provisional
from desktop.app.columns import columns_by_default, columns_to_choose
from desktop.app.editing import check_edit, why_read_only
from desktop.app.labels import label_of, spare_labels
from desktop.app.session import Session
from desktop.domain.changes import Changes
from desktop.domain.query import Op, Query, Sort, Test
from desktop.domain.record import Cell, Column, Kind
from desktop.domain.resting import touches
from desktop.ui.grid.row_ids import RowIds
from desktop.ui.runner import Runner

PAGE, PAGES = 128, 32
Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
_CLOSED = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
_OPEN = _CLOSED | Qt.ItemFlag.ItemIsEditable

KeyRole = Qt.ItemDataRole.UserRole


class LedgerModel(QAbstractTableModel):
    """Rows of one query. An edited text is handed to `edit_asked`; a refused one stays in its cell with the reason.

    The rows of a large ledger are read off this thread: until they are there (`waiting`) those shown before stay.
    """

    edit_asked = Signal(str, str, object)
    """(key, path, typed)"""

    def __init__(self, session: Session, query: Query, runner: Runner) -> None:
        super().__init__()
        self.session = session
        self.query = query
        """What is asked for."""
        self.shown_query = query
        """What the rows shown answer."""
        self._row_ids = RowIds(session, runner, self)
        self._anew = False
        """Whether the rows being read are shown anew even if they are the same."""
        self._afterwards: list[Callable[[], object]] = []
        self.locked = ""
        """Why nothing can be edited just now; empty if it can."""
        self._labels = spare_labels(session)
        self._chosen: tuple[str, ...] = ()
        self.columns = self._columns_now()
        self._stand_ins = session.schema.stand_ins(query.ledger)
        self._rids: array[int] = array("q")
        self._pages: OrderedDict[int, list[tuple[Cell, ...]]] = OrderedDict()
        self._typed: dict[tuple[str, str], tuple[str, str]] = {}
        """(key, path) → (typed, reason); no reason: still being written"""
        self._disputed: frozenset[tuple[str, str]] = frozenset()
        self._returned: dict[str, str] = {}
        """key → what the bureau asks of a returned row"""
        self._closed: dict[str, str] = {}
        """key → why the row cannot be edited; every painted cell asks"""

    # what is shown

    def set_query(self, query: Query) -> None:
        """Show the rows of another query."""
        self.query = query
        self._anew = True
        self._row_ids.ask(query, self._show)

    def _show(self, rids: "array[int]") -> None:
        if self._anew or rids != self._rids:
            self._anew = False
            self.beginResetModel()
            self.shown_query = self.query
            self._rids = rids
            self._read_marks()
            self._forget_pages()
            self.endResetModel()
        self._catch_up()

    def _read_marks(self) -> None:
        self._disputed = provisional.cells(self.session, self.query.ledger)
        self._returned = opinions.returned(self.session, self.query.ledger)

    @property
    def waiting(self) -> bool:
        """Whether the rows asked for are still being read."""
        return self._row_ids.waiting

    def when_shown(self, act: Callable[[], object]) -> None:
        """Call this as soon as the rows asked for are shown, which may be at once."""
        self._afterwards.append(act)
        self._catch_up()

    def _catch_up(self) -> None:
        while self._afterwards and not self.waiting:
            self._afterwards.pop(0)()

    def _forget_pages(self) -> None:
        self._pages.clear()
        self._closed.clear()

    def _columns_now(self) -> list[Column]:
        ledger = self.query.ledger
        known = {column.path: column for column in columns_to_choose(self.session, ledger)}
        chosen = [known[path] for path in self._chosen if path in known]
        return chosen or columns_by_default(self.session, ledger)

    def show_columns(self, paths: Sequence[str]) -> None:
        """Show these columns in this order; unknown ones are left out, none at all means those by default."""
        self.beginResetModel()
        usual = [column.path for column in columns_by_default(self.session, self.query.ledger)]
        self._chosen = () if list(paths) == usual else tuple(paths)
        self.columns = self._columns_now()
        self._forget_pages()
        self.endResetModel()

    def reload(self) -> None:
        """Read rows and columns anew, keeping typed texts; an import may have given a spare field its label."""
        self._labels = spare_labels(self.session)
        columns = self._columns_now()
        if columns != self.columns:
            self.beginResetModel()
            self.columns = columns
            self._forget_pages()
            self.endResetModel()
        self.set_query(self.query)

    def changed(self, changes: Changes) -> None:
        """Re-read what a transaction touched."""
        if not changes:
            return
        self._read_marks()
        self._forget_pages()
        self._repaint()
        if self.waiting or touches(self.session.schema, self.query, changes):
            self._row_ids.ask(self.query, self._show)

    def sort_by(self, sorts: tuple[Sort, ...]) -> None:
        """Show in another order."""
        self.set_query(replace(self.query, sort=sorts))

    def key_at(self, row: int) -> str:
        """The key of a row."""
        return str(self._row(row)[0])

    def row_of(self, key: str) -> int:
        """The place of a key; -1 if it is not shown."""
        rid = self.session.read.rid_of(self.query.ledger, key)
        try:
            return self._rids.index(rid) if rid is not None else -1
        except ValueError:
            return -1

    def _row(self, row: int) -> tuple[Cell, ...]:
        number = row // PAGE
        page = self._pages.get(number)
        if page is None:
            rids = self._rids[number * PAGE : (number + 1) * PAGE]
            paths = ["key", *(column.path for column in self.columns), *self._stand_ins.values()]
            page = self.session.read.page(self.query.ledger, rids, paths, self.shown_query.as_of)
            self._pages[number] = page
            if len(self._pages) > PAGES:
                self._pages.popitem(last=False)
        else:
            self._pages.move_to_end(number)
        blank = ("", *([None] * (len(self.columns) + len(self._stand_ins))))
        return page[row % PAGE] if row % PAGE < len(page) else blank

    # Qt

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._rids)

    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            if orientation is Qt.Orientation.Vertical:
                return str(section + 1)
            return label_of(self.columns[section], self._labels) if section < len(self.columns) else None
        if role == Qt.ItemDataRole.ToolTipRole and orientation is Qt.Orientation.Horizontal:
            return self.columns[section].field.help or None
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        answer: dict[int, Callable[[Index], Any]] = {
            Qt.ItemDataRole.DisplayRole: self.shown,
            Qt.ItemDataRole.EditRole: self.shown,
            Qt.ItemDataRole.ToolTipRole: self._because,
            Qt.ItemDataRole.AccessibleTextRole: self._spoken,
            Qt.ItemDataRole.AccessibleDescriptionRole: self._because,
            KeyRole: lambda at: self.key_at(at.row()),
        }
        return answer[role](index) if role in answer else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        open_here = not self.locked and not self.shown_query.deleted
        if index.isValid() and self.columns[index.column()].editable and open_here and not self.foreign(index):
            return _OPEN
        return _CLOSED

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        unchanged = value == self.shown(index) and not self.reason(index)
        if role != Qt.ItemDataRole.EditRole or not index.isValid() or unchanged:
            return False
        key, path = self.key_at(index.row()), self.columns[index.column()].path
        reason = check_edit(self.session, self.query.ledger, key, path, value)
        self._typed[key, path] = (str(value), reason or "")
        if reason is None:
            self.edit_asked.emit(key, path, value)
        self.dataChanged.emit(index, index)
        return True

    # cells

    def cell(self, index: Index) -> Cell:
        """The stored cell."""
        return self._row(index.row())[index.column() + 1]

    def shown(self, index: Index) -> str:
        """The text of a cell: what was typed while it is refused or being written, else what is stored."""
        row = self._row(index.row())
        column = self.columns[index.column()]
        typed = self._typed.get((str(row[0]), column.path))
        if typed is not None:
            return typed[0]
        cell = row[index.column() + 1]
        if cell is None and column.path in self._stand_ins:
            place = list(self._stand_ins).index(column.path)
            return column.field.show(row[1 + len(self.columns) + place])
        return column.field.show(cell)

    def state(self, index: Index) -> str:
        """How the delegate marks the cell."""
        row = self._row(index.row())
        column = self.columns[index.column()]
        typed = self._typed.get((str(row[0]), column.path))
        if typed is not None:
            return "invalid" if typed[1] else "pending"
        if column.field.kind is Kind.DERIVED:
            return "computed"
        if self.disputed(index):
            return "disputed"
        if self.returned(index):
            return "returned"
        return "foreign" if self.foreign(index) else ""

    def reason(self, index: Index) -> str:
        """Why the typed text is refused; empty if it is not."""
        typed = self._typed.get((self.key_at(index.row()), self.columns[index.column()].path))
        return typed[1] if typed else ""

    def _because(self, index: Index) -> str | None:
        """Why the cell is marked as it is."""
        told = self.reason(index) or self.disputed(index) or self.returned(index) or self.foreign(index)
        return told or None

    def disputed(self, index: Index) -> str:
        """Why the stored value is provisional; empty if it is not."""
        place = (self.key_at(index.row()), self.columns[index.column()].path)
        return provisional.WHY if place in self._disputed else ""

    def returned(self, index: Index) -> str:
        """What the bureau asks of a returned row, at its first cell; empty if it is not returned."""
        return self._returned.get(self.key_at(index.row()), "") if self._returned and index.column() == 0 else ""

    def foreign(self, index: Index) -> str:
        """Why the row cannot be edited here; empty if it can."""
        key = self.key_at(index.row())
        reason = self._closed.get(key) if key else ""
        if reason is None:
            reason = self._closed[key] = why_read_only(self.session, self.query.ledger, key) or ""
        return reason

    def _spoken(self, index: Index) -> str:
        column = self.columns[index.column()]
        words = [label_of(column, self._labels), self.shown(index) or "空"]
        if self.reason(index):
            words.append(f"有错误：{self.reason(index)}")
        elif not self.flags(index) & Qt.ItemFlag.ItemIsEditable:
            words.append("只读")
        if self.state(index) == "disputed":
            words.append(provisional.MARK)
        if self.returned(index):
            words.append(self.returned(index))
        return "，".join(words)

    def keep_typed(self, cells: Iterable[tuple[str, str, str, str]]) -> None:
        """Show texts (key, path, text, reason) as being written, or red with the reason why they are refused."""
        self._typed.update({(key, path): (text, reason) for key, path, text, reason in cells})
        self._repaint()

    def refuse(self, cells: Iterable[tuple[str, str, str]], reason: str) -> None:
        """These texts (key, path, text) were refused after all; what was typed meanwhile stays."""
        self.keep_typed([(*cell, reason) for cell in cells if self._typed.get(cell[:2]) == (cell[2], "")])

    def settle(self, cells: Iterable[tuple[str, str, str]]) -> None:
        """The writing of these texts is over; what was typed into a cell meanwhile stays."""
        for key, path, text in cells:
            if self._typed.get((key, path)) == (text, ""):
                del self._typed[key, path]
        self._repaint()

    def _repaint(self) -> None:
        if self.rowCount() and self.columnCount():
            self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, self.columnCount() - 1))

    def typed_at(self, key: str, path: str) -> str | None:
        """The text in a cell that is not written, refused or on its way; None if there is none."""
        typed = self._typed.get((key, path))
        return typed[0] if typed else None

    def forget_typed(self, index: Index) -> None:
        """Back to the stored value."""
        self._typed.pop((self.key_at(index.row()), self.columns[index.column()].path), None)
        self.dataChanged.emit(index, index)

    @property
    def errors(self) -> int:
        """How many cells of rows that are not deleted hold a refused text."""
        red = [key for (key, _), (_, reason) in self._typed.items() if reason]
        if not red:
            return 0
        there = self.session.read.cells(Query(self.query.ledger, Test("key", Op.IN, tuple(set(red)))), ("key",))
        return sum((key,) in there for key in red)
