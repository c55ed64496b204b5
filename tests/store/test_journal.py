"""The journal: every changed cell, whoever changes it; undo and redo as further steps."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.app import editing, history
from desktop.app.editing import Edit
from desktop.app.session import Session
from desktop.domain.errors import EnvironmentFault, Refusal
from desktop.domain.query import Query
from desktop.store import journal
from tests.libraries import dump, lone_office, version_of


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Session]:
    session = lone_office(tmp_path)
    yield session
    session.workspace.close()


def _entry(office: Session, number: str = "GB/T 1.1-2020", title: str = "标准化工作导则") -> str:
    version = office.read.rows(Query("system_version"))
    fixed = {"version": version[0]["key"] if version else version_of(office)}
    values = {"standard.number": number, "standard.title": title, "department": "综合处"}
    return editing.add_row(office, "detail_entry", values, fixed=fixed)[1]


def test_a_new_row_is_one_line_with_all_its_cells(office: Session) -> None:
    key = _entry(office)
    (line,) = journal.history(office.read, "detail_entry", key)
    assert (line.field, line.old, line.person, line.label) == ("", None, "陈立", "新增标准明细")
    assert journal.born_cells(office.read, "detail_entry", line)["department"] == "综合处"


def test_a_changed_cell_is_one_line_with_old_and_new(office: Session) -> None:
    key = _entry(office)
    changes = editing.edit_cells(office, "detail_entry", [Edit(key, "department", "资产处")], basis="局务会〔2026〕3号")
    line = journal.history(office.read, "detail_entry", key)[0]
    assert (line.field, line.old, line.new, line.basis) == (
        "department",
        "综合处",
        "资产处",
        "局务会〔2026〕3号",
    )
    assert changes.keys == {"detail_entry": frozenset({key})}
    assert changes.label == "修改责任处室"


def test_raw_sql_within_a_transaction_is_in_the_journal_too(office: Session) -> None:
    key = _entry(office)
    with office.write("修补") as transaction:
        transaction.connection.execute("UPDATE detail_entry SET department = '财务处' WHERE key = ?", (key,))
    assert journal.history(office.read, "detail_entry", key)[0].new == "财务处"
    assert transaction.changes.of("detail_entry") == {key}


def test_raw_sql_outside_a_transaction_is_stopped(office: Session) -> None:
    key = _entry(office)
    with pytest.raises(sqlite3.IntegrityError, match="no transaction"):
        office.workspace.connection.execute("UPDATE detail_entry SET department = 'x' WHERE key = ?", (key,))


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM detail_entry",
        "UPDATE detail_entry SET key = key || 'x'",
        "UPDATE detail_entry SET _stream = 'all'",
    ],
)
def test_rows_are_never_removed_nor_renamed(office: Session, statement: str) -> None:
    _entry(office)
    before = dump(office)
    with pytest.raises(sqlite3.IntegrityError), office.write("坏") as transaction:
        transaction.connection.execute(statement)
    assert dump(office) == before


def test_a_row_of_another_organisation_cannot_be_written(office: Session) -> None:
    with (
        pytest.raises(sqlite3.IntegrityError, match="another organisation"),
        office.write("坏") as transaction,
    ):
        transaction.connection.execute(
            "INSERT INTO standard (key, _stream, title) VALUES ('330199.aaaa-00000000000000000000000000', 'up', 'x')"
        )


def test_a_failing_step_leaves_no_trace(office: Session) -> None:
    before = dump(office)
    with pytest.raises(RuntimeError), office.write("中断") as transaction:
        transaction.insert("standard", {"title": "半截"})
        raise RuntimeError
    assert dump(office) == before
    assert history.undo_label(office) != "中断"


def test_a_step_that_changes_nothing_is_no_step(office: Session) -> None:
    key = _entry(office)
    label = history.undo_label(office)
    assert not editing.edit_cells(office, "detail_entry", [Edit(key, "department", "综合处")])
    assert history.undo_label(office) == label


def test_undo_and_redo_of_a_hundred_steps(office: Session) -> None:
    key = _entry(office)
    for number in range(100):
        editing.edit_cells(office, "detail_entry", [Edit(key, "department", f"处{number}")])
    for number in reversed(range(100)):
        assert office.read.row("detail_entry", key)["department"] == f"处{number}"  # type: ignore[index]
        history.undo(office)
    assert office.read.row("detail_entry", key)["department"] == "综合处"  # type: ignore[index]
    for _ in range(100):
        history.redo(office)
    assert office.read.row("detail_entry", key)["department"] == "处99"  # type: ignore[index]
    assert history.redo_label(office) == ""


def test_undo_names_the_step_and_is_itself_in_the_history(office: Session) -> None:
    key = _entry(office)
    editing.edit_cells(office, "detail_entry", [Edit(key, "department", "资产处"), Edit(key, "notes", "x")])
    assert history.undo_label(office) == "修改 2 格"
    assert history.undo(office).label == "撤销 修改 2 格"
    assert history.redo_label(office) == "修改 2 格"
    assert history.of_record(office, "detail_entry", key)[0].label == "撤销 修改 2 格"


def test_undo_leaves_a_cell_alone_that_was_changed_since(office: Session) -> None:
    key = _entry(office)
    first = editing.edit_cells(office, "detail_entry", [Edit(key, "department", "甲处"), Edit(key, "notes", "甲")])
    editing.edit_cells(office, "detail_entry", [Edit(key, "notes", "乙")])
    assert history.later_edits(office, first.tx) == ["GB/T 1.1-2020 标准化工作导则：备注"]
    changes = history.undo_step(office, first.tx)
    row = office.read.row("detail_entry", key)
    assert row is not None and (row["department"], row["notes"]) == ("综合处", "乙")
    assert changes.skipped == (("detail_entry", key, "notes"),)


def test_undo_of_an_insert_keeps_a_row_edited_later(office: Session) -> None:
    version = version_of(office)
    with office.write("导入") as transaction:
        keys = transaction.insert_many("detail_entry", ("version", "planned_title"), [(version, "甲"), (version, "乙")])
    editing.edit_cells(office, "detail_entry", [Edit(keys[1], "notes", "手改")])
    changes = history.undo_step(office, transaction.number)
    assert [row["key"] for row in office.read.rows(Query("detail_entry"))] == [keys[1]]
    assert changes.skipped == (("detail_entry", keys[1], ""),)
    assert [row["key"] for row in office.read.rows(Query("detail_entry", deleted=True))] == [keys[0]]


def test_a_deleted_row_is_in_the_bin_and_comes_back(office: Session) -> None:
    key = _entry(office)
    before = dump(office)
    editing.delete_rows(office, "detail_entry", [key])
    assert office.read.count(Query("detail_entry")) == 0
    assert office.read.count(Query("detail_entry", deleted=True)) == 1
    editing.restore_rows(office, "detail_entry", [key])
    assert dump(office) == before


def test_a_new_step_clears_what_could_be_redone(office: Session) -> None:
    key = _entry(office)
    editing.edit_cells(office, "detail_entry", [Edit(key, "department", "甲处")])
    history.undo(office)
    editing.edit_cells(office, "detail_entry", [Edit(key, "department", "乙处")])
    with pytest.raises(Refusal, match="没有可以重做"):
        history.redo(office)


def test_time_never_runs_backwards_in_one_library(office: Session) -> None:
    with office.workspace.transaction("陈立", "未来", at=4_000_000_000_000) as ahead:
        ahead.insert("setting", {"name": "a"})
    with office.write("现在") as later:
        later.insert("setting", {"name": "b"})
    assert later.at == ahead.at + 1


def test_a_full_disk_says_so_and_keeps_the_data(office: Session) -> None:
    key = _entry(office)
    before = dump(office)
    pages = office.workspace.connection.execute("PRAGMA page_count").fetchone()[0]
    office.workspace.connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(EnvironmentFault, match="磁盘已满"), office.write("大") as transaction:
        transaction.insert_many("standard", ("title",), [("长" * 500,) for _ in range(500)])
    office.workspace.connection.execute("PRAGMA max_page_count = 1073741823")
    assert dump(office) == before
    assert editing.edit_cells(office, "detail_entry", [Edit(key, "notes", "还能写")])


def test_cells_keep_their_type_through_the_journal(office: Session) -> None:
    with office.write("数") as transaction:
        key = transaction.insert("system_node", {"code": "007", "name": "1", "planned_count": 7})
        transaction.update("system_node", key, {"planned_count": 12, "code": "0012"})
    lines = {line.field: line for line in journal.history(office.read, "system_node", key)}
    assert (lines["planned_count"].old, lines["planned_count"].new) == (7, 12)
    assert (lines["code"].old, lines["code"].new) == ("007", "0012")
    assert json.loads(str(lines[""].new))[2] == "007"
