"""Beginning: founding, joining by a unit file, the practice library; what cannot begin leaves nothing behind."""

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from desktop import resources
from desktop.app import history, inspection, setup, statistics, syncing, system, units
from desktop.app.session import Session
from desktop.domain.errors import EnvironmentFault, Refusal
from desktop.domain.keys import is_organisation
from desktop.domain.ledgers.inspection import Finding
from desktop.domain.ledgers.organisation import Organisation
from desktop.domain.query import Query, where
from desktop.store.workspace import LIBRARY
from desktop.sync import enrolment
from tests.libraries import lone_office, pair


@pytest.fixture
def bureau(tmp_path: Path) -> Iterator[Session]:
    session = setup.found(tmp_path / "bureau", "bureau", "杭州市机关事务管理局", "330100", "李文")
    yield session
    session.workspace.close()


@pytest.mark.parametrize("role", ["office", "bureau"])
def test_a_new_library_knows_who_it_is(tmp_path: Path, role: str) -> None:
    session = setup.found(tmp_path / "新", role, " 西湖区机关事务服务中心 ", "330106", "陈立")
    try:
        identity = session.identity
        assert is_organisation(identity.organisation) and identity.organisation.startswith("330106.")
        assert (identity.name, identity.role, identity.sample) == ("西湖区机关事务服务中心", role, False)
        (row,) = session.read.rows(Query("organisation"))
        assert (row["identity"], row["role"], row["area_code"]) == (identity.organisation, role, "330106")
        assert [person["name"] for person in session.read.rows(Query("person"))] == ["陈立"]
        with pytest.raises(Refusal, match="没有可以撤销"):
            history.undo(session)
    finally:
        session.workspace.close()


def test_the_person_who_sat_here_last_is_remembered(tmp_path: Path) -> None:
    session = lone_office(tmp_path)
    setup.choose_person(session.workspace, "王海燕")
    session.workspace.close()
    again = setup.open_library(tmp_path / "office")
    assert again.person == "王海燕"
    again.workspace.close()


@pytest.mark.parametrize("code", ["", "33010", "3301066", "33010a", "３３０１０６ "])
def test_an_area_code_has_six_digits(bureau: Session, tmp_path: Path, code: str) -> None:
    with pytest.raises(Refusal, match="行政区划码要填 6 位数字"):
        setup.found(tmp_path / "x", "office", "甲", code)
    with pytest.raises(Refusal, match="行政区划码要填 6 位数字"):
        units.new_unit(bureau, "甲", code, tmp_path / "u.json")
    assert not (tmp_path / "x").exists() and not (tmp_path / "u.json").exists()


def test_full_width_digits_are_no_area_code(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="行政区划码要填 6 位数字"):
        setup.found(tmp_path / "x", "office", "甲", "３３０１０６")


def test_a_unit_has_a_name(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="请填写单位名称"):
        setup.found(tmp_path / "x", "office", "  ", "330106")
    assert not (tmp_path / "x").exists()


def test_a_folder_with_data_is_left_alone(tmp_path: Path) -> None:
    lone_office(tmp_path).workspace.close()
    before = (tmp_path / "office" / LIBRARY).read_bytes()
    with pytest.raises(Refusal, match="里已有数据，请换一个空文件夹，或直接打开它"):
        lone_office(tmp_path)
    assert (tmp_path / "office" / LIBRARY).read_bytes() == before


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(EnvironmentFault, match="不能建立文件夹"):
        setup.found(tmp_path / "file" / "x", "office", "甲", "330106")


def test_an_office_that_joins_is_the_unit_its_file_names(bureau: Session, tmp_path: Path) -> None:
    _, identity = units.new_unit(bureau, "西湖区机关事务服务中心", "330106", tmp_path / "u.json")
    office = setup.join(tmp_path / "office", tmp_path / "u.json", "陈立")
    try:
        assert office.identity.organisation == identity
        assert office.identity.superior == bureau.identity.organisation
        assert office.read.rows(Query("organisation"))[0]["identity"] == identity
        assert [unit.identity for unit in syncing.recipients(bureau)] == [identity]
        assert syncing.make_bundle(office, tmp_path / "a.bzb").number == 1
    finally:
        office.workspace.close()


def test_only_a_bureau_writes_unit_files(tmp_path: Path) -> None:
    office = lone_office(tmp_path)
    try:
        with pytest.raises(Refusal, match="只有市局才能生成授权文件"):
            units.new_unit(office, "甲", "330106", tmp_path / "u.json")
        with pytest.raises(Refusal, match="还没有打开市局的授权文件"):
            syncing.make_bundle(office, tmp_path / "a.bzb")
    finally:
        office.workspace.close()


def test_a_unit_that_began_alone_joins_with_its_own_identity(bureau: Session, tmp_path: Path) -> None:
    office = lone_office(tmp_path)
    try:
        identity = office.identity.organisation
        units.new_unit(bureau, office.identity.name, "330106", tmp_path / "u.json", identity)
        enrolment.join(office.workspace, enrolment.read_unit_file(tmp_path / "u.json"))
        joined = Session(office.workspace, office.person)
        syncing.make_bundle(joined, tmp_path / "a.bzb")
        syncing.apply_bundle(bureau, tmp_path / "a.bzb")
        assert bureau.read.count(Query("person", where(name="陈立"))) == 1
    finally:
        office.workspace.close()


def test_the_file_of_another_unit_is_refused(bureau: Session, tmp_path: Path) -> None:
    office = lone_office(tmp_path)
    try:
        units.new_unit(bureau, "上城区机关事务服务中心", "330102", tmp_path / "u.json")
        with pytest.raises(Refusal, match="这份授权文件是给其他单位的"):
            enrolment.join(office.workspace, enrolment.read_unit_file(tmp_path / "u.json"))
        assert office.workspace.identity.superior == ""
    finally:
        office.workspace.close()


@pytest.fixture(scope="module")
def unit_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unit")
    bureau, office = pair(folder)
    bureau.workspace.close()
    office.workspace.close()
    return folder / "unit.json"


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@example(place=0.0, bit=5)
@example(place=0.999, bit=0)
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_damaged_unit_file_is_refused_or_says_the_same(
    unit_file: Path, tmp_path_factory: pytest.TempPathFactory, place: float, bit: int
) -> None:
    content = bytearray(unit_file.read_bytes())
    content[int(place * len(content))] ^= 1 << bit
    damaged = tmp_path_factory.mktemp("damaged") / "unit.json"
    damaged.write_bytes(content)
    found = None
    with suppress(Refusal):
        found = enrolment.read_unit_file(damaged)
    assert found in (None, enrolment.read_unit_file(unit_file))


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b'{"unit": "{}", "signature": ""}', b"\xff" * 10, b"x" * 300_000]
)
def test_what_is_no_unit_file_is_refused_and_no_library_made(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "u.json").write_bytes(content)
    with pytest.raises(Refusal, match="不是完好的授权文件，请向市局重新索取"):
        setup.join(tmp_path / "office", tmp_path / "u.json")
    assert not (tmp_path / "office").exists()
    with pytest.raises(Refusal, match="找不到授权文件"):
        setup.join(tmp_path / "office", tmp_path / "none.json")


def test_the_practice_library_holds_what_every_page_shows(practice: Session) -> None:
    assert practice.sample and practice.person == "演练人员"
    data = json.loads(resources.read_text("sample", "district.json"))
    total = statistics.table(practice, as_of="2026-11-21").groups[0].total
    entries = len(data["standards"]) + len(data["planned"])
    assert practice.read.count(Query("detail_entry")) == entries
    assert (total.planned.value + total.obsolete.value, total.drafting.value) == (entries, len(data["planned"]))
    for ledger in ("checklist", "inspection", "inspection_result", "finding", "organisation", "person"):
        assert practice.read.count(Query(ledger)) > 0, ledger
    for sheet in practice.read.rows(Query("inspection")):
        assert inspection.progress_of(practice, str(sheet["key"])).state == "done"
    days = [str(finding.due_on) for finding in practice.read.records(Finding) if not finding.closed_on]
    states = {state for (state,) in practice.read.cells(Query("finding", as_of=max(days)), ["state"])}
    assert states == {"open", "overdue", "closed"}
    assert syncing.file_name(practice, "", 3).startswith("演练_上报_")


@pytest.mark.parametrize("tree", [tree.id for tree in system.starter_trees()])
def test_a_starter_tree_is_planted_whole(tmp_path: Path, tree: str) -> None:
    office = lone_office(tmp_path)
    try:
        system.plant(office, tree)
        nodes = system.nodes_of(office.read, system.own_version(office))
        by_key = {node.key: node for node in nodes}
        planted = [
            (str(node.code), str(node.name), str(by_key[str(node.parent)].code) if node.parent else "")
            for node in nodes
        ]
        assert tuple(planted) == system.starter_tree(tree).nodes
    finally:
        office.workspace.close()


def test_an_unknown_tree_plants_nothing(tmp_path: Path) -> None:
    office = lone_office(tmp_path)
    try:
        with pytest.raises(Refusal, match="没有名为“x”的起步体系"):
            system.plant(office, "x")
        with pytest.raises(Refusal, match="还没有标准体系"):
            system.own_version(office)
        system.plant(office, "empty")
        assert system.nodes_of(office.read, system.own_version(office)) == []
    finally:
        office.workspace.close()


def test_a_further_pc_waits_for_the_units_rows_and_one_that_was_stood_in_for_gets_them_too(tmp_path: Path) -> None:
    bureau, first = pair(tmp_path)
    assert not setup.awaits_rows(first) and not setup.awaits_rows(bureau)
    organisation = first.identity.organisation
    units.further_unit_file(bureau, organisation, tmp_path / "2.json", "")
    second = setup.join(tmp_path / "2", tmp_path / "2.json")
    _, stood_in = units.unit_without_program(bureau, "桐庐县机关事务中心", "330122")
    system.plant(units.enter_for(bureau, stood_in), "hangzhou")
    units.further_unit_file(bureau, stood_in, tmp_path / "3.json", "")
    third = setup.join(tmp_path / "3", tmp_path / "3.json", "新人")
    for session, unit in ((second, organisation), (third, stood_in)):
        assert setup.awaits_rows(session)
        assert system.active_versions(session.read) == {}, "no system of its own hides the unit's"
        for sender, receiver, name in ((first, bureau, "0"), (session, bureau, "1"), (bureau, session, "2")):
            path = tmp_path / f"{unit}{name}.bzb"
            syncing.make_bundle(sender, path, receiver.identity.organisation)
            syncing.apply_bundle(receiver, path)
        assert not setup.awaits_rows(session)
    assert len(second.read.records(Organisation, where(identity=organisation))) <= 2
    assert list(system.active_versions(third.read)) == [stood_in]
    for session in (bureau, first, second, third):
        session.workspace.close()


@pytest.mark.parametrize("area", ["33010", "3301066", "３３０１０６", "33010a", ""])
def test_an_area_code_is_six_plain_digits_wherever_it_is_typed(tmp_path: Path, area: str) -> None:
    bureau = setup.found(tmp_path / "b", "bureau", "市局", "330100")
    for enter in (
        lambda: setup.found(tmp_path / "x", "office", "甲", area),
        lambda: units.new_unit(bureau, "甲", area, tmp_path / "x.json"),
        lambda: units.unit_without_program(bureau, "甲", area),
    ):
        with pytest.raises(Refusal, match="行政区划码要填 6 位数字"):
            enter()
    assert [unit.name for unit in bureau.read.records(Organisation)] == ["市局"]
    bureau.workspace.close()
