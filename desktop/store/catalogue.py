"""The reference catalogue beside the library: one file, made anew as a whole, only read afterwards."""

import os
import sqlite3
import threading
from array import array
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, fields
from itertools import islice
from pathlib import Path

from desktop.domain.catalogue import Bodies, Body, Title, TitleSearch, mentioned, spelling
from desktop.domain.errors import EnvironmentFault, Refusal
from desktop.domain.pinyin import PinyinTable

CATALOGUE = "catalogue.db"
"""Name of the file in the data folder."""

_SHAPE = "1"
_BATCH = 5_000
_NAMES = Title._fields
_CELLS = ", ".join(f'"{name}"' for name in _NAMES)


@dataclass(frozen=True)
class About:
    """What the catalogue was made from: the file's name, the day it was loaded, how many titles, rows passed over."""

    file_name: str
    loaded_on: str
    count: int
    passed_over: int


def build(target: Path, titles: Iterable[Title | None], file_name: str, day: str, pinyin: PinyinTable) -> About:
    """A new catalogue file at `target` (which is not there yet). None among the titles is a row passed over.

    Refusal if there is no title at all; nothing is left behind then.
    """
    try:
        with closing(sqlite3.connect(target, isolation_level=None)) as connection:
            for pragma in ("journal_mode = off", "synchronous = off", "temp_store = 2"):
                connection.execute(f"PRAGMA {pragma}")
            about = _fill(connection, iter(titles), file_name, day, pinyin)
        with target.open("rb+") as file:
            os.fsync(file.fileno())
    except BaseException as error:
        target.unlink(missing_ok=True)
        if isinstance(error, OSError | sqlite3.DatabaseError):
            raise EnvironmentFault("write_failed", "题录没有写成，请检查数据文件夹所在磁盘的空间后再试") from error
        raise
    return about


def _fill(
    connection: sqlite3.Connection, titles: Iterable[Title | None], file_name: str, day: str, pinyin: PinyinTable
) -> About:
    connection.execute("BEGIN")
    connection.execute(f"CREATE TABLE title (id INTEGER PRIMARY KEY, {_CELLS}, spelling)")
    connection.execute("CREATE TABLE mention (spelling, title)")
    connection.execute("CREATE TABLE body (name PRIMARY KEY, content)")
    connection.execute("CREATE TABLE about (name PRIMARY KEY, value)")
    bodies, count, passed = Bodies(pinyin), 0, 0
    insert = f"INSERT INTO title VALUES ({', '.join('?' * (len(_NAMES) + 2))})"
    source = iter(titles)
    while batch := list(islice(source, _BATCH)):
        rows: list[tuple[object, ...]] = []
        mentions: list[tuple[str, int]] = []
        for title in batch:
            if title is None:
                passed += 1
                continue
            spelled = spelling(title.number)
            bodies.add(spelled, title.title)
            rows.append((count, *title, spelled))
            if title.replaces:
                mentions.extend((other, count) for other in mentioned(title.replaces))
            count += 1
        connection.executemany(insert, rows)
        connection.executemany("INSERT INTO mention VALUES (?, ?)", mentions)
    if not count:
        raise Refusal("empty", "文件里没有一行同时写了标准号和标准名称，请检查后再载入")
    connection.execute("CREATE INDEX title_spelling ON title (spelling)")
    connection.execute("CREATE INDEX mention_spelling ON mention (spelling)")
    for name, lines in (("text", bodies.text), ("letters", bodies.letters)):
        body = Body.of(lines)
        lines.clear()
        connection.execute("INSERT INTO body VALUES (?, ?)", (name, body.text.encode()))
        connection.execute("INSERT INTO body VALUES (?, ?)", (f"{name}_starts", body.starts.tobytes()))
    about = About(file_name, day, count, passed)
    values = {"shape": _SHAPE, **{field.name: getattr(about, field.name) for field in fields(About)}}
    connection.executemany("INSERT INTO about VALUES (?, ?)", list(values.items()))
    connection.execute("COMMIT")
    return about


class Catalogue:
    """The catalogue of one data folder, there or not; may be asked from any thread."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / CATALOGUE
        self._asking = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._search: TitleSearch | None = None

    @property
    def about(self) -> About | None:
        """What is loaded; None while there is no catalogue, or one of an older program."""
        if not self._path.is_file():
            return None
        known = dict(self._ask("SELECT name, value FROM about"))
        if known.get("shape") != _SHAPE:
            return None
        return About(
            str(known["file_name"]), str(known["loaded_on"]), int(str(known["count"])), int(str(known["passed_over"]))
        )

    def swap(self, built: Path) -> None:
        """Put a newly built file in the place of the old one."""
        with self._asking:
            self.close()
            try:
                built.replace(self._path)
            except OSError as error:
                raise EnvironmentFault("write_failed", "换不上新的题录，请关闭占用数据文件夹的程序后再试") from error

    def close(self) -> None:
        """Let the file go; the next question opens it again."""
        with self._asking:
            if self._connection is not None:
                self._connection.close()
            self._connection, self._search = None, None

    def page(self, places: Sequence[int]) -> list[Title]:
        """The titles at these places, in their order; those that do not exist are left out."""
        marks = ", ".join(str(int(place)) for place in places)
        found = {row[0]: Title(*row[1:]) for row in self._ask(f"SELECT id, {_CELLS} FROM title WHERE id IN ({marks})")}
        return [found[place] for place in places if place in found]

    def spelled(self, spelled: str) -> list[Title]:
        """The titles whose number has this spelling."""
        return self._titles("spelling = ?", spelled)

    def editions(self, stems: Sequence[str]) -> list[Title]:
        """The titles whose number begins with one of these stems (see `domain.catalogue.stems`)."""
        return [
            title for stem in stems for title in self._titles("spelling >= ? AND spelling < ?", stem, stem + "\uffff")
        ]

    def replacing(self, spelled: str) -> list[Title]:
        """The titles that say they replace a number of this spelling."""
        return self._titles("id IN (SELECT title FROM mention WHERE spelling = ?)", spelled)

    def find(self, typed: str) -> Sequence[int]:
        """The places of all titles that hold the typed words or initials, in the order of the file."""
        with self._asking:
            if self._search is None:
                self._search = TitleSearch(self._body("text"), self._body("letters"))
            search = self._search
        return search.find(typed)

    def _body(self, name: str) -> Body:
        ((text,),) = self._ask("SELECT content FROM body WHERE name = ?", name)
        ((raw,),) = self._ask("SELECT content FROM body WHERE name = ?", f"{name}_starts")
        starts = array("I")
        starts.frombytes(raw)
        return Body(text.decode(), starts)

    def _titles(self, condition: str, *values: str) -> list[Title]:
        return [Title(*row) for row in self._ask(f"SELECT {_CELLS} FROM title WHERE {condition} ORDER BY id", *values)]

    def _ask(self, sql: str, *values: str) -> list[tuple]:  # type: ignore[type-arg] # rows of any shape
        with self._asking:
            try:
                if self._connection is None:
                    address = f"{self._path.resolve().as_uri()}?mode=ro"
                    self._connection = sqlite3.connect(address, uri=True, check_same_thread=False)
                return self._connection.execute(sql, values).fetchall()
            except sqlite3.DatabaseError as error:
                self.close()
                raise EnvironmentFault("catalogue_damaged", "题录库文件打不开，可能已损坏，请重新载入题录") from error
