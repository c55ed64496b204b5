"""Whether a standard is in force: a question of dates and replacements, never of a word somebody typed."""

from collections.abc import Iterable
from dataclasses import dataclass

from desktop.domain.dates import first_day
from desktop.domain.pinyin import fold
from desktop.domain.standard_words import Status

_BY_WORD = {fold(word): status for status in Status for word in (status, status.label, *status.synonyms)}


@dataclass(frozen=True)
class Replacement:
    """A standard that replaces another: the date it takes effect, and whether it does so only in part."""

    effective: str | None
    partial: bool = False


@dataclass(frozen=True)
class Validity:
    """The days from which a standard's state changes; each is a full ISO date or None."""

    published: str | None
    effective: str | None
    superseded: str | None
    withdrawn: str | None


def validity(
    published: str | None, effective: str | None, withdrawn: str | None, replacements: Iterable[Replacement]
) -> Validity:
    """The life of a standard, from dates of any precision.

    The earliest full replacement ends it; a partial one, or one without an effective date, never does.
    """
    ends = [first_day(item.effective) for item in replacements if item.effective and not item.partial]
    return Validity(_day(published), _day(effective), min(ends, default=None), _day(withdrawn))


def _day(iso: str | None) -> str | None:
    return first_day(iso) if iso else None


def word_to_status(text: str) -> Status | None:
    """The state an imported word means (现行, Active, 作废, 已被代替 …), or None for any other word."""
    return _BY_WORD.get(" ".join(fold(text).split()))
