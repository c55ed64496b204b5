"""体系编号: what numbering anew would change, and doing it as one step."""

from desktop.app.editing import why_version_closed
from desktop.app.session import Session
from desktop.app.system import tree_of
from desktop.domain.changes import Changes
from desktop.domain.errors import Refusal
from desktop.domain.query import Query, where
from desktop.domain.record import Cell
from desktop.domain.renumbering import DetailCode, Renumbering, gaps, renumber

BASIS = "体系编号调整"


def check(session: Session, version: str) -> list[str]:
    """Numbers left out and codes not built upon the parent's, a sentence each."""
    return gaps(tree_of(session.read, version))


def preview(session: Session, version: str, parent: str, *, in_turn: bool = True) -> Renumbering:
    """What numbering everything below `parent` anew would change in nodes and detail rows; nothing is written."""
    return renumber(tree_of(session.read, version), parent, _entries(session, version), in_turn=in_turn)


def apply(session: Session, version: str, planned: Renumbering) -> Changes:
    """Write a preview as one step. Refusal on conflicts, in a published version, or when codes were changed since."""
    if reason := why_version_closed(session.read, "system_node", version):
        raise Refusal("published", reason)
    if planned.conflicts:
        raise Refusal("code_conflict", f"{planned.conflicts[0]}，请先改好再重新编号")
    with session.write(f"重新编号（{len(planned.nodes)} 个节点，{len(planned.entries)} 行明细）", BASIS) as transaction:
        for ledger, items in (("system_node", planned.nodes), ("detail_entry", planned.entries)):
            for item in items:
                row = transaction.reader.row(ledger, item.key)
                if row is None or str(row["code"] or "") != item.old:
                    raise Refusal("outdated_plan", "预览之后编号又有改动，请重新预览一次")
            pairs: list[tuple[Cell, str]] = [(item.new, item.key) for item in items]
            transaction.update_many(ledger, "code", pairs)
    return transaction.changes


def _entries(session: Session, version: str) -> list[DetailCode]:
    paths = ("key", "code", "node", "standard.title", "planned_title")
    return [
        DetailCode(str(key), str(code or ""), str(node or ""), str(title or planned or ""))
        for key, code, node, title, planned in session.read.cells(Query("detail_entry", where(version=version)), paths)
    ]
