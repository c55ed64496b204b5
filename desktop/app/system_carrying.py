"""Detail rows from one version of the system into the next.

While a draft is open, work goes on in the current detail table. The draft's rows follow it when the draft is published:
what a row says comes from the current version, where it stands and its code from the draft.
"""

from desktop.app.system import tree_of
from desktop.domain.codes import behind
from desktop.domain.ledgers.standard import DetailEntry
from desktop.domain.query import where
from desktop.domain.record import Cell
from desktop.domain.system_tree import Tree
from desktop.store.journal import Transaction

_SAID = ("standard", "planned_title", "planned_level", "planned_on", "department", "primary", "notes")
_FIELDS = ("version", "copied_from", "node", "code", "position", *_SAID)


def carry_over(transaction: Transaction, old: str, new: str) -> None:
    """Make the detail rows of version `new` say what those of version `old` say: new ones added, those deleted since
    deleted. Rows that were never copied are left alone."""
    places = _Places(tree_of(transaction.reader, old), tree_of(transaction.reader, new))
    originals = {entry.key: entry for entry in transaction.reader.records(DetailEntry, where(version=old))}
    copies: dict[str, DetailEntry] = {}
    gone = []
    for entry in transaction.reader.records(DetailEntry, where(version=new)):
        if str(entry.copied_from or "") in originals:
            copies[str(entry.copied_from)] = entry
        elif entry.copied_from:
            gone.append(entry.key)
    transaction.delete("detail_entry", gone)
    rows: list[tuple[Cell, ...]] = []
    for key, entry in originals.items():
        if key not in copies:
            node, code = places.of(entry)
            rows.append((new, key, node, code, entry.position, *(getattr(entry, name) for name in _SAID)))
            continue
        changed = {name: cell for name in _SAID if (cell := getattr(entry, name)) != getattr(copies[key], name)}
        transaction.update("detail_entry", copies[key].key, changed)
    transaction.insert_many("detail_entry", _FIELDS, rows)


class _Places:
    """Where a row of the old version stands in the new one."""

    def __init__(self, old: Tree, new: Tree) -> None:
        self._old, self._new = old, new
        by_code = {new.code(key): key for key in new.in_order()}
        copied = {str(node.copied_from): key for key, node in new.nodes.items() if node.copied_from}
        self._nodes = {key: copied.get(key) or by_code.get(old.code(key)) for key in old.nodes}

    def of(self, entry: DetailEntry) -> tuple[Cell, Cell]:
        """Node and code; a code follows its node's new code."""
        node = self._nodes.get(str(entry.node or ""))
        rest = behind(self._old.code(str(entry.node)), str(entry.code or "")) if node and entry.code else None
        return node, entry.code if rest is None else f"{self._new.code(str(node))}{rest}"
