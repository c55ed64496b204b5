"""The statistics page driven by its widgets: day, department, snapshots, what was corrected, pictures."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QInputDialog, QLineEdit
from pytestqt.qtbot import QtBot

from desktop.app import editing, setup, snapshots, statistics
from desktop.app.editing import Edit
from desktop.app.practice import practice_library
from desktop.app.session import Session
from desktop.domain.comparison import restored
from desktop.domain.query import Query
from desktop.exchange.paper import Pages
from desktop.ui.charts import BarChart
from desktop.ui.dialogs.freeze import FreezeDialog
from desktop.ui.dialogs.snapshots import ComparisonDialog, KeptDialog, RowsDialog, SnapshotsDialog
from desktop.ui.pages.standards import StandardsPage
from desktop.ui.pages.statistics import StatisticsPage
from desktop.ui.preview import Preview
from desktop.ui.window import MainWindow
from tests.ui.desks import enter, open_window


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


def _page(window: MainWindow, qtbot: QtBot) -> StatisticsPage:
    window.show_page("statistics")
    page = window.current
    assert isinstance(page, StatisticsPage)
    _settled(qtbot, window)
    return page


def _settled(qtbot: QtBot, window: MainWindow) -> None:
    page = window.pages["statistics"]
    assert isinstance(page, StatisticsPage)
    qtbot.waitUntil(lambda: not window.desk.runner.busy and page.checks.text() != "计算中……")


def test_a_typed_day_is_counted_and_stands_in_the_heading(window: MainWindow, qtbot: QtBot) -> None:
    page = _page(window, qtbot)
    enter(page.day, "2021年3月31日")
    page.day.editingFinished.emit()
    assert page.checks.text() == "计算中……"
    _settled(qtbot, window)
    assert "截至 2021-03-31" in page.unit_line.text() and page.context() == "截至 2021-03-31"
    before = page.unit_line.text()
    page.day.selectAll()
    enter(page.day, "2022-03")
    page.day.editingFinished.emit()
    assert "截至日期要写到日" in window.notice.sentence and page.unit_line.text() == before


def test_one_department_is_counted_alone_and_named(window: MainWindow, qtbot: QtBot) -> None:
    page = _page(window, qtbot)
    name = statistics.departments(window.desk.session)[0]
    page.department_choice.setCurrentText(name)
    _settled(qtbot, window)
    assert f"责任处室：{name}" in page.unit_line.text()
    shown = statistics.table(window.desk.session, as_of=page.as_of(), department=name)
    total = page.table.item(7, 2)
    assert total is not None and total.text() == str(shown.groups[0].total.planned.value)
    document = page._document(shown)()
    assert [field.value for field in document.head[0] if field.label == "责任处室"] == [name]
    page.freeze()
    assert "全部处室" in window.notice.sentence


def test_a_kept_table_opens_compares_and_tells_what_was_corrected(window: MainWindow, qtbot: QtBot) -> None:
    page, session = _page(window, qtbot), window.desk.session
    page.keep("四季度", "2026-Q4")
    _settled(qtbot, window)
    frozen_total = page.table.item(7, 2)
    assert frozen_total is not None and "已冻结快照“四季度”" in window.notice.sentence
    figure = frozen_total.text()
    rows = session.read.rows(Query("detail_entry"))
    editing.edit_cells(session, "detail_entry", [Edit(str(rows[1]["key"]), "department", "新设处")])
    editing.delete_rows(session, "detail_entry", [str(rows[0]["key"])])
    dialog = SnapshotsDialog(window.desk, page.scope(), window)
    qtbot.waitUntil(lambda: dialog.table.rowCount() == 1)
    assert [dialog.table.item(0, at).text() for at in (0, 3, 4)] == ["四季度", "2026-Q4", "更正 2 条"]  # type: ignore[union-attr]
    dialog.look()
    assert "请选一份快照" in dialog.notice.sentence
    enter(dialog.day, "2026年9月")
    dialog.compare_days()
    assert "比较日期要写到日" in dialog.notice.sentence
    (snapshot,) = snapshots.snapshots_of(session)
    kept = snapshots.open_kept(session, snapshot.key)
    opened = KeptDialog(window.desk, "四季度", kept, dialog)
    total = opened.view.item(7, 2)
    assert total is not None and total.text() == figure
    behind = opened.rows_behind(restored(kept).table.groups[0].total.planned.keys)
    assert behind.table.rowCount() >= int(figure)
    sides = ("四季度", restored(kept)), ("现在", snapshots.live(session, kept))
    compared = ComparisonDialog(window.desk, *sides, dialog)
    line = next(at for at, item in enumerate(compared.lines) if item.total)
    assert compared.table.item(line, 2).text() == figure  # type: ignore[union-attr]
    assert {row.mark for row in compared.rows_behind(line, 4)} >= {"变化"}
    for made in (behind, opened, compared, dialog):
        made.deleteLater()


def test_two_kept_tables_of_different_layouts_are_not_compared(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = window.desk.session
    for name, layout in (("一", "by_level"), ("二", "by_department"), ("三", "by_level")):
        snapshots.freeze(session, name, snapshots.Scope(layout))
    dialog = SnapshotsDialog(window.desk, snapshots.Scope(), window)
    qtbot.waitUntil(lambda: dialog.table.rowCount() == 3)
    names = [dialog.table.item(at, 0).text() for at in range(3)]  # type: ignore[union-attr]

    def choose(*wanted: str) -> None:
        dialog.table.clearSelection()
        for name in wanted:
            for at in range(dialog.table.columnCount()):
                dialog.table.item(names.index(name), at).setSelected(True)  # type: ignore[union-attr]

    shown: list[ComparisonDialog] = []
    monkeypatch.setattr(ComparisonDialog, "exec", lambda opened: shown.insert(0, opened))
    choose("一", "二")
    dialog.compare()
    qtbot.waitUntil(lambda: "版式不同" in dialog.notice.sentence)
    assert shown == []
    choose("一", "三")
    dialog.compare()
    qtbot.waitUntil(lambda: len(shown) == 1)
    dialog.deleteLater()


def test_rows_that_the_proofs_name_are_opened(window: MainWindow, qtbot: QtBot) -> None:
    page = _page(window, qtbot)
    keys = {key for check in statistics.table(window.desk.session).checks for key in check.keys}
    assert keys and str(len(keys)) in page.named_rows.text()
    page.named_rows.click()
    standards = window.current
    assert isinstance(standards, StandardsPage)
    assert standards.model.rowCount() == len(keys)


def test_the_list_of_changes_names_old_and_new(window: MainWindow) -> None:
    session = window.desk.session
    snapshots.freeze(session, "甲", snapshots.Scope(), "2026-Q4")
    key = str(session.read.rows(Query("detail_entry"))[0]["key"])
    editing.edit_cells(session, "detail_entry", [Edit(key, "department", "新设处")])
    dialog = RowsDialog(window.desk, "更正", [item.row for item in snapshots.corrections(session)], window)
    assert dialog.table.item(0, 0).text() == "变化"  # type: ignore[union-attr]
    assert dialog.table.item(0, 4).text().startswith("责任处室：")  # type: ignore[union-attr]
    assert dialog.table.item(0, 4).text().endswith("→ 新设处")  # type: ignore[union-attr]
    dialog.deleteLater()


def test_the_period_is_proposed_from_the_day(qtbot: QtBot) -> None:
    dialog = FreezeDialog("2026-11-21")
    qtbot.addWidget(dialog)
    assert (dialog.name.text(), dialog.period.text()) == ("2026年第四季度（2026-11-21）", "2026-Q4")


def test_table_and_chart_go_to_the_clipboard_as_pictures(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, threads, page_image = _page(window, qtbot), set[str](), Pages.page_image

    def drawn(pages: Pages, *asked: int) -> QImage:
        threads.add(threading.current_thread().name)
        return page_image(pages, *asked)

    monkeypatch.setattr(Pages, "page_image", drawn)
    QGuiApplication.clipboard().clear()
    page.copy_picture()
    qtbot.waitUntil(lambda: QGuiApplication.clipboard().image().width() > 1000)
    assert threads.isdisjoint({threading.main_thread().name}) and "已复制为图片" in window.notice.sentence
    page.copy_chart()
    assert QGuiApplication.clipboard().image().width() == page.chart.width()


def test_names_stand_above_the_bars_where_there_is_little_room(qtbot: QtBot) -> None:
    chart = BarChart()
    qtbot.addWidget(chart)
    chart.show_bars([("产品、过程、服务标准", 3), ("基础标准", 1)])
    chart.resize(600, 200)
    wide = (chart.stacked, chart.minimumHeight())
    chart.resize(180, 200)
    chart.show_bars([("产品、过程、服务标准", 3), ("基础标准", 1)])
    assert not wide[0] and chart.stacked and chart.minimumHeight() > wide[1]


def test_every_figure_of_every_layout_is_as_many_standards_as_it_lists(window: MainWindow, qtbot: QtBot) -> None:
    page, session = _page(window, qtbot), window.desk.session
    entries = {str(row["key"]): row for row in session.read.rows(Query("detail_entry"))}
    asked: list[tuple[str, ...]] = []
    page.table.asked.disconnect(page.drill)
    page.table.asked.connect(asked.append)
    assert "单位 × 级别" not in page.layouts and "子体系 × 级别" in page.layouts
    for name in page.layouts:
        page.layout_choice.setCurrentText(name)
        _settled(qtbot, window)
        assert "×" not in page.checks.text() and "✓" in page.checks.text(), name
        for at in range(page.table.rowCount()):
            for section in range(2, page.table.columnCount()):
                item, head = page.table.item(at, section), page.table.horizontalHeaderItem(section)
                assert item is not None and head is not None
                page.table.cellActivated.emit(at, section)
                things = {entries[key]["standard"] or key for key in asked[-1]}
                if "%" not in head.text():
                    assert item.text() == str(len(things)), (name, at, head.text())


def _typed(page: StatisticsPage, qtbot: QtBot, label: str, text: str) -> int:
    """Type into the 应有数 of a line as a person does; its row."""
    at = next(row for row in range(page.table.rowCount()) if _text(page, row, 1) == label)
    page.table.setCurrentCell(at, 2)
    qtbot.keyClick(page.table, Qt.Key.Key_F2)
    (editor,) = [found for found in page.table.findChildren(QLineEdit) if found.isVisible()]
    editor.setText(text)
    page.reload()
    qtbot.wait(200)
    assert editor.isVisible() and editor.text() == text, "a new count waits until the cell is left"
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    return at


def _text(page: StatisticsPage, row: int, section: int) -> str:
    item = page.table.item(row, section)
    assert item is not None
    return item.text()


def test_wanted_numbers_are_typed_in_the_table_with_their_basis(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = _page(window, qtbot)
    page.layout_choice.setCurrentText("子体系与级别")
    _settled(qtbot, window)
    label, before = _text(page, 0, 1), int(_text(page, 0, 2))
    total = next(row for row in range(page.table.rowCount()) if _text(page, row, 1) == "共计")
    whole = int(_text(page, total, 2))
    answers = iter([("", True), ("十四五规划", True)])
    monkeypatch.setattr(QInputDialog, "getText", lambda *_: next(answers))
    at = _typed(page, qtbot, label, str(before + 4))
    qtbot.waitUntil(lambda: _text(page, total, 2) == str(whole + 4))
    item = page.table.item(at, 2)
    assert item is not None and "依据：十四五规划" in item.toolTip() and str(before) in item.toolTip()
    assert "加上填写的应有数之差 4" in page.checks.text()
    monkeypatch.setattr(QInputDialog, "getText", lambda *_: ("规划", True))
    _typed(page, qtbot, label, "1")
    qtbot.waitUntil(lambda: _text(page, at, 4).startswith("▲ "))
    assert "现有数超过应有数" in page.checks.text()
    for wrong in ("很多", "-3"):
        window.notice.hide()
        _typed(page, qtbot, label, wrong)
        qtbot.waitUntil(lambda: "应有数" in window.notice.sentence)
        _settled(qtbot, window)
    _settled(qtbot, window)
    assert _text(page, at, 2) == "1"
    monkeypatch.setattr(QInputDialog, "getText", lambda *_: ("", False))
    _typed(page, qtbot, label, "7")
    _settled(qtbot, window)
    assert _text(page, at, 2) == "1", "without 依据 the figure stays"
    _typed(page, qtbot, label, "")
    qtbot.waitUntil(lambda: _text(page, total, 2) == str(whole))
    window.undo()
    qtbot.waitUntil(lambda: _text(page, at, 2) == "1")


def test_only_wanted_numbers_of_own_branches_can_be_typed(window: MainWindow, qtbot: QtBot) -> None:
    page = _page(window, qtbot)
    page.layout_choice.setCurrentText("子体系与级别")
    _settled(qtbot, window)
    total = next(row for row in range(page.table.rowCount()) if _text(page, row, 1) == "共计")
    open_here = {
        (row, section)
        for row in range(page.table.rowCount())
        for section in range(page.table.columnCount())
        if (item := page.table.item(row, section)) is not None and item.flags() & Qt.ItemFlag.ItemIsEditable
    }
    assert open_here == {(row, 2) for row in range(total)}


def test_corrections_since_the_freeze_are_named_on_the_page(window: MainWindow, qtbot: QtBot) -> None:
    page, session = _page(window, qtbot), window.desk.session
    assert page.corrected.isHidden()
    page.keep("四季度", "2026-Q4")
    _settled(qtbot, window)
    key = str(session.read.rows(Query("detail_entry"))[0]["key"])
    window.desk.write(lambda _job: editing.edit_cells(session, "detail_entry", [Edit(key, "department", "新处室")]))
    qtbot.waitUntil(lambda: page.corrected.text() == "冻结后有 1 处更正，查看")


def test_table_and_chart_are_kept_as_pictures(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = _page(window, qtbot)
    chosen = [tmp_path / "图.png", tmp_path / "表.png"]
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(chosen[0]), ""))
    page.save_chart()
    qtbot.waitUntil(lambda: "已存到" in window.notice.sentence)

    def keep(dialog: Preview) -> None:
        qtbot.waitUntil(lambda: dialog.page_count > 0)
        dialog.save_to(chosen[1])
        qtbot.waitUntil(lambda: "已存到" in dialog.notice.sentence)

    monkeypatch.setattr(Preview, "exec", keep)
    page.preview()
    assert [not QImage(str(path)).isNull() for path in chosen] == [True, True]
    assert QImage(str(chosen[1])).height() > 2000


def test_filters_left_on_the_detail_table_hide_none_of_the_rows_behind_a_figure(
    window: MainWindow, qtbot: QtBot
) -> None:
    window.show_page("standards")
    standards = window.current
    assert isinstance(standards, StandardsPage)
    standards.words.setText("食堂")
    standards.reload()
    page = _page(window, qtbot)
    total = page.table.rowCount() - 1
    page.table.cellActivated.emit(total, 3)
    qtbot.waitUntil(lambda: window.current is standards)
    assert standards.model.rowCount() >= int(_text(page, total, 3)) > 0


def test_counts_that_are_asked_for_no_more_are_not_begun(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, table, counted = _page(window, qtbot), statistics.table, []

    def count(session: Session, layout: str, *arguments: object) -> object:
        counted.append(layout)
        return table(session, layout, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(statistics, "table", count)
    for turn in range(1, 31):
        page.layout_choice.setCurrentIndex(turn % page.layout_choice.count())
    _settled(qtbot, window)
    assert len(counted) < 10 and counted[-1] == page.layouts[page.layout_choice.currentText()]
