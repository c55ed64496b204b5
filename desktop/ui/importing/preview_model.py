"""The judged rows of a file as a table: bad cells red, changed ones with their old value; any cell can be mended."""

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from desktop.app.import_plan import Outcome, Plan, PlannedRow
from desktop.app.labels import label_of, spare_labels
from desktop.app.session import Session
from desktop.ui import theme

Index = QModelIndex | QPersistentModelIndex

WORDS: dict[Outcome, tuple[str, str]] = {
    "added": ("● 新增", "ok"),
    "changed": ("◐ 更新", "accent"),
    "equal": ("– 相同", "text_3"),
    "refused": ("× 拒收", "bad"),
}
_FIXED = ("行", "结果", "说明")
_ROOT = QModelIndex()


class PreviewModel(QAbstractTableModel):
    """Rows of a plan, those of one outcome or all; the first columns tell the line, the outcome and why."""

    mended = Signal(int, str, str)
    """(place among all rows, column path, text)"""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._labels = spare_labels(session)
        self._plan: Plan | None = None
        self.rows: list[tuple[int, PlannedRow]] = []
        self.paths: list[str] = []

    def show_plan(self, plan: Plan, outcome: Outcome | None) -> None:
        """Show the rows with an outcome, or all of them, refused ones first."""
        self.beginResetModel()
        self._plan = plan
        every = enumerate(plan.rows)
        self.rows = [pair for pair in every if outcome is None or pair[1].outcome == outcome]
        self.rows.sort(key=lambda pair: pair[1].outcome != "refused")
        self.paths = list(plan.headings)
        self.endResetModel()

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(_FIXED) + len(self.paths)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role != Qt.ItemDataRole.DisplayRole or orientation != Qt.Orientation.Horizontal or self._plan is None:
            return None
        return _FIXED[section] if section < len(_FIXED) else self._plan.headings[self.paths[section - len(_FIXED)]]

    def flags(self, index: Index) -> Qt.ItemFlag:
        editable = Qt.ItemFlag.ItemIsEditable if index.column() >= len(_FIXED) else Qt.ItemFlag.NoItemFlags
        return super().flags(index) | editable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self.rows[index.row()][1]
        path = self.paths[index.column() - len(_FIXED)] if index.column() >= len(_FIXED) else ""
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.EditRole:
                return self._text(row, path, index.column())
            case Qt.ItemDataRole.ToolTipRole:
                return self.reason(row, path) or self._text(row, path, index.column())
            case Qt.ItemDataRole.BackgroundRole if self._is_bad(row, path):
                return theme.colour("bad_soft")
            case Qt.ItemDataRole.BackgroundRole if any(change.path == path for change in row.changes):
                return theme.colour("accent_soft")
            case Qt.ItemDataRole.ForegroundRole if index.column() == 1:
                return theme.colour(WORDS[row.outcome][1])
        return None

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole or index.column() < len(_FIXED) or value == self.data(index):
            return False
        self.mended.emit(self.rows[index.row()][0], self.paths[index.column() - len(_FIXED)], str(value))
        return True

    def reason(self, row: PlannedRow, path: str) -> str:
        """Why a cell is red, or what it was before; of the whole row for no path."""
        said = [sentence for where, sentence in row.problems if where == path or not path]
        for change in row.changes:
            if change.path == path or not path:
                column = self._session.schema.column(self._plan.ledger if self._plan else "", change.path)
                old, new = column.field.show(change.old) or "空", column.field.show(change.new) or "空"
                said.append(f"{label_of(column, self._labels)}：{old} → {new}")
        return "；".join(said)

    def first_bad(self, line: int) -> int:
        """The column of the first red cell of a shown row; the first column of the file if the row itself is bad."""
        row = self.rows[line][1]
        bad = [self.paths.index(path) for path, _ in row.problems if path in self.paths]
        return len(_FIXED) + min(bad, default=0)

    def _text(self, row: PlannedRow, path: str, column: int) -> str:
        if path:
            cell = row.typed.get(path)
            return "" if cell is None else str(cell)
        return (str(row.line), WORDS[row.outcome][0], self.reason(row, "") or row.remark)[column]

    def _is_bad(self, row: PlannedRow, path: str) -> bool:
        if row.outcome != "refused":
            return False
        return any(where == path for where, _ in row.problems) if path else not all(where for where, _ in row.problems)
