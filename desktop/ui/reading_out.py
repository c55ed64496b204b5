"""A row read out: to the status line for the eye, as an announcement for a screen reader."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QMainWindow, QWidget

from desktop.ui.grid.view import LedgerGrid

SHOWN_FOR = 20_000
"""Milliseconds for which the words stay in the status line."""


def row_in_words(grid: LedgerGrid) -> str:
    """The current row with what its visible columns hold, in their order; empty without a row."""
    current, model, header = grid.currentIndex(), grid.ledger_model, grid.horizontalHeader()
    if not current.isValid():
        return ""
    sections = [header.logicalIndex(place) for place in range(header.count())]
    cells = [model.index(current.row(), section) for section in sections if not header.isSectionHidden(section)]
    heads = [str(model.headerData(index.column(), Qt.Orientation.Horizontal)) for index in cells]
    told = [f"{head} {text}" for head, index in zip(heads, cells, strict=True) if (text := model.shown(index))]
    wrong = [f"{head} 有错误：{model.reason(index)}" for head, index in zip(heads, cells, strict=True)
             if model.reason(index)]  # fmt: skip
    return f"第 {current.row() + 1} 行：{'，'.join((*told, *wrong)) or '空行'}"


def announce(source: QWidget, words: str) -> None:
    """Say the words to a screen reader and show them in the window's status line."""
    QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(source, words))
    window = source.window()
    if isinstance(window, QMainWindow):
        window.statusBar().showMessage(words, SHOWN_FOR)
