"""Ledgers as tables: peewee models for their shape, triggers that write the journal in the same transaction."""

from collections.abc import Iterator, Sequence

import peewee

from desktop.domain.record import Field, Kind, Ledger, Schema

ORGANISATION_LENGTH = 11
"""Letters of a key that name its organisation."""

_CLASSES: dict[Kind, type[peewee.Field]] = {Kind.INTEGER: peewee.IntegerField, Kind.FLAG: peewee.IntegerField}


def model(ledger: Ledger, version: int) -> type[peewee.Model]:
    """The table of a ledger as it was declared in `version`: rid, key, stream, deletion mark, then the fields."""
    columns: dict[str, object] = {
        "rid": peewee.AutoField(),
        "key": peewee.TextField(unique=True),
        "stream": peewee.TextField(column_name="_stream"),
        "deleted": peewee.IntegerField(column_name="_del", default=0, constraints=[peewee.SQL("DEFAULT 0")]),
    }
    for field in ledger.stored:
        if field.since <= version:
            columns[field.name] = _column(field)
    meta = type("Meta", (), {"table_name": ledger.name, "legacy_table_names": False})
    return type(ledger.name, (peewee.Model,), {**columns, "Meta": meta})


def _column(field: Field) -> peewee.Field:
    kind = _CLASSES.get(field.kind, peewee.TextField)
    return kind(null=True, index=field.kind is Kind.REFERENCE)


def create(database: peewee.SqliteDatabase, ledger: Ledger, version: int) -> None:
    """Make the table and the indexes on its references."""
    with database.bind_ctx([table := model(ledger, version)]):
        table.create_table(safe=False)


def add_columns(database: peewee.SqliteDatabase, ledger: Ledger, version: int) -> None:
    """Append the columns that `version` declares to an older table; they start empty."""
    for field in ledger.stored:
        if field.since != version:
            continue
        kind = "INTEGER" if field.kind in _CLASSES else "TEXT"
        database.execute_sql(f'ALTER TABLE "{ledger.name}" ADD COLUMN "{field.name}" {kind}')
        if field.kind is Kind.REFERENCE:
            database.execute_sql(f'CREATE INDEX "{ledger.name}_{field.name}" ON "{ledger.name}" ("{field.name}")')


def triggers(schema: Schema) -> dict[str, str]:
    """Every trigger by name. None may be missing: a missing one would lose changes in silence."""
    return {name: sql for ledger in schema.ledgers for name, sql in _of_ledger(ledger)}


def _of_ledger(ledger: Ledger) -> Iterator[tuple[str, str]]:
    table = f'"{ledger.name}"'
    tx = "(SELECT tx FROM current_tx)"
    cells = ", ".join(f'NEW."{field.name}"' for field in ledger.stored)
    guard = _guard("NEW")
    yield (
        f"{ledger.name}_born",
        (
            f'CREATE TRIGGER "{ledger.name}_born" AFTER INSERT ON {table} BEGIN {guard} '
            f"INSERT INTO journal(tx, ledger, key, field, old, new) "
            f"VALUES({tx}, '{ledger.name}', NEW.key, '', NULL, json_array({cells})); END"
        ),
    )
    lines = " ".join(
        f"INSERT INTO journal(tx, ledger, key, field, old, new) SELECT {tx}, '{ledger.name}', NEW.key, "
        f'\'{name}\', OLD."{name}", NEW."{name}" WHERE OLD."{name}" IS NOT NEW."{name}";'
        for name in ("_del", *(field.name for field in ledger.stored))
    )
    yield (
        f"{ledger.name}_changed",
        (
            f'CREATE TRIGGER "{ledger.name}_changed" AFTER UPDATE ON {table} BEGIN {guard} '
            f"SELECT RAISE(ABORT, 'key or stream changed') "
            f"WHERE OLD.key IS NOT NEW.key OR OLD._stream IS NOT NEW._stream OR OLD.rid IS NOT NEW.rid; {lines} END"
        ),
    )
    yield (
        f"{ledger.name}_removed",
        (
            f'CREATE TRIGGER "{ledger.name}_removed" BEFORE DELETE ON {table} '
            f"BEGIN SELECT RAISE(ABORT, 'rows are marked deleted, never removed'); END"
        ),
    )


def _guard(row: str) -> str:
    return (
        "SELECT CASE WHEN (SELECT tx FROM current_tx) IS NULL THEN RAISE(ABORT, 'no transaction') "
        f"WHEN (SELECT applying FROM current_tx) = 0 AND NOT EXISTS(SELECT 1 FROM owned "
        f"WHERE organisation = substr({row}.key, 1, {ORGANISATION_LENGTH})) "
        "THEN RAISE(ABORT, 'row of another organisation') END;"
    )


def derived_table(ledger: Ledger) -> str:
    """The statement that makes a ledger's table of derived values; empty when it has none."""
    if ledger.derivation is None:
        return ""
    columns = ", ".join(f'"{name}"' for name in ledger.derivation.columns)
    return f'CREATE TABLE "derived_{ledger.name}" (rid INTEGER PRIMARY KEY, {columns})'


def quoted(names: Sequence[str]) -> str:
    """Column names for a statement."""
    return ", ".join(f'"{name}"' for name in names)
