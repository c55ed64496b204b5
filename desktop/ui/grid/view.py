"""The grid: keys, clipboard and menus over a `LedgerModel`; every write goes through the runner as one step."""

from typing import Any

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QInputMethodEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemDelegate, QAbstractItemView, QMenu, QTableView, QWidget

from desktop.app import editing
from desktop.app.editing import Edit
from desktop.domain.changes import Changes
from desktop.domain.errors import Refusal
from desktop.ui import theme
from desktop.ui.grid.arranged import Arranged
from desktop.ui.grid.blocks import Blocks
from desktop.ui.grid.delegate import CellDelegate
from desktop.ui.grid.frozen import FrozenColumns
from desktop.ui.grid.header import GridHeader, next_sort
from desktop.ui.grid.holding import Holding
from desktop.ui.grid.lock_banner import LockBanner
from desktop.ui.grid.many_cells import BatchDialog, FindDialog, ManyCellsDialog
from desktop.ui.grid.model import Index, LedgerModel
from desktop.ui.runner import Runner


class LedgerGrid(QTableView):
    """A grid of one ledger."""

    committed = Signal(object)
    """Changes of a finished write."""
    complained = Signal(str)
    """A sentence for the page's notice."""
    history_asked = Signal(str, str)
    """(key, path of the cell; empty: the whole row)"""
    row_chosen = Signal(str)

    def __init__(self, model: LedgerModel, runner: Runner, frozen: int = 1, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ledger_model = model
        self.runner = runner
        self.setModel(model)
        self.setItemDelegate(CellDelegate(self))
        self.setShowGrid(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.verticalHeader().setDefaultSectionSize(theme.heights().row)
        self.verticalHeader().setMinimumWidth(44)
        self.verticalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.heading = GridHeader(model, self)
        self.heading.sort_asked.connect(self.sort_by)
        self.setHorizontalHeader(self.heading)
        self.heading.sectionPressed.disconnect()
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu)
        self.setTabKeyNavigation(True)
        model.edit_asked.connect(self._write_one)
        runner.locked_changed.connect(self._lock)
        self.frozen = FrozenColumns(self, self.heading, frozen, self._edited)
        self.arranged = Arranged(self)
        self.blocks = Blocks(self, runner)
        self.holding = Holding(self, model, (self, self.frozen))
        self.holding.complained.connect(self.complained)
        self.lock_banner = LockBanner(self)
        if runner.locked:
            self._lock(busy=True)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.frozen.place()
        self.lock_banner.place()

    def scrollTo(
        self, index: Index, hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible
    ) -> None:
        """Bring a cell out from under the frozen columns too."""
        super().scrollTo(index, hint)
        if self.frozen.isHidden() or self.frozen.covers(index.column()):
            return
        hidden = self.frozen.width() - self.columnViewportPosition(index.column())
        if hidden > 0:
            self.horizontalScrollBar().setValue(self.horizontalScrollBar().value() - hidden)

    def show_key(self, key: str, path: str = "") -> bool:
        """Go to a row (and column); whether it is shown."""
        row = self.ledger_model.row_of(key)
        if row < 0:
            return False
        section = next((i for i, column in enumerate(self.ledger_model.columns) if column.path == path), 0)
        self.setCurrentIndex(self.ledger_model.index(row, section))
        return True

    # keys

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """What is being composed goes where the cell is seen, so that its first letter is not lost."""
        if self.frozen.covers(self.currentIndex().column()):
            self.frozen.inputMethodEvent(event)
        else:
            super().inputMethodEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        key = event.key()
        if control and key == Qt.Key.Key_C:
            self.blocks.copy(headings=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        elif control and key == Qt.Key.Key_X:
            self.blocks.cut()
        elif control and key == Qt.Key.Key_V:
            self.blocks.paste()
        elif control and key == Qt.Key.Key_D:
            self.blocks.fill_down()
        elif control and key in (Qt.Key.Key_F, Qt.Key.Key_H):
            self.find_words()
        elif control and key == Qt.Key.Key_B:
            self.change_many()
        elif key == Qt.Key.Key_Delete and not control:
            self.blocks.clear()
        elif key == Qt.Key.Key_Escape and self.currentIndex().isValid():
            self.ledger_model.forget_typed(self.currentIndex())
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            editing_state = QAbstractItemView.State.EditingState
            if editing_state not in (self.state(), self.frozen.state()):
                self._move(1)
        else:
            super().keyPressEvent(event)

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        super().closeEditor(editor, hint)
        self._edited(hint)

    def edit(  # type: ignore[override] # one method for both forms that Qt has
        self,
        index: Index,
        trigger: QAbstractItemView.EditTrigger = QAbstractItemView.EditTrigger.AllEditTriggers,
        event: Any = None,
    ) -> bool:
        """Frozen columns are edited where they are seen."""
        if self.frozen.covers(index.column()):
            return bool(QTableView.edit(self.frozen, index, trigger, event))
        return bool(super().edit(index, trigger, event))

    def _edited(self, hint: QAbstractItemDelegate.EndEditHint) -> None:
        """Enter goes on downwards, as in a spreadsheet."""
        if hint is QAbstractItemDelegate.EndEditHint.SubmitModelCache:
            self._move(1)

    def _move(self, rows: int) -> None:
        current = self.currentIndex()
        target = self.ledger_model.index(current.row() + rows, current.column())
        if target.isValid():
            self.setCurrentIndex(target)

    # writing

    def _write_one(self, key: str, path: str, typed: object) -> None:
        model, text = self.ledger_model, str(typed)
        ledger, session = model.query.ledger, model.session

        def done(changes: Changes) -> None:
            model.settle([(key, path, text)])
            self.committed.emit(changes)

        def failed(refusal: Refusal) -> None:
            model.refuse([(key, path, text)], refusal.message)
            self.complained.emit(refusal.message)

        self.runner.write(lambda _job: editing.edit_cells(session, ledger, [Edit(key, path, text)]), done, failed)

    def hand_over(self) -> None:
        """Commit the cell being typed into, and a text that waits for a job to end."""
        for view in (self, self.frozen):
            delegate = view.itemDelegate()
            if isinstance(delegate, CellDelegate) and (editor := delegate.editor) is not None:
                view.commitData(editor)
                view.closeEditor(editor, QAbstractItemDelegate.EndEditHint.NoHint)
        self.holding.hand_over()

    def selected_keys(self) -> list[str]:
        """The keys of the selected rows."""
        return [self.ledger_model.key_at(line[0].row()) for line in self.blocks.chosen()]

    def delete_rows(self) -> None:
        """Move the selected rows to the recycle bin."""
        keys = self.selected_keys()
        session, ledger = self.ledger_model.session, self.ledger_model.query.ledger
        if keys:
            self.runner.write(lambda _job: editing.delete_rows(session, ledger, keys), self.committed.emit,
                               lambda refusal: self.complained.emit(refusal.message))  # fmt: skip

    def _lock(self, busy: bool) -> None:
        self.ledger_model.locked = "正在写入，写完即可修改" if busy else ""
        self.lock_banner.setVisible(busy)
        self.holding.resume()

    # order and menus

    def sort_by(self, path: str, add: bool = False) -> None:
        """Order by a column, again the other way round, a third time not; the current row stays the current one."""
        self.ledger_model.sort_by(next_sort(self.ledger_model.query.sort, path, add=add))

    def heading_of(self, section: int) -> GridHeader:
        """The heading in which a column is seen."""
        return self.frozen.heading if self.frozen.covers(section) else self.heading

    def show_filtered(self, paths: frozenset[str]) -> None:
        """Mark the headings of the columns that are filtered; their order is shown anew as well."""
        self.heading.show_filtered(paths)
        self.frozen.heading.show_filtered(paths)

    def _menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.addAction("剪切", self.blocks.cut)
        menu.addAction("复制", self.blocks.copy)
        menu.addAction("粘贴", self.blocks.paste)
        menu.addAction("向下填充", self.blocks.fill_down)
        menu.addSeparator()
        menu.addAction("批量修改选中的行…\tCtrl+B", self.change_many)
        menu.addAction("查找替换…\tCtrl+F", self.find_words)
        menu.addSeparator()
        if self.currentIndex().isValid():
            menu.addAction("本格历史\tAlt+H", self.ask_history)
            menu.addAction("本行历史", lambda: self.ask_history(whole_row=True))
        menu.addAction("删除行", self.delete_rows)
        menu.exec(self.viewport().mapToGlobal(at))
        menu.deleteLater()

    def find_words(self) -> None:
        """查找替换 over this grid; the window goes on being usable."""
        self._open(FindDialog(self))

    def change_many(self) -> None:
        """批量修改 of the selected rows."""
        if self.blocks.chosen():
            self._open(BatchDialog(self))

    def _open(self, dialog: ManyCellsDialog) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.show()

    def ask_history(self, *, whole_row: bool = False) -> None:
        """Ask for the history of the current cell, or of its row."""
        index = self.currentIndex()
        if index.isValid():
            path = "" if whole_row else self.ledger_model.columns[index.column()].path
            self.history_asked.emit(self.ledger_model.key_at(index.row()), path)

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        if current.isValid() and current.row() != previous.row():
            self.row_chosen.emit(self.ledger_model.key_at(current.row()))
