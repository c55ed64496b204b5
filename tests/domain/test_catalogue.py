"""The catalogue's search finds what looking at every title finds; spellings and stems bring editions together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop import resources
from desktop.domain.catalogue import Bodies, Body, Title, TitleSearch, best_of, mentioned, spelling, stems
from desktop.domain.pinyin import fold

TITLES = st.lists(
    st.tuples(
        st.sampled_from(["GB/T 1.1-2020", "DB33/T 2-2019", "T/CAS 3-2021", "Q/X 4"]),
        st.text("机关事务办公用房调行规范 A1/", min_size=1, max_size=10),
    ),
    min_size=1, max_size=12,
)  # fmt: skip
WORDS = st.one_of(st.text("机关办公用房调规范", min_size=1, max_size=3), st.text("jgbyfdthx1t", min_size=1, max_size=3),
                  st.sampled_from(["GB/T", "gb/t1", "1.1", "T/CAS 3", "办公 规范", "bg gf", "A/1", "关/a", "", " "]))  # fmt: skip


def _search(titles: list[tuple[str, str]]) -> TitleSearch:
    bodies = Bodies(resources.pinyin())
    for number, title in titles:
        bodies.add(spelling(number), title)
    return TitleSearch(Body.of(bodies.text), Body.of(bodies.letters))


def _holds(number: str, title: str, word: str) -> bool:
    word, table = word.replace("/", ""), resources.pinyin()
    words = fold(title).replace("/", "")
    if word.isascii() and word.isalnum():
        readings = (spelling(number), table.initials(words), *table.alternatives(words))
        return any(word in reading for reading in readings)
    return word in f"{spelling(number)} {words}"


@given(TITLES, WORDS)
def test_a_search_finds_what_looking_at_each_title_finds(titles: list[tuple[str, str]], typed: str) -> None:
    found = _search(titles).find(typed)
    words = [word for word in fold(typed).split() if word.replace("/", "")]
    expected = [
        place for place, (number, title) in enumerate(titles) if all(_holds(number, title, word) for word in words)
    ]
    assert [found[at] for at in range(len(found))] == expected


def test_a_title_with_several_readings_is_found_once_by_each() -> None:
    search = _search([("GB/T 1-2020", "调行调行")])
    for letters in ("dxdx", "thth", "dhdh"):
        assert len(search.find(letters)) <= 1
    assert list(search.find("t")) == [0]


@pytest.mark.parametrize("written", ["ＧＢ／Ｔ 1.1—2020", "GB/T1.1-2020", "gb∕t 1.1 – 2020", "GBT 1.1-2020"])
def test_spellings_of_one_number_are_one(written: str) -> None:
    assert spelling(written) == "gbt1.1-2020"


def test_stems_bring_editions_of_any_nature_together_but_not_other_numbers() -> None:
    wanted = stems("GB/T 17167-1997")
    assert any(spelling("GB 17167-2006").startswith(stem) for stem in wanted)
    assert not any(spelling("GB 171670-2006").startswith(stem) for stem in wanted)
    assert not any(spelling("GB/T 17167.1-2006").startswith(stem) for stem in wanted)
    assert stems("内部管理办法") == ()


def test_the_number_itself_is_told_from_a_like_spelling() -> None:
    titles = [Title("GB 1.1-2020", "强制"), Title("GB/T1.1—2020", "推荐")]
    best = best_of("GB/T 1.1-2020", titles)
    assert best is not None and best.title == "推荐"
    assert best_of("GB/T 9-2020", titles) is None
    assert mentioned("GB/T 1.1-2009、GB/T 1.2—2002；") == ["gbt1.1-2009", "gbt1.2-2002"]
