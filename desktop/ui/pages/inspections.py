"""检查: sheets made from checklists, printed blank, filled in from paper by keys 1–4."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QDate, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDateEdit,
    QDialog,
    QFormLayout,
    QLineEdit,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.app import inspection, sending_down
from desktop.app.session import Session
from desktop.domain.changes import Changes
from desktop.domain.ledgers.inspection import Checklist
from desktop.domain.ledgers.organisation import Organisation
from desktop.domain.query import Query, Sort
from desktop.ui.desk import Desk, Page
from desktop.ui.pages.inspection_entry import InspectionEntry
from desktop.ui.pages.ledger import LedgerPage
from desktop.ui.preview import preview
from desktop.ui.widgets import button, label, line


class InspectionsPage(Page):
    """The list of sheets, and the entry of one."""

    title = "检查"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.list = SheetList(desk)
        self.entry = InspectionEntry(desk)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.list)
        self._stack.addWidget(self.entry)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)
        self.list.entry_asked = self.open_sheet
        self.entry.left = lambda: self._stack.setCurrentWidget(self.list)

    def context(self) -> str:
        done = dict(self.session.read.values(Query("inspection"), "state"))
        return f"未开始 {done.get('planned', 0)}，进行中 {done.get('running', 0)}，已完成 {done.get('done', 0)}"

    def changed(self, changes: Changes) -> None:
        self.list.changed(changes)
        self.entry.changed(changes)

    def hand_over(self) -> None:
        self.list.hand_over()

    def refused_texts(self) -> int:
        return self.list.refused_texts() + len(self.entry.unsaved)

    def open_sheet(self, key: str) -> None:
        """Fill in a sheet."""
        self.entry.open(key)
        self._stack.setCurrentWidget(self.entry)

    @property
    def takes_tables(self) -> bool:
        return self.list.takes_tables

    def show_target(self, target: object) -> None:
        if isinstance(target, str):
            self.open_sheet(target)
        elif isinstance(target, Path | tuple):
            self._stack.setCurrentWidget(self.list)
            self.list.show_target(target)


class SheetList(LedgerPage):
    """Grid of inspections."""

    title = "检查"
    ledger = "inspection"
    sort = (Sort("inspected_on", descending=True), Sort("code"))

    def __init__(self, desk: Desk) -> None:
        self.entry_asked: Callable[[str], None] = lambda _key: None
        super().__init__(desk)
        self.grid.doubleClicked.connect(lambda _index: self.record())

    def tools(self) -> Sequence[QWidget]:
        made: list[QWidget] = [
            button("新建检查", self.make, "primary", "plus"),
            button("录入", self.record, icon_name="edit", tip="打开选中的检查表，按纸面顺序录入"),
            button("打印检查表", self.print_sheet, icon_name="print"),
            button("删除", self.grid.delete_rows, icon_name="trash"),
        ]
        if self.session.identity.is_bureau:
            made.append(button("下发检查表模板", self.issue, icon_name="upload"))
        return made

    def chosen(self) -> str:
        """The key of the current row; empty if none."""
        index = self.grid.currentIndex()
        return self.model.key_at(index.row()) if index.isValid() else ""

    def make(self) -> None:
        """Ask for checklist, unit and day, and make the sheet."""
        if not self.session.read.count(Query("checklist")):
            session = self.session
            self.desk.write(lambda _job: inspection.take_over_checklists(session), lambda _changes: self.make())
            return
        dialog = SheetDialog(self)
        if dialog.exec():
            session, asked = self.session, dialog.asked()
            self.desk.write(lambda _job: asked.made(session), lambda result: self.show_target(result[1]))
        dialog.deleteLater()

    def record(self) -> None:
        """Open the chosen sheet for entry."""
        if key := self.chosen():
            self.entry_asked(key)
        else:
            self.desk.say("warn", "请先在表里选一张检查表，再点“录入”")

    def print_sheet(self) -> None:
        """Preview the chosen sheet."""
        key = self.chosen()
        if not key:
            self.desk.say("warn", "请先在表里选一张检查表，再点“打印检查表”")
            return
        session = self.session
        preview(self.desk, lambda: inspection.document(session, key), inspection.file_name(session, key), self)

    def issue(self) -> None:
        """下发: choose a checklist and copy it for all units."""
        dialog = ChecklistDialog(self)
        if dialog.exec() and (key := dialog.key()):
            session = self.session
            self.desk.write(
                lambda _job: sending_down.issue_checklist(session, key),
                lambda _changes: self.desk.say("ok", "已列入下发，下一个下发包会带给各单位"),
            )
        dialog.deleteLater()


class ChecklistDialog(QDialog):
    """Choose a checklist."""

    def __init__(self, page: SheetList) -> None:
        super().__init__(page)
        self.setWindowTitle("选择检查表模板")
        self.checklist = QComboBox()
        for item in page.session.read.records(Checklist, Query("checklist", sort=(Sort("code"),))):
            self.checklist.addItem(f"{item.code} {item.title} {item.edition or ''}", item.key)
        self.form = QFormLayout(self)
        self.form.addRow(label("检查表模板"), self.checklist)
        self._fields(page)
        self.form.addRow(line(None, button("取消", self.reject), button("确定", self.accept, "primary")))

    def _fields(self, page: SheetList) -> None:
        """Further questions."""

    def key(self) -> str:
        """The chosen checklist."""
        return str(self.checklist.currentData() or "")


class SheetDialog(ChecklistDialog):
    """What a new sheet needs."""

    def _fields(self, page: SheetList) -> None:
        self.setWindowTitle("新建检查")
        self.page = page
        self.unit = QComboBox()
        self.unit.setEditable(True)
        self.unit.addItem("", None)
        for item in page.session.read.records(Organisation, Query("organisation", sort=(Sort("name"),))):
            self.unit.addItem(str(item.name), item.key)
        self.kind = QComboBox()
        for choice in page.session.schema.ledger("inspection").field("kind").choices:
            self.kind.addItem(choice.label, choice.value)
        self.day = QDateEdit()
        self.day.setCalendarPopup(True)
        self.day.setDisplayFormat("yyyy-MM-dd")
        self.day.setDate(QDate.fromString(page.session.today(), Qt.DateFormat.ISODate))
        self.inspectors = QLineEdit()
        for words, field in (
            ("受检单位", self.unit), ("检查类型", self.kind), ("检查日期", self.day), ("检查组成员", self.inspectors),
        ):  # fmt: skip
            field.setAccessibleName(words)
            self.form.addRow(label(words), field)

    def asked(self) -> "NewSheet":
        """What was filled in."""
        at = self.unit.findText(self.unit.currentText().strip())
        return NewSheet(
            self.key(), str(self.unit.itemData(at)) if at > 0 else "", self.unit.currentText().strip(),
            str(self.kind.currentData()), self.day.date().toString("yyyy-MM-dd"), self.inspectors.text().strip(),
        )  # fmt: skip


@dataclass(frozen=True)
class NewSheet:
    """A sheet somebody asked for; a unit without a key is entered first."""

    checklist: str
    unit: str
    unit_name: str
    kind: str
    day: str
    inspectors: str

    def made(self, session: Session) -> tuple[Changes, str]:
        """The new sheet and its key."""
        return inspection.make_sheet(
            session, self.checklist, self.unit or None, self.day, self.kind, self.inspectors, self.unit_name
        )
