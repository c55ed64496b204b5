"""Choosing the columns of a grid: which, in which order, how many stay when it is scrolled."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QDialog, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from desktop.app.views import MOST_FROZEN
from desktop.ui.widgets import button, label, line


class ColumnsDialog(QDialog):
    """Columns as (path, heading), the shown ones first; accepted means: show `paths()` and freeze `frozen.currentIndex()`."""

    def __init__(
        self,
        columns: Sequence[tuple[str, str]],
        shown: Sequence[str],
        usual: tuple[Sequence[str], int],
        frozen: int,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("选择列")
        self.resize(380, 520)
        self._headings, self._usual = dict(columns), usual
        self.usual_widths = False
        """Whether 恢复默认 was asked for, which takes back the widths as well."""
        self.list = QListWidget()
        self.list.setAccessibleName("列，空格键显示或隐藏，Alt+上下移动")
        self.list.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.list.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.list.installEventFilter(self)
        self.list.itemChanged.connect(self._changed)
        self.list.setSpacing(2)
        self.frozen = QComboBox()
        self.frozen.addItems(["不固定", *(f"前 {count} 列" for count in range(1, MOST_FROZEN + 1))])
        self.frozen.setAccessibleName("左侧固定的列数")
        self.told = label("", "quiet", 12)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.addWidget(label("勾选要显示的列；拖动或按 Alt+↑、Alt+↓ 调整顺序", "quiet", 12, wrap=True))
        column.addWidget(self.list, 1)
        column.addWidget(line(self.told, None, label("左侧固定"), self.frozen))
        self.reset = button("恢复默认", self.restore, "ghost")
        self.agree = button("确定", self.accept, "primary")
        column.addWidget(line(self.reset, None, button("取消", self.reject), self.agree))
        self._fill(shown, frozen)

    def _fill(self, shown: Sequence[str], frozen: int) -> None:
        blocked = self.list.blockSignals(True)
        self.list.clear()
        for path in (*shown, *(path for path in self._headings if path not in shown)):
            item = QListWidgetItem(self._headings[path])
            item.setData(Qt.ItemDataRole.UserRole, path)
            item.setFlags((item.flags() | Qt.ItemFlag.ItemIsUserCheckable) & ~Qt.ItemFlag.ItemIsDropEnabled)
            item.setCheckState(Qt.CheckState.Checked if path in shown else Qt.CheckState.Unchecked)
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.list.blockSignals(blocked)
        self.frozen.setCurrentIndex(frozen)
        self._count()

    def paths(self) -> list[str]:
        """The ticked columns in their order."""
        items = (self.list.item(row) for row in range(self.list.count()))
        return [
            str(item.data(Qt.ItemDataRole.UserRole)) for item in items if item.checkState() is Qt.CheckState.Checked
        ]

    def restore(self) -> None:
        """Back to the columns, the order, the widths and the frozen columns by default."""
        self.usual_widths = True
        self._fill(*self._usual)

    def _changed(self, item: QListWidgetItem) -> None:
        if not self.paths():
            item.setCheckState(Qt.CheckState.Checked)
            self.told.setText("至少保留一列")
            return
        self._count()

    def _count(self) -> None:
        self.told.setText(f"已选 {len(self.paths())} / {self.list.count()}")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Alt+Up and Alt+Down move the current column."""
        if watched is self.list and event.type() == QEvent.Type.KeyPress:
            assert isinstance(event, QKeyEvent)
            by = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
            if by and event.modifiers() & Qt.KeyboardModifier.AltModifier:
                self._move(by)
                return True
        return super().eventFilter(watched, event)

    def _move(self, by: int) -> None:
        row = self.list.currentRow()
        if 0 <= row + by < self.list.count():
            item = self.list.takeItem(row)
            self.list.insertItem(row + by, item)
            self.list.setCurrentRow(row + by)
