"""Pinyin by table: initials, second readings, sorting and folding, with the table that is shipped."""

import random
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.pinyin import PinyinTable, fold

SHIPPED = Path(__file__).parents[2] / "resources" / "pinyin" / "initials.txt"
TABLE = PinyinTable.from_text(SHIPPED.read_text(encoding="utf-8"))
SMALL = PinyinTable.from_text("chong 虫崇\nwu 五物务\nxing 行形\nzhong 中重\n#often\nc 重\n#seldom\nh 行\n")

LETTERS = st.characters(exclude_categories=["Cs"]) | st.sampled_from("机关事务标准行重长调会系0123９aB—（）〔 \n")
TITLES = st.text(LETTERS, max_size=30)


@pytest.mark.parametrize(
    ("text", "initials"),
    [
        ("公务用车管理规范", "gwycglgf"),
        ("机关事务标准化工作指南", "jgswbzhgzzn"),
        ("重要", "zy"),
        ("长期", "cq"),
        ("行政", "xz"),
        ("参加", "cj"),
        ("〇一二", "lye"),
        ("GB/T 1.1", "gb t 1 1"),
        ("公WYC用", "gwycy"),
        ("é物а", " w "),
        ("", ""),
    ],
)
def test_initials(text: str, initials: str) -> None:
    assert TABLE.initials(text) == initials


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("重庆", "cq"), ("银行", "yh"), ("校长", "xz"), ("会计", "kj"), ("调整", "tz"), ("人参", "rs"),
    ("系鞋带", "jxd"),
     ("会长", "hz"), ("解晓东", "xxd")],
)  # fmt: skip
def test_a_second_reading_is_among_the_alternatives(text: str, wanted: str) -> None:
    assert wanted in TABLE.alternatives(text)


def test_alternatives_of_the_table_at_hand() -> None:
    assert SMALL.initials("重行五") == "zxw"
    assert SMALL.alternatives("重行五") == ("chw", "cxw")
    assert SMALL.alternatives("重五") == ("cw",)
    assert SMALL.alternatives("行五") == ("hw",)
    assert SMALL.alternatives("五 5a") == ()


@given(TITLES, st.integers(0, 30), st.integers(0, 30))
def test_readings_keep_places_and_parts(text: str, start: int, end: int) -> None:
    first = TABLE.initials(text)
    others = TABLE.alternatives(text)
    assert len(others) <= 2
    for reading in (first, *others):
        assert len(reading) == len(text)
        assert all(letter == " " or (letter.isascii() and letter.isalnum()) for letter in reading)
    assert TABLE.initials(text[start:end]) == first[start:end]
    of_part = {TABLE.initials(text[start:end]), *TABLE.alternatives(text[start:end])}
    assert of_part == {reading[start:end] for reading in (first, *others)}
    assert first not in others


def test_the_shipped_table_knows_every_common_character() -> None:
    usual = bytes(byte for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF) for byte in (row, cell))
    assert " " not in TABLE.initials(usual.decode("gb2312", errors="ignore") + "〇")
    lines = SHIPPED.read_text(encoding="utf-8").split("#often\n")[0].splitlines()
    characters = "".join(line.partition(" ")[2] for line in lines)
    assert len(characters) == len(set(characters)) > 20_900
    assert max(len(line.partition(" ")[2]) for line in lines) <= 36 * 36


SORTED = [
    "", "（试行）", "1", "1.2", "1.10", "1号", "2号", "10号", "A楼", "b楼", "安全", "办公用房", "第1章",
    "第2章", "第10章",
    "机关", "机关食堂", "西安", "先进", "重要", "αβ",
]  # fmt: skip


def test_sorting_as_people_expect() -> None:
    shuffled = SORTED.copy()
    random.Random(7).shuffle(shuffled)
    assert sorted(shuffled, key=TABLE.sort_key) == SORTED


def test_the_same_character_stays_together() -> None:
    names = sorted(["黎强", "李伟", "黎明", "李明", "李强"], key=TABLE.sort_key)
    assert [name[0] for name in names] in (list("黎黎李李李"), list("李李李黎黎"))
    assert names[-3:] == ["李明", "李强", "李伟"] or names[:3] == ["李明", "李强", "李伟"]


@given(TITLES)
def test_sort_keys_are_ascii_and_blind_to_width(text: str) -> None:
    key = TABLE.sort_key(text)
    assert key.isascii()
    assert "\0" not in key
    assert TABLE.sort_key(fold(text)) == key


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ＧＢ／Ｔ　１．１—２０２０", "gb/t 1.1-2020"),
        ("GB∕T 1.1−2020", "gb/t 1.1-2020"),
        ("（试行）", "(试行)"),
        ("国管办〔2019〕89号", "国管办[2019]89号"),
        ("国管办【2019】89号", "国管办[2019]89号"),
        ("一带一路", "一带一路"),
        ("数\u200b据\ufeff", "数据"),
        ("㎡", "m2"),
        ("J\u030c", "ǰ"),
        ("《规范》、“办法”", "《规范》、“办法”"),
    ],
)
def test_folding(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_two_hundred_thousand_titles_take_no_two_seconds() -> None:
    characters = "机关事务管理公物仓建设与运行规范标准化工作指南行政办公区物业服务食堂反食品浪费评估重长"
    chosen = random.Random(1)
    titles = ["".join(chosen.choices(characters, k=15)) for _ in range(20_000)]
    start = time.perf_counter()
    for title in titles:
        TABLE.initials(title)
    assert time.perf_counter() - start < 0.2
