"""The findings of one run of 数据体检 as a table."""

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from desktop.app import health
from desktop.app.health import HealthFinding
from desktop.ui import theme

HEADINGS = ("程度", "检查项", "发现", "怎么办")
_MARKS = {"bad": "×", "warn": "▲", "note": "○"}
_COLOURS = {"bad": "bad", "warn": "warn", "note": "text_2"}
ROOT = QModelIndex()


class FindingsModel(QAbstractTableModel):
    """Rows of findings; `show_check` narrows them to one check."""

    def __init__(self) -> None:
        super().__init__()
        self.findings: list[HealthFinding] = []
        self._shown: list[HealthFinding] = []

    def set_findings(self, findings: list[HealthFinding]) -> None:
        """The outcome of another run."""
        self.findings = findings
        self.show_check("")

    def show_check(self, code: str) -> None:
        """Only the findings of one check; an empty code shows all."""
        self.beginResetModel()
        self._shown = [finding for finding in self.findings if code in ("", finding.code)]
        self.endResetModel()

    def groups(self) -> list[tuple[str, str, int]]:
        """(code, title, count) of each check that found something, in the order of the checks."""
        counts: dict[str, int] = {}
        for finding in self.findings:
            counts[finding.code] = counts.get(finding.code, 0) + 1
        titles = {finding.code: health.check_of(finding).title for finding in self.findings}
        return [(code, titles[code], count) for code, count in counts.items()]

    def finding(self, row: int) -> HealthFinding:
        """The finding of a row."""
        return self._shown[row]

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = ROOT) -> int:
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = ROOT) -> int:
        return 0 if parent.isValid() else len(HEADINGS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return HEADINGS[section] if orientation is Qt.Orientation.Horizontal else str(section + 1)
        return None

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        finding = self._shown[index.row()]
        check = health.check_of(finding)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            mark = f"{_MARKS[check.severity]} {check.severity.label}"
            return (mark, check.title, finding.message, check.advice)[index.column()]
        if role == Qt.ItemDataRole.ForegroundRole and index.column() == 0:
            return QColor(theme.tokens()[_COLOURS[check.severity]])
        return None
