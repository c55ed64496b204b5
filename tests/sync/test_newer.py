"""Bundles of a PC with a newer program at one with an older: what cannot be shown yet is said."""

from pathlib import Path

from desktop.app import syncing
from desktop.app.session import Session
from desktop.store.workspace import Workspace
from tests.libraries import pair
from tests.sync.mailing import standard, titles
from tests.sync.world import LATER

WORDS = "升级本程序后自动出现"


def test_content_of_a_newer_version_is_said_to_be_kept(tmp_path: Path) -> None:
    bureau, office = pair(tmp_path)
    key = standard(office, "会议服务规范")
    syncing.make_bundle(office, tmp_path / "1.bzb")
    assert syncing.apply_bundle(bureau, tmp_path / "1.bzb").notes == []
    office.workspace.close()
    office = Session(Workspace.open(office.workspace.folder, schema=LATER), "陈立")
    with office.write("填新字段") as transaction:
        transaction.update("standard", key, {"steward": "张敏"})
    syncing.make_bundle(office, tmp_path / "2.bzb")
    for outcome in (
        syncing.inspect_bundle(bureau, tmp_path / "2.bzb"), syncing.apply_bundle(bureau, tmp_path / "2.bzb")
    ):  # fmt: skip
        assert [WORDS in note for note in outcome.notes] == [True]
    assert syncing.apply_bundle(bureau, tmp_path / "2.bzb").notes == [], "said once, when it comes"
    with office.write("改旧字段") as transaction:
        transaction.update("standard", key, {"title": "改过"})
    syncing.make_bundle(office, tmp_path / "3.bzb")
    outcome = syncing.apply_bundle(bureau, tmp_path / "3.bzb")
    assert (titles(bureau), outcome.notes) == (["改过"], []), "what both versions know needs no word"
    for session in (bureau, office):
        session.workspace.close()
