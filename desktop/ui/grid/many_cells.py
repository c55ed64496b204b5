"""Changing many cells at once, each shown before it is done: find and replace, and one value for many rows."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QLineEdit, QTableWidget, QTableWidgetItem, QVBoxLayout

from desktop.app import find_replace
from desktop.app.editing import Edit
from desktop.app.find_replace import Hit, Proposal
from desktop.domain.record import Column, Kind
from desktop.domain.text_search import replaced
from desktop.ui.grid.delegate import make_editor, text_of
from desktop.ui.grid.left_out import LeftOut
from desktop.ui.runner import Task
from desktop.ui.widgets import button, label, line

if TYPE_CHECKING:
    from desktop.ui.grid.view import LedgerGrid

SELECTED, COLUMN, ALL = "选中的格", "当前列", "整张表（显示的行）"
HORIZONTAL = Qt.Orientation.Horizontal
PAUSE = 200
"""Milliseconds after the last key before looking."""


class ProposalList(QTableWidget):
    """Row, column, what stands there, what would; refused ones with the reason and without a tick."""

    def __init__(self) -> None:
        super().__init__(0, 4)
        self.setHorizontalHeaderLabels(["记录", "列", "现在", "改为"])
        self.setAccessibleName("将要改动的格；空格取消勾选")
        self.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.verticalHeader().hide()
        self.horizontalHeader().setStretchLastSection(True)
        self.setColumnWidth(0, 220)
        self._edits: list[Edit | None] = []

    def show_proposals(self, proposals: Sequence[Proposal], headings: dict[str, str]) -> None:
        """Show what would be done; what a person unticked before stays unticked."""
        unticked = {edit for edit in self._edits if edit is not None} - set(self.chosen)
        self.blockSignals(True)
        self.setRowCount(len(proposals))
        self._edits = []
        for row, item in enumerate(proposals):
            heading = headings.get(item.edit.path, "")
            told = f"不能改：{item.reason}" if item.reason else str(item.edit.typed)
            cells = [QTableWidgetItem(text) for text in (item.caption, heading, item.old, told)]
            for section, cell in enumerate(cells):
                cell.setToolTip(cell.text())
                self.setItem(row, section, cell)
            if not item.reason:
                cells[0].setFlags(cells[0].flags() | Qt.ItemFlag.ItemIsUserCheckable)
                left = item.edit in unticked
                cells[0].setCheckState(Qt.CheckState.Unchecked if left else Qt.CheckState.Checked)
            self._edits.append(None if item.reason else item.edit)
        self.blockSignals(False)

    @property
    def chosen(self) -> list[Edit]:
        """The ticked changes."""
        items = [self.item(row, 0) for row in range(self.rowCount())]
        return [
            edit
            for item, edit in zip(items, self._edits, strict=True)
            if edit is not None and item is not None and item.checkState() is Qt.CheckState.Checked
        ]


class ManyCellsDialog(QDialog):
    """Looks while one types and when the rows change, in the reading thread; nothing is written before the button."""

    title, verb = "", "修改"

    def __init__(self, grid: "LedgerGrid") -> None:
        super().__init__(grid.window())
        self.setWindowTitle(self.title)
        self.resize(820, 520)
        self.grid, self.model = grid, grid.ledger_model
        self.list, self.told = ProposalList(), label("", bold=True, wrap=True)
        self.go = button(self.verb, self.write, "primary")
        self.go.setEnabled(False)
        self._task: Task | None = None
        self._olds: dict[tuple[str, str], str] = {}
        """(key, path) → what the list says stands there now"""
        self._asked = False
        """Whether a person has asked for anything that can be looked at again."""
        self._later = QTimer(self, singleShot=True, interval=PAUSE)
        self._later.timeout.connect(self.look)
        self.list.itemChanged.connect(lambda _item: self._count())
        self.model.dataChanged.connect(self._look_again)
        self.model.modelReset.connect(self._look_again)
        self._column = QVBoxLayout(self)
        self.arrange()
        self._column.addWidget(self.told)
        self._column.addWidget(self.list, 1)
        self._column.addWidget(line(None, button("关闭", self.reject), self.go))

    def arrange(self) -> None:
        """The fields above the list."""

    def changed(self) -> None:
        """A person asks for something else."""
        self._asked = True
        self.go.setEnabled(False)
        self._later.start()

    def _look_again(self) -> None:
        """The rows changed; what is listed may hold no longer."""
        if self._asked and self.isVisible():
            self.go.setEnabled(False)
            self._later.start()

    def look(self) -> None:
        """Ask anew what would be done."""

    def ask(self, edits: Sequence[Edit], olds: Sequence[str]) -> None:
        """Judge changes in the background and show them; an earlier question is dropped."""
        if self._task is not None:
            self._task.job.cancel()
        session, ledger = self.model.session, self.model.query.ledger
        self._olds = {(edit.key, edit.path): old for edit, old in zip(edits, olds, strict=True)}
        self._task = self.grid.runner.read(
            lambda job: find_replace.propose(session, ledger, edits, olds, job), self._judged
        )

    def _judged(self, proposals: list[Proposal]) -> None:
        self._task = None
        headings = {
            column.path: str(self.model.headerData(at, HORIZONTAL)) for at, column in enumerate(self.model.columns)
        }
        self.list.show_proposals(proposals, headings)
        self._count()

    def _count(self) -> None:
        good, refused = len(self.list.chosen), self.list.rowCount() - len(self.list.chosen)
        self.told.setText(self.in_words(good) + (f"；{refused} 处不改" if refused else ""))
        self.go.setEnabled(good > 0)

    def in_words(self, count: int) -> str:
        """What the button would do."""
        return f"将修改 {count} 处"

    def write(self) -> None:
        """Write the ticked changes as one step; a cell that holds another text than the list says stays as it is."""
        edits, held, kept = list[Edit](), dict[tuple[str, str], str](), 0
        for edit in self.list.chosen:
            place = edit.key, edit.path
            typed, old = self.model.typed_at(*place), self._olds[place]
            if typed is None:
                held[place] = old
            elif typed != old:
                kept += 1
                continue
            edits.append(edit)
        self.accept()
        self.grid.blocks.write(edits, self.step(len(edits)), held=held, left=LeftOut(kept=kept))

    def step(self, count: int) -> str:
        """The step's name in the undo menu."""
        return f"{self.title} {count} 处"

    def scope_keys(self) -> list[str]:
        """The rows of the selected cells."""
        rows = dict.fromkeys(line[0].row() for line in self.grid.blocks.chosen())
        return [self.model.key_at(row) for row in rows]

    def done(self, result: int) -> None:
        """However it is closed, nothing goes on looking."""
        self._later.stop()
        if self._task is not None:
            self._task.job.cancel()
        super().done(result)


class FindDialog(ManyCellsDialog):
    """查找和替换."""

    title, verb = "查找替换", "替换勾选的"

    def arrange(self) -> None:
        self.words, self.instead, self.scope = QLineEdit(), QLineEdit(), QComboBox()
        self.whole = QCheckBox("整格相同")
        for widget, name in ((self.words, "查找"), (self.instead, "替换为"), (self.scope, "范围")):
            widget.setAccessibleName(name)
        self.scope.addItems([SELECTED, COLUMN, ALL])
        self.scope.setCurrentText(ALL if len(self.grid.blocks.chosen()) < 2 else SELECTED)
        self.instead.setPlaceholderText("留空则删去找到的文字")
        self._column.addWidget(line(label("查找"), self.words, label("替换为"), self.instead))
        self._column.addWidget(line(label("范围"), self.scope, self.whole, None,
                                    button("下一处 F3", self.next_hit, "ghost")))  # fmt: skip
        self.words.textChanged.connect(lambda _text: self.changed())
        self.instead.textChanged.connect(lambda _text: self.changed())
        self.scope.currentIndexChanged.connect(lambda _at: self.changed())
        self.whole.toggled.connect(lambda _on: self.changed())
        self.hits: list[Hit] = []
        self._next = 0
        self._scope: tuple[list[Column], list[str]] | None = None
        """Columns and keys looked through; looked again they stay, for a selection does not outlive every change."""

    def changed(self) -> None:
        self._scope = None
        super().changed()

    def columns(self) -> list[Column]:
        """The columns looked through."""
        if self.scope.currentText() == ALL:
            return list(self.model.columns)
        if self.scope.currentText() == COLUMN:
            return [self.model.columns[self.grid.currentIndex().column()]]
        sections = dict.fromkeys(index.column() for line in self.grid.blocks.chosen() for index in line)
        return [self.model.columns[section] for section in sections]

    def look(self) -> None:
        words, whole = self.words.text(), self.whole.isChecked()
        if self._scope is None:
            self._scope = self.columns(), self.scope_keys() if self.scope.currentText() == SELECTED else []
        columns, keys = self._scope
        session, query = self.model.session, self.model.query
        if self._task is not None:
            self._task.job.cancel()
        self._task = self.grid.runner.read(
            lambda job: find_replace.find(session, query, columns, words, whole=whole, keys=keys, job=job), self._found
        )

    def _found(self, hits: list[Hit]) -> None:
        self.hits, self._next = hits, 0
        texts = (Kind.TEXT, Kind.LONG_TEXT, Kind.CHOICE, Kind.DATE)
        kinds = {column.path: column for column in self._scope[0]} if self._scope else {}
        if any(hit.path not in kinds for hit in hits):
            return  # what was asked for meanwhile is being looked for
        hits = [hit for hit in hits if kinds[hit.path].editable and kinds[hit.path].field.kind in texts]
        words, instead, whole = self.words.text(), self.instead.text(), self.whole.isChecked()
        edits = [Edit(hit.key, hit.path, replaced(hit.text, words, instead, whole=whole)) for hit in hits]
        self.ask(edits, [hit.text for hit in hits])

    def in_words(self, count: int) -> str:
        most = "（只列前 1,000 处）" if len(self.hits) >= find_replace.MOST_HITS else ""
        return f"找到 {len(self.hits)} 处{most}，勾选 {count} 处可替换"

    def next_hit(self) -> None:
        """Go to the next cell that holds the words."""
        if self.hits:
            hit = self.hits[self._next % len(self.hits)]
            self._next += 1
            self.grid.show_key(hit.key, hit.path)


class BatchDialog(ManyCellsDialog):
    """批量修改: one field of the selected rows gets one value."""

    title, verb = "批量修改", "修改勾选的"

    def arrange(self) -> None:
        self.rows = self.scope_keys()
        self.field = QComboBox()
        self.field.setAccessibleName("要修改的列")
        self._columns = {column.path: column for column in self.model.columns if column.editable}
        """By path, for columns may come and go while the window is open."""
        for section, column in enumerate(self.model.columns):
            if column.editable:
                self.field.addItem(str(self.model.headerData(section, HORIZONTAL)), column.path)
        current = self.model.columns[self.grid.currentIndex().column()].path
        self.field.setCurrentIndex(max(0, self.field.findData(current)))
        self._place = QVBoxLayout()
        self.value = make_editor(self.model, self._chosen_column(), self)
        self._column.addWidget(line(label(f"把选中 {len(self.rows)} 行的"), self.field, label("改为"), None))
        self._column.addLayout(self._place)
        self.field.currentIndexChanged.connect(lambda _at: self._other_field())
        self._other_field()

    def _chosen_column(self) -> Column:
        return self._columns[str(self.field.currentData())]

    def _other_field(self) -> None:
        self._place.removeWidget(self.value)
        self.value.deleteLater()
        self.value = make_editor(self.model, self._chosen_column(), self)
        self.value.setAccessibleName("新的值")
        typed = self.value.editTextChanged if isinstance(self.value, QComboBox) else self.value.textChanged
        typed.connect(lambda _text: self.changed())
        self._place.addWidget(self.value)
        self.value.setFocus()
        self.list.show_proposals([], {})
        self.told.setText("输入新的值；留空则清空这一列")
        self._asked = False
        self._later.stop()
        self.go.setEnabled(False)

    def look(self) -> None:
        text, path, model = text_of(self.value), self._chosen_column().path, self.model
        stored = find_replace.texts(model.session.read, model.query.ledger, [(key, path) for key in self.rows])
        typed = [model.typed_at(key, path) for key in self.rows]
        olds = [stored.get((key, path), "") if here is None else here
                for key, here in zip(self.rows, typed, strict=True)]  # fmt: skip
        changing = [(key, old) for key, old in zip(self.rows, olds, strict=True) if old != text]
        self.ask([Edit(key, path, text) for key, _ in changing], [old for _, old in changing])

    def in_words(self, count: int) -> str:
        return f"将修改 {count} 行的{self.field.currentText()}"

    def step(self, count: int) -> str:
        return f"批量修改 {count} 行的{self.field.currentText()}"
