"""An input method composes a word: nothing of it is lost, and the keys that belong to it commit no cell."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from desktop.app.practice import practice_library
from desktop.ui.pages.standards import StandardsPage
from desktop.ui.window import MainWindow
from tests.ui.desks import open_window


@pytest.fixture
def window(tmp_path: Path, qtbot: QtBot) -> Iterator[MainWindow]:
    with open_window(practice_library(tmp_path / "practice")) as opened:
        yield opened


def compose(target: object, preedit: str, commit: str = "") -> None:
    event = QInputMethodEvent(preedit, [])
    if commit:
        event.setCommitString(commit)
    QCoreApplication.sendEvent(target, event)  # type: ignore[arg-type]


@pytest.mark.parametrize("path", ["standard.title", "department"], ids=["frozen", "scrolled"])
def test_the_first_letter_composed_in_a_cell_begins_its_new_text(window: MainWindow, qtbot: QtBot, path: str) -> None:
    window.show_page("standards")
    page = window.current
    assert isinstance(page, StandardsPage)
    section = [column.path for column in page.model.columns].index(path)
    row = next(
        row
        for row in range(page.model.rowCount())
        if page.model.flags(page.model.index(row, section)) & Qt.ItemFlag.ItemIsEditable
        and page.model.shown(page.model.index(row, section))
    )
    page.grid.setCurrentIndex(page.model.index(row, section))
    page.grid.setFocus()
    key = page.model.key_at(row)
    compose(page.grid, "b")
    editor = (page.grid.frozen if page.grid.frozen.covers(section) else page.grid).findChild(QLineEdit)
    assert editor is not None, "composing opens the cell"
    compose(page.grid, "", "标")
    compose(editor, "zhun")
    compose(editor, "", "准化")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.model.shown(page.model.index(page.model.row_of(key), section)) == "标准化")
