"""A drawing as items of a page: black on white, heads on a light ground, dashed where the drawing says so."""

from desktop.domain.document import Align
from desktop.domain.drawing import LINE, POINT, Drawing, Frame, Rule
from desktop.exchange.legible import legible
from desktop.exchange.paper_items import Face, Ground, Item, Lettering, Stroke, Words

_FRAME, _HEAVY_FRAME = 0.2, 0.35
_SIDE = 1.1


def drawing_items(drawing: Drawing, scale: float = 1.0) -> list[Item]:
    """The items of a drawing from its upper left corner, all measures times `scale`."""
    found: list[Item] = [
        Ground(frame.x * scale, frame.y * scale, frame.width * scale, frame.height * scale)
        for frame in drawing.frames
        if frame.shaded
    ]
    found.extend(_line(rule, scale) for rule in drawing.rules)
    for frame in drawing.frames:
        found.extend(_edges(frame, scale))
        found.extend(_words(frame, scale))
    return found


def _line(rule: Rule, scale: float) -> Stroke:
    x, y = rule.x1 * scale, rule.y1 * scale
    return Stroke(x, y, rule.x2 * scale - x, rule.y2 * scale - y, _FRAME, rule.dashed)


def _edges(frame: Frame, scale: float) -> list[Item]:
    x, y, width, height = (side * scale for side in (frame.x, frame.y, frame.width, frame.height))
    thickness = _HEAVY_FRAME if frame.heavy else _FRAME
    return [
        Stroke(left, top, across, down, thickness, frame.dashed)
        for left, top, across, down in (
            (x, y, width, 0),
            (x, y + height, width, 0),
            (x, y, 0, height),
            (x + width, y, 0, height),
        )
    ]


def _words(frame: Frame, scale: float) -> list[Item]:
    used = sum(line.points * POINT * LINE for line in frame.lines)
    y = (frame.y + (frame.height - used) / 2) * scale
    found: list[Item] = []
    for line in frame.lines:
        height = line.points * POINT * LINE * scale
        lettering = Lettering(Face.HEAD if line.bold else Face.TEXT, line.points * scale, line.bold)
        side = _SIDE * scale
        align = Align.LEFT if line.left else Align.CENTRE
        place = frame.x * scale + side, y, frame.width * scale - 2 * side, height
        found.append(Words(*place, legible(line.text), lettering, align))
        y += height
    return found
