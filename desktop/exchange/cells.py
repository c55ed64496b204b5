"""One normaliser for what workbook readers hand over, so that nothing behind it knows which reader it was."""

import datetime
import math
import unicodedata

from desktop.domain.entry import clean

CellValue = None | int | float | str | datetime.date
"""A raw cell: blank is None, a whole number is an int, a day is a date, everything else is clean text."""

_EXACT = 2**53
_ERRORS = frozenset(
    {"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#SPILL!", "#CALC!", "#GETTING_DATA"}
)


def cell_value(raw: object) -> CellValue:
    """The value of a raw cell of any reader.

    Error values are blank. A whole number beyond 2**53 becomes text, since its last digits were lost before
    it was read (see `is_inexact`). A moment becomes a date at midnight, else text `2022-11-07 08:30`.
    """
    if raw is None or isinstance(raw, bool):
        return None if raw is None else ("是" if raw else "否")
    if isinstance(raw, int):
        return str(raw) if abs(raw) > _EXACT else raw
    if isinstance(raw, float):
        return _number(raw)
    if isinstance(raw, datetime.date | datetime.time):
        return _moment(raw)
    text = _clean(str(raw))
    return None if not text or text in _ERRORS else text


def is_inexact(raw: object) -> bool:
    """Whether the file kept a number longer than workbooks can, so that its last digits are already wrong."""
    return isinstance(raw, int | float) and math.isfinite(raw) and abs(raw) > _EXACT


def _moment(raw: datetime.date | datetime.time) -> CellValue:
    if isinstance(raw, datetime.time):
        return raw.replace(tzinfo=None, microsecond=0).isoformat().removesuffix(":00")
    if not isinstance(raw, datetime.datetime):
        return raw
    if raw.time() == datetime.time():
        return raw.date()
    return raw.replace(tzinfo=None, microsecond=0).isoformat(" ").removesuffix(":00")


def _clean(text: str) -> str:
    """`entry.clean`, with a short way for the many cells that hold nothing to clean."""
    if text.isprintable() and unicodedata.is_normalized("NFC", text) and "_x" not in text:
        return text.strip()
    return clean(text)


def _number(raw: float) -> CellValue:
    if not math.isfinite(raw):
        return None
    if not raw.is_integer():
        return raw
    return str(int(raw)) if abs(raw) > _EXACT else int(raw)


def column_letters(index: int) -> str:
    """The letters of the column at a 0-based index, as WPS shows them: 0 is A, 26 is AA."""
    letters = ""
    while index >= 0:
        index, rest = divmod(index, 26)
        letters = chr(ord("A") + rest) + letters
        index -= 1
    return letters
