"""Damage on a disk: a kept file, a stick that writes wrongly, a bundle cut in its first bytes; each stops only itself."""

import os
from pathlib import Path

import pytest

from desktop.app import attachments, exchanged, syncing, units
from desktop.app.attachments import Given
from desktop.app.session import Session
from desktop.domain.errors import EnvironmentFault, Refusal
from desktop.domain.query import Query
from desktop.store import blobs
from desktop.sync import container, intake
from tests.libraries import another_office
from tests.sync.mailing import Mail, Pair, second_pc, standard, titles


def attach(session: Session, key: str, content: bytes, name: str = "批复.pdf") -> str:
    """A file to a standard; its hash."""
    attachments.add(session, "standard", key, [Given(name, content)])
    return next(str(row["sha256"]) for row in session.read.rows(Query("attachment")) if row["file_name"] == name)


def spoil(session: Session, sha: str, content: bytes = b"") -> Path:
    place = blobs.place(session.workspace.folder, sha)
    place.write_bytes(content)
    return place


def test_a_damaged_attachment_stays_out_and_is_named_and_everything_else_goes(both: Pair, mail: Mail) -> None:
    bureau, office = both
    key = standard(office, "会议服务规范")
    bad, good = attach(office, key, b"%PDF one", "批复.pdf"), attach(office, key, b"%PDF two", "纪要.pdf")
    assert exchanged.damaged_attachments(office) == ""
    spoil(office, bad, b"%PDF onX")
    path = mail.make(office)
    made = container.read(path, bureau.workspace.folder)
    assert made.blob_names == (good,)
    assert made.manifest.left_out == container.LeftOut()
    assert made.manifest.want_blobs == [bad], "the other side is asked for its copy"
    told = exchanged.damaged_attachments(office)
    assert "“批复.pdf”（会议服务规范）" in told and "纪要" not in told and told.count("。") == 0
    (item,) = (item for item in attachments.of_record(office, "standard", key) if item.name == "批复.pdf")
    with pytest.raises(Refusal, match="已损坏"):
        attachments.open_copy(office, item.key)
    syncing.apply_bundle(bureau, path)
    assert titles(bureau) == ["会议服务规范"]
    assert [bureau.read.caption(*row) for row in exchanged.missing_attachments(bureau)] == ["批复.pdf"]


def test_adding_the_file_again_mends_a_damaged_attachment(both: Pair, mail: Mail) -> None:
    _, office = both
    key = standard(office, "会议服务规范")
    sha = attach(office, key, b"%PDF one")
    spoil(office, sha)
    mail.make(office)
    changes = attachments.add(office, "standard", key, [Given("批复.pdf", b"%PDF one")])
    assert len(changes.keys["attachment"]) == 1
    assert len(attachments.of_record(office, "standard", key)) == 1, "no second row"
    assert exchanged.damaged_attachments(office) == "" and blobs.is_whole(office.workspace.folder, sha)
    assert container.read(mail.make(office), both[0].workspace.folder).blob_names == (sha,)


def test_a_damaged_copy_is_asked_for_and_mended_by_the_other_side(both: Pair, mail: Mail, tmp_path: Path) -> None:
    bureau, office = both
    sha = attach(office, standard(office, "会议服务规范"), b"hello" * 50)
    mail.send(office, bureau)
    mail.send(bureau, office)
    spoil(bureau, sha, b"hellx" * 50)
    rebuilt = second_pc(bureau, office, tmp_path, "新机")
    mail.send(rebuilt, bureau)
    mail.send(bureau, rebuilt)
    assert [rebuilt.read.caption(*row) for row in exchanged.missing_attachments(rebuilt)] == ["批复.pdf"]
    mail.send(bureau, office)
    mail.send(office, bureau)
    assert blobs.is_whole(bureau.workspace.folder, sha) and exchanged.damaged_attachments(bureau) == ""
    mail.send(bureau, rebuilt)
    assert blobs.is_whole(rebuilt.workspace.folder, sha)
    rebuilt.workspace.close()


def test_a_damaged_file_gives_way_to_the_whole_one_that_comes_with_a_bundle(both: Pair, mail: Mail) -> None:
    bureau, office = both
    sha = attach(office, standard(office, "会议服务规范"), b"hello")
    path = mail.make(office)
    syncing.apply_bundle(bureau, path)
    spoil(bureau, sha, b"hellx")
    assert syncing.inspect_bundle(bureau, path).new_blobs == 1
    assert syncing.apply_bundle(bureau, path).new_blobs == 1
    assert blobs.place(bureau.workspace.folder, sha).read_bytes() == b"hello"
    assert syncing.inspect_bundle(bureau, path).new_blobs == 0


def test_a_row_that_names_no_hash_is_refused_and_touches_no_file(both: Pair) -> None:
    _, office = both
    with pytest.raises(Refusal) as refused, office.write("附件") as transaction:
        transaction.insert("attachment", {"file_name": "a", "sha256": "../../library.db", "size": 1})
    assert refused.value.code == "does_not_fit"


def test_one_unit_that_cannot_be_served_does_not_stop_the_others(
    both: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bureau, _ = both
    other = another_office(bureau, tmp_path)
    stick = tmp_path / "stick"
    stick.mkdir()
    first = syncing.reachable(bureau)[0]
    make = syncing.make_bundle

    def fails(session: Session, path: Path, recipient: str = "", *, for_mail: bool = False) -> object:
        if recipient == first.identity:
            raise Refusal("too_many", "要送的内容太多")
        return make(session, path, recipient, for_mail=for_mail)

    monkeypatch.setattr(syncing, "make_bundle", fails)
    made = syncing.make_for_all(bureau, stick)
    assert [(item.unit, item.path is None, item.why_not) for item in made] == [
        (first.name, True, "要送的内容太多"), (syncing.reachable(bureau)[1].name, False, "")
    ]  # fmt: skip
    assert list(stick.iterdir()) == [made[1].path]
    other.workspace.close()


@pytest.mark.parametrize("place", [0, 6, 400, 700, 1000, 2000])
def test_a_stick_that_writes_wrongly_is_blamed_itself(
    both: Pair, mail: Mail, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: int
) -> None:
    _, office = both
    real = os.fsync

    def spoils(handle: int) -> None:
        real(handle)
        os.lseek(handle, place, os.SEEK_SET)
        os.write(handle, b"????")

    monkeypatch.setattr(os, "fsync", spoils)
    with pytest.raises(EnvironmentFault, match=r"读回核对不符.*换一个 U 盘"):
        mail.make(office)
    assert not list(tmp_path.glob("*.bzb*"))


def test_a_bundle_of_attachments_alone_says_so_before_and_after(both: Pair, mail: Mail, tmp_path: Path) -> None:
    bureau, office = both
    attach(office, standard(office, "会议服务规范"), os.urandom(9 * 1024**2))
    syncing.make_bundle(office, tmp_path / "mail.bzb", for_mail=True)
    syncing.apply_bundle(bureau, tmp_path / "mail.bzb")
    mail.send(bureau, office)
    path = mail.make(office)
    seen = syncing.inspect_bundle(bureau, path)
    assert (seen.new_segments, seen.new_blobs) == (0, 1)
    assert "尚未写入" in syncing.in_words(seen, rehearsal=True) and "附件 1 个" in syncing.in_words(
        seen, rehearsal=True
    )
    assert len(exchanged.missing_attachments(bureau)) == 1
    assert "应用完毕" in syncing.in_words(syncing.apply_bundle(bureau, path), rehearsal=False)
    assert exchanged.missing_attachments(bureau) == []
    assert "附件 1 个" in exchanged.in_words(exchanged.entries(bureau)[0])
    assert "无新内容" in syncing.in_words(syncing.apply_bundle(bureau, path), rehearsal=False)


def test_a_folder_names_every_bundle_however_its_first_bytes_are_damaged(both: Pair, tmp_path: Path) -> None:
    bureau, office = both
    stick = tmp_path / "stick"
    stick.mkdir()
    standard(office, "第一")
    syncing.make_bundle(office, stick / "好.bzb")
    content = (stick / "好.bzb").read_bytes()
    (stick / "空.bzb").write_bytes(b"")
    (stick / "扇区坏.bzb").write_bytes(bytes(512) + content[512:])
    (stick / "不是包.zip").write_bytes(b"")
    (stick / "文件夹.bzb").mkdir()
    results = syncing.apply_folder(bureau, syncing.bundles_in(stick))
    assert {item.path.name: item.ok for item in results} == {"好.bzb": True, "空.bzb": False, "扇区坏.bzb": False}
    assert all("重新发送" in item.sentence for item in results if not item.ok)


@pytest.mark.expects_log("读入同步包时出错")
def test_a_file_that_fails_in_an_unforeseen_way_does_not_stop_the_folder(
    both: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bureau, office = both
    other = another_office(bureau, tmp_path)
    paths = [tmp_path / "1.bzb", tmp_path / "2.bzb"]
    for session, path in zip((office, other), paths, strict=True):
        standard(session, session.identity.name)
        syncing.make_bundle(session, path)
    judge = intake.judge_signer

    def fails(workspace: object, connection: object, bundle: container.Bundle) -> None:
        if bundle.manifest.sender == office.identity.device:
            raise OverflowError
        judge(workspace, connection, bundle)  # type: ignore[arg-type]

    monkeypatch.setattr(intake, "judge_signer", fails)
    bad, good = syncing.apply_folder(bureau, paths)
    assert (bad.ok, good.ok) == (False, True) and "联系维护人员" in bad.sentence
    assert titles(bureau) == [other.identity.name]
    assert [unit.word for unit in units.overview(bureau)].count("已报") == 1
    other.workspace.close()
