"""The one journal: transactions, their changes, history, undo and redo.

Triggers write the lines (see `store.tables`); nothing else does. The journal is the history shown to people, the
source of undo and the source of synchronisation.
"""

import json
import secrets
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop.domain.changes import Changes
from desktop.domain.entry import fits
from desktop.domain.errors import Refusal
from desktop.domain.keys import row_key
from desktop.domain.query import owner_of
from desktop.domain.record import Audience, Cell
from desktop.store import derived, search, staying
from desktop.store.identity import said, writes_for
from desktop.store.reading import Reader
from desktop.store.tables import quoted

if TYPE_CHECKING:
    from desktop.store.workspace import Workspace

STEPS_KEPT = 500
"""Transactions looked back upon for undo."""

SETUP = "setup"
"""Origin of the steps that make a library; nothing up to them can be undone."""

TRUSTED_AHEAD = 48 * 3600 * 1000
"""Milliseconds by which another PC's clock may run ahead of ours before its time is no longer adopted."""


@dataclass(frozen=True)
class Line:
    """One change of one cell as a person reads it; `field` '' is the birth of the row."""

    tx: int
    at: int
    person: str
    label: str
    basis: str
    origin: str
    field: str
    old: Cell
    new: Cell


class Transaction:
    """What may be written while a transaction is open. Keys are minted here; values are cells, already judged."""

    def __init__(self, workspace: "Workspace", number: int, label: str, at: int, organisation: str, *,
                 applying: bool = False) -> None:  # fmt: skip
        self.number = number
        self.label = label
        self.at = at
        self.changes = Changes()
        self._workspace = workspace
        self.connection = workspace.connection
        self.reader = Reader(self.connection, workspace.schema)
        self.organisation = organisation
        self._applying = applying
        self._also: dict[str, set[str]] = {}

    def insert(self, ledger: str, values: Mapping[str, Cell], *, stream: str = "") -> str:
        """A new row of our own; its key."""
        return self.insert_many(ledger, tuple(values), [tuple(values.values())], stream=stream)[0]

    def insert_many(
        self, ledger: str, fields: Sequence[str], rows: Iterable[Sequence[Cell]], *, stream: str = ""
    ) -> list[str]:
        """New rows of our own in one statement; their keys in order. `stream` defaults to the ledger's audience."""
        audience = stream or self._workspace.schema.ledger(ledger).audience.value
        if audience == Audience.TO.value:
            raise ValueError(f"{ledger}: rows of this ledger need a named recipient")
        rows = [tuple(row) for row in rows]
        for place, name in enumerate(fields):
            self._gate(ledger, name, (row[place] for row in rows))
        keyed = [(row_key(self.organisation, self.at, secrets.randbits(80)), audience, *row) for row in rows]
        marks = ", ".join("?" * (len(fields) + 2))
        self.connection.executemany(
            f'INSERT INTO "{ledger}" ({quoted(("key", "_stream", *fields))}) VALUES ({marks})', keyed
        )
        return [str(row[0]) for row in keyed]

    def update(self, ledger: str, key: str, values: Mapping[str, Cell]) -> None:
        """Set cells of one row; unknown fields are a programming error."""
        for name, cell in values.items():
            self._gate(ledger, name, (cell,))
        if values:
            assignments = ", ".join(f'"{name}" = ?' for name in values)
            self.connection.execute(f'UPDATE "{ledger}" SET {assignments} WHERE key = ?', (*values.values(), key))

    def decide(self, ledger: str, key: str, field: str, cell: Cell) -> None:
        """Set a cell and say so in the journal even if it holds that value already: a person chose it."""
        (shown,) = self.connection.execute(f'SELECT "{field}" FROM "{ledger}" WHERE key = ?', (key,)).fetchone()
        if shown != cell:
            self.update(ledger, key, {field: cell})
            return
        self.connection.execute(
            "INSERT INTO journal (tx, ledger, key, field, old, new) VALUES (?, ?, ?, ?, ?, ?)",
            (self.number, ledger, key, field, shown, cell),
        )

    def update_many(self, ledger: str, field: str, pairs: Iterable[tuple[Cell, str]]) -> None:
        """Set one field of many rows: (cell, key) pairs."""
        pairs = list(pairs)
        self._gate(ledger, field, (cell for cell, _ in pairs))
        self.connection.executemany(f'UPDATE "{ledger}" SET "{field}" = ? WHERE key = ?', pairs)

    def _gate(self, ledger: str, name: str, cells: Iterable[Cell]) -> None:
        """Nothing is stored that another computer would have to refuse."""
        if name == "_del":
            return
        field = self._workspace.schema.ledger(ledger).field(name)
        if not all(fits(field, cell) for cell in cells):
            raise Refusal("does_not_fit", f"“{field.label}”的内容太长或写法不对，没有写入，请改短或改正后再试")

    def delete(self, ledger: str, keys: Iterable[str]) -> None:
        """Move rows to the recycle bin."""
        self.update_many(ledger, "_del", ((1, key) for key in keys))

    def restore(self, ledger: str, keys: Iterable[str]) -> None:
        """Bring rows back from the recycle bin."""
        self.update_many(ledger, "_del", ((0, key) for key in keys))

    def retell(self, at: int, person: str, label: str, basis: str, segment: str) -> None:
        """What is written next happened elsewhere: journal it under that transaction's time, person and label."""
        number = _new(self.connection, at, person, label, basis, f"segment:{segment}")
        self.connection.execute("UPDATE tx SET segment = ? WHERE id = ?", (segment, number))
        self.connection.execute("UPDATE current_tx SET tx = ?", (number,))

    def also_refresh(self, rows: Iterable[tuple[str, str]]) -> None:
        """Rows (ledger, key) about to change without a line in the journal: what rests on them is refreshed too."""
        touched: dict[str, set[str]] = {}
        for ledger, key in rows:
            touched.setdefault(ledger, set()).add(key)
        for found in (touched, derived.dependants(self.reader, touched, self.number)):
            for ledger, keys in found.items():
                self._also.setdefault(ledger, set()).update(keys)

    def finish(self) -> None:
        """Refresh what is derived from the touched rows, and read the changes back from the journal."""
        touched, fields = touched_since(self.connection, self.number), _fields_since(self.connection, self.number)
        for ledger, also in self._also.items():
            touched.setdefault(ledger, set()).update(also)
            fields.pop(ledger, None)
        self.connection.execute("UPDATE current_tx SET tx = NULL, applying = 0")
        self.connection.execute(
            "DELETE FROM tx WHERE id >= ? AND origin NOT LIKE 'undo:%' AND origin NOT LIKE 'redo:%' "
            "AND NOT EXISTS (SELECT 1 FROM journal WHERE journal.tx = tx.id)",
            (self.number,),
        )
        if not touched:
            return
        derived.refresh(self.reader, touched, self.number)
        search.refresh(self.reader, touched, search.AT_ONCE_APPLIED if self._applying else search.AT_ONCE)
        keys = {ledger: frozenset(found) for ledger, found in touched.items()}
        self.changes = Changes(self.number, self.label, keys, self.changes.skipped, fields)


def begin(
    workspace: "Workspace", person: str, label: str, basis: str, origin: str, applying: bool, wall: int,
    organisation: str = "",
) -> Transaction:  # fmt: skip
    """Open a transaction row; its time never runs backwards in one library (a clock set back does not disorder it)."""
    connection = workspace.connection
    last = connection.execute(
        "SELECT at FROM tx WHERE origin NOT LIKE 'segment:%' OR at <= ? ORDER BY at DESC LIMIT 1",
        (wall + TRUSTED_AHEAD,),
    ).fetchone()
    at = wall if last is None else max(wall, int(last[0]) + 1)
    number = _new(connection, at, person, label, basis, origin)
    connection.execute("UPDATE current_tx SET tx = ?, applying = ?", (number, int(applying)))
    return Transaction(
        workspace, number, label, at, organisation or said(connection, "organisation"), applying=applying
    )


def newest(reader: Reader) -> int:
    """The time of the newest step made on this PC or adopted here; 0 if there is none."""
    row = reader.connection.execute(
        "SELECT at FROM tx WHERE origin NOT LIKE 'segment:%' ORDER BY id DESC LIMIT 1"
    ).fetchone()
    return int(row[0]) if row else 0


def _new(connection: sqlite3.Connection, at: int, person: str, label: str, basis: str, origin: str) -> int:
    number = connection.execute(
        "INSERT INTO tx (at, person, label, basis, origin) VALUES (?, ?, ?, ?, ?)",
        (at, person, label, basis, origin),
    ).lastrowid
    assert number is not None
    return number


def touched_since(connection: sqlite3.Connection, number: int) -> dict[str, set[str]]:
    """Ledger → keys with a journal line in this transaction or those retold within it."""
    touched: dict[str, set[str]] = {}
    rows = connection.execute("SELECT DISTINCT ledger, key FROM journal INDEXED BY journal_tx WHERE tx >= ?", (number,))
    for ledger, key in rows:
        touched.setdefault(ledger, set()).add(key)
    return touched


def _fields_since(connection: sqlite3.Connection, number: int) -> dict[str, frozenset[str]]:
    """Ledger → fields with a journal line in this transaction or those retold within it."""
    written: dict[str, set[str]] = {}
    rows = connection.execute(
        "SELECT DISTINCT ledger, field FROM journal INDEXED BY journal_tx WHERE tx >= ?", (number,)
    )
    for ledger, field in rows:
        written.setdefault(ledger, set()).add(field)
    return {ledger: frozenset(fields) for ledger, fields in written.items()}


def history(reader: Reader, ledger: str, key: str) -> list[Line]:
    """Every change of a row, newest first; a birth line's `new` is the JSON array of its cells."""
    rows = reader.connection.execute(
        "SELECT tx.id, tx.at, tx.person, tx.label, tx.basis, tx.origin, journal.field, journal.old, journal.new "
        "FROM journal JOIN tx ON tx.id = journal.tx WHERE journal.key = ? AND journal.ledger = ? "
        "ORDER BY journal.id DESC",
        (key, ledger),
    )
    return [Line(*row) for row in rows]


def deleted_in(reader: Reader, ledger: str, key: str) -> int:
    """The step that moved a row to the recycle bin last; 0 if none did."""
    row = reader.connection.execute(
        "SELECT max(tx) FROM journal WHERE key = ? AND ledger = ? AND field = '_del' AND new = 1", (key, ledger)
    ).fetchone()
    return int(row[0] or 0)


def between(reader: Reader, ledgers: Sequence[str], since: int, until: int, limit: int) -> list[tuple[str, str, Line]]:
    """(ledger, key, change) of every row of some ledgers from `since` to before `until`, newest first."""
    marks = ", ".join("?" * len(ledgers))
    rows = reader.connection.execute(
        "SELECT journal.ledger, journal.key, tx.id, tx.at, tx.person, tx.label, tx.basis, tx.origin, journal.field, "
        "journal.old, journal.new FROM tx JOIN journal ON journal.tx = tx.id "
        f"WHERE tx.at >= ? AND tx.at < ? AND journal.ledger IN ({marks}) ORDER BY tx.at DESC, journal.id DESC LIMIT ?",
        (since, until, *ledgers, limit),
    )
    return [(str(ledger), str(key), Line(*line)) for ledger, key, *line in rows]


def born_cells(reader: Reader, ledger: str, line: Line) -> dict[str, Cell]:
    """The cells a row was born with, from its birth line."""
    cells: list[Cell] = json.loads(str(line.new))
    return {field.name: cell for field, cell in zip(reader.schema.ledger(ledger).stored, cells, strict=False)}


def stacks(reader: Reader) -> tuple[list[int], list[int]]:
    """Transactions that can be undone and redone, the next one last. Derived from the transactions themselves."""
    rows = reader.connection.execute(
        "SELECT id, origin FROM tx WHERE origin NOT LIKE 'segment:%' ORDER BY id DESC LIMIT ?", (STEPS_KEPT,)
    ).fetchall()
    undo: list[int] = []
    redo: list[int] = []
    for number, origin in reversed(rows):
        word, _, target = origin.partition(":")
        if word == SETUP:
            undo.clear()
        elif word == "undo":
            _move(int(target), undo, redo)
        elif word == "redo":
            _move(int(target), redo, undo)
        else:
            undo.append(number)
            redo.clear()
    return undo, redo


def _move(number: int, source: list[int], target: list[int]) -> None:
    if number in source:
        source.remove(number)
        target.append(number)


def batches(reader: Reader, origin: str) -> list[tuple[int, str]]:
    """Transactions whose origin begins with `origin` and that are not undone: (number, label), newest first."""
    rows = reader.connection.execute(
        "SELECT id, label FROM tx WHERE substr(origin, 1, ?) = ? AND "
        "(SELECT count(*) FROM tx AS undo WHERE undo.origin = 'undo:' || tx.id) = "
        "(SELECT count(*) FROM tx AS redo WHERE redo.origin = 'redo:' || tx.id) ORDER BY id DESC LIMIT 50",
        (len(origin), origin),
    )
    return [(int(number), str(label)) for number, label in rows]


def labelled(reader: Reader, beginning: str, limit: int) -> list[tuple[int, str, str, str, str, str]]:
    """The newest steps, ours and others', whose label begins so, with the rows they touched: (at, person, label, basis,
    ledger, key)."""
    return reader.connection.execute(
        "SELECT DISTINCT tx.at, tx.person, tx.label, tx.basis, journal.ledger, journal.key FROM tx "
        "JOIN journal ON journal.tx = tx.id WHERE substr(tx.label, 1, length(?1)) = ?1 ORDER BY tx.at DESC LIMIT ?2",
        (beginning, limit),
    ).fetchall()


def label_of(reader: Reader, number: int) -> str:
    """The label of a transaction."""
    return _told(reader, number)[0]


def origin_of(reader: Reader, number: int) -> str:
    """Where a transaction came from."""
    return _told(reader, number)[1]


def _told(reader: Reader, number: int) -> tuple[str, str]:
    return reader.connection.execute("SELECT label, origin FROM tx WHERE id = ?", (number,)).fetchone() or ("", "")


def reverse(transaction: Transaction, number: int) -> list[tuple[str, str, str]]:
    """Write the inverse of a transaction where its values still stand; the cells left alone are returned.

    A row it made is marked deleted only if nobody worked on it since; see `staying.kept`. Refusal if a row is not ours
    to write any more.
    """
    connection = transaction.connection
    lines = connection.execute(
        "SELECT ledger, key, field, old, new FROM journal WHERE tx = ? ORDER BY id DESC", (number,)
    ).fetchall()
    if {owner_of(key) for _, key, *_ in lines} - writes_for(connection):
        raise Refusal("taken_over", "这一步是其他单位的记录，已由该单位自己填报，不能撤销；请写批注或退回")
    born = {(ledger, key) for ledger, key, field, _, _ in lines if field == ""}
    kept = staying.kept(transaction.reader, born, number)
    skipped = []
    for ledger, key, field, old, new in lines:
        if field == "":
            if (ledger, key) in kept:
                skipped.append((ledger, key, ""))
            else:
                transaction.delete(ledger, [key])
        elif (ledger, key) not in born:
            cursor = connection.execute(
                f'UPDATE "{ledger}" SET "{field}" = ? WHERE key = ? AND "{field}" IS ?', (old, key, new)
            )
            if cursor.rowcount == 0:
                skipped.append((ledger, key, field))
    return skipped


def forward(transaction: Transaction, undone: int) -> list[tuple[str, str, str]]:
    """Do again what an undo took back: the inverse of the undo's own transaction."""
    row = transaction.connection.execute("SELECT max(id) FROM tx WHERE origin = ?", (f"undo:{undone}",)).fetchone()
    if row[0] is None:
        raise Refusal("nothing_to_redo", "没有可以重做的操作")
    return reverse(transaction, int(row[0]))


def later_edits(reader: Reader, number: int) -> list[tuple[str, str, str]]:
    """Cells of rows this transaction touched that were changed by hand since: what an undo would leave alone."""
    rows = reader.connection.execute(
        "SELECT DISTINCT later.ledger, later.key, later.field FROM journal AS mine "
        "JOIN journal AS later ON later.key = mine.key AND later.ledger = mine.ledger AND later.tx > mine.tx "
        "WHERE mine.tx = ? AND (mine.field = '' OR mine.field = later.field) ORDER BY later.id",
        (number,),
    )
    return [(str(ledger), str(key), str(field)) for ledger, key, field in rows]


def cells_before(reader: Reader, number: int) -> dict[tuple[str, str, str], Cell]:
    """(ledger, key, field) of every cell changed after a transaction → what stood there at its end."""
    rows = reader.connection.execute(
        "SELECT ledger, key, field, old FROM journal WHERE tx > ? AND field != '' ORDER BY id DESC", (number,)
    )
    return {(str(ledger), str(key), str(field)): old for ledger, key, field, old in rows}
