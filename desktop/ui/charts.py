"""Flat bars with their numbers; no axis, no second hue."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.ui import theme

ROW = 26
"""Height of one bar with its gap, in logical pixels."""


class BarChart(QWidget):
    """Horizontal bars, one a row."""

    def __init__(self) -> None:
        super().__init__()
        self._bars: list[tuple[str, int]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_bars(self, bars: Sequence[tuple[str, int]]) -> None:
        """Show these (label, number)."""
        self._bars = list(bars)
        self.setAccessibleDescription("；".join(f"{name} {number}" for name, number in bars))
        self.setMinimumHeight(min(12, len(bars)) * ROW)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(280, max(4, len(self._bars)) * ROW)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(theme.font(12))
        metrics = painter.fontMetrics()
        names = min(self.width() * 0.4, max((metrics.horizontalAdvance(name) for name, _ in self._bars), default=0) + 8)
        room = max(20.0, self.width() - names - 48)
        most = max((number for _, number in self._bars), default=0) or 1
        for place, (name, number) in enumerate(self._bars):
            top = place * ROW
            shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, int(names) - 8)
            painter.setPen(theme.colour("text_2"))
            painter.drawText(QRectF(0, top, names, ROW), Qt.AlignmentFlag.AlignVCenter, shown)
            width = room * number / most
            painter.fillRect(QRectF(names, top + 7, width, ROW - 14), theme.colour("bar"))
            painter.setPen(theme.colour("text"))
            painter.drawText(QRectF(names + width + 6, top, 44, ROW), Qt.AlignmentFlag.AlignVCenter, str(number))
