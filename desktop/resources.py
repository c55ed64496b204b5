"""Where the shipped data lie, from the source tree and from a built program alike."""

import sys
from functools import cache
from pathlib import Path

from desktop.domain.pinyin import PinyinTable


def folder() -> Path:
    """The folder `resources/`."""
    built = getattr(sys, "_MEIPASS", None)
    root = Path(built) if built else Path(__file__).resolve().parent.parent
    return root / "resources"


def read_text(*parts: str) -> str:
    """The text of one shipped file."""
    return folder().joinpath(*parts).read_text(encoding="utf-8")


@cache
def pinyin() -> PinyinTable:
    """The pinyin table, read once."""
    return PinyinTable.from_text(read_text("pinyin", "initials.txt"))
