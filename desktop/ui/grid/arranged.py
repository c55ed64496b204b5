"""How the columns of a grid are arranged: which, in which order, how wide, how many stay. The header is where it is
kept; widths of hidden columns are remembered."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.app.views import ViewColumn
from desktop.domain.record import Column

if TYPE_CHECKING:
    from desktop.ui.grid.view import LedgerGrid


def usual_width(column: Column) -> int:
    """The width of a column nobody has changed."""
    return min(320, max(80, column.field.width * 8 + 20, len(column.label) * 13 + 48))


class Arranged(QObject):
    """The arrangement of one grid."""

    changed = Signal()
    """A column was moved or made wider by hand."""

    def __init__(self, grid: "LedgerGrid") -> None:
        super().__init__(grid)
        self._grid = grid
        self._model = grid.ledger_model
        self._widths: dict[str, int] = {}
        self._paths: list[str] = []
        self._quiet = False
        grid.heading.sectionMoved.connect(lambda *_: self._by_hand())
        grid.heading.sectionResized.connect(self._resized)
        self._model.modelReset.connect(self._follow)
        self._follow()

    def columns(self) -> tuple[ViewColumn, ...]:
        """The shown columns in their shown order."""
        header = self._grid.heading
        sections = [header.logicalIndex(at) for at in range(header.count())]
        return tuple(ViewColumn(self._model.columns[at].path, header.sectionSize(at)) for at in sections)

    def show(self, paths: Sequence[str], frozen: int) -> None:
        """Show these columns; without paths those by default."""
        self._paths = []
        self._model.show_columns(paths)
        self._grid.frozen.freeze(frozen)

    def remember(self, columns: Sequence[ViewColumn]) -> None:
        """Widths to give to columns when they are shown."""
        self._widths.update({column.path: column.width for column in columns})

    def forget_widths(self) -> None:
        """Every column as wide as usual again."""
        self._widths.clear()

    def _follow(self) -> None:
        """Give other columns their places and widths."""
        paths = [column.path for column in self._model.columns]
        if paths == self._paths:
            return
        self._paths, self._quiet = paths, True
        header = self._grid.heading
        for section, column in enumerate(self._model.columns):
            header.moveSection(header.visualIndex(section), section)
            header.resizeSection(section, self._widths.get(column.path, usual_width(column)))
        self._quiet = False
        self._grid.frozen.place()

    def _resized(self, section: int, _old: int, new: int) -> None:
        if not self._quiet and new and section < len(self._model.columns):
            self._widths[self._model.columns[section].path] = new
            self.changed.emit()

    def _by_hand(self) -> None:
        if not self._quiet:
            self.changed.emit()
