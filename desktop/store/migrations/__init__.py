"""From an empty or older file to this version, step by step; a newer file is refused before any write."""

import logging
import sqlite3

import peewee

from desktop.domain.errors import EnvironmentFault
from desktop.domain.record import Schema
from desktop.store import tables
from desktop.store.migrations import m0001_first

APPLICATION_ID = 0x53_44_53_4B
"""Marks the file as a library of this program ("SDSK")."""

STEPS = {1: m0001_first.STATEMENTS}
"""Statements of each version beside what the ledgers declare with `since`."""

_log = logging.getLogger(__name__)


def version_of(database: peewee.SqliteDatabase) -> int:
    """The file's version; 0 for an empty file. Refuses files of another program."""
    version = int(database.execute_sql("PRAGMA user_version").fetchone()[0])
    mark = database.execute_sql("PRAGMA application_id").fetchone()[0]
    used = database.execute_sql("SELECT count(*) FROM sqlite_master").fetchone()[0]
    check_mark(APPLICATION_ID + 1 if used and not version else mark)
    return version


def check_mark(mark: int) -> None:
    """Refuse the file of another program."""
    if mark not in (0, APPLICATION_ID):
        raise EnvironmentFault("not_a_library", "这不是标准化工作台的数据文件，请选择正确的数据文件夹")


def check_version(found: int, schema: Schema) -> None:
    """Refuse a file written by a newer program."""
    if found > schema.version:
        raise EnvironmentFault(
            "too_new", f"数据由更新的版本（{found}）保存，本程序只认到 {schema.version}，请先升级程序再打开"
        )


def upgrade(database: peewee.SqliteDatabase, schema: Schema) -> None:
    """Bring the file to the schema's version; each step is one transaction together with its version number."""
    database.execute_sql(f"PRAGMA application_id = {APPLICATION_ID}")
    for version in range(version_of(database) + 1, schema.version + 1):
        with database.atomic("IMMEDIATE"):
            _step(database, schema, version)
            database.execute_sql(f"PRAGMA user_version = {version}")
        _log.info("数据文件升级到版本 %d", version)


def _step(database: peewee.SqliteDatabase, schema: Schema, version: int) -> None:
    for statement in STEPS.get(version, ()):
        database.execute_sql(statement)
    for ledger in schema.ledgers:
        if ledger.since == version:
            tables.create(database, ledger, version)
        elif ledger.since < version:
            tables.add_columns(database, ledger, version)
    declared = Schema(version, tuple(ledger for ledger in schema.ledgers if ledger.since <= version))
    if version == schema.version:
        renew_triggers(database, declared)


def renew_triggers(database: peewee.SqliteDatabase, schema: Schema) -> None:
    """Make all triggers anew from the declarations."""
    for (name,) in database.execute_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        database.execute_sql(f'DROP TRIGGER "{name}"')
    for statement in tables.triggers(schema).values():
        database.execute_sql(statement)


def triggers_whole(connection: sqlite3.Connection, schema: Schema) -> bool:
    """Whether the file holds exactly the declared triggers."""
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    return dict(rows) == tables.triggers(schema)
