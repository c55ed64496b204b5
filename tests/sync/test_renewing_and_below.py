"""PCs that change their name, their backup or their bureau, and bureaus below others: nothing they wrote is lost, and none
speaks for another."""

import shutil
from pathlib import Path

import pytest

from desktop.app import editing, settling, setup, syncing, units
from desktop.app.editing import Edit
from desktop.app.session import Session
from desktop.domain.errors import Refusal
from desktop.store import backup
from desktop.store.workspace import Workspace
from desktop.sync import certificates
from desktop.sync.signing import Certificate
from tests.libraries import another_office
from tests.sync.mailing import Mail, Pair, around, held, second_pc, standard, titles
from tests.sync.world import LATER


def _province(city: Session, opened: list[Session], folder: Path) -> tuple[Session, Session]:
    """A province above the city; the city as it is from then on."""
    province = setup.found(folder / "p", "bureau", "省局", "330000", "周省")
    opened.append(province)
    units.new_unit(province, city.identity.name, "330100", folder / "p.json", city.identity.organisation)
    return province, setup.join_later(city, folder / "p.json")


def test_three_levels_of_bureaus_exchange(both: Pair, mail: Mail, opened: list[Session], tmp_path: Path) -> None:
    province, city = _province(both[0], opened, tmp_path)
    county = setup.found(tmp_path / "k", "bureau", "西湖区局", "330106", "吴")
    opened.append(county)
    units.new_unit(city, county.identity.name, "330106", tmp_path / "k.json", county.identity.organisation)
    county = setup.join_later(county, tmp_path / "k.json")
    standard(county, "区局的标准")
    for _ in range(2):
        mail.send(county, city)
        mail.send(city, province)
        mail.send(province, city)
        mail.send(city, county)
    assert titles(county) == titles(city) == titles(province) == ["区局的标准"]


def test_a_bureau_below_withdraws_no_pc_of_its_superior(
    both: Pair, mail: Mail, opened: list[Session], tmp_path: Path
) -> None:
    province, city = _province(both[0], opened, tmp_path)
    direct = another_office(province, tmp_path)
    opened.append(direct)
    mail.send(city, province)
    around(mail, province, direct)
    victim = direct.identity.device
    with city.workspace.exclusive() as connection:
        forged = Certificate(city.identity.organisation, "冒名", "root", victim, "cd" * 32, "", [], 5)
        certificates.issue(city.workspace, connection, forged)
        certificates.revoke(city.workspace, connection, victim, {})
    mail.send(city, province)
    assert certificates.revoked_heads(province.read.connection, victim) is None
    standard(direct, "省直单位写的")
    mail.send(direct, province)
    assert titles(province) == ["省直单位写的"]


def test_work_sealed_under_a_name_nobody_certified_comes_after_a_restore(
    both: Pair, mail: Mail, opened: list[Session], tmp_path: Path
) -> None:
    bureau, dead = both
    standard(dead, "死机前写的")
    mail.make(dead, bureau.identity.organisation)
    kept = tmp_path / "usb.db"
    shutil.copy(backup.make_backup(dead.workspace, "手动").path, kept)
    follower = second_pc(bureau, dead, tmp_path, "新机")
    around(mail, bureau, follower)
    follower.workspace.close()
    backup.restore(tmp_path / "新机", kept)
    follower = setup.open_library(tmp_path / "新机")
    opened.append(follower)
    standard(follower, "恢复后写的")
    for _ in range(2):
        around(mail, bureau, follower)
    assert titles(bureau) == titles(follower) == sorted(["死机前写的", "恢复后写的"])
    assert held(bureau) == []


def test_the_backup_of_a_living_colleague_starves_nobody(
    both: Pair, mail: Mail, opened: list[Session], tmp_path: Path
) -> None:
    bureau, one = both
    two = second_pc(bureau, one, tmp_path)
    for _ in range(2):
        around(mail, bureau, one, two)
    kept = tmp_path / "usb.db"
    shutil.copy(backup.make_backup(one.workspace, "手动").path, kept)
    two.workspace.close()
    backup.restore(tmp_path / "二号机", kept)
    two = setup.open_library(tmp_path / "二号机")
    opened.append(two)
    for turn in range(4):
        standard(two, f"二号机 {turn}")
        around(mail, bureau, one, two)
    around(mail, bureau, one, two)
    assert titles(one) == titles(two) == titles(bureau)


def test_keys_lost_before_the_first_answer_make_no_conflicts(both: Pair, mail: Mail, tmp_path: Path) -> None:
    bureau, one = both
    keys = [standard(one, f"行{number}") for number in range(3)]
    mail.send(one, bureau)
    shutil.rmtree(one.workspace.folder / "keys")
    (one.workspace.folder / "keys").mkdir()
    units.further_unit_file(bureau, one.identity.organisation, tmp_path / "fresh.json", "")
    one = setup.join_later(one, tmp_path / "fresh.json")
    for key in keys:
        editing.edit_cells(one, "standard", [Edit(key, "title", f"改{key[-3:]}")])
    editing.delete_rows(one, "standard", keys[:1])
    for _ in range(2):
        around(mail, bureau, one)
    assert settling.waiting_here(one) == 0 and titles(one) == titles(bureau) and len(titles(one)) == 2
    assert held(bureau) == held(one) == []


def test_what_a_newer_program_wrote_is_not_lost_by_moving(
    both: Pair, mail: Mail, opened: list[Session], tmp_path: Path
) -> None:
    bureau, one = both
    two = second_pc(bureau, one, tmp_path)
    key = standard(one, "行")
    for _ in range(2):
        around(mail, bureau, one, two)
    two.workspace.close()
    two = Session(Workspace.open(two.workspace.folder, schema=LATER), "张敏")
    opened.append(two)
    with two.write("新字段") as transaction:
        transaction.update("standard", key, {"steward": "张敏"})
    mail.send(two, bureau)
    mail.send(bureau, one)
    fresh = setup.found(tmp_path / "fresh", "bureau", "杭州市局", "330100", "新人")
    opened.append(fresh)
    units.new_unit(fresh, one.identity.name, "330106", tmp_path / "fresh.json", one.identity.organisation)
    with pytest.raises(Refusal, match="请先升级本程序"):
        setup.join_later(one, tmp_path / "fresh.json", change=True)


def test_an_old_bundle_of_a_withdrawn_pc_does_not_end_standing_in(both: Pair, mail: Mail) -> None:
    bureau, one = both
    standard(one, "自己的")
    first = mail.make(one, bureau.identity.organisation)
    syncing.apply_bundle(bureau, first)
    units.withdraw(bureau, one.identity.device)
    stand_in = units.enter_for(bureau, one.identity.organisation)
    standard(stand_in, "代录的")
    syncing.apply_bundle(bureau, first)
    standard(stand_in, "又代录的")
    assert len(titles(bureau)) == 3


def test_an_unused_file_of_a_merged_unit_enrols_nobody(
    both: Pair, mail: Mail, opened: list[Session], tmp_path: Path
) -> None:
    bureau, one = both
    leaving = another_office(bureau, tmp_path)
    opened.append(leaving)
    around(mail, bureau, one, leaving)
    late = second_pc(bureau, leaving, tmp_path, "迟")
    opened.append(late)
    units.merge(bureau, leaving.identity.organisation, one.identity.organisation)
    standard(late, "迟到的电脑写的")
    with pytest.raises(Refusal):
        mail.send(late, bureau)
    assert certificates.devices(bureau.read.connection, leaving.identity.organisation) == []
