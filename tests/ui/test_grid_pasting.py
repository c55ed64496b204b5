"""Pasting through the keyboard: past the last row, repeated over a selection, partly refused."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelection, QItemSelectionModel, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from desktop.app import editing, history, setup, system
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


def _select_block(page: StandardsPage, path: str, rows: int, wide: int) -> list[int]:
    """Select from the first row of a column on; the selected columns."""
    header = page.grid.horizontalHeader()
    first = section(page, path)
    sections = [header.logicalIndex(header.visualIndex(first) + step) for step in range(wide)]
    page.grid.setCurrentIndex(page.model.index(0, first))
    page.grid.selectionModel().select(
        QItemSelection(page.model.index(0, first), page.model.index(rows - 1, sections[-1])),
        QItemSelectionModel.SelectionFlag.ClearAndSelect,
    )
    return sections


def _block(page: StandardsPage, rows: int, sections: list[int]) -> list[list[str]]:
    return [[page.model.shown(page.model.index(row, at)) for at in sections] for row in range(rows)]


def test_a_row_of_the_clipboard_goes_into_each_selected_row_though_one_column_is_selected(
    window: MainWindow, qtbot: QtBot
) -> None:
    page = standards(window)
    page.grid.arranged.show(["department", "notes", "code"], 0)
    QGuiApplication.clipboard().setText("甲处\t甲注\r\n")
    _select_block(page, "department", 3, 1)
    press(qtbot, window, page, Qt.Key.Key_V)
    assert _block(page, 3, [0, 1]) == [["甲处", "甲注"]] * 3


def test_a_block_is_repeated_down_and_across(window: MainWindow, qtbot: QtBot) -> None:
    page = standards(window)
    page.grid.arranged.show(["department", "notes", "code"], 0)
    QGuiApplication.clipboard().setText("甲\r\n乙\r\n")
    sections = _select_block(page, "department", 4, 2)
    press(qtbot, window, page, Qt.Key.Key_V)
    assert _block(page, 4, sections) == [["甲", "甲"], ["乙", "乙"]] * 2


def test_a_paste_into_an_empty_table_asks_whether_to_add_the_rows(tmp_path: Path, qtbot: QtBot) -> None:
    session = setup.found(tmp_path / "library", "office", "某单位", "330106", "陈")
    system.plant(session, "hangzhou")
    with open_window(session) as window:
        page = standards(window)
        at = section(page, "standard.title")
        assert page.model.rowCount() == 0
        header = page.grid.horizontalHeader()
        page.grid.setColumnHidden(header.logicalIndex(0), True)
        page.grid.horizontalHeader().moveSection(header.visualIndex(at), 1)
        QGuiApplication.clipboard().setText("第一项\r\n第二项\r\n")
        press(qtbot, window, page, Qt.Key.Key_V)
        (box,) = page.grid.findChildren(QMessageBox)
        assert box.text() == "表格里没有行，要新增剪贴板里的 2 行吗？"
        assert [found.text() for found in box.findChildren(QPushButton)] == ["新增这些行", "取消"]
        qtbot.mouseClick(button_of(box, "新增这些行"), Qt.MouseButton.LeftButton)
        settle(qtbot, window)
        assert sorted(column_texts(page, "standard.title")) == ["第一项", "第二项"]


def test_a_paste_into_an_empty_bin_says_why_nothing_is_pasted(window: MainWindow, qtbot: QtBot) -> None:
    page = standards(window)
    page.bin.click()
    QGuiApplication.clipboard().setText("甲\r\n")
    press(qtbot, window, page, Qt.Key.Key_V)
    assert "这里不能新增行" in window.notice.sentence
    assert not page.grid.findChildren(QMessageBox)


def test_filling_down_one_row_takes_the_row_above(window: MainWindow, qtbot: QtBot) -> None:
    page = standards(window)
    key = page.model.key_at(2)
    window.desk.changed.emit(
        editing.edit_cells(page.session, "detail_entry", [editing.Edit(key, "department", "上一行处")])
    )
    select(page, "department", 3, 3)
    press(qtbot, window, page, Qt.Key.Key_D)
    assert column_texts(page, "department")[2:4] == ["上一行处"] * 2
    before = column_texts(page, "department")
    select(page, "department", 0, 0)
    press(qtbot, window, page, Qt.Key.Key_D)
    assert column_texts(page, "department") == before


def test_read_only_cells_of_a_block_are_told(window: MainWindow, qtbot: QtBot) -> None:
    page = standards(window)
    before = column_texts(page, "standard.status")[:3]
    select(page, "standard.status", 0, 2)
    QGuiApplication.clipboard().setText("甲甲")
    press(qtbot, window, page, Qt.Key.Key_V)
    assert window.notice.sentence == "▲ 3 格只读，没有写入"
    assert column_texts(page, "standard.status")[:3] == before
    window.notice.hide()
    page.grid.arranged.show(["standard.published_on", "standard.status"], 0)
    _select_block(page, "standard.published_on", 2, 1)
    QGuiApplication.clipboard().setText("2024-13-01\t甲甲\r\n2001-02-03\t甲甲\r\n")
    press(qtbot, window, page, Qt.Key.Key_V)
    assert "2 格只读，没有写入；有 1 格没有通过检查" in window.notice.sentence
