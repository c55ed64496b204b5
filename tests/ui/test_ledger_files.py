"""Every ledger that can be imported has its template and its import on its page, because its declaration says so."""

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import openpyxl
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QFileDialog, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from desktop.app import setup, system
from desktop.app.practice import practice_library
from desktop.domain.query import Query, where
from desktop.ui.importing.wizard import ImportWizard
from desktop.ui.pages.inspections import InspectionsPage
from desktop.ui.pages.ledger import LedgerPage
from desktop.ui.pages.ledger_files import LedgerFiles
from desktop.ui.pages.system import SystemPage
from desktop.ui.window import MainWindow
from tests.libraries import lone_office
from tests.ui.desks import open_window
from tests.ui.grids import button_of, settle


class _Notes(LedgerPage):
    """A page of a ledger that nobody imports."""

    ledger = "review_note"


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("practice") / "library"
    practice_library(folder).workspace.close()
    return folder


@pytest.fixture
def window(practice: Path, tmp_path: Path, qtbot: QtBot) -> Iterator[MainWindow]:
    shutil.copytree(practice, tmp_path / "library")
    with open_window(setup.open_library(tmp_path / "library")) as opened:
        yield opened


def _ledger_page(window: MainWindow, page_id: str) -> LedgerFiles:
    window.show_page(page_id)
    page = window.current
    found = page.list if isinstance(page, InspectionsPage) else page
    assert isinstance(found, LedgerFiles)
    return found


def _texts(page: LedgerFiles) -> set[str]:
    return {found.text() for found in page.findChildren(QPushButton)}


def _offers(wizard: ImportWizard, words: str) -> bool:
    return wizard.next.text() == words and wizard.next.isEnabled()


def _bring_in(qtbot: QtBot, wizard: ImportWizard, writes: str) -> None:
    for words in ("下一步：对应列", "下一步：检查结果", writes, "完成"):
        qtbot.waitUntil(partial(_offers, wizard, words), timeout=20000)
        qtbot.keyClick(wizard.next, Qt.Key.Key_Space)


def _begun(page: LedgerFiles) -> ImportWizard:
    button_of(page, "导入…").click()
    wizard = page.findChild(ImportWizard)
    assert isinstance(wizard, ImportWizard)
    return wizard


@pytest.mark.parametrize("page_id", ["standards", "inspections", "findings"])
def test_the_declaration_decides_whether_a_page_imports(window: MainWindow, page_id: str) -> None:
    page = _ledger_page(window, page_id)
    assert page.session.schema.ledger(page.ledger).importable
    assert {"导入…", "模板…", "导出…", "撤销导入"} <= _texts(page)


def test_a_ledger_that_cannot_be_imported_offers_only_its_export(window: MainWindow, qtbot: QtBot) -> None:
    page = _Notes(window.desk)
    qtbot.addWidget(page)
    assert "导出…" in _texts(page)
    assert not {"导入…", "模板…", "撤销导入"} & _texts(page)
    assert not page.takes_tables
    assert not window.desk.session.schema.ledger("inspection_result").importable, "a child row stands under its parent"


def test_findings_are_imported_from_their_page_and_taken_back(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    session = window.desk.session
    path, before = tmp_path / "问题清单.xlsx", session.read.count(Query("finding"))
    book = openpyxl.Workbook()
    for row in (
        ["问题清单"],
        ["问题编号", "责任单位", "问题描述", "严重程度", "整改时限", "督办领导"],
        ["W-1", "机关第一食堂", "台账缺签字", "一般", "2027-01-20", "甲"],
        ["W-2", "机关第一食堂", "未留样", "较重", "2027-02-30", "乙"],
        ["W-3", "没有这个单位", "缺记录", "一般", "2027-01-20", None],
    ):
        book.worksheets[0].append(row)
    book.save(path)
    page = _ledger_page(window, "findings")
    wizard = _begun(page)
    wizard.open_file(path)
    _bring_in(qtbot, wizard, "下一步：写入 1 行")
    assert isinstance(page, LedgerPage)
    (found,) = session.read.rows(Query("finding", where(code="W-1")))
    assert (found["severity"], found["due_on"], found["spare1"]) == ("minor", "2027-01-20", "甲")
    assert session.read.count(Query("finding")) == before + 1 == page.model.rowCount()
    assert "督办领导" in [
        page.model.headerData(at, Qt.Orientation.Horizontal) for at in range(page.model.columnCount())
    ]
    window.undo()
    qtbot.waitUntil(lambda: page.model.rowCount() == before)


@pytest.mark.parametrize(
    ("page_id", "cells"),
    [
        ("findings", {"问题编号": "M-1", "问题描述": "照明故障", "整改时限": "2027-03-01"}),
        ("inspections", {"检查编号": "M-1", "检查日期": "2027-03-01", "检查组成员": "甲、乙"}),
        ("standards", {"标准号": "Q/XH 77-2026", "标准名称": "模板里的标准"}),
    ],
)
def test_a_template_is_saved_filled_in_and_imported(
    window: MainWindow,
    tmp_path: Path,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    page_id: str,
    cells: dict[str, str],
) -> None:
    path = tmp_path / "模板.xlsx"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    page = _ledger_page(window, page_id)
    before = page.session.read.count(Query(page.ledger))
    button_of(page, "模板…").click()
    qtbot.waitUntil(lambda: "模板已存到" in window.notice.sentence, timeout=20000)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[1]
    heads = {str(cell.value): place for place, cell in enumerate(sheet[1], 1)}
    for heading, text in cells.items():
        sheet.cell(3, heads[heading]).value = text
    book.save(path)
    wizard = _begun(page)
    wizard.open_file(path)
    _bring_in(qtbot, wizard, "下一步：写入 1 行")
    settle(qtbot, window)
    assert page.session.read.count(Query(page.ledger)) == before + 1


def test_a_table_dropped_on_a_ledger_goes_there_and_elsewhere_to_the_detail_table(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "表.csv"
    path.write_text("检查编号,问题编号,标准号\n甲,乙,GB/T 1-2020\n", "utf-8")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    for page_id, lands in (("inspections", "inspections"), ("findings", "findings"), ("home", "standards")):
        window.show_page(page_id)
        window.dropEvent(
            QDropEvent(QPointF(10, 10), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton,
                       Qt.KeyboardModifier.NoModifier)
        )  # fmt: skip
        assert window.current is window.pages[lands]
        page = _ledger_page(window, lands)
        wizard = page.findChild(ImportWizard)
        assert isinstance(wizard, ImportWizard)
        qtbot.waitUntil(partial(_offers, wizard, "下一步：对应列"), timeout=20000)
        wizard.reject()


def test_nodes_come_in_by_the_menu_of_the_tree(tmp_path: Path, qtbot: QtBot) -> None:
    session = lone_office(tmp_path)
    system.plant(session, "hangzhou")
    path = tmp_path / "节点.csv"
    path.write_text("体系编号,节点名称,上级节点\nZC9,其他保障,\nZC9.1,会议保障,ZC9\n", "utf-8")
    with open_window(session) as window:
        window.show_page("system")
        page = window.current
        assert isinstance(page, SystemPage)
        qtbot.waitUntil(lambda: bool(page.model.tree.nodes))
        menu = QMenu(page)
        page.fill_menu(menu)
        next(action for action in menu.actions() if action.text() == "导入节点…").trigger()
        wizard = page.findChild(ImportWizard)
        assert isinstance(wizard, ImportWizard)
        wizard.open_file(path)
        _bring_in(qtbot, wizard, "下一步：写入 2 行")
        qtbot.waitUntil(lambda: "ZC9.1" in [page.model.tree.code(key) for key in page.model.tree.nodes])
        tree = page.model.tree
        (below,) = [key for key in tree.nodes if tree.code(key) == "ZC9.1"]
        assert tree.code(tree.parent(below)) == "ZC9"
