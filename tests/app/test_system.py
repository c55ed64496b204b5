"""标准体系: moving, copying, merging, deleting nodes; versions; numbering; the tree as a table."""

from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.app import editing, exporting, history, importing, statistics, system, system_diagrams
from desktop.app import system_editing as nodes
from desktop.app import system_numbering as numbering
from desktop.app import system_versions as versions
from desktop.app.editing import Edit
from desktop.app.session import Session
from desktop.domain.changes import Changes
from desktop.domain.document import Paper
from desktop.domain.errors import Refusal
from desktop.domain.query import Query, where
from desktop.domain.system_tree import TOP, Tree
from tests.libraries import dump, lone_office


def tree(session: Session, version: str = "") -> Tree:
    return system.tree_of(session.read, version or system.own_version(session))


def key(session: Session, code: str, version: str = "") -> str:
    shown = tree(session, version)
    return next(item for item in shown.nodes if shown.code(item) == code)


def codes(session: Session, parent: str = "", version: str = "") -> list[str]:
    shown = tree(session, version)
    return [shown.code(item) for item in shown.children(key(session, parent, version) if parent else TOP)]


def add(session: Session, node: str, code: str = "", number: str = "", title: str = "标准") -> str:
    typed = {"standard.number": number, "standard.title": title} if number else {"planned_title": title}
    fixed = {"version": system.own_version(session)}
    return editing.add_row(session, "detail_entry", {**typed, "node.code": node, "code": code}, fixed=fixed)[1]


@pytest.mark.parametrize(("act", "parent", "expected"), [
    (lambda s: nodes.indent(s, key(s, "ZC3")), "ZC2", ["ZC2.1", "ZC2.2", "ZC2.3", "ZC3"]),
    (lambda s: nodes.outdent(s, key(s, "ZC2.2")), "ZC", ["ZC1", "ZC2", "ZC2.2", "ZC3", "ZC4", "ZC5", "ZC6", "ZC7"]),
    (lambda s: nodes.shift(s, key(s, "ZC2.1"), 1), "ZC2", ["ZC2.2", "ZC2.1", "ZC2.3"]),
    (lambda s: nodes.shift(s, key(s, "ZC2.3"), -1), "ZC2", ["ZC2.1", "ZC2.3", "ZC2.2"]),
    (lambda s: nodes.move_nodes(s, [key(s, "JC1"), key(s, "ZC2")], key(s, "JN"), 1), "JN",
     ["JN1", "JC1", "ZC2", "JN2", "JN3", "JN4", "JN5", "JN6", "JN7"]),
])  # fmt: skip
def test_each_move_is_one_step_that_one_undo_takes_back(
    office: Session, act: Callable[[Session], Changes], parent: str, expected: list[str]
) -> None:
    before = dump(office)
    changes = act(office)
    assert codes(office, parent) == expected
    assert changes.label.startswith("移动节点")
    history.undo(office)
    assert dump(office) == before


def test_a_move_rewrites_only_the_moved_node_and_its_standards_go_with_it(office: Session) -> None:
    entry = add(office, "ZC5.1")
    changes = nodes.move_nodes(office, [key(office, "ZC5")], key(office, "JC"), 0)
    assert changes.of("system_node") == {key(office, "ZC5")}
    assert office.read.row("detail_entry", entry)["node"] == key(office, "ZC5.1")  # type: ignore[index]
    assert codes(office, "JC")[0] == "ZC5" and codes(office, "ZC5") == ["ZC5.1", "ZC5.2", "ZC5.3"]


def test_moves_that_make_no_sense_are_refused(office: Session) -> None:
    with pytest.raises(Refusal, match="不能移到自己或自己的下级之下"):
        nodes.move_nodes(office, [key(office, "ZC")], key(office, "ZC2.1"), 0)
    with pytest.raises(Refusal, match="前面没有同级节点"):
        nodes.indent(office, key(office, "JC"))
    with pytest.raises(Refusal, match="已经是最上级"):
        nodes.outdent(office, key(office, "JC"))
    with pytest.raises(Refusal, match="已被删除"):
        nodes.shift(office, "x", 1)


def test_a_new_node_stands_where_it_was_asked_for_and_its_code_is_suggested(office: Session) -> None:
    version = system.own_version(office)
    assert nodes.suggested_code(office, version, key(office, "ZC2")) == "ZC2.4"
    nodes.add_node(office, version, key(office, "ZC2"), " ZC2.4 ", "信息公开", 1)
    assert codes(office, "ZC2") == ["ZC2.1", "ZC2.4", "ZC2.2", "ZC2.3"]
    with pytest.raises(Refusal, match="已经用过"):
        nodes.add_node(office, version, None, "zc 2.4", "又一个")
    with pytest.raises(Refusal, match="都填上"):
        nodes.add_node(office, version, None, "X", " ")


def test_a_node_is_renamed_but_not_to_a_code_in_use(office: Session) -> None:
    nodes.rename(office, key(office, "ZC5"), "ZC5", "公物仓（共享）")
    assert tree(office).name(key(office, "ZC5")) == "ZC5 公物仓（共享）"
    with pytest.raises(Refusal, match="“ZC4”已经用过"):
        nodes.rename(office, key(office, "ZC5"), "ZC4", "公物仓")
    sentence = editing.check_edit(office, "system_node", key(office, "ZC5"), "code", "zc 4")
    assert sentence == "体系编号“zc 4”已经用过，请换一个编号"
    assert editing.check_edit(office, "system_node", key(office, "ZC5"), "code", "ZC 5") is None


def test_a_branch_is_copied_with_new_codes_and_without_its_standards(office: Session) -> None:
    add(office, "ZC2.1")
    _, made = nodes.copy_branch(office, key(office, "ZC2"), key(office, "HQ"))
    assert tree(office).code(made) == "HQ8"
    assert codes(office, "HQ8") == ["HQ8.1", "HQ8.2", "HQ8.3"]
    assert codes(office, "HQ")[-1] == "HQ8"
    assert office.read.count(Query("detail_entry")) == 1
    _, top = nodes.copy_branch(office, key(office, "ZC2"), TOP)
    assert tree(office).code(top) == "ZC2-2"


def test_merged_nodes_hand_over_standards_and_children_and_go(office: Session) -> None:
    entry = add(office, "ZC2")
    before = dump(office)
    nodes.merge_nodes(office, [key(office, "ZC2"), key(office, "ZC3")], key(office, "ZC3"))
    assert "ZC2" not in codes(office, "ZC")
    assert codes(office, "ZC3") == ["ZC3.1", "ZC3.2", "ZC3.3", "ZC2.1", "ZC2.2", "ZC2.3"]
    assert office.read.row("detail_entry", entry)["node"] == key(office, "ZC3")  # type: ignore[index]
    history.undo(office)
    assert dump(office) == before
    with pytest.raises(Refusal, match="请反过来合并"):
        nodes.merge_nodes(office, [key(office, "ZC2"), key(office, "ZC2.1")], key(office, "ZC2.1"))


def wants(session: Session, code: str, number: int, basis: str) -> None:
    cells = [Edit(key(session, code), "planned_count", str(number)), Edit(key(session, code), "planned_basis", basis)]
    editing.edit_cells(session, "system_node", cells)


def planned(session: Session, code: str) -> tuple[object, object]:
    node = tree(session).nodes[key(session, code)]
    return node.planned_count, node.planned_basis


def test_merged_nodes_want_together_what_each_wanted(office: Session) -> None:
    wants(office, "ZC2", 60, "规划")
    wants(office, "ZC3", 70, "通知")
    wants(office, "ZC2.1", 5, "规划")
    add(office, "ZC4")
    total = statistics.table(office).groups[0].total.wanted
    nodes.merge_nodes(office, [key(office, "ZC2"), key(office, "ZC3")], key(office, "ZC3"))
    assert planned(office, "ZC3") == (130, "通知；规划")
    nodes.merge_nodes(office, [key(office, "ZC2.1"), key(office, "ZC3")], key(office, "ZC3"))
    assert planned(office, "ZC3") == (130, "通知；规划"), "what stood below it was counted in its number"
    nodes.merge_nodes(office, [key(office, "ZC3"), key(office, "ZC4")], key(office, "ZC4"))
    assert planned(office, "ZC4") == (131, "通知；规划")
    assert statistics.table(office).groups[0].total.wanted == total
    nodes.merge_nodes(office, [key(office, "JC1"), key(office, "JC2")], key(office, "JC2"))
    assert planned(office, "JC2") == (None, None)


def test_a_copied_branch_wants_nothing_of_its_own(office: Session) -> None:
    wants(office, "ZC2", 60, "规划")
    total = statistics.table(office).groups[0].total.wanted
    _, made = nodes.copy_branch(office, key(office, "ZC2"), TOP)
    copy = tree(office).nodes[made]
    assert (copy.name, copy.planned_count, copy.planned_basis) == (
        tree(office).nodes[key(office, "ZC2")].name,
        None,
        None,
    )
    assert statistics.table(office).groups[0].total.wanted == total


def test_a_node_with_standards_vanishes_only_when_they_are_taken_over(office: Session) -> None:
    entry = add(office, "ZC2")
    with pytest.raises(Refusal, match="还有 3 个下级、1 项标准"):
        nodes.remove_nodes(office, [key(office, "ZC2")])
    with pytest.raises(Refusal, match="也在要删除的节点之下"):
        nodes.remove_nodes(office, [key(office, "ZC2")], key(office, "ZC2.1"))
    nodes.remove_nodes(office, [key(office, "ZC2")], key(office, "ZC1"))
    assert office.read.row("detail_entry", entry)["node"] == key(office, "ZC1")  # type: ignore[index]
    assert codes(office, "ZC1") == ["ZC2.1", "ZC2.2", "ZC2.3"]


def test_numbering_is_shown_before_it_is_done_and_undone_as_one_step(office: Session) -> None:
    entry = add(office, "ZC5.2", "ZC5.2-03")
    loose = add(office, "", "JC2.01")
    nodes.move_nodes(office, [key(office, "ZC5")], key(office, "JC"), 1)
    version, before = system.own_version(office), dump(office)
    assert numbering.check(office, version) == ["ZC5 不以上级编号 JC 开头", "ZC4 之后直接到 ZC6"]
    some = numbering.preview(office, version, key(office, "JC"), in_turn=False)
    assert [(item.old, item.new) for item in some.nodes] == [
        ("ZC5", "JC6"),
        ("ZC5.1", "JC6.1"),
        ("ZC5.2", "JC6.2"),
        ("ZC5.3", "JC6.3"),
    ]
    planned = numbering.preview(office, version, key(office, "JC"))
    assert ("JC2", "JC3") in [(item.old, item.new) for item in planned.nodes]
    assert dump(office) == before
    changes = numbering.apply(office, version, planned)
    assert codes(office, "JC") == ["JC1", "JC2", "JC3", "JC4", "JC5", "JC6"]
    assert [office.read.row("detail_entry", item)["code"] for item in (entry, loose)] == ["JC2.2-03", "JC3.01"]  # type: ignore[index]
    with pytest.raises(Refusal, match="请重新预览"):
        numbering.apply(office, version, planned)
    assert changes.label == "重新编号（8 个节点，2 行明细）"
    history.undo(office)
    assert dump(office) == before


def test_a_conflict_of_codes_is_never_written(office: Session) -> None:
    version = system.own_version(office)
    nodes.rename(office, key(office, "HQ1"), "ZC8", "别处")
    nodes.move_nodes(office, [key(office, "JC1")], key(office, "ZC"), 9)
    planned = numbering.preview(office, version, key(office, "ZC"), in_turn=False)
    assert planned.conflicts == ("编号 ZC8 会重复：标准化工作导则、别处",)
    with pytest.raises(Refusal, match="会重复"):
        numbering.apply(office, version, planned)


def test_the_next_version_is_a_copy_that_shares_the_standards(office: Session) -> None:
    entry = add(office, "ZC5", "ZC5.01", "GB/T 1.1-2020", "标准化工作导则")
    old = system.own_version(office)
    with pytest.raises(Refusal, match="已经有一个草案"):
        versions.next_version(office, old, "2027 版")
    versions.publish(office, old, "局务会〔2026〕3 号")
    before = dump(office)
    with pytest.raises(Refusal, match="已有名为“2026 版”的版本"):
        versions.next_version(office, old, "2026 版")
    _, new = versions.next_version(office, old, "2027 版")
    copied = {node.copied_from: node for node in tree(office, new).nodes.values()}
    assert set(copied) == set(tree(office, old).nodes)
    assert [tree(office, new).code(item) for item in tree(office, new).in_order()] == [
        tree(office, old).code(item) for item in tree(office, old).in_order()
    ]
    (row,) = office.read.rows(Query("detail_entry", where(version=new)))
    original = office.read.row("detail_entry", entry) or {}
    assert (row["copied_from"], row["standard"], row["node"]) == (entry, original["standard"], key(office, "ZC5", new))
    assert versions.compare(office, old, new) == []
    with pytest.raises(Refusal, match="已经有一个草案"):
        versions.next_version(office, new, "2028 版")
    history.undo(office)
    assert dump(office) == before


@pytest.fixture
def published(office: Session) -> tuple[Session, str, str]:
    """An office with a published version and the draft of the next one: session, published, draft."""
    add(office, "ZC5", "ZC5.01", "GB/T 1.1-2020", "标准化工作导则")
    old = system.own_version(office)
    versions.publish(office, old, "局务会〔2026〕3 号")
    return office, old, versions.next_version(office, old, "2027 版")[1]


def test_the_wanted_numbers_of_the_published_version_are_filled_in_and_nothing_else_of_it(
    published: tuple[Session, str, str],
) -> None:
    session, old, _ = published
    (branch, node), *_ = statistics.fillable(session).items()
    assert node.version == old
    with pytest.raises(Refusal, match="请先填应有数依据"):
        statistics.fill_planned(session, branch, "33", " ")
    statistics.fill_planned(session, branch, "33", "规划")
    assert statistics.fillable(session)[branch].planned_count == 33
    assert editing.check_edit(session, "system_node", node.key, "planned_basis", "") is not None, (
        "while there is a number"
    )
    for path, text in (("name", "改名"), ("notes", "改"), ("department", "处")):
        assert "已经发布，节点只能查看" in str(editing.check_edit(session, "system_node", node.key, path, text))
    both = [Edit(node.key, "planned_count", "34"), Edit(node.key, "name", "改名")]
    with pytest.raises(Refusal, match="节点只能查看"):
        editing.edit_cells(session, "system_node", both)
    assert "只能查看" in str(editing.why_read_only(session, "system_node", node.key))
    with session.write("旧版") as transaction:
        transaction.update("system_version", old, {"state": "history"})
    assert "历史版本" in str(editing.check_edit(session, "system_node", node.key, "planned_count", "35"))


def test_a_published_version_keeps_its_tree_and_the_current_detail_table_stays_open(
    published: tuple[Session, str, str],
) -> None:
    office, old, new = published
    assert system.own_version(office) == old
    assert versions.state_name(office, old) == "现行"
    for act in (
        lambda: nodes.shift(office, key(office, "ZC2", old), 1),
        lambda: nodes.add_node(office, old, None, "QQ", "新"),
        lambda: nodes.remove_nodes(office, [key(office, "ZC2.1", old)]),
        lambda: editing.edit_cells(office, "system_node", [Edit(key(office, "ZC2", old), "name", "改")]),
        lambda: editing.delete_rows(office, "system_node", [key(office, "ZC2.1", old)]),
        lambda: numbering.apply(office, old, numbering.preview(office, old, TOP)),
    ):
        with pytest.raises(Refusal, match="已经发布"):
            act()
    (entry,) = office.read.rows(Query("detail_entry", where(version=old)))
    editing.edit_cells(office, "detail_entry", [Edit(str(entry["key"]), "department", "资产处")])
    nodes.shift(office, key(office, "ZC2", new), 1)
    versions.publish(office, new, "局务会〔2027〕1 号", "2027-01-05")
    assert system.own_version(office) == new
    assert office.read.row("system_version", new)["published_on"] == "2027-01-05"  # type: ignore[index]
    with pytest.raises(Refusal, match="历史版本，只能查看"):
        editing.edit_cells(office, "detail_entry", [Edit(str(entry["key"]), "department", "办公室")])
    with pytest.raises(Refusal, match="只有草案可以发布"):
        versions.publish(office, old, "再来")
    assert statistics.table(office).groups[0].total.planned.value == 1


def test_work_in_the_current_detail_table_goes_into_the_draft_when_it_is_published(
    published: tuple[Session, str, str],
) -> None:
    office, old, new = published
    (first,) = office.read.rows(Query("detail_entry", where(version=old)))
    editing.edit_cells(office, "detail_entry", [Edit(str(first["key"]), "department", "资产处")])
    added = add(office, "ZC2.1", "ZC2.1-04", "", "配置办法")
    nodes.move_nodes(office, [key(office, "ZC2", new)], key(office, "JC", new), 9)
    numbering.apply(office, new, numbering.preview(office, new, key(office, "JC", new)))
    before = dump(office)
    versions.publish(office, new, "局务会〔2027〕1 号")
    rows = {row["copied_from"]: row for row in office.read.rows(Query("detail_entry", where(version=new)))}
    assert set(rows) == {first["key"], added}
    assert rows[first["key"]]["department"] == "资产处"
    assert (rows[added]["code"], rows[added]["planned_title"]) == ("JC6.1-04", "配置办法")
    assert rows[added]["node"] == key(office, "JC6.1", new)
    history.undo(office)
    assert dump(office) == before
    editing.delete_rows(office, "detail_entry", [str(first["key"]), added])
    versions.publish(office, new, "局务会〔2027〕1 号")
    assert office.read.count(Query("detail_entry", where(version=new))) == 0


def test_a_draft_is_given_up_as_one_step_but_not_what_the_detail_table_rests_on(
    published: tuple[Session, str, str],
) -> None:
    office, old, new = published
    before = dump(office)
    versions.discard(office, new)
    assert [item.key for item in versions.versions(office)] == [old]
    assert office.read.count(Query("system_node", where(version=new))) == 0
    history.undo(office)
    assert dump(office) == before
    with pytest.raises(Refusal, match="只有草案可以删除"):
        versions.discard(office, old)


def test_the_only_draft_is_not_given_up(office: Session) -> None:
    with pytest.raises(Refusal, match="明细表就在这个草案里"):
        versions.discard(office, system.own_version(office))


def test_a_retired_code_is_not_suggested_again(office: Session) -> None:
    nodes.remove_nodes(office, [key(office, "ZC2.3")])
    assert nodes.suggested_code(office, system.own_version(office), key(office, "ZC2")) == "ZC2.4"


def test_publishing_asks_for_its_basis_and_for_nodes(office: Session) -> None:
    with pytest.raises(Refusal, match="发布依据"):
        versions.publish(office, system.own_version(office), " ")
    versions.publish(office, system.own_version(office), "甲")
    system.plant(office, "empty", "空")
    empty = versions.versions(office)[0].key
    with pytest.raises(Refusal, match="还没有节点"):
        versions.publish(office, empty, "乙")


def test_a_comparison_lists_what_is_new_gone_changed_and_moved(published: tuple[Session, str, str]) -> None:
    office, old, new = published
    nodes.add_node(office, new, key(office, "ZC2", new), "ZC2.4", "信息公开")
    nodes.remove_nodes(office, [key(office, "JC5", new)])
    nodes.rename(office, key(office, "ZC1", new), "ZC1", "经费管理")
    nodes.move_nodes(office, [key(office, "ZC4", new)], key(office, "HQ", new), 0)
    (entry,) = office.read.rows(Query("detail_entry", where(version=new)))
    editing.edit_cells(office, "detail_entry", [Edit(str(entry["key"]), "node.code", "JC1")])
    editing.add_row(office, "detail_entry", {"planned_title": "巡查办法"}, fixed={"version": new})
    found = {(item.kind, item.subject, item.name): (item.old, item.new) for item in versions.compare(office, old, new)}
    assert found == {
        ("增", "节点", "ZC2.4 信息公开"): ("", "ZC2 办公用房"),
        ("删", "节点", "JC5 档案与公文"): ("JC 基础通用", ""),
        ("改", "节点", "ZC1 经费管理"): ("名称：经费与成本", "名称：经费管理"),
        ("移", "节点", "ZC4 通用资产配置"): ("ZC 资产经费管理", "HQ 后勤服务保障"),
        ("移", "标准", "ZC5.01 GB/T 1.1-2020 标准化工作导则"): ("ZC5 公物仓", "JC1 标准化工作导则"),
        ("增", "标准", "巡查办法"): ("", ""),
    }
    document = versions.comparison(office, old, new)
    assert len(document.table.rows) == 6
    assert document.head[0][1].value == "增 2，删 1，改 1，移 2"


def test_versions_planted_apart_are_compared_by_code_and_by_number(office: Session) -> None:
    add(office, "ZC5", "ZC5.01", "GB/T 1.1-2020", "导则")
    old = system.own_version(office)
    system.plant(office, "hangzhou", "另一版")
    new = versions.versions(office)[0].key
    editing.add_row(
        office, "detail_entry",
        {"standard.number": "GB／T1.1—2020", "standard.title": "导则", "node.code": "ZC5", "code": "ZC5.01"},
        fixed={"version": new},
    )  # fmt: skip
    found = versions.compare(office, old, new)
    assert [(item.kind, item.old, item.new) for item in found] == [
        ("改", "标准号：GB/T 1.1-2020", "标准号：GB／T1.1—2020")
    ]


def test_the_tree_goes_out_as_a_table_and_comes_back_the_same(office: Session, tmp_path: Path) -> None:
    nodes.move_nodes(office, [key(office, "ZC7")], key(office, "ZC"), 0)
    nodes.move_nodes(office, [key(office, "SZ")], TOP, 0)
    path = tmp_path / "tree.xlsx"
    assert exporting.export(office, "system_node", path) == 60
    other = lone_office(tmp_path / "other")
    planned = importing.plan(other, path, "system_node")
    assert planned.counts() == {"added": 60, "changed": 0, "equal": 0, "refused": 0}
    importing.apply(other, planned)
    shown = [(tree(session).code(item), tree(session).depth(item)) for session in (office, other)
             for item in tree(session).in_order()]  # fmt: skip
    assert shown[:60] == shown[60:]
    again = importing.plan(other, path, "system_node")
    assert again.counts()["equal"] == 60
    other.workspace.close()


def test_nodes_may_come_in_any_order_and_only_into_a_draft(office: Session, tmp_path: Path) -> None:
    path = tmp_path / "nodes.csv"
    path.write_text("体系编号,节点名称,上级节点\nQQ1.1,丙,QQ1\nQQ1,乙,QQ\nQQ,甲,\nRR,丁,没有\n", encoding="utf-8")
    planned = importing.plan(office, path, "system_node")
    assert planned.counts()["added"] == 3 and "没有" in planned.of("refused")[0].problems[0][1]
    importing.apply(office, planned)
    assert codes(office, "QQ") == ["QQ1"] and codes(office, "QQ1") == ["QQ1.1"]
    assert codes(office)[-2:] == ["SZ", "QQ"]
    versions.publish(office, system.own_version(office), "甲")
    with pytest.raises(Refusal, match="请先在“标准体系”页建立下一版"):
        importing.plan(office, path, "system_node")


def test_counts_of_a_node_include_what_stands_below_and_what_was_planned(office: Session) -> None:
    add(office, "ZC5.1", "", "GB/T 1.1-2020", "甲")
    add(office, "ZC5", "", "", "乙")
    wants(office, "ZC5.2", 4, "规划")
    found = system_diagrams.counts(office, system.own_version(office))
    shown = {
        code: (found[key(office, code)].planned, found[key(office, code)].present)
        for code in ("ZC5.1", "ZC5.2", "ZC5", "ZC", "JC")
    }
    assert shown == {"ZC5.1": (1, 1), "ZC5.2": (4, 0), "ZC5": (6, 1), "ZC": (6, 1), "JC": (0, 0)}


@pytest.mark.parametrize("paper", list(Paper))
def test_the_diagram_shows_every_node_of_the_version(office: Session, paper: Paper) -> None:
    document = system_diagrams.document(office, system.own_version(office), paper, with_counts=True)
    shown = {frame.key for page in document.drawings for frame in page.frames if frame.key}
    assert shown == set(tree(office).nodes)
    assert document.title.endswith("标准体系框图（2026 版）")
    assert any("0/0" in line.text for page in document.drawings for frame in page.frames for line in frame.lines)


def test_several_nodes_are_removed_as_one_step_and_what_stays_goes_to_another(office: Session) -> None:
    before = dump(office)
    going = [key(office, code) for code in ("ZC2", "ZC2.1")]
    with pytest.raises(Refusal, match="这 2 个节点下还有 2 个下级、0 项标准"):
        nodes.remove_nodes(office, going)
    with pytest.raises(Refusal, match="也在要删除的节点之下"):
        nodes.remove_nodes(office, going, key(office, "ZC2.2"))
    nodes.remove_nodes(office, going, key(office, "ZC1"))
    tree = system.tree_of(office.read, system.own_version(office))
    assert [tree.code(child) for child in tree.children(key(office, "ZC1"))][-2:] == ["ZC2.2", "ZC2.3"]
    assert not set(going) & set(tree.nodes)
    assert history.undo_label(office) == "删除 2 个节点"
    history.undo(office)
    assert dump(office) == before
