"""Build time: write resources/pinyin/initials.txt from pypinyin, which is not shipped."""

import unicodedata
from collections import Counter, defaultdict
from pathlib import Path

from pypinyin.phrases_dict import phrases_dict
from pypinyin.pinyin_dict import pinyin_dict

TARGET = Path(__file__).resolve().parent.parent / "resources" / "pinyin" / "initials.txt"

CHARACTERS = (*range(0x4E00, 0xA000), 0x3007)
"""The unified ideographs of the first block, and 〇."""

CLEAR_MAJORITY = 0.65
"""Share of a character's phrases from which their initial is its first reading, not the dictionary's."""

LEAST_SHARE, LEAST_PHRASES = 0.03, 2
"""From which share and number of phrases a further initial counts as living."""

OFTEN_SHARE = 0.25
"""From which share of phrases a second reading is about as usual as the first."""

FURTHER = {
    "b": "秘薄炮埔", "g": "莞咖", "j": "茄", "k": "会", "q": "仇覃", "s": "莘召厦歙", "x": "解",
    "y": "尉铅", "z": "翟枞祭",
}  # fmt: skip
"""Readings of names and everyday words that the phrase list has too seldom (会计, 解 as a surname)."""

BOOKISH = "被坏弟揭属尿"
"""Characters whose second reading only old texts use; it would only make the search index longer."""


def tone_free(reading: str) -> tuple[str, int]:
    """`("lv", 4)` of `lǜ`: syllable in ASCII and tone, 5 for the neutral one."""
    tones = {"\u0304": 1, "\u0301": 2, "\u030c": 3, "\u0300": 4}
    marked = unicodedata.normalize("NFD", reading)
    tone = next((tones[mark] for mark in marked if mark in tones), 5)
    plain = "".join(mark for mark in marked.replace("u\u0308", "v") if mark.isascii())
    return plain.lower(), tone


def counted() -> dict[str, Counter[str]]:
    """How many phrases read a character with which initial."""
    initials: dict[str, Counter[str]] = defaultdict(Counter)
    for phrase, readings in phrases_dict.items():
        for character, reading in zip(phrase, readings, strict=False):
            initials[character][tone_free(reading[0])[0][:1]] += 1
    return initials


def first_reading(readings: list[tuple[str, int]], uses: Counter[str]) -> tuple[str, int]:
    """The dictionary's first reading, unless the phrases clearly speak for another."""
    if uses:
        initial, times = uses.most_common(1)[0]
        if times >= CLEAR_MAJORITY * uses.total():
            return next((reading for reading in readings if reading[0][0] == initial), readings[0])
    return readings[0]


def further_initial(character: str, readings: list[tuple[str, int]], first: str, uses: Counter[str]) -> str:
    """The initial of a second living reading, '' if there is none."""
    if character in BOOKISH:
        return ""
    known = {reading[0][0] for reading in readings}
    for initial, times in uses.most_common():
        if initial in known and initial != first and times >= max(LEAST_PHRASES, LEAST_SHARE * uses.total()):
            return initial
    return next((initial for initial in sorted(known - {first}) if character in FURTHER.get(initial, "")), "")


def table() -> str:
    """The whole file."""
    uses = counted()
    syllables: dict[str, list[tuple[int, str]]] = defaultdict(list)
    further: dict[bool, dict[str, list[str]]] = {True: defaultdict(list), False: defaultdict(list)}
    for code in CHARACTERS:
        character = chr(code)
        readings = [tone_free(text) for text in pinyin_dict[code].split(",")] if code in pinyin_dict else []
        if not readings:
            continue
        of_this = uses[character]
        syllable, tone = first_reading(readings, of_this)
        syllables[syllable].append((tone, character))
        if other := further_initial(character, readings, syllable[0], of_this):
            further[of_this[other] >= OFTEN_SHARE * of_this.total() > 0][other].append(character)
    lines = [
        f"{name} {''.join(one for _, one in sorted(all_of))}" for name, all_of in sorted(syllables.items())
    ]
    for heading, often in (("#often", True), ("#seldom", False)):
        lines += [heading, *(f"{name} {''.join(all_of)}" for name, all_of in sorted(further[often].items()))]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(table(), encoding="utf-8", newline="\n")
