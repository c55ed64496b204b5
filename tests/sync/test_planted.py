"""Each of these errors, planted into the product one at a time, must turn the state machine's checks red: a short history
that needs the right behaviour is played and met with the machine's own end."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any
from unittest import mock

import msgspec
import pytest

from desktop.domain.record import Cell
from desktop.store import rebuilding
from desktop.store.journal import Transaction
from desktop.store.workspace import Workspace
from desktop.sync import attached, certificates, disputes, graph, intake, making, receiving, segments, signing
from desktop.sync.applying import Applier
from desktop.sync.canon import digest, unpack
from tests.sync.test_machine import Exchange, _Template
from tests.sync.world import BUREAU, LATER, ONE, OTHER, TWO, swap_payload

History = Callable[[Exchange], None]
Plant = Callable[[], AbstractContextManager[object]]


def contested(machine: Exchange) -> None:
    """Two PCs write one cell without knowing of each other; one of them imports before it exports."""
    world = machine.world
    world.exchange()
    machine.edit(ONE, 0, "title", "甲")
    world.send(world.nodes[ONE], world.nodes[BUREAU])
    machine.edit(TWO, 0, "title", "乙")
    world.send(world.nodes[BUREAU], world.nodes[TWO])
    world.exchange()


def in_turn(machine: Exchange) -> None:
    """Two PCs write one cell one after the other, knowing of each other."""
    world = machine.world
    world.exchange()
    machine.edit(ONE, 0, "title", "甲")
    world.exchange()
    machine.edit(TWO, 0, "title", "乙")
    world.exchange()
    for node in world.alive:
        assert not node.session.read.connection.execute("SELECT 1 FROM sync_conflict").fetchone()


def alike(machine: Exchange) -> None:
    """Two PCs write the same value into one cell: no conflict."""
    world = machine.world
    world.exchange()
    machine.edit(ONE, 0, "title", "甲")
    machine.edit(TWO, 0, "title", "甲")
    world.exchange()


def settled(machine: Exchange) -> None:
    """A person keeps the value that is shown anyway: the conflict ends everywhere."""
    contested(machine)
    world = machine.world
    node = world.nodes[TWO]
    world.settle(node, 0)
    for _ in range(2):
        world.exchange()
    assert not world.nodes[ONE].session.read.connection.execute("SELECT 1 FROM sync_conflict").fetchone()


def deleted(machine: Exchange) -> None:
    """A row is deleted."""
    machine.world.exchange()
    machine.delete_or_restore(ONE, 0)


def forged(kind: str) -> History:
    """Another unit writes a row of ours."""

    def play(machine: Exchange) -> None:
        machine.world.exchange()
        machine.forge(OTHER, kind)

    return play


def swapped(machine: Exchange) -> None:
    """A relay replaces the content of a segment."""
    world = machine.world
    world.exchange()
    machine.edit(ONE, 0, "title", "甲")
    world.deliver(world.make(world.nodes[ONE], world.nodes[ONE].organisation), world.nodes[TWO])
    world.deliver(swap_payload(world, world.nodes[TWO], world.nodes[ONE]), world.nodes[BUREAU])


def upgraded_one_by_one(machine: Exchange) -> None:
    """A newer PC writes a column that the bureau does not know yet."""
    machine.world.nodes[ONE].reopen(LATER)
    machine.write_new_column(ONE, 0, "甲")
    machine.world.send(machine.world.nodes[ONE], machine.world.nodes[BUREAU])


def crashed(machine: Exchange) -> None:
    """The power goes while a bundle of several parts is applied."""
    machine.add(ONE, "乙", 0)
    machine.make_up(ONE, "up")
    machine.add(ONE, "丙", 0)
    machine.make_up(ONE, "up")
    machine.crash_while_applying(1, BUREAU, 1)


def repeated(machine: Exchange) -> None:
    """The same file twice."""
    machine.make_up(ONE, "up")
    machine.deliver(0, BUREAU, twice=True)


def taken_back(machine: Exchange) -> None:
    """A bundle is taken back, and its rows leave the tables."""
    world = machine.world
    machine.make_up(ONE, "up")
    machine.deliver(0, BUREAU, twice=False)
    machine.take_back(BUREAU, 0)
    titles = world.nodes[BUREAU].session.read.connection.execute("SELECT title FROM standard").fetchall()
    assert ("第一",) not in titles


def withdrawn(machine: Exchange) -> None:
    """A withdrawn PC goes on sending."""
    world = machine.world
    world.withdraw(TWO)
    world.add(world.nodes[TWO], "停用后")
    world.send(world.nodes[TWO], world.nodes[BUREAU])
    titles = world.nodes[BUREAU].session.read.connection.execute("SELECT title FROM standard").fetchall()
    assert ("停用后",) not in titles


def with_files(machine: Exchange) -> None:
    """A row with a file."""
    machine.attach(ONE, "甲")


def restored(machine: Exchange) -> None:
    """A PC goes back to an older copy, writes on, and meets what it had sent before."""
    world = machine.world
    world.exchange()
    machine.save(ONE)
    machine.edit(ONE, 0, "title", "甲")
    world.exchange()
    machine.restore(ONE)
    machine.edit(ONE, 0, "title", "乙")


# the errors


def instead(target: object, name: str, replacement: Any) -> Plant:
    """A plant that replaces one thing."""
    return lambda: mock.patch.object(target, name, replacement)


@contextmanager
def no_seal_before_applying() -> Iterator[None]:
    whole, applying = receiving._take_in, []

    def take_in(*arguments: Any) -> Any:
        applying.append(True)
        try:
            return whole(*arguments)
        finally:
            applying.pop()

    seal = segments.seal_open
    with (
        mock.patch.object(receiving, "_take_in", take_in),
        mock.patch.object(segments, "seal_open", lambda *arguments: 0 if applying else seal(*arguments)),
    ):
        yield


def sealed_without(unwanted: Callable[[segments.Operation], bool]) -> Plant:
    whole = segments._open_operations

    def fewer(*arguments: Any) -> Any:
        return {
            stream: [item for item in found if not unwanted(item[1])] for stream, found in whole(*arguments).items()
        }

    return lambda: mock.patch.object(segments, "_open_operations", fewer)


@contextmanager
def last_to_arrive_is_shown() -> Iterator[None]:
    whole = Applier._set

    def arrived(self: Applier, n: int, idx: int, operation: segments.Operation, name: str, cell: Cell) -> None:
        whole(self, n, idx, operation, name, cell)
        self._connection.execute(f'UPDATE "{operation.ledger}" SET "{name}" = ? WHERE key = ?', (cell, operation.key))

    with mock.patch.object(Applier, "_set", arrived):
        yield


@contextmanager
def not_atomic() -> Iterator[None]:
    @contextmanager
    def exclusive(self: Workspace) -> Iterator[Any]:
        connection = self.connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
        finally:
            connection.execute("COMMIT")

    with mock.patch.object(Workspace, "exclusive", exclusive):
        yield


def _mark_any(connection: Any, ledger: str, key: str, name: str, values: Any) -> None:
    if len(values) > 1:
        connection.execute("INSERT OR IGNORE INTO sync_conflict VALUES (?, ?, ?)", (ledger, key, name))


def _decide_silently(self: Transaction, ledger: str, key: str, field: str, cell: Cell) -> None:
    self.update(ledger, key, {field: cell})


def content_believed() -> AbstractContextManager[object]:
    whole = segments.read_payload

    def believe(header: segments.Header, packed: bytes) -> list[segments.Operation]:
        plain = unpack(packed, header.len)
        return whole(msgspec.structs.replace(header, sha=digest(plain)), packed)

    return mock.patch.object(segments, "read_payload", believe)


PLANTED: dict[str, tuple[Plant, History]] = {
    "no seal before applying": (no_seal_before_applying, contested),
    "only new rows are sealed": (sealed_without(lambda item: not item.born), in_turn),
    "deletions are not sealed": (sealed_without(lambda item: "_del" in item.cells), deleted),
    "the last writer wins in silence": (instead(Applier, "_live", lambda *_: []), contested),
    "every write is concurrent": (instead(graph.StreamGraph, "has_seen", lambda *_: False), in_turn),
    "every write has seen all": (instead(graph.StreamGraph, "has_seen", lambda *_: True), contested),
    "what arrives last is shown": (last_to_arrive_is_shown, contested),
    "equal values are a conflict": (instead(disputes, "mark_cell", _mark_any), alike),
    "a decision that changes nothing is not told": (instead(Transaction, "decide", _decide_silently), settled),
    "any PC may write any stream": (
        instead(certificates, "writes", lambda *_: mock.MagicMock(__contains__=lambda *_: True, __iter__=lambda _: iter(()))),
        forged("stream"),
    ),
    "rows of others are not examined": (instead(intake, "examine", lambda *_: None), forged("row")),
    "signatures are not looked at": (instead(signing, "verified", lambda *_: True), forged("device")),
    "the content is not held against its hash": (content_believed, swapped),
    "unknown columns are dropped": (instead(Applier, "_keep_unknown", lambda *_: None), upgraded_one_by_one),
    "applying is not atomic": (not_atomic, crashed),
    "what is known is applied again": (instead(graph, "applied", lambda *_: set()), repeated),
    "rows stay when a bundle is taken back": (instead(rebuilding, "drop", lambda *_: None), taken_back),
    "withdrawn PCs are believed": (instead(certificates, "revoked_heads", lambda *_: None), withdrawn),
    "files do not go along": (instead(attached, "lacked", lambda *_: set()), with_files),
    "everybody reads everything": (instead(making, "may_read", lambda *_: True), in_turn),
    "segments know no parents": (instead(graph.StreamGraph, "head_hashes", lambda _: []), restored),
}  # fmt: skip


def _play(history: History) -> None:
    machine = Exchange()
    try:
        machine.one_row()
        history(machine)
        machine._meet()
    finally:
        with suppress(Exception):
            machine.world.close()


@pytest.fixture(scope="module", autouse=True)
def _template() -> Iterator[Path]:
    _Template.folder = None
    yield _Template.get()
    import shutil

    shutil.rmtree(_Template.get())
    _Template.folder = None


@pytest.mark.parametrize(
    "history", dict.fromkeys(history for _, history in PLANTED.values()), ids=lambda history: history.__qualname__
)
def test_without_an_error_every_history_ends_well(history: History) -> None:
    _play(history)


@pytest.mark.parametrize("name", PLANTED)
@pytest.mark.expects_log("同步核对不一致", optional=True)
def test_a_planted_error_is_noticed(name: str) -> None:
    plant, history = PLANTED[name]
    noticed = False
    with plant():
        try:
            _play(history)
        except (AssertionError, sqlite3.IntegrityError):
            noticed = True
    assert noticed
