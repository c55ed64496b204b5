"""Build time: write resources/pinyin/initials.txt from pypinyin, which is not shipped."""

from collections import defaultdict
from pathlib import Path

from pypinyin import Style, pinyin

TARGET = Path(__file__).resolve().parent.parent / "resources" / "pinyin" / "initials.txt"


def readings(character: str) -> list[str]:
    """The syllables of a character without tones, the usual one first."""
    usual = pinyin(character, style=Style.NORMAL, errors="ignore")
    every = pinyin(character, style=Style.NORMAL, heteronym=True, errors="ignore")
    found = [*(usual[0] if usual else []), *(every[0] if every else [])]
    return [text.replace("ü", "v") for text in dict.fromkeys(found) if text.isascii() and text.isalpha()]


def table() -> str:
    """The whole file: `syllable characters` lines, then `#`, then one other initial where there is one."""
    usual: dict[str, list[str]] = defaultdict(list)
    further: dict[str, list[str]] = defaultdict(list)
    for code in (*range(0x4E00, 0xA000), 0x3007):
        found = readings(chr(code))
        if not found:
            continue
        usual[found[0]].append(chr(code))
        other = next((syllable for syllable in found[1:] if syllable[0] != found[0][0]), None)
        if other is not None and code < 0x9FA6:
            further[other[0]].append(chr(code))
    lines = [f"{syllable} {''.join(characters)}\n" for syllable, characters in sorted(usual.items())]
    lines.append("#\n")
    lines += [f"{letter} {''.join(characters)}\n" for letter, characters in sorted(further.items())]
    return "".join(lines)


if __name__ == "__main__":
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(table(), encoding="utf-8", newline="\n")
