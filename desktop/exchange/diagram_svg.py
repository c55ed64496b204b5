"""A drawing as SVG: text stays text, so that it can be edited, searched and enlarged without loss."""

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from desktop.domain.drawing import LINE, POINT, Drawing, Frame, Rule
from desktop.exchange.legible import legible
from desktop.whole_file import whole_file

_BETWEEN = 12.0
"""Millimetres between the pages of a drawing, which stand one below the other."""
_MARGIN = 8.0
_SIDE = 1.1
_FACES = "FangSong, 仿宋, SimSun, 宋体, Noto Serif CJK SC, serif"
_HEAD_FACES = "SimHei, 黑体, Noto Sans CJK SC, sans-serif"


def svg_text(drawings: Sequence[Drawing], title: str) -> str:
    """The pages of a diagram as one SVG document, in millimetres."""
    width = max((page.width for page in drawings), default=0.0) + 2 * _MARGIN
    height = sum(page.height + _BETWEEN for page in drawings) + _MARGIN
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.2f}mm" height="{height:.2f}mm" '
        f'viewBox="0 0 {width:.2f} {height:.2f}">',
        f"<title>{_plain(title)}</title>",
        f'<rect width="{width:.2f}" height="{height:.2f}" fill="#ffffff"/>',
    ]
    y = _MARGIN
    for page in drawings:
        lines.append(f'<g transform="translate({_MARGIN:.2f} {y:.2f})"><title>{_plain(page.caption)}</title>')
        lines.extend(_rule(rule) for rule in page.rules)
        for frame in page.frames:
            lines.extend(_frame(frame))
        lines.append("</g>")
        y += page.height + _BETWEEN
    return "\n".join((*lines, "</svg>", ""))


def write_svg(drawings: Sequence[Drawing], title: str, path: Path) -> None:
    """Write the diagram as an SVG file; raises EnvironmentFault `write_failed`."""
    with whole_file(path) as stream:
        stream.write(svg_text(drawings, title).encode("utf-8"))


def _plain(text: str) -> str:
    return escape(legible(text), quote=True)


def _dash(dashed: bool) -> str:
    return ' stroke-dasharray="1.2 1.2"' if dashed else ""


def _rule(rule: Rule) -> str:
    return (
        f'<line x1="{rule.x1:.2f}" y1="{rule.y1:.2f}" x2="{rule.x2:.2f}" y2="{rule.y2:.2f}" stroke="#000000" '
        f'stroke-width="0.2"{_dash(rule.dashed)}/>'
    )


def _frame(frame: Frame) -> Iterator[str]:
    ground, thickness = ("#efefef", 0.35) if frame.heavy else ("#ffffff", 0.2)
    yield (
        f'<rect x="{frame.x:.2f}" y="{frame.y:.2f}" width="{frame.width:.2f}" height="{frame.height:.2f}" '
        f'fill="{ground}" stroke="#000000" stroke-width="{thickness}"{_dash(frame.dashed)}/>'
    )
    y = frame.y + (frame.height - sum(line.points * POINT * LINE for line in frame.lines)) / 2
    for line in frame.lines:
        size = line.points * POINT
        x, anchor = (frame.x + _SIDE, "start") if line.left else (frame.x + frame.width / 2, "middle")
        weight, faces = ("bold", _HEAD_FACES) if line.bold else ("normal", _FACES)
        # the base line stands 0.36 of a character's height below the middle of its line
        base = y + size * LINE / 2 + 0.36 * size
        yield (
            f'<text x="{x:.2f}" y="{base:.2f}" font-size="{size:.3f}" font-family="{faces}" font-weight="{weight}" '
            f'text-anchor="{anchor}">{_plain(line.text)}</text>'
        )
        y += size * LINE
