"""The import wizard: what was mended stays mended, what is shown is what is read."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import openpyxl
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from desktop.app import setup, system
from desktop.domain.query import Query
from desktop.ui.importing.wizard import ImportWizard
from desktop.ui.pages.ledger_files import LedgerFiles
from desktop.ui.window import MainWindow
from tests.ui.desks import open_window


@pytest.fixture
def window(tmp_path: Path, qtbot: QtBot) -> Iterator[MainWindow]:
    session = setup.found(tmp_path / "office", "office", "西湖区中心", "330106", "陈立")
    system.plant(session, "hangzhou")
    with open_window(session) as opened:
        yield opened


@pytest.fixture
def book(tmp_path: Path) -> Path:
    made = openpyxl.Workbook()
    first, second = made.worksheets[0], made.create_sheet("乙表")
    first.title = "甲表"
    for row in (
        ["标准号", "标准名称", "发布日期", "处"],
        ["GB/T 71000-2020", "甲", "2020-02-31", "一处"],
        ["GB/T 71001-2020", "乙", "2020-01-01", "二处"],
    ):
        first.append(row)
    for row in ([], ["编码", "叫什么"], ["GB/T 72000-2020", "丙"]):
        second.append(row)
    made.save(tmp_path / "两张表.xlsx")
    return tmp_path / "两张表.xlsx"


def _opened(window: MainWindow, qtbot: QtBot, path: Path) -> ImportWizard:
    window.show_page("standards")
    page = window.current
    assert isinstance(page, LedgerFiles)
    wizard = page.open_wizard(path)
    _wait(qtbot, wizard, "下一步：对应列")
    return wizard


def _offers(wizard: ImportWizard, words: str) -> bool:
    return wizard.next.text() == words and wizard.next.isEnabled()


def _wait(qtbot: QtBot, wizard: ImportWizard, words: str) -> None:
    qtbot.waitUntil(partial(_offers, wizard, words), timeout=20000)


def _go_on(qtbot: QtBot, wizard: ImportWizard, *words: str) -> None:
    for one in words:
        wizard.next.click()
        _wait(qtbot, wizard, one)


def test_a_mended_cell_stays_when_a_column_is_read_otherwise_and_is_not_lost_unasked(
    window: MainWindow, qtbot: QtBot, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wizard = _opened(window, qtbot, book)
    _go_on(qtbot, wizard, "下一步：检查结果", "下一步：写入 1 行")
    model = wizard.model
    model.setData(model.index(0, 3 + model.paths.index("standard.published_on")), "2020-02-29")
    _wait(qtbot, wizard, "下一步：写入 2 行")
    wizard.back.click()
    combo = wizard.mapping.combos[3]
    combo.setCurrentIndex(combo.findData("department"))
    combo.activated.emit(combo.currentIndex())
    _go_on(qtbot, wizard, "下一步：写入 2 行")
    assert wizard.plan is not None
    assert [row.values["department"] for row in wizard.plan.rows] == ["一处", "二处"]
    asked: list[str] = []
    answers = iter((QMessageBox.StandardButton.No, QMessageBox.StandardButton.Yes))

    def question(_parent: object, _title: str, words: str) -> QMessageBox.StandardButton:
        asked.append(words)
        return next(answers)

    monkeypatch.setattr(QMessageBox, "question", question)
    qtbot.keyClick(wizard.table, Qt.Key.Key_Escape)
    assert wizard.isVisible() and len(asked) == 1 and "改过 1 格" in asked[0]
    wizard.leave.click()
    assert not wizard.isVisible() and len(asked) == 2
    assert window.desk.session.read.count(Query("standard")) == 0


def test_what_was_written_is_left_without_a_question(window: MainWindow, qtbot: QtBot, book: Path) -> None:
    wizard = _opened(window, qtbot, book)
    _go_on(qtbot, wizard, "下一步：检查结果", "下一步：写入 1 行")
    model = wizard.model
    model.setData(model.index(0, 3 + model.paths.index("standard.published_on")), "2020-02-29")
    _wait(qtbot, wizard, "下一步：写入 2 行")
    _go_on(qtbot, wizard, "完成")
    qtbot.keyClick(wizard, Qt.Key.Key_Escape)
    assert not wizard.isVisible()
    assert window.desk.session.read.count(Query("standard")) == 2


def test_only_the_sheet_on_show_is_read(window: MainWindow, qtbot: QtBot, book: Path) -> None:
    wizard = _opened(window, qtbot, book)
    place = wizard.place
    place.sheets.setCurrentText("乙表")
    place.sheets.activated.emit(1)
    assert "没有列名" in wizard.notice.sentence and not wizard.next.isEnabled()
    place.heading_row.setValue(2)
    place.heading_row.editingFinished.emit()
    assert not wizard.notice.isVisible() and place.headings.text() == "找到的表头：编码，叫什么"
    _go_on(qtbot, wizard, "下一步：检查结果")
    for at, path in ((0, "standard.number"), (1, "standard.title")):
        combo = wizard.mapping.combos[at]
        combo.setCurrentIndex(combo.findData(path))
    _go_on(qtbot, wizard, "下一步：写入 1 行")
    assert wizard.plan is not None and wizard.plan.sheet == "乙表"
    wizard.back.click()
    wizard.back.click()
    place.sheets.setCurrentText("甲表")
    place.sheets.activated.emit(0)
    _go_on(qtbot, wizard, "下一步：检查结果", "下一步：写入 1 行")
    assert wizard.plan.sheet == "甲表"
    wizard.reject()
    assert not wizard.isVisible()
