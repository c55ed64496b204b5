"""One key reads the whole row."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QGuiApplication
from pytestqt.qtbot import QtBot

from desktop.app.practice import practice_library
from desktop.ui.pages.standards import StandardsPage
from tests.ui.desks import open_window


def test_the_key_tells_every_filled_cell_of_the_row_to_eye_and_ear(
    tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []

    def hear(event: QAccessibleAnnouncementEvent) -> None:
        heard.append(event.message())

    monkeypatch.setattr(QAccessible, "updateAccessibility", hear)
    with open_window(practice_library(tmp_path / "p")) as window:
        window.show_page("standards")
        page = window.current
        assert isinstance(page, StandardsPage)
        section = [column.path for column in page.model.columns].index("standard.published_on")
        page.grid.setCurrentIndex(page.model.index(2, section))
        QGuiApplication.clipboard().setText("2021-13-01")
        page.grid.blocks.paste()
        qtbot.waitUntil(lambda: not window.desk.runner.busy)
        qtbot.keyClick(page.grid, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
        words = window.statusBar().currentMessage()
        assert heard == [words]
        shown = [page.model.shown(page.model.index(2, at)) for at in range(2)]
        assert words.startswith(f"第 3 行：标准号 {shown[0]}，标准名称 {shown[1]}，体系编号 ")
        assert "，状态 现行，" in words
        assert "待制定标准名称" not in words
        reason = page.model.reason(page.model.index(2, section))
        assert words.endswith(f"发布日期 有错误：{reason}")
