"""The grid: keys, clipboard and menus over a `LedgerModel`; every write goes through the runner as one step."""

from typing import Any

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemDelegate, QAbstractItemView, QMenu, QTableView, QWidget

from desktop.app import editing
from desktop.app.editing import Edit, Refused
from desktop.domain.changes import Changes
from desktop.domain.errors import Refusal
from desktop.ui import theme
from desktop.ui.grid import clipboard
from desktop.ui.grid.arranged import Arranged
from desktop.ui.grid.delegate import CellDelegate
from desktop.ui.grid.frozen import FrozenColumns
from desktop.ui.grid.header import GridHeader, next_sort
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
        self._runner = runner
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

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.frozen.place()

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

    def refresh(self, changes: Changes) -> None:
        """Re-read what a transaction touched, keeping the current cell."""
        current = self.currentIndex()
        key, section = (self.ledger_model.key_at(current.row()), current.column()) if current.isValid() else ("", 0)
        self.ledger_model.changed(changes)
        if key and not self.currentIndex().isValid() and (row := self.ledger_model.row_of(key)) >= 0:
            self.setCurrentIndex(self.ledger_model.index(row, section))

    def show_key(self, key: str, path: str = "") -> bool:
        """Go to a row (and column); whether it is shown."""
        row = self.ledger_model.row_of(key)
        if row < 0:
            return False
        section = next((i for i, column in enumerate(self.ledger_model.columns) if column.path == path), 0)
        self.setCurrentIndex(self.ledger_model.index(row, section))
        return True

    # keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        key = event.key()
        if control and key == Qt.Key.Key_C:
            self.copy(headings=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        elif control and key == Qt.Key.Key_X:
            self.cut()
        elif control and key == Qt.Key.Key_V:
            self.paste()
        elif control and key == Qt.Key.Key_D:
            self.fill_down()
        elif key == Qt.Key.Key_Delete and not control:
            self.clear_cells()
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

    # clipboard

    def block(self) -> list[list[QModelIndex]]:
        """The selected cells as rows of visible columns in their shown order."""
        chosen = self.selectionModel().selectedIndexes()
        if not chosen:
            return []
        header = self.horizontalHeader()
        rows = sorted({index.row() for index in chosen})
        seen = {index.column() for index in chosen if not header.isSectionHidden(index.column())}
        sections = sorted(seen, key=header.visualIndex)
        if not sections:
            return []
        return [[self.ledger_model.index(row, section) for section in sections] for row in rows]

    def copy(self, *, headings: bool = False) -> None:
        """The selected block to the clipboard."""
        block = self.block()
        rows = [[self.ledger_model.shown(index) for index in line] for line in block]
        if headings and block:
            heads = [self.ledger_model.headerData(index.column(), Qt.Orientation.Horizontal) for index in block[0]]
            rows.insert(0, [str(head) for head in heads])
        QGuiApplication.clipboard().setText(clipboard.to_text(rows))

    def cut(self) -> None:
        """The selected block to the clipboard; its cells are emptied as one step."""
        self.copy()
        cells = [(index, "") for line in self.block() for index in line]
        self._write_many(cells, f"剪切 {len(cells)} 格")

    def paste(self) -> None:
        """The clipboard's block from the current cell on; one value fills the whole selection."""
        rows = clipboard.from_text(QGuiApplication.clipboard().text())
        block = self.block()
        if not rows or not block:
            return
        if len(rows) == 1 and len(rows[0]) == 1:
            cells = [(index, rows[0][0]) for line in block for index in line]
        else:
            cells = self._laid_over(rows, block[0][0])
        self._write_many(cells, f"粘贴 {len(cells)} 格")

    def _laid_over(self, rows: list[list[str]], start: QModelIndex) -> list[tuple[QModelIndex, str]]:
        header = self.horizontalHeader()
        places = range(header.visualIndex(start.column()), header.count())
        shown = [section for place in places if not header.isSectionHidden(section := header.logicalIndex(place))]
        if start.row() + len(rows) > self.ledger_model.rowCount():
            lost = start.row() + len(rows) - self.ledger_model.rowCount()
            self.complained.emit(f"剪贴板比表格多 {lost} 行，多出的没有粘贴；请先新增行，或用“导入”")
        cells = []
        for down, row in enumerate(rows):
            for section, text in zip(shown, row, strict=False):
                index = self.ledger_model.index(start.row() + down, section)
                if index.isValid():
                    cells.append((index, text))
        return cells

    def fill_down(self) -> None:
        """The first row of the selection into the rows below (Ctrl+D)."""
        block = self.block()
        cells = [
            (index, self.ledger_model.shown(top))
            for line in block[1:]
            for top, index in zip(block[0], line, strict=True)
        ]
        self._write_many(cells, f"向下填充 {len(cells)} 格")

    def clear_cells(self) -> None:
        """Empty the selected cells."""
        cells = [(index, "") for line in self.block() for index in line]
        self._write_many(cells, f"清空 {len(cells)} 格")

    # writing

    def _write_one(self, key: str, path: str, typed: object) -> None:
        ledger, session = self.ledger_model.query.ledger, self.ledger_model.session

        def done(changes: Changes) -> None:
            self.ledger_model.written(key, path)
            self.committed.emit(changes)

        edit = Edit(key, path, str(typed))
        self._runner.write(lambda _job: editing.edit_cells(session, ledger, [edit]), done,
                           lambda refusal: self._refused(key, path, refusal))  # fmt: skip

    def _refused(self, key: str, path: str, refusal: Refusal) -> None:
        self.ledger_model.refuse(key, path, refusal.message)
        self.complained.emit(refusal.message)

    def _write_many(self, cells: list[tuple[QModelIndex, str]], label: str) -> None:
        """Good cells are written as one step, refused ones stay red with their text."""
        model = self.ledger_model
        edits = [
            Edit(model.key_at(index.row()), model.columns[index.column()].path, text)
            for index, text in cells
            if model.flags(index) & Qt.ItemFlag.ItemIsEditable and text != model.shown(index)
        ]
        if not edits:
            return
        model.keep_typed([(edit.key, edit.path, str(edit.typed)) for edit in edits])
        session, ledger = model.session, model.query.ledger

        def done(result: tuple[Changes, list[Refused]]) -> None:
            changes, refused = result
            model.settle([(edit.key, edit.path) for edit in edits])
            for item in refused:
                model.keep_refused(item.edit.key, item.edit.path, str(item.edit.typed), item.reason)
            self.committed.emit(changes)
            if refused:
                self.complained.emit(f"有 {len(refused)} 格没有通过检查，已标红，其余照常写入；停在红格上可看原因")

        def failed(refusal: Refusal) -> None:
            for edit in edits:
                model.keep_refused(edit.key, edit.path, str(edit.typed), refusal.message)
            self.complained.emit(refusal.message)

        self._runner.write(lambda job: editing.edit_good_cells(session, ledger, edits, label, job), done, failed)

    def selected_keys(self) -> list[str]:
        """The keys of the selected rows."""
        return [self.ledger_model.key_at(line[0].row()) for line in self.block()]

    def delete_rows(self) -> None:
        """Move the selected rows to the recycle bin."""
        keys = self.selected_keys()
        session, ledger = self.ledger_model.session, self.ledger_model.query.ledger
        if keys:
            self._runner.write(lambda _job: editing.delete_rows(session, ledger, keys), self.committed.emit,
                               lambda refusal: self.complained.emit(refusal.message))  # fmt: skip

    def _lock(self, busy: bool) -> None:
        self.ledger_model.locked = "正在写入，写完即可修改" if busy else ""

    # order and menus

    def sort_by(self, path: str, add: bool = False) -> None:
        """Order by a column, again the other way round, a third time not; the current row stays the current one."""
        current = self.currentIndex()
        key, section = (self.ledger_model.key_at(current.row()), current.column()) if current.isValid() else ("", 0)
        self.ledger_model.sort_by(next_sort(self.ledger_model.query.sort, path, add=add))
        if key and (row := self.ledger_model.row_of(key)) >= 0:
            self.setCurrentIndex(self.ledger_model.index(row, section))

    def heading_of(self, section: int) -> GridHeader:
        """The heading in which a column is seen."""
        return self.frozen.heading if self.frozen.covers(section) else self.heading

    def show_filtered(self, paths: frozenset[str]) -> None:
        """Mark the headings of the columns that are filtered; their order is shown anew as well."""
        self.heading.show_filtered(paths)
        self.frozen.heading.show_filtered(paths)

    def _menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.addAction("剪切", self.cut)
        menu.addAction("复制", self.copy)
        menu.addAction("粘贴", self.paste)
        menu.addAction("向下填充", self.fill_down)
        menu.addSeparator()
        if self.currentIndex().isValid():
            menu.addAction("本格历史\tAlt+H", self.ask_history)
            menu.addAction("本行历史", lambda: self.ask_history(whole_row=True))
        menu.addAction("删除行", self.delete_rows)
        menu.exec(self.viewport().mapToGlobal(at))
        menu.deleteLater()

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
