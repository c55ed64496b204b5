"""Which column a heading means: the words each column goes by, and the sharing of headings among columns."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence

from desktop.domain.record import Column, Kind

_IGNORED = ("序号", "行号", "项次", "No", "No.", "#", "错误说明")
_BRACKETS = re.compile(r"[(\[【〔<《][^()\[\]【】〔〕<>《》]*[)\]】〕>》]")
_SHORTEST_PART = 3
_LONGEST_HEADING = 60
_SOURCE = "source_"

Fold = Callable[[str], str]
Match = tuple[float, int, str]
"""How well a word fits (1 is the very word), its place among the column's words, and the column's path."""


class HeadingNames:
    """The words of all editable columns, looked for whole first, then as a part of a longer heading."""

    def __init__(self, columns: Sequence[Column], synonyms: Mapping[str, Sequence[str]], fold: Fold) -> None:
        """Gather the words; `synonyms` are further ones by path, `fold` makes spellings equal."""
        self._fold = fold
        self._order = {column.path: place for place, column in enumerate(columns)}
        self._words: dict[str, list[tuple[int, str]]] = {}
        for column in columns:
            if column.editable:
                for place, word in enumerate(_words(column, columns, synonyms)):
                    self._words.setdefault(fold(word), []).append((place, column.path))
        self._words.pop("", None)
        self._ignored = {fold(word) for word in _IGNORED} - {"", *self._words}
        self._seen: dict[str, list[Match]] = {}

    def is_ignored(self, heading: str) -> bool:
        """Whether the heading is of a column without meaning, such as 序号."""
        return heading in _IGNORED or self._fold(heading) in self._ignored

    def is_exact(self, parts: Sequence[str]) -> bool:
        """Whether the heading is one of the words itself."""
        return any(self._fold(reading) in self._words for reading in _readings(parts))

    def assign(self, headings: Sequence[Sequence[str]]) -> tuple[dict[int, str], float]:
        """Share headings, given as their parts from top to bottom: index to path, and how well they fit."""
        matches = [
            (-fit, place, self._order[path], at, path)
            for at, parts in enumerate(headings)
            for fit, place, path in self._matches(parts)
        ]
        mapping: dict[int, str] = {}
        score = 0.0
        for fit, _place, _order, at, path in sorted(matches):
            if at not in mapping and path not in mapping.values():
                mapping[at] = path
                score -= fit
        return dict(sorted(mapping.items())), score

    def _matches(self, parts: Sequence[str]) -> list[Match]:
        if not parts or self.is_ignored("".join(parts)):
            return []
        return [match for reading in _readings(parts) for match in self._of_reading(reading)]

    def _of_reading(self, reading: str) -> list[Match]:
        if reading not in self._seen:
            self._seen[reading] = self._look_up(reading)
        return self._seen[reading]

    def _look_up(self, reading: str) -> list[Match]:
        whole = self._fold(reading)
        bare = self._fold(_BRACKETS.sub("", unicodedata.normalize("NFKC", reading)))
        if len(whole) > _LONGEST_HEADING:
            return []
        for fit, text in ((1.0, whole), (0.95, bare)):
            if text in self._words:
                return [(fit, place, path) for place, path in self._words[text]]
        found: list[Match] = []
        for word, owners in self._words.items():
            if len(word) >= _SHORTEST_PART and word in whole:
                fit = 0.5 + 0.3 * len(word) / len(whole)
                found.extend((fit, place, path) for place, path in owners)
        return found


def _readings(parts: Sequence[str]) -> Sequence[str]:
    """日期 above 发布 may be meant as 日期发布, 发布日期 or just 发布."""
    if len(parts) < 2:
        return parts
    return ("".join(parts), "".join(reversed(parts)), parts[-1])


def _words(column: Column, columns: Sequence[Column], synonyms: Mapping[str, Sequence[str]]) -> list[str]:
    """Label first, then declared synonyms, then further ones.

    A word of a field whose value is derived belongs to the field that keeps what a file says of it: 状态 is
    原载状态, never the status that follows from the dates.
    A short word of another ledger, such as its 编号, does not name the reference to it.
    """
    words = [column.label]
    if column.plain is not None:
        words += column.plain.synonyms
        words += [word for word in column.field.synonyms if len(word) > len("编号")]
    else:
        words += column.field.synonyms
    words += synonyms.get(column.path, ())
    if column.field.name.startswith(_SOURCE):
        derived = column.path.replace(_SOURCE, "")
        for other in columns:
            if other.path == derived and other.field.kind is Kind.DERIVED:
                words += [other.label, *other.field.synonyms]
        words += synonyms.get(derived, ())
    return list(dict.fromkeys(words))
