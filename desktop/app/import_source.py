"""A foreign file opened for an import: its sheets, the table found in each, and what a person may choose of them."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from desktop import resources
from desktop.app.import_mapping import Decisions, decide, decisions_of, remembered
from desktop.app.job import Job
from desktop.app.labels import NUMBER_AS_WRITTEN, UNIT, columns_in_use
from desktop.app.session import Session
from desktop.domain.errors import Refusal
from desktop.domain.record import Column
from desktop.exchange import worker
from desktop.exchange.headings import RESULT_SHEET, FoundTable, best_sheet, find_table, stamped_table, table_at
from desktop.exchange.own_workbook import Stamp, read_stamp
from desktop.exchange.refused_rows import worked_on
from desktop.exchange.workbook import Sheet, Workbook, read_workbook

SHOWN_VALUES = 3
"""Values of a column shown beside its heading."""


@dataclass(frozen=True)
class Source:
    """A file that was read. `offers` are the tables found in it, the best one first."""

    path: Path
    ledger: str
    workbook: Workbook
    columns: tuple[Column, ...]
    synonyms: Mapping[str, list[str]]
    stamp: Stamp | None
    offers: tuple["Offer", ...]


@dataclass(frozen=True)
class Offer:
    """One table of a file: the sheet, what was found by itself, and how its columns are read."""

    sheet: Sheet
    found: FoundTable
    decisions: Decisions
    proposed: Decisions
    """What the file decides by itself."""
    from_memory: bool = False

    @property
    def table(self) -> FoundTable:
        """The table as decided."""
        return decide(self.found, self.decisions)

    def values(self, at: int) -> tuple[str, ...]:
        """The first different values of a column."""
        rows = self.sheet.rows[self.found.first_data_row :]
        texts = (str(row[at]) for row in rows if at < len(row) and row[at] is not None)
        return tuple(dict.fromkeys(text for _, text in zip(range(200), texts, strict=False)))[:SHOWN_VALUES]


def open_source(session: Session, path: Path, ledger: str, job: Job | None = None) -> Source:
    """Read a file and look for tables of a ledger in it; Refusal if it cannot be read or holds none."""
    job = job or Job()
    job.report("读取文件")
    workbook = worker.run(read_workbook, path, job=job)
    columns = tuple(column for column in columns_in_use(session, ledger) if column.editable)
    synonyms: dict[str, list[str]] = json.loads(resources.read_text("library", "synonyms.json"))["headings"]
    stamp = read_stamp(workbook)
    if stamp is not None and stamp.ledger != ledger and session.schema.has(stamp.ledger):
        label = session.schema.ledger(stamp.ledger).label
        raise Refusal("other_ledger", f"这个文件是“{label}”的表，请到“{label}”里导入")
    if stamp is not None:
        stamped = [(sheet, found) for sheet in workbook.sheets
                   if sheet.visible and (found := stamped_table(sheet, stamp, columns))]  # fmt: skip
        if stamped:
            offers = _mended_first(workbook, (_by_itself(session, ledger, *pair) for pair in stamped))
            return Source(path, ledger, workbook, columns, synonyms, stamp, offers)
    best, table = best_sheet(workbook, columns, synonyms)
    found_in = [(best, table)] + [
        (sheet, found)
        for sheet in workbook.sheets
        if sheet is not best and sheet.visible and sheet.name != RESULT_SHEET
        and (found := find_table(sheet, columns, synonyms))
    ]  # fmt: skip
    offers = _mended_first(workbook, (_offer(session, ledger, sheet, found) for sheet, found in found_in))
    return Source(path, ledger, workbook, columns, synonyms, stamp, offers)


def _mended_first(workbook: Workbook, offers: Iterable[Offer]) -> tuple[Offer, ...]:
    """The refused rows of an earlier report before all else, if somebody worked on them in their own sheet."""
    mended = worked_on(workbook)
    return tuple(sorted(offers, key=lambda offer: offer.sheet is not mended))


def offer_at(session: Session, source: Source, sheet_name: str, row: int) -> Offer:
    """The table of a sheet whose headings stand in a row (from 0) that a person chose; Refusal if none do."""
    sheet = source.workbook.sheet(sheet_name)
    for offer in source.offers:
        if offer.sheet is sheet and offer.found.heading_row == row:
            return offer
    return _offer(session, source.ledger, sheet, table_at(sheet, row, source.columns, source.synonyms))


def _offer(session: Session, ledger: str, sheet: Sheet, found: FoundTable) -> Offer:
    offer, kept = _by_itself(session, ledger, sheet, found), remembered(session, found)
    return offer if kept is None else replace(offer, decisions=kept, from_memory=True)


def _by_itself(session: Session, ledger: str, sheet: Sheet, found: FoundTable) -> Offer:
    """The table without what was remembered. Headings under which our exports only show something are left out."""
    shown = {column.label for column in session.schema.columns(ledger) if not column.editable}
    proposed = decisions_of(found, shown | {NUMBER_AS_WRITTEN, UNIT})
    return Offer(sheet, found, proposed, proposed)
