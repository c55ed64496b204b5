"""标准统计表 from the detail entries, for one office or for the whole city."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from desktop import resources
from desktop.app import system
from desktop.app.editing import Edit, edit_cells
from desktop.app.labels import unit_names
from desktop.app.session import Session
from desktop.domain import system_counts
from desktop.domain.changes import Changes
from desktop.domain.document import Document, Paper
from desktop.domain.errors import Refusal
from desktop.domain.ledgers.system import SystemNode
from desktop.domain.query import Group, Op, Query, Test
from desktop.domain.standard_words import Status
from desktop.domain.statistics import (
    GroupLayout,
    Item,
    Layout,
    Measure,
    Placed,
    StatisticsColumn,
    StatisticsTable,
    tabulate,
)
from desktop.domain.statistics_form import StatisticsForm, statistics_document
from desktop.domain.system_tree import TOP

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
            tuple(StatisticsColumn(Measure(column["id"]), column["label"], column.get("value", ""))
                  for column in item["columns"]),
            item.get("across", ""), item.get("bureau_only", False),
        )
        for item in _shipped()["layouts"]
    ]  # fmt: skip


def form() -> StatisticsForm:
    """What stands around the figures of every layout."""
    data = _shipped()["form"]
    return StatisticsForm(
        Paper(data["paper"]), data["most_columns_upright"], data["row_height"], data["item_column"]["label"],
        data["item_column"]["width"], data["figure_width"], data["group_label"], data["counted_in"], data["note"],
        tuple(data["signatures"]),
    )  # fmt: skip


def _shipped() -> Any:
    return json.loads(resources.read_text("forms", "statistics.json"))


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
    versions = versions or counted_versions(session, owners)
    query = Query("detail_entry", Test("version", Op.IN, tuple(versions.values())), as_of=as_of)
    branches = {
        node: branch_label(tree.nodes[top])
        for tree in (system.tree_of(session.read, version) for version in versions.values())
        for top in tree.children()
        for node in tree.branch(top)
    }
    units = unit_names(session)
    return [_placed(cells, branches, units) for cells in session.read.cells(query, _PATHS)]


def counted_versions(session: Session, owners: Collection[str] | None = None) -> dict[str, str]:
    """Organisation → the version whose rows are counted, of some organisations or of all in this library."""
    active = system.active_versions(session.read)
    return {owner: key for owner, key in active.items() if owners is None or owner in owners}


def branch_label(top: SystemNode) -> str:
    """How a sub-system is called in the table."""
    return f"{top.code} {top.name}"


def _placed(cells: tuple[object, ...], branches: dict[str, str], units: dict[str, str]) -> Placed:
    row = dict(zip(_PATHS, cells, strict=True))
    key, planned = str(row["key"]), row["standard"] is None
    level = row["planned_level"] if planned else row["standard.level"]
    values = {
        "standard.level": level, "standard.nature": row["standard.nature"], "standard.kind": row["standard.kind"],
        "department": row["department"], "branch": branches.get(str(row["node"])),
        "unit": units.get(str(row["owner"])),
        "year": str(row["standard.effective_on"] or "")[:4],
        "published_year": str(row["standard.published_on"] or "")[:4],
        "status": "planned" if planned or row["standard.status"] == Status.UNPUBLISHED else row["standard.status"],
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
    rows, versions = placed(session, as_of, owners), counted_versions(session, owners)
    if department:
        return tabulate(layout(layout_id), [row for row in rows if row.values["department"] == department], as_of)
    return counted(session, layout(layout_id), rows, as_of, versions)


def counted(session: Session, form: Layout, rows: Sequence[Placed], as_of: str,
            versions: Mapping[str, str]) -> StatisticsTable:  # fmt: skip
    """The table of these rows of some versions (organisation → version), filled-in 应有数 included."""
    return tabulate(form, rows, as_of, _stated(session, rows, versions))


def _stated(session: Session, rows: Sequence[Placed], versions: Mapping[str, str]) -> dict[str, int]:
    """Sub-system → what the 应有数 filled in for its nodes say beyond its rows."""
    of_versions = Test("version", Op.IN, tuple(versions.values()))
    filled = session.read.cells(
        Query("system_node", Group((of_versions, Test("planned_count", Op.FILLED)))), ("version",)
    )
    found: dict[str, int] = {}
    for version in dict.fromkeys(str(version) for (version,) in filled):
        tree = system.tree_of(session.read, version)
        cells = session.read.cells(Query("detail_entry", Test("version", Op.IN, (version,))), ("node", "key"))
        counts = system_counts.counted(tree, [(str(node or ""), str(key)) for node, key in cells], rows)
        for top in tree.children(TOP):
            if beyond := counts[top].planned - counts[top].listed:
                name = branch_label(tree.nodes[top])
                found[name] = found.get(name, 0) + beyond
    return found


def fillable(session: Session) -> dict[str, SystemNode]:
    """Sub-system as the table calls it → the node of our own active version whose 应有数 can be filled in."""
    own = counted_versions(session, [session.identity.organisation])
    trees = [system.tree_of(session.read, version) for version in own.values()]
    return {branch_label(tree.nodes[top]): tree.nodes[top] for tree in trees for top in tree.children(TOP)}


def fill_planned(session: Session, branch: str, number: str, basis: str) -> Changes:
    """Fill in the 应有数 of a sub-system with its 依据; an empty number leaves it to the detail rows again. Refusal for a
    number without 依据."""
    node = fillable(session).get(branch)
    if node is None:
        raise Refusal("no_node", f"本单位的体系里没有“{branch}”，请刷新后再填")
    number, basis = number.strip(), basis.strip()
    edits = [Edit(node.key, "planned_count", number), Edit(node.key, "planned_basis", basis if number else "")]
    return edit_cells(session, "system_node", edits, f"填写应有数 {branch}", basis)


def departments(session: Session) -> list[str]:
    """The departments named in the detail entries, most frequent first."""
    return [str(name) for name, _ in session.read.values(Query("detail_entry"), "department") if name]


def document(session: Session, shown: StatisticsTable, unit: str = "", department: str = "") -> Document:
    """The table as a form to print or export; the heading names the unit and the department it was counted for."""
    return statistics_document(shown, form(), unit or session.identity.name, session.watermark, department)


def figures(shown: StatisticsTable) -> dict[str, object]:
    """The table as plain data: a row for each item of each group, and the total of all."""
    rows = [
        {"group": group.label, "item": row.label, "planned": row.wanted, "present": row.present.value,
         "ratio": row.ratio.shown}
        for group in shown.groups
        for row in group.rows
    ]  # fmt: skip
    total = shown.groups[0].total
    return {
        "as_of": shown.as_of,
        "rows": rows,
        "total": {"planned": total.wanted, "present": total.present.value, "ratio": total.ratio.shown},
    }


def in_words(shown: StatisticsTable) -> str:
    """The table as lines of text."""
    lines = [f"{shown.layout.title}（截至 {shown.as_of}）"]
    for group in shown.groups:
        lines.append(group.label)
        for row in (*group.rows, group.total):
            cells = "  ".join(f"{column.label} {row.shown(column)}" for column in shown.layout.columns)
            lines.append(f"  {row.label}：{cells}")
    return "\n".join((*lines, *(check.sentence for check in shown.checks)))
