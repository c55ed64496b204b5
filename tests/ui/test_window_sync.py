"""The window at the bureau and at an office: bundles looked into and applied, the bureau's rows, its notes."""

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from desktop.app import exchanged, opinions, sending_down, setup, syncing, system
from desktop.app.session import Session
from desktop.domain.query import Query
from desktop.ui.dialogs.review import ReviewDialog
from desktop.ui.pages.standards import StandardsPage
from desktop.ui.pages.sync import SyncPage
from desktop.ui.window import MainWindow
from tests.libraries import pair
from tests.ui.desks import enter, open_window


def _standards(window: MainWindow) -> StandardsPage:
    window.show_page("standards")
    page = window.current
    assert isinstance(page, StandardsPage)
    return page


def test_a_bundle_is_looked_into_then_applied_by_the_screen(tmp_path: Path, qtbot: QtBot) -> None:
    bureau, office = pair(tmp_path)
    system.plant(office, "hangzhou")
    syncing.make_bundle(office, tmp_path / "a.bzb")
    with open_window(bureau) as window:
        window.open_file(tmp_path / "a.bzb")
        page, locked = window.current, list[bool]()
        assert isinstance(page, SyncPage)
        window.desk.runner.locked_changed.connect(locked.append)
        qtbot.waitUntil(page.receiving.apply_button.isEnabled)
        assert locked == [False], "the grids were closed while the file was looked into, which began before"
        assert "尚未写入" in page.receiving.told.text()
        assert page.receiving.rows.rowCount() > 60
        assert bureau.read.count(Query("system_node")) == 0
        page.receiving.apply_button.click()
        qtbot.waitUntil(lambda: "应用完毕" in page.receiving.told.text())
        assert bureau.read.count(Query("system_node")) == 60
        locked.clear()
        page.sending.make_in(tmp_path)
        qtbot.waitUntil(lambda: "可以安全拔出" in window.notice.sentence)
        page.sending.mail_in(tmp_path)
        qtbot.waitUntil(lambda: "逐个作为邮件附件发出" in window.notice.sentence)
        assert locked == [True, False, True, False]
    office.workspace.close()


def test_tabs_are_read_when_shown_and_files_looked_for_off_the_windows_thread(
    tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    bureau, office = pair(tmp_path)
    office.workspace.close()
    threads, missing = list[str](), exchanged.missing_attachments

    def looked_for(session: Session) -> list[tuple[str, str]]:
        threads.append(threading.current_thread().name.partition("_")[0])
        return missing(session)

    monkeypatch.setattr(exchanged, "missing_attachments", looked_for)
    with open_window(bureau) as window:
        window.show_page("sync")
        page = window.current
        assert isinstance(page, SyncPage)
        qtbot.waitUntil(lambda: len(threads) == 1)
        with bureau.write("附件") as transaction:
            transaction.insert("attachment", {"file_name": "没来的.jpg", "sha256": "a" * 64, "size": 1})
        window.desk.changed.emit(transaction.changes)
        assert "没来的" not in page.record.missing.text()
        page.tabs.setCurrentWidget(page.record)
        qtbot.waitUntil(lambda: "没来的.jpg" in page.record.missing.text())
        page.tabs.setCurrentWidget(page.sending)
        page.tabs.setCurrentWidget(page.record)
        assert threads == ["short reader"] * 2, "once when made, once when shown after a change"


def test_the_bureaus_rows_cannot_be_typed_into_and_say_why(tmp_path: Path, qtbot: QtBot) -> None:
    bureau, office = pair(tmp_path)
    system.plant(office, "hangzhou")
    version = system.own_version(office)
    with office.write("一条") as transaction:
        transaction.insert("detail_entry", {"version": version, "planned_title": "区县的"})
    syncing.make_bundle(office, tmp_path / "a.bzb")
    syncing.apply_bundle(bureau, tmp_path / "a.bzb")
    with open_window(bureau) as window:
        page = _standards(window)
        at = page.model.index(0, [column.path for column in page.model.columns].index("department"))
        assert not page.model.flags(at) & Qt.ItemFlag.ItemIsEditable
        assert "下属单位" in page.model.data(at, Qt.ItemDataRole.ToolTipRole)
    office.workspace.close()


def test_the_bureau_notes_a_row_and_the_office_reads_it_on_its_first_page(
    tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    bureau, office = pair(tmp_path)
    system.plant(office, "hangzhou")
    with office.write("一条") as transaction:
        transaction.insert("detail_entry", {"version": system.own_version(office), "planned_title": "会议服务规范"})
    syncing.make_bundle(office, tmp_path / "a.bzb")
    syncing.apply_bundle(bureau, tmp_path / "a.bzb")

    def fill_in(dialog: ReviewDialog) -> bool:
        dialog.kind.setCurrentIndex(2)
        enter(dialog.body, "请补标准号")
        return dialog.go.isEnabled()

    monkeypatch.setattr(ReviewDialog, "exec", fill_in)
    with open_window(bureau) as window:
        page = _standards(window)
        page.review()
        qtbot.waitUntil(lambda: "下一个下发包" in window.notice.sentence)
        syncing.make_bundle(bureau, tmp_path / "b.bzb", office.identity.organisation)
    syncing.apply_bundle(office, tmp_path / "b.bzb")
    with open_window(office) as window:
        page = _standards(window)
        first = page.model.index(0, 0)
        assert page.model.state(first) == "returned"
        assert page.model.data(first, Qt.ItemDataRole.ToolTipRole) == "市局退回：请补标准号"
        assert page.model.state(page.model.index(0, 1)) != "returned"
        assert not page.grid.grab().isNull()
        key = page.model.key_at(0)
        window.show_page("home")
        texts = [label.text() for label in window.current.findChildren(QLabel)]
        assert "退回　标准明细 会议服务规范：请补标准号" in texts
    bureau = setup.open_library(bureau.workspace.folder)
    sending_down.review(bureau, "detail_entry", key, "accept", "好了")
    assert opinions.returned(bureau, "detail_entry") == {}, "an acceptance takes the return off"
    bureau.workspace.close()
