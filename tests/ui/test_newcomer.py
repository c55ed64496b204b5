"""A newcomer's first day: from an empty library over a messy table to printed tables and back; each screen names the
next step."""

from collections import Counter
from functools import partial
from pathlib import Path

import openpyxl
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.app import setup
from desktop.domain.query import Query
from desktop.ui import theme
from desktop.ui.importing.wizard import ImportWizard
from desktop.ui.pages.standards import StandardsPage
from desktop.ui.pages.statistics import StatisticsPage
from desktop.ui.pages.system import SystemPage
from desktop.ui.preview import Preview
from tests.ui.desks import enter, open_window
from tests.ui.grids import button_of

BAD_DAYS, NO_TITLES, WRONG_ORDER = range(7, 147, 14), range(150, 250, 20), range(252, 302, 10)
"""Rows (from 1) with a day that does not exist, without a title, in force before they were published."""


def _messy(path: Path) -> Path:
    """300 rows below a title and two lines of headings, 20 of them bad; between them what offices put there."""
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.append(["西湖区机关事务标准明细表（2026 年）"])
    page.append(["序号", "体系编号", "标准编号", "名称", "日期", None, "本单位档案号"])
    page.append([None, None, None, None, "发布", "实施", None])
    for span in ("A1:G1", "A2:A3", "B2:B3", "C2:C3", "D2:D3", "E2:F2", "G2:G3"):
        page.merge_cells(span)
    for number in range(1, 301):
        if number % 100 == 1:
            page.append([f"第 {number // 100 + 1} 部分"])
        day = "2023-02-30" if number in BAD_DAYS else "2023.2.20"
        title = None if number in NO_TITLES else f"机关事务服务规范之{number}"
        effective = "2022-05-01" if number in WRONG_ORDER else "2023年6月1日"
        page.append([number, "ZC5", f"GB/T {9000 + number}—2023", title, day, effective, f"档{number}"])
        if number % 100 == 0:
            page.append([None, "小计", None, None, None, None, 100])
    page.append(["填表人：陈立"])
    book.save(path)
    return path


def _offers(wizard: ImportWizard, words: str) -> bool:
    return wizard.next.text() == words and wizard.next.isEnabled()


def _next(qtbot: QtBot, wizard: ImportWizard, words: str) -> None:
    qtbot.waitUntil(partial(_offers, wizard, words), timeout=20000)
    qtbot.keyClick(wizard.next, Qt.Key.Key_Space)


def _primary(page: QWidget) -> list[str]:
    """What the visible main buttons of a page say."""
    return [made.text() for made in page.findChildren(QPushButton)
            if made.property("kind") == "primary" and made.isVisible()]  # fmt: skip


MENDED = {"standard.published_on": "2023-02-28", "standard.title": "补上的名称", "standard.effective_on": "2023-06-01"}


def _mend_next(qtbot: QtBot, wizard: ImportWizard) -> str:
    """Go to the next red cell and put it right, by keys as in any table; its path."""
    qtbot.keyClick(wizard, Qt.Key.Key_F8)
    index = wizard.table.currentIndex()
    path = wizard.model.paths[index.column() - 3]
    assert index.data(Qt.ItemDataRole.BackgroundRole) == theme.colour("bad_soft")
    assert str(index.data(Qt.ItemDataRole.ToolTipRole)), "the reason"
    qtbot.keyClick(wizard.table, Qt.Key.Key_F2)
    (line,) = [found for found in wizard.table.findChildren(QLineEdit) if found.isVisible()]
    line.selectAll()
    enter(line, MENDED[path])
    qtbot.keyClick(line, Qt.Key.Key_Return)
    return path


def _to_pdf(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, path: Path) -> list[str]:
    """A preview that is kept as a PDF by its button and shut; what it said is listed."""
    said: list[str] = []

    def keep(preview: Preview) -> int:
        qtbot.waitUntil(lambda: preview.page_count > 0, timeout=20000)
        button_of(preview, "存为 PDF").click()
        qtbot.waitUntil(lambda: not preview.notice.sentence.startswith("✓ 正在写"), timeout=20000)
        said.append(preview.notice.sentence)
        return 0

    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    monkeypatch.setattr(Preview, "exec", keep)
    return said


def test_a_newcomer_goes_from_nothing_to_printed_tables_and_back_and_is_never_left_alone(
    tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = setup.found(tmp_path / "o", "office", "西湖区中心", "330106", "陈立")
    with open_window(session) as window:
        # an empty library: the first page and the head of every page name the first step
        assert window.next_step.text() == "下一步：选起步的标准体系"
        assert _primary(window.current) == ["去做"]
        qtbot.mouseClick(window.next_step, Qt.MouseButton.LeftButton)
        tree = window.current
        assert isinstance(tree, SystemPage) and not window.next_step.isVisible()
        assert any("先选一个起步体系" in found.text() for found in tree.findChildren(QLabel) if found.isVisible())
        starter = next(made for made in tree.findChildren(QPushButton) if made.isVisible() and "杭州" in made.text())
        starter.click()
        # the system stands: next is the detail table
        qtbot.waitUntil(lambda: window.next_step.text() == "下一步：导入现有明细表" and window.next_step.isVisible())
        qtbot.waitUntil(lambda: bool(tree.model.tree.nodes))
        window.next_step.click()
        page = window.current
        assert isinstance(page, StandardsPage)
        assert "把 Excel 表格拖进窗口导入" in page.counted.text()
        button_of(page, "导入…").click()
        wizard = page.findChild(ImportWizard)
        assert isinstance(wizard, ImportWizard) and wizard.next.text() == "选择文件"
        wizard.open_file(_messy(tmp_path / "台账.xlsx"))
        _next(qtbot, wizard, "下一步：对应列")
        assert [combo.currentText() for combo in wizard.mapping.combos.values()] == [
            "体系编号", "标准号", "标准名称", "发布日期", "实施日期", "存入备用列",
        ]  # fmt: skip
        last = wizard.mapping.combos[6]
        last.setCurrentIndex(last.findText("标准名称"))
        last.activated.emit(last.currentIndex())
        assert "对应了同一列" in wizard.notice.sentence
        last.setCurrentIndex(last.findText("存入备用列"))
        last.activated.emit(last.currentIndex())
        assert wizard.notice.sentence == ""
        _next(qtbot, wizard, "下一步：检查结果")
        # 20 bad rows, mended one after the other
        mended = Counter[str]()
        for left in range(20, 0, -1):
            qtbot.waitUntil(partial(_offers, wizard, f"下一步：写入 {300 - left} 行"), timeout=20000)
            assert wizard.chips["refused"].text() == f"× 拒收 {left}"
            mended[_mend_next(qtbot, wizard)] += 1
        assert dict(mended) == {"standard.published_on": 10, "standard.title": 5, "standard.effective_on": 5}
        _next(qtbot, wizard, "下一步：写入 300 行")
        qtbot.waitUntil(lambda: wizard.next.text() == "完成", timeout=20000)
        assert session.read.count(Query("detail_entry")) == 300
        assert "接着可在“统计表”看数和打印，在“标准体系”打印框图" in wizard.told.text()
        _next(qtbot, wizard, "完成")
        assert page.model.rowCount() == 300
        assert window.next_step.text() == "下一步：安排第一次检查"
        # the statistics table on paper
        window._navigation["statistics"].click()
        figures = window.current
        assert isinstance(figures, StatisticsPage)
        qtbot.waitUntil(lambda: figures.checks.text().startswith("✓"), timeout=20000)
        assert figures.table.item(figures.table.rowCount() - 1, 2) is not None
        assert _primary(figures) == ["打印、导出"]
        said = _to_pdf(qtbot, monkeypatch, tmp_path / "统计表.pdf")
        button_of(figures, "打印、导出").click()
        assert said == [f"✓ 已存到 {tmp_path / '统计表.pdf'}"]
        # the diagram on paper
        window._navigation["system"].click()
        said = _to_pdf(qtbot, monkeypatch, tmp_path / "框图.pdf")
        menu = button_of(tree, "框图").menu()
        menu.aboutToShow.emit()
        menu.actions()[2].trigger()
        qtbot.waitUntil(lambda: said == [f"✓ 已存到 {tmp_path / '框图.pdf'}"], timeout=20000)
        for name in ("统计表.pdf", "框图.pdf"):
            assert (tmp_path / name).read_bytes().startswith(b"%PDF")
        # all of it taken back, each step named on the button
        window.show_page("standards")
        assert window._undo.toolTip() == "撤销 导入 台账.xlsx（新增 300，更新 0）"
        window._undo.click()
        qtbot.waitUntil(lambda: page.model.rowCount() == 0, timeout=20000)
        qtbot.waitUntil(lambda: window._undo.toolTip().startswith("撤销 建立"))
        assert "把 Excel 表格拖进窗口导入" in page.counted.text()
        window._undo.click()
        qtbot.waitUntil(lambda: window._undo.toolTip() == "没有可以撤销的操作", timeout=20000)
        assert window.next_step.text() == "下一步：选起步的标准体系"
        assert [session.read.count(Query(name)) for name in ("detail_entry", "standard", "system_node")] == [0, 0, 0]


def test_an_import_is_taken_back_from_its_last_page(tmp_path: Path, qtbot: QtBot) -> None:
    session = setup.found(tmp_path / "o", "office", "西湖区中心", "330106", "陈立")
    with open_window(session) as window:
        window.show_page("standards")
        page = window.current
        assert isinstance(page, StandardsPage)
        wizard = page.open_wizard(_messy(tmp_path / "台账.xlsx"))
        for words in ("下一步：对应列", "下一步：检查结果", "下一步：写入 280 行"):
            _next(qtbot, wizard, words)
        qtbot.waitUntil(partial(_offers, wizard, "完成"), timeout=20000)
        assert "20 行没有导入，可存导入报告" in wizard.told.text()
        wizard.take_back.click()
        qtbot.waitUntil(lambda: "已撤销这次导入" in wizard.told.text(), timeout=20000)
        assert session.read.count(Query("detail_entry")) == 0
        _next(qtbot, wizard, "完成")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04damaged"])
def test_a_file_that_is_no_table_is_refused_in_the_wizard(tmp_path: Path, qtbot: QtBot, content: bytes) -> None:
    session = setup.found(tmp_path / "o", "office", "西湖区中心", "330106", "陈立")
    (tmp_path / "a.xlsx").write_bytes(content)
    with open_window(session) as window:
        window.show_page("standards")
        page = window.current
        assert isinstance(page, StandardsPage)
        wizard = page.open_wizard(tmp_path / "a.xlsx")
        qtbot.waitUntil(lambda: bool(wizard.notice.sentence))
        assert wizard.next.text() == "选择文件"
        wizard.reject()
