"""数据体检, 查重, 代替关系 and 题录 as a person uses them: buttons, rows, cells, keys."""

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from desktop.app import duplicates, health, replacements, setup, system
from desktop.app.session import Session
from desktop.domain.query import Query
from desktop.domain.record import Cell
from desktop.store.catalogue import Catalogue
from desktop.ui.dialogs.catalogue import CatalogueDialog
from desktop.ui.dialogs.duplicates import DuplicatesDialog
from desktop.ui.dialogs.links import LinksDialog
from desktop.ui.pages.health import HealthPage
from desktop.ui.pages.standards import StandardsPage
from desktop.ui.window import MainWindow
from tests.libraries import node_of
from tests.ui.desks import open_window

TITLES = """标准号,标准名称,发布日期,实施日期
GB/T 1.1-2020,标准化工作导则 第1部分,2020-03-31,2020-10-01
GB/T 42966-2023,餐饮业反食品浪费管理通则,2023-08-06,2024-03-01
"""


@pytest.fixture
def session(tmp_path: Path) -> Session:
    made = setup.found(tmp_path / "o", "office", "西湖区中心", "330106", "陈立")
    system.plant(made, "hangzhou")
    return made


@pytest.fixture
def window(session: Session, qtbot: QtBot) -> Iterator[MainWindow]:
    with open_window(session) as opened:
        yield opened


def _listed(session: Session, **cells: Cell) -> tuple[str, str]:
    with session.write("装入") as transaction:
        standard = transaction.insert("standard", cells)
        version, node = system.own_version(session), node_of(session, "ZC5.1")
        entry: dict[str, Cell] = {"version": version, "standard": standard, "code": "ZC5.1", "node": node}
        return standard, transaction.insert("detail_entry", entry)


def _checked(qtbot: QtBot, window: MainWindow) -> HealthPage:
    window.show_page("health")
    page = window.current
    assert isinstance(page, HealthPage)
    page.start.click()
    qtbot.waitUntil(lambda: page.save.isEnabled() and page.start.isEnabled())
    return page


def test_a_clean_library_says_so(window: MainWindow, qtbot: QtBot) -> None:
    page = _checked(qtbot, window)
    assert page.model.rowCount() == 0
    assert page.stack.currentIndex() == 1
    assert page.state.text().endswith("没有发现问题")


def test_findings_are_grouped_open_their_cell_and_grow_old(
    window: MainWindow, session: Session, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, wrong = _listed(session, number="GB/T 1.1-2020", title="甲", level="group")
    _listed(session, number="GB 1-2020", title="乙", effective_on="2020-01-01", published_on="2021-01-01")
    page = _checked(qtbot, window)
    assert [page.groups.item(at).text() for at in range(page.groups.count())] == [
        "全部　2", "内容互相矛盾　1", "级别与标准号不符　1",
    ]  # fmt: skip
    page.groups.setCurrentRow(2)
    assert page.model.rowCount() == 1
    assert page.model.data(page.model.index(0, 0)) == "▲ 要核对"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "x.xlsx"), ""))
    page.save.click()
    qtbot.waitUntil(lambda: "已导出 2 行" in window.notice.sentence)
    page.table.activated.emit(page.model.index(0, 0))
    standards = window.current
    assert isinstance(standards, StandardsPage)
    current = standards.grid.currentIndex()
    assert standards.model.key_at(current.row()) == wrong
    assert standards.model.columns[current.column()].path == "standard.level"
    with session.write("改") as transaction:
        transaction.update("detail_entry", wrong, {"department": "一处"})
    window.desk.changed.emit(transaction.changes)
    window.show_page("health")
    assert page.state.text() == "▲ 已过期，重新检查"
    assert page.model.rowCount() == 1, "what was found stays in sight"


def test_a_column_that_is_not_in_the_grid_is_shown_in_the_panel(
    window: MainWindow, session: Session, qtbot: QtBot
) -> None:
    _listed(session, number="GB/T 1.1-2020", title="甲", effective_on="2020-10-01", source_status="作废")
    page = _checked(qtbot, window)
    (finding,) = page.model.findings
    assert health.target(session, finding)[2] == "standard.source_status"
    page.table.activated.emit(page.model.index(0, 0))
    standards = window.current
    assert isinstance(standards, StandardsPage)
    editor = standards.panel.editors["standard.source_status"]
    assert not editor.visibleRegion().isEmpty()


def test_duplicates_are_merged_with_the_chosen_cells(window: MainWindow, session: Session, qtbot: QtBot) -> None:
    one, _ = _listed(session, number="GB/T 1.1-2020", title="甲", issuer="国标委")
    two, _ = _listed(session, number="GB/T1.1—2020", title="乙")
    dialog = DuplicatesDialog(window.desk, window)
    qtbot.waitUntil(lambda: dialog.groups.count() == 1)
    assert "标准号相同" in dialog.groups.item(0).text()
    labels = [dialog.table.verticalHeaderItem(row).text() for row in range(dialog.table.rowCount())]
    assert labels == ["≠ 标准号", "≠ 标准名称", "≠ 发布单位"]
    dialog.keep.setCurrentIndex(dialog.keep.findData(two))
    dialog.keep.activated.emit(dialog.keep.currentIndex())
    assert dialog.choices() == {"number": "GB/T1.1—2020", "title": "乙", "issuer": "国标委"}
    column = dialog.found[0].keys.index(one)
    dialog.table.cellClicked.emit(1, column)
    chosen = dialog.table.item(1, column)
    assert chosen is not None and chosen.text() == "✓ 甲"
    dialog.join.click()
    qtbot.waitUntil(lambda: dialog.told.text() == "没有发现重复")
    (row,) = session.read.rows(Query("standard"))
    assert (row["key"], row["title"], row["number"], row["issuer"]) == (two, "甲", "GB/T1.1—2020", "国标委")
    dialog.reject()
    dialog.deleteLater()
    window.undo()
    qtbot.waitUntil(lambda: session.read.count(Query("standard")) == 2)


def test_rows_are_kept_apart_or_made_editions(window: MainWindow, session: Session, qtbot: QtBot) -> None:
    old, _ = _listed(session, number="GB/T 1.1-2009", title="甲甲甲甲")
    new, _ = _listed(session, number="GB/T 1.1-2020", title="乙乙乙乙")
    with session.write("装入") as transaction:
        for _ in range(2):
            transaction.insert("organisation", {"name": "一所"})
    dialog = DuplicatesDialog(window.desk, window)
    qtbot.waitUntil(lambda: dialog.groups.count() == 1)
    dialog.keep.setCurrentIndex(dialog.keep.findData(new))
    dialog.editions.click()
    qtbot.waitUntil(lambda: dialog.told.text() == "没有发现重复")
    ((link,), _) = replacements.of_standard(session, new)
    assert (link.kind, link.other) == ("replaces", old)
    dialog.ledger.setCurrentIndex(1)
    dialog.ledger.activated.emit(1)
    qtbot.waitUntil(lambda: dialog.groups.count() == 1)
    assert not dialog.editions.isEnabled()
    dialog.apart.click()
    qtbot.waitUntil(lambda: dialog.told.text() == "没有发现重复")
    assert duplicates.find(session, "organisation") == []
    dialog.reject()
    dialog.deleteLater()


def test_relations_are_added_suggested_and_removed(
    window: MainWindow, session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, _ = _listed(session, number="GB/T 1.1-2009", title="导则旧版")
    new, _ = _listed(session, number="GB/T 1.1-2020", title="导则", replaces="GB/T 1.1-2009，GB/T 1.2-2002")
    dialog = LinksDialog(window.desk, new, window)
    dialog.show()
    assert [dialog.proposed.item(at).text() for at in range(2)] == [
        "代替 GB/T 1.1-2009",
        "代替 GB/T 1.2-2002（不在本库）",
    ]
    dialog.proposed.item(1).setCheckState(Qt.CheckState.Unchecked)
    dialog.take.click()
    qtbot.waitUntil(lambda: dialog.out.count() == 1)
    assert dialog.out.item(0).text() == "代替 GB/T 1.1-2009 导则旧版"
    dialog.number.setText("GB/T 1.1-2020")
    qtbot.keyClick(dialog.number, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: dialog.told.text() == "标准不能代替或引用自己，请换一个标准号")
    dialog.out.setFocus()  # the popup itself would grab the keyboard, which no screen is there to give
    threads = set[str]()
    offer = replacements.offered

    def offered_in(session: Session, typed: str) -> list[tuple[str, str]]:
        threads.add(threading.current_thread().name.partition("_")[0])
        return offer(session, typed)

    monkeypatch.setattr(replacements, "offered", offered_in)
    for typed in ("9", "1.1"):
        dialog.number.setText(typed)
        dialog.number.textEdited.emit(typed)
    assert not threads, "not at every key"
    offered = dialog.number.completer().model()
    qtbot.waitUntil(lambda: offered.rowCount() == 2)
    assert threads == {"short reader"}
    assert [offered.data(offered.index(at, 0)).split("　")[0] for at in range(2)].count("GB/T 1.1-2009") == 1
    dialog.out.setCurrentRow(0)
    dialog.remove()
    qtbot.waitUntil(lambda: dialog.out.count() == 0)
    dialog.reject()
    dialog.deleteLater()
    assert replacements.of_standard(session, old) == ([], [])


def test_titles_are_loaded_looked_up_and_filled_in(
    window: MainWindow, session: Session, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads, find = set[str](), Catalogue.find

    def find_in(known: Catalogue, typed: str) -> Sequence[int]:
        threads.add(threading.current_thread().name.partition("_")[0])
        return find(known, typed)

    monkeypatch.setattr(Catalogue, "find", find_in)
    _, entry = _listed(session, number="GB/T 1.1—2020", title="（新标准）")
    (tmp_path / "题录.csv").write_text(TITLES, encoding="utf-8")
    dialog = CatalogueDialog(window.desk, window)
    assert dialog.told.text().startswith("还没有题录")
    (tmp_path / "bad.csv").write_text("甲,乙\n1,2\n", encoding="utf-8")
    dialog.load_file(tmp_path / "bad.csv")
    qtbot.waitUntil(lambda: "没有找到含" in window.notice.sentence, timeout=20_000)
    dialog.load_file(tmp_path / "题录.csv")
    qtbot.waitUntil(lambda: dialog.told.text().startswith("题录.csv：2 条") and dialog.load.isEnabled(), timeout=20_000)
    qtbot.waitUntil(lambda: dialog.model.rowCount() == 2)
    dialog.words.setText("cyy")
    qtbot.waitUntil(lambda: dialog.model.rowCount() == 1)
    assert threads == {"short reader"}
    assert dialog.counted.text() == "找到 1 条"
    assert dialog.model.data(dialog.model.index(0, 1)) == "餐饮业反食品浪费管理通则"
    dialog.reject()
    dialog.deleteLater()
    window.show_page("standards", entry)
    page = window.current
    assert isinstance(page, StandardsPage)
    assert page.strip.offer.text() == (
        "题录里有：GB/T 1.1-2020《标准化工作导则 第1部分》，可填入标准名称、发布日期、实施日期"
    )
    page.grid.setFocus()
    qtbot.keyClick(page.grid, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(page.strip.offer.isHidden)
    row = page.grid.currentIndex().row()
    shown = [page.model.shown(page.model.index(row, column)) for column in range(page.model.columnCount())]
    assert "标准化工作导则 第1部分" in shown and "2020-10-01" in shown


def test_settings_lead_to_the_checks(window: MainWindow, qtbot: QtBot) -> None:
    window.show_page("settings")
    (link,) = [item for item in window.current.findChildren(QPushButton) if item.text() == "打开数据体检"]
    link.click()
    assert isinstance(window.current, HealthPage)
