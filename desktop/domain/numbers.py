"""Standard numbers: parse, normalise, order, series and edition (handbook 4.1, 4.2).

The grammar takes the spellings of real tables: widths, dashes, blanks, file-name forms. Sequence digits stay text
(`0418`). Internal numbers are free text and need not parse.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from desktop.domain.industry_codes import INDUSTRY_CODES

LONGEST = 200
"""Characters of a number at most; longer text is no number."""


class Level(StrEnum):
    """标准级别."""

    NATIONAL = "national"
    INDUSTRY = "industry"
    PROVINCIAL = "provincial"
    MUNICIPAL = "municipal"
    COUNTY = "county"
    GROUP = "group"
    INTERNAL = "internal"
    CONSTRUCTION = "construction"
    INTERNATIONAL = "international"


class Nature(StrEnum):
    """强制、推荐、指导."""

    MANDATORY = "mandatory"
    RECOMMENDED = "recommended"
    GUIDANCE = "guidance"


@dataclass(frozen=True)
class StandardNumber:
    """A number in parts. `code` is `GB`, `DB`, `T`, `Q`, `ISO/IEC` …; `marker` `/T`, `/Z` or ''; `body` the region, group
    or company; `edition` a note such as `2018年版`; `adopted` the international half of a double number."""

    level: Level
    code: str
    marker: str
    body: str
    sequence: str
    parts: tuple[str, ...]
    year: str
    amendment: str = ""
    edition: str = ""
    adopted: str = ""
    original: str = field(default="", compare=False)

    @property
    def nature(self) -> Nature | None:
        """What the form of the number says of its force; None where it says nothing."""
        if self.level in (Level.GROUP, Level.INTERNAL, Level.INTERNATIONAL, Level.CONSTRUCTION):
            return None
        return {"/T": Nature.RECOMMENDED, "/Z": Nature.GUIDANCE}.get(self.marker, Nature.MANDATORY)

    @property
    def text(self) -> str:
        """The form for searching and file names: `GB/T 1.1-2020`."""
        return self._written("-")

    @property
    def display(self) -> str:
        """The form of official texts with a one-em dash before the year: `GB/T 1.1—2020` (GB/T 1.1)."""
        return self._written("—")

    def _written(self, dash: str) -> str:
        sequence = ".".join((self.sequence, *self.parts))
        if self.level is Level.INTERNATIONAL:
            sequence = "-".join((self.sequence, *self.parts))
            return f"{self.code}{self.marker} {sequence}" + (f":{self.year}" if self.year else "")
        head = {"T": f"T/{self.body}", "Q": f"Q/{self.body}"}.get(
            self.code, f"{self.code}{self.body}{self.marker}"
        )
        tail = f"{dash}{self.year}" if self.year else ""
        amendment = f"/{self.amendment}" if self.amendment else ""
        adopted = f"/{self.adopted}" if self.adopted else ""
        edition = f"({self.edition})" if self.edition else ""
        return f"{head} {sequence}{tail}{amendment}{adopted}{edition}"

    @property
    def key(self) -> str:
        """The identity of this edition, whatever its spelling."""
        return replace(self, adopted="").text

    @property
    def series(self) -> str:
        """The identity without year, force or amendment: other editions of the same standard share it."""
        return "|".join((self.level.value, self.code, self.body, self.sequence, *self.parts))

    @property
    def order(self) -> str:
        """A text that sorts as numbers should: kind, body, sequence and parts by value, year."""
        return self.ordered(KIND_ORDER)

    def ordered(self, kinds: Sequence[str]) -> str:
        """The same with an order of kinds of one's own."""
        kind = self.code + self.marker if self.level is Level.NATIONAL else self.level.value
        place = kinds.index(kind) if kind in kinds else len(kinds)
        digits = ".".join(
            f"{int(part):08d}" for part in (self.sequence.split("-")[-1], *self.parts) if part.isdigit()
        )
        lead = "" if self.level is Level.NATIONAL else f"{self.code}{self.body}{self.marker}"
        return f"{place:02d} {lead} {digits} {self.year or '0000'} {self.amendment}"


KIND_ORDER = (
    "GB", "GB/T", "GB/Z", "GBZ", "GBZ/T", "GSB", "construction", "industry", "provincial", "municipal", "county",
    "group", "internal", "international",
)  # fmt: skip
"""Order of kinds in lists; an office may use another."""

_SEQ = r"(?P<seq>\d{1,6})(?P<parts>(?:\.\d{1,3})*)"
_YEAR = r"(?:-(?P<year>(?:19|20)\d{2}|\d{2}))?"
_MARK = r"(?P<mark>/[TZ])?"
_AMEND = r"(?:/(?P<amend>XG\d+-\d{4}))?"
_ADOPT = r"(?:/(?P<adopt>(?:ISO|IEC)[A-Z0-9/:\-. ]+))?"

_NATIONAL = re.compile(rf"(?P<code>GB){_MARK} ?{_SEQ}{_YEAR}{_AMEND}{_ADOPT}")
_HEALTH = re.compile(rf"(?P<code>GBZ){_MARK} ?{_SEQ}{_YEAR}")
_SAMPLE = re.compile(rf"(?P<code>GSB) ?(?P<seq>\d{{2}})-(?P<rest>\d{{3,6}}){_YEAR}")
_WORKS = re.compile(rf"(?P<code>DBJ)(?P<body>\d{{2,4}}){_MARK} ?-?{_SEQ}{_YEAR}")
_LOCAL = re.compile(rf"(?P<code>DB)(?P<body>\d{{6}}|\d{{4}}|\d{{2}}){_MARK} ?{_SEQ}{_YEAR}")
_GROUP = re.compile(rf"(?P<code>T)/(?P<body>[A-Z0-9]{{2,12}}?) ?{_SEQ}{_YEAR}")
_INTERNAL = re.compile(
    r"(?P<code>Q)/(?P<body>[A-Z0-9\u4e00-\u9fff]{1,12}?(?: [A-Z]{1,4})?) ?(?P<seq>\d+)(?P<parts>(?:[.\-]\d{1,3})*?)"
    r"(?:-(?P<year>(?:19|20)\d{2}))?"
)
_INTERNATIONAL = re.compile(
    r"(?P<code>ISO(?:/IEC)?|IEC)(?P<mark>/(?:TR|TS|PAS|GUIDE))? ?(?P<seq>\d{1,6})(?P<parts>(?:-\d{1,3})*)"
    r"(?::(?P<year>\d{4}))?"
)
_CONSTRUCTION = re.compile(rf"(?P<code>建标) ?{_SEQ}{_YEAR}")
_INDUSTRY = re.compile(rf"(?P<code>[A-Z]{{2,4}}){_MARK} ?{_SEQ}{_YEAR}")

_DASHES = "-‐‑‒–—―−－﹣─━"
_NOTE = re.compile(r"[((](?P<note>[^()]{1,30})[))]$")
_EDITION = re.compile(r"(?:19|20)\d{2}年版?.{0,6}")
_GLUED = re.compile(r"(?:GB|DB|[A-Z]{2})(?:/[TZ])? ?\d{6,}", re.ASCII)


def parse(text: str, codes: Mapping[str, str] = INDUSTRY_CODES) -> StandardNumber | None:
    """The number written in `text`, or None if it is not one by the grammar; never raises.

    `codes` are the industry codes known. Nothing is guessed: without `/T` a number is mandatory, `JC 101` is a code of
    somebody's system and no number, a glued number is none (see `suspicion`).
    """
    if not text or len(text) > LONGEST:
        return None
    clean, edition = _prepared(text)
    for level, pattern in (
        (Level.NATIONAL, _HEALTH), (Level.NATIONAL, _NATIONAL), (Level.NATIONAL, _SAMPLE),
        (Level.PROVINCIAL, _WORKS), (Level.PROVINCIAL, _LOCAL), (Level.GROUP, _GROUP), (Level.INTERNAL, _INTERNAL),
        (Level.INTERNATIONAL, _INTERNATIONAL), (Level.CONSTRUCTION, _CONSTRUCTION), (Level.INDUSTRY, _INDUSTRY),
    ):  # fmt: skip
        if (found := pattern.fullmatch(clean)) is None:
            continue
        parts = found.groupdict()
        if level is Level.INDUSTRY and (parts["code"] not in codes or not (parts["mark"] or parts["year"])):
            continue
        return _number(level, parts, edition, text)
    return None


def _number(level: Level, parts: Mapping[str, str | None], edition: str, original: str) -> StandardNumber:
    body = parts.get("body") or ""
    if level is Level.PROVINCIAL and parts["code"] == "DB":
        level = {2: Level.PROVINCIAL, 4: Level.MUNICIPAL, 6: Level.COUNTY}[len(body)]
    elif level is Level.PROVINCIAL and len(body) == 4:
        level = Level.MUNICIPAL
    sequence = parts["seq"] or ""
    if parts.get("rest"):
        sequence = f"{sequence}-{parts['rest']}"
    pieces = tuple(re.split(r"[.\-]", (parts.get("parts") or "")[1:])) if parts.get("parts") else ()
    return StandardNumber(
        level, parts["code"] or "", parts.get("mark") or "", body, sequence, pieces, _full_year(parts["year"] or ""),
        parts.get("amend") or "", edition, (parts.get("adopt") or "").strip(), original,
    )  # fmt: skip


def _full_year(year: str) -> str:
    if len(year) != 2:
        return year
    return f"19{year}" if int(year) >= 50 else f"20{year}"


def _prepared(text: str) -> tuple[str, str]:
    """The text in the grammar's spelling, and the edition note that stood behind it."""
    text = unicodedata.normalize("NFKC", text).replace("∕", "/").replace("⁄", "/").replace("\\", "/").upper()
    text = text.strip().strip("《》").strip()
    edition = ""
    while (note := _NOTE.search(text)) is not None:
        if _EDITION.fullmatch(note["note"].strip()):
            edition = note["note"].strip()
        text = text[: note.start()].rstrip()
    text = re.sub(rf"\s*[{_DASHES}]+\s*(?=\d)", "-", text)
    text = re.sub(r"(?<=\d)\s*[一ー]\s*(?=(?:19|20)\d{2}\b)", "-", text)
    text = re.sub(r"\s*/\s*", "/", text)
    text = re.sub(r"\s*\.\s*(?=\d)", ".", text)
    text = re.sub(r"\s*:\s*(?=\d)", ":", text)
    text = " ".join(text.split())
    text = re.sub(r"^(DBJ?) (?=\d{2,6}[/\-T ])", r"\1", text)
    text = re.sub(r"^(DB\d{2,6}|DBJ\d{2,4}|[A-Z]{2,4})[- _](T|Z)(?=[ \d])", r"\1/\2", text)
    text = re.sub(r"^(GB|DB\d{2,6})(T|Z)(?= ?\d)(?!Z \d+\.)", _marked, text)
    return text, edition


def _marked(found: re.Match[str]) -> str:
    """`GBT` is `GB/T`, but `GBZ` is a code of its own."""
    return found[0] if found[0] == "GBZ" else f"{found[1]}/{found[2]}"


def suspicion(text: str) -> str | None:
    """Why a text that is meant as a number cannot be read as one, where the likely mistake is known."""
    if parse(text) is not None:
        return None
    clean, _ = _prepared(text[:LONGEST])
    if _GLUED.match(clean):
        return "顺序号和年份好像连在一起了，请对照原文补上短横"
    if re.match(r"(GB|DB\d{2,6})(/[TZ])? ?\d", clean):
        return "像标准号但写法不完整，请对照原文核对"
    return None


def identity(text: str) -> str:
    """What makes two spellings the same number: the parsed edition, else the free text without blanks and widths."""
    parsed = parse(text)
    if parsed is not None:
        return parsed.key
    return "~" + " ".join(_prepared(text)[0].split())


def order_of(text: str, kinds: Sequence[str] = KIND_ORDER) -> str:
    """A sort key for any number, free text after all kinds and nothing last."""
    if not text.strip():
        return "~~"
    parsed = parse(text)
    if parsed is not None:
        return parsed.ordered(kinds)
    return "98 " + re.sub(r"\d{1,8}", lambda digits: digits[0].zfill(8), _prepared(text)[0])


_SEPARATORS = re.compile(r"[、;,=\n\t]+|\s{2,}|(?<=\d)\s+(?=(?:GB|DB|T/|Q/|[A-Z]{2,4}(?:/[TZ])? ?\d|建标))")


def split_cell(text: str) -> list[str]:
    """The numbers of a cell that may hold several, in order; one number, or free text, stays whole."""
    if len(text) > 20 * LONGEST or parse(text) is not None:
        return [text.strip()] if text.strip() else []
    plain = unicodedata.normalize("NFKC", text)
    pieces = [piece.strip() for piece in _SEPARATORS.split(plain) if piece.strip()]
    if len(pieces) > 1 and all(parse(piece) is not None for piece in pieces):
        return pieces
    return [text.strip()] if text.strip() else []


@dataclass(frozen=True)
class DocumentNumber:
    """发文字号: office word, year, sequence; `brackets_right` tells whether it was written with 〔〕."""

    office: str
    year: str
    sequence: str
    brackets_right: bool

    @property
    def text(self) -> str:
        """`国管办〔2019〕89号`."""
        return f"{self.office}〔{self.year}〕{self.sequence}号"


_DOCUMENT = re.compile(
    r"(?P<office>[\u4e00-\u9fff]{2,20})\s*(?P<open>[〔\[【((<])\s*(?P<year>(?:19|20)\d{2})\s*[〕\]】))>]\s*第?\s*0*(?P<seq>\d{1,5})\s*号"
)


def parse_document_number(text: str) -> DocumentNumber | None:
    """A document number with any brackets, or None."""
    if len(text) > LONGEST:
        return None
    found = _DOCUMENT.fullmatch("".join(text.split()))
    if found is None:
        return None
    return DocumentNumber(found["office"], found["year"], found["seq"], found["open"] == "〔")
