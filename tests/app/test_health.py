"""数据体检: a clean library has nothing to say; every fault planted here is named with its row."""

from pathlib import Path

import pytest

from desktop.app import editing, health, setup, syncing, system
from desktop.app.editing import Edit
from desktop.app.session import Session
from desktop.domain.query import Query, where
from desktop.domain.record import Cell
from desktop.store.workspace import LIBRARY
from tests.libraries import another_office, pair


def _told(session: Session) -> list[tuple[str, str, str]]:
    return [(finding.code, finding.ledger, finding.key) for finding in health.check(session)]


def _insert(session: Session, ledger: str, *rows: dict[str, Cell]) -> list[str]:
    with session.write("装入") as transaction:
        return [transaction.insert(ledger, row) for row in rows]


def test_new_and_practice_libraries_are_clean(office: Session, practice: Session) -> None:
    assert health.check(office) == []
    assert {finding.code for finding in health.check(practice)} == {"obsolete_listed"}, "shown on purpose there"


def test_an_imported_state_against_the_dates_is_named(imported: Session) -> None:
    assert {finding.code for finding in health.check(imported)} == {"status_differs"}
    messages = {finding.message for finding in health.check(imported)}
    assert len(messages) == 7
    assert (
        "GB 17167 – 2006 用能单位能源计量器具配备和管理通则：原载状态“作废”，按日期推得“现行”，请核对日期或代替关系"
        in messages
    )
    assert any("GB/T 13016 – 2009" in message and "待核实" in message for message in messages)
    for finding in health.check(imported):
        (entry, *_) = imported.read.referring("detail_entry", "standard", finding.key)
        edit = Edit(str(entry["key"]), "standard.withdrawn_on", "2020-01-01")
        editing.edit_cells(imported, "detail_entry", [edit])
    assert {finding.code for finding in health.check(imported)} == {"obsolete_listed"}


@pytest.mark.parametrize(("published", "told", "named"), [(None, "即将实施", False), (None, "现行", True),
                                                          ("2098-01-01", "即将实施", True)])  # fmt: skip
def test_a_standard_in_force_later_may_be_called_upcoming_while_its_publication_is_unknown(
    office: Session, published: str | None, told: str, *, named: bool
) -> None:
    life: dict[str, Cell] = {"published_on": published, "effective_on": "2099-01-01"}
    _insert(office, "standard", {"title": "甲", "source_status": told, **life})
    assert [finding.code for finding in health.check(office)] == (["status_differs"] if named else [])


@pytest.mark.parametrize("told", ["现行", "有效", "在用", "制定中", "不详"])
def test_a_state_without_dates_and_a_word_of_no_state_are_no_contradiction(office: Session, told: str) -> None:
    _insert(office, "standard", {"title": "甲", "source_status": told})
    assert health.check(office) == []


def test_a_reference_to_what_is_gone_is_an_orphan(office: Session) -> None:
    (standard,) = _insert(office, "standard", {"title": "甲"})
    place = {"version": system.own_version(office), "node": str(office.read.rows(Query("system_node"))[0]["key"])}
    (entry, alive) = _insert(
        office, "detail_entry", {**place, "standard": standard}, {**place, "planned_title": "乙"},
    )  # fmt: skip
    editing.delete_rows(office, "standard", [standard])
    assert _told(office) == [("orphan", "detail_entry", entry)]
    assert health.check(office)[0].message.endswith("“标准”指向的记录已不在")
    with office.write("合并") as transaction:
        transaction.update("detail_entry", alive, {"node": "330106.aaaa-00000000000000000000000000"})
    assert sorted(_told(office)) == sorted([("orphan", "detail_entry", key) for key in (entry, alive)])
    editing.delete_rows(office, "detail_entry", [entry, alive])
    assert health.check(office) == [], "what is in the bin is nobody's concern"


def test_one_number_twice_in_one_unit_is_named_at_both(office: Session) -> None:
    keys = _insert(
        office, "standard", {"title": "甲", "number": "GB/T 1.1-2020"}, {"title": "乙", "number": "ＧＢ／Ｔ 1.1—2020"},
        {"title": "丙", "number": "GB/T 1.1-2009"}, {"title": "丁"}, {"title": "戊"},
    )  # fmt: skip
    assert sorted(_told(office)) == sorted([("duplicate_number", "standard", key) for key in keys[:2]])
    assert {finding.message for finding in health.check(office)} == {
        "标准 GB/T 1.1-2020 甲：同一标准号有 2 条，请核对后合并",
        "标准 ＧＢ／Ｔ 1.1—2020 乙：同一标准号有 2 条，请核对后合并",
    }


def test_one_number_in_two_units_is_no_finding(tmp_path: Path) -> None:
    bureau, office = pair(tmp_path)
    other = another_office(bureau, tmp_path)
    try:
        for session in (office, other):
            _insert(session, "standard", {"title": "导则", "number": "GB/T 1.1-2020"})
            path = tmp_path / f"{session.identity.area_code}.bzb"
            syncing.make_bundle(session, path)
            syncing.apply_bundle(bureau, path)
        assert bureau.read.count(Query("standard")) == 2
        assert health.check(bureau) == []
    finally:
        for session in (bureau, office, other):
            session.workspace.close()


def test_one_code_at_two_nodes_is_named(office: Session) -> None:
    version = system.own_version(office)
    _insert(office, "system_node", {"version": version, "code": "ZC5", "name": "又一个"})
    ((code, ledger, key),) = _told(office)
    assert (code, ledger) == ("duplicate_code", "system_node")
    assert key in [row["key"] for row in office.read.rows(Query("system_node", where(code="ZC5")))]


def test_nodes_that_stand_below_each_other_are_named(office: Session) -> None:
    version = system.own_version(office)
    nodes: list[dict[str, Cell]] = [{"version": version, "code": code, "name": code} for code in ("Q1", "Q2", "Q3")]
    first, second, below = _insert(office, "system_node", *nodes)
    with office.write("合并") as transaction:
        transaction.update("system_node", first, {"parent": second})
        transaction.update("system_node", second, {"parent": first})
        transaction.update("system_node", below, {"parent": second})
    assert sorted(_told(office)) == sorted([("circle", "system_node", first), ("circle", "system_node", second)])
    assert health.check(office)[0].message.endswith("“上级节点”绕成了圈")


@pytest.mark.parametrize("number", ["GB/T1.1-2020JGJ 16-2008", "GB/T 1.1-2020 GB/T 1.2-2020"])
def test_two_numbers_glued_into_one_are_named(office: Session, number: str) -> None:
    (key,) = _insert(office, "standard", {"title": "甲", "number": number})
    assert ("suspicious_number", "standard", key) in _told(office)


def test_a_row_that_breaks_a_rule_is_named(office: Session) -> None:
    early, closed = (
        _insert(office, "standard", {"title": "甲", "published_on": "2024-05-06", "effective_on": "2024-04-01"})[0],
        _insert(office, "finding", {"code": "ZG-1", "problem": "x", "closed_on": "2026-01-01"})[0],
    )
    assert sorted(_told(office)) == [("rule", "finding", closed), ("rule", "standard", early)]
    assert "实施日期早于发布日期" in next(f.message for f in health.check(office) if f.key == early)


@pytest.mark.parametrize("column", ["number_key", "number_order", "effective_from", "number_text"])
def test_a_derived_value_changed_behind_our_back_is_named(imported: Session, column: str) -> None:
    (row,) = [row for row in imported.read.rows(Query("standard")) if row["number"] == "GB/T 39910-2021"]
    rid = imported.read.rid_of("standard", str(row["key"]))
    imported.workspace.connection.execute(f"UPDATE derived_standard SET {column} = 'x' WHERE rid = ?", (rid,))
    assert ("derived_outdated", "standard", str(row["key"])) in _told(imported)


def test_a_missing_derived_row_is_named(imported: Session) -> None:
    imported.workspace.connection.execute("DELETE FROM derived_standard WHERE rid = 5")
    assert [code for code, *_ in _told(imported)].count("derived_outdated") == 1


def test_a_missing_trigger_is_named(office: Session) -> None:
    office.workspace.connection.execute("DROP TRIGGER standard_changed")
    assert _told(office) == [("journal_incomplete", "", "")]


@pytest.mark.parametrize("table", ["detail_entry", "detail_entry_node", "derived_standard"])
def test_a_damaged_file_is_named_and_nothing_else(imported: Session, table: str) -> None:
    connection = imported.workspace.connection
    (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    folder = imported.workspace.folder
    imported.workspace.close()
    with (folder / LIBRARY).open("r+b") as library:
        library.seek((root - 1) * size)
        library.write(b"\xff" * size)
    session = setup.open_library(folder)
    try:
        assert _told(session) == [("damaged_file", "", "")]
    finally:
        session.workspace.close()
