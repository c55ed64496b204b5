"""A short read-only table whose rows stand for something: chosen by mouse or keys."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from desktop.ui import theme

LISTED = 2_000
"""Rows shown at most."""


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
        self.horizontalHeader().setSectionResizeMode(stretched, QHeaderView.ResizeMode.Stretch)
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
        for section in range(self.columnCount()):
            if self.horizontalHeader().sectionResizeMode(section) is not QHeaderView.ResizeMode.Stretch:
                self.resizeColumnToContents(section)
        if rows:
            self.setCurrentCell(0, 0)

    @property
    def chosen(self) -> object:
        """What the current row stands for; None without rows."""
        item = self.item(self.currentRow(), 0)
        return None if item is None else item.data(Qt.ItemDataRole.UserRole)

    def texts(self, row: int) -> list[str]:
        """The texts of a row."""
        return [item.text() if (item := self.item(row, at)) else "" for at in range(self.columnCount())]
