"""The search box on 5,000 detail entries: words of 2, 3 and 6 characters, and pinyin initials."""

import random
import re
import tempfile
from pathlib import Path

from desktop import resources
from desktop.ui.search_box import LEDGER_PAGES
from tests.benchmarks.library import filled, titles
from tests.benchmarks.measure import Value, median, ninety_fifth

QUERIES = 100
LIMIT = 30.0
"""Milliseconds."""


def measure() -> list[Value]:
    """The 95th percentile of 100 different queries of each kind, each the median of three runs, in the ledgers of the
    search box and with up to 200 hits."""
    with tempfile.TemporaryDirectory() as folder, filled(Path(folder)) as session:
        read, ledgers = session.read, tuple(LEDGER_PAGES)

        def worst(name: str, words: list[str]) -> Value:
            times = [median(lambda word=word: read.search(word, ledgers), 3) for word in words]  # type: ignore[misc]
            return Value(f"查找{name}，95 % 的查找不超过", ninety_fifth(times) * 1000, "毫秒", LIMIT)

        if not all(read.search(word, ledgers) for count in (2, 3, 6) for word in _words(count)[:10]):
            raise AssertionError("a word of a title is not found")
        return [
            *(worst(f" {count} 个汉字", _words(count)) for count in (2, 3, 6)),
            *(worst(f" {count} 个拼音首字母", _initials(count)) for count in (2, 4)),
        ]


def _words(count: int) -> list[str]:
    """Parts of titles, `count` characters each."""
    chance = random.Random(count)
    plain = [re.sub(r" .*", "", title) for title in titles()]
    chosen = (chance.choice(plain) for _ in range(QUERIES))
    return [title[(at := chance.randrange(len(title) - count + 1)) : at + count] for title in chosen]


def _initials(count: int) -> list[str]:
    return [resources.pinyin().initials(word) for word in _words(count)]
