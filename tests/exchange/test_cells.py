"""One value for a cell, whichever reader gave it."""

import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.entry import clean
from desktop.exchange.cells import cell_value, column_letters, is_inexact


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (None, None),
        ("", None),
        (" \n", None),
        ("#DIV/0!", None),
        ("#N/A", None),
        (True, "是"),
        (False, "否"),
        (5.0, 5),
        (-3.0, -3),
        (5.5, 5.5),
        (0.0, 0),
        (float("nan"), None),
        (float("inf"), None),
        (2**53, 2**53),
        (2**53 + 1, "9007199254740993"),
        (12345678901234568.0, "12345678901234568"),
        ("0418", "0418"),
        (" GB/T 1.1\r\n", "GB/T 1.1"),
        ("甲_x000D_\n乙", "甲\n乙"),
        ("a\x00b", "ab"),
        ("e\u0301", "é"),
        (datetime.date(2022, 11, 7), datetime.date(2022, 11, 7)),
        (datetime.datetime(2022, 11, 7), datetime.date(2022, 11, 7)),
        (datetime.datetime(2022, 11, 7, 8, 30), "2022-11-07 08:30"),
        (datetime.datetime(2022, 11, 7, 8, 30, 15), "2022-11-07 08:30:15"),
        (datetime.time(8, 30), "08:30"),
        (datetime.timedelta(hours=30), "1 day, 6:00:00"),
    ],
)
def test_each_kind_of_raw_cell(raw: object, value: object) -> None:
    assert cell_value(raw) == value
    assert type(cell_value(raw)) is type(value)


@given(st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.datetimes(), st.dates(), st.times()))
def test_a_value_is_its_own_value(raw: Any) -> None:
    once = cell_value(raw)
    assert cell_value(once) == once
    assert once is None or type(once) in (int, float, str, datetime.date)


@given(st.text())
def test_text_is_cleaned_as_typed_text_is(text: str) -> None:
    assert cell_value(f"甲{text}") == clean(f"甲{text}")


def test_only_numbers_beyond_a_workbooks_digits_are_inexact() -> None:
    assert is_inexact(12345678901234567)
    assert is_inexact(-1e17)
    assert not is_inexact(2**53)
    assert not is_inexact(float("inf"))
    assert not is_inexact("12345678901234567")


def test_columns_are_named_as_on_the_screen() -> None:
    assert [column_letters(at) for at in (0, 25, 26, 51, 52, 701, 702)] == [
        "A",
        "Z",
        "AA",
        "AZ",
        "BA",
        "ZZ",
        "AAA",
    ]
