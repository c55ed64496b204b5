"""Printing a ledger: layout, columns, order and paper are chosen; a unit's own layout stays and reaches files."""

import threading
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QInputDialog
from pytestqt.qtbot import QtBot

from desktop.app import exporting, layouts
from desktop.app.practice import practice_library
from desktop.app.session import Session
from desktop.app.template import template
from desktop.domain.document import Paper
from desktop.domain.errors import Refusal
from desktop.domain.query import Op, Query, Test
from desktop.exchange.paper import Pages
from desktop.store.workspace import Workspace
from desktop.ui.dialogs.print import PrintDialog
from desktop.ui.pages.ledger import LedgerPage
from desktop.ui.preview import Preview
from desktop.ui.window import MainWindow
from tests.store.test_schema import TWO
from tests.ui.desks import open_window


@pytest.fixture
def practice(tmp_path: Path) -> Session:
    return practice_library(tmp_path / "practice")


@pytest.fixture
def window(practice: Session, qtbot: QtBot) -> Iterator[MainWindow]:
    with open_window(practice) as opened:
        yield opened


def dialog_of(window: MainWindow, page_id: str = "standards") -> tuple[LedgerPage, PrintDialog]:
    window.show_page(page_id)
    page = window.current
    assert isinstance(page, LedgerPage)
    return page, page.print_dialog()


def heads(dialog: PrintDialog) -> list[str]:
    return [column.label for column in dialog.document()().table.columns]


def tick(dialog: PrintDialog, label: str, *, on: bool) -> None:
    (item,) = dialog.columns.findItems(label, Qt.MatchFlag.MatchExactly)
    item.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)


def test_columns_are_ticked_and_moved_by_keys(window: MainWindow) -> None:
    _, dialog = dialog_of(window)
    before = heads(dialog)
    tick(dialog, "备注", on=False)
    dialog.show()
    dialog.columns.setCurrentRow(2)
    dialog.activateWindow()
    dialog.columns.setFocus()
    QTest.keyClick(dialog.columns, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    moved = [before[0], before[2], before[1], *before[3:]]
    assert heads(dialog) == [name for name in moved if name != "备注"]
    assert f"已选 {len(before) - 1} /" in dialog.told.text()
    dialog.close()
    dialog.deleteLater()


def test_the_filter_and_order_of_the_screen_are_printed(window: MainWindow, qtbot: QtBot) -> None:
    page, dialog = dialog_of(window)
    dialog.deleteLater()
    page.set_filter("standard.level", Test("standard.level", Op.IN, ("national",)))
    dialog = page.print_dialog()
    document = dialog.document()()
    assert len(document.table.rows) == page.model.rowCount() > 0
    assert [row.cells[0] for row in document.table.rows] == [str(n) for n in range(1, len(document.table.rows) + 1)]
    assert document.head[1][0].value == "标准级别：国家标准"
    dialog.deleteLater()


@pytest.mark.parametrize("paper", list(Paper))
@pytest.mark.parametrize("turn", ["横向", "纵向"])
def test_twelve_columns_fit_any_paper(window: MainWindow, paper: Paper, turn: str) -> None:
    _, dialog = dialog_of(window)
    for label in ("标准类别", "性质", "来源", "代替标准"):
        tick(dialog, label, on=True)
    dialog.paper.setCurrentText(paper.value)
    dialog.turn.setCurrentText(turn)
    document = dialog.document()()
    assert len(document.table.columns) >= 12
    assert (document.paper, document.landscape) == (paper, turn == "横向")
    assert Pages(document).page_count >= 1
    dialog.deleteLater()


def test_what_is_previewed_is_what_was_chosen_when_it_was_asked_for(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, dialog = dialog_of(window)
    chosen, let_go, shown = heads(dialog), threading.Event(), list[list[str]]()
    window.desk.runner.read(lambda _job: let_go.wait(10), lambda _result: None)

    def look(preview: Preview) -> int:
        tick(dialog, "备注", on=False)
        dialog.paper.setCurrentText("A3")
        let_go.set()
        qtbot.waitUntil(lambda: preview.pages is not None)
        assert preview.pages is not None
        shown.append([column.label for column in preview.pages.document.table.columns])
        assert preview.pages.document.paper is Paper.A4
        preview.done(0)
        return 0

    monkeypatch.setattr(Preview, "exec", look)
    dialog.preview()
    assert shown == [chosen] and heads(dialog) != chosen
    dialog.deleteLater()


def test_every_ledger_prints_its_screen(window: MainWindow) -> None:
    page, dialog = dialog_of(window, "findings")
    assert dialog.layout_choice.count() == 1
    assert heads(dialog)[1:] == [column.label for column in page.model.columns]
    dialog.deleteLater()


def test_a_layout_of_the_unit_is_kept_and_can_be_taken_back(window: MainWindow, qtbot: QtBot) -> None:
    page, dialog = dialog_of(window)
    tick(dialog, "备注", on=False)
    dialog.save()
    qtbot.waitUntil(lambda: "已修改" in dialog.layout_choice.currentText())
    again = page.print_dialog()
    assert "备注" not in heads(again)
    again.reset()
    qtbot.waitUntil(lambda: "已修改" not in again.layout_choice.currentText())
    assert "备注" in heads(again)
    for item in (dialog, again):
        item.deleteLater()


def test_a_column_of_the_units_own_is_in_print_files_and_templates(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _, dialog = dialog_of(window)
    monkeypatch.setattr(QInputDialog, "getText", lambda *_: ("科室编号", True))
    dialog.add_column()
    qtbot.waitUntil(lambda: "科室编号" in heads(dialog))
    dialog.save()
    session = window.desk.session
    qtbot.waitUntil(lambda: layouts.layouts_of(session, "detail_entry")[0].changed)
    assert "科室编号" in [column.label for column in exporting.detail_document(session).table.columns]
    exporting.export(session, "detail_entry", tmp_path / "out.xlsx")
    template(session, "detail_entry", tmp_path / "template.xlsx")
    for name in ("out.xlsx", "template.xlsx"):
        book = openpyxl.load_workbook(tmp_path / name)
        cells = {str(cell.value) for sheet in book for row in sheet.iter_rows(max_row=12) for cell in row}
        assert "科室编号" in cells, name
    with pytest.raises(Refusal, match="新的列名"):
        layouts.add_own_column(session, "detail_entry", "科室编号")
    dialog.deleteLater()


def test_a_layout_survives_an_upgrade_and_skips_what_is_unknown(practice: Session) -> None:
    layout = layouts.layouts_of(practice, "detail_entry")[0]
    kept = layouts.LayoutColumn("standard.title", "名称", 60.0)
    later = layouts.LayoutColumn("standard.steward", "标准管家", 20.0)
    layouts.save(practice, layouts.Layout(layout.id, layout.name, layout.title, (kept, later)))
    assert [column.label for column in layouts.layouts_of(practice, "detail_entry")[0].columns] == ["名称"]
    practice.workspace.close()
    upgraded = Session(Workspace.open(practice.workspace.folder, schema=TWO), "甲")
    columns = layouts.layouts_of(upgraded, "detail_entry")[0].columns
    assert [column.label for column in columns] == ["名称", "标准管家"]
    upgraded.workspace.close()


@pytest.mark.parametrize("text", ["", "[", "{}", '[{"path": 1}]', '[{"path":"x","label":"y","width":1}]'])
def test_a_damaged_layout_is_the_shipped_one(practice: Session, text: str) -> None:
    with practice.write("坏") as transaction:
        transaction.insert("setting", {"name": "layout:pilot", "value": text})
    assert layouts.layouts_of(practice, "detail_entry")[0] == layouts.shipped()[0]
    assert practice.read.count(Query("setting")) >= 1
    practice.workspace.close()
