"""应有 and 现有 of the nodes of a system."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from desktop.domain.statistics import Placed
from desktop.domain.system_tree import TOP, Tree


@dataclass(frozen=True)
class Count:
    """What stands at a node and all below it; `listed` is 应有数 as the detail rows alone tell it."""

    planned: int
    present: int
    listed: int

    @property
    def missing(self) -> int:
        """How many are wanted and not there."""
        return max(self.planned - self.present, 0)


def counted(tree: Tree, rows: Iterable[tuple[str, str]], placed: Sequence[Placed]) -> dict[str, Count]:
    """Node → its count; `rows` are (node, detail row). A standard counts once within a node; where 应有数 is filled
    in, it stands for what the rows of that node tell, also in the nodes above."""
    by_key = {entry.key: entry for entry in placed}
    planned: dict[str, set[str]] = {}
    present: dict[str, set[str]] = {}
    for node, key in rows:
        entry = by_key.get(key)
        if entry is None or node not in tree.nodes:
            continue
        here = node
        while here != TOP:
            if not entry.obsolete:
                planned.setdefault(here, set()).add(entry.thing)
            if entry.present:
                present.setdefault(here, set()).add(entry.thing)
            here = tree.parent(here)
    found: dict[str, Count] = {}
    for key in reversed(tree.in_order()):
        told = _told(tree, key, found, planned)
        found[key] = Count(told, len(present.get(key, ())), len(planned.get(key, ())))
    return found


def _told(tree: Tree, key: str, below: dict[str, Count], planned: dict[str, set[str]]) -> int:
    """应有 of one node: the number filled in, else what the rows tell and a child's filled-in number exceeds it by."""
    number = tree.nodes[key].planned_count
    if number is not None:
        return int(str(number))
    excess = sum(below[child].planned - len(planned.get(child, ())) for child in tree.children(key))
    return len(planned.get(key, ())) + excess
