"""代替关系 of one standard in both directions, with the relations that its free text suggests."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QStringListModel, Qt, QTimer
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QDialog,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from desktop.app import replacements
from desktop.app.replacements import Link, Suggestion
from desktop.domain.changes import Changes
from desktop.domain.errors import Refusal
from desktop.ui.desk import Desk
from desktop.ui.widgets import button, label, line

_BETWEEN = "　"


class LinksDialog(QDialog):
    """Every action is one step at once; the window's undo takes it back."""

    def __init__(self, desk: Desk, standard: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("代替关系")
        self.resize(640, 560)
        self._desk, self._session, self._standard = desk, desk.session, standard
        self._suggestions: list[Suggestion] = []
        self.out, self.into, self.proposed = QListWidget(), QListWidget(), QListWidget()
        for part, name in (
            (self.out, "本标准代替或引用"),
            (self.into, "代替或引用本标准的"),
            (self.proposed, "建议登记的"),
        ):
            part.setAccessibleName(name)
        self.direction, self.kind = QComboBox(), QComboBox()
        self.direction.addItem("本标准", False)
        self.direction.addItem("本标准被", True)
        field = desk.session.schema.ledger("standard_link").field("kind")
        for kind in replacements.KINDS:
            self.kind.addItem(field.show(kind), kind)
        self.number = QLineEdit()
        self.number.setPlaceholderText("标准号，可输入名称或拼音首字母来找")
        self.number.setAccessibleName("另一项标准的标准号")
        self._offered = QStringListModel(self)
        completer = QCompleter(self._offered, self)
        completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self.number.setCompleter(completer)
        self._later = QTimer(self, singleShot=True, interval=120)
        self._later.timeout.connect(self._offer)
        self.number.textEdited.connect(lambda _text: self._later.start())
        self.number.returnPressed.connect(self.add)
        self.told = label("", "badge_bad", 12, wrap=True)
        self.told.hide()
        self.take = button("登记勾选的", self.add_suggested, icon_name="check")
        self._free = label("“代替标准”栏里写到、还没有登记的", "quiet", 12)
        self._lay_out()
        self.reload()

    def _lay_out(self) -> None:
        caption = self._session.read.caption("standard", self._standard)
        column = QVBoxLayout(self)
        column.addWidget(label(caption, pixels=14, bold=True, wrap=True))
        column.addWidget(label("本标准代替、引用的", "quiet", 12))
        column.addWidget(self.out, 2)
        column.addWidget(label("代替、引用本标准的", "quiet", 12))
        column.addWidget(self.into, 2)
        column.addWidget(
            line(self.direction, self.kind, self.number, button("增加", self.add, icon_name="plus"), spacing=4)
        )
        column.addWidget(self.told)
        column.addWidget(self._free)
        column.addWidget(self.proposed, 1)
        column.addWidget(
            line(button("删除选中的", self.remove, icon_name="trash"), self.take, None, button("关闭", self.reject))
        )
        for widget in self.findChildren(QWidget):
            if hasattr(widget, "setAutoDefault"):
                widget.setAutoDefault(False)

    def reload(self) -> None:
        """Both directions and what is suggested, as they are now."""
        out, into = replacements.of_standard(self._session, self._standard)
        self._fill(self.out, out, "{} {}")
        self._fill(self.into, into, "被 {1} {0}")
        self._suggestions = replacements.suggest(self._session, self._standard)
        self.proposed.clear()
        kinds = self._session.schema.ledger("standard_link").field("kind")
        for one in self._suggestions:
            place = "" if one.standard else "（不在本库）"
            item = QListWidgetItem(f"{kinds.show(one.kind)} {one.number}{place}")
            item.setCheckState(Qt.CheckState.Checked)
            self.proposed.addItem(item)
        for widget in (self._free, self.proposed, self.take):
            widget.setVisible(bool(self._suggestions))

    def _fill(self, shown: QListWidget, links: list[Link], words: str) -> None:
        kinds = self._session.schema.ledger("standard_link").field("kind")
        shown.clear()
        for link in links:
            item = QListWidgetItem(words.format(kinds.show(link.kind), link.caption))
            item.setData(Qt.ItemDataRole.UserRole, link.key)
            shown.addItem(item)

    def _offer(self) -> None:
        session, typed = self._session, self.number.text()
        self._desk.read(lambda _job: replacements.offered(session, typed), partial(self._found, typed), self._refused,
                        owner=self, short=True)  # fmt: skip

    def _found(self, typed: str, found: list[tuple[str, str]]) -> None:
        if typed == self.number.text():
            self._offered.setStringList([f"{number}{_BETWEEN}{title}" for number, title in found])
            if found and self.number.hasFocus():
                self.number.completer().complete()

    def add(self) -> None:
        """One more relation."""
        session, standard, kind = self._session, self._standard, str(self.kind.currentData())
        number = self.number.text().split(_BETWEEN)[0].strip()
        by = bool(self.direction.currentData())
        self._write(lambda: replacements.add(session, standard, kind, number, by=by))

    def add_suggested(self) -> None:
        """The ticked suggestions."""
        rows = range(self.proposed.count())
        ticked = [at for at in rows if self.proposed.item(at).checkState() is Qt.CheckState.Checked]
        chosen = [self._suggestions[at] for at in ticked]
        session, standard = self._session, self._standard
        if chosen:
            self._write(lambda: replacements.add_suggested(session, standard, chosen))

    def remove(self) -> None:
        """The selected relations."""
        items = [*self.out.selectedItems(), *self.into.selectedItems()]
        keys = [str(item.data(Qt.ItemDataRole.UserRole)) for item in items]
        session = self._session
        if keys:
            self._write(lambda: replacements.remove(session, keys))

    def _write(self, work: Callable[[], Changes]) -> None:
        self.told.hide()
        self._desk.write(lambda _job: work(), lambda _changes: self._written(), failed=self._refused)

    def _written(self) -> None:
        self.number.clear()
        self.reload()

    def _refused(self, refusal: Refusal) -> None:
        self.told.setText(refusal.message)
        self.told.show()
