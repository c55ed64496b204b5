"""The sync page when an attachment is damaged or comes alone."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.app import attachments, exchanged, syncing
from desktop.app.attachments import Given
from desktop.app.session import Session
from desktop.domain.query import Query
from desktop.store import blobs
from desktop.ui.pages.sync import SyncPage
from desktop.ui.window import MainWindow
from tests.libraries import another_office, pair
from tests.sync.mailing import Mail, second_pc, standard
from tests.ui.desks import open_window


@pytest.fixture
def both(tmp_path: Path) -> Iterator[tuple[Session, Session]]:
    bureau, office = pair(tmp_path)
    yield bureau, office
    bureau.workspace.close()
    office.workspace.close()


def sync_page(window: MainWindow) -> SyncPage:
    window.show_page("sync")
    page = window.current
    assert isinstance(page, SyncPage)
    return page


def attach(session: Session, content: bytes) -> str:
    attachments.add(session, "standard", standard(session, "会议服务规范"), [Given("批复.pdf", content)])
    return str(session.read.rows(Query("attachment"))[0]["sha256"])


def test_the_sender_reads_which_attachment_is_damaged_and_the_bundle_is_there(
    both: tuple[Session, Session], tmp_path: Path, qtbot: QtBot
) -> None:
    _, office = both
    blobs.place(office.workspace.folder, attach(office, b"%PDF")).write_bytes(b"")
    stick = tmp_path / "stick"
    stick.mkdir()
    with open_window(office) as window:
        sync_page(window).sending.make_in(stick)
        qtbot.waitUntil(lambda: "可以安全拔出" in window.notice.sentence)
        assert "附件已损坏" in window.notice.sentence and "“批复.pdf”（会议服务规范）" in window.notice.sentence
    assert len(list(stick.glob("*.bzb"))) == 1


def test_all_units_get_their_bundle_and_the_damaged_attachment_is_named(
    both: tuple[Session, Session], tmp_path: Path, qtbot: QtBot
) -> None:
    bureau, office = both
    mail = Mail(tmp_path)
    other = another_office(bureau, tmp_path)
    sha = attach(office, b"hello" * 50)
    mail.send(office, bureau)
    mail.send(bureau, office)
    blobs.place(bureau.workspace.folder, sha).write_bytes(b"hellx")
    rebuilt = second_pc(bureau, office, tmp_path, "新机")
    mail.send(rebuilt, bureau)
    stick = tmp_path / "stick"
    stick.mkdir()
    with open_window(bureau) as window:
        sync_page(window).sending.make_all_in(stick)
        qtbot.waitUntil(lambda: "已为 2 个单位各生成一个下发包" in window.notice.sentence)
        assert "“批复.pdf”（会议服务规范）" in window.notice.sentence
    assert len(list(stick.glob("*.bzb"))) == 2
    for session in (other, rebuilt):
        session.workspace.close()


def test_a_bundle_of_attachments_alone_waits_for_the_persons_word(
    both: tuple[Session, Session], tmp_path: Path, qtbot: QtBot
) -> None:
    bureau, office = both
    attach(office, os.urandom(9 * 1024**2))
    syncing.make_bundle(office, tmp_path / "mail.bzb", for_mail=True)
    syncing.apply_bundle(bureau, tmp_path / "mail.bzb")
    Mail(tmp_path).send(bureau, office)
    syncing.make_bundle(office, tmp_path / "stick.bzb")
    with open_window(bureau) as window:
        receiving = sync_page(window).receiving
        receiving.open(tmp_path / "stick.bzb")
        qtbot.waitUntil(receiving.apply_button.isEnabled)
        assert "附件 1 个" in receiving.told.text() and len(exchanged.missing_attachments(bureau)) == 1
        receiving.apply_button.click()
        qtbot.waitUntil(lambda: "应用完毕" in receiving.told.text())
        assert exchanged.missing_attachments(bureau) == []
