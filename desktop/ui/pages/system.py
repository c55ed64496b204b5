"""标准体系: the tree of a version with how many standards stand where, its versions, numbering and 框图."""

import re
import unicodedata
from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QLineEdit, QMenu, QMessageBox, QSizePolicy, QSplitter, QVBoxLayout, QWidget

from desktop.app import system, system_diagrams, system_editing, system_numbering, system_versions
from desktop.app.editing import why_version_closed
from desktop.app.job import Job
from desktop.domain.changes import Changes
from desktop.domain.errors import Refusal
from desktop.domain.query import Query, where
from desktop.domain.system_tree import TOP
from desktop.ui.basis_bar import BasisBar
from desktop.ui.desk import Desk
from desktop.ui.dialogs.system import NodeDialog, PlaceDialog, RenumberDialog
from desktop.ui.pages.ledger_files import LedgerFiles
from desktop.ui.record_panel import RecordPanel
from desktop.ui.tree.menus import fill, menu_button
from desktop.ui.tree.model import TreeModel
from desktop.ui.tree.version_bar import VersionBar
from desktop.ui.tree.view import KEYS, TreeView
from desktop.ui.widgets import button, empty_state, label, line, toolbar

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.\-/]*")
"""What the first word of a renamed node looks like if it is a 体系编号; other words belong to the name."""


class SystemPage(LedgerFiles):
    """Tree, counts, and the record of the chosen node."""

    title = "标准体系"
    ledger = "system_node"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.model = TreeModel(self)
        self.tree = TreeView(self.model, self.fill_menu)
        self.panel = RecordPanel(desk, "system_node")
        self.version = ""
        self.versions, self.basis = VersionBar(desk), BasisBar(desk)
        self.words = QLineEdit()
        self.words.setPlaceholderText("查找节点，可用拼音")
        self.words.setAccessibleName("查找节点")
        self.words.setFixedWidth(170)
        self.state = label("", "badge_warn", 12, wrap=True)
        self.renumber_button = button("重新编号…", self.renumber)
        self._reading = 0
        self._wanted = ""
        self._build()
        self._connect()
        self.reload()

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._tools = toolbar(
            button("加下级", partial(self.add, below=True), "primary", "plus", "加下级（Ctrl+Enter）"),
            button("加同级", partial(self.add, below=False), tip="加同级（Enter）"),
            menu_button("移动", self._moves), menu_button("更多", self._more), None, self.words,
            self.versions,
        )  # fmt: skip
        column.addWidget(self._tools)
        column.addWidget(self.basis)
        left = QWidget()
        stack = QVBoxLayout(left)
        stack.setContentsMargins(0, 0, 0, 0)
        stack.setSpacing(0)
        stack.addWidget(self.tree, 1)
        self.state.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._strip = toolbar(self.state, self.renumber_button)
        stack.addWidget(self._strip)
        keys = line(label(KEYS, "quiet", 12), None)
        keys.setContentsMargins(12, 4, 12, 4)
        stack.addWidget(keys)
        self._body = QSplitter(Qt.Orientation.Horizontal)
        self._body.addWidget(left)
        self._body.addWidget(self.panel)
        self._body.setSizes([820, 340])
        self._empty = self._starters()
        column.addWidget(self._body, 1)
        column.addWidget(self._empty, 1)
        self.setFocusProxy(self.tree)

    def _connect(self) -> None:
        self.tree.chosen.connect(self.panel.show_record)
        self.tree.asked.connect(self.act)
        self.tree.lost.connect(lambda sentence: self.desk.say("warn", sentence))
        self.tree.doubleClicked.connect(lambda _index: self.open_standards())
        self.model.moved.connect(self._drop)
        self.model.renamed.connect(self._rename)
        self.words.returnPressed.connect(self.find_words)
        self.versions.chosen.connect(self.show_version)
        self.basis.left.connect(self.tree.setFocus)
        for keys, pressed in (("Ctrl+F", self.words.setFocus), ("Alt+B", self.basis.begin)):
            QShortcut(QKeySequence(keys), self, pressed, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)

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

    # what is shown

    def context(self) -> str:
        if not self.version:
            return ""
        read = self.session.read
        nodes = read.count(Query("system_node", where(version=self.version)))
        state = system_versions.state_name(self.session, self.version)
        return f"{read.caption('system_version', self.version)} · {state} · {nodes} 个节点"

    def changed(self, changes: Changes) -> None:
        if any(changes.of(ledger) for ledger in ("system_node", "system_version", "detail_entry", "standard")):
            self.reload()
        self.panel.changed(changes)

    def hand_over(self) -> None:
        self.tree.hand_over()
        self.panel.hand_over()

    def refused_texts(self) -> int:
        return self.panel.errors

    @property
    def takes_tables(self) -> bool:
        """Not by dropping: what somebody drops here as a beginner is the detail table."""
        return False

    def imported(self) -> None:
        self.reload()

    def show_version(self, version: str) -> None:
        """Show another version."""
        self.version = version
        self.reload()

    def reload(self) -> None:
        """Read the version anew; what is open and chosen stays."""
        session = self.session
        self.version = self.versions.reload(self.version)
        for part in (self._body, self._tools):
            part.setVisible(bool(self.version))
        self._empty.setVisible(not self.version)
        if not self.version:
            return
        self._reading += 1
        number, version = self._reading, self.version

        def read(_job: Job) -> tuple[Any, ...]:
            tree = system.tree_of(session.read, version)
            return tree, system_diagrams.counts(session, version), system_numbering.check(session, version)

        self.desk.read(read, lambda found: self._show(*found) if number == self._reading else None)

    def _show(self, tree: Any, counts: Any, remarks: list[str]) -> None:
        closed = why_version_closed(self.session.read, "system_node", self.version)
        self.model.show(tree, counts, writable=closed is None)
        if closed:
            self.state.setText(f"只读：{closed}")
        elif remarks:
            more = f" 等 {len(remarks)} 处" if len(remarks) > 2 else ""
            self.state.setText(f"▲ 编号检查：{'；'.join(remarks[:2])}{more}")
        self.state.setToolTip("\n".join(remarks))
        self.renumber_button.setVisible(closed is None)
        self._strip.setVisible(bool(closed or remarks))
        if self._wanted in tree.nodes:
            self.tree.go(self._wanted)
            self._wanted = ""

    def key(self) -> str:
        """The chosen node."""
        return self.tree.key()

    def show_target(self, target: object) -> None:
        """Go to a node, now or as soon as it is read; also to one of another version."""
        row = self.session.read.row("system_node", str(target))
        if row is not None and row["version"] and row["version"] != self.version:
            self._wanted = str(target)
            self.show_version(str(row["version"]))
        elif str(target) in self.model.tree.nodes:
            self.tree.go(str(target))
        else:
            self._wanted = str(target)

    def find_words(self) -> None:
        """Go to the next node that holds the typed words."""
        if not self.tree.find_words(self.words.text()):
            self.desk.say("warn", f"没有节点含“{self.words.text()}”，可换一个词或用拼音首字母")

    # menus

    def _moves(self, menu: QMenu) -> None:
        fill(menu, (
            ("上移\tAlt+↑", partial(self.act, "up")), ("下移\tAlt+↓", partial(self.act, "down")),
            ("降级\tTab", partial(self.act, "indent")), ("升级\tShift+Tab", partial(self.act, "outdent")),
            ("移到…", self.move_to),
        ))  # fmt: skip

    def _more(self, menu: QMenu) -> None:
        fill(menu, (
            ("改名\tF2", lambda: self.tree.edit(self.tree.currentIndex().siblingAtColumn(0))), ("复制分支…", self.copy),
            ("合并所选节点…", self.merge), ("重新编号…", self.renumber), ("删除\tDelete", self.remove), None,
            ("看本节点标准", self.open_standards), None,
            ("全部展开\t*", self.tree.open_all), ("全部收起\t/", self.tree.shut_all), None,
            ("导入节点…", self.choose_file), ("节点模板…", self.save_template), ("导出节点…", self.export),
        ))  # fmt: skip

    def fill_menu(self, menu: QMenu) -> None:
        """What the right button offers for the chosen nodes."""
        fill(
            menu,
            (
                ("加下级\tCtrl+Enter", partial(self.add, below=True)),
                ("加同级\tEnter", partial(self.add, below=False)),
                None,
            ),
        )
        self._moves(menu)
        menu.addSeparator()
        self._more(menu)

    # acts

    def act(self, name: str) -> None:
        """What a key of the tree stands for."""
        session, key = self.session, self.key()
        simple: dict[str, Callable[[], Changes]] = {
            "indent": lambda: system_editing.indent(session, key),
            "outdent": lambda: system_editing.outdent(session, key),
            "up": lambda: system_editing.shift(session, key, -1),
            "down": lambda: system_editing.shift(session, key, 1),
        }
        if name in simple:
            if key:
                self.desk.write(lambda _job: simple[name]())
        elif name == "remove":
            self.remove()
        else:
            self.add(below=name == "add_below")

    def _drop(self, keys: list[str], parent: str, at: int) -> None:
        session = self.session
        self.desk.write(lambda _job: system_editing.move_nodes(session, keys, parent, at))

    def _rename(self, key: str, typed: str) -> None:
        code, _, name = typed.partition(" ")
        old = self.model.tree.code(key)
        if typed.startswith(f"{old} "):
            code, name = old, typed[len(old) + 1 :]
        elif not _CODE.fullmatch(unicodedata.normalize("NFKC", code)):
            code, name = old, typed
        session = self.session
        self.desk.write(lambda _job: system_editing.rename(session, key, code, name))

    def _writable(self) -> bool:
        if not self.version:
            return False
        if reason := why_version_closed(self.session.read, "system_node", self.version):
            self.desk.say("warn", reason)
            return False
        return True

    def add(self, *, below: bool) -> None:
        """A new node below or beside the chosen one."""
        if not self._writable():
            return
        session, version, tree, key = self.session, self.version, self.model.tree, self.key()
        parent = key if below or not key else tree.parent(key)
        at = None if below or not key else tree.siblings(key).index(key) + 1

        def refused(code: str) -> str:
            try:
                system.refuse_used_code(session.read, version, code)
            except Refusal as refusal:
                return refusal.message if code.strip() else ""
            return ""

        dialog = NodeDialog(self, system_editing.suggested_code(session, version, parent), refused)
        if dialog.exec():
            code, name = dialog.code.text(), dialog.name.text()
            self.desk.write(lambda _job: system_editing.add_node(session, version, parent or None, code, name, at),
                            lambda result: self.show_target(result[1]))  # fmt: skip
        dialog.deleteLater()

    def _place(self, title: str, question: str, without: set[str], *, top: bool) -> str | None:
        dialog = PlaceDialog(self, title, question, self.model.tree, sorted(without), top=top)
        chosen = dialog.key if dialog.exec() else None
        dialog.deleteLater()
        return chosen

    def _below(self, keys: list[str]) -> set[str]:
        return {below for key in keys for below in self.model.tree.branch(key)}

    def move_to(self) -> None:
        """Put the chosen nodes below another one."""
        session, keys = self.session, self.tree.keys()
        if keys and self._writable():
            parent = self._place("移动节点", "移到哪个节点之下？（连同下级和标准）", self._below(keys), top=True)
            if parent is not None:
                at = len(self.model.tree.children(parent))
                self.desk.write(lambda _job: system_editing.move_nodes(session, keys, parent, at))

    def copy(self) -> None:
        """A copy of the chosen branch somewhere else."""
        session, key = self.session, self.key()
        if key and self._writable():
            parent = self._place(
                "复制分支", "复制到哪个节点之下？（只复制节点，不复制标准和应有数）", self._below([key]), top=True
            )
            if parent is not None:
                self.desk.write(lambda _job: system_editing.copy_branch(session, key, parent),
                                lambda result: self.show_target(result[1]))  # fmt: skip

    def merge(self) -> None:
        """The chosen nodes become one."""
        session, keys = self.session, self.tree.keys()
        if len(keys) < 2:
            self.desk.say("warn", "请先按住 Ctrl 选两个或更多节点，再合并")
        elif self._writable():
            others = set(self.model.tree.nodes) - set(keys)
            into = self._place(
                "合并节点",
                f"把选中的 {len(keys)} 个节点合并成哪一个？标准、下级和填写的应有数都归到它",
                others,
                top=False,
            )
            if into is not None:
                self.desk.write(lambda _job: system_editing.merge_nodes(session, keys, into))

    def remove(self) -> None:
        """Delete the chosen nodes as one step; while standards or other nodes stand below them, ask where they go."""
        session, tree = self.session, self.model.tree
        keys = self.tree.keys() or [self.key()]
        if not all(keys) or not self._writable():
            return
        which = f"“{tree.name(keys[0])}”" if len(keys) == 1 else f"选中的 {len(keys)} 个节点"
        children, standards = system_editing.left_below(session, tree, keys)
        filled = [str(number) for key in keys if (number := tree.nodes[key].planned_count) is not None]
        lost = f"为{which}填写的应有数 {'、'.join(filled)} 随节点一起删除，不并到别处" if filled else ""
        move_to = ""
        if standards or children:
            question = f"{which}下还有 {children} 个下级、{standards} 项标准，删除前移到哪个节点？{lost}"
            move_to = self._place("删除节点", question, self._below(keys), top=False) or ""
            if not move_to:
                return
        elif len(keys) > 1:
            question = f"删除{which}吗？它们下面没有别的下级和标准。{lost}"
            if QMessageBox.question(self, "删除节点", question) != QMessageBox.StandardButton.Yes:
                return
        self.desk.write(lambda _job: system_editing.remove_nodes(session, keys, move_to),
                        lambda _changes: self.desk.say("warn", f"{lost}，要留下请撤销") if lost else None)  # fmt: skip

    def renumber(self) -> None:
        """Show what numbering below the chosen node (or all, at the top) would change, then do it."""
        session, version = self.session, self.version
        if not self._writable():
            return
        key = self.key()
        parent = key if key and self.model.tree.children(key) else TOP
        subject = self.model.tree.name(parent) if parent else "全部节点"
        dialog = RenumberDialog(
            self,
            self.desk,
            subject,
            lambda in_turn: system_numbering.preview(session, version, parent, in_turn=in_turn),
        )
        if dialog.exec():
            planned = dialog.planned
            self.desk.write(lambda _job: system_numbering.apply(session, version, planned))
        dialog.deleteLater()

    def open_standards(self) -> None:
        """The standards at the chosen node and below it."""
        own = system.active_versions(self.session.read).get(self.session.identity.organisation)
        if self.version != own:
            self.desk.say("warn", "“标准明细”里是现行版的标准；请先把版本换成现行版，再看本节点标准")
            return
        keys = tuple(system_editing.entries_at(self.session, self.version, self.key())) if self.key() else ()
        if keys:
            self.desk.page_asked.emit("standards", keys)
        else:
            self.desk.say("warn", "这个节点下还没有标准，可在“标准明细”里新增或导入")
