"""What the detail table says by itself: a number that stands there already, columns that cannot stay, red cells that
count, and a fault of the program on a full disk."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from desktop.app import editing
from desktop.app.practice import practice_library
from desktop.ui import crash
from desktop.ui.grid.columns_dialog import ColumnsDialog
from desktop.ui.pages.standards import StandardsPage
from desktop.ui.window import MainWindow
from tests.ui.desks import enter, open_window
from tests.ui.grids import column_texts, section, settle, standards

NUMBER = "standard.number"


@pytest.fixture
def window(tmp_path: Path, qtbot: QtBot) -> Iterator[MainWindow]:
    with open_window(practice_library(tmp_path / "library")) as opened:
        yield opened


@pytest.fixture
def page(window: MainWindow) -> StandardsPage:
    return standards(window)


def _type(qtbot: QtBot, window: MainWindow, row: int, path: str, text: str) -> None:
    page = standards(window)
    page.grid.setCurrentIndex(page.model.index(row, section(page, path)))
    qtbot.keyClick(page.grid, Qt.Key.Key_F2)
    view = page.grid.frozen if page.grid.frozen.covers(section(page, path)) else page.grid

    def lines() -> list[QLineEdit]:
        return [line for line in view.findChildren(QLineEdit) if line.isVisible()]

    (line,) = lines()
    line.selectAll()
    enter(line, text)
    qtbot.keyClick(line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not lines())
    settle(qtbot, window)


def test_a_number_that_stands_in_the_table_already_is_told_with_its_row(
    window: MainWindow, page: StandardsPage, qtbot: QtBot
) -> None:
    numbers = column_texts(page, NUMBER)
    first = next(row for row, text in enumerate(numbers) if text.startswith("GB/T") and numbers.count(text) == 1)
    title, code = (
        page.model.shown(page.model.index(first, section(page, path))) for path in ("standard.title", "code")
    )
    row = next(row for row in range(page.model.rowCount()) if row != first and numbers[row])
    key, spelt = page.model.key_at(row), numbers[first].replace("-", "—")
    _type(qtbot, window, row, NUMBER, spelt)
    qtbot.waitUntil(lambda: "表里已经有了" in window.notice.sentence)
    assert window.notice.sentence.startswith(f"▲ 标准号“{spelt}”")
    assert f"{numbers[first]} {title}（{code}）" in window.notice.sentence and "查重" in window.notice.sentence
    assert page.model.shown(page.model.index(page.model.row_of(key), section(page, NUMBER))) == spelt
    window.notice.hide()
    _type(qtbot, window, page.model.row_of(key), "standard.title", "只改了名称")
    _type(qtbot, window, page.model.row_of(key), NUMBER, "Q/ZZZ 77777-2026")
    assert window.notice.sentence == ""
    window.undo()
    settle(qtbot, window)
    assert window.notice.sentence == "", "what undoing brings back was told of when it was typed"


def test_the_first_number_of_a_new_row_is_looked_for_too(window: MainWindow, page: StandardsPage, qtbot: QtBot) -> None:
    session, known = window.desk.session, next(text for text in column_texts(page, NUMBER) if text)
    values, fixed = page.new_values()
    changes, _key = editing.add_row(session, "detail_entry", {**values, NUMBER: known}, fixed=fixed)
    window.desk.changed.emit(changes)
    assert f"标准号“{known}”表里已经有了" in window.notice.sentence


def _in_dialog(act: Callable[[ColumnsDialog], None]) -> None:
    def found() -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, ColumnsDialog):
            act(dialog)
        else:
            QTimer.singleShot(5, found)

    QTimer.singleShot(0, found)


def test_as_many_columns_stay_as_leave_room_and_that_is_said(window: MainWindow, page: StandardsPage) -> None:
    def choose(dialog: ColumnsDialog) -> None:
        dialog.frozen.setCurrentIndex(5)
        dialog.agree.click()

    _in_dialog(choose)
    page.choose_columns()
    frozen = page.grid.frozen
    kept = len(frozen.sections)
    assert 0 < kept < 5 and frozen.isVisible() and frozen.width() < page.grid.viewport().width()
    assert window.notice.sentence.startswith(f"▲ 窗口宽度不够固定前 5 列，现在只固定前 {kept} 列")
    assert frozen.covers(frozen.sections[-1]) and page.current_view().frozen == 5
    for at in frozen.sections:
        page.grid.setColumnWidth(at, 60)
    assert len(frozen.sections) > kept
    page.grid.setColumnWidth(0, 5000)
    assert frozen.isHidden() and "一列也没有固定" in frozen.in_words()
    page.grid.setColumnWidth(0, 60)
    frozen.freeze(1)
    assert frozen.isVisible() and frozen.in_words() == ""


def test_a_red_cell_of_a_deleted_row_does_not_count(window: MainWindow, page: StandardsPage, qtbot: QtBot) -> None:
    for row in (1, 2):
        page.model.setData(page.model.index(row, section(page, "standard.published_on")), "2024-13-01")
    page.reload_counts()
    assert "▲ 2 处错误" in page.counted.text()
    key = page.model.key_at(1)
    page.grid.setCurrentIndex(page.model.index(1, 0))
    page.grid.delete_rows()
    settle(qtbot, window)
    assert "▲ 1 处错误" in page.counted.text() and page.refused_texts() == 1
    window.desk.write(lambda _job: editing.restore_rows(window.desk.session, "detail_entry", [key]))
    settle(qtbot, window)
    assert "▲ 2 处错误" in page.counted.text()


def test_a_fault_is_told_though_its_report_cannot_be_written(
    window: MainWindow, page: StandardsPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_folder: Path, _error: BaseException) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(crash, "report", full)
    error = ValueError("坏了")
    sys.excepthook(ValueError, error, None)
    assert window.notice.sentence.startswith("× 程序出了故障，数据没有受影响；请重新打开程序再试")
    assert "磁盘" in window.notice.sentence and "None" not in window.notice.sentence
    window.notice.hide()
    window.desk.runner.crashed.emit(error)
    assert "程序出了故障" in window.notice.sentence
