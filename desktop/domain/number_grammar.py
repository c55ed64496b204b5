"""The grammar of standard numbers (handbook 4.2): from real spellings to named pieces of text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache

from desktop.domain.pinyin import fold

LONGEST = 200
"""Characters of a number at most; a longer text is none."""


class Family(Enum):
    """Which rule of the grammar a number follows."""

    NATIONAL = auto()
    INDUSTRY = auto()
    LOCAL = auto()
    GROUP = auto()
    ENTERPRISE = auto()
    INTERNATIONAL = auto()
    CONSTRUCTION = auto()


@dataclass(frozen=True)
class Reading:
    """A number taken apart: upper-case text, '' for what is absent. `mark` is `T`, `Z` or ''."""

    family: Family
    code: str
    mark: str = ""
    region: str = ""
    body: str = ""
    category: str = ""
    sequence: str = ""
    parts: tuple[str, ...] = ()
    year: str = ""
    amendment: str = ""
    adopted: str = ""
    edition: str = ""


_SEQUENCE = r"(?P<sequence>\d{1,6})(?P<parts>(?:\.\d{1,3})*)"
_YEAR = r"(?:-(?P<year>(?:19|20)\d{2}|\d{2}))?"
_NUMBER = _SEQUENCE + _YEAR
_GAP = "[ _-]?"
_REGION = r"(?P<region>\d{6}|\d{4}|\d{2})"
_FOREIGN = (
    r"(?P<code>ISO/IEC|ISO|IEC)(?:[/ ](?P<category>TR|TS|PAS|GUIDE))? ?"
    r"(?P<sequence>\d{1,6})(?P<parts>(?:-\d{1,4}){0,3})(?::(?P<year>\d{4}))?"
)
_BEHIND = (
    r"(?:[/ ]?(?P<amendment>XG\d{1,2}-\d{4}))?"
    r"(?:(?:/| ?IDT ?)(?P<adopted>(?:ISO|IEC)[ /A-Z0-9:-]{1,40}))?"
)
_OFFICE = r"(?P<body>[A-Z0-9\u4e00-\u9fff]{1,12}) (?:(?P<category>[A-Z]{1,4}) ?)?"
_OFFICE_GLUED = r"(?P<joined>[A-Z0-9\u4e00-\u9fff]{0,11}[A-Z\u4e00-\u9fff])"
_OWN_SEQUENCE = r"(?P<sequence>\d{1,12}(?:[.-]\d{1,3})*?)"

_RULES: tuple[tuple[Family, str], ...] = (
    # GBZ is a code of its own: only a written separator makes it GB/Z.
    (Family.NATIONAL, rf"(?P<code>GBZ)(?:[/_ -]?(?P<mark>T){_GAP}| ?){_NUMBER}"),
    (
        Family.NATIONAL,
        rf"(?P<code>GB)(?:(?:[/_ -]?(?=T)|[/_ -](?=Z))(?P<mark>[TZ]))?{_GAP}{_NUMBER}{_BEHIND}",
    ),
    (Family.LOCAL, rf"(?P<code>DBJ) ?{_REGION}(?:[/_ -]?(?P<mark>T){_GAP}|[/ -]){_NUMBER}"),
    # Without a mark a blank after DB would make it the code of earthquake standards.
    (Family.LOCAL, rf"(?P<code>DB) ?{_REGION}[/_ -]?(?P<mark>[TZ]){_GAP}{_NUMBER}"),
    (Family.LOCAL, rf"(?P<code>DB){_REGION}[/ ]{_NUMBER}"),
    (Family.GROUP, rf"(?P<code>T)[/_-](?=\d*[A-Z])(?P<body>[A-Z0-9]{{2,12}})[ _]{_NUMBER}"),
    (Family.GROUP, rf"(?P<code>T)[/_-](?P<body>[A-Z0-9]{{1,11}}[A-Z]){_NUMBER}"),
    (
        Family.ENTERPRISE,
        rf"(?P<code>Q)/(?:{_OFFICE}|{_OFFICE_GLUED}){_OWN_SEQUENCE}(?:-(?P<year>(?:19|20)\d{{2}}))?",
    ),
    (Family.INTERNATIONAL, _FOREIGN),
    (Family.CONSTRUCTION, rf"(?P<code>建标) ?{_NUMBER}"),
    (Family.INDUSTRY, rf"(?P<code>[A-Z]{{2,8}})(?:[/_ -](?P<mark>[TZ]))?(?P<gap>{_GAP}){_NUMBER}"),
)

_ADOPTED = re.compile(_FOREIGN, re.ASCII)

_OCR_DASH = re.compile(r"(?<=[0-9]) ?[一ー]{1,2} ?(?=[0-9])")
_AROUND = tuple((re.compile(f" ?{mark} ?"), plain) for mark, plain in (("-+", "-"), ("/", "/"), (":", ":")))
_POINT = re.compile(r"(?<=[0-9]) ?\. ?(?=[0-9])")
_QUOTED = "[\"“”'‘’]([^\"“”'‘’]*)[\"“”'‘’]"
_WRAPPED = re.compile(rf"《([^《》]*)》|〈([^〈〉]*)〉|\(([^()]*)\)|\[([^\[\]]*)\]|{_QUOTED}")
_NOTE = re.compile(r" ?[(\[]([^()\[\]]{1,40})[)\]]$")
_EDITION = re.compile(r"((?:19|20)\d{2}) ?年?版", re.ASCII)
_EDITION_BEHIND = re.compile(r"(?<=\d)[ ,]((?:19|20)\d{2}) ?年版$", re.ASCII)
_MOST_NOTES = 6


@cache
def _rules() -> tuple[tuple[Family, re.Pattern[str]], ...]:
    """The rules compiled, when the first number is read."""
    return tuple((family, re.compile(pattern, re.ASCII)) for family, pattern in _RULES)


def plain(text: str) -> str:
    """Any text without differences of width, case, dashes and blanks."""
    return " ".join(fold(text).upper().split())


def prepared(text: str) -> tuple[str, str]:
    """A text in the grammar's spelling, and the edition (`2018年版`) behind it; other notes are dropped."""
    clean = _OCR_DASH.sub("-", plain(text))
    for pattern, mark in _AROUND:
        clean = pattern.sub(mark, clean)
    clean, edition = _POINT.sub(".", clean), ""
    for _ in range(_MOST_NOTES):
        clean = clean.strip(" .,;:。、")
        wrapped = _WRAPPED.fullmatch(clean)
        if wrapped is not None:
            clean = next(inner for inner in wrapped.groups() if inner is not None)
            continue
        note = _NOTE.search(clean) or _EDITION_BEHIND.search(clean)
        # A bare number in brackets is no note: it may be the year.
        if note is None or not (note.re is _EDITION_BEHIND or any(letter.isalpha() for letter in note[1])):
            break
        if note.re is _EDITION_BEHIND or _EDITION.fullmatch(note[1].strip()):
            edition = edition or f"{note[1].strip()[:4]}年版"
        clean = clean[: note.start()]
    return clean, edition


def read(text: str, codes: Mapping[str, str]) -> Reading | None:
    """The pieces of the number in `text`, or None if no rule fits; `codes` are the known industry codes."""
    clean, edition = prepared(text)
    for family, pattern in _rules():
        found = pattern.fullmatch(clean)
        if found is not None and (reading := _reading(family, found.groupdict(default=""), edition, codes)):
            return reading
    return None


def _reading(family: Family, piece: dict[str, str], edition: str, codes: Mapping[str, str]) -> Reading | None:
    code, mark, year = piece["code"], piece.get("mark", ""), piece["year"]
    sequence, parts, category = piece["sequence"], _split(piece.get("parts", "")), piece.get("category", "")
    adopted = ""
    match family:
        case Family.INDUSTRY:
            code, mark = _industry(code, mark, codes)
            # JC 101 and JC 101-01 are places in somebody's system, not standards of an industry.
            # DB glued to digits is a local number with something missing, DB and a blank is 地震.
            dated = piece["gap"] in (" ", "" if code != "DB" else " ") and (len(year) == 4 or year >= "50")
            if code not in codes or not (mark or dated):
                return None
        case Family.ENTERPRISE if "-" not in sequence:
            sequence, *rest = sequence.split(".")
            parts = tuple(rest)
        case Family.INTERNATIONAL:
            parts, year = _foreign_year(parts, year)
        case Family.NATIONAL if piece.get("adopted"):
            adopted = _foreign_text(piece["adopted"])
            if not adopted:
                return None
    body = piece.get("body", "") or piece.get("joined", "")
    return Reading(
        family, code, mark, piece.get("region", ""), body, category, sequence, parts, _full_year(year),
        piece.get("amendment", ""), adopted, edition,
    )  # fmt: skip


def _split(parts: str) -> tuple[str, ...]:
    return tuple(re.split("[.-]", parts[1:])) if parts else ()


def _full_year(year: str) -> str:
    if len(year) != 2:
        return year
    return f"19{year}" if year >= "50" else f"20{year}"


def _industry(code: str, mark: str, codes: Mapping[str, str]) -> tuple[str, str]:
    if code not in codes and not mark and code.endswith("T"):
        return code[:-1], "T"
    return code, mark


def _foreign_year(parts: tuple[str, ...], year: str) -> tuple[tuple[str, ...], str]:
    """ISO 9001-2015 is often written for ISO 9001:2015."""
    if not year and parts and re.fullmatch(r"(?:19|20)\d{2}", parts[-1], re.ASCII):
        return parts[:-1], parts[-1]
    return parts, year


def _foreign_text(text: str) -> str:
    found = _ADOPTED.fullmatch(text.strip())
    if found is None:
        return ""
    piece = found.groupdict(default="")
    parts, year = _foreign_year(_split(piece["parts"]), piece["year"])
    return foreign_text(piece["code"], piece["category"], piece["sequence"], parts, year)


def foreign_text(code: str, category: str, sequence: str, parts: tuple[str, ...], year: str) -> str:
    """`ISO/IEC Guide 2:2004`, `ISO/TR 9241-100:2010`, `IEC TR 62380:2004`."""
    kind = {"": "", "GUIDE": " Guide"}.get(category, f"{'/' if code == 'ISO' else ' '}{category}")
    return f"{code}{kind} {'-'.join((sequence, *parts))}" + (f":{year}" if year else "")
