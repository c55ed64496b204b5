"""A foreign file becomes sheets of plain values, or one sentence."""

import csv
import datetime
import io
import itertools
import pickle
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook as Book
from openpyxl.worksheet.worksheet import Worksheet

from desktop.domain.errors import EnvironmentFault, Refusal
from desktop.exchange import sheet_marks, text_table
from desktop.exchange.compound_file import SIGNATURE
from desktop.exchange.screening import LARGEST_FILE, LARGEST_UNPACKED, MOST_MEMBERS, Container
from desktop.exchange.workbook import Workbook, parse_workbook, read_workbook
from tests.exchange.made_workbooks import FIXTURES, OFFICE_MERGES, OFFICE_TABLE, repacked, save

SHEET_ONE = "xl/worksheets/sheet1.xml"
PAGE = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{}</worksheet>'


def content_of(path: Path, rows: list[list[object]] | None = None) -> bytes:
    return save(path / "made.xlsx", rows or [["标准号", "标准名称"], ["GB 1", "甲"]]).read_bytes()


def with_sheet(path: Path, data: str) -> bytes:
    return repacked(content_of(path), {SHEET_ONE: PAGE.format(f"<sheetData>{data}</sheetData>").encode()})


def refused(content: bytes) -> str:
    with pytest.raises(Refusal) as caught:
        parse_workbook(content, Path("某表.xlsx"))
    assert caught.value.message.count("，") >= 1
    assert caught.value.message[-1] not in "。.!"
    return caught.value.code


def parsed(content: bytes) -> Workbook:
    return parse_workbook(content, Path("某表.xlsx"))


def test_an_xlsx_with_everything(tmp_path: Path) -> None:
    def change(book: Book, page: Worksheet) -> None:
        page["I5"] = datetime.datetime(2022, 11, 7)
        page["J5"] = True
        page["K5"] = 12345678901234567
        page["L5"] = "=1/0"
        hidden = book.create_sheet("旧表")
        hidden.sheet_state = "hidden"
        hidden["B2"] = "只在 B2"
        book.create_chartsheet("图")

    path = save(tmp_path / "某局.xlsx", OFFICE_TABLE, OFFICE_MERGES, change=change)
    workbook = read_workbook(path)
    page, hidden = workbook.sheets
    assert (workbook.container, workbook.file_name, workbook.size) == (
        Container.XLSX,
        "某局.xlsx",
        path.stat().st_size,
    )
    assert (page.name, page.visible, hidden.visible) == ("标准明细", True, False)
    assert page.rows[4][:4] == [1, "101", "GB/T 1.1-2020", "标准化工作导则"]
    assert page.rows[4][8:] == [datetime.date(2022, 11, 7), "是", "12345678901234570"]
    assert (4, 1, 6, 1) in page.merged
    assert (0, 0, 0, 7) in page.merged
    assert len(page.warnings) == 1
    assert page.warnings[0].startswith("K5 ")
    assert {len(row) for row in page.rows} == {11}
    assert hidden.rows == [[None, None], [None, "只在 B2"]]


@pytest.mark.parametrize(("name", "container"), [("table.ods", Container.ODS), ("table.xls", Container.XLS)])
def test_other_workbook_formats_say_the_same(name: str, container: Container) -> None:
    workbook = read_workbook(FIXTURES / name)
    page = workbook.sheet("标准明细")
    assert workbook.container is container
    assert [sheet.visible for sheet in workbook.sheets] == [True, False]
    assert page.rows[1][:5] == ["序号", "体系编号", "标准号", "标准名称", "日期"]
    assert page.rows[4][2:7] == [
        "GB/T 1.1-2020",
        "标准化工作导则 第1部分",
        datetime.date(2020, 3, 31),
        datetime.date(2020, 10, 1),
        "现行",
    ]
    assert page.rows[6][4] == 43137
    assert set(page.merged) >= {(0, 0, 0, 7), (1, 4, 1, 5), (1, 0, 2, 0), (4, 1, 6, 1)}
    assert len(page.warnings) == 1


def test_a_longer_xls_and_the_name_of_a_wps_table(tmp_path: Path) -> None:
    path = tmp_path / "台账.et"
    path.write_bytes((FIXTURES / "long.xls").read_bytes())
    page = read_workbook(path).sheets[0]
    assert len(page.rows) == 61
    assert page.rows[60] == ["DB3301/T 0060-2022", "机关事务管理规范 第60部分", "2022-01-01"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_text_tables_in_every_encoding_and_separator(encoding: str, separator: str) -> None:
    stream = io.StringIO()
    rows = [["标准号", "标准名称", "备注"], ["GB/T 1.1-2020", "甲,乙；丙\n丁㐀", '说"好"'], ["0418", "", ""]]
    csv.writer(stream, delimiter=separator).writerows(rows)
    workbook = parse_workbook(stream.getvalue().encode(encoding), Path("明细.csv"))
    assert workbook.container is Container.TEXT
    assert workbook.sheets[0].name == "明细"
    assert workbook.sheets[0].rows == [rows[0], rows[1], ["0418", None, None]]


def test_content_decides_not_the_name(tmp_path: Path) -> None:
    path = tmp_path / "其实是文本.xlsx"
    path.write_text("标准号,标准名称\nGB 1,甲\n", encoding="utf-8")
    assert read_workbook(path).container is Container.TEXT


def test_wrong_dimensions_of_wps_do_not_hide_cells(tmp_path: Path) -> None:
    row = '<row r="1"><c r="A1"><v>1</v></c><c r="C1"><v>3</v></c></row>'
    data = f'<dimension ref="A1"/><sheetData>{row}</sheetData>'
    rows = parsed(repacked(content_of(tmp_path), {SHEET_ONE: PAGE.format(data).encode()})).sheets[0].rows
    assert rows == [[1, None, 3]]


def test_what_is_read_can_cross_to_another_process(tmp_path: Path) -> None:
    workbook = parsed(content_of(tmp_path))
    assert pickle.loads(pickle.dumps(workbook)) == workbook


def test_cells_that_only_carry_a_style_far_away_do_not_count(tmp_path: Path) -> None:
    data = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576" s="0"/></row>'
    assert parsed(with_sheet(tmp_path, data)).sheets[0].rows == [[1]]


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("A300001", "too_many_rows"),
        ("SG1", "too_many_columns"),
        ("SF30000", "too_large"),
        ("XFD1048576", "too_many_rows"),
    ],
)
@pytest.mark.parametrize("tag", ['<c r="{}"><v>', "<c s='0' r = '{}' ><v>", '<c r="{}" t="n"> <v>'])
def test_a_cell_too_far_away_is_refused_before_it_is_read(tmp_path: Path, address: str, code: str, tag: str) -> None:
    data = f'<row r="1"><c r="A1"><v>1</v></c></row><row>{tag.format(address)}7</v></c></row>'
    assert refused(with_sheet(tmp_path, data)) == code


@pytest.mark.parametrize(
    "cell", ["<c><v>1</v></c>", '<c x="/>" r="XFD9"><v>1</v></c>', '<c x="a>b" r="B1"><v>1</v></c>']
)
def test_cells_whose_place_cannot_be_told_are_refused(tmp_path: Path, cell: str) -> None:
    assert refused(with_sheet(tmp_path, f'<row r="1">{cell}</row>')) == "damaged"


def test_many_sheets_are_counted_together(tmp_path: Path) -> None:
    content = content_of(tmp_path)
    far = PAGE.format('<sheetData><row r="9"><c r="A250000"><v>1</v></c><c r="Z1"><v>1</v></c></row></sheetData>')
    assert parsed(repacked(content, {SHEET_ONE: far.encode()})).sheets[0].rows[0][25] == 1
    assert (
        refused(repacked(content, {SHEET_ONE: far.encode(), "xl/worksheets/sheet2.xml": far.encode()})) == "too_large"
    )


def ods_with(*tables: str) -> bytes:
    content = (FIXTURES / "table.ods").read_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        text = archive.read("content.xml").decode()
    start, end = text.index("<table:table "), text.rindex("</table:table>") + len("</table:table>")
    changed = text[:start] + "".join(tables) + text[end:]
    return repacked(content, {"content.xml": changed.encode()})


def ods_table(row: str, cell: str) -> str:
    return f'<table:table table:name="x"><table:table-row {row}>{cell}</table:table-row></table:table>'


ODS_TEXT = '<table:table-cell office:value-type="string" {}><text:p>甲</text:p></table:table-cell>'
ODS_NUMBER = '<table:table-cell office:value-type="float" office:value="1" {}/>'
COLUMNS_REPEATED, ROWS_REPEATED = 'table:number-columns-repeated="{}"', 'table:number-rows-repeated="{}"'


@pytest.mark.parametrize("cell", [ODS_TEXT, ODS_NUMBER])
def test_repeated_cells_of_an_ods_are_bounded(cell: str) -> None:
    assert parsed(ods_with(ods_table("", cell.format(COLUMNS_REPEATED.format(3))))).sheets[0].rows[0][2]
    assert refused(ods_with(ods_table("", cell.format(COLUMNS_REPEATED.format(501))))) == "too_many_columns"
    assert refused(ods_with(ods_table(ROWS_REPEATED.format(300_001), cell.format("")))) == "too_many_rows"
    wide = ods_table(ROWS_REPEATED.format(150_000), cell.format(COLUMNS_REPEATED.format(50)))
    assert refused(ods_with(wide, wide.replace('"x"', '"y"'))) == "too_large"


def test_files_that_are_no_table() -> None:
    assert refused(b"") == "empty"
    assert refused(b"\xef\xbb\xbf \r\n") == "empty"
    assert refused(b"%PDF-1.7 something") == "not_a_table"
    assert refused(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR") == "not_a_table"
    assert refused("标准号,名称\n".encode("gb18030") + b"\xff\xfe\xff") == "not_a_table"
    assert refused(b"<html><table><tr><td>GB 1</td></tr></table></html>") == "not_a_table"
    assert refused(b"  <?xml version='1.0'?><Workbook/>") == "not_a_table"
    assert refused('标准号,"没有结束的引号\n'.encode() + "甲".encode() * 300_000) == "too_large"


def test_an_archive_that_is_no_workbook(tmp_path: Path) -> None:
    content = content_of(tmp_path)
    assert refused(repacked(content, {"xl/workbook.xml": None})) == "not_a_table"
    assert refused(repacked(content, {"xl/_rels/workbook.xml.rels": None})) == "damaged"
    assert refused(content[:-30]) == "damaged"
    assert refused(content[: len(content) // 2]) == "damaged"


def test_a_workbook_without_a_cell(tmp_path: Path) -> None:
    path = tmp_path / "空.xlsx"
    Book().save(path)
    with pytest.raises(Refusal) as caught:
        read_workbook(path)
    assert caught.value.code == "empty"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("declaration", ["<!DOCTYPE x>", '<!DOCTYPE x [<!ENTITY a "aaaa">]>'])
def test_declarations_in_xml_are_refused(tmp_path: Path, declaration: str, encoding: str) -> None:
    part = f'<?xml version="1.0" encoding="{encoding}"?>{declaration}{PAGE.format("")}'
    assert refused(repacked(content_of(tmp_path), {SHEET_ONE: part.encode(encoding)})) == "damaged"


def test_a_declaration_across_two_pieces_is_seen(tmp_path: Path) -> None:
    part = b" " * (2**20 - 4) + b"<!DOCTYPE x>" + PAGE.format("").encode()
    assert refused(repacked(content_of(tmp_path), {SHEET_ONE: part})) == "damaged"


def test_bombs_are_refused_unread(tmp_path: Path) -> None:
    content = content_of(tmp_path)
    assert refused(repacked(content, {"xl/media/a.png": bytes(20 * 2**20)})) == "too_large"
    noise = {f"xl/{at}.txt": b"" for at in range(MOST_MEMBERS)}
    assert refused(repacked(content, noise)) == "too_large"
    stored = repacked(content, {"xl/media/a.png": b"x"})
    place = stored.rindex(b"xl/media/a.png") - 46 + 24
    lying = stored[:place] + struct.pack("<I", LARGEST_UNPACKED) + stored[place + 4 :]
    assert refused(lying) == "too_large"


def with_zip64_end(content: bytes) -> bytes:
    """As streaming writers end an archive: the sizes also in the records for archives of any size."""
    end = content.rindex(b"PK\x05\x06")
    count, size, start = struct.unpack_from("<HII", content, end + 10)
    record = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, start)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, end, 1)
    return content[:end] + record + locator + content[end:]


def test_archives_as_streaming_writers_end_them(tmp_path: Path) -> None:
    content = with_zip64_end(content_of(tmp_path))
    assert parsed(content).sheets[0].rows[1] == ["GB 1", "甲"]
    place = content.index(b"PK\x06\x06")
    assert refused(content[: place + 40] + struct.pack("<Q", 2**40) + content[place + 48 :]) == "too_large"
    assert refused(content[:place] + b"XXXX" + content[place + 4 :]) == "damaged"


def test_a_directory_too_long_to_be_read(tmp_path: Path) -> None:
    noise = {f"xl/{at}{'x' * 60_000}": b"" for at in range(80)}
    assert refused(repacked(content_of(tmp_path), noise)) == "too_large"


def test_names_that_mean_two_things_are_refused(tmp_path: Path) -> None:
    content = content_of(tmp_path)
    assert refused(repacked(content, {"XL/workbook.xml": b"<x/>"})) == "damaged"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        relations = archive.read("xl/_rels/workbook.xml.rels").decode()
    twice = relations.replace("</Relationships>", '<Relationship Id="rId1" Type="x" Target="y"/></Relationships>')
    assert refused(repacked(content, {"xl/_rels/workbook.xml.rels": twice.encode()})) == "damaged"


def test_a_sheet_under_another_name_is_measured_too(tmp_path: Path) -> None:
    content = content_of(tmp_path)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        relations = archive.read("xl/_rels/workbook.xml.rels").decode().replace("sheet1.xml", "sheet1.png")
    far = PAGE.format('<sheetData><row><c r="XFD1048576"><v>1</v></c></row></sheetData>').encode()
    changes = {"xl/_rels/workbook.xml.rels": relations.encode(), SHEET_ONE: None, SHEET_ONE[:-3] + "png": far}
    assert refused(repacked(content, changes)) == "too_many_rows"


def test_a_text_longer_than_any_cell(tmp_path: Path) -> None:
    data = f'<row r="1"><c r="A1" t="inlineStr"><is><t>{"甲" * 3_000_000}</t></is></c></row>'
    assert refused(with_sheet(tmp_path, data)) == "too_large"


def sheet_row(row: int) -> str:
    return f'<row r="{row}"><c r="A{row}" s="1"/><c r="C{row}"><v>{row}</v></c></row>'


@given(st.lists(st.integers(1, 400), min_size=1, max_size=20))
def test_where_a_stream_is_cut_does_not_matter(sizes: list[int]) -> None:
    rows = "".join(map(sheet_row, range(1, 40)))
    content = f"<worksheet><sheetData>{rows}</sheetData></worksheet>".encode()
    pieces, start = [], 0
    for size in itertools.cycle(sizes):
        pieces.append(content[start : start + size])
        start += size
        if start >= len(content):
            break
    assert sheet_marks._area(sheet_marks._between_tags(iter(pieces))) == 39 * 3


def test_a_text_table_is_bounded_while_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_table, "MOST_CELLS", 5)
    assert refused("标准号,标准名称\nGB 1,甲\nGB 2,乙\n".encode()) == "too_large"
    assert refused(b",".join([b"x"] * 501)) == "too_many_columns"


def test_a_file_is_not_even_opened_if_it_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "大.xlsx"
    with path.open("wb") as file:
        file.truncate(LARGEST_FILE + 1)
    with pytest.raises(Refusal) as caught:
        read_workbook(path)
    assert caught.value.code == "too_large"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault) as caught:
        read_workbook(tmp_path / "没有.xlsx")
    assert "没有.xlsx" in caught.value.message


def encrypted_package() -> bytes:
    """The container of an xlsx with a password: an OLE file whose directory names EncryptedPackage."""
    header = bytearray(512)
    header[:8] = SIGNATURE
    struct.pack_into("<HHHHH", header, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<II", header, 44, 1, 1)
    struct.pack_into("<6I", header, 56, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, 0)
    struct.pack_into("<109I", header, 76, 0, *[0xFFFFFFFF] * 108)
    table = struct.pack("<128I", 0xFFFFFFFD, 0xFFFFFFFE, *[0xFFFFFFFF] * 126)
    directory = bytearray(512)
    for place, (name, kind) in enumerate([("Root Entry", 5), ("EncryptedPackage", 2), ("EncryptionInfo", 2)]):
        written = name.encode("utf-16-le")
        directory[place * 128 : place * 128 + len(written)] = written
        struct.pack_into("<HB", directory, place * 128 + 64, len(written) + 2, kind)
        struct.pack_into("<I", directory, place * 128 + 116, 0xFFFFFFFE)
    return bytes(header) + table + bytes(directory)


def test_passwords_are_named_as_what_they_are(tmp_path: Path) -> None:
    assert refused(encrypted_package()) == "protected"
    assert refused((FIXTURES / "locked.xls").read_bytes()) == "protected"
    assert refused((FIXTURES / "locked.ods").read_bytes()) == "protected"
    content = bytearray(content_of(tmp_path))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + offset] |= 1
    assert refused(bytes(content)) == "protected"


def test_an_ole_file_that_is_no_workbook() -> None:
    other = encrypted_package()
    for name in ("EncryptedPackage", "EncryptionInfo"):
        other = other.replace(name.encode("utf-16-le"), ("X" * len(name)).encode("utf-16-le"))
    assert refused(other) == "not_a_table"


def test_sizes_an_xls_may_not_claim() -> None:
    content = (FIXTURES / "long.xls").read_bytes()
    record = struct.pack("<HH", 0x0200, 14)
    body = content.index(record) + len(record)
    assert refused(content[: body + 4] + struct.pack("<I", 2**31) + content[body + 8 :]) == "damaged"
    assert refused(content[: body + 10] + struct.pack("<H", 0xFFFF) + content[body + 12 :]) == "damaged"
    strings = content.index(struct.pack("<H", 0x00FC), 512)
    assert refused(content[: strings + 8] + struct.pack("<I", 2**31 - 1) + content[strings + 12 :]) == "damaged"
