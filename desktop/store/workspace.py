"""One data folder: the library, its blobs, backups, keys and logs. Opened by one program at a time."""

import logging
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import fields
from pathlib import Path

import peewee

from desktop.domain.errors import EnvironmentFault, Refusal
from desktop.domain.keys import is_organisation, organisation_id
from desktop.domain.ledgers import SCHEMA
from desktop.domain.record import Schema
from desktop.store import derived, migrations, search
from desktop.store.catalogue import Catalogue
from desktop.store.identity import Identity, become_another, say, write_for
from desktop.store.journal import Transaction, begin
from desktop.store.lock import WorkspaceLock
from desktop.store.reading import Reader

_log = logging.getLogger(__name__)

LIBRARY = "library.db"
"""Name of the database file in the data folder."""

KEYS = ("keys/device.key", "keys/box.key")
"""The key files of every PC."""

PRAGMAS = (
    ("journal_mode", "wal"), ("synchronous", "full"), ("foreign_keys", 0), ("busy_timeout", 5000),
    ("cache_size", -16000), ("temp_store", 2),
)  # fmt: skip


class Workspace:
    """An open data folder. Writes go through `transaction`; `reader` is for the calling thread only."""

    def __init__(self, folder: Path, schema: Schema, lock: WorkspaceLock) -> None:
        self.folder = folder
        self.schema = schema
        self._lock = lock
        self._writing = threading.RLock()
        self._local = threading.local()
        self._readers: list[sqlite3.Connection] = []
        self.catalogue = Catalogue(folder)
        self.database = peewee.SqliteDatabase(
            str(folder / LIBRARY), pragmas=PRAGMAS, thread_safe=False, check_same_thread=False
        )
        self._opened = False

    @classmethod
    def create(cls, folder: Path, role: str, name: str, area_code: str, *, schema: Schema = SCHEMA,
               organisation: str = "", superior: str = "", sample: bool = False) -> "Workspace":  # fmt: skip
        """A new library in an empty or missing folder. The organisation's id is minted unless given."""
        if not _unfinished(folder / LIBRARY):
            raise Refusal("exists", f"文件夹“{folder}”里已有数据，请换一个空文件夹，或直接打开它")
        organisation = organisation or organisation_id(area_code, secrets.randbits(20))
        if not is_organisation(organisation):
            raise Refusal("bad_area", f"行政区划码要填 6 位数字，“{area_code}”不对")
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            raise EnvironmentFault("no_folder", f"不能建立文件夹“{folder}”，请换一个有写入权限的位置") from None
        workspace = cls(folder, schema, WorkspaceLock(folder / "lock"))
        workspace._clear()
        values = {
            "organisation": organisation, "name": name, "area_code": area_code, "role": role, "superior": superior,
            "device": secrets.token_hex(8), "instance": secrets.token_hex(8), "sample": "1" if sample else "",
        }  # fmt: skip
        try:
            workspace._start(new=True)
            with workspace.exclusive() as connection:
                for word, value in values.items():
                    say(connection, word, value)
                write_for(connection, [organisation])
        except BaseException:
            workspace.close()
            raise
        return workspace

    def discard(self) -> None:
        """Close a library that was only begun, and take its files away."""
        self.close()
        self._clear()

    def _clear(self) -> None:
        for piece in (LIBRARY, f"{LIBRARY}-wal", f"{LIBRARY}-shm", *KEYS, "keys/root.key"):
            (self.folder / piece).unlink(missing_ok=True)

    @classmethod
    def open(cls, folder: Path, *, schema: Schema = SCHEMA) -> "Workspace":
        """Open an existing library, bringing an older one up to date after a backup."""
        if not (folder / LIBRARY).is_file():
            raise Refusal("no_library", f"文件夹“{folder}”里没有数据，请先建立（init）或选择正确的文件夹")
        if (folder / LIBRARY).stat().st_size and _unfinished(folder / LIBRARY):
            raise EnvironmentFault("unfinished", f"文件夹“{folder}”上次没有建完，里面没有数据，请重新建立")
        workspace = cls(folder, schema, WorkspaceLock(folder / "lock"))
        try:
            _check_before_opening(folder / LIBRARY, schema)
            _sweep(folder)
            workspace._start()
        except BaseException:
            workspace.close()
            raise
        return workspace

    def _start(self, *, new: bool = False) -> None:
        with faults():
            self.database.connect()
            self._opened = True
            found = migrations.version_of(self.database)
            if not found and not new:
                raise damaged()
            migrations.check_version(found, self.schema)
            if 0 < found < self.schema.version:
                from desktop.store.backup import make_backup

                make_backup(self, "升级前")
            migrations.upgrade(self.database, self.schema)
            if not migrations.triggers_whole(self.connection, self.schema):
                _log.error("触发器不全，已重建")
                migrations.renew_triggers(self.database, self.schema)
            derived.prepare(self)
            self.finish_search()

    def is_whole(self) -> bool:
        """Whether SQLite finds the file in order."""
        try:
            return bool(self.reader.connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok")
        except sqlite3.DatabaseError:
            return False

    def close(self) -> None:
        """Close every connection and let the folder go."""
        for connection in self._readers:
            connection.close()
        self._readers.clear()
        self.catalogue.close()
        self._local = threading.local()
        if self._opened:
            self.database.close()
            self._opened = False
        self._lock.release()

    def __enter__(self) -> "Workspace":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def connection(self) -> sqlite3.Connection:
        """The one writing connection, for store and sync."""
        connection: sqlite3.Connection = self.database.connection()
        return connection

    @property
    def identity(self) -> Identity:
        """Who this library is."""
        values = dict(self.reader.connection.execute("SELECT name, value FROM identity").fetchall())
        named = {item.name: values.get(item.name, "") for item in fields(Identity)}
        return Identity(**{**named, "sample": bool(named["sample"])})

    def renew_instance(self, *, instead: bool) -> None:
        """Become a copy of its own, so that peers keep apart what each copy reports; `instead` of the one it was."""
        before = self.identity
        former = [*before.former.split(), *([before.instance] if instead else [])]
        with self.exclusive() as connection:
            become_another(connection, former)

    @property
    def reader(self) -> Reader:
        """A reader of the calling thread, which sees committed data only."""
        reader: Reader | None = getattr(self._local, "reader", None)
        if reader is None:
            connection = sqlite3.connect(self.folder / LIBRARY, isolation_level=None, check_same_thread=False)
            connection.execute("PRAGMA query_only = 1")
            connection.execute("PRAGMA busy_timeout = 5000")
            self._readers.append(connection)
            reader = self._local.reader = Reader(connection, self.schema)
        return reader

    @contextmanager
    def transaction(
        self,
        person: str,
        label: str,
        basis: str = "",
        origin: str = "",
        *,
        applying: bool = False,
        at: int = 0,
        organisation: str = "",
    ) -> Iterator[Transaction]:
        """One intent: everything done inside is committed together with its journal, or not at all.

        `applying` lifts the owner check for rows of other organisations' streams; new rows belong to `organisation`
        (default: ours). Ends with derived values and search
        refreshed and `Transaction.changes` filled. EnvironmentFault on a full disk; the data are then as before.
        """
        with self.exclusive():
            transaction = begin(self, person, label, basis, origin, applying, at or now(), organisation)
            yield transaction
            transaction.finish()

    def last_step(self) -> int:
        """The number of the newest transaction; the same number later means that nothing was written."""
        row = self.reader.connection.execute("SELECT max(id) FROM tx").fetchone()
        return int(row[0] or 0)

    def finish_search(self, step: Callable[[str, int, int], None] = lambda *_: None) -> None:
        """Index what a very large transaction left for afterwards, in small transactions of its own."""
        total = left = int(self.reader.connection.execute("SELECT count(*) FROM search_pending").fetchone()[0])
        while left:
            step("整理搜索", total - left, total)
            with self.exclusive() as connection:
                left = search.index_pending(Reader(connection, self.schema))

    @contextmanager
    def quiet(self) -> Iterator[Path]:
        """Nobody writes meanwhile; the library's path."""
        with self._writing:
            yield self.folder / LIBRARY

    @contextmanager
    def exclusive(self) -> Iterator[sqlite3.Connection]:
        """One SQLite write transaction on the writing connection, committed whole or rolled back."""
        with self._writing, faults():
            connection = self.connection
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise


def now() -> int:
    """This PC's clock in milliseconds."""
    return time.time_ns() // 1_000_000


@contextmanager
def faults() -> Iterator[None]:
    """SQLite's complaints about the surroundings as sentences with a remedy; programming errors pass unchanged."""
    try:
        yield
    except (sqlite3.IntegrityError, peewee.IntegrityError):
        raise
    except (sqlite3.DatabaseError, peewee.DatabaseError) as error:
        text = str(error).lower()
        if "full" in text:
            raise EnvironmentFault("disk_full", "磁盘已满，刚才的改动没有保存，请清出空间后再试") from error
        if "locked" in text or "busy" in text:
            raise EnvironmentFault("locked", "数据文件正被占用，刚才的改动没有保存，请稍后再试") from error
        if "readonly" in text or "read-only" in text:
            raise EnvironmentFault("read_only_disk", "数据文件夹不能写入，请检查权限或换到本机磁盘") from error
        if "malformed" in text or "not a database" in text or "corrupt" in text:
            raise damaged() from error
        if "disk i/o" in text or "unable to open" in text:
            raise EnvironmentFault("disk_error", "磁盘读写出错，请检查磁盘或 U 盘是否还在") from error
        raise


def damaged() -> EnvironmentFault:
    """The library cannot be read."""
    return EnvironmentFault("damaged", "数据文件打不开，可能已损坏，请从“备份”恢复最近一份备份")


def _peek(library: Path, sql: str) -> object:
    """One value of a library that is not to be touched."""
    with closing(sqlite3.connect(f"{library.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        row = connection.execute(sql).fetchone()
    return None if row is None else row[0]


def _unfinished(library: Path) -> bool:
    """Whether there is no library, or one whose founding was cut off before it knew whose it is."""
    if not library.exists():
        return True
    try:
        if _peek(library, "SELECT count(*) FROM sqlite_master WHERE name = 'identity'") == 0:
            return _peek(library, "PRAGMA user_version") == 0 and not _peek(
                library, "SELECT count(*) FROM sqlite_master"
            )
        return not _peek(library, "SELECT count(*) FROM identity WHERE name = 'organisation'")
    except sqlite3.DatabaseError:
        return False


def _sweep(folder: Path) -> None:
    """Remove what was half written when the program was stopped; holding the lock, nobody is writing it now."""
    for pattern in ("restoring.part*", "blobs/*.part", "backups/*.part*"):
        for left in folder.glob(pattern):
            with suppress(OSError):
                left.unlink()


def _check_before_opening(library: Path, schema: Schema) -> None:
    """Refuse a newer or foreign file before anything of it is written."""
    with faults():
        migrations.check_version(int(str(_peek(library, "PRAGMA user_version"))), schema)
        migrations.check_mark(int(str(_peek(library, "PRAGMA application_id"))))
