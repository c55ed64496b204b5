"""The wheel over a list of choices among others scrolls; the choice turns only for whom the list has the focus."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QScrollArea
from pytestqt.qtbot import QtBot

from desktop.app import history, inspection
from desktop.app.practice import practice_library
from desktop.domain.query import Query
from desktop.ui.pages.inspections import InspectionsPage
from desktop.ui.window import MainWindow
from tests.ui.desks import open_window
from tests.ui.grids import settle, standards


@pytest.fixture
def window(tmp_path: Path, qtbot: QtBot) -> Iterator[MainWindow]:
    with open_window(practice_library(tmp_path / "library")) as opened:
        opened.activateWindow()
        qtbot.waitUntil(opened.isActiveWindow)
        yield opened


def _turn(combo: QComboBox) -> None:
    """One notch of the wheel over a list, as the screen hands it over."""
    window = combo.window()
    QTest.wheelEvent(window.windowHandle(), combo.mapTo(window, combo.rect().center()), QPoint(0, -120))
    QCoreApplication.processEvents()


def test_the_record_scrolls_and_keeps_its_choices(window: MainWindow, qtbot: QtBot) -> None:
    page = standards(window)
    combo = page.panel.editors["standard.level"]
    assert isinstance(combo, QComboBox)
    area = next(area for area in page.panel.findChildren(QScrollArea) if area.isAncestorOf(combo))
    bar, before, step = area.verticalScrollBar(), combo.currentText(), history.undo_label(page.session)
    assert bar.maximum() > 0
    page.grid.setFocus()
    _turn(combo)
    settle(qtbot, window)
    assert (combo.currentText(), history.undo_label(page.session)) == (before, step)
    assert bar.value() > 0
    assert not combo.focusPolicy() & Qt.FocusPolicy.WheelFocus & ~Qt.FocusPolicy.StrongFocus
    combo.setFocus()
    _turn(combo)
    settle(qtbot, window)
    assert combo.currentText() != before


def test_the_columns_of_a_file_scroll_and_keep_what_they_go_to(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    page, path = standards(window), tmp_path / "表.csv"
    heads = ["标准号", "标准名称", *(f"别的列{at}" for at in range(40))]
    path.write_text(f"{','.join(heads)}\n{','.join('甲' for _ in heads)}\n", "utf-8")
    wizard = page.open_wizard(path)
    qtbot.waitUntil(lambda: wizard.stack.currentIndex() == 1, timeout=20000)
    wizard.next.click()
    mapping = wizard.mapping
    combo = mapping.combos[1]
    before = combo.currentText()
    wizard.next.setFocus()
    bar = mapping.table.verticalScrollBar()
    assert bar.maximum() > 0
    _turn(combo)
    assert combo.currentText() == before and bar.value() > 0
    wizard.reject()


def test_the_item_of_a_sheet_keeps_its_severity(window: MainWindow, qtbot: QtBot) -> None:
    session = window.desk.session
    _, key = inspection.make_sheet(session, str(session.read.rows(Query("checklist"))[0]["key"]), None)
    window.show_page("inspections", key)
    page = window.current
    assert isinstance(page, InspectionsPage)
    severity = page.entry.severity
    page.entry.table.setFocus()
    before = severity.currentIndex()
    area = next(area for area in page.findChildren(QScrollArea) if area.isAncestorOf(severity))
    area.ensureWidgetVisible(severity)
    _turn(severity)
    assert severity.currentIndex() == before
    severity.setFocus()
    _turn(severity)
    assert severity.currentIndex() == before + 1
