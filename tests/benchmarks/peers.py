"""The same rows, the same delta and the same concurrent edits in tools of the same kind, if they are installed; they are
no part of the product. Each tells how many of the concurrently edited cells it shows to a person."""

import json
import random
import resource
import shutil
import sqlite3
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from desktop.domain.record import Cell
from tests.benchmarks.measure import Value, seconds

STATUS, NOTE = "status", "note"


@dataclass(frozen=True)
class Given:
    """A table whose first column is the key, and edits (key, status, note) of some of its rows."""

    columns: Sequence[str]
    rows: Sequence[tuple[Cell, ...]]
    edits: Sequence[tuple[Cell, str, str]]

    def database(self, path: Path) -> Path:
        """The table as a database of SQLite."""
        key, *others = self.columns
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute(f"CREATE TABLE rec ({key} TEXT PRIMARY KEY NOT NULL, {', '.join(others)})")
            connection.executemany(f"INSERT INTO rec VALUES ({', '.join('?' * len(self.columns))})", self.rows)
        return path

    def edited(self, base: Path, path: Path, word: str = "") -> Path:
        """A copy with the edits; with a `word` only the notes are changed, to it."""
        shutil.copy(base, path)
        with closing(sqlite3.connect(path)) as connection, connection:
            if word:
                connection.executemany("UPDATE rec SET note = ? WHERE key = ?", [(word, key) for key, *_ in self.edits])
            else:
                changed = [(status, note, key) for key, status, note in self.edits]
                connection.executemany("UPDATE rec SET status = ?, note = ? WHERE key = ?", changed)
        return path


def measure(columns: Sequence[str], rows: Sequence[tuple[Cell, ...]], edited: int) -> list[Value]:
    """Bytes and seconds of a delta of `edited` rows, and the concurrent edits of as many cells that are shown; each tool
    in a process of its own, whose memory is its own."""
    draw = random.Random(2)
    edits = [(row[0], draw.choice(["draft", "checked"]), f"edited {draw.getrandbits(40):010x}")
             for row in draw.sample(list(rows), edited)]  # fmt: skip
    given, found = Given(columns, rows, edits), list[Value]()
    for tool in (_geodiff, _session, _pycrdt):
        with (
            ProcessPoolExecutor(1, get_context("spawn")) as process,
            tempfile.TemporaryDirectory() as name,
            suppress(ImportError),
        ):
            found.extend(process.submit(tool, given, Path(name)).result())
    return found or [Value("同类工具未安装（pygeodiff、apsw、pycrdt）", 0.0, "", None)]


def _geodiff(given: Given, folder: Path) -> list[Value]:
    import pygeodiff  # type: ignore[import-not-found]

    tool = pygeodiff.GeoDiff()
    base, delta, shown = given.database(folder / "base.db"), folder / "delta", folder / "conflicts.json"
    changed = given.edited(base, folder / "changed.db")
    make = seconds(lambda: tool.create_changeset(str(base), str(changed), str(delta)))
    ours, theirs = given.edited(base, folder / "ours.db", "甲"), given.edited(base, folder / "theirs.db", "乙")
    tool.rebase(str(base), str(theirs), str(ours), str(shown))
    listed = json.loads(shown.read_text(encoding="utf-8")) if shown.exists() else {}
    return [
        Value("pygeodiff：增量 1,000 行大小", delta.stat().st_size / 1000, "千字节", None),
        Value("pygeodiff：增量生成", make, "秒", None),
        Value("pygeodiff：并发修改 1,000 格，列出", float(len(listed.get("geodiff", []))), "处", None),
    ]


def _session(given: Given, folder: Path) -> list[Value]:
    import apsw  # type: ignore[import-not-found]

    def changes(word: str) -> tuple[Any, Any]:
        connection = apsw.Connection(str(folder / f"{word or 'delta'}.db"))
        session = apsw.Session(connection, "main")
        session.attach("rec")
        with connection:
            if word:
                connection.executemany(
                    "UPDATE rec SET note = ? WHERE key = ?", [(word, key) for key, *_ in given.edits]
                )
            else:
                changed = [(status, note, key) for key, status, note in given.edits]
                connection.executemany("UPDATE rec SET status = ?, note = ? WHERE key = ?", changed)
        return connection, session

    base = given.database(folder / "base.db")
    for name in ("delta", "甲", "乙"):
        shutil.copy(base, folder / f"{name}.db")
    made: list[bytes] = []
    (_, delta), (ours, _), (_, theirs) = changes(""), changes("甲"), changes("乙")
    make = seconds(lambda: made.append(delta.changeset()))
    told: list[int] = []

    def conflict(reason: int, _change: object) -> int:
        told.append(reason)
        return int(apsw.SQLITE_CHANGESET_OMIT)

    apsw.Changeset.apply(theirs.changeset(), ours, conflict=conflict)
    return [
        Value("apsw session：增量 1,000 行大小", len(made[0]) / 1000, "千字节", None),
        Value("apsw session：增量生成", make, "秒", None),
        Value("apsw session：并发修改 1,000 格，当场回调（不留存）", float(len(told)), "处", None),
    ]


def _pycrdt(given: Given, _folder: Path) -> list[Value]:
    from pycrdt import Doc, Map  # type: ignore[import-not-found]

    document = Doc()
    root = document.get("rec", type=Map)
    with document.transaction():
        for row in given.rows:
            root[str(row[0])] = Map(dict(zip(given.columns[1:], row[1:], strict=True)))
    state, whole = document.get_state(), document.get_update()
    with document.transaction():
        for key, status, note in given.edits:
            root[str(key)][STATUS] = status
            root[str(key)][NOTE] = note
    delta = document.get_update(state)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    lost = _overwritten(given, whole, Doc, Map)
    return [
        Value("pycrdt：增量 1,000 行大小", len(delta) / 1000, "千字节", None),
        Value("pycrdt：进程内存峰值", memory, "兆字节", None),
        Value("pycrdt：并发修改 1,000 格，一方不见而没有列表", float(lost), "处", None),
    ]


def _overwritten(given: Given, whole: bytes, document: Any, mapping: Any) -> int:
    """Of two notes written at the same time, how many are gone after the merge."""
    sides = [document(), document()]
    for side, word in zip(sides, ("甲", "乙"), strict=True):
        side.apply_update(whole)
        root = side.get("rec", type=mapping)
        with side.transaction():
            for key, *_ in given.edits:
                root[str(key)][NOTE] = word
    sides[0].apply_update(sides[1].get_update())
    merged = sides[0].get("rec", type=mapping)
    return sum(merged[str(key)][NOTE] in ("甲", "乙") for key, *_ in given.edits)
