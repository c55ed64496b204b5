"""Verified backups through SQLite itself; restore sets the current file aside."""

import datetime
import json
import os
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.domain.errors import EnvironmentFault, Refusal
from desktop.domain.ledgers import SCHEMA
from desktop.domain.record import Schema
from desktop.store import blobs, identity
from desktop.store.lock import WorkspaceLock

if TYPE_CHECKING:
    from desktop.store.workspace import Workspace

_STAMP = "%Y%m%d-%H%M%S-%f"
SET_ASIDE = "恢复前"
"""Reason in the name of a library that a restore set aside."""

DAILY, WEEKLY, MONTHLY, RECENT = 14, 8, 24, 20


@dataclass(frozen=True)
class Backup:
    """One backup file with its reason and time."""

    path: Path
    reason: str
    at: datetime.datetime

    @property
    def verified(self) -> bool:
        """Whether it was checked when it was made; a library set aside before a restore may be the damaged one."""
        return self.reason != SET_ASIDE

    @property
    def words(self) -> str:
        """When and why it was made, for a person."""
        return f"{self.at:%Y-%m-%d %H:%M}（{self.reason}）的备份"


def make_backup(workspace: "Workspace", reason: str) -> Backup:
    """Copy the library, open the copy, check it and compare every table's row count; only then give it its name.

    EnvironmentFault when it cannot be written or does not hold what the library holds.
    """
    folder = workspace.folder / "backups"
    at = datetime.datetime.now()
    target = folder / f"{at.strftime(_STAMP)}_{reason}.db"
    part = target.with_suffix(".part")
    try:
        folder.mkdir(exist_ok=True)
        part.unlink(missing_ok=True)
        with workspace.quiet() as library, closing(sqlite3.connect(library)) as source:
            source.execute("VACUUM INTO ?", (str(part),))
            with closing(sqlite3.connect(part)) as copy:
                answer = copy.execute("PRAGMA integrity_check").fetchone()[0]
                whole = answer == "ok" and counts(copy) == counts(source)
        if not whole:
            part.unlink()
            raise EnvironmentFault("bad_backup", "备份没有通过校验，请检查磁盘后再备份一次")
        with part.open("rb+") as handle:
            os.fsync(handle.fileno())
        _list_files(workspace.folder, target)
        part.replace(target)
    except (OSError, sqlite3.Error) as error:
        for piece in (part, target.with_suffix(".json")):
            with suppress(OSError):
                piece.unlink(missing_ok=True)
        raise EnvironmentFault("backup_failed", "备份没有做成，请检查磁盘空间和数据文件夹的写入权限") from error
    _thin(workspace.folder, at)
    return Backup(target, reason, at)


def _list_files(folder: Path, library: Path) -> None:
    """Note beside a backup the kept files it may name, so that none of them is cleaned away."""
    library.with_suffix(".json").write_text(json.dumps(blobs.all_hashes(folder)), encoding="utf-8")


def counts(connection: sqlite3.Connection) -> dict[str, int]:
    """Row count of every ordinary table."""
    tables = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
    ).fetchall()
    return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for (name,) in tables}


def live_rows(library: Path, tables: Iterable[str]) -> dict[str, int]:
    """Rows that are not deleted, for each of the tables a library or backup has. Refusal if it cannot be restored."""
    with _opened(library, SCHEMA) as connection:
        known = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        return {
            name: int(connection.execute(f'SELECT count(*) FROM "{name}" WHERE _del = 0').fetchone()[0])
            for name in tables
            if name in known
        }


def backups(folder: Path) -> list[Backup]:
    """The backups of a data folder, newest first."""
    found = [item for path in (folder / "backups").glob("*.db") if (item := described(path)) is not None]
    return sorted(found, key=lambda backup: backup.at, reverse=True)


def described(path: Path) -> Backup | None:
    """Time and reason of a backup by its name; None if it is named otherwise."""
    stamp, _, reason = path.stem.partition("_")
    try:
        return Backup(path, reason, datetime.datetime.strptime(stamp, _STAMP))
    except ValueError:
        return None


def kept(times: Iterable[datetime.datetime], now: datetime.datetime) -> set[datetime.datetime]:
    """Which backups to keep: the newest of each of the last days, weeks and months, the most recent ones, and the
    one just made with those of a clock that ran ahead."""
    newest = sorted(times, reverse=True)
    keep = set(newest[:RECENT])
    for count, span in ((DAILY, "%Y-%m-%d"), (WEEKLY, "%G-%V"), (MONTHLY, "%Y-%m")):
        seen: dict[str, datetime.datetime] = {}
        for time in newest:
            seen.setdefault(time.strftime(span), time)
        keep.update(sorted(seen.values(), reverse=True)[:count])
    return keep | {time for time in newest if time >= now}


def _thin(folder: Path, now: datetime.datetime) -> None:
    found = backups(folder)
    keep = kept((backup.at for backup in found), now)
    for backup in found:
        if backup.at not in keep:
            backup.path.unlink(missing_ok=True)
            backup.path.with_suffix(".json").unlink(missing_ok=True)


def restore(folder: Path, source: Path, schema: Schema = SCHEMA) -> Path | None:
    """Put a backup in the place of the library of a closed workspace; a copy of the current file is set aside first, and
    where is returned (None if there was none). Killed at any moment, one of the two is the library. Refusal if the
    backup is damaged, another organisation's or of a newer program; EnvironmentFault when the disk refuses. The
    restored copy takes a new instance, so that other PCs can tell it from the lost one, and stays the PC that it was
    here, whosever backup it is: the keys are not in it."""
    from desktop.store.workspace import LIBRARY

    lock = WorkspaceLock(folder / "lock")
    part, current = folder / "restoring.part", folder / LIBRARY
    try:
        part.unlink(missing_ok=True)
        with _opened(source, schema) as original:
            if original.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
                raise sqlite3.DatabaseError("integrity")
            original.execute("VACUUM INTO ?", (str(part),))
        if current.exists() and _organisation(current) not in ("", _organisation(part)):
            raise Refusal("other_library", "这份备份是其他单位的，数据没有改动，请换本单位的备份")
        this, other = _this_pc(current), _this_pc(part)
        same = not this or this["device"] == other.get("device")
        former = [*(_copies(part) if same else ()), *(_copies(current) if current.exists() else ())]
        with closing(sqlite3.connect(part)) as copy, copy:
            identity.become_another(copy, former)
            for name, value in this.items():
                identity.say(copy, name, value)
        aside = _set_aside(current, folder)
        for ending in ("-wal", "-shm"):  # they would be played into the restored file
            current.with_name(current.name + ending).unlink(missing_ok=True)
        part.replace(current)
    except OSError as error:
        raise EnvironmentFault(
            "restore_failed", "恢复没有做成，数据没有改动，请检查磁盘空间和写入权限，关掉占用数据的程序后再试"
        ) from error
    else:
        return aside
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        lock.release()


@contextmanager
def _opened(library: Path, schema: Schema) -> Iterator[sqlite3.Connection]:
    """A library or backup for reading. Refusal unless it is one, of this version of the program or an earlier one."""
    from desktop.store import migrations

    try:
        with closing(sqlite3.connect(f"{library.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            version, mark = (
                int(connection.execute(f"PRAGMA {name}").fetchone()[0]) for name in ("user_version", "application_id")
            )
            if not version or mark != migrations.APPLICATION_ID:
                raise sqlite3.DatabaseError("not a library")
            migrations.check_version(version, schema)
            yield connection
    except sqlite3.Error as error:
        if "full" in str(error):
            raise EnvironmentFault("disk_full", "磁盘已满，数据没有改动，请清出空间后再恢复") from error
        raise Refusal("bad_backup", f"“{library.name}”不是完好的备份，数据没有改动，请换一份备份") from None


def _copies(library: Path) -> list[str]:
    """Which copy a library is, and whose place it took before; empty if it cannot be read."""
    with closing(sqlite3.connect(library)) as connection, suppress(sqlite3.DatabaseError):
        return f"{identity.said(connection, 'former')} {identity.said(connection, 'instance')}".split()
    return []


def _this_pc(library: Path) -> dict[str, str]:
    """As which PC a library is known, whose keys lie beside it; empty if there is none or it cannot be read."""
    if not library.exists():
        return {}
    with closing(sqlite3.connect(library)) as connection, suppress(sqlite3.DatabaseError):
        known = {name: identity.said(connection, name) for name in ("device", "secret")}
        return known if known["device"] else {}
    return {}


def _organisation(library: Path) -> str:
    """Whose library a file is; empty if it cannot be read."""
    with closing(sqlite3.connect(library)) as connection, suppress(sqlite3.DatabaseError):
        return identity.said(connection, "organisation")
    return ""


def _set_aside(current: Path, folder: Path) -> Path | None:
    if not current.exists():
        return None
    (folder / "backups").mkdir(exist_ok=True)
    aside = folder / "backups" / f"{datetime.datetime.now().strftime(_STAMP)}_{SET_ASIDE}.db"
    _list_files(folder, aside)
    _checkpoint(current)
    part = aside.with_name(f"{aside.name}.part")
    for ending in ("-wal", "-shm", ""):
        piece = current.with_name(current.name + ending)
        if piece.exists():
            shutil.copyfile(piece, part)
            with part.open("rb+") as handle:
                os.fsync(handle.fileno())
            part.replace(aside.with_name(aside.name + ending))
    return aside


def _checkpoint(library: Path) -> None:
    with closing(sqlite3.connect(library)) as connection, suppress(sqlite3.DatabaseError):
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
