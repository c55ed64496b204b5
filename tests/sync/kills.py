"""Steps of the exchange done by a program of their own that is killed at a moment of our choice: what is found
afterwards is the library as before or as after, and doing the step again completes it."""

import hashlib
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

from desktop.app import attachments, setup, syncing
from desktop.app.session import Session
from desktop.domain.errors import Refusal
from desktop.domain.ledgers import SCHEMA
from desktop.domain.record import Schema
from desktop.store import blobs, derived
from desktop.store.tables import quoted
from desktop.store.workspace import LIBRARY, Workspace
from desktop.sync import bundles, container, undoing
from tests.sync.world import BUREAU, LATER, ONE, World, found_template

ROWS = 400
LATE = 1.3
"""The last moment of a kill, as a part of the time that the step takes."""

CHILD = """
import sys
from pathlib import Path
from tests.sync.kills import KINDS
kind, folder, target, recipient = sys.argv[1:]
prepared = KINDS[kind].prepare(Path(folder))
print("start", flush=True)
KINDS[kind].step(prepared, Path(target), recipient)
print("done", flush=True)
sys.stdin.read()
"""


def _session(folder: Path, schema: Schema = SCHEMA) -> Session:
    return Session(Workspace.open(folder, schema=schema), "某人")


@dataclass(frozen=True)
class Kind:
    """A step: from which library (`start`), with what at hand before the clock runs (`prepare`), and doing it
    (`step`)."""

    start: str
    prepare: Callable[[Path], Session | Path]
    step: Callable[[Session | Path, Path, str], object]


def _make(session: Session | Path, target: Path, recipient: str) -> None:
    assert isinstance(session, Session)
    bundles.make(session.workspace, session.person, target, recipient)


def _apply(session: Session | Path, target: Path, _recipient: str) -> None:
    assert isinstance(session, Session)
    bundles.apply(session.workspace, session.person, target)


def _undo(session: Session | Path, _target: Path, _recipient: str) -> None:
    assert isinstance(session, Session)
    (batch,) = [item.batch for item in undoing.applied(session.read.connection) if item.name.endswith(".bzb")]
    undoing.undo(session.workspace, session.person, batch)


def _attach(session: Session | Path, target: Path, _recipient: str) -> None:
    assert isinstance(session, Session)
    (key,) = session.read.connection.execute("SELECT min(key) FROM standard").fetchone()
    attachments.add(session, "standard", key, [target], shrink=False)


def _upgrade(folder: Session | Path, _target: Path, _recipient: str) -> Session:
    assert isinstance(folder, Path)
    session = _session(folder, LATER)
    setup.take_in_kept(session)
    return session


KINDS = {
    "make": Kind("unsealed", _session, _make),
    "export": Kind("sealed", _session, _make),
    "apply": Kind("receiver", _session, _apply),
    "undo": Kind("applied", _session, _undo),
    "attach": Kind("sealed", _session, _attach),
    "upgrade": Kind("older", lambda folder: folder, _upgrade),
}


class Prepared:
    """The libraries the steps start from, how long each step takes, and how a library looks afterwards."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        found_template(folder / "template")
        self.photo = folder / "现场.bin"
        self.photo.write_bytes(random.Random(1).randbytes(6 * 1024**2))
        with closing(World(folder / "template")) as world:
            self._fill(world)
        self._known: dict[str, tuple[list[object], float]] = {}

    def _fill(self, world: World) -> None:
        office, bureau = world.nodes[ONE], world.nodes[BUREAU]
        self.recipient = bureau.organisation
        with office.session.write("新增") as transaction:
            self.keys = [transaction.insert("standard", {"title": f"标准 {number}"}) for number in range(ROWS)]
        self._keep(world, ONE, "unsealed")
        world.attach(office, self.photo.read_bytes() * 2)
        path = world.make(office, bureau.organisation)
        self.bundle = self.folder / "上报.bzb"
        shutil.copy(path, self.bundle)
        self._keep(world, ONE, "sealed")
        self._keep(world, BUREAU, "receiver")
        world.deliver(path, bureau)
        self._keep(world, BUREAU, "applied")
        self._older(world)

    def _keep(self, world: World, name: str, kept: str) -> None:
        node = world.nodes[name]
        node.workspace.close()
        shutil.copytree(node.folder, self.folder / kept)
        node.reopen()

    def _older(self, world: World) -> None:
        """A bureau of the older version that keeps cells of the newer one, with derived values of a third."""
        office, bureau = world.nodes[ONE], world.nodes[BUREAU]
        office.reopen(LATER)
        for key in self.keys[:50]:
            world.edit(office, key, "steward", "张")
        world.send(office, bureau)
        self._keep(world, BUREAU, "older")
        with closing(sqlite3.connect(self.folder / "older" / LIBRARY)) as connection, connection:
            assert connection.execute("SELECT count(*) FROM sync_unknown").fetchone() == (50,)
            connection.execute('DROP TABLE "derived_standard"')

    def copy(self, kind: str, folder: Path) -> tuple[Path, Path]:
        """A library to work in, and the file the step reads or writes."""
        shutil.copytree(self.folder / KINDS[kind].start, folder / "library")
        given = {"apply": self.bundle, "attach": self.photo}.get(kind)
        (folder / "stick").mkdir()
        return folder / "library", given or folder / "stick" / "上报.bzb"

    def known(self, kind: str) -> tuple[list[object], float]:
        """The ways a library may look, before first and after last, and the seconds the step takes when nobody stops
        it."""
        if kind not in self._known:
            folder, target = self.copy(kind, self.folder / f"trial-{kind}")
            looks = [_looked(folder, SCHEMA)]
            if kind == "upgrade":
                looks.append(_looked(folder, LATER))
                shutil.rmtree(folder)
                shutil.copytree(self.folder / KINDS[kind].start, folder)
            took = _run(kind, folder, target, self.recipient, None)
            assert took is not None
            looks.append(_looked(folder, LATER if kind == "upgrade" else SCHEMA))
            self._known[kind] = looks, took
            shutil.rmtree(self.folder / f"trial-{kind}")
        return self._known[kind]


def _run(kind: str, folder: Path, target: Path, recipient: str, delay: float | None) -> float | None:
    """Seconds the step took; None if it was killed before it was done."""
    environment = {**os.environ, "PYTHONUTF8": "1", "PYTHONPATH": str(Path(setup.__file__).parents[2])}
    words = [sys.executable, "-c", CHILD, kind, str(folder), str(target), recipient]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment) as child:
        assert child.stdout is not None and child.stdout.readline() == "start\n"
        began = time.monotonic()
        if delay is None:
            rest = child.stdout.readline()
        else:
            time.sleep(delay)
            rest = ""
        took = time.monotonic() - began
        child.kill()
        rest += child.stdout.read()
    assert child.returncode == -signal.SIGKILL
    return took if "done" in rest else None


def _looked(folder: Path, schema: Schema) -> object:
    session = _session(folder, schema)
    try:
        return look(session)
    finally:
        session.workspace.close()


def look(session: Session) -> object:
    """What the library holds: the cells of its rows (not their random keys), segments by state, steps not sealed."""
    connection = session.workspace.connection
    counted = {
        name: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        for name, table in (
            ("applied", "sync_seg WHERE state = 'applied'"), ("held", "sync_seg WHERE state = 'held'"),
            ("unknown", "sync_unknown"), ("open", "tx WHERE segment IS NULL"), ("rows", "sync_row"),
            ("cells", "sync_cell"), ("journal", "journal"),
        )
    }  # fmt: skip
    counted["version"] = connection.execute("PRAGMA user_version").fetchone()[0]
    rows = hashlib.sha256()
    for ledger in session.schema.ledgers:
        names = quoted(("_stream", "_del", *(field.name for field in ledger.stored)))
        rows.update(repr(sorted(map(repr, connection.execute(f'SELECT {names} FROM "{ledger.name}"')))).encode())
    return rows.hexdigest(), counted


def sound(session: Session) -> None:
    """The library is whole: the file, its derived values, its search, and every file that a row names."""
    connection = session.workspace.connection
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert connection.execute("SELECT tx FROM current_tx").fetchall() == [(None,)]
    assert derived.mismatches(session.read) == []
    folder = session.workspace.folder
    for (sha,) in connection.execute("SELECT sha256 FROM attachment WHERE _del = 0").fetchall():
        assert blobs.place(folder, sha).exists(), "a row names a file that was not kept"
    assert list(folder.rglob("*.part*")) == [], "half-written files stay"


def killed(prepared: Prepared, kind: str, folder: Path, seed: int) -> bool:
    """Do a step, kill it at a random moment, look, and do it again; whether the step had been finished."""
    looks, took = prepared.known(kind)
    library, target = prepared.copy(kind, folder)
    delay = random.Random(f"{kind} {seed}").uniform(0, took * LATE)
    finished = _run(kind, library, target, prepared.recipient, delay) is not None
    version = _version(library)
    session = _session(library, LATER if version == LATER.version else SCHEMA)
    try:
        sound(session)
        found = look(session)
        assert found in looks, f"{kind} {seed}: neither as before nor as after"
        assert not finished or found == looks[-1], f"{kind} {seed}: it said it was done"
        if kind in ("make", "export"):
            _is_bundle_or_nothing(target, session, finished)
        session = _again(prepared, kind, session, target, found == looks[-1])
        sound(session)
        assert look(session) == looks[-1], f"{kind} {seed}: doing it again did not complete it"
    finally:
        session.workspace.close()
    return finished


def _version(library: Path) -> int:
    with closing(sqlite3.connect(library / LIBRARY)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _is_bundle_or_nothing(target: Path, session: Session, finished: bool) -> None:
    """Under the final name lies a whole bundle or nothing; what lies beside it is no bundle to anybody."""
    assert target.exists() or not finished
    if target.exists():
        assert container.read(target, session.workspace.folder).segment_names()
    assert set(syncing.bundles_in(target.parent)) == ({target} if target.exists() else set())


def _again(prepared: Prepared, kind: str, session: Session, target: Path, done: bool) -> Session:
    """The step once more, in the same library."""
    if kind == "upgrade":
        session.workspace.close()
        session = _upgrade(session.workspace.folder, target, prepared.recipient)
    elif kind in ("undo", "attach") and done:
        try:
            KINDS[kind].step(session, target, prepared.recipient)
        except (Refusal, ValueError):
            pass
        else:
            raise AssertionError(f"{kind} was done twice")
    else:
        KINDS[kind].step(session, target, prepared.recipient)
    if kind in ("make", "export"):
        assert container.read(target, session.workspace.folder).segment_names()
        assert list(target.parent.iterdir()) == [target], "what was half written stays beside the bundle"
    return session
