"""Finding cells by their words, and what a change of many cells would do before it is done."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from desktop.app.editing import Edit, check_edit
from desktop.app.job import Job
from desktop.app.session import Session
from desktop.domain.query import Op, Query, Test
from desktop.domain.record import Cell, Column
from desktop.domain.text_search import found
from desktop.store.reading import Reader

MOST_HITS = 1000
"""Cells listed at once; more are not looked through by a person."""

_STEP = 50


@dataclass(frozen=True)
class Hit:
    """A cell that holds the words, with its text as shown."""

    key: str
    path: str
    text: str


@dataclass(frozen=True)
class Proposal:
    """What an edit would do to a cell: the row's caption, the text now, and why it would be refused (else empty)."""

    edit: Edit
    caption: str
    old: str
    reason: str


def find(session: Session, query: Query, columns: Sequence[Column], words: str, *, whole: bool = False,
         keys: Sequence[str] = (), job: Job | None = None) -> list[Hit]:  # fmt: skip
    """The cells of these columns and of the query's rows (or of those of them with `keys`) that hold the words, in
    the order of the query, up to `MOST_HITS`."""
    job = job or Job()
    stand_ins = session.schema.stand_ins(query.ledger)
    paths = ["key", *(column.path for column in columns)]
    places = {path: len(paths) + place for place, path in enumerate(stand_ins)}
    rows = session.read.cells(query.also(Test("key", Op.IN, tuple(keys))) if keys else query,
                              [*paths, *stand_ins.values()])  # fmt: skip
    hits: list[Hit] = []
    for done, row in enumerate(rows):
        if done % _STEP == 0:
            job.report("查找", done, len(rows))
        for place, column in enumerate(columns, 1):
            text = _shown(column, row[place], row[places[column.path]] if column.path in places else None)
            if found(text, words, whole=whole):
                hits.append(Hit(str(row[0]), column.path, text))
                if len(hits) == MOST_HITS:
                    return hits
    return hits


def texts(reader: Reader, ledger: str, places: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """What cells (key, path) of live rows hold now, as a person reads it."""
    places = list(places)
    paths = list(dict.fromkeys(path for _, path in places))
    columns, stand_ins = [reader.schema.column(ledger, path) for path in paths], reader.schema.stand_ins(ledger)
    instead = {path: place for place, path in enumerate(stand_ins, 1 + len(paths))}
    keys = tuple(dict.fromkeys(key for key, _ in places))
    found: dict[tuple[str, str], str] = {}
    asked = Query(ledger, Test("key", Op.IN, keys))
    for row in reader.cells(asked, ["key", *paths, *stand_ins.values()]) if keys else ():
        for place, column in enumerate(columns, 1):
            stand_in = row[instead[column.path]] if column.path in instead else None
            found[str(row[0]), column.path] = _shown(column, row[place], stand_in)
    return found


def _shown(column: Column, cell: Cell, stand_in: Cell) -> str:
    return column.field.show(stand_in if cell is None else cell)


def propose(session: Session, ledger: str, edits: Sequence[Edit], old: Sequence[str], job: Job | None = None,
            ) -> list[Proposal]:  # fmt: skip
    """What each edit would do, judged alone as when it is typed; `old` are the texts now, in the same order."""
    job = job or Job()
    proposals = []
    for done, (edit, text) in enumerate(zip(edits, old, strict=True)):
        if done % _STEP == 0:
            job.report("检查", done, len(edits))
        reason = check_edit(session, ledger, edit.key, edit.path, edit.typed) or ""
        proposals.append(Proposal(edit, session.read.caption(ledger, edit.key), text, reason))
    return proposals
