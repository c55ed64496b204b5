"""Frozen columns: a second view over the first columns of the same model and selection."""

from collections.abc import Callable
from itertools import accumulate

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemDelegate, QTableView, QWidget

from desktop.ui import theme
from desktop.ui.grid.delegate import CellDelegate
from desktop.ui.grid.header import GridHeader

MOST_ROOM = 0.7
"""Part of the grid's width that frozen columns may take."""

EDGE = 2
"""Width of the line after the frozen columns, in logical pixels."""


class FrozenColumns(QTableView):
    """Lies over the left edge of `grid` and shows its first `count` columns whatever is scrolled."""

    def __init__(
        self,
        grid: QTableView,
        heading: GridHeader,
        count: int,
        edited: Callable[[QAbstractItemDelegate.EndEditHint], None],
    ) -> None:
        super().__init__(grid)
        self._grid, self._count, self._edited = grid, count, edited
        self.setModel(grid.model())
        self.setSelectionModel(grid.selectionModel())
        self.setItemDelegate(CellDelegate(self))
        self.setObjectName("frozen")
        self.setShowGrid(False)
        self.setFocusProxy(grid)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(theme.heights().row)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(grid.verticalScrollMode())
        self.setSelectionMode(grid.selectionMode())
        self.heading = GridHeader(heading.ledger_model, self)
        self.setHorizontalHeader(self.heading)
        self.heading.sectionPressed.disconnect()
        self.heading.sort_asked.connect(heading.sort_asked)
        self.heading.filter_asked.connect(heading.filter_asked)
        self.heading.sectionMoved.connect(lambda section, _old, new: self._moved(section, new))
        self.heading.sectionResized.connect(lambda at, _old, new: grid.setColumnWidth(at, new))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(grid.customContextMenuRequested)
        self.verticalScrollBar().valueChanged.connect(grid.verticalScrollBar().setValue)
        grid.verticalScrollBar().valueChanged.connect(self.verticalScrollBar().setValue)
        grid.horizontalHeader().sectionResized.connect(lambda *_: self.place())
        grid.horizontalHeader().sectionMoved.connect(lambda *_: self.place())
        self.place()
        self.show()

    @property
    def count(self) -> int:
        """How many columns stay."""
        return self._count

    def freeze(self, count: int) -> None:
        """Let this many columns stay."""
        self._count = count
        self.place()

    def _moved(self, section: int, new: int) -> None:
        """A heading dragged here moves in the grid; frozen columns stand first in both."""
        header = self._grid.horizontalHeader()
        header.moveSection(header.visualIndex(section), new)

    @property
    def sections(self) -> list[int]:
        """The frozen columns: those shown first, as many as leave room for others beside them."""
        header, room = self._grid.horizontalHeader(), self._grid.viewport().width() * MOST_ROOM
        shown = (header.logicalIndex(at) for at in range(header.count()))
        wanted = [section for section in shown if not self._grid.isColumnHidden(section)][: self._count]
        ends = accumulate(self._grid.columnWidth(section) for section in wanted)
        return [section for section, end in zip(wanted, ends, strict=True) if end < room]

    def in_words(self) -> str:
        """Why fewer columns stay than asked for; empty if all do."""
        kept = len(self.sections)
        if kept >= min(self._count, self._grid.horizontalHeader().count()):
            return ""
        now = f"现在只固定前 {kept} 列" if kept else "现在一列也没有固定"
        return f"窗口宽度不够固定前 {self._count} 列，{now}；放大窗口或把列变窄后自动固定"

    def covers(self, section: int) -> bool:
        """Whether this view shows a column in place of the grid."""
        return not self.isHidden() and section in self.sections

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        super().closeEditor(editor, hint)
        self._edited(hint)

    def place(self) -> None:
        """Follow the grid's widths, order and size."""
        frozen = self.sections
        width = 0
        header = self.horizontalHeader()
        blocked = header.blockSignals(True)
        for section in range(self._grid.horizontalHeader().count()):
            self.setColumnHidden(section, section not in frozen)
            if section in frozen:
                self.setColumnWidth(section, self._grid.columnWidth(section))
                header.moveSection(header.visualIndex(section), frozen.index(section))
                width += self._grid.columnWidth(section)
        header.blockSignals(blocked)
        left = self._grid.verticalHeader().width() + self._grid.frameWidth()
        top = self._grid.frameWidth()
        self.setVisible(width > 0)
        height = self._grid.viewport().height() + self._grid.horizontalHeader().height()
        self.setGeometry(left, top, width + EDGE, height)
