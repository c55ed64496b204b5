"""Blocks of cells of a grid: clipboard, filling, emptying; each is written as one step off the GUI thread."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMessageBox

from desktop.app.editing import Edit
from desktop.app.pasting import NewRows, Pasted, paste
from desktop.domain.errors import Refusal
from desktop.domain.record import Cell
from desktop.ui.grid import clipboard
from desktop.ui.grid.left_out import LeftOut
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
        """The first row of the selection into the rows below; of one row alone, the row above it into it."""
        block = self.chosen()
        if len(block) == 1 and (above := block[0][0].row() - 1) >= 0:
            block.insert(0, [index.siblingAtRow(above) for index in block[0]])
        tops = [self._model.shown(top) for top in block[0]] if block else []
        self._lay([pair for line in block[1:] for pair in zip(line, tops, strict=True)], "向下填充")

    def paste(self) -> None:
        """The clipboard's block from the current cell on; it is repeated down and across a selection that is so many
        times as high or as wide, and what runs past the last row is asked about."""
        rows = clipboard.from_text(QGuiApplication.clipboard().text())
        block = self.chosen()
        if not rows or (not block and self._model.rowCount()):
            return
        high, wide = len(rows), len(rows[0])
        if block and len(block) % high == 0:
            rows = rows * (len(block) // high)
        if block and len(block[0]) % wide == 0:
            rows, sections = [row * (len(block[0]) // wide) for row in rows], [at.column() for at in block[0]]
        else:
            heading = self._grid.horizontalHeader()
            sections = self._sections_from(block[0][0].column() if block else heading.logicalIndex(0))
        top = block[0][0].row() if block else 0
        room = self._model.rowCount() - top
        cells = [
            (self._model.index(top + down, section), text)
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
        open_here = self.new_values is not None and not self._model.query.deleted and not self._model.locked
        if not cells and not open_here:
            self._complain([self._model.locked or "这里不能新增行，剪贴板里的内容没有粘贴"])
            return
        words = (
            f"剪贴板比表格多 {len(past)} 行，怎么处理？"
            if cells
            else f"表格里没有行，要新增剪贴板里的 {len(past)} 行吗？"
        )
        box = QMessageBox(QMessageBox.Icon.Question, "粘贴", words, QMessageBox.StandardButton.NoButton, self._grid)
        roles = QMessageBox.ButtonRole
        add = box.addButton("新增这些行", roles.AcceptRole) if open_here else None
        part = box.addButton("只粘贴前面的", roles.AcceptRole) if cells else None
        box.setEscapeButton(box.addButton("取消", roles.RejectRole))
        if default := add or part:
            box.setDefaultButton(default)

        def answered() -> None:
            if box.clickedButton() is add and add is not None:
                self._lay(cells, "粘贴", past, sections)
            elif box.clickedButton() is part and part is not None:
                self._lay(cells, "粘贴")

        box.finished.connect(lambda _result: answered())
        box.finished.connect(box.deleteLater)
        box.open()

    def _typed_row(self, row: Sequence[str], sections: Sequence[int]) -> dict[str, str]:
        columns = [self._model.columns[section] for section in sections]
        return {column.path: text for column, text in zip(columns, row, strict=False) if text and column.editable}

    # writing

    def _lay(self, cells: Laid, word: str, past: Sequence[Sequence[str]] = (), sections: Sequence[int] = ()) -> None:
        """Texts into the cells that take them, and new rows of texts in `sections`, as one step."""
        model = self._model
        if model.locked:
            self._grid.complained.emit(model.locked)
            return
        other = [(index, text) for index, text in cells if text != model.shown(index)]
        edits = [
            Edit(model.key_at(index.row()), model.columns[index.column()].path, text)
            for index, text in other
            if model.flags(index) & Qt.ItemFlag.ItemIsEditable
        ]
        added = [self._typed_row(row, sections) for row in past]
        texts = sum(bool(text) for row in past for _, text in zip(sections, row, strict=False))
        typed = sum(map(len, added))
        left = LeftOut(closed=len(other) - len(edits) + texts - typed)
        label = f"{word} {len(edits) + typed} 格"
        try:
            begin, fixed = self.new_values() if past and self.new_values else ({}, {})
        except Refusal as refusal:
            self._grid.complained.emit(refusal.message)
            return
        label = f"{label}，新增 {len(past)} 行" if past else label
        self.write(edits, label, NewRows(added, begin, fixed), left=left)

    def write(self, edits: Sequence[Edit], label: str, added: NewRows | None = None, *,
              held: Mapping[tuple[str, str], str] | None = None, left: LeftOut | None = None) -> None:  # fmt: skip
        """Good cells are written as one step, refused ones stay red with their text; those in `held` (key, path →
        text) only while they hold that text. What is `left` out already is told with the rest."""
        added, left = added or NewRows(()), left or LeftOut()
        if not edits and not added.rows:
            self._complain(left.words())
            return
        typed = [(edit.key, edit.path, str(edit.typed)) for edit in edits]
        self._model.keep_typed([(*cell, "") for cell in typed])
        session, ledger = self._model.session, self._model.query.ledger

        def failed(refusal: Refusal) -> None:
            self._model.refuse(typed, refusal.message)
            self._grid.complained.emit(refusal.message)

        def done(result: Pasted) -> None:
            self._model.settle(typed)
            self._tell(result, left)

        self._runner.write(lambda job: paste(session, ledger, edits, added, label, job, held), done, failed)

    def _complain(self, sentences: Sequence[str]) -> None:
        if sentences:
            self._grid.complained.emit("；".join(sentences))

    def _tell(self, pasted: Pasted, left: LeftOut) -> None:
        refused = [(item.edit.key, item.edit.path, str(item.edit.typed), item.reason) for item in pasted.refused]
        self._model.keep_typed(refused)
        self._grid.committed.emit(pasted.changes)
        if pasted.keys:
            self._model.when_shown(lambda: self._grid.show_key(pasted.keys[0]))
        sentences = left.words(more_kept=pasted.kept)
        if count := len(pasted.refused):
            sentences.append(f"有 {count} 格没有通过检查，已标红，其余照常写入；停在红格上可看原因")
        if count := len(pasted.unmade):
            sentences.append(f"有 {count} 行不能新增，仍在剪贴板上：{pasted.unmade[0]}")
        self._complain(sentences)
