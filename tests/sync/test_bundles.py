"""Bundles: what an office sends its bureau and gets back; nothing foreign, changed or misplaced is taken in."""

import json
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.app import editing, history, sending_down, setup, syncing, units
from desktop.app.editing import Edit
from desktop.app.session import Session
from desktop.domain.errors import Refusal
from desktop.domain.query import Query, owner_of
from desktop.domain.record import Cell
from desktop.store.backup import backups
from desktop.sync import container, graph, making, segments, signing
from desktop.sync.canon import canonical, digest, pack
from desktop.sync.conflicts import conflicts
from tests.libraries import another_office, dump, pair, version_of
from tests.sync.mailing import Pair


def _entry(office: Session, title: str = "标准化工作导则") -> str:
    rows = office.read.rows(Query("system_version"))
    own = [row for row in rows if owner_of(str(row["key"])) == office.identity.organisation]
    version = own[0]["key"] if own else version_of(office)
    return editing.add_row(
        office, "detail_entry", {"standard.title": title, "department": "综合处"}, fixed={"version": version}
    )[1]


def _plain(office: Session, path: Path) -> None:
    """A bundle anybody can open, so that a test can change what is inside."""
    making.make(office.workspace, office.person, path, office.identity.superior, encrypted=False)


def _send(office: Session, bureau: Session, path: Path) -> Path:
    syncing.make_bundle(office, path)
    syncing.apply_bundle(bureau, path)
    return path


def _own(session: Session, organisation: str) -> dict[str, list[dict[str, Cell]]]:
    return {
        ledger: [row for row in rows if owner_of(str(row["key"])) == organisation]
        for ledger, rows in dump(session).items()
        if ledger != "setting"
    }


def test_the_bureau_sees_the_rows_the_office_sent_with_their_history(both: Pair, tmp_path: Path) -> None:
    bureau, office = both
    key = _entry(office)
    editing.edit_cells(office, "detail_entry", [Edit(key, "department", "资产处")], basis="会议纪要")
    syncing.make_bundle(office, tmp_path / "a.bzb")
    outcome = syncing.apply_bundle(bureau, tmp_path / "a.bzb")
    assert (outcome.sender_name, outcome.refused, outcome.conflicts) == ("西湖区机关事务服务中心", 0, 0)
    assert outcome.added == len(outcome.rows) > 0
    assert _own(bureau, office.identity.organisation) == _own(office, office.identity.organisation)
    line = history.of_record(bureau, "detail_entry", key)[0]
    assert (line.person, line.label, line.basis, line.old, line.new) == (
        "陈立",
        "修改责任处室",
        "会议纪要",
        "综合处",
        "资产处",
    )


def test_looking_into_a_bundle_changes_nothing_and_counts_as_applying_does(both: Pair, tmp_path: Path) -> None:
    bureau, office = both
    _entry(office)
    syncing.make_bundle(office, tmp_path / "a.bzb")
    before = dump(bureau)
    seen = syncing.inspect_bundle(bureau, tmp_path / "a.bzb")
    assert dump(bureau) == before
    assert bureau.read.connection.execute("SELECT count(*) FROM sync_seg").fetchone()[0] == 0
    assert syncing.figures(seen) == syncing.figures(syncing.apply_bundle(bureau, tmp_path / "a.bzb"))


def test_a_second_time_is_a_no_op(both: Pair, tmp_path: Path) -> None:
    bureau, office = both
    _entry(office)
    path = _send(office, bureau, tmp_path / "a.bzb")
    before, segs = dump(bureau), bureau.read.connection.execute("SELECT count(*) FROM sync_seg").fetchone()
    again = syncing.apply_bundle(bureau, path)
    assert (again.added, again.changed, again.refused, again.new_segments) == (0, 0, 0, 0)
    assert again.equal > 0
    assert dump(bureau) == before
    assert bureau.read.connection.execute("SELECT count(*) FROM sync_seg").fetchone() == segs
    assert syncing.in_words(again, rehearsal=False).endswith("无新内容")


def test_an_apply_is_preceded_by_a_backup(both: Pair, tmp_path: Path) -> None:
    bureau, office = both
    _send(office, bureau, tmp_path / "a.bzb")
    assert "同步前" in {item.reason for item in backups(bureau.workspace.folder)}


def test_a_lost_bundle_heals_with_the_next(both: Pair, tmp_path: Path) -> None:
    bureau, office = both
    key = _entry(office)
    syncing.make_bundle(office, tmp_path / "lost.bzb")
    editing.edit_cells(office, "detail_entry", [Edit(key, "department", "资产处")])
    _send(office, bureau, tmp_path / "b.bzb")
    assert _own(bureau, office.identity.organisation) == _own(office, office.identity.organisation)


def test_bundles_in_the_wrong_order_end_the_same(both: Pair, tmp_path: Path) -> None:
    bureau, office = both
    key = _entry(office)
    _send(office, bureau, tmp_path / "0.bzb")
    _answer(bureau, office, tmp_path / "ack.bzb")
    for number in (1, 2):
        editing.edit_cells(office, "detail_entry", [Edit(key, "department", f"第{number}处")])
        syncing.make_bundle(office, tmp_path / f"{number}.bzb")
    for name in ("2", "1"):
        syncing.apply_bundle(bureau, tmp_path / f"{name}.bzb")
    assert _own(bureau, office.identity.organisation) == _own(office, office.identity.organisation)


def _answer(bureau: Session, office: Session, path: Path) -> None:
    syncing.make_bundle(bureau, path, office.identity.organisation)
    syncing.apply_bundle(office, path)


def test_what_the_bureau_acknowledged_is_not_sent_again(both: Pair, tmp_path: Path) -> None:
    bureau, office = both
    _entry(office)
    _send(office, bureau, tmp_path / "a.bzb")
    assert container.read(tmp_path / "a.bzb", bureau.workspace.folder).segment_names() != []
    _answer(bureau, office, tmp_path / "b.bzb")
    syncing.make_bundle(office, tmp_path / "c.bzb")
    assert container.read(tmp_path / "c.bzb", bureau.workspace.folder).segment_names() == []


def test_the_bureau_sends_a_checklist_to_all_and_a_note_to_one(both: Pair, tmp_path: Path) -> None:
    bureau, office = both
    third = another_office(bureau, tmp_path)
    key = _entry(office)
    _send(office, bureau, tmp_path / "a.bzb")
    with bureau.write("模板") as transaction:
        checklist = transaction.insert("checklist", {"code": "JC-09", "title": "会议服务"})
        transaction.insert("checklist_item", {"checklist": checklist, "position": "000001", "content": "会前调试设备"})
    sending_down.issue_checklist(bureau, checklist)
    sending_down.review(bureau, "detail_entry", key, "return", "请补标准号")
    for session in (office, third):
        _answer(bureau, session, tmp_path / f"{session.identity.organisation}.bzb")
        assert [row["title"] for row in session.read.rows(Query("checklist"))] == ["会议服务"]
        assert [row["content"] for row in session.read.rows(Query("checklist_item"))] == ["会前调试设备"]
    assert [row["body"] for row in office.read.rows(Query("review_note"))] == ["请补标准号"]
    assert third.read.count(Query("review_note")) == 0
    assert third.read.count(Query("detail_entry")) == 0
    third.workspace.close()


def test_the_bureaus_rows_are_read_only_in_an_office_and_say_why(both: Pair, tmp_path: Path) -> None:
    bureau, office = both
    with bureau.write("模板") as transaction:
        checklist = transaction.insert("checklist", {"code": "JC-09", "title": "会议服务"})
    sending_down.issue_checklist(bureau, checklist)
    _answer_first(bureau, office, tmp_path)
    (row,) = office.read.rows(Query("checklist"))
    with pytest.raises(Refusal, match="市局下发的检查表模板，本单位只能查看"):
        editing.edit_cells(office, "checklist", [Edit(str(row["key"]), "title", "改")])


def _answer_first(bureau: Session, office: Session, tmp_path: Path) -> None:
    _send(office, bureau, tmp_path / "first.bzb")
    _answer(bureau, office, tmp_path / "answer.bzb")


def test_a_foreign_signer_is_refused(both: Pair, tmp_path: Path) -> None:
    _, office = both
    other_bureau = setup.found(tmp_path / "b2", "bureau", "宁波市局", "330200", "外人")
    _entry(office)
    _plain(office, tmp_path / "a.bzb")
    before = dump(other_bureau)
    with pytest.raises(Refusal, match="没有读入，请核对来源") as refused:
        syncing.apply_bundle(other_bureau, tmp_path / "a.bzb")
    assert refused.value.code == "foreign_signer"
    assert dump(other_bureau) == before
    assert backups(other_bureau.workspace.folder) == []
    other_bureau.workspace.close()


def test_a_bundle_for_somebody_else_is_refused(both: Pair, tmp_path: Path) -> None:
    bureau, office = both
    third = another_office(bureau, tmp_path)
    _send(office, bureau, tmp_path / "a.bzb")
    syncing.make_bundle(bureau, tmp_path / "b.bzb", office.identity.organisation)
    with pytest.raises(Refusal, match="发给其他单位"):
        syncing.apply_bundle(third, tmp_path / "b.bzb")
    third.workspace.close()


def test_a_second_pc_cannot_use_the_same_unit_file(both: Pair, tmp_path: Path) -> None:
    bureau, office = both
    _send(office, bureau, tmp_path / "a.bzb")
    twin = setup.join(tmp_path / "twin", tmp_path / "unit.json", "冒用")
    syncing.make_bundle(twin, tmp_path / "t.bzb")
    with pytest.raises(Refusal) as refused:
        syncing.apply_bundle(bureau, tmp_path / "t.bzb")
    assert refused.value.code == "unit_file_used"
    twin.workspace.close()


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Session, bytes, Path]]:
    folder = tmp_path_factory.mktemp("sent")
    bureau, office = pair(folder)
    _entry(office)
    syncing.make_bundle(office, folder / "a.bzb")
    yield bureau, (folder / "a.bzb").read_bytes(), folder
    bureau.workspace.close()
    office.workspace.close()


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_flipped_or_missing_byte_never_gets_in(sent: tuple[Session, bytes, Path], data: st.DataObject) -> None:
    bureau, content, folder = sent
    place = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans()):
        damaged = content[:place] + bytes([content[place] ^ data.draw(st.integers(1, 255))]) + content[place + 1 :]
    else:
        damaged = content[:place]
    path = folder / "damaged.bzb"
    path.write_bytes(damaged)
    before = dump(bureau)
    try:
        bundle = container.read(path, bureau.workspace.folder)
    except Refusal as refusal:
        sentence = refusal.message
        with pytest.raises(Refusal):
            syncing.apply_bundle(bureau, path)
    else:
        sentence = "重新发送"
        intact = container.read(folder / "a.bzb", bureau.workspace.folder)
        same = (bundle.body, bundle.signature, bundle.files) == (intact.body, intact.signature, intact.files)
        assert same, "a zip may tolerate a byte that carries nothing, but then the content is the very same"
    assert sentence.endswith(("重新发送", "重新生成", "再打开", "那台电脑打开"))
    assert dump(bureau) == before


def _forged(office: Session, path: Path, stream: str, key: str, cells: dict[str, object], *, dev: str = "") -> None:
    """A bundle of the office with one further segment, correctly signed by its PC but with a content of our choice."""
    workspace = office.workspace
    _plain(office, path)
    bundle = container.read(path)
    told = segments.Told(1, "冒名者", "冒写", "")
    plain = segments.write_payload([segments.Operation(told, True, "standard", key, cells)])  # type: ignore[arg-type]
    parents = graph.load(workspace.connection, stream).head_hashes()
    gen = 1 + max([0, *graph.load(workspace.connection, stream).generation.values()])
    header = segments.Header(
        1,
        1,
        stream,
        dev or office.identity.device,
        parents,
        gen,
        1,
        {"standard": 1},
        digest(plain),
        len(plain),
        1,
        1,
        "x",
        1,
        "x",
    )
    body = canonical(msgspec.to_builtins(header))
    sha = digest(body)
    files = {**bundle.files, f"seg/{sha}.hdr": body, f"seg/{sha}.z": pack(plain),
             f"seg/{sha}.sig": signing.sign(workspace.folder, signing.DEVICE, body)}  # fmt: skip
    manifest = msgspec.structs.replace(bundle.manifest, files=container.listing(files))
    signature = signing.sign(workspace.folder, signing.DEVICE, canonical(msgspec.to_builtins(manifest)))
    container.write(path, manifest, signature, files)


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("row of another office", "其他单位的记录"),
        ("stream of another office", "不是由它所属的单位写的"),
        ("unknown pc", "不是由它所属的单位写的"),
        ("wrong kind of cell", "类型或长度不对"),
        ("key of no form", "其他单位的记录"),
    ],
)
def test_a_forged_segment_is_set_aside_and_the_rest_applies(
    both: Pair, tmp_path: Path, kind: str, sentence: str
) -> None:
    bureau, office = both
    third = another_office(bureau, tmp_path)
    theirs, ours = third.identity.organisation, office.identity.organisation
    entry = _entry(office)
    stream, key, cells, dev = f"{ours}.up", f"{ours}-{'0' * 26}", {"title": "冒写"}, ""
    if kind == "row of another office":
        key = f"{theirs}-{'0' * 26}"
    elif kind == "stream of another office":
        stream, key = f"{theirs}.up", f"{theirs}-{'0' * 26}"
    elif kind == "unknown pc":
        dev = "f" * 16
    elif kind == "wrong kind of cell":
        cells = {"title": 7}  # type: ignore[dict-item]
    else:
        key = f"{ours}-x"
    _forged(office, tmp_path / "a.bzb", stream, key, dict(cells), dev=dev)
    outcome = syncing.apply_bundle(bureau, tmp_path / "a.bzb")
    assert outcome.refused == 1 and sentence in outcome.notes[0]
    assert bureau.read.row("detail_entry", entry) is not None
    assert all(row["title"] != "冒写" for row in bureau.read.rows(Query("standard")))
    third.workspace.close()


@pytest.mark.parametrize(
    "kind", ["compressed", "traversal", "unlisted", "twice", "huge listing", "no zip", "empty", "newer"]
)
def test_hostile_containers_are_refused_whole(both: Pair, tmp_path: Path, kind: str) -> None:
    bureau, office = both
    _entry(office)
    path = tmp_path / "a.bzb"
    _plain(office, path)
    bundle = container.read(path)
    manifest, extra, method = json.loads(bundle.body), {}, zipfile.ZIP_STORED
    if kind == "compressed":
        method = zipfile.ZIP_DEFLATED
    elif kind == "traversal":
        extra = {"../../evil.txt": b"x"}
    elif kind == "unlisted":
        extra = {f"blob/{'a' * 64}": b"x"}
    elif kind == "huge listing":
        extra = {f"blob/{number:064x}": b"" for number in range(20_001)}
    elif kind == "newer":
        manifest["v"] = 99
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("manifest.json", canonical(manifest))
        archive.writestr("manifest.sig", bundle.signature)
        for name, content in {**bundle.files, **extra}.items():
            archive.writestr(name, content)
        if kind == "twice":
            with pytest.warns(UserWarning, match="Duplicate"):
                archive.writestr("manifest.sig", bundle.signature)
    if kind in ("no zip", "empty"):
        path.write_bytes(b"" if kind == "empty" else b"PK no zip at all")
    before = dump(bureau)
    with pytest.raises(Refusal) as refused:
        syncing.apply_bundle(bureau, path)
    assert refused.value.code == ("newer" if kind == "newer" else "damaged")
    assert dump(bureau) == before


def test_two_pcs_of_one_office_that_change_one_cell_are_a_visible_conflict(both: Pair, tmp_path: Path) -> None:
    """A copied library stands for the second PC here: the same stream, two branches."""
    bureau, office = both
    key = _entry(office)
    _send(office, bureau, tmp_path / "0.bzb")
    office.workspace.close()
    shutil.copytree(tmp_path / "office", tmp_path / "clone")
    one, two = setup.open_library(tmp_path / "office"), setup.open_library(tmp_path / "clone")
    editing.edit_cells(one, "detail_entry", [Edit(key, "department", "甲处")])
    editing.edit_cells(two, "detail_entry", [Edit(key, "department", "乙处"), Edit(key, "notes", "只此一边")])
    syncing.make_bundle(one, tmp_path / "1.bzb")
    syncing.make_bundle(two, tmp_path / "2.bzb")
    syncing.apply_bundle(bureau, tmp_path / "1.bzb")
    outcome = syncing.apply_bundle(bureau, tmp_path / "2.bzb")
    assert outcome.conflicts == 1
    row = bureau.read.row("detail_entry", key)
    assert row is not None and row["department"] in ("甲处", "乙处") and row["notes"] == "只此一边"
    (conflict,) = conflicts(bureau.read.connection)
    assert set(conflict.values) == {"甲处", "乙处"}
    _answer(bureau, one, tmp_path / "3.bzb")
    _send(one, bureau, tmp_path / "asking.bzb")
    _answer(bureau, one, tmp_path / "answering.bzb")
    assert len(conflicts(one.read.connection)) == 1
    editing.edit_cells(one, "detail_entry", [Edit(key, "department", "丙处")])
    syncing.make_bundle(one, tmp_path / "4.bzb")
    assert syncing.apply_bundle(bureau, tmp_path / "4.bzb").refused == 0
    assert conflicts(bureau.read.connection) == []
    assert bureau.read.row("detail_entry", key)["department"] == "丙处"  # type: ignore[index]
    one.workspace.close()
    two.workspace.close()


def test_city_rows_of_the_bureau_itself_stay_its_own(both: Pair, tmp_path: Path) -> None:
    bureau, office = both
    _entry(bureau, "市局机关标准")
    _entry(office, "区县标准")
    _send(office, bureau, tmp_path / "a.bzb")
    owners = dict(bureau.read.values(Query("detail_entry"), "owner"))
    assert owners == {bureau.identity.organisation: 1, office.identity.organisation: 1}
    _answer(bureau, office, tmp_path / "b.bzb")
    assert dict(office.read.values(Query("detail_entry"), "owner")) == {office.identity.organisation: 1}


def test_an_office_that_began_alone_joins_later_with_all_its_rows(tmp_path: Path) -> None:
    bureau = setup.found(tmp_path / "b", "bureau", "杭州市局", "330100", "李文")
    alone = setup.found(tmp_path / "o", "office", "西湖区中心", "330106", "陈立")
    key = _entry(alone)
    with pytest.raises(Refusal, match="还没有打开市局的授权文件"):
        syncing.make_bundle(alone, tmp_path / "a.bzb")
    units.new_unit(bureau, "西湖区中心", "330106", tmp_path / "u.json", alone.identity.organisation)
    joined = setup.join_later(alone, tmp_path / "u.json")
    syncing.make_bundle(joined, tmp_path / "a.bzb")
    syncing.apply_bundle(bureau, tmp_path / "a.bzb")
    assert bureau.read.row("detail_entry", key) is not None
    units.new_unit(bureau, "上城区中心", "330102", tmp_path / "other.json")
    with pytest.raises(Refusal, match="给其他单位的"):
        setup.join_later(joined, tmp_path / "other.json")
    alone.workspace.close()
    bureau.workspace.close()
