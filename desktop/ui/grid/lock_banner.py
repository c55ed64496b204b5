"""The line over a grid that says why nothing can be edited just now."""

from PySide6.QtCore import Qt
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
        """Follow the grid's size."""
        height = theme.heights().control
        self.setGeometry(0, self._grid.height() - height, self._grid.width(), height)
