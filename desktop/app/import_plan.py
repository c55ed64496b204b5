"""What an import would do, row by row: a value that is shown, reported and carried out."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from desktop.domain.record import Cell
from desktop.domain.standard_words import Status
from desktop.domain.validity import word_to_status
from desktop.exchange.cells import CellValue
from desktop.exchange.headings import FoundTable

Outcome = Literal["added", "changed", "equal", "refused"]


NAMED, WORDS = 5, 16
"""Rows or columns named in a remark at most, and letters that tell of each."""


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
    typed: dict[str, CellValue] = field(default_factory=dict)
    """Column path → what stands in the file, or what a person put there since."""
    remark: str = ""


@dataclass(frozen=True)
class FileCell:
    """A cell of a file, however its columns are read: its line, which of the rows of that line it is of (a line may
    hold several standards), and its column from 0."""

    line: int
    part: int
    column: int


def parts(lines: Iterable[int]) -> list[int]:
    """For rows in their order, given by their lines: which of the rows of its line each one is, from 0."""
    met: Counter[int] = Counter()
    found = []
    for line in lines:
        found.append(met[line])
        met[line] += 1
    return found


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
    missing: tuple[tuple[str, str], ...] = ()
    """(key, name) of exported rows that were taken out of the file."""
    to_delete: tuple[str, ...] = ()
    """Keys of those of them that a person wants deleted."""
    notes: tuple[str, ...] = ()
    """What else is to be known of the file."""
    remembers: str = ""
    """What a person decided about the columns, to be kept for files of the same layout."""

    def of(self, outcome: Outcome) -> list[PlannedRow]:
        """The rows with one outcome."""
        return [row for row in self.rows if row.outcome == outcome]

    def counts(self) -> dict[str, int]:
        """How many rows have each outcome."""
        return {word: len(self.of(word)) for word in ("added", "changed", "equal", "refused")}

    @property
    def remarks(self) -> list[str]:
        """What a person should know beyond the counts."""
        remarks = [*self.notes, *(f"第 {row.line} 行{row.remark}" for row in self.rows if row.remark)]
        if self.other_sheets:
            names = "、".join(self.other_sheets)
            remarks.append(f"只读了工作表“{self.sheet}”，没有读：{names}；需要时请分别另存后导入")
        kept = [row for row in self.rows if row.outcome != "refused"]
        if dead := sum(_said_dead(row.values) for row in kept):
            remarks.append(f"{dead} 行原表写着废止或被代替，但没有废止日期，状态按日期推算，不会算作废止，请补废止日期")
        if self.ledger == "detail_entry" and (
            loose := sum("node" in row.fixed and not row.fixed["node"] for row in kept)
        ):
            remarks.append(f"{loose} 行的体系编号对不上体系节点，没有归入节点，可在“标准明细”里改体系节点")
        if self.passed_over:
            lines = [f"第 {line} 行（{words[:WORDS]}）" for line, words in self.passed_over]
            remarks.append(f"{len(lines)} 行没有当作数据：{some(lines)}")
        return remarks


def some(words: Sequence[str]) -> str:
    """The first of them, and whether there are more."""
    return "、".join(words[:NAMED]) + (" 等" if len(words) > NAMED else "")


def _said_dead(values: dict[str, Cell]) -> bool:
    status = word_to_status(str(values.get("standard.source_status") or ""))
    return status in (Status.WITHDRAWN, Status.SUPERSEDED) and not values.get("standard.withdrawn_on")
