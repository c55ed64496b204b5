"""Dates of year, month or day precision as ISO text (`2022`, `2022-11`, `2022-11-07`).

Dates are compared by their first day. Functions that take `iso` expect what `parse_date` returns and raise
ValueError for anything else.
"""

import datetime
import re

from desktop.domain.pinyin import fold

_WRITTEN = re.compile(
    r"(?P<year>(?:19|20)\d{2})(?:年|[-./](?P<month>\d{1,2})(?:[-./](?P<day>\d{1,2}))?"
    r"|年(?P<month_word>\d{1,2})(?:月|月(?P<day_word>\d{1,2})[日号])"
    r"|(?P<month_glued>\d{2})(?P<day_glued>\d{2})?)?",
    re.ASCII,
)
_CLOCK = re.compile(r"[t ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:z|\+\d{2}:?\d{2})?$", re.ASCII)
_MONTH_AS_NUMBER = re.compile(r"(?:19|20)\d{2}\.\d{2}", re.ASCII)
_ISO = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?", re.ASCII)
_LONGEST = 60
_DAY_ZERO = datetime.date(1899, 12, 30)
_SERIALS = range(20_000, 73_051)
"""Days as spreadsheets count them, from 1954 to 2099; smaller numbers are years or no dates."""


def parse_date(value: str | int | float | datetime.date, *, serial: bool = False) -> str | None:
    """The date somebody wrote, or None: `2022.11.7`, `2022年11月`, `20221107`, `2022/11/07`, a date object.

    Only years 1900 to 2099 count. Numbers between 20,000 and 73,050 are days as spreadsheets count them; with
    `serial` also such numbers in text. The number 2022.1 is none: it may have been January or October.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, datetime.date):
        return value.isoformat()[:10] if 1900 <= value.year < 2100 else None
    if isinstance(value, float):
        return _from_float(value)
    if isinstance(value, int):
        return _from_serial(value) if value in _SERIALS else _from_text(str(value)[:_LONGEST])
    if len(value) > _LONGEST:
        return None
    text = fold(value).strip()
    if serial and re.fullmatch(r"\d{5}(?:\.\d+)?", text, re.ASCII) and int(text[:5]) in _SERIALS:
        return _from_serial(int(text[:5]))
    return _from_text(text)


def is_iso(text: str) -> bool:
    """Whether a text is a date as it is stored: ISO, of a day, a month or a year, within the years that count."""
    if len(text) == len("2022-11-07"):
        try:
            return "1900" <= text < "2100" and datetime.date.fromisoformat(text).isoformat() == text
        except ValueError:
            return False
    return parse_date(text) == text


def _from_float(value: float) -> str | None:
    if value in _SERIALS or (_SERIALS.start < value < _SERIALS.stop):
        return _from_serial(int(value))
    if value.is_integer() and 0 < value < 1e8:
        return _from_text(str(int(value)))
    shown = repr(value)
    return _from_text(shown) if _MONTH_AS_NUMBER.fullmatch(shown) else None


def _from_serial(days: int) -> str:
    return (_DAY_ZERO + datetime.timedelta(days=days)).isoformat()


def _from_text(text: str) -> str | None:
    bare = "".join(_CLOCK.sub("", text).split()).removesuffix("起").rstrip("-./")
    found = _WRITTEN.fullmatch(bare)
    if found is None:
        return None
    month = found["month"] or found["month_word"] or found["month_glued"]
    day = found["day"] or found["day_word"] or found["day_glued"]
    if month is None:
        return found["year"]
    try:
        first = datetime.date(int(found["year"]), int(month), int(day or 1))
    except ValueError:
        return None
    return first.isoformat() if day else first.isoformat()[:7]


def first_day(iso: str) -> str:
    """The first day a date of any precision may mean; dates are compared by it."""
    if _ISO.fullmatch(iso) is None:
        raise ValueError(iso)
    return f"{iso}-01-01"[:10]


def is_full(iso: str) -> bool:
    """Whether the day is known."""
    return len(iso) == 10


def day_after(iso: str) -> str:
    """The day after a date's first day; the last day there is stays itself."""
    day = datetime.date.fromisoformat(first_day(iso))
    return (day if day == datetime.date.max else day + datetime.timedelta(days=1)).isoformat()


def quarter(iso: str) -> str:
    """`2026Q4` of a date, by its first day."""
    day = first_day(iso)
    return f"{day[:4]}Q{(int(day[5:7]) + 2) // 3}"


def quarter_label(code: str) -> str:
    """`2026年第四季度` of `2026Q4`."""
    if re.fullmatch(r"\d{4}Q[1-4]", code, re.ASCII) is None:
        raise ValueError(code)
    return f"{code[:4]}年第{'一二三四'[int(code[5]) - 1]}季度"


def chinese(iso: str) -> str:
    """`2022年11月7日`, `2022年11月`, `2022年`: without leading zeros (GB/T 9704)."""
    first_day(iso)
    return "".join(f"{int(part)}{unit}" for part, unit in zip(iso.split("-"), "年月日", strict=False))
