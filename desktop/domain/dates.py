"""Dates of year, month or day precision as ISO text (`2022`, `2022-11`, `2022-11-07`), from what people write."""

import datetime
import re
import unicodedata

_PARTS = re.compile(
    r"(?P<year>(?:19|20)\d{2})(?:年|[-./]|(?=\d{2}(?:\d{2})?$)|$)"
    r"(?:(?P<month>\d{1,2})(?:月|[-./]|(?<=\d{2})(?=\d{2}$)|$))?"
    r"(?:(?P<day>\d{1,2})日?号?)?"
)
_CLOCK = re.compile(r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$")
_DAY_ZERO = datetime.date(1899, 12, 30)
_SERIALS = range(20_000, 80_000)


def parse_date(value: str | int | float | datetime.date, *, serial: bool = False) -> str | None:
    """The date somebody wrote, or None: `2022.11.7`, `2022年11月`, `20221107`, `2022/11/07`, `2022`, a date object.

    Numbers between 20,000 and 80,000 are days as spreadsheets count them; with `serial` also such numbers in text.
    """
    if isinstance(value, datetime.date):
        return value.isoformat()[:10]
    if isinstance(value, float) and not value.is_integer():
        return _from_serial(int(value)) if int(value) in _SERIALS else None
    text = unicodedata.normalize("NFKC", str(int(value) if isinstance(value, float) else value))
    text = _CLOCK.sub("", text.strip()).replace(" ", "")
    if text.isascii() and text.isdigit() and len(text) == 5 and int(text) in _SERIALS:
        return _from_serial(int(text)) if serial or not isinstance(value, str) else None
    for dash in "–—―−‐‑·":
        text = text.replace(dash, "-")
    found = _PARTS.fullmatch(text.removesuffix("起").removesuffix("-").removesuffix("."))
    return None if found is None else _joined(found["year"], found["month"], found["day"])


def _from_serial(days: int) -> str:
    return (_DAY_ZERO + datetime.timedelta(days=days)).isoformat()


def _joined(year: str, month: str | None, day: str | None) -> str | None:
    if month is None:
        return year if day is None else None
    try:
        first = datetime.date(int(year), int(month), int(day or 1))
    except ValueError:
        return None
    return first.isoformat() if day else first.isoformat()[:7]


def first_day(iso: str) -> str:
    """The first day a date of any precision may mean; dates are compared by it."""
    return f"{iso}-01-01"[:10] if len(iso) == 4 else f"{iso}-01"[:10]


def is_full(iso: str) -> bool:
    """Whether the day is known."""
    return len(iso) == 10


def add_years(iso: str, years: int) -> str:
    """The same date some years later, at the same precision; 29 February becomes 28."""
    later = f"{int(iso[:4]) + years:04d}{iso[4:]}"
    if later.endswith("-02-29") and not _is_leap(int(later[:4])):
        return f"{later[:8]}28"
    return later


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def day_after(iso: str) -> str:
    """The day after a date's first day."""
    return (datetime.date.fromisoformat(first_day(iso)) + datetime.timedelta(days=1)).isoformat()


def quarter(iso: str) -> str:
    """`2026Q4` of a date."""
    return f"{iso[:4]}Q{(int(first_day(iso)[5:7]) - 1) // 3 + 1}"


def quarter_label(code: str) -> str:
    """`2026 年第四季度` of `2026Q4`."""
    return f"{code[:4]} 年第{'一二三四'[int(code[5]) - 1]}季度"


def chinese(iso: str) -> str:
    """`2022年11月7日`: without leading zeros (公文格式)."""
    parts = [int(part) for part in iso.split("-")]
    return "".join(f"{part}{unit}" for part, unit in zip(parts, "年月日", strict=False))
