"""Looking at a ledger: headings, filter of a column, chips, choice of columns, views; what is asserted is what is seen."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QDialog, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from desktop.app import setup, views
from desktop.app.filters import LISTED, Value
from desktop.app.practice import practice_library
from desktop.app.views import View
from desktop.domain.query import OWNER, Op, Query, Sort, Test
from desktop.ui.grid.columns_dialog import ColumnsDialog
from desktop.ui.grid.filter_popup import FilterPopup
from desktop.ui.grid.header import GridHeader, next_sort
from desktop.ui.pages.findings import FindingsPage
from desktop.ui.pages.ledger import LedgerPage
from desktop.ui.pages.standards import StandardsPage
from desktop.ui.views_menu import NameDialog
from desktop.ui.window import MainWindow
from tests.libraries import pair
from tests.ui.desks import enter, open_window

LEVEL, TITLE, DAY, NUMBER = "standard.level", "standard.title", "standard.published_on", "standard.number"
SHIFT, ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("practice") / "library"
    practice_library(folder).workspace.close()
    return folder


@pytest.fixture
def library(practice: Path, tmp_path: Path) -> Path:
    shutil.copytree(practice, tmp_path / "library")
    return tmp_path / "library"


@pytest.fixture
def window(library: Path, qtbot: QtBot) -> Iterator[MainWindow]:
    with open_window(setup.open_library(library)) as opened:
        yield opened


def _standards(window: MainWindow) -> StandardsPage:
    window.show_page("standards")
    page = window.current
    assert isinstance(page, StandardsPage)
    return page


def _section(page: LedgerPage, path: str) -> int:
    return [column.path for column in page.model.columns].index(path)


def _texts(page: LedgerPage, path: str) -> list[str]:
    section = _section(page, path)
    return [page.model.shown(page.model.index(row, section)) for row in range(page.model.rowCount())]


def _click(qtbot: QtBot, page: LedgerPage, path: str, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
           *, funnel: bool = False) -> None:  # fmt: skip
    section = _section(page, path)
    header = page.grid.heading_of(section)
    left = header.sectionViewportPosition(section) + 20
    at = header.funnel_at(section).center() if funnel else QPoint(left, 10)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, modifier, at)


def _popup(qtbot: QtBot, page: LedgerPage) -> FilterPopup:
    popup = page._popup
    assert popup is not None and popup.isVisible()
    qtbot.waitUntil(lambda: popup.values.count() > 0)
    return popup


def _tick(popup: FilterPopup, *texts: str) -> None:
    for row in range(popup.values.count()):
        item = popup.values.item(row)
        wanted = item.text().partition("　")[0] in texts
        item.setCheckState(Qt.CheckState.Checked if wanted else Qt.CheckState.Unchecked)


def _order(page: LedgerPage) -> list[Sort]:
    return list(page.model.query.sort)


def _settled(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: not window.desk.runner.busy)


# headings


def test_clicks_go_through_ascending_descending_and_none() -> None:
    up, down, other = Sort("a"), Sort("a", True), Sort("b")
    assert [next_sort(old, "a", add=False) for old in ((), (up,), (down,), (other,), (up, other), (other, down))] == [
        (up,), (down,), (), (up,), (up,), (up,),
    ]  # fmt: skip
    assert [next_sort(old, "a", add=True) for old in ((), (other,), (up, other), (down, other), (other, up))] == [
        (up,), (other, up), (down, other), (other,), (other, down),
    ]  # fmt: skip


def test_a_heading_sorts_and_shift_adds_a_key_with_its_rank(window: MainWindow, qtbot: QtBot) -> None:
    page = _standards(window)
    heading = page.grid.heading
    _click(qtbot, page, LEVEL)
    assert _order(page) == [Sort(LEVEL)]
    assert heading.marks(_section(page, LEVEL)) == "升序"
    _click(qtbot, page, NUMBER, SHIFT)
    _click(qtbot, page, NUMBER, SHIFT)
    assert _order(page) == [Sort(LEVEL), Sort(NUMBER, True)]
    assert heading.marks(_section(page, LEVEL)) == "第 1 升序"
    assert page.grid.frozen.heading.marks(_section(page, NUMBER)) == "第 2 降序"
    query = Query("detail_entry", page.base(), (Sort(LEVEL), Sort(NUMBER, True)), window.desk.session.today())
    expected = [str(number or "") for (number,) in window.desk.session.read.cells(query, [NUMBER])]
    assert _texts(page, NUMBER) == expected
    _click(qtbot, page, LEVEL)
    _click(qtbot, page, LEVEL)
    _click(qtbot, page, LEVEL)
    assert _order(page) == []


def test_sorting_keeps_the_current_row(window: MainWindow, qtbot: QtBot) -> None:
    page = _standards(window)
    page.grid.setCurrentIndex(page.model.index(7, 2))
    key = page.model.key_at(7)
    _click(qtbot, page, TITLE)
    assert page.model.key_at(page.grid.currentIndex().row()) == key


def test_a_dragged_heading_and_a_width_are_there_the_next_time(library: Path, qtbot: QtBot) -> None:
    with open_window(setup.open_library(library)) as window:
        page = _standards(window)
        header = page.grid.heading
        header.moveSection(header.visualIndex(_section(page, LEVEL)), 2)
        header.resizeSection(_section(page, LEVEL), 137)
        page.set_filter(LEVEL, Test(LEVEL, Op.IN, ("national",)))
        before = page.current_view()
        assert [column.path for column in before.columns][:3] == [NUMBER, TITLE, LEVEL]
        assert before.columns[2].width == 137
    with open_window(setup.open_library(library)) as window:
        page = _standards(window)
        assert page.current_view() == before
        assert set(_texts(page, LEVEL)) == {"国家标准"}
        assert page.chips.words()[0].startswith("标准级别：国家标准")


def test_a_frozen_heading_dragged_moves_in_the_grid_too(window: MainWindow) -> None:
    page = _standards(window)
    page.grid.frozen.heading.moveSection(0, 1)
    assert [column.path for column in page.current_view().columns][:2] == [TITLE, NUMBER]
    assert page.grid.frozen.sections == [_section(page, TITLE), _section(page, NUMBER)]


# the filter of a column


def test_the_funnel_filters_by_ticked_values_and_the_chip_takes_it_away(window: MainWindow, qtbot: QtBot) -> None:
    page = _standards(window)
    every = page.model.rowCount()
    _click(qtbot, page, LEVEL, funnel=True)
    popup = _popup(qtbot, page)
    counted = {popup.values.item(row).text().partition("　")[0]: popup.values.item(row).text().partition("　")[2]
               for row in range(popup.values.count())}  # fmt: skip
    _tick(popup, "国家标准", "行业标准")
    assert popup.told.text().startswith("已选 2 /")
    popup.agree.click()
    assert set(_texts(page, LEVEL)) == {"国家标准", "行业标准"}
    assert page.model.rowCount() == int(counted["国家标准"]) + int(counted["行业标准"])
    assert page.chips.words() == ["标准级别：国家标准、行业标准  ×", "清除全部"]
    assert page.counted.text().startswith(f"显示 {page.model.rowCount()} / 共 {every}")
    assert page.grid.heading.marks(_section(page, LEVEL)) == "已筛选"
    _click(qtbot, page, LEVEL, funnel=True)
    popup = _popup(qtbot, page)
    assert popup.values.count() == len(counted)
    assert len(popup.picked) == 2
    popup.reject()
    chip = page.chips.findChild(QPushButton)
    assert isinstance(chip, QPushButton)
    chip.setFocus()
    qtbot.keyClick(chip, Qt.Key.Key_Delete)
    assert page.model.rowCount() == every
    assert page.chips.words() == []


def test_a_filter_by_keys_alone(window: MainWindow, qtbot: QtBot) -> None:
    page = _standards(window)
    page.grid.setFocus()
    page.grid.setCurrentIndex(page.model.index(0, _section(page, TITLE)))
    qtbot.keyClick(page.grid, Qt.Key.Key_Down, ALT)
    popup = _popup(qtbot, page)
    qtbot.keyClicks(popup.search, "gwc")
    assert 0 < popup.values.count() < 40
    qtbot.keyClick(popup.search, Qt.Key.Key_Down)
    assert popup.focusWidget() is popup.values
    first = popup.values.item(0).text().partition("　")[0]
    qtbot.keyClick(popup.values, Qt.Key.Key_Space)
    left = len(popup.picked)
    qtbot.keyClick(popup.values, Qt.Key.Key_Return)
    titles = set(_texts(page, TITLE))
    assert len(titles) == left > 0 and first not in titles
    assert all("公" in title for title in titles)
    assert page._popup is None


def test_words_contained_and_not(window: MainWindow, qtbot: QtBot) -> None:
    page = _standards(window)
    _click(qtbot, page, TITLE, funnel=True)
    popup = _popup(qtbot, page)
    enter(popup.contains, "管理")
    enter(popup.without, "规范")
    qtbot.keyClick(popup.without, Qt.Key.Key_Return)
    titles = _texts(page, TITLE)
    assert titles and all("管理" in title and "规范" not in title for title in titles)
    assert page.chips.words()[0] == "标准名称：含“管理”，不含“规范”  ×"
    _click(qtbot, page, TITLE, funnel=True)
    assert (_popup(qtbot, page).contains.text(), _popup(qtbot, page).without.text()) == ("管理", "规范")
    _popup(qtbot, page).drop.click()
    assert page.filters == {}


def test_dates_from_and_until_and_what_is_no_date(window: MainWindow, qtbot: QtBot) -> None:
    page = _standards(window)
    _click(qtbot, page, DAY, funnel=True)
    popup = _popup(qtbot, page)
    popup.since.setText("不是日期")
    assert not popup.agree.isEnabled() and "日期" in popup.told.text()
    popup.since.setText("2022")
    popup.until.setText("2020")
    assert popup.told.text() == "起点在终点之后，请对调"
    popup.until.setText("2022")
    popup.agree.click()
    days = _texts(page, DAY)
    assert days and all(day.startswith("2022") for day in days)
    assert page.chips.words()[0] == "发布日期：2022 至 2022-12-31  ×"
    _click(qtbot, page, DAY, funnel=True)
    popup = _popup(qtbot, page)
    popup.spans[0].click()
    year = window.desk.session.today()[:4]
    assert (popup.since.text(), popup.until.text()) == (f"{year}-01-01", f"{year}-12-31")
    popup.reject()
    assert _texts(page, DAY) == days


def test_blank_and_filled_cells_and_the_reverse_of_a_choice(window: MainWindow, qtbot: QtBot) -> None:
    page = _standards(window)
    for press, filled in (("blank", False), ("filled", True)):
        _click(qtbot, page, DAY, funnel=True)
        popup = _popup(qtbot, page)
        getattr(popup, press).click()
        popup.agree.click()
        assert page.model.rowCount() and {bool(day) for day in _texts(page, DAY)} == {filled}
    _click(qtbot, page, DAY, funnel=True)
    popup = _popup(qtbot, page)
    popup.turn.click()
    assert popup.picked == {None}
    popup.turn.click()
    popup.every.click()
    popup.every.click()
    assert popup.told.text() == "至少选一项" and not popup.agree.isEnabled()
    popup.reject()


def test_derived_states_are_filtered_and_every_chip_goes_at_once(window: MainWindow, qtbot: QtBot) -> None:
    page = _standards(window)
    every = page.model.rowCount()
    _click(qtbot, page, "standard.status", funnel=True)
    popup = _popup(qtbot, page)
    _tick(popup, "现行")
    popup.agree.click()
    assert set(_texts(page, "standard.status")) == {"现行"}
    page.set_filter(LEVEL, Test(LEVEL, Op.IN, ("没有这一级",)))
    assert page.counted.text().endswith("没有符合条件的行，请放宽或清除筛选")
    assert len(page.chips.words()) == 3
    page.chips.findChildren(QPushButton)[-1].click()
    assert page.model.rowCount() == every


def test_at_most_500_values_are_listed_and_a_search_reaches_the_rest(window: MainWindow, qtbot: QtBot) -> None:
    page = _standards(window)
    column = page.model.columns[_section(page, TITLE)]
    read = window.desk.session.read
    popup = FilterPopup(column, "标准名称", None, read.pinyin, "2026-01-01", page)
    popup.fill([Value(None, "", 3), *(Value(f"名称{number}", f"名称{number}", 1) for number in range(900))])
    assert popup.values.count() == LISTED
    assert popup.told.text() == "只列出前 500 项，另有 401 项，请用查找"
    popup.search.setText("mc899")
    assert [popup.values.item(row).text() for row in range(popup.values.count())] == ["名称899　1"]
    assert popup.condition() == Test(TITLE, Op.IN, ("名称899",))
    popup.search.setText("空")
    assert popup.condition() == Test(TITLE, Op.BLANK)
    popup.search.clear()
    assert popup.condition() is None
    popup.every.click()
    popup.invert()
    assert popup.condition() is None
    popup.deleteLater()


def test_a_heading_tells_how_it_is_looked_at(window: MainWindow, qtbot: QtBot) -> None:
    page = _standards(window)
    page.set_filter(LEVEL, Test(LEVEL, Op.FILLED))
    _click(qtbot, page, LEVEL)
    said = page.grid.heading.tip(_section(page, LEVEL)).splitlines()
    assert said[0] == "已筛选，升序" and "Alt+↓" in said[-1]


# columns


def _in_dialog(kind: type[QDialog], act: Callable[[QDialog], None]) -> None:
    def found() -> None:
        for widget in QApplication.topLevelWidgets():
            if isinstance(widget, kind) and widget.isVisible():
                act(widget)
                return
        QTimer.singleShot(10, found)

    QTimer.singleShot(0, found)


def test_columns_are_chosen_ordered_and_frozen_by_keys(window: MainWindow, qtbot: QtBot) -> None:
    page = _standards(window)
    usual = page.current_view().columns
    said = []

    def choose(dialog: QDialog) -> None:
        assert isinstance(dialog, ColumnsDialog)
        said.append(dialog.told.text())
        dialog.list.setCurrentRow(1)
        qtbot.keyClick(dialog.list, Qt.Key.Key_Up, ALT)
        dialog.list.setCurrentRow(2)
        qtbot.keyClick(dialog.list, Qt.Key.Key_Space)
        item = next(dialog.list.item(row) for row in range(dialog.list.count())
                    if dialog.list.item(row).text() == "性质")  # fmt: skip
        item.setCheckState(Qt.CheckState.Checked)
        dialog.frozen.setCurrentIndex(1)
        dialog.agree.click()

    _in_dialog(ColumnsDialog, choose)
    page.choose_columns()
    paths = [column.path for column in page.current_view().columns]
    assert paths[:2] == [TITLE, NUMBER] and "code" not in paths and paths[-1] == "standard.nature"
    assert page.grid.frozen.sections == [0]
    assert said[0].startswith(f"已选 {len(usual)} / ")
    page.grid.heading.resizeSection(0, 99)

    def restore(dialog: QDialog) -> None:
        assert isinstance(dialog, ColumnsDialog)
        dialog.reset.click()
        dialog.agree.click()

    _in_dialog(ColumnsDialog, restore)
    page.choose_columns()
    assert page.current_view().columns == usual and page.grid.frozen.count == 2


def test_the_last_column_stays(qtbot: QtBot) -> None:
    dialog = ColumnsDialog([("a", "甲"), ("b", "乙")], ["a"], (["a"], 0), 0)
    qtbot.addWidget(dialog)
    dialog.list.item(0).setCheckState(Qt.CheckState.Unchecked)
    assert dialog.paths() == ["a"] and dialog.told.text() == "至少保留一列"


def test_a_hidden_columns_width_is_kept(window: MainWindow) -> None:
    page = _standards(window)
    page.grid.heading.resizeSection(_section(page, "code"), 143)
    page.grid.arranged.show([NUMBER, TITLE], 1)
    page.grid.arranged.show([NUMBER, "code"], 1)
    assert page.grid.columnWidth(1) == 143


# views


def _action(page: LedgerPage, words: str) -> QAction:
    menu = page.views.menu()
    assert isinstance(menu, QMenu)
    menu.aboutToShow.emit()
    return next(action for action in menu.actions() if action.text().startswith(words))


def test_a_built_in_view_is_shown_and_named(window: MainWindow) -> None:
    page = _standards(window)
    every = page.model.rowCount()
    _action(page, "待核实").trigger()
    assert set(_texts(page, "standard.status")) == {"待核实"}
    assert page.views.text() == "视图：待核实"
    page.set_filter(LEVEL, Test(LEVEL, Op.IN, ("national",)))
    assert page.views.text() == "视图：待核实（已改）"
    _action(page, "全部").trigger()
    assert page.model.rowCount() == every and page.views.text() == "视图：全部"
    window.show_page("findings")
    findings = window.current
    assert isinstance(findings, FindingsPage)
    _action(findings, "我的待办").trigger()
    assert set(_texts(findings, "state")) <= {"整改中", "逾期"}


def test_a_view_is_saved_changed_shared_deleted_and_brought_back(window: MainWindow, qtbot: QtBot) -> None:
    page = _standards(window)
    page.set_filter(LEVEL, Test(LEVEL, Op.IN, ("national",)))
    _click(qtbot, page, TITLE)
    page.grid.arranged.show([TITLE, LEVEL], 1)

    def name(dialog: QDialog) -> None:
        assert isinstance(dialog, NameDialog)
        enter(dialog.name, "国标")
        dialog.agree.click()

    _in_dialog(NameDialog, name)
    _action(page, "另存为").trigger()
    qtbot.waitUntil(lambda: page.views.text() == "视图：国标")
    kept = page.current_view()
    _action(page, "全部").trigger()
    page.grid.arranged.show([], 2)
    _action(page, "国标").trigger()
    assert page.current_view() == kept
    assert set(_texts(page, LEVEL)) == {"国家标准"}
    page.clear_filters()
    _action(page, "用当前的筛选和列更新").trigger()
    qtbot.waitUntil(lambda: page.views.text() == "视图：国标")
    session = window.desk.session
    assert views.views_of(session, "detail_entry")[0].view.conditions == ()
    _action(page, "随同步包共享").trigger()
    qtbot.waitUntil(lambda: views.views_of(session, "detail_entry")[0].shared)
    _settled(qtbot, window)
    _action(page, "删除“国标”").trigger()
    qtbot.waitUntil(lambda: not views.views_of(session, "detail_entry"))
    _settled(qtbot, window)
    window.undo()
    qtbot.waitUntil(lambda: [view.name for view in views.views_of(session, "detail_entry")] == ["国标"])


def test_what_a_view_has_lost_is_said(window: MainWindow) -> None:
    page = _standards(window)
    views.save(window.desk.session, "detail_entry", "新版的", View((Test("colour", Op.BLANK),)))
    _action(page, "新版的").trigger()
    assert "这里没有的列" in window.notice.sentence


def test_a_damaged_memory_is_forgotten(library: Path, qtbot: QtBot) -> None:
    from desktop.ui import kept

    session = setup.open_library(library)
    kept.settings().setValue(kept._place(session, "detail_entry"), '{"frozen": "x"')
    with open_window(session) as window:
        assert _standards(window).views.text() == "视图：全部"


# the bureau


def test_a_bureau_sees_and_filters_units_by_name(tmp_path: Path, qtbot: QtBot) -> None:
    bureau, office = pair(tmp_path)
    office.workspace.close()
    with bureau.write("问题") as transaction:
        transaction.insert("finding", {"code": "ZG1", "problem": "缺牌"})
    with open_window(bureau) as window:
        window.show_page("findings")
        page = window.current
        assert isinstance(page, FindingsPage)
        assert page.model.columns[0].label == "单位"
        assert _texts(page, OWNER) == ["杭州市机关事务管理局"]
        _click(qtbot, page, OWNER, funnel=True)
        popup = _popup(qtbot, page)
        assert popup.values.item(0).text() == "杭州市机关事务管理局　1"
        popup.reject()
        page.set_filter(OWNER, Test(OWNER, Op.IN, (bureau.identity.organisation,)))
        assert page.chips.words()[0] == "单位：杭州市机关事务管理局  ×"
        assert page.model.rowCount() == 1


def test_an_office_has_no_column_of_units(window: MainWindow) -> None:
    page = _standards(window)
    assert OWNER not in [column.path for column in page.model.columns]
    assert isinstance(page.grid.horizontalHeader(), GridHeader)
