"""The tree of a draft: adding, moving, copying, merging and deleting nodes, each as one step."""

from collections.abc import Sequence

from desktop.app.editing import refuse_foreign, why_version_closed
from desktop.app.session import Session
from desktop.app.system import refuse_used_code, tree_of
from desktop.app.system_diagrams import counts
from desktop.domain.changes import Changes
from desktop.domain.codes import behind
from desktop.domain.errors import Refusal
from desktop.domain.positions import after_last
from desktop.domain.query import Query, where
from desktop.domain.record import Cell
from desktop.domain.renumbering import next_code
from desktop.domain.system_tree import TOP, Placement, Tree
from desktop.store.journal import Transaction

_COPIED = ("name", "department", "notes")
"""What a copied node takes over; a filled-in 应有数 is wanted once, where it stands."""


def add_node(
    session: Session, version: str, parent: str | None, code: str, name: str, at: int | None = None
) -> tuple[Changes, str]:
    """A new node below `parent` (None: top level), as the `at`-th child or the last; codes are unique in a version."""
    if reason := why_version_closed(session.read, "system_node", version):
        raise Refusal("published", reason)
    code, name = code.strip(), name.strip()
    if not code or not name:
        raise Refusal("incomplete_node", "请把体系编号和节点名称都填上")
    refuse_used_code(session.read, version, code)
    tree = tree_of(session.read, version)
    with session.write(f"新增节点 {code}") as transaction:
        siblings = tree.children(parent or TOP)
        place = after_last([str(tree.nodes[key].position or "") for key in siblings])
        cells: dict[str, Cell] = {"version": version, "parent": parent, "code": code, "name": name, "position": place}
        key = transaction.insert("system_node", cells)
        if at is not None and at < len(siblings):
            grown = tree_of(transaction.reader, version)
            _write(transaction, grown, grown.placed([key], parent or TOP, at))
    return transaction.changes, key


def suggested_code(session: Session, version: str, parent: str) -> str:
    """The code for one more child, after the pattern of its siblings; '' where none can be told."""
    retired = session.read.cells(Query("system_node", where(version=version), deleted=True), ("code",))
    return next_code(tree_of(session.read, version), parent, {str(code) for (code,) in retired})


def rename(session: Session, key: str, code: str, name: str) -> Changes:
    """Another code or name for a node."""
    version = str(_tree_to_write(session, [key]).nodes[key].version)
    code, name = code.strip(), name.strip()
    if not code or not name:
        raise Refusal("incomplete_node", "请把体系编号和节点名称都填上")
    refuse_used_code(session.read, version, code, key)
    with session.write(f"修改节点 {code}") as transaction:
        transaction.update("system_node", key, {"code": code, "name": name})
    return transaction.changes


def move_nodes(session: Session, keys: Sequence[str], parent: str, at: int) -> Changes:
    """Put nodes with all below them and their standards under `parent` (TOP for the top level), before its `at`-th
    other child."""
    tree = _tree_to_write(session, keys)
    return _moved(session, tree, tree.placed(keys, parent, at), keys)


def shift(session: Session, key: str, steps: int) -> Changes:
    """One place up (-1) or down (1) among the siblings."""
    tree = _tree_to_write(session, [key])
    return _moved(session, tree, tree.shifted(key, steps), [key])


def indent(session: Session, key: str) -> Changes:
    """Below the sibling in front of it; Refusal for the first one."""
    tree = _tree_to_write(session, [key])
    placements = tree.indented(key)
    if not placements:
        raise Refusal("no_sibling", "前面没有同级节点，不能降级；请先上下移动或直接拖到上级节点上")
    return _moved(session, tree, placements, [key])


def outdent(session: Session, key: str) -> Changes:
    """Beside its parent; Refusal at the top."""
    tree = _tree_to_write(session, [key])
    placements = tree.outdented(key)
    if not placements:
        raise Refusal("at_the_top", "已经是最上级，不能再升级")
    return _moved(session, tree, placements, [key])


def copy_branch(session: Session, key: str, parent: str) -> tuple[Changes, str]:
    """A copy of a node and all below it as the last child of `parent`, without its standards; codes follow the new
    place. The key of the copy."""
    tree = _tree_to_write(session, [key])
    head = next_code(tree, parent) or _free_code(tree, tree.code(key))
    codes = {item: head + (behind(tree.code(key), tree.code(item)) or f".{number}")
             for number, item in enumerate(tree.branch(key))}  # fmt: skip
    codes[key] = head
    for code in codes.values():
        refuse_used_code(session.read, str(tree.nodes[key].version), code)
    made: dict[str, str] = {}
    last = after_last([str(tree.nodes[child].position or "") for child in tree.children(parent)])
    with session.write(f"复制分支 {tree.name(key)}") as transaction:
        for item in tree.branch(key):
            node = tree.nodes[item]
            above = made.get(tree.parent(item)) if item != key else (parent or None)
            cells: dict[str, Cell] = {name: getattr(node, name) for name in _COPIED}
            cells |= {"version": node.version, "parent": above, "code": codes[item],
                      "position": last if item == key else node.position}  # fmt: skip
            made[item] = transaction.insert("system_node", cells)
    return transaction.changes, made[key]


def _free_code(tree: Tree, code: str) -> str:
    used = {tree.code(key) for key in tree.nodes}
    number = 2
    while f"{code}-{number}" in used:
        number += 1
    return f"{code}-{number}"


def merge_nodes(session: Session, keys: Sequence[str], into: str) -> Changes:
    """The standards and children of nodes go to `into`, with what their filled-in 应有数 want, and the emptied nodes to
    the recycle bin."""
    gone = [key for key in keys if key != into]
    tree = _tree_to_write(session, [*gone, into])
    if any(into in tree.branch(key) for key in gone):
        raise Refusal("circle", f"“{tree.name(into)}”在要并入它的节点之下，请反过来合并")
    if not gone:
        raise Refusal("nothing_to_merge", "请选两个或更多节点再合并")
    wanted = _wanted_together(session, tree, gone, into)
    reason = str(wanted.get("planned_basis") or "")
    with session.write(f"合并节点到 {tree.name(into)}", reason) as transaction:
        transaction.update("system_node", into, wanted)
        for key in gone:
            _hand_over(transaction, key, into)
        transaction.delete("system_node", gone)
    return transaction.changes


def _wanted_together(session: Session, tree: Tree, gone: Sequence[str], into: str) -> dict[str, Cell]:
    """应有数 and 应有数依据 of `into` once the others are merged into it; nothing to write while none is filled in. A node
    below `into` or another of them is wanted there already."""
    filled = [tree.nodes[key] for key in (into, *gone) if tree.nodes[key].planned_count is not None]
    if not filled:
        return {}
    told = counts(session, str(tree.nodes[into].version))
    apart = [key for key in tree.heads([*gone, into]) if key != into]
    reasons = dict.fromkeys(reason for node in filled for reason in str(node.planned_basis or "").split("；") if reason)
    return {
        "planned_count": told[into].planned + sum(told[key].planned for key in apart),
        "planned_basis": "；".join(reasons) or None,
    }


def remove_nodes(session: Session, keys: Sequence[str], move_to: str = "") -> Changes:
    """Move nodes to the recycle bin as one step, with the 应有数 filled in for them. While standards or other nodes stand
    below them: Refusal `node_in_use`, unless `move_to` names the node that takes those over."""
    tree = _tree_to_write(session, keys)
    nodes, standards = left_below(session, tree, keys)
    if (nodes or standards) and not move_to:
        which = "这个节点" if len(keys) == 1 else f"这 {len(keys)} 个节点"
        raise Refusal("node_in_use", f"{which}下还有 {nodes} 个下级、{standards} 项标准，请先移走再删除")
    if any(move_to in tree.branch(key) for key in keys):
        raise Refusal("circle", f"“{tree.name(move_to)}”也在要删除的节点之下，请另选一个去处")
    label = f"删除节点 {tree.name(keys[0])}" if len(keys) == 1 else f"删除 {len(keys)} 个节点"
    with session.write(label) as transaction:
        for key in keys if move_to else ():
            _hand_over(transaction, key, move_to, keys)
        transaction.delete("system_node", keys)
    return transaction.changes


def left_below(session: Session, tree: Tree, keys: Sequence[str]) -> tuple[int, int]:
    """How many other nodes right below these and how many standards at them would be left without a place."""
    nodes = sum(child not in keys for key in keys for child in tree.children(key))
    return nodes, sum(len(session.read.referring("detail_entry", "node", key)) for key in keys)


def _hand_over(transaction: Transaction, key: str, to: str, going: Sequence[str] = ()) -> None:
    """Detail rows and children of a node go to another, the children behind those already there; not those that are
    `going` too."""
    rows = transaction.reader.referring("detail_entry", "node", key)
    transaction.update_many("detail_entry", "node", ((to, str(row["key"])) for row in rows))
    version = str((transaction.reader.row("system_node", to) or {})["version"])
    tree = tree_of(transaction.reader, version)
    staying = [child for child in tree.children(key) if child not in going]
    _write(transaction, tree, tree.placed(staying, to, len(tree.children(to))))


def _moved(session: Session, tree: Tree, placements: Sequence[Placement], keys: Sequence[str]) -> Changes:
    names = "、".join(tree.name(key) for key in tree.heads(keys)[:3])
    with session.write(f"移动节点 {names}") as transaction:
        _write(transaction, tree, placements)
    return transaction.changes


def _write(transaction: Transaction, tree: Tree, placements: Sequence[Placement]) -> None:
    for item in placements:
        node = tree.nodes[item.key]
        cells: dict[str, Cell] = {"parent": item.parent or None, "position": item.position}
        changed = {name: cell for name, cell in cells.items() if getattr(node, name) != cell}
        transaction.update("system_node", item.key, changed)


def _tree_to_write(session: Session, keys: Sequence[str]) -> Tree:
    """The tree the nodes stand in; Refusal when one is gone, foreign or of a published version."""
    versions = set()
    for key in keys:
        row = session.read.row("system_node", key)
        if row is None:
            raise Refusal("vanished", "这个节点已被删除，请刷新后再改；需要时可从回收站恢复")
        refuse_foreign(session, "system_node", key)
        versions.add(str(row["version"] or ""))
    if len(versions) != 1:
        raise Refusal("other_version", "请选同一个体系版本里的节点")
    return tree_of(session.read, versions.pop())


def entries_at(session: Session, version: str, key: str) -> list[str]:
    """The keys of the detail rows at a node and below it."""
    below = set(tree_of(session.read, version).branch(key))
    rows = session.read.cells(Query("detail_entry", where(version=version)), ("node", "key"))
    return [str(found) for node, found in rows if node in below]
