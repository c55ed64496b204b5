"""Taking back: a deleted row from the recycle bin, a whole import with what was changed by hand since."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop import resources
from desktop.app import editing, importing, setup
from desktop.app.editing import Edit
from desktop.app.practice import practice_library
from desktop.domain.query import Query
from desktop.ui.dialogs.batches import BatchesDialog
from desktop.ui.pages.standards import StandardsPage
from tests.ui.desks import open_window


def test_a_deleted_row_is_listed_and_comes_back(tmp_path: Path, qtbot: QtBot) -> None:
    session = practice_library(tmp_path / "p")
    with open_window(session) as window:
        window.show_page("standards")
        page = window.current
        assert isinstance(page, StandardsPage)
        every = page.model.rowCount()
        page.grid.setCurrentIndex(page.model.index(4, 0))
        name = page.panel.heading.text()
        page.grid.delete_rows()
        qtbot.waitUntil(lambda: page.model.rowCount() == every - 1)
        page.bin.click()
        assert page.model.rowCount() == 1
        page.grid.setCurrentIndex(page.model.index(0, 0))
        assert page.panel.heading.text() in ("", name)
        page.back.click()
        qtbot.waitUntil(lambda: page.model.rowCount() == 0)
        page.bin.click()
        assert page.model.rowCount() == every


def test_the_bin_says_who_deleted_last_comes_first_and_several_rows_come_back(tmp_path: Path, qtbot: QtBot) -> None:
    session = practice_library(tmp_path / "p")
    with open_window(session) as window:
        window.show_page("standards")
        page = window.current
        assert isinstance(page, StandardsPage)
        keys = [page.model.key_at(row) for row in (1, 5, 3)]
        every, order = page.model.rowCount(), page.model.query.sort
        for key in keys:
            editing.delete_rows(session, "detail_entry", [key])
        page.bin.click()
        assert [page.model.key_at(row) for row in range(3)] == keys[::-1]
        assert "由演练人员删除（删除 1 条标准明细），恢复后才能修改" in page.panel.reason.text()
        assert not page.panel.editors["department"].isEnabled()
        assert page.current_view().sort == order
        page.grid.selectAll()
        page.back.click()
        qtbot.waitUntil(lambda: page.model.rowCount() == 0)
        page.bin.click()
        assert page.model.rowCount() == every
        assert page.model.query.sort == order
        assert page.panel.reason.text() == ""


def test_an_import_is_taken_back_and_hand_edits_are_listed_and_kept(
    tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = setup.found(tmp_path / "o", "office", "西湖区中心", "330106", "陈立")
    source = resources.folder() / "sample" / "messy.xlsx"
    importing.apply(session, importing.plan(session, source), source)
    key = str(session.read.rows(Query("detail_entry"))[3]["key"])
    editing.edit_cells(session, "detail_entry", [Edit(key, "department", "手改处")])
    seen: list[str] = []

    def agree(dialog: BatchesDialog) -> bool:
        seen.extend([dialog.batches.item(0).text(), dialog.kept.item(0).text()])
        return True

    monkeypatch.setattr(BatchesDialog, "exec", agree)
    with open_window(session) as window:
        window.show_page("standards")
        page = window.current
        assert isinstance(page, StandardsPage)
        page.undo_import()
        qtbot.waitUntil(lambda: page.model.rowCount() == 1)
        assert seen[0].startswith("导入 messy.xlsx（新增 66")
        assert seen[1].endswith("：责任处室")
        assert importing.undoable_batches(session) == []
