"""What people do that nobody meant them to: the wrong backup on the wrong PC, one unit file for two PCs, a bureau lost or
changed, a merger in the middle. In the end every library shows the same rows, and nothing typed is gone."""

import shutil
from pathlib import Path
from unittest import mock

import pytest

from desktop.app import editing, exchanged, opinions, sending_down, settling, setup, syncing, units
from desktop.app.editing import Edit
from desktop.app.session import Session
from desktop.domain.errors import EnvironmentFault, Refusal
from desktop.domain.query import Query
from desktop.store import backup
from desktop.sync import certificates, enrolment, log, peers, signing
from desktop.sync.signing import Certificate
from tests.libraries import another_office
from tests.sync.mailing import Mail, Pair, around, held, own, second_pc, standard, titles


@pytest.mark.parametrize("whole", [True, False])
def test_a_backup_of_a_dead_pc_on_its_follower_writes_nothing_under_a_wrong_key(
    *, whole: bool, both: Pair, mail: Mail, opened: list[Session], tmp_path: Path
) -> None:
    """The follower stays the PC that it was; if its own library is gone as well, nothing tells which keys it has."""
    bureau, dead = both
    around(mail, bureau, dead)
    standard(dead, "死机前没报的行")
    kept = tmp_path / "usb.db"
    shutil.copy(backup.make_backup(dead.workspace, "手动").path, kept)
    follower = second_pc(bureau, dead, tmp_path, "新机")
    around(mail, bureau, follower)
    follower.workspace.close()
    if whole:
        backup.restore(tmp_path / "新机", kept)
        follower = setup.open_library(tmp_path / "新机")
        opened.append(follower)
        assert signing.LOST not in setup.concerns(follower)
        standard(follower, "恢复后写的")
        for _ in range(2):
            around(mail, bureau, follower)
        assert titles(bureau) == titles(follower) == sorted(["死机前没报的行", "恢复后写的"])
        assert held(bureau) == []
        return
    (tmp_path / "新机" / "library.db").unlink()
    backup.restore(tmp_path / "新机", kept)
    follower = setup.open_library(tmp_path / "新机")
    assert signing.LOST in setup.concerns(follower)
    standard(follower, "恢复后写的")
    down = mail.make(bureau, dead.identity.organisation)
    for act in (lambda: syncing.apply_bundle(follower, down), lambda: syncing.make_for_mail(follower, tmp_path)):
        with pytest.raises(EnvironmentFault, match="授权不见了或已损坏"):
            act()
    units.further_unit_file(bureau, dead.identity.organisation, tmp_path / "fresh.json", "")
    follower = setup.join_later(follower, tmp_path / "fresh.json")
    opened.append(follower)
    around(mail, bureau, follower)
    assert titles(bureau) == titles(follower) == sorted(["死机前没报的行", "恢复后写的"])
    assert held(bureau) == []


def test_work_done_under_a_unit_file_that_another_pc_used_is_not_lost(
    both: Pair, mail: Mail, opened: list[Session], tmp_path: Path
) -> None:
    bureau, one = both
    two = setup.join(tmp_path / "two", tmp_path / "unit.json", "二号")
    around(mail, bureau, one)
    standard(two, "一周的工作")
    with pytest.raises(Refusal, match="已用在该单位的另一台电脑上"):
        mail.send(two, bureau)
    units.further_unit_file(bureau, one.identity.organisation, tmp_path / "fresh.json", "")
    two = setup.join_later(two, tmp_path / "fresh.json")
    opened.append(two)
    standard(two, "换了授权文件之后")
    around(mail, bureau, two, one)
    assert titles(bureau) == titles(two) == titles(one) == sorted(["一周的工作", "换了授权文件之后"])
    assert own(bureau, one.identity.organisation) == own(two, one.identity.organisation)


def test_what_a_colleague_took_over_from_a_withdrawn_pc_reaches_every_pc_by_way_of_the_bureau(
    both: Pair, mail: Mail, opened: list[Session], tmp_path: Path
) -> None:
    bureau, one = both
    organisation = one.identity.organisation
    gone, third = second_pc(bureau, one, tmp_path, "二"), second_pc(bureau, one, tmp_path, "三")
    opened += [gone, third]
    around(mail, bureau, one, gone, third)
    standard(gone, "只交给了同事")
    syncing.apply_bundle(one, mail.make(gone, organisation))
    units.withdraw(bureau, gone.identity.device)
    mail.send(one, bureau)
    mail.send(bureau, third)
    standard(one, "同事接着写")
    around(mail, bureau, one, third)
    rebuilt = second_pc(bureau, one, tmp_path, "重建")
    opened.append(rebuilt)
    for _ in range(2):
        around(mail, bureau, rebuilt, third)
    for pc in (third, rebuilt):
        assert titles(pc) == titles(bureau) == sorted(["只交给了同事", "同事接着写"])
        assert own(pc, organisation) == own(bureau, organisation)


def test_a_copy_made_before_anything_was_sent_is_told_from_its_original(
    both: Pair, mail: Mail, opened: list[Session], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bureau, one = both

    def sit_at(place: str) -> None:
        for name in ("XDG_DATA_HOME", "LOCALAPPDATA"):
            monkeypatch.setenv(name, str(tmp_path / "notes" / place))

    sit_at("one")
    setup.concerns(one)
    standard(one, "复制前的行")
    one.workspace.close()
    opened.remove(one)
    shutil.copytree(one.workspace.folder, tmp_path / "copy")
    one = setup.open_library(one.workspace.folder)
    sit_at("copy")
    copy = setup.open_library(tmp_path / "copy")
    setup.concerns(copy)
    opened += [one, copy]
    assert one.identity.device == copy.identity.device and one.identity.instance != copy.identity.instance
    for turn in range(3):
        standard(copy, f"副本 {turn}")
        around(mail, bureau, copy)
    standard(one, "原件")
    for _ in range(2):
        around(mail, bureau, one, copy)
    assert titles(one) == titles(copy) == titles(bureau)


def test_a_bureau_founded_anew_gets_everything_once_its_office_agrees(
    both: Pair, mail: Mail, opened: list[Session], tmp_path: Path
) -> None:
    bureau, office = both
    key = standard(office, "多年的行")
    around(mail, bureau, office)
    with office.write("改") as transaction:
        transaction.update("standard", key, {"title": "改过的行"})
    around(mail, bureau, office)
    fresh = setup.found(tmp_path / "fresh", "bureau", "杭州市机关事务管理局", "330100", "新人")
    opened.append(fresh)
    units.new_unit(fresh, office.identity.name, "330106", tmp_path / "fresh.json", office.identity.organisation)
    assert setup.changes_bureau(office, tmp_path / "fresh.json")
    with pytest.raises(Refusal, match="归另一个市局"):
        setup.join_later(office, tmp_path / "fresh.json")
    office = setup.join_later(office, tmp_path / "fresh.json", change=True)
    assert backup.backups(office.workspace.folder)[0].reason == "改归市局前"
    standard(office, "以后的行")
    for _ in range(2):
        around(mail, fresh, office)
    assert titles(fresh) == titles(office) == sorted(["以后的行", "改过的行"])
    assert held(fresh) == [] and enrolment.introduction(office.workspace) is None
    second = second_pc(fresh, office, tmp_path)
    opened.append(second)
    around(mail, fresh, second)
    assert own(second, office.identity.organisation) == own(fresh, office.identity.organisation)


def test_a_conflict_is_settled_before_a_unit_goes_to_another_bureau(
    both: Pair, mail: Mail, opened: list[Session], tmp_path: Path
) -> None:
    bureau, one = both
    two = second_pc(bureau, one, tmp_path)
    opened.append(two)
    key = standard(one, "原名")
    for _ in range(2):
        around(mail, bureau, one, two)
    for session, title in ((one, "甲"), (two, "乙")):
        with session.write("改") as transaction:
            transaction.update("standard", key, {"title": title})
    for _ in range(2):
        around(mail, bureau, one, two)
    fresh = setup.found(tmp_path / "fresh", "bureau", "杭州市机关事务管理局", "330100", "新人")
    opened.append(fresh)
    units.new_unit(fresh, one.identity.name, "330106", tmp_path / "fresh.json", one.identity.organisation)
    before = own(one, one.identity.organisation)
    with pytest.raises(Refusal, match="还有冲突没有处理"):
        setup.join_later(one, tmp_path / "fresh.json", change=True)
    assert own(one, one.identity.organisation) == before and one.workspace.identity == one.identity


def test_merged_rows_belong_to_every_pc_of_the_unit_now_and_later(
    both: Pair, mail: Mail, opened: list[Session], tmp_path: Path
) -> None:
    bureau, staying = both
    leaving = another_office(bureau, tmp_path)
    third = another_office(bureau, tmp_path, "拱墅区机关事务服务中心", "330105")
    opened += [leaving, third]
    key = standard(leaving, "并入的行")
    around(mail, bureau, staying, leaving, third)
    units.merge(bureau, leaving.identity.organisation, staying.identity.organisation)
    around(mail, bureau, staying)
    newcomer = second_pc(bureau, staying, tmp_path)
    opened.append(newcomer)
    around(mail, bureau, newcomer)
    units.withdraw(bureau, staying.identity.device)
    with newcomer.write("改") as transaction:
        transaction.update("standard", key, {"title": "新来的电脑改的"})
    around(mail, bureau, newcomer)
    assert titles(bureau) == titles(newcomer) == ["新来的电脑改的"]
    units.merge(bureau, staying.identity.organisation, third.identity.organisation)
    around(mail, bureau, third)
    assert titles(third) == ["新来的电脑改的"]
    with third.write("改") as transaction:
        transaction.update("standard", key, {"title": "再并入后改的"})
    around(mail, bureau, third)
    assert titles(bureau) == ["再并入后改的"] and held(bureau) == []


def test_a_unit_works_on_the_rows_that_were_merged_into_it(
    both: Pair, mail: Mail, opened: list[Session], tmp_path: Path
) -> None:
    bureau, one = both
    two, leaving = second_pc(bureau, one, tmp_path), another_office(bureau, tmp_path)
    opened += [two, leaving]
    key = standard(leaving, "并入的行")
    around(mail, bureau, one, two, leaving)
    with pytest.raises(Refusal, match="下属单位"):
        editing.edit_cells(one, "standard", [Edit(key, "title", "还不归本单位")])
    units.merge(bureau, leaving.identity.organisation, one.identity.organisation)
    around(mail, bureau, one, two)
    sending_down.review(bureau, "standard", key, "return", "请补标准号")
    for session, title in ((one, "甲"), (two, "乙")):
        editing.edit_cells(session, "standard", [Edit(key, "title", title)])
    for _ in range(2):
        around(mail, bureau, one, two)
    assert settling.waiting_here(one) == 1 and settling.waiting_here(bureau) == 0
    (conflict,) = settling.conflicts(one)
    settling.settle(one, conflict, "甲")
    for _ in range(2):
        around(mail, bureau, one, two)
    assert titles(one) == titles(two) == titles(bureau) == ["甲"]
    assert opinions.returned(one, "standard") == {key: "市局退回：请补标准号"} == opinions.returned(two, "standard")
    with pytest.raises(Refusal, match="由该单位修改"):
        editing.edit_cells(bureau, "standard", [Edit(key, "title", "市局不能改")])


def test_a_bureau_set_back_before_an_enrolment_finds_its_unit_again(
    both: Pair, mail: Mail, opened: list[Session], tmp_path: Path
) -> None:
    bureau, _ = both
    before = backup.make_backup(bureau.workspace, "手动").path
    late = another_office(bureau, tmp_path)
    opened.append(late)
    standard(late, "一")
    around(mail, bureau, late)
    with bureau.write("发") as transaction:
        transaction.insert("checklist", {"title": "下发的检查表", "code": "JC01"}, stream="all")
    around(mail, bureau, late)
    bureau.workspace.close()
    opened.remove(bureau)
    backup.restore(bureau.workspace.folder, before)
    bureau = setup.open_library(bureau.workspace.folder)
    opened.append(bureau)
    standard(late, "二")
    mail.send(late, bureau)
    assert late.identity.organisation in {unit.identity for unit in syncing.recipients(bureau)}
    with bureau.write("发") as transaction:
        transaction.insert("checklist", {"title": "恢复后下发的", "code": "JC02"}, stream="all")
    for _ in range(2):
        around(mail, bureau, late)
    assert titles(bureau) == ["一", "二"]
    shown = {str(row["title"]) for row in late.read.rows(Query("checklist"))}
    assert (
        shown == {str(row["title"]) for row in bureau.read.rows(Query("checklist"))} == {"下发的检查表", "恢复后下发的"}
    )
    unknown = another_office(bureau, tmp_path, "拱墅区机关事务服务中心", "330105")
    opened.append(unknown)
    with bureau.workspace.exclusive() as connection:
        connection.execute("DELETE FROM sync_invitation")
    with pytest.raises(Refusal, match="请为它另生成一份授权文件"):
        mail.send(unknown, bureau)


def test_an_office_cannot_make_itself_a_bureau(both: Pair, mail: Mail) -> None:
    bureau, office = both
    around(mail, bureau, office)
    enrolment_of = enrolment.Introduction(
        office.identity.organisation, office.identity.name, office.identity.device, "ab" * 32, "cd" * 32, "ef" * 32, ""
    )
    secret = bureau.read.connection.execute("SELECT secret FROM sync_invitation").fetchone()[0]
    with (
        mock.patch.object(enrolment, "_proven", return_value=[(secret, None)]),
        bureau.workspace.exclusive() as connection,
        pytest.raises(Refusal, match="不是市局"),
    ):
        enrolment.admit(bureau.workspace, connection, enrolment_of)
    assert len(certificates.trusted_roots(bureau.read.connection)) == 1


@pytest.mark.parametrize("case", ["stream", "device", "own unit"])
def test_a_bureau_below_vouches_only_for_its_own(case: str, both: Pair, mail: Mail, opened: list[Session],
                                                  tmp_path: Path) -> None:  # fmt: skip
    province, city = setup.found(tmp_path / "p", "bureau", "省局", "330000", "周省"), both[0]
    units.new_unit(province, city.identity.name, "330100", tmp_path / "p.json", city.identity.organisation)
    _, invited = units.new_unit(province, "省直单位", "330001", tmp_path / "u.json")
    city = setup.join_later(city, tmp_path / "p.json")
    opened.append(province)
    syncing.make_bundle(city, tmp_path / "up.bzb")
    syncing.apply_bundle(province, tmp_path / "up.bzb")
    mine = certificates.of_device(province.read.connection, province.identity.device)
    assert mine is not None
    organisation, device, streams = {
        "stream": ("330106.aaaa", "a" * 16, ["330106.aaaa", province.identity.organisation]),
        "device": ("330106.aaaa", province.identity.device, ["330106.aaaa"]),
        "own unit": (invited, "a" * 16, [invited]),
    }[case]
    forged = Certificate(organisation, "冒名", "office", device, "ab" * 32, "", streams, mine.issued_at + 1)
    signature = signing.sign(city.workspace.folder, signing.ROOT, forged.body)
    with province.workspace.exclusive() as connection, pytest.raises(Refusal, match="不是该单位的市局签发的"):
        certificates.accept(connection, forged.body, signature)
    honest = Certificate("330106.aaaa", "真的", "office", "b" * 16, "ab" * 32, "", ["330106.aaaa"], mine.issued_at)
    with province.workspace.exclusive() as connection:
        certificates.accept(connection, honest.body, signing.sign(city.workspace.folder, signing.ROOT, honest.body))


def test_a_city_below_a_province_enrols_on_and_keeps_its_own_pcs(
    both: Pair, mail: Mail, opened: list[Session], tmp_path: Path
) -> None:
    city, office = both
    province = setup.found(tmp_path / "p", "bureau", "省局", "330000", "周省")
    opened.append(province)
    units.new_unit(province, city.identity.name, "330100", tmp_path / "p.json", city.identity.organisation)
    city = setup.join_later(city, tmp_path / "p.json")
    opened[0] = city
    standard(office, "区里的行")
    mail.send(office, city)

    def up_and_down() -> None:
        mail.send(city, province)
        mail.send(province, city)

    up_and_down()
    late = another_office(city, tmp_path)
    opened.append(late)
    standard(late, "新区的行")
    around(mail, city, late, office)
    with pytest.raises(Refusal, match="由该局在它的电脑上办理"):
        units.withdraw(province, city.identity.device)
    units.rename(province, city.identity.organisation, "杭州市机关事务局")
    up_and_down()
    with office.workspace.exclusive() as connection:
        stranger = signing.Revocation(office.identity.device, {}, 1)
        signature = signing.sign(province.workspace.folder, signing.ROOT, stranger.body)
        with pytest.raises(Refusal, match="不是签发授权的市局给出的"):
            certificates.accept_revocation(connection, stranger.body, signature)
    _, entered = units.unit_without_program(city, "桐庐县机关事务中心", "330122")
    standard(units.enter_for(city, entered), "代录的行")
    up_and_down()
    assert titles(province) == titles(city) == sorted(["区里的行", "新区的行", "代录的行"])


def test_a_unit_file_that_is_refused_leaves_no_half_library(both: Pair, tmp_path: Path) -> None:
    bureau, _ = both
    units.further_unit_file(bureau, both[1].identity.organisation, tmp_path / "f.json", "")
    with mock.patch.object(certificates, "accept", side_effect=Refusal("x", "不行")), pytest.raises(Refusal):
        setup.join(tmp_path / "new", tmp_path / "f.json", "新")
    session = setup.join(tmp_path / "new", tmp_path / "f.json", "新")
    session.workspace.close()


def test_a_withdrawn_or_renewed_pc_holds_nothing_up(
    both: Pair, mail: Mail, opened: list[Session], tmp_path: Path
) -> None:
    bureau, one = both
    organisation = one.identity.organisation
    dead, renewed = second_pc(bureau, one, tmp_path, "坏"), second_pc(bureau, one, tmp_path, "换")
    opened += [dead, renewed]
    around(mail, bureau, one, dead, renewed)
    units.withdraw(bureau, dead.identity.device)
    shutil.rmtree(renewed.workspace.folder / "keys")
    (renewed.workspace.folder / "keys").mkdir()
    units.further_unit_file(bureau, organisation, tmp_path / "fresh.json", "")
    renewed = setup.join_later(renewed, tmp_path / "fresh.json")
    for turn in range(2):
        standard(one, f"行 {turn}")
        around(mail, bureau, one, renewed)
    around(mail, bureau, one, renewed)
    devices = {report.device for report in peers.reports(bureau.read.connection, organisation)}
    assert devices == {one.identity.device, renewed.identity.device}
    newest = max(entry.detail["number"] for entry in log.entries(bureau.read.connection, log.MADE)[2:])
    assert newest in exchanged.acknowledged(bureau)[organisation]


def test_a_unit_renamed_before_it_opened_its_file_has_its_new_name(
    both: Pair, mail: Mail, opened: list[Session], tmp_path: Path
) -> None:
    bureau, office = both
    units.rename(bureau, office.identity.organisation, "西湖区机关事务管理局")
    around(mail, bureau, office)
    assert office.workspace.identity.name == "西湖区机关事务管理局"
