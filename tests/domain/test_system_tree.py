"""Moves within a tree, and numbering it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop import resources
from desktop.domain.codes import behind
from desktop.domain.errors import Refusal
from desktop.domain.ledgers.system import SystemNode
from desktop.domain.positions import position
from desktop.domain.renumbering import DetailCode, gaps, next_code, renumber
from desktop.domain.system_tree import TOP, Placement, Tree
from tests.domain.system_nodes import system_node


def node(key: str, parent: str = "", code: str = "", place: str = "") -> SystemNode:
    return system_node(key=key, parent=parent or None, code=code or key, name=f"名{key}", position=place)


def moved(tree: Tree, placements: list[Placement]) -> Tree:
    where = {placement.key: placement for placement in placements}
    return Tree([
        node(key, where[key].parent if key in where else tree.parent(key), tree.code(key),
             where[key].position if key in where else str(old.position or ""))
        for key, old in tree.nodes.items()
    ])  # fmt: skip


@st.composite
def trees(draw: st.DrawFn, positions: bool = True) -> Tree:
    parents = draw(st.lists(st.integers(-1, 30), min_size=1, max_size=25))
    return Tree([
        node(f"n{place}", "" if parent < 0 or not place else f"n{parent % place}", place=position(place) if positions else "")
        for place, parent in enumerate(parents)
    ])  # fmt: skip


@st.composite
def coded_trees(draw: st.DrawFn) -> Tree:
    """Trees whose codes are well formed, with gaps and strangers."""
    shape = draw(trees())
    separator = draw(st.sampled_from([".", "-", " "]))
    codes: dict[str, str] = {}
    for key in shape.in_order():
        siblings = shape.siblings(key)
        number = siblings.index(key) * draw(st.integers(1, 2)) + siblings.index(key) + 1
        parent = shape.parent(key)
        codes[key] = (
            f"{codes[parent]}{separator}{number}" if parent else f"{'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[siblings.index(key)]}X"
        )
    strangers = draw(st.sets(st.sampled_from(sorted(codes)), max_size=3))
    return Tree([
        node(key, shape.parent(key), f"旧{codes[key]}" if key in strangers and shape.parent(key) else codes[key], str(old.position))
        for key, old in shape.nodes.items()
    ])  # fmt: skip


@given(trees(), st.data())
def test_a_move_puts_the_nodes_there_keeps_the_rest_and_rewrites_only_the_moved(
    tree: Tree, data: st.DataObject
) -> None:
    key = data.draw(st.sampled_from(sorted(tree.nodes)))
    parent = data.draw(st.sampled_from([TOP, *sorted(tree.nodes)]))
    at = data.draw(st.integers(0, 5))
    if parent in tree.branch(key):
        with pytest.raises(Refusal, match="不能移到自己或自己的下级之下"):
            tree.placed([key], parent, at)
        return
    placements = tree.placed([key], parent, at)
    after = moved(tree, placements)
    rest = [child for child in tree.children(parent) if child != key]
    assert after.children(parent) == [*rest[:at], key, *rest[at:]]
    assert [item.key for item in placements] == [key]
    assert sorted(after.in_order()) == sorted(tree.nodes)
    assert all(
        after.children(other) == [child for child in tree.children(other) if child != key]
        for other in (TOP, *tree.nodes) if other != parent
    )  # fmt: skip


@given(trees(positions=False), st.data())
def test_siblings_without_order_keys_are_numbered_once_and_then_keep_their_order(
    tree: Tree, data: st.DataObject
) -> None:
    key = data.draw(st.sampled_from(sorted(tree.nodes)))
    at = data.draw(st.integers(0, 5))
    after = moved(tree, tree.placed([key], tree.parent(key), at))
    rest = [child for child in tree.siblings(key) if child != key]
    assert after.siblings(key) == [*rest[:at], key, *rest[at:]]


@given(trees(), st.data())
def test_in_and_out_up_and_down_are_each_others_way_back(tree: Tree, data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(sorted(tree.nodes)))
    siblings = tree.siblings(key)
    at = siblings.index(key)
    indented = tree.indented(key)
    assert bool(indented) == (at > 0)
    if indented:
        below = moved(tree, indented)
        assert below.parent(key) == siblings[at - 1] and below.siblings(key)[-1] == key
        assert moved(below, below.outdented(key)).siblings(key) == siblings
    down = tree.shifted(key, 1)
    assert bool(down) == (at + 1 < len(siblings))
    if down:
        there = moved(tree, down)
        assert there.siblings(key).index(key) == at + 1
        assert moved(there, there.shifted(key, -1)).siblings(key) == siblings
    assert bool(tree.outdented(key)) == bool(tree.parent(key))


def test_circles_and_lost_parents_stand_at_the_top() -> None:
    tree = Tree([node("a", "b"), node("b", "a"), node("c", "gone"), node("d", "a"), node("e", "e")])
    assert sorted(tree.in_order()) == ["a", "b", "c", "d", "e"]
    assert tree.parent("d") == "a" and tree.depth("d") == 1


def test_a_branch_within_another_moves_with_it() -> None:
    tree = Tree([node("a"), node("b", "a"), node("c")])
    assert [item.key for item in tree.placed(["b", "a"], "c", 0)] == ["a"]


@given(coded_trees())
def test_numbering_keeps_the_order_repeats_no_code_and_a_second_time_changes_nothing(tree: Tree) -> None:
    entries = [DetailCode(f"e{key}", f"{tree.code(key)}-07", key, key) for key in tree.nodes]
    found = renumber(tree, TOP, entries)
    assert found.conflicts == ()
    new = {item.key: item.new for item in found.nodes}
    after = Tree(
        [
            node(key, tree.parent(key), new.get(key, tree.code(key)), str(old.position))
            for key, old in tree.nodes.items()
        ]
    )
    assert after.in_order() == tree.in_order()
    codes = [after.code(key) for key in after.nodes]
    assert len(set(codes)) == len(codes)
    assert gaps(after) == []
    rows = {item.key: item.new for item in found.entries}
    assert all(rows.get(f"e{key}", f"{tree.code(key)}-07") == f"{after.code(key)}-07" for key in tree.nodes)
    again = renumber(
        after, TOP, [DetailCode(item.key, rows.get(item.key, item.code), item.node, "") for item in entries]
    )
    assert (again.nodes, again.entries, again.conflicts) == ((), (), ())


@given(coded_trees())
def test_numbering_only_the_strangers_leaves_every_fitting_code(tree: Tree) -> None:
    found = renumber(tree, TOP, [], in_turn=False)
    for item in found.nodes:
        parent = tree.parent(item.key)
        changed = {other.key for other in found.nodes}
        assert parent in changed or behind(tree.code(parent), item.old) is None
    fresh = {item.key: item.new for item in found.nodes}
    assert all(behind(fresh.get(tree.parent(key), tree.code(tree.parent(key))), fresh.get(key, tree.code(key)))
               for key in tree.nodes if tree.parent(key))  # fmt: skip


@pytest.mark.parametrize(("parent", "children", "expected"), [
    ("JC", ["JC 101", "JC 103"], ["JC 101", "JC 102"]),
    ("BZ101", ["BZ101-01", "BZ101-05"], ["BZ101-01", "BZ101-02"]),
    ("1", ["1.2", "1.3"], ["1.1", "1.2"]),
    ("ZC5", ["ZC5.02", "YJ3"], ["ZC5.01", "ZC5.02"]),
    ("101", ["10103", "10101"], ["10101", "10102"]),
    ("ZC", ["乙", "丙"], ["ZC1", "ZC2"]),
])  # fmt: skip
def test_the_pattern_is_read_from_the_children(parent: str, children: list[str], expected: list[str]) -> None:
    tree = Tree(
        [node("p", code=parent), *(node(f"c{at}", "p", code, position(at)) for at, code in enumerate(children))]
    )
    found = {item.key: item.new for item in renumber(tree, "p", []).nodes}
    assert [found.get(key, tree.code(key)) for key in tree.children("p")] == expected


@pytest.mark.parametrize("place", [0, 1])
def test_the_shipped_trees_are_numbered_without_gap(place: int) -> None:
    nodes = json.loads(resources.read_text("library", "systems.json"))[place]["nodes"]
    tree = Tree([node(item["code"], item.get("parent") or "", place=position(at)) for at, item in enumerate(nodes)])
    assert gaps(tree) == []
    assert renumber(tree, TOP, []).nodes == ()


def test_gaps_and_strangers_are_told() -> None:
    tree = Tree([node("HQ"), node("HQ4", "HQ"), node("HQ6", "HQ"), node("ZC9", "HQ")])
    assert gaps(tree) == ["ZC9 不以上级编号 HQ 开头", "HQ4 之后直接到 HQ6"]
    assert next_code(tree, "HQ") == "HQ7"
    assert next_code(tree, TOP) == ""
    assert next_code(Tree([]), TOP) == "1"
    assert next_code(Tree([node("1"), node("2")]), TOP) == "3"
    assert next_code(tree, "HQ6") == "HQ6.1"


def test_rows_follow_the_longest_fitting_code_and_a_code_taken_elsewhere_is_a_conflict() -> None:
    tree = Tree(
        [node("A"), node("A2", "A", place="000001"), node("A3", "A", place="000002"), node("B"), node("b1", "B", "A1")]
    )
    entries = [DetailCode("x", "A3.05", "", "甲"), DetailCode("y", "a 3-1", "A3", "乙"), DetailCode("z", "", "A3", "丙"),
               DetailCode("w", "Q1", "A3", "丁")]  # fmt: skip
    found = renumber(tree, "A", entries)
    assert [(item.old, item.new) for item in found.nodes] == [("A2", "A1"), ("A3", "A2")]
    assert [(item.key, item.new) for item in found.entries] == [("x", "A2.05"), ("y", "A2-1")]
    assert found.conflicts == ("编号 A1 会重复：名A2、名b1",)


def test_two_rows_that_would_share_a_code_are_a_conflict() -> None:
    tree = Tree([node("A"), node("A2", "A")])
    found = renumber(tree, "A", [DetailCode("x", "A2.1", "A2", "甲"), DetailCode("y", "A1.1", "A", "乙")])
    assert found.conflicts == ("明细编号 A1.1 会重复：甲、乙",)
