"""One declaration: a field added to a ledger reaches the table, the journal, the grid's columns, files and sync."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.app import editing, exporting, history, importing, setup, syncing
from desktop.app.editing import Edit
from desktop.app.session import Session
from desktop.domain.errors import EnvironmentFault, Refusal
from desktop.domain.ledgers import SCHEMA
from desktop.domain.ledgers.standard import Standard
from desktop.domain.query import Query
from desktop.domain.record import Cell, Record, Schema, text
from desktop.store import backup
from desktop.store.workspace import LIBRARY, Workspace
from tests.libraries import dump, lone_office, pair, version_of


class StandardTwo(Standard, name="standard"):
    """Version 2 of a ledger, as a programmer would write it: one line."""

    steward: Cell = text("标准管家", since=2)


TWO = Schema(2, tuple(StandardTwo.ledger if ledger.name == "standard" else ledger for ledger in SCHEMA.ledgers))


def _shape(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    connection = sqlite3.connect(folder / LIBRARY)
    try:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        shape = {name: connection.execute(f'PRAGMA table_info("{name}")').fetchall() for name in names}
        shape["triggers"] = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY 1"
        ).fetchall()
        shape["version"] = connection.execute("PRAGMA user_version").fetchall()
        return shape
    finally:
        connection.close()


@pytest.fixture
def upgraded(tmp_path: Path) -> Iterator[Session]:
    first = lone_office(tmp_path)
    version = version_of(first)
    editing.add_row(
        first,
        "detail_entry",
        {"standard.number": "GB/T 1.1-2020", "standard.title": "导则"},
        fixed={"version": version},
    )
    before = dump(first)
    first.workspace.close()
    workspace = Workspace.open(tmp_path / "office", schema=TWO)
    session = Session(workspace, "陈立")
    (standard,) = dump(session)["standard"]
    assert {**before["standard"][0], "steward": None} == standard
    yield session
    workspace.close()


def test_an_upgraded_file_equals_a_fresh_one(upgraded: Session, tmp_path: Path) -> None:
    Workspace.create(tmp_path / "fresh", "office", "新", "330106", schema=TWO).close()
    assert _shape(tmp_path / "office") == _shape(tmp_path / "fresh")


def test_an_upgrade_is_preceded_by_a_backup(upgraded: Session) -> None:
    assert [item.reason for item in backup.backups(upgraded.workspace.folder)] == ["升级前"]


def test_the_new_field_is_edited_journaled_shown_exported_and_imported(upgraded: Session, tmp_path: Path) -> None:
    (row,) = upgraded.read.rows(Query("detail_entry"))
    key = str(row["key"])
    assert "standard.steward" in [column.path for column in upgraded.schema.columns("detail_entry")]
    editing.edit_cells(upgraded, "detail_entry", [Edit(key, "standard.steward", "老周")])
    assert history.of_record(upgraded, "standard", str(row["standard"]))[0].field_label == "标准管家"
    exporting.export(upgraded, "detail_entry", tmp_path / "out.csv")
    text_out = (tmp_path / "out.csv").read_text(encoding="utf-8-sig")
    assert "标准管家" in text_out and "老周" in text_out
    (tmp_path / "in.csv").write_text("标准号,标准名称,标准管家\nGB/T 1.1-2020,导则,老郑\n", encoding="utf-8")
    plan = importing.plan(upgraded, tmp_path / "in.csv")
    assert plan.counts() == {"added": 0, "changed": 1, "equal": 0, "refused": 0}
    importing.apply(upgraded, plan)
    assert upgraded.read.records(StandardTwo)[0].steward == "老郑"


def test_a_version_1_peer_keeps_the_unknown_cell_and_passes_it_on(tmp_path: Path) -> None:
    bureau, office = pair(tmp_path)
    office.workspace.close()
    newer = Session(Workspace.open(tmp_path / "office", schema=TWO), "陈立")
    with newer.write("新字段") as transaction:
        key = transaction.insert("standard", {"title": "导则", "steward": "老周"})
    with newer.write("换人") as transaction:
        transaction.update("standard", key, {"steward": "老郑"})
    syncing.make_bundle(newer, tmp_path / "a.bzb")
    outcome = syncing.apply_bundle(bureau, tmp_path / "a.bzb")
    assert ["升级本程序后自动出现" in note for note in outcome.notes] == [True]
    row = bureau.read.row("standard", key)
    assert row is not None and row["title"] == "导则" and "steward" not in row
    kept = bureau.read.connection.execute("SELECT col, val FROM sync_unknown ORDER BY idx").fetchall()
    assert kept == [("steward", "老周"), ("steward", "老郑")]
    theirs = bureau.read.connection.execute(
        "SELECT hdr, sig, payload FROM sync_seg WHERE stream LIKE '330106%'"
    ).fetchall()
    ours = newer.read.connection.execute("SELECT hdr, sig, payload FROM sync_seg").fetchall()
    assert set(theirs) == set(ours)
    setup.take_in_kept(bureau)
    assert bureau.read.connection.execute("SELECT count(*) FROM sync_unknown").fetchone()[0] == 2
    bureau.workspace.close()
    upgraded_bureau = Session(Workspace.open(tmp_path / "bureau", schema=TWO), "李文")
    setup.take_in_kept(upgraded_bureau)
    assert dump(upgraded_bureau)["standard"] == dump(newer)["standard"]
    assert upgraded_bureau.read.connection.execute("SELECT count(*) FROM sync_unknown").fetchone()[0] == 0
    assert history.of_record(upgraded_bureau, "standard", key)[0].new == "老郑"
    upgraded_bureau.workspace.close()
    newer.workspace.close()


class Stall(Record, name="stall", label="窗口", since=2):
    """A ledger that only version 2 has."""

    name: Cell = text("名称", since=2)


def test_a_ledger_of_a_newer_version_is_kept_whole_until_the_upgrade(tmp_path: Path) -> None:
    three = Schema(2, (*SCHEMA.ledgers, Stall.ledger))
    bureau, office = pair(tmp_path)
    office.workspace.close()
    newer = Session(Workspace.open(tmp_path / "office", schema=three), "陈立")
    with newer.write("新台账") as transaction:
        keys = transaction.insert_many("stall", ("name",), [("一号",), (None,)])
    with newer.write("改名") as transaction:
        transaction.update("stall", keys[0], {"name": "甲号"})
    syncing.make_bundle(newer, tmp_path / "a.bzb")
    (note,) = syncing.apply_bundle(bureau, tmp_path / "a.bzb").notes
    assert "升级本程序后自动出现" in note
    bureau.workspace.close()
    upgraded_bureau = Session(Workspace.open(tmp_path / "bureau", schema=three), "李文")
    setup.take_in_kept(upgraded_bureau)
    assert dump(upgraded_bureau)["stall"] == dump(newer)["stall"]
    upgraded_bureau.workspace.close()
    newer.workspace.close()


def test_a_newer_file_is_refused_before_any_write(upgraded: Session, tmp_path: Path) -> None:
    upgraded.workspace.close()
    before = (tmp_path / "office" / LIBRARY).read_bytes()
    with pytest.raises(EnvironmentFault, match="先升级程序"):
        Workspace.open(tmp_path / "office")
    assert (tmp_path / "office" / LIBRARY).read_bytes() == before


def test_a_library_opens_once(tmp_path: Path) -> None:
    office = lone_office(tmp_path)
    with pytest.raises(EnvironmentFault, match="另一个窗口"):
        setup.open_library(tmp_path / "office")
    office.workspace.close()
    setup.open_library(tmp_path / "office").workspace.close()


@pytest.mark.expects_log("触发器不全")
def test_a_missing_trigger_is_made_anew(tmp_path: Path) -> None:
    office = lone_office(tmp_path)
    office.workspace.connection.execute("DROP TRIGGER standard_changed")
    office.workspace.close()
    with Workspace.open(tmp_path / "office") as workspace:
        names = [n for (n,) in workspace.connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]
    assert "standard_changed" in names


def test_an_empty_folder_is_no_library(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="没有数据"):
        setup.open_library(tmp_path)


def test_a_damaged_file_is_named_as_such(tmp_path: Path) -> None:
    (tmp_path / LIBRARY).write_bytes(b"not a database at all" * 1000)
    with pytest.raises(EnvironmentFault, match="可能已损坏"):
        Workspace.open(tmp_path)
