"""One search box for pages and records (Ctrl+K); characters, pinyin initials or both."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem

from desktop import resources
from desktop.app import system
from desktop.domain.pinyin import fold
from desktop.domain.query import matches
from desktop.ui.desk import Desk

LEDGER_PAGES = {
    "detail_entry": "standards", "system_node": "system", "inspection": "inspections", "finding": "findings",
}  # fmt: skip
"""Which page shows the records of a ledger."""

MOST = 12
"""Records offered at a time."""


class SearchBox(QLineEdit):
    """Type, arrow down, Enter."""

    def __init__(self, desk: Desk, pages: Sequence[tuple[str, str]], go: Callable[[str, object], None]) -> None:
        super().__init__()
        self._desk, self._pages, self._go = desk, pages, go
        self.setPlaceholderText("搜索页面、记录　Ctrl+K")
        self.setAccessibleName("搜索页面和记录")
        self.setMinimumWidth(240)
        self.hits = QListWidget(self)
        self.hits.setWindowFlags(Qt.WindowType.ToolTip)
        self.hits.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hits.itemClicked.connect(self._take)
        self._later = QTimer(self, singleShot=True, interval=120)
        self._later.timeout.connect(self.look)
        self.textEdited.connect(lambda _text: self._later.start())
        self.installEventFilter(self)

    def begin(self) -> None:
        """Go to the box and select what stands in it."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.selectAll()

    def look(self) -> None:
        """Fill the list of hits."""
        self.hits.clear()
        words = self.text().strip()
        if not words:
            self.hits.hide()
            return
        for title, page in self._pages:
            if matches(resources.pinyin(), fold(title), fold(words)):
                self._offer(f"页面　{title}", page, None)
        read = self._desk.session.read
        shown = {"detail_entry": system.in_active_versions(read)}
        for ledger, key in read.search(words, tuple(LEDGER_PAGES), MOST, within=shown):
            self._offer(f"{self._desk.session.schema.ledger(ledger).label}　{read.caption(ledger, key)}",
                        LEDGER_PAGES[ledger], key)  # fmt: skip
        if not self.hits.count():
            self._offer(f"没有找到“{words}”，可试少几个字或拼音首字母", "", None)
        self.hits.setCurrentRow(0)
        self.hits.resize(max(self.width(), 420), min(360, 28 * self.hits.count() + 8))
        self.hits.move(self.mapToGlobal(QPoint(self.width() - self.hits.width(), self.height() + 2)))
        self.hits.show()

    def _offer(self, text: str, page: str, key: str | None) -> None:
        item = QListWidgetItem(text)
        item.setData(Qt.ItemDataRole.UserRole, (page, key))
        self.hits.addItem(item)

    def _take(self, item: QListWidgetItem) -> None:
        page, key = item.data(Qt.ItemDataRole.UserRole)
        self.hits.hide()
        if page:
            self.clear()
            self._go(page, key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up) and self.hits.count():
            step = 1 if event.key() == Qt.Key.Key_Down else -1
            self.hits.setCurrentRow((self.hits.currentRow() + step) % self.hits.count())
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self._later.isActive() or not self.hits.isVisible():
                self._later.stop()
                self.look()
            if item := self.hits.currentItem():
                self._take(item)
        elif event.key() == Qt.Key.Key_Escape:
            self.hits.hide()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self and event.type() in (QEvent.Type.FocusOut, QEvent.Type.Hide):
            self.hits.hide()
        return super().eventFilter(watched, event)
