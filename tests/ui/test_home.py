"""首页: each figure opens the very rows it counts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.app.home import Figure, figures
from desktop.app.practice import practice_library
from desktop.domain.query import Query
from desktop.ui.pages.home import MOST
from desktop.ui.pages.inspections import InspectionsPage
from desktop.ui.pages.ledger import LedgerPage
from desktop.ui.window import MainWindow
from tests.ui.desks import open_window


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    with open_window(practice_library(tmp_path / "practice")) as opened:
        yield opened


def _open(window: MainWindow, qtbot: QtBot, figure: Figure) -> LedgerPage:
    """Press the button of a figure; the list it leads to."""
    window.desk.page_asked.emit("home", None)

    def card() -> QWidget | None:
        found = [each for each in window.current.findChildren(QLabel) if each.text() == figure.name]
        return found[0].parentWidget() if found else None

    qtbot.waitUntil(lambda: card() is not None)
    shown = card()
    assert shown is not None
    assert figure.words in [each.text() for each in shown.findChildren(QLabel)]
    (go,) = shown.findChildren(QPushButton)
    go.click()
    page = window.current
    listed = page.list if isinstance(page, InspectionsPage) else page
    assert isinstance(listed, LedgerPage)
    return listed


def test_every_figure_opens_its_rows(window: MainWindow, qtbot: QtBot) -> None:
    session = window.desk.session
    found = figures(session)
    assert [figure.page for figure in found] == ["standards", "standards", "inspections", "findings"]
    assert all(figure.keys for figure in found)
    for figure in found:
        page = _open(window, qtbot, figure)
        qtbot.waitUntil(lambda page=page, figure=figure: page.model.rowCount() == len(figure.keys))  # type: ignore[misc]
        assert {page.model.key_at(row) for row in range(page.model.rowCount())} == set(figure.keys)


def test_what_is_overdue_is_marked_in_the_list_of_what_is_due(window: MainWindow) -> None:
    window.desk.page_asked.emit("home", None)
    late = dict(window.desk.session.read.values(Query("finding", as_of=window.desk.session.today()), "state"))[
        "overdue"
    ]
    shown = [each.text() for each in window.current.findChildren(QLabel) if each.text().startswith("▲ 逾期")]
    assert len(shown) == min(late, MOST) > 0
