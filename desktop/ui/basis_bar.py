"""The bar that asks for 依据 after key fields were changed: it takes no focus, so that typing goes on."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QComboBox, QHBoxLayout, QWidget

from desktop.app import basis
from desktop.domain.changes import Changes
from desktop.ui.desk import Desk
from desktop.ui.widgets import button, label


class BasisBar(QWidget):
    """Hidden until a step of this page changed a key field; one answer serves every step that waits."""

    answered = Signal()
    """A basis was written; the history reads otherwise now."""
    left = Signal()
    """The bar was closed with the keyboard in it."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.steps: dict[int, list[str]] = {}
        """Step → labels of the key fields it changed."""
        self.words = label("", "badge_warn", bold=True)
        self.field = QComboBox()
        self.field.setEditable(True)
        self.field.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.field.setMinimumWidth(320)
        self.field.setAccessibleName("依据")
        line = self.field.lineEdit()
        assert line is not None
        self.line = line
        self.line.setPlaceholderText("文件名称、文号（按 Alt+B 来填）")
        self.line.setMaxLength(basis.LONGEST)
        self.line.returnPressed.connect(self.give)
        self.never = button("本次打开不再询问", self.ask_no_more, "ghost", tip="关闭程序再打开后恢复询问")
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 4, 16, 4)
        for item in (
            self.words,
            self.field,
            button("确定（回车）", self.give),
            button("不填（Esc）", self.drop, "ghost"),
        ):
            row.addWidget(item)
        row.addStretch(1)
        row.addWidget(self.never)
        self.setObjectName("toolbar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.hide()
        desk.changed.connect(self._ask)

    def _ask(self, changes: object) -> None:
        page = self.parentWidget()
        if not isinstance(changes, Changes) or page is None or not page.isVisible():
            return
        self.steps = basis.wanting(self._desk.session, [*self.steps, changes.tx])
        if not self.steps:
            self.hide()
            return
        if self.isHidden():
            self.field.clear()
            self.field.addItems(basis.recent(self._desk.session))
            self.line.clear()
        labels = list(dict.fromkeys(text for texts in self.steps.values() for text in texts))
        more = f"（{len(self.steps)} 次）" if len(self.steps) > 1 else ""
        self.words.setText(f"改了 {'、'.join(labels)}{more}，依据：")
        self.setAccessibleName(f"{self.words.text()}按 Alt+B 填写")
        self.show()

    def begin(self) -> None:
        """Go to the field, if something is asked."""
        if not self.isHidden():
            self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def give(self) -> None:
        """Write what was typed as the basis of every step that waits."""
        session, steps, text = self._desk.session, list(self.steps), self.line.text()
        if not text.strip():
            self._desk.say("warn", "请写明依据，如文件名称和文号；不填请按 Esc")
            return
        self._desk.write(lambda _job: basis.give(session, steps, text), lambda _none: self.answered.emit())
        self.drop()

    def drop(self) -> None:
        """Ask no longer about these steps."""
        focus = QApplication.focusWidget()
        inside = focus is not None and self.isAncestorOf(focus)
        self.steps = {}
        self.hide()
        if inside:
            self.left.emit()

    def ask_no_more(self) -> None:
        """No question until the program is opened again."""
        self._desk.session.asks_basis = False
        self.drop()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.drop()
        elif event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
