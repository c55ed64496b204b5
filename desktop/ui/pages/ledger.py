"""The page of any ledger: actions, filter chips, grid, record panel."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QSplitter, QVBoxLayout, QWidget

from desktop.app import editing, syncing
from desktop.domain.changes import Changes
from desktop.domain.query import EVERYTHING, Condition, Group, Op, Query, Sort, Test, owner_of
from desktop.domain.record import Cell
from desktop.ui.desk import CellTarget, Desk, Page
from desktop.ui.grid.model import LedgerModel
from desktop.ui.grid.view import LedgerGrid
from desktop.ui.record_panel import RecordPanel
from desktop.ui.review_dialog import ReviewDialog
from desktop.ui.widgets import button, clear, label, line, toolbar

VALUES_OFFERED = 40
"""Values of a column offered for filtering."""


class LedgerPage(Page):
    """Lists, filters and edits the rows of `ledger`."""

    ledger = ""
    sort: tuple[Sort, ...] = ()
    frozen = 1
    """Columns that stay when the grid is scrolled sideways."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._chips: list[Test] = []
        self._only: tuple[str, ...] = ()
        self.model = LedgerModel(self.session, self._query())
        self.grid = LedgerGrid(self.model, desk.runner, self.frozen)
        self.panel = RecordPanel(desk, self.ledger)
        self.counted = label("", "quiet", 12)
        self.words = QLineEdit()
        self.words.setPlaceholderText("筛选：文字或拼音首字母")
        self.words.setClearButtonEnabled(True)
        self.words.setFixedWidth(220)
        self.bin = button("回收站", self.reload, "ghost", "trash", "看已删除的行；选中后点“恢复”")
        self.bin.setCheckable(True)
        self.back = button("恢复", self.restore_rows, icon_name="undo")
        self._later = QTimer(self, singleShot=True, interval=150)
        self._later.timeout.connect(self.reload)
        self.words.textChanged.connect(lambda _text: self._later.start())
        self._chip_row = QHBoxLayout()
        chip_holder = QWidget()
        chip_holder.setLayout(self._chip_row)
        self._chip_row.setContentsMargins(16, 4, 16, 4)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.grid)
        split.addWidget(self.panel)
        split.setSizes([900, 300])
        split.setStretchFactor(0, 1)
        self.setFocusProxy(self.grid)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(
            toolbar(
                *self.tools(),
                *self._bureau_tools(),
                None,
                self.words,
                self.bin,
                button("筛选", self._offer_filters, "ghost", "funnel"),
            )
        )
        column.addWidget(chip_holder)
        column.addWidget(split, 1)
        foot = line(self.counted, None, self.back)
        foot.setContentsMargins(16, 4, 16, 4)
        column.addWidget(foot)
        self.grid.committed.connect(desk.changed)
        self.grid.complained.connect(lambda sentence: desk.say("warn", sentence))
        self.grid.row_chosen.connect(self.panel.show_record)
        self.grid.history_asked.connect(self.panel.show_history)
        self.reload()

    def tools(self) -> Sequence[QWidget]:
        """The buttons of this ledger."""
        label_text = self.session.schema.ledger(self.ledger).label
        return [
            button(f"新增{label_text}", self.add, "primary", "plus"),
            button("删除", self.grid.delete_rows, icon_name="trash"),
        ]

    def _bureau_tools(self) -> Sequence[QWidget]:
        if not self.session.identity.is_bureau:
            return []
        return [button("批注", self.review, icon_name="edit", tip="对下属单位的这一行批注、接收或退回")]

    def review(self) -> None:
        """The bureau's note on the current row of a unit."""
        index = self.grid.currentIndex()
        key = self.model.key_at(index.row()) if index.isValid() else ""
        session, ledger = self.session, self.ledger
        if not key or owner_of(key) == session.identity.organisation:
            self.desk.say("warn", "请先选下属单位的一行，再点“批注”")
            return
        dialog = ReviewDialog(session.read.caption(ledger, key), self)
        if dialog.exec():
            kind, body = str(dialog.kind.currentData()), dialog.body.toPlainText().strip()
            self.desk.write(
                lambda _job: syncing.review(session, ledger, key, kind, body),
                lambda _changes: self.desk.say("ok", "已写入，下一个下发包会带给该单位"),
            )
        dialog.deleteLater()

    def add(self) -> None:
        """A new row, shown at once."""
        session, values = self.session, self.new_values()
        self.desk.write(lambda _job: editing.add_row(session, self.ledger, values[0], fixed=values[1]),
                        lambda result: self.show_target(result[1]))  # fmt: skip

    def new_values(self) -> tuple[dict[str, str], dict[str, Cell]]:
        """What a new row begins with: typed values and fixed cells."""
        return {}, {}

    def base(self) -> Condition:
        """What the page always shows."""
        return EVERYTHING

    def _query(self) -> Query:
        tests: list[Condition] = [self.base(), *self._chips]
        if self._only:
            tests.append(Test("key", Op.IN, self._only))
        words = self.words.text().strip() if hasattr(self, "words") else ""
        if words:
            tests.append(Test("", Op.FOUND, (words,)))
        sort = self.model.query.sort if hasattr(self, "model") else self.sort
        deleted = hasattr(self, "bin") and self.bin.isChecked()
        return Query(self.ledger, Group(tuple(tests)), sort, self.session.today(), deleted)

    def reload(self) -> None:
        """Ask again for the rows."""
        self.model.set_query(self._query())
        if self.model.rowCount() and not self.grid.currentIndex().isValid():
            self.grid.setCurrentIndex(self.model.index(0, 0))
        self.reload_counts()
        self._show_chips()

    def restore_rows(self) -> None:
        """Bring the selected rows back from the recycle bin."""
        keys = self.grid.selected_keys()
        session, ledger = self.session, self.ledger
        if keys:
            self.desk.write(lambda _job: editing.restore_rows(session, ledger, keys))

    def changed(self, changes: Changes) -> None:
        self.grid.refresh(changes)
        self.reload_counts()
        self.panel.changed(changes)

    def refused_texts(self) -> int:
        return self.model.errors

    def reload_counts(self) -> None:
        """The footer's numbers."""
        deleted = self.bin.isChecked()
        self.back.setVisible(deleted)
        every = self.session.read.count(Query(self.ledger, self.base(), as_of=self.session.today(), deleted=deleted))
        errors = f"　▲ {self.model.errors} 处错误" if self.model.errors else ""
        self.counted.setText(f"{'回收站 ' if deleted else ''}显示 {self.model.rowCount()} / 共 {every}{errors}")

    def show_target(self, target: object) -> None:
        if isinstance(target, str):
            if self.model.row_of(target) < 0:
                self.clear_filters()
            self.grid.show_key(target)
        elif isinstance(target, CellTarget):
            self.show_target(target.key)
            self.grid.show_key(target.key, target.path)
            self.panel.show_field(target.path)
        elif isinstance(target, tuple):
            self._only = tuple(str(key) for key in target)
            self.reload()

    def clear_filters(self) -> None:
        """Show every row again."""
        self._chips, self._only = [], ()
        self.words.clear()
        self.reload()

    def filter_by(self, path: str, values: tuple[Cell, ...]) -> None:
        """Show only rows with these values."""
        self._chips = [chip for chip in self._chips if chip.path != path] + [Test(path, Op.IN, values)]
        self.reload()

    def _offer_filters(self) -> None:
        menu = QMenu(self)
        query = replace(self._query(), sort=())
        for column in self.model.columns:
            if not column.field.choices and column.path not in ("department", "code") and column.plain is None:
                continue
            values = self.session.read.values(query, column.path)[:VALUES_OFFERED]
            if len(values) < 2:
                continue
            inner = menu.addMenu(column.label)
            for value, number in values:
                text = f"{column.field.show(value) or '（空）'}　{number}"
                inner.addAction(text, partial(self.filter_by, column.path, (value,)))
        menu.exec(self.mapToGlobal(self.words.geometry().bottomLeft()))
        menu.deleteLater()

    def _show_chips(self) -> None:
        clear(self._chip_row)
        for chip in self._chips:
            column = self.session.schema.column(self.ledger, chip.path)
            words = "、".join(column.field.show(value) or "（空）" for value in chip.values)
            self._chip_row.addWidget(button(f"{column.label}：{words}  ×", partial(self._drop, chip), "ghost"))
        if self._only:
            self._chip_row.addWidget(label(f"只看选定的 {len(self._only)} 行", pixels=12))
        if self._chips or self._only:
            self._chip_row.addWidget(button("清除全部", self.clear_filters, "ghost"))
        self._chip_row.addStretch(1)

    def _drop(self, chip: Test) -> None:
        self._chips.remove(chip)
        self.reload()
