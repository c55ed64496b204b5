"""Two PCs of one office enter the same standard, each knowing nothing of the other: both rows stay, are found as one
thing twice, and merging them is one step that reaches everybody."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.app import duplicates
from desktop.domain.duplicates import Likeness
from desktop.domain.query import Query
from tests.sync.world import BUREAU, ONE, TWO, World, found_template, visible


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    found_template(tmp_path)
    found = World(tmp_path)
    yield found
    found.close()


def test_the_same_standard_from_two_pcs_is_found_and_merged_everywhere(world: World) -> None:
    one, two, bureau = world.nodes[ONE], world.nodes[TWO], world.nodes[BUREAU]
    keys = []
    for node, number, department in ((one, "GB/T 15624-2011", "综合处"), (two, "GB／T 15624—2011", "资产处")):
        with node.session.write("新增") as transaction:
            standard = transaction.insert("standard", {"number": number, "title": "服务标准化工作指南"})
            transaction.insert("detail_entry", {"standard": standard, "department": department})
            keys.append(standard)
    for _ in range(2):
        world.exchange()
    (group,) = duplicates.find(one.session, "standard")
    assert (group.likeness, set(group.keys)) == (Likeness.NUMBER, set(keys))
    assert one.session.read.connection.execute("SELECT count(*) FROM sync_conflict").fetchone() == (0,)
    duplicates.merge(one.session, "standard", keys[0], [keys[1]], {})
    for _ in range(2):
        world.exchange()
    for node in (one, two, bureau):
        assert duplicates.find(node.session, "standard") == []
        entries = node.session.read.cells(Query("detail_entry"), ("standard", "department"))
        assert entries == [(keys[0], "综合处")], "at the same place it stands once"
        assert [str(row["key"]) for row in node.session.read.rows(Query("standard"))] == [keys[0]]
        assert visible(world.state(node), one.organisation) == visible(world.state(bureau), one.organisation)
