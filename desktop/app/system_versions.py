"""Versions of the system: 草案, 现行, 历史; the next one as a copy, publishing, and what differs between two."""

from desktop.app import system
from desktop.app.session import Session
from desktop.app.system_carrying import carry_over
from desktop.domain import numbers
from desktop.domain.changes import Changes
from desktop.domain.document import Document
from desktop.domain.errors import Refusal
from desktop.domain.ledgers.system import SystemNode, SystemVersion
from desktop.domain.query import Query, owner_of, where
from desktop.domain.record import Cell
from desktop.domain.system_difference import Compared, Difference, difference_document, differences
from desktop.domain.system_tree import Tree

_NODE_CELLS = ("code", "name", "position", "department", "planned_count", "planned_basis", "notes",
               *(field.name for field in SystemNode.ledger.stored if field.spare))  # fmt: skip


def versions(session: Session) -> list[SystemVersion]:
    """Our own versions, the newest first."""
    own = session.identity.organisation
    found = [item for item in session.read.records(SystemVersion) if owner_of(item.key) == own]
    return sorted(found, key=lambda item: item.key, reverse=True)


def state_name(session: Session, version: str) -> str:
    """草案, 现行 or 历史."""
    row = session.read.row("system_version", version)
    return session.read.show("system_version", "state", row["state"]) if row else ""


def next_version(session: Session, of: str, name: str) -> tuple[Changes, str]:
    """A new draft with the nodes and detail rows of version `of`, which share their standards; its key.

    Refusal while another draft is open, or when the name is taken.
    """
    name = name.strip()
    known = versions(session)
    if any(item.state == "draft" for item in known):
        raise Refusal("draft_open", "已经有一个草案版本，请先发布或删除它，再建立下一版")
    if not name or any(item.name == name for item in known):
        raise Refusal("name_taken", f"已有名为“{name}”的版本，请另起一个名称" if name else "请填新版本的名称")
    source = session.read.row("system_version", of) or {}
    with session.write(f"建立体系版本 {name}") as transaction:
        version = transaction.insert("system_version", {"name": name, "title": source.get("title"), "state": "draft"})
        tree = system.tree_of(transaction.reader, of)
        keys: dict[str, str] = {}
        for key in tree.in_order():
            node = tree.nodes[key]
            cells: dict[str, Cell] = {cell: getattr(node, cell) for cell in _NODE_CELLS}
            parent = keys.get(tree.parent(key))
            keys[key] = transaction.insert(
                "system_node", {**cells, "version": version, "parent": parent, "copied_from": key}
            )
        carry_over(transaction, of, version)
    return transaction.changes, version


def publish(session: Session, version: str, basis: str, published_on: str = "") -> Changes:
    """The draft becomes the current version and the current one history; 依据 is asked for. The detail rows are those
    of the version that was current until now, at their places in the new tree."""
    row = session.read.row("system_version", version)
    if row is None or row["state"] not in (None, "draft"):
        raise Refusal("not_a_draft", "只有草案可以发布，请先选草案版本")
    if not basis.strip():
        raise Refusal("no_basis", "请写明发布依据，如文件名称和文号")
    if not session.read.records(SystemNode, where(version=version)):
        raise Refusal("empty_version", "这个版本还没有节点，请先建立体系再发布")
    day = published_on or session.today()
    with session.write(f"发布体系版本 {row['name']}", basis.strip()) as transaction:
        for item in versions(session):
            if item.state == "current":
                carry_over(transaction, item.key, version)
                transaction.update("system_version", item.key, {"state": "history"})
        transaction.update("system_version", version, {"state": "current", "published_on": day, "basis": basis.strip()})
    return transaction.changes


def discard(session: Session, version: str) -> Changes:
    """Move a draft with its nodes and detail rows to the recycle bin; Refusal for any other version, and for a draft
    beside which there is no current version, as the detail table rests on it."""
    row = session.read.row("system_version", version)
    if row is None or row["state"] in ("current", "history"):
        raise Refusal("not_a_draft", "只有草案可以删除，请先选草案版本")
    if not any(item.state == "current" for item in versions(session)):
        raise Refusal("last_version", "还没有现行版，明细表就在这个草案里，不能删除")
    with session.write(f"删除草案 {row['name']}") as transaction:
        for ledger in ("detail_entry", "system_node"):
            keys = transaction.reader.cells(Query(ledger, where(version=version)), ("key",))
            transaction.delete(ledger, (str(key) for (key,) in keys))
        transaction.delete("system_version", [version])
    return transaction.changes


def compare(session: Session, old: str, new: str) -> list[Difference]:
    """What version `new` adds, drops, changes and moves against `old`: nodes first, then detail rows."""
    before, after = system.tree_of(session.read, old), system.tree_of(session.read, new)
    nodes = differences("节点", _nodes(before, before), _nodes(after, before))
    return nodes + differences("标准", _entries(session, old, before, before), _entries(session, new, after, before))


def comparison(session: Session, old: str, new: str) -> Document:
    """The comparison of two versions as a table to print."""
    names = [session.read.caption("system_version", key) for key in (old, new)]
    return difference_document(compare(session, old, new), names[0], names[1], session.identity.name, session.watermark)


def _origin(tree: Tree, key: str, before: Tree) -> str:
    """What a node is known by in the earlier version: the node it was copied from, else one of the same code."""
    node = tree.nodes[key]
    if tree is before or str(node.copied_from or "") in before.nodes:
        return key if tree is before else str(node.copied_from)
    found = [other for other in before.nodes if before.code(other) == tree.code(key)]
    return found[0] if found else key


def _nodes(tree: Tree, before: Tree) -> list[Compared]:
    return [
        Compared(
            key, tree.name(key), str(node.copied_from or ""), (str(node.code or ""), str(node.name or "")),
            tree.name(tree.parent(key)) if tree.parent(key) else "",
            _origin(tree, tree.parent(key), before) if tree.parent(key) else "",
            {"编号": str(node.code or ""), "名称": str(node.name or ""), "责任处室": str(node.department or ""),
             "应有数": str(node.planned_count if node.planned_count is not None else "")},
        )
        for key in tree.in_order()
        for node in (tree.nodes[key],)
    ]  # fmt: skip


def _entries(session: Session, version: str, tree: Tree, before: Tree) -> list[Compared]:
    paths = ("key", "code", "node", "copied_from", "standard.number", "standard.title", "planned_title", "department")
    found = []
    for cells in session.read.cells(Query("detail_entry", where(version=version)), paths):
        key, code, node, origin, number, title, planned, department = (str(cell or "") for cell in cells)
        place = node if node in tree.nodes else ""
        found.append(Compared(
            key, " ".join(part for part in (code, number, title or planned) if part), origin,
            (numbers.identity(number) if number else "", title or planned),
            tree.name(place) if place else "", _origin(tree, place, before) if place else "",
            {"编号": code, "标准号": number, "名称": title or planned, "责任处室": department,
             "状态": "" if number or title else "待制定"},
        ))  # fmt: skip
    return found
