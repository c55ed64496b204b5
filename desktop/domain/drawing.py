"""A drawing in millimetres: frames, rules and lines of text on an area of its own; paper, Word and SVG render it."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

POINT = 25.4 / 72
"""Millimetres of a typographic point."""
LINE = 1.25
"""Height of a line of text in squares of its characters."""


@dataclass(frozen=True)
class Frame:
    """A square-cornered box; dashed for what stands outside the system, `heavy` for the head of a chart."""

    x: float
    y: float
    width: float
    height: float
    dashed: bool = False
    heavy: bool = False
    shaded: bool = False
    lines: tuple["Text", ...] = ()
    key: str = ""
    """Whose box it is; empty for one that stands for no record."""


@dataclass(frozen=True)
class Rule:
    """A line between two boxes: solid for levels, dashed for any other relation."""

    x1: float
    y1: float
    x2: float
    y2: float
    dashed: bool = False


@dataclass(frozen=True)
class Text:
    """One line of a frame, centred in it unless `left`."""

    text: str
    points: float
    bold: bool = False
    left: bool = False


@dataclass(frozen=True)
class Drawing:
    """One page of a diagram."""

    width: float
    height: float
    frames: tuple[Frame, ...]
    rules: tuple[Rule, ...]
    caption: str = ""


def text_width(text: str, points: float) -> float:
    """Millimetres a text takes at most, whatever the type face: full squares for Chinese, wide Latin letters."""
    return sum(_squares(mark) for mark in text) * points * POINT


def _squares(mark: str) -> float:
    if unicodedata.east_asian_width(mark) in ("W", "F", "A"):
        return 1.0
    if mark in "MWmw@%&—":
        return 1.0
    return 0.76 if mark.isupper() else 0.62


@lru_cache(maxsize=20_000)
def broken(text: str, points: float, width: float) -> tuple[str, ...]:
    """A text in lines no wider than `width` millimetres; at least one character a line, no line without text."""
    found: list[str] = []
    room = width / (points * POINT)
    line, used = "", 0.0
    for mark in " ".join(text.split()):
        squares = _squares(mark)
        if line and used + squares > room:
            found.append(line.strip())
            line, used = "", 0.0
        line, used = line + mark, used + squares
    return tuple(part for part in (*found, line.strip()) if part)
