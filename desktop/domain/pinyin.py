"""Pinyin by table: initials for finding, syllables for sorting; and the folding of equal spellings."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Self

_DASHES = "‐‑‒–—―−⁃˗⸺⸻─━"
_SLASHES = "∕⁄⧸"
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
_FOLDED: Mapping[int, str | None] = {
    **dict.fromkeys(map(ord, _DASHES), "-"),
    **dict.fromkeys(map(ord, _SLASHES), "/"),
    **dict.fromkeys(map(ord, "〔【"), "["),
    **dict.fromkeys(map(ord, "〕】"), "]"),
    **dict.fromkeys(map(ord, _INVISIBLE)),
}

_DIGITS = re.compile("[0-9]+")
_RANK = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_OFTEN, _SELDOM = "#often", "#seldom"


def fold(text: str) -> str:
    """Text without differences nobody means: width, case, kinds of dash, slash and bracket, invisible marks.

    Folding twice changes nothing more. The number of characters may change.
    """
    if text.isascii():
        return text.lower()
    # A small letter may compose with a mark where its capital does not.
    plain = unicodedata.normalize("NFKC", text).translate(_FOLDED).lower()
    return plain if unicodedata.is_normalized("NFKC", plain) else fold(unicodedata.normalize("NFKC", plain))


class _Initials(dict[int, str]):
    """Code of a character → one letter; a blank for any other character."""

    def __missing__(self, code: int) -> str:
        return " "


class _SortCodes(dict[int, str]):
    """Code of a character → its part of a sort key; unknown letters come last, marks first."""

    def __missing__(self, code: int) -> str:
        return f"~{code:06X}" if chr(code).isalnum() else " "


@dataclass(frozen=True, eq=False)
class PinyinTable:
    """Readings of about 21,000 characters; made once by `from_text`."""

    _first: Mapping[int, str]
    _second: Mapping[int, str]
    _mixed: Mapping[int, str]
    _codes: Mapping[int, str]
    _ambiguous: frozenset[str]

    @classmethod
    def from_text(cls, text: str) -> Self:
        """From the shipped table: lines `syllable characters`, each character once, in sort order.

        After a line `#often` follow lines `initial characters` with a second reading about as usual as the
        first (调), after `#seldom` those with a rarer one (行).
        """
        lines = iter(text.splitlines())
        codes: dict[int, str] = {}
        for syllable, characters in _pairs(lines, _OFTEN):
            for place, character in enumerate(characters):
                codes[ord(character)] = f"{syllable}{_RANK[place // 36]}{_RANK[place % 36]}"
        first = {code: key[0] for code, key in codes.items()}
        first |= {ord(letter): letter.lower() for letter in _ascii()}
        often = {ord(character): letter for letter, all_of in _pairs(lines, _SELDOM) for character in all_of}
        seldom = {ord(character): letter for letter, all_of in _pairs(lines, "") for character in all_of}
        plain = {ord(letter): letter.upper() for letter in _ascii()}
        return cls(
            _first=_Initials(first),
            _second=_Initials(first | often | seldom),
            _mixed=_Initials(first | often),
            _codes=_SortCodes(codes | plain),
            _ambiguous=frozenset(map(chr, often | seldom)),
        )

    def initials(self, text: str) -> str:
        """One letter for each character: the initial of its first reading, ASCII letters and digits small.

        Every other character is a blank, so that places in the text and in the initials agree.
        """
        return text.translate(self._first)

    def alternatives(self, text: str) -> tuple[str, ...]:
        """Up to two further readings of a text with ambiguous characters, `()` without any.

        Each character is read by itself, so that the reading of a part is that part of the reading. The one
        takes the second reading of every ambiguous character, the other only where it is about as usual.
        """
        if self._ambiguous.isdisjoint(text):
            return ()
        first, second = text.translate(self._first), text.translate(self._second)
        if first == second:
            return ()
        mixed = text.translate(self._mixed)
        return (second,) if mixed in (first, second) else (second, mixed)

    def sort_key(self, text: str) -> str:
        """An ASCII text that sorts as a person expects: marks, numbers by value, letters, Chinese by pinyin.

        The same character stays together (李伟, 李明, 黎强). Spellings that fold alike have the same key.
        """
        return _DIGITS.sub(_by_value, fold(text)).translate(self._codes)


def _pairs(lines: Iterator[str], end: str) -> Iterator[tuple[str, str]]:
    for line in lines:
        if line == end:
            return
        head, _, characters = line.partition(" ")
        yield head, characters


def _ascii() -> str:
    return "".join(chr(code) for code in range(128) if chr(code).isalnum())


def _by_value(digits: re.Match[str]) -> str:
    value = digits[0].lstrip("0")
    return f"{min(len(value), 99):02d}{value}"
