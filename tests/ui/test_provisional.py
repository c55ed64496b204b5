"""待定: a value that waits for a decision is marked wherever it is read."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.app import provisional
from desktop.app.practice import practice_library
from desktop.app.session import Session
from desktop.domain.query import Query
from desktop.ui.pages.standards import StandardsPage
from desktop.ui.pages.statistics import StatisticsPage
from desktop.ui.window import MainWindow
from tests.ui.desks import open_window


@pytest.fixture
def window(tmp_path: Path, qtbot: QtBot) -> Iterator[MainWindow]:
    with open_window(practice_library(tmp_path / "library")) as opened:
        opened.show_page("standards")
        yield opened


def _dispute(session: Session, ledger: str, key: str, field: str) -> None:
    with session.workspace.exclusive() as connection:
        connection.execute("INSERT INTO sync_conflict VALUES (?, ?, ?)", (ledger, key, field))


def _page(window: MainWindow) -> StandardsPage:
    page = window.current
    assert isinstance(page, StandardsPage)
    return page


def test_the_grid_marks_the_cell_also_of_an_embedded_row_and_no_other(window: MainWindow) -> None:
    page = _page(window)
    key = page.model.key_at(0)
    standard = str((page.session.read.row("detail_entry", key) or {})["standard"])
    _dispute(page.session, "standard", standard, "published_on")
    _dispute(page.session, "detail_entry", key, "department")
    page.model.reload()
    marked = {
        page.model.columns[section].path
        for section in range(page.model.columnCount())
        if page.model.state(page.model.index(0, section)) == "disputed"
    }
    assert marked == {"standard.published_on", "department"}
    assert "disputed" not in {page.model.state(page.model.index(1, at)) for at in range(10)}
    section = [column.path for column in page.model.columns].index("department")
    at = page.model.index(0, section)
    assert page.model.data(at, Qt.ItemDataRole.ToolTipRole) == provisional.WHY
    assert page.model.data(at, Qt.ItemDataRole.AccessibleTextRole).endswith("，待定")
    assert not page.grid.grab().isNull()


def test_statistics_say_how_many_values_they_rest_on_wait(window: MainWindow, qtbot: QtBot) -> None:
    session = window.desk.session
    window.show_page("statistics")
    page = window.current
    assert isinstance(page, StatisticsPage)
    assert page.provisional.text() == ""
    key = str(session.read.cells(Query("detail_entry"), ("key",))[0][0])
    _dispute(session, "detail_entry", key, "department")
    _dispute(session, "detail_entry", key, "_del")
    _dispute(session, "finding", key, "due_on")
    page.reload()
    qtbot.waitUntil(lambda: page.provisional.text() == "有 2 处数据待定（冲突未处理）")
    assert (key, "") in provisional.cells(session, "detail_entry")
