"""The tree of a system version as a value: who stands where, and what a move would rewrite."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from desktop.domain import positions
from desktop.domain.errors import Refusal
from desktop.domain.ledgers.system import SystemNode

TOP = ""
"""The parent of the top-level nodes."""


@dataclass(frozen=True)
class Placement:
    """Where a node is to stand: its parent (TOP for none) and its order key among the siblings."""

    key: str
    parent: str
    position: str


def natural_order(text: str) -> tuple[tuple[int, int, str], ...]:
    """A key that sorts codes as a person does: ZC2 before ZC10."""
    parts = re.findall("[0-9]+|[^0-9]+", text)
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part.casefold()) for part in parts)


class Tree:
    """The nodes of one version, siblings in their order; a node whose parent is gone or that stands in a circle is
    at the top."""

    def __init__(self, nodes: Sequence[SystemNode]) -> None:
        self.nodes = {node.key: node for node in nodes}
        self._parent = {key: self._sound_parent(key) for key in self.nodes}
        self._children: dict[str, list[str]] = {}
        for key in sorted(self.nodes, key=self._order):
            self._children.setdefault(self._parent[key], []).append(key)

    def _order(self, key: str) -> tuple[object, ...]:
        node = self.nodes[key]
        return natural_order(str(node.position or "")), natural_order(str(node.code or "")), key

    def _sound_parent(self, key: str) -> str:
        parent = str(self.nodes[key].parent or TOP)
        seen, here = {key}, parent
        while here in self.nodes and here not in seen:
            seen.add(here)
            here = str(self.nodes[here].parent or TOP)
        return TOP if parent not in self.nodes or here == key else parent

    def parent(self, key: str) -> str:
        """The parent's key; TOP for a top-level node."""
        return self._parent[key]

    def children(self, parent: str = TOP) -> list[str]:
        """The keys right below a node, in order."""
        return self._children.get(parent, [])

    def siblings(self, key: str) -> list[str]:
        """The keys beside a node and itself, in order."""
        return self.children(self._parent[key])

    def branch(self, key: str) -> Iterator[str]:
        """A node and everything below it, as read from top to bottom."""
        pending = [key]
        while pending:
            here = pending.pop()
            yield here
            pending.extend(reversed(self.children(here)))

    def in_order(self) -> list[str]:
        """Every node as read from top to bottom."""
        return [key for top in self.children() for key in self.branch(top)]

    def depth(self, key: str) -> int:
        """0 for a top-level node."""
        found = 0
        while (key := self._parent[key]) != TOP:
            found += 1
        return found

    def code(self, key: str) -> str:
        """The 体系编号 of a node; '' for TOP."""
        return str(self.nodes[key].code or "") if key in self.nodes else ""

    def name(self, key: str) -> str:
        """Code and name as a person reads them."""
        return f"{self.code(key)} {self.nodes[key].name or ''}".strip()

    # what a move would rewrite

    def heads(self, keys: Sequence[str]) -> list[str]:
        """Those of the keys that stand below no other of them, as read from top to bottom."""
        wanted = set(keys)
        covered = {below for key in wanted for below in self.branch(key) if below != key}
        return [key for key in self.in_order() if key in wanted - covered]

    def placed(self, keys: Sequence[str], parent: str, at: int) -> list[Placement]:
        """Put nodes with all below them as children of `parent`, in front of the `at`-th of its other children.

        Only the moved nodes are rewritten as long as there is room between the neighbours. Refusal when a node would
        stand below itself.
        """
        moved = self.heads(keys)
        for key in moved:
            if parent != TOP and parent in self.branch(key):
                raise Refusal("circle", f"“{self.name(key)}”不能移到自己或自己的下级之下，请另选一个上级")
        rest = [key for key in self.children(parent) if key not in moved]
        at = max(0, min(at, len(rest)))
        before = self._position(rest[at - 1]) if at else ""
        after = self._position(rest[at]) if at < len(rest) else ""
        neighbours_known = (not at or before) and (at == len(rest) or after)
        found = positions.spread(before, after, len(moved)) if neighbours_known else None
        if found is not None:
            return [Placement(key, parent, place) for key, place in zip(moved, found, strict=True)]
        whole = [*rest[:at], *moved, *rest[at:]]
        return [Placement(key, parent, positions.position(place)) for place, key in enumerate(whole)]

    def _position(self, key: str) -> str:
        return str(self.nodes[key].position or "")

    def shifted(self, key: str, steps: int) -> list[Placement]:
        """One place up (-1) or down (1) among the siblings; nothing at the end of the list."""
        siblings = self.siblings(key)
        at = siblings.index(key) + steps
        return self.placed([key], self._parent[key], at) if 0 <= at < len(siblings) else []

    def indented(self, key: str) -> list[Placement]:
        """Below the sibling in front of it, as its last child; nothing for the first of the siblings."""
        siblings = self.siblings(key)
        at = siblings.index(key)
        return self.placed([key], siblings[at - 1], len(self.children(siblings[at - 1]))) if at else []

    def outdented(self, key: str) -> list[Placement]:
        """Beside its parent, right behind it; nothing for a top-level node."""
        parent = self._parent[key]
        if parent == TOP:
            return []
        return self.placed([key], self._parent[parent], self.siblings(parent).index(parent) + 1)
