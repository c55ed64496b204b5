"""Who belongs to whom, over time: second and lost PCs, new names, mergers, rows entered by the bureau, a province."""

from pathlib import Path

import pytest

from desktop.app import editing, exchanged, history, settling, setup, syncing, units
from desktop.app.editing import Edit
from desktop.app.session import Session
from desktop.domain.errors import Refusal
from desktop.domain.ledgers.organisation import Organisation
from desktop.domain.query import Op, Test, owner_of
from desktop.sync import container, digests, encryption
from tests.libraries import another_office, version_of
from tests.sync.mailing import Mail, Pair, own, second_pc, standard, titles


def digest_of(session: Session) -> dict[str, str]:
    with session.workspace.exclusive() as connection:
        found = digests.of_streams(session.schema, connection)
    return {stream: value for stream, value in found.items() if stream.endswith((".up", ".all"))}


def test_a_passphrase_guards_the_unit_file(both: Pair, tmp_path: Path) -> None:
    bureau, office = both
    units.further_unit_file(bureau, office.identity.organisation, tmp_path / "guarded.json", "1234567890")
    assert setup.unit_file(tmp_path / "guarded.json").needs_passphrase
    with pytest.raises(Refusal, match="口令不对"):
        setup.join(tmp_path / "guessed", tmp_path / "guarded.json", "张敏", "1234567891")
    assert not (tmp_path / "guessed").exists(), "a wrong passphrase leaves nothing half founded"
    assert "1234567890" not in (tmp_path / "guarded.json").read_text()
    assert len(encryption.spoken_passphrase()) == 10


def test_a_second_pc_works_on_the_same_rows_by_way_of_the_bureau(both: Pair, mail: Mail, tmp_path: Path) -> None:
    bureau, one = both
    two = second_pc(bureau, one, tmp_path)
    key = standard(one, "公务用车管理规范")
    mail.send(one, bureau)
    mail.send(two, bureau)
    mail.send(bureau, two)
    assert "公务用车管理规范" in titles(two)
    editing.edit_cells(two, "standard", [Edit(key, "title", "公务用车服务规范")])
    mail.send(two, bureau)
    mail.send(bureau, one)
    assert titles(one) == titles(two) == titles(bureau)
    assert digest_of(one) == digest_of(two)
    two.workspace.close()


def test_two_pcs_of_one_office_exchange_directly(both: Pair, mail: Mail, tmp_path: Path) -> None:
    bureau, one = both
    two = second_pc(bureau, one, tmp_path)
    for session in (one, two):
        mail.send(session, bureau)
        mail.send(bureau, session)
    mail.send(bureau, one)
    standard(one, "食堂管理规范")
    ours = one.identity.organisation
    syncing.apply_bundle(two, mail.make(one, ours))
    assert "食堂管理规范" in titles(two)
    two.workspace.close()


def test_a_withdrawn_pc_is_refused_and_what_it_sent_before_stays(both: Pair, mail: Mail, tmp_path: Path) -> None:
    bureau, one = both
    two = second_pc(bureau, one, tmp_path)
    standard(two, "停用前")
    mail.send(two, bureau)
    (lost,) = [pc for pc in units.computers(bureau, one.identity.organisation) if pc.device == two.identity.device]
    units.withdraw(bureau, lost.device)
    standard(two, "停用后")
    outcome = mail.send(two, bureau)
    assert outcome.refused and any("已停用的电脑" in note for note in outcome.notes)
    mail.send(one, bureau)
    mail.send(bureau, one)
    assert "停用前" in titles(one)
    assert "停用后" not in titles(bureau)
    assert syncing.apply_bundle(one, mail.make(two, one.identity.organisation)).refused
    assert "停用后" not in titles(one)
    assert [pc.device for pc in units.computers(bureau, one.identity.organisation)] == [one.identity.device]
    two.workspace.close()


def test_what_a_colleague_took_over_from_a_withdrawn_pc_still_counts(both: Pair, mail: Mail, tmp_path: Path) -> None:
    bureau, one = both
    two = second_pc(bureau, one, tmp_path)
    mail.send(two, bureau)
    mail.send(one, bureau)
    mail.send(bureau, one)
    standard(two, "只给了同事")
    syncing.apply_bundle(one, mail.make(two, one.identity.organisation))
    units.withdraw(bureau, two.identity.device)
    standard(one, "同事接着写")
    mail.send(one, bureau)
    assert {"只给了同事", "同事接着写"} <= set(titles(bureau))
    assert own(bureau, one.identity.organisation) == own(one, one.identity.organisation)
    two.workspace.close()


def test_a_new_name_reaches_the_unit_with_the_next_bundle(both: Pair, mail: Mail) -> None:
    bureau, office = both
    mail.send(office, bureau)
    units.rename(bureau, office.identity.organisation, "西湖区机关事务管理局")
    mail.send(bureau, office)
    assert office.workspace.identity.name == "西湖区机关事务管理局"
    (unit,) = syncing.recipients(bureau)
    assert unit.name == "西湖区机关事务管理局"
    assert "西湖区机关事务服务中心" in str(unit.former_names)


def test_a_unit_merged_into_another_is_written_by_it(both: Pair, mail: Mail, tmp_path: Path) -> None:
    bureau, staying = both
    leaving = another_office(bureau, tmp_path)
    key = standard(leaving, "并入前的标准")
    for office in (staying, leaving):
        mail.send(office, bureau)
    units.merge(bureau, leaving.identity.organisation, staying.identity.organisation)
    mail.send(bureau, staying)
    assert "并入前的标准" in titles(staying)
    with staying.write("改") as transaction:
        transaction.update("standard", key, {"title": "并入后的标准"})
    mail.send(staying, bureau)
    assert "并入后的标准" in titles(bureau)
    standard(leaving, "并入后才送到的")
    mail.send(leaving, bureau)
    assert "并入后才送到的" not in titles(bureau)
    (waiting,) = units.late(bureau)
    assert (waiting.unit, waiting.parts) == (leaving.identity.name, 1)
    units.take_late(bureau, waiting.device)
    mail.send(staying, bureau)
    mail.send(bureau, staying)
    assert "并入后才送到的" in titles(bureau) and "并入后才送到的" in titles(staying)
    assert units.late(bureau) == []
    assert [unit.name for unit in syncing.recipients(bureau)] == [staying.identity.name]
    leaving.workspace.close()


def test_a_unit_the_bureau_entered_for_is_written_by_the_unit_it_is_merged_into(both: Pair, mail: Mail) -> None:
    bureau, staying = both
    mail.send(staying, bureau)
    _, gone = units.unit_without_program(bureau, "上城区机关事务服务中心", "330102")
    stand_in = units.enter_for(bureau, gone)
    key = standard(stand_in, "代录的标准")
    units.merge(bureau, gone, staying.identity.organisation)
    mail.send(bureau, staying)
    with pytest.raises(Refusal):
        editing.edit_cells(stand_in, "standard", [Edit(key, "title", "市局还在写")])
    editing.edit_cells(staying, "standard", [Edit(key, "title", "接收单位写的")])
    mail.send(staying, bureau)
    assert titles(bureau) == titles(staying) == ["接收单位写的"]


def test_rows_the_bureau_entered_pass_to_the_unit_with_their_history(both: Pair, mail: Mail, tmp_path: Path) -> None:
    bureau, _ = both
    _, organisation = units.unit_without_program(bureau, "上城区机关事务服务中心", "330102")
    stand_in = units.enter_for(bureau, organisation)
    key = standard(stand_in, "代录的标准")
    editing.edit_cells(stand_in, "standard", [Edit(key, "title", "代录后改过的标准")])
    assert owner_of(key) == organisation
    with pytest.raises(Refusal):
        editing.edit_cells(bureau, "standard", [Edit(key, "title", "市局自己不能改")])
    units.further_unit_file(bureau, organisation, tmp_path / "s.json", "")
    office = setup.join(tmp_path / "s", tmp_path / "s.json", "王海燕")
    mail.send(bureau, office)
    mail.send(office, bureau)
    assert titles(office) == ["代录后改过的标准"]
    editing.edit_cells(office, "standard", [Edit(key, "title", "单位接手后")])
    mail.send(office, bureau)
    assert titles(bureau) == ["单位接手后"]
    with pytest.raises(Refusal, match="由它自己填报"):
        units.enter_for(bureau, organisation)
    with pytest.raises(Refusal, match="请关闭代录窗口"):
        standard(stand_in, "接手之后市局不再代录")
    mail.send(bureau, office)
    assert own(bureau, organisation) == own(office, organisation)
    office.workspace.close()


def test_a_bureau_passes_its_offices_rows_on_to_its_province_unchanged(both: Pair, mail: Mail, tmp_path: Path) -> None:
    bureau, office = both
    province = setup.found(tmp_path / "p", "bureau", "浙江省机关事务管理局", "330000", "周省")
    units.new_unit(province, bureau.identity.name, "330100", tmp_path / "p.json", bureau.identity.organisation)
    bureau = setup.join_later(bureau, tmp_path / "p.json")
    standard(office, "区里的标准")
    mail.send(office, bureau)
    up = tmp_path / "up.bzb"
    syncing.make_bundle(bureau, up)
    syncing.apply_bundle(province, up)
    assert "区里的标准" in titles(province)
    assert own(province, office.identity.organisation) == own(office, office.identity.organisation)
    sent = "SELECT hash, hdr, sig, payload FROM sync_seg WHERE stream LIKE ? ORDER BY hash"
    ours = (f"{office.identity.organisation}.up",)
    assert (
        province.read.connection.execute(sent, ours).fetchall() == office.read.connection.execute(sent, ours).fetchall()
    )
    standard(office, "后来的标准")
    mail.send(office, bureau)
    syncing.make_bundle(bureau, tmp_path / "up2.bzb")
    syncing.apply_bundle(province, tmp_path / "up2.bzb")
    assert titles(province) == titles(office)
    province.workspace.close()


def test_a_subordinate_bureau_cannot_speak_for_anothers_units(both: Pair, mail: Mail, tmp_path: Path) -> None:
    bureau, office = both
    mail.send(office, bureau)
    rogue = setup.found(tmp_path / "r", "bureau", "冒名市局", "330200", "外人")
    units.new_unit(bureau, rogue.identity.name, "330200", tmp_path / "r.json", rogue.identity.organisation)
    rogue = setup.join_later(rogue, tmp_path / "r.json")
    units.new_unit(rogue, "冒充西湖", "330106", tmp_path / "x.json", office.identity.organisation)
    impostor = setup.join(tmp_path / "x", tmp_path / "x.json", "外人")
    standard(impostor, "冒充的标准")
    mail.send(impostor, rogue)
    mail.send(rogue, bureau)
    assert "冒充的标准" not in titles(bureau)
    impostor.workspace.close()
    rogue.workspace.close()


def test_two_values_wait_for_a_person_and_one_click_settles_them_everywhere(
    both: Pair, mail: Mail, tmp_path: Path
) -> None:
    bureau, one = both
    two = second_pc(bureau, one, tmp_path)
    key = standard(one, "原名")
    mail.send(one, bureau)
    mail.send(two, bureau)
    mail.send(bureau, two)
    editing.edit_cells(one, "standard", [Edit(key, "title", "一号机的名称")])
    editing.edit_cells(two, "standard", [Edit(key, "title", "二号机的名称")])
    mail.send(one, bureau)
    mail.send(two, bureau)
    mail.send(bureau, two)
    (conflict,) = settling.conflicts(two)
    assert {option.shown for option in conflict.options} == {"一号机的名称", "二号机的名称"}
    assert {option.said_by.split("，")[0] for option in conflict.options} == {"陈立", "张敏"}
    assert settling.places(two) == {("standard", key, "title")}
    shown = two.read.row("standard", key)
    assert shown is not None
    assert conflict.options[0].value == shown["title"]
    settling.settle(two, conflict, shown["title"])
    assert settling.conflicts(two) == [], "settled at once, before anything is sent"
    with pytest.raises(Refusal, match="两边的值都在修改记录里"):
        history.undo(two)
    mail.send(two, bureau)
    mail.send(bureau, one)
    for session in (one, two, bureau):
        assert settling.conflicts(session) == []
        row = session.read.row("standard", key)
        assert row is not None
        assert row["title"] == shown["title"]
    sheet = settling.settlement_sheet(two)
    (line,) = sheet.table.rows
    assert all(name in line.cells[3] for name in ("一号机的名称", "二号机的名称"))
    two.workspace.close()


def test_a_row_deleted_here_and_written_there_is_listed(both: Pair, mail: Mail, tmp_path: Path) -> None:
    bureau, one = both
    two = second_pc(bureau, one, tmp_path)
    key = standard(one, "留还是删")
    mail.send(one, bureau)
    mail.send(two, bureau)
    mail.send(bureau, two)
    editing.delete_rows(one, "standard", [key])
    editing.edit_cells(two, "standard", [Edit(key, "notes", "还要用")])
    mail.send(one, bureau)
    mail.send(two, bureau)
    mail.send(bureau, two)
    (conflict,) = settling.conflicts(two)
    assert {option.shown for option in conflict.options} == {settling.KEPT, settling.DELETED}
    settling.settle(two, conflict, 0)
    mail.send(two, bureau)
    mail.send(bureau, one)
    assert titles(one) == titles(two) == titles(bureau) == ["留还是删"]
    assert settling.conflicts(bureau) == []
    two.workspace.close()


def test_the_bureau_sees_but_does_not_settle_a_units_conflict(both: Pair, mail: Mail, tmp_path: Path) -> None:
    bureau, one = both
    two = second_pc(bureau, one, tmp_path)
    key = standard(one, "原名")
    mail.send(one, bureau)
    mail.send(two, bureau)
    mail.send(bureau, two)
    for session, title in ((one, "甲"), (two, "乙")):
        editing.edit_cells(session, "standard", [Edit(key, "title", title)])
        mail.send(session, bureau)
    (conflict,) = settling.conflicts(bureau)
    with pytest.raises(Refusal, match="由填报的单位自己处理"):
        settling.settle(bureau, conflict, "甲")
    (state,) = units.overview(bureau)
    assert (state.conflicts, state.computers, state.word) == (1, 2, "已报")
    two.workspace.close()


def test_a_bundle_in_the_wrong_order_is_kept_until_the_first_arrives(both: Pair, mail: Mail) -> None:
    bureau, office = both
    mail.send(office, bureau)
    mail.send(bureau, office)
    standard(office, "第一")
    first = mail.make(office)
    early = container.read(first, bureau.workspace.folder)
    standard(office, "第二")
    second = mail.make(office)
    later = container.read(second, bureau.workspace.folder)
    assert set(early.segment_names()) < set(later.segment_names()), "what is not acknowledged rides along"
    syncing.apply_bundle(bureau, second)
    assert syncing.apply_bundle(bureau, first).new_segments == 0
    assert titles(bureau) == ["第一", "第二"]


def test_parts_for_mail_may_be_opened_in_any_order(both: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bureau, office = both
    for number in range(6):
        standard(office, f"标准 {number} " + "长" * 3000)
        syncing.make_bundle(office, tmp_path / f"seal{number}.bzb")
    monkeypatch.setattr(syncing, "MAIL_SIZE", 3_000)
    made = syncing.make_for_mail(office, tmp_path)
    assert len(made) > 2
    outcomes = [syncing.apply_bundle(bureau, path) for path, _ in reversed(made)]
    assert outcomes[0].new_segments == 0
    assert exchanged.waiting_parts(bureau) == 0
    assert titles(bureau) == titles(office)


def test_a_folder_of_bundles_is_applied_in_one_run(both: Pair, mail: Mail, tmp_path: Path) -> None:
    bureau, office = both
    other = another_office(bureau, tmp_path)
    stick = tmp_path / "stick"
    stick.mkdir()
    for number, session in enumerate((office, other)):
        standard(session, f"标准 {number}")
        syncing.make_bundle(session, stick / f"{number}.bzb")
    (stick / "0.bzb").rename(stick / "0.bzb(1).zip")
    (stick / "坏的.bzb").write_bytes(b"BZB1" + bytes(100))
    (stick / "说明.txt").write_text("不是同步包")
    results = syncing.apply_folder(bureau, syncing.bundles_in(stick))
    assert [(result.path.name, result.ok) for result in results] == [
        ("0.bzb(1).zip", True), ("1.bzb", True), ("坏的.bzb", False)
    ]  # fmt: skip
    assert "重新发送" in results[2].sentence
    assert titles(bureau) == ["标准 0", "标准 1"]
    other.workspace.close()


def test_a_receipt_told_by_telephone_stops_the_repetition(both: Pair, mail: Mail) -> None:
    bureau, office = both
    standard(office, "第一")
    mail.send(office, bureau)
    code = syncing.receipt_for(bureau, office.identity.organisation)
    assert len(code) == 10
    with pytest.raises(Refusal, match="回执码不对"):
        syncing.take_receipt(office, code[:-1] + ("A" if code[-1] != "A" else "B"))
    assert syncing.take_receipt(office, f"{code[:5].lower()} {code[5:]}") == 1
    standard(office, "第二")
    again = mail.make(office)
    assert len(container.read(again, bureau.workspace.folder).segment_names()) == 1
    syncing.apply_bundle(bureau, again)
    assert titles(bureau) == ["第一", "第二"]


def test_everybody_may_read_the_header_and_only_the_recipient_the_rest(both: Pair, mail: Mail, tmp_path: Path) -> None:
    bureau, office = both
    standard(office, "不给别人看的名称")
    path = mail.make(office)
    said = syncing.announced(path)
    assert (said.organisation_name, said.recipients, said.number) == (
        office.identity.name, [bureau.identity.organisation], 1
    )  # fmt: skip
    assert said.counts["standard"] == 1
    assert "不给别人看的名称".encode() not in path.read_bytes()
    stranger = another_office(bureau, tmp_path)
    with pytest.raises(Refusal, match="发给其他单位") as refused:
        syncing.apply_bundle(stranger, path)
    assert refused.value.code == "not_for_us"
    stranger.workspace.close()


def test_a_changed_header_is_noticed(both: Pair, mail: Mail) -> None:
    bureau, office = both
    path = mail.make(office)
    content = path.read_bytes()
    assert content.count(b'"number":1') == 1
    path.write_bytes(content.replace(b'"number":1', b'"number":7'))
    with pytest.raises(Refusal, match="重新发送"):
        syncing.apply_bundle(bureau, path)


def test_the_organisation_row_of_a_joined_unit_is_found_once(both: Pair, mail: Mail) -> None:
    bureau, office = both
    mail.send(office, bureau)
    mail.send(bureau, office)
    known = office.read.records(Organisation, Test("identity", Op.IN, (office.identity.organisation,)))
    assert {owner_of(unit.key) for unit in known} <= {office.identity.organisation, bureau.identity.organisation}
    assert version_of(office)
