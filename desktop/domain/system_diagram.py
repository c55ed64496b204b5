"""体系框图: the tree of a system as boxes and lines in millimetres (conventions of handbook 1.4).

The whole tree on one page where it fits in legible type; else an overview of the top level and a set of pages for each
branch. Levels are joined by solid lines; what stands above the system (law, policy, aims) is dashed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from desktop.domain.drawing import LINE, POINT, Drawing, Frame, Rule, Text, broken, text_width
from desktop.domain.system_tree import TOP, Tree

SMALLEST = 9.0
"""Points (小五): no text of a diagram is smaller."""
_SIZES = (10.5, SMALLEST)
_GAP = 2.4
_COLUMN_GAP = 4.0
_PADDING = 1.1
_INDENT = 4.0
_LEAST_COLUMN = 27.0
_WIDEST_COLUMN = 62.0
_LEAST_BOX = 17.0
_LONGEST_NAME, _LONGEST_CODE = 80, 40
"""Characters; what is longer is cut in the diagram, never a box that no page can hold."""
_RISE = 4.0
"""Millimetres of the lines between two levels."""
ABOVE = "法律法规、政策文件、标准化方针目标"


@dataclass(frozen=True)
class Wanted:
    """What a diagram shows: the tree, the name of the whole, the text of the dashed box above it, and a short text
    beside some nodes' codes (such as their count)."""

    tree: Tree
    title: str
    above: str = ABOVE
    counts: Mapping[str, str] = field(default_factory=dict)


@dataclass
class _Page:
    width: float
    height: float
    frames: list[Frame] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)

    def drawing(self, caption: str) -> Drawing:
        """The page, no higher than its boxes reach."""
        reached = max((frame.y + frame.height for frame in self.frames), default=self.height)
        return Drawing(self.width, reached, tuple(self.frames), tuple(self.rules), caption)


def diagram(wanted: Wanted, width: float, height: float) -> list[Drawing]:
    """The pages of a diagram for an area of `width` × `height` millimetres, at least 150 × 100."""
    tree = wanted.tree
    for points in _SIZES:
        whole = _chart(wanted, TOP, tree.children(), width, height, points, deep=True)
        if whole is not None:
            return [whole]
    overview = _chart(wanted, TOP, tree.children(), width, height, SMALLEST, deep=False)
    pages = [overview] if overview is not None else _flow(wanted, TOP, tree.children(), width, height)
    for top in tree.children():
        if tree.children(top):
            pages.extend(_branch(wanted, top, width, height))
    return pages


def _branch(wanted: Wanted, head: str, width: float, height: float) -> list[Drawing]:
    for points in _SIZES:
        page = _chart(wanted, head, wanted.tree.children(head), width, height, points, deep=True)
        if page is not None:
            return [page]
    below = list(wanted.tree.branch(head))[1:]
    return _flow(wanted, head, below, width, height)


# boxes


def _box(wanted: Wanted, key: str, x: float, y: float, width: float, points: float, *, head: bool) -> Frame:
    """The box of a node, as high as its text needs; the empty key is the whole system."""
    inner = width - 2 * _PADDING
    if key == TOP:
        lines = [
            Text(text, points + 1.5, bold=True)
            for text in broken(_cut(wanted.title, _LONGEST_NAME), points + 1.5, inner)
        ]
    else:
        tree = wanted.tree
        count = wanted.counts.get(key, "")
        lines = [Text(text, points, left=not head) for text in _code_lines(tree.code(key), count, points, inner)]
        name = _cut(str(tree.nodes[key].name or ""), _LONGEST_NAME)
        lines += [Text(text, points, bold=head, left=not head) for text in broken(name, points, inner)]
    return Frame(x, y, width, _height(lines), heavy=head, shaded=head, lines=tuple(lines), key=key)


def _code_lines(code: str, count: str, points: float, width: float) -> list[str]:
    """Code and count in one line where they fit, else the count in a line of its own."""
    code = _cut(code, _LONGEST_CODE)
    together = " ".join(part for part in (code, count) if part)
    if text_width(together, points) <= width:
        return [together] if together else []
    return [*broken(code, points, width), *broken(count, points, width)]


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _height(lines: Sequence[Text]) -> float:
    return sum(line.points * POINT * LINE for line in lines) + 2 * _PADDING


# a chart: the head above, its children side by side, everything below them in columns


def _chart(
    wanted: Wanted, head: str, heads: Sequence[str], width: float, height: float, points: float, *, deep: bool
) -> Drawing | None:
    """One page, or None if it does not fit."""
    if not heads:
        page = _Page(width, height)
        _crown(wanted, head, page, points)
        return page.drawing(_caption(wanted, head))
    most = int((width + _COLUMN_GAP) / (_LEAST_COLUMN + _COLUMN_GAP))
    for count in range(len(heads), most + 1):
        page = _Page(width, height)
        top = _crown(wanted, head, page, points)
        breadth = min((width + _COLUMN_GAP) / count - _COLUMN_GAP, _WIDEST_COLUMN)
        groups = _groups(wanted, heads, breadth, height - top - _RISE, points, deep=deep)
        if groups is not None and sum(group.columns for group in groups) <= count:
            _place(groups, page, top, breadth)
            return page.drawing(_caption(wanted, head))
    return None


def _crown(wanted: Wanted, head: str, page: _Page, points: float) -> float:
    """The dashed box and the head, centred; the head's lower edge."""
    y, middle = 0.0, page.width / 2
    if head == TOP and wanted.above:
        breadth = page.width * 0.6
        lines = tuple(Text(text, points) for text in broken(wanted.above, points, breadth - 2 * _PADDING))
        above = Frame(middle - breadth / 2, 0, breadth, _height(lines), dashed=True, lines=lines)
        page.frames.append(above)
        page.rules.append(Rule(middle, above.height, middle, above.height + _RISE, dashed=True))
        y = above.height + _RISE
    breadth = min(page.width, 110.0)
    box = _box(wanted, head, middle - breadth / 2, y, breadth, points + 1.5, head=True)
    page.frames.append(box)
    return y + box.height


@dataclass
class _Group:
    """A head and the columns of boxes below it, placed from (0, 0)."""

    head: Frame
    columns: int
    frames: list[Frame]
    rules: list[Rule]


def _groups(
    wanted: Wanted, heads: Sequence[str], breadth: float, room: float, points: float, *, deep: bool
) -> list[_Group] | None:
    """Each head with its columns, as few as its height allows; None if some box is higher than the page."""
    found = []
    for key in heads:
        below = list(wanted.tree.branch(key))[1:] if deep else []
        columns = 1
        while True:
            span = columns * (breadth + _COLUMN_GAP) - _COLUMN_GAP
            head = _box(wanted, key, 0, _RISE, span, points, head=True)
            if head.height + _RISE > room:
                return None
            filled = _columns(wanted, key, below, breadth, (head.y + head.height, room), points)
            if filled is None:
                return None
            if len(filled) <= columns:
                frames = [frame for column in filled for frame in column[0]]
                rules = [rule for column in filled for rule in column[1]]
                found.append(_Group(head, columns, frames, rules))
                break
            columns = len(filled)
            if columns > 60:
                return None
    return found


def _place(groups: Sequence[_Group], page: _Page, top: float, breadth: float) -> None:
    used = sum(group.columns for group in groups) * (breadth + _COLUMN_GAP) - _COLUMN_GAP
    x = (page.width - used) / 2
    bus = top + _RISE
    middles = []
    for group in groups:
        y = top + _RISE
        head = group.head
        middles.append(x + head.width / 2)
        page.frames.append(_moved(head, x, y))
        page.rules.append(Rule(middles[-1], bus, middles[-1], y + head.y))
        page.frames.extend(_moved(frame, x, y) for frame in group.frames)
        page.rules.extend(Rule(rule.x1 + x, rule.y1 + y, rule.x2 + x, rule.y2 + y) for rule in group.rules)
        x += group.columns * (breadth + _COLUMN_GAP)
    page.rules.append(Rule(page.width / 2, top, page.width / 2, bus))
    ends = (*middles, page.width / 2)
    if min(ends) < max(ends):
        page.rules.append(Rule(min(ends), bus, max(ends), bus))


def _moved(frame: Frame, x: float, y: float) -> Frame:
    return Frame(frame.x + x, frame.y + y, frame.width, frame.height, frame.dashed, frame.heavy, frame.shaded,
                 frame.lines, frame.key)  # fmt: skip


# columns: boxes one below the other, indented by level


def _columns(
    wanted: Wanted, head: str, keys: Sequence[str], breadth: float, between: tuple[float, float], points: float
) -> list[tuple[list[Frame], list[Rule]]] | None:
    """Columns of boxes from `between[0]` down to `between[1]`, filled one after the other; None if a box is higher
    than a column. The keys are in reading order and stand below `head`."""
    start, end = between
    found: list[tuple[list[Frame], list[Rule]]] = []
    base = wanted.tree.depth(head) if head != TOP else -1
    levels = {key: wanted.tree.depth(key) - base for key in keys}
    step = min(_INDENT, (breadth - _LEAST_BOX) / max(levels.values(), default=1))
    y = end + 1.0
    for key in keys:
        indent = levels[key] * step
        frame = _box(wanted, key, indent, 0, breadth - indent, points, head=False)
        if y + _GAP + frame.height > end:
            if start + _GAP + frame.height > end:
                return None
            found.append(([], []))
            y = start
        x = (len(found) - 1) * (breadth + _COLUMN_GAP) + indent
        found[-1][0].append(_moved(frame, x - indent, y + _GAP))
        y += _GAP + frame.height
    for frames, rules in found:
        rules.extend(_joints(wanted.tree, frames, start, step))
    return found


def _joints(tree: Tree, frames: Sequence[Frame], start: float, step: float) -> list[Rule]:
    """The lines from parents to children of one column, each down just left of the children's boxes; a parent that
    stands elsewhere is reached from the top."""
    by_key = {frame.key: frame for frame in frames}
    last: dict[str, Frame] = {}
    found = []
    for frame in frames:
        middle = frame.y + frame.height / 2
        found.append(Rule(frame.x - step / 2, middle, frame.x, middle))
        last[tree.parent(frame.key)] = frame
    for parent, frame in last.items():
        above = by_key.get(parent)
        spine, middle = frame.x - step / 2, frame.y + frame.height / 2
        found.append(Rule(spine, above.y + above.height if above else start, spine, middle))
    return found


def _flow(wanted: Wanted, head: str, keys: Sequence[str], width: float, height: float) -> list[Drawing]:
    """The nodes below a head in columns over as many pages as they need; the head stands on each page."""
    count = max(int((width + _COLUMN_GAP) / (2 * _LEAST_COLUMN + _COLUMN_GAP)), 1)
    breadth = (width + _COLUMN_GAP) / count - _COLUMN_GAP
    first = _Page(width, height)
    top = _crown(wanted, head, first, SMALLEST)
    columns = _columns(wanted, head, keys, breadth, (top + _RISE, height), SMALLEST) or []
    pages = []
    for number in range(0, len(columns), count):
        page = _Page(width, height)
        _crown(wanted, head, page, SMALLEST)
        shown = columns[number : number + count]
        spare = width - len(shown) * (breadth + _COLUMN_GAP) + _COLUMN_GAP
        back = number * (breadth + _COLUMN_GAP) - spare / 2
        for frames, rules in shown:
            page.frames.extend(_moved(frame, -back, 0) for frame in frames)
            page.rules.extend(Rule(rule.x1 - back, rule.y1, rule.x2 - back, rule.y2) for rule in rules)
        _bus(page, top)
        pages.append(page.drawing(_caption(wanted, head)))
    return pages


def _bus(page: _Page, top: float) -> None:
    """The line that joins a head with the columns that begin below it."""
    middle, y = page.width / 2, top + _RISE
    ends = [rule.x1 for rule in page.rules if rule.x1 == rule.x2 and rule.y1 == y]
    page.rules.append(Rule(middle, top, middle, y))
    page.rules.append(Rule(min([*ends, middle]), y, max([*ends, middle]), y))


def _caption(wanted: Wanted, head: str) -> str:
    return wanted.title if head == TOP else wanted.tree.name(head)
