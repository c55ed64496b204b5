"""One field of a record: its editor, below it why its text is refused, and the way to a conflict about it."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from desktop.app import provisional
from desktop.domain.record import Column, Kind
from desktop.ui import theme
from desktop.ui.still_combo import StillCombo
from desktop.ui.widgets import button, label

Editor = QLineEdit | QPlainTextEdit | QComboBox


class RecordField(QWidget):
    """`left` is called with the text when the editor is left; `settle` when a person wants to decide a conflict."""

    def __init__(self, column: Column, name: str, left: Callable[[str], None], settle: Callable[[], None]) -> None:
        super().__init__()
        self.editor = _editor(column, left)
        self.editor.setAccessibleName(name)
        self.editor.setMinimumWidth(80)
        self.editor.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.why = label("", "badge_bad", 12, wrap=True)
        self.why.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Maximum)
        self.waiting = button(f"{provisional.MARK}，去处理", settle, "ghost", "triangle", provisional.WHY)
        self.why.hide()
        self.waiting.hide()
        column_of_parts = QVBoxLayout(self)
        column_of_parts.setContentsMargins(0, 0, 0, 0)
        column_of_parts.setSpacing(2)
        for part in (self.editor, self.why):
            column_of_parts.addWidget(part)
        column_of_parts.addWidget(self.waiting, 0, Qt.AlignmentFlag.AlignLeft)

    @property
    def text(self) -> str:
        """What stands in the editor."""
        if isinstance(self.editor, QPlainTextEdit):
            return self.editor.toPlainText()
        return self.editor.currentText() if isinstance(self.editor, QComboBox) else self.editor.text()

    @property
    def typed(self) -> bool:
        """Whether the editor holds a text that was typed and not put there."""
        if isinstance(self.editor, QLineEdit):
            return self.editor.isModified()
        return isinstance(self.editor, QPlainTextEdit) and self.editor.document().isModified()

    def put(self, text: str) -> None:
        """Show a text; it does not count as typed."""
        if isinstance(self.editor, QLineEdit):
            self.editor.setText(text)
            self.editor.setCursorPosition(0)
        elif isinstance(self.editor, QPlainTextEdit):
            self.editor.setPlainText(text)
        else:
            self.editor.setCurrentText(text)

    def mark(self, reason: str) -> None:
        """Say below the editor why its text is refused; empty if it is not."""
        if self.editor.toolTip() == reason:
            return
        self.editor.setProperty("invalid", bool(reason))
        self.editor.setToolTip(reason)
        self.editor.setAccessibleDescription(reason)
        self.editor.style().unpolish(self.editor)
        self.editor.style().polish(self.editor)
        self.why.setText(f"▲ {reason}" if reason else "")
        self.why.setVisible(bool(reason))


class _Area(QPlainTextEdit):
    """A text of several lines that is handed over when it is left."""

    def __init__(self, left: Callable[[str], None]) -> None:
        super().__init__()
        self._left = left
        self.setTabChangesFocus(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._left(self.toPlainText())


def _editor(column: Column, left: Callable[[str], None]) -> Editor:
    field = column.field
    words = ["是", "否"] if field.kind is Kind.FLAG else [choice.label for choice in field.choices]
    if words and column.editable:
        combo = StillCombo()
        combo.addItems(["", *words])
        combo.activated.connect(lambda _at: left(combo.currentText()))
        return combo
    if field.kind is Kind.LONG_TEXT:
        area = _Area(left)
        area.setFixedHeight(theme.heights().control * 2)
        return area
    line = QLineEdit()
    line.setReadOnly(not column.editable)
    line.editingFinished.connect(lambda: left(line.text()))
    return line
