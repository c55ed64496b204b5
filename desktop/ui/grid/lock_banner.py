"""The line over a grid that says why nothing can be edited just now."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLabel, QTableView

from desktop.ui import theme

WORDS = "正在写入，表格暂时只读，写完自动恢复；正在输入的内容会保留"


class LockBanner(QLabel):
    """Lies over the lower edge of `grid` while a long job writes; the rows do not move for it."""

    def __init__(self, grid: QTableView) -> None:
        super().__init__(f"▲ {WORDS}", grid)
        self._grid = grid
        self.setObjectName("notice_warn")
        self.setFont(theme.font(13))
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hide()

    def place(self) -> None:
        """Follow the size of the grid's cells."""
        height, cells = theme.heights().control, self._grid.viewport().geometry()
        self.setGeometry(0, cells.bottom() + 1 - height, cells.right() + 1, height)

    def showEvent(self, event: QShowEvent) -> None:
        self.place()
        self.raise_()
        super().showEvent(event)
