"""The row of chips under a toolbar: one for each filtered column, taken away by × or Delete."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QStyle, QStyleOptionButton, QStylePainter, QWidget

from desktop.ui import theme
from desktop.ui.widgets import button, clear, label

LONGEST = 36
"""Characters of a chip; all of it stands in its tip."""
CROSS = "  ×"
NARROWEST, PADDING = 72, 9


class Chip(QPushButton):
    """What one column is filtered by; pressing it, or Delete, takes the filter away."""

    def __init__(self, words: str, pressed: Callable[[], object]) -> None:
        super().__init__(f"{words if len(words) <= LONGEST else words[: LONGEST - 1] + '…'}{CROSS}")
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setProperty("kind", "chip")
        self.setFont(theme.font(12))
        self.setToolTip(f"{words}\n点按取消这项筛选")
        self.setAccessibleName(f"筛选 {words}，按 Delete 取消")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.clicked.connect(lambda _checked=False: pressed())

    def minimumSizeHint(self) -> QSize:
        """A chip gives way to others; its cross stays."""
        return QSize(NARROWEST, super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        option = QStyleOptionButton()
        self.initStyleOption(option)
        metrics = self.fontMetrics()
        room = self.width() - 2 * PADDING - metrics.horizontalAdvance(CROSS)
        words = self.text().removesuffix(CROSS)
        shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, room)
        option.text = shown + CROSS  # type: ignore[attr-defined]
        QStylePainter(self).drawControl(QStyle.ControlElement.CE_PushButton, option)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.click()
        else:
            super().keyPressEvent(event)


class ChipRow(QWidget):
    """The chips of a page."""

    dropped = Signal(str)
    """The path whose filter is to go."""
    cleared = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(6)

    def show_chips(self, chips: Sequence[tuple[str, str]], also: str = "") -> None:
        """Chips as (path, words) and one more sentence."""
        clear(self._row)
        for path, words in chips:
            self._row.addWidget(Chip(words, partial(self.dropped.emit, path)))
        if also:
            self._row.addWidget(label(also, pixels=12))
        if chips or also:
            drop = button("清除全部", self.cleared.emit, "ghost", "close", "取消全部筛选，显示所有行")
            drop.setFont(theme.font(12))
            self._row.addWidget(drop)
        self._row.addStretch(1)

    def words(self) -> list[str]:
        """What the chips say, in order."""
        items = (self._row.itemAt(at).widget() for at in range(self._row.count()))
        return [item.text() for item in items if isinstance(item, QPushButton)]
