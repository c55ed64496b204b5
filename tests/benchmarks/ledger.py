"""A ledger of 5,000 rows as the page of the detail table uses it: open, filter, sort, paste, export."""

import itertools
import tempfile
from pathlib import Path
from typing import Any, cast

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Border, Side

from desktop.app import editing, exporting
from desktop.app.editing import Edit
from desktop.app.filters import values_of
from desktop.app.labels import columns_in_use
from desktop.app.pasting import NewRows, paste
from desktop.app.session import Session
from desktop.domain.query import Condition, Op, Query, Sort, Test
from tests.benchmarks.library import filled
from tests.benchmarks.measure import Value, alternating, median

PAGE = 128
"""Rows of one page of the grid."""

PASTED_ROWS, PASTED = 500, ("department", "standard.title", "standard.effective_on")


def measure() -> list[Value]:
    """Medians; a paste is one transaction with its checks, its journal, derived values and search."""
    with tempfile.TemporaryDirectory() as name, filled(Path(name)) as session:
        return [*_reading(session), *_pasting(session), *_exporting(session, Path(name))]


def _reading(session: Session) -> list[Value]:
    read, every = session.read, exporting.listed(session, "detail_entry", session.today())
    shown = [column.path for column in columns_in_use(session, "detail_entry") if column.shown]
    paths = ["key", *shown, *session.schema.stand_ins("detail_entry").values()]

    title = session.schema.column("detail_entry", "standard.title")

    def show(query: Query) -> None:
        if not read.page("detail_entry", read.rids(query)[:PAGE], paths, query.as_of):
            raise AssertionError("nothing to show")

    def narrowed(*conditions: Condition) -> float:
        query = every
        for condition in conditions:
            query = query.also(condition)
        return median(lambda: show(query))

    def ordered(*sorts: Sort) -> float:
        return median(lambda: show(Query("detail_entry", every.where, sorts, every.as_of)))

    return [
        Value("打开 5,000 行（全部行号和第一页）", median(lambda: show(every)), "秒", 0.5),
        Value("筛选：处室和文字", narrowed(Test("department", Op.IN, ("处室3",)), Test("", Op.FOUND, ("食堂",))), "秒", 0.2),
        Value("筛选：四个拼音首字母，少数行命中", narrowed(Test("", Op.FOUND, ("gwyc",))), "秒", 0.2),
        Value("筛选：两个拼音首字母，多数行命中", narrowed(Test("", Op.FOUND, ("jx",))), "秒", 0.2),
        Value("筛选：推得的状态和日期", narrowed(
            Test("standard.status", Op.IN, ("current",)), Test("standard.published_on", Op.FROM, ("2020",)),
        ), "秒", 0.2),
        Value("排序：标准名称按拼音", ordered(Sort("standard.title")), "秒", 0.3),
        Value("列筛选的值：标准名称", median(lambda: values_of(session, every, title)), "秒", 0.2),
        Value("排序：状态、标准号倒序", ordered(Sort("standard.status"), Sort("standard.number", True)), "秒", 0.3),
    ]  # fmt: skip


def _pasting(session: Session) -> list[Value]:
    rows = session.read.rows(Query("detail_entry", Test("standard", Op.FILLED)))[:PASTED_ROWS]
    turn = itertools.count()

    def edits() -> list[Edit]:
        mark = next(turn)
        texts = (f"粘贴{mark}", f"粘贴的标准名称{mark}", f"2026-{mark % 12 + 1:02d}-01")
        return [Edit(str(row["key"]), path, text) for row in rows for path, text in zip(PASTED, texts, strict=True)]

    def all_or_nothing() -> None:
        editing.edit_cells(session, "detail_entry", edits(), "粘贴")

    def good_ones() -> None:
        pasted = paste(session, "detail_entry", edits(), NewRows(()), "粘贴")
        if pasted.refused:
            raise AssertionError(pasted.refused[0].reason)

    return [
        Value("粘贴 500 行 × 3 列，整体写入", median(all_or_nothing, 5), "秒", 1.0),
        Value("粘贴 500 行 × 3 列，如窗口里逐格判断", median(good_ones, 5), "秒", 1.0),
    ]


def _exporting(session: Session, folder: Path) -> list[Value]:
    cells = [row.cells for row in exporting.full_document(session, "detail_entry", session.today()).table.rows]

    def bare() -> None:
        workbook = Workbook()
        sheet = workbook.worksheets[0]
        pattern: Any = Cell(sheet, row=1, column=1)
        pattern.border = Border(left=Side(style="thin"))
        for row in cells:
            sheet.append(row)
        for line in sheet.iter_rows():
            for cell in line:
                cast("Any", cell)._style = pattern._style
        workbook.save(folder / "bare.xlsx")

    product, baseline = alternating(
        lambda: exporting.export(session, "detail_entry", folder / "ours.xlsx"), bare, runs=3
    )
    return [
        Value("导出 xlsx ÷ 用 openpyxl 写同样的格子、共用一个样式", product / baseline, "倍", 1.3),
        Value("导出 xlsx", product, "秒"),
    ]
