"""The row of chips under a toolbar: one for each filtered column, taken away by × or Delete."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from desktop.ui import theme
from desktop.ui.icons import icon
from desktop.ui.widgets import clear, label

LONGEST = 36
"""Characters of a chip; all of it stands in its tip."""


class Chip(QPushButton):
    """What one column is filtered by; pressing it, or Delete, takes the filter away."""

    def __init__(self, words: str, pressed: Callable[[], object]) -> None:
        super().__init__(f"{words if len(words) <= LONGEST else words[: LONGEST - 1] + '…'}  ×")
        self.setProperty("kind", "chip")
        self.setFont(theme.font(12))
        self.setToolTip(f"{words}\n点按取消这项筛选")
        self.setAccessibleName(f"筛选 {words}，按 Delete 取消")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.clicked.connect(lambda _checked=False: pressed())

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
            drop = Chip("清除全部", self.cleared.emit)
            drop.setText("清除全部")
            drop.setProperty("kind", "ghost")
            drop.setIcon(icon("close", "text_2"))
            drop.setToolTip("取消全部筛选，显示所有行")
            drop.setAccessibleName("清除全部筛选")
            self._row.addWidget(drop)
        self._row.addStretch(1)

    def words(self) -> list[str]:
        """What the chips say, in order."""
        items = (self._row.itemAt(at).widget() for at in range(self._row.count()))
        return [item.text() for item in items if isinstance(item, QPushButton)]
