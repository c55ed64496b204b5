"""A large ledger: which rows are shown is asked for only when it may have changed, and never in the window's thread."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from desktop.app import editing, history
from desktop.app.editing import Edit
from desktop.app.practice import practice_library
from desktop.domain.query import Op, Query, Test
from desktop.store.reading import Reader
from desktop.ui.desk import CellTarget
from desktop.ui.grid import row_ids
from desktop.ui.pages.standards import StandardsPage
from desktop.ui.window import MainWindow
from tests.ui.desks import enter, open_window
from tests.ui.grids import section, settle, standards


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The threads in which row ids were read; every ledger counts as a large one."""
    threads, rids = list[str](), Reader.rids

    def read(reader: Reader, query: Query) -> object:
        threads.append(threading.current_thread().name.partition("_")[0])
        return rids(reader, query)

    monkeypatch.setattr(row_ids, "MANY", 0)
    monkeypatch.setattr(Reader, "rids", read)
    return threads


@pytest.fixture
def window(tmp_path: Path, qtbot: QtBot, asked: list[str]) -> Iterator[MainWindow]:
    with open_window(practice_library(tmp_path / "practice")) as opened:
        yield opened


@pytest.fixture
def page(window: MainWindow, qtbot: QtBot, asked: list[str]) -> StandardsPage:
    page = standards(window)
    _shown(qtbot, page)
    asked.clear()
    return page


def _shown(qtbot: QtBot, page: StandardsPage) -> None:
    qtbot.waitUntil(lambda: not page.model.waiting)


def _edit(qtbot: QtBot, window: MainWindow, page: StandardsPage, key: str, path: str, text: str) -> None:
    session = window.desk.session
    window.desk.write(lambda _job: editing.edit_cells(session, "detail_entry", [Edit(key, path, text)]))
    settle(qtbot, window)
    _shown(qtbot, page)


def _rows(page: StandardsPage) -> list[str]:
    return [page.model.key_at(row) for row in range(page.model.rowCount())]


def _truth(page: StandardsPage) -> list[str]:
    return [str(key) for (key,) in page.session.read.cells(page.model.query, ("key",))]


def test_the_rows_of_a_page_come_when_it_is_open_and_the_first_is_current(window: MainWindow, qtbot: QtBot) -> None:
    page = standards(window)
    assert page.model.waiting and page.model.rowCount() == 0 and page.counted.text() == "正在读取…"
    _shown(qtbot, page)
    assert _rows(page) == _truth(page) and page.model.rowCount() > 20
    assert page.grid.currentIndex().row() == 0 and page.panel.key == page.model.key_at(0)
    assert page.counted.text().startswith(f"显示 {page.model.rowCount()} / 共 {page.model.rowCount()}")


def test_an_edited_cell_that_no_row_rests_on_is_shown_without_asking_for_the_rows(
    window: MainWindow, page: StandardsPage, qtbot: QtBot, asked: list[str]
) -> None:
    _edit(qtbot, window, page, page.model.key_at(5), "department", "新的处室")
    assert page.model.shown(page.model.index(5, section(page, "department"))) == "新的处室"
    assert asked == []


def test_an_edited_cell_of_the_order_moves_its_row_and_the_current_cell_with_it(
    window: MainWindow, page: StandardsPage, qtbot: QtBot, asked: list[str]
) -> None:
    key, column = page.model.key_at(5), section(page, "code")
    page.grid.setCurrentIndex(page.model.index(5, column))
    before, session, let_go = _rows(page), window.desk.session, threading.Event()
    window.desk.runner.read(lambda _job: let_go.wait(10), lambda _result: None, short=True)
    window.desk.write(lambda _job: editing.edit_cells(session, "detail_entry", [Edit(key, "code", "A")]))
    settle(qtbot, window)
    assert page.model.waiting and _rows(page) == before, "the old rows stay until the new ones are there"
    assert page.model.shown(page.model.index(5, column)) == "A"
    let_go.set()
    _shown(qtbot, page)
    assert page.model.row_of(key) == 0 and _rows(page) == _truth(page)
    assert (page.grid.currentIndex().row(), page.grid.currentIndex().column()) == (0, column)
    window.undo()
    settle(qtbot, window)
    _shown(qtbot, page)
    assert _rows(page) == before and set(asked) == {"short reader"}


def test_an_edited_cell_of_the_order_that_moves_nothing_leaves_all_as_it_was(
    window: MainWindow, page: StandardsPage, qtbot: QtBot, asked: list[str]
) -> None:
    before, counted, resets = _rows(page), page.counted.text(), list[int]()
    page.model.modelReset.connect(lambda: resets.append(1))
    code = page.model.shown(page.model.index(len(before) - 1, section(page, "code")))
    _edit(qtbot, window, page, before[-1], "code", f"{code}9")
    assert asked == ["short reader"] and not resets
    assert (_rows(page), page.counted.text()) == (before, counted)


def test_rows_made_deleted_and_brought_back_are_shown_so(window: MainWindow, page: StandardsPage, qtbot: QtBot) -> None:
    page.set_filter("department", Test("department", Op.IN, ("没有这个处室",)))
    _shown(qtbot, page)
    assert page.model.rowCount() == 0 and "没有符合条件的行" in page.counted.text()
    page.add()
    settle(qtbot, window)
    qtbot.waitUntil(lambda: page.model.rowCount() > 1)
    new = page.model.key_at(page.grid.currentIndex().row())
    assert page.session.read.row("detail_entry", new) and not page.filters, "the filter that hid the new row is off"
    page.grid.delete_rows()
    settle(qtbot, window)
    qtbot.waitUntil(lambda: page.model.row_of(new) < 0)
    session = page.session
    window.desk.write(lambda _job: history.undo(session))
    qtbot.waitUntil(lambda: page.model.row_of(new) >= 0)
    assert _rows(page) == _truth(page)


def test_of_two_questions_the_later_one_is_shown(page: StandardsPage, qtbot: QtBot, asked: list[str]) -> None:
    page.grid.sort_by("standard.title")
    page.set_filter("standard.level", Test("standard.level", Op.IN, ("national",)))
    assert page.model.shown_query.sort[0].path != "standard.title"
    _shown(qtbot, page)
    assert page.model.shown_query == page.model.query and page.model.query.sort[0].path == "standard.title"
    assert _rows(page) == _truth(page) and page.model.rowCount() > 0
    assert set(asked) == {"short reader"}


def test_what_is_gone_to_is_reached_when_its_row_is_there(
    window: MainWindow, page: StandardsPage, qtbot: QtBot
) -> None:
    key = page.model.key_at(9)
    page.set_filter("department", Test("department", Op.IN, ("没有这个处室",)))
    window.show_page("standards", CellTarget(key, "standard.title"))
    qtbot.waitUntil(lambda: page.panel.key == key)
    at = page.grid.currentIndex()
    assert (page.model.key_at(at.row()), at.column()) == (key, section(page, "standard.title"))


def test_a_text_half_typed_survives_rows_that_come_later(page: StandardsPage, qtbot: QtBot) -> None:
    key, column = page.model.key_at(3), section(page, "department")
    page.grid.setCurrentIndex(page.model.index(3, column))
    qtbot.keyClick(page.grid, Qt.Key.Key_F2)
    (line,) = [line for line in page.grid.findChildren(QLineEdit) if line.isVisible()]
    line.selectAll()
    enter(line, "排序时的")
    page.grid.sort_by("standard.title")
    enter(line, "话")
    _shown(qtbot, page)
    assert page.model.row_of(key) != 3
    (line,) = [line for line in page.grid.findChildren(QLineEdit) if line.isVisible()]
    assert line.text() == "排序时的话"


def test_a_window_closed_while_rows_are_read_closes(window: MainWindow, page: StandardsPage) -> None:
    page.grid.sort_by("standard.title")
    assert page.model.waiting
    window.close()
