"""冲突: one list; each settled by a click on one of the values, or by typing a further one."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QSplitter, QVBoxLayout, QWidget

from desktop.app import settling
from desktop.domain.changes import Changes
from desktop.ui.desk import Desk
from desktop.ui.listing import Listing
from desktop.ui.preview import preview
from desktop.ui.widgets import button, clear, label, line

LINE, LINES = 26, 6
"""Letters of a line and lines of a value on its button."""


class ConflictList(QWidget):
    """What waits for a decision, and the choice."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk, self.session = desk, desk.session
        self.list = Listing("待处理的冲突", ("台账", "记录", "字段"), 1)
        self.list.currentCellChanged.connect(lambda *_: self._show())
        self.told = label("", wrap=True)
        self.choice = QWidget()
        self._choices = QVBoxLayout(self.choice)
        self._choices.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.own = QLineEdit()
        self.own.setPlaceholderText("都不对，自己写一个，按回车采用")
        self.own.setAccessibleName("自己写一个值")
        self.own.returnPressed.connect(self.settle_typed)
        right = QWidget()
        side = QVBoxLayout(right)
        side.addWidget(self.told)
        side.addWidget(self.choice)
        side.addWidget(self.own)
        side.addStretch(1)
        side.addWidget(
            label("采用其中一个值后，另一个留在历史中；对方收到下一个同步包后也一样。", "quiet", 12, wrap=True)
        )
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.list)
        split.addWidget(right)
        split.setSizes([600, 500])
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        self.empty = label("没有待处理的冲突", "quiet", 14)
        column.addWidget(self.empty)
        column.addWidget(split, 1)
        column.addWidget(line(None, button("打印冲突处理单", self.print_sheet, icon_name="print")))
        self.reload()

    @property
    def count(self) -> int:
        """How many wait."""
        return self.list.rowCount()

    def reload(self) -> None:
        """Ask again what waits."""
        found = settling.conflicts(self.session)
        at = self.list.currentRow()
        self.list.show_rows([(item, (item.ledger_label, item.caption, item.field_label)) for item in found])
        if 0 <= at < len(found):
            self.list.setCurrentCell(at, 0)
        self.empty.setVisible(not found)
        self._show()

    def _show(self) -> None:
        clear(self._choices)
        conflict = self.list.chosen
        found = isinstance(conflict, settling.Conflict)
        self.own.setVisible(found)
        if not isinstance(conflict, settling.Conflict):
            self.told.setText("")
            return
        self.told.setText(f"{conflict.ledger_label}　{conflict.caption}　“{conflict.field_label}”有不同的值：")
        for option in conflict.options:
            choice = button(f"{_wrapped(option.shown)}\n{option.said_by}", partial(self._settle, conflict, option),
                            tip=option.shown)  # fmt: skip
            choice.setAccessibleName(f"采用 {option.shown}，{option.said_by}")
            choice.setEnabled(conflict.ours)
            self._choices.addWidget(choice)
        deletion = all(option.shown in (settling.KEPT, settling.DELETED) for option in conflict.options)
        self.own.setVisible(conflict.ours and not deletion)
        if not conflict.ours:
            self._choices.addWidget(label("这处冲突由填报的单位处理，市局只能查看", "quiet", 12))

    def _settle(self, conflict: settling.Conflict, option: settling.Option) -> None:
        session = self.session
        self.desk.write(lambda _job: settling.settle(session, conflict, option.value), self._settled)

    def settle_typed(self) -> None:
        """Write what was typed in place of all values."""
        session, conflict, typed = self.session, self.list.chosen, self.own.text()
        if isinstance(conflict, settling.Conflict) and typed.strip():
            self.desk.write(lambda _job: settling.settle_typed(session, conflict, typed), self._settled)

    def _settled(self, _changes: Changes) -> None:
        self.own.clear()
        self.reload()
        left = f"，还有 {self.count} 处" if self.count else "，全部处理完了"
        self.desk.say("ok", f"已采用{left}")

    def print_sheet(self) -> None:
        """冲突处理单: what was decided and what still waits."""
        preview(self.desk, lambda: settling.settlement_sheet(self.session), "冲突处理单", self)


def _wrapped(text: str) -> str:
    """A long value in lines that fit on its button; what does not fit is in the tip."""
    lines = [part[at : at + LINE] for part in text.splitlines() for at in range(0, max(len(part), 1), LINE)]
    return "\n".join(lines[:LINES]) + ("…" if len(lines) > LINES else "")
