"""Blocks of cells as Excel and WPS put them on the clipboard: tab-separated, quoted where a cell has line breaks."""

import csv
import io
from collections.abc import Sequence


def to_text(rows: Sequence[Sequence[str]]) -> str:
    """A block as clipboard text; cells with tabs, quotes or line breaks are quoted."""
    out = io.StringIO()
    csv.writer(out, delimiter="\t", lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def from_text(text: str) -> list[list[str]]:
    """The block in a clipboard text; lines of different length are filled up with blanks. Quotes that do not pair are
    taken as they stand."""
    if not text:
        return []
    text = text.replace("\r\n", "\n")
    if text.count('"') % 2 or len(text) > csv.field_size_limit():
        rows = [line.split("\t") for line in text.removesuffix("\n").split("\n")]
    else:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter="\t"))
    while rows and rows[-1] == []:
        rows.pop()
    width = max((len(row) for row in rows), default=0)
    return [row + [""] * (width - len(row)) for row in rows]
