"""Copies of one library: each reports for itself, and a copy that another took the place of counts no more."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.app import setup
from desktop.store import backup
from desktop.sync import peers
from tests.libraries import lone_office
from tests.sync.world import BUREAU, ONE, TWO, Node, World, found_template, visible


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    found_template(folder)
    return folder


@pytest.fixture
def world(template: Path) -> Iterator[World]:
    found = World(template)
    yield found
    found.close()


def _copies(world: World, node: Node) -> set[str]:
    """The copies of a PC's library whose reports the bureau keeps."""
    rows = world.nodes[BUREAU].session.read.connection.execute(
        "SELECT instance FROM sync_peer WHERE device = ?", (node.session.identity.device,)
    )
    return {instance for (instance,) in rows}


def _round(world: World, *names: str) -> None:
    """All up, then one file of the bureau for all of them."""
    bureau = world.nodes[BUREAU]
    for name in names:
        world.send(world.nodes[name], bureau)
    down = world.make(bureau, world.nodes[names[0]].organisation)
    for name in names:
        world.deliver(down, world.nodes[name])


def test_a_copied_pc_is_sent_what_it_lacks_though_it_has_the_name_of_another(world: World) -> None:
    one, bureau = world.nodes[ONE], world.nodes[BUREAU]
    world.add(one, "甲")
    world.clone(one, "copy")
    for turn in range(3):
        world.add(world.nodes[TWO], f"二 {turn}")
        world.add(world.nodes["copy"], f"复制 {turn}")
        _round(world, TWO, "copy")
        world.add(one, f"一 {turn}")
        _round(world, ONE, TWO)
    for _ in range(2):
        _round(world, ONE, TWO, "copy")
    at_bureau = visible(world.state(bureau), one.organisation)
    for name in (ONE, TWO, "copy"):
        assert visible(world.state(world.nodes[name]), one.organisation) == at_bureau
    assert len(_copies(world, one)) == 2


def test_a_restored_copy_takes_the_place_of_the_one_that_is_gone(world: World) -> None:
    one = world.nodes[ONE]
    world.save(one)
    world.add(one, "甲")
    _round(world, ONE)
    gone = one.session.identity.instance
    for _ in range(2):
        world.restore(one)
        _round(world, ONE)
        assert _copies(world, one) == {one.session.identity.instance}
    assert gone in one.session.identity.former.split()


def test_a_silent_copy_is_forgotten_after_sixty_days(world: World) -> None:
    one = world.nodes[ONE]
    _round(world, ONE)
    world.clone(one, "copy")
    _round(world, "copy")
    assert len(_copies(world, one)) == 2
    world.skew[BUREAU] = peers.SILENT + 10_000
    _round(world, "copy")
    assert _copies(world, one) == {world.nodes["copy"].workspace.identity.instance}


def test_a_copy_opened_at_another_place_becomes_one_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "notes"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "notes"))
    first = lone_office(tmp_path / "first")
    assert setup.concerns(first) == []
    known = first.identity.instance
    older = backup.make_backup(first.workspace, "手工").path
    first.workspace.close()
    home = first.workspace.folder
    shutil.copytree(home, tmp_path / "second")
    second = setup.open_library(tmp_path / "second")
    assert "还有一份" in setup.concerns(second)[0]
    assert second.identity.instance != known and second.identity.former == ""
    second.workspace.close()
    first = setup.open_library(home)
    setup.concerns(first)
    assert first.identity.instance == known, "the other one has a name of its own already"
    with first.write("更新") as transaction:
        transaction.insert("person", {"name": "甲"})
    setup.concerns(first)
    first.workspace.close()
    shutil.copy(older, home / "library.db")
    first = setup.open_library(home)
    assert "旧" in " ".join(setup.concerns(first))
    assert first.identity.instance != known and first.identity.former == known
    first.workspace.close()
