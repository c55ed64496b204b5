"""Finding and replacing without regard to case and width."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.text_search import found, replaced


@pytest.mark.parametrize(
    ("text", "words", "instead", "result"),
    [
        ("公务用车管理", "公务用车", "公车", "公车管理"),
        ("ＧＢ／Ｔ 1.1", "gb/t", "DB33/T", "DB33/T 1.1"),
        ("（试行）办法(试行)", "(试行)", "", "办法"),
        ("aaa", "aa", "b", "ba"),
        ("面积 5㎡", "m", "x", "面积 5㎡"),
        ("面积 5㎡", "m2", "平方米", "面积 5平方米"),
        ("甲处", "", "乙", "甲处"),
        ("甲处", "丙", "乙", "甲处"),
    ],
)
def test_what_is_replaced(text: str, words: str, instead: str, result: str) -> None:
    assert replaced(text, words, instead) == result
    assert found(text, words) is (result != text)


def test_a_whole_cell() -> None:
    assert replaced("综合科", "综合", "办公", whole=True) == "综合科"
    assert replaced(" ＡＢ ", "ab", "c", whole=True) == "c"
    assert not found("", "", whole=True)


@given(text=st.text(alphabet="abc甲乙 "), words=st.text(alphabet="abc甲乙", min_size=1), instead=st.text())
def test_where_nothing_folds_it_is_the_plain_replacement(text: str, words: str, instead: str) -> None:
    assert replaced(text, words, instead) == text.replace(words, instead)
    assert found(text, words) is (words in text)
    assert found(text, words, whole=True) is (text.strip() == words.strip())


@given(text=st.text(), words=st.text(min_size=1))
def test_replacing_by_a_found_mark_leaves_what_is_found_or_nothing_changed(text: str, words: str) -> None:
    assert (replaced(text, words, "\x00") != text) <= found(text, words)
