"""The reference catalogue as a table of any length: places, and cached pages of titles."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from desktop.domain.catalogue import FIELDS, Title
from desktop.store.catalogue import Catalogue

PAGE, PAGES = 128, 32
ROOT = QModelIndex()


class CatalogueModel(QAbstractTableModel):
    """Titles of a catalogue by their places in it."""

    def __init__(self, catalogue: Catalogue) -> None:
        super().__init__()
        self._catalogue = catalogue
        self._places: Sequence[int] = ()
        self._pages: OrderedDict[int, list[Title]] = OrderedDict()

    def show_places(self, places: Sequence[int]) -> None:
        """Show the titles at these places."""
        self.beginResetModel()
        self._places = places
        self._pages.clear()
        self.endResetModel()

    def title(self, row: int) -> Title:
        """The title of a row."""
        number, place = divmod(row, PAGE)
        page = self._pages.get(number)
        if page is None:
            last = min((number + 1) * PAGE, len(self._places))
            page = self._catalogue.page([self._places[at] for at in range(number * PAGE, last)])
            self._pages[number] = page
            if len(self._pages) > PAGES:
                self._pages.popitem(last=False)
        return page[place]

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = ROOT) -> int:
        return 0 if parent.isValid() else len(self._places)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = ROOT) -> int:
        return 0 if parent.isValid() else len(FIELDS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return FIELDS[section].label if orientation is Qt.Orientation.Horizontal else str(section + 1)
        return None

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self.title(index.row())[index.column()]
        return None
