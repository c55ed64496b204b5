"""Bundles between an office and its bureau, and what the journal's triggers cost on a bulk insert."""

import secrets
import sqlite3
import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

from desktop.app import setup, syncing, units
from desktop.app.session import Session
from desktop.domain.keys import row_key
from desktop.domain.record import Cell
from desktop.store import backup
from desktop.store.workspace import LIBRARY, PRAGMAS, Workspace, now
from desktop.sync import receiving
from tests.benchmarks.library import STANDARD, standard, titles
from tests.benchmarks.measure import Value, alternating, seconds

EDITED, ROUNDS, RUNS = 1_000, 5, 7


def measure() -> list[Value]:
    """Medians; each round is a delta of its own, acknowledged before the next."""
    rows = [standard(place, title) for place, title in enumerate(titles())]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bureau = setup.found(folder / "bureau", "bureau", "杭州市机关事务管理局", "330100", "李文")
        units.new_unit(bureau, "西湖区机关事务服务中心", "330106", folder / "unit.json")
        office = setup.join(folder / "office", folder / "unit.json", "陈立")
        try:
            return [*_deltas(office, bureau, rows, folder), *_triggers(office, rows, folder)]
        finally:
            office.workspace.close()
            bureau.workspace.close()


class _Measured(Exception):
    """Ends a transaction that was only to be measured; nothing of it is kept."""


@dataclass
class _Times:
    """What each round took, in seconds; sizes in kilobytes."""

    size: list[float] = field(default_factory=list)
    make: list[float] = field(default_factory=list)
    apply: list[float] = field(default_factory=list)
    again: list[float] = field(default_factory=list)


def _deltas(office: Session, bureau: Session, rows: list[tuple[Cell, ...]], folder: Path) -> list[Value]:
    with office.write("装入") as transaction:
        keys = transaction.insert_many("standard", STANDARD, rows)
    times = _Times()
    _exchange(office, bureau, folder / "all.bzb", _Times())
    for number in range(ROUNDS):
        with office.write("一批") as transaction:
            for place, key in enumerate(keys[:EDITED]):
                cells: dict[str, Cell] = {
                    "issuer": f"单位{(place + number) % 40}",
                    "source": f"第{number}次核对 {place}",
                }
                transaction.update("standard", key, cells)
        _exchange(office, bureau, folder / f"{number}.bzb", times)
    return [
        Value("增量 1,000 行 × 2 列：文件大小", max(times.size), "千字节", 25.0),
        Value("增量 1,000 行 × 2 列：生成", statistics.median(times.make), "秒", 0.5),
        Value("增量 1,000 行 × 2 列：应用（备份不计）", statistics.median(times.apply), "秒", 0.5),
        Value("增量 1,000 行 × 2 列：再应用一次（备份不计）", statistics.median(times.again) * 1000, "毫秒", 20.0),
    ]


def _exchange(office: Session, bureau: Session, path: Path, times: _Times) -> None:
    """The office's bundle goes up and is acknowledged."""
    times.make.append(seconds(lambda: syncing.make_bundle(office, path)))
    times.size.append(path.stat().st_size / 1000)
    for taken in (times.apply, times.again):
        taken.append(_without_backup(lambda: syncing.apply_bundle(bureau, path)))
    down = path.with_suffix(".down.bzb")
    syncing.make_bundle(bureau, down, office.identity.organisation)
    syncing.apply_bundle(office, down)


def _without_backup(work: Callable[[], object]) -> float:
    """How long some work takes, less the backup it makes."""
    backups: list[float] = []

    def timed(workspace: Workspace, reason: str) -> None:
        backups.append(seconds(lambda: backup.make_backup(workspace, reason)))

    with mock.patch.object(receiving, "make_backup", timed):
        whole = seconds(work)
    return whole - sum(backups)


def _triggers(session: Session, rows: list[tuple[Cell, ...]], folder: Path) -> list[Value]:
    """The same rows into the ledger's table with its triggers and into one of the same shape without them; all within
    one transaction, keys minted beforehand except where the product's own function does it."""
    names = ", ".join(f'"{name}"' for name in ("key", "_stream", *STANDARD))
    sql = f'INSERT INTO "standard" ({names}) VALUES ({", ".join("?" * (len(STANDARD) + 2))})'
    with _bare(session, folder) as bare, suppress(_Measured), session.write("装入") as transaction:
        bare.execute("BEGIN IMMEDIATE")
        ready = [_keyed(session, rows) for _ in range(4 * (RUNS + 1))]
        library = session.workspace.connection
        journaled, plain = alternating(
            lambda: library.executemany(sql, ready.pop()), lambda: bare.executemany(sql, ready.pop()), RUNS
        )
        product, plain_too = alternating(
            lambda: transaction.insert_many("standard", STANDARD, rows),
            lambda: bare.executemany(sql, ready.pop()),
            RUNS,
        )
        bare.execute("ROLLBACK")
        lines = library.execute("SELECT count(*) FROM journal WHERE tx = ?", (transaction.number,)).fetchone()[0]
        if lines != 2 * (RUNS + 1) * len(rows):
            raise AssertionError("the triggers did not write the journal")
        raise _Measured
    return [
        Value("批量插入 5,000 行，有触发器 ÷ 同样的表没有触发器", journaled / plain, "倍", 5.0),
        Value("批量插入 5,000 行，连生成键和核对格子 ÷ 同样的表没有触发器", product / plain_too, "倍"),
        Value("没有触发器的表插入 5,000 行", plain, "秒"),
    ]


def _keyed(session: Session, rows: list[tuple[Cell, ...]]) -> list[tuple[Cell, ...]]:
    organisation, at = session.identity.organisation, now()
    return [(row_key(organisation, at, secrets.randbits(80)), "up", *row) for row in rows]


@contextmanager
def _bare(session: Session, folder: Path) -> Iterator[sqlite3.Connection]:
    """A database of its own with the table and its indexes as the library has them, and the library's pragmas."""
    shapes = session.workspace.connection.execute(
        "SELECT sql FROM sqlite_master WHERE tbl_name = 'standard' AND type IN ('table', 'index') AND sql IS NOT NULL"
    ).fetchall()
    with closing(sqlite3.connect(folder / f"bare-{LIBRARY}", isolation_level=None)) as connection:
        for name, value in PRAGMAS:
            connection.execute(f"PRAGMA {name} = {value}")
        for (shape,) in shapes:
            connection.execute(shape)
        yield connection
