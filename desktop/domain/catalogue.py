"""题录: the list of published standards that an office keeps for reference, and how a text is found in it."""

import dataclasses
import re
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from desktop.domain import numbers
from desktop.domain.pinyin import PinyinTable, fold
from desktop.domain.record import Column, Field, Kind
from desktop.domain.standard_words import Nature

FIELDS = (
    Field("标准号", Kind.TEXT, "number", width=22, required=True,
          synonyms=("标准编号", "编号", "标准代号", "标准号码", "中国标准号")),
    Field("标准名称", Kind.TEXT, "title", width=46, required=True,
          synonyms=("名称", "中文名称", "标准中文名称", "中文标准名称", "题名", "标准题名")),
    Field("发布日期", Kind.DATE, "published_on", synonyms=("发布时间", "批准日期", "发布")),
    Field("实施日期", Kind.DATE, "effective_on", synonyms=("实施时间", "执行日期", "生效日期", "实施")),
    Field("废止日期", Kind.DATE, "withdrawn_on", synonyms=("作废日期", "废止时间")),
    Field("状态", Kind.TEXT, "state", width=10, synonyms=("标准状态", "现行状态", "有效性")),
    Field("代替标准", Kind.TEXT, "replaces", width=22,
          synonyms=("代替标准号", "替代标准", "替代标准号", "代替", "代替情况", "替代情况", "全部代替标准")),
    Field("被代替为", Kind.TEXT, "replaced_by", width=22,
          synonyms=("被代替标准", "被代替标准号", "被替代标准", "被替代标准号", "被代替", "被替代", "代替者", "替代者")),
)  # fmt: skip
"""The columns of a file of titles that are kept."""

COLUMNS = tuple(Column(field.name, (field,)) for field in FIELDS)
"""The same as columns that headings are looked for."""

LONGEST_NUMBER, LONGEST_TITLE = 100, 500


class Title(NamedTuple):
    """One published standard as the catalogue tells it; dates are ISO text or empty."""

    number: str
    title: str
    published_on: str = ""
    effective_on: str = ""
    withdrawn_on: str = ""
    state: str = ""
    replaces: str = ""
    replaced_by: str = ""


def spelling(number: str) -> str:
    """A number without width, case, blanks and slashes: `gbt1.1-2020`. Equal spellings are near enough to look closer."""
    return "".join(fold(number).replace("/", "").split())


def stems(number: str) -> tuple[str, ...]:
    """What the spellings of all editions of a number begin with, whatever their nature; () for free text."""
    parsed = numbers.parse(number)
    if parsed is None:
        return ()
    natures: tuple[Nature | None, ...] = (None,) if parsed.nature is None else tuple(Nature)
    bare = dataclasses.replace(parsed, year="", amendment="", edition="", adopted="")
    return tuple(f"{spelling(dataclasses.replace(bare, nature=nature).text)}-" for nature in natures)


def mentioned(text: str) -> list[str]:
    """The spellings of the numbers that a cell such as 代替标准 names; prose gives none that fits a number."""
    return [spelling(piece) for piece in numbers.marked_off(text)]


class Bodies:
    """The texts that are searched, one line for each title: its words, and its number with the pinyin initials."""

    def __init__(self, pinyin: PinyinTable) -> None:
        self._pinyin = pinyin
        self.text: list[str] = []
        self.letters: list[str] = []

    def add(self, spelled: str, title: str) -> None:
        """One more title."""
        words = _plain(fold(title)).replace("\n", " ")
        self.text.append(f"{spelled} {words}")
        self.letters.append("\t".join((spelled, self._pinyin.initials(words), *self._pinyin.alternatives(words))))


@dataclass(frozen=True)
class Body:
    """A text of many lines, and where each line begins."""

    text: str
    starts: "array[int]"

    @classmethod
    def of(cls, lines: Sequence[str]) -> "Body":
        """From the lines."""
        starts = array("I", [0])
        for line in lines:
            starts.append(starts[-1] + len(line) + 1)
        return cls("\n".join(lines), starts)

    def hits(self, word: str) -> "array[int]":
        """One place within each line that holds the word, in the order of the lines."""
        found = re.finditer(re.escape(word) + ".*", self.text)
        return array("I", [hit.start() for hit in found])

    def line_of(self, place: int) -> int:
        """The line a place is in."""
        return bisect_right(self.starts, place) - 1

    def holds(self, line: int, word: str) -> bool:
        """Whether a line holds the word."""
        return self.text.find(word, self.starts[line], self.starts[line + 1] - 1) >= 0


@dataclass(frozen=True)
class Hits(Sequence[int]):
    """The lines found, worked out one by one as they are looked at: a search often finds far more than is shown."""

    body: Body
    places: "array[int]"

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, at: int) -> int:  # type: ignore[override] # slices are not asked for
        return self.body.line_of(self.places[at])


class TitleSearch:
    """Finds titles by parts of number or title, or by pinyin initials. A word of plain letters and digits is looked for
    among numbers and initials, any other as it is written."""

    def __init__(self, text: Body, letters: Body) -> None:
        self._text, self._letters = text, letters

    def find(self, typed: str) -> Sequence[int]:
        """The lines that hold every word, in order; nothing typed finds every line."""
        words = sorted({word for word in map(_plain, fold(typed).split()) if word}, key=len, reverse=True)
        if not words:
            return range(len(self._text.starts) - 1)
        first, *rest = words
        body = self._body(first)
        hits = Hits(body, body.hits(first))
        if not rest:
            return hits
        return array("I", (line for line in hits if all(self._body(word).holds(line, word) for word in rest)))

    def _body(self, word: str) -> Body:
        return self._letters if word.isascii() and word.isalnum() else self._text


def _plain(word: str) -> str:
    """Slashes are not searched for: people write them or leave them out."""
    return word.replace("/", "")


def best_of(number: str, titles: Iterable[Title]) -> Title | None:
    """The title whose number is this one, however either is spelled."""
    wanted = numbers.identity(number)
    return next((title for title in titles if numbers.identity(title.number) == wanted), None)
