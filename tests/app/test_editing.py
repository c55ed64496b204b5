"""Entering and changing rows of any ledger: references by name, rules, embedded rows, whose row it is."""

from pathlib import Path

import pytest

from desktop.app import editing, history, inspection, sending_down, setup, statistics, syncing, system, system_editing
from desktop.app.editing import Edit
from desktop.app.session import Session
from desktop.domain.errors import Refusal
from desktop.domain.query import Query, owner_of, where
from desktop.domain.record import Cell
from desktop.store import derived
from tests.libraries import dump, pair, version_of


def _add(office: Session, **values: str) -> str:
    typed = {name.replace("__", "."): value for name, value in values.items()}
    fixed: dict[str, Cell] = {"version": system.own_version(office)}
    return editing.add_row(office, "detail_entry", typed, fixed=fixed)[1]


def _node(office: Session, code: str) -> str:
    version = system.own_version(office)
    (row,) = office.read.rows(Query("system_node", where(version=version, code=code)))
    return str(row["key"])


def _cell(office: Session, key: str, path: str, ledger: str = "detail_entry") -> Cell:
    ((cell,),) = office.read.cells(Query(ledger, where(key=key)), [path])
    return cell


def test_one_typed_row_is_an_entry_and_its_standard(office: Session) -> None:
    changes, key = editing.add_row(
        office, "detail_entry",
        {"standard.number": " GB/T 1.1-2020 ", "standard.title": "导则", "standard.effective_on": "2020.10.1",
         "standard.is_key": "是", "node.code": "jc1", "department": "综合科"},
        fixed={"version": system.own_version(office)},
    )  # fmt: skip
    assert {ledger: len(keys) for ledger, keys in changes.keys.items()} == {"standard": 1, "detail_entry": 1}
    assert changes.label == history.undo_label(office) == "新增标准明细"
    (standard,) = office.read.rows(Query("standard"))
    assert (standard["number"], standard["effective_on"], standard["is_key"]) == ("GB/T 1.1-2020", "2020-10-01", 1)
    assert _cell(office, key, "node") == _node(office, "JC1")


def test_a_code_typed_without_a_node_places_the_row_at_the_nearest_and_the_figures_follow(office: Session) -> None:
    key = _add(office, standard__title="导则", code="jc1-99")
    blank = _add(office, planned_title="计划")
    editing.edit_cells(office, "detail_entry", [Edit(blank, "code", "ZC 5.1.2")])
    chosen = _add(office, planned_title="另放", code="JC1-98", node__code="ZC5")
    editing.edit_cells(office, "detail_entry", [Edit(chosen, "code", "JC1-97")])
    nodes = [_node(office, code) for code in ("JC1", "ZC5.1", "ZC5")]
    assert [_cell(office, row, "node") for row in (key, blank, chosen)] == nodes
    counts = {row.label: row.wanted for row in statistics.table(office, "by_branch").groups[0].rows if row.wanted}
    assert counts == {"JC 基础通用": 1, "ZC 资产经费管理": 2}


def test_a_planned_entry_gets_its_standard_when_one_is_typed(office: Session) -> None:
    key = _add(office, planned_title="公物仓入仓规程")
    assert _cell(office, key, "standard") is None
    editing.edit_cells(office, "detail_entry", [Edit(key, "standard.title", "公物仓入仓管理规程")])
    assert _cell(office, key, "standard") is None, "a planned entry stays planned when its shown title is changed"
    assert _cell(office, key, "planned_title") == "公物仓入仓管理规程"
    editing.edit_cells(office, "detail_entry", [Edit(key, "standard.number", "YLJG/ZC 501-2026")])
    (standard,) = office.read.rows(Query("standard"))
    assert _cell(office, key, "standard") == standard["key"]
    assert (standard["title"], standard["number"]) == ("公物仓入仓管理规程", "YLJG/ZC 501-2026")
    assert _cell(office, key, "planned_title") is None
    assert derived.mismatches(office.read) == []


def test_an_entry_without_any_title_is_refused(office: Session) -> None:
    with pytest.raises(Refusal, match="请填标准名称，或填待制定标准的名称"):
        _add(office, department="综合科")
    with pytest.raises(Refusal, match="“标准名称”必填"):
        _add(office, standard__number="GB/T 1-2000")


def test_a_refused_cell_leaves_the_others_of_its_step_unwritten(office: Session) -> None:
    key = _add(office, planned_title="甲", department="一处")
    before = dump(office)
    with pytest.raises(Refusal):
        editing.edit_cells(office, "detail_entry", [Edit(key, "department", "二处"), Edit(key, "planned_on", "三月")])
    assert dump(office) == before


def test_a_rule_broken_before_is_not_held_against_another_cell(office: Session) -> None:
    key = _add(office, standard__title="甲", standard__published_on="2024-05-06")
    with office.write("合并") as transaction:
        transaction.update("standard", str(_cell(office, key, "standard")), {"effective_on": "2024-01-01"})
    editing.edit_cells(office, "detail_entry", [Edit(key, "standard.issuer", "市局")])
    with pytest.raises(Refusal, match="实施日期早于发布日期"):
        editing.edit_cells(office, "detail_entry", [Edit(key, "standard.published_on", "2025-01-01")])
    editing.edit_cells(office, "detail_entry", [Edit(key, "standard.effective_on", "2024-06-01")])


@pytest.mark.parametrize(
    ("path", "typed", "sentence"),
    [
        ("standard.published_on", "三月", "“发布日期”看不懂“三月”，请写成 2022-11-07、2022-11 或 2022"),
        ("standard.title", "", "“标准名称”必填"),
        ("standard.status", "现行", "“状态”由程序计算或取自其他台账，不能直接填写"),
        ("standard.our_rank", "第一", "“顺位”要填数字，“第一”不是数字"),
        ("node.code", "QQ9", "“体系节点”里没有“QQ9”，请先在“体系节点”中建立，或改用已有的"),
        ("node.code", "zc5.1", None),
        ("node.code", "", None),
        ("department", "资产管理科", None),
    ],
)
def test_an_edit_is_checked_as_it_would_be_written(
    office: Session, path: str, typed: str, sentence: str | None
) -> None:
    key = _add(office, standard__title="甲")
    before = dump(office)
    assert editing.check_edit(office, "detail_entry", key, path, typed) == sentence
    assert dump(office) == before
    if sentence is None:
        editing.edit_cells(office, "detail_entry", [Edit(key, path, typed)])
    else:
        with pytest.raises(Refusal) as caught:
            editing.edit_cells(office, "detail_entry", [Edit(key, path, typed)])
        assert caught.value.message == sentence


def test_several_rows_of_one_name_are_refused(office: Session) -> None:
    for _ in range(2):
        editing.add_row(office, "organisation", {"name": "图书馆"})
    _, key = editing.add_row(office, "organisation", {"name": "档案馆"})
    person = {"name": "张三", "unit.name": "图书馆"}
    with pytest.raises(Refusal, match="“单位”有 2 条都叫“图书馆”，请改用编号区分"):
        editing.add_row(office, "person", person)
    _, made = editing.add_row(office, "person", {**person, "unit.name": " 档案馆"})
    assert _cell(office, made, "unit", "person") == key


def test_a_name_is_matched_whole(office: Session) -> None:
    editing.add_row(office, "organisation", {"name": "图书馆分馆"})
    with pytest.raises(Refusal, match="里没有“图书馆”"):
        editing.add_row(office, "person", {"name": "张三", "unit.name": "图书馆"})


def test_the_node_of_another_version_is_not_meant(office: Session) -> None:
    old, first = _add(office, planned_title="甲", node__code="ZC5"), _node(office, "ZC5")
    system.plant(office, "hangzhou", "新版")
    new = _add(office, planned_title="乙", node__code="ZC5")
    assert _cell(office, old, "node") == first != _cell(office, new, "node") == _node(office, "ZC5")


def test_a_node_is_moved_below_any_node_of_its_version_but_not_below_itself(office: Session) -> None:
    key = _node(office, "ZC5.1")
    editing.edit_cells(office, "system_node", [Edit(key, "parent.code", "JC")])
    assert _cell(office, key, "parent", "system_node") == _node(office, "JC")
    top = _node(office, "JC")
    for code in ("JC", "JC1", "ZC5.1"):
        sentence = editing.check_edit(office, "system_node", top, "parent.code", code)
        assert sentence == f"“{code}”是这条记录自己或在它之下，不能作为它的“上级节点”，请另选一个"


def test_whose_row_it_is_decides_who_edits_it(tmp_path: Path) -> None:
    bureau, office = pair(tmp_path)
    try:
        version = version_of(office)
        _, key = editing.add_row(office, "detail_entry", {"planned_title": "甲"}, fixed={"version": version})
        syncing.make_bundle(office, tmp_path / "a.bzb")
        syncing.apply_bundle(bureau, tmp_path / "a.bzb")
        reason = "这是下属单位的标准明细，由该单位修改；可写批注或退回"
        assert editing.why_read_only(bureau, "detail_entry", key) == reason
        assert editing.check_edit(bureau, "detail_entry", key, "notes", "x") == reason
        before = dump(bureau)
        for forbidden in (editing.delete_rows, editing.restore_rows):
            with pytest.raises(Refusal, match="下属单位"):
                forbidden(bureau, "detail_entry", [key])
        with pytest.raises(Refusal, match="下属单位"):
            editing.edit_cells(bureau, "detail_entry", [Edit(key, "notes", "x")])
        assert dump(bureau) == before
        inspection.take_over_checklists(bureau)
        sending_down.issue_checklist(bureau, str(bureau.read.rows(Query("checklist"))[0]["key"]))
        path, _ = syncing.make_named(bureau, tmp_path, office.identity.organisation)
        syncing.apply_bundle(office, path)
        issued = [str(row["key"]) for row in office.read.rows(Query("checklist"))]
        assert [owner_of(found) for found in issued] == [bureau.identity.organisation]
        assert editing.why_read_only(office, "checklist", issued[0]) == (
            "这是市局下发的检查表模板，本单位只能查看；有不同意见请联系市局"
        )
        assert editing.why_read_only(office, "detail_entry", key) is None
    finally:
        bureau.workspace.close()
        office.workspace.close()


def test_a_node_of_another_organisation_is_not_offered(tmp_path: Path) -> None:
    bureau, office = pair(tmp_path)
    try:
        theirs = version_of(office)
        syncing.make_bundle(office, tmp_path / "a.bzb")
        syncing.apply_bundle(bureau, tmp_path / "a.bzb")
        ours = version_of(bureau)
        with bureau.write("删除节点") as transaction:
            transaction.delete("system_node", [_node(bureau, "ZC5")])
        with pytest.raises(Refusal, match="“体系节点”里没有“ZC5”"):
            editing.add_row(
                bureau, "detail_entry", {"planned_title": "甲", "node.code": "ZC5"}, fixed={"version": ours}
            )
        _, key = editing.add_row(
            bureau, "detail_entry", {"planned_title": "甲", "node.code": "JC1"}, fixed={"version": ours}
        )
        assert _cell(bureau, key, "node") == _node(bureau, "JC1")
        assert theirs != ours
    finally:
        bureau.workspace.close()
        office.workspace.close()


def test_of_two_units_with_one_name_our_own_is_meant(tmp_path: Path) -> None:
    bureau, office = pair(tmp_path)
    try:
        _, theirs = editing.add_row(bureau, "organisation", {"name": "图书馆"})
        path, _ = syncing.make_named(bureau, tmp_path, office.identity.organisation)
        syncing.apply_bundle(office, path)
        person = {"name": "张三", "unit.name": "图书馆"}
        _, first = editing.add_row(office, "person", person)
        _, ours = editing.add_row(office, "organisation", {"name": "图书馆"})
        _, second = editing.add_row(office, "person", person)
        assert [_cell(office, key, "unit", "person") for key in (first, second)] == [theirs, ours]
    finally:
        bureau.workspace.close()
        office.workspace.close()


def test_a_vanished_row_says_so(office: Session) -> None:
    key = _add(office, planned_title="甲")
    editing.delete_rows(office, "detail_entry", [key])
    with pytest.raises(Refusal, match="已被删除，请刷新后再改"):
        editing.edit_cells(office, "detail_entry", [Edit(key, "notes", "x")])


def test_deleting_says_how_many_and_can_be_undone(office: Session) -> None:
    keys = [_add(office, planned_title=title) for title in "甲乙"]
    before = dump(office)
    assert editing.delete_rows(office, "detail_entry", iter(keys)).label == "删除 2 条标准明细"
    assert office.read.count(Query("detail_entry")) == 0
    history.undo(office)
    assert dump(office) == before


def test_history_reads_as_a_person_would_tell_it(office: Session) -> None:
    key = _add(office, standard__title="甲", node__code="JC1")
    edits = [Edit(key, "node.code", "ZC5"), Edit(key, "department", "资产管理科"), Edit(key, "primary", "是")]
    editing.edit_cells(office, "detail_entry", edits, basis="局务会〔2026〕3 号")
    lines = {
        line.field_label: (line.old, line.new, line.basis) for line in history.of_record(office, "detail_entry", key)
    }
    nodes = [office.read.caption("system_node", _node(office, code)) for code in ("JC1", "ZC5")]
    assert lines["体系节点"] == (*nodes, "局务会〔2026〕3 号")
    assert lines["主节点"] == ("", "是", "局务会〔2026〕3 号")
    assert lines["新建"] == ("", "", "")
    editing.delete_rows(office, "detail_entry", [key])
    assert history.of_record(office, "detail_entry", key)[0].field_label == "删除"


def test_with_nothing_to_take_back_the_person_is_told(office: Session) -> None:
    with pytest.raises(Refusal, match="没有可以重做的操作"):
        history.redo(office)
    while history.undo_label(office):
        history.undo(office)
    with pytest.raises(Refusal, match="没有可以撤销的操作"):
        history.undo(office)


def test_a_node_in_use_is_not_removed(office: Session) -> None:
    node = _node(office, "ZC5.1")
    key = _add(office, planned_title="甲", node__code="ZC5.1")
    with pytest.raises(Refusal, match="这个节点下还有 0 个下级、1 项标准"):
        system_editing.remove_nodes(office, [node])
    with pytest.raises(Refusal, match="下级"):
        system_editing.remove_nodes(office, [_node(office, "ZC")])
    editing.delete_rows(office, "detail_entry", [key])
    assert system_editing.remove_nodes(office, [node]).of("system_node") == {node}


def test_a_code_is_given_to_one_node_only(office: Session) -> None:
    version = system.own_version(office)
    with pytest.raises(Refusal, match="体系编号“ZC5”已经用过"):
        system_editing.add_node(office, version, None, "ZC5", "又一个")
    _, key = system_editing.add_node(office, version, _node(office, "ZC5"), "ZC5.9", "自建")
    assert _cell(office, key, "parent", "system_node") == _node(office, "ZC5")


def test_the_person_at_the_keyboard_is_named_in_every_step(office: Session) -> None:
    session = setup.choose_person(office.workspace, "王海燕")
    key = _add(session, planned_title="甲")
    assert history.of_record(session, "detail_entry", key)[0].person == "王海燕"
