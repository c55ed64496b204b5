"""Attachments on the screen: dropped, pasted, renamed, removed, opened by keys."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.app.practice import practice_library
from desktop.ui.attachments import AttachmentStrip
from desktop.ui.kept import settings
from desktop.ui.pages.standards import StandardsPage
from desktop.ui.window import MainWindow
from tests.ui.desks import open_window


@pytest.fixture
def window(tmp_path: Path, qtbot: QtBot) -> Iterator[MainWindow]:
    session = practice_library(tmp_path / "p")
    with open_window(session) as opened:
        settings().setValue("attachments/pictures", "small")
        opened.show_page("standards")
        page = opened.current
        assert isinstance(page, StandardsPage)
        page.grid.setCurrentIndex(page.model.index(4, 0))
        yield opened


def strip_of(window: MainWindow) -> AttachmentStrip:
    found = window.current.findChild(AttachmentStrip)
    assert isinstance(found, AttachmentStrip)
    return found


def drop(onto: QWidget, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    entering = QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
                               Qt.KeyboardModifier.NoModifier)  # fmt: skip
    QCoreApplication.sendEvent(onto, entering)
    event = QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
                       Qt.KeyboardModifier.NoModifier)  # fmt: skip
    QCoreApplication.sendEvent(onto, event)


def photo() -> QImage:
    picture = QImage(60, 40, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.blue)
    return picture


def test_files_dropped_on_the_panel_are_renamed_opened_and_removed(
    window: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    strip, note, opened = strip_of(window), tmp_path / "批复.txt", []
    note.write_text("同意", encoding="utf-8")
    assert isinstance(window.current, StandardsPage)
    drop(window.current.panel, note)
    qtbot.waitUntil(lambda: strip.counted.text() == "附件 1")
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(Path(url.toLocalFile())))
    strip.files.setFocus()
    qtbot.keyClick(strip.files, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(opened))
    assert opened[0].name == "批复.txt" and opened[0].read_text(encoding="utf-8") == "同意"
    strip.files.item(0).setText("市局批复.txt")
    qtbot.waitUntil(lambda: strip.files.item(0).text() == "市局批复.txt" and not window.desk.runner.busy)
    strip.files.setCurrentRow(0)
    strip.files.setFocus()
    qtbot.keyClick(strip.files, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: strip.counted.text() == "附件")
    window.undo()
    qtbot.waitUntil(lambda: strip.counted.text() == "附件 1")
    assert strip.files.item(0).text() == "市局批复.txt"


def test_a_picture_of_the_clipboard_is_pasted(window: MainWindow, qtbot: QtBot) -> None:
    strip = strip_of(window)
    QGuiApplication.clipboard().setImage(photo())
    strip.choose.setFocus()
    qtbot.keyClick(strip.choose, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: strip.counted.text() == "附件 1")
    key = strip.files.item(0).data(Qt.ItemDataRole.UserRole)
    qtbot.waitUntil(lambda: key in strip._pictures)
    assert strip.files.item(0).text().startswith("粘贴图片_")


def test_a_photo_dropped_on_the_window_goes_to_the_shown_record(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    photo().save(str(tmp_path / "现场.png"))
    drop(window, tmp_path / "现场.png")
    strip = strip_of(window)
    qtbot.waitUntil(lambda: strip.counted.text() == "附件 1")
    window.show_page("settings")
    drop(window, tmp_path / "现场.png")
    assert "选中一条记录" in window.notice.sentence
