"""Below the record of a detail entry: its relations, and what the reference catalogue knows of it."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.app import catalogue, replacements
from desktop.domain.errors import Refusal
from desktop.ui.desk import Desk
from desktop.ui.dialogs.links import LinksDialog
from desktop.ui.widgets import button, label, line


class LinksStrip(QWidget):
    """Hidden for planned entries, which have no standard yet."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk, self._session = desk, desk.session
        self.standard = ""
        self.offer = label("", "quiet", 12, wrap=True)
        self.fill = button(
            "填入", self.take_over, "ghost", "book", "把题录里的名称、日期填入本行空着的格（Ctrl+Enter）"
        )
        self.links = button("代替关系", self.open_links, "ghost", "link", "登记代替、部分代替、引用")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.offer)
        column.addWidget(line(self.links, None, self.fill))
        self.hide()

    def show_entry(self, key: str) -> None:
        """The entry whose standard is meant; an empty key hides the strip."""
        row = self._session.read.row("detail_entry", key) if key else None
        self.standard = str((row or {}).get("standard") or "")
        self.setVisible(bool(self.standard))
        if not self.standard:
            return
        out, into = replacements.of_standard(self._session, self.standard)
        self.links.setText(f"代替关系　{len(out) + len(into)}" if out or into else "代替关系")
        try:
            offered = catalogue.offers(self._session, self.standard)
        except Refusal:
            offered = None
        self.offer.setVisible(offered is not None)
        self.fill.setVisible(offered is not None)
        if offered is not None:
            title, blank = offered
            labels = [self._session.schema.ledger("standard").field(name).label for name in blank]
            self.offer.setText(f"题录里有：{title.number}《{title.title}》，可填入{'、'.join(labels)}")

    def take_over(self) -> None:
        """Fill the blank cells from the catalogue."""
        session, standard = self._session, self.standard
        if standard and not self.fill.isHidden():
            self._desk.write(lambda _job: catalogue.fill(session, [standard]))

    def open_links(self) -> None:
        """The relations of the standard."""
        dialog = LinksDialog(self._desk, self.standard, self)
        dialog.exec()
        dialog.deleteLater()
