"""What a person is at stays through every reset of the model: the current cell, and a text half typed into it."""

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QObject, Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QTableView, QWidget

from desktop.app.editing import check_edit
from desktop.app.find_replace import texts
from desktop.domain.query import Query
from desktop.ui.grid.delegate import CellDelegate, text_of
from desktop.ui.grid.model import LedgerModel


@dataclass(frozen=True)
class _Place:
    """A cell by the row's key and the column's path; `row` is where it stood in which query."""

    key: str
    path: str
    row: int
    query: Query


@dataclass(frozen=True)
class _Text:
    """What stood in an open editor, and where in it the cursor was."""

    key: str
    path: str
    typed: str
    cursor: int


class Holding(QObject):
    """Puts the cell and the text of a grid (its frozen columns included) back where their row is afterwards; while
    nothing can be edited, the text waits."""

    complained = Signal(str)
    """What became of a text whose row is not shown any more."""

    def __init__(self, grid: QTableView, model: LedgerModel, views: tuple[QTableView, ...]) -> None:
        super().__init__(grid)
        self._grid, self._model, self._views = grid, model, views
        self._place: _Place | None = None
        self._text: _Text | None = None
        model.modelAboutToBeReset.connect(self._before)
        model.modelReset.connect(self._after)

    def _before(self) -> None:
        current, model = self._grid.currentIndex(), self._model
        self._place = None
        if current.isValid() and current.column() < len(model.columns):
            key, path = model.key_at(current.row()), model.columns[current.column()].path
            self._place = _Place(key, path, current.row(), model.shown_query)
        self._text = self._typed_now() or self._text

    def _typed_now(self) -> _Text | None:
        for view in self._views:
            delegate = view.itemDelegate()
            assert isinstance(delegate, CellDelegate)
            if delegate.editor is not None and delegate.edited.isValid():
                at, line = delegate.edited, _line(delegate.editor)
                key, path = self._model.key_at(at.row()), self._model.columns[at.column()].path
                return _Text(key, path, text_of(delegate.editor), line.cursorPosition() if line else 0)
        return None

    def _after(self) -> None:
        if self._place is not None:
            self._go(self._place)
        self.resume()

    def _go(self, place: _Place) -> None:
        row = self._model.row_of(place.key)
        if row < 0 and place.query == self._model.shown_query:
            row = min(place.row, self._model.rowCount() - 1)
        if row >= 0:
            self._grid.setCurrentIndex(self._model.index(row, self._section(place.path)))

    def resume(self) -> None:
        """Open the cell of a held text again, as soon as that can be."""
        held, model = self._text, self._model
        if held is None or model.locked:
            return
        self._text = None
        row = model.row_of(held.key)
        index = model.index(row, self._section(held.path))
        if row >= 0 and model.columns[index.column()].path == held.path and self._reopen(index, held):
            return
        sentence = f"“{held.typed}”还没有写入：正在输入的那一行现在不在表里"
        if model.session.read.row(model.query.ledger, held.key) is not None:
            model.keep_typed([(held.key, held.path, held.typed, "还没有写入，请核对后再按回车")])
            sentence += "，清除筛选后可看到（红格）"
        self.complained.emit(sentence)

    def hand_over(self) -> None:
        """Write a text that waits, after what is being written; one that is not acceptable is red in its cell."""
        held, model = self._text, self._model
        self._text = None
        if held is None:
            return
        ledger = model.query.ledger
        if texts(model.session.read, ledger, [(held.key, held.path)]).get((held.key, held.path)) == held.typed:
            return
        reason = check_edit(model.session, ledger, held.key, held.path, held.typed) or ""
        model.keep_typed([(held.key, held.path, held.typed, reason)])
        if not reason:
            model.edit_asked.emit(held.key, held.path, held.typed)

    def _reopen(self, index: QModelIndex, held: _Text) -> bool:
        self._grid.edit(index)
        for view in self._views:
            delegate = view.itemDelegate()
            assert isinstance(delegate, CellDelegate)
            if delegate.editor is not None:
                _fill(delegate.editor, held)
                return True
        return False

    def _section(self, path: str) -> int:
        return next((at for at, column in enumerate(self._model.columns) if column.path == path), 0)


def _line(editor: QWidget) -> QLineEdit | None:
    if isinstance(editor, QComboBox):
        return editor.lineEdit()
    return editor if isinstance(editor, QLineEdit) else None


def _fill(editor: QWidget, held: _Text) -> None:
    if line := _line(editor):
        line.setText(held.typed)
        line.setCursorPosition(held.cursor)
