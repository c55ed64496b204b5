"""Filters of one column: their condition and back, their words, the values to pick."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.app import filters
from desktop.app.columns import column_of
from desktop.app.filters import BLANK, ColumnFilter, Value
from desktop.app.session import Session
from desktop.domain.query import Op, Query, Test, compare
from desktop.domain.record import Cell, Choice, Field, Kind

LEVEL = Field("标准级别", Kind.CHOICE, choices=tuple(Choice(value, f"{value}级") for value in "甲乙丙丁"))
cells = st.one_of(st.none(), st.text(min_size=1, max_size=3), st.integers(-3, 3))


@given(
    st.builds(
        ColumnFilter,
        picked=st.one_of(
            st.none(), st.builds(Test, st.just("path"), st.just(Op.IN), st.lists(cells).map(tuple)),
            st.just(Test("path", Op.BLANK)),
        ),
        contains=st.text(max_size=3), without=st.text(max_size=3),
        since=st.one_of(st.none(), st.integers()), until=st.one_of(st.none(), st.integers()),
    )
)  # fmt: skip
def test_a_filter_is_read_back_from_its_condition(asked: ColumnFilter) -> None:
    assert ColumnFilter.of(asked.condition("path")) == asked


@given(st.sets(cells, min_size=1, max_size=12), st.data())
def test_exactly_the_picked_values_pass(present: set[Cell], data: st.DataObject) -> None:
    values = [Value(cell, str(cell or ""), 1) for cell in present]
    picked = {cell for cell in present if data.draw(st.booleans())}
    test = filters.picking(values, picked)
    assert {cell for cell in present if test is None or compare(test, cell)} == picked
    if None in present and test is not None:
        assert compare(test, "") == (None in picked)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (ColumnFilter(Test("", Op.IN, ("甲", "乙"))), "甲级、乙级"),
        (ColumnFilter(Test("", Op.IN, (None, "", "甲"))), "（空）、甲级"),
        (ColumnFilter(Test("", Op.NOT_IN, ("甲", "乙", "丙", "丁"))), "除 甲级、乙级、丙级 等 4 项 外"),
        (ColumnFilter(Test("", Op.BLANK)), BLANK),
        (ColumnFilter(Test("", Op.FILLED), "食堂", "公车"), "有内容，含“食堂”，不含“公车”"),
        (ColumnFilter(since="2020"), "2020 起"),
        (ColumnFilter(until="2021-12-31"), "2021-12-31 止"),
        (ColumnFilter(since="2020-01-01", until="2020-12-31"), "2020-01-01 至 2020-12-31"),
    ],
)
def test_a_filter_in_words(asked: ColumnFilter, words: str) -> None:
    assert asked.words(LEVEL) == words


@pytest.mark.parametrize(
    ("name", "span"),
    [
        ("今年", ("2024-01-01", "2024-12-31")),
        ("本季度", ("2024-01-01", "2024-03-31")),
        ("本月", ("2024-02-01", "2024-02-29")),
    ],
)
def test_spans_end_on_their_last_day(name: str, span: tuple[str, str]) -> None:
    assert filters.span_of(name, "2024-02-05") == span


@pytest.mark.parametrize(
    ("iso", "day"), [("2020", "2020-12-31"), ("2023-02", "2023-02-28"), ("2023-02-03", "2023-02-03")]
)
def test_until_a_year_takes_in_all_of_it(iso: str, day: str) -> None:
    assert filters.last_day(iso) == day


def test_values_stand_in_the_order_of_the_column_and_count_every_row(practice: Session) -> None:
    query = Query("detail_entry", as_of="2026-06-01")

    def texts(path: str) -> list[str]:
        column = column_of(practice, "detail_entry", path)
        values = filters.values_of(practice, query, column)
        assert sum(value.count for value in values) == practice.read.count(query)
        return [value.text for value in values]

    labels = [choice.label for choice in column_of(practice, "detail_entry", "standard.status").field.choices]
    statuses = texts("standard.status")
    assert statuses == [label for label in ("", *labels) if label in statuses]
    days = texts("standard.published_on")
    assert days[0] == "" and days[1:] == sorted(days[1:], reverse=True)
    titles = [text for text in texts("standard.title") if text]
    assert titles == sorted(titles, key=practice.read.pinyin.sort_key)
