"""Exchange under bad circumstances: killed at any moment, the disk full, the target gone. What was done is whole or
absent, and doing it again heals."""

import errno
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.app.session import Session
from desktop.domain.errors import Cancelled, Refusal
from desktop.domain.query import Query
from desktop.store.workspace import Workspace
from desktop.sync import container, making, receiving
from tests.sync.killing import ROWS, STEPS, Scene
from tests.sync.world import BUREAU, ONE, World, found_template


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("template")
    found_template(folder)
    found = World(folder)
    yield found
    found.close()


@pytest.fixture(scope="module")
def scene(world: World) -> Scene:
    """Libraries just before each step; the office's rows are in a bundle that one of them has not applied."""
    return Scene(world)


def _opened(folder: Path) -> Session:
    session = Session(Workspace.open(folder), "某人")
    assert session.read.connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    return session


def _segments(session: Session) -> int:
    return int(session.read.connection.execute("SELECT count(*) FROM sync_seg").fetchone()[0])


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs a signal that cannot be caught")
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("word", list(STEPS))
def test_killed_at_any_moment_it_is_whole_or_absent(scene: Scene, tmp_path: Path, word: str, seed: int) -> None:
    scene.kill(word, tmp_path, seed)


def test_a_library_that_cannot_grow_stays_as_it_was_and_takes_the_bundle_later(scene: Scene, tmp_path: Path) -> None:
    shutil.copytree(scene.folder / "receiver", tmp_path / "library")
    session = _opened(tmp_path / "library")
    connection = session.workspace.connection
    before = _segments(session)
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    try:
        for room in (0, 3, 10, 30):
            connection.execute(f"PRAGMA max_page_count = {pages + room}")
            with pytest.raises(Refusal):
                receiving.apply(session.workspace, BUREAU, scene.path)
            assert (_segments(session), session.read.count(Query("standard"))) == (before, 0)
        connection.execute("PRAGMA max_page_count = 1073741823")
        receiving.apply(session.workspace, BUREAU, scene.path)
        assert session.read.count(Query("standard")) == ROWS
    finally:
        session.workspace.close()


@pytest.mark.parametrize("fault", [errno.ENOSPC, errno.EROFS, errno.ENODEV, errno.EIO])
def test_a_target_that_fails_leaves_no_half_bundle(
    scene: Scene, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: int
) -> None:
    office, bureau = world.nodes[ONE], world.nodes[BUREAU]
    target = tmp_path / "U 盘" / "上报.bzb"

    def refuse(_handle: int) -> None:
        raise OSError(fault, os.strerror(fault))

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", refuse)
        with pytest.raises(Refusal, match="请检查") as refused:
            making.make(office.workspace, ONE, target, bureau.organisation)
    assert refused.value.code == "write_failed"
    assert list(target.parent.iterdir()) == []
    making.make(office.workspace, ONE, target, bureau.organisation)
    assert [item.name for item in target.parent.iterdir()] == ["上报.bzb"]
    assert container.read(target, bureau.folder).segment_names() != []


def test_a_long_chinese_path_on_a_stick_works(scene: Scene, world: World, tmp_path: Path) -> None:
    office, bureau = world.nodes[ONE], world.nodes[BUREAU]
    target = tmp_path.joinpath(*["标准化联络员上报材料（第三季度）" * 2] * 7, "上报_西湖区.bzb")
    assert len(str(target)) > 200
    making.make(office.workspace, ONE, target, bureau.organisation)
    assert container.read(target, bureau.folder).segment_names() != []


def test_a_folder_that_is_stopped_keeps_what_was_taken_in_before(scene: Scene, tmp_path: Path) -> None:
    shutil.copytree(scene.folder / "receiver", tmp_path / "library")
    session = _opened(tmp_path / "library")
    second = tmp_path / "2.bzb"
    shutil.copy(scene.path, second)

    def step(words: str, _done: int, _total: int) -> None:
        if words == "应用 2.bzb":
            raise Cancelled

    try:
        results = receiving.apply_all(session.workspace, BUREAU, [scene.path, second], step)
        assert [path for path, _ in results] == [scene.path]
        assert session.read.count(Query("standard")) == ROWS
    finally:
        session.workspace.close()
