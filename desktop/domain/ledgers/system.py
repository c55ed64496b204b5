"""标准体系: versions and the coded tree."""

from desktop.domain.ledgers.spares import Spares
from desktop.domain.ledgers.words import VERSION_STATES
from desktop.domain.record import Cell, Problem, Record, Row, choice, date, integer, long_text, reference, text


class SystemVersion(
    Record,
    name="system_version",
    label="体系版本",
    match=(("name",),),
    caption=("name",),
):
    """One version of the local standard system."""

    name: Cell = text("版本名称", width=20, required=True)
    title: Cell = text("体系名称", width=24)
    basis: Cell = long_text("发布依据")
    published_on: Cell = date("发布日期")
    state: Cell = choice("状态", VERSION_STATES)
    notes: Cell = long_text("说明")


def _not_below_nought(cell: Cell) -> str | None:
    return "应有数不能小于 0" if isinstance(cell, int) and cell < 0 else None


def wanted_for_a_reason(row: Row) -> Problem | None:
    """A filled-in 应有数 names the plan or document it comes from."""
    if row.get("planned_count") is not None and not row.get("planned_basis"):
        return Problem("planned_basis", "请先填应有数依据，如规划或文件的名称、文号，再填应有数")
    return None


class SystemNode(
    Spares,
    name="system_node",
    label="体系节点",
    match=(("code",),),
    caption=("code", "name"),
    columns=("code", "name", "parent.code", "department", "planned_basis", "planned_count", "notes"),
    rules=(wanted_for_a_reason,),
):
    """A box of the system diagram; its code is the 体系编号 of the entries below it."""

    version: Cell = reference("体系版本", "system_version")
    parent: Cell = reference("上级节点", "system_node")
    code: Cell = text("体系编号", required=True, asks_basis=True, synonyms=("节点编号", "编号", "代码"))
    name: Cell = text("节点名称", width=20, required=True, synonyms=("子体系名称", "名称"))
    position: Cell = text("排序", internal=True, help="同级之间的次序，由程序维护")
    department: Cell = text("责任处室", synonyms=("责任部门",))
    planned_count: Cell = integer(
        "应有数", asks_basis=True, help="规划的标准数；留空按明细推得", rule=_not_below_nought
    )
    planned_basis: Cell = text("应有数依据", width=20)
    copied_from: Cell = text("上一版节点", internal=True, help="由上一版复制而来时，原节点的记录")
    notes: Cell = long_text("说明")
