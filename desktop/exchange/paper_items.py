"""What a laid-out page is made of, in millimetres from the paper's upper left corner."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from desktop.domain.document import Align

POINT = 25.4 / 72
"""Millimetres of a typographic point."""
OUTER_RULE = 0.4
INNER_RULE = 0.15
DASH = 1.2
BOX_SIDE = 3.4
MARK_SIDE = 19.0
CONTINUED = "（续）"
SMALLEST = 6.0
"""Points; nothing is printed smaller."""


class Face(StrEnum):
    """The two type faces of an official form."""

    HEAD = "head"
    """黑体."""
    TEXT = "text"
    """仿宋."""


@dataclass(frozen=True, slots=True)
class Lettering:
    """How text is set: face, size in points, weight."""

    face: Face
    points: float
    bold: bool = False

    @property
    def height(self) -> float:
        """Millimetres of one character's square."""
        return self.points * POINT

    @property
    def pitch(self) -> float:
        """Millimetres from line to line: room for the ink of Chinese, accents and descenders."""
        return self.height * 1.2


class Measure(Protocol):
    """What the layout must know about fonts."""

    def width(self, text: str, lettering: Lettering) -> float:
        """Millimetres of a text set in one line."""

    def lines(self, text: str, lettering: Lettering, width: float) -> tuple[str, ...]:
        """The text broken to lines of at most `width` millimetres; an empty text has none."""


@dataclass(frozen=True, slots=True)
class Item:
    """Anything drawn: its place and size."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Words(Item):
    """One line of text, centred between top and bottom of its rectangle."""

    text: str
    lettering: Lettering
    align: Align = Align.LEFT


@dataclass(frozen=True, slots=True)
class Stroke(Item):
    """A straight rule from (x, y) to (x + width, y + height)."""

    thickness: float = INNER_RULE
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Ground(Item):
    """The light ground of a heading."""


@dataclass(frozen=True, slots=True)
class Box(Item):
    """A square to tick."""

    ticked: bool = False


@dataclass(frozen=True, slots=True)
class Mark(Item):
    """A QR mark that holds `text`."""

    text: str


@dataclass(frozen=True, slots=True)
class Watermark(Item):
    """Light grey text from the lower left to the upper right corner, behind everything."""

    text: str


@dataclass(frozen=True, slots=True)
class Block:
    """Items around their own origin that stay together."""

    height: float
    items: tuple[Item, ...] = ()

    def at(self, x: float, y: float) -> list[Item]:
        """The items moved to their place on a page."""
        return [replace(item, x=item.x + x, y=item.y + y) for item in self.items]


@dataclass(frozen=True, slots=True)
class RowPlace:
    """Where a table row stands: its place among the table's rows, and which part of how many on this page."""

    row: int
    part: int
    parts: int
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Page:
    """One finished page. `number` of `count` counts within the section, a document's own pages."""

    section: int
    number: int
    count: int
    width: float
    height: float
    items: tuple[Item, ...]
    rows: tuple[RowPlace, ...] = ()
    heading: Item | None = None
    """Where the table heading stands, if the page has one."""
    closing: Item | None = None
    """Where closing fields and signatures stand, if on this page."""


def frame(width: float, height: float) -> list[Item]:
    """The four outer rules around a rectangle at the origin."""
    return [
        Stroke(0, 0, width, 0, OUTER_RULE),
        Stroke(0, height, width, 0, OUTER_RULE),
        Stroke(0, 0, 0, height, OUTER_RULE),
        Stroke(width, 0, 0, height, OUTER_RULE),
    ]


def stacked(lines: tuple[str, ...], area: Item, lettering: Lettering, align: Align) -> list[Item]:
    """Lines one below the other, centred together between top and bottom of the area."""
    y = area.y + (area.height - len(lines) * lettering.pitch) / 2
    return [
        Words(area.x, y + place * lettering.pitch, area.width, lettering.pitch, line, lettering, align)
        for place, line in enumerate(lines)
    ]


def mark_text(code: str, number: int) -> str:
    """What the QR mark of a page says: the sheet's code, `#`, the page number."""
    return f"{code}#{number}"
