"""Closing the window while something is half typed: it is written, or a person is asked about it. What a job warned of
stays on the screen."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QLineEdit, QMessageBox
from pytestqt.qtbot import QtBot

from desktop.app import history, importing, setup
from desktop.app.practice import practice_library
from desktop.domain.query import Op, Query, Test
from desktop.ui.pages.standards import StandardsPage
from desktop.ui.pages.system import SystemPage
from desktop.ui.window import MainWindow
from tests.ui.desks import enter, open_window
from tests.ui.grids import column_texts, section, settle, standards


class _ByHand(QCloseEvent):
    """Somebody clicked the window's cross."""

    def spontaneous(self) -> bool:
        return True


@pytest.fixture
def window(tmp_path: Path, qtbot: QtBot) -> Iterator[MainWindow]:
    with open_window(practice_library(tmp_path / "library")) as opened:
        opened.activateWindow()
        qtbot.waitUntil(opened.isActiveWindow)
        yield opened


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The questions asked; each is answered with no."""
    questions: list[str] = []

    def question(_parent: object, _title: str, words: str) -> QMessageBox.StandardButton:
        questions.append(words)
        return QMessageBox.StandardButton.No

    monkeypatch.setattr(QMessageBox, "question", question)
    return questions


def _begin(qtbot: QtBot, page: StandardsPage, row: int, path: str, text: str) -> str:
    """Open a cell and type; the row's key."""
    page.grid.setCurrentIndex(page.model.index(row, section(page, path)))
    page.grid.setFocus()
    qtbot.keyClick(page.grid, Qt.Key.Key_F2)
    view = page.grid.frozen if page.grid.frozen.covers(section(page, path)) else page.grid
    (line,) = [line for line in view.findChildren(QLineEdit) if line.isVisible()]
    line.selectAll()
    enter(line, text)
    return page.model.key_at(row)


def _close(window: MainWindow) -> bool:
    event = _ByHand()
    window.closeEvent(event)
    return event.isAccepted()


def _stored(folder: Path, key: str, path: str) -> object:
    """What the library holds after the window was closed."""
    session = setup.open_library(folder)
    try:
        ((cell,),) = session.read.cells(Query("detail_entry", Test("key", Op.IN, (key,))), (path,))
        return cell
    finally:
        session.workspace.close()


def test_a_bad_text_in_the_open_cell_is_asked_about(window: MainWindow, qtbot: QtBot, asked: list[str]) -> None:
    page = standards(window)
    _begin(qtbot, page, 1, "standard.published_on", "2024-13-01")
    assert not _close(window)
    assert [words.partition("没有")[0] for words in asked] == ["有 1 格"]
    assert page.model.shown(page.model.index(1, section(page, "standard.published_on"))) == "2024-13-01"


def test_it_is_asked_about_before_a_backup_takes_its_place(
    window: MainWindow, qtbot: QtBot, asked: list[str], tmp_path: Path
) -> None:
    page = standards(window)
    _begin(qtbot, page, 1, "standard.published_on", "2024-13-01")
    window.desk.restore_asked.emit(tmp_path / "没有")
    assert len(asked) == 1 and window.restore_from is None and window.isVisible()


def test_a_good_text_in_the_open_cell_is_written(window: MainWindow, qtbot: QtBot, asked: list[str]) -> None:
    folder, page = window.desk.session.workspace.folder, standards(window)
    key = _begin(qtbot, page, 1, "standard.title", "关窗前写的")
    assert _close(window) and not asked
    assert _stored(folder, key, "standard.title") == "关窗前写的"


def test_a_bad_text_in_the_record_of_a_node_is_asked_about(window: MainWindow, qtbot: QtBot, asked: list[str]) -> None:
    window.show_page("system")
    page = window.current
    assert isinstance(page, SystemPage)
    qtbot.waitUntil(lambda: bool(page.panel.key))
    editor = page.panel.editors["planned_count"]
    assert isinstance(editor, QLineEdit)
    editor.setFocus()
    editor.selectAll()
    enter(editor, "不是数")
    assert not _close(window) and len(asked) == 1


def _hold(qtbot: QtBot, window: MainWindow, path: str, text: str) -> tuple[str, threading.Event]:
    """A text half typed when a long job began, whose cell closed as the rows were read anew; and what ends the job."""
    page, end = standards(window), threading.Event()
    key = _begin(qtbot, page, 1, path, text)
    window.desk.write(lambda _job: end.wait(20), locks=True)
    page.reload()
    assert not [line for line in page.grid.findChildren(QLineEdit) if line.isVisible()]
    return key, end


def test_a_text_that_waits_for_a_job_is_written_when_the_window_is_closed(
    window: MainWindow, qtbot: QtBot, asked: list[str]
) -> None:
    folder = window.desk.session.workspace.folder
    key, end = _hold(qtbot, window, "notes", "写了一半的话")
    threading.Timer(0.2, end.set).start()
    assert _close(window) and not asked
    assert _stored(folder, key, "notes") == "写了一半的话"


def test_a_bad_text_that_waits_is_asked_about_and_red(window: MainWindow, qtbot: QtBot, asked: list[str]) -> None:
    _key, end = _hold(qtbot, window, "standard.published_on", "2024-13-01")
    page = standards(window)
    assert not _close(window) and len(asked) == 1
    end.set()
    settle(qtbot, window)
    assert page.model.state(page.model.index(1, section(page, "standard.published_on"))) == "invalid"


def test_a_waiting_text_nobody_changed_is_not_written_again(window: MainWindow, qtbot: QtBot, asked: list[str]) -> None:
    page = standards(window)
    before = column_texts(page, "notes")[1]
    step = history.undo_label(page.session)
    _key, end = _hold(qtbot, window, "notes", before or "")
    page.hand_over()
    end.set()
    settle(qtbot, window)
    assert history.undo_label(page.session) == step and not asked


def test_that_an_import_was_taken_back_does_not_cover_what_became_of_a_text(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    session, page, path = window.desk.session, standards(window), tmp_path / "表.csv"
    path.write_text("标准号,标准名称,体系编号\nQ/AA 1-2026,最前面的标准,A\n", "utf-8")
    changes = importing.apply(session, importing.plan(session, path), path)
    window.desk.changed.emit(changes)
    (key,) = changes.of("detail_entry")
    _begin(qtbot, page, page.model.row_of(key), "notes", "写到一半")
    batch = importing.undoable_batches(session)[0][0]
    window.desk.write(
        lambda _job: history.undo_step(session, batch),
        lambda _changes: window.desk.say("ok", "已撤销这次导入"),
        locks=True,
    )
    settle(qtbot, window)
    qtbot.waitUntil(lambda: "已撤销这次导入" in window.notice.sentence)
    assert window.notice.sentence.startswith("▲ “写到一半”还没有写入")
    window.desk.say("ok", "另一件事")
    assert window.notice.sentence == "✓ 另一件事"


def test_a_backup_that_cannot_be_made_at_closing_is_told(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(QMessageBox, "warning", lambda _parent, title, words: told.append(f"{title}：{words}"))
    page, folder = standards(window), window.desk.session.workspace.folder
    key = _begin(qtbot, page, 2, "department", "最后一格")
    shutil.rmtree(folder / "backups", ignore_errors=True)
    (folder / "backups").write_text("不是文件夹", encoding="utf-8")
    assert _close(window)
    assert len(told) == 1 and told[0].startswith("退出时的备份没有做成：备份没有做成，请检查磁盘空间")
    (folder / "backups").unlink()
    assert _stored(folder, key, "department") == "最后一格"
