"""The panel of a record: its groups, what is refused and kept, its keys, the way to a conflict."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from desktop.app import editing
from desktop.app.editing import Edit
from desktop.app.labels import columns_in_use
from desktop.app.practice import practice_library
from desktop.ui.pages.standards import StandardsPage
from desktop.ui.pages.sync import SyncPage
from desktop.ui.window import MainWindow
from tests.ui.desks import enter, open_window
from tests.ui.panels import shown_history

Key = Qt.Key


@pytest.fixture
def window(tmp_path: Path, qtbot: QtBot) -> Iterator[MainWindow]:
    with open_window(practice_library(tmp_path / "library")) as opened:
        opened.show_page("standards")
        yield opened


@pytest.fixture
def page(window: MainWindow) -> StandardsPage:
    shown = window.current
    assert isinstance(shown, StandardsPage)
    shown.grid.setCurrentIndex(shown.model.index(0, 0))
    return shown


def _typed(page: StandardsPage, path: str, text: str) -> QLineEdit:
    editor = page.panel.editors[path]
    assert isinstance(editor, QLineEdit)
    editor.setFocus()
    editor.selectAll()
    enter(editor, text)
    return editor


def _stored(page: StandardsPage, row: int, path: str) -> str:
    section = [column.path for column in page.model.columns].index(path)
    return page.model.shown(page.model.index(row, section))


def test_every_field_stands_in_its_group(page: StandardsPage) -> None:
    panel = page.panel
    assert set(panel.fields) == {column.path for column in columns_in_use(page.session, "detail_entry")}
    texts = [item.text() for item in panel.findChildren(QLabel)]
    for heading in ("标准明细", "标准", "由程序算出（只看）"):
        assert heading in texts
    state = panel.editors["standard.status"]
    assert isinstance(state, QLineEdit) and state.isReadOnly()
    order = list(panel.fields)
    assert panel.editors[order[0]].nextInFocusChain() is not None
    assert order.index("standard.notes") < order.index("standard.status")


def test_a_refused_text_stays_in_its_field_with_the_reason_below_whatever_happens_elsewhere(
    page: StandardsPage, window: MainWindow, qtbot: QtBot
) -> None:
    key, before = page.panel.key, _stored(page, 0, "standard.published_on")
    _typed(page, "standard.published_on", "2021-13-01")
    page.panel.editors["notes"].setFocus()
    field = page.panel.fields["standard.published_on"]
    assert field.text == "2021-13-01"
    assert field.why.isVisibleTo(page.panel) and "2021-13-01" in field.why.text()
    assert field.editor.accessibleDescription() == field.why.text().removeprefix("▲ ")
    assert page.refused_texts() == 1
    session = page.session
    window.desk.write(lambda _job: editing.edit_cells(session, "detail_entry", [Edit(key, "department", "丙处")]))
    qtbot.waitUntil(lambda: page.panel.fields["department"].text == "丙处")
    assert field.text == "2021-13-01"
    page.grid.setCurrentIndex(page.model.index(1, 0))
    assert not field.why.isVisibleTo(page.panel)
    page.grid.setCurrentIndex(page.model.index(0, 0))
    assert (field.text, field.why.isVisibleTo(page.panel)) == ("2021-13-01", True)
    field.editor.setFocus()
    qtbot.keyClick(field.editor, Key.Key_Escape)
    assert (field.text, field.why.isVisibleTo(page.panel)) == (before, False)
    assert page.refused_texts() == 0


def test_control_enter_saves_without_leaving_and_escape_drops(
    page: StandardsPage, window: MainWindow, qtbot: QtBot
) -> None:
    editor = _typed(page, "department", "甲处")
    qtbot.keyClick(editor, Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: _stored(page, 0, "department") == "甲处")
    assert editor.hasFocus()
    _typed(page, "department", "乙处")
    qtbot.keyClick(editor, Key.Key_Escape)
    assert editor.text() == "甲处"
    page.panel.editors["notes"].setFocus()
    qtbot.waitUntil(lambda: not window.desk.runner.busy)
    assert _stored(page, 0, "department") == "甲处"


def test_a_key_field_saved_in_the_panel_asks_for_its_basis_and_the_history_has_it(
    page: StandardsPage, window: MainWindow, qtbot: QtBot
) -> None:
    editor = _typed(page, "standard.effective_on", "2024-05-06")
    qtbot.keyClick(editor, Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(page.basis.isVisible)
    page.basis.line.setText("公告〔2026〕9号")
    with qtbot.waitSignal(page.basis.answered):
        page.basis.give()
    assert "依据：公告〔2026〕9号" in shown_history(page.panel, qtbot)[0]


def test_a_value_that_waits_leads_to_the_conflicts(page: StandardsPage, window: MainWindow, qtbot: QtBot) -> None:
    key = page.panel.key
    with page.session.workspace.exclusive() as connection:
        connection.executemany(
            "INSERT INTO sync_conflict VALUES ('detail_entry', ?, ?)", [(key, "department"), (key, "_del")]
        )
    page.panel.show_record(key)
    assert [path for path, field in page.panel.fields.items() if field.waiting.isVisibleTo(page.panel)] == [
        "department"
    ]
    assert page.panel.waiting.isVisibleTo(page.panel)
    page.panel.fields["department"].waiting.click()
    assert isinstance(window.current, SyncPage)
    assert window.current.tabs.currentWidget() is window.current.conflicts
