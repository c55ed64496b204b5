"""The window driven as a person drives it: keys, clicks, clipboard, dropped files; what is asserted is what is seen."""

import re
import shutil
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtPrintSupport import QPrintDialog
from PySide6.QtWidgets import QComboBox, QDialog, QLineEdit
from pytestqt.qtbot import QtBot

from desktop import resources
from desktop.app import history, inspection, setup, system
from desktop.app.practice import practice_library
from desktop.app.session import Session
from desktop.domain.query import Op, Query, Test
from desktop.ui import start, theme
from desktop.ui.first_start import FirstStart
from desktop.ui.importing.wizard import ImportWizard
from desktop.ui.pages.inspections import InspectionsPage
from desktop.ui.pages.standards import StandardsPage
from desktop.ui.pages.statistics import StatisticsPage
from desktop.ui.pages.system import SystemPage
from desktop.ui.preview import Preview
from desktop.ui.window import MainWindow
from tests.ui.desks import enter, library_of, open_window
from tests.ui.panels import shown_history


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


@pytest.fixture
def empty(tmp_path: Path, qtbot: QtBot) -> Iterator[MainWindow]:
    with open_window(setup.found(tmp_path / "new", "office", "西湖区中心", "330106", "陈立")) as opened:
        yield opened


def _standards(window: MainWindow) -> StandardsPage:
    window.show_page("standards")
    page = window.current
    assert isinstance(page, StandardsPage)
    return page


def _section(page: StandardsPage, path: str) -> int:
    return [column.path for column in page.model.columns].index(path)


def _settled(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: not window.desk.runner.busy)


def _type_over(qtbot: QtBot, page: StandardsPage, row: int, path: str, text: str) -> None:
    page.grid.setCurrentIndex(page.model.index(row, _section(page, path)))
    qtbot.keyClick(page.grid, Qt.Key.Key_F2)
    editor = page.grid.findChild(QComboBox) or page.grid.findChild(QLineEdit)
    line = editor.lineEdit() if isinstance(editor, QComboBox) else editor
    assert isinstance(line, QLineEdit)
    line.selectAll()
    enter(line, text)
    qtbot.keyClick(line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.grid.findChild(QLineEdit) is None)


def test_every_page_opens_and_names_itself(window: MainWindow) -> None:
    for page_id, entry in window._navigation.items():
        entry.click()
        assert window.current is window.pages[page_id]
        assert window._title.text() == entry.accessibleName()


def test_a_typed_cell_is_written_shown_and_undone(window: MainWindow, qtbot: QtBot) -> None:
    page = _standards(window)
    before = page.model.shown(page.model.index(3, _section(page, "department")))
    _type_over(qtbot, page, 3, "department", "新处室")
    _settled(qtbot, window)
    assert page.model.shown(page.model.index(3, _section(page, "department"))) == "新处室"
    assert window._undo.toolTip() == "撤销 修改责任处室"
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: page.model.shown(page.model.index(3, _section(page, "department"))) == before)
    qtbot.keyClick(window, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: page.model.shown(page.model.index(3, _section(page, "department"))) == "新处室")


def test_a_frozen_column_stays_and_is_edited_where_it_is_seen(window: MainWindow, qtbot: QtBot) -> None:
    page = _standards(window)
    page.grid.horizontalScrollBar().setValue(page.grid.horizontalScrollBar().maximum())
    assert page.grid.frozen.sections == [0, 1]
    assert page.grid.frozen.visualRect(page.model.index(2, 0)).left() == 0
    page.grid.setCurrentIndex(page.model.index(2, 1))
    qtbot.keyClick(page.grid, Qt.Key.Key_F2)
    editor = page.grid.frozen.findChild(QLineEdit)
    assert isinstance(editor, QLineEdit) and editor.isVisible()
    editor.selectAll()
    enter(editor, "改过的名称")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.model.shown(page.model.index(2, 1)) == "改过的名称" and not window.desk.runner.busy)
    assert page.grid.currentIndex().row() == 3
    page.grid.setCurrentIndex(page.model.index(2, 2))
    assert page.grid.visualRect(page.model.index(2, 2)).left() >= page.grid.frozen.width() - 2


def test_a_refused_text_stays_red_with_its_reason_and_escape_restores(window: MainWindow, qtbot: QtBot) -> None:
    page = _standards(window)
    at = page.model.index(0, _section(page, "standard.effective_on"))
    before = page.model.shown(at)
    _type_over(qtbot, page, 0, "standard.effective_on", "2023-02-30")
    assert page.model.shown(at) == "2023-02-30"
    assert page.model.state(at) == "invalid"
    assert "看不懂" in page.model.data(at, Qt.ItemDataRole.ToolTipRole)
    assert "有错误" in page.model.data(at, Qt.ItemDataRole.AccessibleTextRole)
    page.grid.scrollToBottom()
    page.grid.scrollToTop()
    assert page.model.shown(at) == "2023-02-30"
    page.grid.setCurrentIndex(at)
    qtbot.keyClick(page.grid, Qt.Key.Key_Escape)
    assert (page.model.shown(at), page.model.state(at)) == (before, "")


def test_a_block_from_a_spreadsheet_is_one_step_and_bad_cells_stay_red(window: MainWindow, qtbot: QtBot) -> None:
    page = _standards(window)
    row, section = 2, _section(page, "department")
    QGuiApplication.clipboard().setText('甲处\t2020-01-01\r\n"乙\n处"\t2021-13-01\r\n')
    page.grid.setCurrentIndex(page.model.index(row, section))
    qtbot.keyClick(page.grid, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    _settled(qtbot, window)
    assert page.model.shown(page.model.index(row, section)) == "甲处"
    assert page.model.shown(page.model.index(row + 1, section)) == "乙 处"
    published = page.model.index(row + 1, section + 1)
    assert (page.model.shown(published), page.model.state(published)) == ("2021-13-01", "invalid")
    assert history.undo_label(window.desk.session).startswith("粘贴 ")
    assert "没有通过检查" in window.notice.sentence


def test_one_value_fills_a_selection_and_copy_gives_it_back(window: MainWindow, qtbot: QtBot) -> None:
    page = _standards(window)
    section = _section(page, "department")
    page.grid.setCurrentIndex(page.model.index(0, section))
    for _ in range(4):
        qtbot.keyClick(page.grid, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    QGuiApplication.clipboard().setText("统一处")
    qtbot.keyClick(page.grid, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    _settled(qtbot, window)
    qtbot.keyClick(page.grid, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text().split() == ["统一处"] * 5


def test_fill_down_and_delete_key(window: MainWindow, qtbot: QtBot) -> None:
    page = _standards(window)
    section = _section(page, "notes")
    _type_over(qtbot, page, 0, "notes", "同批")
    _settled(qtbot, window)
    page.grid.setCurrentIndex(page.model.index(0, section))
    qtbot.keyClick(page.grid, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(page.grid, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    _settled(qtbot, window)
    assert page.model.shown(page.model.index(1, section)) == "同批"
    page.grid.setCurrentIndex(page.model.index(1, section))
    qtbot.keyClick(page.grid, Qt.Key.Key_Delete)
    _settled(qtbot, window)
    assert page.model.shown(page.model.index(1, section)) == ""


def test_filter_by_initials_says_how_many_of_how_many(window: MainWindow, qtbot: QtBot) -> None:
    page = _standards(window)
    every = page.model.rowCount()
    qtbot.keyClicks(page.words, "gwc")
    qtbot.waitUntil(lambda: 0 < page.model.rowCount() < every)
    assert page.counted.text().startswith(f"显示 {page.model.rowCount()} / 共 {every}")
    titles = [
        page.model.shown(page.model.index(row, _section(page, "standard.title")))
        for row in range(page.model.rowCount())
    ]
    assert all("公" in title for title in titles)
    page.set_filter("standard.status", Test("standard.status", Op.IN, ("current",)))
    assert page.model.rowCount() <= len(titles)
    page.clear_filters()
    assert page.model.rowCount() == every


def test_a_header_click_sorts_numbers_by_their_order(window: MainWindow, qtbot: QtBot) -> None:
    page = _standards(window)
    section = _section(page, "standard.number")
    header = page.grid.horizontalHeader()
    middle = header.sectionViewportPosition(section) + 20
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=QPointF(middle, 10).toPoint())
    numbers = [page.model.shown(page.model.index(row, section)) for row in range(60)]
    assert numbers[0].startswith("GB ")
    assert numbers.index("GB/T 1.1-2020") < numbers.index("GB/T 13016-2018")


def test_the_panel_saves_a_field_when_it_is_left_and_shows_the_history(window: MainWindow, qtbot: QtBot) -> None:
    page = _standards(window)
    page.grid.setCurrentIndex(page.model.index(1, 0))
    editor = page.panel.editors["department"]
    assert isinstance(editor, QLineEdit)
    editor.setFocus()
    editor.selectAll()
    enter(editor, "面板处")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    _settled(qtbot, window)
    assert page.model.shown(page.model.index(1, _section(page, "department"))) == "面板处"
    assert any("责任处室" in line and "→ 面板处" in line for line in shown_history(page.panel, qtbot))


def test_search_finds_a_record_by_initials_and_goes_there(window: MainWindow, qtbot: QtBot) -> None:
    window.show_page("home")
    qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(window.search, "wpczglgf")
    qtbot.keyClick(window.search, Qt.Key.Key_Return)
    window.search.setText("公物仓物资管理")
    qtbot.keyClick(window.search, Qt.Key.Key_Return)
    page = window.current
    assert isinstance(page, StandardsPage)
    assert "公物仓物资管理规范" in page.panel.heading.text()


def test_every_figure_of_the_statistics_opens_the_rows_it_counts(window: MainWindow, qtbot: QtBot) -> None:
    window.show_page("statistics")
    page = window.current
    assert isinstance(page, StatisticsPage)
    qtbot.waitUntil(lambda: page.checks.text().startswith("✓"))
    assert page.checks.text().startswith("✓ 两组共计相等")
    figure = page.table.item(0, 2)
    assert figure is not None
    expected = int(figure.text())
    page.table.cellActivated.emit(0, 2)
    standards = window.current
    assert isinstance(standards, StandardsPage)
    assert standards.model.rowCount() == expected


def test_a_sheet_is_filled_in_with_digits_and_asks_for_the_problem(window: MainWindow, qtbot: QtBot) -> None:
    session = window.desk.session
    checklist = str(session.read.rows(Query("checklist"))[0]["key"])
    _, key = inspection.make_sheet(session, checklist, None)
    window.show_page("inspections", key)
    page = window.current
    assert isinstance(page, InspectionsPage)
    entry = page.entry
    for digit in (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_4):
        qtbot.keyClick(entry.table, digit)
        _settled(qtbot, window)
    assert [result.verdict for result in entry.results[:4]] == ["pass", "basic", "na", None]
    assert entry.table.currentRow() == 3
    qtbot.keyClick(entry.table, Qt.Key.Key_3)
    assert "请写问题描述" in window.notice.sentence
    enter(entry.problem, "缺签字")
    entry.keep.click()
    _settled(qtbot, window)
    qtbot.waitUntil(lambda: entry.results[3].verdict == "fail")
    assert entry.results[3].problem == "缺签字"
    assert entry.progress.text().startswith("已录 4 / ")
    entry.raise_findings()
    _settled(qtbot, window)
    qtbot.waitUntil(lambda: "生成 1 条整改问题" in window.notice.sentence)


def _new_sheet(window: MainWindow) -> InspectionsPage:
    session = window.desk.session
    checklist = str(session.read.rows(Query("checklist"))[0]["key"])
    _, key = inspection.make_sheet(session, checklist, None)
    window.show_page("inspections", key)
    page = window.current
    assert isinstance(page, InspectionsPage)
    return page


def test_quick_digits_each_count_for_their_own_item(window: MainWindow, qtbot: QtBot) -> None:
    entry = _new_sheet(window).entry
    for digit in (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_1, Qt.Key.Key_4):
        qtbot.keyClick(entry.table, digit)
    qtbot.waitUntil(lambda: [result.verdict for result in entry.results[:5]] == ["pass", "basic", "pass", "na", None])
    assert entry.table.currentRow() == 4


def test_a_problem_half_typed_is_kept_when_another_item_is_chosen(window: MainWindow, qtbot: QtBot) -> None:
    entry = _new_sheet(window).entry
    entry.problem.setFocus()
    enter(entry.problem, "没写完的问题")
    entry.table.setCurrentCell(3, 0)
    qtbot.waitUntil(lambda: entry.results[0].problem == "没写完的问题")
    assert entry.problem.toPlainText() == ""
    assert entry.results[3].problem is None


def test_a_field_half_typed_goes_to_its_own_record_when_another_is_chosen(window: MainWindow, qtbot: QtBot) -> None:
    page = _standards(window)
    page.grid.setCurrentIndex(page.model.index(0, 0))
    first = page.panel.key
    notes = page.panel.editors["notes"]
    notes.setFocus()
    enter(notes, "第一条的备注")
    page.panel.show_record(page.model.key_at(5))
    _settled(qtbot, window)
    qtbot.waitUntil(lambda: (window.desk.session.read.row("detail_entry", first) or {})["notes"] == "第一条的备注")
    second = window.desk.session.read.row("detail_entry", page.model.key_at(5))
    assert second is not None and second["notes"] is None


def test_typing_goes_on_while_a_cell_is_being_written(window: MainWindow, qtbot: QtBot) -> None:
    page = _standards(window)
    section = _section(page, "notes")
    for row in range(5):
        assert page.model.setData(page.model.index(row, section), f"第{row}格")
    _settled(qtbot, window)
    assert [page.model.shown(page.model.index(row, section)) for row in range(5)] == [f"第{row}格" for row in range(5)]


def test_a_hidden_page_catches_up_when_it_is_shown(window: MainWindow, qtbot: QtBot) -> None:
    window.show_page("statistics")
    statistics_page = window.current
    assert isinstance(statistics_page, StatisticsPage)
    qtbot.waitUntil(lambda: statistics_page.checks.text().startswith("✓"))
    before = statistics_page.table.item(7, 2)
    assert before is not None
    total = int(before.text())
    page = _standards(window)
    page.grid.setCurrentIndex(page.model.index(0, 0))
    page.grid.delete_rows()
    _settled(qtbot, window)
    window.show_page("statistics")
    qtbot.waitUntil(lambda: statistics_page.checks.text().startswith("✓"))
    after = statistics_page.table.item(7, 2)
    assert after is not None and int(after.text()) == total - 1


def _preview(window: MainWindow, qtbot: QtBot) -> Preview:
    session = window.desk.session
    key = str(session.read.rows(Query("inspection"))[0]["key"])
    preview = Preview(window.desk, lambda: inspection.document(session, key), "检查表", window)
    assert not any(taker.isEnabled() for taker in preview.takers)
    qtbot.waitUntil(lambda: preview.page_count >= 1)
    return preview


def test_the_preview_shows_each_page_and_saves_what_it_shows(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    preview = _preview(window, qtbot)
    preview.show()
    sheets = preview.area.widget()
    assert sheets.accessibleName() == f"共 {preview.page_count} 页"
    seen = sheets.grab().toImage()
    middle = seen.width() // 2
    for number in range(preview.page_count):
        here = range(number * seen.height() // preview.page_count, (number + 1) * seen.height() // preview.page_count)
        assert {seen.pixelColor(middle, y).lightness() < 120 for y in here} == {True, False}, number
    preview.save_to(tmp_path / "检查表.pdf")
    qtbot.waitUntil(lambda: "已存到" in preview.notice.sentence)
    assert (tmp_path / "检查表.pdf").read_bytes().startswith(b"%PDF")
    preview.save_to(tmp_path / "没有这个文件夹" / "检查表.pdf")
    qtbot.waitUntil(lambda: preview.notice.sentence.startswith("×"))
    preview.reject()
    preview.deleteLater()


def test_printing_gives_the_window_its_turn_after_each_page(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def to_file(dialog: QPrintDialog) -> int:
        dialog.printer().setOutputFileName(str(tmp_path / "纸.pdf"))
        return QDialog.DialogCode.Accepted

    monkeypatch.setattr(QPrintDialog, "exec", to_file)
    preview = _preview(window, qtbot)
    preview.show()
    preview.print_pages()
    assert "已送 1 页" in preview.notice.sentence
    qtbot.waitUntil(lambda: "已送到打印机" in preview.notice.sentence)
    pages = re.findall(rb"/Type /Page\b", (tmp_path / "纸.pdf").read_bytes())
    assert len(pages) == preview.page_count
    preview.print_pages()
    preview.reject()
    preview.deleteLater()


def _offers(wizard: ImportWizard, words: str) -> bool:
    return wizard.next.text() == words and wizard.next.isEnabled()


def test_a_dropped_table_is_judged_shown_and_written(empty: MainWindow, qtbot: QtBot) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(resources.folder() / "sample" / "messy.xlsx"))])
    empty.dropEvent(
        QDropEvent(
            QPointF(10, 10), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        )
    )
    page = empty.current
    assert isinstance(page, StandardsPage)
    wizard = page.findChild(ImportWizard)
    assert isinstance(wizard, ImportWizard)
    for words in ("下一步：对应列", "下一步：检查结果", "下一步：写入 66 行", "完成"):
        qtbot.waitUntil(partial(_offers, wizard, words), timeout=20000)
        wizard.next.click()
    qtbot.waitUntil(lambda: page.model.rowCount() == 66, timeout=20000)
    empty.undo()
    qtbot.waitUntil(lambda: page.model.rowCount() == 0)


def test_first_steps_name_the_next_screen(empty: MainWindow, qtbot: QtBot) -> None:
    empty.show_page("system")
    page = empty.current
    assert isinstance(page, SystemPage)
    assert not page._empty.isHidden()
    page._plant("hangzhou")
    qtbot.waitUntil(lambda: page.model.rowCount() == 6)
    assert page.model.index(1, 0).data() == "ZC  资产经费管理"
    empty.show_page("home")


def test_the_first_dialog_makes_each_kind_of_library_and_keeps_what_was_typed(tmp_path: Path, qtbot: QtBot) -> None:
    dialog = FirstStart(tmp_path / "a")
    qtbot.addWidget(dialog)
    dialog.begin()
    assert "授权文件" in dialog.notice.sentence
    dialog.alone.setChecked(True)
    dialog.name.setText("西湖区中心")
    dialog.code.setText("33010")
    dialog.begin()
    assert "正在建立" in dialog.notice.sentence and not dialog.go.isEnabled()
    dialog.name.setText("建立时又改的")
    dialog.reject()
    qtbot.waitUntil(lambda: "6 位数字" in dialog.notice.sentence)
    assert dialog.go.isEnabled()
    dialog.name.setText("西湖区中心")
    dialog.code.setText("330106")
    dialog.begin()
    dialog.name.setText("建立时又改的")
    qtbot.waitUntil(lambda: dialog.session is not None)
    assert dialog.session is not None and dialog.result() == FirstStart.DialogCode.Accepted
    assert dialog.session.identity.name == "西湖区中心"
    assert system.active_versions(dialog.session.read) != {}
    dialog.session.workspace.close()


def test_the_practice_library_is_made_off_the_windows_thread(
    tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog = FirstStart(tmp_path / "a")
    qtbot.addWidget(dialog)
    dialog.practice.setChecked(True)
    threads = set[str]()

    def made(folder: Path) -> Session:
        threads.add(threading.current_thread().name.partition("_")[0])
        return practice_library(folder)

    monkeypatch.setattr("desktop.ui.first_start.practice_library", made)
    session = library_of(dialog)
    assert session.sample and threads == {"writer"}
    session.workspace.close()


def test_a_damaged_bundle_is_one_sentence_in_the_page(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "x.bzb").write_bytes(b"PK damaged")
    window.open_file(tmp_path / "x.bzb")
    qtbot.waitUntil(lambda: "不是完好的同步包" in window.notice.sentence)


@pytest.mark.expects_log("程序出错")
def test_a_fault_of_the_program_is_a_sentence_and_a_report_file(window: MainWindow, qtbot: QtBot) -> None:
    def broken(_job: object) -> None:
        raise ZeroDivisionError("机密之外的细节")

    window.desk.write(broken)
    qtbot.waitUntil(lambda: "程序出了故障" in window.notice.sentence)
    assert "ZeroDivisionError" not in window.notice.sentence
    (report,) = (window.desk.session.workspace.folder / "logs").glob("故障报告_*.txt")
    assert "ZeroDivisionError" in report.read_text(encoding="utf-8")


def test_the_navigation_folds_on_a_narrow_window(window: MainWindow) -> None:
    window.resize(1100, 700)
    assert all(entry.text() == "" and entry.toolTip() for entry in window._navigation.values())
    window.resize(1366, 700)
    assert all(entry.text() for entry in window._navigation.values())


def test_a_second_start_finds_the_first_window(practice: Path) -> None:
    assert start.server_name(practice) == start.server_name(practice)
    assert start.server_name(practice) != start.server_name(practice / "x")


@pytest.mark.parametrize("names", [theme.LIGHT, theme.DARK])
def test_every_text_can_be_read_on_its_ground(names: dict[str, str]) -> None:
    pairs = [
        ("text", "surface"), ("text", "window"), ("text", "selection"), ("text_2", "surface"), ("text_3", "surface"),
        ("text_3", "selection"), ("accent", "surface"), ("accent", "selection"), ("bad", "bad_soft"), ("bad", "surface"),
        ("warn", "warn_soft"), ("warn", "surface"), ("ok", "ok_soft"), ("ok", "surface"), ("on_accent", "accent_fill"),
        ("on_accent", "accent_hover"), ("tip_text", "tip"), ("text_2", "nav"), ("text_2", "head"),
    ]  # fmt: skip
    assert [pair for pair in pairs if _contrast(names[pair[0]], names[pair[1]]) < 4.5] == []
    assert _contrast(names["control"], names["surface"]) >= 3
    assert _contrast(names["bar"], names["surface"]) >= 3


def _contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)
