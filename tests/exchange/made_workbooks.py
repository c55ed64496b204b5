"""Workbooks as offices make them, written by openpyxl for the tests of import."""

import io
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from desktop.domain.ledgers import SCHEMA
from desktop.exchange.workbook import Sheet

COLUMNS = SCHEMA.columns("detail_entry")
FIXTURES = Path(__file__).parent.parent / "fixtures" / "workbooks"
SYNONYMS = {"standard.title": ("名称",), "standard.number": ("标准编号",), "standard.nature": ("属性",)}

OFFICE_TABLE: list[list[object]] = [
    ["某局机关事务标准明细表"],
    ["序号", "体系编号", "标准号", "标准名称", "日期", None, "状态", "备注"],
    [None, None, None, None, "发布", "实施"],
    ["一、基础通用"],
    [1, "101", "GB/T 1.1-2020", "标准化工作导则", "2020-03-31", "2020-10-01", "现行", "甲"],
    [2, None, "GB/T 13016-2018", "标准体系构建原则和要求", "2018-02-06", "2018.9.1", "同上", None],
    [3, None, "GB/T 13017-2018", "企业标准体系表编制指南", "坏日期", "2018-09-01", "现行", None],
    ["合计", None, 3],
]
OFFICE_MERGES = ("A1:H1", "A2:A3", "B2:B3", "C2:C3", "D2:D3", "E2:F2", "G2:G3", "H2:H3", "A4:H4", "B5:B7")


def save(
    path: Path,
    rows: Iterable[Sequence[object]],
    merges: Sequence[str] = (),
    *,
    title: str = "标准明细",
    change: Callable[[Workbook, Worksheet], object] = lambda _book, _page: None,
) -> Path:
    """Write the rows as the one sheet of an xlsx, merge the ranges, then let `change` have its way."""
    book = Workbook()
    page = book.worksheets[0]
    page.title = title
    for row in rows:
        page.append(list(row))
    for span in merges:
        page.merge_cells(span)
    change(book, page)
    book.save(path)
    return path


def sheet(rows: Sequence[Sequence[object]], merged: tuple[tuple[int, int, int, int], ...] = ()) -> Sheet:
    """A sheet as if read, its rows made equally long."""
    width = max(map(len, rows))
    return Sheet("明细", True, [[*row, *[None] * (width - len(row))] for row in rows], merged)  # type: ignore[list-item]


def repacked(content: bytes, changes: Mapping[str, bytes | None]) -> bytes:
    """An archive with members replaced, added, or (None) left out."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for name in source.namelist():
            if name not in changes:
                made.writestr(name, source.read(name))
        for name, member in changes.items():
            if member is not None:
                made.writestr(name, member)
    return stream.getvalue()
