"""Real places that cannot be written: a stick switched to read-only, a disk that is full. One sentence, and nothing half
written stays."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from desktop.app.session import Session
from desktop.domain.errors import EnvironmentFault
from desktop.domain.query import Query
from desktop.store import blobs
from desktop.store.backup import backups, make_backup
from desktop.store.workspace import Workspace
from desktop.sync import container, making, receiving
from tests.sync.hostile import MEBIBYTE, SENTENCE
from tests.sync.killing import ROWS, Scene
from tests.sync.world import BUREAU, ONE, World, found_template

ROOM = 24 * MEBIBYTE
"""Bytes of the small disk."""


def _mount(*words: str) -> None:
    done = subprocess.run(["mount", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"a disk of its own needs the right to mount one: {done.stderr.strip()}")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own."""
    if not sys.platform.startswith("linux") or shutil.which("mount") is None:
        pytest.skip("a disk of its own is made with mount")
    place = tmp_path / "U 盘"
    place.mkdir()
    _mount("-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", str(place))
    yield place
    subprocess.run(["umount", str(place)], check=True)


def _read_only(disk: Path) -> None:
    _mount("-o", "remount,ro", str(disk))


def _writable(disk: Path) -> None:
    _mount("-o", "remount,rw", str(disk))


def _fill(disk: Path, room: int) -> Path:
    """Fill the disk but for some bytes."""
    filler = disk / "别的文件"
    filler.write_bytes(bytes(max(shutil.disk_usage(disk).free - room, 0)))
    return filler


def _files(folder: Path) -> dict[str, bytes]:
    """Every file but those that SQLite opens beside a library."""
    ours = ("-wal", "-shm", "lock")
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*"))
            if path.is_file() and not path.name.endswith(ours)}  # fmt: skip


def _is_one_sentence(fault: pytest.ExceptionInfo[EnvironmentFault], *paths: Path) -> None:
    told = fault.value.message
    for path in paths:
        told = told.replace(str(path), "")
    assert SENTENCE.fullmatch(told.replace("MB", "").replace("U", "")), told


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    found_template(folder)
    return folder


@pytest.fixture(scope="module")
def world(template: Path) -> Iterator[World]:
    """The office has something to send."""
    with closing(World(template)) as found:
        found.add(found.nodes[ONE], "甲")
        yield found


@pytest.fixture(scope="module")
def scene(template: Path) -> Iterator[Scene]:
    with closing(World(template)) as found:
        yield Scene(found)


@pytest.fixture
def session(scene: Scene, disk: Path) -> Iterator[Session]:
    """A bureau whose library lies on the small disk, and that has not applied the bundle yet."""
    shutil.copytree(scene.folder / "receiver", disk / "library")
    with closing(Session(Workspace.open(disk / "library"), "某人").workspace) as workspace:
        yield Session(workspace, "某人")


def test_a_bundle_for_a_read_only_stick_is_refused_and_made_when_the_stick_is_open(world: World, disk: Path) -> None:
    office, recipient = world.nodes[ONE], world.nodes[BUREAU].organisation
    (disk / "上一次.bzb").write_bytes(b"earlier")
    _read_only(disk)
    for target in (disk / "上报.bzb", disk / "新文件夹" / "上报.bzb", disk / "上一次.bzb"):
        with pytest.raises(EnvironmentFault) as fault:
            making.make(office.workspace, ONE, target, recipient)
        _is_one_sentence(fault, target.parent)
        assert fault.value.code == "write_failed"
        assert _files(disk) == {"上一次.bzb": b"earlier"}
    _writable(disk)
    making.make(office.workspace, ONE, disk / "上报.bzb", recipient)
    assert container.read(disk / "上报.bzb", world.nodes[BUREAU].folder).segment_names()


def test_a_bundle_is_written_beside_a_file_of_the_same_name_that_is_read_only(world: World, tmp_path: Path) -> None:
    office, bureau = world.nodes[ONE], world.nodes[BUREAU]
    target = tmp_path / "上报.bzb"
    target.write_bytes(b"earlier")
    target.chmod(0o444)
    making.make(office.workspace, ONE, target, bureau.organisation)
    assert container.read(target, bureau.folder).segment_names()
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("room", [0, 4096, 3 * MEBIBYTE])
def test_a_bundle_for_a_full_stick_is_refused_and_made_when_there_is_room(world: World, disk: Path, room: int) -> None:
    office, recipient = world.nodes[ONE], world.nodes[BUREAU].organisation
    world.attach(office, bytes(range(256)) * 8192 + bytes([room % 251]))
    filler = _fill(disk, room)
    with pytest.raises(EnvironmentFault) as fault:
        making.make(office.workspace, ONE, disk / "上报.bzb", recipient)
    _is_one_sentence(fault, disk)
    assert [path.name for path in disk.iterdir()] == [filler.name]
    filler.unlink()
    making.make(office.workspace, ONE, disk / "上报.bzb", recipient)
    assert container.read(disk / "上报.bzb", world.nodes[BUREAU].folder).segment_names()


def test_a_stick_that_fills_up_while_a_bundle_is_written_keeps_no_half(
    world: World, disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program takes the room after it was looked at."""
    office, recipient = world.nodes[ONE], world.nodes[BUREAU].organisation
    world.attach(office, bytes(range(256)) * 8192 + b"filling up")
    filler = _fill(disk, 8192)
    monkeypatch.setattr(container, "_check_room", lambda *_: None)
    with pytest.raises(EnvironmentFault) as fault:
        making.make(office.workspace, ONE, disk / "上报.bzb", recipient)
    _is_one_sentence(fault, disk)
    assert fault.value.code == "write_failed"
    assert [path.name for path in disk.iterdir()] == [filler.name]


@pytest.mark.parametrize("room", [0, 16_384, 200_000])
def test_applying_on_a_full_disk_leaves_the_library_as_it_was(
    scene: Scene, disk: Path, session: Session, room: int
) -> None:
    before = _files(disk / "library" / "blobs") if (disk / "library" / "blobs").exists() else {}
    filler = _fill(disk, room)
    with pytest.raises(EnvironmentFault) as fault:
        receiving.apply(session.workspace, BUREAU, scene.path)
    _is_one_sentence(fault, disk / "library")
    assert session.read.count(Query("standard")) == 0
    assert list((disk / "library").rglob("*.part*")) == []
    assert (_files(disk / "library" / "blobs") if (disk / "library" / "blobs").exists() else {}) == before
    filler.unlink()
    receiving.apply(session.workspace, BUREAU, scene.path)
    assert session.read.count(Query("standard")) == ROWS


@pytest.mark.parametrize("room", [0, 16_384, 200_000])
def test_a_backup_on_a_full_disk_is_refused_and_nothing_of_it_stays(disk: Path, session: Session, room: int) -> None:
    before = backups(disk / "library")
    filler = _fill(disk, room)
    with pytest.raises(EnvironmentFault) as fault:
        make_backup(session.workspace, "手动")
    _is_one_sentence(fault)
    assert backups(disk / "library") == before
    left = disk / "library" / "backups"
    assert not left.exists() or [path.name for path in left.iterdir()] == []
    filler.unlink()
    assert make_backup(session.workspace, "手动").path.exists()


def test_a_backup_whose_list_of_files_finds_no_room_is_refused_too(disk: Path, session: Session) -> None:
    first = make_backup(session.workspace, "手动").path
    listing = first.with_suffix(".json")
    folder = disk / "library" / "blobs" / "ab"
    folder.mkdir(parents=True)
    for number in range(2000):
        (folder / f"ab{number:062x}").touch()
    _fill(disk, first.stat().st_size + 65_536)
    with pytest.raises(EnvironmentFault) as fault:
        make_backup(session.workspace, "手动")
    _is_one_sentence(fault)
    assert sorted(first.parent.iterdir()) == sorted([first, listing])


def test_what_was_half_written_goes_at_the_next_opening(scene: Scene, tmp_path: Path) -> None:
    library = tmp_path / "library"
    shutil.copytree(scene.folder / "receiver", library)
    kept = library / "backups" / "20261121-101500-000000_同步前.db"
    halves = [library / "restoring.part", library / "blobs" / "0123456789abcdef.part", kept.with_suffix(".part")]
    for path in (*halves, kept):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"half")
    Workspace.open(library).close()
    assert kept.exists() and not any(path.exists() for path in halves)


def test_an_attachment_on_a_disk_that_became_read_only_is_refused(disk: Path) -> None:
    (disk / "library" / "blobs").mkdir(parents=True)
    _read_only(disk)
    with pytest.raises(EnvironmentFault) as fault:
        blobs.put(disk / "library", b"photo")
    _is_one_sentence(fault)
    assert _files(disk) == {}


def test_a_library_on_a_disk_that_became_read_only_says_so(scene: Scene, disk: Path) -> None:
    shutil.copytree(scene.folder / "receiver", disk / "library")
    session = Session(Workspace.open(disk / "library"), "某人")
    session.workspace.close()
    before = _files(disk)
    _read_only(disk)
    with pytest.raises(EnvironmentFault) as fault:
        Workspace.open(disk / "library")
    _is_one_sentence(fault, disk / "library")
    assert _files(disk) == before
