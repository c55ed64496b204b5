"""统计表: the official table; every figure opens the rows it counts."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from desktop.app import provisional, statistics
from desktop.domain.changes import Changes
from desktop.domain.ledgers.organisation import Organisation
from desktop.domain.query import Op, Test
from desktop.domain.statistics import Measure, StatisticsRow, StatisticsTable
from desktop.ui import theme
from desktop.ui.charts import BarChart
from desktop.ui.desk import Desk, Page
from desktop.ui.preview import Preview
from desktop.ui.widgets import button, card, label, toolbar

EVERYBODY = "全市合计（去重）"

RESTS_ON = ("detail_entry", "standard", "standard_link", "system_node", "system_version")
"""The ledgers whose values the figures count."""


class StatisticsPage(Page):
    """Choose a layout (and at the bureau a unit), look, drill down, print."""

    title = "统计表"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.layouts = {item.name: item.id for item in statistics.layouts()}
        self.layout_choice, self.unit_choice = QComboBox(), QComboBox()
        self.layout_choice.addItems(list(self.layouts))
        self.layout_choice.setAccessibleName("版式")
        self.unit_choice.setAccessibleName("单位")
        self.units = self._units()
        self.unit_choice.addItems(list(self.units))
        self.unit_choice.setVisible(len(self.units) > 1)
        for choice in (self.layout_choice, self.unit_choice):
            choice.currentIndexChanged.connect(lambda _at: self.reload())
        self.table = QTableWidget()
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.cellActivated.connect(self.drill)
        self.table.cellDoubleClicked.connect(self.drill)
        self.table.verticalHeader().hide()
        self.heading, self.unit_line = label("", pixels=16, bold=True), label("", "quiet", 12)
        self.checks = label("", "quiet", 12, wrap=True)
        self.provisional = label("", "badge_warn", 12, wrap=True)
        self.chart = BarChart()
        self._shown: StatisticsTable | None = None
        self._lines: list[StatisticsRow] = []
        self._arrange()
        self.setFocusProxy(self.table)
        self.reload()

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(
            toolbar(self.layout_choice, self.unit_choice, None, button("打印、导出", self.preview, "primary", "print"))
        )
        body = QWidget()
        row = QHBoxLayout(body)
        row.setContentsMargins(16, 12, 16, 12)
        left = card(self.heading, self.unit_line, self.table, self.checks, self.provisional, label("双击数字看它数了哪些行", "quiet", 12))
        self.heading.setAlignment(Qt.AlignmentFlag.AlignCenter)
        row.addWidget(left, 5)
        row.addWidget(card(label("现有数", bold=True, pixels=14), self.chart), 2)
        column.addWidget(body, 1)

    def _units(self) -> dict[str, list[str] | None]:
        ours = self.session.identity
        if not ours.is_bureau:
            return {ours.name: [ours.organisation]}
        known = self.session.read.records(Organisation, Test("identity", Op.FILLED))
        return {EVERYBODY: None, **{str(unit.name): [str(unit.identity)] for unit in known}}

    def context(self) -> str:
        return f"截至 {self.session.today()}"

    def changed(self, changes: Changes) -> None:
        if changes.of("organisation"):
            self.units = self._units()
            self.unit_choice.blockSignals(True)
            self.unit_choice.clear()
            self.unit_choice.addItems(list(self.units))
            self.unit_choice.setVisible(len(self.units) > 1)
            self.unit_choice.blockSignals(False)
        self.reload()

    def reload(self) -> None:
        """Count anew."""
        owners = self.units.get(self.unit_choice.currentText())
        layout = self.layouts[self.layout_choice.currentText()]
        self._shown = statistics.table(self.session, layout, owners=owners)
        self._fill(self._shown)
        self.provisional.setText(provisional.sentence(self.session, RESTS_ON))

    def _fill(self, shown: StatisticsTable) -> None:
        self.heading.setText(shown.layout.title)
        self.unit_line.setText(f"编制单位：{self.unit_choice.currentText()}　　截至 {shown.as_of}　　单位：个")
        self._lines = [row for group in shown.groups for row in (*group.rows, group.total)]
        self.table.clearSpans()
        self.table.setColumnCount(2 + len(shown.layout.columns))
        self.table.setRowCount(len(self._lines))
        self.table.setHorizontalHeaderLabels(["", "统计项", *(words for _, words in shown.layout.columns)])
        at = 0
        for group in shown.groups:
            height = len(group.rows) + 1
            if height > 1:
                self.table.setSpan(at, 0, height, 1)
            self._put(at, 0, group.label, centre=True)
            for row in (*group.rows, group.total):
                self._line(at, row, shown, total=row is group.total)
                at += 1
        self.table.setColumnWidth(0, 64)
        self.table.setColumnWidth(1, 170)
        for section in range(2, self.table.columnCount()):
            self.table.setColumnWidth(section, 86)
        self.checks.setText("\n".join(("✓ " if check.holds else "× ") + check.sentence for check in shown.checks))
        self.chart.show_bars([(row.label, row.present.value) for row in shown.groups[0].rows])

    def _line(self, at: int, row: StatisticsRow, shown: StatisticsTable, *, total: bool) -> None:
        self._put(at, 1, row.label, total=total)
        for section, (measure, _) in enumerate(shown.layout.columns, start=2):
            self._put(at, section, row.shown(measure), total=total, figure=True)
        self.table.setRowHeight(at, theme.heights().row)

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
        self.table.setItem(at, section, item)

    def drill(self, at: int, section: int) -> None:
        """Open the rows behind a figure in the detail table."""
        if self._shown is None or section < 2:
            return
        measure: Measure = self._shown.layout.columns[section - 2][0]
        keys = self._lines[at].proof(measure).keys
        if keys:
            self.desk.page_asked.emit("standards", keys)
        else:
            self.desk.say("warn", "这个数是 0，没有可看的行")

    def preview(self) -> None:
        """The table as a form."""
        if self._shown is None:
            return
        dialog = Preview(statistics.document(self.session, self._shown),
                         f"{self.session.identity.name}_标准统计表_{self._shown.as_of}", self)  # fmt: skip
        dialog.exec()
        dialog.deleteLater()
