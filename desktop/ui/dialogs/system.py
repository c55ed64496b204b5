"""What 标准体系 asks before it acts: code and name, a place to go, new codes, a version, what differs."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QFormLayout,
    QHeaderView,
    QLineEdit,
    QRadioButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from desktop.domain.errors import Refusal
from desktop.domain.ledgers.system import SystemVersion
from desktop.domain.renumbering import Renumbering
from desktop.domain.system_difference import KINDS, Difference
from desktop.domain.system_tree import TOP, Tree
from desktop.ui import theme
from desktop.ui.desk import Desk
from desktop.ui.widgets import Notice, button, label, line

WORKING = "计算中……"

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()


class NodeDialog(QDialog):
    """Code and name of a new node; a code in use is told at once."""

    def __init__(self, parent: QWidget, code: str, refused: Callable[[str], str]) -> None:
        super().__init__(parent)
        self.setWindowTitle("新节点")
        self.setMinimumWidth(420)
        self._refused = refused
        self.code, self.name = QLineEdit(code), QLineEdit()
        self.reason = label("", "badge_bad", 12, wrap=True)
        form = QFormLayout(self)
        for words, field in (("体系编号", self.code), ("节点名称", self.name)):
            field.setAccessibleName(words)
            field.textChanged.connect(lambda _text: self._judge())
            form.addRow(label(words), field)
        self.go = button("建立", self.accept, "primary")
        self.go.setDefault(True)
        form.addRow(self.reason)
        form.addRow(line(None, button("取消", self.reject), self.go))
        (self.name if code else self.code).setFocus()
        self._judge()

    def _judge(self) -> None:
        reason = self._refused(self.code.text())
        self.reason.setText(reason)
        self.code.setProperty("invalid", bool(reason))
        self.code.style().unpolish(self.code)
        self.code.style().polish(self.code)
        self.go.setEnabled(not reason and bool(self.code.text().strip() and self.name.text().strip()))


class PlaceDialog(QDialog):
    """Choose a node of the tree, or the top level."""

    def __init__(self, parent: QWidget, title: str, question: str, tree: Tree, without: Sequence[str] = (),
                 *, top: bool = False) -> None:  # fmt: skip
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(460)
        self.places = QComboBox()
        self.places.setAccessibleName(question)
        self.places.setMaxVisibleItems(20)
        if top:
            self.places.addItem("（顶层）", TOP)
        for key in tree.in_order():
            if key not in without:
                self.places.addItem(f"{'　' * tree.depth(key)}{tree.name(key)}", key)
        column = QVBoxLayout(self)
        column.addWidget(label(question, wrap=True))
        column.addWidget(self.places)
        self.go = button("确定", self.accept, "primary")
        self.go.setEnabled(self.places.count() > 0)
        column.addWidget(line(None, button("取消", self.reject), self.go))

    @property
    def key(self) -> str:
        """The chosen node."""
        return str(self.places.currentData() or TOP)


class RenumberDialog(QDialog):
    """Every code that would change, before anything is written."""

    def __init__(self, parent: QWidget, desk: Desk, subject: str, preview: Callable[[bool], Renumbering]) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"重新编号 · {subject}")
        self.resize(760, 520)
        self._desk, self._preview = desk, preview
        self.planned = Renumbering((), (), ())
        self.notice = Notice()
        self.summary = label("", wrap=True)
        self.some = QRadioButton("只改不合规则的编号，其余不动")
        self.all = QRadioButton("按现在的顺序从头编，不留断号")
        self.some.setChecked(True)
        self.rows = _Rows(("对象", "名称", "原编号", "新编号"))
        self.table = _table(self.rows, (60, 320, 150, 150), "编号对照表")
        column = QVBoxLayout(self)
        column.addWidget(line(self.some, self.all, None))
        for item in (self.summary, self.notice, self.table):
            column.addWidget(item)
        self.go = button("按此改编号", self.accept, "primary")
        column.addWidget(
            line(label("改后可用 Ctrl+Z 一步撤销", "quiet", 12), None, button("取消", self.reject), self.go)
        )
        self.some.toggled.connect(lambda _on: self.show_preview())
        self.show_preview()

    def show_preview(self) -> None:
        """Fill the table for the chosen way, as soon as it is worked out."""
        in_turn, preview = self.all.isChecked(), self._preview
        self.go.setEnabled(False)
        self.summary.setText(WORKING)
        self._desk.read(lambda _job: preview(in_turn), partial(self._planned, in_turn), self._refused,
                        owner=self, short=True)  # fmt: skip

    def _refused(self, refusal: Refusal) -> None:
        self.summary.setText("")
        self.notice.say("bad", refusal.message)

    def _planned(self, in_turn: bool, planned: Renumbering) -> None:
        if in_turn != self.all.isChecked():
            return
        self.planned = planned
        rows = [("节点", item.name, item.old, item.new) for item in planned.nodes]
        rows += [("明细", item.name, item.old, item.new) for item in planned.entries]
        self.rows.show_rows(rows)
        nodes, entries = len(planned.nodes), len(planned.entries)
        self.summary.setText(f"将改 {nodes} 个节点、{entries} 行明细的编号" if rows else "编号都合规则，没有要改的")
        if planned.conflicts:
            self.notice.say("bad", "；".join(planned.conflicts[:3]))
        else:
            self.notice.hide()
        self.go.setEnabled(bool(rows) and not planned.conflicts)


class AskDialog(QDialog):
    """One line of text that must be given: a name, a basis."""

    def __init__(self, parent: QWidget, title: str, words: str, question: str, action: str, text: str = "") -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(460)
        self.field = QLineEdit(text)
        self.field.setAccessibleName(question)
        column = QVBoxLayout(self)
        column.addWidget(label(words, "quiet", 12, wrap=True))
        column.addWidget(label(question))
        column.addWidget(self.field)
        self.go = button(action, self.accept, "primary")
        self.go.setEnabled(bool(text))
        self.field.textChanged.connect(lambda typed: self.go.setEnabled(bool(typed.strip())))
        column.addWidget(line(None, button("取消", self.reject), self.go))

    @property
    def text(self) -> str:
        """What was typed."""
        return self.field.text().strip()


class CompareDialog(QDialog):
    """What one version adds, drops, changes and moves against another."""

    def __init__(
        self, parent: QWidget, desk: Desk, versions: Sequence[SystemVersion],
        compare: Callable[[str, str], list[Difference]], show_paper: Callable[[str, str], None],
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.setWindowTitle("版本比较")
        self.resize(980, 600)
        self._desk, self._compare = desk, compare
        self.old, self.new = QComboBox(), QComboBox()
        self.old.setAccessibleName("原版本")
        self.new.setAccessibleName("新版本")
        for combo in (self.old, self.new):
            for version in versions:
                combo.addItem(str(version.name), version.key)
        self.old.setCurrentIndex(min(1, len(versions) - 1))
        self.summary = label("", bold=True)
        self.rows = _Rows(("类别", "对象", "编号和名称", "原", "现"))
        self.table = _table(self.rows, (50, 50, 330, 240, 240), "版本差异表")
        column = QVBoxLayout(self)
        column.addWidget(line(label("原"), self.old, label("现"), self.new, None,
                              button("打印或导出", lambda: show_paper(*self.chosen), "primary", "print")))  # fmt: skip
        column.addWidget(self.summary)
        column.addWidget(self.table, 1)
        column.addWidget(line(None, button("关闭", self.reject)))
        for combo in (self.old, self.new):
            combo.currentIndexChanged.connect(lambda _at: self.show_differences())
        self.show_differences()

    @property
    def chosen(self) -> tuple[str, str]:
        """The keys of the old and the new version."""
        return str(self.old.currentData()), str(self.new.currentData())

    def show_differences(self) -> None:
        """Fill the table for the chosen versions, as soon as they are compared."""
        chosen, compare = self.chosen, self._compare
        self.summary.setText(WORKING)
        self._desk.read(lambda _job: compare(*chosen), partial(self._compared, chosen),
                        lambda refusal: self.summary.setText(refusal.message), owner=self, short=True)  # fmt: skip

    def _compared(self, chosen: tuple[str, str], found: list[Difference]) -> None:
        if chosen != self.chosen:
            return
        self.rows.show_rows([(item.kind, item.subject, item.name, item.old, item.new) for item in found])
        counts = "　".join(f"{kind} {sum(item.kind == kind for item in found)}" for kind in KINDS)
        self.summary.setText(counts if found else "两个版本没有差异")


class _Rows(QAbstractTableModel):
    """Lines of texts under headings; an item for each cell of thousands would keep the window from its other work."""

    def __init__(self, heads: Sequence[str]) -> None:
        super().__init__()
        self._heads = heads
        self._rows: Sequence[Sequence[str]] = ()

    def show_rows(self, rows: Sequence[Sequence[str]]) -> None:
        """Show other lines."""
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._heads)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        shown = role == Qt.ItemDataRole.DisplayRole and orientation is Qt.Orientation.Horizontal
        return self._heads[section] if shown else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self._rows[index.row()][index.column()]
        return None


def _table(rows: _Rows, widths: Sequence[int], name: str) -> QTableView:
    made = QTableView()
    made.setModel(rows)
    made.setAccessibleName(name)
    made.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    made.setShowGrid(False)
    made.verticalHeader().hide()
    made.verticalHeader().setDefaultSectionSize(theme.heights().row)
    for section, width in enumerate(widths):
        made.setColumnWidth(section, width)
    made.horizontalHeader().setSectionResizeMode(widths.index(max(widths)), QHeaderView.ResizeMode.Stretch)
    made.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    return made
