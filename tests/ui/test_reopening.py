"""A restore from the running program: one window closes, the next opens, and a second start still finds it."""

import gc
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.app import setup
from desktop.app.session import Session
from desktop.domain.query import Query
from desktop.store import backup
from desktop.ui import start
from desktop.ui.window import MainWindow
from tests.libraries import lone_office
from tests.sync.mailing import standard


def test_the_program_goes_on_over_the_restored_library(
    tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = lone_office(tmp_path)
    standard(office, "甲")
    kept = backup.make_backup(office.workspace, "手动").path
    standard(office, "乙")
    folder = office.workspace.folder
    office.workspace.close()
    told: list[tuple[int, str, bool]] = []
    threads, concerns = list[str](), setup.concerns

    def looked_at(session: Session) -> list[str]:
        threads.append(threading.current_thread().name.partition("_")[0])
        return concerns(session)

    monkeypatch.setattr(setup, "concerns", looked_at)

    def shown() -> MainWindow:
        (window,) = (item for item in QApplication.topLevelWidgets() if isinstance(item, MainWindow))
        return window

    def look(then: str) -> None:
        window = shown()
        found = window.desk.session.read.count(Query("standard"))
        told.append((found, window.notice.sentence, start._other_window_came_forward(start.server_name(folder))))
        if then == "restore":
            window.desk.restore_asked.emit(kept)
            QTimer.singleShot(200, lambda: look("close"))
        else:
            window.close()

    monkeypatch.setattr("desktop.ui.crash.log_to", lambda _folder: _folder)
    QTimer.singleShot(300, lambda: look("restore"))
    try:
        assert start._start(folder, quit_after_start=False) == 0
    finally:
        gc.unfreeze()
    (before, _, heard), (after, sentence, heard_again) = told
    assert (before, after) == (2, 1)
    assert "已恢复到" in sentence and "恢复前的数据另存为" in sentence
    assert heard and heard_again
    assert threads == ["writer"] * 2, "a copy becomes one of its own off the window's thread"
    reopened = setup.open_library(folder)
    assert reopened.read.count(Query("standard")) == 1
    reopened.workspace.close()
