"""Real places that cannot take a file: a full memory file system and one mounted read-only. Nothing half written stays,
one sentence says what to do, and with room the same step succeeds."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from desktop.app.session import Session
from desktop.domain.errors import Refusal
from desktop.domain.query import Query
from desktop.store.backup import backups, make_backup
from desktop.store.workspace import LIBRARY, Workspace
from desktop.sync import container, making, receiving
from tests.sync.hostile import SENTENCE
from tests.sync.killing import ROWS, Scene
from tests.sync.world import BUREAU, ONE, World, found_template

Mount = Callable[[str], Path]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("template")
    found_template(folder)
    world = World(folder)
    yield Scene(world)
    world.close()


@pytest.fixture
def mount(tmp_path: Path) -> Iterator[Mount]:
    """Mount a memory file system with these options; its folder."""
    with ExitStack() as stack:

        def mounted(options: str) -> Path:
            place = tmp_path / "mounted"
            place.mkdir()
            words = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)]
            if shutil.which("mount") is None or subprocess.run(words, capture_output=True, check=False).returncode:
                pytest.skip("mounting a file system is not allowed here")
            stack.callback(subprocess.run, ["umount", "-l", str(place)], check=True)
            return place

        yield mounted


def _remount(place: Path, options: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{options}", str(place)], check=True)


def _fill(place: Path, left: int) -> Path:
    """Fill a file system but for some bytes."""
    ballast = place / "ballast"
    free = os.statvfs(place).f_bavail * os.statvfs(place).f_frsize
    ballast.write_bytes(bytes(max(0, free - left)))
    return ballast


@pytest.mark.parametrize("kind", ["full", "read-only"])
def test_a_bundle_is_not_half_written(scene: Scene, mount: Mount, tmp_path: Path, kind: str) -> None:
    place = mount("size=512k" if kind == "full" else "size=8m")
    if kind == "read-only":
        _remount(place, "ro")
    shutil.copytree(scene.folder / "unsealed", tmp_path / "library")
    with closing(Workspace.open(tmp_path / "library")) as workspace:
        path = place / "上报.bzb"
        with pytest.raises(Refusal) as refused:
            making.make(workspace, ONE, path, scene.bureau)
        assert SENTENCE.fullmatch(refused.value.message.replace(str(place), "")) and list(place.iterdir()) == []
        _remount(place, "rw,size=64m")
        making.make(workspace, ONE, path, scene.bureau)
        assert [item.name for item in place.iterdir()] == ["上报.bzb"]
        assert container.read(path, scene.keys).segment_names() != []


def test_a_library_on_a_full_disk_takes_nothing_and_later_all(scene: Scene, mount: Mount) -> None:
    place = mount("size=64m")
    shutil.copytree(scene.folder / "receiver", place / "library")
    session = Session(Workspace.open(place / "library"), BUREAU)
    with closing(session.workspace):
        for left in (0, 40_000, 200_000):
            ballast = _fill(place, left)
            with pytest.raises(Refusal) as refused:
                receiving.apply(session.workspace, BUREAU, scene.path)
            assert SENTENCE.fullmatch(refused.value.message.replace(str(place), ""))
            assert session.read.count(Query("standard")) == 0
            ballast.unlink()
        receiving.apply(session.workspace, BUREAU, scene.path)
        assert session.read.count(Query("standard")) == ROWS
        assert session.workspace.is_whole()


def test_a_backup_on_a_full_disk_is_none(scene: Scene, mount: Mount) -> None:
    place = mount("size=64m")
    shutil.copytree(scene.folder / "received", place / "library")
    with closing(Workspace.open(place / "library")) as workspace:
        before = backups(workspace.folder)
        ballast = _fill(place, (workspace.folder / LIBRARY).stat().st_size // 2)
        with pytest.raises(Refusal) as refused:
            make_backup(workspace, "手工")
        assert SENTENCE.fullmatch(refused.value.message.replace(str(place), ""))
        assert backups(workspace.folder) == before
        assert not [item for item in (workspace.folder / "backups").rglob("*") if "part" in item.name]
        ballast.unlink()
        assert make_backup(workspace, "手工").path.is_file()
