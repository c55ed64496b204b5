"""本格历史 and 本行历史: who changed what, when, why and where it came from; copied, printed or exported as 变更记录."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QHeaderView,
    QLineEdit,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from desktop.app import exporting, history
from desktop.app.labels import label_of, spare_labels
from desktop.domain.dates import is_full, parse_date
from desktop.domain.errors import Refusal
from desktop.domain.history_form import COLUMNS, Line
from desktop.ui import theme
from desktop.ui.desk import Desk
from desktop.ui.grid import clipboard
from desktop.ui.made_files import ask_where
from desktop.ui.preview import preview
from desktop.ui.widgets import Notice, button, label, line

PREVIEWED = 1000
"""Lines shown page by page at most; more go to Excel."""

_WIDTHS = (130, 70, 230, 110, 170, 170, 150, 150)

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()


class LinesModel(QAbstractTableModel):
    """Changes, one a row."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[Line] = []

    def show_lines(self, lines: list[Line]) -> None:
        """Show other changes."""
        self.beginResetModel()
        self.lines = lines
        self.endResetModel()

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self.lines)

    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation is Qt.Orientation.Horizontal:
            return COLUMNS[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        told = self.lines[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return told.cells[index.column()].replace("\n", " ")
        if role == Qt.ItemDataRole.ToolTipRole:
            return told.cells[index.column()] or None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{COLUMNS[index.column()]}，{told.cells[index.column()] or '空'}"
        return None


class HistoryDialog(QDialog):
    """The history of one cell, of one row, of the selected rows or of a whole ledger in a period."""

    def __init__(self, desk: Desk, ledger: str, key: str, path: str, selected: list[str], parent: QWidget) -> None:
        super().__init__(parent)
        self._desk, self._ledger, self._closed = desk, ledger, False
        self.setWindowTitle("修改历史")
        self.resize(1180, 560)
        today = desk.session.today()
        self.scope = QComboBox()
        self.scope.setAccessibleName("看什么的历史")
        self._fill_scope(key, path, selected)
        self.since, self.until = _day(f"{today[:4]}-01-01", "从"), _day(today, "到")
        self.counted = label("", "quiet", 12)
        self.notice = Notice()
        self.model = LinesModel()
        self.table = self._table()
        self._dates = line(label("从"), self.since, label("到"), self.until)
        self.paper = button("打印预览", self.preview, icon_name="print")
        self.sheet = button("导出 Excel", self.export, icon_name="export")
        column = QVBoxLayout(self)
        column.addWidget(line(self.scope, self._dates, None, self.counted))
        column.addWidget(self.notice)
        column.addWidget(self.table, 1)
        foot = (
            button("复制", self.copy, icon_name="copy", tip="复制选中的行；没有选就复制全部"),
            self.paper,
            self.sheet,
        )
        column.addWidget(line(*foot, None, button("关闭", self.reject)))
        for field in (self.since, self.until):
            field.editingFinished.connect(self.reload)
        self.scope.currentIndexChanged.connect(lambda _at: self.reload())
        QShortcut(QKeySequence.StandardKey.Copy, self.table, self.copy)
        self.reload()

    def _fill_scope(self, key: str, path: str, selected: list[str]) -> None:
        session, ledger = self._desk.session, self._ledger
        caption = session.read.caption(ledger, key)
        if path and session.schema.column(ledger, path).editable:
            words = label_of(session.schema.column(ledger, path), spare_labels(session))
            self._offer(f"本格：{words}　{caption}", lambda: history.of_cell(session, ledger, key, path))
        self._offer(f"本行：{caption}", lambda: history.of_record(session, ledger, key))
        if len(selected) > 1:
            self._offer(f"选定的 {len(selected)} 行", lambda: history.of_rows(session, ledger, selected))
        self._offer(f"一段时间内改过的{session.schema.ledger(ledger).label}", None)
        self.scope.setMinimumContentsLength(40)

    def _offer(self, words: str, found: Callable[[], list[Line]] | None) -> None:
        self.scope.addItem(words if len(words) < 60 else f"{words[:60]}…", found)

    def _table(self) -> QTableView:
        made = QTableView()
        made.setModel(self.model)
        made.setAccessibleName("修改历史")
        made.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        made.setShowGrid(False)
        made.setTabKeyNavigation(False)
        made.verticalHeader().hide()
        made.verticalHeader().setDefaultSectionSize(theme.heights().row)
        made.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for section, width in enumerate(_WIDTHS):
            made.setColumnWidth(section, width)
        made.horizontalHeader().setSectionResizeMode(len(_WIDTHS) - 1, QHeaderView.ResizeMode.Stretch)
        return made

    @property
    def by_period(self) -> bool:
        """Whether the dates count."""
        return self.scope.currentIndex() == self.scope.count() - 1

    def reload(self) -> None:
        """Read what is chosen; a day that is none is told and nothing is read."""
        self._dates.setVisible(self.by_period)
        if self.by_period:
            for field in (self.since, self.until):
                day = parse_date(field.text()) or ""
                if not is_full(day):
                    self.notice.say("warn", "请把起止日期写到日，如 2026-01-31")
                    return
                field.setText(day)
            if self.since.text() > self.until.text():
                self.notice.say("warn", "起始日期晚于截止日期，请改一改")
                return
        self.notice.hide()
        found: Callable[[], list[Line]] = self.scope.currentData() or partial(
            history.of_period, self._desk.session, self._ledger, self.since.text(), self.until.text()
        )
        at = self.scope.currentIndex()
        self._desk.runner.read(lambda _job: found(), partial(self._filled, at), self._refused)

    def _filled(self, at: int, lines: list[Line]) -> None:
        if self._closed or at != self.scope.currentIndex():
            return
        self.model.show_lines(lines)
        self.counted.setText(f"共 {len(lines)} 处修改" if lines else "没有修改过")
        short = len(lines) <= PREVIEWED
        self.paper.setEnabled(bool(lines) and short)
        self.paper.setToolTip("" if short else f"超过 {PREVIEWED} 处，请导出 Excel 或缩短起止日期")
        self.sheet.setEnabled(bool(lines))

    def done(self, result: int) -> None:
        """What is still being read is not shown any more."""
        self._closed = True
        super().done(result)

    def _refused(self, refusal: Refusal) -> None:
        if not self._closed:
            self.model.show_lines([])
            self._say("bad", refusal.message)

    def copy(self) -> None:
        """The selected lines (none selected: all) with their headings to the clipboard."""
        rows = sorted({index.row() for index in self.table.selectionModel().selectedRows()})
        lines = [self.model.lines[row] for row in rows] or self.model.lines
        QGuiApplication.clipboard().setText(clipboard.to_text([list(COLUMNS), *(list(told.cells) for told in lines)]))

    def scope_in_words(self) -> str:
        """What the lines cover, as it stands on paper."""
        words = self.scope.currentText()
        return f"{words}，{self.since.text()} 至 {self.until.text()}" if self.by_period else words

    def preview(self) -> None:
        """变更记录 page by page."""
        session, lines, words = self._desk.session, self.model.lines, self.scope_in_words()
        preview(self._desk, lambda: history.sheet(session, lines, words), "变更记录", self)

    def export(self) -> None:
        """变更记录 as a workbook; where, is asked."""
        if path := ask_where(self, "存到哪里", "变更记录.xlsx", "*.xlsx"):
            session, lines, words = self._desk.session, self.model.lines, self.scope_in_words()
            self._desk.runner.read(
                lambda job: exporting.write(history.sheet(session, lines, words), path, job),
                lambda _none: self._say("ok", f"已存到 {path}", path),
                lambda refusal: self._say("bad", refusal.message),
            )  # fmt: skip

    def _say(self, kind: str, sentence: str, made: Path | None = None) -> None:
        if not self._closed:
            self.notice.say(kind, sentence, made)


def _day(text: str, name: str) -> QLineEdit:
    made = QLineEdit(text)
    made.setAccessibleName(name)
    made.setFixedWidth(120)
    return made
