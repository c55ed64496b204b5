"""The history of a cell in two clicks: what is listed, copied and taken to paper."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMenu
from pytestqt.qtbot import QtBot

from desktop.app import editing
from desktop.app.editing import Edit
from desktop.app.practice import practice_library
from desktop.ui.dialogs.history import HistoryDialog
from desktop.ui.pages.standards import StandardsPage
from desktop.ui.preview import Preview
from desktop.ui.window import MainWindow
from tests.ui.desks import open_window


@pytest.fixture
def window(tmp_path: Path, qtbot: QtBot) -> Iterator[MainWindow]:
    with open_window(practice_library(tmp_path / "library")) as opened:
        opened.show_page("standards")
        yield opened


@pytest.fixture
def page(window: MainWindow) -> StandardsPage:
    shown = window.current
    assert isinstance(shown, StandardsPage)
    key = shown.model.key_at(0)
    editing.edit_cells(shown.session, "detail_entry", [Edit(key, "department", "甲处")], basis="局务会〔2026〕3号")
    editing.edit_cells(shown.session, "detail_entry", [Edit(key, "department", "乙处"), Edit(key, "notes", "一")])
    section = [column.path for column in shown.model.columns].index("department")
    shown.grid.setCurrentIndex(shown.model.index(0, section))
    return shown


def _opened(monkeypatch: pytest.MonkeyPatch, look: Any) -> list[bool]:
    """Lets `look` see each opened history in place of a person."""
    looked: list[bool] = []

    def seen(dialog: HistoryDialog) -> int:
        look(dialog)
        looked.append(True)
        dialog.done(0)
        return 0

    monkeypatch.setattr(HistoryDialog, "exec", seen)
    return looked


def test_alt_h_lists_the_cell_and_the_scope_widens_to_row_and_period(
    page: StandardsPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look(dialog: HistoryDialog) -> None:
        assert dialog.scope.currentText().startswith("本格：责任处室")
        qtbot.waitUntil(lambda: dialog.model.rowCount() == 3)
        first, second = dialog.model.lines[:2]
        assert (first.old, first.new, first.basis) == ("甲处", "乙处", "")
        assert (second.new, second.basis) == ("甲处", "局务会〔2026〕3号")
        assert not dialog.since.isVisibleTo(dialog)
        dialog.scope.setCurrentIndex(1)
        qtbot.waitUntil(lambda: dialog.model.rowCount() > 3)
        assert {line.field_label for line in dialog.model.lines} >= {"责任处室", "备注", "新建"}
        dialog.scope.setCurrentIndex(2)
        assert dialog.by_period and dialog.since.isVisibleTo(dialog)
        qtbot.waitUntil(lambda: dialog.model.rowCount() > 100)
        dialog.since.setText("2026")
        dialog.since.editingFinished.emit()
        assert "请把起止日期写到日" in dialog.notice.sentence
        dialog.since.setText("2099.1.1")
        dialog.since.editingFinished.emit()
        assert "晚于截止日期" in dialog.notice.sentence
        dialog.until.setText("2099-12-31")
        dialog.until.editingFinished.emit()
        qtbot.waitUntil(lambda: dialog.model.rowCount() == 0)
        assert dialog.counted.text() == "没有修改过"
        assert not dialog.sheet.isEnabled()

    looked = _opened(monkeypatch, look)
    qtbot.keyClick(page.grid, Qt.Key.Key_H, Qt.KeyboardModifier.AltModifier)
    assert looked == [True]


def test_the_period_is_that_which_stood_there_when_it_was_asked_for(
    page: StandardsPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look(dialog: HistoryDialog) -> None:
        qtbot.waitUntil(lambda: dialog.model.rowCount() == 3)
        let_go = threading.Event()
        page.desk.runner.read(lambda _job: let_go.wait(10), lambda _result: None)
        dialog.scope.setCurrentIndex(2)
        dialog.since.setText("2099-01-01")
        let_go.set()
        qtbot.waitUntil(lambda: dialog.model.rowCount() != 3)
        assert dialog.model.rowCount() > 100

    looked = _opened(monkeypatch, look)
    qtbot.keyClick(page.grid, Qt.Key.Key_H, Qt.KeyboardModifier.AltModifier)
    assert looked == [True]


def test_the_menu_of_a_cell_leads_to_both_histories(
    page: StandardsPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    scopes: list[str] = []
    _opened(monkeypatch, lambda dialog: scopes.append(dialog.scope.currentText()[:3]))

    class Menu(QMenu):
        def exec(self, *_: object) -> None:  # type: ignore[override] # a person who takes both, one after the other
            for action in self.actions():
                if "历史" in action.text():
                    action.trigger()

    monkeypatch.setattr("desktop.ui.grid.view.QMenu", Menu)
    page.grid.customContextMenuRequested.emit(QPoint(5, 5))
    assert scopes == ["本格：", "本行："]


def test_a_computed_cell_has_the_history_of_its_row(
    page: StandardsPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    scopes: list[str] = []
    _opened(monkeypatch, lambda dialog: scopes.append(dialog.scope.currentText()[:3]))
    page.grid.setCurrentIndex(page.model.index(0, 3))
    page.grid.selectRow(0)
    page.show_history(page.model.key_at(0), "standard.status")
    assert scopes == ["本行："]


def test_lines_are_copied_previewed_and_exported(
    page: StandardsPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    to = tmp_path / "变更记录.xlsx"
    pages: list[int] = []

    def count(preview: Preview) -> None:
        qtbot.waitUntil(lambda: preview.page_count > 0)
        pages.append(preview.page_count)

    monkeypatch.setattr(Preview, "exec", count)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(to), ""))

    def look(dialog: HistoryDialog) -> None:
        qtbot.waitUntil(lambda: dialog.model.rowCount() == 3)
        dialog.table.selectRow(1)
        dialog.copy()
        copied = QGuiApplication.clipboard().text().splitlines()
        assert copied[0].split("\t")[:4] == ["时间", "谁", "记录", "字段"]
        assert copied[1].split("\t")[3:7] == ["责任处室", dialog.model.lines[1].old, "甲处", "局务会〔2026〕3号"]
        assert len(copied) == 2
        dialog.preview()
        dialog.export()
        qtbot.waitUntil(lambda: bool(dialog.notice.sentence))
        assert dialog.notice.sentence == f"✓ 已存到 {to}"

    looked = _opened(monkeypatch, look)
    page.grid.ask_history()
    assert looked == [True]
    assert pages == [1]
    assert to.stat().st_size > 1000


def test_the_selected_rows_are_one_scope(page: StandardsPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    def look(dialog: HistoryDialog) -> None:
        dialog.scope.setCurrentIndex(2)
        assert dialog.scope_in_words() == "选定的 3 行"
        qtbot.waitUntil(lambda: len({line.record for line in dialog.model.lines}) == 3)

    looked = _opened(monkeypatch, look)
    for _ in range(2):
        qtbot.keyClick(page.grid, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    page.grid.ask_history()
    assert looked == [True]
