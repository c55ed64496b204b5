"""A world of offices and a bureau that exchange files: real libraries in folders, a pool of bundles that is never
emptied, clocks that go wrong, and a memory outside the libraries of what each person typed."""

import itertools
import json
import secrets
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import msgspec

from desktop.app import settling, setup, units
from desktop.app.session import Session
from desktop.domain.errors import Refusal
from desktop.domain.keys import row_key
from desktop.domain.ledgers import SCHEMA
from desktop.domain.ledgers.standard import Standard
from desktop.domain.query import owner_of
from desktop.domain.record import Cell, Schema, text
from desktop.store import backup, blobs
from desktop.store import workspace as workspaces
from desktop.store.workspace import LIBRARY, Workspace
from desktop.sync import container, enrolment, graph, making, receiving, segments, signing, undoing, upgrading
from desktop.sync.canon import canonical, digest, pack
from desktop.sync.intake import Outcome

BUREAU, ONE, TWO, OTHER = "bureau", "one", "two", "other"
"""The bureau, two PCs of one office, one PC of another."""

FOLDER = Path("/dev/shm") if Path("/dev/shm").is_dir() else Path(tempfile.gettempdir())
"""Memory, where there is such a folder: thousands of libraries are made and thrown away."""


class LaterStandard(Standard, name="standard"):
    """The ledger as a newer version declares it."""

    steward: Cell = text("标准管家", since=2)


LATER = Schema(2, tuple(LaterStandard.ledger if ledger.name == "standard" else ledger for ledger in SCHEMA.ledgers))


@dataclass
class Typed:
    """A cell as a person typed it at a node, with the foreign segments that arrived there afterwards."""

    ledger: str
    key: str
    name: str
    value: Cell
    arrived_after: set[str] = field(default_factory=set)
    lost: bool = False
    """Typed into a library that was then replaced by an older copy of itself before it was sealed."""


class Node:
    """One PC with its library."""

    def __init__(self, name: str, folder: Path, schema: Schema = SCHEMA) -> None:
        self.name, self.folder, self.schema = name, folder, schema
        self.typed: list[Typed] = []
        self.saved: Path | None = None
        self.saved_typed = 0
        self.session = Session(Workspace.open(folder, schema=schema), name)

    @property
    def workspace(self) -> Workspace:
        return self.session.workspace

    @property
    def organisation(self) -> str:
        return self.session.identity.organisation

    def reopen(self, schema: Schema | None = None) -> None:
        """Close and open again, as after an upgrade or a restore."""
        self.workspace.close()
        self.schema = schema or self.schema
        self.session = Session(Workspace.open(self.folder, schema=self.schema), self.name)
        if self.session.read.connection.execute("SELECT 1 FROM sync_unknown LIMIT 1").fetchone():
            upgrading.drain(self.workspace, self.name)


@contextmanager
def hurried() -> Iterator[None]:
    """Without what only guards against a failing disk: backups before each step, and waiting for the disk."""
    fast = tuple((name, "off" if name == "synchronous" else value) for name, value in workspaces.PRAGMAS)
    with ExitStack() as stack:
        stack.enter_context(mock.patch.object(receiving, "make_backup"))
        stack.enter_context(mock.patch.object(backup, "make_backup"))
        stack.enter_context(mock.patch.object(undoing, "make_backup"))
        stack.enter_context(mock.patch.object(workspaces, "PRAGMAS", fast))
        stack.enter_context(mock.patch("os.fsync"))
        yield


def found_template(folder: Path) -> None:
    """Four enrolled PCs that know each other."""
    with hurried():
        bureau = setup.found(folder / BUREAU, "bureau", "市局", "330100", BUREAU)
        _, organisation = units.new_unit(bureau, "甲区", "330106", folder / "one.json")
        units.new_unit(bureau, "乙区", "330102", folder / "other.json")
        units.further_unit_file(bureau, organisation, folder / "two.json", "")
        sessions = {name: setup.join(folder / name, folder / f"{name}.json", name) for name in (ONE, TWO, OTHER)}
        for number, (name, session) in enumerate(itertools.chain(sessions.items(), sessions.items())):
            up, down = folder / f"{number}.up", folder / f"{number}.down"
            making.make(session.workspace, name, up, bureau.identity.organisation, encrypted=False)
            receiving.apply(bureau.workspace, BUREAU, up)
            making.make(bureau.workspace, BUREAU, down, session.identity.organisation, encrypted=False)
            receiving.apply(session.workspace, name, down)
        for session in (bureau, *sessions.values()):
            session.workspace.close()


class World:
    """Nodes, the files between them, and what must hold."""

    def __init__(self, template: Path) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="standards-desk-world-", dir=FOLDER))
        self._stack = ExitStack()
        self._stack.enter_context(hurried())
        self._numbers = itertools.count()
        self._clock = 1_790_000_000_000
        self.skew: dict[str, int] = {}
        self.acting = ""
        self._stack.enter_context(mock.patch.object(workspaces, "time", SimpleNamespace(time_ns=self._now)))
        self.nodes: dict[str, Node] = {}
        for name in (BUREAU, ONE, TWO, OTHER):
            shutil.copytree(template / name, self.folder / name)
            self.nodes[name] = Node(name, self.folder / name)
        self.pool: list[Path] = []
        self.gone: set[str] = set()
        """Nodes whose PC was withdrawn."""
        self.carried: dict[str, tuple[bytes, bytes, bytes]] = {}
        """Every segment ever seen, byte for byte."""

    def close(self) -> None:
        """Throw the world away."""
        for node in self.nodes.values():
            node.workspace.close()
        self._stack.close()
        shutil.rmtree(self.folder)

    def _now(self) -> int:
        self._clock += 1
        return (self._clock + self.skew.get(self.acting, 0)) * 1_000_000

    @property
    def alive(self) -> list[Node]:
        return [node for name, node in self.nodes.items() if name not in self.gone]

    # what people do

    def add(self, node: Node, title: str) -> str:
        """A new standard of the node's unit."""
        self.acting = node.name
        with node.session.write("新增") as transaction:
            key = transaction.insert("standard", {"title": title})
        node.typed.append(Typed("standard", key, "title", title))
        return key

    def edit(self, node: Node, key: str, name: str, value: Cell) -> None:
        """Type into a cell."""
        self.acting = node.name
        before = node.session.read.any_row("standard", key)
        assert before is not None
        with node.session.write("修改") as transaction:
            transaction.update("standard", key, {name: value})
        if before[name] != value:
            node.typed.append(Typed("standard", key, name, value))

    def note(self, node: Node, subject: str) -> None:
        """The bureau's note on a row, for its unit alone."""
        self.acting = node.name
        with node.session.write("批注") as transaction:
            transaction.insert(
                "review_note", {"kind": "remark", "subject_ledger": "standard", "subject_key": subject, "body": "看"},
                stream=f"to.{owner_of(subject)}",
            )  # fmt: skip

    def attach(self, node: Node, content: bytes) -> None:
        """A file to a row."""
        self.acting = node.name
        sha = blobs.put(node.folder, content)
        with node.session.write("附件") as transaction:
            transaction.insert("attachment", {"file_name": "a.txt", "sha256": sha, "size": len(content)})

    def settle(self, node: Node, choice: int) -> None:
        """Decide the first conflict that the node may decide."""
        self.acting = node.name
        mine = [conflict for conflict in settling.conflicts(node.session) if conflict.ours]
        if mine:
            option = mine[0].options[choice % len(mine[0].options)]
            settling.settle(node.session, mine[0], option.value)
            node.typed.append(Typed(mine[0].ledger, mine[0].key, mine[0].name, option.value))

    def withdraw(self, name: str) -> None:
        """The bureau withdraws a PC."""
        self.acting = BUREAU
        with self.nodes[BUREAU].workspace.exclusive() as connection:
            device = self.nodes[name].session.identity.device
            enrolment.revoke(self.nodes[BUREAU].workspace, connection, device)
        self.gone.add(name)

    # files

    def make(self, node: Node, recipient: str) -> Path:
        """A file into the pool."""
        self.acting = node.name
        path = self.folder / f"{next(self._numbers)}.bzb"
        making.make(node.workspace, node.name, path, recipient, encrypted=False)
        self.pool.append(path)
        self.look(node)
        return path

    def deliver(self, path: Path, node: Node) -> Outcome | Refusal:
        """A file to a node; refusals are answers."""
        self.acting = node.name
        before = self.hashes(node)
        try:
            outcome = receiving.apply(node.workspace, node.name, path)
        except Refusal as refusal:
            return refusal
        assert not any("核对的结果不一致" in note for note in outcome.notes), "equal heads, different rows"
        arrived = self.hashes(node) - before - self._own_hashes(node)
        for typed in node.typed:
            typed.arrived_after |= arrived
        self.look(node)
        return outcome

    def send(self, sender: Node, receiver: Node) -> Outcome | Refusal:
        """Make and deliver."""
        return self.deliver(self.make(sender, receiver.organisation), receiver)

    def exchange(self) -> None:
        """Every ordinary way once: offices up, the bureau down, PCs of an office among themselves."""
        bureau = self.nodes[BUREAU]
        offices = [node for node in self.alive if node is not bureau]
        for node in offices:
            self.send(node, bureau)
        for node in offices:
            self.send(bureau, node)
        for one, two in itertools.permutations(offices, 2):
            if one.organisation == two.organisation:
                self.send(one, two)

    def take_back(self, node: Node, number: int) -> None:
        """Undo one of the bundles that the node applied and may take back."""
        self.acting = node.name
        connection = node.session.read.connection
        found = [item.batch for item in undoing.applied(connection) if not item.why_not]
        if found:
            undoing.undo(node.workspace, node.name, found[number % len(found)])

    # copies

    def save(self, node: Node) -> None:
        """A backup outside the program's sight."""
        node.saved = self.folder / f"{node.name}.saved"
        node.saved.unlink(missing_ok=True)
        with closing(sqlite3.connect(node.folder / LIBRARY)) as connection:
            connection.execute("VACUUM INTO ?", (str(node.saved),))
        node.saved_typed = len(node.typed)

    def restore(self, node: Node) -> None:
        """Back to the saved copy; what was typed since and not sealed is lost, as everybody expects."""
        if node.saved is None:
            return
        for typed in node.typed[node.saved_typed :]:
            typed.lost = True
        node.workspace.close()
        backup.restore(node.folder, node.saved, node.schema)
        node.session = Session(Workspace.open(node.folder, schema=node.schema), node.name)
        if node.session.read.connection.execute("SELECT 1 FROM sync_unknown LIMIT 1").fetchone():
            upgrading.drain(node.workspace, node.name)

    def clone(self, node: Node, name: str) -> None:
        """A second PC with a copy of the whole folder, keys and open edits included."""
        assert node.name not in self.gone
        node.workspace.close()
        shutil.copytree(node.folder, self.folder / name)
        node.reopen()
        self.nodes[name] = Node(name, self.folder / name, node.schema)
        self.nodes[name].workspace.renew_instance(instead=False)  # as the program does when it is opened there

    # what must hold

    def hashes(self, node: Node) -> set[str]:
        """The segments in the tables of a node."""
        return {sha for (sha,) in node.session.read.connection.execute(
            "SELECT hash FROM sync_seg WHERE state = 'applied'"
        )}  # fmt: skip

    def _own_hashes(self, node: Node) -> set[str]:
        return {sha for (sha,) in node.session.read.connection.execute(
            "SELECT hash FROM sync_seg WHERE state = 'applied' AND batch IS NULL"
        )}  # fmt: skip

    def look(self, node: Node) -> None:
        """A segment is the same bytes everywhere, and its PC may write its stream."""
        rows = node.session.read.connection.execute(
            "SELECT hash, hdr, sig, payload FROM sync_seg WHERE state = 'applied'"
        )
        for sha, header, signature, payload in rows.fetchall():
            known = self.carried.setdefault(sha, (header, signature, payload))
            assert known == (header, signature, payload), "a segment was changed on its way"

    def state(self, node: Node) -> dict[str, object]:
        """What the node holds of each stream: heads, rows, live values, conflicts. Nothing local is in it."""
        connection, schema = node.session.read.connection, node.session.schema
        streams = graph.streams(connection)
        found: dict[str, object] = {
            name: graph.load(connection, name).head_hashes() for name in streams if not name.endswith(".own")
        }
        for ledger in schema.ledgers:
            if ledger.name in ("setting", "saved_view"):
                continue
            names = ", ".join(f'"{item.name}"' for item in ledger.stored)
            for key, audience, *cells in connection.execute(f'SELECT key, _stream, _del, {names} FROM "{ledger.name}"'):
                found[f"{ledger.name} {key}"] = (audience, tuple(cells))
        numbers = dict(connection.execute("SELECT n, hash FROM sync_seg").fetchall())
        live: dict[str, set[tuple[object, ...]]] = {}
        for ledger_name, key, column, n, idx, at, value in connection.execute("SELECT * FROM sync_cell"):
            live.setdefault(f"live {ledger_name} {key} {column}", set()).add((numbers[n], idx, at, value))
        found.update({name: voices for name, voices in live.items() if len(voices) > 1})
        found["conflicts"] = sorted(map(repr, connection.execute("SELECT * FROM sync_conflict")))
        return found


def visible(state: dict[str, object], organisation: str) -> dict[str, object]:
    """The part of a state that speaks of one unit's rows."""
    return {name: value for name, value in state.items() if organisation in name} | {
        "conflicts": [line for line in state["conflicts"] if organisation in line]  # type: ignore[attr-defined]
    }


def forge(world: World, forger: Node, victim: str, *, kind: str = "stream") -> Path:
    """A bundle of `forger` with a segment that speaks of another unit's rows. Kinds: in the victim's `stream`; in the
    forger's own stream but of the victim's `row`; in the name of a `device` of the victim, whose key is not at hand."""
    path = world.make(forger, world.nodes[BUREAU].organisation)
    world.pool.remove(path)
    bundle = container.read(path)
    stream = f"{forger.organisation if kind == 'row' else victim}.up"
    device = forger.session.identity.device
    if kind == "device":
        device = next(node.session.identity.device for node in world.nodes.values() if node.organisation == victim)
    told = segments.Told(1, "冒名", "冒写", "")
    key = row_key(victim, 1, secrets.randbits(80))
    plain = segments.write_payload([segments.Operation(told, True, "standard", key, {"title": "冒写"})])
    bureau = world.nodes[BUREAU] if kind != "row" else forger
    history = graph.load(bureau.session.read.connection, stream)
    header = segments.Header(
        1, 1, stream, device, history.head_hashes(), 1 + max([0, *history.generation.values()]), 1, {"standard": 1},
        digest(plain), len(plain), 1, 1, "x", 1, "冒名",
    )  # fmt: skip
    body = canonical(msgspec.to_builtins(header))
    sha = digest(body)
    signature = signing.sign(forger.folder, signing.DEVICE, body)
    _rewrite(forger, path, bundle, {f"seg/{sha}.hdr": body, f"seg/{sha}.sig": signature, f"seg/{sha}.z": pack(plain)})
    return path


def swap_payload(world: World, relay: Node, author: Node) -> Path:
    """A bundle of `relay` in which the content of `author`'s newest segment was replaced; header and signature stay."""
    path = world.make(relay, world.nodes[BUREAU].organisation)
    world.pool.remove(path)
    bundle = container.read(path)
    device = author.session.identity.device
    sha = next(
        sha for sha in bundle.segment_names() if segments.read_header(bundle.files[f"seg/{sha}.hdr"]).dev == device
    )
    header = segments.read_header(bundle.files[f"seg/{sha}.hdr"])
    operations = segments.read_payload(header, bundle.files[f"seg/{sha}.z"])
    plain = segments.write_payload(operations).replace("甲".encode(), "丁".encode())
    _rewrite(relay, path, bundle, {f"seg/{sha}.z": pack(plain)})
    return path


def _rewrite(sender: Node, path: Path, bundle: container.Bundle, files: dict[str, bytes]) -> None:
    whole = {**bundle.files, **files}
    manifest = msgspec.structs.replace(bundle.manifest, files=container.listing(whole))
    outer = signing.sign(sender.folder, signing.DEVICE, canonical(msgspec.to_builtins(manifest)))
    container.write(path, manifest, outer, whole)


def dump(node: Node) -> str:
    """The whole database as text, to see whether anything at all changed."""
    connection = node.session.read.connection
    return "\n".join(connection.iterdump())


def live_sets(node: Node) -> dict[tuple[str, str, str], set[tuple[str, int, Cell]]]:
    """The oracle: the live operations of every cell by brute force over the stored segments."""
    connection = node.session.read.connection
    stored = connection.execute("SELECT hash, hdr, payload FROM sync_seg WHERE state = 'applied'").fetchall()
    headers = {sha: segments.read_header(body) for sha, body, _ in stored}
    seen: dict[str, set[str]] = {}
    for sha in sorted(headers, key=lambda sha: headers[sha].gen):
        seen[sha] = {above for parent in headers[sha].parents for above in (parent, *seen[parent])}
    written: dict[tuple[str, str, str], list[tuple[str, int, Cell]]] = {}
    for sha, _, payload in stored:
        for idx, item in enumerate(segments.read_payload(headers[sha], payload)):
            ledger = node.session.schema.ledger(item.ledger)
            covered = [field.name for field in ledger.stored if field.since <= headers[sha].schema]
            cells = {**dict.fromkeys(covered), "_del": 0, **item.cells} if item.born else item.cells
            for name, value in cells.items():
                if name == "_del" or name in ledger.by_name:
                    written.setdefault((item.ledger, item.key, name), []).append((sha, idx, value))
    return {
        place: {
            (sha, idx, value)
            for sha, idx, value in found
            if not any(sha in seen[other] or (other == sha and later > idx) for other, later, _ in found)
        }
        for place, found in written.items()
    }


def told(node: Node) -> dict[str, list[str]]:
    """Why segments are held, for messages."""
    rows = node.session.read.connection.execute("SELECT why, hash FROM sync_seg WHERE state = 'held'").fetchall()
    found: dict[str, list[str]] = {}
    for why, sha in rows:
        found.setdefault(why, []).append(json.dumps(sha))
    return found
