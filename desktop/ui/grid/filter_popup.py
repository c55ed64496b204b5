"""The filter of one column: words or a span, and the values to pick, with their counts; all of it by keyboard too."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHeaderView,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop.app.filters import BLANK, LISTED, ColumnFilter, Value, last_day, picking, span_of
from desktop.domain.dates import first_day, parse_date
from desktop.domain.pinyin import PinyinTable, fold
from desktop.domain.query import Condition, compare, matches
from desktop.domain.record import Cell, Column, Kind
from desktop.ui import theme
from desktop.ui.widgets import button, label, line

SPANS = ("今年", "本季度", "本月")
WIDTH = 320
LONGEST = 80
"""Characters of a value in the list; all of it stands in its tip."""


class FilterPopup(QDialog):
    """Asks for the filter of `column`; when accepted, `condition()` is what was asked, None for nothing."""

    decided = Signal(object)
    """The condition, or None to filter no more."""

    def __init__(
        self, column: Column, heading: str, old: Condition | None, pinyin: PinyinTable, today: str, parent: QWidget
    ) -> None:
        # A window of its own, not a popup: only an active window is sure to get the texts of an input method.
        super().__init__(parent, Qt.WindowType.Tool | Qt.WindowType.FramelessWindowHint)
        self.setObjectName("panel")
        self.setAccessibleName(f"筛选{heading}")
        self.setFixedWidth(WIDTH)
        self._column, self._pinyin, self._today = column, pinyin, today
        self._old = ColumnFilter.of(old)
        self._values: list[Value] = []
        self._found: list[Value] = []
        self._bodies: dict[Cell, str] = {}
        self._ready = False
        self.picked: set[Cell] = set()
        self.contains, self.without = self._field("包含", self._old.contains), self._field("不包含", self._old.without)
        self.since, self.until = self._field("从", self._old.since), self._field("到", self._old.until)
        self.search = self._field("查找：文字或拼音首字母", "")
        self.search.setPlaceholderText("查找：文字或拼音首字母")
        self.search.textChanged.connect(lambda _text: self._searched())
        self.search.installEventFilter(self)
        self.values = QListWidget()
        self.values.setAccessibleName("可选的值，空格键勾选")
        self.values.setUniformItemSizes(True)
        self.values.setMinimumHeight(190)
        self.values.setFrameShape(QListWidget.Shape.NoFrame)
        self.values.itemChanged.connect(self._ticked)
        self.told = label("正在统计…", "quiet", 12, wrap=True)
        self.agree = button("确定", self.decide, "primary")
        self.agree.setDefault(True)
        self._lay_out(heading)

    # what it looks like

    def _field(self, words: str, text: Cell) -> QLineEdit:
        made = QLineEdit("" if text is None else str(text), self)
        made.setAccessibleName(words)
        made.textChanged.connect(lambda _text: self._judge())
        return made

    def _lay_out(self, heading: str) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(6)
        column.addWidget(label(f"筛选：{heading}", pixels=13, bold=True))
        kind = self._column.field.kind
        asked: tuple[QLineEdit, ...] = ()
        if kind in (Kind.DATE, Kind.INTEGER):
            asked = self.since, self.until
            column.addLayout(_pair(("从", self.since), ("到", self.until)))
        if kind is Kind.DATE:
            self.since.setPlaceholderText("如 2020 或 2020-05")
            self.spans = [self._small(name, partial(self.set_span, name)) for name in SPANS]
            column.addWidget(line(*self.spans, None, spacing=2))
        elif kind in (Kind.TEXT, Kind.LONG_TEXT):
            asked = self.contains, self.without
            column.addLayout(_pair(("包含", self.contains), ("不包含", self.without)))
        column.addWidget(self.search)
        column.addWidget(self.values, 1)
        column.addWidget(self.told)
        self.every, self.turn = self._small("全选", self.pick_all), self._small("反选", self.invert)
        self.blank, self.filled = self._small("只看空", self.only_blank), self._small("只看有内容", self.only_filled)
        column.addWidget(line(self.every, self.turn, self.blank, self.filled, None, spacing=2))
        self.drop = button("清除本列", self.clear_all, "ghost")
        column.addWidget(line(self.drop, None, button("取消", self.reject), self.agree))
        for field in (self.contains, self.without, self.since, self.until):
            field.setVisible(field in asked)
        for each in self.findChildren(QPushButton):
            each.setAutoDefault(each is self.agree)

    def show_below(self, heading: QHeaderView, section: int) -> None:
        """Open under a heading, inside its screen."""
        self.adjustSize()
        left = heading.sectionViewportPosition(section)
        at = heading.viewport().mapToGlobal(QPoint(left, heading.height()))
        room = heading.screen().availableGeometry()
        at.setX(max(room.left(), min(at.x(), room.right() - self.width())))
        at.setY(max(room.top(), min(at.y(), room.bottom() - self.height())))
        self.move(at)
        self.show()
        self.search.setFocus()

    def _small(self, words: str, pressed: Callable[[], object]) -> QPushButton:
        made = button(words, pressed, "ghost")
        made.setFont(theme.font(12))
        made.setStyleSheet("padding: 0 6px;")
        return made

    # values

    def fill(self, values: Sequence[Value]) -> None:
        """Take the values, once they are counted."""
        self._values, self._ready = list(values), True
        self._bodies = {value.cell: fold(value.text) for value in values}
        self.picked = self._before()
        self._searched()

    def _before(self) -> set[Cell]:
        old = self._old.picked
        return {value.cell for value in self._values if old is None or compare(old, value.cell)}

    def _searched(self) -> None:
        """List what the search finds, all of it picked; without a search what was picked before."""
        words = fold(self.search.text()).split()
        self._found = [
            value for value in self._values
            if all(matches(self._pinyin, self._bodies[value.cell] or BLANK, word) for word in words)
        ]  # fmt: skip
        self.picked = {value.cell for value in self._found} if words else self._before()
        self._list()

    def _list(self) -> None:
        blocked = self.values.blockSignals(True)
        at = self.values.currentRow()
        self.values.clear()
        for value in self._found[:LISTED]:
            item = QListWidgetItem(f"{' '.join(value.text[:LONGEST].split()) or BLANK}　{value.count}")
            item.setData(Qt.ItemDataRole.UserRole, value.cell)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if value.cell in self.picked else Qt.CheckState.Unchecked)
            item.setToolTip(value.text[:2000])
            self.values.addItem(item)
        self.values.setCurrentRow(max(0, min(at, self.values.count() - 1)))
        self.values.blockSignals(blocked)
        self._judge()

    def _ticked(self, item: QListWidgetItem) -> None:
        cell: Cell = item.data(Qt.ItemDataRole.UserRole)
        if item.checkState() is Qt.CheckState.Checked:
            self.picked.add(cell)
        else:
            self.picked.discard(cell)
        self._judge()

    def pick_all(self) -> None:
        """Pick everything that the search finds, listed or not; nothing, if it is picked already."""
        found = {value.cell for value in self._found}
        self.picked = self.picked - found if found <= self.picked else self.picked | found
        self._list()

    def invert(self) -> None:
        """Pick what was not, among what the search finds."""
        self.picked = self.picked ^ {value.cell for value in self._found}
        self._list()

    def only_blank(self) -> None:
        """Pick only the blank cells."""
        self.picked = {value.cell for value in self._values if value.cell is None}
        self._list()

    def only_filled(self) -> None:
        """Pick all but the blank cells."""
        self.picked = {value.cell for value in self._values if value.cell is not None}
        self._list()

    def set_span(self, name: str) -> None:
        """今年, 本季度 or 本月 as the span."""
        since, until = span_of(name, self._today)
        self.since.setText(since)
        self.until.setText(until)

    def clear_all(self) -> None:
        """Filter this column no more."""
        self.decided.emit(None)
        self.accept()

    # the result

    def _complaint(self) -> str:
        for field in (self.since, self.until):
            if field.text().strip() and self._bound(field) is None:
                wanted = "日期，如 2020 或 2020-05-01" if self._column.field.kind is Kind.DATE else "整数"
                return f"“{field.accessibleName()}”要填{wanted}"
        since, until = self._bound(self.since), self._end()
        if since is not None and until is not None and _later(since, until):
            return "起点在终点之后，请对调"
        return "至少选一项" if self._ready and self._values and not self.picked else ""

    def _judge(self) -> None:
        if not hasattr(self, "agree"):
            return
        complaint = self._complaint()
        more = len(self._found) - LISTED
        hint = (
            f"只列出前 {LISTED} 项，另有 {more} 项，请用查找"
            if more > 0
            else f"已选 {len(self.picked)} / {len(self._values)}"
        )
        self.told.setText(complaint or (hint if self._ready else "正在统计…"))
        self.agree.setEnabled(not complaint)

    def _bound(self, field: QLineEdit) -> Cell:
        text = fold(field.text()).strip()
        if self._column.field.kind is Kind.DATE:
            return parse_date(text) if text else None
        try:
            return int(text)
        except ValueError:
            return None

    def _end(self) -> Cell:
        until = self._bound(self.until)
        return last_day(until) if isinstance(until, str) else until

    def condition(self) -> Condition | None:
        """What is asked for now."""
        asked = ColumnFilter(
            picking(self._values, self.picked) if self._ready else self._old.picked,
            self.contains.text().strip(), self.without.text().strip(), self._bound(self.since), self._end(),
        )  # fmt: skip
        return asked.condition(self._column.path)

    def decide(self) -> None:
        """Take what is asked for."""
        if self.agree.isEnabled():
            self.decided.emit(self.condition())
            self.accept()

    def event(self, event: QEvent) -> bool:
        """Going elsewhere closes it, as a menu would be."""
        if event.type() == QEvent.Type.WindowDeactivate and self.isVisible():
            self.reject()
        return super().event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Down goes from the search into the list."""
        if watched is self.search and event.type() == QEvent.Type.KeyPress:
            assert isinstance(event, QKeyEvent)
            if event.key() == Qt.Key.Key_Down:
                self.values.setFocus()
                return True
        return super().eventFilter(watched, event)


def _later(one: Cell, other: Cell) -> bool:
    if isinstance(one, int) and isinstance(other, int):
        return one > other
    return first_day(str(one)) > first_day(str(other))


def _pair(*fields: tuple[str, QLineEdit]) -> QGridLayout:
    grid = QGridLayout()
    grid.setSpacing(6)
    for row, (words, field) in enumerate(fields):
        grid.addWidget(label(words, "quiet", 12), row, 0)
        grid.addWidget(field, row, 1)
    return grid
