"""从备份恢复 on the screen: what cannot be restored is said before or after, and the library stays as it was."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from desktop.domain.query import Query
from desktop.store import backup
from desktop.ui.dialogs.restore import RestoreDialog
from tests.libraries import another_office, lone_office, pair
from tests.sync.mailing import standard
from tests.ui.screen import Clerk


@pytest.fixture
def clerk(tmp_path: Path, qtbot: QtBot) -> Clerk:
    office = lone_office(tmp_path)
    standard(office, "甲")
    backup.make_backup(office.workspace, "手动")
    office.workspace.close()
    return Clerk(tmp_path / "office", qtbot, set())


def test_a_damaged_backup_cannot_be_chosen(clerk: Clerk, qtbot: QtBot) -> None:
    (made,) = (item.path for item in backup.backups(clerk.folder))
    made.write_bytes(made.read_bytes()[:5000])
    said = []

    def look(dialog: RestoreDialog) -> None:
        qtbot.waitUntil(lambda: "不是完好的备份" in dialog.told.text())
        said.append(dialog.go.isEnabled())
        clerk.press_button("取消", dialog)

    with clerk.at_work():
        clerk.go("设置")
        clerk.in_dialog(RestoreDialog, look)
        clerk.press_button("从备份恢复…")
        assert said == [False]
        assert clerk.window.isVisible() and clerk.window.restore_from is None


def test_another_units_backup_is_refused_and_the_window_comes_back_over_the_same_rows(
    clerk: Clerk, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "others").mkdir()
    bureau, office = pair(tmp_path / "others")
    other = another_office(bureau, tmp_path)
    foreign = backup.make_backup(other.workspace, "手动").path
    for session in (bureau, office, other):
        session.workspace.close()
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(foreign), ""))

    def choose(dialog: RestoreDialog) -> None:
        clerk.press_button("选其他位置的备份文件", dialog)
        qtbot.waitUntil(dialog.go.isEnabled)
        clerk.press(dialog.go)

    with clerk.at_work():
        clerk.go("设置")
        clerk.in_dialog(RestoreDialog, choose)
        clerk.press_button("从备份恢复…")
        clerk.reopened()
        clerk.said("其他单位的，数据没有改动")
        assert clerk.window.desk.session.read.count(Query("standard")) == 1


def test_without_a_backup_the_dialog_says_where_to_look(clerk: Clerk) -> None:
    for item in backup.backups(clerk.folder):
        item.path.unlink()

    def look(dialog: RestoreDialog) -> None:
        assert "U 盘" in dialog.told.text() and not dialog.go.isEnabled()
        clerk.press_button("取消", dialog)

    with clerk.at_work():
        clerk.go("设置")
        clerk.in_dialog(RestoreDialog, look)
        clerk.press_button("从备份恢复…")
