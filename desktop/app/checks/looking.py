"""What a check is, what it finds, and what it looks at."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from desktop.app import system
from desktop.app.job import Job
from desktop.app.session import Session
from desktop.domain.query import Query, owner_of
from desktop.domain.record import Cell
from desktop.store.reading import Reader

Row = dict[str, Cell]


class Severity(StrEnum):
    """How much a finding matters."""

    BAD = "bad"
    WARN = "warn"
    NOTE = "note"

    @property
    def label(self) -> str:
        """The word people read."""
        return {Severity.BAD: "要改", Severity.WARN: "要核对", Severity.NOTE: "提醒"}[self]


@dataclass(frozen=True)
class Found:
    """One place to look at: the row (no ledger: the library as a whole), the sentence, the column's path if one cell."""

    ledger: str
    key: str
    message: str
    path: str = ""


@dataclass(frozen=True)
class Check:
    """One thing that is looked for: its stable id, what it is called, how much it matters, what to do about it."""

    code: str
    title: str
    severity: Severity
    advice: str
    look: Callable[["Library"], Iterator[Found]]


class Library:
    """The library as one run of all checks sees it; rows are read once."""

    def __init__(self, session: Session, job: Job) -> None:
        self.session = session
        self.job = job
        self.read: Reader = session.read
        self.schema = session.schema
        self.today = session.today()
        self._rows: dict[str, list[Row]] = {}

    def rows(self, ledger: str) -> list[Row]:
        """The live rows of a ledger."""
        if ledger not in self._rows:
            self.job.check()
            self._rows[ledger] = self.read.rows(Query(ledger))
        return self._rows[ledger]

    def caption(self, ledger: str, row: Row) -> str:
        """The name of a row for a sentence, with its ledger."""
        return f"{self.schema.ledger(ledger).label} {self.read.caption(ledger, str(row['key']))}"

    @cached_property
    def standards(self) -> dict[str, Row]:
        """Key → standard, with its derived `@…` cells and its `status` of today."""
        extra = ("key", "status", "@number_key", "@number_series")
        beside = {
            cells[0]: dict(zip(extra, cells, strict=True))
            for cells in self.read.cells(Query("standard", as_of=self.today), extra)
        }
        return {str(row["key"]): {**row, **beside[row["key"]]} for row in self.rows("standard")}

    @cached_property
    def entries(self) -> list[Row]:
        """The lines of the detail tables that figures rest on."""
        active = set(system.active_versions(self.read).values())
        return [row for row in self.rows("detail_entry") if row["version"] in active]

    @cached_property
    def listed(self) -> dict[str, Row]:
        """Standards that stand in a detail table → one of their lines there."""
        return {str(row["standard"]): row for row in self.entries if row["standard"] in self.standards}

    def same_unit(self, rows: list[Row]) -> dict[str, list[Row]]:
        """The rows by the unit they belong to."""
        units: dict[str, list[Row]] = {}
        for row in rows:
            units.setdefault(owner_of(str(row["key"])), []).append(row)
        return units
