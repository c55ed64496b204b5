"""Which sheet of the file is read, and in which of its rows the headings stand."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QSpinBox, QVBoxLayout, QWidget

from desktop.app.import_source import Offer, Source, offer_at
from desktop.app.session import Session
from desktop.domain.errors import Refusal
from desktop.ui.widgets import label, line


class SheetPage(QWidget):
    """Holds the table that stands in the boxes; where none does, `offer` is None and `refusal` says why, so that no
    other sheet is taken than the one that is shown."""

    chosen = Signal()
    """A person chose another sheet or row."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._source: Source | None = None
        self._row = 0
        self.offer: Offer | None = None
        self.refusal: Refusal | None = None
        self.sheets, self.heading_row, self.headings = QComboBox(), QSpinBox(), label("", "quiet", 12, wrap=True)
        self.sheets.setAccessibleName("工作表")
        self.heading_row.setAccessibleName("表头所在行")
        self.heading_row.setRange(1, 1)
        self.sheets.activated.connect(lambda _place: self._sheet_chosen())
        self.heading_row.editingFinished.connect(self._row_chosen)
        column = QVBoxLayout(self)
        column.addWidget(line(label("工作表"), self.sheets, label("表头在第"), self.heading_row, label("行"), None))
        column.addWidget(self.headings)
        column.addStretch(1)

    def show_source(self, source: Source) -> None:
        """Show the sheets of a file and take the best table found in it."""
        self._source = source
        self.sheets.clear()
        self.sheets.addItems([sheet.name for sheet in source.workbook.sheets if sheet.visible])
        self._take(source.offers[0])

    def _sheet_chosen(self) -> None:
        assert self._source is not None
        name = self.sheets.currentText()
        known = [offer for offer in self._source.offers if offer.sheet.name == name]
        if known:
            self._take(known[0])
        else:
            self._at(name, 0)
        self.chosen.emit()

    def _row_chosen(self) -> None:
        row = self.heading_row.value() - 1
        if self._source is not None and row != self._row:
            self._at(self.sheets.currentText(), row)
            self.chosen.emit()

    def _at(self, sheet: str, row: int) -> None:
        assert self._source is not None
        try:
            self._take(offer_at(self._session, self._source, sheet, row))
        except Refusal as refusal:
            self.offer, self.refusal = None, refusal
            self._show_row(len(self._source.workbook.sheet(sheet).rows), row)
            self.headings.setText("")

    def _take(self, offer: Offer) -> None:
        self.offer, self.refusal = offer, None
        self.sheets.setCurrentText(offer.sheet.name)
        self._show_row(len(offer.sheet.rows), offer.found.heading_row)
        self.headings.setText("找到的表头：" + "，".join(heading for heading in offer.found.headings if heading))

    def _show_row(self, count: int, row: int) -> None:
        self._row = row
        self.heading_row.setMaximum(max(count, 1))
        self.heading_row.setValue(row + 1)
