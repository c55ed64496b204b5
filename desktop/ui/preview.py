"""Print preview: what is seen is what is printed and what the PDF holds, page for page."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QRect, QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QDialog, QScrollArea, QVBoxLayout, QWidget

from desktop.app import exporting
from desktop.domain.document import Document
from desktop.domain.errors import Refusal
from desktop.exchange.paper import Pages
from desktop.ui.desk import Desk
from desktop.ui.made_files import ask_where
from desktop.ui.widgets import Notice, button, label, line

DOTS = 80
"""Dots per inch of the pages on a screen of 100 %."""

GAP = 12
"""Between two pages, in logical pixels."""

KEPT = 8
"""Pages whose pictures are kept while one scrolls."""


def preview(desk: Desk, make: Callable[[], Document], file_name: str, parent: QWidget) -> None:
    """Show the pages of the document that `make` makes off the window's thread, until the preview is closed."""
    dialog = Preview(desk, make, file_name, parent)
    dialog.exec()
    dialog.deleteLater()


class Preview(QDialog):
    """The pages of a document with the ways to take it away. `pages` is None until they are laid out."""

    def __init__(self, desk: Desk, make: Callable[[], Document], file_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("打印预览")
        self.resize(1000, 660)
        self._desk, self._file_name = desk, file_name
        self.pages: Pages | None = None
        self._printing: Iterator[int] = iter(())
        self._left = False
        self.notice = Notice()
        self.counted = label("正在排版…", "quiet")
        self.word = button("导出 Word", lambda: self.save(".docx"), icon_name="export")
        self.drawing = button("存为 SVG", lambda: self.save(".svg"), icon_name="export")
        self.workbook = button("导出 Excel", lambda: self.save(".xlsx"), icon_name="export")
        self.takers = (
            button("存为 PDF", lambda: self.save(".pdf"), icon_name="save"),
            button("存为图片", lambda: self.save(".png"), icon_name="photo"), self.word, self.drawing, self.workbook,
            button("打印", self.print_pages, "primary", "print"),
        )  # fmt: skip
        for taker in self.takers:
            taker.setEnabled(False)
        self.drawing.hide()
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        outer = QVBoxLayout(self)
        outer.addWidget(line(self.counted, None, *self.takers))
        outer.addWidget(self.notice)
        outer.addWidget(self.area, 1)
        desk.runner.read(lambda _job: Pages(make()), self._laid_out, self._refused)

    @property
    def page_count(self) -> int:
        """How many pages; 0 until they are laid out."""
        return self.pages.page_count if self.pages else 0

    def _laid_out(self, pages: Pages) -> None:
        if self._left:
            return
        self.pages = pages
        self.setWindowTitle(f"打印预览 · {pages.document.title}")
        self.counted.setText(f"共 {pages.page_count} 页")
        self.drawing.setVisible(bool(pages.document.drawings))
        self.workbook.setHidden(bool(pages.document.drawings))
        for taker in self.takers:
            taker.setEnabled(True)
        self.area.setWidget(_Sheets(pages))

    def _refused(self, refusal: Refusal) -> None:
        self._say("bad", refusal.message)
        if self.pages is None and not self._left:
            self.counted.setText("没有排成版")

    def _saved(self, path: Path) -> None:
        self._say("ok", f"已存到 {path}", path)

    def _say(self, kind: str, sentence: str, made: Path | None = None) -> None:
        """Here, or in the window once this preview is closed."""
        (self._desk if self._left else self.notice).say(kind, sentence, made)

    def save(self, suffix: str) -> None:
        """Ask where and write the document there; an existing file is asked about by the file dialog."""
        if path := ask_where(self, "存到哪里", f"{self._file_name}{suffix}", f"*{suffix}"):
            self.save_to(path)

    def save_to(self, path: Path) -> None:
        """Write the document off the window's thread and say where it is."""
        if self.pages is None:
            return
        document = self.pages.document
        self.notice.say("ok", f"正在写 {path.name}…")
        self._desk.runner.read(
            lambda job: exporting.write(document, path, job), lambda _none: self._saved(path), self._refused
        )

    def print_pages(self) -> None:
        """The system's print dialog, then the pages, one in each turn of the window."""
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        if self.pages is None or QPrintDialog(printer, self).exec() != QDialog.DialogCode.Accepted:
            return
        self.takers[-1].setEnabled(False)
        self._printing = self.pages.printing(printer)
        self._print_next()

    def _print_next(self) -> None:
        try:
            done = next(self._printing)
        except StopIteration:
            self._printed("ok", "已送到打印机")
        except Refusal as refusal:
            self._printed("bad", refusal.message)
        else:
            self.notice.say("ok", f"正在送打印机：已送 {done} 页；关闭本窗口即停止")
            QTimer.singleShot(0, self, self._print_next)

    def _printed(self, kind: str, sentence: str) -> None:
        if not self._left:
            self.takers[-1].setEnabled(True)
            self.notice.say(kind, sentence)

    def done(self, result: int) -> None:
        """Leave; printing stops after the page under way."""
        self._left, self._printing = True, iter(())
        if (pages := self.pages) is not None:
            self._desk.runner.read(lambda _job: pages.forget(), lambda _none: None)
        super().done(result)


class _Sheets(QWidget):
    """The pages below each other. What comes into sight is painted, at the scale of its screen; a widget for each of
    hundreds of pages would keep the window from its other work."""

    def __init__(self, pages: Pages) -> None:
        super().__init__()
        self._picture = lru_cache(KEPT)(pages.page_image)
        self._places: list[QRect] = []
        bottom = GAP
        for page in pages.pages:
            place = QRect(0, bottom, round(page.width * DOTS / 25.4), round(page.height * DOTS / 25.4))
            self._places.append(place)
            bottom = place.bottom() + GAP
        self.setMinimumSize(max(place.width() for place in self._places) + 2 * GAP, bottom)
        self.setAccessibleName(f"共 {len(self._places)} 页")

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        for number, place in enumerate(self._places):
            shown = place.translated((self.width() - place.width()) // 2, 0)
            if shown.intersects(event.rect()):
                painter.drawImage(shown, self._picture(number, round(DOTS * self.devicePixelRatioF())))
        painter.end()
