"""The heading of a grid: label, funnel of a filtered column, arrow and rank of a sorted one; clicks sort and filter."""

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QHelpEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QHeaderView, QStyle, QStyleOptionHeader, QToolTip, QWidget

from desktop.domain.query import Sort
from desktop.ui import theme
from desktop.ui.grid.model import LedgerModel
from desktop.ui.icons import icon

FUNNEL_ZONE = 24
"""Width of the part at the right that opens the filter, in logical pixels."""
MARK = 12
HINT = "点按排序，按住 Shift 点按加为下一级排序；点右侧漏斗或按 Alt+↓ 筛选；拖动调整顺序"
EDGE = 5
"""What is left of a section's sides for changing its width."""


def next_sort(sorts: tuple[Sort, ...], path: str, *, add: bool) -> tuple[Sort, ...]:
    """The order after a click on a heading: ascending, descending, none; with `add` the other keys stay."""
    old = next((sort for sort in sorts if sort.path == path), None)
    if not add and len(sorts) != 1:
        old = None
    wanted = () if old is not None and old.descending else (Sort(path, descending=old is not None),)
    if not add:
        return wanted
    if old is None:
        return (*sorts, *wanted)
    return tuple(kept for sort in sorts for kept in (wanted if sort is old else (sort,)))


class GridHeader(QHeaderView):
    """The horizontal heading over a `LedgerModel`; the order shown is that of the model's query."""

    sort_asked = Signal(str, bool)
    """(path, whether it is added to the other keys)"""
    filter_asked = Signal(int)
    """The section whose filter is to open."""

    def __init__(self, model: LedgerModel, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.ledger_model = model
        self._filtered: frozenset[str] = frozenset()
        self._hovered = -1
        self._add = False
        self.setFixedHeight(theme.heights().header)
        self.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.setSectionsMovable(True)
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setMinimumSectionSize(48)
        self.viewport().setMouseTracking(True)
        self.sectionClicked.connect(self._clicked)

    def show_filtered(self, paths: frozenset[str]) -> None:
        """Mark the columns that are filtered."""
        self._filtered = paths
        self.viewport().update()

    def marks(self, section: int) -> str:
        """What a heading shows beside its label, in words."""
        path = self._path(section)
        said = ["已筛选"] if path in self._filtered else []
        paths = [sort.path for sort in self.ledger_model.query.sort]
        if path in paths:
            place = paths.index(path)
            rank = f"第 {place + 1} " if len(paths) > 1 else ""
            said.append(f"{rank}{'降序' if self.ledger_model.query.sort[place].descending else '升序'}")
        return "，".join(said)

    def funnel_at(self, section: int) -> QRect:
        """The part of a section that opens the filter."""
        right = self.sectionViewportPosition(section) + self.sectionSize(section) - EDGE
        return QRect(right - FUNNEL_ZONE + EDGE, 0, FUNNEL_ZONE - EDGE, self.height())

    def _path(self, section: int) -> str:
        columns = self.ledger_model.columns
        return columns[section].path if 0 <= section < len(columns) else ""

    def _clicked(self, section: int) -> None:
        self.sort_asked.emit(self._path(section), self._add)

    # mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        if event.button() is Qt.MouseButton.LeftButton and self._in_funnel(at):
            self.filter_asked.emit(self.logicalIndexAt(at))
            return
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._add = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        super().mouseReleaseEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self.logicalIndexAt(event.position().toPoint()))
        super().mouseMoveEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        """The tip says what the column is, how it is looked at, and what can be done."""
        if event.type() == QEvent.Type.ToolTip:
            assert isinstance(event, QHelpEvent)
            if (section := self.logicalIndexAt(event.pos())) >= 0:
                QToolTip.showText(event.globalPos(), self.tip(section), self)
                return True
        return super().viewportEvent(event)

    def tip(self, section: int) -> str:
        """Help of the column, its marks in words, and the way to sort and filter."""
        explained = self.ledger_model.headerData(section, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
        return "\n".join(filter(None, (explained, self.marks(section), HINT)))

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(-1)
        super().leaveEvent(event)

    def _hover(self, section: int) -> None:
        if section != self._hovered:
            self._hovered = section
            self.viewport().update()

    def _in_funnel(self, at: QPoint) -> bool:
        section = self.logicalIndexAt(at)
        return section >= 0 and self.funnel_at(section).contains(at)

    # painting

    def sectionSizeFromContents(self, logical: int) -> QSize:
        size = super().sectionSizeFromContents(logical)
        return QSize(size.width() + FUNNEL_ZONE, size.height())

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        if not rect.isValid():
            return
        option = QStyleOptionHeader()
        self.initStyleOption(option)
        option.rect = rect  # type: ignore[attr-defined]
        painter.save()
        self.style().drawControl(QStyle.ControlElement.CE_HeaderSection, option, painter, self)
        inner = rect.adjusted(8, 0, -4, 0)
        if self._path(section) in self._filtered or section == self._hovered:
            token = "accent" if self._path(section) in self._filtered else "text_3"
            inner.setRight(inner.right() - MARK)
            icon("funnel", token).paint(painter, QRect(inner.right(), rect.center().y() - MARK // 2, MARK, MARK))
            inner.setRight(inner.right() - 4)
        inner = self._paint_sort(painter, inner, section)
        painter.setFont(theme.font(12, bold=True))
        painter.setPen(theme.colour("text_2"))
        text = str(self.ledger_model.headerData(section, Qt.Orientation.Horizontal) or "")
        shown = QFontMetrics(painter.font()).elidedText(text, Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
        painter.restore()

    def _paint_sort(self, painter: QPainter, inner: QRect, section: int) -> QRect:
        """Arrow and rank at the right of the label; what is left for the label."""
        sorts = self.ledger_model.query.sort
        place = next((at for at, sort in enumerate(sorts) if sort.path == self._path(section)), -1)
        if place < 0:
            return inner
        painter.setFont(theme.font(12, bold=True))
        painter.setPen(theme.colour("accent"))
        rank = str(place + 1) if len(sorts) > 1 else ""
        width = MARK + QFontMetrics(painter.font()).horizontalAdvance(rank)
        at = QRect(inner.right() - width, inner.center().y() - MARK // 2, MARK, MARK)
        icon("sort-down" if sorts[place].descending else "sort-up", "accent").paint(painter, at)
        number = QRect(at.right() + 1, inner.top(), width - MARK + 2, inner.height())
        painter.drawText(number, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, rank)
        return inner.adjusted(0, 0, -width - 4, 0)
