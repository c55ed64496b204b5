"""The Qt model of a system's tree: code and name, 应有, 现有, 缺; drag and drop and renaming are passed on."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QMimeData, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt, Signal

from desktop.domain.system_counts import Count
from desktop.domain.system_tree import TOP, Tree
from desktop.ui import theme

Index = QModelIndex | QPersistentModelIndex
NUMBERS = (2, 3, 4)
_NOTHING = Count(0, 0, 0)
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
HEADS = ("体系节点", "责任处室", "应有", "现有", "缺")
MIME = "application/x-system-nodes"
KEY_ROLE = Qt.ItemDataRole.UserRole


class TreeModel(QAbstractItemModel):
    """Nodes of one version; what a person asks for leaves as a signal and comes back as a new tree."""

    moved = Signal(list, str, int)
    """(keys, new parent, place among its other children)"""
    renamed = Signal(str, str)
    """(key, typed text: code, blank, name)"""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.tree = Tree([])
        self.writable = False
        self._counts: Mapping[str, Count] = {}
        self._keys: list[str] = []
        self._rows: dict[str, int] = {}
        self._ids: dict[str, int] = {}

    def show(self, tree: Tree, counts: Mapping[str, Count], *, writable: bool) -> None:
        """Show a tree; what is expanded and chosen is kept by the view, by key."""
        self.beginResetModel()
        self.tree, self._counts, self.writable = tree, counts, writable
        self._keys = tree.in_order()
        self._ids = {key: place for place, key in enumerate(self._keys)}
        self._rows = {key: row for parent in (TOP, *self._keys) for row, key in enumerate(tree.children(parent))}
        self.endResetModel()

    def key(self, index: Index) -> str:
        """The node at an index; TOP for none."""
        return self._keys[index.internalId()] if index.isValid() else TOP

    def index_of(self, key: str, section: int = 0) -> QModelIndex:
        """Where a node stands; an invalid index for none."""
        if key not in self._ids:
            return QModelIndex()
        return self.createIndex(self._rows[key], section, self._ids[key])

    # Qt

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        children = self.tree.children(self.key(parent))
        if not 0 <= row < len(children) or not 0 <= column < len(HEADS):
            return QModelIndex()
        return self.createIndex(row, column, self._ids[children[row]])

    def parent(self, index: Any = None) -> Any:
        if index is None:
            return super().parent()
        return self.index_of(self.tree.parent(self.key(index))) if index.isValid() else QModelIndex()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.column() > 0 else len(self.tree.children(self.key(parent)))

    def columnCount(self, _parent: Index = QModelIndex()) -> int:  # noqa: B008
        return len(HEADS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return HEADS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if section in NUMBERS else Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        key, section = self.key(index), index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(key, section) + ("\u2002" if section in NUMBERS else "")
        look = self._look(key, section)
        return look[role]() if role in look else None

    def _look(self, key: str, section: int) -> dict[int, Callable[[], Any]]:
        """What a cell answers to the other roles."""
        found: dict[int, Callable[[], Any]] = {
            Qt.ItemDataRole.EditRole: lambda: self.tree.name(key),
            Qt.ItemDataRole.FontRole: lambda: theme.font(13, self.tree.parent(key) == TOP),
            Qt.ItemDataRole.SizeHintRole: lambda: QSize(0, theme.heights().row),
            Qt.ItemDataRole.AccessibleTextRole: lambda: self._spoken(key),
            Qt.ItemDataRole.ToolTipRole: lambda: str(self.tree.nodes[key].notes or "") or self._text(key, section),
            KEY_ROLE: lambda: key,
        }
        if section in NUMBERS:
            found[Qt.ItemDataRole.TextAlignmentRole] = lambda: _RIGHT
        if section == NUMBERS[-1] and self._counts.get(key, _NOTHING).missing:
            found[Qt.ItemDataRole.ForegroundRole] = lambda: theme.colour("warn")
        return found

    def _text(self, key: str, section: int) -> str:
        count = self._counts.get(key, _NOTHING)
        texts = (
            f"{self.tree.code(key)}  {self.tree.nodes[key].name or ''}", str(self.tree.nodes[key].department or ""),
            str(count.planned), str(count.present), str(count.missing) if count.missing else "—",
        )  # fmt: skip
        return texts[section]

    def _spoken(self, key: str) -> str:
        count = self._counts.get(key, _NOTHING)
        level = self.tree.depth(key) + 1
        return f"{self.tree.name(key)}，第 {level} 级，应有 {count.planned}，现有 {count.present}，缺 {count.missing}"

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled if self.writable else Qt.ItemFlag.NoItemFlags
        found = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if self.writable:
            found |= Qt.ItemFlag.ItemIsDragEnabled | Qt.ItemFlag.ItemIsDropEnabled
            if index.column() == 0:
                found |= Qt.ItemFlag.ItemIsEditable
        return found

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole or not index.isValid():
            return False
        typed = " ".join(str(value).split())
        if typed != " ".join(self.tree.name(self.key(index)).split()):
            self.renamed.emit(self.key(index), typed)
        return True

    # drag and drop

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        return [MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        keys = dict.fromkeys(self.key(index) for index in indexes)
        found = QMimeData()
        found.setData(MIME, "\n".join(keys).encode())
        return found

    def dropMimeData(self, data: QMimeData, _action: Qt.DropAction, row: int, _column: int, parent: Index) -> bool:
        """Ask for the move; False towards Qt, which would otherwise remove the rows itself."""
        keys = bytes(data.data(MIME).data()).decode().split("\n") if data.hasFormat(MIME) else []
        if self.writable and keys and all(key in self._ids for key in keys):
            children = self.tree.children(self.key(parent))
            place = len(children) if row < 0 else row
            rest = [key for key in children[:place] if key not in keys]
            self.moved.emit(keys, self.key(parent), len(rest))
        return False
