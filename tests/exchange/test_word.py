"""Word files, read back with python-docx."""

import time
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.domain.document import Document, HeadField, Paper, Table, TableColumn, TableRow
from desktop.domain.errors import EnvironmentFault
from desktop.exchange.legible import legible
from desktop.exchange.word import write_docx
from tests.exchange.sample_documents import inspection_form


def read(document: Document, folder: Path) -> Any:
    path = folder / "文件.docx"
    write_docx(document, path)
    return docx.Document(str(path))


def row_texts(table: Any) -> list[list[str]]:
    return [
        ["".join(words.text or "" for words in cell.iter(qn("w:t"))) for cell in row.iter(qn("w:tc"))]
        for row in table._tbl.iter(qn("w:tr"))
    ]


@pytest.fixture(scope="module")
def form(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return read(inspection_form(), tmp_path_factory.mktemp("word"))


def test_sheet_margins_and_title(form: Any) -> None:
    section = form.sections[0]
    sides = (section.page_width, section.page_height, section.left_margin, section.right_margin)
    assert [round(side.mm) for side in sides] == [297, 210, 25, 15]
    assert form.paragraphs[0].text == "标准实施监督检查表"
    assert form.core_properties.title == "标准实施监督检查表"
    assert form.core_properties.author == "标准化工作台"


def test_head_fields_with_blanks_and_boxes(form: Any) -> None:
    head = form.tables[0]
    assert row_texts(head) == [
        ["受检单位 ", "", "", "检查日期 ", "　　年　　月　　日", "", "编号 JC-330106-2026-118"],
        ["检查类型 □季度检查　☑抽查　□专项　□自查　", "检查组成员 ", "", ""],
    ]
    ruled = [len(row.findall(f".//{qn('w:tcBorders')}")) for row in head._tbl.iter(qn("w:tr"))]
    assert ruled == [2, 1]
    grid = len(head._tbl.findall(f"{qn('w:tblGrid')}/{qn('w:gridCol')}"))
    for row in head._tbl.iter(qn("w:tr")):
        spans = [cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}") for cell in row.iter(qn("w:tc"))]
        assert sum(1 if span is None else int(span.get(qn("w:val"))) for span in spans) == grid


def test_the_heading_repeats_and_rows_stay_whole(form: Any) -> None:
    rows = list(form.tables[1]._tbl.iter(qn("w:tr")))
    assert len(rows) == 44
    repeated = [row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None for row in rows]
    assert repeated == [True, True] + [False] * 42
    assert all(row.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is not None for row in rows)


def test_the_two_levels_of_the_heading_are_merged(form: Any) -> None:
    table = form.tables[1]
    first, second = table.rows[0].cells, table.rows[1].cells
    assert first[0]._tc is second[0]._tc
    assert first[4]._tc is first[7]._tc
    assert first[4].text == "检查结果（只选一项）"
    assert [cell.text for cell in second] == [
        "序号",
        "依据标准、条款",
        "检查内容",
        "检查方法",
        "1 符合",
        "2 基本",
        "3 不符",
        "4 不适用",
        "问题描述、证据编号",
    ]


def test_rows_carry_their_cells(form: Any) -> None:
    rows = row_texts(form.tables[1])[2:]
    assert rows[0] == [
        "1",
        "GB/T 43542 5.1.1　应",
        "每季度开展一次评价并留存记录",
        "查记录",
        "□",
        "□",
        "□",
        "□",
        "",
    ]
    assert [row[0] for row in rows] == [str(number) for number in range(1, 43)]


def test_the_closing_block_stays_together(form: Any) -> None:
    table = form.tables[2]
    texts = ["".join(row) for row in row_texts(table)]
    assert texts[0].startswith("检查结论 □达标　□不达标　")
    labels = ("检查人（签字）", "检查组长（签字）", "受检单位负责人（签字、盖章）")
    assert texts[-1] == "".join(f"{label}年　　月　　日" for label in labels)
    rows = list(table._tbl.iter(qn("w:tr")))
    assert all(row.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is not None for row in rows)
    for row in rows[:-1]:
        for paragraph in row.iter(qn("w:p")):
            assert paragraph.find(f"{qn('w:pPr')}/{qn('w:keepNext')}") is not None


def test_every_run_names_its_chinese_font(form: Any) -> None:
    holders = [form.element.body, form.sections[0].footer._element, form.sections[0].header._element]
    for holder in holders:
        for run in holder.iter(qn("w:r")):
            fonts = run.find(f"{qn('w:rPr')}/{qn('w:rFonts')}")
            assert fonts is not None
            assert fonts.get(qn("w:eastAsia")) in ("仿宋", "黑体")


def test_header_and_footer(tmp_path: Path) -> None:
    form = read(replace(inspection_form(), watermark="演练"), tmp_path)
    section = form.sections[0]
    assert [paragraph.text for paragraph in section.header.paragraphs] == [
        "表号：JC-01　　模板：机关办公区 3.2 版\tJC-330106-2026-118",
        "演练",
    ]
    footer = section.footer._element
    assert [field.get(qn("w:instr")).strip() for field in footer.iter(qn("w:fldSimple"))] == [
        "PAGE",
        "NUMPAGES",
    ]
    shown = "".join(words.text for words in footer.iter(qn("w:t")))
    assert "第 1 页　共 1 页" in shown
    for text in (
        "本页检查人",
        "受检单位确认",
        "每行只在一个方框",
        "西湖区机关事务服务中心",
        "打印 2026-11-18",
    ):
        assert text in shown


def test_groups_and_ticks_and_totals(tmp_path: Path) -> None:
    columns = (TableColumn("内容", 50), TableColumn("选", 10, tick=True))
    rows = (
        TableRow(("一", "√"), group="甲"),
        TableRow(("二", ""), group="甲"),
        TableRow(("合计", ""), bold=True, group="乙"),
    )
    document = Document("表", Table(columns, rows, group_label="类别", blank_rows=1))
    table = read(document, tmp_path).tables[0]
    assert row_texts(table) == [
        ["类别", "内容", "选"],
        ["甲", "一", "☑"],
        ["", "二", "□"],
        ["乙", "合计", "□"],
        ["", "", "□"],
    ]
    merges = [element.get(qn("w:val")) for element in table._tbl.iter(qn("w:vMerge"))]
    assert merges == ["restart", "continue", "restart", "restart"]
    bold = [row.find(f".//{qn('w:b')}") is not None for row in table._tbl.iter(qn("w:tr"))]
    assert bold == [True, False, False, True, False]


def test_text_survives_line_breaks_signs_and_control_characters(tmp_path: Path) -> None:
    text = "厚度<5mm & 宽>3  两格\n第二行\x00\x0b末"
    document = Document("表", Table((TableColumn("内容", 50),), (TableRow((text,)),)))
    table = read(document, tmp_path).tables[0]
    assert table.rows[1].cells[0].text == legible(text) == "厚度<5mm & 宽>3  两格\n第二行\n末"
    kept = [words.get(qn("xml:space")) for words in table._tbl.iter(qn("w:t"))]
    assert set(kept) == {"preserve"}


def test_extra_documents_are_sections_of_their_own(tmp_path: Path) -> None:
    extra = Document(
        "附表",
        Table((TableColumn("甲", 10),), (TableRow(("x",)),)),
        paper=Paper.A3,
        landscape=False,
        footer_left="附",
    )
    file = read(replace(inspection_form(2), extra=(extra,)), tmp_path)
    assert [round(section.page_width.mm) for section in file.sections] == [297, 297]
    assert [round(section.page_height.mm) for section in file.sections] == [210, 420]
    starts = [section._sectPr.find(qn("w:pgNumType")).get(qn("w:start")) for section in file.sections]
    assert starts == ["1", "1"]
    footers = [section.footer._element for section in file.sections]
    for footer in footers:
        assert [field.get(qn("w:instr")).strip() for field in footer.iter(qn("w:fldSimple"))][1] == "SECTIONPAGES"
    assert "西湖区" not in "".join(words.text for words in footers[1].iter(qn("w:t")))
    assert not file.sections[1].header.paragraphs[0].text


def test_a_letter_without_table(tmp_path: Path) -> None:
    file = read(Document("函", Table((), ()), head=((HeadField("致", "某单位"),),), notes=("正文",)), tmp_path)
    assert row_texts(file.tables[0]) == [["致 某单位"]]
    assert file.paragraphs[-1].text == "正文"


def test_five_hundred_rows_take_less_than_a_second(tmp_path: Path) -> None:
    columns = tuple(TableColumn(f"列{number}", 20) for number in range(8))
    rows = tuple(TableRow(tuple(f"{row}-{column}" for column in range(8))) for row in range(500))
    start = time.perf_counter()
    write_docx(Document("表", Table(columns, rows)), tmp_path / "表.docx")
    assert time.perf_counter() - start < 1


def test_a_missing_folder_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault, match=r"表\.docx"):
        write_docx(inspection_form(1), tmp_path / "无" / "表.docx")


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=30), st.text(max_size=30)), max_size=6), st.text(max_size=20))
def test_any_text_comes_back(cells: list[tuple[str, str]], title: str) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        table = Table((TableColumn("甲", 10), TableColumn("乙", 10)), tuple(map(TableRow, cells)))
        path = Path(folder) / "表.docx"
        write_docx(Document(title, table, closing=((HeadField(title, title),),)), path)
        assert zipfile.ZipFile(path).testzip() is None
        file = docx.Document(str(path))
        read_back = [[cell.text for cell in row.cells] for row in file.tables[0].rows][1:]
        assert read_back == [[legible(cell) for cell in row] for row in cells]
