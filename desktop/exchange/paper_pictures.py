"""Pages and pictures as PNG files."""

from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray
from PySide6.QtGui import QImage, QImageWriter

from desktop.domain.document import Document
from desktop.domain.drawing import Drawing
from desktop.exchange.paper import Pages, ensure_application, picture
from desktop.exchange.paper_drawing import drawing_items
from desktop.whole_file import whole_file

DOTS = 200
"""Dots per inch of a page as a picture."""


def write_pictures(document: Document, path: Path) -> list[Path]:
    """Each page as a picture, the second one as `名称_2.png` and so on; where they are. Raises EnvironmentFault
    `write_failed`."""
    pages = Pages(document)
    found = []
    for number in range(pages.page_count):
        place = path.with_name(f"{path.stem}_{number + 1}{path.suffix}") if number else path
        write_picture(pages.page_image(number, DOTS), place)
        found.append(place)
    return found


def drawing_picture(drawing: Drawing) -> bytes:
    """A drawing alone as the content of a PNG file, painted as on paper, in shades of grey."""
    ensure_application()
    grey = QImage.Format.Format_Grayscale8
    return png(picture(drawing_items(drawing), drawing.width, drawing.height, DOTS, grey))


def write_picture(image: QImage, path: Path) -> None:
    """One picture; raises EnvironmentFault `write_failed`."""
    with whole_file(path) as stream:
        stream.write(png(image))


def png(image: QImage) -> bytes:
    """The content of a PNG file."""
    buffer = QBuffer()
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    return bytes(buffer.data().data())
