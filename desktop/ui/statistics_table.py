"""The official table on the screen; each figure asks for the rows it counts."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractItemView, QTableWidget, QTableWidgetItem, QWidget

from desktop.domain.statistics import BRANCH, Measure, StatisticsColumn, StatisticsRow, StatisticsTable
from desktop.ui import theme


class StatisticsTableView(QTableWidget):
    """Groups in a spanning first column, totals bold; double click or Enter on a figure emits its row keys. 应有数 of the
    sub-systems that `show_table` names can be typed."""

    asked = Signal(object)
    """The keys of the rows behind a figure, a tuple of str."""
    filled = Signal(str, str)
    """(sub-system, 应有数 as typed)"""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed | QAbstractItemView.EditTrigger.AnyKeyPressed)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.cellActivated.connect(self.drill)
        self.itemChanged.connect(self._typed)
        self.verticalHeader().hide()
        self._shown: StatisticsTable | None = None
        self._lines: list[StatisticsRow] = []

    @property
    def editing(self) -> bool:
        """Whether a figure is being typed."""
        return self.state() is QAbstractItemView.State.EditingState

    def show_table(self, shown: StatisticsTable, fillable: Mapping[str, str] | None = None) -> None:
        """Show this table; `fillable`: sub-system → the 依据 of its 应有数 so far."""
        self.blockSignals(True)
        self._shown = shown
        self._lines = [row for group in shown.groups for row in (*group.rows, group.total)]
        self.clearSpans()
        self.setColumnCount(2 + len(shown.layout.columns))
        self.setRowCount(len(self._lines))
        self.setHorizontalHeaderLabels(["", "统计项", *(column.label for column in shown.layout.columns)])
        at = 0
        for layout, group in zip(shown.layout.groups, shown.groups, strict=True):
            height = len(group.rows) + 1
            if height > 1:
                self.setSpan(at, 0, height, 1)
            self._put(at, 0, group.label, centre=True)
            for row in (*group.rows, group.total):
                bases = fillable if fillable and layout.path == BRANCH and row.label in fillable else {}
                self._line(at, row, shown, total=row is group.total, basis=bases.get(row.label))
                at += 1
        self.setColumnWidth(0, 64)
        self.setColumnWidth(1, 170)
        for section in range(2, self.columnCount()):
            self.setColumnWidth(section, 70 if shown.layout.across else 86)
        self.blockSignals(False)

    def drill(self, at: int, section: int) -> None:
        """Ask for the rows behind the figure at a cell."""
        if self._shown is not None and section >= 2:
            self.asked.emit(self._lines[at].proof(self._shown.layout.columns[section - 2]).keys)

    def _typed(self, item: QTableWidgetItem) -> None:
        row, column = self._lines[item.row()], self._column(item.column())
        if column is not None and item.text().strip() != row.shown(column):
            self.filled.emit(row.label, item.text())

    def _column(self, section: int) -> StatisticsColumn | None:
        return self._shown.layout.columns[section - 2] if self._shown is not None and section >= 2 else None

    def _line(self, at: int, row: StatisticsRow, shown: StatisticsTable, *, total: bool, basis: str | None) -> None:
        self._put(at, 1, row.label, total=total)
        for section, column in enumerate(shown.layout.columns, start=2):
            item = self._put(at, section, row.shown(column), total=total, figure=True)
            if column.measure is Measure.PLANNED and basis is not None:
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
                item.setToolTip(_origin(row, basis))
            if column.measure is Measure.RATIO and row.exceeds:
                item.setText(f"▲ {item.text()}")
                item.setForeground(QColor(theme.tokens()["bad"]))
                item.setToolTip("现有数超过应有数，请核对填写的应有数")
        self.setRowHeight(at, theme.heights().row)

    def _put(
        self, at: int, section: int, text: str, *, total: bool = False, figure: bool = False, centre: bool = False
    ) -> QTableWidgetItem:
        item = QTableWidgetItem(text)
        item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
        item.setFont(theme.font(13, total or centre))
        if figure:
            item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            item.setForeground(QColor(theme.tokens()["accent"]))
        if centre:
            item.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
        if total:
            item.setBackground(QColor(theme.tokens()["head"]))
        self.setItem(at, section, item)
        return item


def _origin(row: StatisticsRow, basis: str) -> str:
    """Where an 应有数 comes from, and how to fill it in."""
    if basis:
        return f"填写的应有数 {row.wanted}（依据：{basis}）；明细列出 {row.planned.value}。按 F2 修改，清空则按明细推算"
    return "按明细推算；直接打字或按 F2 可填写应有数"
