"""Editing blocks of a grid through keys and the clipboard: cut, hidden columns, what a screen reader is told."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from desktop.app import history
from desktop.app.practice import practice_library
from desktop.ui.pages.standards import StandardsPage
from desktop.ui.window import MainWindow
from tests.ui.desks import open_window


@pytest.fixture
def window(tmp_path: Path, qtbot: QtBot) -> Iterator[MainWindow]:
    with open_window(practice_library(tmp_path / "library")) as opened:
        yield opened


def _page(window: MainWindow) -> StandardsPage:
    window.show_page("standards")
    page = window.current
    assert isinstance(page, StandardsPage)
    return page


def _section(page: StandardsPage, path: str) -> int:
    return [column.path for column in page.model.columns].index(path)


def _press(qtbot: QtBot, window: MainWindow, page: StandardsPage, key: Qt.Key) -> None:
    qtbot.keyClick(page.grid, key, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not window.desk.runner.busy)


def test_cut_empties_the_cells_in_one_step_and_paste_brings_them_back(window: MainWindow, qtbot: QtBot) -> None:
    page = _page(window)
    section = _section(page, "department")
    top, below = (page.model.index(row, section) for row in (0, 1))
    before = [page.model.shown(top), page.model.shown(below)]
    assert all(before)
    page.grid.setCurrentIndex(top)
    page.grid.selectionModel().select(below, QItemSelectionModel.SelectionFlag.Select)
    _press(qtbot, window, page, Qt.Key.Key_X)
    assert [page.model.shown(page.model.index(row, section)) for row in (0, 1)] == ["", ""]
    assert history.undo_label(page.model.session) == "剪切 2 格"
    assert QGuiApplication.clipboard().text().split() == before
    page.grid.setCurrentIndex(page.model.index(0, section))
    _press(qtbot, window, page, Qt.Key.Key_V)
    assert [page.model.shown(page.model.index(row, section)) for row in (0, 1)] == before


def test_a_hidden_column_is_neither_pasted_into_nor_copied(window: MainWindow, qtbot: QtBot) -> None:
    page = _page(window)
    header = page.grid.horizontalHeader()
    first = _section(page, "department")
    place = header.visualIndex(first)
    hidden, third = header.logicalIndex(place + 1), header.logicalIndex(place + 2)
    page.grid.setColumnHidden(hidden, True)
    kept = page.model.shown(page.model.index(0, hidden))
    page.grid.setCurrentIndex(page.model.index(0, first))
    QGuiApplication.clipboard().setText("甲处\t2024-05-06\r\n")
    _press(qtbot, window, page, Qt.Key.Key_V)
    assert page.model.shown(page.model.index(0, first)) == "甲处"
    assert page.model.shown(page.model.index(0, hidden)) == kept
    assert page.model.shown(page.model.index(0, third)) == "2024-05-06"
    page.grid.setCurrentIndex(page.model.index(0, first))
    page.grid.selectionModel().select(page.model.index(0, hidden), QItemSelectionModel.SelectionFlag.Select)
    page.grid.selectionModel().select(page.model.index(0, third), QItemSelectionModel.SelectionFlag.Select)
    _press(qtbot, window, page, Qt.Key.Key_C)
    assert QGuiApplication.clipboard().text() == "甲处\t2024-05-06\r\n"


def test_a_screen_reader_hears_what_is_read_only_and_why_a_text_is_refused(window: MainWindow, qtbot: QtBot) -> None:
    page = _page(window)
    at = page.model.index(0, _section(page, "standard.published_on"))
    assert not page.model.data(at, Qt.ItemDataRole.AccessibleTextRole).endswith("只读")
    page.grid.setCurrentIndex(at)
    QGuiApplication.clipboard().setText("2021-13-01")
    _press(qtbot, window, page, Qt.Key.Key_V)
    reason = page.model.reason(at)
    assert reason
    assert page.model.data(at, Qt.ItemDataRole.AccessibleDescriptionRole) == reason
    assert page.model.data(at, Qt.ItemDataRole.AccessibleTextRole).endswith(f"有错误：{reason}")
    qtbot.keyClick(page.grid, Qt.Key.Key_Escape)
    assert page.model.data(at, Qt.ItemDataRole.AccessibleDescriptionRole) is None
    page.model.locked = "正在写入，写完即可修改"
    assert page.model.data(at, Qt.ItemDataRole.AccessibleTextRole).endswith("，只读")
