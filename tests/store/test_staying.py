"""What the undo of an import leaves standing: whatever somebody worked on since, with all that belongs to it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.app import attachments, editing, history
from desktop.app.attachments import Given
from desktop.app.editing import Edit
from desktop.app.session import Session
from desktop.domain.query import Query
from tests.libraries import lone_office, version_of


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Session]:
    session = lone_office(tmp_path)
    yield session
    session.workspace.close()


def _imported(office: Session) -> tuple[int, list[str], list[str]]:
    """The step that made three standards, each placed once and the first placed twice; standards and entries."""
    version = version_of(office)
    with office.write("导入") as transaction:
        made = transaction.insert_many("standard", ("title",), [("甲",), ("乙",), ("丙",)])
        rows = [(version, standard) for standard in (*made, made[0])]
        entries = transaction.insert_many("detail_entry", ("version", "standard"), rows)
    return transaction.number, made, entries


def _left(office: Session, ledger: str) -> list[str]:
    return sorted(str(row["key"]) for row in office.read.rows(Query(ledger)))


def test_a_standard_edited_since_stays_with_every_row_that_places_it(office: Session) -> None:
    step, standards, entries = _imported(office)
    editing.edit_cells(office, "detail_entry", [Edit(entries[0], "standard.title", "甲（手改）")])
    assert history.later_edits(office, step) == ["甲（手改）：标准名称"]
    history.undo_step(office, step)
    assert _left(office, "standard") == [standards[0]]
    assert _left(office, "detail_entry") == sorted([entries[0], entries[3]])


def test_a_row_with_an_attachment_stays_and_is_listed_until_the_attachment_is_gone(office: Session) -> None:
    step, standards, entries = _imported(office)
    attachments.add(office, "detail_entry", entries[1], [Given("批文.txt", b"x")], shrink=False)
    assert history.later_edits(office, step) == ["乙：附件 批文.txt"]
    history.undo(office)
    assert history.later_edits(office, step) == []
    history.redo(office)
    changes = history.undo_step(office, step)
    assert _left(office, "detail_entry") == [entries[1]]
    assert _left(office, "standard") == [standards[1]]
    assert set(changes.skipped) == {("detail_entry", entries[1], ""), ("standard", standards[1], "")}


def test_a_standard_that_a_replacement_names_stays_with_its_row(office: Session) -> None:
    step, standards, entries = _imported(office)
    with office.write("代替关系") as transaction:
        transaction.insert("standard_link", {"standard": standards[2], "kind": "replaces", "other_number": "GB/T 1"})
    history.undo_step(office, step)
    assert (_left(office, "standard"), _left(office, "detail_entry")) == ([standards[2]], [entries[2]])


def test_a_standard_stays_for_another_row_without_the_row_that_came_with_it(office: Session) -> None:
    step, standards, entries = _imported(office)
    editing.edit_cells(office, "detail_entry", [Edit(entries[3], "department", "资产处")])
    history.undo_step(office, step)
    assert (_left(office, "standard"), _left(office, "detail_entry")) == ([standards[0]], [entries[3]])
