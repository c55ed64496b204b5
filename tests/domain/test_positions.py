"""Order keys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop import resources
from desktop.domain.positions import after_last, between, position, spread


@pytest.mark.parametrize(("lower", "higher"), [(0, 1), (8, 9), (9, 10), (998, 1000), (99_999, 100_000)])
def test_positions_sort_as_places_do(lower: int, higher: int) -> None:
    assert position(lower) < position(higher)


@given(st.lists(st.integers(0, 30), max_size=60))
def test_keys_put_between_others_keep_the_order_for_machines_and_for_people(places: list[int]) -> None:
    keys = [position(place) for place in range(3)]
    for place in places:
        at = place % (len(keys) + 1)
        made = between(keys[at - 1] if at else "", keys[at] if at < len(keys) else "")
        assert made is not None
        keys.insert(at, made)
    assert keys == sorted(set(keys)) == sorted(keys, key=resources.pinyin().sort_key)


def test_the_same_gap_is_halved_many_times_before_all_are_numbered_anew() -> None:
    low, made = position(0), 0
    high = position(1)
    while (found := between(low, high)) is not None and made < 1000:
        assert low < found < high
        high, made = found, made + 1
    assert made > 100


@pytest.mark.parametrize(("before", "after"), [("000002", "000001"), ("000001", "000001"), ("第一", ""), ("", "3")])
def test_without_room_there_is_no_key(before: str, after: str) -> None:
    assert between(before, after) is None
    assert spread(before, after, 2) is None


def test_a_new_row_goes_behind_all_known_ones() -> None:
    assert after_last([]) == "000001"
    assert after_last(["000004", "000007n", "x"]) == "000008"
    assert after_last(["1", "2", "3"]) == "000004"
    assert spread("000001", "000002", 3) == ["000001n", "000001t", "000001w"]
