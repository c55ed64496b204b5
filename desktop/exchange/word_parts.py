"""The pieces of a Word document, each with the eastAsia font named, so that Chinese stands in 仿宋 or 黑体
everywhere.

Children of a property element follow the order of the schema (ECMA-376, part 1, section 17): Word calls a
file with another order damaged.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from desktop.domain.document import Align

HEAD_FACE = "黑体"
TEXT_FACE = "仿宋"
_LATIN_FACE = "Times New Roman"
_TWIPS = 1440 / 25.4
_JUSTIFIED = {Align.LEFT: "left", Align.CENTRE: "center", Align.RIGHT: "right"}
_OUTER, _INNER = 9, 4
"""Rules in eighths of a point: 0.4 mm and 0.15 mm, the thinnest Word knows being a quarter point more."""


def twips(millimetres: float) -> str:
    """Millimetres as Word counts them."""
    return str(round(millimetres * _TWIPS))


def element(tag: str, *children: Any, **attributes: str) -> Any:
    """An element of the word namespace with attributes of the same namespace."""
    made = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        made.set(qn(f"w:{name.rstrip('_')}"), value)
    for child in children:
        made.append(child)
    return made


def run(
    text: str,
    *,
    face: str = TEXT_FACE,
    points: float = 10.5,
    bold: bool = False,
    underlined: bool = False,
    colour: str = "",
) -> Any:
    """A run of text; `\\n` becomes a line break and `\\t` a tab."""
    latin = _LATIN_FACE if face == TEXT_FACE else face
    properties = element("rPr", element("rFonts", ascii=latin, hAnsi=latin, eastAsia=face, cs=latin))
    if bold:
        properties.append(element("b"))
    if colour:
        properties.append(element("color", val=colour))
    size = str(round(points * 2))
    properties.append(element("sz", val=size))
    properties.append(element("szCs", val=size))
    if underlined:
        properties.append(element("u", val="single"))
    made = element("r", properties)
    write_text(made, text)
    return made


def write_text(made: Any, text: str) -> None:
    """Put text into a run, in place of what it said before."""
    for child in list(made):
        if child.tag != qn("w:rPr"):
            made.remove(child)
    for number, line in enumerate(text.split("\n")):
        if number:
            made.append(element("br"))
        for place, piece in enumerate(line.split("\t")):
            if place:
                made.append(element("tab"))
            if piece:
                words = element("t")
                words.text = piece
                words.set(qn("xml:space"), "preserve")
                made.append(words)


def page_field(instruction: str, points: float = 10.5) -> Any:
    """A field such as PAGE that Word fills in."""
    return element("fldSimple", run("1", points=points), instr=f" {instruction} ")


def paragraph(
    runs: Iterable[Any] = (),
    *,
    align: Align = Align.LEFT,
    tabs: Sequence[tuple[Align, float]] = (),
    keep_next: bool = False,
    before: float = 0.0,
    after: float = 0.0,
    line_points: float = 0.0,
) -> Any:
    """A paragraph; `tabs` are stops, `before` and `after` space, in millimetres; `line_points` an exact
    line height.
    """
    properties = element("pPr")
    if keep_next:
        properties.append(element("keepNext"))
    if tabs:
        stops = [element("tab", val=_JUSTIFIED[kind], pos=twips(place)) for kind, place in tabs]
        properties.append(element("tabs", *stops))
    spacing = element("spacing", before=twips(before), after=twips(after))
    if line_points:
        spacing.set(qn("w:line"), str(round(line_points * 20)))
        spacing.set(qn("w:lineRule"), "exact")
    properties.append(spacing)
    properties.append(element("jc", val=_JUSTIFIED[align]))
    return element("p", properties, *runs)


def cell(
    width: float,
    paragraphs: Iterable[Any],
    *,
    span: int = 1,
    merge: str = "",
    ground: str = "",
    rules: Sequence[str] = (),
    middle: bool = True,
) -> Any:
    """A table cell; `merge` is restart or continue, `rules` name the sides that get an inner rule of their
    own.
    """
    properties = element("tcPr", element("tcW", w=twips(width), type="dxa"))
    if span > 1:
        properties.append(element("gridSpan", val=str(span)))
    if merge:
        properties.append(element("vMerge", val=merge))
    if rules:
        properties.append(element("tcBorders", *(_rule(side, _INNER) for side in rules)))
    if ground:
        properties.append(element("shd", val="clear", color="auto", fill=ground))
    if middle:
        properties.append(element("vAlign", val="center"))
    return element("tc", properties, *paragraphs)


def table_row(cells: Iterable[Any], *, height: float, heading: bool = False) -> Any:
    """A row that is never divided between pages, at least `height` millimetres; a heading repeats on each
    page.
    """
    properties = element("trPr", element("cantSplit"), element("trHeight", val=twips(height), hRule="atLeast"))
    if heading:
        properties.append(element("tblHeader"))
    return element("tr", properties, *cells)


def table(widths: Sequence[float], *, framed: bool, ruled: bool, padding: float = 0.5) -> Any:
    """An empty table with fixed columns in millimetres; `framed` has outer rules, `ruled` inner ones too."""
    properties = element(
        "tblPr",
        element("tblW", w=twips(sum(widths)), type="dxa"),
        element("jc", val="center"),
    )
    sides = [_rule(side, _OUTER) for side in ("top", "left", "bottom", "right")] if framed else []
    sides += [_rule(side, _INNER) for side in ("insideH", "insideV")] if ruled else []
    if sides:
        properties.append(element("tblBorders", *sides))
    properties.append(element("tblLayout", type="fixed"))
    sides_padding = (("top", 0.3), ("left", padding), ("bottom", 0.3), ("right", padding))
    margins = [element(side, w=twips(room), type="dxa") for side, room in sides_padding]
    properties.append(element("tblCellMar", *margins))
    grid = element("tblGrid", *(element("gridCol", w=twips(width)) for width in widths))
    return element("tbl", properties, grid)


def _rule(side: str, size: int) -> Any:
    return element(side, val="single", sz=str(size), space="0", color="000000")
