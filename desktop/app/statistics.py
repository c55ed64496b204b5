"""标准统计表 from the detail entries, for one office or for the whole city."""

import json
from collections.abc import Mapping

from desktop import resources
from desktop.app import system
from desktop.app.session import Session
from desktop.domain.document import Document
from desktop.domain.errors import Refusal
from desktop.domain.query import Op, Query, Test
from desktop.domain.statistics import (
    GroupLayout,
    Item,
    Layout,
    Measure,
    Placed,
    StatisticsTable,
    tabulate,
)
from desktop.domain.statistics_form import statistics_document

DEFAULT_LAYOUT = "gbt13016"

_PATHS = (
    "key", "owner", "standard", "standard.@number_key", "standard.status", "standard.level", "standard.nature",
    "standard.kind", "standard.effective_on", "department", "node", "planned_level", "standard.number",
    "standard.title", "planned_title", "code", "standard.published_on",
)  # fmt: skip


def layouts() -> list[Layout]:
    """The forms of the table that ship with the program."""
    return [
        Layout(
            item["id"], item["name"], item["title"],
            tuple(
                GroupLayout(group["label"], group["path"],
                            tuple(Item(row["value"], row["label"]) for row in group["items"]), group["total"])
                for group in item["groups"]
            ),
            tuple((Measure(column["id"]), column["label"]) for column in item["columns"]),
        )
        for item in json.loads(resources.read_text("forms", "statistics.json"))
    ]  # fmt: skip


def layout(layout_id: str) -> Layout:
    """One form by its id; Refusal if none."""
    known = {item.id: item for item in layouts()}
    if layout_id not in known:
        raise Refusal("unknown_layout", f"没有名为“{layout_id}”的统计表版式，可用 {'、'.join(known)}")
    return known[layout_id]


def placed(session: Session, as_of: str, owners: list[str] | None = None,
           versions: Mapping[str, str] | None = None) -> list[Placed]:  # fmt: skip
    """The detail entries of the active versions, of some organisations or of all in this library; `versions`
    (organisation → version) looks at others."""
    versions = versions or {
        owner: key for owner, key in system.active_versions(session.read).items() if owners is None or owner in owners
    }
    query = Query("detail_entry", Test("version", Op.IN, tuple(versions.values())), as_of=as_of)
    branches = {
        node: f"{top.code} {top.name}"
        for version in versions.values()
        for node, top in system.branches(system.nodes_of(session.read, version)).items()
    }
    return [_placed(cells, branches) for cells in session.read.cells(query, _PATHS)]


def _placed(cells: tuple[object, ...], branches: dict[str, str]) -> Placed:
    row = dict(zip(_PATHS, cells, strict=True))
    key, planned = str(row["key"]), row["standard"] is None
    level = row["planned_level"] if planned else row["standard.level"]
    values = {
        "standard.level": level, "standard.nature": row["standard.nature"], "standard.kind": row["standard.kind"],
        "department": row["department"], "branch": branches.get(str(row["node"])),
        "year": str(row["standard.effective_on"] or "")[:4],
        "published_year": str(row["standard.published_on"] or "")[:4],
        "status": "planned" if planned else row["standard.status"],
        "standard.number": row["standard.number"], "title": row["planned_title" if planned else "standard.title"],
        "code": row["code"], "published": row["standard.published_on"], "effective": row["standard.effective_on"],
    }  # fmt: skip
    return Placed(key, _thing(row, planned, level), planned, str(row["standard.status"] or ""), values)  # type: ignore[arg-type]


def _thing(row: dict[str, object], planned: bool, level: object) -> str:
    """What an entry stands for: a public standard by its number, in whichever library; an own one by owner too."""
    if planned:
        return f"plan {row['key']}"
    number = row["standard.@number_key"]
    if not number:
        return str(row["standard"])
    return f"{row['owner']} {number}" if level in (None, "internal") else str(number)


def table(session: Session, layout_id: str = DEFAULT_LAYOUT, as_of: str = "",
          owners: list[str] | None = None, department: str = "") -> StatisticsTable:  # fmt: skip
    """The table as of a day (today unless said otherwise); `department` counts the rows of one alone."""
    as_of = as_of or session.today()
    rows = placed(session, as_of, owners)
    if department:
        rows = [row for row in rows if row.values["department"] == department]
    return tabulate(layout(layout_id), rows, as_of)


def departments(session: Session) -> list[str]:
    """The departments named in the detail entries, most frequent first."""
    return [str(name) for name, _ in session.read.values(Query("detail_entry"), "department") if name]


def document(session: Session, shown: StatisticsTable, unit: str = "", department: str = "") -> Document:
    """The table as a form to print or export; the heading names the unit and the department it was counted for."""
    return statistics_document(shown, unit or session.identity.name, "演练" if session.sample else "", department)


def figures(shown: StatisticsTable) -> dict[str, object]:
    """The table as plain data: a row for each item of each group, and the total of all."""
    rows = [
        {"group": group.label, "item": row.label, "planned": row.planned.value, "present": row.present.value,
         "ratio": row.ratio.shown}
        for group in shown.groups
        for row in group.rows
    ]  # fmt: skip
    total = shown.groups[0].total
    return {
        "as_of": shown.as_of,
        "rows": rows,
        "total": {"planned": total.planned.value, "present": total.present.value, "ratio": total.ratio.shown},
    }


def in_words(shown: StatisticsTable) -> str:
    """The table as lines of text."""
    lines = [f"{shown.layout.title}（截至 {shown.as_of}）"]
    for group in shown.groups:
        lines.append(group.label)
        for row in (*group.rows, group.total):
            cells = "  ".join(f"{label} {row.shown(measure)}" for measure, label in shown.layout.columns)
            lines.append(f"  {row.label}：{cells}")
    return "\n".join((*lines, *(check.sentence for check in shown.checks)))
