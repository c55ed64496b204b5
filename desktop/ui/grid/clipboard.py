"""Blocks of cells as Excel and WPS put them on the clipboard: tab-separated, quoted where a cell has line breaks."""

import csv
import io
import re
from collections.abc import Sequence

_QUOTED = re.compile(r'"((?:[^"]++|"")*+)"(?=[\t\n]|\Z)')
_PLAIN = re.compile(r"[^\t\n]*")


def to_text(rows: Sequence[Sequence[str]]) -> str:
    """A block as clipboard text; cells with tabs, quotes or line breaks are quoted."""
    out = io.StringIO()
    csv.writer(out, delimiter="\t", lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def from_text(text: str) -> list[list[str]]:
    """The block in a clipboard text; lines of different length are filled up with blanks. Only a cell that is quoted
    as a whole is taken out of its quotes; other quotes are taken as they stand."""
    rows: list[list[str]] = [[]] if text.strip("\r\n") else []
    place, text = 0, text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
    while place < len(text):
        quoted = _QUOTED.match(text, place)
        if quoted:
            cell, place = quoted[1].replace('""', '"'), quoted.end()
        else:
            found = _PLAIN.match(text, place)
            cell, place = (found[0], found.end()) if found else ("", place)
        rows[-1].append(cell)
        if place == len(text):
            break
        if text[place] == "\n":
            rows.append([])
        elif place == len(text) - 1:
            rows[-1].append("")
        place += 1
    width = max((len(row) for row in rows), default=0)
    return [row + [""] * (width - len(row)) for row in rows]
