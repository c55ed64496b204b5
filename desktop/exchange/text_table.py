"""Text tables: read with comma, tab or semicolon between cells, in UTF-8, UTF-16 with its mark, or GB18030; written as
CSV."""

import csv
import io
from collections import Counter
from pathlib import Path

from desktop.domain.document import Document
from desktop.domain.errors import Refusal
from desktop.exchange.legible import legible
from desktop.exchange.refusals import MOST_CELLS, MOST_COLUMNS, check_extent, not_a_table, too_large
from desktop.exchange.table_shape import columns_of, rows_of
from desktop.whole_file import whole_file

_SEPARATORS = (",", "\t", ";")
_SAMPLE_ROWS = 20
_LONGEST_CELL = 200_000


def read_text_table(content: bytes) -> list[list[str]]:
    """The cells of a text table as typed; Refusal if it is no text, or no table of a size an office has."""
    text = _decode(content)
    separator = _separator(text)
    rows: list[list[str]] = []
    cells = 0
    previous = csv.field_size_limit(_LONGEST_CELL)
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            rows.append(row)
            cells += len(row)
            check_extent(len(rows), min(len(row), MOST_COLUMNS + 1))
            if cells > MOST_CELLS:
                raise too_large()
    except csv.Error as error:
        if "limit" in str(error):
            raise Refusal(
                "too_large", f"文本表格里有一格超过 {_LONGEST_CELL // 10_000} 万字，请检查引号是否成对，或把这一格分开"
            ) from error
        raise Refusal("damaged", "文本表格的引号不成对，请用 WPS 打开后另存为 xlsx 再导入") from error
    finally:
        csv.field_size_limit(previous)
    return rows


def _decode(content: bytes) -> str:
    is_wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if is_wide else ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeError:
            continue
        if _reads_as_text(text):
            return text
    raise not_a_table()


def _reads_as_text(text: str) -> bool:
    """Whether control characters are as rare as in text; random bytes can be valid GB18030."""
    sample = text[:20_000]
    odd = sum(1 for letter in sample if letter < " " and letter not in "\t\r\n\f")
    return odd * 100 <= len(sample)


def _separator(text: str) -> str:
    """The separator by which most of the first rows have the same number of cells, the more the better."""
    lines = [line for line in text[:200_000].splitlines() if line.strip()][:_SAMPLE_ROWS]
    best, best_score = _SEPARATORS[0], 0
    for separator in _SEPARATORS:
        try:
            widths = Counter(len(row) for row in csv.reader(lines, delimiter=separator))
        except csv.Error:
            continue
        score = max((count * (width - 1) for width, count in widths.items()), default=0)
        if score > best_score:
            best, best_score = separator, score
    return best


def write_csv(document: Document, path: Path) -> None:
    """Write heading and rows as CSV: UTF-8 with byte order mark (else Excel takes it for GB18030), every
    cell quoted.

    Cells that begin with `= + - @` stay as they are: a prefix would change the data for whatever reads the
    file next, and quoting cannot stop Excel from calculating them; who wants to look at the table in Excel
    takes the xlsx file, where such cells are text. Raises EnvironmentFault `write_failed`.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    table = document.table
    columns = columns_of(table)
    writer.writerow([legible(f"{column.group} {column.label}".strip()) for column in columns])
    for row in rows_of(table)[: len(table.rows)]:
        cells = [
            ("√" if cell else "") if column.tick else cell
            for column, cell in zip(table.columns, row.cells, strict=True)
        ]
        writer.writerow([row.group, *cells] if table.group_label else cells)
    with whole_file(path) as stream:
        stream.write(text.getvalue().encode("utf-8-sig"))
