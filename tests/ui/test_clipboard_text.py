"""Clipboard text as spreadsheets write it: what goes out comes back, and quotes of the text itself stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.ui.grid.clipboard import from_text, to_text

CELLS = st.text('甲"\t\n a', max_size=5)
BLOCKS = st.integers(1, 3).flatmap(
    lambda wide: st.lists(st.lists(CELLS, min_size=wide, max_size=wide), min_size=1, max_size=4)
)


@given(BLOCKS)
def test_a_copied_block_comes_back(block: list[list[str]]) -> None:
    assert from_text(to_text(block)) == block


@pytest.mark.parametrize(("text", "block"), [
    ('"甲" 乙\t丙\r\n', [['"甲" 乙', "丙"]]), ('"甲"\t丙\r\n', [["甲", "丙"]]), ('3" 管\t2"', [['3" 管', '2"']]),
    ('"甲\r\n乙"\t丙', [["甲\n乙", "丙"]]), ('"没有完\t丙', [['"没有完', "丙"]]), ("甲\t乙\r\n丙\r\n", [["甲", "乙"], ["丙", ""]]),
    ('"他说""好"""', [['他说"好"']]), ("甲\t", [["甲", ""]]), ("甲\r乙\n\n", [["甲"], ["乙"]]), ("甲\n\n乙", [["甲"], [""], ["乙"]]),
    ("\r\n", []), ("", []),
])  # fmt: skip
def test_only_a_cell_quoted_as_a_whole_loses_its_quotes(text: str, block: list[list[str]]) -> None:
    assert from_text(text) == block
