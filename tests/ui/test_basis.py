"""依据: asked for once per step beside the work, never in its way, and written into the history."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from desktop.app import basis, editing, history, syncing
from desktop.app.editing import Edit
from desktop.app.practice import practice_library
from desktop.domain.errors import Refusal
from desktop.ui.pages.standards import StandardsPage
from desktop.ui.pages.system import SystemPage
from desktop.ui.window import MainWindow
from tests.libraries import pair
from tests.ui.desks import enter, open_window

Key = Qt.Key


@pytest.fixture
def window(tmp_path: Path, qtbot: QtBot) -> Iterator[MainWindow]:
    with open_window(practice_library(tmp_path / "library")) as opened:
        opened.show_page("standards")
        yield opened


def _page(window: MainWindow) -> StandardsPage:
    page = window.current
    assert isinstance(page, StandardsPage)
    return page


def _type(qtbot: QtBot, window: MainWindow, row: int, path: str, text: str) -> None:
    page = _page(window)
    at = page.model.index(row, [column.path for column in page.model.columns].index(path))
    page.grid.setCurrentIndex(at)
    qtbot.keyClick(page.grid, Key.Key_F2)
    editor = page.grid.viewport().findChild(QLineEdit)
    assert isinstance(editor, QLineEdit)
    editor.selectAll()
    enter(editor, text)
    if not text:
        editor.clear()
    qtbot.keyClick(editor, Key.Key_Return)
    qtbot.waitUntil(lambda: page.grid.viewport().findChild(QLineEdit) is None and not window.desk.runner.busy)


def _bases(window: MainWindow) -> list[str]:
    page = _page(window)
    row = page.session.read.row("detail_entry", page.model.key_at(0)) or {}
    return [line.basis for line in history.of_record(page.session, "standard", str(row["standard"]))]


def test_a_key_field_is_written_at_once_and_the_answer_goes_with_every_step_that_waits(
    window: MainWindow, qtbot: QtBot
) -> None:
    page = _page(window)
    _type(qtbot, window, 0, "standard.published_on", "2020-01-02")
    assert page.model.shown(page.model.index(0, 6)) == "2020-01-02"
    assert QApplication.focusWidget() is page.grid
    _type(qtbot, window, 0, "standard.effective_on", "2020-03-02")
    assert page.basis.isVisible()
    assert page.basis.words.text() == "改了 发布日期、实施日期（2 次），依据："
    assert len(page.basis.steps) == 2
    qtbot.keyClick(page.grid, Key.Key_B, Qt.KeyboardModifier.AltModifier)
    assert page.basis.line.hasFocus()
    enter(page.basis.line, "杭机管〔2026〕3号")
    with qtbot.waitSignal(page.basis.answered):
        qtbot.keyClick(page.basis.line, Key.Key_Return)
    assert not page.basis.isVisible()
    assert page.grid.hasFocus()
    assert _bases(window)[:2] == ["杭机管〔2026〕3号"] * 2
    _type(qtbot, window, 0, "standard.published_on", "2020-01-03")
    assert page.basis.field.itemText(0) == "杭机管〔2026〕3号"
    assert page.basis.line.text() == ""


def test_only_what_stood_before_only_key_fields_and_no_undo_are_asked_about(window: MainWindow, qtbot: QtBot) -> None:
    page = _page(window)
    _type(qtbot, window, 0, "department", "综合处")
    assert not page.basis.isVisible()
    _type(qtbot, window, 0, "standard.published_on", "")
    assert page.basis.isVisible()
    page.basis.drop()
    _type(qtbot, window, 0, "standard.published_on", "2020-01-02")
    assert not page.basis.isVisible()
    _type(qtbot, window, 0, "standard.published_on", "2020-01-05")
    assert page.basis.isVisible()
    window.undo()
    qtbot.waitUntil(lambda: not page.basis.isVisible())
    assert page.basis.steps == {}


def test_a_paste_asks_once_and_escape_or_never_leave_it(window: MainWindow, qtbot: QtBot) -> None:
    page = _page(window)
    section = [column.path for column in page.model.columns].index("standard.published_on")
    page.grid.setCurrentIndex(page.model.index(0, section))
    QGuiApplication.clipboard().setText("2019-01-01\r\n2019-01-02\r\n2019-01-03\r\n")
    qtbot.keyClick(page.grid, Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(page.basis.isVisible)
    assert len(page.basis.steps) == 1
    page.basis.begin()
    qtbot.keyClick(page.basis.line, Key.Key_Escape)
    assert not page.basis.isVisible()
    assert page.grid.hasFocus()
    _type(qtbot, window, 0, "standard.published_on", "2019-02-01")
    qtbot.mouseClick(page.basis.never, Qt.MouseButton.LeftButton)
    _type(qtbot, window, 0, "standard.published_on", "2019-03-01")
    assert not page.basis.isVisible()
    assert _bases(window)[0] == ""


def test_a_step_on_another_page_is_asked_about_there_alone(window: MainWindow, qtbot: QtBot) -> None:
    page = _page(window)
    window.show_page("findings")
    findings = window.current
    window.show_page("standards")
    _type(qtbot, window, 0, "standard.published_on", "2020-01-02")
    page.basis.drop()
    window.show_page("findings")
    assert findings.basis.isHidden()  # type: ignore[attr-defined]


def test_a_sealed_step_takes_no_basis(tmp_path: Path) -> None:
    _, office = pair(tmp_path)
    key = editing.add_row(office, "standard", {"title": "甲", "number": "GB/T 1"})[1]
    first = editing.edit_cells(office, "standard", [Edit(key, "number", "GB/T 2")]).tx
    assert basis.wanting(office, [first]) == {first: ["标准号"]}
    syncing.make_bundle(office, tmp_path / "out.bzb")
    second = editing.edit_cells(office, "standard", [Edit(key, "number", "GB/T 3")]).tx
    assert basis.wanting(office, [first, second]) == {second: ["标准号"]}
    with pytest.raises(Refusal, match="已经写进同步包"):
        basis.give(office, [first, second], " 市局〔2026〕1号\n")
    told = [line.basis for line in history.of_record(office, "standard", key)]
    assert told[:2] == ["市局〔2026〕1号", ""]
    with pytest.raises(Refusal, match="请写明依据"):
        basis.give(office, [second], "  ")
    with pytest.raises(Refusal, match="缩短到 200 个字"):
        basis.give(office, [second], "长" * 201)


def test_the_code_of_a_node_asks_on_the_page_of_the_tree(window: MainWindow, qtbot: QtBot) -> None:
    window.show_page("system")
    page, session = window.current, window.desk.session
    assert isinstance(page, SystemPage)
    qtbot.waitUntil(lambda: page.tree.model().rowCount() > 0)
    page.tree.setCurrentIndex(page.tree.model().index(0, 0))
    qtbot.waitUntil(lambda: bool(page.panel.key))
    key = page.panel.key
    filled = [Edit(key, "planned_basis", "规划"), Edit(key, "planned_count", "40")]
    window.desk.write(lambda _job: editing.edit_cells(session, "system_node", filled))
    qtbot.waitUntil(lambda: not window.desk.runner.busy)
    assert page.basis.isHidden(), "filling a blank cell asks nothing"
    window.desk.write(lambda _job: editing.edit_cells(session, "system_node", [Edit(key, "planned_count", "41")]))
    qtbot.waitUntil(lambda: not page.basis.isHidden())
    assert page.basis.words.text() == "改了 应有数，依据："
    page.tree.setFocus()
    qtbot.keyClick(page.tree, Qt.Key.Key_B, Qt.KeyboardModifier.AltModifier)
    enter(page.basis.line, "规划〔2026〕1号")
    qtbot.keyClick(page.basis.line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.basis.isHidden() and not window.desk.runner.busy)
    told = history.of_record(session, "system_node", key)
    assert any(line.basis == "规划〔2026〕1号" for line in told)
