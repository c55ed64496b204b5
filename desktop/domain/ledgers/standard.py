"""标准明细: the document (`Standard`), its place in the system (`DetailEntry`) and its links."""

from collections.abc import Iterable, Mapping

from desktop.domain import numbers
from desktop.domain.ledgers.spares import Spares
from desktop.domain.ledgers.words import KINDS, LEVELS, LINK_KINDS, NATURES, ROLES, STATUSES
from desktop.domain.record import (
    Cell,
    Derivation,
    Lookup,
    Problem,
    Record,
    Row,
    Timeline,
    choice,
    date,
    derived,
    flag,
    integer,
    long_text,
    reference,
    text,
)
from desktop.domain.standard_words import Status
from desktop.domain.validity import Replacement, validity


def dates_in_order(row: Row) -> Problem | None:
    """实施日期 is not before 发布日期, as far as both are known (handbook 9.5)."""
    published, effective = row.get("published_on"), row.get("effective_on")
    if not published or not effective:
        return None
    shared = min(len(str(published)), len(str(effective)))
    if str(effective)[:shared] < str(published)[:shared]:
        return Problem("effective_on", f"实施日期早于发布日期（{published}）")
    return None


def _derive_standard(row: Row, lookup: Lookup) -> Mapping[str, Cell]:
    number = str(row.get("number") or "")
    life = validity(
        _date(row, "published_on"),
        _date(row, "effective_on"),
        _date(row, "withdrawn_on"),
        _replacements(row, lookup),
    )
    parsed = numbers.parse(number)
    return {
        "number_text": parsed.text if parsed else number,
        "number_key": numbers.identity(number) if number else None,
        "number_series": parsed.series if parsed else None,
        "number_order": numbers.order_of(number),
        "unverified_from": None if life.effective else life.published or "0000",
        "announced_from": life.published if life.effective else None,
        "effective_from": life.effective,
        "superseded_from": life.superseded,
        "withdrawn_from": life.withdrawn,
    }


def _date(row: Row, field: str) -> str | None:
    cell = row.get(field)
    return None if cell is None else str(cell)


def _replacements(row: Row, lookup: Lookup) -> Iterable[Replacement]:
    for link in lookup.referring("standard_link", "other", str(row["key"])):
        newer = lookup.row("standard", str(link.get("standard") or ""))
        if newer is not None and link.get("kind") in ("replaces", "replaces_part"):
            yield Replacement(_date(newer, "effective_on"), link["kind"] == "replaces_part")


def _affected_standards(ledger: str, row: Row, lookup: Lookup) -> Iterable[str]:
    if ledger == "standard_link" and row.get("other"):
        yield str(row["other"])
    if ledger == "standard":
        for link in lookup.referring("standard_link", "standard", str(row["key"])):
            if link.get("other"):
                yield str(link["other"])


class Standard(
    Spares,
    name="standard",
    label="标准",
    match=(("number",), ("title",)),
    caption=("number", "title"),
    rules=(dates_in_order,),
    derivation=Derivation(
        (
            "number_text", "number_key", "number_series", "number_order",
            "unverified_from", "announced_from", "effective_from", "superseded_from", "withdrawn_from",
        ),
        _derive_standard,
        ("standard", "standard_link"),
        _affected_standards,
    ),
):  # fmt: skip
    """A standard as a document; the number keeps the spelling it was given."""

    number: Cell = text(
        "标准号",
        width=20,
        asks_basis=True,
        order="number_order",
        synonyms=("标准编号", "编号", "标准代号"),
        help="原样保留；内部标准可用任意编号或留空",
    )
    title: Cell = text("标准名称", width=36, required=True, asks_basis=True)
    level: Cell = choice("标准级别", LEVELS)
    nature: Cell = choice("性质", NATURES, width=10)
    kind: Cell = choice("标准类别", KINDS, width=14)
    other_numbers: Cell = text("别号", width=18, help="同一文件的其他标准号")
    document_number: Cell = text("发文字号", width=18)
    published_on: Cell = date("发布日期", asks_basis=True)
    effective_on: Cell = date("实施日期", asks_basis=True)
    withdrawn_on: Cell = date("废止日期", asks_basis=True)
    status: Cell = derived(
        "状态",
        Timeline(
            (
                ("withdrawn_from", Status.WITHDRAWN.value),
                ("superseded_from", Status.SUPERSEDED.value),
                ("effective_from", Status.CURRENT.value),
                ("announced_from", Status.UPCOMING.value),
                ("unverified_from", Status.UNVERIFIED.value),
            ),
            Status.UNPUBLISHED.value,
        ),
        choices=STATUSES,
        width=10,
        help="由发布、实施、废止日期和代替关系按截至日期推得",
    )
    source_status: Cell = text("原载状态", width=10, help="导入文件里写的状态，只供核对")
    replaces: Cell = text("代替标准", width=20)
    adoption: Cell = text("采用关系", width=18)
    issuer: Cell = text("发布单位", width=18)
    our_role: Cell = choice("我局角色", ROLES, width=10)
    our_rank: Cell = integer("顺位")
    is_key: Cell = flag("关键标准", width=10)
    checked_on: Cell = date("核对日期")
    source: Cell = text("来源", width=18)
    notes: Cell = long_text("标准备注")


def standard_or_plan(row: Row) -> Problem | None:
    """An entry places a standard or names a planned one (handbook 1.2)."""
    if not row.get("standard") and not row.get("planned_title"):
        return Problem("planned_title", "请填标准名称，或填待制定标准的名称")
    return None


class DetailEntry(
    Record,
    name="detail_entry",
    label="标准明细",
    match=(("standard.number",), ("standard.title",), ("planned_title",)),
    caption=("standard", "planned_title"),
    columns=(
        "standard.number", "standard.title", "code", "standard.status", "standard.level", "department",
        "standard.published_on", "standard.effective_on", "standard.is_key", "standard.our_role", "planned_title",
        "planned_level", "notes",
    ),
    rules=(standard_or_plan,),
):  # fmt: skip
    """One line of the detail table: a standard, or a planned one, at a node of a system version."""

    version: Cell = reference("体系版本", "system_version")
    code: Cell = text(
        "体系编号",
        asks_basis=True,
        synonyms=("标准体系编号", "标准体系表编号"),
        help="本行在体系中的编号，如 ZC5.02",
    )
    node: Cell = reference("体系节点", "system_node", help="留空时按体系编号归入最接近的节点")
    standard: Cell = reference("标准", "standard", embedded=True)
    planned_title: Cell = text("待制定标准名称", width=24, stands_for="standard.title")
    planned_level: Cell = choice("宜定级别", LEVELS, stands_for="standard.level")
    planned_on: Cell = date("计划完成")
    position: Cell = text("排序")
    department: Cell = text("责任处室", synonyms=("责任部门", "归口部门"))
    copied_from: Cell = text("上一版明细", internal=True, help="由上一版复制而来时，原明细的记录")
    primary: Cell = flag("主节点", help="一项标准放在几个节点时，按主节点计一次")
    notes: Cell = long_text("备注")


class StandardLink(
    Record,
    name="standard_link",
    label="标准代替关系",
    match=(("standard.number", "kind", "other_number"),),
    caption=("standard", "other_number"),
    columns=("standard.number", "kind", "other.number", "other_number", "notes"),
):
    """`standard` replaces or cites `other`; the other number is kept as text too."""

    standard: Cell = reference("标准", "standard", width=20)
    kind: Cell = choice("关系", LINK_KINDS, width=10)
    other: Cell = reference("另一标准", "standard", width=20)
    other_number: Cell = text("另一标准号", width=20)
    notes: Cell = long_text("备注")
