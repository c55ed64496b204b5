"""What a keyboard, a clipboard or a workbook hands over becomes a cell, or a sentence that says what the field takes."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.entry import LONGEST_TEXT, Typed, clean, read_cell
from desktop.domain.errors import Refusal
from desktop.domain.ledgers.words import LEVELS
from desktop.domain.record import Cell, Field, Kind

TEXT = Field("标题", Kind.TEXT)
LONG = Field("说明", Kind.LONG_TEXT)
DATE = Field("发布日期", Kind.DATE)
INTEGER = Field("顺位", Kind.INTEGER)
DECIMAL = Field("分值", Kind.DECIMAL)
FLAG = Field("应训", Kind.FLAG)
LEVEL = Field("标准级别", Kind.CHOICE, choices=LEVELS)
STATUS = Field("状态", Kind.DERIVED)


@pytest.mark.parametrize(
    ("field", "typed", "cell"),
    [
        (TEXT, "  甲　乙\t丙\n", "甲 乙 丙"),
        (TEXT, 101.0, "101"),
        (TEXT, 1.5, "1.5"),
        (TEXT, True, "True"),
        (TEXT, datetime.date(2022, 11, 7), "2022-11-07"),
        (TEXT, "e\u0301\x00\x0b", "é"),
        (TEXT, "甲_x000D_\n乙", "甲 乙"),
        (LONG, "甲\r\n  乙  \r丙\n\n", "甲\n  乙  \n丙"),
        (DATE, "2022.11.7", "2022-11-07"),
        (DATE, "2022年11月", "2022-11"),
        (DATE, 2022, "2022"),
        (DATE, datetime.datetime(2022, 11, 7, 8, 30), "2022-11-07"),
        (DATE, 44872, "2022-11-07"),
        (INTEGER, "１,２００", 1200),
        (INTEGER, 3.0, 3),
        (INTEGER, "-7", -7),
        (DECIMAL, "1.50", "1.5"),
        (DECIMAL, "100", "100"),
        (DECIMAL, "1E2", "100"),
        (DECIMAL, "0.000", "0"),
        (DECIMAL, 0.1, "0.1"),
        *((FLAG, word, 1) for word in ("是", "√", "1", 1, 1.0, True, "Ｙ", "关键")),
        *((FLAG, word, 0) for word in ("否", "×", "0", 0, 0.0, False, "—", "非关键")),
        *((LEVEL, word, "national") for word in ("国家标准", "国标", " 国 标 ", "national")),
        (LEVEL, "地方标准（省级）", "provincial"),
        (LEVEL, "地方标准(省级)", "provincial"),
        *((field, blank, None) for field in (TEXT, LONG, DATE, INTEGER, DECIMAL, FLAG, LEVEL)
          for blank in (None, "", "  　\n", "\x00")),
    ],
)  # fmt: skip
def test_what_is_typed_becomes_a_cell(field: Field, typed: Typed, cell: Cell) -> None:
    found = read_cell(field, typed)
    assert (found, type(found)) == (cell, type(cell))


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        (DATE, "2022-02-30", "“发布日期”看不懂“2022-02-30”，请写成 2022-11-07、2022-11 或 2022"),
        (DATE, True, "“发布日期”看不懂“True”，请写成 2022-11-07、2022-11 或 2022"),
        (INTEGER, "第一", "“顺位”要填数字，“第一”不是数字"),
        (INTEGER, "1.5", "“顺位”要填整数，“1.5”不是整数"),
        (DECIMAL, "NaN", "“分值”要填数字，“NaN”不是数字"),
        (INTEGER, float("nan"), "“顺位”要填数字，“nan”不是数字"),
        (DECIMAL, "Infinity", "“分值”的数字太大，请核对“Infinity”"),
        (DECIMAL, "1e400", "“分值”的数字太大，请核对“1e400”"),
        (FLAG, "也许", "“应训”请填“是”或“否”，“也许”看不懂"),
        (FLAG, 2, "“应训”请填“是”或“否”，“2”看不懂"),
        (TEXT, "长" * (LONGEST_TEXT + 1), "“标题”超过 20000 字，请缩短，全文可作为附件保存"),
        (STATUS, "现行", "“状态”由程序计算，不能直接填写"),
    ],
)
def test_what_is_not_understood_is_told_in_one_sentence(field: Field, typed: Typed, sentence: str) -> None:
    with pytest.raises(Refusal) as caught:
        read_cell(field, typed)
    assert caught.value.message == sentence


def test_an_unknown_choice_names_those_there_are() -> None:
    with pytest.raises(Refusal, match=r"“标准级别”没有“部颁”这一项，请选：国家标准、行业标准、.*、国际标准"):
        read_cell(LEVEL, "部颁")


@given(
    st.sampled_from([TEXT, LONG, DATE, INTEGER, DECIMAL, FLAG, LEVEL]),
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=40), st.dates(), st.datetimes()),
)
def test_a_cell_read_again_is_itself_and_nothing_else_is_raised(field: Field, typed: Typed) -> None:
    try:
        cell = read_cell(field, typed)
    except Refusal:
        return
    assert cell is None or isinstance(cell, (int, str))
    assert read_cell(field, cell) == cell


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(st.sampled_from(LEVELS))
def test_what_is_shown_can_be_typed(choice: object) -> None:
    assert isinstance(choice, type(LEVELS[0]))
    assert LEVEL.show(read_cell(LEVEL, choice.label)) == choice.label
