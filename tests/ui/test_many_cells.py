"""Find and replace, and one value for many rows: shown before it is done, refused ones told, one step to undo."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelection, QItemSelectionModel, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from desktop.app import editing, history
from desktop.app.practice import practice_library
from desktop.ui.grid.many_cells import ALL, COLUMN, SELECTED, BatchDialog, FindDialog
from desktop.ui.pages.standards import StandardsPage
from desktop.ui.window import MainWindow
from tests.ui.desks import enter, open_window
from tests.ui.grids import settle


@pytest.fixture
def page(tmp_path: Path, qtbot: QtBot) -> Iterator[StandardsPage]:
    with open_window(practice_library(tmp_path / "practice")) as window:
        window.show_page("standards")
        assert isinstance(window.current, StandardsPage)
        yield window.current


def section_of(page: StandardsPage, path: str) -> int:
    return [column.path for column in page.model.columns].index(path)


def select(page: StandardsPage, path: str, rows: int) -> list[str]:
    section = section_of(page, path)
    first, last = page.model.index(0, section), page.model.index(rows - 1, section)
    page.grid.setCurrentIndex(first)
    page.grid.selectionModel().select(QItemSelection(first, last), QItemSelectionModel.SelectionFlag.ClearAndSelect)
    return [page.model.key_at(row) for row in range(rows)]


def shown(page: StandardsPage, key: str, path: str) -> str:
    return page.model.shown(page.model.index(page.model.row_of(key), section_of(page, path)))


def dialog_of(page: StandardsPage, kind: type[FindDialog] | type[BatchDialog]) -> FindDialog | BatchDialog:
    (dialog,) = page.window().findChildren(kind)
    return dialog


def test_one_value_goes_into_the_selected_rows_as_one_step(page: StandardsPage, qtbot: QtBot) -> None:
    keys = select(page, "department", 5)
    QTest.keyClick(page.grid, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    dialog = dialog_of(page, BatchDialog)
    assert isinstance(dialog, BatchDialog)
    assert dialog.field.currentText() == "责任处室"
    assert isinstance(dialog.value, QLineEdit)
    enter(dialog.value, "新设的处")
    qtbot.waitUntil(lambda: "将修改 5 行的责任处室" in dialog.told.text())
    dialog.go.click()
    qtbot.waitUntil(lambda: [shown(page, key, "department") for key in keys] == ["新设的处"] * 5)
    qtbot.waitUntil(lambda: history.undo_label(page.session) == "批量修改 5 行的责任处室")
    page.desk.write(lambda _job: history.undo(page.session))
    qtbot.waitUntil(lambda: shown(page, keys[0], "department") != "新设的处")


def test_a_value_that_is_refused_is_told_and_nothing_is_written(page: StandardsPage, qtbot: QtBot) -> None:
    select(page, "standard.published_on", 3)
    page.grid.change_many()
    dialog = dialog_of(page, BatchDialog)
    assert isinstance(dialog, BatchDialog)
    assert not isinstance(dialog.value, QComboBox)
    enter(dialog.value, "不是日期")
    qtbot.waitUntil(lambda: dialog.list.rowCount() == 3)
    told = dialog.list.item(0, 3)
    assert told is not None
    assert "不能改" in told.text()
    assert not dialog.go.isEnabled()
    dialog.close()


def test_words_are_found_whatever_their_width_and_replaced_where_ticked(page: StandardsPage, qtbot: QtBot) -> None:
    with page.session.write("准备") as transaction:
        keys = [page.model.key_at(row) for row in range(3)]
        for key, text in zip(keys, ("旧称（甲）", "旧称(甲)", "无关"), strict=True):
            transaction.update("detail_entry", key, {"notes": text})
    page.desk.changed.emit(transaction.changes)
    QTest.keyClick(page.grid, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    dialog = dialog_of(page, FindDialog)
    assert isinstance(dialog, FindDialog)
    dialog.scope.setCurrentText(ALL)
    enter(dialog.words, "旧称(甲)")
    enter(dialog.instead, "新称")
    qtbot.waitUntil(lambda: "找到 2 处，勾选 2 处可替换" in dialog.told.text())
    second = dialog.list.item(1, 0)
    assert second is not None
    second.setCheckState(Qt.CheckState.Unchecked)
    qtbot.waitUntil(lambda: "勾选 1 处可替换" in dialog.told.text())
    dialog.next_hit()
    assert page.model.key_at(page.grid.currentIndex().row()) in keys
    kept = [edit.key for edit in dialog.list.chosen]
    dialog.go.click()
    qtbot.waitUntil(lambda: shown(page, kept[0], "notes") == "新称")
    others = [key for key in keys[:2] if key not in kept]
    assert shown(page, others[0], "notes").startswith("旧称")


@pytest.mark.parametrize("scope", [SELECTED, COLUMN])
def test_the_scope_is_kept_to(page: StandardsPage, qtbot: QtBot, scope: str) -> None:
    keys = select(page, "department", 2)
    with page.session.write("准备") as transaction:
        for key in (*keys, page.model.key_at(4)):
            transaction.update("detail_entry", key, {"department": "唯一处", "notes": "唯一处"})
    page.desk.changed.emit(transaction.changes)
    select(page, "department", 2)
    page.grid.find_words()
    dialog = dialog_of(page, FindDialog)
    assert isinstance(dialog, FindDialog)
    dialog.scope.setCurrentText(scope)
    enter(dialog.words, "唯一处")
    expected = 2 if scope == SELECTED else 3
    qtbot.waitUntil(lambda: f"找到 {expected} 处" in dialog.told.text())
    assert {hit.path for hit in dialog.hits} == {"department"}
    dialog.close()


def window_of(page: StandardsPage) -> MainWindow:
    window = page.window()
    assert isinstance(window, MainWindow)
    return window


def note(page: StandardsPage, rows: int, text: str) -> list[str]:
    """The first rows get this note; their keys."""
    keys = [page.model.key_at(row) for row in range(rows)]
    edits = [editing.Edit(key, "notes", text) for key in keys]
    page.desk.changed.emit(editing.edit_cells(page.session, "detail_entry", edits))
    return keys


def find(page: StandardsPage, words: str, instead: str) -> FindDialog:
    page.grid.find_words()
    dialog = dialog_of(page, FindDialog)
    assert isinstance(dialog, FindDialog)
    dialog.scope.setCurrentText(ALL)
    enter(dialog.words, words)
    enter(dialog.instead, instead)
    return dialog


def test_a_cell_typed_into_while_the_window_is_open_is_looked_at_again(page: StandardsPage, qtbot: QtBot) -> None:
    keys = note(page, 3, "旧称")
    dialog = find(page, "旧称", "新称")
    qtbot.waitUntil(lambda: "找到 3 处，勾选 3 处可替换" in dialog.told.text())
    places = {edit.key: row for row, edit in enumerate(dialog.list.chosen)}
    left = dialog.list.item(places[keys[2]], 0)
    assert left is not None
    left.setCheckState(Qt.CheckState.Unchecked)
    page.model.setData(page.model.index(page.model.row_of(keys[0]), section_of(page, "notes")), "手工改过")
    assert not dialog.go.isEnabled()
    qtbot.waitUntil(lambda: "找到 2 处，勾选 1 处可替换" in dialog.told.text())
    assert [edit.key for edit in dialog.list.chosen] == [keys[1]], "what was unticked stays unticked"
    dialog.go.click()
    qtbot.waitUntil(lambda: [shown(page, key, "notes") for key in keys] == ["手工改过", "新称", "旧称"])
    settle(qtbot, window_of(page))


def test_a_cell_that_holds_another_text_at_writing_is_left_alone_and_counted(page: StandardsPage, qtbot: QtBot) -> None:
    keys = note(page, 3, "旧称")
    dialog = find(page, "旧称", "新称")
    qtbot.waitUntil(dialog.go.isEnabled)
    window = window_of(page)
    editing.edit_cells(page.session, "detail_entry", [editing.Edit(keys[0], "notes", "旧称，后来补的一长段")])
    page.model.keep_typed([(keys[1], "notes", "红的", "不合格")])
    dialog.go.setEnabled(True)
    dialog.go.click()
    settle(qtbot, window)
    qtbot.waitUntil(lambda: "2 格在列出之后又改过" in window.notice.sentence)
    assert [shown(page, key, "notes") for key in keys] == ["旧称，后来补的一长段", "红的", "新称"]


def test_one_value_goes_into_the_named_column_wherever_it_stands_by_then(page: StandardsPage, qtbot: QtBot) -> None:
    keys, before = select(page, "department", 3), [column.path for column in page.model.columns]
    page.grid.change_many()
    dialog = dialog_of(page, BatchDialog)
    assert isinstance(dialog, BatchDialog)
    notes = [shown(page, key, "notes") for key in keys]
    others = [path for path in before if path != "notes"]
    others.insert(before.index("department"), "notes")
    page.grid.arranged.show(others, 2)
    enter(dialog.value, "办公室")
    qtbot.waitUntil(lambda: "将修改 3 行的责任处室" in dialog.told.text())
    dialog.go.click()
    qtbot.waitUntil(lambda: [shown(page, key, "department") for key in keys] == ["办公室"] * 3)
    settle(qtbot, window_of(page))
    assert [shown(page, key, "notes") for key in keys] == notes


def test_one_value_also_replaces_a_text_that_was_refused(page: StandardsPage, qtbot: QtBot) -> None:
    path = "standard.published_on"
    keys = select(page, path, 2)
    page.model.setData(page.model.index(0, section_of(page, path)), "2024-13-01")
    page.grid.change_many()
    dialog = dialog_of(page, BatchDialog)
    assert isinstance(dialog, BatchDialog)
    enter(dialog.value, "1999-09-09")
    qtbot.waitUntil(dialog.go.isEnabled)
    told = dialog.list.item(0, 2)
    assert told is not None and told.text() == "2024-13-01"
    dialog.go.click()
    settle(qtbot, window_of(page))
    qtbot.waitUntil(lambda: [shown(page, key, path) for key in keys] == ["1999-09-09"] * 2)
    assert page.model.errors == 0
