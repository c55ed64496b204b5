"""A short read-only table whose rows stand for something: chosen by mouse or keys."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from desktop.ui import theme

LISTED = 2_000
"""Rows shown at most."""

NARROWEST = 80
"""Pixels that a column keeps when there is not room for all; its text is then in the tip."""


def shared(wished: Sequence[int], room: int) -> list[int]:
    """Widths of columns within a room: the narrow ones as wished, the wide ones cut to one common width."""
    widths, left = list(wished), room
    for place, section in enumerate(sorted(range(len(wished)), key=lambda at: wished[at])):
        widths[section] = min(wished[section], max(left // (len(wished) - place), NARROWEST))
        left -= widths[section]
    return widths


class Listing(QTableWidget):
    """Rows of texts, each with something it stands for."""

    def __init__(self, name: str, headings: Sequence[str], stretched: int) -> None:
        super().__init__(0, len(headings))
        self.setAccessibleName(name)
        self.setHorizontalHeaderLabels(list(headings))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(theme.heights().row)
        self._stretched = stretched
        self._wished: list[int] = []
        """Widths that would show every text whole."""
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.horizontalHeader().setSectionResizeMode(stretched, QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setMinimumSectionSize(NARROWEST // 2)
        self.setShowGrid(False)

    def show_rows(self, rows: Sequence[tuple[object, Sequence[str]]]) -> None:
        """Show (what it stands for, texts) lines, the first one chosen."""
        self.clearContents()
        self.setRowCount(min(len(rows), LISTED))
        for at, (thing, texts) in enumerate(rows[:LISTED]):
            for section, text in enumerate(texts):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                if section == 0:
                    item.setData(Qt.ItemDataRole.UserRole, thing)
                self.setItem(at, section, item)
        self._wished = [
            max(self.sizeHintForColumn(section), self.horizontalHeader().sectionSizeHint(section))
            for section in range(self.columnCount())
        ]
        self._fit()
        if rows:
            self.setCurrentCell(0, 0)

    def _fit(self) -> None:
        """Every column in sight: those that are wider than the common share give way, the others show their texts."""
        widths = shared(self._wished, self.viewport().width())
        for section, width in enumerate(widths):
            if section != self._stretched:
                self.setColumnWidth(section, width)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    @property
    def chosen(self) -> object:
        """What the current row stands for; None without rows."""
        item = self.item(self.currentRow(), 0)
        return None if item is None else item.data(Qt.ItemDataRole.UserRole)

    def texts(self, row: int) -> list[str]:
        """The texts of a row."""
        return [item.text() if (item := self.item(row, at)) else "" for at in range(self.columnCount())]
