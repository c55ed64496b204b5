"""Pasting a block that may run past the last row: changed cells and new rows in one step."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from desktop.app.editing import STEP, Edit, Judge, Refused, write_good_cells, write_row
from desktop.app.find_replace import texts
from desktop.app.job import Job
from desktop.app.session import Session
from desktop.domain.changes import Changes
from desktop.domain.entry import Typed
from desktop.domain.errors import Refusal
from desktop.domain.record import Cell


@dataclass(frozen=True)
class NewRows:
    """Rows to be made of typed values (path → text); each begins with `begin` (typed) and `fixed` (cells). A number at
    the end of a `begin` text, as of a running code, counts up from row to row."""

    rows: Sequence[Mapping[str, str]]
    begin: Mapping[str, Typed] = field(default_factory=dict)
    fixed: Mapping[str, Cell] = field(default_factory=dict)


@dataclass(frozen=True)
class Pasted:
    """What became of a block: `refused` cells belong to rows that exist; `unmade` rows have a reason each; `kept`
    cells held another text by then and were left alone."""

    changes: Changes
    keys: tuple[str, ...]
    refused: tuple[Refused, ...]
    unmade: tuple[str, ...]
    kept: int = 0


def paste(session: Session, ledger: str, edits: Sequence[Edit], added: NewRows, label: str,
          job: Job | None = None, held: Mapping[tuple[str, str], str] | None = None) -> Pasted:  # fmt: skip
    """Write the acceptable cells and the new rows as one step; a new row is made without its refused cells. Cells in
    `held` (key, path → text as shown) are written only while they hold that text."""
    job = job or Job()
    keys: list[str] = []
    unmade: list[str] = []
    with session.write(label) as transaction:
        wanted, now = held or {}, texts(transaction.reader, ledger, held or ())
        due = [edit for edit in edits if (at := (edit.key, edit.path)) not in wanted or now.get(at) == wanted[at]]
        refused = write_good_cells(session, transaction, ledger, due, job)
        judge = Judge(session, transaction.reader, ledger)
        for place, row in enumerate(added.rows):
            if place % STEP == 0:
                job.report(label, place, len(added.rows))
            try:
                good, bad = _parted(judge, added, _begun(added.begin, len(keys)), row)
                key = write_row(transaction, judge.judge(dict(added.fixed), good), added.fixed)
            except Refusal as refusal:
                unmade.append(refusal.message)
                continue
            keys.append(key)
            refused.extend(Refused(Edit(key, path, row[path]), reason) for path, reason in bad.items())
    return Pasted(transaction.changes, tuple(keys), tuple(refused), tuple(unmade), len(edits) - len(due))


def _begun(begin: Mapping[str, Typed], place: int) -> dict[str, Typed]:
    return {
        path: re.sub(r"\d+$", lambda found: f"{int(found[0]) + place:0{len(found[0])}d}", value)
        if isinstance(value, str)
        else value
        for path, value in begin.items()
    }


def _parted(
    judge: Judge, added: NewRows, begin: Mapping[str, Typed], row: Mapping[str, str]
) -> tuple[Mapping[str, Typed], dict[str, str]]:
    """The values a new row can be made of, and the reasons why the others are refused."""
    whole = {**begin, **row}
    try:
        judge.judge(dict(added.fixed), whole)
    except Refusal:
        good, bad = dict(begin), {}
        for path, text in row.items():
            try:
                judge.judge(dict(added.fixed), {**good, path: text})
            except Refusal as refusal:
                bad[path] = refusal.message
            else:
                good[path] = text
        return good, bad
    return whole, {}
