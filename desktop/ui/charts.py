"""Flat bars with their numbers; no axis, no second hue."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.ui import theme

ROW = 26
"""Height of one bar with its gap, in logical pixels."""
NAME_LINE = 18
"""Height of a name that stands above its bar."""


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
        self._fit()
        self.update()

    def resizeEvent(self, _event: QResizeEvent) -> None:
        self._fit()

    def sizeHint(self) -> QSize:
        return QSize(280, max(4, len(self._bars)) * self._row())

    @property
    def stacked(self) -> bool:
        """Whether each name stands above its bar, because beside it there would be too little room for both."""
        return self._names() > self.width() * 0.5

    def _names(self) -> float:
        metrics = QFontMetrics(theme.font(12))
        return max((metrics.horizontalAdvance(name) for name, _ in self._bars), default=0) + 8.0

    def _row(self) -> int:
        return ROW + (NAME_LINE if self.stacked else 0)

    def _fit(self) -> None:
        self.setMinimumHeight(min(12, len(self._bars)) * self._row())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(theme.font(12))
        metrics = painter.fontMetrics()
        stacked, height = self.stacked, self._row()
        names = 0.0 if stacked else self._names()
        room = max(20.0, self.width() - names - 48)
        most = max((number for _, number in self._bars), default=0) or 1
        for place, (name, number) in enumerate(self._bars):
            top = place * height
            label = QRectF(0, top, self.width() if stacked else names, NAME_LINE if stacked else ROW)
            shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, int(label.width()))
            painter.setPen(theme.colour("text_2"))
            painter.drawText(label, Qt.AlignmentFlag.AlignVCenter, shown)
            bar = top + height - ROW
            width = room * number / most
            painter.fillRect(QRectF(names, bar + 7, width, ROW - 14), theme.colour("bar"))
            painter.setPen(theme.colour("text"))
            painter.drawText(QRectF(names + width + 6, bar, 44, ROW), Qt.AlignmentFlag.AlignVCenter, str(number))
