"""Pasting through the keyboard: past the last row, repeated over a selection, partly refused."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from desktop.app import history
from desktop.app.practice import practice_library
from desktop.ui.pages.standards import StandardsPage
from desktop.ui.window import MainWindow
from tests.ui.desks import open_window
from tests.ui.grids import button_of, column_texts, press, section, select, settle, standards


@pytest.fixture
def window(tmp_path: Path, qtbot: QtBot) -> Iterator[MainWindow]:
    with open_window(practice_library(tmp_path / "library")) as opened:
        yield opened


def _paste_past_the_end(window: MainWindow, qtbot: QtBot, text: str) -> tuple[StandardsPage, QMessageBox]:
    page = standards(window)
    page.grid.setCurrentIndex(page.model.index(page.model.rowCount() - 1, section(page, "department")))
    QGuiApplication.clipboard().setText(text)
    press(qtbot, window, page, Qt.Key.Key_V)
    (box,) = page.grid.findChildren(QMessageBox)
    return page, box


def test_a_block_past_the_last_row_adds_rows_in_the_same_step(window: MainWindow, qtbot: QtBot) -> None:
    page, box = _paste_past_the_end(window, qtbot, "甲甲处\r\n乙乙处\r\n丙丙处\r\n")
    before, count = column_texts(page, "department"), page.model.rowCount()
    assert "剪贴板比表格多 2 行" in box.text()
    assert [found.text() for found in box.findChildren(QPushButton)] == ["新增这些行", "只粘贴前面的", "取消"]
    qtbot.mouseClick(button_of(box, "新增这些行"), Qt.MouseButton.LeftButton)
    settle(qtbot, window)
    assert page.model.rowCount() == count + 2
    assert {"甲甲处", "乙乙处", "丙丙处"} <= set(column_texts(page, "department"))
    assert history.undo_label(page.session) == "粘贴 3 格，新增 2 行"
    window.undo()
    settle(qtbot, window)
    assert column_texts(page, "department") == before


def test_only_the_part_that_fits_or_nothing(window: MainWindow, qtbot: QtBot) -> None:
    page, box = _paste_past_the_end(window, qtbot, "甲甲处\r\n乙乙处\r\n")
    before = column_texts(page, "department")
    qtbot.keyClick(box, Qt.Key.Key_Escape)
    settle(qtbot, window)
    assert column_texts(page, "department") == before
    qtbot.waitUntil(lambda: not page.grid.findChildren(QMessageBox))
    press(qtbot, window, page, Qt.Key.Key_V)
    (box,) = page.grid.findChildren(QMessageBox)
    qtbot.mouseClick(button_of(box, "只粘贴前面的"), Qt.MouseButton.LeftButton)
    settle(qtbot, window)
    assert len(column_texts(page, "department")) == len(before)
    assert "甲甲处" in column_texts(page, "department")
    assert "乙乙处" not in column_texts(page, "department")


def test_a_bad_cell_of_a_new_row_is_red_in_the_row_that_was_made(window: MainWindow, qtbot: QtBot) -> None:
    page = standards(window)
    last = page.model.rowCount() - 1
    at = section(page, "standard.published_on")
    page.grid.setCurrentIndex(page.model.index(last, at))
    QGuiApplication.clipboard().setText("2001-05-06\r\n2024-13-01\r\n")
    press(qtbot, window, page, Qt.Key.Key_V)
    (box,) = page.grid.findChildren(QMessageBox)
    qtbot.mouseClick(button_of(box, "新增这些行"), Qt.MouseButton.LeftButton)
    settle(qtbot, window)
    assert "2024-13-01" in column_texts(page, "standard.published_on")
    assert page.model.errors == 1
    assert "1 格没有通过检查" in window.notice.sentence


def test_no_row_can_be_added_in_the_bin(window: MainWindow, qtbot: QtBot) -> None:
    page = standards(window)
    page.grid.delete_rows()
    settle(qtbot, window)
    page.bin.setChecked(True)
    page.reload()
    QGuiApplication.clipboard().setText("甲\r\n乙\r\n丙\r\n")
    press(qtbot, window, page, Qt.Key.Key_V)
    (box,) = page.grid.findChildren(QMessageBox)
    assert [found.text() for found in box.findChildren(QPushButton)] == ["只粘贴前面的", "取消"]
    qtbot.keyClick(box, Qt.Key.Key_Escape)


def test_a_block_is_repeated_over_a_selection_it_fills_evenly(window: MainWindow, qtbot: QtBot) -> None:
    page = standards(window)
    before = column_texts(page, "department")
    select(page, "department", 0, 3)
    QGuiApplication.clipboard().setText("甲甲处\r\n乙乙处\r\n")
    press(qtbot, window, page, Qt.Key.Key_V)
    assert column_texts(page, "department") == ["甲甲处", "乙乙处", "甲甲处", "乙乙处", *before[4:]]
