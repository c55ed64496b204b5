"""Standard numbers: the grammar held against spellings of real tables."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain import numbers
from desktop.domain.industry_codes import INDUSTRY_CODES
from desktop.domain.numbers import StandardNumber, parse
from desktop.domain.standard_words import Level, Nature


def need(text: str) -> StandardNumber:
    number = parse(text)
    assert number is not None, text
    return number


def test_the_pieces_of_a_number() -> None:
    assert need("ＤＢ3301∕Ｔ 0322.3—2020") == StandardNumber(
        Level.MUNICIPAL, "DB", Nature.RECOMMENDED, "3301", "", "", "0322", ("3",), "2020"
    )
    assert need("Q/HZJG JC 101.2-2023") == StandardNumber(
        Level.ENTERPRISE, "Q", None, "", "HZJG", "JC", "101", ("2",), "2023"
    )
    assert need("GB 14930.2-2012/XG1-2020").amendment == "XG1-2020"
    assert need("GB 50016-2014（2018年版）").edition == "2018年版"
    assert need("GB/T 19016-2021/ISO 10006：2017").adopted == "ISO 10006:2017"


@pytest.mark.parametrize(
    ("text", "level", "nature"),
    [
        ("GB 1-2020", Level.NATIONAL, Nature.MANDATORY),
        ("GB/T 1-2020", Level.NATIONAL, Nature.RECOMMENDED),
        ("GB/Z 1-2020", Level.NATIONAL, Nature.GUIDANCE),
        ("GBZ/T 1-2020", Level.NATIONAL, Nature.RECOMMENDED),
        ("DA/T 1-2020", Level.INDUSTRY, Nature.RECOMMENDED),
        ("GA 1-2020", Level.INDUSTRY, Nature.MANDATORY),
        ("DB 1-2020", Level.INDUSTRY, Nature.MANDATORY),
        ("DB33 1-2020", Level.PROVINCIAL, Nature.MANDATORY),
        ("DB33/T 1-2020", Level.PROVINCIAL, Nature.RECOMMENDED),
        ("DB3301/T 1-2020", Level.MUNICIPAL, Nature.RECOMMENDED),
        ("DB330122/T 1-2016", Level.COUNTY, Nature.RECOMMENDED),
        ("DBJ33/T 1-2020", Level.PROVINCIAL, Nature.RECOMMENDED),
        ("T/ABC 1-2020", Level.GROUP, None),
        ("Q/ABC 1-2020", Level.ENTERPRISE, None),
        ("ISO 1:2020", Level.INTERNATIONAL, None),
        ("建标 1-2020", Level.CONSTRUCTION, None),
    ],
)
def test_level_and_nature_follow_from_the_form(text: str, level: Level, nature: Nature | None) -> None:
    assert (need(text).level, need(text).nature) == (level, nature)


def test_series_joins_editions_and_natures_and_nothing_else() -> None:
    assert need("GB 17167-2025").series == need("GB/T 17167-1997").series == need("GB 17167-2006/XG1-2010").series
    assert need("GB 50016-2014(2018年版)").series == need("GB 50016-2006").series
    different = ["GB/T 24421.2-2023", "GB/T 24421.3-2023", "GB/T 24421-2023", "DB33/T 24421.2-2023",
                 "DB3301/T 24421.2-2023", "T/AB 24421.2-2023", "T/ABC 24421.2-2023",
                 "GBZ 24421.2-2023"]  # fmt: skip
    assert len({need(text).series for text in different}) == len(different)


def test_keys_tell_editions_apart() -> None:
    different = ["GB 17167-2025", "GB 17167-2006", "GB/T 17167-2006", "GB 17167", "GB 17167-2006/XG1-2010",
                 "GB 17167-2006(2009年版)", "GB 17167.1-2006"]  # fmt: skip
    assert len({need(text).key for text in different}) == len(different)
    assert need("GB/T 19016-2021/ISO 10006:2017").key == need("GB/T 19016-2021").key


def test_free_text_never_meets_a_number() -> None:
    assert numbers.identity("ｂｚ101 — 01") == numbers.identity("BZ101 - 01") == "free|BZ101 - 01"
    assert numbers.identity(need("GB/T 1.1-2020").key) != need("GB/T 1.1-2020").key
    assert numbers.identity("") == "free|"


SORTED = [
    "GB 2-2020", "GB 17167-2006", "GB 17167-2025", "GB/T 1.1", "GB/T 1.1-2009", "GB/T 1.1-2020",
    "GB/T 1.2-2020",
    "GB/T 1.10-2020", "GB/T 2-2000", "GB/T 13016-2018", "GB/Z 5-2020", "GBZ 2.1-2019", "建标 169-2014",
    "DA/T 22-2015", "GA 3-2020", "SB/T 1-2000", "DB11/T 9-2020", "DB33/T 8-2020", "DB3301/T 0151-2018",
    "DB3301/T 0418-2023", "DB330122/T 1-2016", "T/CSUS 15-2021", "T/XZYC 0076-2025", "BZ101-02", "BZ101-10",
    "Q/HZJG JC 2-2023", "Q/HZJG JC 101-2022", "Q/HZJG JC 101-2023", "Q/HZJG JC 101.1-2022", "机管 1",
    "ISO 9001:2015", "",
]  # fmt: skip


def test_order_is_kind_then_number_then_year() -> None:
    assert sorted(sorted(SORTED), key=numbers.order_of) == SORTED
    assert all(numbers.order_of(one).encode() < numbers.order_of(other).encode() for one, other in pairwise(SORTED))
    assert need("GB/T 1.1-2020").order == numbers.order_of("gb/t1.1—2020")


def test_order_of_kinds_is_the_offices_own() -> None:
    kinds = ("internal", "municipal", "GB/T", "GB")
    texts = ["GB 1-2020", "GB/T 1-2020", "DA/T 1-2020", "DB3301/T 1-2020", "自编 1", "Q/A 1-2020", ""]
    assert sorted(texts, key=lambda text: numbers.order_of(text, kinds)) == [
        "Q/A 1-2020", "自编 1", "DB3301/T 1-2020", "GB/T 1-2020", "GB 1-2020", "DA/T 1-2020", ""
    ]  # fmt: skip


def test_further_industry_codes_can_be_given() -> None:
    assert len(INDUSTRY_CODES) >= 60
    known = {**INDUSTRY_CODES, "JGSW": "机关事务"}
    assert parse("JGSW/T 001-2026") is None
    number = parse("JGSWT 001—2026", known)
    assert number is not None
    assert (number.text, number.level) == ("JGSW/T 001-2026", Level.INDUSTRY)
    assert numbers.identity("JGSW/T 001-2026", known) == number.key
    assert numbers.order_of("JGSW/T 001-2026", codes=known) == number.order
    assert numbers.split_cell("JGSW/T 1-2026 JGSW/T 2-2026", known) == ["JGSW/T 1-2026", "JGSW/T 2-2026"]


@pytest.mark.parametrize(
    ("cell", "pieces"),
    [
        ("LS/T 1301-2022 = GC/T 1801-2022", ["LS/T 1301-2022", "GC/T 1801-2022"]),
        ("LS/T 1301-2022/GC/T 1801-2022", ["LS/T 1301-2022", "GC/T 1801-2022"]),
        ("GB/T 1.1-2020、GB/T 1.2-2020", ["GB/T 1.1-2020", "GB/T 1.2-2020"]),
        ("GB/T 1.1—2020；GB/T 1.2—2020;DA/T 22-2015", ["GB/T 1.1—2020", "GB/T 1.2—2020", "DA/T 22-2015"]),
        ("GB/T 1.1-2020，GB/T 1.2-2020, 建标 169-2014", ["GB/T 1.1-2020", "GB/T 1.2-2020", "建标 169-2014"]),
        ("GB/T 1.1-2020\nGB/T 1.2-2020\r\n", ["GB/T 1.1-2020", "GB/T 1.2-2020"]),
        ("GB/T 1.1-2020 GB/T 1.2-2020", ["GB/T 1.1-2020", "GB/T 1.2-2020"]),
        ("GB/T 1.1 GB/T 1.2", ["GB/T 1.1", "GB/T 1.2"]),
        ("GB/T 1.1-2020和GB/T 1.2-2020", ["GB/T 1.1-2020", "GB/T 1.2-2020"]),
        ("DB33/T 2474-2022 DB3301/T 0418-2023", ["DB33/T 2474-2022", "DB3301/T 0418-2023"]),
        ("Q/HZJG JC 101-2023 Q/HZJG JC 102-2023", ["Q/HZJG JC 101-2023", "Q/HZJG JC 102-2023"]),
        ("GB/T 19016-2021/ISO 10006:2017", ["GB/T 19016-2021/ISO 10006:2017"]),
        ("GB/T 19016-2021/ISO 10006:2017 GB/T 1.1-2020", ["GB/T 19016-2021/ISO 10006:2017", "GB/T 1.1-2020"]),
        ("GB/T 1.1-2020（报批稿） GB/T 1.2-2020", ["GB/T 1.1-2020（报批稿）", "GB/T 1.2-2020"]),
        ("GB 50016-2014（2018年版）、GB 1-2000", ["GB 50016-2014（2018年版）", "GB 1-2000"]),
        ("GB 50016-2014，2018年版；GB 1-2000", ["GB 50016-2014，2018年版", "GB 1-2000"]),
        ("GB/T 24420-2009（ISO 9000：2005，IDT）", ["GB/T 24420-2009（ISO 9000：2005，IDT）"]),
        ("GB/T 1.1-2020、BZ101-01", ["GB/T 1.1-2020", "BZ101-01"]),
        ("GB/T 1.1-2020 标准化工作导则", ["GB/T 1.1-2020 标准化工作导则"]),
        ("GB/T 1.1-2020、标准化工作导则", ["GB/T 1.1-2020、标准化工作导则"]),
        ("BZ101-01、BZ101-02", ["BZ101-01、BZ101-02"]),
        ("办公用房、会议", ["办公用房、会议"]),
        (" 　", []),
        ("", []),
    ],
)
def test_a_cell_is_parted_into_its_numbers(cell: str, pieces: list[str]) -> None:
    assert numbers.split_cell(cell) == pieces


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("GB/T1301691", "连在了一起"),
        ("GB/T 130162018", "连在了一起"),
        ("GB/T 901691", "连在了一起"),
        ("20000.1一2002", "代号"),
        ("GB/T 1.1-202O", "读不出来"),
        ("DA/T 22-20155", "读不出来"),
        ("DB332474-2022", "读不出来"),
        ("GB/T 1.1-2020 标准化工作导则", "读不出来"),
        ("GB/T 1.1", "没有年代号"),
        ("GB/T 1.1-2020、GB/T 1.2-2020", "几个标准号"),
    ],
)
def test_a_suspicious_number_is_explained(text: str, word: str) -> None:
    sentence = numbers.suspicion(text)
    assert sentence is not None
    assert word in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "GB/T 1.1-2020",
        "JC 101",
        "BZ101-01",
        "JGSW/T 001-2021",
        "×机管〔2022〕15号",
        "Q/HZJG 1",
        "ISO 9001",
    ],
)
def test_sound_numbers_and_free_text_are_not_suspicious(text: str) -> None:
    assert numbers.suspicion(text) is None


PIECES = st.sampled_from(
    ["GB", "/T", "/Z", "T", "DB", "33", "3301", "330122", "DBJ", "T/", "Q/", "ABC", "JC", "DA", "ISO",
    "/IEC", "建标",
     " ", "-", "—", "/", ".", ":", "1", "0418", "2020", "91", "XG1-2020", "(2018年版)", "（报批稿）", "《",
     "》", "一", "　",
     "Guide ", "/ISO 9001:2015", "杭", "_"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=9).map("".join))
def test_what_is_read_reads_again_the_same(text: str) -> None:
    number = parse(text)
    if number is not None:
        assert parse(number.text) == number
        official = number.text.replace("-", "—")
        assert parse(official) == number
        assert need(official).text == number.text
        assert numbers.identity(number.text) == numbers.identity(official) == number.key
        assert numbers.order_of(number.text) == number.order


@given(st.text(max_size=260) | st.lists(PIECES, max_size=60).map("".join))
def test_no_text_is_too_much(text: str) -> None:
    parse(text)
    numbers.suspicion(text)
    assert numbers.identity(text)
    assert numbers.order_of(text)
    pieces = numbers.split_cell(text)
    assert bool(pieces) == bool(text.strip())
    assert all(piece in text and piece == piece.strip() for piece in pieces)


@pytest.mark.parametrize(
    "text",
    [" " * 200, "-" * 200, "GB" + "." * 198, "GB/T " + "1." * 97, "(" * 100 + ")" * 100,
    "《" * 100 + "》" * 100,
     "Q/" + "A" * 198, "Q/A " + "1-" * 98, "T/" + "1A" * 99, "1 一" * 66, "GB 1 " * 40, "DB" + "3" * 198,
     "(a)" * 66,
     "GB 1-2020/ISO " + "1-" * 90, "GB 1 " * 400, "GB/T 1.1-2020 " * 140, "、" * 2000,
     "(1" * 1000, "GB 1/" * 400]
)  # fmt: skip
def test_hostile_text_is_quick(text: str) -> None:
    start = time.perf_counter()
    parse(text)
    numbers.split_cell(text)
    numbers.suspicion(text)
    numbers.order_of(text)
    assert time.perf_counter() - start < 1


def test_a_text_beyond_the_longest_number_is_none() -> None:
    assert parse("GB/T 1.1-2020" + " " * 200) is None
