"""The detail table shows the rows of active versions: after a new one is published, and whatever a search finds."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.app import editing, system, system_versions
from desktop.app.practice import practice_library
from desktop.domain.query import Op, Query, Test
from desktop.ui.desk import CellTarget
from desktop.ui.window import MainWindow
from tests.ui.desks import open_window
from tests.ui.grids import section, settle, standards


@pytest.fixture
def window(tmp_path: Path, qtbot: QtBot) -> Iterator[MainWindow]:
    with open_window(practice_library(tmp_path / "library")) as opened:
        yield opened


def _publish_the_next(qtbot: QtBot, window: MainWindow) -> tuple[str, str]:
    """The version that was current, and the one that is."""
    session = window.desk.session
    old = system.own_version(session)
    window.desk.write(lambda _job: system_versions.publish(session, old, "一号文"))
    settle(qtbot, window)
    window.desk.write(lambda _job: system_versions.next_version(session, old, "次版"))
    settle(qtbot, window)
    (new,) = [item.key for item in system_versions.versions(session) if item.state == "draft"]
    return old, new


@pytest.mark.parametrize("front", ["standards", "system"])
def test_the_table_shows_the_new_version_once_it_is_published(window: MainWindow, qtbot: QtBot, front: str) -> None:
    page, session = standards(window), window.desk.session
    _old, new = _publish_the_next(qtbot, window)
    window.show_page(front)
    window.desk.write(lambda _job: system_versions.publish(session, new, "二号文"))
    settle(qtbot, window)
    page = standards(window)
    keys = {page.model.key_at(row) for row in range(page.model.rowCount())}
    assert keys == {str(key) for (key,) in session.read.cells(Query("detail_entry", page.base()), ("key",))}
    assert page.model.foreign(page.model.index(0, 0)) == ""


def test_a_search_offers_the_rows_of_active_versions(window: MainWindow, qtbot: QtBot) -> None:
    page, session = standards(window), window.desk.session
    _publish_the_next(qtbot, window)
    number = next(
        text
        for row in range(page.model.rowCount())
        if (text := page.model.shown(page.model.index(row, section(page, "standard.number"))))
    )
    found = Query("detail_entry", Test("standard.number", Op.IN, (number,)))
    assert session.read.count(found) > session.read.count(found.also(page.base())) >= 1
    window.search.setText(number)
    window.search.look()
    items = [window.search.hits.item(at).data(Qt.ItemDataRole.UserRole) for at in range(window.search.hits.count())]
    offered = {key for place, key in items if place == "standards"}
    assert offered == {key for (key,) in session.read.cells(found.also(page.base()), ("key",))}
    window.search.hits.hide()


def test_a_row_of_another_version_is_told_and_the_filters_stay(window: MainWindow, qtbot: QtBot) -> None:
    page, session = standards(window), window.desk.session
    _old, new = _publish_the_next(qtbot, window)
    ((other,), *_) = session.read.cells(Query("detail_entry", Test("version", Op.IN, (new,))), ("key",))
    department = page.model.shown(page.model.index(0, section(page, "department")))
    page.set_filter("department", Test("department", Op.IN, (department,)))
    shown, current, record = page.chips.words(), page.grid.currentIndex().row(), page.panel.key
    for target in (str(other), CellTarget(str(other), "notes")):
        window.notice.hide()
        window.show_page("standards", target)
        assert "在“次版”（草案）里" in window.notice.sentence
    assert (page.chips.words(), page.grid.currentIndex().row(), page.panel.key) == (shown, current, record)


def test_a_row_that_a_filter_hides_is_shown_and_a_deleted_one_told(window: MainWindow, qtbot: QtBot) -> None:
    page, session = standards(window), window.desk.session
    last, first = page.model.key_at(page.model.rowCount() - 1), page.model.key_at(0)
    page.show_target((first,))
    window.show_page("standards", last)
    assert page.panel.key == last and page.model.rowCount() > 1
    window.desk.write(lambda _job: editing.delete_rows(session, "detail_entry", [last]))
    settle(qtbot, window)
    page.show_target((first,))
    window.show_page("standards", last)
    assert "可能已经删除，请到回收站看看" in window.notice.sentence and page.model.rowCount() == 1
