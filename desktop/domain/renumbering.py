"""体系编号: how the codes of a tree are built, where they have gaps, and what numbering a branch anew would change.

The standard forces no pattern (handbook 1.5), so that of each parent's children is read from the children themselves:
the parent's code, a separator, a number of so many digits (ZC5.02, JC 101, BZ101-01, 1.1.1).
"""

import itertools
import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from desktop.domain.codes import behind, nearest, plain_code
from desktop.domain.system_tree import TOP, Tree, natural_order

_NUMBERED = re.compile(r"(\D*)(\d+)", re.ASCII)


@dataclass(frozen=True)
class Pattern:
    """How children are numbered: parent's code, `separator`, number of at least `digits` digits from `first` on."""

    separator: str
    digits: int
    first: int

    def code(self, parent: str, number: int) -> str:
        """The code of the child with this number."""
        return f"{parent}{self.separator}{number:0{self.digits}d}"


@dataclass(frozen=True)
class Recoded:
    """A node or detail row whose code changes."""

    key: str
    name: str
    old: str
    new: str


@dataclass(frozen=True)
class DetailCode:
    """What a detail row is known by here: its code, the node it stands at ('' for none) and its name."""

    key: str
    code: str
    node: str
    name: str


@dataclass(frozen=True)
class Renumbering:
    """What would change, before anything is written; with a conflict nothing can be."""

    nodes: tuple[Recoded, ...]
    entries: tuple[Recoded, ...]
    conflicts: tuple[str, ...]


def numbered(parent: str, code: str) -> tuple[str, int, int] | None:
    """Separator, digits and number of a child's code; None if it is not built upon its parent's."""
    rest = behind(parent, code)
    found = _NUMBERED.fullmatch(rest) if rest else None
    return (found[1], len(found[2]), int(found[2])) if found else None


def pattern_of(tree: Tree, parent: str) -> Pattern:
    """The pattern of a node's children: that of most of them, else that of nodes equally deep, else the usual one."""
    known = _read(tree, [parent])
    if known is not None:
        return known
    depth = tree.depth(parent) if parent != TOP else -1
    alike = [key for key in tree.nodes if tree.depth(key) == depth and tree.children(key)] if parent != TOP else []
    found = _read(tree, alike)
    last = tree.code(parent)[-1:]
    if found is not None and (found.separator or not last.isdecimal() or found.digits > 1):
        return Pattern(found.separator, found.digits, 1)
    return Pattern("." if last.isdecimal() else "", 1, 1)


def _read(tree: Tree, parents: Iterable[str]) -> Pattern | None:
    found = [
        parts
        for parent in parents
        for child in tree.children(parent)
        if (parts := numbered(tree.code(parent), tree.code(child)))
    ]
    if not found:
        return None
    separator = Counter(parts[0] for parts in found).most_common(1)[0][0]
    fitting = [parts for parts in found if parts[0] == separator]
    numbers = [number for _, _, number in fitting]
    digits = max(count for _, count, _ in fitting)
    padded = any(len(str(number)) < count for _, count, number in fitting) or min(numbers) >= 10
    return Pattern(separator, digits if padded else 1, _first(min(numbers)))


def _first(lowest: int) -> int:
    """Where a series begins: 1, or 101 for one like JC 101, JC 102."""
    step = 100 if lowest >= 100 else 10 if lowest >= 10 else 0
    return lowest // step * step + 1 if step else min(lowest, 1)


def next_code(tree: Tree, parent: str, retired: Collection[str] = ()) -> str:
    """The code for one more child: behind the highest number in use and none of the `retired` ones, which are not used
    again (handbook 1.5); '' at the top of a tree with codes of letters."""
    if parent == TOP and _read(tree, [TOP]) is None:
        return "" if tree.children() else "1"
    pattern = pattern_of(tree, parent)
    used = {*retired, *(tree.code(key) for key in tree.nodes)}
    number = max([pattern.first - 1, *_numbers(tree, parent, pattern)]) + 1
    while pattern.code(tree.code(parent), number) in used:
        number += 1
    return pattern.code(tree.code(parent), number)


def _numbers(tree: Tree, parent: str, pattern: Pattern) -> list[int]:
    read = (numbered(tree.code(parent), tree.code(child)) for child in tree.children(parent))
    return [parts[2] for parts in read if parts and parts[0] == pattern.separator]


def gaps(tree: Tree) -> list[str]:
    """What a look at the numbering shows, a sentence each: numbers left out, codes not built upon the parent's."""
    found: list[str] = []
    for parent in (TOP, *tree.in_order()):
        pattern = _read(tree, [parent])
        strangers = [key for key in tree.children(parent) if numbered(tree.code(parent), tree.code(key)) is None]
        if parent != TOP:
            found.extend(f"{tree.code(key)} 不以上级编号 {tree.code(parent)} 开头" for key in strangers)
        if pattern is None:
            continue
        known = sorted({*_numbers(tree, parent, pattern)})
        for low, high in itertools.pairwise(known):
            if high - low > 1:
                one, other = (pattern.code(tree.code(parent), number) for number in (low, high))
                found.append(f"{one} 之后直接到 {other}")
    return found


def renumber(tree: Tree, parent: str, entries: Sequence[DetailCode], *, in_turn: bool = True) -> Renumbering:
    """Number everything below `parent` (TOP: the whole tree).

    `in_turn` numbers children one after the other in their order, which closes gaps; otherwise only those whose code
    is not built upon the parent's get the next free number. What stands below follows its parent's new code; detail
    rows follow their node's (longest fitting code for rows without a node).
    """
    codes = {key: tree.code(key) for key in tree.in_order()}
    pending = [parent]
    while pending:
        here = pending.pop()
        _number_children(tree, here, codes, in_turn)
        pending.extend(tree.children(here))
    nodes = tuple(
        Recoded(key, str(tree.nodes[key].name or ""), tree.code(key), codes[key])
        for key in tree.in_order()
        if codes[key] != tree.code(key)
    )
    rows, moved = _rows(tree, codes, entries)
    return Renumbering(nodes, rows, (*_twice(codes, tree), *_rows_twice(entries, moved)))


def _number_children(tree: Tree, parent: str, codes: dict[str, str], in_turn: bool) -> None:
    children = tree.children(parent)
    if parent == TOP and _read(tree, [TOP]) is None:
        return
    pattern = pattern_of(tree, parent)
    number = pattern.first if in_turn else max([pattern.first - 1, *_numbers(tree, parent, pattern)]) + 1
    for child in children:
        rest = behind(tree.code(parent), tree.code(child))
        if not in_turn and rest and numbered(tree.code(parent), tree.code(child)):
            codes[child] = codes.get(parent, "") + rest
        else:
            codes[child] = pattern.code(codes.get(parent, ""), number)
            number += 1


def _rows(
    tree: Tree, codes: dict[str, str], entries: Sequence[DetailCode]
) -> tuple[tuple[Recoded, ...], dict[str, str]]:
    by_code = {plain_code(tree.code(key)): key for key in tree.nodes if tree.code(key)}
    found, moved = [], {}
    for entry in entries:
        node = entry.node if entry.node in tree.nodes else nearest(by_code, entry.code) or TOP
        rest = behind(tree.code(node), entry.code) if node and entry.code else None
        if rest is None or codes[node] == tree.code(node):
            continue
        moved[entry.key] = codes[node] + rest
        if moved[entry.key] != entry.code:
            found.append(Recoded(entry.key, entry.name, entry.code, moved[entry.key]))
    return tuple(sorted(found, key=lambda item: natural_order(item.old))), moved


def _twice(codes: dict[str, str], tree: Tree) -> list[str]:
    holders: dict[str, list[str]] = {}
    for key, code in codes.items():
        holders.setdefault(plain_code(code), []).append(key)
    return [
        f"编号 {codes[keys[0]]} 会重复：" + "、".join(str(tree.nodes[key].name or "") for key in keys)
        for keys in holders.values()
        if len(keys) > 1 and any(codes[key] != tree.code(key) for key in keys)
    ]


def _rows_twice(entries: Sequence[DetailCode], moved: dict[str, str]) -> list[str]:
    """Detail rows that would come to share a code that they did not share before."""
    holders: dict[str, list[DetailCode]] = {}
    for entry in entries:
        if code := moved.get(entry.key, entry.code):
            holders.setdefault(code, []).append(entry)
    return [
        f"明细编号 {code} 会重复：" + "、".join(entry.name for entry in held)
        for code, held in holders.items()
        if len({entry.code for entry in held}) > 1
    ]
