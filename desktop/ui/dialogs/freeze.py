"""冻结快照: its name and the period it stands for."""

from PySide6.QtWidgets import QDialog, QLineEdit, QVBoxLayout, QWidget

from desktop.domain.dates import quarter, quarter_label
from desktop.ui.widgets import button, label, line


class FreezeDialog(QDialog):
    """Name and period, proposed from the day of the table."""

    def __init__(self, as_of: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("冻结快照")
        code = quarter(as_of)
        self.name, self.period = QLineEdit(f"{quarter_label(code)}（{as_of}）"), QLineEdit(code.replace("Q", "-Q"))
        self.name.setAccessibleName("快照名称")
        self.period.setAccessibleName("所属期间")
        self.period.setPlaceholderText("如 2026-Q4，可不填")
        column = QVBoxLayout(self)
        for words, field in (("快照名称", self.name), ("所属期间", self.period)):
            column.addWidget(label(words))
            column.addWidget(field)
        column.addWidget(label("冻结后数字和明细不再变化，以后的改动列为更正", "quiet", 12, wrap=True))
        column.addWidget(line(None, button("取消", self.reject), button("冻结", self.accept, "primary")))
