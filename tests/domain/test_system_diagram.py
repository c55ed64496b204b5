"""框图: what stands on a page and what never does."""

import itertools
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.domain.drawing import LINE, POINT, Drawing, Frame, broken, text_width
from desktop.domain.ledgers.system import SystemNode
from desktop.domain.positions import position
from desktop.domain.system_diagram import SMALLEST, Wanted, diagram
from desktop.domain.system_tree import Tree
from tests.domain.system_nodes import system_node

A3, A4 = (380.0, 250.0), (257.0, 163.0)


def tree_of(parents: list[int], names: list[str]) -> Tree:
    return Tree([
        system_node(key=f"n{at}", parent=f"n{parent % at}" if parent >= 0 and at else None, code=f"C{at}",
                   name=names[at % len(names)], position=position(at))
        for at, parent in enumerate(parents)
    ])  # fmt: skip


def levels(tops: int, second: int, third: int, fourth: int) -> Tree:
    """Four levels: `tops` branches of `second` nodes, below the first of which stand `third`, below its first `fourth`."""
    nodes: list[SystemNode] = []

    def add(code: str, parent: str) -> str:
        nodes.append(
            system_node(
                key=code,
                parent=parent or None,
                code=code,
                name="机关事务公物仓管理与处置",
                position=position(len(nodes)),
            )
        )
        return code

    for top in range(tops):
        head = add("ABCDEFGHIJ"[top], "")
        for child in range(second):
            below = add(f"{head}{child + 1}", head)
            for grandchild in range(third if child == 0 else 0):
                deep = add(f"{below}.{grandchild + 1}", below)
                for last in range(fourth if grandchild == 0 else 0):
                    add(f"{deep}.{last + 1}", deep)
    return Tree(nodes)


def overlap(one: Frame, other: Frame) -> bool:
    return (one.x < other.x + other.width - 1e-6 and other.x < one.x + one.width - 1e-6
            and one.y < other.y + other.height - 1e-6 and other.y < one.y + one.height - 1e-6)  # fmt: skip


def check_page(page: Drawing) -> None:
    for frame in page.frames:
        assert frame.x >= -1e-6 and frame.y >= -1e-6
        assert frame.x + frame.width <= page.width + 1e-6 and frame.y + frame.height <= page.height + 1e-6
        assert all(line.points >= SMALLEST for line in frame.lines)
        assert all(text_width(line.text, line.points) <= frame.width for line in frame.lines)
        assert sum(line.points * POINT * LINE for line in frame.lines) <= frame.height
    assert max(frame.y + frame.height for frame in page.frames) == page.height
    assert not any(overlap(one, other) for one, other in itertools.combinations(page.frames, 2))
    for rule in page.rules:
        assert rule.x1 == rule.x2 or rule.y1 == rule.y2
        low, high = sorted((rule.y1, rule.y2))
        left, right = sorted((rule.x1, rule.x2))
        assert left >= -1e-6 and right <= page.width + 1e-6 and low >= -1e-6 and high <= page.height + 1e-6
        through = [frame for frame in page.frames
                   if left < frame.x + frame.width - 0.01 and right > frame.x + 0.01
                   and low < frame.y + frame.height - 0.01 and high > frame.y + 0.01]  # fmt: skip
        assert through == []


@settings(max_examples=60)
@given(
    st.lists(st.integers(-1, 60), max_size=70),
    st.lists(st.text("公物仓管理ABMw1. ", max_size=40) | st.just("档案" * 60), min_size=1, max_size=5),
    st.sampled_from([A3, A4, (172.0, 240.0)]),
)
def test_every_node_stands_once_legibly_within_the_page_and_nothing_touches(
    parents: list[int], names: list[str], area: tuple[float, float]
) -> None:
    tree = tree_of(parents, names)
    pages = diagram(Wanted(tree, "机关事务标准体系", counts={"n0": "3/12"}), *area)
    for page in pages:
        check_page(page)
    shown = Counter(frame.key for page in pages for frame in page.frames if frame.key)
    assert set(shown) == set(tree.nodes)
    assert all(shown[key] == 1 for key in tree.nodes if tree.parent(key) or len(pages) == 1)


def test_four_levels_of_sixty_nodes_fit_one_page_of_a3() -> None:
    tree = levels(6, 5, 3, 2)
    assert (len(tree.nodes), max(tree.depth(key) for key in tree.nodes)) == (66, 3)
    (page,) = diagram(Wanted(tree, "机关事务标准体系"), *A3)
    check_page(page)
    assert min(line.points for frame in page.frames for line in frame.lines) == 10.5


def test_what_does_not_fit_is_an_overview_and_a_page_for_each_branch() -> None:
    tree = levels(6, 16, 8, 4)
    pages = diagram(Wanted(tree, "机关事务标准体系"), *A4)
    assert [page.caption.split()[0] for page in pages] == ["机关事务标准体系", *"ABCDEF"]
    assert {frame.key for frame in pages[0].frames if frame.key} == set("ABCDEF")
    for page in pages:
        check_page(page)


def test_the_dashed_box_above_is_joined_by_a_dashed_line_and_levels_by_solid_ones() -> None:
    (page,) = diagram(Wanted(levels(2, 2, 0, 0), "体系", counts={"A1": "2/3"}), *A4)
    assert [frame.lines[0].text for frame in page.frames if frame.dashed] == ["法律法规、政策文件、标准化方针目标"]
    assert [rule.dashed for rule in page.rules].count(True) == 1
    (box,) = [frame for frame in page.frames if frame.key == "A1"]
    assert [line.text for line in box.lines] == ["A1 2/3", "机关事务公物仓管理与处置"]
    (bare,) = diagram(Wanted(levels(2, 2, 0, 0), "体系", above=""), *A4)
    assert not any(frame.dashed for frame in bare.frames) and not any(rule.dashed for rule in bare.rules)


def test_an_empty_system_is_a_box_of_its_own() -> None:
    (page,) = diagram(Wanted(Tree([]), "体系"), *A4)
    assert [frame.key for frame in page.frames] == ["", ""]


@pytest.mark.parametrize(
    ("text", "expected"), [("公物仓管理", ("公物仓", "管理")), ("", ()), ("  甲  乙 ", ("甲 乙",))]
)
def test_text_is_broken_to_the_width(text: str, expected: tuple[str, ...]) -> None:
    assert broken(text, 10.0, 3.1 * 10 * POINT) == expected
