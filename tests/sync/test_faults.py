"""Exchange under bad circumstances: the disk full, the target gone or not to be written. What was done is whole or
absent, and doing it again heals."""

import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.app.session import Session
from desktop.domain.errors import Refusal
from desktop.domain.query import Query
from desktop.store.workspace import Workspace
from desktop.sync import bundles, container
from tests.sync.world import BUREAU, ONE, World, found_template

ROWS = 400


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world whose office has rows, and a bundle with them that nobody applied."""
    folder = tmp_path_factory.mktemp("template")
    found_template(folder)
    world = World(folder)
    office = world.nodes[ONE]
    with office.session.write("新增") as transaction:
        for number in range(ROWS):
            transaction.insert("standard", {"title": f"标准 {number}"})
    world.make(office, world.nodes[BUREAU].organisation)
    world.nodes[BUREAU].workspace.close()
    shutil.copytree(world.nodes[BUREAU].folder, world.folder / "receiver")
    world.nodes[BUREAU].reopen()
    yield world
    world.close()


def _opened(folder: Path) -> Session:
    session = Session(Workspace.open(folder), "某人")
    assert session.read.connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    return session


def _segments(session: Session) -> int:
    return int(session.read.connection.execute("SELECT count(*) FROM sync_seg").fetchone()[0])


def test_a_library_that_cannot_grow_stays_as_it_was_and_takes_the_bundle_later(made: World, tmp_path: Path) -> None:
    shutil.copytree(made.folder / "receiver", tmp_path / "library")
    session = _opened(tmp_path / "library")
    connection = session.workspace.connection
    before = _segments(session)
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    try:
        for room in (0, 3, 10, 30):
            connection.execute(f"PRAGMA max_page_count = {pages + room}")
            with pytest.raises(Refusal):
                bundles.apply(session.workspace, BUREAU, made.pool[0])
            assert (_segments(session), session.read.count(Query("standard"))) == (before, 0)
        connection.execute("PRAGMA max_page_count = 1073741823")
        bundles.apply(session.workspace, BUREAU, made.pool[0])
        assert session.read.count(Query("standard")) == ROWS
    finally:
        session.workspace.close()


@pytest.mark.parametrize("fault", [errno.ENOSPC, errno.EROFS, errno.ENODEV, errno.EIO])
def test_a_target_that_fails_leaves_no_half_bundle(
    made: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: int
) -> None:
    office, bureau = made.nodes[ONE], made.nodes[BUREAU]
    target = tmp_path / "U 盘" / "上报.bzb"

    def refuse(_handle: int) -> None:
        raise OSError(fault, os.strerror(fault))

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", refuse)
        with pytest.raises(Refusal, match="请检查") as refused:
            bundles.make(office.workspace, ONE, target, bureau.organisation)
    assert refused.value.code == "write_failed"
    assert list(target.parent.iterdir()) == []
    bundles.make(office.workspace, ONE, target, bureau.organisation)
    assert [item.name for item in target.parent.iterdir()] == ["上报.bzb"]
    assert container.read(target, bureau.folder).segment_names() != []


def test_a_long_chinese_path_on_a_stick_works(made: World, tmp_path: Path) -> None:
    office, bureau = made.nodes[ONE], made.nodes[BUREAU]
    target = tmp_path.joinpath(*["标准化联络员上报材料（第三季度）" * 2] * 7, "上报_西湖区.bzb")
    assert len(str(target)) > 200
    bundles.make(office.workspace, ONE, target, bureau.organisation)
    assert container.read(target, bureau.folder).segment_names() != []
