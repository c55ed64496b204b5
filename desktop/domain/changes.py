"""What a transaction touched: the only thing screens learn of a write."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Changes:
    """Ledgers and keys read back from the journal of one transaction; `tx` 0 means that nothing changed.

    `skipped` lists cells (ledger, key, field) that an undo left alone because they were changed since. `fields` names
    for each ledger the fields that were written: "" is the birth of a row, `_del` its way to the recycle bin or back; a
    ledger with touched keys that is missing there may have changed anywhere.
    """

    tx: int = 0
    label: str = ""
    keys: Mapping[str, frozenset[str]] = field(default_factory=dict)
    skipped: tuple[tuple[str, str, str], ...] = ()
    fields: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return self.tx != 0 or bool(self.skipped)

    def joined(self, later: "Changes") -> "Changes":
        """Both as one, under the name of the later step."""
        keys = {ledger: self.of(ledger) | later.of(ledger) for ledger in self.keys.keys() | later.keys.keys()}
        fields = {
            ledger: before | after
            for ledger in keys
            if (before := self.written(ledger)) is not None and (after := later.written(ledger)) is not None
        }
        return Changes(later.tx or self.tx, later.label or self.label, keys, (*self.skipped, *later.skipped), fields)

    def of(self, ledger: str) -> frozenset[str]:
        """The touched keys of one ledger."""
        return self.keys.get(ledger, frozenset())

    def written(self, ledger: str) -> frozenset[str] | None:
        """The fields of a ledger that were written; None if it is not known which."""
        return self.fields.get(ledger) if ledger in self.keys else frozenset()
