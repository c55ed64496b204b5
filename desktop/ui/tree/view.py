"""The tree of a system with its keys: everything a mouse does here a keyboard does too."""

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemDelegate, QAbstractItemView, QHeaderView, QMenu, QTreeView

from desktop import resources
from desktop.domain.pinyin import fold
from desktop.domain.query import matches
from desktop.domain.system_tree import TOP
from desktop.ui.tree.model import Index, TreeModel
from desktop.ui.tree.renaming import RenameDelegate, Typed

KEYS = "Ctrl+Enter 加下级　Enter 加同级　Tab / Shift+Tab 降级、升级　Alt+↑↓ 移动　F2 改名　Delete 删除"
_PLAIN, _SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
_CONTROL, _ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier

ACTIONS: dict[tuple[Qt.Key, Qt.KeyboardModifier], str] = {
    (Qt.Key.Key_Return, _PLAIN): "add_beside", (Qt.Key.Key_Return, _CONTROL): "add_below",
    (Qt.Key.Key_Insert, _PLAIN): "add_below", (Qt.Key.Key_Tab, _PLAIN): "indent",
    (Qt.Key.Key_Backtab, _SHIFT): "outdent", (Qt.Key.Key_Up, _ALT): "up", (Qt.Key.Key_Down, _ALT): "down",
    (Qt.Key.Key_Delete, _PLAIN): "remove", (Qt.Key.Key_Asterisk, _PLAIN): "expand", (Qt.Key.Key_Slash, _PLAIN): "shut",
}  # fmt: skip


class TreeView(QTreeView):
    """A view over a `TreeModel` that keeps what is open and chosen, by key."""

    asked = Signal(str)
    """The name of an action for the chosen nodes."""
    chosen = Signal(str)
    """The key of the current node."""
    lost = Signal(str)
    """What became of a half typed name that has no place any more."""

    def __init__(self, model: TreeModel, menu: Callable[[QMenu], None]) -> None:
        super().__init__()
        self.nodes = model
        self._menu = menu
        self._shut: set[str] = set()
        self.setModel(model)
        self._renaming = RenameDelegate(self)
        self.setItemDelegate(self._renaming)
        self.setAccessibleName("标准体系树")
        self.setAccessibleDescription(KEYS)
        self.setUniformRowHeights(True)
        self.setExpandsOnDoubleClick(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setTabKeyNavigation(False)
        self.collapsed.connect(lambda index: self._shut.add(model.key(index)))
        self.expanded.connect(lambda index: self._shut.discard(model.key(index)))
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for section, width in ((1, 96), (2, 56), (3, 56), (4, 48)):
            self.setColumnWidth(section, width)
            header.setSectionResizeMode(section, QHeaderView.ResizeMode.Fixed)
        model.modelReset.connect(self._restored)
        self._before: tuple[list[str], int] = [], 0
        self._typed: Typed | None = None
        model.modelAboutToBeReset.connect(self._remember)

    # what is chosen

    def key(self) -> str:
        """The current node; '' for none."""
        return self.nodes.key(self.currentIndex())

    def keys(self) -> list[str]:
        """The selected nodes, as read from top to bottom."""
        selected = {self.nodes.key(index) for index in self.selectionModel().selectedRows()}
        return [key for key in self.nodes.tree.in_order() if key in selected]

    def go(self, key: str) -> None:
        """Choose a node and bring it into view."""
        index = self.nodes.index_of(key)
        if index.isValid():
            self.setCurrentIndex(index)
            self.scrollTo(index)

    def find_words(self, words: str) -> bool:
        """Go to the next node whose code or name holds the words or their pinyin initials; False if there is none."""
        wanted, table = fold(words).split(), resources.pinyin()
        order = self.nodes.tree.in_order()
        start = order.index(self.key()) + 1 if self.key() in order else 0
        for key in (*order[start:], *order[:start]):
            body = fold(self.nodes.tree.name(key))
            if wanted and all(matches(table, body, word) for word in wanted):
                self.go(key)
                return True
        return False

    def _remember(self) -> None:
        self._typed = self._renaming.typed()
        self._before = self._places(), self.verticalScrollBar().value()

    def _places(self) -> list[str]:
        """The current node and where to go if it is gone by then: those behind it, before it, above it."""
        tree, key = self.nodes.tree, self.key()
        if not key:
            return []
        beside = tree.siblings(key)
        at, above = beside.index(key), list[str]()
        while (up := tree.parent(above[-1] if above else key)) != TOP:
            above.append(up)
        return [key, *beside[at + 1 :], *reversed(beside[:at]), *above]

    def _restored(self) -> None:
        places, scrolled = self._before
        self.setUpdatesEnabled(False)
        self.blockSignals(True)
        self.expandAll()
        for shut in self._shut:
            self.setExpanded(self.nodes.index_of(shut), False)
        self.blockSignals(False)
        known = (index for key in places if (index := self.nodes.index_of(key)).isValid())
        self.setCurrentIndex(next(known, self.nodes.index(0, 0)))
        self.verticalScrollBar().setValue(scrolled)
        self.setUpdatesEnabled(True)
        if self._typed is not None:
            self._reopen(self._typed)

    def _reopen(self, typed: Typed) -> None:
        index = self.nodes.index_of(typed.key)
        if index.isValid() and self.nodes.flags(index) & Qt.ItemFlag.ItemIsEditable:
            self.setCurrentIndex(index)
            self.edit(index)
            self._renaming.fill(typed)
        elif typed.text is not None:
            self.lost.emit(f"“{typed.text}”还没有写入：正在改名的节点现在不能改，或已经删除")

    def hand_over(self) -> None:
        """Commit the name being typed."""
        if (editor := self._renaming.editor) is not None:
            self.commitData(editor)
            self.closeEditor(editor, QAbstractItemDelegate.EndEditHint.NoHint)

    def shut_all(self) -> None:
        """Only the top level."""
        self.collapseAll()
        self._shut = {key for key in self.nodes.tree.nodes if self.nodes.tree.children(key)}

    def open_all(self) -> None:
        """Every level."""
        self._shut.clear()
        self.expandAll()

    # Qt

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        self.chosen.emit(self.nodes.key(current))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        key = Qt.Key.Key_Return if event.key() == Qt.Key.Key_Enter else Qt.Key(event.key())
        if self.state() is QAbstractItemView.State.EditingState:
            super().keyPressEvent(event)
            return
        action = ACTIONS.get((key, modifiers))
        if key == Qt.Key.Key_Tab and modifiers == _CONTROL:
            super().focusNextPrevChild(True)
        elif action == "expand":
            self.open_all()
        elif action == "shut":
            self.shut_all()
        elif action:
            self.asked.emit(action)
        else:
            super().keyPressEvent(event)
            return
        event.accept()

    def focusNextPrevChild(self, _forward: bool) -> bool:  # noqa: N802
        """Tab moves nodes, not the focus; Ctrl+Tab and F6 leave."""
        return False

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        self._menu(menu)
        menu.aboutToHide.connect(menu.deleteLater)
        place = event.globalPos()
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            place = self.viewport().mapToGlobal(self.visualRect(self.currentIndex()).bottomLeft() + QPoint(24, 0))
        menu.popup(place)
