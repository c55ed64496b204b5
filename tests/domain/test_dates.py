"""Dates as people write them, and the arithmetic rules need."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain import dates
from desktop.domain.dates import parse_date

DAYS = st.dates(datetime.date(1900, 1, 1), datetime.date(2099, 12, 31))


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("2022-11-07", "2022-11-07"),
        ("2022.11.7", "2022-11-07"),
        ("2022/11/07", "2022-11-07"),
        ("2022/11/7", "2022-11-07"),
        ("2022.11-7", "2022-11-07"),
        ("2022年11月7日", "2022-11-07"),
        ("2022 年 11 月 7 日", "2022-11-07"),
        ("2022年11月07号", "2022-11-07"),
        ("２０２２年１１月７日", "2022-11-07"),
        ("２０２２－１１－０７", "2022-11-07"),
        ("2022—11—07", "2022-11-07"),
        ("20221107", "2022-11-07"),
        (" 2022-11-07 ", "2022-11-07"),
        ("2022-11-07 00:00:00", "2022-11-07"),
        ("2022-11-07T00:00:00", "2022-11-07"),
        ("2022-11-07T08:00:00.000Z", "2022-11-07"),
        ("2022/11/7 0:00", "2022-11-07"),
        ("2022-11-07起", "2022-11-07"),
        ("2022年11月", "2022-11"),
        ("2022-11", "2022-11"),
        ("2022.1", "2022-01"),
        ("202211", "2022-11"),
        ("2022", "2022"),
        ("2022年", "2022"),
        (2022, "2022"),
        (2022.0, "2022"),
        (202211, "2022-11"),
        (20221107, "2022-11-07"),
        (20221107.0, "2022-11-07"),
        (44872, "2022-11-07"),
        (44872.0, "2022-11-07"),
        (44872.75, "2022-11-07"),
        (2022.11, "2022-11"),
        (2022.05, "2022-05"),
        (20000, "1954-10-03"),
        (73050, "2099-12-31"),
        (datetime.date(2022, 11, 7), "2022-11-07"),
        (datetime.datetime(2022, 11, 7, 23, 59), "2022-11-07"),
        ("2024-02-29", "2024-02-29"),
    ],
)
def test_a_written_date_is_read(written: str | float | datetime.date, iso: str) -> None:
    assert parse_date(written) == iso


@pytest.mark.parametrize(
    "written",
    [
        "", " ", "2022-13-01", "2023-02-30", "2023-02-29", "2022-00", "2022-11-00", "20221301", "202213",
        "20230230",
        "22-11-07", "11/07/2022", "7.11.2022", "2022-11-07-01", "2022年11月7", "2022年7日", "1899-12-31",
        "2100-01-01",
        "44872", "待定", "2022-11-07（周一）", "二〇二二年", "٢٠٢٢", "2022 11 7", "2" * 5000,
        "2022-" + "1" * 100,
        0, 1, -1, 45, 1899, 2100, 19_999, 73_051, 99_999, 10**400, True, False,
        2022.1, 2022.13, 0.5, -44872.0, float("nan"), float("inf"), 1e300, 73_051.5,
        datetime.date(1899, 12, 30), datetime.datetime(9999, 1, 1),
    ],
)  # fmt: skip
def test_what_is_no_date_is_none(written: str | float | datetime.date) -> None:
    assert parse_date(written) is None


def test_days_as_spreadsheets_count_them_are_read_in_text_only_when_asked() -> None:
    assert parse_date("44872", serial=True) == "2022-11-07"
    assert parse_date("44872.5", serial=True) == "2022-11-07"
    assert parse_date("2022", serial=True) == "2022"
    assert parse_date("99999", serial=True) is None


@given(DAYS, st.sampled_from(["{0}-{1}-{2}", "{0}.{1}.{2}", "{0}/{1}/{2}", "{0}年{1}月{2}日", "{0}{1:02}{2:02}"]))
def test_every_day_is_read_back_from_every_form(day: datetime.date, form: str) -> None:
    iso = day.isoformat()
    assert parse_date(form.format(day.year, day.month, day.day)) == iso
    assert parse_date(dates.chinese(iso)) == iso
    assert parse_date(dates.chinese(iso[:7])) == iso[:7]
    assert parse_date(iso[:7]) == iso[:7]
    assert dates.first_day(iso) == iso


@given(st.text(max_size=80) | st.integers() | st.floats())
def test_anything_is_a_date_or_none(written: str | float) -> None:
    iso = parse_date(written)
    if iso is not None:
        assert len(iso) in (4, 7, 10)
        assert parse_date(iso) == iso
        assert datetime.date.fromisoformat(dates.first_day(iso)).year in range(1900, 2100)


def test_first_day_stands_for_a_date_of_any_precision() -> None:
    assert [dates.first_day(iso) for iso in ("2022", "2022-11", "2022-11-07")] == [
        "2022-01-01", "2022-11-01", "2022-11-07"
    ]  # fmt: skip
    assert [dates.is_full(iso) for iso in ("2022", "2022-11", "2022-11-07")] == [False, False, True]


@pytest.mark.parametrize("text", ["", "abc", "2022-1", "2022-11-7", "20221107", "2022-11-07 ", "２０２２"])
def test_only_iso_dates_are_reckoned_with(text: str) -> None:
    for function in (dates.first_day, dates.day_after, dates.quarter, dates.chinese):
        with pytest.raises(ValueError, match=r".*"):
            function(text)


def test_the_day_after() -> None:
    assert dates.day_after("2022-12-31") == "2023-01-01"
    assert dates.day_after("2022-11") == "2022-11-02"
    assert dates.day_after("9999-12-31") == "9999-12-31"


def test_quarters() -> None:
    assert [dates.quarter(f"2026-{month:02}")[4:] for month in range(1, 13)] == [
        "Q1", "Q1", "Q1", "Q2", "Q2", "Q2", "Q3", "Q3", "Q3", "Q4", "Q4", "Q4"
    ]  # fmt: skip
    assert dates.quarter("2026-10-01") == "2026Q4"
    assert dates.quarter("2026") == "2026Q1"
    assert dates.quarter_label("2026Q4") == "2026年第四季度"
    for wrong in ("2026Q5", "2026", "Q4"):
        with pytest.raises(ValueError, match=wrong):
            dates.quarter_label(wrong)


def test_chinese_dates_have_no_leading_zeros() -> None:
    assert [dates.chinese(iso) for iso in ("2022", "2022-01", "2022-11-07")] == [
        "2022年",
        "2022年1月",
        "2022年11月7日",
    ]
