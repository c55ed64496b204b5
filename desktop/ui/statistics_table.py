"""The official table on the screen; each figure asks for the rows it counts."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractItemView, QTableWidget, QTableWidgetItem, QWidget

from desktop.domain.statistics import StatisticsRow, StatisticsTable
from desktop.ui import theme


class StatisticsTableView(QTableWidget):
    """Groups in a spanning first column, totals bold; double click or Enter on a figure emits its row keys."""

    asked = Signal(object)
    """The keys of the rows behind a figure, a tuple of str."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.cellActivated.connect(self.drill)
        self.cellDoubleClicked.connect(self.drill)
        self.verticalHeader().hide()
        self._shown: StatisticsTable | None = None
        self._lines: list[StatisticsRow] = []

    def show_table(self, shown: StatisticsTable) -> None:
        """Show this table."""
        self._shown = shown
        self._lines = [row for group in shown.groups for row in (*group.rows, group.total)]
        self.clearSpans()
        self.setColumnCount(2 + len(shown.layout.columns))
        self.setRowCount(len(self._lines))
        self.setHorizontalHeaderLabels(["", "统计项", *(words for _, words in shown.layout.columns)])
        at = 0
        for group in shown.groups:
            height = len(group.rows) + 1
            if height > 1:
                self.setSpan(at, 0, height, 1)
            self._put(at, 0, group.label, centre=True)
            for row in (*group.rows, group.total):
                self._line(at, row, shown, total=row is group.total)
                at += 1
        self.setColumnWidth(0, 64)
        self.setColumnWidth(1, 170)
        for section in range(2, self.columnCount()):
            self.setColumnWidth(section, 86)

    def drill(self, at: int, section: int) -> None:
        """Ask for the rows behind the figure at a cell."""
        if self._shown is not None and section >= 2:
            measure = self._shown.layout.columns[section - 2][0]
            self.asked.emit(self._lines[at].proof(measure).keys)

    def _line(self, at: int, row: StatisticsRow, shown: StatisticsTable, *, total: bool) -> None:
        self._put(at, 1, row.label, total=total)
        for section, (measure, _) in enumerate(shown.layout.columns, start=2):
            self._put(at, section, row.shown(measure), total=total, figure=True)
        self.setRowHeight(at, theme.heights().row)

    def _put(
        self, at: int, section: int, text: str, *, total: bool = False, figure: bool = False, centre: bool = False
    ) -> None:
        item = QTableWidgetItem(text)
        item.setFont(theme.font(13, total or centre))
        if figure:
            item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            item.setForeground(QColor(theme.tokens()["accent"]))
        if centre:
            item.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
        if total:
            item.setBackground(QColor(theme.tokens()["head"]))
        self.setItem(at, section, item)
