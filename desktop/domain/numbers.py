"""Standard numbers: parse, normalise, order, series and edition (handbook 4.1, 4.2); numbers of documents.

Nothing is guessed: without `/T` a number is mandatory, a glued number is none. Sequence digits stay text
(`0418`). Internal numbers are free text and need not parse.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from desktop.domain import number_grammar
from desktop.domain.industry_codes import INDUSTRY_CODES
from desktop.domain.number_grammar import LONGEST, Family, Reading, foreign_text, plain, prepared
from desktop.domain.standard_words import Level, Nature

_LEVELS = {
    Family.NATIONAL: Level.NATIONAL,
    Family.INDUSTRY: Level.INDUSTRY,
    Family.GROUP: Level.GROUP,
    Family.ENTERPRISE: Level.ENTERPRISE,
    Family.INTERNATIONAL: Level.INTERNATIONAL,
    Family.CONSTRUCTION: Level.CONSTRUCTION,
}
_LOCAL_LEVELS = {2: Level.PROVINCIAL, 4: Level.MUNICIPAL, 6: Level.COUNTY}
_WITH_NATURE = frozenset({Level.NATIONAL, Level.INDUSTRY, Level.PROVINCIAL, Level.MUNICIPAL, Level.COUNTY})
_MARKS = {"": Nature.MANDATORY, "T": Nature.RECOMMENDED, "Z": Nature.GUIDANCE}
_SUFFIXES = {None: "", Nature.MANDATORY: "", Nature.RECOMMENDED: "/T", Nature.GUIDANCE: "/Z"}

KIND_ORDER = (
    "GB", "GB/T", "GB/Z", "GBZ", "GBZ/T", "construction", "industry", "provincial", "municipal", "county",
    "group", "internal", "international",
)  # fmt: skip
"""Order of kinds in lists: national ones by code, the others by level. An office may use another."""


@dataclass(frozen=True)
class StandardNumber:
    """A number in parts.

    `nature` is None where the form says nothing of it (T/, Q/, ISO, 建标). `region` is the area code of a
    local standard, `body` the code of a group or company, `category` the letters before an internal sequence
    or `TR`, `GUIDE` of an international one. `amendment` is `XG1-2020`, `edition` `2018年版`, `adopted` the
    other half of `GB/T …/ISO …`.
    """

    level: Level
    code: str
    nature: Nature | None
    region: str
    body: str
    category: str
    sequence: str
    parts: tuple[str, ...]
    year: str
    amendment: str = ""
    edition: str = ""
    adopted: str = ""
    original: str = field(default="", compare=False)

    @property
    def text(self) -> str:
        """The form for searching and file names: `GB/T 1.1-2020`."""
        edition = f"({self.edition})" if self.edition else ""
        return self._written() + edition

    def _written(self) -> str:
        if self.level is Level.INTERNATIONAL:
            return foreign_text(self.code, self.category, self.sequence, self.parts, self.year)
        year = f"-{self.year}" if self.year else ""
        amendment = f"/{self.amendment}" if self.amendment else ""
        adopted = f"/{self.adopted}" if self.adopted else ""
        return f"{self._head()} {'.'.join((self.sequence, *self.parts))}{year}{amendment}{adopted}"

    def _head(self) -> str:
        if self.level in (Level.GROUP, Level.ENTERPRISE):
            return f"{self.code}/{self.body} {self.category}".rstrip()
        return f"{self.code}{self.region}{_SUFFIXES[self.nature]}"

    @property
    def key(self) -> str:
        """The identity of this edition, whatever its spelling."""
        code = self.code + _SUFFIXES[self.nature]
        return "|".join((self._stem(code), self.year, self.amendment, self.edition))

    @property
    def series(self) -> str:
        """The identity without year and nature: all editions share it (GB/T 17167 became GB 17167)."""
        return self._stem(self.code)

    def _stem(self, code: str) -> str:
        place = " ".join(piece for piece in (self.region, self.body, self.category) if piece)
        return "|".join((self.level, code, place, self.sequence, ".".join(self.parts)))

    @property
    def order(self) -> str:
        """A plain text that sorts as numbers should: kind, code, sequence and parts by value, year."""
        return self.ordered(KIND_ORDER)

    def ordered(self, kinds: Sequence[str]) -> str:
        """The same by another order of kinds; those not named come after the named ones."""
        suffix = _SUFFIXES[self.nature]
        kind = self.code + suffix if self.level is Level.NATIONAL else self.level.value
        if self.level is Level.ENTERPRISE:
            return _placed(kind, kinds) + _natural(self.text)
        place = " ".join((self.region, self.code, self.body, self.category))
        digits = ".".join(_natural(part) for part in (self.sequence, *self.parts))
        return f"{_placed(kind, kinds)}{place} {digits} {self.year} {suffix} {self.amendment} {self.edition}"


def parse(text: str, codes: Mapping[str, str] = INDUSTRY_CODES) -> StandardNumber | None:
    """The number written in `text`, or None if it is none by the grammar; never raises.

    `codes` are the industry codes known. `JC 101` is a place in somebody's system and no number.
    """
    reading = number_grammar.read(text, codes) if len(text) <= LONGEST else None
    return None if reading is None else _number(reading, text)


def _number(reading: Reading, original: str) -> StandardNumber:
    level = _LEVELS.get(reading.family) or _LOCAL_LEVELS[len(reading.region)]
    nature = _MARKS[reading.mark] if level in _WITH_NATURE else None
    return StandardNumber(
        level, reading.code, nature, reading.region, reading.body, reading.category, reading.sequence,
        reading.parts, reading.year, reading.amendment, reading.edition, reading.adopted, original,
    )  # fmt: skip


def identity(text: str, codes: Mapping[str, str] = INDUSTRY_CODES) -> str:
    """What makes two spellings the same: the key of the number, else `free|` and the plain text."""
    number = parse(text, codes)
    return f"free|{plain(text)}" if number is None else number.key


def order_of(text: str, kinds: Sequence[str] = KIND_ORDER, codes: Mapping[str, str] = INDUSTRY_CODES) -> str:
    """A sort key of any text: numbers in order, free text among the internal ones, nothing last."""
    number = parse(text, codes)
    if number is not None:
        return number.ordered(kinds)
    clean = plain(text[:LONGEST])
    return _placed(Level.ENTERPRISE, kinds) + _natural(clean) if clean else "~"


def _placed(kind: str, kinds: Sequence[str]) -> str:
    return f"{kinds.index(kind) if kind in kinds else len(kinds):02d} "


def _natural(text: str) -> str:
    return re.sub("[0-9]+", _by_value, text)


def _by_value(digits: re.Match[str]) -> str:
    value = digits[0].lstrip("0")
    return f"{len(value):03d}{value}"


_LONGEST_CELL = 1_000
_LONGEST_PIECE = 80
_PARTING = re.compile(
    r"(?P<kept>[(（\[［【〔][^()（）\[\]［］【】〔〕]{0,60}[)）\]］】〕])"
    r"|(?:(?<!\s)\s*)?(?:[、;；,，=＝|\n\r\t]|(?:和|及|与|以及)(?=\s*[A-Za-zＡ-Ｚａ-ｚ建]))\s*"
)
_EDITION_NOTE = re.compile(r"\d{4}\s?年版")
_CUT = re.compile(r"[\s/／∕]+")


def split_cell(text: str, codes: Mapping[str, str] = INDUSTRY_CODES) -> list[str]:
    """The numbers of a cell that holds several, as they are written; one number, or free text, stays whole.

    Parted by marks, line ends, `=`, blanks or a slash; `GB/T 19016-2021/ISO 10006:2017` is one number.
    """
    whole = text.strip()
    if not whole:
        return []
    if len(whole) > _LONGEST_CELL or parse(whole, codes) is not None:
        return [whole]
    pieces = [number for piece in marked_off(whole) for number in _run(piece, codes)]
    if len(pieces) < 2 or not all(any(letter.isdigit() for letter in piece) for piece in pieces):
        return [whole]
    return pieces if any(parse(piece, codes) is not None for piece in pieces) else [whole]


def marked_off(text: str) -> list[str]:
    """The text between separating marks, but not within brackets and not before an edition note."""
    pieces, start = [], 0
    for found in _PARTING.finditer(text):
        if not found["kept"] and not _EDITION_NOTE.match(text, found.end()):
            pieces.append(text[start : found.start()].strip())
            start = found.end()
    return [piece for piece in (*pieces, text[start:].strip()) if piece]


def _run(text: str, codes: Mapping[str, str]) -> list[str]:
    """Numbers with a blank or slash between; the whole text if any piece is no number."""
    pieces, rest = [], text
    while rest and (length := _longest_number(rest, codes)):
        pieces.append(rest[:length])
        rest = rest[length:].lstrip(" \t\u3000/／∕")
    return [text] if rest or not pieces else pieces


def _longest_number(text: str, codes: Mapping[str, str]) -> int:
    ends = [found.start() for found in _CUT.finditer(text[:_LONGEST_PIECE])]
    if len(text) <= _LONGEST_PIECE:
        ends.append(len(text))
    return next((end for end in reversed(ends) if parse(text[:end], codes) is not None), 0)


_GLUED = re.compile(r"(?:GB|GBZ|DB\d{2,6}|[A-Z]{2,3}(?=/))(?:/?[TZ])? ?\d{7,}", re.ASCII)
_NO_CODE = re.compile(r"\d{1,6}(?:\.\d{1,3})*-(?:19|20)\d{2}", re.ASCII)
_ALIKE = re.compile(r"(?:GBZ?[/ _-]?[TZ]?|DB\d{2}|T/[A-Z]+|(?P<code>[A-Z]{2,4})/[TZ]|(?:ISO|IEC)\b.*?) ?\d", re.ASCII)


def suspicion(text: str, codes: Mapping[str, str] = INDUSTRY_CODES) -> str | None:
    """What a person should check, in one sentence; None for a sound number and for free text."""
    if not text.strip() or len(text) > LONGEST:
        return None
    number = parse(text, codes)
    if number is not None:
        return _doubt(number)
    if len(split_cell(text, codes)) > 1:
        return "一格里有几个标准号，请分成几行，或把其余的填入“别号”"
    clean, _ = prepared(text)
    if _GLUED.match(clean):
        return _GLUED_SENTENCE
    if _NO_CODE.fullmatch(clean):
        return "只有顺序号和年代号，请对照原文补上标准代号"
    alike = _ALIKE.match(clean)
    if alike is not None and (alike["code"] is None or alike["code"] in codes):
        return "像标准号但读不出来，请对照原文核对代号、顺序号和年代号"
    return None


_GLUED_SENTENCE = "顺序号和年代号好像连在了一起，请对照原文补上连接号"


def _doubt(number: StandardNumber) -> str | None:
    if number.level is Level.NATIONAL and len(number.sequence) > 5:
        return _GLUED_SENTENCE
    if not number.year and number.level not in (Level.ENTERPRISE, Level.INTERNATIONAL):
        return "没有年代号，请对照原文补上；不注日期的引用可以不补"
    return None
