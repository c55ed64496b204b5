"""A delta of 1,000 rows × 2 columns, and what the triggers cost on a bulk insert."""

import sqlite3
import tempfile
from pathlib import Path

from desktop.app import setup
from desktop.app.session import Session
from desktop.store.backup import make_backup
from desktop.sync import bundles
from tests.benchmarks.measure import Value, median, seconds


def measure() -> list[Value]:
    """The backup before applying is measured apart."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bureau = setup.found(folder / "bureau", "bureau", "杭州市局", "330100", "李文")
        identity = setup.new_unit(bureau, "西湖区中心", "330106", folder / "unit.json")
        office = setup.join(folder / "office", folder / "unit.json", "陈立")
        rows = [(f"标准名称{n}", f"说明{n}") for n in range(10_000)]
        with office.write("装入") as transaction:
            keys = transaction.insert_many("standard", ("title", "notes"), rows)
        bundles.make(office.workspace, "陈立", folder / "full.bzb", bureau.identity.organisation)
        bundles.apply(bureau.workspace, "李文", folder / "full.bzb")
        bundles.make(bureau.workspace, "李文", folder / "ack.bzb", identity)
        bundles.apply(office.workspace, "陈立", folder / "ack.bzb")
        with office.write("一批") as transaction:
            for number, key in enumerate(keys[:1_000]):
                transaction.update("standard", key, {"issuer": f"单位{number % 7}", "source": f"改{number}"})
        delta = folder / "delta.bzb"
        make = seconds(lambda: bundles.make(office.workspace, "陈立", delta, bureau.identity.organisation))
        backup = seconds(lambda: make_backup(bureau.workspace, "基准"))
        apply = seconds(lambda: bundles.apply(bureau.workspace, "李文", delta))
        again = median(lambda: bundles.inspect(bureau.workspace, "李文", delta))
        plain, ours = _insert_plain(folder, rows), _insert_ours(office, rows)
        values = [
            Value("增量 1,000 行 × 2 列的大小", delta.stat().st_size / 1000, 25.0, "千字节"),
            Value("生成增量", make, 0.5, "秒"),
            Value("应用增量（不含备份）", max(0.0, apply - backup), 0.5, "秒"),
            Value("再看一次", again, 0.02, "秒"),
            Value("触发器：批量插入 ÷ 无触发器", ours / plain, 5.0, "倍"),
        ]
        for session in (bureau, office):
            session.workspace.close()
    return values


def _insert_plain(folder: Path, rows: list[tuple[str, str]]) -> float:
    connection = sqlite3.connect(folder / "plain.db")
    connection.execute("PRAGMA journal_mode = wal")
    connection.execute(
        "CREATE TABLE t (rid INTEGER PRIMARY KEY, key TEXT UNIQUE, _stream TEXT, title TEXT, notes TEXT)"
    )
    keyed = [(f"330106.aaaa-{number:026d}", "up", *row) for number, row in enumerate(rows)]

    def insert() -> None:
        with connection:
            connection.executemany("INSERT INTO t (key, _stream, title, notes) VALUES (?, ?, ?, ?)", keyed)

    taken = seconds(insert)
    connection.close()
    return taken


def _insert_ours(session: Session, rows: list[tuple[str, str]]) -> float:
    with session.write("批量") as transaction:
        return seconds(lambda: transaction.insert_many("standard", ("title", "notes"), rows))
