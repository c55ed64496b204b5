"""Duplicates: the quick way finds exactly what comparing every row with every other finds."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain import numbers
from desktop.domain.duplicates import (
    LONGEST_NEAR,
    SHORTEST_NAME,
    SHORTEST_NEAR,
    Candidate,
    Group,
    Likeness,
    groups,
    misreading,
    near,
    plain_title,
    within_one,
)


def _distance(left: str, right: str) -> int:
    """Edits from one text to the other, by the textbook table."""
    before = list(range(len(right) + 1))
    for row, letter in enumerate(left, 1):
        now = [row]
        for column, other in enumerate(right, 1):
            now.append(min(before[column] + 1, now[-1] + 1, before[column - 1] + (letter != other)))
        before = now
    return before[-1]


def _glued(one: Candidate, other: Candidate) -> bool:
    whole, sound = misreading(one.number), misreading(other.number)
    parsed = numbers.parse(other.number)
    unreadable = bool(one.number.strip()) and numbers.parse(one.number) is None
    return unreadable and parsed is not None and bool(parsed.year) and 8 <= len(sound) < len(whole) and (
        whole.startswith(sound)
    )  # fmt: skip


def _like(likeness: Likeness, one: Candidate, other: Candidate, shortest: int) -> bool:
    both = bool(one.number.strip() and other.number.strip())
    first, second = numbers.parse(one.number), numbers.parse(other.number)
    titles = plain_title(one.name), plain_title(other.name)
    match likeness:
        case Likeness.NUMBER:
            return both and numbers.identity(one.number) == numbers.identity(other.number)
        case Likeness.MISREAD:
            same = misreading(one.number) == misreading(other.number) and len(misreading(one.number)) >= 6
            differ = both and numbers.identity(one.number) != numbers.identity(other.number)
            return (differ and same) or (both and (_glued(one, other) or _glued(other, one)))
        case Likeness.EDITION:
            return both and first is not None and second is not None and first.series == second.series
        case Likeness.TITLE:
            return titles[0] == titles[1] and len(titles[0]) >= shortest
        case Likeness.NEAR:
            return near(*titles)


def _naive(candidates: list[Candidate]) -> set[Group]:
    found: set[Group] = set()
    told: set[tuple[Candidate, Candidate]] = set()
    order = {item.key: place for place, item in enumerate(candidates)}
    for likeness in Likeness:
        for unit in {item.within for item in candidates}:
            items = [item for item in candidates if item.within == unit]
            shortest = SHORTEST_NAME if any(item.number for item in items) else 1
            pairs = {pair for pair in combinations(items, 2) if _like(likeness, *pair, shortest)} - told
            told |= pairs
            sets: list[set[str]] = []
            for one, other in pairs:
                touching = [known for known in sets if known & {one.key, other.key}]
                sets = [known for known in sets if known not in touching]
                sets.append({one.key, other.key}.union(*touching))
            found |= {Group(likeness, tuple(sorted(keys, key=order.__getitem__))) for keys in sets}
    return found


_NUMBERS = st.sampled_from([
    "", "GB/T 1.1-2020", "ＧＢ/Ｔ1.1—2020", "GB/T 1.1-2009", "GB/T l.1-2020", "GB/T 1.1-2O20", "GB/T1.1-2020GB/T 1.2-2020",
    "GB 17167-2006", "GB/T 17167-1997", "JGJ 16-2008", "Q/XH 001-2020", "内部1号", "DB33/T 2-2019",
])  # fmt: skip
_TITLES = st.one_of(
    st.sampled_from([
        "机关食堂服务质量管理规范", "机关食堂服务质量管理规程", "机关食堂 服务质量管理规范", "机关食堂服务质量管理规范第1部分",
        "机关食堂服务质量管理规范第2部分", "机关食堂的服务质量管理规范", "导则", "会议服务", "会议服务规范",
    ]),
    st.text("机关食堂管理规范服务", max_size=12),
)  # fmt: skip


@st.composite
def _candidates(draw: st.DrawFn) -> list[Candidate]:
    rows = draw(st.lists(st.tuples(st.sampled_from("甲乙"), _NUMBERS, _TITLES), max_size=9))
    return [Candidate(f"k{place}", *row) for place, row in enumerate(rows)]


@given(_candidates())
def test_groups_are_those_of_comparing_all_with_all(candidates: list[Candidate]) -> None:
    found = groups(candidates)
    assert set(found) == _naive(candidates)
    assert len(found) == len(set(found))
    places = [list(Likeness).index(group.likeness) for group in found]
    assert places == sorted(places), "the strongest likeness comes first"


@given(st.text("ab", max_size=7), st.text("ab", max_size=7))
def test_within_one_is_the_edit_distance(left: str, right: str) -> None:
    assert within_one(left, right) == (_distance(left, right) <= 1)


@pytest.mark.parametrize(
    ("left", "right", "alike"),
    [
        ("公务用车使用管理规范", "公务用车使用管理规程", True),
        ("公务用车使用管理规范", "公务用车的使用管理规范", True),
        ("公务用车使用管理第1部分", "公务用车使用管理第2部分", False),
        ("公务用车使用管理第一部分", "公务用车使用管理第二部分", False),
        ("会议服务规范", "会议服务规程", False),
        ("公务用车使用管理规范", "公务用车使用评价规范", False),
        ("a" * LONGEST_NEAR, "a" * LONGEST_NEAR + "b", False),
        ("机" * SHORTEST_NEAR, "机" * (SHORTEST_NEAR - 1) + "关", True),
    ],
)
def test_near_is_one_letter_but_not_a_part_number(left: str, right: str, *, alike: bool) -> None:
    assert near(left, right) is alike
    assert near(right, left) is alike


def test_many_of_one_number_are_one_group() -> None:
    rows = [Candidate(f"k{place:02}", "甲", "GB/T 1.1-2020", f"名称{place}") for place in range(40)]
    (group,) = groups(rows)
    assert group == Group(Likeness.NUMBER, tuple(row.key for row in rows))


def test_short_names_of_people_and_units_are_compared_too() -> None:
    assert groups([Candidate("a", "甲", "", "李明"), Candidate("b", "甲", "", "李 明")]) == [
        Group(Likeness.TITLE, ("a", "b"))
    ]
