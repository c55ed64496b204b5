"""批注、接收、退回: the bureau's note on one row of a unit."""

from PySide6.QtWidgets import QComboBox, QDialog, QFormLayout, QPlainTextEdit, QWidget

from desktop.domain.ledgers.words import REVIEW_KINDS
from desktop.ui.widgets import button, label, line


class ReviewDialog(QDialog):
    """Kind and text; accepted only with a text."""

    def __init__(self, about: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("批注或退回")
        self.kind, self.body = QComboBox(), QPlainTextEdit()
        for choice in REVIEW_KINDS:
            self.kind.addItem(choice.label, choice.value)
        self.body.setAccessibleName("意见内容")
        self.go = button("写入", self.accept, "primary")
        self.go.setEnabled(False)
        self.body.textChanged.connect(lambda: self.go.setEnabled(bool(self.body.toPlainText().strip())))
        form = QFormLayout(self)
        form.addRow(label(about, bold=True, wrap=True))
        form.addRow(label("意见类型"), self.kind)
        form.addRow(label("意见内容"), self.body)
        form.addRow(label("下一个下发包会带给该单位", "quiet", 12))
        form.addRow(line(None, button("取消", self.reject), self.go))
