"""打印: which layout, which columns in which order, which paper; then the preview."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QInputDialog,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from desktop.app import exporting, layouts
from desktop.app.layouts import Layout, LayoutColumn
from desktop.domain.document import Document, Paper
from desktop.domain.errors import Refusal
from desktop.domain.query import Query
from desktop.ui.desk import Desk
from desktop.ui.preview import preview
from desktop.ui.widgets import Notice, button, label, line

LANDSCAPE, UPRIGHT = "横向", "纵向"


class _Columns(QListWidget):
    """Columns that are moved by dragging or by Alt with the arrow keys."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        if not by or not event.modifiers() & Qt.KeyboardModifier.AltModifier:
            super().keyPressEvent(event)
            return
        row = self.currentRow()
        if 0 <= row + by < self.count():
            self.insertItem(row + by, self.takeItem(row))
            self.setCurrentRow(row + by)


class PrintDialog(QDialog):
    """Chooses how the rows of a query are printed."""

    def __init__(self, desk: Desk, query: Query, shown: list[str], filters: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("打印")
        self.resize(560, 620)
        self.desk, self.session, self.query, self.filters = desk, desk.session, query, filters
        self._screen = layouts.on_screen(self.session, query.ledger, shown)
        self._known: dict[str, LayoutColumn] = {}
        self._layouts: list[Layout] = []
        self.notice = Notice()
        self.layout_choice, self.paper, self.turn = QComboBox(), QComboBox(), QComboBox()
        for widget, name in ((self.layout_choice, "表式"), (self.paper, "纸张"), (self.turn, "方向")):
            widget.setAccessibleName(name)
        self.paper.addItems([paper.value for paper in Paper])
        self.turn.addItems([LANDSCAPE, UPRIGHT])
        self.columns = _Columns()
        self.columns.setAccessibleName("打印的列：空格勾选，Alt+上下移动")
        self.columns.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.told = label("", "quiet", 12, wrap=True)
        self.keep = button("保存为本单位的表式", self.save, tip="以后打印、导出都用这些列；升级后仍在")
        self.restore = button("恢复原表式", self.reset, "ghost")
        column = QVBoxLayout(self)
        column.addWidget(self.notice)
        column.addWidget(line(label("表式"), self.layout_choice, None, label("纸张"), self.paper, self.turn))
        column.addWidget(label("要打印的列（拖动或 Alt+↑/↓ 调整先后）", "quiet", 12))
        column.addWidget(self.columns, 1)
        column.addWidget(self.told)
        column.addWidget(line(self.keep, self.restore, button("增加一列", self.add_column, "ghost", "plus"), None))
        column.addWidget(line(None, button("取消", self.reject), button("预览", self.preview, "primary", "print")))
        self.columns.itemChanged.connect(lambda _item: self._tell())
        self.layout_choice.currentIndexChanged.connect(lambda _at: self._show())
        self.reload()

    def reload(self) -> None:
        """The layouts anew, keeping the choice."""
        at = max(0, self.layout_choice.currentIndex())
        self.layout_choice.blockSignals(True)
        self.layout_choice.clear()
        self._layouts = [*layouts.layouts_of(self.session, self.query.ledger), self._screen]
        for layout in self._layouts:
            self.layout_choice.addItem(f"{layout.name}（已修改）" if layout.changed else layout.name)
        self.layout_choice.setCurrentIndex(at)
        self.layout_choice.blockSignals(False)
        self._show()

    @property
    def chosen(self) -> Layout:
        """The layout with the columns, paper and direction as they are set."""
        layout = self._layouts[self.layout_choice.currentIndex()]
        items = [self.columns.item(row) for row in range(self.columns.count())]
        ticked = [
            self._known[str(item.data(Qt.ItemDataRole.UserRole))]
            for item in items
            if item.checkState() is Qt.CheckState.Checked
        ]
        return replace(layout, columns=tuple(ticked), paper=self.paper.currentText(),
                       landscape=self.turn.currentText() == LANDSCAPE)  # fmt: skip

    def _show(self) -> None:
        layout = self._layouts[self.layout_choice.currentIndex()]
        self.paper.setCurrentText(layout.paper)
        self.turn.setCurrentText(LANDSCAPE if layout.landscape else UPRIGHT)
        self.columns.clear()
        inside = {column.path for column in layout.columns}
        rest = [item for item in layouts.choosable(self.session, self.query.ledger) if item.path not in inside]
        for column in (*layout.columns, *rest):
            self._item(column, ticked=column.path in inside)
        self.columns.setCurrentRow(0)
        official = layout.id != self._screen.id
        self.keep.setVisible(official)
        self.restore.setVisible(official and layout.changed)
        self._tell()

    def _item(self, column: LayoutColumn, *, ticked: bool) -> None:
        item = QListWidgetItem(column.label)
        item.setData(Qt.ItemDataRole.UserRole, column.path)
        self._known[column.path] = column
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        item.setCheckState(Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked)
        self.columns.addItem(item)

    def _tell(self) -> None:
        count = len(self.chosen.columns)
        rows = self.session.read.count(self.query)
        filtered = f"，筛选：{self.filters}" if self.filters else ""
        self.told.setText(f"已选 {count} / {self.columns.count()} 列，{rows} 行{filtered}")

    def add_column(self) -> None:
        """A column of the unit's own: it appears in the grid, in files and templates too."""
        heading, sure = QInputDialog.getText(self, "增加一列", "列名（会同时出现在表格、导出和导入模板里）")
        if sure:
            self._write(lambda: layouts.add_own_column(self.session, self.query.ledger, heading), self._added)

    def _added(self, column: LayoutColumn) -> None:
        self._item(column, ticked=True)
        self._tell()

    def save(self) -> None:
        """Keep the columns as the unit's own layout."""
        chosen = self.chosen
        self._write(lambda: layouts.save(self.session, chosen), lambda _changes: self.reload())

    def reset(self) -> None:
        """Back to the shipped columns."""
        chosen = self.chosen
        self._write(lambda: layouts.reset(self.session, chosen), lambda _changes: self.reload())

    def _write(self, work: Callable[[], object], done: Callable[[Any], None]) -> None:
        self.desk.write(lambda _job: work(), done, failed=lambda refusal: self.notice.say("bad", refusal.message))

    def document(self) -> Callable[[], Document]:
        """What makes the document, in any thread, as everything is chosen now."""
        return partial(exporting.sheet, self.session, self.query, self.chosen, self.filters)

    def preview(self) -> None:
        """The pages."""
        if not self.chosen.columns:
            self.notice.say("bad", Refusal("no_columns", "请至少勾选一列").message)
            return
        name = f"{self.session.identity.name}_{self.chosen.title}_{self.session.today()}"
        preview(self.desk, self.document(), name, self)
