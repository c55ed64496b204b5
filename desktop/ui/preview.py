"""Print preview: what is seen is what is printed and what the PDF holds, page for page."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QDialog, QLabel, QScrollArea, QVBoxLayout, QWidget

from desktop.app import exporting
from desktop.domain.document import Document
from desktop.domain.errors import Refusal
from desktop.exchange.paper import Pages, print_to
from desktop.ui.made_files import ask_where
from desktop.ui.widgets import Notice, button, label, line

DOTS = 80
"""Dots per inch of the pages on the screen."""


class Preview(QDialog):
    """The pages of a document with the ways to take it away."""

    def __init__(self, document: Document, file_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"打印预览 · {document.title}")
        self.resize(1000, 660)
        self._document, self._file_name = document, file_name
        pages = Pages(document)
        self.page_count = pages.page_count
        self.notice = Notice()
        sheets = QWidget()
        column = QVBoxLayout(sheets)
        for number in range(pages.page_count):
            picture = QLabel()
            picture.setPixmap(QPixmap.fromImage(pages.page_image(number, DOTS)))
            picture.setAccessibleName(f"第 {number + 1} 页，共 {pages.page_count} 页")
            column.addWidget(picture, 0, Qt.AlignmentFlag.AlignHCenter)
        area = QScrollArea()
        area.setWidget(sheets)
        area.setWidgetResizable(True)
        outer = QVBoxLayout(self)
        outer.addWidget(
            line(
                label(f"共 {pages.page_count} 页", "quiet"), None,
                button("存为 PDF", lambda: self.save(".pdf"), icon_name="save"),
                button("导出 Word", lambda: self.save(".docx"), icon_name="export"),
                button("存为 SVG", lambda: self.save(".svg"), icon_name="export") if document.drawings else
                button("导出 Excel", lambda: self.save(".xlsx"), icon_name="export"),
                button("打印", self.print_pages, "primary", "print"),
            )
        )  # fmt: skip
        outer.addWidget(self.notice)
        outer.addWidget(area, 1)

    def save(self, suffix: str) -> None:
        """Ask where and write the document there; an existing file is asked about by the file dialog."""
        if path := ask_where(self, "存到哪里", f"{self._file_name}{suffix}", f"*{suffix}"):
            self.save_to(path)

    def save_to(self, path: Path) -> None:
        """Write the document and say where it is."""
        try:
            exporting.write(self._document, path)
        except Refusal as refusal:
            self.notice.say("bad", refusal.message)
        else:
            self.notice.say("ok", f"已存到 {path}", path)

    def print_pages(self) -> None:
        """The system's print dialog, then the pages."""
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        if QPrintDialog(printer, self).exec() == QDialog.DialogCode.Accepted:
            try:
                print_to(self._document, printer)
            except Refusal as refusal:
                self.notice.say("bad", refusal.message)
            else:
                self.notice.say("ok", "已送到打印机")
