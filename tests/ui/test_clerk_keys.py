"""A PC that lost its authorisation, and a copied library: the screen says what to ask for, and the fresh unit file
brings the PC back with everything typed on it."""

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QInputDialog, QLineEdit
from pytestqt.qtbot import QtBot

from desktop.app import setup, syncing, units
from desktop.app.session import Session
from tests.libraries import dump, pair
from tests.sync.test_flows import standard, titles
from tests.ui.screen import Clerk

SPOKEN = "1234567890"


@pytest.fixture
def reported(tmp_path: Path, request: pytest.FixtureRequest) -> tuple[Session, Path]:
    """A bureau and the closed library of an office that has reported once; whether it got an answer is a parameter."""
    bureau, office = pair(tmp_path)
    standard(office, "已上报的标准")
    syncing.make_bundle(office, tmp_path / "first.bzb")
    syncing.apply_bundle(bureau, tmp_path / "first.bzb")
    if getattr(request, "param", True):
        syncing.make_bundle(bureau, tmp_path / "answer.bzb", office.identity.organisation)
        syncing.apply_bundle(office, tmp_path / "answer.bzb")
    folder = office.workspace.folder
    office.workspace.close()
    return bureau, folder


def _opens(clerk: Clerk, file: Path, patch: pytest.MonkeyPatch, spoken: str = SPOKEN) -> None:
    patch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(file), ""))
    clerk.sync("收到")

    def say(dialog: QInputDialog) -> None:
        (line,) = dialog.findChildren(QLineEdit)
        clerk.type_into(line, spoken)
        QTest.keyClick(line, Qt.Key.Key_Return)

    if spoken:
        clerk.in_dialog(QInputDialog, say)
    clerk.press_button("打开同步包")


def _sends(clerk: Clerk, folder: Path, patch: pytest.MonkeyPatch) -> Path:
    folder.mkdir()
    patch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))
    clerk.sync("送出")
    clerk.press_button("生成上报包到 U 盘")
    clerk.said("可以安全拔出")
    (made,) = folder.iterdir()
    return made


@pytest.mark.parametrize("loss", ["gone", "damaged", "another PC's"])
def test_lost_keys_end_in_a_sentence_and_a_fresh_file_brings_the_pc_back(
    reported: tuple[Session, Path], tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, loss: str
) -> None:
    bureau, folder = reported
    keys = folder / "keys"
    if loss == "gone":
        shutil.rmtree(keys)
    elif loss == "damaged":
        (keys / "device.key").write_text("?")
    else:
        shutil.rmtree(keys)
        shutil.copytree(bureau.workspace.folder / "keys", keys)
        (keys / "root.key").unlink()
    clerk = Clerk(folder, qtbot, set())
    with clerk.at_work() as at_work:
        if loss == "gone":
            at_work.said("请向市局要一份换电脑用的授权文件")
        standard(clerk.window.desk.session, "授权丢失以后填的")
        monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
        clerk.sync("送出")
        clerk.press_button("生成上报包到 U 盘")
        clerk.said("请向市局要一份换电脑用的授权文件")
        _opens(clerk, tmp_path / "unit.json", monkeypatch, spoken="")
        clerk.said("已经用过，请向市局要一份新的")
        device = clerk.window.desk.session.identity.device
        (computer,) = units.computers(bureau, clerk.window.desk.session.identity.organisation)
        assert (computer.device, computer.person) == (device, "陈立")
        units.withdraw(bureau, device)
        units.further_unit_file(bureau, clerk.window.desk.session.identity.organisation, tmp_path / "2.json", SPOKEN)
        _opens(clerk, tmp_path / "2.json", monkeypatch)
        clerk.said("已登记为新的一台")
        assert clerk.window.desk.session.identity.device != device
        made = _sends(clerk, tmp_path / "stick", monkeypatch)
    assert not syncing.apply_bundle(bureau, made).refused
    assert titles(bureau) == ["已上报的标准", "授权丢失以后填的"]
    syncing.make_bundle(bureau, tmp_path / "down.bzb", units.overview(bureau)[0].organisation)
    with clerk.at_work():
        assert clerk.window.notice.sentence == "", "nothing is wrong any more"
        assert not syncing.apply_bundle(clerk.window.desk.session, tmp_path / "down.bzb").refused
    bureau.workspace.close()


def test_what_was_sealed_by_the_lost_keys_and_never_sent_is_not_lost(
    reported: tuple[Session, Path], tmp_path: Path
) -> None:
    bureau, folder = reported
    office = setup.open_library(folder)
    device = office.identity.device
    standard(office, "封好而没有送到的")
    syncing.make_bundle(office, tmp_path / "lost.bzb")
    shutil.rmtree(folder / "keys")
    units.withdraw(bureau, device)
    units.further_unit_file(bureau, office.identity.organisation, tmp_path / "2.json", "")
    office = setup.join_later(office, tmp_path / "2.json")
    syncing.make_bundle(office, tmp_path / "again.bzb")
    assert not syncing.apply_bundle(bureau, tmp_path / "again.bzb").refused
    assert titles(bureau) == ["封好而没有送到的", "已上报的标准"]
    for session in (office, bureau):
        session.workspace.close()


@pytest.mark.parametrize("reported", [True, False], indirect=True, ids=["answered", "unanswered"])
def test_a_copied_library_becomes_a_pc_of_its_own_and_the_first_stays_what_it_is(
    reported: tuple[Session, Path], tmp_path: Path
) -> None:
    bureau, folder = reported
    shutil.copytree(folder, tmp_path / "copy")
    first, copy = setup.open_library(folder), setup.open_library(tmp_path / "copy")
    units.further_unit_file(bureau, first.identity.organisation, tmp_path / "2.json", "")
    copy = setup.join_later(copy, tmp_path / "2.json")
    again = setup.join_later(copy, tmp_path / "2.json")
    assert again.identity.device == copy.identity.device != first.identity.device, "opened twice it is the same PC"
    for session, title in ((first, "原来的电脑填的"), (copy, "复制的电脑填的")):
        standard(session, title)
    for _ in range(2):
        for at, session in enumerate((first, copy)):
            path = tmp_path / f"{at}.bzb"
            syncing.make_bundle(session, path)
            assert not syncing.apply_bundle(bureau, path).refused
            syncing.make_bundle(bureau, path, session.identity.organisation)
            assert not syncing.apply_bundle(session, path).refused
            path.unlink()
    path = tmp_path / "last.bzb"
    syncing.make_bundle(bureau, path, first.identity.organisation)
    syncing.apply_bundle(first, path)
    assert dump(first) == dump(copy)
    assert len(units.computers(bureau, first.identity.organisation)) == 2
    for session in (first, copy, bureau):
        session.workspace.close()
