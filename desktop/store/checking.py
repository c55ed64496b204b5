"""What a health check asks of the tables that no `Query` can say."""

from desktop.domain.record import Field, Ledger
from desktop.store.reading import Reader


def dead_references(reader: Reader, ledger: Ledger, field: Field) -> list[str]:
    """The keys of live rows whose reference `field` leads to a row that is deleted or missing."""
    rows = reader.connection.execute(
        f'SELECT t.key FROM "{ledger.name}" AS t LEFT JOIN "{field.target}" AS other ON other.key = t."{field.name}" '
        f'WHERE t._del = 0 AND t."{field.name}" IS NOT NULL AND (other.key IS NULL OR other._del = 1)'
    )
    return [key for (key,) in rows]


def segments_aside(reader: Reader) -> int:
    """How many parts of received bundles were set aside because something in them or before them was not in order."""
    return int(
        reader.connection.execute(
            "SELECT count(*) FROM sync_seg WHERE state <> 'applied' AND why NOT IN ('parents', 'undone')"
        ).fetchone()[0]
    )
