"""What an import would do, row by row: a value that is shown, reported and carried out."""

from dataclasses import dataclass, field
from typing import Literal

from desktop.domain.record import Cell
from desktop.exchange.headings import FoundTable

Outcome = Literal["added", "changed", "equal", "refused"]


@dataclass(frozen=True)
class CellChange:
    """A cell that an import would change."""

    path: str
    old: Cell
    new: Cell


@dataclass(frozen=True)
class PlannedRow:
    """One row of the file and what becomes of it.

    `values` are cells by column path; `key` the row it changes; `fixed` cells set beside the typed ones; `joins` names
    an earlier row of the same file whose standard this row places once more. `problems` are (path or '', sentence).
    """

    line: int
    outcome: Outcome
    values: dict[str, Cell]
    key: str = ""
    fixed: dict[str, Cell] = field(default_factory=dict)
    joins: str = ""
    identity: str = ""
    changes: tuple[CellChange, ...] = ()
    problems: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Plan:
    """A judged file. `labels` are spare fields that get the headings of unknown columns."""

    ledger: str
    file_name: str
    sha256: str
    sheet: str
    other_sheets: tuple[str, ...]
    found: FoundTable
    made_at: int
    """Number of the newest step when the plan was made; it is carried out only while nothing else was written."""
    rows: tuple[PlannedRow, ...]
    passed_over: tuple[tuple[int, str], ...]
    labels: dict[str, str]
    headings: dict[str, str]
    """Column path → heading in the file, for the preview."""

    def of(self, outcome: Outcome) -> list[PlannedRow]:
        """The rows with one outcome."""
        return [row for row in self.rows if row.outcome == outcome]

    def counts(self) -> dict[str, int]:
        """How many rows have each outcome."""
        return {word: len(self.of(word)) for word in ("added", "changed", "equal", "refused")}
