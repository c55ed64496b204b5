"""Order keys of rows among their siblings: six digits and, for a row put between two others, a fraction in letters.

Texts of this form sort as the places do, as plain text and as a person sorts alike (digits by value, then letters).
Moving one row rewrites that row alone.
"""

import re
from collections.abc import Sequence

_FORM = re.compile("([0-9]{6})((?:[a-z]*[b-z])?)")
_LAST = 999_999
_LONGEST = 40
"""Characters; beyond this all siblings are numbered anew."""
_BASE = 26


def position(place: int) -> str:
    """The order key of the child row at a place (0-based) of a list that is written as a whole."""
    return f"{place + 1:06d}"


def between(before: str, after: str) -> str | None:
    """An order key behind `before` and in front of `after`; '' stands for no neighbour on that side.

    None when there is no room or a neighbour's key is not of this form: then all siblings are to be numbered anew.
    """
    low, high = _read(before or "000000"), _read(after) if after else (_LAST + 1, "")
    if low is None or high is None or low >= high:
        return None
    found = _between(low, high, open_ended=not after)
    return found if len(found) <= _LONGEST else None


def spread(before: str, after: str, count: int) -> list[str] | None:
    """`count` order keys one behind the other between two neighbours; None when there is no room."""
    found: list[str] = []
    for _ in range(count):
        made = between(found[-1] if found else before, after)
        if made is None:
            return None
        found.append(made)
    return found


def after_last(known: Sequence[str]) -> str:
    """The order key behind all known ones; those of another form count as places."""
    whole = [read[0] for text in known if (read := _read(text))]
    return f"{min(max([len(known), *whole]) + 1, _LAST):06d}"


def _read(text: str) -> tuple[int, str] | None:
    found = _FORM.fullmatch(text)
    return (int(found[1]), found[2]) if found else None


def _between(low: tuple[int, str], high: tuple[int, str], *, open_ended: bool) -> str:
    if open_ended and low[0] < _LAST:
        return f"{low[0] + 1:06d}"
    if high[0] - low[0] > 1:
        return f"{(low[0] + high[0]) // 2:06d}"
    if high[0] > low[0]:
        return f"{high[0]:06d}" if high[1] else f"{low[0]:06d}{_middle(low[1], None)}"
    return f"{low[0]:06d}{_middle(low[1], high[1])}"


def _middle(low: str, high: str | None) -> str:
    """A fraction between two; None stands for one."""
    found = ""
    for place in range(_LONGEST + 2):
        floor = ord(low[place]) - 97 if place < len(low) else 0
        ceiling = ord(high[place]) - 97 if high is not None and place < len(high) else _BASE
        if ceiling - floor > 1:
            return found + chr(97 + (floor + ceiling) // 2)
        found += chr(97 + floor)
        if ceiling > floor:
            high = None
    return found + "n"
