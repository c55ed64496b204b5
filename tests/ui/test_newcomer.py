"""A newcomer brings in a messy table: each screen names the next step, red cells are mended, all is taken back."""

from functools import partial
from pathlib import Path

import openpyxl
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.app import setup
from desktop.domain.query import Query
from desktop.ui.importing.wizard import ImportWizard
from desktop.ui.pages.standards import StandardsPage
from tests.ui.desks import open_window


def _messy(path: Path) -> Path:
    """300 rows, 20 of them with a day that does not exist."""
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.append(["标准号", "标准名称", "发布日期", "本单位档案号"])
    for number in range(1, 301):
        day = "2023-02-30" if number % 15 == 0 else "2023-02-20"
        page.append([f"GB/T {9000 + number}-2023", f"机关事务服务规范之{number}", day, f"档{number}"])
    book.save(path)
    return path


def _offers(wizard: ImportWizard, words: str) -> bool:
    return wizard.next.text() == words and wizard.next.isEnabled()


def _next(qtbot: QtBot, wizard: ImportWizard, words: str) -> None:
    qtbot.waitUntil(partial(_offers, wizard, words), timeout=20000)
    qtbot.keyClick(wizard.next, Qt.Key.Key_Space)


def test_a_newcomer_brings_in_a_table_mends_it_and_takes_it_back(tmp_path: Path, qtbot: QtBot) -> None:
    session = setup.found(tmp_path / "o", "office", "西湖区中心", "330106", "陈立")
    with open_window(session) as window:
        window.show_page("standards")
        page = window.current
        assert isinstance(page, StandardsPage)
        wizard = page.open_wizard(None)
        assert wizard.next.text() == "选择文件"
        wizard.open_file(_messy(tmp_path / "台账.xlsx"))
        _next(qtbot, wizard, "下一步：对应列")
        assert [combo.currentText() for combo in wizard.mapping.combos.values()] == [
            "标准号", "标准名称", "发布日期", "存入备用列",
        ]  # fmt: skip
        last = wizard.mapping.combos[3]
        last.setCurrentIndex(last.findText("标准名称"))
        last.activated.emit(last.currentIndex())
        assert "对应了同一列" in wizard.notice.sentence
        last.setCurrentIndex(last.findText("存入备用列"))
        last.activated.emit(last.currentIndex())
        assert wizard.notice.sentence == ""
        _next(qtbot, wizard, "下一步：检查结果")
        qtbot.waitUntil(lambda: wizard.next.text() == "下一步：写入 280 行")
        for left in range(20, 0, -1):
            assert wizard.chips["refused"].text() == f"× 拒收 {left}"
            wizard.next_bad()
            index = wizard.table.currentIndex()
            assert "2023-02-30" in str(index.data(Qt.ItemDataRole.ToolTipRole))
            assert wizard.model.setData(index, "2023-02-28")
            qtbot.waitUntil(partial(_offers, wizard, f"下一步：写入 {301 - left} 行"), timeout=20000)
        _next(qtbot, wizard, "下一步：写入 300 行")
        qtbot.waitUntil(lambda: wizard.next.text() == "完成", timeout=20000)
        assert session.read.count(Query("detail_entry")) == 300
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
