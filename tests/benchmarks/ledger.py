"""A ledger of 5,000 rows: open, filter, sort, paste, search."""

import tempfile
from pathlib import Path

from desktop.app import editing, setup, system
from desktop.app.editing import Edit
from desktop.app.session import Session
from desktop.domain.query import Op, Query, Sort, Test
from tests.benchmarks.measure import Value, median

ROWS = 5_000
PATHS = ["key", "standard.number", "standard.title", "code", "standard.status", "standard.level", "department"]


def filled(folder: Path) -> Session:
    """A library with 5,000 detail entries."""
    session = setup.found(folder / "library", "office", "西湖区中心", "330106", "陈立")
    system.plant(session, "hangzhou")
    version = system.own_version(session)
    titles = ("公务用车管理规范", "机关食堂反食品浪费工作指南", "会议服务规范", "公物仓建设与运行规范")
    with session.write("装入") as transaction:
        standards = transaction.insert_many(
            "standard",
            ("number", "title", "level", "effective_on"),
            [(f"Q/XH {n:04d}-2024", f"{titles[n % 4]} 第{n}部分", "internal", "2024-01-01") for n in range(ROWS)],
        )
        transaction.insert_many(
            "detail_entry",
            ("version", "standard", "code", "department"),
            [(version, key, f"ZC{n % 7 + 1}-{n:04d}", f"处室{n % 9}") for n, key in enumerate(standards)],
        )
    return session


def measure() -> list[Value]:
    """Medians of five runs each."""
    with tempfile.TemporaryDirectory() as name:
        session = filled(Path(name))
        read = session.read
        every = Query("detail_entry", as_of=session.today())

        def page(query: Query) -> None:
            read.page("detail_entry", read.rids(query)[:128], PATHS, session.today())

        narrowed = every.also(Test("department", Op.IN, ("处室3",)), Test("", Op.FOUND, ("gwyc",)))
        ordered = Query("detail_entry", sort=(Sort("standard.title"), Sort("standard.number")), as_of=session.today())
        keys = [str(row["key"]) for row in read.rows(every)[:500]]
        turn = iter(range(100))

        def paste() -> None:
            mark = next(turn)
            edits = [Edit(key, "department", f"粘贴{mark}") for key in keys]
            editing.edit_good_cells(session, "detail_entry", edits, "粘贴 500 格")

        values = [
            Value("打开 5,000 行", median(lambda: page(every)), 0.5, "秒"),
            Value("筛选（处室、拼音首字母）", median(lambda: page(narrowed)), 0.2, "秒"),
            Value("排序（拼音、标准号）", median(lambda: page(ordered)), 0.3, "秒"),
            Value("粘贴 500 行，含检查和记录", median(paste, 3), 1.0, "秒"),
        ]
        for word in ("公务", "规范 第", "公务用车管理", "gwyc"):
            values.append(Value(f"查找“{word}”", median(lambda word=word: read.search(word, ["standard"])), 0.03, "秒"))  # type: ignore[misc]
        session.workspace.close()
    return values
