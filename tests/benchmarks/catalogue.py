"""The reference catalogue of 200,000 titles: loading, searching, going to any place; and duplicates in 5,000 rows."""

import multiprocessing
import random
import re
import sqlite3
import tempfile
from array import array
from collections import OrderedDict
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from python_calamine import CalamineWorkbook

from desktop import resources
from desktop.app import catalogue, duplicates, setup
from desktop.app.session import Session
from desktop.domain.catalogue import FIELDS
from desktop.exchange import worker
from desktop.store.catalogue import CATALOGUE
from desktop.ui.dialogs.catalogue_model import CatalogueModel
from tests.benchmarks import titles_file
from tests.benchmarks.library import filled
from tests.benchmarks.measure import Value, alternating, median, ninety_fifth

RUNS, QUERIES, JUMPS = 3, 100, 200
SCREEN = 30
"""Rows seen at a time."""

SHOWN = 200
"""Hits whose titles are read with a search."""

_PAGE, _PAGES = 128, 32
_ROOT = QModelIndex()


def measure() -> list[Value]:
    """Loading is measured from file to searchable catalogue, all in the program's process and its helper."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        session = setup.found(folder / "library", "office", "西湖区机关事务服务中心", "330106", "陈立")
        worker.begin()
        try:
            source = folder / "titles.xlsx"
            _elsewhere(titles_file.write, source)
            return [
                *_loading(session, source, folder), *_searching(session), *_browsing(session), *_comparing(folder),
            ]  # fmt: skip
        finally:
            worker.end()
            session.workspace.close()


def _elsewhere(work: Callable[[Path], None], path: Path) -> None:
    """Do something in a process of its own, so that its memory is not counted here."""
    process = multiprocessing.get_context("spawn").Process(target=work, args=(path,))
    process.start()
    process.join()
    if process.exitcode:
        raise AssertionError("the file was not made")


def _loading(session: Session, source: Path, folder: Path) -> list[Value]:
    resources.pinyin()
    before = _memory()
    catalogue.load(session, source)
    for word in ("机关", "jgsw"):
        session.workspace.catalogue.find(word)
    grown = _memory() - before

    def bare() -> None:
        rows = CalamineWorkbook.from_path(source).get_sheet_by_index(0).to_python()
        target = folder / "bare.db"
        target.unlink(missing_ok=True)
        with closing(sqlite3.connect(target)) as connection:
            connection.execute("CREATE TABLE title (a, b, c, d, e, f)")
            connection.executemany("INSERT INTO title VALUES (?, ?, ?, ?, ?, ?)", rows)
            connection.commit()

    product, baseline = alternating(lambda: catalogue.load(session, source), bare, RUNS)
    about = session.workspace.catalogue.about
    if about is None or about.count != titles_file.TITLES:
        raise AssertionError("not every title was loaded")
    return [
        Value("载入题录 ÷ calamine 读同一文件再 executemany", product / baseline, "倍", 3.5),
        Value("载入题录", product, "秒"),
        Value("calamine 读同一文件再 executemany", baseline, "秒"),
        Value("载入并查找一次后，程序内存的增长（最高点）", grown, "兆字节", 40.0),
    ]


def _memory() -> float:
    """The most memory this process ever had resident, in megabytes; 0 where the system does not tell."""
    status = Path("/proc/self/status")
    text = status.read_text(encoding="ascii", errors="replace") if status.exists() else ""
    found = re.search(r"VmHWM:\s+(\d+) kB", text)
    return int(found[1]) / 1000 if found else 0.0


def _searching(session: Session) -> list[Value]:
    kept = session.workspace.catalogue

    def look(word: str) -> None:
        hits = kept.find(word)
        if not kept.page([hits[at] for at in range(min(SHOWN, len(hits)))]):
            raise AssertionError(f"{word} is not found")

    def worst(name: str, words: list[str]) -> Value:
        times = [median(lambda word=word: look(word), 3) for word in words]  # type: ignore[misc]
        return Value(f"查找{name}，95 % 的查找不超过", ninety_fifth(times) * 1000, "毫秒", 30.0)

    initials = resources.pinyin().initials
    return [
        *(worst(f" {count} 个汉字", _words(count)) for count in (2, 3, 6)),
        *(worst(f" {count} 个拼音首字母", [initials(word) for word in _words(count)]) for count in (2, 4)),
    ]


def _words(count: int) -> list[str]:
    """Parts of titles, `count` characters each."""
    chance = random.Random(count)
    titles = [re.sub(r" .*", "", row[1]) for row in titles_file.rows()]
    chosen = (chance.choice(titles) for _ in range(QUERIES))
    return [title[(at := chance.randrange(len(title) - count + 1)) : at + count] for title in chosen]


class _IdVector(QAbstractTableModel):
    """The least a table over a file can be: a vector of ids and cached pages of the same rows."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.connection = sqlite3.connect(path)
        self._ids = array("q", (row[0] for row in self.connection.execute("SELECT id FROM title ORDER BY id")))
        self._names = ", ".join(field.name for field in FIELDS)
        self._pages: OrderedDict[int, list[tuple[str, ...]]] = OrderedDict()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _ROOT) -> int:
        return len(self._ids)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = _ROOT) -> int:
        return len(FIELDS)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        number, place = divmod(index.row(), _PAGE)
        page = self._pages.get(number)
        if page is None:
            marks = ", ".join(map(str, self._ids[number * _PAGE : (number + 1) * _PAGE]))
            sql = f"SELECT {self._names} FROM title WHERE id IN ({marks})"
            page = self._pages[number] = self.connection.execute(sql).fetchall()
            if len(self._pages) > _PAGES:
                self._pages.popitem(last=False)
        return page[place][index.column()]


def _browsing(session: Session) -> list[Value]:
    chance = random.Random(2)
    places = [chance.randrange(titles_file.TITLES - SCREEN) for _ in range(JUMPS)]

    def jump(model: QAbstractTableModel) -> None:
        for first in places:
            for row in range(first, first + SCREEN):
                for column in range(len(FIELDS)):
                    model.data(model.index(row, column), Qt.ItemDataRole.DisplayRole)

    ours, bare = CatalogueModel(session.workspace.catalogue), _IdVector(session.workspace.folder / CATALOGUE)
    ours.show_places(session.workspace.catalogue.find(""))
    if [ours.data(ours.index(7, at)) for at in range(8)] != [bare.data(bare.index(7, at)) for at in range(8)]:
        raise AssertionError("the two tables differ")
    product, baseline = alternating(lambda: jump(ours), lambda: jump(bare), RUNS)
    bare.connection.close()
    return [
        Value("题录表跳到 200 处并显示一屏 ÷ 只有行号向量的表", product / baseline, "倍", 1.6),
        Value("题录表跳到一处并显示一屏", product / JUMPS * 1000, "毫秒"),
    ]


def _comparing(folder: Path) -> list[Value]:
    with filled(folder / "five") as session:
        return [Value("5,000 项标准查重", median(lambda: duplicates.find(session, "standard"), RUNS), "秒", 2.0)]
