"""Drawings in Word, each as a picture of 200 dots per inch: unlike SVG and EMF it looks the same in Word and in WPS of
any age, and unlike a table it keeps the lines between the boxes."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from docx.oxml.ns import qn
from docx.shared import Mm

from desktop.domain.document import Align, Document
from desktop.exchange.legible import legible
from desktop.exchange.paper_pictures import drawing_picture
from desktop.exchange.table_shape import drawing_area
from desktop.exchange.word_parts import element, paragraph

_WATERMARK_LINE = 12.0
"""Millimetres that the practice mark takes from each page: Word has it as a line of the header."""


def drawing_paragraphs(part: Any, document: Document) -> Iterator[Any]:
    """A paragraph with a picture for each drawing of a document, from the second on at the top of a page."""
    room = drawing_area(document)[1] - (_WATERMARK_LINE if document.watermark else 0)
    for number, drawing in enumerate(document.drawings):
        picture = BytesIO(drawing_picture(drawing))
        scale = min(1.0, room / drawing.height)
        inline = part.new_pic_inline(picture, Mm(drawing.width * scale), Mm(drawing.height * scale))
        inline.docPr.set("descr", legible(drawing.caption))
        made = paragraph([element("r", element("drawing", inline))], align=Align.CENTRE)
        if number:
            made.find(qn("w:pPr")).insert(0, element("pageBreakBefore"))
        yield made
