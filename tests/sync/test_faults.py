"""Exchange under bad circumstances: killed at any moment, the disk full, the target gone. What was done is whole or
absent, and doing it again heals."""

import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.app import setup
from desktop.app.session import Session
from desktop.domain.errors import Refusal
from desktop.domain.query import Query
from desktop.store.workspace import Workspace
from desktop.sync import bundles, container
from tests.sync.world import BUREAU, ONE, World, found_template

ROWS = 400
SPAN = {"make": 0.10, "apply": 0.25}
"""Seconds after the start within which the kill falls."""

CHILD = """
import sys
from pathlib import Path
from desktop.store.workspace import Workspace
from desktop.sync import bundles, container, encryption
word, folder, path, recipient = sys.argv[1:]
workspace = Workspace.open(Path(folder))
print("start", flush=True)
if word == "make":
    bundles.make(workspace, "one", Path(path), recipient)
else:
    bundles.apply(workspace, "bureau", Path(path))
print("done", flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world whose office has rows not sealed yet, and a bundle with them that nobody applied."""
    folder = tmp_path_factory.mktemp("template")
    found_template(folder)
    world = World(folder)
    office = world.nodes[ONE]
    with office.session.write("新增") as transaction:
        for number in range(ROWS):
            transaction.insert("standard", {"title": f"标准 {number}"})
    office.workspace.close()
    shutil.copytree(office.folder, world.folder / "unsealed")
    office.reopen()
    world.make(office, world.nodes[BUREAU].organisation)
    world.nodes[BUREAU].workspace.close()
    shutil.copytree(world.nodes[BUREAU].folder, world.folder / "receiver")
    world.nodes[BUREAU].reopen()
    yield world
    world.close()


def _killed(word: str, folder: Path, path: Path, recipient: str, delay: float) -> bool:
    """Whether the step was finished before the kill."""
    environment = {**os.environ, "PYTHONUTF8": "1", "PYTHONPATH": str(Path(setup.__file__).parents[2])}
    words = [sys.executable, "-c", CHILD, word, str(folder), str(path), recipient]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment) as child:
        assert child.stdout is not None and child.stdout.readline() == "start\n"
        time.sleep(delay)
        child.kill()
        rest = child.stdout.read()
    assert child.returncode == -signal.SIGKILL
    return "done" in rest


def _opened(folder: Path) -> Session:
    session = Session(Workspace.open(folder), "某人")
    assert session.read.connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    return session


def _segments(session: Session) -> int:
    return int(session.read.connection.execute("SELECT count(*) FROM sync_seg").fetchone()[0])


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs a signal that cannot be caught")
@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("word", ["make", "apply"])
def test_killed_at_any_moment_it_is_whole_or_absent(made: World, tmp_path: Path, word: str, seed: int) -> None:
    making = word == "make"
    folder, bureau = tmp_path / "library", made.nodes[BUREAU]
    shutil.copytree(made.folder / ("unsealed" if making else "receiver"), folder)
    path = tmp_path / "上报.bzb" if making else made.pool[0]
    finished = _killed(word, folder, path, bureau.organisation, random.Random(seed).uniform(0, SPAN[word]))
    session = _opened(folder)
    try:
        if making:
            assert session.read.count(Query("standard")) == ROWS
            if finished or path.exists():
                assert len(container.read(path, bureau.folder).segment_names()) > 0
            bundles.make(session.workspace, ONE, path, bureau.organisation)
            assert len(container.read(path, bureau.folder).segment_names()) > 0
            still_open = "SELECT count(*) FROM tx WHERE segment IS NULL AND origin = 'local'"
            assert session.read.connection.execute(still_open).fetchone() == (0,)
        else:
            assert session.read.count(Query("standard")) in ((ROWS,) if finished else (0, ROWS))
            bundles.apply(session.workspace, BUREAU, path)
            assert session.read.count(Query("standard")) == ROWS
            assert bundles.apply(session.workspace, BUREAU, path).new_segments == 0
    finally:
        session.workspace.close()


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
