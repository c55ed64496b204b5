"""Paper: pages painted the same way for preview, printer and PDF.

Everything is laid out in millimetres with unhinted fonts (`paper_layout`), so that no line breaks
differently on another device. One font unit of the layout is a hundredth of a millimetre.
"""

import functools
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QLineF, QMarginsF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontInfo,
    QFontMetricsF,
    QGuiApplication,
    QImage,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QPen,
    QTextLayout,
    QTextOption,
)
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QApplication

from desktop.domain.document import Align, Document
from desktop.domain.errors import EnvironmentFault
from desktop.exchange.legible import legible
from desktop.exchange.paper_items import (
    BOX_SIDE,
    DASH,
    INNER_RULE,
    Box,
    Face,
    Ground,
    Item,
    Lettering,
    Mark,
    Page,
    Stroke,
    Watermark,
    Words,
)
from desktop.exchange.paper_layout import lay_out
from desktop.whole_file import whole_file

_UNIT = 0.01
"""Millimetres of one unit of font size: large enough that whole pixel sizes lose nothing."""
_FAMILIES = {
    Face.HEAD: [
        "SimHei",
        "黑体",
        "Noto Sans CJK SC",
        "Source Han Sans SC",
        "WenQuanYi Zen Hei",
        "WenQuanYi Micro Hei",
        "Microsoft YaHei",
    ],
    Face.TEXT: [
        "FangSong",
        "仿宋",
        "FangSong_GB2312",
        "SimSun",
        "宋体",
        "Noto Serif CJK SC",
        "Source Han Serif SC",
        "AR PL UMing CN",
        "Noto Sans CJK SC",
        "WenQuanYi Zen Hei",
        "WenQuanYi Micro Hei",
        "Microsoft YaHei",
    ],
}
_HEAVY = {"SimHei", "黑体"}
"""Families that are bold by nature: thickened once more they clog."""
_GROUND = QColor("#EFEFEF")
_WATERMARK = QColor("#E2E2E2")
_PDF_DOTS_PER_INCH = 1200
_CREATOR = "标准化工作台"
_own_application: list[QApplication] = []


def ensure_application() -> QGuiApplication:
    """The running Qt application, or a new one without a screen, as fonts need one.

    On Windows the invisible platform finds no system fonts, so the usual one is taken there; no window opens.
    """
    running = QGuiApplication.instance()
    if isinstance(running, QGuiApplication):
        return running
    platform = [] if sys.platform == "win32" else ["-platform", "offscreen"]
    _own_application.append(QApplication(["standards-desk", *platform]))
    return _own_application[0]


@functools.lru_cache(maxsize=128)
def _font(lettering: Lettering) -> QFont:
    font = QFont()
    font.setFamilies(_FAMILIES[lettering.face])
    font.setPixelSize(max(round(lettering.height / _UNIT), 1))
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    font.setStyleHint(QFont.StyleHint.Serif if lettering.face is Face.TEXT else QFont.StyleHint.SansSerif)
    # regional forms off: Noto Serif CJK gives Latin text digits that no reader of the PDF can search or copy
    font.setFeature(QFont.Tag("locl"), 0)
    if lettering.bold and QFontInfo(font).family() not in _HEAVY:
        font.setBold(True)
    return font


class QtMeasure:
    """Measures and breaks text with Qt's fonts; the answers do not depend on any device."""

    def __init__(self) -> None:
        self._lines = functools.lru_cache(maxsize=20_000)(self._broken)

    def width(self, text: str, lettering: Lettering) -> float:
        """Millimetres of a text set in one line."""
        return QFontMetricsF(_font(lettering)).horizontalAdvance(text) * _UNIT

    def lines(self, text: str, lettering: Lettering, width: float) -> tuple[str, ...]:
        """The text broken to lines of at most `width` millimetres; an empty text has none.

        Chinese breaks anywhere but before closing punctuation, other scripts between words; a word too long
        for a line breaks anywhere.
        """
        return self._lines(text, lettering, round(width, 3)) if text else ()

    def _broken(self, text: str, lettering: Lettering, width: float) -> tuple[str, ...]:
        found: list[str] = []
        for paragraph in text.split("\n"):
            if self.width(paragraph, lettering) <= width:
                found.append(paragraph.rstrip())
            else:
                found += self._paragraph(paragraph, lettering, width)
        return tuple(found)

    def _paragraph(self, text: str, lettering: Lettering, width: float) -> Iterator[str]:
        layout = QTextLayout(text, _font(lettering))
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        layout.beginLayout()
        # Qt counts in UTF-16 units, in which rare Chinese characters are two
        units = text.encode("utf-16-le")
        while (line := layout.createLine()).isValid():
            room = max(width, 0.1)
            while True:
                line.setLineWidth(room / _UNIT)
                start, length = line.textStart() * 2, line.textLength() * 2
                found = units[start : start + length].decode("utf-16-le", "ignore").rstrip()
                # alone a line can be wider than in its paragraph: kerning, quotes of another script
                excess = self.width(found, lettering) - width
                if excess <= 0 or line.textLength() <= 1 or room <= 0.1:
                    break
                room = max(room - max(excess, 0.01), 0.1)
            yield found
        layout.endLayout()


class Pages:
    """A document as pages ready to be shown, printed or written."""

    def __init__(self, document: Document) -> None:
        """Lay the document out once; raises ValueError for a table row with more cells than columns."""
        ensure_application()
        self.document = document
        self.measure = QtMeasure()
        self.pages: tuple[Page, ...] = lay_out(document, self.measure)

    @property
    def page_count(self) -> int:
        """How many sheets are printed in all."""
        return len(self.pages)

    def forget(self) -> None:
        """Let the pages go one by one; freed at once, hundreds of them stop everything else for a moment."""
        rest, self.pages = list(self.pages), ()
        while rest:
            rest.pop()

    def paint(self, painter: QPainter, page_index: int) -> None:
        """Paint one page; a unit of the painter is a millimetre, its origin the paper's upper left corner."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        for item in self.pages[page_index].items:
            _paint(painter, item)
        painter.restore()

    def page_image(self, index: int, dots_per_inch: int = 96) -> QImage:
        """One page as a picture on white."""
        page = self.pages[index]
        return picture(page.items, page.width, page.height, dots_per_inch)

    def write_pdf(self, path: Path) -> None:
        """Write all pages as a PDF file; raises EnvironmentFault `write_failed`."""
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        writer = QPdfWriter(buffer)
        writer.setTitle(legible(self.document.title))
        writer.setCreator(_CREATOR)
        writer.setResolution(_PDF_DOTS_PER_INCH)
        for _ in self._run(writer, range(self.page_count)):
            pass
        buffer.close()
        with whole_file(path) as stream:
            stream.write(buffer.data().data())

    def printing(self, printer: QPrinter) -> Iterator[int]:
        """Print on a printer, only the pages of its range if it has one, telling after each how many are done; closing
        the iterator ends the printing. Raises EnvironmentFault `print_failed`.
        """
        first = max(printer.fromPage(), 1)
        last = min(printer.toPage() or self.page_count, self.page_count)
        printer.setDocName(legible(self.document.title))
        printer.setFullPage(True)
        yield from self._run(printer, range(first - 1, last))

    def _run(self, device: QPdfWriter | QPrinter, chosen: range) -> Iterator[int]:
        """Paint pages one after the other on a paged device, whose sheet follows each page's size; how many are done."""
        if not chosen:
            return
        device.setPageLayout(self._page_layout(chosen[0]))
        with _painting(device) as painter:
            for index in chosen:
                if index != chosen[0]:
                    device.setPageLayout(self._page_layout(index))
                    device.newPage()
                painter.resetTransform()
                painter.scale(device.logicalDpiX() / 25.4, device.logicalDpiY() / 25.4)
                self.paint(painter, index)
                yield index - chosen[0] + 1

    def _page_layout(self, index: int) -> QPageLayout:
        page = self.pages[index]
        landscape = page.width > page.height
        short, long = sorted((page.width, page.height))
        size = QPageSize(QSizeF(short, long), QPageSize.Unit.Millimeter)
        turned = QPageLayout.Orientation.Landscape if landscape else QPageLayout.Orientation.Portrait
        layout = QPageLayout(size, turned, QMarginsF(0, 0, 0, 0), QPageLayout.Unit.Millimeter)
        layout.setMode(QPageLayout.Mode.FullPageMode)
        return layout


def picture(items: Iterable[Item], width: float, height: float, dots_per_inch: int,
            form: QImage.Format = QImage.Format.Format_RGB32) -> QImage:  # fmt: skip
    """Items of a sheet of `width` × `height` millimetres as a picture on white."""
    scale = dots_per_inch / 25.4
    image = QImage(round(width * scale), round(height * scale), form)
    image.setDotsPerMeterX(round(scale * 1000))
    image.setDotsPerMeterY(round(scale * 1000))
    image.fill(Qt.GlobalColor.white)
    with _painting(image) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        painter.scale(scale, scale)
        for item in items:
            _paint(painter, item)
    return image


def write_pdf(document: Document, path: Path) -> None:
    """Lay a document out and write it as PDF; raises EnvironmentFault `write_failed`."""
    Pages(document).write_pdf(path)


@contextmanager
def _painting(device: QImage | QPdfWriter | QPrinter) -> Iterator[QPainter]:
    painter = QPainter()
    if not painter.begin(device):
        raise EnvironmentFault("print_failed", "打印机没有响应，请检查打印机是否连接、开机后再试。")
    try:
        yield painter
    finally:
        painter.end()


def _paint(painter: QPainter, item: Item) -> None:
    match item:
        case Words():
            _paint_words(painter, item)
        case Stroke():
            pen = _pen(item.thickness)
            if item.dashed:
                pen.setCapStyle(Qt.PenCapStyle.FlatCap)
                pen.setDashPattern([DASH / item.thickness, DASH / item.thickness])
            painter.setPen(pen)
            painter.drawLine(QLineF(item.x, item.y, item.x + item.width, item.y + item.height))
        case Ground():
            painter.fillRect(QRectF(item.x, item.y, item.width, item.height), _GROUND)
        case Box():
            _paint_box(painter, item)
        case Mark():
            _paint_mark(painter, item)
        case Watermark():
            _paint_watermark(painter, item)


def _pen(thickness: float) -> QPen:
    return QPen(
        QColor(Qt.GlobalColor.black),
        thickness,
        Qt.PenStyle.SolidLine,
        Qt.PenCapStyle.SquareCap,
        Qt.PenJoinStyle.MiterJoin,
    )


def _paint_words(painter: QPainter, item: Words) -> None:
    font = _font(item.lettering)
    left = item.x
    if item.align is not Align.LEFT:
        spare = item.width - QFontMetricsF(font).horizontalAdvance(item.text) * _UNIT
        left += spare if item.align is Align.RIGHT else spare / 2
    painter.save()
    # the middle of Chinese characters stands 0.36 of their height above the base line
    painter.translate(left, item.y + item.height / 2 + 0.36 * item.lettering.height)
    painter.scale(_UNIT, _UNIT)
    painter.setFont(font)
    painter.setPen(QColor(Qt.GlobalColor.black))
    painter.drawText(QPointF(0, 0), item.text)
    painter.restore()


def _paint_box(painter: QPainter, item: Box) -> None:
    painter.setPen(_pen(0.2 * item.width / BOX_SIDE))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(QRectF(item.x, item.y, item.width, item.height))
    if item.ticked:
        painter.setPen(_pen(0.5 * item.width / BOX_SIDE))
        corner = QPointF(item.x + 0.4 * item.width, item.y + 0.78 * item.height)
        painter.drawLine(QPointF(item.x + 0.18 * item.width, item.y + 0.5 * item.height), corner)
        painter.drawLine(corner, QPointF(item.x + 0.84 * item.width, item.y + 0.2 * item.height))


def _paint_mark(painter: QPainter, item: Mark) -> None:
    import segno

    rows = [tuple(row) for row in segno.make(item.text, error="m", micro=False, boost_error=False).matrix]
    painter.setPen(_pen(INNER_RULE))
    painter.drawRect(QRectF(item.x, item.y, item.width, item.height))
    quiet = 4
    module = item.width / (len(rows) + 2 * quiet)
    for down, row in enumerate(rows):
        across = 0
        while across < len(row):
            run = 1
            while across + run < len(row) and row[across + run] == row[across]:
                run += 1
            if row[across]:
                x, y = item.x + (across + quiet) * module, item.y + (down + quiet) * module
                painter.fillRect(QRectF(x, y, run * module, module), Qt.GlobalColor.black)
            across += run


def _paint_watermark(painter: QPainter, item: Watermark) -> None:
    diagonal = (item.width**2 + item.height**2) ** 0.5
    probe = Lettering(Face.HEAD, 100.0, bold=True)
    natural = max(QFontMetricsF(_font(probe)).horizontalAdvance(item.text) * _UNIT, 1.0)
    points = min(100.0 * diagonal * 0.6 / natural, 130.0)
    font = _font(Lettering(Face.HEAD, points, bold=True))
    metrics = QFontMetricsF(font)
    painter.save()
    painter.translate(item.x + item.width / 2, item.y + item.height / 2)
    painter.rotate(-30 if item.width > item.height else -55)
    painter.scale(_UNIT, _UNIT)
    painter.setFont(font)
    painter.setPen(_WATERMARK)
    width = metrics.horizontalAdvance(item.text)
    painter.drawText(QPointF(-width / 2, metrics.capHeight() / 2), item.text)
    painter.restore()
