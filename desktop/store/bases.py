"""依据 in the journal: which steps want one, what was given last, and giving it while a step is not sealed yet."""

import sqlite3

from desktop.domain.errors import Refusal
from desktop.store.reading import Reader

LOOKED_BACK = 5000
"""Steps among which bases are found to be offered again."""


def give(connection: sqlite3.Connection, number: int, basis: str) -> None:
    """Say afterwards why a step was done. Refusal once it is sealed: others have read it as it is."""
    changed = connection.execute("UPDATE tx SET basis = ? WHERE id = ? AND segment IS NULL", (basis, number))
    if changed.rowcount == 0:
        raise Refusal("sealed", "这一步已经写进同步包，依据不能再补；可在备注里说明")


def unexplained(reader: Reader, number: int) -> list[tuple[str, str]]:
    """(ledger, field) of the cells that a step by hand without a basis changed from something to something else."""
    rows = reader.connection.execute(
        "SELECT DISTINCT journal.ledger, journal.field FROM journal JOIN tx ON tx.id = journal.tx "
        "WHERE tx.id = ? AND tx.basis = '' AND tx.origin = '' AND tx.segment IS NULL "
        "AND journal.old IS NOT NULL AND journal.old <> '' AND journal.field NOT IN ('', '_del')",
        (number,),
    )
    return [(str(ledger), str(field)) for ledger, field in rows]


def recent(reader: Reader, count: int) -> list[str]:
    """The bases given by hand among the latest steps, the latest first, each once."""
    rows = reader.connection.execute(
        "SELECT basis FROM tx WHERE basis <> '' AND origin = '' AND id > (SELECT max(id) FROM tx) - ? "
        "GROUP BY basis ORDER BY max(id) DESC LIMIT ?",
        (LOOKED_BACK, count),
    )
    return [str(basis) for (basis,) in rows]
