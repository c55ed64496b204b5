"""The inspection sheet (标准实施监督检查表) as a neutral document, blank or filled in. Its columns, their widths and the
words around them are data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from desktop.domain.dates import chinese
from desktop.domain.document import Align, Document, HeadField, Paper, Table, TableColumn, TableRow
from desktop.domain.ledgers.words import CONCLUSIONS, INSPECTION_KINDS, NECESSITIES, VERDICTS
from desktop.domain.record import Cell, Choice, Row

VERDICT = "verdict."
"""Beginning of the cells that are a box for one verdict."""


@dataclass(frozen=True)
class SheetColumn:
    """One column: what stands in it (`number`, `clause`, `content`, `method`, `verdict.fail` …, `told`), how it is
    headed, and its width in millimetres."""

    cell: str
    label: str
    width: float
    group: str = ""


@dataclass(frozen=True)
class SheetLayout:
    """The editable part of the form."""

    title: str
    columns: tuple[SheetColumn, ...]
    row_height: float
    signatures: tuple[str, ...]
    page_signatures: tuple[str, ...]
    hint: str
    note: str


def inspection_document(
    inspection: Row, unit: str, results: Sequence[Row], maker: str, layout: SheetLayout, watermark: str = ""
) -> Document:
    """The sheet in paper order; empty verdicts print as boxes to tick, in the order of keys 1–4."""
    columns = tuple(
        TableColumn(
            column.label,
            column.width,
            Align.CENTRE if column.cell == "number" or column.cell.startswith(VERDICT) else Align.LEFT,
            column.group,
            column.cell.startswith(VERDICT),
        )
        for column in layout.columns
    )
    rows = tuple(_row(layout, number, result) for number, result in enumerate(results, start=1))
    code = _said(inspection, "code")
    edition = f"{_said(inspection, 'checklist_title')} {_said(inspection, 'checklist_edition')}".strip()
    return Document(
        title=layout.title,
        table=Table(columns, rows, layout.row_height),
        form_code=f"表号：{_said(inspection, 'checklist_code')}　模板：{edition}",
        paper=Paper.A4,
        head=_head(inspection, unit),
        closing=_closing(inspection, results),
        signatures=layout.signatures,
        page_signatures=layout.page_signatures,
        table_hint=layout.hint,
        notes=(layout.note,),
        footer_left=maker,
        footer_right=code,
        code=code,
        watermark=watermark,
    )


def _head(inspection: Row, unit: str) -> tuple[tuple[HeadField, ...], ...]:
    day = _said(inspection, "inspected_on")
    return (
        (
            HeadField("受检单位", unit, width=2.2),
            HeadField("检查日期", chinese(day) if day else "", width=1.4),
            HeadField("编号", _said(inspection, "code"), width=1.4),
        ),
        (
            _boxes("检查类型", INSPECTION_KINDS, inspection.get("kind"), 2.6),
            HeadField("检查组成员", _said(inspection, "inspectors"), width=2.4),
        ),
    )


def _closing(inspection: Row, results: Sequence[Row]) -> tuple[tuple[HeadField, ...], ...]:
    verdicts = [result.get("verdict") for result in results]
    recorded = any(verdicts)
    tally = tuple(
        HeadField(choice.label, str(verdicts.count(choice.value)) if recorded else "", width=0.5) for choice in VERDICTS
    )
    return (
        (_boxes("检查结论", CONCLUSIONS, inspection.get("conclusion"), 2), *tally),
        (HeadField("整改要求", _said(inspection, "demand")),),
    )


def _boxes(label: str, choices: Sequence[Choice], value: Cell, width: float) -> HeadField:
    ticked = tuple(choice.label for choice in choices if choice.value == value)
    return HeadField(label, options=tuple(choice.label for choice in choices), ticked=ticked, width=width)


def _row(layout: SheetLayout, number: int, result: Row) -> TableRow:
    clause = " ".join(_said(result, name) for name in ("standard_number", "clause") if result.get(name))
    necessity = next((choice.label for choice in NECESSITIES if choice.value == result.get("necessity")), "")
    known = {
        "number": str(number),
        "clause": f"{clause}　{necessity}".strip("　"),
        "content": _said(result, "content"),
        "method": _said(result, "method"),
        "told": "；".join(_said(result, name) for name in ("problem", "evidence") if result.get(name)),
        f"{VERDICT}{result.get('verdict')}": "√",
    }
    return TableRow(tuple(known.get(column.cell, "") for column in layout.columns))


def _said(row: Mapping[str, Cell], name: str) -> str:
    return str(row.get(name) or "")
