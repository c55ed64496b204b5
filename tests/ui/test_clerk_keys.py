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
from desktop.domain.errors import Refusal
from desktop.sync import encryption
from desktop.ui.authority_card import AuthorityCard
from desktop.ui.pages.settings import SettingsPage
from tests.libraries import dump, pair
from tests.sync.mailing import standard, titles
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


def test_a_damaged_key_is_told_when_a_file_is_opened_too(reported: tuple[Session, Path], tmp_path: Path) -> None:
    bureau, folder = reported
    office = setup.open_library(folder)
    syncing.make_bundle(bureau, tmp_path / "down.bzb", office.identity.organisation)
    (folder / "keys" / "box.key").write_text("00")
    for work in (syncing.inspect_bundle, syncing.apply_bundle):
        with pytest.raises(Refusal, match="请向市局要一份换电脑用的授权文件"):
            work(office, tmp_path / "down.bzb")
    for session in (office, bureau):
        session.workspace.close()


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


def test_the_bureaus_lost_authority_is_taken_back_from_its_saved_file(
    reported: tuple[Session, Path], tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    bureau, folder = reported
    bureau.workspace.close()
    clerk, saved = Clerk(bureau.workspace.folder, qtbot, set()), tmp_path / "授权备份.json"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(saved), ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(saved), ""))
    with clerk.at_work():
        clerk.go("设置")
        clerk.press_button("存授权备份…")
        clerk.said("授权备份已存好")
        card = clerk.page(SettingsPage).findChild(AuthorityCard)
        assert isinstance(card, AuthorityCard) and card.told.isVisible()
        spoken = card.told.text().removeprefix("口令 ").partition("\u3000")[0]
    assert not any(key.read_text() in saved.read_text() for key in (clerk.folder / "keys").iterdir())
    shutil.rmtree(clerk.folder / "keys")

    def say(words: str) -> None:
        def answer(dialog: QInputDialog) -> None:
            (line,) = dialog.findChildren(QLineEdit)
            clerk.type_into(line, words)
            QTest.keyClick(line, Qt.Key.Key_Return)

        clerk.in_dialog(QInputDialog, answer)
        clerk.press_button("找回授权…")

    with clerk.at_work():
        clerk.said("请到“设置”用授权备份找回")
        clerk.go("设置")
        say("12345 12345 12345 12345")
        clerk.said("口令不对，请核对保存授权备份时记下的口令")
        say(spoken)
        clerk.said("授权已找回")
        units.new_unit(clerk.window.desk.session, "淳安县机关事务中心", "330127", tmp_path / "c.json")
        say(spoken)
        clerk.said("不用找回")
    bureau, office = setup.open_library(clerk.folder), setup.open_library(folder)
    syncing.make_bundle(bureau, tmp_path / "down2.bzb", office.identity.organisation)
    assert not syncing.apply_bundle(office, tmp_path / "down2.bzb").refused
    with pytest.raises(Refusal, match="由市局保存"):
        setup.save_authority(office, tmp_path / "x.json", "1" * 20)
    for session in (bureau, office):
        session.workspace.close()


@pytest.mark.parametrize(
    "content",
    [
        "", "{}", "[" * 100_000, '{"open":true,"salt":"00","sealed":"00"}', "x" * 70_000,
        *(encryption.protect(inner, "") for inner in (b"[]", b"\xff", b'{"keys":{"device.key":"zz"}}', b'{"keys":{"a":"00"}}')),
    ],
    ids=range(9),
)  # fmt: skip
def test_some_other_file_is_no_authority(reported: tuple[Session, Path], tmp_path: Path, content: str) -> None:
    bureau, _ = reported
    (tmp_path / "x.json").write_text(content)
    before = {path.name: path.read_text() for path in (bureau.workspace.folder / "keys").iterdir()}
    (bureau.workspace.folder / "keys" / "device.key").write_text("00")
    before["device.key"] = "00"
    with pytest.raises(Refusal) as refused:
        setup.take_back_authority(bureau, tmp_path / "x.json", "1")
    assert refused.value.code in ("bad_key_backup", "wrong_passphrase")
    assert {path.name: path.read_text() for path in (bureau.workspace.folder / "keys").iterdir()} == before
    bureau.workspace.close()


def test_another_bureaus_authority_is_refused(reported: tuple[Session, Path], tmp_path: Path) -> None:
    bureau, _ = reported
    other = setup.found(tmp_path / "n", "bureau", "宁波市局", "330200", "外人")
    spoken = "12345678901234567890"
    setup.save_authority(other, tmp_path / "n.json", spoken)
    shutil.rmtree(bureau.workspace.folder / "keys")
    with pytest.raises(Refusal, match="不是这份数据的授权备份"):
        setup.take_back_authority(bureau, tmp_path / "n.json", spoken)
    assert not (bureau.workspace.folder / "keys" / "device.key").exists()
    for session in (bureau, other):
        session.workspace.close()
