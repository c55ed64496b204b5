"""Renaming and deleting in the tree: no half typed name is lost, and the keys go on where they were."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt
from PySide6.QtWidgets import QLineEdit, QMessageBox
from pytestqt.qtbot import QtBot

from desktop.app import history, setup, system, system_editing
from desktop.ui.pages.system import SystemPage
from desktop.ui.window import MainWindow
from tests.libraries import lone_office
from tests.ui.desks import enter, open_window
from tests.ui.grids import settle


@pytest.fixture
def window(tmp_path: Path, qtbot: QtBot) -> Iterator[MainWindow]:
    session = lone_office(tmp_path)
    system.plant(session, "hangzhou")
    with open_window(setup.choose_person(session.workspace, "陈立")) as shown:
        shown.show_page("system")
        shown.activateWindow()
        qtbot.waitUntil(shown.isActiveWindow)
        qtbot.waitUntil(lambda: bool(page_of(shown).model.tree.nodes))
        yield shown


def page_of(window: MainWindow) -> SystemPage:
    page = window.pages["system"]
    assert isinstance(page, SystemPage)
    return page


def go(page: SystemPage, code: str) -> str:
    tree = page.model.tree
    key = next(item for item in tree.nodes if tree.code(item) == code)
    page.tree.setFocus()
    page.tree.go(key)
    return key


def lines(page: SystemPage) -> list[QLineEdit]:
    return [line for line in page.tree.findChildren(QLineEdit) if line.isVisible()]


def rename(qtbot: QtBot, page: SystemPage, text: str) -> QLineEdit:
    """F2 and a text over the old one, without Enter."""
    qtbot.keyClick(page.tree, Qt.Key.Key_F2)
    (line,) = lines(page)
    line.selectAll()
    enter(line, text)
    return line


def read_anew(qtbot: QtBot, window: MainWindow) -> None:
    """What is written elsewhere makes the tree read itself again."""
    page, settled = page_of(window), []
    page.model.modelReset.connect(lambda: settled.append(1))
    page.reload()
    qtbot.waitUntil(lambda: bool(settled))


def named(qtbot: QtBot, window: MainWindow, key: str, words: str) -> None:
    settle(qtbot, window)
    qtbot.waitUntil(lambda: page_of(window).model.tree.name(key) == words)


def test_a_name_half_typed_stays_when_the_tree_is_read_anew(window: MainWindow, qtbot: QtBot) -> None:
    page = page_of(window)
    key = go(page, "ZC5")
    rename(qtbot, page, "ZC5 正在改的长名称").setCursorPosition(6)
    read_anew(qtbot, window)
    (line,) = lines(page)
    assert (line.text(), line.cursorPosition(), page.key()) == ("ZC5 正在改的长名称", 6, key)
    qtbot.keyClick(line, Qt.Key.Key_Return)
    named(qtbot, window, key, "ZC5 正在改的长名称")


def test_an_open_name_nothing_was_typed_into_shows_what_was_written_meanwhile(window: MainWindow, qtbot: QtBot) -> None:
    page, session = page_of(window), window.desk.session
    key = go(page, "ZC5")
    qtbot.keyClick(page.tree, Qt.Key.Key_F2)
    window.desk.write(lambda _job: system_editing.rename(session, key, "ZC5", "别处改的"))
    named(qtbot, window, key, "ZC5 别处改的")
    assert [line.text() for line in lines(page)] == ["ZC5 别处改的"]


def test_a_half_typed_name_of_a_node_that_is_gone_is_told(window: MainWindow, qtbot: QtBot) -> None:
    page, session = page_of(window), window.desk.session
    key = go(page, "ZC5.1")
    rename(qtbot, page, "ZC5.1 白写的")
    window.desk.write(lambda _job: system_editing.remove_nodes(session, [key]))
    qtbot.waitUntil(lambda: "“ZC5.1 白写的”还没有写入" in window.notice.sentence)
    assert not lines(page)


def test_a_half_typed_name_is_written_when_the_page_hands_over(window: MainWindow, qtbot: QtBot) -> None:
    page = page_of(window)
    key = go(page, "ZC5")
    rename(qtbot, page, "ZC5 关窗前写的")
    page.hand_over()
    named(qtbot, window, key, "ZC5 关窗前写的")


@pytest.mark.parametrize(("typed", "becomes"), [
    ("公文 处理规范", "ZC5 公文 处理规范"), ("公文处理", "ZC5 公文处理"), ("ZC9.1 公文 处理", "ZC9.1 公文 处理"),
    ("ZC5 公文", "ZC5 公文"), ("12.3 公文", "12.3 公文"),
])  # fmt: skip
def test_a_first_word_that_is_no_code_belongs_to_the_name(
    window: MainWindow, qtbot: QtBot, typed: str, becomes: str
) -> None:
    page = page_of(window)
    key = go(page, "ZC5")
    qtbot.keyClick(rename(qtbot, page, typed), Qt.Key.Key_Return)
    named(qtbot, window, key, becomes)


def test_after_a_deletion_the_neighbour_is_the_current_node(window: MainWindow, qtbot: QtBot) -> None:
    page = page_of(window)
    for code, then in (("ZC5.2", "ZC5.3"), ("ZC5.3", "ZC5.1"), ("ZC5.1", "ZC5")):
        key = go(page, code)
        qtbot.keyClick(page.tree, Qt.Key.Key_Delete)
        qtbot.waitUntil(lambda key=key: key not in page.model.tree.nodes)  # type: ignore[misc]
        assert page.model.tree.code(page.key()) == then
        settle(qtbot, window)


def test_several_nodes_are_deleted_as_one_step_after_one_question(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, asked = page_of(window), list[str]()
    keys = [go(page, code) for code in ("ZC5.3", "ZC5.2", "ZC5.1")]
    flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
    for key in keys:
        page.tree.selectionModel().select(QModelIndex(page.model.index_of(key)), flags)
    answers = [QMessageBox.StandardButton.No, QMessageBox.StandardButton.Yes]

    def question(_parent: object, _title: str, words: str) -> QMessageBox.StandardButton:
        asked.append(words)
        return answers.pop(0)

    monkeypatch.setattr(QMessageBox, "question", question)
    step = history.undo_label(window.desk.session)
    qtbot.keyClick(page.tree, Qt.Key.Key_Delete)
    settle(qtbot, window)
    assert asked == ["删除选中的 3 个节点吗？它们下面没有别的下级和标准。"]
    assert history.undo_label(window.desk.session) == step
    qtbot.keyClick(page.tree, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: not set(keys) & set(page.model.tree.nodes))
    assert history.undo_label(window.desk.session) == "删除 3 个节点" and len(asked) == 2
    assert page.model.tree.code(page.key()) == "ZC5"
    settle(qtbot, window)
