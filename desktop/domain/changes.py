"""What a transaction touched: the only thing screens learn of a write."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Changes:
    """Ledgers and keys read back from the journal of one transaction; `tx` 0 means that nothing changed.

    `skipped` lists cells (ledger, key, field) that an undo left alone because they were changed since.
    """

    tx: int = 0
    label: str = ""
    keys: Mapping[str, frozenset[str]] = field(default_factory=dict)
    skipped: tuple[tuple[str, str, str], ...] = ()

    def __bool__(self) -> bool:
        return self.tx != 0 or bool(self.skipped)

    def joined(self, later: "Changes") -> "Changes":
        """Both as one, under the name of the later step."""
        keys = {ledger: self.of(ledger) | later.of(ledger) for ledger in self.keys.keys() | later.keys.keys()}
        return Changes(later.tx or self.tx, later.label or self.label, keys, (*self.skipped, *later.skipped))

    def of(self, ledger: str) -> frozenset[str]:
        """The touched keys of one ledger."""
        return self.keys.get(ledger, frozenset())
