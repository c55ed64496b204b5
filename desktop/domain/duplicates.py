"""Which rows of a ledger may be the same thing twice: by number, by name, by what a scanner misreads."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from desktop.domain import numbers
from desktop.domain.pinyin import fold

SHORTEST_NAME = 4
"""Letters of a title from which it says enough to be compared exactly; unit and person names are shorter."""

SHORTEST_NEAR = 8
"""Letters of a title from which one letter more, less or other may be a slip."""

LONGEST_NEAR = 80


class Likeness(StrEnum):
    """In which way rows are alike, the strongest first."""

    NUMBER = "number"
    MISREAD = "misread"
    EDITION = "edition"
    TITLE = "title"
    NEAR = "near"

    @property
    def label(self) -> str:
        """The words people read."""
        return _LABELS[self]


_LABELS = {
    Likeness.NUMBER: "标准号相同",
    Likeness.MISREAD: "标准号只差易混的字（如 O 与 0、l 与 1）或粘连",
    Likeness.EDITION: "同一标准的不同版本",
    Likeness.TITLE: "名称相同",
    Likeness.NEAR: "名称只差一个字",
}


@dataclass(frozen=True)
class Candidate:
    """A row as it is compared: its key, what it belongs to (only rows of the same are compared), number and name."""

    key: str
    within: str
    number: str
    name: str


@dataclass(frozen=True)
class Group:
    """Rows that may be the same, in the order they were given."""

    likeness: Likeness
    keys: tuple[str, ...]


def plain_title(title: str) -> str:
    """A title without width, case, blanks and punctuation."""
    return "".join(letter for letter in fold(title) if letter.isalnum())


_ALIKE = str.maketrans({"O": "0", "Q": "0", "I": "1", "L": "1", "|": "1", "丨": "1", "一": "-", "S": "5", "B": "8"})


def misreading(number: str) -> str:
    """A number without punctuation, with the letters that a scanner takes for digits as those digits."""
    text = unicodedata.normalize("NFKC", number).upper().translate(_ALIKE)
    return "".join(letter for letter in text if letter.isalnum())


def within_one(left: str, right: str) -> bool:
    """Whether one letter more, less or other makes one text of the other; equal texts are within it too."""
    if abs(len(left) - len(right)) > 1:
        return False
    start = 0
    while start < min(len(left), len(right)) and left[start] == right[start]:
        start += 1
    if len(left) == len(right):
        return left[start + 1 :] == right[start + 1 :]
    shorter, longer = sorted((left, right), key=len)
    return shorter[start:] == longer[start + 1 :]


_COUNTING = re.compile("[0-9a-z一二三四五六七八九十上中下甲乙丙丁]")


def near(left: str, right: str) -> bool:
    """Whether two plain titles differ by a slip: one letter, and not in what numbers their parts."""
    if left == right or min(len(left), len(right)) < SHORTEST_NEAR or max(len(left), len(right)) > LONGEST_NEAR:
        return False
    return within_one(left, right) and _COUNTING.findall(left) == _COUNTING.findall(right)


def groups(candidates: Iterable[Candidate]) -> list[Group]:
    """Every group, strongest likeness first; rows that are alike in a stronger way are not told again."""
    units: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        units.setdefault(candidate.within, []).append(candidate)
    found: list[Group] = []
    told: set[tuple[str, str]] = set()
    for unit in units.values():
        for likeness, pairs in _alike(unit):
            fresh = [pair for pair in pairs if pair not in told]
            told.update(fresh)
            found.extend(Group(likeness, keys) for keys in _joined([item.key for item in unit], fresh))
    return sorted(found, key=lambda group: list(Likeness).index(group.likeness))


def _alike(unit: Sequence[Candidate]) -> Iterator[tuple[Likeness, list[tuple[str, str]]]]:
    numbered = [item for item in unit if item.number.strip()]
    identity = {item.key: numbers.identity(item.number) for item in numbered}
    yield Likeness.NUMBER, _same((identity[item.key], item.key) for item in numbered)
    yield Likeness.MISREAD, _misread(numbered, identity)
    parsed = ((item, numbers.parse(item.number)) for item in numbered)
    yield Likeness.EDITION, _same((number.series, item.key) for item, number in parsed if number is not None)
    titles = [(plain_title(item.name), item.key) for item in unit]
    yield Likeness.TITLE, _same(pair for pair in titles if len(pair[0]) >= _shortest(unit))
    yield Likeness.NEAR, _near(titles)


def _shortest(unit: Sequence[Candidate]) -> int:
    return SHORTEST_NAME if any(item.number for item in unit) else 1


def _same(values: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Pairs of keys with the same value: each with the first and the one before it, enough to join them all."""
    by_value: dict[str, list[str]] = {}
    for value, key in values:
        by_value.setdefault(value, []).append(key)
    return [(one, other) for keys in by_value.values() for one, other in _chained(keys)]


def _chained(keys: Sequence[str]) -> Iterator[tuple[str, str]]:
    """All pairs of a few; of many only neighbours, for the group is what counts."""
    if len(keys) <= 12:
        yield from ((one, other) for place, one in enumerate(keys) for other in keys[place + 1 :])
    else:
        yield from pairwise(keys)


def _misread(numbered: Sequence[Candidate], identity: dict[str, str]) -> list[tuple[str, str]]:
    """Numbers that read the same with misread letters, and an unreadable one that begins with a sound one."""
    by_reading: dict[str, list[Candidate]] = {}
    for item in numbered:
        by_reading.setdefault(misreading(item.number), []).append(item)
    pairs = [
        (one.key, other.key)
        for reading, items in by_reading.items()
        if len(reading) >= 6
        for one, other in ((a, b) for place, a in enumerate(items[:12]) for b in items[place + 1 : 12])
        if identity[one.key] != identity[other.key]
    ]
    order = {item.key: place for place, item in enumerate(numbered)}
    for item in numbered:
        if numbers.parse(item.number) is not None:
            continue
        reading = misreading(item.number)
        for length in range(8, len(reading)):
            for sound in by_reading.get(reading[:length], ())[:12]:
                parsed = numbers.parse(sound.number)
                if parsed is not None and parsed.year:
                    pair = sorted((item.key, sound.key), key=order.__getitem__)
                    pairs.append((pair[0], pair[1]))
    return pairs


def _near(titles: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Pairs of near titles. Two texts within one letter share a text that lacks at most one letter of each."""
    by_rest: dict[str, set[int]] = {}
    for place, (title, _) in enumerate(titles):
        if SHORTEST_NEAR <= len(title) <= LONGEST_NEAR:
            for rest in {title, *(title[:at] + title[at + 1 :] for at in range(len(title)))}:
                by_rest.setdefault(rest, set()).add(place)
    pairs: set[tuple[int, int]] = set()
    while by_rest:  # emptied one by one: a window beside this work would stand still while 100,000 are freed at once
        _, places = by_rest.popitem()
        if 1 < len(places) <= 200:
            ordered = sorted(places)
            pairs.update((one, other) for at, one in enumerate(ordered) for other in ordered[at + 1 :])
    return [
        (titles[one][1], titles[other][1]) for one, other in sorted(pairs) if near(titles[one][0], titles[other][0])
    ]


def _joined(order: Sequence[str], pairs: Iterable[tuple[str, str]]) -> list[tuple[str, ...]]:
    """The keys that pairs join, each set in the given order, sets by their first key."""
    above: dict[str, str] = {}

    def top(key: str) -> str:
        while above.setdefault(key, key) != key:
            above[key] = above[above[key]]
            key = above[key]
        return key

    for one, other in pairs:
        above[top(other)] = top(one)
    sets: dict[str, list[str]] = {}
    for key in order:
        if key in above:
            sets.setdefault(top(key), []).append(key)
    return [tuple(keys) for keys in sets.values()]
