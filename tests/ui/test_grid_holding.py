"""What a person is at survives what happens around it: imports, sorting, filters, a full disk, a clock set back."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QTableView
from pytestqt.qtbot import QtBot

from desktop.app import editing, history, importing
from desktop.app.job import Job
from desktop.app.practice import practice_library
from desktop.domain.changes import Changes
from desktop.domain.query import Op, Query, Sort, Test
from desktop.ui.grid.delegate import MARKS
from desktop.ui.pages.standards import StandardsPage
from desktop.ui.window import MainWindow
from tests.ui.desks import enter, open_window
from tests.ui.grids import section, settle, standards


@pytest.fixture
def window(tmp_path: Path, qtbot: QtBot) -> Iterator[MainWindow]:
    with open_window(practice_library(tmp_path / "practice")) as opened:
        yield opened


@pytest.fixture
def page(window: MainWindow) -> StandardsPage:
    return standards(window)


def _view(page: StandardsPage, path: str) -> QTableView:
    return page.grid.frozen if page.grid.frozen.covers(section(page, path)) else page.grid


def _editors(page: StandardsPage, path: str) -> list[QLineEdit]:
    return [line for line in _view(page, path).findChildren(QLineEdit) if line.isVisible()]


def _editor(page: StandardsPage, path: str) -> QLineEdit:
    """The line that a cell of this column is being typed into."""
    (line,) = _editors(page, path)
    return line


def _begin(qtbot: QtBot, page: StandardsPage, row: int, path: str, text: str) -> QLineEdit:
    page.grid.setCurrentIndex(page.model.index(row, section(page, path)))
    qtbot.keyClick(page.grid, Qt.Key.Key_F2)
    line = _editor(page, path)
    line.selectAll()
    enter(line, text)
    return line


def _commit(qtbot: QtBot, window: MainWindow, page: StandardsPage, path: str) -> None:
    qtbot.keyClick(_editor(page, path), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not _editors(page, path))
    settle(qtbot, window)


def _text(page: StandardsPage, key: str, path: str) -> str:
    return page.model.shown(page.model.index(page.model.row_of(key), section(page, path)))


class _Import:
    """An import that commits when it is let go."""

    def __init__(self, window: MainWindow, path: Path, begin: str) -> None:
        session = window.desk.session
        path.write_text(f"标准号,标准名称,体系编号\n{begin} 1-2026,最前面的标准,A\n{begin} 2-2026,又一项,A\n", "utf-8")
        planned, self.go = importing.plan(session, path), threading.Event()
        assert planned.counts()["added"] == 2

        def work(job: Job) -> Changes:
            assert self.go.wait(10)
            return importing.apply(session, planned, path, job)

        window.desk.write(work, locks=True)


@pytest.mark.parametrize("path", ["department", "standard.title", "standard.level"], ids=["cell", "frozen", "list"])
def test_a_text_half_typed_while_an_import_commits_is_there_afterwards_and_can_be_committed(
    window: MainWindow, page: StandardsPage, qtbot: QtBot, tmp_path: Path, path: str
) -> None:
    typed = {"standard.level": "团体标准"}.get(path, "没写完的")
    key, rows = page.model.key_at(5), page.model.rowCount()
    line = _begin(qtbot, page, 5, path, typed)
    line.setCursorPosition(2)
    begun = _Import(window, tmp_path / "表.csv", "Q/AA")
    assert page.grid.lock_banner.isVisible() and "只读" in page.grid.lock_banner.text()
    assert not page.model.flags(page.model.index(0, section(page, path))) & Qt.ItemFlag.ItemIsEditable
    assert _editor(page, path).text() == typed
    begun.go.set()
    qtbot.waitUntil(lambda: page.model.rowCount() == rows + 2, timeout=20000)
    settle(qtbot, window)
    assert not page.grid.lock_banner.isVisible()
    assert page.model.key_at(page.grid.currentIndex().row()) == key and page.model.row_of(key) == 7
    line = _editor(page, path)
    assert (line.text(), line.cursorPosition()) == (typed, 2)
    _commit(qtbot, window, page, path)
    assert _text(page, key, path) == typed
    assert window.desk.session.read.cells(Query("detail_entry", Test("key", Op.IN, (key,))), (path,)) == [
        ("group" if path == "standard.level" else typed,)
    ]


def test_a_text_committed_while_an_import_is_under_way_is_written_after_it(
    window: MainWindow, page: StandardsPage, qtbot: QtBot, tmp_path: Path
) -> None:
    key = page.model.key_at(5)
    line = _begin(qtbot, page, 5, "department", "写完的")
    begun = _Import(window, tmp_path / "表.csv", "Q/AA")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: _text(page, key, "department") == "写完的")
    begun.go.set()
    settle(qtbot, window)
    qtbot.waitUntil(lambda: history.undo_label(window.desk.session) == "修改责任处室")
    assert _text(page, key, "department") == "写完的" and not page.model.errors


def test_a_text_waits_while_nothing_can_be_edited_and_is_typed_on_afterwards(
    window: MainWindow, page: StandardsPage, qtbot: QtBot, tmp_path: Path
) -> None:
    key = page.model.key_at(5)
    _begin(qtbot, page, 5, "department", "等一等的")
    begun = _Import(window, tmp_path / "表.csv", "Q/AA")
    page.reload()
    page.reload()
    assert not _editors(page, "department")
    begun.go.set()
    settle(qtbot, window)
    qtbot.waitUntil(lambda: bool(_editors(page, "department")))
    _commit(qtbot, window, page, "department")
    assert _text(page, key, "department") == "等一等的" and page.model.row_of(key) == 7


def test_a_text_whose_row_went_away_is_told(window: MainWindow, page: StandardsPage, qtbot: QtBot) -> None:
    session, key = window.desk.session, page.model.key_at(5)
    _begin(qtbot, page, 5, "department", "白写的")
    window.desk.write(lambda _job: editing.delete_rows(session, "detail_entry", [key]), locks=True)
    settle(qtbot, window)
    qtbot.waitUntil(lambda: window.notice.sentence == "▲ “白写的”还没有写入：正在输入的那一行现在不在表里")
    assert page.model.errors == 0
    assert page.grid.currentIndex().row() == 5, "the row that moved up is the current one"


def test_a_text_whose_row_is_filtered_away_waits_red(window: MainWindow, page: StandardsPage, qtbot: QtBot) -> None:
    key = page.model.key_at(5)
    _begin(qtbot, page, 5, "department", "藏起来的")
    page.show_target((page.model.key_at(0),))
    assert "“藏起来的”还没有写入" in window.notice.sentence
    assert page.model.errors == 1
    page.clear_filters()
    assert _text(page, key, "department") == "藏起来的"
    page.grid.show_key(key, "department")
    qtbot.keyClick(page.grid, Qt.Key.Key_F2)
    _commit(qtbot, window, page, "department")
    assert (_text(page, key, "department"), page.model.errors) == ("藏起来的", 0)


def test_a_text_half_typed_survives_sorting_and_another_programs_rows(
    window: MainWindow, page: StandardsPage, qtbot: QtBot
) -> None:
    key = page.model.key_at(3)
    _begin(qtbot, page, 3, "department", "排序时的")
    page.grid.sort_by("standard.title")
    assert _editor(page, "department").text() == "排序时的"
    page.grid.sort_by("standard.title")
    page.reload()
    _commit(qtbot, window, page, "department")
    assert _text(page, key, "department") == "排序时的"


def test_a_refused_text_survives_sort_filter_and_reload(window: MainWindow, page: StandardsPage, qtbot: QtBot) -> None:
    path, key = "standard.published_on", page.model.key_at(4)

    def red() -> tuple[str, str]:
        index = page.model.index(page.model.row_of(key), section(page, path))
        return page.model.shown(index), page.model.state(index)

    _begin(qtbot, page, 4, path, "2023-02-30")
    _commit(qtbot, window, page, path)
    assert red() == ("2023-02-30", "invalid")
    page.grid.sort_by("standard.title")
    assert red() == ("2023-02-30", "invalid")
    page.show_target((page.model.key_at(0),))
    assert "▲ 1 处错误" in page.counted.text()
    page.clear_filters()
    page.reload()
    page.model.reload()
    assert red() == ("2023-02-30", "invalid")
    window.show_page("home")
    window.show_page("standards")
    assert red() == ("2023-02-30", "invalid")


def test_the_current_row_stays_when_a_filter_leaves_it_and_is_the_first_otherwise(
    window: MainWindow, page: StandardsPage, qtbot: QtBot
) -> None:
    column = section(page, "department")
    page.grid.setCurrentIndex(page.model.index(9, column))
    key = page.model.key_at(9)
    status = page.model.cell(page.model.index(9, section(page, "standard.status")))
    page.set_filter("standard.status", Test("standard.status", Op.IN, (status,)))
    at = page.grid.currentIndex()
    assert (page.model.key_at(at.row()), at.column()) == (key, column)
    assert page.panel.key == key
    page.clear_filters()
    assert page.model.key_at(page.grid.currentIndex().row()) == key
    page.show_target((page.model.key_at(20), page.model.key_at(21)))
    assert page.grid.currentIndex().row() == 0 and page.panel.key == page.model.key_at(0)
    page.model.set_query(Query("detail_entry", page.base(), (Sort("standard.title"),), page.model.query.as_of))
    assert page.model.key_at(page.grid.currentIndex().row()) == page.panel.key


@pytest.mark.parametrize("path", ["department", "standard.title", "standard.level"], ids=["cell", "frozen", "list"])
def test_a_text_half_typed_stays_when_another_row_or_the_same_cell_is_written(
    window: MainWindow, page: StandardsPage, qtbot: QtBot, path: str
) -> None:
    typed = {"standard.level": "团体标准"}.get(path, "打到一半的")
    line, session = _begin(qtbot, page, 5, path, typed), window.desk.session
    for row, cell in ((2, "department"), (5, path)):
        edit = editing.Edit(page.model.key_at(row), cell, "行业标准" if cell == "standard.level" else "别处写的")
        window.desk.write(lambda _job, edit=edit: editing.edit_cells(session, "detail_entry", [edit]))  # type: ignore[misc]
        settle(qtbot, window)
        assert _editor(page, path) is line and line.text() == typed
    _commit(qtbot, window, page, path)
    assert _text(page, page.model.key_at(5), path) == typed


def test_an_open_cell_nothing_was_typed_into_does_not_undo_what_was_written_meanwhile(
    window: MainWindow, page: StandardsPage, qtbot: QtBot
) -> None:
    key, session = page.model.key_at(5), window.desk.session
    page.grid.setCurrentIndex(page.model.index(5, section(page, "department")))
    qtbot.keyClick(page.grid, Qt.Key.Key_F2)
    window.desk.write(
        lambda _job: editing.edit_cells(session, "detail_entry", [editing.Edit(key, "department", "新写的")])
    )
    settle(qtbot, window)
    _commit(qtbot, window, page, "department")
    assert _text(page, key, "department") == "新写的"


def test_a_cell_says_that_it_waits_to_be_stored_until_it_is(
    window: MainWindow, page: StandardsPage, qtbot: QtBot
) -> None:
    let_go, at = threading.Event(), page.model.index(5, section(page, "department"))
    window.desk.write(lambda _job: let_go.wait(10))
    line = _begin(qtbot, page, 5, "department", "等着写的")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.model.shown(at) == "等着写的")
    assert MARKS[page.model.state(at)] == "待存"
    let_go.set()
    settle(qtbot, window)
    assert page.model.state(at) not in MARKS and page.model.shown(at) == "等着写的"
