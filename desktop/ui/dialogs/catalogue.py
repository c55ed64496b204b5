"""题录库: load a file of titles, look titles up by number, words or pinyin initials."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QDialog, QFileDialog, QLineEdit, QTableView, QVBoxLayout, QWidget

from desktop.app import catalogue
from desktop.domain.catalogue import FIELDS
from desktop.domain.errors import Refusal
from desktop.store.catalogue import About
from desktop.ui.desk import Desk
from desktop.ui.dialogs.catalogue_model import CatalogueModel
from desktop.ui.widgets import button, label, line

_PIXELS = 8
"""Of one character of a column's declared width."""


class CatalogueDialog(QDialog):
    """What is loaded, a search line, a table of any length."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("题录库")
        self.resize(1000, 620)
        self._desk, self._session = desk, desk.session
        self.model = CatalogueModel(desk.session.workspace.catalogue)
        self.words = QLineEdit()
        self.words.setPlaceholderText("标准号、名称或拼音首字母")
        self.words.setClearButtonEnabled(True)
        self.words.setAccessibleName("查找题录")
        self._later = QTimer(self, singleShot=True, interval=120)
        self._later.timeout.connect(self.look)
        self.words.textChanged.connect(lambda _text: self._later.start())
        self.told, self.counted = label("", "quiet", 12, wrap=True), label("", "quiet", 12)
        self.table = QTableView()
        self.table.setAccessibleName("题录")
        self.table.setModel(self.model)
        self.table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.table.setWordWrap(False)
        self.table.verticalHeader().hide()
        for section, field in enumerate(FIELDS):
            self.table.setColumnWidth(section, field.width * _PIXELS)
        self.load = button("载入文件", self.choose_file, "primary", "import", "Excel、WPS 表格或 CSV，整库替换")
        column = QVBoxLayout(self)
        column.addWidget(line(self.load, self.told, None))
        column.addWidget(self.words)
        column.addWidget(self.table, 1)
        column.addWidget(line(self.counted, None, button("关闭", self.reject)))
        self.reload()

    def reload(self) -> None:
        """What is loaded now."""
        try:
            about = self._session.workspace.catalogue.about
        except Refusal as refusal:
            self.told.setText(refusal.message)
            return
        if about is None:
            self.told.setText("还没有题录。载入含“标准号”“标准名称”两列的表格后，可用来查新和填写")
        else:
            passed = f"，跳过 {about.passed_over} 行" if about.passed_over else ""
            self.told.setText(f"{about.file_name}：{about.count} 条{passed}，{about.loaded_on} 载入")
        self.look()

    def look(self) -> None:
        """Show what the typed words find; nothing typed finds all, and nothing while there is no catalogue."""
        known, typed = self._session.workspace.catalogue, self.words.text()
        self._desk.read(lambda _job: known.find(typed) if known.about is not None else (), partial(self._found, typed),
                        lambda refusal: self.told.setText(refusal.message), owner=self, short=True)  # fmt: skip

    def _found(self, typed: str, places: Sequence[int]) -> None:
        if typed == self.words.text():
            self.model.show_places(places)
            self.counted.setText(f"找到 {len(places)} 条" if typed.strip() else "")

    def choose_file(self) -> None:
        """Ask for a file and load it."""
        chosen, _ = QFileDialog.getOpenFileName(self, "选择题录文件", "", "表格 (*.xlsx *.xls *.et *.ods *.csv *.txt)")
        if chosen:
            self.load_file(Path(chosen))

    def load_file(self, path: Path) -> None:
        """Load in the background; the old catalogue stays whatever goes wrong."""
        session = self._session
        self.load.setEnabled(False)
        self.told.setText(f"正在载入 {path.name}，可以关掉这个窗口继续做别的事")
        task = self._desk.runner.read(lambda job: catalogue.load(session, path, job), self._loaded, self._failed)
        task.progressed.connect(self._desk.worked)
        task.ended.connect(self._ended)

    def _ended(self) -> None:
        self._desk.worked.emit("", 0, 0)
        self.load.setEnabled(True)
        self.reload()

    def _loaded(self, about: About) -> None:
        self.reload()
        self._desk.say("ok", f"题录已载入 {about.count} 条，“数据体检”会对照它查新")

    def _failed(self, refusal: Refusal) -> None:
        self.told.setText(refusal.message)
        self._desk.say("bad", refusal.message)
