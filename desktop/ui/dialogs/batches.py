"""Taking back a whole import, also days later: which one, and what was changed by hand since and stays."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from desktop.app import history, importing
from desktop.app.session import Session
from desktop.ui.widgets import button, label, line


class BatchesDialog(QDialog):
    """Imports that can be taken back, newest first; accepted means: take the chosen one back."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("撤销导入")
        self.resize(640, 420)
        self._session = session
        self.batches, self.kept = QListWidget(), QListWidget()
        self.batches.setAccessibleName("导入记录")
        self.kept.setAccessibleName("导入后又改过、会保留的内容")
        for number, words in importing.undoable_batches(session):
            item = QListWidgetItem(words)
            item.setData(Qt.ItemDataRole.UserRole, number)
            self.batches.addItem(item)
        self.told = label("", "quiet", 12, wrap=True)
        self.go = button("撤销这次导入", self.accept, "danger")
        self.go.setEnabled(False)
        self.batches.currentItemChanged.connect(lambda *_: self._chosen())
        column = QVBoxLayout(self)
        column.addWidget(label("选择要整批撤销的导入", bold=True))
        column.addWidget(self.batches, 1)
        column.addWidget(self.told)
        column.addWidget(self.kept, 1)
        column.addWidget(line(None, button("取消", self.reject), self.go))
        self.batches.setCurrentRow(0)
        if not self.batches.count():
            self.told.setText("还没有可以撤销的导入")

    @property
    def number(self) -> int:
        """The chosen import's step; 0 if none."""
        item = self.batches.currentItem()
        return int(item.data(Qt.ItemDataRole.UserRole)) if item else 0

    def _chosen(self) -> None:
        self.kept.clear()
        later = history.later_edits(self._session, self.number) if self.number else []
        self.kept.addItems(later)
        self.told.setText(
            f"导入以后又改过 {len(later)} 处，撤销时保留：" if later else "导入以后没有再改过，撤销后和导入前一样"
        )
        self.go.setEnabled(bool(self.number))
