"""Search over all ledgers: every character one token, its pinyin initial beside it; candidates are verified."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from desktop.domain.pinyin import PinyinTable, fold
from desktop.domain.record import Kind, Ledger, Schema

if TYPE_CHECKING:
    from desktop.store.reading import Reader

_SHAPE = "2"
"""Raised when what is indexed changes, so that older libraries index anew."""

_BATCH = 400


def match_expression(pinyin: PinyinTable, word: str) -> str:
    """The FTS5 expression whose hits include every row that holds a folded word, or its initials; '' if no letter.

    Letters may stand for characters ("公wyc"), so they are looked for among the initials, characters in the text.
    """
    letters = [letter for letter in word if letter.isalnum()]
    if not letters:
        return ""
    written = f'text : "{" ".join(letters)}"'
    if not any(letter.isascii() and letter.isalpha() for letter in letters):
        return written
    plain = "".join(letters)
    readings = {pinyin.initials(plain), *pinyin.alternatives(plain)}
    initials = " OR ".join(f'initials : "{" ".join(reading)}"' for reading in sorted(readings))
    characters = "".join(f' AND text : "{letter}"' for letter in letters if not letter.isascii())
    return f"({written}) OR (({initials}){characters})"


def indexed_paths(schema: Schema, ledger: Ledger) -> tuple[str, ...]:
    """The paths whose text a row is found by: its own and embedded texts, and the names of what it refers to."""
    kinds = (Kind.TEXT, Kind.LONG_TEXT, Kind.CHOICE)
    return tuple(column.path for column in schema.columns(ledger.name) if column.field.kind in kinds)


def refresh(reader: "Reader", touched: Mapping[str, Iterable[str]]) -> None:
    """Index touched rows anew, and the rows that show a text of theirs."""
    for ledger in reader.schema.ledgers:
        keys = set(touched.get(ledger.name, ()))
        for field in ledger.stored:
            if field.kind is Kind.REFERENCE and field.target in touched and _shows(reader.schema, ledger, field.name):
                keys.update(_referring(reader, ledger.name, field.name, touched[field.target]))
        _index(reader, ledger, sorted(keys))


def _shows(schema: Schema, ledger: Ledger, field: str) -> bool:
    return any(path.startswith(f"{field}.") for path in indexed_paths(schema, ledger))


def _referring(reader: "Reader", ledger: str, field: str, keys: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for key in keys:
        rows = reader.connection.execute(f'SELECT key FROM "{ledger}" WHERE "{field}" = ?', (key,))
        found.update(row[0] for row in rows)
    return found


def _index(reader: "Reader", ledger: Ledger, keys: Sequence[str]) -> None:
    paths = indexed_paths(reader.schema, ledger)
    for start in range(0, len(keys), _BATCH):
        batch = keys[start : start + _BATCH]
        _forget(reader, ledger.name, batch)
        rids = [rid for key in batch if (rid := reader.rid_of(ledger.name, key)) is not None]
        for key, *cells in reader.page(ledger.name, rids, ("key", *paths)):
            shown = (
                reader.schema.steps(ledger.name, path)[-1].show(cell)
                for path, cell in zip(paths, cells, strict=True)
                if cell is not None
            )
            _store(reader, ledger.name, str(key), fold("\n".join(dict.fromkeys(shown))))


def _store(reader: "Reader", ledger: str, key: str, body: str) -> None:
    row = reader.connection.execute(
        "INSERT INTO search_row (ledger, key, body) VALUES (?, ?, ?)", (ledger, key, body)
    ).lastrowid
    readings = (
        reading
        for line in body.split("\n")
        for reading in (reader.pinyin.initials(line), *reader.pinyin.alternatives(line))
    )
    initials = " ".join(" ".join(reading) for reading in readings)
    reader.connection.execute(
        "INSERT INTO search_text (rowid, text, initials) VALUES (?, ?, ?)", (row, " ".join(body), initials)
    )


def _forget(reader: "Reader", ledger: str, keys: Sequence[str]) -> None:
    for key in keys:
        row = reader.connection.execute(
            "SELECT id FROM search_row WHERE key = ? AND ledger = ?", (key, ledger)
        ).fetchone()
        if row is not None:
            reader.connection.execute("DELETE FROM search_text WHERE rowid = ?", row)
            reader.connection.execute("DELETE FROM search_row WHERE id = ?", row)


def outdated(reader: "Reader") -> bool:
    """Whether the index was made for another shape of it."""
    row = reader.connection.execute("SELECT value FROM identity WHERE name = 'search'").fetchone()
    return row is None or row[0] != _SHAPE


def rebuild(reader: "Reader") -> None:
    """Index every row anew."""
    reader.connection.execute("DELETE FROM search_row")
    reader.connection.execute("DELETE FROM search_text")
    for ledger in reader.schema.ledgers:
        keys = [key for (key,) in reader.connection.execute(f'SELECT key FROM "{ledger.name}"')]
        _index(reader, ledger, keys)
    reader.connection.execute("INSERT OR REPLACE INTO identity VALUES ('search', ?)", (_SHAPE,))
