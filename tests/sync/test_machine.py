"""Whatever people, clocks, sticks and disks do: nothing typed is lost, nothing foreign gets in, and after two ordinary
exchanges everybody holds the same rows (the eleven invariants of the sync design)."""

import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from desktop.domain.errors import Refusal
from desktop.sync import graph, segments
from desktop.sync.applying import birth_value
from tests.sync.world import (
    BUREAU,
    LATER,
    ONE,
    OTHER,
    TWO,
    Node,
    World,
    dump,
    forge,
    found_template,
    live_sets,
    visible,
)

NAMES = st.sampled_from([BUREAU, ONE, TWO, OTHER, "clone"])
OFFICES = st.sampled_from([ONE, TWO, OTHER, "clone"])
WORDS = st.sampled_from(["甲", "乙", "丙"])
NUMBER = st.integers(0, 99)


class _Template:
    """Made once for all examples of a process."""

    folder: Path | None = None

    @classmethod
    def get(cls) -> Path:
        if cls.folder is None:
            cls.folder = Path(tempfile.mkdtemp(prefix="standards-desk-template-"))
            found_template(cls.folder)
        return cls.folder


class Exchange(RuleBasedStateMachine):
    """A history of any kind."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(_Template.get())

    @initialize()
    def one_row(self) -> None:
        self.world.add(self.world.nodes[ONE], "第一")

    def _node(self, name: str) -> Node:
        """The node of this name; the first PC stands in for one that is not there, or not any more."""
        found = self.world.nodes.get(name)
        return self.world.nodes[ONE] if found is None or name in self.world.gone else found

    def _key(self, node: Node, number: int) -> str | None:
        rows = node.session.read.connection.execute(
            "SELECT key FROM standard WHERE key LIKE ? ORDER BY key", (f"{node.organisation}-%",)
        ).fetchall()
        return str(rows[number % len(rows)][0]) if rows else None

    # people

    @rule(name=OFFICES, word=WORDS, skew=st.sampled_from([0, 0, -10_000_000, 400_000_000]))
    def add(self, name: str, word: str, skew: int) -> None:
        self.world.skew[name] = skew
        self.world.add(self._node(name), word)

    @rule(name=OFFICES, number=NUMBER, column=st.sampled_from(["title", "notes", "issuer"]), word=WORDS)
    def edit(self, name: str, number: int, column: str, word: str) -> None:
        node = self._node(name)
        if key := self._key(node, number):
            self.world.edit(node, key, column, word)

    @rule(name=OFFICES, number=NUMBER)
    def delete_or_restore(self, name: str, number: int) -> None:
        node = self._node(name)
        if key := self._key(node, number):
            row = node.session.read.any_row("standard", key)
            assert row is not None
            self.world.edit(node, key, "_del", 1 - int(row["_del"] or 0))

    @rule(name=OFFICES, number=NUMBER, word=WORDS)
    def write_new_column(self, name: str, number: int, word: str) -> None:
        node = self._node(name)
        if node.schema is LATER and (key := self._key(node, number)):
            self.world.edit(node, key, "steward", word)

    @rule(number=NUMBER)
    def note(self, number: int) -> None:
        bureau = self.world.nodes[BUREAU]
        rows = bureau.session.read.connection.execute("SELECT key FROM standard ORDER BY key").fetchall()
        if rows:
            self.world.note(bureau, str(rows[number % len(rows)][0]))

    @rule(name=OFFICES, word=WORDS)
    def attach(self, name: str, word: str) -> None:
        self.world.attach(self._node(name), word.encode() * 10)

    @rule(name=OFFICES, number=NUMBER)
    def settle(self, name: str, number: int) -> None:
        self.world.settle(self._node(name), number)

    @rule(name=NAMES)
    def upgrade(self, name: str) -> None:
        node = self._node(name)
        if node.schema is not LATER:
            node.saved = None
            node.reopen(LATER)

    # files

    @rule(name=OFFICES, to=st.sampled_from(["up", "up", "own"]))
    def make_up(self, name: str, to: str) -> None:
        node = self._node(name)
        self.world.make(node, node.organisation if to == "own" else self.world.nodes[BUREAU].organisation)

    @rule(name=OFFICES)
    def make_down(self, name: str) -> None:
        self.world.make(self.world.nodes[BUREAU], self._node(name).organisation)

    @precondition(lambda self: self.world.pool)
    @rule(number=NUMBER, name=NAMES, twice=st.booleans())
    def deliver(self, number: int, name: str, twice: bool) -> None:
        path, node = self.world.pool[number % len(self.world.pool)], self._node(name)
        first = self.world.deliver(path, node)
        if twice and not isinstance(first, Refusal):
            state = self.world.state(node)
            again = self.world.deliver(path, node)
            assert not isinstance(again, Refusal)
            assert again.new_segments == 0
            assert self.world.state(node) == state

    @precondition(lambda self: self.world.pool)
    @rule(number=NUMBER, name=NAMES, after=st.integers(0, 3))
    def crash_while_applying(self, number: int, name: str, after: int) -> None:
        path, node = self.world.pool[number % len(self.world.pool)], self._node(name)
        before, store, count = dump(node), graph.store, iter(range(99))

        def crash(*arguments: object) -> int:
            if next(count) >= after:
                raise OSError("power cut")
            return store(*arguments)  # type: ignore[arg-type]

        with mock.patch.object(graph, "store", crash):
            try:
                self.world.deliver(path, node)
            except OSError:
                assert dump(node) == before

    @precondition(lambda self: self.world.pool)
    @rule(number=NUMBER, name=NAMES, place=st.floats(0, 1, exclude_max=True), cut=st.booleans())
    def tamper(self, number: int, name: str, place: float, cut: bool) -> None:
        path, node = self.world.pool[number % len(self.world.pool)], self._node(name)
        content = path.read_bytes()
        at = int(place * len(content))
        damaged = self.world.folder / "damaged.bzb"
        damaged.write_bytes(content[:at] if cut else content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        before = self.world.state(node)
        answer = self.world.deliver(damaged, node)
        if isinstance(answer, Refusal):
            assert self.world.state(node) == before

    @rule(name=NAMES, number=NUMBER)
    def take_back(self, name: str, number: int) -> None:
        self.world.take_back(self._node(name), number)

    @rule(forger=st.sampled_from([OTHER, TWO]), kind=st.sampled_from(["stream", "row", "device"]))
    def forge(self, forger: str, kind: str) -> None:
        node, bureau = self._node(forger), self.world.nodes[BUREAU]
        victim = self.world.nodes[ONE if node.organisation == self.world.nodes[OTHER].organisation else OTHER]
        before = self._told_by(victim)
        self.world.deliver(forge(self.world, node, victim.organisation, kind=kind), bureau)
        assert self._told_by(victim) == before

    def _told_by(self, unit: Node) -> dict[str, object]:
        """What the bureau holds of a unit; its own stream for that unit may grow by what it wrote itself before."""
        bureau = self.world.nodes[BUREAU]
        about = visible(self.world.state(bureau), unit.organisation)
        return {name: value for name, value in about.items() if not name.startswith(f"{bureau.organisation}.to.")}

    # copies

    @rule(name=NAMES)
    def save(self, name: str) -> None:
        self.world.save(self._node(name))

    @rule(name=NAMES)
    def restore(self, name: str) -> None:
        self.world.restore(self._node(name))

    @precondition(lambda self: "clone" not in self.world.nodes)
    @rule(name=st.sampled_from([ONE, TWO]))
    def clone(self, name: str) -> None:
        self.world.clone(self._node(name), "clone")

    @precondition(lambda self: not self.world.gone and "clone" not in self.world.nodes)
    @rule(sure=st.integers(0, 3))
    def withdraw(self, sure: int) -> None:
        if sure == 0:
            self.world.withdraw(TWO)

    # the end

    def teardown(self) -> None:
        try:
            self._meet()
        finally:
            self.world.close()

    def _meet(self) -> None:
        world = self.world
        if any(node.schema is LATER for node in world.alive):
            for node in world.alive:
                if node.schema is not LATER:
                    node.reopen(LATER)
        for _ in range(2):
            world.exchange()
        bureau = world.nodes[BUREAU]
        self._converged(bureau)
        for node in world.alive:
            if node is not bureau:
                self._only_what_it_may(node)
            self._oracle(node)
            self._typed_survived(node)
        self._any_order(bureau)

    def _converged(self, bureau: Node) -> None:
        at_bureau = self.world.state(bureau)
        for node in self.world.alive:
            if node is bureau:
                continue
            own = visible(self.world.state(node), node.organisation)
            theirs = visible(at_bureau, node.organisation)
            names = {name for name in own.keys() | theirs.keys() if own.get(name) != theirs.get(name)}
            assert not names, {name: (own.get(name), theirs.get(name)) for name in sorted(names)[:3]}
            for sha, *_ in node.session.read.connection.execute("SELECT sha256 FROM attachment WHERE _del = 0"):
                assert (node.folder / "blobs" / sha[:2] / sha).exists() or self.world.gone
                assert (bureau.folder / "blobs" / sha[:2] / sha).exists() or self.world.gone

    def _only_what_it_may(self, node: Node) -> None:
        bureau, ours = self.world.nodes[BUREAU].organisation, node.organisation
        mine = {f"{ours}.own", f"{ours}.up", f"{ours}.all", f"{bureau}.all", f"{bureau}.to.{ours}"}
        assert set(graph.streams(node.session.read.connection)) <= mine

    def _oracle(self, node: Node) -> None:
        connection = node.session.read.connection
        numbers = dict(connection.execute("SELECT n, hash FROM sync_seg").fetchall())
        kept: dict[tuple[str, str, str], set[tuple[str, int, object]]] = {}
        for ledger, key, name, n, idx, _, value in connection.execute("SELECT * FROM sync_cell"):
            kept.setdefault((ledger, key, name), set()).add((numbers[n], idx, value))
        lives = live_sets(node)
        listed = set(connection.execute("SELECT * FROM sync_conflict WHERE col <> '_del'").fetchall())
        different = {place for place, live in lives.items() if len({value for _, _, value in live}) > 1}
        assert listed == {place for place in different if place[2] != "_del"}
        for (ledger, key, name), live in lives.items():
            born = birth_value(node.session.schema, connection, ledger, key, name)
            mine = kept.get((ledger, key, name)) or {(numbers[item.seg], item.idx, item.value) for item in born}
            assert {value for _, _, value in mine} == {value for _, _, value in live}, (ledger, key, name)
            shown = connection.execute(f'SELECT "{name}" FROM "{ledger}" WHERE key = ?', (key,)).fetchone()[0]
            assert shown in {value for _, _, value in live}
            ats = dict(connection.execute(
                "SELECT hash, at FROM sync_cell JOIN sync_seg ON n = seg WHERE ledger = ? AND key = ? AND col = ?",
                (ledger, key, name),
            ).fetchall())  # fmt: skip
            if len(ats) > 1:
                newest = max(live, key=lambda item: (ats[item[0]], item[0], item[1]))
                assert shown == newest[2], "what is shown depends on the order of arrival"

    def _typed_survived(self, node: Node) -> None:
        written: dict[tuple[str, str, str, object], list[str]] = {}
        headers = {sha: segments.read_header(parts[0]) for sha, parts in self.world.carried.items()}
        for sha, (_, _, payload) in self.world.carried.items():
            for item in segments.read_payload(headers[sha], payload):
                for name, value in item.cells.items():
                    written.setdefault((item.ledger, item.key, name, value), []).append(sha)
        for typed in node.typed:
            found = written.get((typed.ledger, typed.key, typed.name, typed.value), [])
            if typed.lost:
                continue
            assert found, f"{node.name} typed {typed.value} and it is nowhere"
            assert any(not (self._above(headers, sha) & typed.arrived_after) for sha in found), (
                "an edit pretends to have seen what arrived after it"
            )

    def _above(self, headers: dict[str, segments.Header], sha: str) -> set[str]:
        found: set[str] = set()
        waiting = list(headers[sha].parents)
        while waiting:
            parent = waiting.pop()
            if parent not in found and parent in headers:
                found.add(parent)
                waiting.extend(headers[parent].parents)
        return found

    def _any_order(self, bureau: Node) -> None:
        """The same files in any order, each twice, give the same state (looked at in every fifth history)."""
        if len(self.world.carried) % 5:
            return
        states = []
        for seed in (1, 2):
            other = World(_Template.get())
            fresh = other.nodes[BUREAU]
            fresh.reopen(self.world.nodes[BUREAU].schema)
            order = list(self.world.pool) * 2
            random.Random(seed).shuffle(order)
            for path in order:
                other.deliver(path, fresh)
            states.append(visible(other.state(fresh), self.world.nodes[ONE].organisation))
            other.close()
        if not self.world.gone:
            assert states[0] == states[1]


class CopiedFromTheStart(Exchange):
    """The same with a PC whose whole folder was copied before anything happened."""

    @initialize()
    def copied(self) -> None:
        self.world.clone(self.world.nodes[ONE], "clone")


KEPT_SHORT = settings(max_examples=150, stateful_step_count=14, phases=(Phase.generate,))
Exchange.TestCase.settings = KEPT_SHORT
CopiedFromTheStart.TestCase.settings = KEPT_SHORT
TestExchange = Exchange.TestCase
TestCopiedFromTheStart = CopiedFromTheStart.TestCase


@pytest.fixture(scope="module", autouse=True)
def _clean() -> Iterator[None]:
    yield
    if _Template.folder is not None:
        import shutil

        shutil.rmtree(_Template.folder)
        _Template.folder = None
