"""标准体系: the tree of nodes with how many standards stand where."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QDialog,
    QFormLayout,
    QHeaderView,
    QLineEdit,
    QSplitter,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from desktop.app import statistics, system
from desktop.domain.changes import Changes
from desktop.domain.ledgers.system import SystemNode
from desktop.domain.query import Query, where
from desktop.domain.statistics import Placed
from desktop.ui import theme
from desktop.ui.desk import Desk, Page
from desktop.ui.record_panel import RecordPanel
from desktop.ui.widgets import button, empty_state, label, line, toolbar


class SystemPage(Page):
    """Tree, counts, and the record of the chosen node."""

    title = "标准体系"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.tree = QTreeWidget()
        self.tree.setHeaderLabels(["体系节点", "应有", "现有", "缺"])
        self.tree.setAccessibleName("标准体系树")
        self.tree.currentItemChanged.connect(lambda item, _old: self._chosen(item))
        self.tree.itemActivated.connect(lambda _item, _section: self._open())
        self.panel = RecordPanel(desk, "system_node")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(
            toolbar(
                button("加下级", lambda: self.add(below=True), "primary", "plus"),
                button("加同级", lambda: self.add(below=False)),
                button("删除节点", self.remove, icon_name="trash"), None,
                button("看本节点标准", self._open, "ghost", "table"),
            )
        )  # fmt: skip
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.tree)
        split.addWidget(self.panel)
        split.setSizes([760, 380])
        self._body = split
        self._empty = self._starters()
        self._column.addWidget(split, 1)
        self._column.addWidget(self._empty, 1)
        self.setFocusProxy(self.tree)
        self.reload()

    def _starters(self) -> QWidget:
        choices = [
            button(tree.name, partial(self._plant, tree.id), "primary" if place == 0 else "")
            for place, tree in enumerate(system.starter_trees())
        ]
        return empty_state("tree", "还没有标准体系，先选一个起步体系，以后都可以改", *choices,
                           button("从空白开始", lambda: self._plant("empty")))  # fmt: skip

    def _plant(self, tree: str) -> None:
        session = self.session
        self.desk.write(lambda _job: system.plant(session, tree))

    def context(self) -> str:
        version = self._version()
        if not version:
            return ""
        nodes = self.session.read.count(Query("system_node", where(version=version)))
        return f"{self.session.read.caption('system_version', version)} · {nodes} 个节点"

    def _version(self) -> str:
        return system.active_versions(self.session.read).get(self.session.identity.organisation, "")

    def changed(self, changes: Changes) -> None:
        if any(changes.of(ledger) for ledger in ("system_node", "system_version", "detail_entry", "standard")):
            self.reload()
        self.panel.changed(changes)

    def reload(self) -> None:
        """Build the tree anew, keeping what is open and chosen."""
        version = self._version()
        self._body.setVisible(bool(version))
        self._empty.setVisible(not version)
        if not version:
            return
        chosen, shut = self.key(), self._shut()
        self.tree.blockSignals(True)
        self.tree.clear()
        nodes = system.nodes_of(self.session.read, version)
        counts = _counts(nodes, self.session.read.cells(Query("detail_entry", where(version=version)), ("node", "key")),
                         statistics.placed(self.session, self.session.today(), [self.session.identity.organisation]))  # fmt: skip
        items: dict[str, QTreeWidgetItem] = {}
        for node in nodes:
            items[node.key] = self._item(node, counts.get(node.key, (0, 0)))
        for node in nodes:
            parent = items.get(str(node.parent))
            if parent is None or parent is items[node.key]:
                self.tree.addTopLevelItem(items[node.key])
            else:
                parent.addChild(items[node.key])
        for key, item in items.items():
            item.setExpanded(key not in shut)
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for section in (1, 2, 3):
            self.tree.setColumnWidth(section, 64)
        self.tree.blockSignals(False)
        first = items.get(chosen) or self.tree.topLevelItem(0)
        if first is not None:
            self.tree.setCurrentItem(first)

    def _item(self, node: SystemNode, counts: tuple[int, int]) -> QTreeWidgetItem:
        planned, present = counts
        missing = planned - present
        item = QTreeWidgetItem(
            [f"{node.code}  {node.name}", str(planned), str(present), str(missing) if missing else "—"]
        )
        item.setData(0, Qt.ItemDataRole.UserRole, node.key)
        item.setSizeHint(0, QSize(0, theme.heights().row))
        for section in (1, 2, 3):
            item.setTextAlignment(section, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if not node.parent:
            font = QFont(theme.font(13, True))
            item.setFont(0, font)
        return item

    def _shut(self) -> set[str]:
        found: set[str] = set()
        pending = [self.tree.topLevelItem(at) for at in range(self.tree.topLevelItemCount())]
        while pending:
            item = pending.pop()
            if item is None:
                continue
            if item.childCount() and not item.isExpanded():
                found.add(item.data(0, Qt.ItemDataRole.UserRole))
            pending.extend(item.child(at) for at in range(item.childCount()))
        return found

    def key(self) -> str:
        """The chosen node."""
        item = self.tree.currentItem()
        return str(item.data(0, Qt.ItemDataRole.UserRole)) if item else ""

    def _chosen(self, item: QTreeWidgetItem | None) -> None:
        self.panel.show_record(self.key() if item else "")

    def show_target(self, target: object) -> None:
        pending = [self.tree.topLevelItem(at) for at in range(self.tree.topLevelItemCount())]
        while pending:
            item = pending.pop()
            if item is not None and item.data(0, Qt.ItemDataRole.UserRole) == target:
                self.tree.setCurrentItem(item)
            elif item is not None:
                pending.extend(item.child(at) for at in range(item.childCount()))

    def _open(self) -> None:
        below = {self.key()}
        nodes = system.nodes_of(self.session.read, self._version())
        for _ in nodes:
            below |= {node.key for node in nodes if str(node.parent) in below}
        rows = self.session.read.cells(Query("detail_entry"), ("node", "key"))
        keys = tuple(str(key) for node, key in rows if node in below)
        if keys:
            self.desk.page_asked.emit("standards", keys)
        else:
            self.desk.say("warn", "这个节点下还没有标准，可在“标准明细”里新增或导入")

    def add(self, *, below: bool) -> None:
        """A new node below or beside the chosen one."""
        version, key = self._version(), self.key()
        if not version:
            return
        row = self.session.read.row("system_node", key) if key else None
        parent = key if below else (str(row["parent"]) if row and row["parent"] else "")
        dialog = NodeDialog(self)
        if dialog.exec():
            session, code, name = self.session, dialog.code.text().strip(), dialog.name.text().strip()
            self.desk.write(lambda _job: system.add_node(session, version, parent or None, code, name),
                            lambda result: self.show_target(result[1]))  # fmt: skip
        dialog.deleteLater()

    def remove(self) -> None:
        """Delete the chosen node; refused while it is in use."""
        session, key = self.session, self.key()
        if key:
            self.desk.write(lambda _job: system.remove_node(session, key))


class NodeDialog(QDialog):
    """Code and name of a new node."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("新节点")
        self.code, self.name = QLineEdit(), QLineEdit()
        form = QFormLayout(self)
        form.addRow(label("体系编号"), self.code)
        form.addRow(label("节点名称"), self.name)
        self._go = button("建立", self.accept, "primary")
        self._go.setEnabled(False)
        for field in (self.code, self.name):
            field.textChanged.connect(
                lambda _text: self._go.setEnabled(bool(self.code.text().strip() and self.name.text().strip()))
            )
        form.addRow(line(None, button("取消", self.reject), self._go))


def _counts(
    nodes: list[SystemNode], rows: Sequence[tuple[object, ...]], placed: list[Placed]
) -> dict[str, tuple[int, int]]:
    """Node → (应有, 现有) of it and all below it; a standard counts once within a node."""
    parent = {node.key: str(node.parent or "") for node in nodes}
    by_key = {entry.key: entry for entry in placed}
    planned: dict[str, set[str]] = {}
    present: dict[str, set[str]] = {}
    for node, key in rows:
        entry = by_key.get(str(key))
        here, seen = str(node or ""), set[str]()
        while entry is not None and here in parent and here not in seen:
            seen.add(here)
            if not entry.obsolete:
                planned.setdefault(here, set()).add(entry.thing)
            if entry.present:
                present.setdefault(here, set()).add(entry.thing)
            here = parent[here]
    return {key: (len(planned.get(key, ())), len(present.get(key, ()))) for key in parent}
