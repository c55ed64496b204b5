"""Where in a sheet the table begins and which of its columns is which of ours, judged by what cells say."""

import dataclasses
import hashlib
import itertools
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from desktop.domain import numbers
from desktop.domain.errors import Refusal
from desktop.domain.record import Column
from desktop.exchange.cells import column_letters
from desktop.exchange.heading_names import HeadingNames
from desktop.exchange.own_workbook import KEY_HEADING, Stamp
from desktop.exchange.workbook import Sheet, Workbook

REASON_HEADING = "错误说明"
"""The column that a report adds to a user's workbook; an import passes over it."""

RESULT_SHEET = "导入结果"
"""The sheet that a report adds to a user's workbook; an import passes over it."""

REFUSED_SHEET = "仅含错误行"
"""The sheet that a report adds with the refused rows alone; an import takes it if it was worked on, or is alone."""

_ROWS_LOOKED_AT = 30
_DEEPEST = 3
_LEAST_MAPPED = 2


@dataclass(frozen=True)
class FoundTable:
    """A table in a sheet. Rows and columns are 0-based indexes into `Sheet.rows`.

    `headings` has one text for each column of the sheet, two-row headings joined as `日期/发布`, none as "".
    `mapping` tells the path of a column that is ours, `unmapped` the unique heading of one that is not;
    running numbers and our own 错误说明 are in neither. `layout_key` is the same for all files with the same
    headings.
    `confidence` (0 to 1) is the share of headings that were recognised, the less certain counting less.
    """

    heading_row: int
    first_data_row: int
    mapping: dict[int, str]
    unmapped: dict[int, str]
    headings: tuple[str, ...]
    layout_key: str
    confidence: float

    def with_mapping(self, mapping: Mapping[int, str], left_out: Collection[int] = ()) -> "FoundTable":
        """The same table read as a person decided; columns taken out of the mapping become unmapped, unless they are
        `left_out` altogether."""
        offered = _unique({**self.unmapped, **{at: self.headings[at] for at in self.mapping}})
        unmapped = {at: heading for at, heading in offered.items() if at not in mapping and at not in left_out}
        return dataclasses.replace(self, mapping=dict(mapping), unmapped=unmapped)

    @property
    def reason_column(self) -> int | None:
        """Where an earlier report wrote its 错误说明, if it did."""
        return self.headings.index(REASON_HEADING) if REASON_HEADING in self.headings else None

    @property
    def key_column(self) -> int | None:
        """Where an export of this program wrote the keys of its rows, if it did."""
        return self.headings.index(KEY_HEADING) if KEY_HEADING in self.headings else None


@dataclass(frozen=True)
class _Candidate:
    top: int
    depth: int
    parts: tuple[tuple[str, ...], ...]
    mapping: dict[int, str]
    score: float


def fold(text: str) -> str:
    """A heading without what people write differently: width, case, blanks and punctuation."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", text).casefold() if letter.isalnum())


def naming_columns(columns: Sequence[Column]) -> tuple[Column, ...]:
    """The columns by which a person knows a row, such as 标准号 and 标准名称; a table has one at least."""
    own = [column for column in columns if column.plain is None and column.editable]
    return tuple(
        column
        for column in own
        if column.field.required or column.field.name == "number" or column.field.name.endswith("title")
    ) or tuple(own)


def stamped_table(sheet: Sheet, stamp: Stamp, columns: Sequence[Column]) -> FoundTable | None:
    """The table of a workbook this program wrote, its columns known from the stamp; None if its headings are gone."""
    paths = {column.path for column in columns}
    known = {re.sub(r"\s+", "", heading): path for heading, path in stamp.columns.items()}
    lines = [_heading_line(sheet, row) for row in range(min(_ROWS_LOOKED_AT, len(sheet.rows)))]
    fitting = [sum(heading in known for heading in set(line)) for line in lines]
    if not fitting or max(fitting) < _LEAST_MAPPED:
        return None
    top = fitting.index(max(fitting))
    headings = tuple(lines[top])
    first = {heading: at for at, heading in reversed(list(enumerate(headings)))}
    mapping = {at: known[heading] for heading, at in sorted(first.items(), key=lambda pair: pair[1])
               if known.get(heading) in paths}  # fmt: skip
    ours = {*known, KEY_HEADING, REASON_HEADING, ""}
    unmapped = _unique({at: heading for at, heading in enumerate(headings) if heading not in ours})
    return FoundTable(top, top + 1, mapping, unmapped, headings, _layout_key(headings), 1.0)


def table_at(
    sheet: Sheet, row: int, columns: Sequence[Column], synonyms: Mapping[str, Sequence[str]], depth: int = 1
) -> FoundTable:
    """The table whose headings a person says begin in a row (from 0), whatever they say; Refusal if it has none."""
    names = HeadingNames(columns, synonyms, fold)
    found = _candidate(sheet, row, depth, names)
    if found is None or not any(found.parts):
        raise Refusal("no_headings", f"第 {row + 1} 行没有列名，请换一行作表头")
    return _table(sheet, found, names)


def find_table(sheet: Sheet, columns: Sequence[Column], synonyms: Mapping[str, Sequence[str]]) -> FoundTable | None:
    """The best table of a sheet, or None if no row of its beginning reads like its headings.

    `synonyms` gives further words for a column by its path. Columns that are only shown are never mapped.
    """
    names = HeadingNames(columns, synonyms, fold)
    naming = {column.path for column in naming_columns(columns)}
    best: _Candidate | None = None
    beginning = tuple(span for span in sheet.merged if span[0] < _ROWS_LOOKED_AT + _DEEPEST)
    head = dataclasses.replace(sheet, merged=beginning)
    for top in range(min(_ROWS_LOOKED_AT, len(sheet.rows))):
        least = _merged_depth(head, top)
        for depth in range(least, _DEEPEST + 1):
            if depth > least and _holds_data(head, top + depth - 1):
                break
            found = _candidate(head, top, depth, names)
            if found is None or not _is_heading(found, naming, names):
                continue
            if best is None or (found.score, -found.depth) > (best.score, -best.depth):
                best = found
    return None if best is None else _table(sheet, best, names)


def best_sheet(
    workbook: Workbook, columns: Sequence[Column], synonyms: Mapping[str, Sequence[str]]
) -> tuple[Sheet, FoundTable]:
    """The visible sheet that holds the best table, and the table. Refusal `no_table` if there is none."""
    found = [
        (table, sheet)
        for sheet in workbook.sheets
        if sheet.visible and sheet.name != RESULT_SHEET and (table := find_table(sheet, columns, synonyms))
    ]
    if not found:
        labels = "”或“".join(column.label for column in naming_columns(columns)[:2])
        raise Refusal("no_table", f"没有找到含“{labels}”列的表，请检查表头的列名和工作表是否隐藏后再导入")
    table, sheet = max(found, key=_rank)
    return sheet, table


def _rank(pair: tuple[FoundTable, Sheet]) -> tuple[bool, float, int]:
    """The better a table reads and the longer it is; refused rows of an earlier report come last."""
    table, sheet = pair
    return sheet.name != REFUSED_SHEET, len(table.mapping) + table.confidence, len(sheet.rows)


def _merged_depth(sheet: Sheet, top: int) -> int:
    """How many rows the headings beginning at `top` have at least, as vertical merges show."""
    spans = (bottom - first + 1 for first, _, bottom, _ in sheet.merged if first == top and bottom > first)
    return max((span for span in spans if span <= _DEEPEST), default=1)


def _holds_data(sheet: Sheet, row: int) -> bool:
    """Whether a row has what headings do not have: numbers, days, the number of a standard."""
    cells = sheet.rows[row] if row < len(sheet.rows) else []
    return any(numbers.parse(cell) is not None if isinstance(cell, str) else cell is not None for cell in cells)


def _candidate(sheet: Sheet, top: int, depth: int, names: HeadingNames) -> _Candidate | None:
    if top + depth > len(sheet.rows):
        return None
    lines = [_heading_line(sheet, row) for row in range(top, top + depth)]
    for upper, lower in itertools.pairwise(lines):
        for at in range(1, len(upper)):
            if not upper[at] and lower[at]:
                upper[at] = upper[at - 1]
    parts = tuple(tuple(dict.fromkeys(text for text in column if text)) for column in zip(*lines, strict=True))
    mapping, score = names.assign(parts)
    return _Candidate(top, depth, parts, mapping, score)


def _heading_line(sheet: Sheet, row: int) -> list[str]:
    """The texts of a row, those merged to the right repeated; numbers and dates are no headings."""
    line = [re.sub(r"\s+", "", cell) if isinstance(cell, str) else "" for cell in sheet.rows[row]]
    for top, left, _bottom, right in sheet.merged:
        if top == row and right > left and left < len(line):
            line[left : right + 1] = [line[left]] * (min(right + 1, len(line)) - left)
    return line


def _is_heading(found: _Candidate, naming: set[str], names: HeadingNames) -> bool:
    mapped = set(found.mapping.values())
    if not mapped & naming:
        return False
    return len(mapped) >= _LEAST_MAPPED or any(names.is_exact(found.parts[at]) for at in found.mapping)


def _table(sheet: Sheet, best: _Candidate, names: HeadingNames) -> FoundTable:
    headings = tuple("/".join(parts) for parts in best.parts)
    first = best.top + best.depth
    offered: dict[int, str] = {}
    for at, heading in enumerate(headings):
        if at in best.mapping or names.is_ignored(heading) or heading in (KEY_HEADING, REASON_HEADING):
            continue
        if heading:
            offered[at] = heading
        elif any(row[at] is not None for row in sheet.rows[first:]):
            offered[at] = f"{column_letters(at)} 列"
    known = len(best.mapping) + sum(1 for at in offered if headings[at])
    return FoundTable(
        best.top,
        first,
        best.mapping,
        _unique(offered),
        headings,
        _layout_key(headings),
        best.score / max(known, 1),
    )


def _unique(headings: Mapping[int, str]) -> dict[int, str]:
    taken: set[str] = set()
    found = {}
    for at, heading in sorted(headings.items()):
        name, copy = heading, 2
        while name in taken:
            name, copy = f"{heading}（{copy}）", copy + 1
        taken.add(name)
        found[at] = name
    return found


def _layout_key(headings: Sequence[str]) -> str:
    folded = [fold(heading) for heading in headings if heading not in (KEY_HEADING, REASON_HEADING)]
    text = "\x1f".join(folded).rstrip("\x1f")
    return hashlib.sha256(text.encode()).hexdigest()[:32]
