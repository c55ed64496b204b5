"""Codes of the tree: which are one, and what stands below what."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.codes import behind, nearest, plain_code


@pytest.mark.parametrize("code", ["ZC5.1", "zc5.1", " ZC 5.1\n", "ＺＣ５．１", "zc５.1"])
def test_spellings_of_one_code_are_one(code: str) -> None:
    assert plain_code(code) == "zc5.1"
    assert nearest({"zc": "z", "zc5.1": "z51"}, code) == "z51"
    assert plain_code(behind("ZC5", code) or "") == ".1"


@pytest.mark.parametrize(
    ("code", "node"),
    [("ZC5.02", "z5"), ("zc5", "z5"), ("ZC 5.1.3", "z51"), ("QQ1", None), ("", None), ("ZC", "z")],
)
def test_an_entry_stands_below_the_longest_code_that_begins_its_own(code: str, node: str | None) -> None:
    assert nearest({"zc": "z", "zc5": "z5", "zc5.1": "z51"}, code) == node


@pytest.mark.parametrize(
    ("prefix", "code", "rest"),
    [
        ("ZC5", "ZC5.02", ".02"), ("zc 5", "ＺＣ5-2 甲", "-2 甲"), ("JC", "jc 101", " 101"), ("", "ZC5", "ZC5"),
        ("ZC5", "ZC 5", ""), ("ZC5", "ZC", None), ("ZC5", "JC5.02", None), ("ZC5", "", None), ("", "", ""),
    ],
)  # fmt: skip
def test_what_stands_behind_a_code_is_left_as_it_is_written(prefix: str, code: str, rest: str | None) -> None:
    assert behind(prefix, code) == rest


CODES = st.text("ZzＺC5５.- 甲", max_size=6)


@given(CODES, CODES)
def test_what_is_put_behind_a_code_is_found_there(prefix: str, code: str) -> None:
    rest = behind(prefix, prefix + code)
    assert rest is not None and plain_code(prefix) + plain_code(rest) == plain_code(prefix + code)
