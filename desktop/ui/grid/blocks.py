"""Blocks of cells of a grid: clipboard, filling, emptying; each is written as one step off the GUI thread."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMessageBox

from desktop.app.editing import Edit
from desktop.app.pasting import NewRows, Pasted, paste
from desktop.domain.errors import Refusal
from desktop.domain.record import Cell
from desktop.ui.grid import clipboard
from desktop.ui.runner import Runner

if TYPE_CHECKING:
    from desktop.ui.grid.view import LedgerGrid

NewValues = Callable[[], tuple[dict[str, str], dict[str, Cell]]]
Laid = list[tuple[QModelIndex, str]]


class Blocks(QObject):
    """What is done to many cells of `grid` at once."""

    def __init__(self, grid: "LedgerGrid", runner: Runner) -> None:
        super().__init__(grid)
        self._grid, self._model, self._runner = grid, grid.ledger_model, runner
        self.new_values: NewValues | None = None
        """What a new row begins with (typed values, fixed cells); without it a paste adds no rows."""

    def chosen(self) -> list[list[QModelIndex]]:
        """The selected cells as rows of visible columns in their shown order."""
        header = self._grid.horizontalHeader()
        rows: set[int] = set()
        seen: set[int] = set()
        selection = self._grid.selectionModel().selection()
        for part in (selection.at(place) for place in range(selection.count())):
            rows.update(range(part.top(), part.bottom() + 1))
            seen.update(range(part.left(), part.right() + 1))
        shown = [section for section in seen if not header.isSectionHidden(section)]
        if not shown:
            return []
        sections = sorted(shown, key=header.visualIndex)
        return [[self._model.index(row, section) for section in sections] for row in sorted(rows)]

    # clipboard

    def copy(self, *, headings: bool = False) -> None:
        """The selected block to the clipboard."""
        block = self.chosen()
        rows = [[self._model.shown(index) for index in line] for line in block]
        if headings and block:
            heads = [self._model.headerData(index.column(), Qt.Orientation.Horizontal) for index in block[0]]
            rows.insert(0, [str(head) for head in heads])
        QGuiApplication.clipboard().setText(clipboard.to_text(rows))

    def cut(self) -> None:
        """The selected block to the clipboard; its cells are emptied as one step."""
        self.copy()
        self._empty("剪切")

    def clear(self) -> None:
        """Empty the selected cells."""
        self._empty("清空")

    def _empty(self, word: str) -> None:
        self._lay([(index, "") for line in self.chosen() for index in line], word)

    def fill_down(self) -> None:
        """The first row of the selection into the rows below."""
        block = self.chosen()
        tops = [self._model.shown(top) for top in block[0]] if block else []
        self._lay([pair for line in block[1:] for pair in zip(line, tops, strict=True)], "向下填充")

    def paste(self) -> None:
        """The clipboard's block from the current cell on; it is repeated over a selection that it fills evenly, and
        what runs past the last row is asked about."""
        rows = clipboard.from_text(QGuiApplication.clipboard().text())
        block = self.chosen()
        if not rows or not block:
            return
        high, wide = len(rows), len(rows[0])
        if len(block) % high == 0 and len(block[0]) % wide == 0:
            places = [(down, right) for down in range(len(block)) for right in range(len(block[0]))]
            self._lay([(block[down][right], rows[down % high][right % wide]) for down, right in places], "粘贴")
            return
        start = block[0][0]
        sections = self._sections_from(start.column())
        room = self._model.rowCount() - start.row()
        cells = [
            (self._model.index(start.row() + down, section), text)
            for down, row in enumerate(rows[:room])
            for section, text in zip(sections, row, strict=False)
        ]
        if past := [row for row in rows[room:] if any(row)]:
            self._ask(cells, past, sections)
        else:
            self._lay(cells, "粘贴")

    def _sections_from(self, first: int) -> list[int]:
        header = self._grid.horizontalHeader()
        places = range(header.visualIndex(first), header.count())
        return [section for place in places if not header.isSectionHidden(section := header.logicalIndex(place))]

    def _ask(self, cells: Laid, past: list[list[str]], sections: Sequence[int]) -> None:
        """Whether rows are to be added for what runs past the last row."""
        box = QMessageBox(QMessageBox.Icon.Question, "粘贴", f"剪贴板比表格多 {len(past)} 行，怎么处理？",
                          QMessageBox.StandardButton.NoButton, self._grid)  # fmt: skip
        roles = QMessageBox.ButtonRole
        open_here = self.new_values is not None and not self._model.query.deleted and not self._model.locked
        add = box.addButton("新增这些行", roles.AcceptRole) if open_here else None
        part = box.addButton("只粘贴前面的", roles.AcceptRole)
        box.setEscapeButton(box.addButton("取消", roles.RejectRole))
        box.setDefaultButton(add or part)

        def answered() -> None:
            if box.clickedButton() is add and add is not None:
                self._lay(cells, "粘贴", [self._typed_row(row, sections) for row in past])
            elif box.clickedButton() is part:
                self._lay(cells, "粘贴")

        box.finished.connect(lambda _result: answered())
        box.finished.connect(box.deleteLater)
        box.open()

    def _typed_row(self, row: Sequence[str], sections: Sequence[int]) -> dict[str, str]:
        columns = [self._model.columns[section] for section in sections]
        return {column.path: text for column, text in zip(columns, row, strict=False) if text and column.editable}

    # writing

    def _lay(self, cells: Laid, word: str, past: Sequence[dict[str, str]] = ()) -> None:
        """Texts into the cells that take them, and new rows, as one step."""
        model = self._model
        if model.locked:
            self._grid.complained.emit(model.locked)
            return
        edits = [
            Edit(model.key_at(index.row()), model.columns[index.column()].path, text)
            for index, text in cells
            if model.flags(index) & Qt.ItemFlag.ItemIsEditable and text != model.shown(index)
        ]
        label = f"{word} {len(edits) + sum(map(len, past))} 格"
        try:
            begin, fixed = self.new_values() if past and self.new_values else ({}, {})
        except Refusal as refusal:
            self._grid.complained.emit(refusal.message)
            return
        self.write(edits, f"{label}，新增 {len(past)} 行" if past else label, NewRows(past, begin, fixed))

    def write(self, edits: Sequence[Edit], label: str, added: NewRows | None = None) -> None:
        """Good cells are written as one step, refused ones stay red with their text."""
        added = added or NewRows(())
        if not edits and not added.rows:
            return
        typed = [(edit.key, edit.path, str(edit.typed)) for edit in edits]
        self._model.keep_typed([(*cell, "") for cell in typed])
        session, ledger = self._model.session, self._model.query.ledger

        def failed(refusal: Refusal) -> None:
            self._model.refuse(typed, refusal.message)
            self._grid.complained.emit(refusal.message)

        def done(result: Pasted) -> None:
            self._model.settle(typed)
            self._tell(result)

        self._runner.write(lambda job: paste(session, ledger, edits, added, label, job), done, failed)

    def _tell(self, pasted: Pasted) -> None:
        refused = [(item.edit.key, item.edit.path, str(item.edit.typed), item.reason) for item in pasted.refused]
        self._model.keep_typed(refused)
        self._grid.committed.emit(pasted.changes)
        if pasted.keys:
            self._model.when_shown(lambda: self._grid.show_key(pasted.keys[0]))
        sentences = []
        if count := len(pasted.refused):
            sentences.append(f"有 {count} 格没有通过检查，已标红，其余照常写入；停在红格上可看原因")
        if count := len(pasted.unmade):
            sentences.append(f"有 {count} 行不能新增，仍在剪贴板上：{pasted.unmade[0]}")
        if sentences:
            self._grid.complained.emit("；".join(sentences))
