"""Bundles at full size: 100,000 rows of twelve columns, many offices into one bureau, and the list of conflicts. Where the
peers are installed they take the same rows in the same run."""

import gc
import random
import resource
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from unittest import mock

from desktop.domain.keys import organisation_id, row_key
from desktop.domain.ledgers import SCHEMA
from desktop.domain.record import Cell, Record, Schema, date, decimal, integer, long_text, text
from desktop.store.workspace import Workspace
from desktop.sync import conflicts, enrolment, making, receiving
from desktop.ui.start import COLLECTING
from tests.benchmarks import peers
from tests.benchmarks.measure import Value, seconds

ROWS, DELTA, OFFICES, COUNTIES, LARGE_COUNTIES = 100_000, 1_000, 120, 284, 2_844

_LETTERS = "东城西街河南北路村镇桥头新华中山人民文化馆文物古建遗址碑刻祠堂书院民居"


class BenchmarkRow(Record, name="benchmark_row", label="记录"):
    """Twelve columns with the key, of the kinds that surveys have."""

    area: Cell = text("区划")
    name: Cell = text("名称")
    address: Cell = text("地址")
    sort: Cell = text("类别")
    founded: Cell = date("年代")
    longitude: Cell = decimal("经度")
    latitude: Cell = decimal("纬度")
    staff: Cell = integer("人数")
    amount: Cell = decimal("金额")
    status: Cell = text("状态")
    note: Cell = long_text("备注")


SHAPE = Schema(1, (*SCHEMA.ledgers, BenchmarkRow.ledger))
COLUMNS = [item.name for item in BenchmarkRow.ledger.stored]


def rows(count: int, seed: int = 1) -> Iterator[tuple[Cell, ...]]:
    """Rows of plausible lengths, the same for the same seed."""
    draw = random.Random(seed)

    def words(length: int) -> str:
        return "".join(draw.choice(_LETTERS) for _ in range(length))

    def number(low: float, high: float, digits: int) -> str:
        return f"{draw.uniform(low, high):.{digits}f}".rstrip("0").rstrip(".")

    for _ in range(count):
        founded = f"{draw.randint(1900, 2020)}-{draw.randint(1, 12):02d}-{draw.randint(1, 28):02d}"
        yield (
            "340102", words(6), words(14), draw.choice(["site", "building", "stele", "grotto", "other"]), founded,
            number(115, 120, 6), number(29, 34, 6), draw.randint(0, 400), number(0, 1e6, 2),
            draw.choice(["draft", "checked", "sent"]), words(30),
        )  # fmt: skip


class _Places:
    """A bureau and its offices in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bureau = Workspace.create(folder / "bureau", "bureau", "市局", "330100", schema=SHAPE)
        enrolment.prepare(self.bureau)
        self.opened = [self.bureau]

    def office(self, number: int) -> Workspace:
        organisation = organisation_id(f"{340000 + number:06d}", number)
        file = self.folder / f"{number}.json"
        with self.bureau.exclusive() as connection:
            enrolment.write_unit_file(self.bureau, connection, organisation, f"单位{number}", organisation[:6], file)
        made = Workspace.create(self.folder / str(number), "office", f"单位{number}", organisation[:6],
                                schema=SHAPE, organisation=organisation)  # fmt: skip
        enrolment.prepare(made)
        enrolment.join(made, enrolment.read_unit_file(file))
        self.opened.append(made)
        return made

    def up(self, office: Workspace, name: str) -> Path:
        path = self.folder / name
        making.make(office, "甲", path, self.bureau.identity.organisation)
        return path

    def down(self, office: Workspace, name: str) -> None:
        path = self.folder / name
        making.make(self.bureau, "乙", path, office.identity.organisation)
        receiving.apply(office, "甲", path)

    def take(self, path: Path) -> float:
        return seconds(lambda: receiving.apply(self.bureau, "乙", path))


@contextmanager
def _places() -> Iterator[_Places]:
    with tempfile.TemporaryDirectory() as name, mock.patch.object(receiving, "make_backup"):
        places = _Places(Path(name))
        try:
            yield places
        finally:
            for workspace in places.opened:
                with suppress(Exception):
                    workspace.close()


def fill(workspace: Workspace, count: int, seed: int = 1) -> list[str]:
    """Rows into an office."""
    with workspace.transaction("甲", "装入") as transaction:
        return transaction.insert_many("benchmark_row", COLUMNS, rows(count, seed))


def edit(workspace: Workspace, keys: list[str], seed: int = 2) -> None:
    """Two cells of some rows."""
    draw = random.Random(seed)
    with workspace.transaction("甲", "修改") as transaction:
        for key in draw.sample(keys, DELTA):
            cells: dict[str, Cell] = {
                "status": draw.choice(["draft", "checked", "sent", "returned"]),
                "note": f"edited {draw.getrandbits(40):010x}",
            }
            transaction.update("benchmark_row", key, cells)


def measure() -> list[Value]:
    """Medians where work can be repeated; backups and the search index that follows a very large bundle are apart.
    Memory is searched for rings as seldom as in the window."""
    gc.set_threshold(*COLLECTING)
    return [
        *_full_and_delta(),
        *_offices(OFFICES, DELTA, "120 个单位首包"),
        *_counties(COUNTIES),
        *_conflicts(),
        *peers.measure(
            ["key", *COLUMNS], [(row_key("340102.aaaa", 1, place), *row) for place, row in enumerate(rows(ROWS))], DELTA
        ),
    ]


def _full_and_delta() -> list[Value]:
    with _places() as places:
        office = places.office(1)
        keys = fill(office, ROWS)
        office.finish_search()
        made: list[Path] = []
        make = seconds(lambda: made.append(places.up(office, "full.bzb")))
        take = places.take(made[0])
        index = seconds(places.bureau.finish_search)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        places.down(office, "down.bzb")
        sizes, makes, takes, agains = [], [], [], []
        for number in range(5):
            edit(office, keys, number)
            path = places.folder / f"delta{number}.bzb"
            makes.append(seconds(lambda path=path: places.up(office, path.name)))  # type: ignore[misc]
            sizes.append(path.stat().st_size / 1000)
            takes.append(places.take(path))
            agains.append(places.take(path) * 1000)
            places.down(office, f"down{number}.bzb")
        return [
            Value("全量 100,000 行 × 12 列：文件大小", made[0].stat().st_size / 1e6, "兆字节", 11.0),
            Value("全量：生成", make, "秒", 5.0),
            Value("全量：应用（备份不计）", take, "秒", 6.0),
            Value("全量：随后整理搜索", index, "秒", None),
            Value("全量：内存峰值", memory, "兆字节", 400.0),
            Value("在 100,000 行上的增量 1,000 行：文件大小", max(sizes), "千字节", 25.0),
            Value("增量：生成", statistics.median(makes), "秒", 0.5),
            Value("增量：应用（备份不计）", statistics.median(takes), "秒", 0.5),
            Value("增量：再应用一次", statistics.median(agains), "毫秒", 20.0),
        ]


def _offices(count: int, each: int, name: str) -> list[Value]:
    with _places() as places:
        paths = []
        for number in range(count):
            office = places.office(number)
            fill(office, each, number)
            paths.append(places.up(office, f"{number}.bzb"))
            office.close()
        return [Value(f"{name}（各 {each} 行）应用", sum(places.take(path) for path in paths), "秒", 10.0)]


def _counties(count: int) -> list[Value]:
    with _places() as places:
        times = []
        for number in range(count):
            office = places.office(number)
            fill(office, DELTA, number)
            path = places.up(office, f"{number}.bzb")
            office.close()
            places.opened.remove(office)
            times.append(places.take(path))
            path.unlink()
        tenth = max(1, count // 10)
        first, last = statistics.median(times[:tenth]), statistics.median(times[-tenth:])
        return [
            Value(f"{count} 个县包各 1,000 行：每包（中位）", statistics.median(times), "秒", None),
            Value("县包：最后十分之一 ÷ 最先十分之一", last / first, "倍", 1.5),
        ]


def _conflicts() -> list[Value]:
    with _places() as places:
        one = places.office(1)
        keys = fill(one, DELTA)
        organisation = one.identity.organisation
        file = places.folder / "two.json"
        with places.bureau.exclusive() as connection:
            enrolment.write_unit_file(places.bureau, connection, organisation, "单位1", organisation[:6], file)
        two = Workspace.create(places.folder / "two", "office", "单位1", organisation[:6], schema=SHAPE,
                               organisation=organisation)  # fmt: skip
        enrolment.prepare(two)
        enrolment.join(two, enrolment.read_unit_file(file))
        places.opened.append(two)
        places.take(places.up(one, "1.bzb"))
        places.take(places.up(two, "2.bzb"))
        places.down(two, "3.bzb")
        for workspace, word in ((one, "甲"), (two, "乙")):
            with workspace.transaction("人", "改") as transaction:
                for key in keys:
                    transaction.update("benchmark_row", key, {"note": word})
            places.take(places.up(workspace, f"{word}.bzb"))
        found: list[Any] = []
        listing = seconds(lambda: found.extend(conflicts.conflicts(places.bureau.connection)))
        return [
            Value("并发修改 1,000 行：列出的冲突", float(len(found)), "处", None),
            Value("列出 1,000 处冲突", listing * 1000, "毫秒", 50.0),
        ]
