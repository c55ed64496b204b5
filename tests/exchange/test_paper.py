"""Pages: nothing is cut, rows stay whole, every page says what it is."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMarginsF
from PySide6.QtGui import QFontMetricsF, QPageLayout
from PySide6.QtPrintSupport import QPrinter

from desktop.domain.document import Align, Document, HeadField, Paper, Table, TableColumn, TableRow
from desktop.exchange import paper
from desktop.exchange.paper import Pages, ensure_application, write_pdf
from desktop.exchange.paper_items import Box, Face, Lettering, Mark, Stroke, Watermark, Words
from tests.exchange.paper_checks import (
    LEFT,
    RIGHT,
    SLACK,
    cell_texts,
    check_inside,
    check_rows,
    everything,
    squeezed,
    texts,
)
from tests.exchange.sample_documents import inspection_form


@pytest.fixture(scope="module")
def form() -> Pages:
    return Pages(inspection_form())


def test_the_inspection_form_fills_three_pages(form: Pages) -> None:
    assert form.page_count == 3
    assert [place.row for page in form.pages for place in page.rows] == list(range(42))
    assert all(place.height == pytest.approx(8.4) for page in form.pages for place in page.rows)
    check_inside(form)
    check_rows(form, 42)


def test_every_page_says_what_it_is(form: Pages) -> None:
    for number, page in enumerate(form.pages, 1):
        shown = texts(page)
        assert f"第 {number} 页　共 3 页" in shown
        for text in (
            "表号：JC-01　　模板：机关办公区 3.2 版",
            "受检单位",
            "季度检查",
            "JC-330106-2026-118",
            "检查结果（只选一项）",
            "4 不适用",
            "问题描述、证据编号",
            "本页检查人",
            "受检单位确认",
            "西湖区机关事务服务中心",
            "打印 2026-11-18",
            "每行只在一个方框内打“√”；不符合须写问题。",
        ):
            assert text in shown
        assert ("标准实施监督检查表" if number == 1 else "标准实施监督检查表（续）") in shown
        marks = [item.text for item in page.items if isinstance(item, Mark)]
        assert marks == [f"JC-330106-2026-118#{number}"]
        assert page.heading is not None


def test_head_boxes_and_writing_lines(form: Pages) -> None:
    page = form.pages[0]
    assert page.heading is not None
    boxes = [item for item in page.items if isinstance(item, Box) and item.y < page.heading.y]
    assert [box.ticked for box in boxes] == [False, True, False, False]
    assert all(box.width == pytest.approx(3.4) for box in boxes)
    rules = [item for item in page.items if isinstance(item, Stroke) and item.y < page.heading.y - 1]
    assert len(rules) == 3, "受检单位, 检查日期 and 检查组成员 are written by hand"


def test_tick_columns_hold_boxes() -> None:
    document = inspection_form(1)
    row = TableRow(("1", "a", "b", "c", "", "√", "", "", ""))
    page = Pages(replace(document, table=replace(document.table, rows=(row,)))).pages[0]
    place = page.rows[0]
    boxes = [
        item
        for item in page.items
        if isinstance(item, Box) and place.y < item.y and item.y + item.height < place.y + place.height
    ]
    assert [box.ticked for box in sorted(boxes, key=lambda box: box.x)] == [False, True, False, False]
    assert "√" not in texts(page)


def test_the_closing_block_is_whole_on_the_last_page(form: Pages) -> None:
    assert [page.closing is not None for page in form.pages] == [False, False, True]
    last = form.pages[-1]
    assert last.closing is not None
    table_end = last.rows[-1].y + last.rows[-1].height
    assert last.closing.y > table_end
    for label in (
        "检查结论",
        "整改要求",
        "检查人（签字）",
        "检查组长（签字）",
        "受检单位负责人（签字、盖章）",
    ):
        item = next(item for item in last.items if isinstance(item, Words) and item.text == label)
        assert last.closing.y < item.y
        assert item.y + item.height < last.closing.y + last.closing.height


def test_the_closing_block_moves_as_a_whole() -> None:
    counts = {}
    for rows in range(8, 18):
        pages = Pages(inspection_form(rows))
        closing = [page.number for page in pages.pages if page.closing]
        assert closing == [pages.page_count]
        check_inside(pages)
        counts[rows] = pages.page_count, len(pages.pages[-1].rows)
    assert counts[8] == (1, 8)
    assert counts[16] == (2, 0), "all rows fit on the first page, the block does not"


def test_the_table_fits_the_width_and_the_heading_has_two_levels(form: Pages) -> None:
    page = form.pages[0]
    assert page.heading is not None
    assert page.heading.width == pytest.approx(297 - LEFT - RIGHT)
    words = {item.text: item for item in page.items if isinstance(item, Words)}
    shared, below, tall = words["检查结果（只选一项）"], words["1 符合"], words["序号"]
    assert shared.y + shared.height <= below.y
    assert tall.y + tall.height / 2 == pytest.approx(page.heading.y + page.heading.height / 2)
    assert shared.x < below.x + below.width < shared.x + shared.width


def test_rows_grow_with_their_text() -> None:
    table = Table((TableColumn("内容", 100),), (TableRow(("word " * 200,)), TableRow(("短",))), row_height=8)
    pages = Pages(Document("表", table, landscape=False))
    tall, short = pages.pages[0].rows
    assert tall.height > 15
    assert short.height == pytest.approx(8)
    assert cell_texts(pages, pages.document)[0, 0] == "word" * 200


def test_a_row_taller_than_a_page_is_shrunk_then_continued() -> None:
    columns = (TableColumn("序号", 10), TableColumn("内容", 160))
    body = "word, " * 1300
    shrunk = Pages(Document("表", Table(columns, (TableRow(("1", body)),)), landscape=False))
    assert [place.parts for page in shrunk.pages for place in page.rows] == [1]
    sizes = [
        item.lettering.points for item in shrunk.pages[-1].items if isinstance(item, Words) and "word" in item.text
    ]
    assert set(sizes) < {6.0, 7.0, 8.0, 9.0}
    document = Document("表", Table(columns, (TableRow(("1", body * 5)),)), landscape=False)
    split = Pages(document)
    assert [place.part for page in split.pages for place in page.rows] == list(range(split.page_count))
    assert split.page_count > 1
    assert all("（续）" in texts(page) for page in split.pages[1:])
    assert cell_texts(split, document)[0, 1] == squeezed(body * 5)
    check_inside(split)


def test_a_group_cell_spans_its_rows_and_comes_again_after_a_page_break() -> None:
    rows = tuple(TableRow((str(number),), group="甲类" if number < 60 else "乙类") for number in range(70))
    document = Document("表", Table((TableColumn("序号", 20),), rows, row_height=8, group_label="类别"))
    pages = Pages(document)
    assert pages.page_count > 2
    for page in pages.pages:
        wanted = {rows[place.row].group for place in page.rows}
        shown = [text for text in texts(page) if text in ("甲类", "乙类")]
        assert sorted(shown) == sorted(wanted)
    check_rows(pages, 70)


def test_a_long_group_text_stretches_its_rows_or_becomes_a_band() -> None:
    columns = (TableColumn("内容", 100),)
    rows = (TableRow(("一",), group="very long name " * 12), TableRow(("二",), group="very long name " * 12))
    stretched = Pages(Document("表", Table(columns, rows, group_label="类别")))
    assert stretched.pages[0].rows[0].height > 10
    check_inside(stretched)
    text = "clause and note, " * 900
    banded = Pages(Document("表", Table(columns, (TableRow(("一",), group=text),), group_label="类别")))
    assert squeezed(text) in band_text(banded)
    check_inside(banded)
    check_rows(banded, 1)


def band_text(pages: Pages) -> str:
    """The text of the table's bands: what stands below the heading and is as wide as the table."""
    return "".join(
        squeezed(item.text)
        for page in pages.pages
        for item in page.items
        if isinstance(item, Words)
        and page.heading is not None
        and item.y >= page.heading.y + page.heading.height - SLACK
        and item.width > page.heading.width - 5
        and item.text != "（续）"
        and not item.text.startswith("第 ")
    )


def test_blank_rows_and_totals() -> None:
    table = Table(
        (TableColumn("序号", 10), TableColumn("数", 20, Align.RIGHT)),
        (TableRow(("1", "5")), TableRow(("合计", "5"), bold=True)),
        blank_rows=2,
    )
    page = Pages(Document("表", table)).pages[0]
    assert len(page.rows) == 4
    total = next(item for item in page.items if isinstance(item, Words) and item.text == "合计")
    assert total.lettering.bold


def test_extra_documents_count_their_own_pages() -> None:
    extra = Document("附表", Table((TableColumn("甲", 10),), (TableRow(("x",)),)), paper=Paper.A3, landscape=False)
    pages = Pages(replace(inspection_form(), extra=(extra,)))
    assert [(page.section, page.number, page.count) for page in pages.pages] == [
        (0, 1, 3),
        (0, 2, 3),
        (0, 3, 3),
        (1, 1, 1),
    ]
    assert (pages.pages[-1].width, pages.pages[-1].height) == (297, 420)
    check_inside(pages)


def test_a_document_without_table_and_one_without_rows() -> None:
    letter = Pages(Document("函", Table((), ()), head=((HeadField("致", "某单位"),),), notes=("正文",)))
    assert letter.page_count == 1
    assert {"函", "致", "某单位", "正文"} <= set(texts(letter.pages[0]))
    empty = Pages(Document("表", Table((TableColumn("甲", 10),), ())))
    assert empty.page_count == 1
    assert empty.pages[0].heading is not None


def test_overlong_parts_become_running_text_and_lose_nothing() -> None:
    long = "（".join(f"第{number}项内容" for number in range(600))
    table = Table(
        tuple(TableColumn(f"{number}{long[:900]}", 10) for number in range(6)),
        (TableRow(("甲",)),),
    )
    document = Document(
        title=long,
        table=table,
        form_code="码" * 900,
        head=((HeadField("单位", long), HeadField("名" * 300, "值")),),
        closing=((HeadField("结论", long * 4),),),
        signatures=tuple(f"{number}{'签' * 400}" for number in range(20)),
        page_signatures=tuple(f"人{number}" for number in range(60)),
        table_hint=long,
        notes=(long,),
        footer_left=long,
        footer_right="右" * 2000,
    )
    pages = Pages(document)
    check_inside(pages)
    shown = everything(pages)
    assert shown.count("右") == 2000
    assert shown.count("码") == 900
    assert shown.count("签") == 8000
    assert shown.count("名") == 300
    assert all(f"人{number}" in shown for number in range(60))
    in_labels = sum(column.label.count("项") for column in table.columns)
    assert shown.count("项") == 9 * 600 + in_labels


def test_the_ink_stays_within_its_line() -> None:
    ensure_application()
    for face in Face:
        lettering = Lettering(face, 10.0)
        ink = QFontMetricsF(paper._font(lettering)).tightBoundingRect("国瀛鬱（gjÅ")
        base = lettering.pitch / 2 + 0.36 * lettering.height
        assert base + ink.top() / 100 > -0.05 * lettering.height
        assert base + ink.bottom() / 100 < lettering.pitch + 0.05 * lettering.height


def test_lines_keep_rare_characters_whole() -> None:
    ensure_application()
    measure = paper.QtMeasure()
    lettering = Lettering(Face.TEXT, 10.0)
    lines = measure.lines("𠮷野𠮷野" * 20, lettering, 30)
    assert "".join(lines) == "𠮷野𠮷野" * 20
    assert all(measure.width(line, lettering) <= 30.001 for line in lines)
    assert measure.lines("", lettering, 30) == ()
    assert measure.lines("甲\n\n乙", lettering, 30) == ("甲", "", "乙")


def test_the_pdf_has_the_pages_and_their_sizes(tmp_path: Path) -> None:
    extra = Document("附表", Table((TableColumn("甲", 10),), (TableRow(("x",)),)), paper=Paper.A3, landscape=False)
    path = tmp_path / "检查表.pdf"
    write_pdf(replace(inspection_form(), extra=(extra,)), path)
    content = path.read_bytes()
    assert content.startswith(b"%PDF")
    assert len(re.findall(rb"/Type /Page\b", content)) == 4
    boxes = [
        tuple(round(float(side)) for side in box.split()) for box in re.findall(rb"/MediaBox \[([\d. ]+)\]", content)
    ]
    assert boxes == [(0, 0, 842, 595)] * 3 + [(0, 0, 842, 1191)]
    assert "标准实施监督检查表".encode("utf-16-be") in content


def test_a_picture_of_a_page(form: Pages) -> None:
    image = form.page_image(0, 96)
    assert (image.width(), image.height()) == (1123, 794)
    assert image.pixelColor(2, 2).name() == "#ffffff"
    scale = 96 / 25.4
    assert form.pages[0].heading is not None
    ground = image.pixelColor(round(30 * scale), round((form.pages[0].heading.y + 1) * scale))
    assert ground.name() == "#efefef"
    rule_y = round(form.pages[0].heading.y * scale)
    column = [image.pixelColor(round(100 * scale), y).lightness() for y in range(rule_y - 2, rule_y + 3)]
    assert min(column) < 120


def test_printing_obeys_the_page_range(tmp_path: Path, form: Pages) -> None:
    printer = QPrinter()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "all.pdf"))
    printer.setPageMargins(QMarginsF(10, 10, 10, 10), QPageLayout.Unit.Millimeter)
    assert list(form.printing(printer)) == [1, 2, 3]
    assert len(re.findall(rb"/Type /Page\b", (tmp_path / "all.pdf").read_bytes())) == 3
    printer.setOutputFileName(str(tmp_path / "some.pdf"))
    printer.setFromTo(2, 3)
    assert list(form.printing(printer)) == [1, 2]
    assert len(re.findall(rb"/Type /Page\b", (tmp_path / "some.pdf").read_bytes())) == 2


def test_the_watermark_is_behind_everything() -> None:
    pages = Pages(replace(inspection_form(), watermark="演练"))
    assert all(isinstance(page.items[0], Watermark) for page in pages.pages)
    picture = pages.page_image(2, 60)
    colours = {picture.pixelColor(x, y).name() for x in range(0, 700, 3) for y in range(0, 490, 3)}
    assert "#e2e2e2" in colours


def test_a_code_too_long_for_a_mark_is_left_out() -> None:
    pages = Pages(replace(inspection_form(1), code="长" * 200))
    assert not [item for item in pages.pages[0].items if isinstance(item, Mark)]
