"""The inspection sheet (标准实施监督检查表) as a neutral document, blank or filled in."""

from collections.abc import Mapping, Sequence

from desktop.domain.dates import chinese
from desktop.domain.document import Align, Document, HeadField, Paper, Table, TableColumn, TableRow
from desktop.domain.ledgers.words import CONCLUSIONS, INSPECTION_KINDS, NECESSITIES, VERDICTS
from desktop.domain.record import Cell, Row


def _label(choices: Sequence[object], value: Cell) -> str:
    return next((choice.label for choice in choices if choice.value == value), "")  # type: ignore[attr-defined]


def inspection_document(inspection: Row, unit: str, results: Sequence[Row], maker: str, layout: Mapping[str, str],
                        watermark: str = "") -> Document:  # fmt: skip
    """The sheet in paper order. Empty verdicts print as boxes to tick in the order of keys 1–4 (`layout` holds the
    editable words: title, hint, note)."""
    columns = [
        TableColumn("序号", 10, Align.CENTRE),
        TableColumn("依据标准、条款", 40),
        TableColumn("检查内容", 84),
        TableColumn("检查方法", 25),
        *(
            TableColumn(f"{key} {choice.label}", 11.5, Align.CENTRE, group="检查结果（只选一项）", tick=True)
            for key, choice in enumerate(VERDICTS, start=1)
        ),
        TableColumn("问题描述、证据编号", 52),
    ]
    rows = tuple(_row(number, result) for number, result in enumerate(results, start=1))
    kinds = tuple(choice.label for choice in INSPECTION_KINDS)
    kind = _label(INSPECTION_KINDS, inspection.get("kind"))
    conclusions = tuple(choice.label for choice in CONCLUSIONS)
    conclusion = _label(CONCLUSIONS, inspection.get("conclusion"))
    tally = _tally(results)
    code = str(inspection.get("code") or "")
    edition = f"{inspection.get('checklist_title') or ''} {inspection.get('checklist_edition') or ''}".strip()
    day = inspection.get("inspected_on")
    return Document(
        title=layout["title"],
        table=Table(tuple(columns), rows, row_height=8.4),
        form_code=f"表号：{inspection.get('checklist_code') or ''}　模板：{edition}",
        paper=Paper.A4,
        head=(
            (HeadField("受检单位", unit, width=2.6), HeadField("检查日期", chinese(str(day)) if day else ""),
             HeadField("编号", code, width=1.4)),
            (HeadField("检查类型", options=kinds, ticked=(kind,) if kind else (), width=2.6),
             HeadField("检查组成员", str(inspection.get("inspectors") or ""), width=2.4)),
        ),
        closing=(
            (HeadField("检查结论", options=conclusions, ticked=(conclusion,) if conclusion else (), width=2),
             *(HeadField(choice.label, tally.get(choice.value, ""), width=0.5) for choice in VERDICTS)),
            (HeadField("整改要求", str(inspection.get("demand") or "")),),
        ),
        signatures=("检查人（签字）", "检查组长（签字）", "受检单位负责人（签字、盖章）"),
        page_signatures=("本页检查人", "受检单位确认"),
        table_hint=layout["hint"],
        notes=(layout["note"],),
        footer_left=maker,
        footer_right=code,
        code=code,
        watermark=watermark,
    )  # fmt: skip


def _row(number: int, result: Row) -> TableRow:
    clause = " ".join(str(result[name]) for name in ("standard_number", "clause") if result.get(name))
    necessity = _label(NECESSITIES, result.get("necessity"))
    ticks = tuple("√" if result.get("verdict") == choice.value else "" for choice in VERDICTS)
    told = "；".join(str(result[name]) for name in ("problem", "evidence") if result.get(name))
    return TableRow((str(number), f"{clause}　{necessity}".strip("　"), str(result.get("content") or ""),
                     str(result.get("method") or ""), *ticks, told))  # fmt: skip


def _tally(results: Sequence[Row]) -> dict[str, str]:
    if not any(result.get("verdict") for result in results):
        return {}
    return {choice.value: str(sum(r.get("verdict") == choice.value for r in results)) for choice in VERDICTS}
