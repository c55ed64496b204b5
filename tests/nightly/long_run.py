"""The long run: many offices of three PCs and their bureau over a working year, with lost and repeated files, restores,
copied libraries and two versions of the program. How many conflicts must be left at the end is foretold by a model that
knows nothing of segments: only who typed what, and which files arrived."""

import itertools
import random
import resource
import shutil
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

from desktop.app import setup, units
from desktop.domain.errors import Refusal
from desktop.store import workspace as workspaces
from desktop.sync import conflicts, digests, graph, making, receiving
from desktop.sync.streams import parse_stream
from tests.sync.world import FOLDER, LATER, Node, hurried

OFFICES, COMPUTERS, DAYS = 120, 3, 250
RESTORES, CLONES = 3, 2
LOST, REPEATED = 0.2, 0.1
WORKS, SENDS_UP, SENDS_ACROSS = 0.3, 1 / 7, 1 / 10
"""How likely a PC is worked at, sends to the bureau, or hands a file to another PC of its office on a day."""

DAY = 24 * 3600 * 1000
NAMES = [f"{area:06d}" for area in range(330101, 330101 + OFFICES)]


Edit = tuple[str, str]
"""(row, PC): who changed a planted cell."""


@dataclass
class Computer:
    """A PC with what the model knows of it."""

    node: Node
    holds: frozenset[Edit] = frozenset()
    """The planted edits that were made here or came with a file."""
    saved: frozenset[Edit] | None = None
    """Those that the saved copy holds; None while there is no copy."""
    base: list[str] = field(default_factory=list)
    """Rows that all PCs of the office have had since the beginning, each for one planted conflict."""


class LongRun:
    """The year, day by day."""

    def __init__(self, scale: float, seed: int) -> None:
        self.draw = random.Random(seed)
        self.offices = max(2, round(OFFICES * scale))
        self.days = max(20, round(DAYS * min(1.0, scale * 4)))
        self.folder = Path(tempfile.mkdtemp(prefix="standards-desk-long-", dir=FOLDER))
        self.stack = ExitStack()
        self.stack.enter_context(hurried())
        self.day, self._ticks = 0, itertools.count()
        self.stack.enter_context(mock.patch("desktop.store.workspace.time", SimpleNamespace(time_ns=self._now)))
        self.told: Counter[str] = Counter()
        self.planted: list[tuple[Edit, Edit]] = []
        self.late: list[tuple[int, Path, Computer]] = []
        self.inside: dict[Path, frozenset[Edit]] = {}
        """File → the planted edits that its maker held."""
        self.computers: dict[str, Computer] = {}
        self.by_office: dict[str, list[Computer]] = {}
        self._numbers = itertools.count()

    def _now(self) -> int:
        return (1_790_000_000_000 + self.day * DAY + next(self._ticks)) * 1_000_000

    def run(self) -> str:
        """Everything; what was measured, in one printed table."""
        begin = time.perf_counter()
        try:
            self._found()
            founded = time.perf_counter()
            for day in range(1, self.days + 1):
                self.day = day
                self._one_day()
            lived = time.perf_counter()
            self._meet()
            self._judge()
            return self._table(founded - begin, lived - founded, time.perf_counter() - lived)
        finally:
            for item in [*self.computers.values(), *([self.bureau] if self.by_office else [])]:
                item.node.workspace.close()
            self.stack.close()
            shutil.rmtree(self.folder)

    # the beginning

    def _found(self) -> None:
        session = setup.found(self.folder / "bureau", "bureau", "市局", "330100", "市局")
        joined = []
        for number in range(self.offices):
            _, organisation = units.new_unit(session, f"单位{number}", NAMES[number], self.folder / f"{number}.0.json")
            for place in range(COMPUTERS):
                if place:
                    units.further_unit_file(session, organisation, self.folder / f"{number}.{place}.json", "")
                name = f"{number}.{place}"
                setup.join(self.folder / name, self.folder / f"{name}.json", name).workspace.close()
                joined.append((organisation, name))
        session.workspace.close()
        self.bureau = Computer(Node("bureau", self.folder / "bureau"))
        for organisation, name in joined:
            self.computers[name] = computer = Computer(Node(name, self.folder / name))
            self.by_office.setdefault(organisation, []).append(computer)
        self.schedule = {
            "restore": self._days(RESTORES), "clone": self._days(CLONES), "plant": self._days(self.offices * 2),
        }  # fmt: skip
        self.upgrades = {name: self.draw.randint(self.days // 3, self.days) for name in self.computers}
        for office in self.by_office.values():
            with office[0].node.session.write("起步") as transaction:
                office[0].base = [transaction.insert("standard", {"title": f"起步标准{place}"}) for place in range(8)]
        for _ in range(2):
            self._round(certain=True)

    def _days(self, count: int) -> Counter[int]:
        return Counter(self.draw.randint(2, max(2, self.days - 2)) for _ in range(count))

    # a day

    def _one_day(self) -> None:
        for name, computer in list(self.computers.items()):
            if self.upgrades.get(name) == self.day:
                computer.node.reopen(LATER)
            if self.draw.random() < WORKS:
                self._work(computer)
        for word, act in (("plant", self._plant), ("restore", self._restore), ("clone", self._clone)):
            for _ in range(self.schedule[word][self.day]):
                act()
        if self.day == self.days // 2:
            self.bureau.node.reopen(LATER)
        self._exchange()
        if self.draw.random() < 0.2:
            self._save(self.draw.choice(list(self.computers.values())))

    def _exchange(self) -> None:
        """The files of a day."""
        for computer in list(self.computers.values()):
            if self.draw.random() < SENDS_UP:
                self._send(computer, None)
            if self.draw.random() < SENDS_ACROSS:
                others = [item for item in self._office(computer) if item is not computer]
                self._send(computer, self.draw.choice(others))
        for office in self.by_office.values():
            if self.draw.random() < SENDS_UP:
                self._send_down(office)
        self._repeat()

    def _office(self, computer: Computer) -> list[Computer]:
        return self.by_office[computer.node.organisation]

    def _work(self, computer: Computer) -> None:
        """A row of one's own, new or changed: nobody else ever writes it."""
        with computer.node.session.write("日常") as transaction:
            transaction.insert("standard", {"title": f"{computer.node.name} 第 {self.day} 天", "notes": "甲"})
        self.told["typed"] += 1

    def _plant(self) -> None:
        """Two PCs change one cell of a row that all have had since the beginning, each knowing nothing of the other."""
        office = self.draw.choice(list(self.by_office.values()))
        first, second = self.draw.sample(office[:COMPUTERS], 2)
        if not office[0].base:
            return
        key = office[0].base.pop()
        for computer in (first, second):
            with computer.node.session.write("同时改") as transaction:
                transaction.update("standard", key, {"title": f"{computer.node.name} 改的"})
            computer.holds |= {(key, computer.node.name)}
        self.planted.append(((key, first.node.name), (key, second.node.name)))

    # copies

    def _save(self, computer: Computer) -> None:
        from contextlib import closing
        from sqlite3 import connect

        computer.node.saved = self.folder / f"{computer.node.name}.saved"
        computer.node.saved.unlink(missing_ok=True)
        with closing(connect(computer.node.folder / workspaces.LIBRARY)) as connection:
            connection.execute("VACUUM INTO ?", (str(computer.node.saved),))
        computer.saved = computer.holds

    def _restore(self) -> None:
        """Back to a copy of some days ago: what was typed since and has not left the PC is lost, as everybody expects."""
        from desktop.store import backup

        with_copy = [item for item in self.computers.values() if item.saved is not None]
        if not with_copy:
            return
        computer = self.draw.choice(with_copy)
        assert computer.node.saved is not None and computer.saved is not None
        computer.holds = computer.saved
        computer.node.workspace.close()
        backup.restore(computer.node.folder, computer.node.saved, LATER)
        computer.node.reopen()
        self.told["restores"] += 1

    def _clone(self) -> None:
        """The folder of a PC copied to a further PC, keys and open edits included."""
        computer = self.draw.choice([item for item in self.computers.values() if "x" not in item.node.name])
        name = f"{computer.node.name}x{self.told['clones']}"
        computer.node.workspace.close()
        shutil.copytree(computer.node.folder, self.folder / name)
        computer.node.reopen()
        copy = Computer(Node(name, self.folder / name, computer.node.schema), computer.holds)
        copy.node.workspace.renew_instance(instead=False)  # as the program does when it is opened at another place
        self.computers[name] = copy
        self._office(computer).append(copy)
        self.told["clones"] += 1

    # files

    def _make(self, sender: Computer, recipient: str) -> Path:
        path = self.folder / f"{next(self._numbers)}.bzb"
        self.inside[path] = sender.holds
        begin = time.perf_counter()
        making.make(sender.node.workspace, sender.node.name, path, recipient)
        self.told["make_us"] += round((time.perf_counter() - begin) * 1e6)
        self.told["made"] += 1
        self.told["bytes"] += path.stat().st_size
        return path

    def _deliver(self, path: Path, receiver: Computer) -> None:
        begin = time.perf_counter()
        try:
            outcome = receiving.apply(receiver.node.workspace, receiver.node.name, path)
        except Refusal as refusal:
            self.told[f"refused {refusal.code}"] += 1
            return
        receiver.holds |= {edit for edit in self.inside[path] if self._reads(receiver, edit)}
        assert not any("核对的结果不一致" in note for note in outcome.notes), "equal heads, different rows"
        self.told["apply_us"] += round((time.perf_counter() - begin) * 1e6)
        self.told["applied"] += 1

    def _reads(self, computer: Computer, edit: Edit) -> bool:
        return computer is self.bureau or edit[0].startswith(computer.node.organisation)

    def _send(self, sender: Computer, receiver: Computer | None, *, certain: bool = False) -> None:
        """To another PC of the office, or to the bureau."""
        target = receiver or self.bureau
        path = self._make(sender, target.node.organisation)
        if self._arrives(path, receiver, certain=certain):
            self._deliver(path, target)
        self._throw_away(path)

    def _send_down(self, office: list[Computer], *, certain: bool = False) -> None:
        """One file of the bureau for all PCs of an office."""
        path = self._make(self.bureau, office[0].node.organisation)
        for computer in list(office):
            if self._arrives(path, computer, certain=certain):
                self._deliver(path, computer)
        self._throw_away(path)

    def _arrives(self, path: Path, receiver: Computer | None, *, certain: bool) -> bool:
        if certain:
            return True
        if receiver is not None and self.draw.random() < REPEATED:
            self.late.append((self.day + self.draw.randint(1, 20), path, receiver))
        lost = self.draw.random() < LOST
        self.told["lost"] += lost
        return not lost

    def _throw_away(self, path: Path) -> None:
        if not any(kept == path for _, kept, _ in self.late):
            path.unlink()

    def _repeat(self) -> None:
        """Files that come once more, or late."""
        for item in [item for item in self.late if item[0] <= self.day]:
            self.late.remove(item)
            _, path, computer = item
            self._deliver(path, computer)
            self.told["repeated"] += 1
            self._throw_away(path)

    # the end

    def _round(self, *, certain: bool) -> None:
        for computer in list(self.computers.values()):
            self._send(computer, None, certain=certain)
        for office in self.by_office.values():
            self._send_down(office, certain=certain)

    def _meet(self) -> None:
        """All on the newer version; then two full rounds suffice."""
        for computer in (self.bureau, *self.computers.values()):
            if computer.node.schema is not LATER:
                computer.node.reopen(LATER)
        for _ in range(2):
            self._round(certain=True)

    def _judge(self) -> None:
        at_bureau = digests.of_streams(LATER, self.bureau.node.session.read.connection)
        for computer in self.computers.values():
            here = digests.of_streams(LATER, computer.node.session.read.connection)
            for name in graph.streams(computer.node.session.read.connection):
                stream = parse_stream(name)
                if stream is not None and not name.endswith(".own"):
                    assert here.get(name, "") == at_bureau.get(name, ""), (computer.node.name, name)
        left = self.bureau.holds.union(*(computer.holds for computer in self.computers.values()))
        foretold = {one[0] for one, other in self.planted if {one, other} <= left}
        found = [item.key for item in conflicts.conflicts(self.bureau.node.session.read.connection)]
        assert sorted(found) == sorted(foretold), (set(found) ^ foretold, len(found), len(foretold))
        self.told["conflicts"] = len(found)

    def _table(self, founding: float, living: float, meeting: float) -> str:
        told = self.told
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        refused = sum(number for word, number in told.items() if word.startswith("refused"))
        lines = [
            f"{self.offices} 个单位 × {COMPUTERS} 台 × {self.days} 天；恢复 {told['restores']} 次，复制 {told['clones']} 台",
            f"录入 {told['typed']} 行；同步包 {told['made']} 个，丢失 {told['lost']}，重复或迟到 {told['repeated']}，拒收 {refused}",
            f"应用 {told['applied']} 次；平均 {told['bytes'] / max(1, told['made']) / 1000:.1f} 千字节，"
            f"每天 {told['bytes'] / self.days / 1000:.0f} 千字节",
            f"生成平均 {told['make_us'] / max(1, told['made']) / 1000:.1f} 毫秒，应用平均 "
            f"{told['apply_us'] / max(1, told['applied']) / 1000:.1f} 毫秒",
            f"冲突 {told['conflicts']} 处，与预言相同（同时改 {len(self.planted)} 处）；各方核对一致",
            f"建库 {founding:.0f} 秒，运行 {living:.0f} 秒，收尾 {meeting:.0f} 秒；内存峰值 {memory:.0f} 兆字节",
        ]  # fmt: skip
        return "\n  ".join(["", *lines])
