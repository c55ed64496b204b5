"""A drawing on paper, in Word and as SVG, each read back."""

import shutil
import struct
import subprocess
import zlib
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import docx
import pytest

from desktop.app import exporting
from desktop.domain.document import Document, Paper, Table, TableColumn, TableRow
from desktop.domain.drawing import Drawing, Frame, Rule, Text
from desktop.domain.errors import Refusal
from desktop.exchange.diagram_svg import svg_text
from desktop.exchange.paper import Pages
from desktop.exchange.paper_items import Ground, Stroke, Words
from desktop.exchange.paper_pictures import drawing_picture
from desktop.exchange.table_shape import MARGIN_LEFT, drawing_area

NASTY = 'A<1>&"公物仓"\x00'
SVG = "{http://www.w3.org/2000/svg}"


def drawing(name: str = NASTY, width: float = 257.0, height: float = 160.0) -> Drawing:
    frames = (
        Frame(40, 0, 60, 8, dashed=True, lines=(Text("法律法规", 9.0),)),
        Frame(50, 12, 40, 10, heavy=True, shaded=True, lines=(Text(name, 10.5, bold=True),), key="a"),
        Frame(0, height - 10, 30, 10, lines=(Text("ZC1", 9.0, left=True), Text("下级", 9.0, left=True)), key="b"),
    )
    return Drawing(width, height, frames, (Rule(70, 8, 70, 12, dashed=True), Rule(70, 22, 70, 40)), f"图 {name}")


def document(*drawings: Drawing, paper: Paper = Paper.A4) -> Document:
    return Document("框图", Table((), ()), paper=paper, drawings=drawings, notes=("图例：实线",), footer_left="单位")


@pytest.mark.parametrize("paper", list(Paper))
def test_each_drawing_has_a_page_and_keeps_its_size(paper: Paper) -> None:
    blank = document(paper=paper)
    width, height = drawing_area(blank)
    shown = drawing("甲", width, height)
    pages = Pages(replace(blank, drawings=(shown, shown)))
    assert pages.page_count == 2
    for page in pages.pages:
        grounds = [item for item in page.items if isinstance(item, Ground)]
        assert [(round(item.x, 3), item.width, item.height) for item in grounds] == [(MARGIN_LEFT + 50, 40.0, 10.0)]
        assert all(item.y + max(item.height, 0) <= page.height for item in page.items)
        (name,) = [item for item in page.items if isinstance(item, Words) and item.text == "甲"]
        assert name.lettering.points == 10.5
        dashed = [item for item in page.items if isinstance(item, Stroke) and item.dashed]
        assert len(dashed) == 5
    texts = [item.text for item in pages.pages[1].items if isinstance(item, Words)]
    assert "图例：实线" in texts and "第 2 页　共 2 页" in texts


def test_a_drawing_follows_a_table_on_a_page_of_its_own() -> None:
    table = Table((TableColumn("甲", 20),), (TableRow(("乙",)),))
    assert Pages(replace(document(drawing()), table=table)).page_count == 2


def test_a_drawing_too_high_is_made_smaller_never_cut() -> None:
    (page,) = Pages(document(drawing("甲", 257.0, 400.0))).pages
    assert all(item.y + item.height <= page.height for item in page.items)
    assert [item.lettering.points < 9 for item in page.items if isinstance(item, Words) and item.text == "ZC1"] == [
        True
    ]


def test_the_pdf_shows_the_drawing(tmp_path: Path) -> None:
    path = tmp_path / "x.pdf"
    exporting.write(document(drawing("公物仓"), drawing("其他")), path)
    assert path.read_bytes().count(b"/Type /Page\n") == 2
    if shutil.which("pdftoppm") is None:
        pytest.skip("no pdftoppm here")
    subprocess.run(["pdftoppm", "-r", "50", "-png", str(path), str(tmp_path / "page")], check=True)
    assert len(list(tmp_path.glob("page*.png"))) == 2
    text = subprocess.run(["pdftotext", str(path), "-"], check=True, capture_output=True).stdout.decode()
    assert "公物仓" in text and "法律法规" in text


def test_word_holds_a_picture_of_the_size_of_the_drawing(tmp_path: Path) -> None:
    path = tmp_path / "x.docx"
    exporting.write(document(drawing(), drawing()), path)
    file = docx.Document(str(path))
    assert [(round(shape.width.mm), round(shape.height.mm)) for shape in file.inline_shapes] == [(257, 160)] * 2
    described = [shape._inline.docPr.get("descr") for shape in file.inline_shapes]
    assert described == ['图 A<1>&"公物仓"'] * 2
    assert len({shape._inline.docPr.get("id") for shape in file.inline_shapes}) == 2
    breaks = [bool(paragraph.paragraph_format.page_break_before) for paragraph in file.paragraphs
              if paragraph._p.xpath(".//w:drawing")]  # fmt: skip
    assert breaks == [False, True]


def test_word_makes_room_for_the_practice_mark(tmp_path: Path) -> None:
    path = tmp_path / "x.docx"
    width, height = drawing_area(document())
    exporting.write(replace(document(drawing("甲", width, height)), watermark="演练"), path)
    (shape,) = docx.Document(str(path)).inline_shapes
    assert (round(shape.height.mm), round(shape.width.mm)) == (
        round(height - 12),
        round(width * (height - 12) / height),
    )


def test_the_picture_has_200_dots_to_the_inch_and_is_not_blank() -> None:
    png = drawing_picture(drawing())
    width, height = struct.unpack(">II", png[16:24])
    assert (width, height) == (round(257 / 25.4 * 200), round(160 / 25.4 * 200))
    at, data = 8, b""
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            data += png[at + 8 : at + 8 + length]
        at += length + 12
    assert len(set(zlib.decompress(data))) > 10


def test_svg_is_valid_and_its_text_stays_text(tmp_path: Path) -> None:
    path = tmp_path / "x.svg"
    exporting.write(document(drawing(), drawing("乙")), path)
    root = ElementTree.fromstring(path.read_bytes())
    assert [text.text for text in root.iter(f"{SVG}text")] == [
        "法律法规", 'A<1>&"公物仓"', "ZC1", "下级", "法律法规", "乙", "ZC1", "下级",
    ]  # fmt: skip
    boxes = list(root.iter(f"{SVG}rect"))[1:]
    assert [box.get("stroke-dasharray") is not None for box in boxes] == [True, False, False] * 2
    assert [title.text for title in root.iter(f"{SVG}title")] == ["框图", '图 A<1>&"公物仓"', "图 乙"]
    groups = [float(str(group.get("transform")).split()[1].rstrip(")")) for group in root.iter(f"{SVG}g")]
    assert groups[1] - groups[0] >= 160
    assert svg_text([], "空").startswith("<?xml")


def test_a_diagram_is_no_table_and_a_table_no_diagram(tmp_path: Path) -> None:
    for ending in (".xlsx", ".csv"):
        with pytest.raises(Refusal, match="框图存为"):
            exporting.write(document(drawing()), tmp_path / f"x{ending}")
    with pytest.raises(Refusal, match="框图存为"):
        exporting.write(document(), tmp_path / "x.svg")
    assert list(tmp_path.iterdir()) == []
