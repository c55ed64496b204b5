"""Steps that are killed: a process of its own does one, dies at some moment, and what it leaves is looked at."""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from desktop.app import attachments, setup
from desktop.app.session import Session
from desktop.domain.ledgers import SCHEMA
from desktop.domain.query import Query
from desktop.domain.record import Schema
from desktop.store import blobs, derived
from desktop.store.workspace import LIBRARY, Workspace
from desktop.sync import container, making, receiving, undoing
from tests.sync.world import BUREAU, LATER, ONE, Node, World

ROWS = 400
PHOTOS = 12
NEWER = 50
"""Cells of a newer version that an older library keeps."""

CHILD = """
import sys
from pathlib import Path
from desktop.app.session import Session
from desktop.app import attachments, setup
from desktop.store.workspace import Workspace
from desktop.sync import making, receiving, undoing
from tests.sync.world import LATER
word, folder, path, name = sys.argv[1:]
if word != "migrate":
    workspace = Workspace.open(Path(folder))
print("start", flush=True)
if word in ("make", "export"):
    making.make(workspace, "one", Path(path), name)
elif word == "apply":
    receiving.apply(workspace, "bureau", Path(path))
elif word == "undo":
    undoing.undo(workspace, "bureau", int(name))
elif word == "attach":
    attachments.add(Session(workspace, "one"), "standard", name, sorted(Path(path).iterdir()))
else:
    setup.take_in_kept(Session(Workspace.open(Path(folder), schema=LATER), "bureau"))
print("done", flush=True)
sys.stdin.read()
"""


@dataclass(frozen=True)
class Step:
    """A step: which library it works on, the seconds after its start within which the kill falls, and what must be so
    afterwards (given the opened library, the other file or word, and whether the step was finished)."""

    library: str
    span: float
    check: Callable[["Scene", Session, Path, bool], None]
    schema: Schema = SCHEMA


class Scene:
    """Libraries just before each step."""

    def __init__(self, world: World) -> None:
        self.folder, self.bureau = world.folder / "scene", world.nodes[BUREAU].organisation
        office, bureau = world.nodes[ONE], world.nodes[BUREAU]
        with office.session.write("新增") as transaction:
            keys = [transaction.insert("standard", {"title": f"标准 {number}"}) for number in range(ROWS)]
        self.key = keys[0]
        self._keep(office, "unsealed")
        self.path = world.make(office, self.bureau)
        self._keep(bureau, "receiver")
        world.deliver(self.path, bureau)
        self.batch = next(item.batch for item in undoing.applied(bureau.session.read.connection))
        self._keep(bureau, "received")
        self.keys = bureau.folder
        world.attach(office, random.Random(2).randbytes(12_000_000))
        world.make(office, self.bureau)
        self._keep(office, "sealed")
        self._older(world, office, bureau, keys)
        self.photos = self.folder / "photos"
        self.photos.mkdir()
        draw = random.Random(1)
        for number in range(PHOTOS):
            (self.photos / f"{number:02d}.txt").write_bytes(draw.randbytes(300_000))

    def _older(self, world: World, office: Node, bureau: Node, keys: list[str]) -> None:
        """A bureau of the older version that keeps cells of the newer one, and whose derived values are outdated."""
        office.reopen(LATER)
        for key in keys[:NEWER]:
            world.edit(office, key, "steward", "张")
        world.send(office, bureau)
        self._keep(bureau, "older")
        with closing(sqlite3.connect(self.folder / "older" / LIBRARY)) as connection, connection:
            assert connection.execute("SELECT count(*) FROM sync_unknown").fetchone() == (NEWER,)
            connection.execute('DROP TABLE "derived_standard"')

    def _keep(self, node: object, name: str) -> None:
        node.workspace.close()  # type: ignore[attr-defined]
        shutil.copytree(node.folder, self.folder / name)  # type: ignore[attr-defined]
        node.reopen()  # type: ignore[attr-defined]

    def kill(self, word: str, folder: Path, seed: int) -> bool:
        """Do a step on a copy in `folder` and kill it at a moment that the seed chooses; whether it was finished. What
        it leaves is checked: whole or absent, and done again it is whole."""
        step = STEPS[word]
        shutil.copytree(self.folder / step.library, folder / "library")
        target = folder / "上报.bzb"
        path = {"make": target, "export": target, "attach": self.photos}.get(word, self.path)
        name = {"make": self.bureau, "export": self.bureau, "undo": str(self.batch), "attach": self.key}.get(word, "")
        finished = _killed(word, folder / "library", path, name, random.Random(seed).uniform(0, step.span))
        session = Session(Workspace.open(folder / "library", schema=step.schema), "某人")
        with closing(session.workspace):
            assert session.read.connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            half = [item for item in session.workspace.folder.rglob("*.part*") if not item.is_dir()]
            assert half == [], "what was half written went when the library was opened"
            step.check(self, session, path, finished)
            assert derived.mismatches(session.read) == []
        return finished


def _killed(word: str, folder: Path, path: Path, name: str, delay: float) -> bool:
    environment = {**os.environ, "PYTHONUTF8": "1", "PYTHONPATH": str(Path(setup.__file__).parents[2])}
    words = [sys.executable, "-c", CHILD, word, str(folder), str(path), name]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment) as child:
        assert child.stdout is not None and child.stdout.readline() == "start\n"
        time.sleep(delay)
        child.kill()
        rest = child.stdout.read()
    assert child.returncode == -signal.SIGKILL
    return "done" in rest


def _made(scene: Scene, session: Session, path: Path, finished: bool) -> None:
    assert session.read.count(Query("standard")) == ROWS
    if finished or path.exists():
        assert len(container.read(path, scene.keys).segment_names()) > 0
    making.make(session.workspace, ONE, path, scene.bureau)
    assert len(container.read(path, scene.keys).segment_names()) > 0
    assert [item.name for item in path.parent.iterdir() if item.is_file()] == [path.name], (
        "nothing half written is left"
    )
    still_open = "SELECT count(*) FROM tx WHERE segment IS NULL AND origin = 'local'"
    assert session.read.connection.execute(still_open).fetchone() == (0,)


def _applied(_scene: Scene, session: Session, path: Path, finished: bool) -> None:
    assert session.read.count(Query("standard")) in ((ROWS,) if finished else (0, ROWS))
    receiving.apply(session.workspace, BUREAU, path)
    assert session.read.count(Query("standard")) == ROWS
    assert receiving.apply(session.workspace, BUREAU, path).new_segments == 0


def _undone(scene: Scene, session: Session, path: Path, finished: bool) -> None:
    left = session.read.count(Query("standard"))
    assert left in ((0,) if finished else (0, ROWS))
    if left:
        undoing.undo(session.workspace, BUREAU, scene.batch)
    assert session.read.count(Query("standard")) == 0
    receiving.apply(session.workspace, BUREAU, path)
    assert session.read.count(Query("standard")) == ROWS


def _kept(scene: Scene, session: Session, path: Path, finished: bool) -> None:
    found = attachments.of_record(session, "standard", scene.key)
    assert len(found) == PHOTOS if finished else len(found) in (0, PHOTOS), "one step, with all of the files or none"
    kept = {file.read_bytes() for file in (session.workspace.folder / "blobs").rglob("*") if len(file.name) == 64}
    wanted = {file.read_bytes() for file in path.iterdir()}
    assert kept <= wanted and (not found or kept == wanted), "a file with its name is whole"
    assert all(
        blobs.place(session.workspace.folder, sha).exists() for sha in blobs.all_hashes(session.workspace.folder)
    )
    if not found:
        attachments.add(session, "standard", scene.key, sorted(path.iterdir()))
    assert len(attachments.of_record(session, "standard", scene.key)) == PHOTOS


def _migrated(_scene: Scene, session: Session, _path: Path, _finished: bool) -> None:
    assert session.read.count(Query("standard")) == ROWS
    setup.take_in_kept(session)
    assert sum(row["steward"] == "张" for row in session.read.rows(Query("standard"))) == NEWER
    assert session.read.connection.execute("SELECT count(*) FROM sync_unknown").fetchone() == (0,)
    with session.write("新列") as transaction:
        key = transaction.insert("standard", {"title": "新的", "steward": "甲"})
    row = session.read.row("standard", key)
    assert row is not None and row["steward"] == "甲"


STEPS = {
    "make": Step("unsealed", 0.10, _made), "apply": Step("receiver", 0.25, _applied),
    "undo": Step("received", 0.25, _undone), "attach": Step("unsealed", 0.15, _kept),
    "migrate": Step("older", 0.30, _migrated, LATER), "export": Step("sealed", 0.25, _made),
}  # fmt: skip
