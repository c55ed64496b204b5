"""Files a person asks for: none is overwritten unasked, a fault is one sentence, and what was made can be opened."""

import errno
import os
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import openpyxl
import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from desktop.app import inspection, setup
from desktop.app.practice import practice_library
from desktop.domain.query import Query
from desktop.ui.importing.wizard import ImportWizard
from desktop.ui.made_files import ask_where, free_name
from desktop.ui.preview import Preview
from desktop.ui.window import MainWindow
from tests.ui.desks import open_window
from tests.ui.grids import button_of, standards


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
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """What was handed to other programs."""
    seen: list[Path] = []

    def show(url: QUrl) -> bool:
        seen.append(Path(url.toLocalFile()))
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", show)
    return seen


class _Dialog:
    """Answers the question where, and remembers what was proposed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.answer = ""
        self.proposed: list[Path] = []
        monkeypatch.setattr(QFileDialog, "getSaveFileName", self.ask)

    def ask(self, _parent: QWidget, _title: str, proposed: str, _kinds: str) -> tuple[str, str]:
        self.proposed.append(Path(proposed))
        return self.answer, ""


@pytest.fixture
def dialog(monkeypatch: pytest.MonkeyPatch) -> _Dialog:
    return _Dialog(monkeypatch)


def test_a_free_name_is_proposed_where_the_last_file_went(
    qtbot: QtBot, dialog: _Dialog, tmp_path: Path, window: MainWindow
) -> None:
    dialog.answer = str(tmp_path / "明细.xlsx")
    assert ask_where(window, "存到", "表.xlsx", "*.xlsx") == tmp_path / "明细.xlsx"
    (tmp_path / "表.xlsx").touch()
    (tmp_path / "表 (2).xlsx").touch()
    dialog.answer = ""
    assert ask_where(window, "存到", "表.xlsx", "*.xlsx") is None
    assert dialog.proposed[1] == tmp_path / "表 (3).xlsx" == free_name(tmp_path / "表.xlsx")
    assert ask_where(window, "存到", "新表.xlsx", "*.xlsx") is None
    assert dialog.proposed[2] == tmp_path / "新表.xlsx"
    assert ask_where(window, "存到", "GB/T 1.1：导则?.xlsx", "*.xlsx") is None
    assert dialog.proposed[3] == tmp_path / "GB_T 1.1：导则_.xlsx"
    assert free_name(tmp_path / f"{'长' * 300}.xlsx").name.startswith("长长"), "refused when it is written"


@pytest.mark.parametrize(
    ("typed", "kinds", "becomes"),
    [
        ("表", "Excel (*.xlsx);;CSV (*.csv)", "表 (2).xlsx"),
        ("GB 1.1", "*.pdf", "GB 1.1.pdf"),
        ("别的.csv", "Excel (*.xlsx);;CSV (*.csv)", "别的.csv"),
        ("照片.JPG", "*.JPG", "照片.JPG"),
        ("通知", "*", "通知"),
    ],
)
def test_a_name_without_an_ending_gets_one_and_overwrites_nothing(
    window: MainWindow, dialog: _Dialog, tmp_path: Path, typed: str, kinds: str, becomes: str
) -> None:
    (tmp_path / "表.xlsx").write_text("旧")
    dialog.answer = str(tmp_path / typed)
    assert ask_where(window, "存到", "x", kinds) == tmp_path / becomes


def test_an_export_is_told_with_its_place_and_opened_from_there(
    window: MainWindow, qtbot: QtBot, dialog: _Dialog, opened: list[Path], tmp_path: Path
) -> None:
    page = standards(window)
    path = tmp_path / "台账.csv"
    dialog.answer = str(path)
    button_of(page, "导出…").click()
    qtbot.waitUntil(lambda: window.notice.sentence == f"✓ 已导出 {page.model.rowCount()} 行到 {path}")
    name = f"{window.desk.session.identity.name}_标准明细_{window.desk.session.today()}.xlsx"
    assert dialog.proposed[0].name == name
    assert window.notice.open_file.isVisible() and window.notice.open_folder.isVisible()
    window.notice.open_file.click()
    window.notice.open_folder.click()
    assert opened == [path, tmp_path]
    path.unlink()
    window.notice.open_file.click()
    assert window.notice.sentence == f"▲ 没能打开，请到文件夹“{tmp_path}”里找“台账.csv”"
    window.desk.say("warn", "别的话")
    assert window.notice.open_file.isHidden() and window.notice.made is None


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.EACCES, "没有写成“台账.csv”：文件可能正在 WPS、Excel 或其他程序里打开，请关闭该文件再试"),
        (errno.ENOSPC, "没有写成“台账.csv”：磁盘空间不足，请清理磁盘或换一个位置再试"),
    ],
)
def test_a_file_in_use_or_a_full_disk_is_one_sentence_and_the_old_file_stays(
    window: MainWindow,
    qtbot: QtBot,
    dialog: _Dialog,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    code: int,
    words: str,
) -> None:
    path = tmp_path / "台账.csv"
    path.write_text("旧", "utf-8")
    dialog.answer = str(path)

    def fail(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    page = standards(window)
    with monkeypatch.context() as fault:
        fault.setattr(*((Path, "replace", fail) if code == errno.EACCES else (os, "fsync", fail)))
        button_of(page, "导出…").click()
        qtbot.waitUntil(lambda: window.notice.sentence.startswith(f"× {words}"))
    assert window.notice.open_file.isHidden()
    assert path.read_text("utf-8") == "旧"
    assert not list(tmp_path.glob("*.part")) and not list(tmp_path.glob(".*.part"))
    button_of(page, "导出…").click()
    qtbot.waitUntil(lambda: window.notice.sentence.startswith("✓ 已导出"))
    assert path.read_text("utf-8-sig").count("\n") > page.model.rowCount()


@pytest.mark.parametrize("ending", [".pdf", ".docx", ".xlsx"])
def test_the_preview_says_what_is_in_the_way_and_opens_what_it_kept(
    window: MainWindow, qtbot: QtBot, dialog: _Dialog, opened: list[Path], tmp_path: Path, ending: str
) -> None:
    session = window.desk.session
    key = str(session.read.rows(Query("inspection"))[0]["key"])
    preview = Preview(window.desk, lambda: inspection.document(session, key), "检查表", window)
    preview.show()
    qtbot.waitUntil(lambda: preview.page_count > 0)
    (tmp_path / f"占{ending}").mkdir()
    dialog.answer = str(tmp_path / f"占{ending}")
    preview.save(ending)
    qtbot.waitUntil(lambda: preview.notice.sentence.startswith(f"× 没有写成“占{ending}”："))
    assert preview.notice.open_file.isHidden()
    dialog.answer = str(tmp_path / "检查表")
    for name in ("检查表", "检查表 (2)"):
        preview.save(ending)
        said = f"✓ 已存到 {tmp_path / f'{name}{ending}'}"
        qtbot.waitUntil(partial(lambda words: preview.notice.sentence == words, said), timeout=20000)
    preview.notice.open_file.click()
    assert opened == [tmp_path / f"检查表 (2){ending}"]
    assert (tmp_path / f"检查表{ending}").is_file()
    preview.deleteLater()


def _offers(wizard: ImportWizard, words: str) -> bool:
    return wizard.next.text() == words and wizard.next.isEnabled()


def test_the_marked_workbook_is_opened_from_the_import_and_its_bad_rows_come_in_alone(
    window: MainWindow, qtbot: QtBot, dialog: _Dialog, opened: list[Path], tmp_path: Path
) -> None:
    session, source, report = window.desk.session, tmp_path / "台账.xlsx", tmp_path / "导入报告_台账.xlsx"
    book = openpyxl.Workbook()
    for row in (["标准号", "标准名称", "发布日期"], ["Q/XH 901-2026", "甲规范", "2026-02-30"],
                ["Q/XH 902-2026", "乙规范", "2026-03-01"]):  # fmt: skip
        book.worksheets[0].append(row)
    book.save(source)
    page = standards(window)
    before = session.read.count(Query("detail_entry"))
    dialog.answer = str(report)
    wizard = page.open_wizard(source)
    for words in ("下一步：对应列", "下一步：检查结果", "下一步：写入 1 行"):
        qtbot.waitUntil(partial(_offers, wizard, words), timeout=20000)
        if words.endswith("行"):
            button_of(wizard.stack.currentWidget(), "存导入报告（错误行标红）").click()
            qtbot.waitUntil(wizard.notice.open_file.isVisible, timeout=20000)
            assert wizard.notice.sentence == f"✓ 已存到 {report}；改好“仅含错误行”里的行，再导入它"
            wizard.notice.open_file.click()
            assert opened == [report]
            qtbot.waitUntil(partial(_offers, wizard, words))
        wizard.next.click()
    qtbot.waitUntil(partial(_offers, wizard, "完成"), timeout=20000)
    wizard.next.click()
    mended = openpyxl.load_workbook(report)
    mended["仅含错误行"]["C2"].value = "2026-02-28"
    mended.save(report)
    wizard = page.open_wizard(report)
    qtbot.waitUntil(partial(_offers, wizard, "下一步：对应列"), timeout=20000)
    assert wizard.place.sheets.currentText() == "仅含错误行"
    for words in ("下一步：对应列", "下一步：检查结果", "下一步：写入 1 行", "完成"):
        qtbot.waitUntil(partial(_offers, wizard, words), timeout=20000)
        wizard.next.click()
    assert session.read.count(Query("detail_entry")) == before + 2
