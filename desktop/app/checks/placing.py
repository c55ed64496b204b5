"""Checks of the system tree and of the lines of the detail table."""

from collections.abc import Iterator

from desktop.app import system
from desktop.app.checks.looking import Check, Found, Library, Row, Severity
from desktop.domain.codes import plain_code
from desktop.domain.standard_words import Status
from desktop.domain.statistics import OBSOLETE


def _name(library: Library, row: Row) -> str:
    return library.caption("detail_entry", row)


def _codes(library: Library) -> Iterator[Found]:
    active = set(system.active_versions(library.read).values())
    seen: dict[tuple[object, str], list[Row]] = {}
    for row in library.rows("system_node"):
        if row["version"] in active and row["code"]:
            seen.setdefault((row["version"], plain_code(str(row["code"]))), []).append(row)
    for first, *others in seen.values():
        if others:
            sentence = f"体系编号“{first['code']}”有 {len(others) + 1} 个节点"
            yield Found("system_node", str(first["key"]), sentence, "code")


def _homeless(library: Library) -> Iterator[Found]:
    for row in library.entries:
        if not row["node"]:
            code = f"体系编号“{row['code']}”" if row["code"] else ""
            sentence = f"{_name(library, row)}：{code}没有归入体系的任何节点"
            yield Found("detail_entry", str(row["key"]), sentence, "node.code")


def _displaced(library: Library) -> Iterator[Found]:
    codes = {str(row["key"]): row["code"] for row in library.rows("system_node")}
    for row in library.entries:
        node = codes.get(str(row["node"]))
        if node and row["code"] and not plain_code(str(row["code"] or "")).startswith(plain_code(str(node))):
            sentence = f"{_name(library, row)}：体系编号“{row['code']}”不在所属节点“{node}”之下"
            yield Found("detail_entry", str(row["key"]), sentence, "code")


def _overdue(library: Library) -> Iterator[Found]:
    for row in library.entries:
        due = str(row["planned_on"] or "")
        if due and not row["standard"] and due < library.today[: len(due)]:
            yield Found(
                "detail_entry", str(row["key"]), f"{_name(library, row)}：计划 {due} 完成，已过期", "planned_on"
            )


def _obsolete(library: Library) -> Iterator[Found]:
    for key, entry in library.listed.items():
        row = library.standards[key]
        if row["status"] in OBSOLETE:
            state = Status(str(row["status"])).label
            name = library.read.caption("standard", key)
            sentence = f"{name}：已{state}，仍列在标准明细里"
            yield Found("detail_entry", str(entry["key"]), sentence, "standard.status")


def _successors(library: Library) -> Iterator[Found]:
    for link in library.rows("standard_link"):
        older, newer = str(link["other"]), str(link["standard"])
        unlisted = link["kind"] == "replaces" and older in library.listed and newer not in library.listed
        if unlisted and newer in library.standards:
            entry = library.listed[older]
            names = (library.read.caption("standard", key) for key in (older, newer))
            sentence = "{}：由 {} 代替，新标准还不在标准明细里".format(*names)
            yield Found("detail_entry", str(entry["key"]), sentence, "standard.number")


CHECKS = (
    Check("duplicate_code", "体系编号重复", Severity.BAD, "给其中一个节点换编号", _codes),
    Check("no_node", "没有归入节点", Severity.WARN, "填体系编号，或选体系节点", _homeless),
    Check("code_elsewhere", "编号与节点不一致", Severity.WARN, "改体系编号，或改所属节点", _displaced),
    Check("plan_overdue", "待制定标准过期", Severity.NOTE, "改计划日期，或补上已发布的标准", _overdue),
    Check("obsolete_listed", "已失效仍在明细", Severity.NOTE, "换成新标准，或从明细中移出", _obsolete),
    Check("successor_unlisted", "代替它的标准不在明细", Severity.WARN, "把新标准列入明细", _successors),
)
"""Checks of tree and detail table."""
