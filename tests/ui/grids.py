"""What tests of a grid share: the page of the detail table of the practice library, its columns and its keys."""

from PySide6.QtCore import QItemSelection, QItemSelectionModel, Qt
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.ui.pages.standards import StandardsPage
from desktop.ui.window import MainWindow


def standards(window: MainWindow) -> StandardsPage:
    """The page of the detail table, in front."""
    window.show_page("standards")
    page = window.current
    assert isinstance(page, StandardsPage)
    return page


def section(page: StandardsPage, path: str) -> int:
    """The place of a column in the model."""
    return [column.path for column in page.model.columns].index(path)


def press(qtbot: QtBot, window: MainWindow, page: StandardsPage, key: Qt.Key) -> None:
    """Ctrl and a key in the grid; back when everything is written."""
    qtbot.keyClick(page.grid, key, Qt.KeyboardModifier.ControlModifier)
    settle(qtbot, window)


def settle(qtbot: QtBot, window: MainWindow) -> None:
    """Wait until nothing is being written."""
    qtbot.waitUntil(lambda: not window.desk.runner.busy)


def select(page: StandardsPage, path: str, first: int, last: int) -> None:
    """Select a part of one column; its first cell is the current one."""
    at = section(page, path)
    page.grid.setCurrentIndex(page.model.index(first, at))
    page.grid.selectionModel().select(
        QItemSelection(page.model.index(first, at), page.model.index(last, at)),
        QItemSelectionModel.SelectionFlag.ClearAndSelect,
    )


def column_texts(page: StandardsPage, path: str) -> list[str]:
    """What a column shows."""
    return [page.model.shown(page.model.index(row, section(page, path))) for row in range(page.model.rowCount())]


def button_of(widget: QWidget, text: str) -> QPushButton:
    """The button that says this."""
    return next(found for found in widget.findChildren(QPushButton) if found.text() == text)
