"""A disk that is full at a keystroke, a clock that was set back: one sentence, the text stays, nothing is half written."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit
from pytestqt.qtbot import QtBot

from desktop.app import clock, history, inspection, setup
from desktop.app.practice import practice_library
from desktop.domain.query import Query
from desktop.store import workspace as store
from desktop.ui.pages.inspections import InspectionsPage
from desktop.ui.pages.standards import StandardsPage
from desktop.ui.window import MainWindow
from tests.libraries import dump
from tests.ui.desks import enter, open_window
from tests.ui.grids import section, settle, standards

FULL = "磁盘已满，刚才的改动没有保存，请清出空间后再试"
LONG = "很长的一段备注" * 200
"""More than fits into the pages that the library has already."""


@pytest.fixture
def window(tmp_path: Path, qtbot: QtBot) -> Iterator[MainWindow]:
    with open_window(practice_library(tmp_path / "practice")) as opened:
        yield opened


@pytest.fixture
def page(window: MainWindow) -> StandardsPage:
    return standards(window)


def _room(qtbot: QtBot, window: MainWindow, pages: int) -> None:
    """Let the library, all its pages in use, grow to so many at most; 1: not at all any more."""
    workspace = window.desk.session.workspace

    def limit(_job: object) -> None:
        workspace.connection.execute("VACUUM")
        workspace.connection.execute(f"PRAGMA max_page_count = {pages}")

    window.desk.write(limit)
    settle(qtbot, window)


def _enter(qtbot: QtBot, page: StandardsPage, text: str = "") -> None:
    """F2, perhaps a text, and Enter in the current cell; back when the editor is gone."""
    qtbot.keyClick(page.grid, Qt.Key.Key_F2)
    (line,) = [found for found in page.grid.findChildren(QLineEdit) if found.isVisible()]
    if text:
        line.selectAll()
        enter(line, text)
    qtbot.keyClick(line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not [found for found in page.grid.findChildren(QLineEdit) if found.isVisible()])


def test_a_full_disk_at_a_cell_leaves_the_text_in_it_and_enter_tries_again(
    window: MainWindow, page: StandardsPage, qtbot: QtBot
) -> None:
    session, at = window.desk.session, page.model.index(2, section(page, "notes"))
    before, undo = dump(session), history.undo_label(session)
    _room(qtbot, window, 1)
    page.grid.setCurrentIndex(at)
    _enter(qtbot, page, LONG)
    qtbot.waitUntil(lambda: window.notice.sentence == f"▲ {FULL}")
    assert (page.model.shown(at), page.model.state(at), page.model.reason(at)) == (LONG, "invalid", FULL)
    assert (dump(session), history.undo_label(session)) == (before, undo)
    page.reload()
    _room(qtbot, window, 1_000_000)
    page.grid.setCurrentIndex(at)
    _enter(qtbot, page)
    qtbot.waitUntil(lambda: page.model.state(at) == "")
    row = session.read.row("detail_entry", page.model.key_at(2))
    assert row is not None and row["notes"] == LONG
    assert history.undo_label(session) == "修改备注"


def test_a_full_disk_at_a_field_leaves_the_text_in_it_whatever_is_shown_meanwhile(
    window: MainWindow, page: StandardsPage, qtbot: QtBot
) -> None:
    session = window.desk.session
    page.grid.setCurrentIndex(page.model.index(1, 0))
    key, other = page.panel.key, page.model.key_at(6)
    field = page.panel.fields["notes"]
    assert isinstance(field.editor, QPlainTextEdit)
    _room(qtbot, window, 1)
    before = dump(session)
    field.editor.setFocus()
    field.editor.selectAll()
    enter(field.editor, LONG)
    page.panel.show_record(other)
    qtbot.waitUntil(lambda: window.notice.sentence == f"× {FULL}")
    assert dump(session) == before and page.refused_texts() == 1
    assert field.text != LONG
    page.panel.show_record(key)
    assert (field.text, field.why.text()) == (LONG, f"▲ {FULL}")
    _room(qtbot, window, 1_000_000)
    field.editor.setFocus()
    qtbot.keyClick(field.editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: (session.read.row("detail_entry", key) or {})["notes"] == LONG)
    qtbot.waitUntil(lambda: page.refused_texts() == 0 and not field.why.text())


def test_a_full_disk_while_a_sheet_is_filled_in_keeps_what_was_typed_about_the_item(
    window: MainWindow, qtbot: QtBot
) -> None:
    session = window.desk.session
    checklist = str(session.read.rows(Query("checklist"))[0]["key"])
    _, key = inspection.make_sheet(session, checklist, None)
    window.show_page("inspections", key)
    page = window.current
    assert isinstance(page, InspectionsPage)
    entry = page.entry
    _room(qtbot, window, 1)
    before = dump(session)
    qtbot.keyClick(entry.table, Qt.Key.Key_3)
    enter(entry.problem, LONG)
    entry.keep.click()
    qtbot.waitUntil(lambda: window.notice.sentence == f"× 第 1 项没有保存：{FULL}")
    assert entry.table.currentRow() == 1 and entry.problem.toPlainText() == ""
    assert dump(session) == before and page.refused_texts() == 1
    entry.table.setCurrentCell(0, 0)
    assert entry.problem.toPlainText() == LONG and entry.buttons[2].isChecked()
    _room(qtbot, window, 1_000_000)
    entry.keep.click()
    qtbot.waitUntil(lambda: (entry.results[0].verdict, entry.results[0].problem) == ("fail", LONG))
    qtbot.waitUntil(lambda: page.refused_texts() == 0)


def test_a_clock_set_back_is_told_once_and_the_text_is_written_in_its_order(
    window: MainWindow, page: StandardsPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = window.desk.session
    page.grid.setCurrentIndex(page.model.index(1, section(page, "department")))
    _enter(qtbot, page, "先写的")
    settle(qtbot, window)
    assert window.notice.sentence == ""
    real = store.now
    monkeypatch.setattr(store, "now", lambda: real() - 30 * 60_000)
    assert clock.set_back(session) == "", "a small correction is no matter"
    monkeypatch.setattr(store, "now", lambda: real() - 400 * 86_400_000)
    page.grid.setCurrentIndex(page.model.index(1, section(page, "department")))
    _enter(qtbot, page, "后写的")
    shown = f"{datetime.now() - timedelta(days=400):%Y-%m-%d}"
    qtbot.waitUntil(lambda: window.notice.sentence.startswith(f"▲ 本机时间 {shown}"))
    assert window.notice.sentence.endswith("请校准电脑时间；输入的内容照常保存，但状态和逾期会按本机时间推算")
    assert setup.concerns(session) == [window.notice.sentence.removeprefix("▲ ")], "told at the next start too"
    key = page.model.key_at(1)
    told = [(line.old, line.new) for line in history.of_record(session, "detail_entry", key)]
    assert told[0] == ("先写的", "后写的") and told[1][1] == "先写的"
    window.notice.hide()
    window.undo()
    settle(qtbot, window)
    qtbot.waitUntil(lambda: page.model.shown(page.model.index(1, section(page, "department"))) == "先写的")
    assert window.notice.sentence == "", "once is enough"
