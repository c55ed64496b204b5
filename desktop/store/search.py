"""Search over all ledgers: every character one token, its pinyin initial beside it; candidates are verified."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from desktop.domain.pinyin import PinyinTable, fold
from desktop.domain.record import Kind, Ledger, Schema
from desktop.store.identity import said, say

if TYPE_CHECKING:
    from desktop.store.reading import Reader

_SHAPE = "2"
"""Raised when what is indexed changes, so that older libraries index anew."""

_BATCH = 400

AT_ONCE, AT_ONCE_APPLIED = 20_000, 200
"""Touched rows up to which a transaction brings the index up to date itself; more are listed and indexed after it. When
bundles are applied many may follow each other, so that less waits for one."""

_SLICE = 2_000


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


def refresh(reader: "Reader", touched: Mapping[str, Iterable[str]], at_once: int) -> None:
    """Index touched rows anew, and the rows that show a text of theirs; of more than `at_once` only note which."""
    if sum(len(list(keys)) for keys in touched.values()) > at_once:
        reader.connection.executemany(
            "INSERT OR IGNORE INTO search_pending VALUES (?, ?)",
            ((ledger, key) for ledger, keys in touched.items() for key in keys),
        )
        return
    for ledger in reader.schema.ledgers:
        keys = set(touched.get(ledger.name, ()))
        for field in ledger.stored:
            if field.kind is Kind.REFERENCE and field.target in touched and _shows(reader.schema, ledger, field.name):
                keys.update(_referring(reader, ledger.name, field.name, touched[field.target]))
        _index(reader, ledger, sorted(keys))


def index_pending(reader: "Reader") -> int:
    """Index a slice of the rows noted; how many are left. Called within a write transaction."""
    rows = reader.connection.execute("SELECT ledger, key FROM search_pending LIMIT ?", (_SLICE,)).fetchall()
    touched: dict[str, list[str]] = {}
    for ledger, key in rows:
        touched.setdefault(ledger, []).append(key)
    refresh(reader, touched, _SLICE)
    reader.connection.executemany("DELETE FROM search_pending WHERE ledger = ? AND key = ?", rows)
    return int(reader.connection.execute("SELECT count(*) FROM search_pending").fetchone()[0])


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
    fields = [reader.schema.steps(ledger.name, path)[-1] for path in paths]
    for start in range(0, len(keys), _BATCH):
        batch = keys[start : start + _BATCH]
        _forget(reader, ledger.name, batch)
        marks = ", ".join("?" * len(batch))
        found = reader.connection.execute(f'SELECT rid FROM "{ledger.name}" WHERE key IN ({marks})', batch)
        bodies = []
        for key, *cells in reader.page(ledger.name, [rid for (rid,) in found], ("key", *paths)):
            shown = (field.show(cell) for field, cell in zip(fields, cells, strict=True) if cell is not None)
            bodies.append((str(key), fold("\n".join(dict.fromkeys(shown)))))
        _store(reader, ledger.name, bodies)


def _store(reader: "Reader", ledger: str, bodies: list[tuple[str, str]]) -> None:
    connection = reader.connection
    first = connection.execute("SELECT coalesce(max(id), 0) + 1 FROM search_row").fetchone()[0]
    numbered = list(enumerate(bodies, first))
    connection.executemany(
        "INSERT INTO search_row (id, ledger, key, body) VALUES (?, ?, ?, ?)",
        ((number, ledger, key, body) for number, (key, body) in numbered),
    )
    connection.executemany(
        "INSERT INTO search_text (rowid, text, initials) VALUES (?, ?, ?)",
        ((number, " ".join(body), _initials(reader.pinyin, body)) for number, (_, body) in numbered),
    )


def _initials(pinyin: PinyinTable, body: str) -> str:
    """Every reading of a body, one letter a token; lines without ambiguous characters have one reading."""
    readings = (pinyin.initials(body), *(other for line in body.split("\n") for other in pinyin.alternatives(line)))
    return " ".join(" ".join(reading) for reading in readings)


def _forget(reader: "Reader", ledger: str, keys: Sequence[str]) -> None:
    marks = ", ".join("?" * len(keys))
    ids = reader.connection.execute(
        f"SELECT id FROM search_row WHERE ledger = ? AND key IN ({marks})", (ledger, *keys)
    ).fetchall()
    reader.connection.executemany("DELETE FROM search_text WHERE rowid = ?", ids)
    reader.connection.executemany("DELETE FROM search_row WHERE id = ?", ids)


def outdated(reader: "Reader") -> bool:
    """Whether the index was made for another shape of it."""
    return said(reader.connection, "search") != _SHAPE


def rebuild(reader: "Reader") -> None:
    """Index every row anew."""
    reader.connection.execute("DELETE FROM search_row")
    reader.connection.execute("DELETE FROM search_text")
    for ledger in reader.schema.ledgers:
        keys = [key for (key,) in reader.connection.execute(f'SELECT key FROM "{ledger.name}"')]
        _index(reader, ledger, keys)
    say(reader.connection, "search", _SHAPE)
