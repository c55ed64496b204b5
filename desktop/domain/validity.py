"""Whether a standard is in force: a question of dates and replacements, never of a word somebody typed."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from desktop.domain.dates import first_day


class Status(StrEnum):
    """The state of a standard on a day (handbook 4.4)."""

    UPCOMING = "upcoming"
    CURRENT = "current"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    UNVERIFIED = "unverified"


@dataclass(frozen=True)
class Replacement:
    """A standard that replaces another: the day it takes effect, and whether it does so only in part."""

    effective: str | None
    partial: bool = False


@dataclass(frozen=True)
class Validity:
    """The days on which a standard's state changes; each is a full date or None."""

    published: str | None
    effective: str | None
    superseded: str | None
    withdrawn: str | None

    def status(self, as_of: str) -> Status:
        """The state on a full date. The effective date decides; without any date the state is unverified."""
        for day, status in (
            (self.withdrawn, Status.WITHDRAWN),
            (self.superseded, Status.SUPERSEDED),
            (self.effective, Status.CURRENT),
        ):
            if day is not None and day <= as_of:
                return status
        announced = self.effective is not None or (self.published is not None and self.published <= as_of)
        return Status.UPCOMING if announced else Status.UNVERIFIED


def validity(
    published: str | None, effective: str | None, withdrawn: str | None, replacements: Iterable[Replacement]
) -> Validity:
    """The life of a standard. The earliest full replacement with an effective date ends it; a partial one never does."""
    ends = [
        first_day(item.effective) for item in replacements if item.effective is not None and not item.partial
    ]
    return Validity(_day(published), _day(effective), min(ends, default=None), _day(withdrawn))


def _day(iso: str | None) -> str | None:
    return None if iso is None else first_day(iso)
