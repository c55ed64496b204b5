"""Text tables: comma, tab or semicolon between cells; UTF-8, UTF-16 with its mark, or GB18030."""

import csv
import io
from collections import Counter

from desktop.domain.errors import Refusal
from desktop.exchange.refusals import MOST_CELLS, MOST_COLUMNS, check_extent, not_a_table, too_large

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
