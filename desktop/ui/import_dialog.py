"""What an import would do, row by row, before anything is written."""

from pathlib import Path

from PySide6.QtGui import QColor
from PySide6.QtWidgets import QDialog, QFileDialog, QHeaderView, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from desktop.app import importing
from desktop.app.import_plan import Plan, PlannedRow
from desktop.app.labels import label_of, spare_labels
from desktop.app.session import Session
from desktop.domain.errors import Refusal
from desktop.ui import theme
from desktop.ui.widgets import Notice, button, card, label, line

WORDS = {
    "added": ("● 新增", "ok"),
    "changed": ("◐ 更新", "accent"),
    "equal": ("– 相同", "text_3"),
    "refused": ("× 拒收", "bad"),
}
MOST = 2_000
"""Rows listed; refused ones come first."""


class ImportDialog(QDialog):
    """Counts, rows with reasons, and the report to take away; accepted means: write it."""

    def __init__(self, session: Session, plan: Plan, source: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"导入预览 · {plan.file_name}")
        self.resize(1000, 620)
        self._session, self._plan, self._source = session, plan, source
        self._labels = spare_labels(session)
        self.notice = Notice()
        counts = plan.counts()
        cards = [
            card(
                label(words, f"badge_{token}" if token in ("ok", "bad") else "", bold=True),
                label(str(counts[outcome]), pixels=22, bold=True),
            )
            for outcome, (words, token) in WORDS.items()
        ]
        self.table = self._rows()
        mapped = "，".join(
            f"{heading}→{session.schema.column(plan.ledger, path).label}" for path, heading in plan.headings.items()
        )
        kept = f"；未识别的列存入备用字段：{'、'.join(plan.labels.values())}" if plan.labels else ""
        column = QVBoxLayout(self)
        column.addWidget(label(f"工作表“{plan.sheet}”，尚未写入", "quiet"))
        if plan.remarks:
            self.notice.say("warn", "；".join(plan.remarks))
        column.addWidget(line(*cards))
        column.addWidget(label(f"列的对应：{mapped}{kept}", "quiet", 12, wrap=True))
        column.addWidget(self.notice)
        column.addWidget(self.table, 1)
        self.go = button(f"写入 {counts['added'] + counts['changed']} 行", self.accept, "primary")
        self.go.setEnabled(counts["added"] + counts["changed"] > 0)
        column.addWidget(
            line(
                button("存导入报告（错误行标红）", self._save, icon_name="save"),
                None,
                button("取消", self.reject),
                self.go,
            )
        )

    def _rows(self) -> QTableWidget:
        order = {"refused": 0, "changed": 1, "added": 2, "equal": 3}
        rows = sorted(self._plan.rows, key=lambda row: (order[row.outcome], row.line))[:MOST]
        table = QTableWidget(len(rows), 4)
        table.setHorizontalHeaderLabels(["行", "结果", "标准号、名称", "说明"])
        table.verticalHeader().hide()
        table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        for at, row in enumerate(rows):
            words, token = WORDS[row.outcome]
            for section, text in enumerate((str(row.line), words, _name(row), self._told(row))):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                if section == 1:
                    item.setForeground(QColor(theme.tokens()[token]))
                table.setItem(at, section, item)
        for section, width in enumerate((60, 80, 380)):
            table.setColumnWidth(section, width)
        table.horizontalHeader().setSectionResizeMode(3, QHeaderView.ResizeMode.Stretch)
        table.verticalHeader().setDefaultSectionSize(theme.heights().row)
        return table

    def _told(self, row: PlannedRow) -> str:
        if row.problems:
            return "；".join(sentence for _, sentence in row.problems)
        schema = self._session.schema
        told = []
        for change in row.changes:
            column = schema.column(self._plan.ledger, change.path)
            heading = self._plan.labels.get(change.path) or label_of(column, self._labels)
            told.append(f"{heading}：{column.field.show(change.old) or '空'} → {column.field.show(change.new)}")
        return "；".join(told)

    def _save(self) -> None:
        chosen, _ = QFileDialog.getSaveFileName(self, "导入报告存到", f"导入报告_{self._source.stem}.xlsx", "*.xlsx")
        if not chosen:
            return
        try:
            importing.write_report(self._plan, self._source, Path(chosen))
        except Refusal as refusal:
            self.notice.say("bad", refusal.message)
        else:
            self.notice.say("ok", f"已存到 {chosen}")


def _name(row: PlannedRow) -> str:
    words = (row.values.get("standard.number"), row.values.get("standard.title"), row.values.get("planned_title"))
    return " ".join(str(word) for word in words if word)
