"""The user's own workbook given back after an import: what was refused is marked where it stands.

The same file can be imported again: the added 错误说明 column and 导入结果 sheet are passed over, and a later
report takes earlier marks away.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from desktop.exchange.headings import FoundTable
from desktop.exchange.workbook import Sheet, Workbook, parse_workbook, read_content
from desktop.whole_file import whole_file

LARGEST_SOURCE = 20 * 2**20
MOST_ROWS = 50_000
MOST_CELLS = 1_000_000
"""Beyond any of these, only the refused rows are given back."""

Outcome = Literal["added", "changed", "equal", "refused"]


@dataclass(frozen=True)
class RowVerdict:
    """What became of a row: the outcome, and problems: the path of the cell ("" for the row) and why."""

    outcome: Outcome
    problems: tuple[tuple[str, str], ...] = ()

    @property
    def reason(self) -> str:
        """Every problem in one line, or that the row was refused."""
        said = "；".join(dict.fromkeys(message for _, message in self.problems))
        return said or ("未导入" if self.outcome == "refused" else "")


@dataclass(frozen=True)
class Report:
    """What a report is about; `only_refused` where the source is too large to be given back whole."""

    workbook: Workbook
    sheet: Sheet
    found: FoundTable
    verdicts: Mapping[int, RowVerdict]
    only_refused: bool


def write_report(
    source: Path, to: Path, sheet_name: str, found: FoundTable, verdicts: Mapping[int, RowVerdict]
) -> None:
    """Write to `to` (xlsx) the workbook `source` with verdicts on the table `found` of one of its sheets.

    `verdicts` are by line, as `SourceRow.line`. An xlsx keeps its other sheets and its looks, but no macros
    and no formulas in the imported sheet; of any other file the values of that sheet are given. Of a source
    larger than `LARGEST_SOURCE`, `MOST_ROWS` or `MOST_CELLS` only the refused rows are. Refusal if the source
    cannot be read any more, EnvironmentFault if `to` cannot be written.
    """
    from desktop.exchange.report_pages import own_workbook, values_workbook

    content = read_content(source)
    workbook = parse_workbook(content, source)
    sheet = workbook.sheet(sheet_name)
    cells = len(sheet.rows) * len(sheet.rows[0]) if sheet.rows else 0
    is_large = len(content) > LARGEST_SOURCE or len(sheet.rows) > MOST_ROWS or cells > MOST_CELLS
    report = Report(workbook, sheet, found, verdicts, is_large)
    written = (None if is_large else own_workbook(content, report)) or values_workbook(report)
    with whole_file(to) as stream:
        stream.write(written)
