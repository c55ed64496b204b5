"""标准体系: versions, starter trees, nodes."""

import json
from dataclasses import dataclass

from desktop import resources
from desktop.app.session import Session
from desktop.domain.changes import Changes
from desktop.domain.codes import plain_code
from desktop.domain.errors import Refusal
from desktop.domain.ledgers.system import SystemNode, SystemVersion
from desktop.domain.positions import position
from desktop.domain.query import Condition, Op, Query, Test, owner_of, where
from desktop.domain.system_tree import Tree
from desktop.store.journal import Transaction
from desktop.store.reading import Reader

TITLE = "机关事务标准体系"
"""体系名称 unless the unit writes another."""


@dataclass(frozen=True)
class StarterTree:
    """A shipped tree to begin with."""

    id: str
    name: str
    note: str
    nodes: tuple[tuple[str, str, str], ...]
    """(code, name, code of the parent or '')."""


def starter_trees() -> list[StarterTree]:
    """The shipped trees."""
    return [
        StarterTree(
            tree["id"], tree["name"], tree.get("note", ""),
            tuple((node["code"], node["name"], node.get("parent") or "") for node in tree["nodes"]),
        )
        for tree in json.loads(resources.read_text("library", "systems.json"))
    ]  # fmt: skip


def starter_tree(tree_id: str) -> StarterTree:
    """One tree by its id; `empty` has no nodes. Refusal if there is none."""
    if tree_id == "empty":
        return StarterTree("empty", "空白体系", "", ())
    found = [tree for tree in starter_trees() if tree.id == tree_id]
    if not found:
        raise Refusal("unknown_tree", f"没有名为“{tree_id}”的起步体系，请从列表中选择")
    return found[0]


def plant(session: Session, tree_id: str, name: str = "") -> Changes:
    """A new draft version of the system with the nodes of a starter tree; `empty` plants none."""
    nodes = starter_tree(tree_id).nodes
    version_name = name or first_name(session)
    with session.write(f"建立体系 {version_name}") as transaction:
        version = add_version(transaction, version_name)
        keys: dict[str, str] = {}
        for place, (code, label, parent) in enumerate(nodes):
            keys[code] = transaction.insert(
                "system_node",
                {"version": version, "parent": keys.get(parent), "code": code, "name": label,
                 "position": position(place)},
            )  # fmt: skip
    return transaction.changes


def first_name(session: Session) -> str:
    """How a first version is called unless a person says otherwise: `2026 版`."""
    return f"{session.today()[:4]} 版"


def add_version(transaction: Transaction, name: str) -> str:
    """A new draft without a node, within one step; its key."""
    return transaction.insert("system_version", {"name": name, "title": TITLE, "state": "draft"})


def refuse_used_code(read: Reader, version: str, code: str, but: str = "") -> None:
    """Refusal when a node of the version other than `but` has this code, however it is spelled."""
    wanted = plain_code(code)
    for key, known in read.cells(Query("system_node", where(version=version)), ("key", "code")):
        if key != but and plain_code(str(known or "")) == wanted:
            raise Refusal("duplicate_code", f"体系编号“{code}”已经用过，请换一个编号")


def active_versions(read: Reader) -> dict[str, str]:
    """Organisation → key of the version its figures rest on: the current one, else its newest draft."""
    chosen: dict[str, SystemVersion] = {}
    for version in read.records(SystemVersion):
        if version.state == "history":
            continue
        known = chosen.get(owner_of(version.key))
        if known is None or _rank(version) > _rank(known):
            chosen[owner_of(version.key)] = version
    return {owner: version.key for owner, version in chosen.items()}


def in_active_versions(read: Reader) -> Condition:
    """What holds for the detail rows of every organisation's active version."""
    return Test("version", Op.IN, tuple(active_versions(read).values()))


def _rank(version: SystemVersion) -> tuple[bool, str]:
    return version.state == "current", version.key


def own_version(session: Session) -> str:
    """The key of our own active version; Refusal when there is none yet."""
    version = active_versions(session.read).get(session.identity.organisation)
    if version is None:
        raise Refusal("no_system", "还没有标准体系，请先在“标准体系”页选一个起步体系")
    return version


def version_to_fill(session: Session, read: Reader, ledger: str) -> str:
    """The key of the version that imported nodes or detail rows go to: nodes to the draft, rows to the active version;
    '' while there is none. Refusal for nodes when every version is published."""
    own = session.identity.organisation
    if ledger != "system_node":
        return active_versions(read).get(own, "")
    known = [item for item in read.records(SystemVersion) if owner_of(item.key) == own]
    drafts = [item.key for item in known if item.state not in ("current", "history")]
    if known and not drafts:
        raise Refusal("published", "现行体系已经发布，节点不能再导入；请先在“标准体系”页建立下一版，再导入到草案")
    return max(drafts, default="")


def nodes_of(read: Reader, version: str) -> list[SystemNode]:
    """The nodes of a version as read from top to bottom."""
    tree = tree_of(read, version)
    return [tree.nodes[key] for key in tree.in_order()]


def tree_of(read: Reader, version: str) -> Tree:
    """The tree of a version."""
    return Tree(read.records(SystemNode, where(version=version)))
