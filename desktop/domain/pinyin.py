"""Pinyin by table: initials for finding (gwyc → 公务用车), syllables for sorting, and the folding of widths for both."""

import re
import unicodedata
from dataclasses import dataclass
from itertools import product

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−－﹣─━"), "-")
_DIGITS = re.compile(r"\d{1,12}")
_MOST_VARIANTS = 2


def fold(text: str) -> str:
    """Text without the differences nobody means: full and half width, case, kinds of dashes."""
    return unicodedata.normalize("NFKC", text).lower().translate(_DASHES)


@dataclass(frozen=True)
class PinyinTable:
    """Readings of about 21,000 characters. `first` and `other` map a character's code to initials, `syllables` to the
    syllable of the first reading."""

    first: dict[int, str]
    other: dict[int, str]
    syllables: dict[int, str]

    @classmethod
    def from_text(cls, text: str) -> "PinyinTable":
        """From lines `syllable characters`; after a line `#` follow further readings."""
        usual, _, further = text.partition("#\n")
        syllables: dict[int, str] = {}
        for line in usual.splitlines():
            syllable, _, characters = line.partition(" ")
            syllables.update(dict.fromkeys(map(ord, characters), syllable))
        other: dict[int, str] = {}
        for line in further.splitlines():
            syllable, _, characters = line.partition(" ")
            other.update(dict.fromkeys(map(ord, characters), syllable[0]))
        first = {code: syllable[0] for code, syllable in syllables.items()}
        return cls(
            first, {code: letter for code, letter in other.items() if letter != first.get(code)}, syllables
        )

    def initials(self, text: str) -> str:
        """One letter for each character: the initial of its first reading; letters and digits are themselves, all else
        a blank."""
        return "".join(
            letter if letter.isascii() and letter.isalnum() else " "
            for letter in text.lower().translate(self.first)
        ) if text else ""  # fmt: skip

    def alternatives(self, text: str) -> tuple[str, ...]:
        """The initials with the second reading of ambiguous characters: all of them changed, and, where there are two,
        the first alone."""
        places = [place for place, letter in enumerate(text) if ord(letter) in self.other]
        if not places:
            return ()
        plain = list(self.initials(text))
        variants = []
        for changed in list(product((True, False), repeat=min(len(places), 2)))[:_MOST_VARIANTS]:
            variant = plain.copy()
            for number, place in enumerate(places):
                if changed[min(number, len(changed) - 1)]:
                    variant[place] = self.other[ord(text[place])]
            variants.append("".join(variant))
        base = "".join(plain)
        return tuple(dict.fromkeys(variant for variant in variants if variant != base))

    def sort_key(self, text: str) -> str:
        """A key that sorts Chinese by pinyin and numbers by value; equal keys mean equal folded texts."""
        folded = fold(text)
        spelled = "".join(
            f" {self.syllables[ord(letter)]} " if ord(letter) in self.syllables else letter
            for letter in folded
        )
        return _DIGITS.sub(lambda digits: digits[0].zfill(12), " ".join(spelled.split())) + "\0" + folded
