"""数据体检: run the checks, see what they found by check, go to the very cell."""

import datetime

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListWidget,
    QListWidgetItem,
    QSplitter,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
)

from desktop.app import health
from desktop.app.health import HealthFinding
from desktop.domain.changes import Changes
from desktop.ui.desk import CellTarget, Desk, Page
from desktop.ui.dialogs.catalogue import CatalogueDialog
from desktop.ui.dialogs.duplicates import DuplicatesDialog
from desktop.ui.health_model import FindingsModel
from desktop.ui.made_files import TABLE_KINDS, ask_where
from desktop.ui.search_box import LEDGER_PAGES
from desktop.ui.widgets import button, empty_state, label, toolbar

_IN_GRIDS = ("detail_entry", "finding")
"""Ledgers whose page can go to one cell."""


class HealthPage(Page):
    """Checks on demand; a change afterwards only marks the outcome as outdated."""

    title = "数据体检"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.model = FindingsModel()
        self.groups = QListWidget()
        self.groups.setAccessibleName("检查项")
        self.groups.currentItemChanged.connect(lambda item, _before: self._narrow(item))
        self.table = QTableView()
        self.table.setAccessibleName("体检发现")
        self.table.setModel(self.model)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.verticalHeader().hide()
        self.table.setWordWrap(False)
        for section, width in enumerate((90, 160, 520)):
            self.table.setColumnWidth(section, width)
        self.table.horizontalHeader().setStretchLastSection(True)
        self.table.activated.connect(self._open)
        self.state = label("", "quiet", 12)
        self.start = button("开始体检", self.check, "primary", "shield")
        self.save = button("导出", self.export, icon_name="export")
        self.save.setEnabled(False)
        self.stack = QStackedWidget()
        self._nothing = empty_state("shield", "点“开始体检”，把重号、缺项、失效标准等一次查出来")
        self._clean = empty_state("check", "没有发现问题")
        self._lay_out()
        self.setFocusProxy(self.table)

    def _lay_out(self) -> None:
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.groups)
        split.addWidget(self.table)
        split.setSizes([240, 900])
        split.setStretchFactor(1, 1)
        for part in (self._nothing, self._clean, split):
            self.stack.addWidget(part)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(
            toolbar(
                self.start,
                self.save,
                button("查重", self.find_duplicates, icon_name="copy", tip="找出重复的标准、单位、人员，合并或保留"),
                button("题录库", self.open_catalogue, icon_name="book", tip="载入、查找标准题录，用来查新和填写"),
                None,
                self.state,
            )
        )
        column.addWidget(self.stack, 1)

    def changed(self, changes: Changes) -> None:
        if self.save.isEnabled():
            self.state.setText("▲ 已过期，重新检查")

    def check(self) -> None:
        """Run every check in the background."""
        session = self.session
        self.start.setEnabled(False)
        task = self.desk.read(lambda job: health.check(session, job), self._checked)
        task.ended.connect(lambda: self.start.setEnabled(True))

    def _checked(self, findings: list[HealthFinding]) -> None:
        self.model.set_findings(findings)
        self.groups.clear()
        for code, title, count in (("", "全部", len(findings)), *self.model.groups()):
            item = QListWidgetItem(f"{title}　{count}")
            item.setData(Qt.ItemDataRole.UserRole, code)
            self.groups.addItem(item)
        self.groups.setCurrentRow(0)
        self.stack.setCurrentIndex(2 if findings else 1)
        self.save.setEnabled(True)
        at = datetime.datetime.now().strftime("%H:%M")
        self.state.setText(f"{at} 查完，{len(findings)} 处要看，双击打开" if findings else f"{at} 查完，没有发现问题")

    def _narrow(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.model.show_check(str(item.data(Qt.ItemDataRole.UserRole)))

    def _open(self, index: QModelIndex) -> None:
        finding = self.model.finding(index.row())
        ledger, key, path = health.target(self.session, finding)
        if finding.code == "sync_aside":
            self.desk.page_asked.emit("sync", None)
        elif ledger in _IN_GRIDS:
            self.desk.page_asked.emit(LEDGER_PAGES[ledger], CellTarget(key, path))
        elif ledger in LEDGER_PAGES:
            self.desk.page_asked.emit(LEDGER_PAGES[ledger], key)
        else:
            self.desk.say("warn", finding.message)

    def export(self) -> None:
        """What was found as a table file."""
        name = f"{self.session.identity.name}_数据体检_{self.session.today()}.xlsx"
        path = ask_where(self, "导出到", name, TABLE_KINDS)
        if path is None:
            return
        session, findings = self.session, list(self.model.findings)
        self.desk.read(lambda _job: health.export(session, findings, path),
                       lambda rows: self.desk.say("ok", f"已导出 {rows} 行到 {path}", path))  # fmt: skip

    def find_duplicates(self) -> None:
        """Rows that may be the same thing twice."""
        dialog = DuplicatesDialog(self.desk, self)
        dialog.exec()
        dialog.deleteLater()

    def open_catalogue(self) -> None:
        """The reference catalogue."""
        dialog = CatalogueDialog(self.desk, self)
        dialog.exec()
        dialog.deleteLater()
