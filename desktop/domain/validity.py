"""Whether a standard is in force: a question of dates and replacements, never of a word somebody typed."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from desktop.domain.dates import first_day
from desktop.domain.pinyin import fold


class Status(StrEnum):
    """The state of a standard on a day (handbook 4.4). Being valid in part is a mark, not a state."""

    UNPUBLISHED = "unpublished"
    UPCOMING = "upcoming"
    CURRENT = "current"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    UNVERIFIED = "unverified"

    @property
    def label(self) -> str:
        """The word people read."""
        return _LABELS[self]


_LABELS = {
    Status.UNPUBLISHED: "未发布",
    Status.UPCOMING: "即将实施",
    Status.CURRENT: "现行",
    Status.SUPERSEDED: "被代替",
    Status.WITHDRAWN: "废止",
    Status.UNVERIFIED: "待核实",
}

_WORDS = {
    Status.UNPUBLISHED: "未发布|尚未发布|unpublished",
    Status.UPCOMING: "即将实施|未实施|待实施|尚未实施|upcoming|published|to be implemented",
    Status.CURRENT: "现行|有效|现行有效|现行标准|在用|部分有效|部分被代替|active|valid|current|in force",
    Status.SUPERSEDED: "被代替|已被代替|已代替|被替代|已被替代|被取代|superseded|replaced",
    Status.WITHDRAWN: "废止|作废|已废止|已作废|失效|已失效|撤销|abolished|obsolete|withdrawn|cancelled",
    Status.UNVERIFIED: "待核实|待核|待查|不详|未知|unverified|unknown",
}
_BY_WORD = {word: status for status, words in _WORDS.items() for word in words.split("|")}


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

    def status(self, as_of: str) -> Status:
        """The state on a date. The effective date decides, before it the published date; a standard in force later
        whose published date is unknown is not published. Without any date the state is unverified.

        As time goes on the state only moves unpublished → unverified → upcoming → current → superseded → withdrawn.
        """
        day = first_day(as_of)
        if self.withdrawn is not None and self.withdrawn <= day:
            return Status.WITHDRAWN
        if self.superseded is not None and self.superseded <= day:
            return Status.SUPERSEDED
        if self.effective is not None and self.effective <= day:
            return Status.CURRENT
        if self.effective is None:
            known = self.published is None or self.published <= day
            return Status.UNVERIFIED if known else Status.UNPUBLISHED
        announced = self.published is not None and self.published <= day
        return Status.UPCOMING if announced else Status.UNPUBLISHED


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
